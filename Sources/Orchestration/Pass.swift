import Trading

/// What one input has changed and is to be acted on, once, when it has been applied.
struct Pass: Sendable {
    /// Actions that waited for the budget, the most urgent first.
    private var resumed: [(symbol: Symbol, heldUntil: Timestamp)] = []
    /// Some of them several times.
    private var changed: [Symbol] = []
    /// They came in order, and once each.
    private var isInOrder = true
    private var trigger: CycleTrigger?

    mutating func touch(_ symbol: Symbol) {
        if let last = changed.last {
            guard last != symbol else { return }
            if last > symbol { isInOrder = false }
        }
        changed.append(symbol)
    }

    mutating func resume(_ symbol: Symbol, heldUntil: Timestamp) { resumed.append((symbol, heldUntil)) }

    /// The first reason for a cycle is the one that is recorded.
    mutating func requestCycle(_ trigger: CycleTrigger) { self.trigger = self.trigger ?? trigger }

    /// Each symbol once: those that waited for the budget in their order, then the others by name.
    mutating func takeChanged() -> [(symbol: Symbol, budgetHold: Timestamp?)] {
        defer { (resumed, changed, isInOrder) = ([], [], true) }
        let others = isInOrder ? changed : Set(changed).sorted()
        guard !resumed.isEmpty else { return others.map { (symbol: $0, budgetHold: nil) } }
        let first = resumed.map { (symbol: $0.symbol, budgetHold: Timestamp?.some($0.heldUntil)) }
        let waited = Set(resumed.map(\.symbol))
        return first + others.filter { !waited.contains($0) }.map { (symbol: $0, budgetHold: nil) }
    }

    mutating func takeCycle() -> CycleTrigger? {
        defer { trigger = nil }
        return trigger
    }

    var isDue: Bool { !resumed.isEmpty || !changed.isEmpty || trigger != nil }
}
