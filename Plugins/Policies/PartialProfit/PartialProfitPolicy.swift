import PluginKit
import Trading

/// Takes a part of the profit at each rung of a ladder, once each, and leaves the rest to run.
///
/// R is the risk of a share at the start: average price less initial stop (Tharp, Trade Your Way to Financial Freedom,
/// 1998). The rungs already taken stand in the snapshot; the lowest one that is reached and not taken is recommended.
package struct PartialProfitPolicy: Policy {
    package struct Rung: Decodable {
        /// Profit in R at which it is due; or `at_percent`.
        package var atR: Ratio?
        /// Profit as a share of the average price at which it is due.
        package var atPercent: Ratio?
        /// Share of the position that is sold; or `quantity`.
        package var take: Ratio?
        package var quantity: Quantity?
    }

    package struct Settings: Decodable {
        package var ladder: [Rung]?
        /// Once a rung is taken, the stop of the rest is to be at the average price or better.
        package var moveStopToBreakeven: Bool?
    }

    private let ladder: [Rung]
    private let movesStop: Bool
    private static let defaultLadder = [Rung(atR: Ratio(units: 2 * Ratio.scale), take: Ratio(units: Ratio.scale / 2))]

    package init(settings: Settings) throws {
        let rungs = settings.ladder ?? Self.defaultLadder
        for rung in rungs where !rung.isSound {
            throw SettingsError(
                "a rung has at_r or at_percent above 0, and take above 0 up to 1 or quantity above 0, such as {at_r: 2, take: 0.5}"
            )
        }
        movesStop = settings.moveStopToBreakeven ?? false
        ladder = rungs.sorted { ($0.atR ?? .zero, $0.atPercent ?? .zero) < ($1.atR ?? .zero, $1.atPercent ?? .zero) }
    }

    package var needs: PolicyNeeds { PolicyNeeds(sections: [.positions]) }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        try snapshot.positions.flatMap { [try breakeven($0)].compactMap { $0 } + (try nextRungs($0)) }
    }

    /// Level-triggered like every stop: said for as long as the market is on the right side of it. The core never loosens.
    private func breakeven(_ position: PositionView) throws -> Recommendation? {
        guard movesStop, let taken = ladder.first(where: { position.rungsTaken.contains($0.name) }) else { return nil }
        let stop = try position.grid.rounded(position.averagePrice, position.isLong ? .up : .down)
        guard let last = position.lastPrice, position.isBetter(last, than: stop) else { return nil }
        let average = position.averagePrice.text(minimumDecimals: 2)
        return Recommendation(
            symbol: position.symbol, advice: .protect(ProtectiveStop(stopPrice: stop)), urgency: .medium,
            reason:
                "a part was taken at \(taken.words); the rest is not to lose: the average price is \(average), the market at \(last.text(minimumDecimals: 2))",
            evidence: [
                Evidence("average_price", position.averagePrice), Evidence("last", last), Evidence("rung", taken.name),
            ])
    }

    /// The lowest that is due. One whose part is less than a share may be more than can be done: it keeps the next from
    /// nothing.
    private func nextRungs(_ position: PositionView) throws -> [Recommendation] {
        // A ladder belongs to a plan. Nobody here has made one for what was there before, and the first rung may be due for years.
        guard position.isAdopted != true else { return [] }
        var found: [Recommendation] = []
        for rung in ladder where !position.rungsTaken.contains(rung.name) {
            guard let reached = try rung.reached(by: position), let part = rung.part else { continue }
            found.append(
                Recommendation(
                    symbol: position.symbol, advice: .takePartial(part), urgency: .high,
                    reason: "it is at \(reached); \(part.words) is due at \(rung.words)",
                    evidence: [
                        Evidence("profit_in_r", position.profitInR?.description ?? "none"), Evidence("rung", rung.name),
                    ]))
            guard let fraction = part.fraction,
                try position.quantity.magnitude().scaled(by: fraction, .down) < .one
            else { break }
        }
        return found
    }
}

extension PartialProfitPolicy.Rung {
    fileprivate var isSound: Bool {
        let due = [atR, atPercent].compactMap { $0 }
        let isPart = take.map { $0.isPositive && $0 <= .one } ?? quantity?.isPositive ?? false
        return due.count == 1 && due.allSatisfy(\.isPositive) && isPart && (take == nil || quantity == nil)
    }

    var name: String { atR.map { "\($0)R" } ?? "\(atPercent ?? .zero)%" }
    fileprivate var words: String { atR.map { "\($0) R" } ?? (atPercent ?? .zero).percent }

    fileprivate var part: PartialAdvice? {
        if let take { return PartialAdvice(fraction: take, rung: name) }
        return quantity.map { PartialAdvice(quantity: $0, rung: name) }
    }

    /// The profit in words, once it is enough.
    fileprivate func reached(by position: PositionView) throws(NumericError) -> String? {
        if let atR {
            guard let inR = position.profitInR, inR >= atR else { return nil }
            return "\(inR.signed) R"
        }
        guard let atPercent, let price = position.lastPrice, position.averagePrice.isPositive else { return nil }
        let gain = position.isLong ? try price - position.averagePrice : try position.averagePrice - price
        let share = try gain.ratio(to: position.averagePrice)
        return share >= atPercent ? "+\(share.percent)" : nil
    }
}
