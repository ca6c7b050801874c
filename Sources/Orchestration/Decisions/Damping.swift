import Trading

/// What keeps the account from being traded back and forth: rules of the engine, so that no policy needs its own. None of
/// them holds back an exit, an emergency, or a stop that a position does not have yet.
package struct Damping: Sendable, Hashable, Codable {
    /// A resting stop or target is not moved by less than this share of its price,
    /// `0` to `0.1`.
    package var minimumStopMove = Ratio(units: 1_000)
    /// Nor by fewer price increments than this, `0` to `1000`.
    package var minimumStopTicks: Int64 = 2
    /// A multiple of the average true range (ATR), `0` to `1`: 0.05 is a twentieth of it. Nor by less than this, where an
    /// ATR of the symbol is known.
    package var minimumStopATR = Ratio(units: 50_000)
    /// After a part of a position was sold as profit, the next one waits so long, `0s` to `31d`.
    package var partialCoolDown: TimeSpan = .seconds(300)
    /// A reduction that is not urgent and would take off less than this share of the position waits, `0` to
    /// `0.5`.
    package var minimumReduction = Ratio(units: 20_000)
    /// After a position was closed, its symbol is not entered again for so long, `0s` to `31d`.
    package var reentryCoolDown: TimeSpan = .seconds(900)

    package init() {}

    /// Everything is done at once.
    package static let none: Damping = {
        var damping = Damping()
        damping.minimumStopMove = .zero
        damping.minimumStopTicks = 0
        damping.minimumStopATR = .zero
        damping.partialCoolDown = .zero
        damping.minimumReduction = .zero
        damping.reentryCoolDown = .zero
        return damping
    }()

    /// Its keys in the configuration, which say to a person what a recommendation waits for.
    package enum Rule: String, Sendable, Hashable, Codable {
        case stopMove = "minimum_stop_move"
        case stopTicks = "minimum_stop_ticks"
        case stopATR = "minimum_stop_atr"
        case partial = "partial_cool_down"
        case reduction = "minimum_reduction"
        case reentry = "reentry_cool_down"
        /// Its key in the configuration file.
        package var key: String { "damping.\(rawValue)" }
    }

    /// The least change of a resting price that is worth an order, in units of a price, and the rule that says so.
    func leastMove(of standing: Price, tickSize: PriceIncrement?, atr: Price?) -> (units: Int128, rule: Rule) {
        let share = Int128(standing.units) * Int128(minimumStopMove.units) / Int128(Ratio.scale)
        let ticks = Int128(tickSize?.step(for: standing).units ?? 0) * Int128(minimumStopTicks)
        let range = Int128(atr?.units ?? 0) * Int128(minimumStopATR.units) / Int128(Ratio.scale)
        let most = max(share, ticks, range)
        return (most, most == share ? .stopMove : most == ticks ? .stopTicks : .stopATR)
    }

    /// Whether so small a reduction can wait.
    func canWait(_ part: Quantity, of size: Quantity, _ urgency: Urgency) -> Bool {
        guard urgency < .high else { return false }
        return Int128(part.units) * Int128(Ratio.scale) < Int128(size.units) * Int128(minimumReduction.units)
    }
}

extension Merge.Facts {
    /// The range in which an advice is counted, or any that is known.
    func averageTrueRange(for advice: Advice) -> Price? {
        switch advice {
        case .protect(let stop), .resetStop(let stop):
            if case .atr(_, let indicator) = stop.distance { return figures[indicator] }
        case .takePartial, .exit, .reduceTo, .reduceToWeight, .reduceExposure, .target, .enter, .advise, .hold, .veto,
            .release:
            break
        }
        return figures.keys.min().flatMap { figures[$0] }
    }
}
