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
    /// By the number of the hazard: they are thrown at every step.
    private var dice: [Dice] = []
    private var rates: [Int64] = []
    /// What a mishap is like is thrown with dice of its own, so that one that is left out leaves the others as they are.
    private var details: [Dice] = []
    private var thrown: [Int] = []
    private var wire: Dice
    /// Off: the storm is over, and nothing goes wrong any more.
    var isStorm = true
    /// What came, in its order.
    private(set) var mishaps: [Mishap] = []

    /// - Parameter only: of all mishaps these alone come; nil: all.
    init(seed: UInt64, without: Set<Hazard>, only: Set<Mishap>?) {
        self.seed = seed
        self.only = only
        wire = Dice(seed: seed, name: "wire")
        var choice = Dice(seed: seed, name: "hazards")
        for hazard in Hazard.allCases {
            dice.append(Dice(seed: seed, name: hazard.rawValue))
            details.append(Dice(seed: seed, name: hazard.rawValue + " details"))
            thrown.append(0)
            // A scenario has some of the hazards, now and then all of them; each one rare or frequent.
            let isOn = choice.chance(550)
            let strength: Int64 = choice.pick([1, 1, 2, 2, 3, 4, 8, 16])
            rates.append(isOn && !without.contains(hazard) ? strength : 0)
        }
    }

    /// One throw: does it happen now? `permille` is the rate of the mildest strength.
    func hits(_ hazard: Hazard, _ permille: Int64 = 5) -> Bool {
        let number = hazard.number
        guard isStorm, rates[number] > 0, dice[number].chance(permille * rates[number]) else { return false }
        thrown[number] += 1
        let mishap = Mishap(hazard: hazard, number: thrown[number])
        guard only?.contains(mishap) != false else { return false }
        details[number] = Dice(seed: seed, name: mishap.description)
        mishaps.append(mishap)
        return true
    }

    func between(_ hazard: Hazard, _ low: Int64, _ high: Int64) -> Int64 { details[hazard.number].between(low, high) }

    func pick<Item>(_ hazard: Hazard, _ items: [Item]) -> Item {
        items[Int(details[hazard.number].below(Int64(items.count)))]
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
