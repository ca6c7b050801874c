import PluginKit
import Trading

/// Enters again what is flat, so that a crash test never runs out of trades: at market with a bracket, or now and then with
/// a limit away from the market that is given up in the next cycle.
struct ReenterPolicy: Policy {
    struct Settings: Decodable {
        var long: [Symbol]
        var short: [Symbol]
        var quantity: Quantity
    }

    private let settings: Settings

    init(settings: Settings) { self.settings = settings }

    func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        try snapshot.market.compactMap { view in
            let busy =
                snapshot.positions.contains { $0.symbol == view.symbol }
                || snapshot.orders.contains { $0.symbol == view.symbol }
            guard !busy, let bid = view.bid, let ask = view.ask else { return nil }
            let waits = snapshot.cycle % 3 == 0
            if settings.long.contains(view.symbol) { return try enter(.buy, view.symbol, at: ask, waits: waits) }
            if settings.short.contains(view.symbol) { return try enter(.sell, view.symbol, at: bid, waits: waits) }
            return nil
        }
    }

    private func enter(_ side: Side, _ symbol: Symbol, at price: Price, waits: Bool) throws -> Recommendation {
        func away(_ thousandths: Int64, profitable: Bool) throws -> Price {
            let up = (side == .buy) == profitable
            let share = Ratio(units: Ratio.scale / 1_000 * (1_000 + (up ? thousandths : -thousandths)))
            return try price.scaled(by: share, .halfEven).rounded(
                toMultipleOf: Price(units: Price.scale / 100), up ? .up : .down)
        }
        let entry = Entry(
            side: side, quantity: settings.quantity, limitPrice: waits ? try away(3, profitable: false) : nil,
            stop: ProtectiveStop(stopPrice: try away(12, profitable: false)),
            target: waits ? nil : try away(40, profitable: true))
        return Recommendation(symbol: symbol, advice: .enter(entry), reason: "it is flat")
    }
}
