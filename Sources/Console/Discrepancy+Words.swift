import Orchestration
import Trading

extension Discrepancy {
    /// What a person reads of it: `Found at broker: 100 NVDA @ 178.00, now managed`.
    /// - Parameter averagePrice: of the position as it is now.
    func words(averagePrice: Price?) -> String {
        let price = averagePrice.map { " @ \($0.text(minimumDecimals: 2))" } ?? ""
        return switch kind {
        case .openingPosition: "Found at broker: \(brokers) \(symbol)\(price), now managed"
        case .externalOrder: "Found at broker: \(brokers), not placed here; left as it stands"
        case .externalShort: "Found at broker: \(brokers) \(symbol)\(price), a short that none of our orders made"
        case .manualTrade: "Traded elsewhere: \(symbol) from \(ours) to \(brokers)\(price), now managed"
        case .corporateAction: "Corporate action at the broker: \(symbol) from \(ours) to \(brokers): \(done)"
        case .missedFill: "Missed fill on \(symbol): \(brokers), \(done)"
        case .lostOrder: "Order \(order?.text ?? "?") of \(symbol) is not at the broker (\(brokers)): \(done)"
        case .statusDrift: "Order \(order?.text ?? "?") of \(symbol) is \(brokers) at the broker, not \(ours): \(done)"
        }
    }
}
