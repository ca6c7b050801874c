import Trading

/// Losses over more than a day, and the pauses of entries that they have begun (I-PAUSE-1 to 3).
///
/// Invariants:
/// 1. Losses are measured against ``EquityMarks``, which no payment changes as a share.
/// 2. One pause of a kind at a time; when it ends, what began it is counted anew.
package struct LossWatch: Sendable, Hashable, Codable {
    /// Positions that were closed lately, the oldest first.
    private var closes: [Close] = []
    private var pauses: [EntryPause] = []

    private struct Close: Sendable, Hashable, Codable {
        var symbol: Symbol
        var at: Timestamp
        var isLoss: Bool
    }

    package static let longest = TimeSpan.seconds(366 * 86_400)
    package static let mostLosses: Int64 = 100

    package init() {}

    // MARK: - What happens

    /// A position was closed, with this profit from its opening on.
    mutating func closed(_ symbol: Symbol, profit: Money, at time: Timestamp) {
        closes = (closes + [Close(symbol: symbol, at: time, isLoss: profit.isNegative)])
            .suffix(Int(Self.mostLosses))
    }

    /// The execution that closed it was taken back: it was no loss, and ended no row of losses.
    mutating func reopened(_ symbol: Symbol) {
        guard let place = closes.lastIndex(where: { $0.symbol == symbol }) else { return }
        closes.remove(at: place)
    }

    /// It is closed all the same, with another profit.
    mutating func corrected(_ symbol: Symbol, profit: Money) {
        guard let place = closes.lastIndex(where: { $0.symbol == symbol }) else { return }
        closes[place].isLoss = profit.isNegative
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
        _ equity: Money, _ marks: EquityMarks, _ limits: HardLimits, day: Int64, at now: Timestamp
    ) throws(NumericError) -> [EntryPause] {
        let found = [
            try drawdown(equity, marks, limits.drawdownPause, day: day, at: now),
            try weeklyLoss(equity, marks, limits.weeklyLossPause, at: now),
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
        if over.contains(where: { $0.cause.kind == .lossStreak }) { closes = [] }
        return over
    }

    private func drawdown(
        _ equity: Money, _ marks: EquityMarks, _ rule: DrawdownRule?, day: Int64, at now: Timestamp
    ) throws(NumericError) -> EntryPause? {
        guard let rule, let peak = marks.highest(of: rule.within.days, upTo: day), peak.isPositive else { return nil }
        let fall = try (peak - equity).ratio(to: peak)
        guard fall >= rule.limit else { return nil }
        return EntryPause(
            cause: .drawdown(fall, limit: rule.limit, within: rule.within), since: now, until: now + rule.pause,
            gross: rule.gross)
    }

    private func weeklyLoss(
        _ equity: Money, _ marks: EquityMarks, _ rule: WeeklyLossRule?, at now: Timestamp
    ) throws(NumericError) -> EntryPause? {
        guard let rule, let week = marks.weekStart, week.equity.isPositive else { return nil }
        let loss = try (week.equity - equity).ratio(to: week.equity)
        guard loss >= rule.limit else { return nil }
        let next = USEquityCalendar.time(minute: 0, ofDay: week.day + 7)
        return EntryPause(
            cause: .weeklyLoss(loss, limit: rule.limit), since: now, until: rule.pause.map { now + $0 } ?? next,
            gross: rule.gross)
    }

    private func streak(_ rule: LossStreakRule?, at now: Timestamp) -> EntryPause? {
        guard let rule else { return nil }
        // Since one was closed without a loss.
        let row = closes.suffix(from: closes.lastIndex { !$0.isLoss }.map { $0 + 1 } ?? 0)
        let recent = row.filter { now - $0.at < rule.within }
        guard recent.count >= rule.losses else { return nil }
        return EntryPause(
            cause: .lossStreak(Int64(recent.count), within: rule.within), since: now, until: now + rule.pause,
            gross: rule.gross)
    }
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
