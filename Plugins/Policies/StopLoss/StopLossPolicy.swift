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
        /// Distance of the trailing stop from its reference; absent: no trailing.
        package var trail: Ratio?
        /// What the trailing stop follows.
        package var trailFrom: Reference?
        /// From this profit in R on the stop is at the average price or better; absent: never.
        package var breakevenAfterR: Ratio?
        /// Distance of a stop-limit's limit from its stop, as a share of it; absent: a plain stop.
        package var limitOffset: Ratio?

        package init(
            initial: Ratio? = nil, trail: Ratio? = nil, trailFrom: Reference? = nil, breakevenAfterR: Ratio? = nil,
            limitOffset: Ratio? = nil
        ) {
            self.initial = initial
            self.trail = trail
            self.trailFrom = trailFrom
            self.breakevenAfterR = breakevenAfterR
            self.limitOffset = limitOffset
        }
    }

    package enum Reference: String, Decodable, Sendable {
        case highWater = "high_water"
        case last
    }

    private let settings: Settings
    private static let defaultInitial = Ratio(units: 20_000)

    package init(settings: Settings) throws {
        for (name, ratio) in [
            ("initial", settings.initial), ("trail", settings.trail), ("limit_offset", settings.limitOffset),
        ] {
            if let ratio, ratio <= .zero || ratio >= .one {
                throw SettingsError(
                    "\(name) is a share of the price between 0 and 1, such as 0.02 for 2 %, not \(ratio)")
            }
        }
        self.settings = settings
    }

    package func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        var bids: [Symbol: MarketView] = [:]
        for view in snapshot.market { bids[view.symbol] = view }
        return try snapshot.positions.map { try recommend($0, bids[$0.symbol], snapshot.session) }
    }

    private func recommend(
        _ position: PositionView, _ market: MarketView?, _ session: SessionPhase
    ) throws -> Recommendation {
        let isLong = !position.quantity.isNegative
        let (price, rule) = try stop(position, isLong)
        let urgency: Urgency = position.protection?.stopPrice == nil ? .high : .medium
        if session == .regular, let at = isLong ? market?.bid ?? market?.last : market?.ask ?? market?.last,
            isLong ? at <= price : at >= price
        {
            return Recommendation(
                symbol: position.symbol, advice: .exit, urgency: .high,
                reason:
                    "the market at \(at.text(minimumDecimals: 2)) is through the stop at \(price.text(minimumDecimals: 2)) (\(rule))"
            )
        }
        let protective = ProtectiveStop(stopPrice: price, limitPrice: try limit(price, isLong))
        let what = position.protection?.stopPrice == nil ? "it has no stop: " : ""
        return Recommendation(
            symbol: position.symbol, advice: .protect(protective), urgency: urgency, reason: what + rule,
            evidence: [
                Evidence("average_price", position.averagePrice), Evidence("high_water_mark", position.highWaterMark),
                Evidence("last", position.lastPrice?.description ?? "none"),
            ])
    }

    /// The tightest of the stops that the settings ask for, and which it is.
    private func stop(_ position: PositionView, _ isLong: Bool) throws -> (Price, String) {
        let initial = settings.initial ?? Self.defaultInitial
        var best = try Self.away(from: position.averagePrice, by: initial, isLong)
        var rule = "\(initial.percent) from the average price"
        if let known = position.initialStop, isLong ? known > best : known < best {
            best = try PriceIncrement.usEquity.rounded(known, isLong ? .down : .up)
            rule = "the initial stop"
        }
        if let threshold = settings.breakevenAfterR, let inR = position.profitInR, inR >= threshold {
            let average = try PriceIncrement.usEquity.rounded(position.averagePrice, isLong ? .up : .down)
            if isLong ? average > best : average < best { (best, rule) = (average, "break-even after \(threshold) R") }
        }
        if let trail = settings.trail, let reference = reference(position, isLong) {
            let trailing = try Self.away(from: reference, by: trail, isLong)
            if isLong ? trailing > best : trailing < best {
                (best, rule) = (trailing, "\(trail.percent) behind \(reference.text(minimumDecimals: 2))")
            }
        }
        return (best, rule)
    }

    private func reference(_ position: PositionView, _ isLong: Bool) -> Price? {
        switch settings.trailFrom ?? .highWater {
        case .highWater: isLong ? position.highWaterMark : position.lowWaterMark
        case .last: position.lastPrice
        }
    }

    private static func away(from price: Price, by share: Ratio, _ isLong: Bool) throws(NumericError) -> Price {
        let distance = try price.scaled(by: share, .halfEven)
        let stop = isLong ? try price - distance : try price + distance
        return try PriceIncrement.usEquity.rounded(stop, isLong ? .down : .up)
    }

    private func limit(_ stop: Price, _ isLong: Bool) throws(NumericError) -> Price? {
        guard let offset = settings.limitOffset else { return nil }
        return try Self.away(from: stop, by: offset, isLong)
    }
}
