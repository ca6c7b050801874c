import Trading

/// From plan to command: the next step of a symbol, through the gate, named and put into the books.
extension Orchestrator {
    /// Compares plan and reality, and takes the next step if there is one. Called from one place, for every
    /// symbol that an input has changed.
    mutating func advance(_ symbol: Symbol) throws(NumericError) {
        guard let broker = state.broker, broker.isReconciled, state.control.state != .halted,
            !isHeldBySwap(symbol), let plan = state.plans[symbol] ?? planForOrphanedExits(of: symbol)
        else { return }
        guard !state.reconciler.isContested(symbol) else { return recordWaiting(.listContradicts, plan) }
        guard !isHeld(symbol), !hasUnconfirmedPosition(symbol) else { return recordWaiting(holdReason(symbol), plan) }
        let coordinator = ActionCoordinator(
            symbol, plan: plan, state: state.marked, capabilities: broker.capabilities,
            isOverdue: state.protection.isAnswered(symbol), isStopStuck: isStopStuck(symbol),
            mayReduce: !state.holds.isBackingOff(symbol, in: state.cycle.number),
            mayReplace: state.holds.refusals(symbol) < CoreLimits.rejectionsBeforeHold,
            mayEnter: state.control.state == .active,
            patienceSince: state.now + TimeSpan(nanoseconds: -state.configuration.commandTimeout.nanoseconds),
            isSpreadUnsound: isSpreadUnsound(symbol),
            session: state.market.session(of: symbol, at: state.now))
        recordWaiting(coordinator.waiting, plan)
        guard let action = coordinator.nextAction() else { return reportObstacle(coordinator.obstacle, symbol) }
        try issue(action, plan: plan, capabilities: broker.capabilities)
    }

    /// A quote that is no market is waited out, for a bounded time.
    private func isSpreadUnsound(_ symbol: Symbol) -> Bool {
        state.market.spreadUnsoundSince(symbol).map { state.now < $0 + CoreLimits.unsoundSpreadPatience } ?? false
    }

    /// An exit of ours that works though nothing is planned any more is to be ended, not forgotten.
    private func planForOrphanedExits(of symbol: Symbol) -> PositionPlan? {
        guard state.portfolio.orders.working(symbol).contains(where: \.isExit) else { return nil }
        return PositionPlan(id: DecisionID(cycle: state.cycle.number, symbol: symbol), symbol: symbol)
    }

    /// What no step can remove is reported once.
    private mutating func reportObstacle(_ obstacle: Obstacle?, _ symbol: Symbol) {
        guard let obstacle else { return state.holds.endReport(.obstacle, of: symbol) }
        guard state.holds.report(.obstacle(obstacle), of: symbol) else { return }
        alert(.emergency, symbol, .obstacle(obstacle))
    }

    private mutating func issue(
        _ action: Action, plan: PositionPlan, capabilities: BrokerCapabilities
    ) throws(NumericError) {
        let command = command(for: action, plan: plan, capabilities)
        let commandNumber = state.inFlight.nextCommandNumber()
        switch try passGate(command, commandNumber, capabilities) {
        case .waits(let wait): holdForBudget(action, wait, of: plan.symbol)
        case .refused(let why):
            if state.holds.report(.refusedByRiskGate(action.summary), of: plan.symbol) {
                alert(.warning, plan.symbol, .refusedByRiskGate(action.summary, why))
            }
            state.holds.holdUntilNextCycle(plan.symbol, after: state.cycle.number)
        case .approved(let approved):
            for kind in [.refusedByRiskGate, .orderBudget, .obstacle] as [HoldReason.Kind] {
                state.holds.endReport(kind, of: plan.symbol)
            }
            state.holds.endBudgetHold(plan.symbol)
            let number = state.plans.nextAction(plan.symbol, of: plan.id)
            state.plans.noteAction(plan.symbol, of: plan.id, number: number)
            let ids = book(command, commandNumber)
            record(
                .action(
                    ActionTaken(
                        decision: plan.id, symbol: plan.symbol, number: number, action: action.summary, why: action.why,
                        orders: ids)))
            emit(.command(approved))
        }
    }

