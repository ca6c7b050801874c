import Trading

/// The working orders that would close a position, by what they are.
package struct Exits: Sendable {
    package var stops: [Order] = []
    package var targets: [Order] = []
    /// Exits under way: at market, or with a limit that the market takes.
    package var reductions: [Order] = []

    package init(of record: PositionRecord, in book: OrderStore) {
        for order in book.working(record.symbol)
        where order.terms.side == record.exitSide && order.terms.role != .entry {
            switch order.terms.type {
            case .limit where order.terms.role == .reduce: reductions.append(order)
            case .stop, .stopLimit, .trailingStop: stops.append(order)
            case .limit: targets.append(order)
            case .market: reductions.append(order)
            }
        }
    }

    package var isEmpty: Bool { stops.isEmpty && targets.isEmpty && reductions.isEmpty }

    /// Shares that a stop at the broker protects now. One that was sent and not confirmed does not count yet; one whose
    /// cancel is not confirmed still does.
    package var protectedQuantity: Quantity {
        let resting = stops.filter { order in
            switch order.status {
            case .pendingNew, .unknown, .held: false
            default: true
            }
        }
        return resting.map(\.leavesQuantity).total
    }
}
