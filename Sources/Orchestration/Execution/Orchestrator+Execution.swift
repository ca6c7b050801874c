import Trading

/// From plan to command: the next step of a symbol, through the gate, named and put into the books.
extension Orchestrator {
    /// Compares plan and reality, and takes the next step if there is one. Called after everything that changes either.
    mutating func advance(_ symbol: Symbol) throws(NumericError) {
        guard let broker = state.broker, broker.isReconciled, state.control.state != .halted,
            !isFrozen(symbol), let plan = state.plans[symbol] ?? planForRemains(of: symbol)
        else { return }
        guard !isPaused(symbol), !isInQuestion(symbol) else { return tellWaiting(pauseWords(symbol), plan) }
        let coordinator = ActionCoordinator(
            symbol, plan: plan, state: state.portfolio, capabilities: broker.capabilities,
            isOverdue: state.naked[symbol]?.isAnswered == true, isStopStuck: isStopStuck(symbol),
            mayReduce: !isSetBack(symbol),
            mayReplace: (state.pauses[symbol]?.refusals ?? 0) < Memory.rejectionsBeforePause,
            mayEnter: state.control.state == .active,
            patienceSince: state.now + TimeSpan(nanoseconds: -state.configuration.commandTimeout.nanoseconds))
        tellWaiting(coordinator.waiting, plan)
        guard let step = coordinator.nextStep() else { return tellObstacle(coordinator.obstacle, symbol) }
        try issue(step, plan: plan, capabilities: broker.capabilities)
    }

    /// An exit of ours that works though nothing is planned any more is to be ended, not forgotten.
    private func planForRemains(of symbol: Symbol) -> PositionPlan? {
        guard state.portfolio.orders.working(symbol).contains(where: \.isExit) else { return nil }
        return PositionPlan(id: DecisionID(cycle: state.cycle.number, symbol: symbol), symbol: symbol)
    }

    /// What no step can remove is told once.
    private mutating func tellObstacle(_ obstacle: String?, _ symbol: Symbol) {
        guard let obstacle, state.refused.updateValue(obstacle, forKey: symbol) != obstacle else { return }
        alert(.emergency, .obstacle, symbol, obstacle)
    }

    private mutating func issue(
        _ step: Step, plan: PositionPlan, capabilities: BrokerCapabilities
    ) throws(NumericError) {
        let command = command(for: step, plan: plan, capabilities)
        let commandNumber = nextCommandNumber()
        switch try passGate(command, commandNumber, capabilities) {
        case .waits(let wait): holdBack(step, wait, of: plan.symbol)
        case .refused(let why):
            if state.refused.updateValue(step.words, forKey: plan.symbol) != step.words {
                alert(.warning, .riskGate, plan.symbol, "refused by the risk gate: \(step.words): \(why)")
            }
            pause(plan.symbol)
        case .approved(let approved):
            state.refused[plan.symbol] = nil
            state.risk.waiting[plan.symbol] = nil
            let number = (state.steps[plan.symbol]?.count ?? 0) + 1
            state.steps[plan.symbol] = StepCount(decision: plan.id, count: number)
            let ids = book(command, commandNumber)
            record(
                .step(
                    StepTaken(
                        decision: plan.id, symbol: plan.symbol, number: number, words: step.words, why: step.why,
                        orders: ids)))
            emit(.command(approved))
        }
    }

