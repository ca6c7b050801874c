/// What a policy is given each cycle: the whole, read only.
package struct PortfolioSnapshot: Sendable, Hashable, Codable {
    package var cycle: Int64
    package var at: Timestamp
    package var session: SessionPhase
    package var tradingState: TradingState
    package var account: AccountView
    /// Sorted by symbol.
    package var positions: [PositionView]
    /// Open orders, sorted by client order id.
    package var orders: [OrderView]
    /// Every symbol with a price, sorted.
    package var market: [MarketView]
    /// Sorted by name: VIX and other figures.
    package var conditions: [MarketCondition]
    /// The newest orders that are over, oldest first. Absent when not asked for, as all that follows.
    package var finishedOrders: [OrderView]?
    package var portfolio: PortfolioView?
    /// Oldest first.
    package var history: [HistoryItem]?
    /// Sorted by policy, symbol and name.
    package var advisories: [Advisory]?

    package init(
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
package enum TradingState: String, Sendable, Codable, CaseIterable {
    case active
    /// Exits and protection only.
    case reducing
    /// Nothing is sent; what rests at the broker stays.
    case halted
}

package struct AccountView: Sendable, Hashable, Codable {
    package var id: AccountID
    package var currency: String
    package var cash: Money
    package var equity: Money
    package var buyingPower: Money
    /// Highest equity seen.
    package var peakEquity: Money
    /// Equity less that of the start of the trading day.
    package var dayProfit: Money
    /// Market value of all positions, signs left out.
    package var grossExposure: Money

    package init(
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
package struct PositionView: Sendable, Hashable, Codable {
    package var symbol: Symbol
    /// Negative is short.
    package var quantity: Quantity
    package var averagePrice: Price
    package var lastPrice: Price?
    package var marketValue: Money
    package var unrealisedProfit: Money
    /// Of this position since it was opened, partial exits included.
    package var realisedProfit: Money
    /// The stop at the start, from which R is counted.
    package var initialStop: Price?
    /// 1 R for a share: distance of average price and initial stop.
    package var riskPerShare: Price?
    /// Unrealised profit in R.
    package var profitInR: Ratio?
    /// Best and worst price since it was opened.
    package var highWaterMark: Price
    package var lowWaterMark: Price
    package var openedAt: Timestamp
    package var heldFor: TimeSpan
    /// Market value as a share of equity.
    package var weight: Ratio
    package var protection: ProtectionView?
    /// Since when it has had no working stop for all its shares.
    package var unprotectedSince: Timestamp?
    /// Rungs of the profit ladder that were taken.
    package var rungsTaken: [String]
    /// Realised profit in multiples of 1 R for each share that is still held.
    package var realisedInR: Ratio?
    /// When a part was last taken off as profit.
    package var lastPartialAt: Timestamp?
    /// As the configuration names it.
    package var sector: String?

    package init(
        symbol: Symbol, quantity: Quantity, averagePrice: Price, lastPrice: Price?, marketValue: Money,
        unrealisedProfit: Money, realisedProfit: Money, initialStop: Price?, riskPerShare: Price?,
        profitInR: Ratio?, highWaterMark: Price, lowWaterMark: Price, openedAt: Timestamp, heldFor: TimeSpan,
        weight: Ratio, protection: ProtectionView?, unprotectedSince: Timestamp?, rungsTaken: [String]
    ) {
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
        self.lastPrice = lastPrice
        self.marketValue = marketValue
        self.unrealisedProfit = unrealisedProfit
        self.realisedProfit = realisedProfit
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

    package var side: Side { quantity.isNegative ? .sell : .buy }
}

/// What protects a position at the broker right now.
package struct ProtectionView: Sendable, Hashable, Codable {
    package var stopPrice: Price?
    package var stopLimitPrice: Price?
    package var stopQuantity: Quantity
    package var targetPrice: Price?
    package var targetQuantity: Quantity
    /// When the stop was sent that rests now.
    package var stopSince: Timestamp?
    /// How far the market is from the stop, as a share of the last price; negative when it is through it.
    package var stopDistance: Ratio?

    package init(
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

package struct OrderView: Sendable, Hashable, Codable {
    package var clientOrderID: ClientOrderID
    package var symbol: Symbol
    package var side: Side
    package var type: OrderType
    package var role: OrderRole
    package var status: OrderStatus
    package var quantity: Quantity
    package var filledQuantity: Quantity
    package var limitPrice: Price?
    package var stopPrice: Price?
    /// Average price of what is filled.
    package var averageFillPrice: Price?
    package var submittedAt: Timestamp?
    package var updatedAt: Timestamp?

    package init(
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

    package init(_ order: Order) {
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

package struct MarketView: Sendable, Hashable, Codable {
    package var symbol: Symbol
    package var bid: Price?
    package var ask: Price?
    package var last: Price?
    /// The last whole bar.
    package var bar: Bar?
    /// Trading in it is interrupted.
    package var isHalted: Bool?
    /// When the newest of these became known.
    package var at: Timestamp
    /// The trading day so far.
    package var day: DayView?
    /// Whole bars of the periods that were asked for, oldest first.
    package var series: [BarSeries]?
    /// Those that were asked for and are known, sorted.
    package var indicators: [IndicatorValue]?

    package init(symbol: Symbol, bid: Price?, ask: Price?, last: Price?, bar: Bar?, at: Timestamp) {
        self.symbol = symbol
        self.bid = bid
        self.ask = ask
        self.last = last
        self.bar = bar
        self.at = at
    }
}
