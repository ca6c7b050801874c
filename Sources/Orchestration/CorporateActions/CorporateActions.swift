import Trading

/// Corporate actions: what was announced and takes effect later, and what was applied, by whomever it was told first.
///
/// Invariants (I-CORP-1 to 6 in docs/invariants.md):
/// 1. An announcement takes effect at its time, and not before.
/// 2. An action is applied once, whoever tells of it first, and however many do.
package struct CorporateActions: Sendable, Hashable, Codable {
    /// Announced and not effective yet, by time and id.
    private var awaited: [CorporateAction] = []
    /// Announcements that were taken, by symbol and id, with the time of their effect.
    private var known: [String: Timestamp] = [:]
    /// What changed positions lately, oldest first.
    private var applied: [Applied] = []
    /// Positions that the broker showed no more, newest last: one may stand under another symbol soon.
    private var vanished: [VanishedPosition] = []

    private struct Applied: Sendable, Hashable, Codable {
        var symbol: Symbol
        var change: Change
        var at: Timestamp
    }

    /// What a position went through.
    private enum Change: Sendable, Hashable, Codable {
        case action(CorporateAction.Kind)
        /// It is of before what is held was bought, or found, as far as times and prices tell: the position was not restated for
        /// it.
        /// - Parameter isInPrice: the price that was known then was, so that what was planned since is for the shares after it.
        case passedBy(CorporateAction.Kind, isInPrice: Bool)
        /// The broker showed another quantity, and nobody could tell why.
        case quantity(QuantityChange)
    }

    package init() {}

    // MARK: - Announcements

    /// A provider has announced it; again, with other figures, before it took effect, it takes the place of the first.
    /// - Returns: whether it is news.
    mutating func announce(_ action: CorporateAction) -> Bool {
        let key = "\(action.symbol)|\(action.id)"
        if known[key] != nil {
            let before = awaited.firstIndex { $0.id == action.id && $0.symbol == action.symbol }
            guard let before, awaited[before] != action else { return false }
            awaited.remove(at: before)
        }
        known[key] = action.effectiveAt
        let place = awaited.firstIndex { ($0.effectiveAt, $0.id) > (action.effectiveAt, action.id) }
        awaited.insert(action, at: place ?? awaited.endIndex)
        forgetOldest()
        return true
    }

    var nextDue: Timestamp? { awaited.first?.effectiveAt }

    /// What takes effect now, in order.
    mutating func takeDue(at now: Timestamp) -> [CorporateAction] {
        let due = awaited.prefix { $0.effectiveAt <= now }
        awaited.removeFirst(due.count)
        return Array(due)
    }

    /// What a broker may book already: announced for these days.
    func expected(of symbol: Symbol, at now: Timestamp) -> [CorporateAction] {
        awaited.filter { $0.symbol == symbol && $0.effectiveAt <= now + CoreLimits.actionsApart }
    }

    /// What a position of the symbol becomes these days, by what was announced.
    func successor(of symbol: Symbol, at now: Timestamp) -> (to: Symbol, split: Split)? {
        let kinds = expected(of: symbol, at: now).map(\.kind) + recent(symbol, at: now)
        for case .symbolChange(let other, let numerator, let denominator) in kinds {
            return (other, Split(numerator, denominator))
        }
        return nil
    }

    private func recent(_ symbol: Symbol, at now: Timestamp) -> [CorporateAction.Kind] {
        applied.reversed().compactMap { other in
            guard other.symbol == symbol, other.at + CoreLimits.actionsApart >= now,
                case .action(let kind) = other.change
            else { return nil }
            return kind
        }
    }

    /// A share of then is another one now.
    func hasChangedShares(of symbol: Symbol, since time: Timestamp) -> Bool {
        applied.contains { other in
            guard other.symbol == symbol, other.at >= time, case .action(let kind) = other.change else { return false }
            return switch kind {
            case .split, .symbolChange, .spinOff: true
            case .dividend: false
            }
        }
    }

    /// The broker has booked it before its time.
    mutating func drop(_ action: CorporateAction) {
        awaited.removeAll { $0.id == action.id && $0.symbol == action.symbol }
    }

    // MARK: - Positions that vanished

    mutating func noteVanished(_ record: PositionRecord, _ plan: PositionPlan?, at now: Timestamp) {
        vanished.append(VanishedPosition(record: record, plan: plan, at: now))
        if vanished.count > CoreLimits.vanishedPositions { vanished.removeFirst() }
    }

    /// The one that vanished within a day and is the same; nil for none, and for several: nobody can tell which.
    mutating func takeVanished(at now: Timestamp, where isSame: (VanishedPosition) -> Bool) -> VanishedPosition? {
        vanished.removeAll { $0.at + CoreLimits.symbolChangeDelay <= now }
        let matches = vanished.indices.filter { isSame(vanished[$0]) }
        guard matches.count == 1, let place = matches.first else { return nil }
        return vanished.remove(at: place)
    }

    // MARK: - What was applied

    mutating func noteApplied(_ kind: CorporateAction.Kind, of symbol: Symbol, at time: Timestamp) {
        note(Applied(symbol: symbol, change: .action(kind), at: time))
    }

    /// A split that is told as older than the position, or of a symbol that is not held, or after which the position seems to have
    /// been found. Clocks differ: the broker may book it yet.
    /// - Parameter isInPrice: the price that is known was made one of the new shares by it.
    mutating func notePassedBy(
        _ kind: CorporateAction.Kind, of symbol: Symbol, at time: Timestamp, isInPrice: Bool
    ) {
        note(Applied(symbol: symbol, change: .passedBy(kind, isInPrice: isInPrice), at: time))
    }

    mutating func noteQuantity(of before: PositionRecord, to theirs: BrokerPosition, at time: Timestamp) {
        note(Applied(symbol: before.symbol, change: .quantity(QuantityChange(from: before, to: theirs)), at: time))
    }

    private mutating func note(_ new: Applied) {
        applied.append(new)
        if applied.count > CoreLimits.appliedActions { applied.removeFirst(applied.count - CoreLimits.appliedActions) }
    }

    /// The same was applied to the symbol within days: booked by the broker first, or announced by somebody else.
    func isApplied(_ action: CorporateAction) -> Bool {
        near(action).contains { other in
            switch other.change {
            case .action(let kind), .passedBy(let kind, _): kind.isSame(as: action.kind)
            case .quantity: false
            }
        }
    }

    /// The position was restated by the same, by now.
    func isApplied(_ split: Split, of symbol: Symbol, at now: Timestamp) -> Bool {
        let action = Self.action(split, of: symbol, at: now)
        return near(action).contains { other in
            if case .action(let kind) = other.change { kind.isSame(as: action.kind) } else { false }
        }
    }

    /// The same was told, and the price was restated by it, and the position was not (I-CORP-13).
    func isInPrice(_ split: Split, of symbol: Symbol, at now: Timestamp) -> Bool {
        let action = Self.action(split, of: symbol, at: now)
        return near(action).contains { other in
            guard case .passedBy(let kind, let isInPrice) = other.change else { return false }
            return isInPrice && kind.isSame(as: action.kind)
        }
    }

    private static func action(_ split: Split, of symbol: Symbol, at now: Timestamp) -> CorporateAction {
        CorporateAction(
            id: "", symbol: symbol, kind: .split(numerator: split.numerator, denominator: split.denominator),
            effectiveAt: now)
    }

    /// I-CORP-12: whether a split that the figures alone show may be one, after those of the symbol that were applied these days:
    /// one that takes the last of them back; or, as long as the broker has not booked that, one that makes another usual
    /// ratio of it. Else somebody has traded, or an execution from before the split was booked after it.
    func mayFollow(_ split: Split, of symbol: Symbol, isAwaited: Bool, at now: Timestamp) -> Bool {
        for other in applied.reversed() where other.symbol == symbol && other.at + CoreLimits.actionsApart >= now {
            switch other.change {
            case .action(.split(let numerator, let denominator)):
                let both = split.after(Split(numerator, denominator))
                return both.isNone || (isAwaited && both.isUsual)
            // I-CORP-13: the booking of the one that nothing was restated for.
            case .passedBy(.split(let numerator, let denominator), _):
                return split.numerator * denominator == numerator * split.denominator
            case .action, .passedBy, .quantity: continue
            }
        }
        return true
    }

    /// A change of quantity that this split explains, and that nobody could tell the reason of.
    func hasBooked(_ split: Split, of action: CorporateAction) -> Bool {
        near(action).contains { other in
            if case .quantity(let change) = other.change { split.explains(change.to, from: change.from) } else { false }
        }
    }

    /// I-CORP-10: since this time the broker has shown another quantity that this split does not explain by itself, and of what a share
    /// has cost it made about what this split does: it has booked the split, and somebody has traded.
    func hasBookedBesideTrades(_ split: Split, of action: CorporateAction, since earliest: Timestamp) -> Bool {
        near(action).contains { other in
            guard other.at >= earliest, case .quantity(let change) = other.change,
                change.from.isNegative == change.to.isNegative, change.oldAverage.isPositive,
                change.newAverage.isPositive
            else { return false }
            return !split.isPreSplit(change.newAverage, before: change.oldAverage)
        }
    }

    private func near(_ action: CorporateAction) -> [Applied] {
        applied.filter {
            $0.symbol == action.symbol
                && abs(Int128($0.at.nanoseconds) - Int128(action.effectiveAt.nanoseconds))
                    <= Int128(CoreLimits.actionsApart.nanoseconds)
        }
    }

    /// What is long past, or more than anybody announces.
    private mutating func forgetOldest() {
        if awaited.count > CoreLimits.awaitedActions { awaited.removeLast() }
        guard known.count > 2 * CoreLimits.awaitedActions else { return }
        for (key, _) in known.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }).prefix(CoreLimits.awaitedActions)
        {
            known[key] = nil
        }
    }
}

