import Foundation
import Orchestration
import Testing
import Trading

@testable import Backtesting

@Suite("Figures of a back-test")
struct FigureTests {
    @Test("the normal distribution and its inverse")
    func normal() {
        // Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, tables 26.1 and 26.5.
        #expect(abs(DeflatedSharpe.normal(1.96) - 0.975_002_104_9) < 1e-9)
        #expect(abs(DeflatedSharpe.quantile(0.975) - 1.959_963_985) < 1e-8)
        #expect(abs(DeflatedSharpe.quantile(0.001) + 3.090_232_306) < 1e-8)
    }

    @Test("the more was tried, the less the best one means")
    func deflated() throws {
        let returns = (0..<500).map { 0.0006 + 0.01 * sin(Double($0) * 12.9898) }
        let few = try #require(DeflatedSharpe.probability(of: returns, among: [0.08, 0.02]))
        let spread = (0..<100).map { 0.08 * Double($0 % 2) }
        let many = try #require(DeflatedSharpe.probability(of: returns, among: spread))
        #expect(0 < many && many < few && few < 1, "\(many) \(few)")
        #expect(DeflatedSharpe.probability(of: Array(returns.prefix(5)), among: [0.1, 0.2]) == nil)
        #expect(DeflatedSharpe.probability(of: returns, among: [0.1]) == nil)
    }

    /// The example of Bailey and López de Prado, 2014, page 10: SR 2.5 a year of 1,250 days of 250 a year, skewness -3, kurtosis
    /// 10, 100 tries whose yearly variance is 1/2: 0.9004. Here by the formula's parts, since the returns are not given.
    @Test("the paper's example")
    func paper() {
        let spread = (0.5 / 250).squareRoot()
        let expected = spread * DeflatedSharpe.expectedMaximum(of: 100)
        #expect(abs(expected - 0.1132) < 0.0001)
        let sharpe = 2.5 / 250.0.squareRoot()
        let variance = 1 + 3 * sharpe + 9.0 / 4 * sharpe * sharpe
        let sure = DeflatedSharpe.normal((sharpe - expected) * 1_249.0.squareRoot() / variance.squareRoot())
        #expect(abs(sure - 0.9004) < 0.0005, "\(sure)")
    }

    @Test("a day ends with the last equity seen on it, by New York's date")
    func curve() throws {
        var curve = EquityCurve()
        for (text, equity) in [
            ("2014-06-09T13:30:00Z", 100), ("2014-06-09T20:00:00Z", 110), ("2014-06-10T03:59:00Z", 121),
            ("2014-06-10T04:00:00Z", 133), ("2014-06-12T15:00:00Z", 120),
        ] {
            curve.add(Money(units: Int64(equity) * Money.scale), at: try #require(Timestamp(rfc3339: text)))
        }
        #expect(curve.days.map { $0.equity.units / Money.scale } == [121, 133, 120])
        #expect(curve.first?.units == 100 * Money.scale)
        #expect(curve.returns.count == 2)
        #expect(curve.sharpe == nil, "three days say nothing")
    }

    private func trace(_ second: Int64, _ policy: String, _ count: Int) throws -> AnswerTrace {
        let advice = Recommendation(symbol: try Symbol("ALFA"), advice: .hold, reason: "\(count)")
        return AnswerTrace(
            at: Timestamp(seconds: second), policy: try PluginName(policy),
            answer: PolicyAnswer(policy: try PluginName(policy), recommendations: [advice]))
    }

    @Test("who says something else first on a shorter tape looks ahead; who follows from it does not")
    func lookAhead() throws {
        let whole = [
            try trace(1, "a", 1), try trace(1, "b", 1), try trace(2, "a", 2), try trace(2, "b", 2),
            try trace(3, "b", 3),
        ]
        var cut = whole
        cut[2] = try trace(2, "a", 9)
        cut[4] = try trace(3, "b", 9)
        let end = Timestamp(seconds: 4)
        let findings = LookAhead.findings(whole: whole, cut: cut, before: end)
        #expect(findings == [.init(policy: try PluginName("a"), at: Timestamp(seconds: 2))])
        #expect(LookAhead.findings(whole: whole, cut: whole, before: end).isEmpty)
        #expect(LookAhead.findings(whole: whole, cut: cut, before: Timestamp(seconds: 2)).isEmpty)
    }
}
