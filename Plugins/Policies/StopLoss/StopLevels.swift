import PluginKit
import Trading

/// The stops that the settings ask for on one position, each with its rule in words.
struct StopLevels {
    typealias Level = (price: Price, rule: String)

    let position: PositionView
    private let policy: StopLossPolicy
    private let market: MarketView?
    /// Of distances in percent and ATR.
    private let scale: Ratio
    private var settings: StopLossPolicy.Settings { policy.settings }

    init(_ policy: StopLossPolicy, _ position: PositionView, _ market: MarketView?, _ scale: Ratio) {
        self.policy = policy
        self.position = position
        self.market = market
        self.scale = scale
    }

    /// The tightest of all.
    func tightest() throws -> Level {
        var best = try first()
        for level in try [known(), breakeven(), trailing(), chandelier(), stepped()] {
            if let level, position.isBetter(level.price, than: best.price) { best = level }
        }
        return best
    }

    /// The tightest of the first stops that are asked for and known. When an indicator is missing the rule says so, and
    /// when nothing else is left the distance is in percent.
    private func first() throws -> Level {
        let wishes = [try structured(), try ranged()].compactMap { $0 }
        var levels = wishes.compactMap(\.level)
        if settings.initial != nil || levels.isEmpty { levels.append(try inPercent()) }
        let missing = wishes.compactMap(\.missing).map { ", \($0)" }.joined()
        var best = levels[0]
        for level in levels.dropFirst() where position.isBetter(level.price, than: best.price) { best = level }
        return (best.price, best.rule + missing)
    }

    /// A first stop that was asked for: where it is, or why it cannot be.
    private struct StopCandidate {
        var level: Level?
        var missing: String?
    }

    private func inPercent() throws -> Level {
        let share = try scaled(settings.initial ?? StopLossPolicy.defaultInitial)
        let price = try away(from: start, by: share)
        return (price, "\(share.percent)\(scaleWords) from \(startWords)")
    }

    /// Beyond the channel of the last days (Donchian, Trend Following Methods in Commodity Price Analysis, 1957), by the
    /// buffer, a share of the level.
    private func structured() throws -> StopCandidate? {
        guard let structure = policy.structure else { return nil }
        let indicator = position.isLong ? structure.lowest : structure.highest
        guard let level = market?.price(indicator) else {
            return StopCandidate(missing: "as \(indicator) is not known yet")
        }
        guard position.isBetter(start, than: level) else {
            let startName = isAdopted ? "price at which it was found" : "average price"
            return StopCandidate(missing: "as \(indicator) at \(level.words) is on the wrong side of the \(startName)")
        }
        let buffer = settings.structureBuffer ?? .zero
        let price = try position.behind(level, by: level.scaled(by: buffer, .halfEven))
        let words = buffer.isZero ? "" : "\(buffer.percent) beyond "
        return StopCandidate(
            level: (try position.onGrid(price), "\(words)the structure, \(indicator) at \(level.words)"))
    }

    /// So many average true ranges from the average price (Wilder, New Concepts in Technical Trading Systems, 1978).
    private func ranged() throws -> StopCandidate? {
        guard let multiple = settings.initialAtr, let atr = policy.atr else { return nil }
        guard let range = try range else { return StopCandidate(missing: "as \(atr) is not known yet") }
        let price = try position.behind(start, by: range.scaled(by: multiple, .halfEven))
        guard price.isPositive else {
            return StopCandidate(missing: "as \(multiple) ATR of \(range.words) leave nothing")
        }
        return StopCandidate(
            level: (
                try position.onGrid(price), "\(multiple) ATR of \(range.words)\(scaleWords) from \(startWords)"
            ))
    }

    private var isAdopted: Bool { position.isAdopted == true }

    /// What the first stop is counted from. What somebody else paid, and when, says nothing about a stop of today: a position
    /// that was there before starts at the price at which it was found.
    private var start: Price { (isAdopted ? position.adoptedPrice : nil) ?? position.averagePrice }

