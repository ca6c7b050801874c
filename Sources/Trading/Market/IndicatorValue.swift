/// What an indicator says: `{"price":"3.21"}` or `{"ratio":"0.0134"}`.
public enum IndicatorFigure: Sendable, Hashable, Codable {
    case price(Price)
    case ratio(Ratio)

    public var price: Price? {
        switch self {
        case .price(let price): price
        case .ratio: nil
        }
    }

    public var ratio: Ratio? {
        switch self {
        case .price: nil
        case .ratio(let ratio): ratio
        }
    }
}

extension IndicatorFigure {
    private enum CodingKeys: CodingKey {
        case price, ratio
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let price = try container.decodeIfPresent(Price.self, forKey: .price) {
            self = .price(price)
        } else {
            self = .ratio(try container.decode(Ratio.self, forKey: .ratio))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .price(let price): try container.encode(price, forKey: .price)
        case .ratio(let ratio): try container.encode(ratio, forKey: .ratio)
        }
    }
}

/// An indicator and its figure: `{"indicator":"atr(14,1d)","price":"3.21"}`, or `"ratio"` where it is one.
public struct IndicatorValue: Sendable, Hashable, Codable {
    public let indicator: Indicator
    public let figure: IndicatorFigure

    public init(indicator: Indicator, figure: IndicatorFigure) {
        self.indicator = indicator
        self.figure = figure
    }

    private enum CodingKeys: CodingKey {
        case indicator, price, ratio
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        indicator = try container.decode(Indicator.self, forKey: .indicator)
        let price = try container.decodeIfPresent(Price.self, forKey: .price)
        let ratio = try container.decodeIfPresent(Ratio.self, forKey: .ratio)
        if indicator.kind.isRatio, let ratio, price == nil {
            figure = .ratio(ratio)
        } else if !indicator.kind.isRatio, let price, ratio == nil {
            figure = .price(price)
        } else {
            throw IndicatorError.badFigure(indicator: indicator)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(indicator, forKey: .indicator)
        switch figure {
        case .price(let price): try container.encode(price, forKey: .price)
        case .ratio(let ratio): try container.encode(ratio, forKey: .ratio)
        }
    }
}
