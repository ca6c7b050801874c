import PluginTesting
import Trading

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
        var whole = try PortfolioSnapshot.testing(equity: equity)
        whole.session = session
        whole.account.peakEquity = try Money(peak)
        whole.account.dayProfit = try Money(dayProfit)
        var position = try PositionView.testing(
            "NVDA", quantity, average: average, last: last ?? average, initialStop: initialStop)
        let price = try last.map { try Price($0) }
        position.lastPrice = price
        position.highWaterMark = try Price(high ?? last ?? average)
        position.lowWaterMark = try Price(low ?? last ?? average)
        position.heldFor = .zero
        position.openedAt = whole.at
        position.weight = try Ratio(weight)
        position.rungsTaken = rungs
        if isProtected {
            position.protection = ProtectionView(
                stopPrice: .one, stopLimitPrice: nil, stopQuantity: position.quantity, targetPrice: nil,
                targetQuantity: .zero)
        }
        whole.positions = [position]
        let market = MarketView(
            symbol: position.symbol, bid: try bid.map { try Price($0) }, ask: try ask.map { try Price($0) },
            last: price, bar: nil, at: whole.at)
        whole.market = price == nil && bid == nil ? [] : [market]
        return whole
    }
}
