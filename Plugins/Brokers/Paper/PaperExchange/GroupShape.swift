import Trading

/// What each order of a submission is, or why they make no group.
enum GroupShape {
    case taken([PaperOrder.Part])
    case refused(String)

    /// - Parameter allowsOneLeg: whether an entry may have a target or a stop alone.
    init(_ submission: OrderSubmission, allowsOneLeg: Bool = false) {
        let ids = submission.orders.map(\.clientOrderID)
        guard Set(ids).count == ids.count else {
            self = .refused("client_order_id must be unique")
            return
        }
        guard let kind = submission.groupKind else {
            let isOne = submission.orders.count == 1 && submission.groupID == nil
            self = isOne ? .taken([.single]) : .refused("a submission is one order, or a group with its kind and id")
            return
        }
        guard submission.groupID != nil else {
            self = .refused("a group needs an order group id")
            return
        }
        switch kind {
        case .oco: self = Self.oco(submission.orders)
        case .bracket: self = Self.bracket(submission.orders, allowsOneLeg)
        }
    }

    private static func oco(_ legs: [NewOrder]) -> GroupShape {
        guard legs.count == 2, let target = legs.first(where: { $0.type == .limit }),
            let stop = legs.first(where: \.type.isStop), target.symbol == stop.symbol, target.side == stop.side
        else { return .refused("an oco group is a limit and a stop on the same side of one symbol") }
        if let problem = problem(target, stop) { return .refused(problem) }
        return .taken(legs.map { $0.type.isStop ? .stop : .target })
    }

    private static func bracket(_ orders: [NewOrder], _ allowsOneLeg: Bool) -> GroupShape {
        let shape = "a bracket is an entry, and a limit and a stop on the other side of its symbol"
        guard orders.count == 3 || allowsOneLeg && orders.count == 2,
            let entry = orders.first(where: { $0.role == .entry })
        else { return .refused(shape) }
        let legs = orders.filter { $0.role != .entry }
        guard legs.count == orders.count - 1, legs.allSatisfy({ $0.side != entry.side && $0.symbol == entry.symbol })
        else {
            return .refused(shape)
        }
        guard legs.allSatisfy({ $0.quantity == entry.quantity }) else {
            return .refused("the legs of a bracket have the quantity of its entry")
        }
        guard entry.timeInForce == .day || entry.timeInForce == .gtc else {
            return .refused("a bracket's entry is day or gtc")
        }
        if legs.count == 2 {
            if case .refused(let reason) = oco(legs) { return .refused(reason) }
        } else if legs[0].type == .market || legs[0].timeInForce != entry.timeInForce {
            return .refused("the leg of an entry is a limit or a stop of the same time in force")
        }
        return .taken(orders.map { $0.role == .entry ? .entry : $0.type.isStop ? .stop : .target })
    }

    /// Why these two can be no target and stop of one position.
    private static func problem(_ target: NewOrder, _ stop: NewOrder) -> String? {
        guard target.timeInForce == stop.timeInForce, target.timeInForce == .day || target.timeInForce == .gtc else {
            return "the legs of a group are both day or both gtc"
        }
        return problemOfPrices(target, stop)
    }

    /// A target stands on the better side of its stop, or both could be true at once.
    static func problemOfPrices(_ target: NewOrder, _ stop: NewOrder) -> String? {
        guard let limit = target.limitPrice, let level = stop.stopPrice else { return nil }
        guard target.side == .sell ? limit > level : limit < level else {
            let word = target.side == .sell ? "above" : "below"
            return "the target must be \(word) the stop (target: \(limit), stop: \(level))"
        }
        return nil
    }
}
