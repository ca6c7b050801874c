import Trading

/// The core: a deterministic state machine. Inputs in, effects out.
///
/// Invariants:
/// 1. It reads no clock, file, socket or random source; the same inputs give the same effects, bit for bit.
/// 2. Nothing is sent that did not pass ``RiskGate``; nothing is sent that is not among the effects of an input, and the
///    live loop makes both durable first.
/// 3. One command in flight for a symbol at most; an order in flight ends only by the broker's report.
/// 4. It never iterates a dictionary in hash order where the order could reach an effect.
package struct Orchestrator: Sendable {
    package internal(set) var state: CoreState
    private var effects: [Effect] = []
    /// What the input that is being handled has changed.
    private var pass = Pass()
    /// Advice that changes nothing as long as it is the same. No decision depends on it, but how soon it is made.
    var standing = StandingDecisions()
    /// Symbols that need no step as long as nothing changes; the same is true of them.
    var quiet = QuietSymbols()
    var shownOrders = ShownOrders()
    /// Sees every transition that is tried; no decision depends on it.
    package var witness: (@Sendable (OrderStatus, OrderEvent, OrderLifeCycle.Transition) -> Void)?

    package init(_ state: CoreState = CoreState()) { self.state = state }

    /// Takes one input at its time; returns what is to be made durable and then done, in order.
    package mutating func handle(_ input: Input, at time: Timestamp) -> [Effect] {
        state.run.advance(to: time)
        state.market.look(at: state.now)
        effects = []
        pass = Pass()
        applyDueActions()
        orHalt { core throws(NumericError) in try core.apply(input) }
        // Whatever went wrong with the input: what is in flight is asked about, and what is unprotected is reported.
        orHalt { core throws(NumericError) in try core.checkDeadlines() }
        orHalt { core throws(NumericError) in try core.actOnChanges() }
        sendDueQueries()
        // What is unprotected gets its stop before the adapter that would place it is asked to leave.
        checkSwap()
        orHalt { core throws(NumericError) in try core.actOnChanges() }
        requestWake()
        return effects
    }

    /// What follows from the input: limits, then the next action of every symbol that has changed, then a cycle that is due.
    /// A cycle that has no policies to ask decides at once, and a limit may be reached with any of these: then once more.
    private mutating func actOnChanges() throws(NumericError) {
        repeat {
            try enforceLimits()
            for (symbol, budgetHold) in pass.takeChanged() {
                try advance(symbol)
                // It has gone, or there is nothing left to do.
                if let budgetHold { state.holds.endBudgetHold(symbol, until: budgetHold) }
            }
            if let trigger = pass.takeCycle() { try beginCycle(trigger: trigger) }
        } while pass.isDue || state.risk.isCheckDue
    }

    /// Doubt about figures halts trading; what protects rests at the broker.
    private mutating func orHalt(_ body: (inout Orchestrator) throws(NumericError) -> Void) {
        do { try body(&self) } catch { restrict(to: .halted, why: .figures(error)) }
    }

    private mutating func apply(_ input: Input) throws(NumericError) {
        switch input {
        case .started(let start): applyStart(start)
        case .policyReady(let name, let needs): policyReady(name, needs)
        case .policyGone(let name, let why): policyGone(name, why)
        case .brokerReady(let name, let capabilities): brokerReady(name, capabilities)
        case .brokerGone(let name, let why): brokerGone(name, why)
        case .providerReady(let name): state.plugins.providerReady(name)
        case .providerGone(let name, let why): providerGone(name, why)
        case .cycleDue: requestPeriodicCycle()
        case .evaluated(let cycle, let answers): try applyPolicyAnswers(cycle, answers)
        case .market(let update): try applyMarketUpdate(update)
        case .history(_, let bars): state.market.warm(bars, at: state.now)
        case .historyMissing(let provider, let why): alert(.warning, nil, .historyMissing(provider, why: why))
        case .execution(let report): try applyReport(report)
        case .orderAnswer(let answer, let query): try applyOrderAnswer(answer, to: query)
        case .brokerState(let snapshot, let query): try applyBrokerSnapshot(snapshot, to: query)
        case .cashMovement(let movement): try applyCashMovements([movement], isListed: false)
        case .executionCorrection(let correction): try applyCorrection(correction)
        case .brokerError(let name, let query, let why): applyBrokerError(name, query, why)
        case .commandNotSent(let command, let why): try applyCommandNotSent(command, why)
        case .control(let control): try applyControl(control)
        case .asked(let request): applyRequest(request)
        case .wake: break
        case .clockJumped(let span): applyClockJump(span)
        case .messageGap(let plugin, let what): applyMessageGap(plugin, what)
        case .protocolViolation(let plugin, let why):
            alert(.warning, nil, .protocolViolation(plugin, why: why))
        case .pluginNotice(let plugin, let what):
            // Of the adapter that trades everything depends.
            alert(plugin == state.chosenBroker ? .emergency : .warning, nil, .pluginNotice(plugin, what: what))
        case .configured(let change): applyConfiguration(change)
        case .misconfigured(let why):
            alert(.warning, nil, .configurationNotUsed(why))
        case .settingsAnswered(let plugin, let refusal): applySettingsAnswer(plugin, refusal)
        case .pluginManaged(let plugin, let what, let who, let why):
            alert(.notice, nil, .pluginManaged(plugin, what: what, who: who, why: why))
        case .stopping(let why): alert(.notice, nil, .stopping(why))
        case .swapBroker(let request): applySwapRequest(request)
        case .brokerLeft(let name): brokerLeft(name)
        case .brokerFailed(let name, let why): brokerFailed(name, why)
        case .brokerFenced(let name, let finding): brokerFenced(name, finding)
        case .brokerFreed(let name, let who, let why): brokerFreed(name, who: who, why: why)
        }
    }

    private mutating func applyStart(_ start: Start) {
        let before = state.configure(start.configuration)
        fitLimits()
        dropUnconfigured(since: before)
        state.run.started(
            epoch: start.epoch, namesOrdersByRun: start.namesOrdersByRun == true, isObserving: start.isObserving)
        nameInitialStops()
        // What nobody of this run has asked for is not done.
        dropWishes()
        state.holds.endWaits()
        // Connections belong to a process; what was in flight is asked for again when the broker is back.
        state.reconciler.disconnected()
        markInFlightUnknown()
        state.plugins.started(configured: start.configuration.policies)
        state.cycle.started()
        let now = state.now
        // A tape goes on when the broker is there, and by as much as it wants.
        if !state.configuration.isLockstep {
            state.reconciler.watch { $0.absent(at: now, reminder: CoreLimits.unreconciled) }
        }
        alert(.notice, nil, .started(epoch: start.epoch))
        if start.isObserving { alert(.notice, nil, .observing) }
        resumeSwap()
    }

    private mutating func policyReady(_ name: PluginName, _ needs: PolicyNeeds?) {
        state.plugins.policyReady(name, needs)
        trackNeeds()
        watchConditions()
    }

    private mutating func policyGone(_ name: PluginName, _ why: String) {
        state.plugins.policyGone(name)
        alert(.warning, nil, .policyGone(name, why: why))
        watchConditions()
    }

    private mutating func providerGone(_ name: PluginName, _ why: String) {
        state.plugins.providerGone(name)
        alert(.warning, nil, .providerGone(name, why: why))
    }

    private mutating func requestWake() {
        if let time = state.run.wake(by: state.earliestDeadline) { effects.append(.wake(at: time)) }
    }
}

