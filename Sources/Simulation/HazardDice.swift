import Trading

/// Which hazards a scenario has, how often each one comes, and the dice that decide. Shared by everything in one world.
final class HazardDice {
    /// By the number of the hazard: they are thrown at every step.
    private var dice: [Dice] = []
    private var rates: [Int64] = []
    private var wire: Dice
    /// Off: the storm is over, and nothing goes wrong any more.
    var isStorm = true
    /// How often each hazard came.
    private(set) var count: [Hazard: Int] = [:]

    init(seed: UInt64, without: Set<Hazard>) {
        wire = Dice(seed: seed, name: "wire")
        var choice = Dice(seed: seed, name: "hazards")
        for hazard in Hazard.allCases {
            dice.append(Dice(seed: seed, name: hazard.rawValue))
            // A scenario has some of the hazards, now and then all of them; each one rare or frequent.
            let isOn = choice.chance(550)
            let strength = choice.between(1, 4)
            rates.append(isOn && !without.contains(hazard) ? strength : 0)
        }
    }

    func has(_ hazard: Hazard) -> Bool { isStorm && rates[hazard.number] > 0 }

    /// One throw: does it happen now? `permille` is the rate of the mildest strength.
    func hits(_ hazard: Hazard, _ permille: Int64 = 5) -> Bool {
        let rate = rates[hazard.number]
        guard isStorm, rate > 0, dice[hazard.number].chance(permille * rate) else { return false }
        count[hazard, default: 0] += 1
        return true
    }

    func between(_ hazard: Hazard, _ low: Int64, _ high: Int64) -> Int64 {
        dice[hazard.number].between(low, high)
    }

    func pick<Item>(_ hazard: Hazard, _ items: [Item]) -> Item {
        items[Int(dice[hazard.number].below(Int64(items.count)))]
    }

    /// Nanoseconds that a message between two processes takes.
    func wireDelay() -> Int64 {
        if hits(.messageDelay, 10) { return between(.messageDelay, 5, 3_000) * World.millisecond }
        return wire.between(50, 900) * 1_000
    }
}

extension Hazard {
    /// Its place among all cases, as the compiler numbers them.
    fileprivate var number: Int { withUnsafeBytes(of: self) { Int($0.first ?? 0) } }
}
