import JSON
import Trading

extension Timestamp: Alpaca.Value {
    /// RFC 3339 with 0 to 9 decimals of a second, in UTC or with an offset.
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> Timestamp {
        let text = try String.read(json, style)
        guard let time = offsetTime(text) else { throw .malformed(text, .time) }
        return time
    }

    package func json(_ style: Alpaca.Style) -> JSON { .string(description) }

    /// What Go writes for a time that was never set.
    package static var none: JSON? { .string("0001-01-01T00:00:00Z") }

    private static func offsetTime(_ text: String) -> Timestamp? {
        // A bare date is no time: whose midnight would it be?
        guard text.utf8.count > 10 else { return nil }
        if let time = Timestamp(rfc3339: text) { return time }
        let bytes = Array(text.utf8)
        guard bytes.count > 16, let offset = offset(bytes.suffix(6)) else { return nil }
        guard let local = Timestamp(rfc3339: String(decoding: bytes.dropLast(6), as: UTF8.self) + "Z") else {
            return nil
        }
        return local + .seconds(-offset)
    }

    /// `-04:00` in seconds.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(bytes)
        guard bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-") else { return nil }
        guard let minutes = Alpaca.TimeOfDay.minutes(bytes.dropFirst()), bytes.count == 6 else { return nil }
        return (bytes[0] == UInt8(ascii: "-") ? -60 : 60) * minutes
    }
}

extension Alpaca {
    /// A date on the exchange's calendar.
    package struct Day: Value, Hashable, Comparable, CustomStringConvertible {
        package let daysSince1970: Int64

        package init(daysSince1970: Int64) { self.daysSince1970 = daysSince1970 }

        /// `2025-01-02`; of a time its date as it is written, whatever its offset.
        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Day {
            let text = try String.read(json, style)
            guard let midnight = Timestamp(rfc3339: String(text.prefix(10))) else { throw .malformed(text, .date) }
            if text.utf8.count > 10 {
                do throws(DecodingError) {
                    _ = try Timestamp.read(json, style)
                } catch {
                    throw .malformed(text, .date)
                }
            }
            return Day(daysSince1970: CivilTime(midnight).daysSince1970)
        }

        package func json(_ style: Style) -> JSON { .string(description) }

        package var description: String { Timestamp(seconds: daysSince1970 * 86_400).dateText }

        package static func < (left: Day, right: Day) -> Bool { left.daysSince1970 < right.daysSince1970 }
    }

    /// A minute of New York's clock: `09:30`, and in the hours of a session `0930`.
    package struct TimeOfDay: Value, Hashable, Comparable {
        /// After midnight.
        package let minutes: Int64

        /// - Precondition: within a day.
        package init(minutes: Int64) {
            precondition((0..<1_440).contains(minutes), "a day has 1,440 minutes")
            self.minutes = minutes
        }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> TimeOfDay {
            let text = try String.read(json, style)
            guard let minutes = minutes(Array(text.utf8)[...]) else { throw .malformed(text, .timeOfDay) }
            return TimeOfDay(minutes: minutes)
        }

        package func json(_ style: Style) -> JSON {
            let digits = String(10_000 + minutes / 60 * 100 + minutes % 60).dropFirst()
            return .string(style.isCompact ? String(digits) : digits.prefix(2) + ":" + digits.suffix(2))
        }

        /// Of `09:30` or `0930`.
        static func minutes(_ bytes: ArraySlice<UInt8>) -> Int64? {
            var digits = Array(bytes)
            if digits.count == 5, digits[2] == UInt8(ascii: ":") { digits.remove(at: 2) }
            guard digits.count == 4, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
                return nil
            }
            let values = digits.map { Int64($0 - UInt8(ascii: "0")) }
            let (hour, minute) = (values[0] * 10 + values[1], values[2] * 10 + values[3])
            return hour < 24 && minute < 60 ? hour * 60 + minute : nil
        }

        package static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.minutes < right.minutes }
    }
}