    private mutating func command(
        for action: Action, plan: PositionPlan, _ capabilities: BrokerCapabilities
    ) -> OrderCommand {
        switch action.kind {
        case .cancel(let id): return .cancel(clientOrderID: id)
        case .replace(var replacement):
            if capabilities.replacement == .newID {
                replacement.newClientOrderID = ClientOrderID(unchecked: nextOrderIDBase(plan))
            }
            return .replace(replacement)
        case .submit(let drafts, let group):
            let base = nextOrderIDBase(plan)
            let orders = drafts.enumerated().map { index, draft in
                draft.named(
                    ClientOrderID(unchecked: drafts.count == 1 ? base : "\(base)\(Self.leg(index))"), plan.symbol)
            }
            return .submit(
                OrderSubmission(
                    orders: orders, groupID: group == nil ? nil : OrderGroupID(unchecked: base), groupKind: group))
        }
    }

    /// Client order id = f(first start of the journal, plan, step): the same in every replay, never twice at a broker.
    private func nextOrderIDBase(_ plan: PositionPlan) -> String {
        let number = state.plans.nextAction(plan.symbol, of: plan.id)
        return "\(orderIDPrefix ?? "bb.")\(plan.id).\(number)"
    }

    /// Of every order of this journal, and of no other's; nil before the first start.
    var orderIDPrefix: String? {
        state.run.genesis.map { "bb\(String($0.nanoseconds / 1_000_000_000, radix: 36))." }
    }

    private static func leg(_ index: Int) -> String { ["a", "b", "c"][index] }

    /// Puts what is about to be sent into the books, in flight until the broker's report.
    private mutating func book(_ command: OrderCommand, _ number: Int64) -> [ClientOrderID] {
        switch command {
        case .submit(let submission):
            for terms in submission.orders {
                if terms.role == .entry {
                    state.plans.sendEntry(terms.symbol)
                }
                state.portfolio.orders.put(
                    Order(
                        terms: terms, groupID: submission.groupID, groupKind: submission.groupKind,
                        submittedAt: state.now))
                send(Request(.submit, number: number, leftBy: state.now), for: terms.clientOrderID)
            }
            return submission.orders.map(\.clientOrderID)
        case .cancel(let id):
            apply(.cancelRequested, to: id, Request(.cancel, number: number, leftBy: state.now))
            return [id]
        case .replace(let replacement):
            return book(replacement, number)
        case .query, .reconcile: return []
        }
    }

    /// A successor stands in the books beside the order whose place it takes; together they count once.
    private mutating func book(_ replacement: OrderReplacement, _ number: Int64) -> [ClientOrderID] {
        let id = replacement.clientOrderID
        let counting = state.broker?.capabilities.replacementQuantity ?? .total
        let before = state.portfolio.orders[id]
        apply(
            .replaceRequested, to: id,
            Request(.replace, number: number, leftBy: state.now, replacement: replacement))
        guard let next = before.flatMap({ replacement.successor(of: $0, counting: counting, at: state.now) }) else {
            return [id]
        }
        state.portfolio.orders.put(next)
        send(Request(.submit, number: number, leftBy: state.now), for: next.id)
        return [id, next.id]
    }

    private mutating func apply(_ event: OrderEvent, to id: ClientOrderID, _ request: Request) {
        guard var order = state.portfolio.orders[id] else { return }
        let transition = move(&order, by: event)
        precondition(transition != .refused, "the coordinator asked for \(event) of an order that is \(order.status)")
        state.portfolio.orders.put(order)
        send(request, for: id)
    }

    mutating func expectReport(on id: ClientOrderID) {
        state.inFlight.expectReport(on: id, by: state.now + state.configuration.commandTimeout)
    }

    private mutating func send(_ request: Request, for id: ClientOrderID) {
        state.inFlight.send(request, for: id, reportBy: state.now + state.configuration.commandTimeout)
    }
}

extension Orchestrator {
    /// The same cancel once more; returns whether it was sent.
    mutating func repeatCancel(of order: Order) throws(NumericError) -> Bool {
        guard let capabilities = state.broker?.capabilities, !isHeldBySwap(order.symbol) else { return false }
        let number = state.inFlight.nextCommandNumber()
        guard
            case .approved(let approved) = try passGate(.cancel(clientOrderID: order.id), number, capabilities)
        else { return false }
        send(Request(.cancel, number: number, leftBy: state.now), for: order.id)
        emit(.command(approved))
        return true
    }
}

