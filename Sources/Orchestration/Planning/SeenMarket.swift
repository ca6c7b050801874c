import Trading

/// The market after a split that trades in the new shares before anybody has told of the split: what was planned meanwhile may
/// be meant for them (I-CORP-9).
struct SeenMarket {
    let price: Price
    let isLong: Bool

    /// Whether a stop is meant for the new shares as it stands: of it and what the split makes of it, the market has passed the
    /// other one, or is nearer to it.
    func isMeant(stop: Price, ratherThan after: Price) -> Bool { isNearer(stop, than: after, isBelow: isLong) }

    /// The same of a target, which is on the other side.
    func isMeant(target: Price, ratherThan after: Price) -> Bool { isNearer(target, than: after, isBelow: !isLong) }

    private func isNearer(_ level: Price, than other: Price, isBelow: Bool) -> Bool {
        func distance(_ level: Price) -> Int64? {
            let units = isBelow ? price.units - level.units : level.units - price.units
            return units > 0 ? units : nil
        }
        guard let mine = distance(level) else { return false }
        return distance(other).map { mine < $0 } ?? true
    }

    /// What rests is the tightest of all levels.
    func keepTightest(in plan: inout PositionPlan) {
        guard plan.stopLevels != nil, plan.stopOwner != PositionPlan.core,
            let tightest = StopLevels(of: plan, isLong: isLong).tightest(preferring: plan.stopOwner)
        else { return }
        (plan.stop, plan.stopOwner) = (tightest.stop, tightest.owner)
    }
}
