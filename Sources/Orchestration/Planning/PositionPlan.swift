import Trading

/// The desired state of one position. It holds until a later decision changes it; the coordinator compares it with
/// reality after every event.
package struct PositionPlan: Sendable, Hashable, Codable {
    /// The decision that last changed it.
    package var id: DecisionID
    package var symbol: Symbol
    /// Hold no more than this; nil when nothing is to be reduced. It ends when the position is within it, or when nobody
    /// asks for it any more and nothing of it was done.
    package var quantityLimit: Quantity?
    /// When nobody wants the reduction any more, whatever happens until then.
    package var quantityLimitUntil: Timestamp?
    /// When the approval of the reduction ends: what is not done by then is not done, whatever was executed of it.
    package var approvedUntil: Timestamp?
    /// Rungs of the ladder that the reduction takes with its first execution; nil for none.
    package var rungs: [String]?
    /// Something of the reduction was executed.
    package var hasReduced: Bool?
    /// Nobody asks for the reduction any more, and it is kept for the order of it that works: no other order follows.
    package var isReductionWithdrawn: Bool?
    /// What is to rest: the tightest of all levels.
    package var stop: ProtectiveStop?
    /// Whose level it is; nil for one that was found at the broker.
    package var stopOwner: PluginName?
    /// The level of each policy, and with nil for a name that of the stop that was found at the broker; sorted. Nil while
    /// ``stop`` is the only one.
    package var stopLevels: [StopLevel]?
    /// The core's own stop has rested: what it says was reached.
    package var hasStopRested: Bool?
    package var target: Price?
    package var targetOwner: PluginName?
    package var entry: Entry?
    /// Who asked for the entry, and owns the stop and target that it brings.
    package var entryOwner: PluginName?
    /// When nobody wants the entry any more, whatever happens until then.
    package var entryUntil: Timestamp?
    /// The rest of an entry that was filled in part is not wanted any more: a policy vetoes it, or wants another one.
    package var endsEntry: Bool?

    package init(id: DecisionID, symbol: Symbol) {
        self.id = id
        self.symbol = symbol
    }

    /// When its reduction ends, done or not.
    var reductionUntil: Timestamp? {
        let wished = hasReduced == true ? nil : quantityLimitUntil
        return [wished, approvedUntil].compactMap { $0 }.min()
    }

    package mutating func dropEntry() { (entry, entryOwner, entryUntil) = (nil, nil, nil) }

    /// Another order may follow for the reduction, beside the one that works.
    var continuesReduction: Bool { isReductionWithdrawn != true || hasReduced == true }

    package mutating func dropReduction() {
        (quantityLimit, quantityLimitUntil, rungs, hasReduced) = (nil, nil, nil, nil)
        (isReductionWithdrawn, approvedUntil) = (nil, nil)
    }

    package mutating func dropStop() { (stop, stopOwner, stopLevels, hasStopRested) = (nil, nil, nil, nil) }

    /// The owner's name of stops that the core sets itself.
    package static let core = PluginName(unchecked: "core")
    /// The owner's name of stops that a person has tightened at the broker.
    package static let person = PluginName(unchecked: "person")

    /// The same state, whichever decision made it. What it remembers beside that is no news.
    func isSameState(as other: PositionPlan) -> Bool {
        var copy = other
        copy.id = id
        (copy.stopLevels, copy.hasStopRested) = (stopLevels, hasStopRested)
        (copy.quantityLimitUntil, copy.entryUntil) = (quantityLimitUntil, entryUntil)
        (copy.isReductionWithdrawn, copy.approvedUntil) = (isReductionWithdrawn, approvedUntil)
        return self == copy
    }
}

/// The stop that one policy wants. What rests is the tightest of all.
package struct StopLevel: Sendable, Hashable, Codable {
    /// Nil for the stop that was found at the broker.
    package var owner: PluginName?
    package var stop: ProtectiveStop
}

// MARK: - The broker's grid

