import Trading

/// The stops that policies want, each its own, and the one that was found at the broker. The core's own stop is none of
/// them: it stands only while there are none.
struct StopLevels {
    private var levels: [PluginName?: ProtectiveStop] = [:]
    private let isLong: Bool

    init(of plan: PositionPlan, isLong: Bool) {
        self.isLong = isLong
        for level in plan.stopLevels ?? [] { levels[level.owner] = level.stop }
        // What rests was moved to where it is by its owner.
        if let stop = plan.stop, plan.stopOwner != PositionPlan.core { levels[plan.stopOwner] = stop }
    }

    func level(of policy: PluginName) -> ProtectiveStop? { levels[policy] }

    mutating func set(_ policy: PluginName, to stop: ProtectiveStop) { levels[policy] = stop }

    /// Only nearer to the market.
    mutating func tighten(_ policy: PluginName, to stop: ProtectiveStop) {
        guard levels[policy].map({ Merge.isTighter(stop, than: $0, isLong: isLong) }) ?? true else { return }
        levels[policy] = stop
    }

    /// - Parameter owner: of equals this one.
    func tightest(preferring owner: PluginName?) -> StopLevel? {
        let found = sorted.min { left, right in
            if left.stop != right.stop { return Merge.isTighter(left.stop, than: right.stop, isLong: isLong) }
            return left.owner == owner && right.owner != owner
        }
        return found
    }

    func store(in plan: inout PositionPlan) {
        // While there is one, and it is what rests, nothing has to be remembered beside it.
        let isOnlyOne = levels.count == 1 && levels[plan.stopOwner] == plan.stop
        plan.stopLevels = levels.isEmpty || isOnlyOne ? nil : sorted
    }

    private var sorted: [StopLevel] {
        levels.map { StopLevel(owner: $0.key, stop: $0.value) }.sorted {
            ($0.owner?.text ?? "") < ($1.owner?.text ?? "")
        }
    }
}
