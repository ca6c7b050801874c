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
        /// No entry while so many positions are held; a default of 5.
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
        let room = Int(settings.maximumPositions ?? 5) - snapshot.positions.count
        guard isOpen, room > 0, snapshot.tradingState == .active else { return [] }
        let busy = Set(snapshot.positions.map(\.symbol) + snapshot.orders.map(\.symbol))
        let views = snapshot.views
        let scale = settings.followRegime == true ? snapshot.advisory("entry_scale") ?? .one : .one
        var entries: [Recommendation] = []
        for symbol in settings.watchlist ?? [] where !busy.contains(symbol) && entries.count < room {
            if let view = views[symbol], let entry = try recommend(view, scale, snapshot.session) {
                entries.append(entry)
            }
        }
        return entries
    }

    private func recommend(_ view: MarketView, _ scale: Ratio, _ session: SessionPhase) throws -> Recommendation? {
        guard let last = view.last, view.isHalted != true, let average = view.price(trend),
            let high = view.channel(days: days, in: session)?.high, view.price(range) != nil, last > average,
            last > high
        else { return nil }
        let risk = min(try (settings.risk ?? Self.defaultRisk).scaled(by: scale, .down), Self.mostRisk)
        let stop = StopAdvice(distance: .atr(multiple: settings.stopAtr ?? Self.defaultStop, indicator: range))
        return Recommendation(
            symbol: view.symbol,
            advice: .enter(
                EntryAdvice(
                    side: .buy, risk: risk, stop: stop, targetDistance: settings.targetR.map { .r($0) })),
            urgency: .low,
            reason:
                "at \(last.text(minimumDecimals: 2)) it is above \(trend) of \(average.text(minimumDecimals: 2)) and above the highest high of \(days) days, \(high.text(minimumDecimals: 2))",
            evidence: [Evidence(trend.description, average), Evidence("breakout", high)])
    }
}
