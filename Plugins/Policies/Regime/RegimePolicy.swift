import PluginKit
import Trading

/// Tells the others in what kind of market they are: calm, normal or stressed, by VIX.
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
        /// `stop_scale` while stressed; a default of 1.5.
        package var stopScale: Ratio?
        /// `entry_scale` while stressed; a default of 0.5.
        package var entryScale: Ratio?
        /// No entries while stressed; so unless false.
        package var noEntriesWhenStressed: Bool?
    }

    enum Regime: Int64 {
        case calm
        case normal
        case stressed
    }

    private let settings: Settings
    private let stressed: Ratio
    private let calm: Ratio
    private let hysteresis: Ratio

    package init(settings: Settings) throws {
        self.settings = settings
        stressed = settings.stressed ?? Ratio(units: 30 * Ratio.scale)
        calm = settings.calm ?? Ratio(units: 15 * Ratio.scale)
        hysteresis = settings.hysteresis ?? Ratio(units: Ratio.scale / 10)
        guard calm.isPositive, calm < stressed else {
            throw SettingsError("calm is above zero and below stressed, such as 15 and 30, not \(calm) and \(stressed)")
        }
        guard !hysteresis.isNegative, hysteresis < .one else {
            throw SettingsError("hysteresis is a share from 0 to below 1, such as 0.1, not \(hysteresis)")
        }
    }

    package var needs: PolicyNeeds { PolicyNeeds(sections: [.conditions, .advisories]) }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        let name = settings.condition ?? "VIX"
        guard let figure = snapshot.conditions.first(where: { $0.name == name }) else { return [] }
        let before = snapshot.advisory("regime").flatMap { Regime(rawValue: $0.units / Ratio.scale) } ?? .normal
        let regime = try regime(figure.value, before)
        let isStressed = regime == .stressed
        let reason = "\(name) is at \(figure.value), the market is \(regime)"
        var found = [
            advise("regime", Ratio(units: regime.rawValue * Ratio.scale), reason),
            advise("stop_scale", isStressed ? settings.stopScale ?? Ratio(units: Ratio.scale * 3 / 2) : .one, reason),
            advise("entry_scale", isStressed ? settings.entryScale ?? Ratio(units: Ratio.scale / 2) : .one, reason),
        ]
        if isStressed, settings.noEntriesWhenStressed != false {
            found.append(Recommendation(symbol: nil, advice: .veto, urgency: .medium, reason: reason))
        }
        return found
    }

    /// Where it was before, a threshold must be crossed by the hysteresis to leave.
    func regime(_ figure: Ratio, _ before: Regime) throws(NumericError) -> Regime {
        let leavesStress = try stressed.scaled(by: Ratio.one - hysteresis, .halfEven)
        let leavesCalm = try calm.scaled(by: Ratio.one + hysteresis, .halfEven)
        if figure >= (before == .stressed ? leavesStress : stressed) { return .stressed }
        return figure < (before == .calm ? leavesCalm : calm) ? .calm : .normal
    }

    private func advise(_ name: String, _ value: Ratio, _ reason: String) -> Recommendation {
        Recommendation(
            symbol: nil, advice: .advise(AdvisoryAdvice(name: name, value: value)), urgency: .low, reason: reason)
    }
}
