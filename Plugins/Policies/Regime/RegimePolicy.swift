import PluginKit
import Trading
import Wire

/// Tells the others in what kind of market they are: calm, normal or stressed, by VIX and by how a reference moves.
///
/// VIX is the market's expectation of volatility (Whaley, Understanding the VIX, Journal of Portfolio Management, 2009).
/// The thresholds to enter and to leave a regime differ, so that it does not waver; the regime before is found among the
/// advisories, not remembered here.
package struct RegimePolicy: Policy {
    package struct Settings: Decodable {
        /// The condition that is looked at; `VIX`.
        package var condition: String?
        /// From here on the market is stressed; a default of 30.
        package var stressed: Ratio?
        /// Below this it is calm; a default of 15.
        package var calm: Ratio?
        /// How far back over a threshold it must come, as a share of it; a default of 10 %.
        package var hysteresis: Ratio?
        /// An older figure is not looked at; a default of 4 days.
        package var maximumAge: Span?
        /// A symbol whose volatility and trend count as well; absent: the condition alone.
        package var reference: Symbol?
        /// Thresholds of its realized volatility a year; defaults of 30 % and 12 %.
        package var stressedVolatility: Ratio?
        package var calmVolatility: Ratio?
        /// Days of its average, below which the market is not calm; a default of 200.
        package var trend: Int64?
        /// `stop_scale` while stressed; a default of 1.5.
        package var stopScale: Ratio?
        /// `entry_scale` while stressed; a default of 0.5.
        package var entryScale: Ratio?
        /// No entries while stressed; so unless false.
        package var noEntriesWhenStressed: Bool?
    }

    enum Regime: Int64, Comparable {
        case calm
        case normal
        case stressed
        static func < (left: Regime, right: Regime) -> Bool { left.rawValue < right.rawValue }
    }

    /// Where calm ends and stress begins.
    struct Thresholds {
        var calm: Ratio
        var stressed: Ratio
        /// As a share of either.
        var hysteresis: Ratio

        /// Where it was before, a threshold must be crossed by the hysteresis to leave.
        func regime(_ figure: Ratio, _ before: Regime) throws(NumericError) -> Regime {
            let leavesStress = try stressed.scaled(by: Ratio.one - hysteresis, .halfEven)
            let leavesCalm = try calm.scaled(by: Ratio.one + hysteresis, .halfEven)
            if figure >= (before == .stressed ? leavesStress : stressed) { return .stressed }
            return figure < (before == .calm ? leavesCalm : calm) ? .calm : .normal
        }
    }

    private let settings: Settings
    private let condition: String
    private let expected: Thresholds
    private let realized: Thresholds
    private let volatility: Indicator
    private let trend: Indicator
    private let age: TimeSpan

    package init(settings: Settings) throws {
        self.settings = settings
        condition = settings.condition ?? "VIX"
        age = settings.maximumAge?.value ?? .seconds(4 * 86_400)
        let hysteresis = settings.hysteresis ?? Ratio(units: Ratio.scale / 10)
        guard !hysteresis.isNegative, hysteresis < .one else {
            throw SettingsError("hysteresis is a share from 0 to below 1, such as 0.1, not \(hysteresis)")
        }
        expected = Thresholds(
            calm: settings.calm ?? Ratio(units: 15 * Ratio.scale),
            stressed: settings.stressed ?? Ratio(units: 30 * Ratio.scale), hysteresis: hysteresis)
        realized = Thresholds(
            calm: settings.calmVolatility ?? Ratio(units: Ratio.scale * 12 / 100),
            stressed: settings.stressedVolatility ?? Ratio(units: Ratio.scale * 3 / 10), hysteresis: hysteresis)
        guard realized.stressed <= Ratio(units: 4 * Ratio.scale) else {
            throw SettingsError("stressed_volatility is a share up to 4, such as 0.3, not \(realized.stressed)")
        }
        for (suffix, limits) in [("", expected), ("_volatility", realized)]
        where !limits.calm.isPositive || limits.calm >= limits.stressed {
            throw SettingsError(
                "calm\(suffix) is above zero and below stressed\(suffix), not \(limits.calm) and \(limits.stressed)")
        }
        let bounds = Ratio(units: Ratio.scale / 2)...Ratio(units: 2 * Ratio.scale)
        for (name, scale) in [("stop_scale", settings.stopScale), ("entry_scale", settings.entryScale)] {
            if let scale, !bounds.contains(scale) { throw SettingsError("\(name) is from 0.5 to 2, not \(scale)") }
        }
        volatility = try .daily(.volatility, 20, setting: "reference")
        trend = try .daily(.sma, settings.trend ?? 200, setting: "trend")
    }

    package var needs: PolicyNeeds {
        guard settings.reference != nil else { return PolicyNeeds(sections: [.conditions, .advisories]) }
        return PolicyNeeds(sections: [.conditions, .advisories, .market], indicators: [volatility, trend])
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        let before =
            snapshot.advisory("regime", ofSeveral: .largest).flatMap { Regime(rawValue: $0.units / Ratio.scale) }
            ?? .normal
        let figures = try [expectation(snapshot, before), movement(snapshot, before)].compactMap { $0 }
        guard let worst = figures.map(\.regime).max() else { return [] }
        let below = worst == .calm ? trendBroken(snapshot) : nil
        let regime = below == nil ? worst : .normal
        let words = (figures + [below].compactMap { $0 }).map(\.words).joined(separator: ", ")
        return advice(
            regime, "\(words): the market is \(regime)", figures.map(\.evidence) + [Evidence("before", "\(before)")])
    }

    private func advice(_ regime: Regime, _ reason: String, _ evidence: [Evidence]) -> [Recommendation] {
        let isStressed = regime == .stressed
        let stop = isStressed ? settings.stopScale ?? Ratio(units: Ratio.scale * 3 / 2) : .one
        let entry = isStressed ? settings.entryScale ?? Ratio(units: Ratio.scale / 2) : .one
        let figures = [
            ("regime", Ratio(units: regime.rawValue * Ratio.scale)), ("stop_scale", stop), ("entry_scale", entry),
        ]
        let advisories = figures.map { name, value in
            Recommendation(
                symbol: nil, advice: .advise(AdvisoryAdvice(name: name, value: value)), urgency: .low, reason: reason,
                evidence: evidence)
        }
        guard isStressed, settings.noEntriesWhenStressed != false else { return advisories }
        return advisories + [
            Recommendation(symbol: nil, advice: .veto, urgency: .medium, reason: reason, evidence: evidence)
        ]
    }
}

