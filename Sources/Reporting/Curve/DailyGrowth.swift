import Trading

/// The ends of trading days: what happened on days without a session belongs to the next one.
struct DailyGrowth: Sendable {
    /// The beginning is the first.
    private(set) var days: [EquityCurve.Day] = []
    /// 252 sessions of an exchange a year, or 365 days.
    let perYear: Int
    /// A day that began with the first reading and had more of them.
    private let hasFirstDay: Bool

    init(_ all: [EquityCurve.Day], isContinuous: Bool) {
        perYear = isContinuous ? 365 : 252
        hasFirstDay = (all.first?.readings ?? 0) > 1
        var carried = Sum.zero
        for day in all {
            let isTraded = isContinuous || USEquityCalendar.closingMinute(ofDay: day.day) != nil
            if isTraded || days.isEmpty {
                days.append(day)
                days[days.count - 1].paid += carried
                carried = .zero
            } else {
                carried += day.paid
            }
        }
        // What came after the last session is its own, so that nothing is left out.
        guard let last = all.last, let newest = days.last, last.day != newest.day else { return }
        var merged = last
        (merged.day, merged.paid) = (newest.day, newest.paid + carried)
        days[days.count - 1] = merged
    }

    /// Growth at the beginning and at the end of each day.
    private var growths: [Double] { (hasFirstDay ? [1] : []) + days.map(\.growth) }

    /// Simple daily returns.
    var returns: [Double] { Self.returns(growths) }

    var benchmarkReturns: [Double] {
        let known = days.map(\.benchmark)
        let first = hasFirstDay ? [known.first.flatMap { $0 } == nil ? nil : 1.0] : []
        // Where it had no price yet it has not moved.
        return Self.returns((first + known).map { $0 ?? 1 })
    }

    var benchmarkTotal: Double? { days.last?.benchmark.map { $0 - 1 } }

    var averageEquity: Double { Figures.mean(days.map(\.equity.double)) }

    private static func returns(_ growths: [Double]) -> [Double] {
        zip(growths, growths.dropFirst()).map { $0 > 0 ? $1 / $0 - 1 : 0 }
    }

    /// The largest by the ends of days, the beginning included.
    var drawdown: Drawdown? {
        var running = RunningDrawdown()
        if hasFirstDay, let first = days.first { running.see(1, at: first.at) }
        for day in days { running.see(day.growth, at: day.at) }
        return running.deepest
    }

    /// - Parameter start: the first reading.
    func equityRows(start: EquityCurve.Reading) throws(NumericError) -> [EquityRow] {
        var (rows, peak, before) = ([EquityRow](), 1.0, 1.0)
        if hasFirstDay, let first = days.first {
            rows.append(
                EquityRow(
                    day: Self.text(first.day), at: start.at, equity: try start.equity.money(), paid: .zero,
                    growth: Figure(1), dailyReturn: nil, drawdown: Figure(0),
                    grossExposure: try start.gross.money(), netExposure: try start.net.money(),
                    benchmark: first.benchmark == nil ? nil : Figure(1)))
        }
        for day in days {
            peak = max(peak, day.growth)
            rows.append(
                EquityRow(
                    day: Self.text(day.day), at: day.at, equity: try day.equity.money(), paid: try day.paid.money(),
                    growth: Figure(day.growth), dailyReturn: rows.isEmpty ? nil : Figure(day.growth / before - 1),
                    drawdown: Figure(day.growth / peak - 1), grossExposure: try day.gross.money(),
                    netExposure: try day.net.money(), benchmark: Figure(day.benchmark)))
            before = day.growth
        }
        return rows
    }

    static func text(_ day: Int64) -> String { Timestamp(seconds: day * 86_400).dateText }
}
