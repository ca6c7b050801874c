import PluginKit
import PluginTesting
import Testing
import Trading

@testable import Entries
@testable import PortfolioRisk

@Suite("Policies about the portfolio")
struct PortfolioPolicyTests {
    private func advice<P: Policy>(_ policy: P.Type, _ json: String, _ whole: Whole) throws -> [String] {
        var policy = try PolicyUnderTest(P.self, settings: json)
        return try policy.recommendations(for: try whole.snapshot()).map(\.short)
    }

    /// Three of 30 % each, two of which go together, 12 % under the peak.
    private func three() throws -> Whole {
        var whole = Whole()
        whole.positions = try ["AAA", "BBB", "CCC"].map { try Whole.position($0, weight: "0.3") }
        whole.market = try ["AAA", "BBB", "CCC"].map { try Whole.view($0, indicators: [("volatility(20,1d)", "0.4")]) }
        let symbols = try ["AAA", "BBB", "CCC"].map { try Symbol($0) }
        let rows = [["1", "0.85", "0.1"], ["0.85", "1", "0.2"], ["0.1", "0.2", "1"]]
        whole.portfolio = PortfolioView(
            grossWeight: try Ratio("0.9"), netWeight: try Ratio("0.9"), largestWeight: try Ratio("0.3"),
            concentration: try Ratio("0.333333"), openRisk: try Ratio("0.05"), drawdown: try Ratio("0.12"),
            dayReturn: try Ratio("-0.06"),
            sectors: [
                SectorView(
                    name: "tech", grossWeight: try Ratio("0.6"), netWeight: try Ratio("0.6"),
                    symbols: Array(symbols[0...1]))
            ],
            correlation: CorrelationView(
                period: .day, length: 60, symbols: symbols, rows: try rows.map { try $0.map { try Ratio($0) } }))
        return whole
    }

