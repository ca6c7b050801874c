/// The best prices of one moment. A side that nobody quotes is absent.
public struct Quote: Sendable, Hashable, Codable {
    public var symbol: Symbol
    public var bid: Price?
    public var ask: Price?
    public var bidSize: Quantity?
    public var askSize: Quantity?
    /// Price of the last trade.
    public var last: Price?
    /// Trading in it is interrupted: nothing executes, and no stop is elected.
    public var isHalted: Bool?
    public var at: Timestamp

    public init(
        symbol: Symbol, bid: Price? = nil, ask: Price? = nil, bidSize: Quantity? = nil, askSize: Quantity? = nil,
        last: Price? = nil, isHalted: Bool? = nil, at: Timestamp
    ) {
        self.symbol = symbol
        self.bid = bid
        self.ask = ask
        self.bidSize = bidSize
        self.askSize = askSize
        self.last = last
        self.isHalted = isHalted
        self.at = at
    }
}

/// Trades of one period. `start` is its beginning; it is known at `start + period`.
public struct Bar: Sendable, Hashable, Codable {
    public var symbol: Symbol
    public var start: Timestamp
    public var period: TimeSpan
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    public var volume: Quantity

    public init(
        symbol: Symbol, start: Timestamp, period: TimeSpan, open: Price, high: Price, low: Price, close: Price,
        volume: Quantity
    ) {
        self.symbol = symbol
        self.start = start
        self.period = period
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }

    public var end: Timestamp { start + period }

    /// Why these figures can be no bar, or nil.
    public var defect: String? {
        if period <= .zero { return "period must be above zero, it is \(period)" }
        if !low.isPositive { return "low must be above zero, it is \(low)" }
        if low > min(open, close) { return "low \(low) is above open \(open) or close \(close)" }
        if high < max(open, close) { return "high \(high) is below open \(open) or close \(close)" }
        if volume.isNegative { return "volume is negative" }
        return nil
    }
}

/// A figure about the market as a whole: `VIX` 18.5.
public struct MarketCondition: Sendable, Hashable, Codable {
    public var name: String
    public var value: Ratio
    public var at: Timestamp

    public init(name: String, value: Ratio, at: Timestamp) {
        self.name = name
        self.value = value
        self.at = at
    }
}

/// A change of the shares themselves, known before the session of its date: never to be taken for a move of the market.
public struct CorporateAction: Sendable, Hashable, Codable {
    public enum Kind: Sendable, Hashable, Codable {
        /// `numerator` new shares for `denominator` old: 7 for 1, or 1 for 20 in a reverse split.
        case split(numerator: Int64, denominator: Int64)
        /// Cash for each share.
        case dividend(amount: Price)
        /// The shares stand under another symbol: renamed, or exchanged in a merger, `numerator` new ones for
        /// `denominator` old. Since protocol 1.2.
        case symbolChange(to: Symbol, numerator: Int64, denominator: Int64)
        /// Shares of another company are handed out: `numerator` of them for `denominator` that are held. `costShare` is the
        /// part of the old shares' cost and price that goes with them, above 0 and below 1. Since protocol 1.2.
        case spinOff(to: Symbol, numerator: Int64, denominator: Int64, costShare: Ratio)
    }
    public var id: String
    public var symbol: Symbol
    public var kind: Kind
    public var effectiveAt: Timestamp

    public init(id: String, symbol: Symbol, kind: Kind, effectiveAt: Timestamp) {
        self.id = id
        self.symbol = symbol
        self.kind = kind
        self.effectiveAt = effectiveAt
    }

    public var defect: String? {
        switch kind {
        case .split(let numerator, let denominator): Self.ratioDefect("a split", numerator, denominator)
        case .dividend(let amount): amount.isPositive ? nil : "a dividend is above zero, not \(amount)"
        case .symbolChange(let other, let numerator, let denominator):
            other == symbol
                ? "\(symbol) is to change to itself" : Self.ratioDefect("a change of symbol", numerator, denominator)
        case .spinOff(let other, let numerator, let denominator, let share):
            if other == symbol {
                "\(symbol) is to be spun off itself"
            } else if !share.isPositive || share >= .one {
                "the share of the cost that is spun off is above 0 and below 1, not \(share)"
            } else {
                Self.ratioDefect("a spin-off", numerator, denominator)
            }
        }
    }

    private static func ratioDefect(_ what: String, _ numerator: Int64, _ denominator: Int64) -> String? {
        (1...10_000).contains(numerator) && (1...10_000).contains(denominator)
            ? nil : "\(what) is two numbers from 1 to 10000, not \(numerator):\(denominator)"
    }
}

/// What a provider publishes: everything that became known at `at`, in the order corporate actions, conditions, bars,
/// quotes.
public struct MarketUpdate: Sendable, Hashable, Codable {
    public var at: Timestamp
    public var session: SessionPhase?
    public var corporateActions: [CorporateAction]?
    public var conditions: [MarketCondition]?
    public var bars: [Bar]?
    public var quotes: [Quote]?
    /// No more will come: the tape has ended.
    public var isLast: Bool?

    public init(
        at: Timestamp, session: SessionPhase? = nil, corporateActions: [CorporateAction]? = nil,
        conditions: [MarketCondition]? = nil, bars: [Bar]? = nil, quotes: [Quote]? = nil, isLast: Bool? = nil
    ) {
        self.at = at
        self.session = session
        self.corporateActions = corporateActions
        self.conditions = conditions
        self.bars = bars
        self.quotes = quotes
        self.isLast = isLast
    }
}
