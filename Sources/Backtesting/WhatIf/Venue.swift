import JSON
import Orchestration
import Trading
import Wire

/// What a paper venue begins with that takes over from another one.
enum Venue {
    /// Cash and positions as the core has them, and the stops that rest. A stop out of a group stands alone here, and what else
    /// rested is not taken over: the core sends it again.
    static func settings(of state: CoreState) -> [(key: String, value: JSON)] {
        let portfolio = state.portfolio
        let positions = portfolio.positions.values.sorted { $0.symbol < $1.symbol }
        var orders: [NewOrder] = []
        for position in positions {
            var free = position.size
            let stops = portfolio.orders.working(position.symbol).filter {
                $0.terms.side == position.exitSide && $0.terms.type.isStop && $0.leavesQuantity.isPositive
            }
            for order in stops.sorted(by: { $0.id < $1.id }) where order.leavesQuantity <= free {
                var terms = order.terms
                terms.quantity = order.leavesQuantity
                orders.append(terms)
                free = Quantity(units: free.units - order.leavesQuantity.units)
            }
        }
        let held = positions.map {
            BrokerPosition(symbol: $0.symbol, quantity: $0.quantity, averagePrice: $0.averagePrice)
        }
        var settings: [(key: String, value: JSON)] = []
        if let cash = portfolio.account?.cash { settings.append(("cash", tree(cash))) }
        settings.append(("positions", tree(held)))
        settings.append(("open_orders", tree(orders)))
        return settings
    }

    /// The newest prices, told again a moment later.
    static func prices(of state: CoreState, at time: Timestamp) -> MarketUpdate {
        let quotes = state.market.views.compactMap { view -> Quote? in
            guard view.bid != nil || view.ask != nil || view.last != nil else { return nil }
            return Quote(symbol: view.symbol, bid: view.bid, ask: view.ask, last: view.last, at: time)
        }
        var update = MarketUpdate(
            at: time, session: state.market.session(holding: Array(state.portfolio.positions.keys), at: time))
        if !quotes.isEmpty { update.quotes = quotes }
        return update
    }

    private static func tree(_ value: some Encodable) -> JSON {
        do {
            return try JSONParser.parse(WireEncoder().encode(value))
        } catch {
            preconditionFailure("what the core holds can be written: \(error)")
        }
    }
}
