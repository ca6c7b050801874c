import PluginTesting
import Testing
import Trading
import Wire

@testable import StopLoss

@Suite("The stop-loss policy")
struct StopLossTests {
    private func advice(_ json: String, _ position: Case) throws -> Recommendation {
        var policy = try PolicyUnderTest(StopLossPolicy.self, settings: json)
        return try #require(try policy.recommendations(for: try position.snapshot()).first)
    }

    private func stop(_ recommendation: Recommendation) -> String {
        guard case .protect(let stop) = recommendation.advice else { return "\(recommendation.advice)" }
        return [stop.stopPrice?.description, stop.limitPrice?.description].compactMap { $0 }.joined(separator: "/")
    }

    @Test(
        "the tightest of the stops that its settings ask for",
        arguments: [
            // The figures of the NVDA demonstration: 1.5 % under 189.07, the limit 0.3 % under the stop.
            (#"{"trail": 0.015, "trail_from": "last", "limit_offset": 0.003}"#, Case(), "186.23/185.67"),
            (#"{}"#, Case(), "183.18"), (#"{"initial": 0.005}"#, Case(), "183.94"),
            (#"{}"#, Case(initialStop: nil), "181.16"),
            (#"{"breakeven_after_r": 2}"#, Case(), "184.87"), (#"{"breakeven_after_r": 3}"#, Case(), "183.18"),
            (#"{"trail": 0.015}"#, Case(high: "190"), "187.15"),
            (#"{"trail": 0.015}"#, Case(last: nil, bid: nil, ask: nil, high: "184.8644"), "183.18"),
            (
                #"{"initial": 0.02}"#,
                Case(quantity: "-10", average: "100", last: "98", bid: "97.99", ask: "98", initialStop: nil), "102"
            ),
            (
                #"{"trail": 0.02}"#,
                Case(
                    quantity: "-10", average: "100", last: "91", bid: "90.99", ask: "91", initialStop: "102", low: "90"),
                "91.8"
            ),
            (
                #"{"breakeven_after_r": 1}"#,
                Case(quantity: "-10", average: "100", last: "97", bid: "97", ask: "97", initialStop: "102"), "100"
            ),
        ])
    func tightest(json: String, position: Case, wanted: String) throws {
        #expect(stop(try advice(json, position)) == wanted)
    }

    @Test("a market through the stop is an exit in the regular session, and only there")
    func through() throws {
        let fallen = Case(last: "183", bid: "183", ask: "183.01")
        #expect(try advice("{}", fallen).advice == .exit)
        var early = fallen
        early.session = .preMarket
        #expect(stop(try advice("{}", early)) == "183.18")
    }

    @Test("it is urgent when nothing protects the position")
    func urgency() throws {
        #expect(try advice("{}", Case()).urgency == .high)
        #expect(try advice("{}", Case(isProtected: true)).urgency == .medium)
    }

    @Test(
        "settings that make no sense are refused with their name",
        arguments: [
            (#"{"initial": 0}"#, "initial"), (#"{"trail": 1.5}"#, "trail"),
            (#"{"limit_offset": -0.1}"#, "limit_offset"),
            (#"{"trial": 0.1}"#, "trail"), (#"{"trail": "x"}"#, "trail"), (#"{"trail_from": "noon"}"#, "trail_from"),
        ])
    func nonsense(json: String, words: String) throws {
        let error = #expect(throws: (any Error).self) {
            _ = try PolicyUnderTest(StopLossPolicy.self, settings: json)
        }
        #expect("\(String(describing: error))".contains(words))
    }
}