// MARK: - Deadlines

extension Orchestrator {
    /// P4: a time-out is not an answer. The order is in flight, and the broker is asked about it until it answers.
    mutating func checkDeadlines() throws(NumericError) {
        resumeBudgetHolds()
        for id in state.inFlight.due(at: state.now) {
            guard var order = state.portfolio.orders[id], order.status.isInFlight || order.isOverSoon else {
                state.inFlight.stopWaiting(for: id)
                continue
            }
            if !order.status.isInFlight, !isTraded(order.symbol) {
                expectReport(on: id)
                continue
            }
            if order.status.isInFlight, order.status != .unknown {
                _ = move(&order, by: .timedOut)
                state.portfolio.orders.put(order)
                recordOrder(
                    order, .timedOut, .noReport(within: state.configuration.commandTimeout))
            }
            expectReport(on: id)
            if state.broker != nil { sendQuery(about: id) }
        }
        try checkUnprotected()
        checkBreaches()
        checkBrokerWatch()
    }

    /// What is asked of the broker because it is overdue, or waited for the budget. After the actions that waited for it: a
    /// query that comes back every second would leave them nothing.
    mutating func sendDueQueries() {
        retryOverdueReconcile()
        sendWaitingQueries()
    }

    /// Now, as far as is known: else a market order waits, and nothing is amiss.
    private func isTraded(_ symbol: Symbol) -> Bool {
        let market = state.market
        return state.broker?.capabilities.sessions.contains(market.session(of: symbol, at: state.now)) == true
            && market[symbol]?.isHalted != true
    }

    private mutating func retryOverdueReconcile() {
        let next = state.now + state.configuration.commandTimeout
        switch state.reconciler.takeOverdue(at: state.now, repeatAt: next) {
        case .snapshot: reconcileNow()
        case .orders(let ids): for id in ids { sendQuery(about: id) }
        case .silent(let ids): continueWithout(ids)
        case nil: break
        }
    }

    /// Orders that the broker does not answer for stay in flight, and their symbols with them; the account goes on.
    private mutating func continueWithout(_ silent: [ClientOrderID]) {
        for id in silent {
            guard var uncertain = state.portfolio.orders[id], uncertain.isWorking else { continue }
            _ = move(&uncertain, by: .timedOut)
            state.portfolio.orders.put(uncertain)
            keepDeadline(of: uncertain)
            alert(.emergency, uncertain.symbol, .orderUnanswered(id))
        }
        reconcileNow()
    }

    mutating func sendQuery(about id: ClientOrderID) { sendQuery(.query(clientOrderID: id), about: id) }

    mutating func reconcileNow() {
        sendQuery(.reconcile, about: nil)
        state.reconciler.askAgain(at: state.now + state.configuration.commandTimeout)
    }

    /// - Returns: whether it was asked; else it waits for the budget of requests, see ``sendWaitingQueries()``.
    @discardableResult
    mutating func sendQuery(_ command: OrderCommand, about id: ClientOrderID?) -> Bool {
        guard let approved = passGate(query: command, about: id) else { return false }
        let number = approved.number
        state.inFlight.query(number, about: id, at: state.now)
        let now = state.now
        state.reconciler.watch { $0.asked(wholeState: id == nil, at: now) }
        emit(.command(approved))
        return true
    }

    mutating func recordOrder(_ order: Order, _ event: OrderEvent, _ note: OrderNote) {
        record(
            .order(
                OrderChanged(
                    order: order.id, symbol: order.symbol, event: event, status: order.status, note: note)))
    }
}

// MARK: - Pauses and setbacks

extension Orchestrator {
    /// After a refusal reality is looked at first; after several in a row the symbol waits for the next cycle.
    mutating func holdAfterRefusal(_ symbol: Symbol) {
        let (refusals, isNews) = state.holds.refuse(symbol, cycle: state.cycle.number, at: state.now)
        if isNews {
            alert(.emergency, symbol, .ordersRefused(refusals))
        }
        reconcileNow()
    }

    func isHeld(_ symbol: Symbol) -> Bool { state.holds.isHeld(symbol, in: state.cycle.number) }
}

extension Order {
    /// It works, and is filled as soon as the market trades.
    var isOverSoon: Bool { isWorking && terms.type == .market }
}
