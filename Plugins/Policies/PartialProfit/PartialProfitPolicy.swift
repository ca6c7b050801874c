import PluginKit
import Trading

/// Takes a part of the profit at each rung of a ladder in R, once each, and leaves the rest to run.
///
/// R is the risk of a share at the start: average price less initial stop (Tharp, Trade Your Way to Financial Freedom,
/// 1998). The rungs already taken stand in the snapshot; the lowest one that is reached and not taken is recommended.
package struct PartialProfitPolicy: Policy {
    package struct Rung: Decodable {
        /// Profit in R at which it is due.
        package var atR: Ratio
        /// Share of the position that is sold.
        package var take: Ratio
        package init(atR: Ratio, take: Ratio) {
            self.atR = atR
            self.take = take
        }
    }

    package struct Settings: Decodable {
        package var ladder: [Rung]?
        package init(ladder: [Rung]? = nil) { self.ladder = ladder }
    }

    private let ladder: [Rung]
    private static let defaultLadder = [Rung(atR: Ratio(units: 2 * Ratio.scale), take: Ratio(units: Ratio.scale / 2))]

    package init(settings: Settings) throws {
        ladder = (settings.ladder ?? Self.defaultLadder).sorted { $0.atR < $1.atR }
        for rung in ladder where !rung.atR.isPositive || !rung.take.isPositive || rung.take > .one {
            throw SettingsError("a rung has at_r above 0 and take above 0 up to 1, such as {at_r: 2, take: 0.5}")
        }
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        snapshot.positions.compactMap(recommend)
    }

    private func recommend(_ position: PositionView) -> Recommendation? {
        guard let inR = position.profitInR,
            let rung = ladder.first(where: { inR >= $0.atR && !position.rungsTaken.contains(Self.name($0)) })
        else { return nil }
        return Recommendation(
            symbol: position.symbol, advice: .takePartial(fraction: rung.take, rung: Self.name(rung)), urgency: .high,
            reason: "it is at \(inR.signed) R; \(rung.take.percent) is due at \(rung.atR) R",
            evidence: [Evidence("profit_in_r", inR), Evidence("rung", Self.name(rung))])
    }

    static func name(_ rung: Rung) -> String { "\(rung.atR)R" }
}
