import Trading

/// Which hazards a scenario has, how often each one comes, and the dice that decide. Shared by everything in one world.
final class HazardDice {
    private var dice: [Hazard: Dice] = [:]
    private var rates: [Hazard: Int64] = [:]
    private var wire: Dice
    /// Off: the storm is over, and nothing goes wrong any more.
    var isStorm = true
    /// How often each hazard came.
    private(set) var count: [Hazard: Int] = [:]

    init(seed: UInt64, without: Set<Hazard>) {
        wire = Dice(seed: seed, name: "wire")
        var choice = Dice(seed: seed, name: "hazards")
        for hazard in Hazard.allCases {
            dice[hazard] = Dice(seed: seed, name: hazard.rawValue)
            // A scenario has some of the hazards, now and then all of them; each one rare or frequent.
            let isOn = choice.chance(550)
            let strength = choice.between(1, 4)
            rates[hazard] = isOn && !without.contains(hazard) ? strength : 0
        }
    }

    func has(_ hazard: Hazard) -> Bool { isStorm && (rates[hazard] ?? 0) > 0 }

    /// One throw: does it happen now? `permille` is the rate of the mildest strength.
    func hits(_ hazard: Hazard, _ permille: Int64 = 5) -> Bool {
        guard isStorm, let rate = rates[hazard], rate > 0 else { return false }
        guard dice[hazard]?.chance(permille * rate) == true else { return false }
        count[hazard, default: 0] += 1
        return true
    }

    func between(_ hazard: Hazard, _ low: Int64, _ high: Int64) -> Int64 { dice[hazard]?.between(low, high) ?? low }

    func pick<Item>(_ hazard: Hazard, _ items: [Item]) -> Item {
        items[Int(dice[hazard]?.below(Int64(items.count)) ?? 0)]
    }

    /// Nanoseconds that a message between two processes takes.
    func wireDelay() -> Int64 {
        if hits(.messageDelay, 10) { return between(.messageDelay, 5, 3_000) * World.millisecond }
        return wire.between(50, 900) * 1_000
    }
}
