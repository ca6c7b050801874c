import PluginKit
import Trading

/// An honest trend entry: above its average and at a new high. It is here to show that entries come last.
///
/// The breakout of a channel is Donchian's rule, its size by the risk to a stop in average true ranges the Turtles' (Faith,
/// Way of the Turtle, 2007).
package struct EntriesPolicy: Policy {
    package struct Settings: Decodable {
        /// What may be entered; nothing without it.
        package var watchlist: [Symbol]?
        /// Days of the average that the market is to be above; a default of 50.
        package var trend: Int64?
        /// Days before whose highest high is to be passed; a default of 20.
        package var breakout: Int64?
        /// Share of equity that is lost at the stop; a default of 0.5 %.
        package var risk: Ratio?
        /// Distance of the stop in average true ranges of 14 days; a default of 2.
        package var stopAtr: Ratio?
        /// Target in R; absent: none.
        package var targetR: Ratio?
        /// Also short: below the average and at a new low.
        package var short: Bool?
        /// No entry while so many positions are held or being entered; a default of 5.
        package var maximumPositions: Int64?
        /// Also outside the regular session: daily bars are known after it.
        package var anySession: Bool?
        /// The advisory `entry_scale` makes entries smaller or larger.
        package var followRegime: Bool?
    }

    private let settings: Settings
    private let trend: Indicator
    private let days: Int64
    private let range: Indicator
    private static let defaultRisk = Ratio(units: Ratio.scale / 200)
    private static let defaultStop = Ratio(units: 2 * Ratio.scale)
    private static let mostRisk = Ratio(units: Ratio.scale / 10)

    package init(settings: Settings) throws {
        for (name, value) in [("risk", settings.risk), ("stop_atr", settings.stopAtr), ("target_r", settings.targetR)] {
            if let value, !value.isPositive { throw SettingsError("\(name) is above zero, not \(value)") }
        }
        if let risk = settings.risk, risk > Self.mostRisk {
            throw SettingsError("risk is a share of equity of at most 0.1, such as 0.005, not \(risk)")
        }
        if let most = settings.maximumPositions, most < 1 {
            throw SettingsError("maximum_positions is a number of 1 or more, not \(most)")
        }
        self.settings = settings
        trend = try .daily(.sma, settings.trend ?? 50, setting: "trend")
        days = settings.breakout ?? 20
        guard (1..<BarNeed.most).contains(days) else {
            throw SettingsError("breakout is a number of days from 1 to below \(BarNeed.most), not \(days)")
        }
        range = try .daily(.atr, 14, setting: "stop_atr")
    }

    package var needs: PolicyNeeds {
        PolicyNeeds(
            sections: [.positions, .orders, .market] + (settings.followRegime == true ? [.advisories] : []),
            bars: [BarNeed(period: .day, count: days + 1)], indicators: [trend, range])
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        let isOpen = snapshot.session == .regular || settings.anySession == true
        let entering = snapshot.orders.filter { $0.role == .entry }.map(\.symbol)
        let room = (settings.maximumPositions ?? 5) - Int64(Set(snapshot.positions.map(\.symbol) + entering).count)
        guard isOpen, room > 0, snapshot.tradingState == .active else { return [] }
        var busy = Set(snapshot.positions.map(\.symbol) + snapshot.orders.map(\.symbol))
        let views = snapshot.views
        let scale =
            settings.followRegime == true ? snapshot.advisory("entry_scale", ofSeveral: .smallest) ?? .one : .one
        var entries: [Recommendation] = []
        for symbol in settings.watchlist ?? [] where !busy.contains(symbol) && entries.count < Int(room) {
            guard let view = views[symbol], let signal = signal(view, snapshot.session) else { continue }
            entries.append(try recommend(view.symbol, signal, scale))
            busy.insert(symbol)
        }
        return entries
    }

    private struct Signal {
        var side: Side
        var last: Price
        var average: Price
        /// The edge of the channel that is passed.
        var edge: Price
    }

    /// Nil also while the range is unknown that the stop is to be counted in.
    private func signal(_ view: MarketView, _ session: SessionPhase) -> Signal? {
        guard let last = view.last, view.isHalted != true, let average = view.price(trend),
            let channel = view.channel(days: days, in: session), view.price(range) != nil
        else { return nil }
        if last > average, last > channel.high {
            return Signal(side: .buy, last: last, average: average, edge: channel.high)
        }
        guard settings.short == true, last < average, last < channel.low else { return nil }
        return Signal(side: .sell, last: last, average: average, edge: channel.low)
    }

    private func recommend(_ symbol: Symbol, _ signal: Signal, _ scale: Ratio) throws -> Recommendation {
        let risk = min(try (settings.risk ?? Self.defaultRisk).scaled(by: scale, .down), Self.mostRisk)
        let stop = StopAdvice(distance: .atr(multiple: settings.stopAtr ?? Self.defaultStop, indicator: range))
        let place = signal.side == .buy ? "above" : "below"
        let edge = signal.side == .buy ? "highest high" : "lowest low"
        return Recommendation(
            symbol: symbol,
            advice: .enter(
                EntryAdvice(
                    side: signal.side, risk: risk, stop: stop, targetDistance: settings.targetR.map { .r($0) })),
            urgency: .low,
            reason:
                "at \(signal.last.text(minimumDecimals: 2)) it is \(place) \(trend) of \(signal.average.text(minimumDecimals: 2)) and \(place) the \(edge) of \(days) days, \(signal.edge.text(minimumDecimals: 2))",
            evidence: [
                Evidence("last", signal.last), Evidence(trend.description, signal.average),
                Evidence("breakout", signal.edge), Evidence("risk", risk),
            ])
    }
}
