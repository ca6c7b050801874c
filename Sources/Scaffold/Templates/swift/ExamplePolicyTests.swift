import PluginTesting
import Testing
import Trading

@testable import example_policy

/// A test needs no core: `PluginTesting` reads settings, limits the portfolio and reads the answer as the core does.
@Suite("example-policy")
struct ExamplePolicyTests {
    @Test("every position gets a stop")
    func protects() throws {
        var policy = try PolicyUnderTest(ExamplePolicy.self)
        var portfolio = try PortfolioSnapshot.testing()
        #expect(try policy.recommendations(for: portfolio).isEmpty)
        try portfolio.hold("ABC", "10", average: "100", last: "120")
        let stop = Advice.protect(StopAdvice(distance: .percent(try Ratio("0.02")), from: .highWater))
        let advice = try policy.recommendations(for: portfolio)
        #expect(advice.map(\.symbol) == portfolio.positions.map(\.symbol))
        #expect(advice.map(\.advice) == [stop])
    }

    @Test(
        "what is no share is refused, and so is what it does not know",
        arguments: [#"{"trail": 1}"#, #"{"trial": 0.02}"#])
    func refusals(settings: String) {
        #expect(throws: (any Error).self) { try PolicyUnderTest(ExamplePolicy.self, settings: settings) }
    }
}
