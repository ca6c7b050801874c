import Trading

/// When the paper market is open.
package enum PaperSessions: String, Sendable, Codable, CaseIterable {
    /// 09:30 to 16:00 New York, on short days to 13:00; see ``USEquityCalendar``.
    case usEquity = "us_equity"
    /// Always, as crypto is.
    case always
    /// Pairs always and at any price, shares as ``usEquity`` has them.
    case bySymbol = "by_symbol"
}

extension PaperSessions {
    /// The next close of the session after `time`; 16:00 New York of any day where there is always one.
    func nextClose(after time: Timestamp) -> Timestamp {
        var day = USEquityCalendar.tradingDay(at: time)
        while true {
            let minute = self == .always ? 960 : USEquityCalendar.closingMinute(ofDay: day)
            if let close = minute.map({ USEquityCalendar.time(minute: $0, ofDay: day) }), close > time { return close }
            day += 1
        }
    }

    /// Whether a symbol is traded round the clock.
    func isAlways(_ symbol: Symbol) -> Bool {
        switch self {
        case .usEquity: false
        case .always: true
        case .bySymbol: symbol.isPair
        }
    }

    /// Whether some of the bar's trades were made in a regular session.
    func isRegular(_ bar: Bar) -> Bool {
        guard !isAlways(bar.symbol), bar.period < .seconds(86_400) else { return true }
        // A session that overlaps the bar is the next one that closes after the bar's start.
        let day = USEquityCalendar.tradingDay(at: nextClose(after: bar.start))
        return bar.end > USEquityCalendar.time(minute: USEquityCalendar.openingMinute, ofDay: day)
    }
}
