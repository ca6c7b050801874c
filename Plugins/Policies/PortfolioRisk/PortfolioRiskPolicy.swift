import PluginKit
import Trading

/// Looks at the whole: no position may dominate the account, and after a loss there are no new entries.
package struct PortfolioRiskPolicy: Policy {
    package struct Settings: Decodable {
        /// Largest share of equity in one position.
        package var maximumWeight: Ratio?
        /// Fall of equity from its peak, as a share of it, from which on no entry is made; absent: none.
        package var maximumDrawdown: Ratio?
        /// Loss of the day, as a share of equity, from which on no entry is made; absent: none.
        package var maximumDailyLoss: Ratio?
        package init(maximumWeight: Ratio? = nil, maximumDrawdown: Ratio? = nil, maximumDailyLoss: Ratio? = nil) {
            self.maximumWeight = maximumWeight
            self.maximumDrawdown = maximumDrawdown
            self.maximumDailyLoss = maximumDailyLoss
        }
    }

    private let settings: Settings
    private static let defaultMaximumWeight = Ratio(units: 400_000)

    package init(settings: Settings) throws {
        for (name, ratio) in [
            ("maximum_weight", settings.maximumWeight), ("maximum_drawdown", settings.maximumDrawdown),
            ("maximum_daily_loss", settings.maximumDailyLoss),
        ] {
            if let ratio, !ratio.isPositive {
                throw SettingsError("\(name) is a share of equity above 0, not \(ratio)")
            }
        }
        self.settings = settings
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        try snapshot.positions.compactMap(concentration) + vetoes(snapshot.account)
    }

    private func concentration(_ position: PositionView) -> Recommendation? {
        let most = settings.maximumWeight ?? Self.defaultMaximumWeight
        guard position.weight > most else { return nil }
        return Recommendation(
            symbol: position.symbol, advice: .reduceToWeight(weight: most), urgency: .medium,
            reason: "it is \(position.weight.percent) of equity, \(most.percent) is the most",
            evidence: [Evidence("weight", position.weight), Evidence("maximum_weight", most)])
    }

    private func vetoes(_ account: AccountView) throws -> [Recommendation] {
        var vetoes: [Recommendation] = []
        if let most = settings.maximumDrawdown, account.peakEquity.isPositive {
            let drawdown = try (account.peakEquity - account.equity).ratio(to: account.peakEquity)
            if drawdown >= most {
                vetoes.append(Self.veto("equity is \(drawdown.percent) under its peak, \(most.percent) is the limit"))
            }
        }
        if let most = settings.maximumDailyLoss, account.equity.isPositive {
            let loss = try account.dayProfit.negated().ratio(to: account.equity)
            if loss >= most {
                vetoes.append(Self.veto("the day's loss is \(loss.percent) of equity, \(most.percent) is the limit"))
            }
        }
        return vetoes
    }

    private static func veto(_ reason: String) -> Recommendation {
        Recommendation(symbol: nil, advice: .veto, urgency: .medium, reason: reason)
    }
}
