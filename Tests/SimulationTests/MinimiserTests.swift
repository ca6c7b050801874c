import Testing

@testable import Simulation

@Suite("Making a failure small")
struct MinimiserTests {
    @Test(
        "what a failure needs is found among a hundred, wherever it stands",
        arguments: [[0], [99], [50], [3, 4], [0, 99], [10, 40, 70], [1, 2, 3, 97, 98], []] as [[Int]])
    func finds(needed: [Int]) {
        var runs = 0
        let kept = Minimiser.smallest(Array(0..<100), mostRuns: 600) { list in
            runs += 1
            return Set(needed).isSubset(of: list)
        }
        #expect(kept == needed)
        #expect(runs < 200)
    }

    @Test("a failure by any one of several needs only one of them")
    func anyOf() {
        let kept = Minimiser.smallest(Array(0..<64), mostRuns: 600) { !Set([5, 20, 60]).isDisjoint(with: $0) }
        #expect(kept.count == 1)
    }

    @Test("what is left when the runs are used up still fails")
    func budget() {
        let needed = Set(stride(from: 0, to: 100, by: 3))
        let kept = Minimiser.smallest(Array(0..<100), mostRuns: 150) { needed.isSubset(of: $0) }
        #expect(needed.isSubset(of: kept) && kept.count < 100)
    }

    @Test("a run that kept its promises has nothing to be made smaller")
    func nothingBroke() {
        #expect(Minimiser.minimise(Outcome(seed: 1), Simulator.Options()) == nil)
    }

    @Test(
        "of a mishap the name says which and the how manieth",
        arguments: [
            ("core-crash@3", Mishap(hazard: .coreCrash, number: 3)), ("core-crash@0", nil), ("core-crash", nil),
            ("no-hazard@1", nil), ("disk@1@2", nil),
        ] as [(String, Mishap?)])
    func names(text: String, mishap: Mishap?) {
        #expect(Mishap(text) == mishap)
        if let mishap { #expect(mishap.description == text) }
    }
}

@Suite("Dice: what is left out leaves the others as they are")
struct HazardDiceTests {
    /// Throws every hazard a few hundred times; each that comes has three details.
    private func throwAll(_ seed: UInt64, without: Set<Hazard> = [], only: Set<Mishap>? = nil) -> [Mishap: [Int64]] {
        let dice = HazardDice(seed: seed, without: without, only: only)
        var details: [Mishap: [Int64]] = [:]
        for _ in 0..<300 {
            for hazard in Hazard.allCases where dice.hits(hazard, 50) {
                guard let mishap = dice.mishaps.last else { continue }
                details[mishap] = (0..<3).map { _ in dice.between(hazard, 0, 1_000_000) }
            }
        }
        return details
    }

    @Test("a mishap alone is the same as among all others", arguments: 1...5 as ClosedRange<UInt64>)
    func alone(seed: UInt64) throws {
        let all = throwAll(seed)
        #expect(all.count > 50)
        for mishap in all.keys.sorted(by: { $0.description < $1.description }).prefix(20) {
            #expect(throwAll(seed, only: [mishap]) == [mishap: try #require(all[mishap])])
        }
    }

    @Test("without one mishap all others stay as they are", arguments: 1...5 as ClosedRange<UInt64>)
    func oneLess(seed: UInt64) throws {
        let all = throwAll(seed)
        let left = try #require(all.keys.min { $0.description < $1.description })
        #expect(throwAll(seed, only: Set(all.keys).subtracting([left])) == all.filter { $0.key != left })
    }

    @Test("without a hazard the others stay as they are", arguments: Hazard.allCases)
    func withoutHazard(hazard: Hazard) {
        #expect(throwAll(11, without: [hazard]) == throwAll(11).filter { $0.key.hazard != hazard })
    }

    @Test("after the storm nothing goes wrong")
    func calm() {
        let dice = HazardDice(seed: 1, without: [], only: nil)
        dice.isStorm = false
        #expect(!Hazard.allCases.contains { dice.hits($0, 1_000) })
        #expect(dice.mishaps == [])
    }
}
