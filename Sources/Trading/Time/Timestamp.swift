/// A point in time: whole nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. A string of digits on the wire.
public struct Timestamp: Hashable, Sendable, Comparable, Codable {
    public let nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    @inlinable
    public init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates at the ends of time (years 1678 and 2262), which no order reaches.
    @inlinable
    public static func + (time: Timestamp, span: TimeSpan) -> Timestamp {
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(span.nanoseconds)
        return Timestamp(nanoseconds: overflow ? (span.nanoseconds < 0 ? .min : .max) : sum)
    }

    /// Saturates; see ``+(_:_:)``.
    @inlinable
    public static func - (later: Timestamp, earlier: Timestamp) -> TimeSpan {
        let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return TimeSpan(nanoseconds: overflow ? (later < earlier ? .min : .max) : difference)
    }

    public init(from decoder: any Decoder) throws {
        nanoseconds = try nanosecondsFromDigits(decoder)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(nanoseconds))
    }
}

/// A length of time in whole nanoseconds. A string of digits on the wire.
public struct TimeSpan: Hashable, Sendable, Comparable, Codable {
    public let nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    public static let zero = TimeSpan(nanoseconds: 0)
    @inlinable
    public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000_000) }
    @inlinable
    public static func milliseconds(_ count: Int64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000) }
    @inlinable
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable
    public var wholeMilliseconds: Int64 { nanoseconds / 1_000_000 }
    @inlinable
    public var wholeSeconds: Int64 { nanoseconds / 1_000_000_000 }

    public init(from decoder: any Decoder) throws {
        nanoseconds = try nanosecondsFromDigits(decoder)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(nanoseconds))
    }
}

private func nanosecondsFromDigits(_ decoder: any Decoder) throws -> Int64 {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Int64(text), String(value) == text else {
        throw DecodingError.dataCorruptedError(
            in: container, debugDescription: "expected nanoseconds as a string of digits, found \"\(text.prefix(40))\"")
    }
    return value
}

extension TimeSpan: CustomStringConvertible {
    /// For people: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`.
    public var description: String {
        let milliseconds = wholeMilliseconds
        if milliseconds.magnitude < 1_000 { return "\(milliseconds) ms" }
        let seconds = wholeSeconds
        if seconds.magnitude < 60 { return "\(seconds) s" }
        if seconds.magnitude < 3_600 { return Self.pair(seconds, 60, "min", 1, "s") }
        if seconds.magnitude < 86_400 { return Self.pair(seconds, 3_600, "h", 60, "min") }
        return Self.pair(seconds, 86_400, "d", 3_600, "h")
    }

    private static func pair(_ seconds: Int64, _ big: Int64, _ bigName: String, _ small: Int64, _ smallName: String)
        -> String
    {
        // The sign stands once, in front.
        let rest = (seconds % big / small).magnitude
        return rest == 0 ? "\(seconds / big) \(bigName)" : "\(seconds / big) \(bigName) \(rest) \(smallName)"
    }
}
