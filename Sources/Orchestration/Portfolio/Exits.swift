import Trading

/// The working orders that would close a position, by whose they are and what they are.
package struct Exits: Sendable {
    /// Ours.
    package var stops: [Order] = []
    package var targets: [Order] = []
    /// Exits of ours under way: at market, or with a limit that the market takes.
    package var reductions: [Order] = []
    /// Other people's, of any type. What they may sell is planned around (I-HAND-1).
    package var external: [Order] = []

    package init(of record: PositionRecord, in book: OrderStore) {
        for order in book.working(record.symbol)
        where order.terms.side == record.exitSide && order.terms.role != .entry {
            guard order.terms.role != .external else {
                external.append(order)
                continue
            }
            switch order.terms.type {
            case .limit where order.terms.role == .reduce: reductions.append(order)
            case .stop, .stopLimit, .trailingStop: stops.append(order)
            case .limit: targets.append(order)
            case .market: reductions.append(order)
            }
        }
    }

    package var isEmpty: Bool { isNothingOfOurs && external.isEmpty }
    package var isNothingOfOurs: Bool { stops.isEmpty && targets.isEmpty && reductions.isEmpty }

    /// Stops at the broker, whoever placed them: ours first.
    package var allStops: [Order] { stops + external.filter(\.terms.type.isStop) }
    /// Limit orders that take profit, whoever placed them: ours first.
    package var allTargets: [Order] { targets + external.filter { $0.terms.type == .limit } }

    /// Shares that a stop at the broker protects now, whoever placed it: the orders that can be executed. One that was sent
    /// and not confirmed does not count yet; one whose cancel is not confirmed still does.
    package var protectedQuantity: Quantity {
        allStops.filter(\.status.isExecutable).map(\.leavesQuantity).total
    }

    /// Shares under stops that rest again on the next trading day.
    var restingTomorrow: Quantity { allStops.filter { $0.status == .doneForDay }.map(\.leavesQuantity).total }
}

extension Quantity {
    /// What is left of it without the other; never below zero.
    func less(_ other: Quantity) -> Quantity { Quantity(units: max(0, units - max(0, other.units))) }
}
