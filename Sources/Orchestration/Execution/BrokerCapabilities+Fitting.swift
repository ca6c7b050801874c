import Trading

/// What a plan asks for, in the terms that this broker offers. A stop that cannot be placed as it was asked for is placed
/// as it can be: refused for its form, it would leave the position unprotected.
extension BrokerCapabilities {
    /// Beyond the stop, where a stop can only rest with a limit: so far that it still executes.
    private static let limitDistance = Ratio(units: Ratio.scale / 20)

    /// Targets can rest beside the stop.
    var restsTargets: Bool { groups.contains(.oco) && orderTypes.contains(.limit) }

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
        guard orderTypes.contains(.stopLimit) else { return ProtectiveStop(stopPrice: price) }
        let limit = stop.limitPrice ?? (orderTypes.contains(.stop) ? nil : widest(price, isLong: isLong))
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
