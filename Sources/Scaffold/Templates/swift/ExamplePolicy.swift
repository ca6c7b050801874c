import PluginKit
import Trading

/// A stop that trails the best price since entry.
struct ExamplePolicy: Policy {
    struct Settings: Decodable { var trail: Ratio? }

    private let trail: Ratio

    init(settings: Settings) throws {
        trail = settings.trail ?? Ratio(units: Ratio.scale / 50)
        guard trail > .zero, trail < .one else { throw SettingsError("trail is between 0 and 1, not \(trail)") }
    }

    /// The whole portfolio in, the state that is wanted out; the same every time that it is asked the same.
    func evaluate(_ whole: PortfolioSnapshot) -> [Recommendation] {
        whole.positions.map { position in
            Recommendation(
                symbol: position.symbol, advice: .protect(StopAdvice(distance: .percent(trail), from: .highWater)),
                urgency: .high, reason: "\(trail) of the price behind the best one since entry")
        }
    }
}
