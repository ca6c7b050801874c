import Testing
import Trading

@Suite("What a policy may need (I-BOUND-6)")
struct PolicyNeedsTests {
    private func bars(_ periods: Int64, of count: Int64) -> PolicyNeeds {
        PolicyNeeds(bars: (1...periods).map { BarNeed(period: .seconds($0), count: count) })
    }

    @Test("fifty periods, and ten thousand bars of all of them")
    func bars() {
        #expect(bars(50, of: 200).defect == nil && bars(10, of: 1_000).defect == nil)
        #expect(bars(50, of: 201).defect?.contains("at most 10000 (I-BOUND-6)") == true)
        #expect(bars(51, of: 1).defect == "at most 50 periods of bars")
        #expect(bars(40_000, of: 1_000).defect == "at most 50 periods of bars")
        #expect(bars(1, of: .max).defect != nil && bars(50, of: .max).defect != nil)
    }

    @Test("all policies together have a bound, and what two share counts once")
    func together() throws {
        let all = (0..<100).map { _ in bars(10, of: 1_000) }
        #expect(PolicyNeeds.defectOfSum(all) == nil)
        let apart = (0..<3).map { policy in
            PolicyNeeds(bars: (1...10).map { BarNeed(period: .seconds(policy * 10 + $0), count: 1_000) })
        }
        #expect(PolicyNeeds.defectOfSum(apart.prefix(2)) == nil && PolicyNeeds.defectOfSum(apart) != nil)
        let indicators = try (1...11).map { first in
            PolicyNeeds(indicators: try (1...50).map { try Indicator(.sma, Int64(first * 50 + $0), .day) })
        }
        #expect(PolicyNeeds.defectOfSum(indicators.prefix(10)) == nil && PolicyNeeds.defectOfSum(indicators) != nil)
    }
}
