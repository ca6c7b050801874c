import Trading

/// From plan to command: the next step of a symbol, through the gate, named and put into the books.
extension Orchestrator {
    /// Compares plan and reality, and takes the next step if there is one. Called from one place, for every
    /// symbol that an input has changed.
    mutating func advance(_ symbol: Symbol) throws(NumericError) {
        guard !isQuiet(symbol) else { return }
        quiet[symbol] = nil
        guard let broker = state.broker, broker.isReconciled, state.control.state != .halted,
            !isHeldBySwap(symbol)
        else { return }
        guard state.mode(of: symbol) != .watched else {
            return state.plans[symbol].map { recordWaiting(.watched, $0) } ?? ()
        }
        decideChangeByOthers(symbol)
        renewBreach(of: symbol)
        try renewOwnStop(symbol)
        guard let plan = state.plans[symbol] ?? planForOrphanedExits(of: symbol) else { return }
        guard !state.reconciler.isContested(symbol) else { return recordWaiting(.listContradicts, plan) }
        guard !isHeld(symbol) || holdsAgreedShares(symbol), !hasUnconfirmedPosition(symbol) else {
            return recordWaiting(holdReason(symbol), plan)
        }
        if let stop = plan.stop { state.holds.wantStop(symbol, at: stop.stopPrice) }
        let coordinator = coordinator(of: symbol, plan, broker)
        let action = coordinator.nextAction()
        if let action, state.run.isObserving { return recordWaiting(.observing(action.summary), plan) }
        recordWaiting(coordinator.waiting, plan)
        guard let action else {
            reportObstacle(coordinator.obstacle, symbol)
            return noteQuiet(coordinator)
        }
        try issue(action, plan: plan, capabilities: broker.capabilities)
    }

    /// What compares plan and reality as they are now.
    func coordinator(of symbol: Symbol, _ plan: PositionPlan, _ broker: BrokerLink) -> ActionCoordinator {
        ActionCoordinator(
            symbol, plan: plan, state: state.marked,
            capabilities: capabilities(of: symbol) ?? broker.capabilities,
            isOverdue: state.protection.isAnswered(symbol), isStopStuck: isStopStuck(symbol),
            refused: refused(symbol, plan), declared: broker.capabilities,
            mayReplace: state.holds.refusals(symbol) < CoreLimits.rejectionsBeforeHold,
            mayEnter: state.mayEnter, areWishesFresh: areWishesFresh && !isApprovalOver(of: symbol),
            sentEntry: state.plans.sentEntry(symbol),
            patienceSince: state.now + TimeSpan(nanoseconds: -state.configuration.commandTimeout.nanoseconds),
            isSpreadUnsound: isSpreadUnsound(symbol), session: state.market.session(of: symbol, at: state.now),
            levels: state.plans.levelsByOthers(symbol), overdue: overdueDoubts(of: symbol),
            unconfirmed: unconfirmedQuantity(of: symbol))
    }

    /// What the broker has refused lately and is not tried now (I-REF-2).
    private func refused(_ symbol: Symbol, _ plan: PositionPlan) -> RefusedSteps {
        let (holds, cycle) = (state.holds, state.cycle.number)
        var refused = RefusedSteps()
        refused.isPart = holds.isBackingOff(symbol, .part, in: cycle)
        refused.isWholeExit = holds.isBackingOff(symbol, .wholeExit, in: cycle)
        // What the market has reached is not given up for a refusal or two.
        refused.isExitThroughStop =
            refused.isWholeExit && holds.identicalRefusals(symbol, .wholeExit) >= CoreLimits.rejectionsBeforeHold
        refused.isStop = holds.isBackingOff(symbol, .protection, in: cycle)
        refused.isMove = holds.isBackingOff(symbol, .move, in: cycle)
        refused.isEntry = plan.entry.map { holds.isBackingOff(symbol, $0.backoff, in: cycle) } ?? false
        refused.isBracket = holds.refusesBrackets(symbol)
        refused.isRemainder = holds.isBackingOff(symbol, .remainder, in: cycle)
        return refused
    }

    /// What was approved is begun while the approval lasts: an entry that waits for the open may outlive it (I-APPR-1).
    private func isApprovalOver(of symbol: Symbol) -> Bool {
        guard approvalGate != nil, state.portfolio.positions[symbol] == nil,
            let proposal = state.approvals[symbol, .enter], case .approved = proposal.verdict
        else { return false }
        return proposal.until <= state.now
    }