    @Test(
        "portfolio-risk: gross, sector, cluster, ladder, volatility",
        arguments: [
            ("{}", []), (#"{"maximum_weight": 0.25}"#, ["AAA", "BBB", "CCC"].map { "\($0) reduce_to_weight 0.25" }),
            (#"{"maximum_gross": 0.8}"#, ["- reduce_exposure 0.8 proportional"]), (#"{"maximum_gross": 0.9}"#, []),
            (
                #"{"maximum_gross": 0.8, "rule": "weakest_first"}"#, ["- reduce_exposure 0.8 weakest_first"]
            ), (#"{"maximum_sector": 0.5}"#, ["- reduce_exposure 0.5 proportional AAA+BBB"]),
            (
                #"{"cluster": {"correlation": 0.8, "maximum_weight": 0.5}}"#,
                ["- reduce_exposure 0.5 largest_first AAA+BBB"]
            ), (#"{"cluster": {"correlation": 0.9, "maximum_weight": 0.5}}"#, []),
            (
                #"{"drawdown_ladder": [{"at": 0.05, "gross": 0.8}, {"at": 0.1, "gross": 0.5}, {"at": 0.2, "gross": 0}]}"#,
                ["- reduce_exposure 0.5 proportional", "- veto"]
            ), (#"{"target_volatility": 0.18}"#, ["- reduce_exposure 0.45 proportional AAA+BBB+CCC"]),
            (#"{"target_volatility": 0.4}"#, []), (#"{"maximum_open_risk": 0.05}"#, ["- veto"]),
            (#"{"maximum_open_risk": 0.051}"#, []),
        ])
    func risk(json: String, wanted: [String]) throws {
        #expect(try advice(PortfolioRiskPolicy.self, json, try three()) == wanted)
    }

    @Test("portfolio-risk: a position of unknown volatility is neither counted nor reduced for it")
    func unknownVolatility() throws {
        var whole = try three()
        whole.market[1].indicators = nil
        #expect(
            try advice(PortfolioRiskPolicy.self, #"{"target_volatility": 0.12}"#, whole) == [
                "- reduce_exposure 0.3 proportional AAA+CCC"
            ])
    }

    @Test(
        "portfolio-risk asks for what its settings need, and for no more",
        arguments: [
            ("{}", [.positions], false, []), (#"{"maximum_open_risk": 0.06}"#, [.positions, .portfolio], false, []),
            (#"{"cluster": {"correlation": 0.8, "maximum_weight": 0.5}}"#, [.positions, .portfolio], true, []),
            (#"{"target_volatility": 0.15}"#, [.positions, .market], false, ["volatility(20,1d)"]),
        ] as [(String, [SnapshotSection], Bool, [String])])
    func needs(json: String, sections: [SnapshotSection], correlates: Bool, indicators: [String]) throws {
        let needs = try PolicyUnderTest(PortfolioRiskPolicy.self, settings: json).needs
        #expect(needs.sections == sections)
        #expect((needs.correlation?.length == 60) == correlates)
        #expect((needs.indicators ?? []).map(\.description) == indicators)
    }

    @Test("portfolio-risk: a chain hangs together, though its ends do not")
    func linked() throws {
        let symbols = try ["A", "B", "C", "D"].map { try Symbol($0) }
        let high = try Ratio("0.9")
        func row(_ linked: [Int]) -> [Ratio] { (0..<4).map { linked.contains($0) ? high : .zero } }
        let matrix = CorrelationView(
            period: .day, length: 60, symbols: symbols, rows: [row([0, 2]), row([1]), row([0, 2, 3]), row([2, 3])])
        let groups = PortfolioRiskPolicy.linked(matrix, at: try Ratio("0.8")).map { $0.map(\.text).joined() }
        #expect(groups.sorted() == ["ACD", "B"])
    }

    @Test(
        "entries: above the average and at a new high; nothing else",
        arguments: [
            ("111", "100", SessionPhase.regular, TradingState.active, true),
            ("109", "100", .regular, .active, false), ("111", "112", .regular, .active, false),
            ("111", "100", .afterHours, .active, false), ("111", "100", .regular, .reducing, false),
        ])
    func entries(
        last: String, average: String, session: SessionPhase, state: TradingState, isEntered: Bool
    ) throws {
        var whole = Whole(market: [
            try Whole.view(
                last: last, indicators: [("sma(50,1d)", average), ("atr(14,1d)", "3")],
                dailyHighs: ["108", "110", "107"])
        ])
        (whole.session, whole.tradingState) = (session, state)
        let json = #"{"watchlist": ["ABC", "XYZ"], "breakout": 3}"#
        let wanted = isEntered ? ["ABC enter buy 0.005 stop 2 atr(14,1d) from the average price"] : []
        #expect(try advice(EntriesPolicy.self, json, whole) == wanted)
        whole.positions = [try Whole.position()]
        #expect(try advice(EntriesPolicy.self, json, whole) == [], "it is held already")
        #expect(try advice(EntriesPolicy.self, "{}", whole) == [], "nothing is watched")
    }

    @Test("entries: no more positions than allowed; smaller in a nervous market")
    func room() throws {
        var whole = try three()
        whole.market.append(
            try Whole.view(
                last: "111", indicators: [("sma(50,1d)", "100"), ("atr(14,1d)", "3")],
                dailyHighs: ["108", "110", "107"]))
        whole.advisories = [try Whole.advisory("entry_scale", "0.5")]
        func run(_ more: String) throws -> [String] {
            try advice(EntriesPolicy.self, #"{"watchlist": ["ABC"], "breakout": 3\#(more)}"#, whole)
        }
        #expect(try run(#", "maximum_positions": 3"#) == [])
        #expect(try run(#", "maximum_positions": 4"#).count == 1)
        #expect(try run("").first?.hasPrefix("ABC enter buy 0.005") == true)
        #expect(try run(#", "follow_regime": true"#).first?.hasPrefix("ABC enter buy 0.0025") == true)
        whole.orders = [try Whole.order("XYZ", .entry, .new)]
        #expect(try run(#", "maximum_positions": 4"#) == [], "another is being entered")
        whole.orders = [try Whole.order("ABC", .entry, .new)]
        #expect(try run("") == [], "it is being entered")
    }

    @Test(
        "entries: short only when that is wanted, below the average and the lowest low of 97",
        arguments: [
            ("96", "100", true, true), ("96", "100", false, false), ("97", "100", true, false),
            ("96", "95", true, false),
        ])
    func short(last: String, average: String, isWanted: Bool, isEntered: Bool) throws {
        let whole = Whole(market: [
            try Whole.view(
                last: last, indicators: [("sma(50,1d)", average), ("atr(14,1d)", "3")],
                dailyHighs: ["108", "110", "107"])
        ])
        let json = #"{"watchlist": ["ABC", "ABC"], "breakout": 3, "short": \#(isWanted)}"#
        let wanted = isEntered ? ["ABC enter sell 0.005 stop 2 atr(14,1d) from the average price"] : []
        #expect(try advice(EntriesPolicy.self, json, whole) == wanted)
    }
}
