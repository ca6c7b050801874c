import PluginKit
import Trading
import Wire

/// The conditions under which nothing else counts: the loss of a day, a gap, prices that are stale.
///
/// A kill switch as supervisors ask for it (FIA, Best Practices for Automated Trading Risk Controls, 2024). It never sells
/// on a price that is old: then it keeps new entries away, and what protects rests at the broker.
package struct EmergencyPolicy: Policy {
    package enum Action: String, Decodable, Sendable {
        case veto
        case flatten
    }

    package struct Settings: Decodable {
        /// Loss of the day as a share of the equity that it began with; a default of 5 %.
        package var maximumDailyLoss: Ratio?
        /// What is done about it: no entries, or everything is closed.
        package var action: Action?
        /// A position against which the day opened so far is closed; a default of 15 %.
        package var maximumGap: Ratio?
        /// A price that is older in the regular session is stale; a default of 5 minutes.
        package var maximumQuoteAge: Span?
    }

    private let loss: Ratio
    private let action: Action
    private let gap: Ratio
    private let age: TimeSpan
    private static let defaultLoss = Ratio(units: Ratio.scale / 20)
    private static let defaultGap = Ratio(units: Ratio.scale * 15 / 100)

    package init(settings: Settings) throws {
        loss = settings.maximumDailyLoss ?? Self.defaultLoss
        gap = settings.maximumGap ?? Self.defaultGap
        action = settings.action ?? .veto
        age = settings.maximumQuoteAge?.value ?? .seconds(300)
        for (name, value) in [("maximum_daily_loss", loss), ("maximum_gap", gap)] where !value.isPositive {
            throw SettingsError("\(name) is a share above 0, such as 0.05, not \(value)")
        }
    }

    package var needs: PolicyNeeds { PolicyNeeds(sections: [.positions, .market, .day, .portfolio]) }

    package func evaluate(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        let views = snapshot.views
        var found = snapshot.positions.compactMap { position in
            views[position.symbol].flatMap { gap(position, $0, snapshot) ?? stale(position, $0, snapshot) }
        }
        if let portfolio = snapshot.portfolio, Ratio(units: -portfolio.dayReturn.units) >= loss {
            found.append(lost(portfolio.dayReturn))
        }
        return found
    }

    private func lost(_ dayReturn: Ratio) -> Recommendation {
        let advice: Advice =
            switch action {
            case .veto: .veto
            case .flatten: .reduceExposure(ExposureAdvice(grossWeight: .zero))
            }
        return Recommendation(
            symbol: nil, advice: advice, urgency: .emergency,
            reason: "the day's return is \(dayReturn.percent), a loss of \(loss.percent) is the limit",
            evidence: [Evidence("day_return", dayReturn)])
    }

    private func gap(_ position: PositionView, _ view: MarketView, _ snapshot: PortfolioSnapshot) -> Recommendation? {
        guard let opened = view.day?.gap, !isStale(view, snapshot) else { return nil }
        let against = position.isLong ? Ratio(units: -opened.units) : opened
        guard against >= gap else { return nil }
        return Recommendation(
            symbol: position.symbol, advice: .exit, urgency: .emergency,
            reason: "the day opened \(against.percent) against it, \(gap.percent) is the limit",
            evidence: [Evidence("gap", opened)])
    }

    private func stale(_ position: PositionView, _ view: MarketView, _ snapshot: PortfolioSnapshot) -> Recommendation? {
        guard isStale(view, snapshot) else { return nil }
        return Recommendation(
            symbol: position.symbol, advice: .veto, urgency: .emergency,
            reason:
                "its last price is \(snapshot.at - view.at) old; what protects it rests, and nothing is sold on an old price",
            evidence: [Evidence("price_at", view.at)])
    }

    private func isStale(_ view: MarketView, _ snapshot: PortfolioSnapshot) -> Bool {
        snapshot.session == .regular && snapshot.at - view.at > age
    }
}