    /// What policies asked for is begun only as long as they are asked again and again: after a pause - a tape that goes on
    /// with the next day, a computer that slept - the next cycle decides first (I-WISH-3). What a person wants waits for none.
    private var areWishesFresh: Bool {
        guard !state.control.isFlattening else { return true }
        let period = state.configuration.cyclePeriod.nanoseconds
        let longest = TimeSpan(nanoseconds: max(period * CoreLimits.wishCycles, CoreLimits.shortestWish.nanoseconds))
        return state.cycle.decidedAt.map { state.now <= $0 + longest } ?? false
    }

    /// A quote that is no market is waited out, for a bounded time.
    private func isSpreadUnsound(_ symbol: Symbol) -> Bool {
        state.market.spreadUnsoundSince(symbol).map { state.now < $0 + CoreLimits.unsoundSpreadPatience } ?? false
    }

    /// An exit of ours that works though nothing is planned any more is to be ended, not forgotten. Somebody else's is to be
    /// told where it stands in the way.
    private func planForOrphanedExits(of symbol: Symbol) -> PositionPlan? {
        let isHeld = state.portfolio.positions[symbol] != nil
        guard state.portfolio.orders.working(symbol).contains(where: { $0.isExit || (isHeld && $0.isExternal) }) else {
            return nil
        }
        return PositionPlan(id: DecisionID(cycle: state.cycle.number, symbol: symbol), symbol: symbol)
    }

    /// What no step can remove is reported once.
    private mutating func reportObstacle(_ obstacle: Obstacle?, _ symbol: Symbol) {
        guard let obstacle else {
            guard state.holds.obstacle(of: symbol) != nil else { return }
            state.holds.endReport(.obstacle, of: symbol)
            return state.protection.rearm(symbol, limit: state.configuration.unprotectedLimit)
        }
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
            for kind in [.refusedByRiskGate, .orderBudget] as [HoldReason.Kind] {
                state.holds.endReport(kind, of: plan.symbol)
            }
            // What keeps a part from being protected does so still when the rest gets its stop.
            if state.holds.obstacle(of: plan.symbol)?.unprotected == nil {
                state.holds.endReport(.obstacle, of: plan.symbol)
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
                    ClientOrderID(unchecked: drafts.count == 1 ? base : "\(base)\(Self.legs[index])"), plan.symbol)
            }
            return .submit(
                OrderSubmission(
                    orders: orders, groupID: group == nil ? nil : OrderGroupID(unchecked: base), groupKind: group))
        }
    }

    /// Client order id = f(start of this run, plan, step): the same in every replay, never twice at a broker, not even when
    /// an older copy of the journal is put back (I-ORD-7).
    private func nextOrderIDBase(_ plan: PositionPlan) -> String {
        let number = state.plans.nextAction(plan.symbol, of: plan.id)
        return "\(orderIDPrefix ?? "bb.")\(plan.id).\(number)"
    }

    /// Of every order of this run, and of no other core's; nil before the first start.
    var orderIDPrefix: String? {
        state.run.idTime.map { "bb\(String($0.nanoseconds / 1_000_000_000, radix: 36))." }
    }

    /// Of a group, behind its id.
    static let legs = ["a", "b", "c"]

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
        guard let capabilities = state.broker?.capabilities, !isHeldBySwap(order.symbol), !state.run.isObserving
        else { return false }
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
        for symbol in state.plans.endOverdueWishes(at: state.now) { touch(symbol) }
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
        checkDoubts()
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
    func isTraded(_ symbol: Symbol) -> Bool {
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
    /// After a refusal reality is looked at first; after several in a row the symbol waits for the next cycle, but for what was
    /// not refused yet.
    mutating func holdAfterRefusal(_ symbol: Symbol, isNextAnother: Bool = false) {
        let (refusals, isNews) = state.holds.refuse(
            symbol, cycle: state.cycle.number, isNextAnother: isNextAnother, at: state.now)
        if isNews {
            alert(.emergency, symbol, .ordersRefused(refusals, why: state.holds.refusalReason(symbol)))
        }
        reconcileNow()
    }

    /// I-REF-2: the order rests as it did, and after several refusals in a row the next try comes later each time.
    mutating func noteRefusedMove(_ order: Order) {
        let symbol = order.symbol
        guard order.isWorking, order.isExit, let change = state.inFlight.request(for: order.id)?.replacement,
            change.quantity == nil, state.holds.refusals(symbol) >= CoreLimits.rejectionsBeforeHold
        else { return }
        state.holds.refuseMove(symbol, to: change.stopPrice, cycle: state.cycle.number)
    }

    func isHeld(_ symbol: Symbol) -> Bool { state.holds.isHeld(symbol, in: state.cycle.number) }
}

extension Order {
    /// Somebody else's.
    var isExternal: Bool { terms.role == .external }

    /// It works, and is filled as soon as the market trades.
    var isOverSoon: Bool { isWorking && terms.type == .market }
}
