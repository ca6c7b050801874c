import SeededRandom
import Trading

/// Decides what goes wrong. Without rates it draws nothing, so that a seed gives the same ids with and without it.
struct FaultSource: Sendable {
    var rates: FaultRates
    private var random: SplitMix64

    init(_ rates: FaultRates, seed: Int64) { (self.rates, random) = (rates, SplitMix64(seed: seed)) }

    mutating func draws(_ fault: Fault) -> Bool {
        guard let permille = rates.permille[fault], permille > 0 else { return false }
        return random.chance(permille: permille)
    }

    mutating func pick<Item>(_ items: [Item]) -> Item { random.pick(items) }

    /// 1 to ``VenueLimits/faultSeconds``.
    mutating func delay() -> TimeSpan { .seconds(random.number(1...VenueLimits.faultSeconds)) }

    func has(_ fault: Fault) -> Bool { rates.permille[fault] ?? 0 > 0 }
}
