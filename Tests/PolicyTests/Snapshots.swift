import JSON
import Trading
import Wire

/// A portfolio of one position, with the figures that a test cares about.
struct Case {
    var quantity = "287"
    var average = "184.8644"
    var last: String? = "189.07"
    var bid: String? = "189.08"
    var ask: String? = "189.09"
    var initialStop: String? = "183.1822"
    var high: String?
    var low: String?
    var session = SessionPhase.regular
    var rungs: [String] = []
    var weight = "0.42"
    var isProtected = false
    var equity = "129198"
    var peak = "129198"
    var dayProfit = "0"

    func snapshot() throws -> PortfolioSnapshot {
        let symbol = try Symbol("NVDA")
        let at = Timestamp(seconds: 1_773_669_660)
        let average = try Price(average)
        let price = try last.map { try Price($0) }
        let stop = try initialStop.map { try Price($0) }
        let size = try Quantity(quantity)
        let isLong = !size.isNegative
        let risk = try stop.map { isLong ? try average - $0 : try $0 - average }
        let gain = isLong ? try (price ?? average) - average : try average - (price ?? average)
        let position = PositionView(
            symbol: symbol, quantity: size, averagePrice: average, lastPrice: price,
            marketValue: try (price ?? average).times(size), unrealizedProfit: .zero, realizedProfit: .zero,
            initialStop: stop, riskPerShare: risk, profitInR: try risk.map { try gain.ratio(to: $0) },
            highWaterMark: try Price(high ?? last ?? self.average),
            lowWaterMark: try Price(low ?? last ?? self.average),
            openedAt: at, heldFor: .zero, weight: try Ratio(weight),
            protection: isProtected
                ? ProtectionView(
                    stopPrice: .one, stopLimitPrice: nil, stopQuantity: size, targetPrice: nil, targetQuantity: .zero)
                : nil, unprotectedSince: nil, rungsTaken: rungs)
        let market = MarketView(
            symbol: symbol, bid: try bid.map { try Price($0) }, ask: try ask.map { try Price($0) }, last: price,
            bar: nil, at: at)
        return PortfolioSnapshot(
            cycle: 1, at: at, session: session, tradingState: .active,
            account: AccountView(
                id: try AccountID("test"), currency: "USD", cash: .zero, equity: try Money(equity), buyingPower: .zero,
                peakEquity: try Money(peak), dayProfit: try Money(dayProfit), grossExposure: .zero),
            positions: [position], orders: [], market: price == nil && bid == nil ? [] : [market], conditions: [])
    }
}

/// Settings as the configuration hands them over.
func settings<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
    try WireDecoder().decodeSettings(type, from: try JSONParser.parse(Array(json.utf8)))
}
