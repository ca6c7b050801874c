/// A figure made of the closed bars of one symbol: `atr(14,1d)` is the average true range of 14 days.
///
/// Written as `KIND(LENGTH,PERIOD)`, without blanks. What each kind means, and from where: docs/indicators.md.
public struct Indicator: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Average true range, Wilder's smoothing. A price.
        case atr
        /// Simple moving average of closes. A price.
        case sma
        /// Exponential moving average of closes. A price.
        case ema
        /// Highest high. A price.
        case highest
        /// Lowest low. A price.
        case lowest
        /// Standard deviation of returns, annualised. A ratio: 0.25 is 25 % a year.
        case volatility
    }

    public static let maximumLength: Int64 = 1_000

    public let kind: Kind
    /// Bars, 1 to 1000; returns for ``Kind/volatility``, 2 to 1000.
    public let length: Int64
    /// Of the bars; whole seconds up to a day. A day is a trading day.
    public let period: TimeSpan

    /// - Throws: ``IndicatorError/badIndicator(text:)`` when length or period is out of range.
    public init(_ kind: Kind, _ length: Int64, _ period: TimeSpan) throws(IndicatorError) {
        guard length >= kind.minimumLength, length <= Self.maximumLength, period.isBarPeriod else {
            throw .badIndicator(text: "\(kind.rawValue)(\(length),\(period))")
        }
        self.kind = kind
        self.length = length
        self.period = period
    }

    /// Reads `atr(14,1d)`.
    /// - Throws: ``IndicatorError/badIndicator(text:)``.
    public init(_ text: String) throws(IndicatorError) {
        let parts = text.split(separator: "(", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].last == ")", let kind = Kind(rawValue: String(parts[0])) else {
            throw .badIndicator(text: String(text.prefix(40)))
        }
        let figures = parts[1].dropLast().split(separator: ",", omittingEmptySubsequences: false)
        guard figures.count == 2, let length = wholeNumber(figures[0]), let period = TimeSpan(barPeriod: figures[1]),
            length >= kind.minimumLength, length <= Self.maximumLength
        else { throw .badIndicator(text: String(text.prefix(40))) }
        self.kind = kind
        self.length = length
        self.period = period
    }

    /// By period, then kind, then length.
    public static func < (left: Indicator, right: Indicator) -> Bool {
        (left.period, left.kind.rawValue, left.length) < (right.period, right.kind.rawValue, right.length)
    }

    public var description: String { "\(kind.rawValue)(\(length),\(period.barPeriodText))" }

    public init(from decoder: any Decoder) throws {
        self = try Indicator(decoder.singleValueContainer().decode(String.self))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Indicator.Kind {
    /// The spread of a single return is not defined.
    public var minimumLength: Int64 { self == .volatility ? 2 : 1 }

    /// Whether its figures are ratios; else they are prices.
    public var isRatio: Bool {
        switch self {
        case .atr, .sma, .ema, .highest, .lowest: false
        case .volatility: true
        }
    }
}

public enum IndicatorError: Error, Equatable, Sendable, CustomStringConvertible {
    case badIndicator(text: String)
    /// A figure stands for an indicator whose figures are of the other type, or stands twice or not at all.
    case badFigure(indicator: Indicator)

    public var description: String {
        switch self {
        case .badIndicator(let text):
            """
            "\(text)" is no indicator: expected KIND(LENGTH,PERIOD) without blanks, such as atr(14,1d); \
            KIND is one of \(Indicator.Kind.allCases.map(\.rawValue).joined(separator: " ")), \
            LENGTH 1 to \(Indicator.maximumLength) (volatility from 2), PERIOD such as 30s 5m 1h 1d
            """
        case .badFigure(let indicator):
            "\(indicator) has one figure, as \(indicator.kind.isRatio ? "\"ratio\"" : "\"price\"")"
        }
    }
}
