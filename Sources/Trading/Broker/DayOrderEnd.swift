/// When the day of a day order is over. Since protocol 1.2.
public enum DayOrderEnd: String, Sendable, Codable, CaseIterable {
    /// With regular trading: 16:00 in New York, 13:00 on a short day; of a pair such as `BTC/USD` at midnight UTC.
    case regularClose = "regular_close"
    /// With trading after hours: four hours later.
    case afterHoursClose = "after_hours_close"
    /// At midnight UTC, every day.
    case midnightUTC = "midnight_utc"

    /// The first end of a day after this time.
    public func next(after time: Timestamp, of symbol: Symbol) -> Timestamp {
        switch self {
        case .midnightUTC: Self.midnight(after: time)
        case .regularClose, .afterHoursClose:
            TradingHours(of: symbol) == .continuous ? Self.midnight(after: time) : close(after: time)
        }
    }

    private static func midnight(after time: Timestamp) -> Timestamp {
        Timestamp(seconds: (CivilTime(time).daysSince1970 + 1) * 86_400)
    }

    private func close(after time: Timestamp) -> Timestamp {
        let later: Int64 = self == .afterHoursClose ? 240 : 0
        let today = USEquityCalendar.tradingDay(at: time)
        // No exchange is closed for longer.
        for day in today...(today + 14) {
            guard let minute = USEquityCalendar.closingMinute(ofDay: day) else { continue }
            let end = USEquityCalendar.time(minute: minute + later, ofDay: day)
            if end > time { return end }
        }
        return Self.midnight(after: time)
    }
}
