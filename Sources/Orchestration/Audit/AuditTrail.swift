import Trading

/// What was recorded last, so that the same is not recorded with every cycle, and what policies are given of it: the
/// history, and what they advise each other.
package struct AuditTrail: Sendable, Hashable, Codable {
    /// Dispositions of a symbol, and moves too small to be made, as the last decision recorded them.
    private var symbols: [Symbol: Reported] = [:]
    private var stamps = Derived(Stamps())
    /// Dispositions that concern the portfolio.
    private var portfolio: [DispositionKey] = []
    /// Oldest first.
    package private(set) var history: [HistoryItem] = []
    /// What policies have said for each other, sorted by policy, symbol and name.
    package private(set) var advisories: [Advisory] = []

    private struct Reported: Sendable, Hashable, Codable {
        var dispositions: [DispositionKey] = []
        var deferrals: [DispositionKey] = []
        /// All of them, as in the last record, be it a decision or not.
        var all: [DispositionKey] = []
        /// Of its last change.
        var stamp = Derived<UInt64>(0)
        var isEmpty: Bool { dispositions.isEmpty && deferrals.isEmpty && all.isEmpty }

        private enum CodingKeys: CodingKey { case dispositions, deferrals, all }
    }

    private enum CodingKeys: CodingKey { case symbols, portfolio, history, advisories }

    package init() {}

    private mutating func change(_ symbol: Symbol, _ body: (inout Reported) -> Void) {
        var after = symbols[symbol] ?? Reported()
        body(&after)
        after.stamp.value = stamps.value.next()
        symbols[symbol] = after.isEmpty ? nil : after
    }

    /// Another one after every change of what was recorded of the symbol; 0 for nothing.
    func stamp(of symbol: Symbol) -> UInt64 { symbols[symbol]?.stamp.value ?? 0 }

    // MARK: - What is news

    /// - Returns: whether what became of the advice on a symbol is other than recorded, or a deferral is new.
    mutating func isNews(_ symbol: Symbol, dispositions: [DispositionKey], deferrals: [DispositionKey]) -> Bool {
        let before = symbols[symbol] ?? Reported()
        let isOther = before.dispositions != dispositions
        if isOther || before.isEmpty { change(symbol) { $0.dispositions = dispositions } }
        return (isOther && !dispositions.isEmpty) || !deferrals.allSatisfy(before.deferrals.contains)
    }

    /// The decision on a symbol was recorded with these deferrals.
    mutating func recorded(_ symbol: Symbol, deferrals: [DispositionKey]) {
        let before = symbols[symbol] ?? Reported()
        guard before.deferrals != deferrals || before.isEmpty else { return }
        change(symbol) { $0.deferrals = deferrals }
    }

    /// Called with what became of all advice on a symbol, after the decision on it was recorded or not.
    /// - Returns: whether it is other than in the last record.
    mutating func isOther(_ symbol: Symbol, dispositions: [DispositionKey]) -> Bool {
        guard symbols[symbol]?.all ?? [] != dispositions else { return false }
        var after = symbols[symbol] ?? Reported()
        after.all = dispositions
        after.stamp.value = stamps.value.next()
        symbols[symbol] = after
        return true
    }

    /// - Returns: whether what concerns the portfolio is other than recorded, and anything at all.
    mutating func isPortfolioNews(_ dispositions: [DispositionKey]) -> Bool {
        guard portfolio != dispositions else { return false }
        portfolio = dispositions
        return !dispositions.isEmpty
    }

    /// The position is another one: everything said of the symbol is news.
    mutating func reset(_ symbol: Symbol) { symbols[symbol] = nil }

    /// What was recorded of idle symbols is dropped when there are more than anybody trades.
    mutating func dropReports(keeping keep: (Symbol) -> Bool) {
        guard symbols.count > CoreLimits.reportedSymbols else { return }
        symbols = symbols.filter { keep($0.key) }
    }

    // MARK: - History

    /// Called with every record.
    mutating func note(_ record: Record, at time: Timestamp) {
        guard let item = HistoryItem(record, at: time) else { return }
        history.append(item)
        if history.count > CoreLimits.history { history.removeFirst(history.count - CoreLimits.history) }
    }

    // MARK: - Advisories

    /// A newer advisory of the same policy under the same name replaces the older.
    mutating func store(_ new: [Advisory]) {
        let named = Set(new.map(\.key))
        advisories.removeAll { named.contains($0.key) }
        advisories += new
        dropOldest(of: Set(new.map(\.policy)))
        advisories.sort { $0.key < $1.key }
    }

    /// Of each policy so many: one that invents names crowds out nobody but itself.
    private mutating func dropOldest(of policies: Set<PluginName>) {
        for policy in policies.sorted() {
            let own = advisories.filter { $0.policy == policy }
            guard own.count > CoreLimits.advisories else { continue }
            let newest = own.sorted { ($1.at, $0.key) < ($0.at, $1.key) }.prefix(CoreLimits.advisories)
            advisories.removeAll { $0.policy == policy }
            advisories += newest
        }
    }

    /// Those of policies that are not configured any more.
    mutating func dropAdvisories(of policies: Set<PluginName>) { advisories.removeAll { policies.contains($0.policy) } }

    /// Those past their end. Each was published once at least, however far apart cycles are.
    mutating func dropExpired(at now: Timestamp, publishedBefore: Timestamp) {
        advisories.removeAll { $0.validUntil < now && $0.at < publishedBefore }
    }
}

extension Advisory {
    fileprivate var key: AdvisoryKey { AdvisoryKey(policy: policy, symbol: symbol?.text ?? "", name: name) }
}

private struct AdvisoryKey: Hashable, Comparable {
    var policy: PluginName
    var symbol: String
    var name: String
    static func < (left: AdvisoryKey, right: AdvisoryKey) -> Bool {
        (left.policy, left.symbol, left.name) < (right.policy, right.symbol, right.name)
    }
}
