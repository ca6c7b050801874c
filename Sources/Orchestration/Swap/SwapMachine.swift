import Trading

/// What a step of a swap asks for, in order.
enum SwapAction: Sendable, Hashable {
    /// No message of the adapter that trades is taken any more, and none of its answers is awaited.
    case detach
    /// This adapter is asked to leave.
    case dismiss(PluginName)
    /// This adapter trades from here on, under a new epoch.
    case engage(PluginName)
}

/// Which adapter trades, and how far its swap for another one has come. ``BrokerSwap`` has the stages.
///
/// Invariants:
/// 1. The adapter that trades changes when the one before has left, and never else.
/// 2. Every stage that waits for an adapter to be ready has a deadline; one that waits for a process to end has none.
/// 3. An adapter that fails gives place to the one before it, and to no third.
package struct SwapMachine: Sendable, Hashable, Codable {
    /// The adapter that trades, or is to: the configuration's `broker`, until another was swapped in. Nil where none is named.
    package private(set) var chosenBroker: PluginName?
    /// The adapter is being swapped for another one.
    package private(set) var current: BrokerSwap?

    package init() {}

    // MARK: - From the request to the end

    /// No order command leaves from here on.
    mutating func begin(_ request: SwapRequest, from broker: PluginName, at now: Timestamp, drainBy deadline: Timestamp)
    {
        current = BrokerSwap(request, from: broker, began: now, deadline: deadline)
    }

    /// Nothing is under way at the old adapter any more.
    /// - Parameter isReconciled: its snapshot and our state agree.
    mutating func drained(isReconciled: Bool) -> [SwapAction] {
        guard let swap = current, swap.stage == .draining else { return [] }
        enter(.leaving, until: nil)
        current?.leftReconciled = isReconciled ? true : nil
        return [.dismiss(swap.from)]
    }

    /// An adapter that was asked to leave is gone, process and all.
    mutating func brokerLeft(_ name: PluginName, readyBy deadline: Timestamp) -> [SwapAction] {
        guard let swap = current else { return [] }
        switch swap.stage {
        case .leaving where name == swap.from: return engage(swap.to, .joining, until: deadline)
        case .retreating where name == swap.to: return engage(swap.from, .returning, until: deadline)
        case .draining, .leaving, .joining, .retreating, .returning: return []
        }
    }

    private mutating func engage(
        _ name: PluginName, _ stage: BrokerSwap.Stage, until deadline: Timestamp
    ) -> [SwapAction] {
        chosenBroker = name
        enter(stage, until: deadline)
        return [.detach, .engage(name)]
    }

    /// The new adapter cannot trade.
    mutating func fail(_ why: SwapFailure) -> [SwapAction] {
        guard let swap = current, swap.stage == .joining else { return [] }
        enter(.retreating, until: nil)
        current?.failure = why
        return [.detach, .dismiss(swap.to)]
    }

    /// The swap is over: done, failed or given up.
    mutating func end() { current = nil }

    private mutating func enter(_ stage: BrokerSwap.Stage, until deadline: Timestamp?) {
        current?.stage = stage
        current?.deadline = deadline
    }

    // MARK: - Starts

    /// A swap that the last process did not end: the adapter that is to be ready is awaited anew.
    mutating func resume(readyBy deadline: Timestamp) {
        guard let swap = current else { return }
        switch swap.stage {
        case .draining, .leaving: break
        case .joining, .returning: current?.deadline = deadline
        case .retreating:
            chosenBroker = swap.from
            enter(.returning, until: deadline)
        }
    }

    /// The one that trades stays it while the configuration names it; else the first does.
    mutating func choose(among brokers: [PluginName]) {
        chosenBroker = chosenBroker.flatMap { brokers.contains($0) ? $0 : nil } ?? brokers.first
    }

    // MARK: - What holds meanwhile

    /// Whether the stage's time is over.
    func isOverdue(at now: Timestamp) -> Bool { current?.deadline.map { $0 <= now } ?? false }

    /// An adapter joins that must report what the one before it reported.
    var mustMatchPrevious: Bool { current?.stage == .joining && current?.leftReconciled == true }

    /// Whether nothing may be sent for a symbol. What is unprotected when a swap begins is protected first: it would stay
    /// unprotected until the swap is over.
    func holds(isUnprotected: Bool) -> Bool {
        guard let current else { return false }
        return current.stage != .draining || !isUnprotected
    }

    /// The stage, the adapter that trades and the deadline fit one another.
    var isInStep: Bool {
        guard let current else { return true }
        return switch current.stage {
        case .draining: chosenBroker == current.from && current.deadline != nil
        case .leaving: chosenBroker == current.from && current.deadline == nil
        case .joining: chosenBroker == current.to && current.deadline != nil
        case .retreating: chosenBroker == current.to && current.deadline == nil
        case .returning: chosenBroker == current.from && current.deadline != nil
        }
    }

    var nextDeadline: Timestamp? { current?.deadline }

    // MARK: - Time

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        guard let swap = current else { return }
        current?.began = min(swap.began + span, now)
        current?.deadline = swap.deadline.map { $0 + span }
    }
}
