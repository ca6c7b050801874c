import Trading

/// When the paper market is open.
package enum PaperSessions: String, Sendable, Codable, CaseIterable {
    /// 09:30 to 16:00 New York, Monday to Friday.
    case usEquity = "us_equity"
    /// Always, as crypto is.
    case always
}

extension PaperSessions {
    /// The next 16:00 New York after `time`; on weekdays only for US equities.
    func nextClose(after time: Timestamp) -> Timestamp {
        var day = USEquityCalendar.tradingDay(at: time)
        while true {
            let close = Self.newYork(hour: 16, onDay: day)
            let weekday = CivilTime.date(daysSince1970: day).weekday
            if close > time, self == .always || (1...5).contains(weekday) { return close }
            day += 1
        }
    }

    /// Whether some of the bar's trades were made in a regular session.
    func isRegular(_ bar: Bar) -> Bool {
        guard self == .usEquity, bar.period < .seconds(86_400) else { return true }
        // A session that overlaps the bar closes after the bar's start, and no more than a day after it.
        let close = nextClose(after: bar.start)
        return bar.end > close + .seconds(-23_400)
    }

    /// New York's wall clock in UTC. The clock changes on Sundays at 02:00, so the afternoon tells summer from winter.
    private static func newYork(hour: Int64, onDay day: Int64) -> Timestamp {
        let inWinter = Timestamp(seconds: day * 86_400 + (hour + 5) * 3_600)
        return USEquityCalendar.isDaylightSaving(inWinter) ? inWinter + .seconds(-3_600) : inWinter
    }
}
