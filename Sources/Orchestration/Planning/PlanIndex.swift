import Trading

/// Which symbols of a ``PlanStore`` have what: with every input it is asked whether anything is to end, and thousands of plans are
/// not looked at for it.
struct PlanIndex: Sendable {
    /// With a plan, in order.
    private(set) var planned: [Symbol] = []
    /// With an entry, or what belongs to one.
    private(set) var entries: Set<Symbol> = []
    /// With a limit of their quantity.
    private(set) var reductions: Set<Symbol> = []
    /// With a plan of nothing.
    private(set) var idle: Set<Symbol> = []
    /// Without a plan.
    private(set) var planless: Set<Symbol> = []
    /// Closed not long ago.
    private(set) var closed: Set<Symbol> = []
    /// When the first wish of the plan ends by itself.
    private(set) var wishEnds: [Symbol: Timestamp] = [:]

    /// What is known of a symbol is this now.
    /// - Parameters:
    ///   - isKnown: anything at all.
    ///   - isClosed: its position was closed, as long as that keeps it from being entered again.
    mutating func note(_ symbol: Symbol, _ plan: PositionPlan?, isKnown: Bool, isClosed: Bool) {
        notePlanned(symbol, plan != nil)
        Self.keep(symbol, plan?.hasEntry == true, in: &entries)
        Self.keep(symbol, plan?.quantityLimit != nil, in: &reductions)
        Self.keep(symbol, plan?.isEmpty == true, in: &idle)
        Self.keep(symbol, isKnown && plan == nil, in: &planless)
        Self.keep(symbol, isClosed, in: &closed)
        let end = plan?.firstWishEnd
        if end != nil || !wishEnds.isEmpty { wishEnds[symbol] = end }
    }

    private mutating func notePlanned(_ symbol: Symbol, _ isPlanned: Bool) {
        var (low, high) = (0, planned.count)
        while low < high {
            let middle = (low + high) / 2
            if planned[middle] < symbol { low = middle + 1 } else { high = middle }
        }
        let isThere = low < planned.count && planned[low] == symbol
        guard isThere != isPlanned else { return }
        if isPlanned { planned.insert(symbol, at: low) } else { planned.remove(at: low) }
    }

    private static func keep(_ symbol: Symbol, _ isIn: Bool, in symbols: inout Set<Symbol>) {
        if isIn { symbols.insert(symbol) } else if !symbols.isEmpty { symbols.remove(symbol) }
    }
}

extension PositionPlan {
    fileprivate var hasEntry: Bool { entry != nil || entryOwner != nil || entryUntil != nil }

    /// When its reduction or its entry ends by itself, whichever is first.
    fileprivate var firstWishEnd: Timestamp? {
        guard let reduction = reductionUntil else { return entryUntil }
        return entryUntil.map { min($0, reduction) } ?? reduction
    }
}
