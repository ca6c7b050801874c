import SeededRandom
import Trading

/// One fault of a scenario: which hazard, and the how manieth time that it came. `core-crash@3`
package struct InjectedFault: Hashable, Sendable, CustomStringConvertible {
    package var fault: FaultKind
    package var number: Int

    package init(fault: FaultKind, number: Int) {
        self.fault = fault
        self.number = number
    }

    /// Nil when it is none.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@")
        guard parts.count == 2, let fault = FaultKind(rawValue: String(parts[0])), let number = Int(parts[1]),
            number > 0
        else { return nil }
        self.init(fault: fault, number: number)
    }

    package var description: String { "\(fault.rawValue)@\(number)" }
}

/// Which hazards a scenario has, how often each one comes, and the dice that decide. Shared by everything in one world.
final class FaultInjector {
    private let seed: UInt64
    private let only: Set<InjectedFault>?
    /// By the number of the hazard: they are thrown at every step.
    private var random: [SplitMix64] = []
    private var rates: [Int64] = []
    /// What a mishap is like is thrown with dice of its own, so that one that is left out leaves the others as they are.
    private var details: [SplitMix64] = []
    private var thrown: [Int] = []
    private var wire: SplitMix64
    /// Off: the faults are over, and nothing goes wrong any more.
    var isStorm = true
    /// What came, in its order.
    private(set) var injectedFaults: [InjectedFault] = []

    /// - Parameter only: of all mishaps these alone come; nil: all.
    init(seed: UInt64, without: Set<FaultKind>, only: Set<InjectedFault>?) {
        self.seed = seed
        self.only = only
        wire = SplitMix64(seed: seed, name: "wire")
        var choice = SplitMix64(seed: seed, name: "hazards")
        for fault in FaultKind.allCases {
            random.append(SplitMix64(seed: seed, name: fault.rawValue))
            details.append(SplitMix64(seed: seed, name: fault.rawValue + " details"))
            thrown.append(0)
            // A scenario has some of the hazards, now and then all of them; each one rare or frequent.
            let isOn = choice.chance(permille: 550)
            let strength: Int64 = choice.pick([1, 1, 2, 2, 3, 4, 8, 16])
            rates.append(isOn && !without.contains(fault) ? strength : 0)
        }
    }

    /// One throw: does it happen now? `permille` is the rate of the mildest strength.
    func hits(_ fault: FaultKind, _ permille: Int64 = 5) -> Bool {
        let number = fault.number
        guard isStorm, rates[number] > 0, random[number].chance(permille: permille * rates[number]) else {
            return false
        }
        thrown[number] += 1
        let injectedFault = InjectedFault(fault: fault, number: thrown[number])
        guard only?.contains(injectedFault) != false else { return false }
        details[number] = SplitMix64(seed: seed, name: injectedFault.description)
        injectedFaults.append(injectedFault)
        return true
    }

    func between(_ fault: FaultKind, _ low: Int64, _ high: Int64) -> Int64 { details[fault.number].between(low, high) }

    func pick<Item>(_ fault: FaultKind, _ items: [Item]) -> Item {
        items[Int(details[fault.number].below(Int64(items.count)))]
    }

    /// Nanoseconds that a message between two processes takes.
    func wireDelay() -> Int64 {
        if hits(.messageDelay, 10) { return between(.messageDelay, 5, 3_000) * World.millisecond }
        return wire.between(50, 900) * 1_000
    }
}

extension FaultKind {
    /// Its place among all cases, as the compiler numbers them.
    fileprivate var number: Int { withUnsafeBytes(of: self) { Int($0.first ?? 0) } }
}