// MARK: - Figures

extension RegimePolicy {
    private struct Figure {
        var regime: Regime
        var words: String
        var evidence: Evidence
    }

    private func expectation(_ snapshot: PortfolioSnapshot, _ before: Regime) throws -> Figure? {
        guard let figure = snapshot.conditions.first(where: { $0.name == condition }), snapshot.at - figure.at <= age
        else { return nil }
        return Figure(
            regime: try expected.regime(figure.value, before), words: "\(condition) is at \(figure.value)",
            evidence: Evidence(condition, figure.value))
    }

    private func movement(_ snapshot: PortfolioSnapshot, _ before: Regime) throws -> Figure? {
        guard let view = reference(snapshot), let figure = view.ratio(volatility) else { return nil }
        return Figure(
            regime: try realized.regime(figure, before), words: "\(view.symbol) moves \(figure.percent) a year",
            evidence: Evidence(volatility.description, figure))
    }

    /// Faber, A Quantitative Approach to Tactical Asset Allocation, Journal of Wealth Management, 2007. It wavers between
    /// calm and normal alone, which scale alike, and so needs no hysteresis.
    private func trendBroken(_ snapshot: PortfolioSnapshot) -> Figure? {
        guard let view = reference(snapshot), let average = view.price(trend), let last = view.last, last < average
        else { return nil }
        return Figure(
            regime: .normal,
            words:
                "\(view.symbol) at \(last.text(minimumDecimals: 2)) is below \(trend) of \(average.text(minimumDecimals: 2))",
            evidence: Evidence(trend.description, average))
    }

    private func reference(_ snapshot: PortfolioSnapshot) -> MarketView? {
        snapshot.market.first { $0.symbol == settings.reference && snapshot.at - $0.at <= age }
    }
}
