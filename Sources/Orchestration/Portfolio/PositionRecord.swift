import Trading

/// The PositionManager's read side: one position with its history since it was opened. It never writes to the market.
package struct PositionRecord: Sendable, Hashable, Codable {
    package private(set) var symbol: Symbol
    /// Negative is short.
    package var quantity: Quantity
    /// What a share cost, less the dividends that it has brought since.
    package var averagePrice: Price
    /// Of a share, since it was bought: brokers do not take them off their averages.
    private var dividends: Price = .zero
    /// From which R is counted: the stop that its entry brought, or that a person has named. A stop that was set later is
    /// none.
    package var initialStop: Price?
    package var origin = Origin.entered
    /// What a share was worth when the position was found; nil before that is known, and of one that was entered. The
    /// average price of what others bought says nothing about the market.
    package var adoptedPrice: Price?
    /// The initial stop that a person has named, until it can be held against the market.
    package var namedStop: Price?
    package var openedAt: Timestamp
    /// What a share was worth when the broker's list was last seen to show what our books have; nil while that is not known.
    private(set) var listedPrice: Price?
    /// When a list of the broker has shown it last.
    private(set) var listedAt: Timestamp?
    /// The first bar after a split may mix old and new shares: its open and high say nothing certain.
    package var isRangeUncertain = false
    package var highWaterMark: Price
    package var lowWaterMark: Price
    /// Profit realized by partial exits since the position was opened.
    package var realizedProfit: Money = .zero
    /// Rungs of the profit ladder that were decided, sorted.
    package var rungsTaken: [String] = []
    /// When a part was last decided to be taken off as profit.
    package var lastPartialAt: Timestamp?
    package var unprotectedSince: Timestamp?

    package init(symbol: Symbol, quantity: Quantity, averagePrice: Price, openedAt: Timestamp) {
        self.symbol = symbol
        self.quantity = quantity
        self.averagePrice = averagePrice
        self.openedAt = openedAt
        highWaterMark = averagePrice
        lowWaterMark = averagePrice
    }

    /// How it came into the books.
    package enum Origin: String, Sendable, Codable, CaseIterable {
        /// By an entry of ours.
        case entered
        /// It was there when the broker's books and ours were brought together for the first time.
        case opening
        /// Somebody else opened it since.
        case found
    }

    /// A person wants it managed like one that was entered here.
    package var isHandedOver: Bool?

    /// Nobody here has opened it, no person has named its initial stop, and none has handed it over: it is protected, and has no
    /// R.
    package var isAdopted: Bool { origin != .entered && initialStop == nil && isHandedOver != true }

    package var isLong: Bool { quantity.isPositive }
    package var exitSide: Side { isLong ? .sell : .buy }
    /// Number of shares without the sign.
    package var size: Quantity { Quantity(units: Int64(quantity.units.magnitude)) }

    /// 1 R for a share: the distance of the average price from the initial stop, when the stop is on the losing side.
    package var riskPerShare: Price? {
        guard let initialStop else { return nil }
        let distance = isLong ? averagePrice.units - initialStop.units : initialStop.units - averagePrice.units
        return distance > 0 ? Price(units: distance) : nil
    }

    package func unrealizedProfit(at price: Price) throws(NumericError) -> Money {
        try (price - averagePrice).times(quantity)
    }

    /// Unrealized profit of a share in R.
    package func profitInR(at price: Price) throws(NumericError) -> Ratio? {
        guard let riskPerShare else { return nil }
        let gain = isLong ? try price - averagePrice : try averagePrice - price
        return try gain.ratio(to: riskPerShare)
    }

    /// Realized profit in R: in multiples of 1 R for each share that is held. Nil without R.
    package func realizedInR() throws(NumericError) -> Ratio? {
        guard let risk = try riskPerShare?.times(size), risk.isPositive else { return nil }
        return try realizedProfit.ratio(to: risk)
    }

    /// A price that is believed, of now: what was found begins with the first of them.
    /// - Returns: the stop that a person has named, when the market is through it.
    mutating func see(price: Price) -> Price? {
        if origin != .entered, adoptedPrice == nil {
            (adoptedPrice, highWaterMark, lowWaterMark) = (price, price, price)
        }
        updateWaterMarks(price: price)
        guard let stop = namedStop else { return nil }
        namedStop = nil
        guard isLong ? stop < price : stop > price else { return stop }
        initialStop = stop
        return nil
    }

    /// A price that just became believed.
    /// - Returns: as ``see(price:)``.
    mutating func see(_ mark: PriceMark) -> Price? {
        if mark.isBar {
            // A bar that began before the position was opened says nothing certain about its range since.
            if mark.start >= openedAt, !isRangeUncertain {
                updateWaterMarks(price: mark.high)
                updateWaterMarks(price: mark.low)
            }
            isRangeUncertain = false
        }
        return see(price: mark.price)
    }

    /// The broker's list shows the same.
    mutating func noteListed(at price: Price?, _ time: Timestamp) {
        (listedPrice, listedAt) = (price ?? listedPrice, time)
    }

    /// A split that the broker shows is in this price already: since the broker has shown the old shares, the market has gone
    /// over to the new ones.
    func isAfter(_ split: Split, _ price: Price) -> Bool {
        listedPrice.map { !split.isPreSplit(price, before: $0) } ?? false
    }

    mutating func updateWaterMarks(price: Price) {
        highWaterMark = max(highWaterMark, price)
        lowWaterMark = min(lowWaterMark, price)
    }

    /// Books one execution: averages up, realizes down. Returns the profit that it realized.
    /// - Precondition: does not flip the side; see ``Portfolio``.
    mutating func book(_ change: Quantity, at price: Price) throws(NumericError) -> Money {
        let after = try quantity + change
        guard quantity.isNegative == change.isNegative || quantity.isZero else {
            let realized = try (price - averagePrice).times(change.negated())
            try realizedProfit += realized
            quantity = after
            return realized
        }
        dividends = dividends(spreadOver: after)
        averagePrice = try Price.average((averagePrice, quantity), (price, change))
        quantity = after
        updateWaterMarks(price: price)
        return .zero
    }

    /// Shares are there after all, at what they had cost.
    mutating func add(_ change: Quantity, at basis: Price) throws(NumericError) {
        let after = try quantity + change
        if !after.isZero { averagePrice = try Price.average((averagePrice, quantity), (basis, change)) }
        quantity = after
    }

    /// Shares were never there; what is left has cost what was paid without them.
    mutating func remove(_ change: Quantity, at price: Price) throws(NumericError) {
        let after = try quantity - change
        if !after.isZero {
            let left = try Price.average((averagePrice, quantity), (price, change.negated()))
            if left.isPositive { averagePrice = left }
        }
        quantity = after
    }

    /// The broker's quantity and average price replace ours; what dividends have brought is taken off where the broker
    /// does not.
    mutating func adopt(_ theirs: BrokerPosition) {
        dividends = dividends(spreadOver: theirs.quantity)
        let (told, lowered) = (theirs.averagePrice.units, max(0, theirs.averagePrice.units - dividends.units))
        if abs(told - averagePrice.units) <= abs(lowered - averagePrice.units) { dividends = .zero }
        averagePrice = Price(units: max(0, told - dividends.units))
        quantity = theirs.quantity
    }

    /// The broker shows it under another symbol: the same quantity at the same average price, but for its rounding.
    func isSame(as theirs: BrokerPosition) -> Bool {
        let average = averagePrice.units.addingClamped(dividends.units)
        return theirs.quantity == quantity && average > 0
            && abs(theirs.averagePrice.units - average) <= max(average / 10_000, Price.scale / 100)
    }

    /// What the broker may call the average price: few of them take dividends off it.
    var averagesTold: [Price] {
        guard dividends.isPositive else { return [averagePrice] }
        return [averagePrice, Price(units: averagePrice.units.addingClamped(dividends.units))]
    }

    /// Of each share, when there are more of them.
    private func dividends(spreadOver after: Quantity) -> Price {
        let (old, new) = (Int128(quantity.units.magnitude), Int128(after.units.magnitude))
        guard new > old, dividends.isPositive else { return dividends }
        return Price(units: Int64(clamping: Int128(dividends.units) * old / new))
    }

    /// Nothing was gained or lost by it.
    /// - Parameter price: of after a split, when prices of after it have moved the marks: of more shares the low mark, of fewer
    ///   the high one is of the new ones.
    mutating func restate(by restatement: Restatement, seen price: Price? = nil) throws(NumericError) {
        if case .split = restatement { isRangeUncertain = true }
        quantity = try restatement.quantity(quantity)
        try restateAverage(by: restatement)
        if case .split = restatement { listedPrice = nil } else { listedPrice = try restatement.price(listedPrice) }
        let (high, low) = (highWaterMark, lowWaterMark)
        highWaterMark = try restatement.price(high)
        lowWaterMark = try restatement.price(low)
        if let price, case .split(let split) = restatement {
            highWaterMark = max(price, split.isReverse ? high : highWaterMark)
            lowWaterMark = min(price, split.isReverse ? lowWaterMark : low)
        }
        initialStop = try restatement.price(initialStop)
        adoptedPrice = try restatement.price(adoptedPrice)
        namedStop = try restatement.price(namedStop)
    }

    private mutating func restateAverage(by restatement: Restatement) throws(NumericError) {
        guard case .dividend(let amount) = restatement else {
            averagePrice = try restatement.price(averagePrice)
            return dividends = try dividends.isZero ? .zero : restatement.price(dividends)
        }
        // What is more than the share has cost is profit.
        let covered = min(amount, averagePrice)
        try dividends += covered
        try averagePrice -= covered
        try realizedProfit += (amount - covered).times(quantity)
    }

    /// Quantity and average price of the same position, which are restated already.
    mutating func keepFigures(of other: PositionRecord) {
        keepQuantity(of: other)
        (averagePrice, dividends) = (other.averagePrice, other.dividends)
    }

    mutating func keepQuantity(of other: PositionRecord) { quantity = other.quantity }

    func renamed(_ other: Symbol) -> PositionRecord { with(self) { $0.symbol = other } }
}
