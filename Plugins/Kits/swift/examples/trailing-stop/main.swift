import PluginKit
import Trading

struct TrailingStop: Policy {
    struct Settings: Decodable { var trail: Ratio? }
    let trail: Ratio
    init(settings: Settings) throws {
        trail = try settings.trail ?? Ratio("0.02")
        guard trail > .zero, trail < .one else { throw SettingsError("trail is between 0 and 1, not \(trail)") }
    }
    func evaluate(_ whole: PortfolioSnapshot) -> [Recommendation] {
        let stop = Advice.protect(StopAdvice(distance: .percent(trail), from: .highWater))
        return whole.positions.map { Recommendation(symbol: $0.symbol, advice: stop, reason: "behind the best price") }
    }
}
PolicyMain.run(TrailingStop.self, name: "trailing-stop", version: "1.0.0")
