/// A date and a time of day in UTC, and their RFC 3339 text.
///
/// The day count is Howard Hinnant's civil-from-days algorithm for the proleptic Gregorian calendar
/// (https://howardhinnant.github.io/date_algorithms.html).
public struct CivilTime: Hashable, Sendable {
    public var year: Int64
    public var month: Int64
    public var day: Int64
    public var hour: Int64 = 0
    public var minute: Int64 = 0
    public var second: Int64 = 0
    public var nanosecond: Int64 = 0

    public init(
        year: Int64, month: Int64, day: Int64, hour: Int64 = 0, minute: Int64 = 0, second: Int64 = 0,
        nanosecond: Int64 = 0
    ) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second, self.nanosecond) = (hour, minute, second, nanosecond)
    }

    public init(_ time: Timestamp) {
        let perDay: Int64 = 86_400 * 1_000_000_000
        let days = Rounding.down.quotient(Int128(time.nanoseconds), Int128(perDay))
        // In 128 bits: the first midnight lies before the first nanosecond that 64 bits hold.
        let inDay = Int64(Int128(time.nanoseconds) - days * Int128(perDay))
        let date = Self.date(daysSince1970: Int64(days))
        (year, month, day) = (date.year, date.month, date.day)
        let seconds = inDay / 1_000_000_000
        (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60)
        nanosecond = inDay % 1_000_000_000
    }

    /// Saturates at the ends of time, as all arithmetic of ``Timestamp`` does.
    public var timestamp: Timestamp {
        let seconds = daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second
        return Timestamp(nanoseconds: Int64(clamping: Int128(seconds) * 1_000_000_000 + Int128(nanosecond)))
    }

    public var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// 0 is Sunday.
    public var weekday: Int64 {
        let remainder = (daysSince1970 + 4) % 7
        return remainder < 0 ? remainder + 7 : remainder
    }

    public static func date(daysSince1970 days: Int64) -> CivilTime {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return CivilTime(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with as many fractional digits as are needed: `2014-06-09T13:30:00Z`.
    public var description: String {
        let civil = CivilTime(self)
        var fraction = ""
        if civil.nanosecond != 0 {
            fraction = "." + padded(civil.nanosecond, 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
        }
        return "\(dateText)T\(padded(civil.hour, 2)):\(padded(civil.minute, 2)):\(padded(civil.second, 2))\(fraction)Z"
    }

    /// `2014-06-09`, the date in UTC.
    public var dateText: String {
        let civil = CivilTime(self)
        return "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))"
    }

    /// Reads RFC 3339 in UTC (`2014-06-09T13:30:00.5Z`) or a bare date (midnight UTC).
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func number(_ from: Int, _ count: Int) -> Int64? {
            guard from + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[from..<(from + count)] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return value
        }
        func has(_ character: Unicode.Scalar, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: character)
        }
        guard let year = number(0, 4), has("-", at: 4), let month = number(5, 2), has("-", at: 7),
            let day = number(8, 2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var civil = CivilTime(year: year, month: month, day: day)
        guard CivilTime.date(daysSince1970: civil.daysSince1970) == civil, (1678...2261).contains(year) else {
            return nil
        }
        if bytes.count > 10 {
            guard has("T", at: 10), let hour = number(11, 2), has(":", at: 13), let minute = number(14, 2),
                has(":", at: 16), let second = number(17, 2), hour < 24, minute < 60, second < 60,
                bytes.last == UInt8(ascii: "Z")
            else { return nil }
            (civil.hour, civil.minute, civil.second) = (hour, minute, second)
            let fraction = bytes.count - 21
            if fraction != -1 {
                guard has(".", at: 19), (1...9).contains(fraction), let digits = number(20, fraction) else {
                    return nil
                }
                civil.nanosecond = digits * powerOfTen(9 - fraction)
            }
        }
        self = civil.timestamp
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