// MARK: - What the extensions use

extension Orchestrator {
    /// The one way in which an order's status changes: through the table.
    func move(_ order: inout Order, by event: OrderEvent) -> OrderLifeCycle.Transition {
        let before = order.status
        let transition = order.apply(event, at: state.now)
        witness?(before, event, transition)
        return transition
    }

    /// The next action of a symbol is looked for when the input has been applied.
    mutating func touch(_ symbol: Symbol) { pass.touch(symbol) }

    /// Every symbol that has a plan.
    mutating func touchPlanned() { for symbol in state.plans.planned { touch(symbol) } }

    /// Every symbol that has a plan or a working order.
    mutating func touchAll() {
        touchPlanned()
        for symbol in state.portfolio.orders.symbols { touch(symbol) }
    }

    /// An action that waited for the budget may go now; the order of the calls is kept.
    mutating func resume(_ symbol: Symbol, heldUntil: Timestamp) { pass.resume(symbol, heldUntil: heldUntil) }

    /// A cycle begins when everything that has changed was acted on.
    mutating func requestCycle(_ trigger: CycleTrigger) { pass.requestCycle(trigger) }

    mutating func emit(_ effect: Effect) { effects.append(effect) }
    mutating func record(_ record: Record) {
        effects.append(.record(record))
        state.audit.note(record, at: state.now)
    }
    mutating func alert(_ level: Alert.Level, _ symbol: Symbol?, _ reason: AlertReason) {
        record(.alert(Alert(level: level, symbol: symbol, reason: reason)))
    }
}
