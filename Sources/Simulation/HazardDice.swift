import Trading

/// One fault of a scenario: which hazard, and the how manieth time that it came. `core-crash@3`
package struct Mishap: Hashable, Sendable, CustomStringConvertible {
    package var hazard: Hazard
    package var number: Int

    package init(hazard: Hazard, number: Int) {
        self.hazard = hazard
        self.number = number
    }

    /// Nil when it is none.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@")
        guard parts.count == 2, let hazard = Hazard(rawValue: String(parts[0])), let number = Int(parts[1]), number > 0
        else { return nil }
        self.init(hazard: hazard, number: number)
    }

    package var description: String { "\(hazard.rawValue)@\(number)" }
}

/// Which hazards a scenario has, how often each one comes, and the dice that decide. Shared by everything in one world.
final class HazardDice {
    private let seed: UInt64
    private let only: Set<Mishap>?
    private var dice: [Hazard: Dice] = [:]
    /// What a fault is like is thrown with dice of its own, so that one that is left out leaves the others as they are.
    private var details: [Hazard: Dice] = [:]
    private var rates: [Hazard: Int64] = [:]
    private var wire: Dice
    /// Off: the storm is over, and nothing goes wrong any more.
    var isStorm = true
    private var thrown: [Hazard: Int] = [:]
    /// What came, in its order.
    private(set) var mishaps: [Mishap] = []

    /// - Parameter only: of all mishaps these alone come; nil: all.
    init(seed: UInt64, without: Set<Hazard>, only: Set<Mishap>?) {
        self.seed = seed
        self.only = only
        wire = Dice(seed: seed, name: "wire")
        var choice = Dice(seed: seed, name: "hazards")
        for hazard in Hazard.allCases {
            dice[hazard] = Dice(seed: seed, name: hazard.rawValue)
            details[hazard] = Dice(seed: seed, name: hazard.rawValue + " details")
            // A scenario has some of the hazards, now and then all of them; each one rare or frequent.
            let isOn = choice.chance(550)
            let strength = choice.between(1, 4)
            rates[hazard] = isOn && !without.contains(hazard) ? strength : 0
        }
    }

    /// One throw: does it happen now? `permille` is the rate of the mildest strength.
    func hits(_ hazard: Hazard, _ permille: Int64 = 5) -> Bool {
        guard isStorm, let rate = rates[hazard], rate > 0 else { return false }
        guard dice[hazard]?.chance(permille * rate) == true else { return false }
        thrown[hazard, default: 0] += 1
        let fault = Mishap(hazard: hazard, number: thrown[hazard] ?? 0)
        guard only?.contains(fault) != false else { return false }
        details[hazard] = Dice(seed: seed, name: fault.description)
        mishaps.append(fault)
        return true
    }

    func between(_ hazard: Hazard, _ low: Int64, _ high: Int64) -> Int64 { details[hazard]?.between(low, high) ?? low }

    func pick<Item>(_ hazard: Hazard, _ items: [Item]) -> Item {
        items[Int(details[hazard]?.below(Int64(items.count)) ?? 0)]
    }

    /// Nanoseconds that a message between two processes takes.
    func wireDelay() -> Int64 {
        if hits(.messageDelay, 10) { return between(.messageDelay, 5, 3_000) * World.millisecond }
        return wire.between(50, 900) * 1_000
    }
}
