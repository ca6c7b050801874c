import Trading

/// What one input has changed and is to be acted on, once, when it has been applied.
struct Pass: Sendable {
    /// Actions that waited for the budget, the most urgent first.
    private var resumed: [(symbol: Symbol, heldUntil: Timestamp)] = []
    private var changed: Set<Symbol> = []
    private var trigger: CycleTrigger?

    mutating func touch(_ symbol: Symbol) { changed.insert(symbol) }

    mutating func resume(_ symbol: Symbol, heldUntil: Timestamp) { resumed.append((symbol, heldUntil)) }

    /// The first reason for a cycle is the one that is recorded.
    mutating func requestCycle(_ trigger: CycleTrigger) { self.trigger = self.trigger ?? trigger }

    /// Each symbol once: those that waited for the budget in their order, then the others by name.
    mutating func takeChanged() -> [(symbol: Symbol, budgetHold: Timestamp?)] {
        defer { (resumed, changed) = ([], []) }
        let first = resumed.map { (symbol: $0.symbol, budgetHold: Timestamp?.some($0.heldUntil)) }
        let waited = Set(resumed.map(\.symbol))
        return first + changed.subtracting(waited).sorted().map { (symbol: $0, budgetHold: nil) }
    }

    mutating func takeCycle() -> CycleTrigger? {
        defer { trigger = nil }
        return trigger
    }

    var isDue: Bool { !resumed.isEmpty || !changed.isEmpty || trigger != nil }
}
