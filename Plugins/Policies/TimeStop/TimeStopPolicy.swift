import PluginKit
import Trading
import Wire

/// Ends what takes too long: capital that does not work is freed (Kaufman, Trading Systems and Methods, 5th edition 2013,
/// time-based exits).
package struct TimeStopPolicy: Policy {
    package struct Settings: Decodable {
        /// Longest time that a position is held; a default of 30 days.
        package var maximumHolding: Span?
        /// A position whose open profit in R is above this is left alone; a default of 1.
        package var unlessAboveR: Ratio?
    }

    private let longest: TimeSpan
    private let threshold: Ratio
    private static let defaultLongest = TimeSpan.seconds(30 * 86_400)

    package init(settings: Settings) throws {
        longest = settings.maximumHolding?.value ?? Self.defaultLongest
        threshold = settings.unlessAboveR ?? .one
        guard longest > .zero else { throw SettingsError("maximum_holding is above zero, such as 240h") }
    }

    package var needs: PolicyNeeds { PolicyNeeds(sections: [.positions]) }

    package func evaluate(_ snapshot: PortfolioSnapshot) -> [Recommendation] {
        guard snapshot.session != .closed else { return [] }
        return snapshot.positions.compactMap(recommend)
    }

    private func recommend(_ position: PositionView) -> Recommendation? {
        guard position.heldFor > longest, position.profitInR.map({ $0 <= threshold }) ?? true else { return nil }
        let profit = position.profitInR.map { "\($0.signed) R" } ?? "an unknown number of R"
        return Recommendation(
            symbol: position.symbol, advice: .exit, urgency: .medium,
            reason: "it is held for \(position.heldFor), \(longest) is the limit, and it is at \(profit)",
            evidence: [Evidence("held_for", position.heldFor), Evidence("maximum_holding", longest)])
    }
}
