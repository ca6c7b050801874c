import Testing

@testable import Simulation

@Suite("Making a failure small")
struct MinimizerTests {
    @Test(
        "what a failure needs is found among a hundred, wherever it stands",
        arguments: [[0], [99], [50], [3, 4], [0, 99], [10, 40, 70], [1, 2, 3, 97, 98], []] as [[Int]])
    func finds(needed: [Int]) {
        var runs = 0
        let kept = Minimizer.smallest(Array(0..<100), mostRuns: 600) { list in
            runs += 1
            return Set(needed).isSubset(of: list)
        }
        #expect(kept == needed)
        #expect(runs < 200)
    }

    @Test("a failure by any one of several needs only one of them")
    func anyOf() {
        let kept = Minimizer.smallest(Array(0..<64), mostRuns: 600) { !Set([5, 20, 60]).isDisjoint(with: $0) }
        #expect(kept.count == 1)
    }

    @Test("what is left when the runs are used up still fails")
    func budget() {
        let needed = Set(stride(from: 0, to: 100, by: 3))
        let kept = Minimizer.smallest(Array(0..<100), mostRuns: 150) { needed.isSubset(of: $0) }
        #expect(needed.isSubset(of: kept) && kept.count < 100)
    }

    @Test("a run that kept its promises has nothing to be made smaller")
    func nothingBroke() {
        #expect(Minimizer.minimize(Outcome(seed: 1), Simulator.Options()) == nil)
    }

    @Test(
        "of a mishap the name says which and the how manieth",
        arguments: [
            ("core-crash@3", InjectedFault(fault: .coreCrash, number: 3)), ("core-crash@0", nil), ("core-crash", nil),
            ("no-hazard@1", nil), ("disk@1@2", nil),
        ] as [(String, InjectedFault?)])
    func names(text: String, injectedFault: InjectedFault?) {
        #expect(InjectedFault(text) == injectedFault)
        if let injectedFault { #expect(injectedFault.description == text) }
    }
}

@Suite("Dice: what is left out leaves the others as they are")
struct FaultInjectorTests {
    /// Throws every hazard a few hundred times; each that comes has three details.
    private func throwAll(_ seed: UInt64, without: Set<FaultKind> = [], only: Set<InjectedFault>? = nil)
        -> [InjectedFault: [Int64]]
    {
        let random = FaultInjector(seed: seed, without: without, only: only)
        var details: [InjectedFault: [Int64]] = [:]
        for _ in 0..<300 {
            for fault in FaultKind.allCases where random.hits(fault, 50) {
                guard let injectedFault = random.injectedFaults.last else { continue }
                details[injectedFault] = (0..<3).map { _ in random.between(fault, 0, 1_000_000) }
            }
        }
        return details
    }

    @Test("a mishap alone is the same as among all others", arguments: 1...5 as ClosedRange<UInt64>)
    func alone(seed: UInt64) throws {
        let all = throwAll(seed)
        #expect(all.count > 50)
        for injectedFault in all.keys.sorted(by: { $0.description < $1.description }).prefix(20) {
            #expect(throwAll(seed, only: [injectedFault]) == [injectedFault: try #require(all[injectedFault])])
        }
    }

    @Test("without one mishap all others stay as they are", arguments: 1...5 as ClosedRange<UInt64>)
    func oneLess(seed: UInt64) throws {
        let all = throwAll(seed)
        let left = try #require(all.keys.min { $0.description < $1.description })
        #expect(throwAll(seed, only: Set(all.keys).subtracting([left])) == all.filter { $0.key != left })
    }

    @Test("without a hazard the others stay as they are", arguments: FaultKind.allCases)
    func withoutHazard(fault: FaultKind) {
        #expect(throwAll(11, without: [fault]) == throwAll(11).filter { $0.key.fault != fault })
    }

    @Test("after the storm nothing goes wrong")
    func calm() {
        let random = FaultInjector(seed: 1, without: [], only: nil)
        random.isStorm = false
        #expect(!FaultKind.allCases.contains { random.hits($0, 1_000) })
        #expect(random.injectedFaults == [])
    }
}
