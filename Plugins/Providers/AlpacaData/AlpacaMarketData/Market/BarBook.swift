import AlpacaAPI
import Trading

/// Bars that are over, in order, each once; and those of the day, told when its session is over.
///
/// While bars that were missed are asked for, newer ones wait: the core takes none that comes after a later one.
struct BarBook: Equatable, Sendable {
    private struct Row: Equatable, Sendable {
        /// Until when bars are told, or were asked for.
        var coveredUntil: Timestamp
        var day: Alpaca.Bar?
        var toldDay: Int64?
    }

    private var rows: [Symbol: Row] = [:]
    /// Not told yet.
    private var ready: [Trading.Bar] = []
    /// Newer than what is asked for.
    private var held: [Trading.Bar] = []
    /// Until when those are asked for that were missed.
    private var fillingUntil: Timestamp?

    private static let minute = TimeSpan.seconds(60)
    /// The vendor's clock may be ahead by so much.
    private static let clockDifference = TimeSpan.seconds(2)
    /// Bars of the last minutes may not be there yet when they are asked for.
    private static let lag = TimeSpan.seconds(-180)
    /// After the close, until the day's bar has the closing auction and what was reported late.
    private static let dayDelay = TimeSpan.seconds(5 * 60)

    /// - Parameter time: bars that begin before it are history.
    init(_ symbols: [Symbol], at time: Timestamp) {
        let minute = Timestamp(nanoseconds: time.nanoseconds - time.nanoseconds % Self.minute.nanoseconds)
        for symbol in symbols { rows[symbol] = Row(coveredUntil: minute) }
    }

    var hasNews: Bool { !ready.isEmpty }
    var isFilling: Bool { fillingUntil != nil }

    // MARK: - Minutes

    /// - Returns: why it was left out; nil where it is told, or was told.
    mutating func take(_ bar: Alpaca.Bar, of symbol: Symbol, at time: Timestamp) -> String? {
        let bar = Trading.Bar(bar, of: symbol, period: Self.minute)
        if let defect = bar.defect { return "a bar of \(symbol) at \(bar.start) is none: \(defect)" }
        guard bar.end <= time + Self.clockDifference else { return "a bar of \(symbol) ends only at \(bar.end)" }
        if isFilling { held.append(bar) } else { append(bar) }
        return nil
    }

    /// Whether there is a minute before it without a bar: nothing was traded, or a message was lost.
    func leavesHole(_ bar: Alpaca.Bar, of symbol: Symbol) -> Bool {
        rows[symbol].map { $0.coveredUntil < bar.time } ?? false
    }

    private mutating func append(_ bar: Trading.Bar) {
        guard let row = rows[bar.symbol], bar.start >= row.coveredUntil else { return }
        rows[bar.symbol]?.coveredUntil = bar.end
        ready.append(bar)
    }

    /// Bars that were missed are asked for, from the first moment that is not covered.
    /// - Returns: nil where nothing can have been missed.
    mutating func beginFilling(until time: Timestamp) -> ClosedRange<Timestamp>? {
        guard let first = rows.values.map(\.coveredUntil).min(), first + Self.minute <= time else { return nil }
        fillingUntil = time
        // More than a day is history, and no news.
        return max(first, Timestamp(nanoseconds: time.nanoseconds - TimeSpan.day.nanoseconds))...time
    }

    /// - Parameter bars: all that were missed; empty where they could not be had.
    mutating func fill(_ bars: [(symbol: Symbol, bar: Alpaca.Bar)], at time: Timestamp) {
        let missed = bars.map { Trading.Bar($0.bar, of: $0.symbol, period: Self.minute) }
            .filter { $0.defect == nil && $0.end <= time + Self.clockDifference }
        for bar in (missed + held).sorted(by: { ($0.start, $0.symbol) < ($1.start, $1.symbol) }) { append(bar) }
        held = []
        if let until = fillingUntil.map({ $0 + Self.lag }), !bars.isEmpty {
            for symbol in rows.keys where rows[symbol]?.coveredUntil ?? until < until {
                rows[symbol]?.coveredUntil = until
            }
        }
        fillingUntil = nil
    }

    // MARK: - Days

    mutating func take(day bar: Alpaca.Bar, of symbol: Symbol) {
        guard rows[symbol]?.day.map({ $0.time <= bar.time }) ?? true else { return }
        rows[symbol]?.day = bar
    }

    /// Days whose session is over become news.
    mutating func closeDays(_ hours: MarketHours, at time: Timestamp) {
        for symbol in rows.keys.sorted() {
            guard let row = rows[symbol], let told = row.day else { continue }
            let day = USEquityCalendar.tradingDay(at: told.time)
            guard row.toldDay.map({ $0 < day }) ?? true, let session = hours.session(ofDay: day),
                session.close + Self.dayDelay <= time
            else { continue }
            rows[symbol]?.toldDay = day
            rows[symbol]?.day = nil
            var bar = Trading.Bar(told, of: symbol, period: session.close - session.open)
            bar.start = session.open
            // What is of a day before is history.
            if bar.defect == nil, session.close + .day > time { ready.append(bar) }
        }
    }

    /// When ``closeDays(_:at:)`` has something to do.
    func nextDay(_ hours: MarketHours) -> Timestamp? {
        rows.values.compactMap { row in
            guard let told = row.day else { return nil }
            let day = USEquityCalendar.tradingDay(at: told.time)
            guard row.toldDay.map({ $0 < day }) ?? true else { return nil }
            return hours.session(ofDay: day).map { $0.close + Self.dayDelay }
        }.min()
    }

    /// By their ends, so that none of a symbol comes before an earlier one.
    mutating func takeNews() -> [Trading.Bar] {
        defer { ready = [] }
        return ready.sorted { ($0.end, $0.period, $0.symbol) < ($1.end, $1.period, $1.symbol) }
    }
}

extension Trading.Bar {
    init(_ bar: Alpaca.Bar, of symbol: Symbol, period: TimeSpan) {
        self.init(
            symbol: symbol, start: bar.time, period: period, open: bar.open, high: bar.high, low: bar.low,
            close: bar.close, volume: Quantity(bar.volume))
    }
}
