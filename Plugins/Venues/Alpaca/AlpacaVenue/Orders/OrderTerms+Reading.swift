import AlpacaAPI
import Trading

extension OrderTerms {
    /// What holds for every order, whoever places it.
    /// - Parameter price: of the symbol now; for a notional, whose shares are counted by it.
    init(_ request: Alpaca.OrderRequest, _ market: MarketRecord) throws(Failure) {
        self.request = request
        orderClass = try Self.orderClass(request)
        guard let named = request.symbol else { throw .invalid("symbol is required") }
        guard let symbol = market.listed(named), let series = market[symbol] else {
            throw .unprocessable("could not find asset \"\(named)\"")
        }
        guard series.asset.isTradable else { throw .unprocessable("asset \(symbol) is not tradable") }
        self.symbol = symbol
        guard let side = request.side else { throw .invalid("side is required") }
        guard let word = side.known, let own = Trading.Side(rawValue: word.rawValue) else {
            throw .invalid("invalid side: \(side)")
        }
        self.side = own
        guard let type = request.type.known else { throw .invalid("invalid type: \(request.type)") }
        self.type = type
        guard let timeInForce = request.timeInForce.known else {
            throw .invalid("invalid time_in_force: \(request.timeInForce)")
        }
        guard let offered = timeInForce.exchangeWord else {
            throw .unprocessable("time_in_force \(timeInForce.rawValue) is not offered by this venue")
        }
        self.timeInForce = offered
        quantity = try Self.quantity(request, series)
        if symbol.isPair { try checkPair(series) }
        try checkPrices()
        try checkFractions(series.asset)
        try checkHours()
    }

    private static func orderClass(_ request: Alpaca.OrderRequest) throws(Failure) -> Alpaca.OrderClass {
        guard let orderClass = request.orderClass else { return .simple }
        switch orderClass.known {
        case .unnamed, .simple: return .simple
        case .bracket: return .bracket
        case .oco: return .oco
        case .oto: return .oto
        case .mleg: throw .unprocessable("order_class mleg is not offered by this venue")
        case nil: throw .invalid("invalid order_class: \(orderClass)")
        }
    }

    private static func quantity(
        _ request: Alpaca.OrderRequest, _ series: MarketSeries
    ) throws(Failure) -> Quantity {
        switch (request.quantity, request.notional) {
        case (nil, nil): throw .invalid("qty or notional is required")
        case (_?, _?): throw Failure(400, 40_010_001, "only one of qty or notional is accepted")
        case (let quantity?, nil):
            guard quantity.isPositive else { throw .invalid("qty must be > 0") }
            return quantity
        case (nil, let notional?):
            guard notional >= .one else { throw .invalid("notional must be >= 1.00") }
            guard notional.isMultiple(of: Money(units: Money.scale / 100)) else {
                throw .invalid("notional value must be limited to 2 decimal places")
            }
            // A limit buys no more than it allows; anything else is counted by the market as it is.
            guard let price = request.limitPrice ?? request.stopPrice ?? series.price else {
                throw .unprocessable("no price is known for \(series.asset.symbol)")
            }
            do throws(NumericError) {
                let quantity = try notional.quantity(at: price, .down)
                if quantity.isPositive { return quantity }
            } catch {
                throw .invalid("invalid notional")
            }
            throw .invalid("invalid notional")
        }
    }

    /// Each type has its prices, on the tick (the SEC's Rule 612 for sub-penny quotes), and no others.
    private func checkPrices() throws(Failure) {
        let word = type.rawValue
        let wants = (
            limit: type == .limit || type == .stopLimit, stop: type == .stop || type == .stopLimit,
            trail: type == .trailingStop
        )
        // Of an oco the limit may stand in take_profit alone.
        let limit = request.limitPrice ?? (orderClass == .oco ? request.takeProfit?.limitPrice : nil)
        guard wants.limit == (limit != nil) else {
            throw .invalid("\(word) orders require \(wants.limit ? "a" : "no") limit price")
        }
        guard wants.stop == (request.stopPrice != nil) else {
            throw .invalid("\(word) orders require \(wants.stop ? "a" : "no") stop price")
        }
        let trails = [request.trailPrice != nil, request.trailPercent != nil].filter(\.self).count
        guard trails == (wants.trail ? 1 : 0) else {
            throw .invalid("\(word) orders require \(wants.trail ? "either trail_price or trail_percent" : "no trail")")
        }
        try Self.checkTick("limit_price", request.limitPrice, of: symbol)
        try Self.checkTick("stop_price", request.stopPrice, of: symbol)
        try Self.checkTick("trail_price", request.trailPrice)
        try Self.checkTick("take_profit.limit_price", request.takeProfit?.limitPrice)
        try Self.checkTick("stop_loss.stop_price", request.stopLoss?.stopPrice)
        try Self.checkTick("stop_loss.limit_price", request.stopLoss?.limitPrice)
        if let percent = request.trailPercent {
            guard percent.isPositive, percent < Ratio(units: 100 * Ratio.scale) else {
                throw .invalid("trail_percent must be > 0 and < 100")
            }
        }
    }

    static func checkTick(_ field: String, _ price: Price?, of symbol: Symbol? = nil) throws(Failure) {
        guard let price else { return }
        guard price.isPositive else { throw .invalid("\(field) must be > 0") }
        if symbol?.isPair == true { return }
        guard price.isMultiple(of: PriceIncrement.usEquity.step(for: price)) else {
            throw .unprocessable(
                "invalid \(field) \(price). sub-penny increment does not fulfill minimum pricing criteria")
        }
    }

    private func checkFractions(_ asset: Alpaca.Asset) throws(Failure) {
        guard isFractional, !symbol.isPair else { return }
        guard asset.isFractionable == true else { throw .forbidden("asset \"\(symbol)\" is not fractionable") }
        guard timeInForce == .day else { throw .unprocessable("fractional orders must be DAY orders") }
        guard orderClass == .simple else { throw .unprocessable("fractional orders must be simple orders") }
        guard type != .trailingStop else { throw .unprocessable("fractional orders cannot be trailing_stop orders") }
    }

    /// What crypto has of all this.
    private func checkPair(_ series: MarketSeries) throws(Failure) {
        guard type == .market || type == .limit || type == .stopLimit else {
            throw .invalid("invalid order type for crypto order")
        }
        guard timeInForce == .gtc || timeInForce == .ioc else {
            throw .unprocessable("invalid crypto time_in_force")
        }
        guard orderClass == .simple else { throw .unprocessable("crypto orders must be simple orders") }
        guard request.isExtendedHours != true else { throw .unprocessable("crypto orders have no extended hours") }
        guard side == .buy, symbol.text.hasSuffix("/USD"), let price = request.limitPrice ?? series.price else {
            return
        }
        let least = Money(units: 10 * Money.scale)
        do throws(NumericError) {
            let value = try price.times(quantity)
            if request.notional ?? value >= least { return }
        } catch {
            // More than can be said is more than the least.
            return
        }
        throw .forbidden("cost basis must be >= minimal amount of order 10")
    }

    private func checkHours() throws(Failure) {
        guard request.isExtendedHours == true else { return }
        guard type == .limit, timeInForce == .day || timeInForce == .gtc else {
            throw .unprocessable("extended hours order must be DAY or GTC limit orders")
        }
        guard orderClass == .simple else { throw .unprocessable("extended hours order must be simple orders") }
    }
}