/// Another quantity that the broker showed, and what a share had cost before, and by its word then.
private struct QuantityChange: Sendable, Hashable, Codable {
    let from: Quantity
    let to: Quantity
    let oldAverage: Price
    let newAverage: Price

    init(from before: PositionRecord, to theirs: BrokerPosition) {
        (from, to) = (before.quantity, theirs.quantity)
        (oldAverage, newAverage) = (before.averagePrice, theirs.averagePrice)
    }
}

/// A position that the broker shows no more, with its memory.
struct VanishedPosition: Sendable, Hashable, Codable {
    var record: PositionRecord
    var plan: PositionPlan?
    var at: Timestamp
}

extension CorporateAction.Kind {
    /// 2:1 is 4:2.
    fileprivate func isSame(as other: CorporateAction.Kind) -> Bool {
        switch (self, other) {
        case (.split(let n, let d), .split(let m, let e)): n * e == m * d
        case (.dividend(let amount), .dividend(let other)): amount == other
        case (.symbolChange(let symbol, let n, let d), .symbolChange(let other, let m, let e)):
            symbol == other && n * e == m * d
        case (.spinOff(let symbol, let n, let d, _), .spinOff(let other, let m, let e, _)):
            symbol == other && n * e == m * d
        case (.split, _), (.dividend, _), (.symbolChange, _), (.spinOff, _): false
        }
    }
}
