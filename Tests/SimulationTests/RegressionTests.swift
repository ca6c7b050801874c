import TestSupport
import Testing

@testable import Simulation

@Suite("The simulator: seeds that once failed, and that a seed is the whole story")
struct RegressionTests {
    /// Each broke a promise once; the core was changed until it did not.
    static let onceFailed: [UInt64] = [
        142, 198, 219, 775, 821, 985, 767, 1296, 5143, 5194, 20153, 20549, 256, 566, 30502, 33647, 40330, 60022,
        500_042, 901_847, 911_456, 1_000_343, 1_001_286, 1_001_565, 1_002_399, 2_003_859, 1510, 81_002_018, 82_015_541,
        82_019_114, 91_001_715, 110_001_787, 110_001_960, 120_002_401, 140_000_032, 140_010_284, 140_010_489,
        230_000_001, 230_000_010, 240_000_028, 230_000_017, 230_000_031, 230_000_049, 250_000_037, 250_000_059,
        250_000_102,
        250_000_154, 250_000_173, 250_000_207, 250_000_232, 250_000_260, 250_000_383, 250_000_419, 260_000_004,
        260_000_061,
        260_000_082, 285_000_110, 285_001_781, 291_001_868, 291_002_360, 291_004_831, 291_020_350,
        285_001_763, 291_024_781, 291_007_119, 291_010_054, 291_011_417, 291_023_718, 291_033_660, 291_034_809,
        291_002_319, 291_005_490,
        291_013_211, 291_029_026, 291_033_868, 291_015_128, 291_001_701, 292_000_482,
        291_013_406, 294_003_271, 297_017_560, 297_019_373, 297_021_072, 297_020_447, 297_015_351, 297_017_744,
        293_001_947, 297_011_627, 291_006_936, 291_011_673, 291_011_551, 294_002_558,
        291_031_815, 297_001_000, 297_005_570, 297_013_401, 299_020_507, 301_000_015,
        302_001_022, 302_001_200, 302_002_203, 302_008_274, 302_009_752, 302_003_015, 302_000_184, 303_001_701,
        303_005_730, 303_003_931, 303_001_854, 301_000_469,
        304_004_916, 306_003_385, 306_006_442, 306_008_555, 307_003_763, 307_004_595, 307_009_973,
        302_003_344, 302_006_178, 302_007_192, 297_015_749,
        301_002_874, 302_014_423, 297_028_200, 297_017_608, 302_016_083, 297_011_198,
    ]

    @Test("a seed that once failed keeps every promise", arguments: onceFailed)
    func regression(seed: UInt64) { expectSound(seed) }

    @Test("an ordinary seed keeps every promise", arguments: Seed.range(gate: 4, nightly: 200))
    func ordinary(seed: UInt64) { expectSound(1 + seed % Scenario.secondEdition) }

    @Test(
        "so does one whose policies use the whole vocabulary, and whose configuration changes",
        arguments: Seed.range(gate: 4, nightly: 200))
    func secondEdition(number: UInt64) {
        let outcome = expectSound(Scenario.secondEdition + number % (Scenario.thirdEdition - Scenario.secondEdition))
        if number == 3 { #expect(outcome.injectedFaults.contains { $0.fault == .reload }, "its configuration changes") }
    }

    @discardableResult
    private func expectSound(_ seed: UInt64) -> Outcome {
        let outcome = Simulator.run(seed: seed)
        #expect(
            outcome.promise == nil,
            "bigbrother simulate --seed \(seed): \(outcome.promise ?? "") broke: \(outcome.violation ?? "")")
        #expect(outcome.checks > 0 && outcome.cycles > 0 && outcome.commands >= 0)
        return outcome
    }

    @Test("the same seed gives the same journal, and another seed another one")
    func deterministic() {
        var options = Simulator.Options()
        options.stormSeconds = 30
        options.replays = false
        let first = Simulator.run(seed: 7, options)
        let second = Simulator.run(seed: 7, options)
        #expect(first.chain == second.chain && !first.chain.isEmpty)
        #expect(first.injectedFaults == second.injectedFaults)
        #expect(Simulator.run(seed: 8, options).chain != first.chain)
    }

    @Test("to be told the story changes nothing")
    func story() {
        var options = Simulator.Options()
        options.stormSeconds = 30
        options.replays = false
        let silent = Simulator.run(seed: 9, options)
        options.tells = true
        let told = Simulator.run(seed: 9, options)
        #expect(told.chain == silent.chain)
        #expect(silent.story.isEmpty && !told.story.isEmpty)
    }

    @Test("a scenario whose mishaps are all left out has none")
    func none() {
        var options = Simulator.Options()
        options.stormSeconds = 30
        options.replays = false
        options.only = []
        let outcome = Simulator.run(seed: 7, options)
        #expect(outcome.injectedFaults == [])
        #expect(outcome.promise == nil)
    }

    @Test("so does one whose broker tells what cannot be", arguments: Seed.range(gate: 6, nightly: 400))
    func badAnswers(number: UInt64) { expectSound(Scenario.badAnswers + number) }

    @Test(
        "so does one whose market tells what is no market", arguments: Seed.range(gate: 6, nightly: 400))
    func fourthEdition(number: UInt64) {
        let outcome = expectSound(Scenario.fourthEdition + number)
        if number == 5 { #expect(outcome.injectedFaults.contains { $0.fault == .badPrices }, "prices are wrong") }
    }

    @Test("so does one with other people's hands, dividends, deposits, weeks without a core and silent guards")
    func sixthEdition() {
        var kinds: Set<FaultKind> = []
        for number in Seed.range(gate: 6, nightly: 400) {
            kinds.formUnion(expectSound(Scenario.sixthEdition + number).injectedFaults.map(\.fault))
        }
        #expect(kinds.isSuperset(of: [.otherHands, .cashFlows, .silentGuard]))
    }

    @Test("so does one in which a person approves, losses pause entries, and cash moves by its id")
    func seventhEdition() {
        var kinds: Set<FaultKind> = []
        for number in Seed.range(gate: 6, nightly: 400) {
            kinds.formUnion(expectSound(Scenario.seventhEdition + number).injectedFaults.map(\.fault))
        }
        #expect(kinds.contains(.cashMovements))
    }

    @Test("so does one with a policy that goes beyond every bound, and the others' promises hold (I-BOUND-3 to 5)")
    func hostileEdition() {
        var count = 0
        for number in Seed.range(gate: 6, nightly: 400) {
            count += expectSound(Scenario.hostileEdition + number).injectedFaults.count { $0.fault == .hostile }
        }
        #expect(count > 3)
    }

    @Test("so does one whose broker is declared as Alpaca is", arguments: Seed.range(gate: 4, nightly: 200))
    func alpaca(number: UInt64) { expectSound(Scenario.alpacaEdition + 5 * number) }

    @Test("seeds of the third edition: adapters are swapped in the storm", arguments: Seed.range(gate: 4, nightly: 200))
    func thirdEdition(number: UInt64) {
        let outcome = expectSound(Scenario.thirdEdition + number)
        if number == 1 { #expect(outcome.swaps > 0, "nothing was swapped") }
    }
}