    private var startWords: String {
        isAdopted ? "\(start.words), the price at which it was found" : "the average price \(start.words)"
    }

    /// Never so wide that nothing is left of the price.
    private func scaled(_ share: Ratio) throws(NumericError) -> Ratio {
        min(try share.scaled(by: scale, .halfEven), Ratio(units: Ratio.scale * 9 / 10))
    }

    /// The average true range, scaled; a price a share. A market that has not moved has none: a stop without a distance
    /// would be an exit.
    private var range: Price? {
        get throws(NumericError) {
            guard let atr = policy.atr, let range = market?.price(atr) else { return nil }
            let scaled = try range.scaled(by: scale, .halfEven)
            return scaled.isPositive ? scaled : nil
        }
    }

    private var scaleWords: String { scale == .one ? "" : " (scaled by \(scale))" }

    private func known() throws -> Level? {
        guard let stop = position.initialStop else { return nil }
        return (try position.onGrid(stop), "the initial stop at \(stop.words)")
    }

    private func breakeven() throws -> Level? {
        guard let threshold = settings.breakevenAfterR, let inR = position.profitInR, inR >= threshold else {
            return nil
        }
        let average = try position.grid.rounded(position.averagePrice, position.isLong ? .up : .down)
        return (average, "break-even: it is at \(inR.signed) R, \(threshold) R is enough")
    }

    private func trailing() throws -> Level? {
        guard let trail = settings.trail else { return nil }
        let reference: Price? =
            switch settings.trailFrom ?? .highWater {
            case .highWater: best
            case .last: position.lastPrice
            }
        guard let reference else { return nil }
        let share = try scaled(trail)
        return (
            try away(from: reference, by: share), "\(share.percent)\(scaleWords) behind \(reference.words)"
        )
    }

    /// The chandelier exit hangs from the best price since entry (LeBeau and Lucas, Computer Analysis of the Futures
    /// Market, 1992; Elder, Come Into My Trading Room, 2002).
    private func chandelier() throws -> Level? {
        guard let multiple = settings.trailAtr, let range = try range else { return nil }
        let price = try position.behind(best, by: range.scaled(by: multiple, .halfEven))
        guard price.isPositive else { return nil }
        return (
            try position.onGrid(price),
            "chandelier: \(multiple) ATR of \(range.words)\(scaleWords) behind \(best.words)"
        )
    }

    /// At 2.7 R of the best price: one R in profit.
    private func stepped() throws -> Level? {
        guard settings.rSteps == true, let risk = position.riskPerShare, risk.isPositive else { return nil }
        let gain = position.isLong ? try best - position.averagePrice : try position.averagePrice - best
        let steps = gain.units / risk.units
        guard steps >= 2 else { return nil }
        let locked = try risk.scaled(by: Ratio(units: -(steps - 1) * Ratio.scale), .halfEven)
        let price = try position.behind(position.averagePrice, by: locked)
        return (try position.onGrid(price), "\(steps - 1) R of \(risk.words) kept after \(steps) R")
    }

    private var best: Price { position.isLong ? position.highWaterMark : position.lowWaterMark }

    /// The figures behind the rules.
    var evidence: [Evidence] {
        var items = [
            Evidence("average_price", position.averagePrice), Evidence("high_water_mark", position.highWaterMark),
            Evidence("low_water_mark", position.lowWaterMark),
            Evidence("last", position.lastPrice?.description ?? "none"),
        ]
        if let atr = policy.atr { items.append(Evidence(atr.description, market?.price(atr)?.description ?? "none")) }
        if settings.followRegime == true { items.append(Evidence("stop_scale", scale)) }
        return items
    }

    private func away(from price: Price, by share: Ratio) throws(NumericError) -> Price {
        try position.onGrid(position.behind(price, by: price.scaled(by: share, .halfEven)))
    }
}

extension Price {
    /// With cents.
    var words: String { text(minimumDecimals: 2) }
}
