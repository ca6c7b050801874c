/// Days without a session and days with a short one, by NYSE Rule 7.2 and its list of special closings since 1990
/// (https://www.nyse.com/markets/hours-calendars).
///
/// Rules as they are today, Martin Luther King's day since 1998 and Juneteenth since 2022. A holiday on a Sunday is kept
/// on Monday and one on a Saturday on Friday, but for New Year's Day, which is not kept then. A session ends at 13:00 on the
/// day after Thanksgiving, on July 3 before an Independence Day from Tuesday to Friday, and on December 24, where these are
/// sessions. Early closes and late opens for special reasons are not known, nor are those before 1990.
enum USEquityHolidays {
    /// - Parameter day: since 1970, in New York.
    static func isHoliday(_ day: Int64) -> Bool {
        let date = CivilTime.date(daysSince1970: day)
        if specialClosings.contains(day) { return true }
        switch (date.month, date.weekday) {
        case (1, _) where isNewYear(date): return true
        case (1, monday): return date.year >= 1998 && isNth(3, date)
        case (2, monday): return isNth(3, date)
        case (5, monday): return date.day > 24
        case (9, monday): return isNth(1, date)
        case (11, thursday): return isNth(4, date)
        case (3...4, friday): return day == easter(date.year) - 2
        case (6, _): return date.year >= 2022 && isKept(day, date.year, 6, 19)
        case (7, _): return isKept(day, date.year, 7, 4)
        case (12, _): return isKept(day, date.year, 12, 25)
        default: return false
        }
    }

    /// - Parameter day: since 1970, in New York; one with a session.
    static func isShort(_ day: Int64) -> Bool {
        let date = CivilTime.date(daysSince1970: day)
        switch (date.month, date.day) {
        case (7, 3): return (1...4).contains(date.weekday)
        case (11, 23...29): return date.weekday == friday
        case (12, 24): return true
        default: return false
        }
    }

    private static let monday: Int64 = 1
    private static let thursday: Int64 = 4
    private static let friday: Int64 = 5

    private static func isNth(_ nth: Int64, _ date: CivilTime) -> Bool { (date.day + 6) / 7 == nth }

    private static func isNewYear(_ date: CivilTime) -> Bool {
        date.day == 1 || date.day == 2 && date.weekday == monday
    }

    private static func isKept(_ day: Int64, _ year: Int64, _ month: Int64, _ dayOfMonth: Int64) -> Bool {
        let date = CivilTime(year: year, month: month, day: dayOfMonth)
        switch date.weekday {
        case 0: return day == date.daysSince1970 + 1
        case 6: return day == date.daysSince1970 - 1
        default: return day == date.daysSince1970
        }
    }

    /// The anonymous Gregorian algorithm (Nature, 1876; Meeus, Astronomical Algorithms, chapter 8).
    private static func easter(_ year: Int64) -> Int64 {
        let (golden, century, rest) = (year % 19, year / 100, year % 100)
        let correction = (century - (century + 8) / 25 + 1) / 3
        let epact = (19 * golden + century - century / 4 - correction + 15) % 30
        let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7
        let late = (golden + 11 * epact + 22 * weekday) / 451
        let number = epact + weekday - 7 * late + 114
        return CivilTime(year: year, month: number / 31, day: number % 31 + 1).daysSince1970
    }

    /// National mourning for five presidents, September 2001, and hurricane Sandy.
    private static let specialClosings: [Int64] = [
        (1994, 4, 27), (2001, 9, 11), (2001, 9, 12), (2001, 9, 13), (2001, 9, 14), (2004, 6, 11), (2007, 1, 2),
        (2012, 10, 29), (2012, 10, 30), (2018, 12, 5), (2025, 1, 9),
    ].map { CivilTime(year: $0.0, month: $0.1, day: $0.2).daysSince1970 }
}
