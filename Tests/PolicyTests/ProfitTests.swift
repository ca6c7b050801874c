import PluginTesting
import Testing
import Trading
import Wire

@testable import PartialProfit
@testable import PortfolioRisk
@testable import TakeProfit

@Suite("The partial-profit policy")
struct PartialProfitTests {
    private func rungs(_ json: String, _ position: Case) throws -> [String] {
        var policy = try PolicyUnderTest(PartialProfitPolicy.self, settings: json)
        return try policy.recommendations(for: try position.snapshot()).map {
            guard case .takePartial(let part) = $0.advice, let fraction = part.fraction else { return "?" }
            return "\(fraction) \(part.rung)"
        }
    }

    @Test(
        "the lowest rung that is reached and not taken",
        arguments: [
            ("{}", Case(), ["0.5 2R"]), ("{}", Case(rungs: ["2R"]), []), ("{}", Case(last: "188"), []),
            ("{}", Case(initialStop: nil), []),
            (#"{"ladder": [{"at_r": 2, "take": 0.5}, {"at_r": 1, "take": 0.25}]}"#, Case(), ["0.25 1R"]),
            (#"{"ladder": [{"at_r": 2, "take": 0.5}, {"at_r": 1, "take": 0.25}]}"#, Case(rungs: ["1R"]), ["0.5 2R"]),
            ("{}", Case(quantity: "-10", average: "100", last: "96", initialStop: "102"), ["0.5 2R"]),
            // Half of one share cannot be sold: the rung above it is not kept waiting for that.
            (
                #"{"ladder": [{"at_r": 1, "take": 0.5}, {"at_r": 2, "take": 1}]}"#, Case(quantity: "1"),
                ["0.5 1R", "1 2R"]
            ),
        ])
    func ladder(json: String, position: Case, wanted: [String]) throws {
        #expect(try rungs(json, position) == wanted)
    }

    @Test(
        "a rung without sense is refused",
        arguments: [#"{"at_r": 0, "take": 0.5}"#, #"{"at_r": 1, "take": 1.5}"#, #"{"at_r": 1, "take": 0}"#])
    func nonsense(rung: String) {
        #expect(throws: (any Error).self) { try rungs("{\"ladder\": [\(rung)]}", Case()) }
    }
}

@Suite("The take-profit policy")
struct TakeProfitTests {
    private func targets(_ json: String, _ position: Case) throws -> [String] {
        var policy = try PolicyUnderTest(TakeProfitPolicy.self, settings: json)
        return try policy.recommendations(for: try position.snapshot()).map {
            guard case .target(let target) = $0.advice, let price = target.price else { return "?" }
            return price.description
        }
    }

    @Test(
        "a multiple of R on a grid of round prices, rounded toward the entry",
        arguments: [
            // 184.8644 + 6 x 1.6822 = 194.9576, a round half dollar toward the entry is 194.50.
            (#"{"at_r": 6, "round_to": 0.50}"#, Case(), ["194.5"]), ("{}", Case(), ["189.91"]),
            (#"{"at_r": 2}"#, Case(quantity: "-10", average: "100", initialStop: "101.003"), ["98"]),
            ("{}", Case(initialStop: nil), []), (#"{"percent": 0.05}"#, Case(initialStop: nil), ["194.1"]),
            (#"{"round_to": 100}"#, Case(), []),
        ])
    func grid(json: String, position: Case, wanted: [String]) throws {
        #expect(try targets(json, position) == wanted)
    }

    @Test(
        "settings without sense are refused", arguments: [#"{"at_r": 0}"#, #"{"percent": 0}"#, #"{"round_to": 0}"#])
    func nonsense(json: String) {
        #expect(throws: (any Error).self) { try targets(json, Case()) }
    }
}

@Suite("The portfolio-risk policy")
struct PortfolioRiskTests {
    private func advice(_ json: String, _ position: Case) throws -> [Advice] {
        var policy = try PolicyUnderTest(PortfolioRiskPolicy.self, settings: json)
        return try policy.recommendations(for: try position.snapshot()).map(\.advice)
    }

    @Test("a position above the limit is reduced to it, one at the limit stands")
    func weight() throws {
        #expect(try advice("{}", Case()) == [.reduceToWeight(weight: try Ratio("0.4"))])
        #expect(try advice("{}", Case(weight: "0.4")) == [])
        #expect(try advice(#"{"maximum_weight": 0.5}"#, Case()) == [])
    }

    @Test("no entries after a drawdown or a loss of the day")
    func vetoes() throws {
        let fallen = Case(weight: "0.1", equity: "90000", peak: "100000", dayProfit: "-3000")
        #expect(try advice("{}", fallen) == [])
        #expect(try advice(#"{"maximum_drawdown": 0.1}"#, fallen) == [.veto])
        #expect(try advice(#"{"maximum_drawdown": 0.11}"#, fallen) == [])
        #expect(try advice(#"{"maximum_daily_loss": 0.03}"#, fallen) == [.veto])
        #expect(try advice(#"{"maximum_daily_loss": 0.04}"#, fallen) == [])
    }
}
