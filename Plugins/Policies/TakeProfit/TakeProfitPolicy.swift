import PluginKit
import Trading

/// Names the price at which a position has done what was hoped for: a multiple of its risk, on a grid of round prices.
///
/// Round prices: resting orders cluster at them, and a target just at or under one is reached more often (Osler, Currency
/// Orders and Exchange Rate Dynamics, Journal of Finance 58, 2003).
package struct TakeProfitPolicy: Policy {
    package struct Settings: Decodable {
        /// Profit in R at which it is taken; where it is written it counts before `percent`.
        package var atR: Ratio?
        /// Distance from the average price as a share of it, where `at_r` is not written or R is not known; absent: no
        /// target without R.
        package var percent: Ratio?
        /// The target is a multiple of this, rounded toward the entry.
        package var roundTo: Price?
        package init(atR: Ratio? = nil, percent: Ratio? = nil, roundTo: Price? = nil) {
            self.atR = atR
            self.percent = percent
            self.roundTo = roundTo
        }
    }

    private let settings: Settings
    private static let defaultAtR = Ratio(units: 3 * Ratio.scale)

    package init(settings: Settings) throws {
        if let grid = settings.roundTo, !grid.isPositive {
            throw SettingsError("round_to is a price above zero, not \(grid)")
        }
        for (name, value) in [("at_r", settings.atR), ("percent", settings.percent)] {
            if let value, !value.isPositive { throw SettingsError("\(name) is above zero, not \(value)") }
        }
        if let percent = settings.percent, percent > .one {
            throw SettingsError("percent is a share up to 1, such as 0.1 for 10 %, not \(percent)")
        }
        self.settings = settings
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        try snapshot.positions.compactMap(recommend)
    }

    private func recommend(_ position: PositionView) throws -> Recommendation? {
        // What was there before has no target until a person gives a figure: its stop, or a percent for all.
        guard position.isAdopted != true || settings.percent != nil else { return nil }
        let isLong = !position.quantity.isNegative
        let atR = settings.atR ?? Self.defaultAtR
        let distance: Price
        let rule: String
        // What a person has written counts before a default.
        if let risk = position.riskPerShare, risk.isPositive, settings.atR != nil || settings.percent == nil {
            (distance, rule) = (try risk.scaled(by: atR, .halfEven), "\(atR) R from the average price")
        } else if let percent = settings.percent {
            (distance, rule) = (
                try position.averagePrice.scaled(by: percent, .halfEven), "\(percent.percent) from the average price"
            )
        } else {
            return nil
        }
        let exact = isLong ? try position.averagePrice + distance : try position.averagePrice - distance
        let target = try exact.rounded(
            toMultipleOf: settings.roundTo ?? position.grid.step(for: exact), isLong ? .down : .up)
        guard target.isPositive, isLong ? target > position.averagePrice : target < position.averagePrice else {
            return nil
        }
        return Recommendation(
            symbol: position.symbol, advice: .target(price: target), urgency: .low,
            reason:
                "\(rule) is \(exact.text(minimumDecimals: 2)), a round price toward the entry is \(target.text(minimumDecimals: 2))",
            evidence: [Evidence("average_price", position.averagePrice), Evidence("exact", exact)])
    }
}
