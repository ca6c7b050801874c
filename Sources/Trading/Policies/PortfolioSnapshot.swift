/// What a policy is given each cycle: the whole, read only.
public struct PortfolioSnapshot: Sendable, Hashable, Codable {
    public var cycle: Int64
    public var at: Timestamp
    public var session: SessionPhase
    public var tradingState: TradingState
    public var account: AccountView
    /// Sorted by symbol.
    public var positions: [PositionView]
    /// Open orders, sorted by client order id.
    public var orders: [OrderView]
    /// Every symbol with a price, sorted.
    public var market: [MarketView]
    /// Sorted by name: VIX and other figures.
    public var conditions: [MarketCondition]
    /// The newest orders that are over, oldest first. Absent when not asked for, as all that follows.
    public var finishedOrders: [OrderView]?
    public var portfolio: PortfolioView?
    /// Oldest first.
    public var history: [HistoryItem]?
    /// Sorted by policy, symbol and name.
    public var advisories: [Advisory]?

    public init(
        cycle: Int64, at: Timestamp, session: SessionPhase, tradingState: TradingState, account: AccountView,
        positions: [PositionView], orders: [OrderView], market: [MarketView], conditions: [MarketCondition]
    ) {
        self.cycle = cycle
        self.at = at
        self.session = session
        self.tradingState = tradingState
        self.account = account
        self.positions = positions
        self.orders = orders
        self.market = market
        self.conditions = conditions
    }
}

/// What the account may do at present.
public enum TradingState: String, Sendable, Codable, CaseIterable {
    case active
    /// Exits and protection only.
    case reducing
    /// Nothing is sent; what rests at the broker stays.
    case halted
}

public struct AccountView: Sendable, Hashable, Codable {
    public var id: AccountID
    public var currency: String
    public var cash: Money
    public var equity: Money
    public var buyingPower: Money
    /// Highest equity seen.
    public var peakEquity: Money
    /// Equity less that of the start of the trading day.
    public var dayProfit: Money
    /// Market value of all positions, signs left out.
    public var grossExposure: Money

    public init(
        id: AccountID, currency: String, cash: Money, equity: Money, buyingPower: Money, peakEquity: Money,
        dayProfit: Money, grossExposure: Money
    ) {
        self.id = id
        self.currency = currency
        self.cash = cash
        self.equity = equity
        self.buyingPower = buyingPower
        self.peakEquity = peakEquity
        self.dayProfit = dayProfit
        self.grossExposure = grossExposure
    }
}

/// A position with everything that a decision on it needs.
public struct PositionView: Sendable, Hashable, Codable {
    public var symbol: Symbol
    /// Negative is short.
    public var quantity: Quantity
    public var averagePrice: Price
    public var lastPrice: Price?
    public var marketValue: Money
    public var unrealizedProfit: Money
    /// Of this position since it was opened, partial exits included.
    public var realizedProfit: Money
    /// The stop at the start, from which R is counted.
    public var initialStop: Price?
    /// 1 R for a share: distance of average price and initial stop.
    public var riskPerShare: Price?
    /// Unrealized profit in R.
    public var profitInR: Ratio?
    /// Best and worst price since it was opened.
    public var highWaterMark: Price
    public var lowWaterMark: Price
    public var openedAt: Timestamp
    public var heldFor: TimeSpan
    /// Market value as a share of equity.
    public var weight: Ratio
    public var protection: ProtectionView?
    /// Since when it has had no working stop for all its shares.
    public var unprotectedSince: Timestamp?
    /// Rungs of the profit ladder that were taken.
    public var rungsTaken: [String]
    /// Realized profit in multiples of 1 R for each share that is still held.
    public var realizedInR: Ratio?
    /// When a part was last taken off as profit.
    public var lastPartialAt: Timestamp?
    /// As the configuration names it.
    public var sector: String?
    /// The broker's grid of prices; nil for that of US shares. Since protocol 1.2.
    public var priceIncrement: PriceIncrement?
    /// True: nobody here has opened it, and no person has named its initial stop. It is protected, counted from the market;
    /// its average price says nothing of that, and it has no R.
    public var isAdopted: Bool?
    /// Of such a position: what a share was worth when it was found. Absent while no price of then or later is known.
    public var adoptedPrice: Price?

    public init(
        symbol: Symbol, quantity: Quantity, averagePrice: Price, lastPrice: Price?, marketValue: Money,
        unrealizedProfit: Money, realizedProfit: Money, initialStop: Price?, riskPerShare: Price?,
        profitInR: Ratio?, highWaterMark: Price, lowWaterMark: Price, openedAt: Timestamp, heldFor: TimeSpan,
        weight: Ratio, protection: ProtectionView?, unprotectedSince: Timestamp?, rungsTaken: [String]
    ) {
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
        self.lastPrice = lastPrice
        self.marketValue = marketValue
        self.unrealizedProfit = unrealizedProfit
        self.realizedProfit = realizedProfit
        self.initialStop = initialStop
        self.riskPerShare = riskPerShare
        self.profitInR = profitInR
        self.highWaterMark = highWaterMark
        self.lowWaterMark = lowWaterMark
        self.openedAt = openedAt
        self.heldFor = heldFor
        self.weight = weight
        self.protection = protection
        self.unprotectedSince = unprotectedSince
        self.rungsTaken = rungsTaken
    }

