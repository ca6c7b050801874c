import PluginKit
import Trading

/// For `scripts/bench --peers`: buys every symbol that is flat, at market, with a stop a share below its last price, so that there is
/// always something to trade.
package struct EnterAgainPolicy: Policy {
    package struct Settings: Decodable {
        package var quantity: Quantity
        /// Distance of the stop from the last price, as a share of it.
        package var stop: Ratio
    }

    private let quantity: Quantity
    private let rest: Ratio

    package init(settings: Settings) throws {
        guard settings.stop.isPositive, settings.stop < .one else {
            throw SettingsError("stop is between 0 and 1, not \(settings.stop)")
        }
        quantity = settings.quantity
        rest = Ratio(units: Ratio.scale - settings.stop.units)
    }

    package var needs: PolicyNeeds { PolicyNeeds(sections: [.positions, .orders, .market]) }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        var busy = Set(snapshot.positions.map(\.symbol))
        for order in snapshot.orders { busy.insert(order.symbol) }
        return try snapshot.market.compactMap { view in
            guard !busy.contains(view.symbol), let last = view.last else { return nil }
            let stop = try PriceIncrement.usEquity.rounded(last.scaled(by: rest, .halfEven), .down)
            let entry = Entry(side: .buy, quantity: quantity, stop: ProtectiveStop(stopPrice: stop))
            return Recommendation(symbol: view.symbol, advice: .enter(entry), reason: "it is flat")
        }
    }
}
