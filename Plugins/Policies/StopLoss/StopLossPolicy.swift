import PluginKit
import Trading

/// Keeps a protective stop under every long and over every short position: initial, break-even after a gain, trailing.
///
/// The rule is the classic one of cutting losses and letting profits run (Wilder, New Concepts in Technical Trading
/// Systems, 1978, for stops that follow the market; R multiples after Tharp). Level-triggered: it names the stop that
/// should stand, every cycle; the core moves the resting one when that is worth it, and never loosens it.
package struct StopLossPolicy: Policy {
    package struct Settings: Decodable {
        /// Distance of the first stop from the average price, as a share of it.
        package var initial: Ratio?
        /// Distance of the first stop from the average price, in average true ranges of days.
        package var initialAtr: Ratio?
        /// The first stop is at the lowest low of so many days (over a short: the highest high).
        package var structure: Int64?
        /// So far beyond the structure, as a share of its price; absent: at it.
        package var structureBuffer: Ratio?
        /// Distance of the trailing stop from its reference, as a share of it; absent: no trailing.
        package var trail: Ratio?
        /// What `trail` follows.
        package var trailFrom: Reference?
        /// Chandelier exit: so many average true ranges of days behind the best price.
        package var trailAtr: Ratio?
        /// Days of the average true range.
        package var atrLength: Int64?
        /// From this profit in R on the stop is at the average price or better; absent: never.
        package var breakevenAfterR: Ratio?
        /// From 2 R of the best price on the stop is one whole R behind it.
        package var rSteps: Bool?
        /// Distance of a stop-limit's limit from its stop, as a share of it; absent: a plain stop.
        package var limitOffset: Ratio?
        /// The advisory `stop_scale` widens or narrows the distances in ATR and percent.
        package var followRegime: Bool?

        package init() {}
    }

    package enum Reference: String, Decodable, Sendable {
        case highWater = "high_water"
        case last
    }

    let settings: Settings
    let atr: Indicator?
    let structure: (lowest: Indicator, highest: Indicator)?
    static let defaultInitial = Ratio(units: 20_000)
    private static let defaultLength: Int64 = 14

    package init(settings: Settings) throws {
        try Self.check(settings)
        self.settings = settings
        // Judged also where nothing asks for it: who sets it later asks for a length that was wrong all the time.
        let range = try Indicator.daily(.atr, settings.atrLength ?? Self.defaultLength, setting: "atr_length")
        atr = settings.initialAtr != nil || settings.trailAtr != nil ? range : nil
        structure = try settings.structure.map { length in
            (
                try .daily(.lowest, length, setting: "structure"),
                try .daily(.highest, length, setting: "structure")
            )
        }
    }

    private static func check(_ settings: Settings) throws {
        for (name, ratio) in [
            ("initial", settings.initial), ("trail", settings.trail), ("limit_offset", settings.limitOffset),
            ("structure_buffer", settings.structureBuffer),
        ] {
            if let ratio, ratio <= .zero || ratio >= .one {
                throw SettingsError(
                    "\(name) is a share of the price between 0 and 1, such as 0.02 for 2 %, not \(ratio)")
            }
        }
        for (name, multiple) in [
            ("initial_atr", settings.initialAtr), ("trail_atr", settings.trailAtr),
            ("breakeven_after_r", settings.breakevenAfterR),
        ] {
            if let multiple, !multiple.isPositive { throw SettingsError("\(name) is above zero, not \(multiple)") }
        }
    }

    package var needs: PolicyNeeds {
        var needs = PolicyNeeds(indicators: [atr, structure?.lowest, structure?.highest].compactMap { $0 })
        needs.sections = [.positions, .market] + (settings.followRegime == true ? [.advisories] : [])
        return needs
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        let views = snapshot.views
        let scale = scale(in: snapshot)
        return try snapshot.positions.map { position in
            do {
                let market = views[position.symbol]
                return try recommend(StopLevels(self, position, market, scale), market, snapshot.session)
            } catch let error as NumericError {
                // One position whose figures do not fit does not take the stops of the others.
                return Recommendation(
                    symbol: position.symbol, advice: .hold, urgency: .high, reason: "its stop cannot be told: \(error)")
            }
        }
    }

    /// The advisory, where it is followed and has sense.
    private func scale(in snapshot: PortfolioSnapshot) -> Ratio {
        guard settings.followRegime == true, let scale = snapshot.advisory("stop_scale", ofSeveral: .smallest),
            scale.isPositive
        else {
            return .one
        }
        return scale
    }

    private func recommend(
        _ levels: StopLevels, _ market: MarketView?, _ session: SessionPhase
    ) throws -> Recommendation {
        let position = levels.position
        guard position.isAdopted != true || position.adoptedPrice != nil else {
            return Recommendation(
                symbol: position.symbol, advice: .hold, urgency: .high,
                reason: "it was found without a price, and its stop is counted from the market")
        }
        let (price, rule) = try levels.tightest()
        if session == .regular, let at = position.isLong ? market?.bid ?? market?.last : market?.ask ?? market?.last,
            !position.isBetter(at, than: price)
        {
            return Recommendation(
                symbol: position.symbol, advice: .exit, urgency: .high,
                reason:
                    "the market at \(at.words) is through the stop at \(price.words) (\(rule))",
                evidence: levels.evidence + [Evidence("market", at), Evidence("stop", price)])
        }
        let hasNoStop = position.protection?.stopPrice == nil
        let limit = try settings.limitOffset.map { offset in
            try position.onGrid(position.behind(price, by: price.scaled(by: offset, .halfEven)))
        }
        return Recommendation(
            symbol: position.symbol, advice: .protect(ProtectiveStop(stopPrice: price, limitPrice: limit)),
            urgency: hasNoStop ? .high : .medium, reason: (hasNoStop ? "it has no stop: " : "") + rule,
            evidence: levels.evidence)
    }
}
