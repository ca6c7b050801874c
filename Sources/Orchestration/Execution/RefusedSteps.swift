/// Steps that the broker has refused lately, and that are not tried now.
struct RefusedSteps: Sendable, Hashable {
    /// To sell a part of the position.
    var isPart = false
    /// To leave it.
    var isWholeExit = false
    /// To leave it though the market is through its stop: only after several refusals.
    var isExitThroughStop = false
    /// A stop, in every form.
    var isStop = false
    /// To move what rests.
    var isMove = false
    /// The entry of the plan.
    var isEntry = false
    /// An entry with its stop and target in one group.
    var isBracket = false
    /// A stop for what is no whole share, beside the one for the whole ones.
    var isRemainder = false
}
