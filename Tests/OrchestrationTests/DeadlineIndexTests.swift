import CoreTestSupport
import SeededRandom
import Testing
import Trading

@testable import Orchestration

@Suite("An agenda")
struct DeadlineIndexTests {
    /// Whatever is put in, moved and taken out: what is due is what a look at each would find, and nobody is woken too late.
    @Test("what is due is what a look at each finds", arguments: 0..<50)
    func likeAPlainLook(seed: Int) throws {
        var chance = SplitMix64(seed: UInt64(seed))
        var agenda = DeadlineIndex<Symbol, Timestamp>()
        var plain: [Symbol: Timestamp] = [:]
        let symbols: [Symbol] = ["A", "B", "C", "D", "E", "F"]
        for now in 0..<Int64(400) {
            let symbol = chance.pick(symbols)
            switch chance.number(0...4) {
            case 0, 1:
                let time = Timestamp(nanoseconds: now + chance.number(0...30))
                agenda[symbol] = time
                plain[symbol] = time
            case 2:
                #expect(agenda.removeValue(forKey: symbol) == plain.removeValue(forKey: symbol))
            case 3 where chance.chance(10):
                agenda.update { Timestamp(nanoseconds: $0.nanoseconds + 3) }
                plain = plain.mapValues { Timestamp(nanoseconds: $0.nanoseconds + 3) }
            default: break
            }
            let time = Timestamp(nanoseconds: now)
            let expected = plain.inOrder.filter { $0.value <= time }
            #expect(agenda.due(at: time).map(\.key) == expected.map(\.key))
            if let first = plain.values.min() { #expect(try #require(agenda.notBefore) <= first) }
            #expect(plain.isEmpty == (agenda.notBefore == nil) && agenda.count == plain.count)
            for (key, _) in expected where chance.chance(50) {
                agenda[key] = nil
                plain[key] = nil
            }
        }
    }

    @Test("time that passes before anything is due changes nothing")
    func nothingDue() {
        var agenda = DeadlineIndex<Symbol, Timestamp>()
        agenda["A"] = Timestamp(nanoseconds: 10)
        agenda["B"] = Timestamp(nanoseconds: 20)
        agenda["A"] = nil
        let before = agenda
        #expect(agenda.due(at: Timestamp(nanoseconds: 9)).isEmpty && agenda == before)
        #expect(agenda.due(at: Timestamp(nanoseconds: 15)).isEmpty)
        #expect(agenda.notBefore == Timestamp(nanoseconds: 20), "the time of A, which is gone, is forgotten")
    }
}
