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

    /// By structure or ATR where they are asked for and known, else in percent.
    private func first() throws -> Level {
        if let structure = policy.structure,
            let level = market?.price(position.isLong ? structure.lowest : structure.highest),
            position.isBetter(position.averagePrice, than: level)
        {
            let what = position.isLong ? structure.lowest : structure.highest
            return (try position.onGrid(level), "under the structure, \(what)")
        }
        if let multiple = settings.initialAtr, let range {
            let price = try position.behind(position.averagePrice, by: range.scaled(by: multiple, .halfEven))
            if price.isPositive { return (try position.onGrid(price), "\(multiple) ATR from the average price") }
        }
        let share = try scaled(settings.initial ?? StopLossPolicy.defaultInitial)
        let waits = settings.initialAtr != nil || policy.structure != nil ? ", until enough bars are known" : ""
        return (try away(from: position.averagePrice, by: share), "\(share.percent) from the average price\(waits)")
    }

    /// Never so wide that nothing is left of the price.
    private func scaled(_ share: Ratio) throws(NumericError) -> Ratio {
        min(try share.scaled(by: scale, .halfEven), Ratio(units: Ratio.scale * 9 / 10))
    }

    private var range: Price? {
        guard let atr = policy.atr, let range = market?.price(atr) else { return nil }
        do { return try range.scaled(by: scale, .halfEven) } catch { return nil }
    }

    private func known() throws -> Level? {
        guard let stop = position.initialStop else { return nil }
        return (try position.onGrid(stop), "the initial stop")
    }

    private func breakeven() throws -> Level? {
        guard let threshold = settings.breakevenAfterR, let inR = position.profitInR, inR >= threshold else {
            return nil
        }
        let average = try PriceIncrement.usEquity.rounded(position.averagePrice, position.isLong ? .up : .down)
        return (average, "break-even after \(threshold) R")
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
            try away(from: reference, by: share), "\(share.percent) behind \(reference.text(minimumDecimals: 2))"
        )
    }

    /// The chandelier exit hangs from the best price since entry (LeBeau and Lucas, Computer Analysis of the Futures
    /// Market, 1992; Elder, Come Into My Trading Room, 2002).
    private func chandelier() throws -> Level? {
        guard let multiple = settings.trailAtr, let range else { return nil }
        let price = try position.behind(best, by: range.scaled(by: multiple, .halfEven))
        guard price.isPositive else { return nil }
        return (try position.onGrid(price), "\(multiple) ATR behind \(best.text(minimumDecimals: 2))")
    }

    /// At 2.7 R of the best price: one R in profit.
    private func stepped() throws -> Level? {
        guard settings.rSteps == true, let risk = position.riskPerShare else { return nil }
        let gain = position.isLong ? try best - position.averagePrice : try position.averagePrice - best
        let steps = gain.units / risk.units
        guard steps >= 2 else { return nil }
        let locked = try risk.scaled(by: Ratio(units: -(steps - 1) * Ratio.scale), .halfEven)
        let price = try position.behind(position.averagePrice, by: locked)
        return (try position.onGrid(price), "\(steps - 1) R are kept after \(steps) R")
    }

    private var best: Price { position.isLong ? position.highWaterMark : position.lowWaterMark }

    private func away(from price: Price, by share: Ratio) throws(NumericError) -> Price {
        try position.onGrid(position.behind(price, by: price.scaled(by: share, .halfEven)))
    }
}
