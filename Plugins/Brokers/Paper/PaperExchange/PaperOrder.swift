import Trading

/// One order in the exchange's book: the order as everybody sees it, and where it stands in here.
struct PaperOrder: Codable, Sendable {
    /// What it is in its submission.
    enum Part: String, Codable, Sendable {
        case single, entry, target, stop
    }

    /// Whether it builds a position up or takes it down; settled at submission, and no fill may contradict it.
    enum Intent: String, Codable, Sendable {
        case opening, closing
    }

    enum Stage: Codable, Sendable, Equatable {
        /// Accepted, and on its way to the venue.
        case inTransit
        /// Waits for its entry to fill.
        case held
        /// A stop that waits for its price. `best` is the best price since it rests (trailing stops only).
        case armed(best: Price?)
        /// Can be executed: a limit, a market order, or a stop that was elected.
        case live
        case ended

        /// As logs of venues have them; a case may be renamed here, and not there.
        private enum CodingKeys: String, CodingKey {
            case inTransit = "travelling"
            case held, armed, live, ended
        }
    }

    var order: Order
    /// Time priority, and the number in the broker's order id.
    let sequence: Int64
    let part: Part
    let intent: Intent
    var stage: Stage
    /// When it, or its present price, was asked for: what traded before that cannot fill it.
    var since: Timestamp
    /// What one share is thought to cost while the order waits; nil for exits.
    var holdPrice: Price?
    /// Money set aside for what is not filled yet.
    var hold: Money
    /// Whether a report has been sent. The first about an external order carries its terms.
    var announced: Bool
    var executions: [ExecutionReport]
    /// Taken for what is executed; nil for nothing yet.
    var charged: PaperCharges?
    /// Value of what is executed.
    var executedValue: Money?
    /// The distance of a trailing stop as a part of the best price, in place of an amount.
    var trailFraction: Ratio?

    var terms: NewOrder { order.terms }
    var leaves: Quantity { order.leavesQuantity }
    var isImmediate: Bool { terms.timeInForce == .ioc || terms.timeInForce == .fok }

    /// Executed at whatever the market pays: a market order, or a stop without a limit once it was elected.
    var isAtMarket: Bool { terms.limitPrice == nil }

    /// The stage in which it starts to work at the venue.
    var workingStage: Stage { terms.type.isStop ? .armed(best: nil) : .live }

    /// Where its stop stands, given the best price so far.
    func stopLevel(best: Price?) throws(NumericError) -> Price? {
        guard let trail = terms.trailAmount else { return terms.stopPrice }
        guard let best else { return terms.stopPrice }
        let distance = try trailFraction.map { fraction throws(NumericError) in try best.scaled(by: fraction, .halfEven)
        }
        let level = terms.side == .sell ? try best - (distance ?? trail) : try best + (distance ?? trail)
        guard let floor = terms.stopPrice else { return level }
        return terms.side == .sell ? max(floor, level) : min(floor, level)
    }

    /// Whether a trade at `price` elects a stop at `level`.
    func isReached(_ level: Price, by price: Price) -> Bool {
        terms.side == .sell ? price <= level : price >= level
    }

    /// Whether its limit, if it has one, allows `price`.
    func allows(_ price: Price) -> Bool {
        guard let limit = terms.limitPrice else { return true }
        return terms.side == .sell ? price >= limit : price <= limit
    }

    /// The better of two prices for the trail of this side.
    func better(_ best: Price?, _ price: Price) -> Price {
        guard let best else { return price }
        return terms.side == .sell ? max(best, price) : min(best, price)
    }
}

extension PaperOrder {
    /// Who is served first: what takes any price, then limits by price, then by submission.
    static func isServedBefore(_ left: PaperOrder, _ right: PaperOrder) -> Bool {
        left.priority < right.priority
    }

    private var priority: (Int64, Int64, Int64, Int64) {
        guard stage == .live, let limit = terms.limitPrice else { return (0, 0, 0, sequence) }
        return terms.side == .sell ? (1, 0, limit.units, sequence) : (1, 1, -limit.units, sequence)
    }
}
