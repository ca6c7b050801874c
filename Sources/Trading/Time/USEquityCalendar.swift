/// The part of a US equity day. Stops rest but do not trigger outside ``regular``.
public enum SessionPhase: String, Sendable, Codable, CaseIterable {
    case preMarket = "pre_market"
    case regular
    case afterHours = "after_hours"
    case closed
}

/// Hours of the US equity market in UTC, as a pure function of the time.
///
/// Pre-market 04:00-09:30, regular 09:30-16:00, after hours 16:00-20:00 New York time, Monday to Friday.
/// Daylight saving follows the Energy Policy Act of 2005 since 2007 (second Sunday of March to first Sunday of
/// November) and the rule of 1987 before (first Sunday of April to last Sunday of October). On a holiday all is closed; on a
/// short day regular trading ends at 13:00 and after hours at 17:00; see ``USEquityHolidays``.
public enum USEquityCalendar {
    public static func phase(at time: Timestamp) -> SessionPhase {
        let local = CivilTime(localTime(time))
        guard let close = closingMinute(ofDay: local.daysSince1970) else { return .closed }
        switch local.hour * 60 + local.minute {
        case 240..<openingMinute: return .preMarket
        case openingMinute..<close: return .regular
        case close..<(close + 240): return .afterHours
        default: return .closed
        }
    }

    /// Minutes after midnight in New York: 09:30.
    public static let openingMinute: Int64 = 570

    /// Minutes after midnight in New York, 960 or 780; nil on a day without a session.
    /// - Parameter day: since 1970, in New York.
    public static func closingMinute(ofDay day: Int64) -> Int64? {
        let weekday = CivilTime.date(daysSince1970: day).weekday
        guard (1...5).contains(weekday), !USEquityHolidays.isHoliday(day) else { return nil }
        return USEquityHolidays.isShort(day) ? 780 : 960
    }

    /// A minute of New York's clock on a day. The clocks change at 06:00 or 07:00 UTC: midnight in New York (05:00) lies
    /// before that and the rest of the day's hours from 04:00 on after, so asking with winter's offset gives the right answer.
    /// - Parameter day: since 1970, in New York.
    public static func time(minute: Int64, ofDay day: Int64) -> Timestamp {
        let standard = Timestamp(seconds: day * 86_400 + 5 * 3_600 + minute * 60)
        return isDaylightSaving(standard) ? standard + .seconds(-3_600) : standard
    }

    /// The trading day that a time belongs to, as days since 1970 in New York.
    public static func tradingDay(at time: Timestamp) -> Int64 { CivilTime(localTime(time)).daysSince1970 }

    /// New York's clock at `time`, written as if it were UTC.
    public static func localTime(_ time: Timestamp) -> Timestamp {
        time + .seconds(isDaylightSaving(time) ? -4 * 3_600 : -5 * 3_600)
    }

    public static func isDaylightSaving(_ time: Timestamp) -> Bool {
        let year = CivilTime(time).year
        let start = year >= 2007 ? sunday(2, of: 3, year) : sunday(1, of: 4, year)
        let end = year >= 2007 ? sunday(1, of: 11, year) : lastSundayOfOctober(year)
        // Both switches happen at 02:00 local time: 07:00 UTC in spring, 06:00 UTC in autumn.
        return time >= start + .seconds(7 * 3_600) && time < end + .seconds(6 * 3_600)
    }

    private static func sunday(_ nth: Int64, of month: Int64, _ year: Int64) -> Timestamp {
        var date = CivilTime(year: year, month: month, day: 1)
        date.day += (7 - date.weekday) % 7 + (nth - 1) * 7
        return date.timestamp
    }

    private static func lastSundayOfOctober(_ year: Int64) -> Timestamp {
        var date = CivilTime(year: year, month: 10, day: 31)
        date.day -= date.weekday
        return date.timestamp
    }
}