extension PositionPlan {
    /// With prices that this broker takes: it may be another one than the plan was made for, or none was there then.
    func roundedToTicks(_ tickSize: PriceIncrement, isLong: Bool) -> PositionPlan {
        var plan = self
        let away: Rounding = isLong ? .down : .up
        plan.stop = stop?.roundedToTicks(tickSize, away)
        plan.target = target.map { tickSize.nearest($0, away) }
        plan.entry = entry?.roundedToTicks(tickSize)
        return plan
    }
}

extension Entry {
    func roundedToTicks(_ tickSize: PriceIncrement) -> Entry {
        let away: Rounding = side == .buy ? .down : .up
        var entry = self
        entry.limitPrice = limitPrice.map { tickSize.nearest($0, away) }
        entry.stop = stop.roundedToTicks(tickSize, away)
        entry.target = target.map { tickSize.nearest($0, away) }
        return entry
    }
}

extension ProtectiveStop {
    /// Rounded away from the market. A limit beyond every price that there is limits nothing: without it the stop is sent, and with it
    /// the risk gate would refuse it for ever (I-MERGE-10).
    func roundedToTicks(_ tickSize: PriceIncrement, _ away: Rounding) -> ProtectiveStop {
        ProtectiveStop(
            stopPrice: tickSize.nearest(stopPrice, away), limitPrice: limitPrice.flatMap { tickSize.onGrid($0, away) })
    }
}

extension PriceIncrement {
    /// Nil where what it is rounded to is no price.
    func onGrid(_ price: Price, _ rounding: Rounding) -> Price? {
        guard !price.isMultiple(of: step(for: price)) else { return price }
        do { return try rounded(price, rounding) } catch { return nil }
    }

    /// The price itself where it cannot be rounded: the risk gate refuses it with its reason.
    func nearest(_ price: Price, _ rounding: Rounding) -> Price {
        guard !price.isMultiple(of: step(for: price)) else { return price }
        do { return try rounded(price, rounding) } catch { return price }
    }
}

/// One policy's advice on one symbol.
package struct PolicyAdvice: Sendable, Hashable, Codable {
    package var policy: PluginName
    package var recommendation: Recommendation
    package init(policy: PluginName, recommendation: Recommendation) {
        self.policy = policy
        self.recommendation = recommendation
    }
}

/// What became of one recommendation, and why.
package struct Disposition: Sendable, Hashable, Codable {
    package enum Outcome: String, Sendable, Codable, CaseIterable {
        case taken
        /// Something stronger already does what it asks for.
        case absorbed
        case overridden
        case vetoed
        case expired
        /// It is followed later: after a cool-down, or when it is worth an order.
        case deferred
        /// A hard limit, or the advice itself makes no sense.
        case refused
        /// It asked for nothing.
        case noted
    }
    package var policy: PluginName
    package var recommendation: Recommendation
    package var outcome: Outcome
    /// The policy whose recommendation prevailed.
    package var by: PluginName?
    package var why: DispositionReason
    /// When it can be followed at the earliest; of what waits for a time.
    package var until: Timestamp?
}

/// One coordinated decision on one symbol.
package struct Decision: Sendable, Hashable, Codable {
    package var id: DecisionID
    package var cycle: Int64
    package var symbol: Symbol
    package var headline: Headline
    /// What will be done, in order, as far as it can be foreseen.
    package var intended: [IntendedStep]
    package var plan: PositionPlan
    package var dispositions: [Disposition]
    /// The figures it was made on.
    package var facts: DecisionFacts
}

/// What a decision comes to as a whole.
package enum Headline: String, Sendable, Hashable, Codable, CaseIterable {
    case noChange = "no_change"
    case emergencyExit = "emergency_exit"
    case exit
    case partialProfit = "partial_profit"
    case partialProfitWithProtection = "partial_profit_with_protection"
    case reduce
    case reduceWithProtection = "reduce_with_protection"
    case protect
    case protectWithTarget = "protect_with_target"
    case setTarget = "set_target"
    case enter
}

package struct DecisionFacts: Sendable, Hashable, Codable {
    package var quantity: Quantity
    package var averagePrice: Price?
    package var price: Price?
    package var profit: Money?
    package var profitInR: Ratio?
    package var weight: Ratio?
    package var equity: Money
}
