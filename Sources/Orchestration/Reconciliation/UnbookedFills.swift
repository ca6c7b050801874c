import Trading

/// What orders have executed since a list has shown the position, as their reports told it, and our books do not have: orders that
/// nobody here has placed, and those of ours whose end nobody saw. A list of positions that differs from them by just that is no hole
/// (I-DOUBT-2).
struct UnbookedFills: Sendable, Hashable, Codable {
    private struct Fill: Sendable, Hashable, Codable {
        let order: ClientOrderID
        /// Bought; below zero for sold.
        var bought: Quantity
    }

    /// In the order in which the broker told of them.
    private var fills: [Symbol: [Fill]] = [:]

    /// The newest orders of a symbol that are kept.
    private static let most = 16

    /// - Parameters:
    ///   - terms: of the order.
    ///   - booked: what our books have of it.
    mutating func note(_ report: ExecutionReport, of terms: NewOrder, booked: Quantity = .zero) {
        guard report.event == .fill || report.event == .partialFill,
            let filled = report.cumulativeQuantity ?? (report.event == .fill ? terms.quantity : nil),
            filled > booked
        else { return }
        let units = filled.units - booked.units
        var known = fills[terms.symbol] ?? []
        known.removeAll { $0.order == report.clientOrderID }
        known.append(
            Fill(order: report.clientOrderID, bought: Quantity(units: terms.side == .buy ? units : -units)))
        fills[terms.symbol] = known.suffix(Self.most)
    }

    /// All that was told before is in our books now, or its position is over. A list that merely agrees may be behind.
    mutating func settle(_ symbol: Symbol) {
        if !fills.isEmpty { fills[symbol] = nil }
    }

    /// What each order has bought, below zero for sold, of all symbols but this one, in symbol order.
    func beside(_ symbol: Symbol) -> [(symbol: Symbol, bought: Quantity)] {
        fills.keys.filter { $0 != symbol }.sorted().flatMap { other in
            (fills[other] ?? []).map { (other, $0.bought) }
        }
    }

    /// The newest of them, however many, make the one quantity of the other: those before are in both.
    func explain(_ brokers: Quantity, from ours: Quantity, of symbol: Symbol) -> Bool {
        guard let known = fills[symbol] else { return false }
        let difference = Int128(brokers.units) - Int128(ours.units)
        var sum = Int128(0)
        return known.reversed().contains { fill in
            sum += Int128(fill.bought.units)
            return sum == difference
        }
    }
}
