import AlpacaAPI
import Trading

/// One request of the core for bars from before: the pages that are asked for, and the newest bars out of them.
///
/// The vendor's bars are counted from midnight, the core's from the opening at 09:30: bars that would not lie on the core's are made of
/// shorter ones. They are of the regular session, in the shares of now (`adjustment=split`): dividends are the core's to restate.
struct BarHistory: Equatable, Sendable {
    let number: Int64
    let period: TimeSpan
    private let count: Int64
    private let hours: MarketHours
    private let until: Timestamp
    private(set) var query: Alpaca.HistoryQuery
    private var base: TimeSpan
    private var bySymbol: [Symbol: [Trading.Bar]] = [:]
    private var pages = 0

    /// - Parameters:
    ///   - feed: of which bars are asked for; the delayed one has those of `sip`, late.
    /// - Returns: nil where the vendor has no such bars.
    init?(
        _ number: Int64, _ period: TimeSpan, _ count: Int64, of symbols: [Symbol], _ feed: Alpaca.Feed,
        _ hours: MarketHours, at time: Timestamp
    ) {
        guard let frame = Self.frame(period) else { return nil }
        (self.number, self.period, self.count, self.hours) = (number, period, count, hours)
        base = frame.unit == .day ? .day : .seconds(Int64(frame.count) * 60)
        until = feed == .delayedSIP ? time + .seconds(-Self.delaySeconds) : time
        query = Alpaca.HistoryQuery()
        (query.symbols, query.timeFrame) = (Alpaca.Commas(symbols), frame)
        query.start = hours.start(ofBars: count, seconds: period.wholeSeconds, before: until)
        if frame.unit == .day, let start = query.start {
            // A day's bar begins at midnight.
            query.start = USEquityCalendar.time(minute: 0, ofDay: USEquityCalendar.tradingDay(at: start))
        }
        (query.end, query.limit, query.adjustment) = (until, 10_000, .known(.split))
        query.feed = .known(feed == .delayedSIP ? .sip : feed)
    }

    static let delaySeconds: Int64 = 15 * 60
    /// More than any request of the core takes.
    private static let mostPages = 200

    /// Bars that the core's of this period can be made of, the longest of them; nil for seconds.
    static func frame(_ period: TimeSpan) -> Alpaca.TimeFrame? {
        if period == .day { return Alpaca.TimeFrame(1, .day) }
        let seconds = period.wholeSeconds
        guard seconds > 0, seconds % 60 == 0 else { return nil }
        var (one, other) = (seconds / 60, USEquityCalendar.openingMinute)
        while other != 0 { (one, other) = (other, one % other) }
        // A divisor of 570 above 59 is 95, 114, 190, 285 or 570.
        let minutes = one <= 59 ? one : [57, 38, 30, 19, 15, 10, 6, 5, 3, 2, 1].first { one % $0 == 0 } ?? 1
        return Alpaca.TimeFrame(Int(minutes), .minute)
    }

    /// - Returns: the next page to ask for; nil when all are here.
    mutating func take(_ page: Alpaca.HistoryPage<Alpaca.Bar>) -> Alpaca.HistoryQuery? {
        for entry in page.bySymbol.entries {
            bySymbol[entry.symbol, default: []] += entry.value.compactMap { row in
                let bar = Trading.Bar(row, of: entry.symbol, period: base)
                return bar.defect == nil ? bar : nil
            }
        }
        pages += 1
        guard pages < Self.mostPages, let next = query.next(page.nextPageToken) else { return nil }
        query = next
        return next
    }

    /// The newest that are over, oldest first, of each symbol.
    var bars: [Trading.Bar] {
        bySymbol.sorted { $0.key < $1.key }.flatMap { symbol, rows in
            let rows = rows.sorted { $0.start < $1.start }
            let made = period == .day ? rows.compactMap(day) : longer(rows)
            return made.filter { $0.end <= until }.suffix(Int(count))
        }
    }

    private func day(_ bar: Trading.Bar) -> Trading.Bar? {
        guard let session = hours.session(ofDay: USEquityCalendar.tradingDay(at: bar.start)) else { return nil }
        var bar = bar
        (bar.start, bar.period) = (session.open, session.close - session.open)
        return bar
    }

    private func longer(_ rows: [Trading.Bar]) -> [Trading.Bar] {
        var made: [Trading.Bar] = []
        for row in rows {
            let session = hours.session(ofDay: USEquityCalendar.tradingDay(at: row.start))
            guard let session, row.start >= session.open, row.start < session.close else { continue }
            let place = (row.start - session.open).nanoseconds / period.nanoseconds
            let start = session.open + TimeSpan(nanoseconds: place * period.nanoseconds)
            if let last = made.indices.last, made[last].start == start {
                made[last].extend(by: row)
            } else {
                var bar = row
                (bar.start, bar.period) = (start, period)
                made.append(bar)
            }
        }
        return made
    }
}

extension Trading.Bar {
    /// Adds the next one. More than any volume is the largest one.
    fileprivate mutating func extend(by next: Trading.Bar) {
        (high, low, close) = (max(high, next.high), min(low, next.low), next.close)
        volume = Quantity(units: Int64(clamping: Int128(volume.units) + Int128(next.volume.units)))
    }
}
