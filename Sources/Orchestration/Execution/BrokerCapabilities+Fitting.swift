import Trading

/// What a plan asks for, in the terms that this broker offers. A stop that cannot be placed as it was asked for is placed
/// as it can be: refused for its form, it would leave the position unprotected.
extension BrokerCapabilities {
    /// Beyond the stop, where a stop can only rest with a limit: so far that it still executes.
    private static let limitDistance = Ratio(units: Ratio.scale / 20)

    /// Of what a market exit in a session that takes limit orders only is below the bid, or above the ask: the market takes
    /// it, and not at any price.
    private static let exitRoom = Ratio(units: Ratio.scale / 200)

    /// Targets can rest beside the stop.
    func restsTargets(_ symbol: Symbol) -> Bool {
        groups(of: symbol).contains(.oco) && orderTypes(of: symbol).contains(.limit)
    }

    /// A stop for the symbol can be placed in this session.
    func takesStops(_ symbol: Symbol, in session: SessionPhase) -> Bool {
        orderTypes(of: symbol, in: session).contains { $0 == .stop || $0 == .stopLimit }
    }

    /// How a position is left in this session: at market, or with a limit that the market takes. Beyond regular hours brokers
    /// commonly take nothing else. What waits for the open is a market order. Nil when neither can be sent.
    func exitOrder(
        _ symbol: Symbol, _ side: Side, in session: SessionPhase, at price: Price?
    ) -> (type: OrderType, limit: Price?)? {
        let types = orderTypes(of: symbol, in: session)
        let isExtended = session != .regular && sessions.contains(session)
        if types.contains(.market), !isExtended || !types.contains(.limit) { return (.market, nil) }
        guard isExtended || !types.contains(.market), types.contains(.limit), let price, price.isPositive else {
            return nil
        }
        do {
            let room = try price.scaled(by: Self.exitRoom, .up)
            let limit = side == .sell ? try price - room : try price + room
            return (.limit, try priceIncrement(of: symbol).rounded(limit, side == .sell ? .down : .up))
        } catch { return nil }
    }

    /// Worth as much as the broker takes; an order without a price is judged at the market's, where that is known.
    func isLargeEnough(_ quantity: Quantity, of symbol: Symbol, at price: Price?) -> Bool {
        guard let least = minimumNotional(of: symbol), let price else { return true }
        do { return try price.times(quantity) >= least } catch { return true }
    }

    /// Prices on the broker's tick size, which may be another one than when the plan was made.
    func fitting(_ plan: PositionPlan, isLong: Bool) -> PositionPlan {
        var plan = plan.roundedToTicks(priceIncrement(of: plan.symbol), isLong: isLong)
        plan.stop = plan.stop.map { fitting($0, of: plan.symbol, isLong: isLong) }
        return plan
    }

    func fitting(_ stop: ProtectiveStop, of symbol: Symbol, isLong: Bool) -> ProtectiveStop {
        let away: Rounding = isLong ? .down : .up
        let tickSize = priceIncrement(of: symbol)
        let price = tickSize.nearest(stop.stopPrice, away)
        let types = orderTypes(of: symbol)
        guard types.contains(.stopLimit) else { return ProtectiveStop(stopPrice: price) }
        let limit = stop.limitPrice ?? (types.contains(.stop) ? nil : widest(price, isLong: isLong))
        return ProtectiveStop(stopPrice: price, limitPrice: limit.map { tickSize.nearest($0, away) })
    }

    private func widest(_ stop: Price, isLong: Bool) -> Price {
        do {
            let distance = try stop.scaled(by: Self.limitDistance, .up)
            return isLong ? try stop - distance : try stop + distance
        } catch { return stop }
    }

    /// The first of these that the broker takes; what must rest is best good till canceled, what trades now is not.
    func timeInForce(_ wanted: [TimeInForce]) -> TimeInForce {
        wanted.first { timeInForce.contains($0) } ?? timeInForce.first ?? .day
    }
    var resting: TimeInForce { timeInForce([.gtc, .day]) }
    var immediate: TimeInForce { timeInForce([.day, .gtc, .ioc]) }
}
