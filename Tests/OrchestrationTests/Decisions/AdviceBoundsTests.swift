import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Work is bounded by what is held, ordered, planned or quoted")
struct AdviceBoundsTests {
    @Test("advice about symbols that nobody knows is looked at up to a number, and that is told once")
    func flood() {
        var driver = protected()
        let flood = (0..<5_000).map { number in
            PluginName("stop-loss").says(.exit, on: Symbol(stringLiteral: "X\(number)"))
        }
        driver.recommend(flood + [PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.cycle()
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        #expect(driver.decisions.count + dispositions(driver) < 600)
        let told = driver.alertReasons.filter { if case .adviceLeftOut = $0 { true } else { false } }
        #expect(told == [.adviceLeftOut("stop-loss", 5_000 - Int64(CoreLimits.adviceOnOthers))])
        driver.expectSound()
    }

    @Test("too much about one symbol is looked at up to a number")
    func repeated() {
        let state = protected().state
        let advice = (0..<1_000).map { _ in PluginName("a").says(.hold, on: "ABC").recommendation }
        let answer = AdviceBounds(state).bounded(PolicyAnswer(policy: "a", recommendations: advice))
        #expect(answer.recommendations.count == CoreLimits.adviceOnSymbol)
        #expect(answer.leftOut == 1_000 - Int64(CoreLimits.adviceOnSymbol))
    }

    private func dispositions(_ driver: CoreDriver) -> Int {
        driver.records.count { if case .dispositions = $0 { true } else { false } }
    }
}