    private mutating func command(
        for step: Step, plan: PositionPlan, _ capabilities: BrokerCapabilities
    ) -> OrderCommand {
        if state.steps[plan.symbol]?.decision != plan.id {
            state.steps[plan.symbol] = StepCount(decision: plan.id, count: 0)
        }
        switch step.action {
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
        let number = (state.steps[plan.symbol]?.count ?? 0) + 1
        let seconds = (state.genesis ?? state.now).nanoseconds / 1_000_000_000
        return "bb\(String(seconds, radix: 36)).\(plan.id).\(number)"
    }

    private static func leg(_ index: Int) -> String { ["a", "b", "c"][index] }

    /// Puts what is about to be sent into the books, in doubt until the broker's word.
    private mutating func book(_ command: OrderCommand, _ number: Int64) -> [ClientOrderID] {
        switch command {
        case .submit(let submission):
            for terms in submission.orders {
                if terms.role == .entry {
                    state.entering[terms.symbol] = state.plans[terms.symbol]?.entry
                    state.entryOwners[terms.symbol] = state.plans[terms.symbol]?.entryOwner
                }
                state.portfolio.orders.put(
                    Order(
                        terms: terms, groupID: submission.groupID, groupKind: submission.groupKind,
                        submittedAt: state.now))
                state.requests[terms.clientOrderID] = Request(.submit, number: number, leftBy: state.now)
                expectWord(on: terms.clientOrderID)
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
        state.requests[next.id] = Request(.submit, number: number, leftBy: state.now)
        expectWord(on: next.id)
        return [id, next.id]
    }

    private mutating func apply(_ event: OrderEvent, to id: ClientOrderID, _ request: Request) {
        guard var order = state.portfolio.orders[id] else { return }
        let transition = move(&order, by: event)
        precondition(transition != .refused, "the coordinator asked for \(event) of an order that is \(order.status)")
        state.portfolio.orders.put(order)
        state.requests[id] = request.following(state.requests[id])
        expectWord(on: id)
    }

    mutating func expectWord(on id: ClientOrderID) {
        state.deadlines[id] = state.now + state.configuration.commandTimeout
    }
}

extension Orchestrator {
    /// The same cancel once more; returns whether it was sent.
    mutating func repeatCancel(of order: Order) throws(NumericError) -> Bool {
        guard let capabilities = state.broker?.capabilities, !isFrozen(order.symbol) else { return false }
        let number = nextCommandNumber()
        guard
            case .approved(let approved) = try passGate(.cancel(clientOrderID: order.id), number, capabilities)
        else { return false }
        state.requests[order.id] = Request(.cancel, number: number, leftBy: state.now).following(
            state.requests[order.id])
        expectWord(on: order.id)
        emit(.command(approved))
        return true
    }
}

// MARK: - Deadlines

extension Orchestrator {
    /// P4: a time-out is not an answer. The order is in doubt, and the broker is asked about it until it answers.
    mutating func checkDeadlines() throws(NumericError) {
        try resumeWaiting()
        for (id, _) in state.deadlines.due(at: state.now) {
            guard var order = state.portfolio.orders[id], order.status.isInDoubt || order.isOverSoon else {
                state.deadlines[id] = nil
                continue
            }
            if !order.status.isInDoubt, !isTraded(order.symbol) {
                expectWord(on: id)
                continue
            }
            if order.status.isInDoubt, order.status != .unknown {
                _ = move(&order, by: .timedOut)
                state.portfolio.orders.put(order)
                tell(order, .timedOut, "no word within \(state.configuration.commandTimeout); the broker is asked")
            }
            expectWord(on: id)
            if state.broker != nil { ask(about: id) }
        }
        askForOverdueTruth()
        askWhatWaits()
        try checkNakedness()
        try checkBreaches()
    }

    /// Now, as far as is known: else a market order waits, and nothing is amiss.
    private func isTraded(_ symbol: Symbol) -> Bool {
        let market = state.portfolio.market
        return state.broker?.capabilities.sessions.contains(market.session) == true
            && market[symbol]?.isHalted != true
    }

    private mutating func askForOverdueTruth() {
        guard let link = state.broker, let due = link.truthIsDue, due <= state.now else { return }
        guard !link.questions.isEmpty else { return askForBrokerState() }
        guard link.unanswered < Memory.unansweredRounds else { return goOnWithout(link.questions) }
        state.broker?.unanswered += 1
        for id in link.questions { ask(about: id) }
        state.broker?.truthIsDue = state.now + state.configuration.commandTimeout
    }

    /// Orders that the broker does not answer for stay in doubt, and their symbols with them; the account goes on.
    private mutating func goOnWithout(_ silent: [ClientOrderID]) {
        for id in silent {
            guard var doubtful = state.portfolio.orders[id], doubtful.isWorking else { continue }
            _ = move(&doubtful, by: .timedOut)
            state.portfolio.orders.put(doubtful)
            keepDeadline(of: doubtful)
            alert(
                .emergency, .orderStuck, doubtful.symbol,
                "the broker does not say what became of \(id); nothing is done on \(doubtful.symbol)")
        }
        state.broker?.questions = []
        state.broker?.unanswered = 0
        askForBrokerState()
    }

    mutating func ask(about id: ClientOrderID) { ask(.query(clientOrderID: id), about: id) }

    mutating func askForBrokerState() {
        ask(.reconcile, about: nil)
        state.broker?.truthIsDue = state.now + state.configuration.commandTimeout
    }

    /// - Returns: whether it was asked; else it waits for the budget of requests, see ``askWhatWaits()``.
    @discardableResult
    mutating func ask(_ command: OrderCommand, about id: ClientOrderID?) -> Bool {
        guard let approved = passGate(question: command, about: id) else { return false }
        let number = approved.number
        state.questions.append(Question(number: number, order: id, askedAt: state.now))
        // Without an answer for so long, there will be none.
        if state.questions.count > Memory.openQuestions { state.questions.removeFirst(Memory.openQuestions / 2) }
        emit(.command(approved))
        return true
    }

    mutating func nextCommandNumber() -> Int64 {
        state.commandCount += 1
        return state.commandCount
    }

    mutating func tell(_ order: Order, _ event: OrderEvent, _ words: String) {
        record(
            .order(
                OrderChanged(
                    order: order.id, symbol: order.symbol, event: event, status: order.status, words: words)))
    }
}

// MARK: - Pauses and setbacks

extension Orchestrator {
    /// P5: after a reduction that failed, protection is put back first. The next try comes later each time, so that a
    /// stop is not taken away and put back in a loop.
    mutating func setBack(_ symbol: Symbol) {
        let count = (state.setbacks[symbol]?.count ?? 0) + 1
        let cycles = min(Memory.longestSetback, Int64(1) << min(count, 10))
        state.setbacks[symbol] = Setback(count: count, untilCycle: state.cycle.number + cycles)
    }

    private func isSetBack(_ symbol: Symbol) -> Bool {
        state.setbacks[symbol].map { state.cycle.number < $0.untilCycle } ?? false
    }

    /// After a refusal reality is looked at first; after several in a row the symbol waits for the next cycle.
    mutating func pauseAfterRefusal(_ symbol: Symbol) {
        let before = state.pauses[symbol]
        let refusals = (before?.refusals ?? 0) + 1
        let isSoonAfter = before?.refusedAt.map { state.now <= $0 + Memory.refusalAge } ?? false
        let sinceWait = (isSoonAfter ? before?.sinceWait ?? 0 : 0) + 1
        let waits = sinceWait >= Memory.rejectionsBeforePause
        state.pauses[symbol] = Pause(
            awaitsBrokerState: true, refusals: refusals, refusedAt: state.now,
            // A stop that is missing is tried several times in a cycle; what can wait, once.
            sinceWait: waits && state.naked[symbol] != nil ? 0 : sinceWait,
            untilCycle: waits ? state.cycle.number + 1 : state.cycle.number)
        // Told at the third, and then each time that they have doubled: a cycle lasts seconds, a refusal can last days.
        if waits, refusals % Memory.rejectionsBeforePause == 0,
            (refusals / Memory.rejectionsBeforePause).nonzeroBitCount == 1
        {
            alert(
                .emergency, .refusedByBroker, symbol,
                "the broker refused \(refusals) orders of \(symbol) in a row; it is tried again next cycle")
        }
        askForBrokerState()
    }

    /// Until the next cycle.
    private mutating func pause(_ symbol: Symbol) {
        let cycle = state.cycle.number
        var pause = state.pauses[symbol] ?? Pause(awaitsBrokerState: false, refusals: 0, untilCycle: cycle)
        pause.awaitsBrokerState = false
        pause.truthNotBefore = nil
        pause.untilCycle = cycle + 1
        state.pauses[symbol] = pause
    }

    func isPaused(_ symbol: Symbol) -> Bool {
        guard let pause = state.pauses[symbol] else { return false }
        return pause.awaitsBrokerState || state.cycle.number < pause.untilCycle
    }
}

extension Order {
    /// It works, and is filled as soon as the market trades.
    var isOverSoon: Bool { isWorking && terms.type == .market }
}
