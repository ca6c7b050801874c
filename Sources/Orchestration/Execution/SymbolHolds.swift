import Trading

/// Why nothing, or not everything, is sent for a symbol at the moment, and what of it has been reported. One value for
/// each symbol; every reason has a place of its own, so that two of them never take each other's.
package struct SymbolHolds: Sendable, Hashable, Codable {
    private var symbols: [Symbol: SymbolHold] = [:]
    /// Whose actions wait for the budget.
    private var budgeted = Derived(Set<Symbol>())

    private enum CodingKeys: CodingKey { case symbols }

    private struct SymbolHold: Sendable, Hashable, Codable {
        var hold: Hold?
        /// At most one of each kind.
        var backoffs: [Backoff] = []
        /// How protection is sent, and how often in a row the broker has refused it in this form.
        var form = ProtectionForm.planned
        var formRefusals: Int64 = 0
        /// Where the stop was to stand that the broker refused last; nil when one was taken since.
        var refusedStop: Price?
        /// Where the broker has last refused to move the stop to; nil while no move is refused.
        var refusedMove: Price?
        /// The broker refuses entries that bring their stop and target with them.
        var refusesBrackets = false
        /// The broker's own words about its newest refusal; nil when what followed was taken.
        var refusalReason: String?
        var budget: BudgetHold?
        var reported = ReportedReasons()
        /// What the plan waits for.
        var wait: WaitReason?
        var isEmpty: Bool {
            hold == nil && backoffs.isEmpty && form == .planned && formRefusals == 0 && refusedStop == nil
                && refusedMove == nil && !refusesBrackets && refusalReason == nil && budget == nil
                && reported.all.isEmpty && wait == nil
        }
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        symbols = try keys.decode([Symbol: SymbolHold].self, forKey: .symbols)
        budgeted.value = Set(symbols.filter { $0.value.budget != nil }.keys)
    }

    private mutating func change(_ symbol: Symbol, _ body: (inout SymbolHold) -> Void) {
        var value = symbols[symbol] ?? SymbolHold()
        body(&value)
        if value.budget != nil {
            budgeted.value.insert(symbol)
        } else if !budgeted.value.isEmpty {
            budgeted.value.remove(symbol)
        }
        symbols[symbol] = value.isEmpty ? nil : value
    }

    /// What waits for the budget, in no order.
    private var budgetHolds: [(symbol: Symbol, hold: BudgetHold)] {
        budgeted.value.compactMap { symbol in symbols[symbol]?.budget.map { (symbol, $0) } }
    }

    /// Anything is known of any symbol.
    var hasAny: Bool { !symbols.isEmpty }

    func hasAny(of symbol: Symbol) -> Bool { symbols[symbol] != nil }

    // MARK: - Holds

    /// Nothing is sent before the broker's state is known anew.
    /// - Parameter time: a state that was asked for before this, and before the lag of whichever adapter answers, may be behind
    ///   what has happened.
    mutating func awaitSnapshot(_ symbol: Symbol, of time: Timestamp) {
        change(symbol) {
            var hold = $0.hold ?? Hold()
            hold.awaitsBrokerSnapshot = true
            hold.snapshotNotBefore = time
            $0.hold = hold
        }
    }

    /// With a new connection: nobody has heard what happened before it, so that a state which is no newer may be behind.
    mutating func awaitNewerSnapshots(of time: Timestamp) {
        for (symbol, _) in awaitingSnapshot { awaitSnapshot(symbol, of: time) }
    }

    /// Nor before a state was read in a session in which the broker trades.
    mutating func awaitOpen(_ symbol: Symbol) {
        change(symbol) {
            var hold = $0.hold ?? Hold()
            hold.awaitsBrokerSnapshot = true
            hold.awaitsOpen = true
            $0.hold = hold
        }
    }

    func awaitsOpen(_ symbol: Symbol) -> Bool { symbols[symbol]?.hold?.awaitsOpen == true }

    /// New shares for old: nothing is sent before the broker shows the same.
    mutating func awaitSplit(_ symbol: Symbol, cycle: Int64) {
        let before = symbols[symbol]?.hold
        change(symbol) {
            $0.hold = Hold(
                awaitsBrokerSnapshot: true, untilCycle: cycle, snapshotNotBefore: before?.snapshotNotBefore,
                awaitsOpen: before?.awaitsOpen)
        }
    }

    /// The broker has refused: its state is looked at first, and after several refusals in a row the next cycle awaited.
    /// - Parameter isNextAnother: what is sent next was not refused yet: it waits for no cycle.
    /// - Returns: refusals in a row, and whether a person is to be alerted: after several for the first time, and then each time
    ///   that they have doubled, for a cycle lasts seconds and a refusal can last days.
    mutating func refuse(
        _ symbol: Symbol, cycle: Int64, isNextAnother: Bool = false, at now: Timestamp
    ) -> (refusals: Int64, isNews: Bool) {
        let before = symbols[symbol]?.hold
        let refusals = (before?.refusals ?? 0) + 1
        let isSoonAfter = before?.refusedAt.map { now <= $0 + CoreLimits.refusalAge } ?? false
        let sinceWait = (isSoonAfter ? before?.sinceWait ?? 0 : 0) + 1
        let areSeveral = sinceWait >= CoreLimits.rejectionsBeforeHold
        let alertedAt = before?.alertedAt ?? 0
        let isNews = areSeveral && (alertedAt == 0 || refusals >= 2 * alertedAt)
        change(symbol) {
            $0.hold = Hold(
                awaitsBrokerSnapshot: true, refusals: refusals, refusedAt: now, sinceWait: sinceWait,
                alertedAt: isNews ? refusals : alertedAt,
                untilCycle: areSeveral && !isNextAnother ? cycle + 1 : cycle,
                snapshotNotBefore: before?.snapshotNotBefore,
                awaitsOpen: before?.awaitsOpen)
        }
        return (refusals, isNews)
    }

    mutating func endRefusals(_ symbol: Symbol) {
        guard let value = symbols[symbol], value.hold != nil || value.refusalReason != nil else { return }
        change(symbol) {
            $0.hold?.endRefusals()
            $0.refusalReason = nil
        }
    }

    mutating func noteRefusalReason(_ why: String?, of symbol: Symbol) {
        guard let why else { return }
        change(symbol) { $0.refusalReason = why }
    }

    /// The broker's own words about its newest refusal.
    package func refusalReason(_ symbol: Symbol) -> String? { symbols[symbol]?.refusalReason }

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
            $0.hold?.awaitsOpen = nil
        }
    }

    /// Nothing concerns the symbol any more.
    mutating func dropHold(_ symbol: Symbol) { change(symbol) { $0.hold = nil } }

    func isHeld(_ symbol: Symbol, in cycle: Int64) -> Bool {
        guard let hold = symbols[symbol]?.hold else { return false }
        return hold.awaitsBrokerSnapshot || cycle < hold.untilCycle
    }

    /// A cycle is waited for, whatever the lists say.
    func isPaused(_ symbol: Symbol, in cycle: Int64) -> Bool {
        symbols[symbol]?.hold.map { cycle < $0.untilCycle } ?? false
    }

    func awaitsSnapshot(_ symbol: Symbol) -> Bool { symbols[symbol]?.hold?.awaitsBrokerSnapshot == true }

    /// Symbols that wait for the broker's state, in order, and of when; the lag of the adapter comes on top.
    var awaitingSnapshot: [(symbol: Symbol, of: Timestamp?)] {
        symbols.inOrder.compactMap { entry in
            guard let hold = entry.value.hold, hold.awaitsBrokerSnapshot else { return nil }
            return (entry.key, hold.snapshotNotBefore)
        }
    }

    /// Refusals in a row.
    func refusals(_ symbol: Symbol) -> Int64 { symbols[symbol]?.hold?.refusals ?? 0 }

    package var heldCount: Int { symbols.values.count { $0.hold != nil } }

    // MARK: - Back-off

    /// P5: after a reduction that failed, protection is put back first. The next try of what was refused comes later each
    /// time, so that nothing is sent, and no stop taken away and put back, in a loop.
    mutating func backOff(_ symbol: Symbol, _ subject: Backoff.Subject, cycle: Int64) {
        change(symbol) {
            let before = $0.backoffs.first { $0.subject.kind == subject.kind }
            $0.backoffs.removeAll { $0.subject.kind == subject.kind }
            $0.backoffs.append(before?.following(subject, in: cycle) ?? Backoff(count: 1, subject, in: cycle))
            $0.backoffs.sort { $0.subject.kind.rawValue < $1.subject.kind.rawValue }
        }
    }

    mutating func endBackoff(_ symbol: Symbol, _ kind: Backoff.Subject.Kind) {
        guard symbols[symbol]?.backoffs.isEmpty == false else { return }
        change(symbol) {
            $0.backoffs.removeAll { $0.subject.kind == kind }
            if kind == .move { $0.refusedMove = nil }
        }
    }

    /// The market has opened, or another connection is there: what was refused may be taken now.
    mutating func endBackoffs(where isConcerned: (Symbol) -> Bool = { _ in true }) {
        for symbol in symbols.keys.sorted() where isConcerned(symbol) {
            change(symbol) {
                // Where every form was refused, nothing was learned.
                if $0.backoffs.contains(where: { $0.subject == .protection }) { $0.form = .planned }
                $0.backoffs = []
                $0.formRefusals = 0
                ($0.refusedStop, $0.refusedMove) = (nil, nil)
            }
        }
    }

    /// A stop that is to stand elsewhere is another order: what the broker said of the one before says nothing about it
    /// (I-REF-2).
    mutating func wantStop(_ symbol: Symbol, at level: Price) {
        if let refused = symbols[symbol]?.refusedMove, !level.isNear(refused) { endBackoff(symbol, .move) }
        guard let value = symbols[symbol], let refused = value.refusedStop, !level.isNear(refused),
            value.backoffs.contains(where: { $0.subject == .protection })
        else { return }
        endBackoff(symbol, .protection)
        change(symbol) { ($0.form, $0.formRefusals, $0.refusedStop) = (.planned, 0, nil) }
    }

    /// - Parameter level: where its stop was to be moved to; nil for a target.
    mutating func refuseMove(_ symbol: Symbol, to level: Price?, cycle: Int64) {
        backOff(symbol, .move, cycle: cycle)
        change(symbol) { $0.refusedMove = level }
    }

    func isBackingOff(_ symbol: Symbol, _ subject: Backoff.Subject, in cycle: Int64) -> Bool {
        symbols[symbol]?.backoffs.contains { $0.subject == subject && cycle < $0.untilCycle } ?? false
    }

    /// Identical refusals in a row.
    func identicalRefusals(_ symbol: Symbol, _ subject: Backoff.Subject) -> Int64 {
        symbols[symbol]?.backoffs.first { $0.subject == subject }?.count ?? 0
    }

    package var hasBackoffs: Bool { symbols.values.contains { !$0.backoffs.isEmpty } }

    // MARK: - Forms of protection

    package func form(_ symbol: Symbol) -> ProtectionForm { symbols[symbol]?.form ?? .planned }
    func refusesBrackets(_ symbol: Symbol) -> Bool { symbols[symbol]?.refusesBrackets ?? false }

    /// Protection was refused in its form: the second time in a row the next simpler one is tried. When there is none, the
    /// planned one is tried again later.
    /// - Parameter level: where its stop was to stand; nil when that is not known.
    /// - Returns: whether a simpler form is next, which was not refused yet.
    mutating func refuseProtection(
        _ order: Order, at level: Price?, _ capabilities: BrokerCapabilities, cycle: Int64
    ) -> Bool {
        // When all were refused, each further try goes through the forms once.
        let wasExhausted = identicalRefusals(order.symbol, .protection) > 0
        var (isNextAnother, waits) = (false, false)
        change(order.symbol) {
            $0.formRefusals += 1
            $0.refusedStop = level
            guard wasExhausted || $0.formRefusals >= CoreLimits.refusalsOfForm else { return }
            let next = $0.form.next(after: order, capabilities)
            (isNextAnother, waits) = (next != nil, next == nil)
            $0.form = next ?? .planned
            $0.formRefusals = 0
        }
        if waits { backOff(order.symbol, .protection, cycle: cycle) }
        return isNextAnother
    }

    /// What is no whole share can be protected after all, so that what was refused before was refused for another reason.
    mutating func remainderTaken(_ symbol: Symbol) {
        endBackoff(symbol, .remainder)
        change(symbol) { $0.form = .planned }
    }

    /// The broker has refused a stop in every form, and a person was told, or one for what is no whole share; or it has refused
    /// one form, and the cycle in which the next try is due is not over.
    package func isProtectionRefused(_ symbol: Symbol, in cycle: Int64) -> Bool {
        guard let value = symbols[symbol] else { return false }
        let isTryDue = value.refusedStop != nil && value.hold.map { cycle <= $0.untilCycle } ?? false
        return isTryDue || isBackingOff(symbol, .protection, in: cycle) || isBackingOff(symbol, .remainder, in: cycle)
    }

    /// Protection rests in the form that was tried.
    mutating func protectionTaken(_ symbol: Symbol) {
        guard let value = symbols[symbol] else { return }
        endBackoff(symbol, .protection)
        if value.formRefusals > 0 || value.refusedStop != nil {
            change(symbol) { ($0.formRefusals, $0.refusedStop) = (0, nil) }
        }
    }

    /// An entry with its stop and target was refused: it is tried alone, and the stop follows the fill.
    mutating func refuseBracket(_ symbol: Symbol) { change(symbol) { $0.refusesBrackets = true } }

    /// Another adapter, or one that declares something else: what was learned from refusals is forgotten.
    mutating func forgetForms() {
        for symbol in symbols.keys.sorted() {
            change(symbol) {
                $0.form = .planned
                $0.formRefusals = 0
                $0.refusesBrackets = false
            }
        }
    }

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
        guard !budgeted.value.isEmpty else { return [] }
        return budgetHolds.filter { $0.hold.until <= now }
            .sorted { ($0.hold.precedence, $0.hold.since, $0.symbol) < ($1.hold.precedence, $1.hold.since, $1.symbol) }
            .map { ($0.symbol, $0.hold.until) }
    }

    /// An exit or a cancel waits.
    var isBudgetContended: Bool { budgetHolds.contains { $0.hold.precedence <= .cancel } }

    var nextBudgetTime: Timestamp? { budgetHolds.map(\.hold.until).min() }

    // MARK: - What was reported

    /// - Returns: whether it is news; the same reason is reported once until it ends.
    mutating func report(_ reason: HoldReason, of symbol: Symbol) -> Bool {
        var isNew = false
        change(symbol) { isNew = $0.reported.insert(reason) }
        return isNew
    }

    /// The reason is no more: when it comes again, it is news.
    mutating func endReport(_ kind: HoldReason.Kind, of symbol: Symbol) {
        guard symbols[symbol]?.reported.all.contains(where: { $0.kind == kind }) == true else { return }
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

    /// Another run says itself what it waits for.
    mutating func endWaits() {
        for symbol in symbols.keys.sorted() { change(symbol) { $0.wait = nil } }
    }

    /// What was reported of symbols that are idle is dropped when there are more than anybody trades.
    mutating func dropReports(keeping keep: (Symbol) -> Bool) {
        guard symbols.count > CoreLimits.reportedSymbols,
            symbols.values.count(where: { !$0.reported.all.isEmpty }) > CoreLimits.reportedSymbols
        else { return }
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

extension Price {
    /// Too little apart to be another wish: a stop that trails by a few cents is refused as it was before.
    fileprivate func isNear(_ other: Price) -> Bool {
        abs(Int128(units) - Int128(other.units)) * Int128(Ratio.scale)
            <= Int128(max(units, other.units)) * Int128(CoreLimits.otherStop.units)
    }
}