    public var side: Side { quantity.isNegative ? .sell : .buy }

    /// As they stand on the wire: protocol 1 spells three of them the British way.
    private enum CodingKeys: String, CodingKey {
        case symbol, quantity, averagePrice, lastPrice, marketValue
        case unrealizedProfit = "unrealisedProfit"
        case realizedProfit = "realisedProfit"
        case initialStop, riskPerShare, profitInR, highWaterMark, lowWaterMark, openedAt, heldFor, weight, protection
        case unprotectedSince, rungsTaken
        case realizedInR = "realisedInR"
        case lastPartialAt, sector, priceIncrement, isAdopted, adoptedPrice
    }

    @available(*, deprecated, renamed: "unrealizedProfit") public var unrealisedProfit: Money { unrealizedProfit }
    @available(*, deprecated, renamed: "realizedProfit") public var realisedProfit: Money { realizedProfit }
    @available(*, deprecated, renamed: "realizedInR") public var realisedInR: Ratio? { realizedInR }
}

/// What protects a position at the broker right now.
public struct ProtectionView: Sendable, Hashable, Codable {
    public var stopPrice: Price?
    public var stopLimitPrice: Price?
    public var stopQuantity: Quantity
    public var targetPrice: Price?
    public var targetQuantity: Quantity
    /// When the stop was sent that rests now.
    public var stopSince: Timestamp?
    /// How far the market is from the stop, as a share of the last price; negative when it is through it.
    public var stopDistance: Ratio?

    public init(
        stopPrice: Price?, stopLimitPrice: Price?, stopQuantity: Quantity, targetPrice: Price?,
        targetQuantity: Quantity
    ) {
        self.stopPrice = stopPrice
        self.stopLimitPrice = stopLimitPrice
        self.stopQuantity = stopQuantity
        self.targetPrice = targetPrice
        self.targetQuantity = targetQuantity
    }
}

public struct OrderView: Sendable, Hashable, Codable {
    public var clientOrderID: ClientOrderID
    public var symbol: Symbol
    public var side: Side
    public var type: OrderType
    public var role: OrderRole
    public var status: OrderStatus
    public var quantity: Quantity
    public var filledQuantity: Quantity
    public var limitPrice: Price?
    public var stopPrice: Price?
    /// Average price of what is filled.
    public var averageFillPrice: Price?
    public var submittedAt: Timestamp?
    public var updatedAt: Timestamp?

    public init(
        clientOrderID: ClientOrderID, symbol: Symbol, side: Side, type: OrderType, role: OrderRole, status: OrderStatus,
        quantity: Quantity, filledQuantity: Quantity, limitPrice: Price?, stopPrice: Price?
    ) {
        self.clientOrderID = clientOrderID
        self.symbol = symbol
        self.side = side
        self.type = type
        self.role = role
        self.status = status
        self.quantity = quantity
        self.filledQuantity = filledQuantity
        self.limitPrice = limitPrice
        self.stopPrice = stopPrice
    }

    public init(_ order: Order) {
        clientOrderID = order.id
        symbol = order.symbol
        side = order.terms.side
        type = order.terms.type
        role = order.terms.role
        status = order.status
        quantity = order.terms.quantity
        filledQuantity = order.filledQuantity
        limitPrice = order.terms.limitPrice
        stopPrice = order.terms.stopPrice
        averageFillPrice = order.averageFillPrice
        submittedAt = order.submittedAt
        updatedAt = order.updatedAt
    }
}

public struct MarketView: Sendable, Hashable, Codable {
    public var symbol: Symbol
    public var bid: Price?
    public var ask: Price?
    public var last: Price?
    /// The last whole bar.
    public var bar: Bar?
    /// Trading in it is interrupted.
    public var isHalted: Bool?
    /// When the newest of these became known.
    public var at: Timestamp
    /// The trading day so far.
    public var day: DayView?
    /// Whole bars of the periods that were asked for, oldest first.
    public var series: [BarSeries]?
    /// Those that were asked for and are known, sorted.
    public var indicators: [IndicatorValue]?

    public init(symbol: Symbol, bid: Price?, ask: Price?, last: Price?, bar: Bar?, at: Timestamp) {
        self.symbol = symbol
        self.bid = bid
        self.ask = ask
        self.last = last
        self.bar = bar
        self.at = at
    }
}
