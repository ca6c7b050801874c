import PluginKit
import Trading

/// Leaves when the reason to be there is gone: the structure is broken, or the day opened far against the position.
///
/// Structure is the channel of the last days (Donchian, Trend Following Methods in Commodity Price Analysis, 1957); a
/// gap through it is not waited out.
package struct ExitRulesPolicy: Policy {
    package struct Settings: Decodable {
        /// Exit when the market is beyond the lowest low of so many days before (of a short: the highest high); 0 is never.
        /// A default of 20.
        package var structure: Int64?
        /// Exit when the day opened so far against the position, as a share of the close before.
        package var adverseGap: Ratio?
    }

    private let days: Int64
    private let gap: Ratio
    private static let defaultStructure: Int64 = 20
    private static let defaultGap = Ratio(units: Ratio.scale / 10)

    package init(settings: Settings) throws {
        days = settings.structure ?? Self.defaultStructure
        guard (0..<BarNeed.most).contains(days) else {
            throw SettingsError("structure is a number of days below \(BarNeed.most), or 0 for never, not \(days)")
        }
        gap = settings.adverseGap ?? Self.defaultGap
        guard gap.isPositive else { throw SettingsError("adverse_gap is a share above 0, such as 0.1, not \(gap)") }
    }

    package var needs: PolicyNeeds {
        PolicyNeeds(
            sections: [.positions, .market, .day],
            bars: days > 0 ? [BarNeed(period: .day, count: days + 1)] : nil)
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        let views = snapshot.views
        return snapshot.positions.compactMap { position in
            views[position.symbol].flatMap {
                brokenStructure(position, $0, snapshot.session) ?? adverseGap(position, $0)
            }
        }
    }

    private func brokenStructure(
        _ position: PositionView, _ view: MarketView, _ session: SessionPhase
    ) -> Recommendation? {
        guard days > 0, let last = view.last, let channel = view.channel(days: days, in: session) else { return nil }
        let edge = position.isLong ? channel.low : channel.high
        guard position.isBetter(edge, than: last) else { return nil }
        let which = position.isLong ? "lowest low" : "highest high"
        return exit(
            position,
            "the market at \(last.text(minimumDecimals: 2)) is beyond the \(which) of \(days) days, \(edge.text(minimumDecimals: 2))",
            [Evidence("last", last), Evidence("structure", edge)])
    }

    private func adverseGap(_ position: PositionView, _ view: MarketView) -> Recommendation? {
        guard let opened = view.day?.gap, position.openedAt < view.at else { return nil }
        let against = position.isLong ? Ratio(units: -opened.units) : opened
        guard against >= gap else { return nil }
        return exit(
            position, "the day opened \(against.percent) against it, \(gap.percent) is the limit",
            [Evidence("gap", opened)])
    }

    private func exit(_ position: PositionView, _ reason: String, _ evidence: [Evidence]) -> Recommendation {
        Recommendation(symbol: position.symbol, advice: .exit, urgency: .high, reason: reason, evidence: evidence)
    }
}
