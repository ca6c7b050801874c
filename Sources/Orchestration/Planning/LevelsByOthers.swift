import Trading

/// What the venue or somebody else has made of the levels of a plan: an order of ours that was asked for at one price and rests
/// at another (I-HAND-4). As long as the plan wants the same, that counts as what it wants.
struct LevelsByOthers: Sendable, Hashable, Codable {
    struct StopLevel: Sendable, Hashable, Codable {
        var wanted: ProtectiveStop
        var rests: ProtectiveStop
    }

    struct TargetLevel: Sendable, Hashable, Codable {
        var wanted: Price
        var rests: Price
    }

    var stop: StopLevel?
    var target: TargetLevel?
    /// An order of ours whose terms somebody else has changed, until position and orders have been read again.
    var changed: ClientOrderID?

    /// - Parameter plan: with prices as they are sent to the broker.
    func applied(to plan: PositionPlan) -> PositionPlan {
        var plan = plan
        if let stop, plan.stop == stop.wanted { plan.stop = stop.rests }
        if let target, plan.target == target.wanted { plan.target = target.rests }
        return plan
    }
}

extension PriceIncrement {
    /// What a venue makes of a price that is not on its own grid: the same, give or take some of the ticks that it declared.
    func isRounded(_ asked: Price?, to told: Price?) -> Bool {
        switch (asked, told) {
        case (nil, nil): return true
        case (let asked?, let told?):
            let distance = abs(Int128(asked.units) - Int128(told.units))
            return distance <= Int128(step(for: asked).units) * Int128(CoreLimits.roundingTicks)
        case (_?, nil), (nil, _?): return false
        }
    }
}

extension ProtectiveStop {
    init?(of terms: NewOrder) {
        guard terms.type != .trailingStop, let price = terms.stopPrice else { return nil }
        self.init(stopPrice: price, limitPrice: terms.limitPrice)
    }
}
