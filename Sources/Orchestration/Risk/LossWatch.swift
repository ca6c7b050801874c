import Trading

/// Losses over more than a day, and the pauses of entries that they have begun (I-PAUSE-1 to 3).
///
/// Invariants:
/// 1. What is paid in or out changes no loss: every figure of before is scaled by it.
/// 2. One pause of a kind at a time; when it ends, what began it is counted anew.
package struct LossWatch: Sendable, Hashable, Codable {
    /// The highest equity of each day that is looked back on, the oldest first.
    private var highs: [Mark] = []
    /// What the week began with: its Monday.
    private var week: Mark?
    /// The newest equity that was known.
    private var last: Mark?
    /// What was paid in less what was paid out, when these figures were scaled by it last.
    private var paidIn: Money = .zero
    /// When positions were closed with a loss, the oldest first, since one was closed without.
    private var losses: [Timestamp] = []
    private var pauses: [EntryPause] = []

    /// Equity as it was on a day.
    private struct Mark: Sendable, Hashable, Codable {
        /// Since 1970, in New York.
        var day: Int64
        var equity: Money
    }

    package static let longest = TimeSpan.seconds(366 * 86_400)
    package static let mostLosses: Int64 = 100
    /// What was known longer ago says nothing of how a week began.
    private static let daysBeforeWeek: Int64 = 7

    package init() {}

    // MARK: - What happens

    /// What everything is worth now.
    /// - Parameters:
    ///   - paidIn: since the journal began, less what was paid out.
    ///   - isConfirmed: nothing about the figures is in doubt; else they set no peak and begin no week.
    mutating func see(_ equity: Money, paidIn: Money, day: Int64, isConfirmed: Bool) throws(NumericError) {
        try scale(to: paidIn, with: equity)
        guard isConfirmed, equity.isPositive else { return }
        if let newest = highs.indices.last, highs[newest].day >= day {
            highs[newest].equity = max(highs[newest].equity, equity)
        } else {
            highs.append(Mark(day: day, equity: equity))
            highs.removeAll { day - $0.day > Self.longest.days }
        }
        let monday = Self.monday(of: day)
        if week?.day != monday {
            // A gap over the weekend is the new week's, as it is the new day's.
            let before = last.flatMap { day - $0.day <= Self.daysBeforeWeek ? $0.equity : nil }
            week = Mark(day: monday, equity: before ?? equity)
        }
        last = Mark(day: day, equity: equity)
    }

    /// A position was closed, with this profit from its opening on.
    mutating func closed(profit: Money, at time: Timestamp) {
        guard profit.isNegative else { return losses = [] }
        losses = (losses + [time]).suffix(Int(Self.mostLosses))
    }

    /// Of what is left after money was paid out, a loss is the same share as before.
    private mutating func scale(to paidIn: Money, with equity: Money) throws(NumericError) {
        let flow = try paidIn - self.paidIn
        self.paidIn = paidIn
        guard !flow.isZero, last != nil || !highs.isEmpty || week != nil else { return }
        let before = try equity - flow
        guard before.isPositive, equity.isPositive else { return (highs, week, last) = ([], nil, nil) }
        func scaled(_ mark: Mark) -> Mark {
            let units = Int128(mark.equity.units) * Int128(equity.units) / Int128(before.units)
            return with(mark) { $0.equity = Money(units: Int64(clamping: units)) }
        }
        highs = highs.map(scaled)
        week = week.map(scaled)
        last = last.map(scaled)
    }

    // MARK: - Pauses

    /// The one in force that lasts longest.
    package func pause(at now: Timestamp) -> EntryPause? {
        pauses.filter { $0.until > now }.max { $0.until < $1.until }
    }

    /// Those in force, in the order in which they began.
    package func pauses(at now: Timestamp) -> [EntryPause] { pauses.filter { $0.until > now } }

    /// The smallest share of equity that a pause in force leaves.
    func pauseThatReduces(at now: Timestamp) -> (pause: EntryPause, gross: Ratio)? {
        pauses(at: now).compactMap { pause in pause.gross.map { (pause, $0) } }.min { $0.1 < $1.1 }
    }

    /// - Returns: those that begin now.
    mutating func begin(
        _ equity: Money, _ limits: HardLimits, day: Int64, at now: Timestamp
    ) throws(NumericError) -> [EntryPause] {
        let found = [
            try drawdown(equity, limits.drawdownPause, day: day, at: now),
            try weeklyLoss(equity, limits.weeklyLossPause, at: now),
            streak(limits.lossStreakPause, at: now),
        ].compactMap { $0 }
        let new = found.filter { pause in !pauses.contains { $0.cause.kind == pause.cause.kind } }
        pauses += new
        return new
    }

    /// - Returns: those that are over, or that the configuration asks for no more.
    mutating func end(_ limits: HardLimits, at now: Timestamp) -> [EntryPause] {
        endThose { $0.until <= now || !limits.pauses(for: $0.cause.kind) }
    }

    /// A person wants to trade on.
    mutating func endAll() -> [EntryPause] { endThose { _ in true } }

    private mutating func endThose(_ isOver: (EntryPause) -> Bool) -> [EntryPause] {
        let over = pauses.filter(isOver)
        pauses.removeAll(where: isOver)
        for pause in over {
            switch pause.cause.kind {
            case .drawdown: highs = []
            case .weeklyLoss: week = last.map { Mark(day: Self.monday(of: $0.day), equity: $0.equity) }
            case .lossStreak: losses = []
            }
        }
        return over
    }

    private func drawdown(
        _ equity: Money, _ rule: DrawdownRule?, day: Int64, at now: Timestamp
    ) throws(NumericError) -> EntryPause? {
        guard let rule, let peak = highs.filter({ day - $0.day < max(1, rule.within.days) }).map(\.equity).max()
        else { return nil }
        let fall = try (peak - equity).ratio(to: peak)
        guard fall >= rule.limit else { return nil }
        return EntryPause(
            cause: .drawdown(fall, limit: rule.limit, within: rule.within), since: now, until: now + rule.pause,
            gross: rule.gross)
    }

    private func weeklyLoss(
        _ equity: Money, _ rule: WeeklyLossRule?, at now: Timestamp
    ) throws(NumericError) -> EntryPause? {
        guard let rule, let week, week.equity.isPositive else { return nil }
        let loss = try (week.equity - equity).ratio(to: week.equity)
        guard loss >= rule.limit else { return nil }
        let next = USEquityCalendar.time(minute: 0, ofDay: week.day + 7)
        return EntryPause(
            cause: .weeklyLoss(loss, limit: rule.limit), since: now, until: rule.pause.map { now + $0 } ?? next,
            gross: rule.gross)
    }

    private func streak(_ rule: LossStreakRule?, at now: Timestamp) -> EntryPause? {
        guard let rule else { return nil }
        let recent = losses.filter { now - $0 < rule.within }
        guard recent.count >= rule.losses else { return nil }
        return EntryPause(
            cause: .lossStreak(Int64(recent.count), within: rule.within), since: now, until: now + rule.pause,
            gross: rule.gross)
    }

    /// Day 0, January 1, 1970, was a Thursday.
    private static func monday(of day: Int64) -> Int64 {
        let weekday = (day + 3) % 7
        return day - (weekday < 0 ? weekday + 7 : weekday)
    }
}

extension TimeSpan {
    fileprivate var days: Int64 { nanoseconds / TimeSpan.day.nanoseconds }
}

extension HardLimits {
    fileprivate func pauses(for kind: LossCause.Kind) -> Bool {
        switch kind {
        case .drawdown: drawdownPause != nil
        case .weeklyLoss: weeklyLossPause != nil
        case .lossStreak: lossStreakPause != nil
        }
    }
}
