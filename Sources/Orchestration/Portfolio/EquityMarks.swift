import Trading

/// Equity that losses are measured against: its peak, what the day and the week began with, and the highest of each day.
///
/// Invariants (I-FLOW-1 in docs/invariants.md):
/// 1. What is paid in or out changes no share that was lost or won: every figure of before moves in the proportion of
///    equity after the payment to equity before it.
/// 2. Nothing but a payment makes the peak smaller.
/// 3. A payment that takes out more than there is by our books, or what the broker shows beyond them, moves nothing before they
///    have what was paid in: see ``judged(_:)``.
package struct EquityMarks: Sendable, Hashable, Codable {
    package private(set) var peak: Money = .zero
    private var today: Today?
    /// The highest equity of each day that is looked back on, the oldest first.
    private var highs: [Mark] = []
    /// What the week began with: its Monday.
    private var week: Mark?
    /// The newest equity that was confirmed.
    private var last: Mark?
    /// Taken out of what our books did not have: below zero. Something was paid in before, and is not known or believed yet.
    private var uncovered: Money = .zero

    /// Equity as it was on a day.
    struct Mark: Sendable, Hashable, Codable {
        /// Since 1970, in New York.
        var day: Int64
        var equity: Money
    }

    private struct Today: Sendable, Hashable, Codable {
        /// What it began with, in the proportion of what was paid since.
        var start: Mark
        /// What it began with, and what was paid in since less what was paid out: profit in money is what is beyond them.
        var invested: Money
    }

    /// What was known longer ago says nothing of how a week began.
    private static let daysBeforeWeek: Int64 = 7

    package init() {}

    // MARK: - What they say

    /// What the trading day began with, in the proportion of what was paid in or out since.
    package var dayStart: Money? { today?.start.equity }

    /// What was won or lost since the day began, in money.
    func dayProfit(_ equity: Money) throws(NumericError) -> Money { try equity - (today?.invested ?? equity) }

    /// The highest of so many days up to this one.
    func highest(of days: Int64, upTo day: Int64) -> Money? {
        highs.filter { day - $0.day < max(1, days) }.map(\.equity).max()
    }

    var weekStart: Mark? { week }

    /// What losses are judged by: without what was taken out of what our books did not have. What is left of such books is small or
    /// below zero, and every loss a large share of it (I-FLOW-2).
    func judged(_ equity: Money) throws(NumericError) -> Money { try equity - uncovered }

    // MARK: - What happens

    /// What everything is worth now.
    /// - Parameter isConfirmed: nothing about the figures is in doubt; else they count in no look back and begin no week.
    mutating func note(_ worth: Money, day: Int64, isConfirmed: Bool) throws(NumericError) {
        let equity = try judged(worth)
        peak = max(peak, equity)
        let mark = Mark(day: day, equity: equity)
        if today?.start.day != day { today = Today(start: mark, invested: worth) }
        guard isConfirmed, equity.isPositive else { return }
        if let newest = highs.indices.last, highs[newest].day >= day {
            highs[newest].equity = max(highs[newest].equity, equity)
        } else {
            highs.append(mark)
            highs.removeAll { day - $0.day > LossWatch.longest.days }
        }
        let monday = Self.monday(of: day)
        if week?.day != monday {
            // A gap over the weekend is the new week's, as it is the new day's.
            let before = last.flatMap { day - $0.day <= Self.daysBeforeWeek ? $0.equity : nil }
            week = Mark(day: monday, equity: before ?? equity)
        }
        last = mark
    }

    /// So much was paid in, or out where it is negative.
    /// - Parameters:
    ///   - before: what everything was worth without it. Of nothing there is no share: then the figures move by the amount.
    ///   - beyond: the most cash that the broker has shown beyond our books since both agreed: what is paid out comes of that
    ///     first.
    ///   - isInPeaks: equity had it already when it was highest, without anybody knowing what it was.
    mutating func paid(
        _ flow: Money, before: Money, beyond: Money = .zero, isInPeaks: Bool = false
    ) throws(NumericError) {
        if let day = today { today = Today(start: day.start, invested: try day.invested + flow) }
        let (before, all) = (try judged(before), try flow + uncovered)
        let waiting = all.isNegative ? max(all, try beyond.negated()) : .zero
        let flow = try all - waiting
        let after = try before + flow
        guard !before.isPositive || !after.isNegative else { return uncovered = all }
        uncovered = waiting
        func moved(_ equity: Money) -> Money {
            let units =
                before.isPositive && after.isPositive
                ? Self.proportion(equity, after, before) : Int128(equity.units) + Int128(flow.units)
            return Money(units: Int64(clamping: units))
        }
        func moved(_ mark: Mark) -> Mark { with(mark) { $0.equity = moved($0.equity) } }
        if !isInPeaks {
            peak = moved(peak)
            highs = highs.map(moved)
        }
        if let day = today { today = Today(start: moved(day.start), invested: day.invested) }
        week = week.map(moved)
        last = last.map(moved)
    }

    /// Nothing is shown beyond our books any more: what was taken out of that, was taken out of them.
    mutating func settle(_ equity: Money) throws(NumericError) {
        guard !uncovered.isZero else { return }
        try paid(.zero, before: equity)
    }

    /// Rounded to the nearest, so that figures do not wander with many payments.
    private static func proportion(_ equity: Money, _ after: Money, _ before: Money) -> Int128 {
        let half = Int128(before.units) / 2
        return (Int128(equity.units) * Int128(after.units) + half) / Int128(before.units)
    }

    /// A pause is over: what began it is counted anew.
    mutating func countAnew(_ kind: LossCause.Kind) {
        switch kind {
        case .drawdown: highs = []
        case .weeklyLoss: week = last.map { Mark(day: Self.monday(of: $0.day), equity: $0.equity) }
        case .lossStreak: break
        }
    }

    /// Day 0, January 1, 1970, was a Thursday.
    private static func monday(of day: Int64) -> Int64 {
        let weekday = (day + 3) % 7
        return day - (weekday < 0 ? weekday + 7 : weekday)
    }
}

extension TimeSpan {
    var days: Int64 { nanoseconds / TimeSpan.day.nanoseconds }
}
