import PluginKit
import PluginTesting
import Testing
import Trading

@testable import PartialProfit
@testable import StopLoss
@testable import TimeStop

@Suite("Policies about single positions")
struct PositionPolicyTests {
    private func advice<P: Policy>(_ policy: P.Type, _ json: String, _ whole: Whole) throws -> [String] {
        var policy = try PolicyUnderTest(P.self, settings: json)
        return try policy.recommendations(for: try whole.snapshot()).map(\.short)
    }

    private func stop(
        _ json: String, _ quantity: String, last: String, high: String, low: String, stop: String?,
        scale: String? = nil
    ) throws -> [String] {
        var whole = Whole(
            positions: [try Whole.position("ABC", quantity, last: last, high: high, low: low, stop: stop)],
            market: [
                try Whole.view(
                    last: last,
                    indicators: [("atr(14,1d)", "4"), ("lowest(20,1d)", "93.3"), ("highest(20,1d)", "108.7")])
            ])
        if let scale {
            whole.advisories = [
                Advisory(
                    policy: try PluginName("regime"), symbol: nil, name: "stop_scale", value: try Ratio(scale),
                    reason: "",
                    at: Whole.at, validUntil: Whole.at)
            ]
        }
        return try advice(StopLossPolicy.self, json, whole)
    }

