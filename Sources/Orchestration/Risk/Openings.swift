import Trading

/// What entries have cost since the broker last reported its buying power, so that money is not spent twice.
package struct Openings: Sendable, Hashable, Codable {
    private var list: [Opening] = []

    private struct Opening: Sendable, Hashable, Codable {
        /// When it was booked here.
        var at: Timestamp
        var cost: Money
    }

    mutating func add(_ cost: Money, at time: Timestamp) throws(NumericError) {
        // Later than it was is the careful side: it counts for longer.
        if let last = list.last, list.count >= CoreLimits.openings || time - last.at < .seconds(1) {
            list[list.count - 1] = Opening(at: time, cost: try last.cost + cost)
        } else {
            list.append(Opening(at: time, cost: cost))
        }
    }

    /// The broker's figure is from this moment or later, and knows of everything before it.
    mutating func drop(before time: Timestamp) { list.removeAll { $0.at < time } }

    func total() throws(NumericError) -> Money {
        var total: Money = .zero
        for opening in list { try total += opening.cost }
        return total
    }
}
