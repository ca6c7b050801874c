import Trading

/// Why nothing, or not everything, is sent for a symbol at the moment, and what of it has been reported. One value for
/// each symbol; every reason has a place of its own, so that two of them never take each other's.
package struct SymbolHolds: Sendable, Hashable, Codable {
    private var symbols: [Symbol: SymbolHold] = [:]

    private struct SymbolHold: Sendable, Hashable, Codable {
        var hold: Hold?
        var backoff: Backoff?
        var budget: BudgetHold?
        var reported = ReportedReasons()
        /// What the plan waits for.
        var wait: WaitReason?
        var isEmpty: Bool { self == SymbolHold() }
    }

    package init() {}

    private mutating func change(_ symbol: Symbol, _ body: (inout SymbolHold) -> Void) {
        var value = symbols[symbol] ?? SymbolHold()
        body(&value)
        symbols[symbol] = value.isEmpty ? nil : value
    }

    // MARK: - Holds

    /// Nothing is sent before the broker's state is known anew.
    /// - Parameter earliest: a state that was asked for before this may be behind what has happened.
    mutating func awaitSnapshot(_ symbol: Symbol, notBefore earliest: Timestamp) {
        change(symbol) {
            var hold = $0.hold ?? Hold()
            hold.awaitsBrokerSnapshot = true
            hold.snapshotNotBefore = earliest
            $0.hold = hold
        }
    }

    /// New shares for old: nothing is sent before the broker shows the same.
    mutating func awaitSplit(_ symbol: Symbol, cycle: Int64) {
        change(symbol) { $0.hold = Hold(awaitsBrokerSnapshot: true, untilCycle: cycle) }
    }

    /// The broker has refused: its state is looked at first, and after several refusals in a row the next cycle awaited.
    /// - Returns: refusals in a row, and whether a person is to be alerted: when the next cycle is awaited for the first time,
    ///   and then each time that they have doubled, for a cycle lasts seconds and a refusal can last days.
    mutating func refuse(_ symbol: Symbol, cycle: Int64, at now: Timestamp) -> (refusals: Int64, isNews: Bool) {
        let before = symbols[symbol]?.hold
        let refusals = (before?.refusals ?? 0) + 1
        let isSoonAfter = before?.refusedAt.map { now <= $0 + CoreLimits.refusalAge } ?? false
        let sinceWait = (isSoonAfter ? before?.sinceWait ?? 0 : 0) + 1
        let waits = sinceWait >= CoreLimits.rejectionsBeforeHold
        let alertedAt = before?.alertedAt ?? 0
        let isNews = waits && (alertedAt == 0 || refusals >= 2 * alertedAt)
        change(symbol) {
            $0.hold = Hold(
                awaitsBrokerSnapshot: true, refusals: refusals, refusedAt: now, sinceWait: sinceWait,
                alertedAt: isNews ? refusals : alertedAt,
                untilCycle: waits ? cycle + 1 : cycle)
        }
        return (refusals, isNews)
    }

    mutating func endRefusals(_ symbol: Symbol) {
        guard symbols[symbol]?.hold != nil else { return }
        change(symbol) { $0.hold?.endRefusals() }
    }

    mutating func holdUntilNextCycle(_ symbol: Symbol, after cycle: Int64) {
        change(symbol) {
            var hold = $0.hold ?? Hold(untilCycle: cycle)
            hold.awaitsBrokerSnapshot = false
            hold.snapshotNotBefore = nil
            hold.untilCycle = cycle + 1
            $0.hold = hold
        }
    }

    /// The broker's state is known.
    mutating func releaseSnapshotHold(_ symbol: Symbol) {
        change(symbol) {
            $0.hold?.awaitsBrokerSnapshot = false
            $0.hold?.snapshotNotBefore = nil
        }
    }

    /// Nothing concerns the symbol any more.
    mutating func dropHold(_ symbol: Symbol) { change(symbol) { $0.hold = nil } }

    func isHeld(_ symbol: Symbol, in cycle: Int64) -> Bool {
        guard let hold = symbols[symbol]?.hold else { return false }
        return hold.awaitsBrokerSnapshot || cycle < hold.untilCycle
    }

    func awaitsSnapshot(_ symbol: Symbol) -> Bool { symbols[symbol]?.hold?.awaitsBrokerSnapshot == true }

    /// Symbols that wait for the broker's state, in order, and what it must not be older than.
    var awaitingSnapshot: [(symbol: Symbol, notBefore: Timestamp?)] {
        symbols.inOrder.compactMap { entry in
            guard let hold = entry.value.hold, hold.awaitsBrokerSnapshot else { return nil }
            return (entry.key, hold.snapshotNotBefore)
        }
    }

    /// Refusals in a row.
    func refusals(_ symbol: Symbol) -> Int64 { symbols[symbol]?.hold?.refusals ?? 0 }

    package var heldCount: Int { symbols.values.count { $0.hold != nil } }

    // MARK: - Back-off of reductions

    /// P5: after a reduction that failed, protection is put back first. The next try comes later each time, so that a
    /// stop is not taken away and put back in a loop.
    mutating func backOff(_ symbol: Symbol, cycle: Int64) {
        let count = (symbols[symbol]?.backoff?.count ?? 0) + 1
        let cycles = min(CoreLimits.longestBackoff, Int64(1) << min(count, 10))
        change(symbol) { $0.backoff = Backoff(count: count, untilCycle: cycle + cycles) }
    }

    mutating func endBackoff(_ symbol: Symbol) { change(symbol) { $0.backoff = nil } }

    func isBackingOff(_ symbol: Symbol, in cycle: Int64) -> Bool {
        symbols[symbol]?.backoff.map { cycle < $0.untilCycle } ?? false
    }

    package var hasBackoffs: Bool { symbols.values.contains { $0.backoff != nil } }

    // MARK: - The budget of requests

    /// An action waits for the budget; one that waits already keeps its place.
    mutating func holdForBudget(_ symbol: Symbol, _ hold: BudgetHold) {
        change(symbol) {
            var hold = hold
            hold.since = $0.budget?.since ?? hold.since
            $0.budget = hold
        }
    }

    /// - Parameter until: only a hold that ends then; nil for any.
    mutating func endBudgetHold(_ symbol: Symbol, until: Timestamp? = nil) {
        guard let hold = symbols[symbol]?.budget, until == nil || hold.until == until else { return }
        change(symbol) { $0.budget = nil }
    }

    /// What the budget may have room for now: the most urgent first, and of those who has waited longest.
    func dueForBudget(at now: Timestamp) -> [(symbol: Symbol, until: Timestamp)] {
        symbols.compactMap { entry in entry.value.budget.map { (symbol: entry.key, hold: $0) } }
            .filter { $0.hold.until <= now }
            .sorted { ($0.hold.precedence, $0.hold.since, $0.symbol) < ($1.hold.precedence, $1.hold.since, $1.symbol) }
            .map { ($0.symbol, $0.hold.until) }
    }

    /// An exit or a cancel waits.
    var isBudgetContended: Bool { symbols.values.contains { ($0.budget?.precedence ?? .entry) <= .cancel } }

    var nextBudgetTime: Timestamp? { symbols.values.compactMap { $0.budget?.until }.min() }

    // MARK: - What was reported

    /// - Returns: whether it is news; the same reason is reported once until it ends.
    mutating func report(_ reason: HoldReason, of symbol: Symbol) -> Bool {
        var isNew = false
        change(symbol) { isNew = $0.reported.insert(reason) }
        return isNew
    }

    /// The reason is no more: when it comes again, it is news.
    mutating func endReport(_ kind: HoldReason.Kind, of symbol: Symbol) {
        guard symbols[symbol] != nil else { return }
        change(symbol) { $0.reported.remove(kind) }
    }

    /// The reported reasons that hold the symbol's actions back, in a fixed order.
    package func reportedReasons(of symbol: Symbol) -> [HoldReason] { symbols[symbol]?.reported.all ?? [] }

    /// Somebody else's order that was reported as standing in the way of protection.
    func obstacle(of symbol: Symbol) -> Obstacle? {
        for case .obstacle(let obstacle) in reportedReasons(of: symbol) { return obstacle }
        return nil
    }

    /// What the plan of a symbol waits for; nil for nothing.
    func wait(of symbol: Symbol) -> WaitReason? { symbols[symbol]?.wait }

    /// - Returns: whether it has changed.
    mutating func setWait(_ wait: WaitReason?, of symbol: Symbol) -> Bool {
        guard symbols[symbol]?.wait != wait else { return false }
        change(symbol) { $0.wait = wait }
        return true
    }

    /// What was reported of symbols that are idle is dropped when there are more than anybody trades.
    mutating func dropReports(keeping keep: (Symbol) -> Bool) {
        guard symbols.values.count(where: { !$0.reported.all.isEmpty }) > CoreLimits.reportedSymbols else { return }
        for symbol in symbols.keys.sorted() where !keep(symbol) { change(symbol) { $0.reported = ReportedReasons() } }
    }

    // MARK: - Time

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        symbols = symbols.mapValues { value in
            with(value) {
                $0.hold = $0.hold?.shifted(by: span, now: now)
                $0.budget = $0.budget?.shifted(by: span)
            }
        }
    }
}
