import PluginKit
import Trading
import Wire

/// The conditions under which nothing else counts: the loss of a day, a fall from the peak, a gap, prices that are stale,
/// orders that the broker leaves in flight.
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
        /// Fall of equity from its peak, as a share of it; absent: not looked at, since nothing but gains ends it.
        package var maximumDrawdown: Ratio?
        /// What is done about either: no entries, or everything is closed.
        package var action: Action?
        /// A position against which the day opened so far is closed; a default of 15 %.
        package var maximumGap: Ratio?
        /// A price that is older in the regular session is stale; a default of 5 minutes.
        package var maximumQuoteAge: Span?
        /// So long an order may be in flight; a default of 1 minute.
        package var maximumOrderDoubt: Span?
    }

    private let settings: Settings
    private let loss: Ratio
    private let gap: Ratio
    private let age: TimeSpan
    private let doubt: TimeSpan
    private static let defaultLoss = Ratio(units: Ratio.scale / 20)
    private static let defaultGap = Ratio(units: Ratio.scale * 15 / 100)

    package init(settings: Settings) throws {
        self.settings = settings
        loss = settings.maximumDailyLoss ?? Self.defaultLoss
        gap = settings.maximumGap ?? Self.defaultGap
        age = settings.maximumQuoteAge?.value ?? .seconds(300)
        doubt = settings.maximumOrderDoubt?.value ?? .seconds(60)
        for (name, value) in [
            ("maximum_daily_loss", loss), ("maximum_gap", gap), ("maximum_drawdown", settings.maximumDrawdown ?? .one),
        ] where !value.isPositive || value > .one {
            throw SettingsError("\(name) is a share above 0 up to 1, such as 0.05, not \(value)")
        }
    }

    package var needs: PolicyNeeds { PolicyNeeds(sections: [.positions, .orders, .market, .day, .portfolio]) }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        let views = snapshot.views
        let stale = snapshot.positions.filter { isStale(views[$0.symbol], snapshot) }
        let fresh = snapshot.positions.filter { !isStale(views[$0.symbol], snapshot) }
        return try stale.map { Self.stale($0, views[$0.symbol], snapshot) }
            + fresh.compactMap { position in try views[position.symbol].flatMap { try gap(position, $0) } }
            + losses(snapshot).flatMap { answer($0, fresh.map(\.symbol)) } + doubtful(snapshot)
    }
}

// MARK: - The account

extension EmergencyPolicy {
    private typealias Finding = (reason: String, evidence: [Evidence])

    private func losses(_ snapshot: PortfolioSnapshot) throws -> [Finding] {
        guard let portfolio = snapshot.portfolio else { return [] }
        var found: [Finding] = []
        let lost = try portfolio.dayReturn.negated()
        if lost >= loss {
            found.append(
                (
                    "the day's loss is \(lost.percent) of equity, \(loss.percent) is the limit",
                    [Evidence("day_return", portfolio.dayReturn), Evidence("maximum_daily_loss", loss)]
                ))
        }
        if let most = settings.maximumDrawdown, portfolio.drawdown >= most {
            found.append(
                (
                    "equity is \(portfolio.drawdown.percent) under its peak, \(most.percent) is the limit",
                    [Evidence("drawdown", portfolio.drawdown), Evidence("maximum_drawdown", most)]
                ))
        }
        return found
    }

    /// Entries are kept away; with `flatten` all goes whose price is known and not old.
    private func answer(_ finding: Finding, _ fresh: [Symbol]) -> [Recommendation] {
        let veto = Recommendation(
            symbol: nil, advice: .veto, urgency: .emergency, reason: finding.reason, evidence: finding.evidence)
        guard settings.action == .flatten, !fresh.isEmpty else { return [veto] }
        var exit = veto
        exit.advice = .reduceExposure(ExposureAdvice(grossWeight: .zero, symbols: fresh))
        return [exit, veto]
    }

    /// A broker that does not answer for one order may not for the next: no entry anywhere. Orders that protect stay.
    private func doubtful(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        let waiting = snapshot.orders.compactMap { order -> (order: OrderView, since: Timestamp)? in
            guard order.status.isInFlight, let since = order.updatedAt ?? order.submittedAt,
                snapshot.at - since > doubt
            else { return nil }
            return (order, since)
        }
        guard let oldest = waiting.min(by: { $0.since < $1.since }) else { return [] }
        let more = waiting.count > 1 ? " and \(waiting.count - 1) more" : ""
        return [
            Recommendation(
                symbol: nil, advice: .veto, urgency: .emergency,
                reason:
                    "order \(oldest.order.clientOrderID)\(more) has been \(oldest.order.status.rawValue) for \(snapshot.at - oldest.since), \(doubt) is the limit",
                evidence: [Evidence("orders_in_doubt", waiting.count), Evidence("since", oldest.since)])
        ]
    }
}

// MARK: - One position

extension EmergencyPolicy {
    /// Only who held it over the night was gapped: a position that was opened since knew the price.
    private func gap(_ position: PositionView, _ view: MarketView) throws -> Recommendation? {
        guard let opened = view.day?.gap, let day = view.dayOfRegularBar,
            USEquityCalendar.tradingDay(at: position.openedAt) < day
        else { return nil }
        let against = position.isLong ? try opened.negated() : opened
        guard against >= gap else { return nil }
        return Recommendation(
            symbol: position.symbol, advice: .exit, urgency: .emergency,
            reason: "the day opened \(against.percent) against it, \(gap.percent) is the limit",
            evidence: [Evidence("gap", opened), Evidence("maximum_gap", gap)])
    }

    private static func stale(
        _ position: PositionView, _ view: MarketView?, _ snapshot: PortfolioSnapshot
    ) -> Recommendation {
        let fact = view.map { "its last price is \(snapshot.at - $0.at) old" } ?? "it has no price"
        return Recommendation(
            symbol: position.symbol, advice: .veto, urgency: .emergency,
            reason: "\(fact); what protects it rests, and nothing is sold blindly",
            evidence: view.map { [Evidence("price_at", $0.at)] })
    }

    /// Outside of the regular session prices may rest.
    private func isStale(_ view: MarketView?, _ snapshot: PortfolioSnapshot) -> Bool {
        guard snapshot.session == .regular else { return false }
        return view.map { snapshot.at - $0.at > age } ?? true
    }
}

extension MarketView {
    /// The day in New York whose session `day` has; nil while the newest bar is of the hours before or after it.
    fileprivate var dayOfRegularBar: Int64? {
        guard let bar else { return nil }
        // A day's bar may begin at midnight of UTC.
        if bar.period == .day { return USEquityCalendar.tradingDay(at: bar.start + .seconds(43_200)) }
        return USEquityCalendar.phase(at: bar.start) == .regular ? USEquityCalendar.tradingDay(at: bar.start) : nil
    }
}