    @Test(
        "stop-loss: by ATR, structure, chandelier and R steps; the tightest holds",
        arguments: [
            (#"{"initial_atr": 2}"#, "100", "101", "101", nil, "92"),
            (#"{"initial_atr": 2}"#, "-100", "99", "99", nil, "108"),
            (#"{"initial_atr": 0.5, "initial": 0.08}"#, "100", "101", "101", "95", "98"),
            (#"{"structure": 20}"#, "100", "101", "101", nil, "93.3"),
            (#"{"structure": 20}"#, "-100", "99", "99", nil, "108.7"),
            (#"{"structure": 30, "initial": 0.04}"#, "100", "101", "101", nil, "96"),
            (#"{"structure": 30}"#, "100", "101", "101", nil, "98"),
            // 1 % under 93.3, over 108.7; the tightest of what is asked for.
            (#"{"structure": 20, "structure_buffer": 0.01}"#, "100", "101", "101", nil, "92.36"),
            (#"{"structure": 20, "structure_buffer": 0.01}"#, "-100", "99", "99", nil, "109.79"),
            (#"{"structure": 20, "initial_atr": 2}"#, "100", "101", "101", nil, "93.3"),
            (#"{"structure": 20, "initial_atr": 1}"#, "100", "101", "101", nil, "96"),
            (#"{"structure": 20, "initial_atr": 2, "initial": 0.05}"#, "100", "101", "101", nil, "95"),
            (#"{"trail_atr": 3}"#, "100", "118", "120", "95", "108"),
            (#"{"trail_atr": 3}"#, "-100", "82", "80", "105", "92"),
            (#"{"r_steps": true}"#, "100", "112", "113.9", "95", "105"),
            (#"{"r_steps": true}"#, "100", "109", "109.9", "95", "98"),
            (#"{"r_steps": true}"#, "-100", "84", "83", "105", "90"),
        ] as [(String, String, String, String, String?, String)])
    func stopLevels(
        json: String, quantity: String, last: String, best: String, initial: String?, wanted: String
    ) throws {
        #expect(
            try stop(json, quantity, last: last, high: best, low: best, stop: initial) == ["ABC protect \(wanted)"])
    }

    @Test("stop-loss: a market that has not moved has no range, and gets no stop at the market for it")
    func noRange() throws {
        for json in [#"{"trail_atr": 3}"#, #"{"initial_atr": 2}"#] {
            let whole = Whole(
                positions: [try Whole.position(last: "110", high: "110", low: "110", stop: nil)],
                market: [try Whole.view(last: "110", indicators: [("atr(14,1d)", "0")])])
            #expect(try advice(StopLossPolicy.self, json, whole) == ["ABC protect 98"], "2 % from the average, as ever")
        }
    }

    @Test("of several policies' figures under one name the careful one is gone by, which depends on the name")
    func severalAdvisories() throws {
        var whole = Whole(
            positions: [try Whole.position(last: "101", high: "101", low: "101", stop: nil)],
            market: [try Whole.view(last: "101", indicators: [("atr(14,1d)", "4")])])
        whole.advisories = [
            try Whole.advisory("stop_scale", "1.5"), try Whole.advisory("stop_scale", "1"),
            try Whole.advisory("regime", "0"), try Whole.advisory("regime", "2"),
        ]
        #expect(
            try advice(StopLossPolicy.self, #"{"initial_atr": 2, "follow_regime": true}"#, whole) == ["ABC protect 92"],
            "the nearest stop loses least")
        #expect(try whole.snapshot().advisory("regime", ofSeveral: .largest) == Ratio("2"))
        #expect(try whole.snapshot().advisory("regime", ofSeveral: .smallest) == Ratio("0"))
        #expect(try whole.snapshot().advisory("nothing", ofSeveral: .largest) == nil)
    }

    @Test("stop-loss: a regime widens it within reason, and only where that is wanted")
    func scaled() throws {
        let json = #"{"initial_atr": 2, "follow_regime": true}"#
        #expect(
            try stop(json, "100", last: "101", high: "101", low: "101", stop: nil, scale: "1.5") == ["ABC protect 88"])
        #expect(
            try stop(#"{"initial_atr": 2}"#, "100", last: "101", high: "101", low: "101", stop: nil, scale: "1.5")
                == ["ABC protect 92"])
        #expect(
            try stop(
                #"{"initial": 0.6, "follow_regime": true}"#, "100", last: "101", high: "101", low: "101", stop: nil,
                scale: "2") == ["ABC protect 10"], "something is always left of the price")
        #expect(
            try stop(
                #"{"trail_atr": 2, "follow_regime": true}"#, "-100", last: "82", high: "100", low: "80", stop: "105",
                scale: "1.5") == ["ABC protect 92"], "12 above the best price of a short")
        #expect(
            try stop(json, "100", last: "101", high: "101", low: "101", stop: nil, scale: "0") == ["ABC protect 92"],
            "a scale of nothing is none")
        #expect(
            try stop(json, "100", last: "101", high: "101", low: "101", stop: "92", scale: "1.5") == ["ABC protect 92"],
            "the initial stop that is known is not given up")
    }

    @Test(
        "stop-loss: its reason carries figures, and says what is not known yet",
        arguments: [
            ("{}", "it has no stop: 2 % from the average price 100.00"),
            (#"{"initial_atr": 2}"#, "it has no stop: 2 ATR of 4.00 from the average price 100.00"),
            (#"{"structure": 20}"#, "it has no stop: the structure, lowest(20,1d) at 93.30"),
            (
                #"{"structure": 30}"#,
                "it has no stop: 2 % from the average price 100.00, as lowest(30,1d) is not known yet"
            ),
            (
                #"{"initial_atr": 2, "atr_length": 22, "structure": 20}"#,
                "it has no stop: the structure, lowest(20,1d) at 93.30, as atr(22,1d) is not known yet"
            ),
            (#"{"trail_atr": 3}"#, "it has no stop: chandelier: 3 ATR of 4.00 behind 120.00"),
        ])
    func reasons(json: String, wanted: String) throws {
        let best = json.contains("trail") ? "120" : "101"
        let whole = Whole(
            positions: [try Whole.position(last: best, high: best, low: "100", stop: nil)],
            market: [try Whole.view(last: best, indicators: [("atr(14,1d)", "4"), ("lowest(20,1d)", "93.3")])])
        var policy = try PolicyUnderTest(StopLossPolicy.self, settings: json)
        #expect(try policy.recommendations(for: try whole.snapshot()).map(\.reason) == [wanted])
    }

    @Test("stop-loss: figures that do not fit cost no other position its stop")
    func misfit() throws {
        let whole = Whole(
            positions: [try Whole.position("ABC", stop: nil), try Whole.position("XYZ", stop: nil)],
            market: [try Whole.view(indicators: [("atr(14,1d)", "4")])])
        #expect(
            try advice(StopLossPolicy.self, #"{"initial_atr": 1000000000000}"#, whole) == [
                "ABC hold", "XYZ protect 98",
            ])
    }

    @Test("stop-loss asks for what its settings need, and for no more")
    func needs() throws {
        func needs(_ json: String) throws -> [String] {
            try PolicyUnderTest(StopLossPolicy.self, settings: json).needs.indicators?.map(
                \.description) ?? []
        }
        #expect(try needs("{}") == [])
        #expect(try needs(#"{"trail_atr": 3, "atr_length": 22}"#) == ["atr(22,1d)"])
        #expect(try needs(#"{"structure": 20}"#) == ["lowest(20,1d)", "highest(20,1d)"])
        let follows = try PolicyUnderTest(StopLossPolicy.self, settings: #"{"follow_regime": true}"#)
        #expect(follows.needs.wants(.advisories))
        #expect(try !StopLossPolicy(settings: StopLossPolicy.Settings()).needs.wants(.advisories))
        #expect(throws: (any Error).self) { try needs(#"{"structure": 0}"#) }
        #expect(throws: (any Error).self) { try needs(#"{"breakeven_after_r": 0}"#) }
        #expect(throws: (any Error).self) { try needs(#"{"trail_atr": 0}"#) }
    }

    @Test(
        "partial-profit: rungs in percent, parts in shares",
        arguments: [
            (#"{"ladder": [{"at_percent": 0.1, "quantity": 30}]}"#, "111", ["ABC take_partial 30 shares 0.1%"]),
            (#"{"ladder": [{"at_percent": 0.1, "quantity": 30}]}"#, "109", []),
            (
                #"{"ladder": [{"at_r": 9, "take": 0.5}, {"at_percent": 0.05, "take": 0.25}]}"#, "110",
                ["ABC take_partial 25 % 0.05%"]
            ),
        ])
    func partials(json: String, last: String, wanted: [String]) throws {
        let whole = Whole(positions: [try Whole.position(last: last)])
        #expect(try advice(PartialProfitPolicy.self, json, whole) == wanted)
    }

    @Test(
        "partial-profit: a rung that says two things or nothing is refused",
        arguments: [
            #"{"take": 0.5}"#, #"{"at_r": 1, "at_percent": 0.1, "take": 0.5}"#, #"{"at_r": 1}"#,
            #"{"at_r": 1, "take": 0.5, "quantity": 5}"#,
        ])
    func badRungs(rung: String) {
        #expect(throws: (any Error).self) {
            try settingsAreTaken(PartialProfitPolicy.self, "{\"ladder\": [\(rung)]}")
        }
    }

    @Test(
        "partial-profit: once a part is taken the stop of the rest moves to the average price, if that is wanted",
        arguments: [
            ("100", "110", ["2R"], true, ["ABC protect 100"]), ("-100", "90", ["2R"], true, ["ABC protect 100"]),
            ("100", "110", ["2R"], false, []), ("100", "108", [], true, []), ("100", "99", ["2R"], true, []),
            // Of its own ladder: a rung of another policy counts for nothing.
            ("100", "108", ["gap 2026-03-16"], true, []), ("100", "110", [], true, ["ABC take_partial 50 % 2R"]),
        ] as [(String, String, [String], Bool, [String])])
    func breakeven(quantity: String, last: String, rungs: [String], isWanted: Bool, wanted: [String]) throws {
        let stop = quantity.hasPrefix("-") ? "105" : "95"
        var position = try Whole.position("ABC", quantity, last: last, stop: stop)
        position.rungsTaken = rungs
        let json = "{\"move_stop_to_breakeven\": \(isWanted)}"
        #expect(try advice(PartialProfitPolicy.self, json, Whole(positions: [position])) == wanted)
    }

    private func settingsAreTaken<P: Policy>(_ policy: P.Type, _ json: String) throws {
        _ = try PolicyUnderTest(P.self, settings: json)
    }

    @Test(
        "time-stop: too long and not enough profit",
        arguments: [
            (#"{"maximum_holding": "240h"}"#, 241, "104", ["ABC exit"]),
            (#"{"maximum_holding": "240h"}"#, 239, "104", []), (#"{"maximum_holding": "240h"}"#, 241, "106", []),
            (#"{"maximum_holding": "240h", "unless_above_r": 2}"#, 241, "106", ["ABC exit"]),
            ("{}", 721, "100", ["ABC exit"]), ("{}", 719, "100", []),
        ] as [(String, Int64, String, [String])])
    func timeStop(json: String, hours: Int64, last: String, wanted: [String]) throws {
        let whole = Whole(positions: [try Whole.position(last: last, heldFor: .seconds(hours * 3_600))])
        #expect(try advice(TimeStopPolicy.self, json, whole) == wanted)
    }
}
