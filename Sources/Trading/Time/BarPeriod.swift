/// Periods of bars as text: `30s`, `1m`, `5m`, `1h`, `1d`.
extension TimeSpan {
    /// The longest period of a bar. With an exchange it means the trading day, however long its session is.
    public static let day = TimeSpan.seconds(86_400)

    /// Reads `Ns`, `Nm`, `Nh` or `1d`: whole seconds, above zero, a day at the most; nil for anything else.
    public init?(barPeriod text: some StringProtocol) {
        let unit: Int64
        switch text.last {
        case "s": unit = 1
        case "m": unit = 60
        case "h": unit = 3_600
        case "d": unit = 86_400
        default: return nil
        }
        guard let count = wholeNumber(text.dropLast()), count >= 1, count <= 86_400 / unit else { return nil }
        self = .seconds(count * unit)
    }

    /// The shortest text that ``init(barPeriod:)`` reads as this period.
    public var barPeriodText: String {
        let seconds = wholeSeconds
        if seconds == 86_400 { return "1d" }
        if seconds % 3_600 == 0 { return "\(seconds / 3_600)h" }
        return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }

    /// Whether ``barPeriodText`` says all of it.
    public var isBarPeriod: Bool { self > .zero && self <= .day && nanoseconds % 1_000_000_000 == 0 }
}

/// One to six digits without a leading zero.
func wholeNumber(_ text: some StringProtocol) -> Int64? {
    guard (1...6).contains(text.utf8.count), text.first != "0" else { return nil }
    var value: Int64 = 0
    for byte in text.utf8 {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return value
}
