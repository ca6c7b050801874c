import PluginKit
import PluginTesting
import Testing
import Trading

@testable import Emergency

@Suite("Emergency")
struct EmergencyTests {
    private func said(_ json: String, _ whole: Whole) throws -> [String] {
        var policy = try PolicyUnderTest(EmergencyPolicy.self, settings: json)
        return try policy.recommendations(for: try whole.snapshot()).map(\.short)
    }

    /// One position, 12 % under the peak, with so much lost today.
    private func one(_ quantity: String = "100", dayReturn: String = "0", view: MarketView?) throws -> Whole {
        var whole = Whole(positions: [try Whole.position("ABC", quantity)], market: [view].compactMap { $0 })
        whole.portfolio = PortfolioView(
            grossWeight: .zero, netWeight: .zero, largestWeight: .zero, concentration: .zero, openRisk: .zero,
            drawdown: try Ratio("0.12"), dayReturn: try Ratio(dayReturn), sectors: [])
        return whole
    }

    @Test(
        "a loss keeps entries away, or closes all as well",
        arguments: [
            ("{}", "-0.05", ["- veto!"]), ("{}", "-0.0499", []), ("{}", "0.06", []),
            (#"{"maximum_daily_loss": 0.03}"#, "-0.04", ["- veto!"]),
            (#"{"action": "flatten"}"#, "-0.06", ["- reduce_exposure 0 proportional ABC!", "- veto!"]),
            (#"{"maximum_drawdown": 0.12}"#, "0", ["- veto!"]), (#"{"maximum_drawdown": 0.13}"#, "0", []),
            (
                #"{"maximum_drawdown": 0.1, "action": "flatten"}"#, "0",
                ["- reduce_exposure 0 proportional ABC!", "- veto!"]
            ),
        ])
    func losses(json: String, dayReturn: String, wanted: [String]) throws {
        #expect(try said(json, try one(dayReturn: dayReturn, view: try Whole.view())) == wanted)
    }

    @Test(
        "a gap against a position closes it, long and short alike",
        arguments: [
            ("100", "-0.15", ["ABC exit!"]), ("100", "-0.149", []), ("100", "0.2", []),
            ("-100", "0.15", ["ABC exit!"]), ("-100", "-0.2", []),
        ])
    func gap(quantity: String, gap: String, wanted: [String]) throws {
        #expect(try said("{}", try one(quantity, view: try Whole.view(gap: gap))) == wanted)
    }

    @Test("who bought after the gap was not gapped, nor whom only yesterday's gap concerns")
    func boughtAfterwards() throws {
        var whole = try one(view: try Whole.view(gap: "-0.2"))
        whole.positions = [try Whole.position(opened: Whole.at + .seconds(-60))]
        #expect(try said("{}", whole) == [])
        let preMarket = Whole.at + .seconds(-3_600)
        #expect(try said("{}", try one(view: try Whole.view(gap: "-0.2", barStart: preMarket))) == [])
    }

    @Test(
        "nothing is sold on an old price, and none is old while the market rests",
        arguments: [
            ("{}", 301, SessionPhase.regular, ["ABC veto!"]), ("{}", 300, .regular, ["ABC exit!"]),
            ("{}", 400, .afterHours, ["ABC exit!"]), (#"{"maximum_quote_age": "10m"}"#, 400, .regular, ["ABC exit!"]),
            (#"{"action": "flatten", "maximum_drawdown": 0.1}"#, 400, .regular, ["ABC veto!", "- veto!"]),
        ] as [(String, Int64, SessionPhase, [String])])
    func stale(json: String, age: Int64, session: SessionPhase, wanted: [String]) throws {
        var whole = try one(view: try Whole.view(gap: "-0.2", age: .seconds(age)))
        whole.session = session
        #expect(try said(json, whole) == wanted)
    }

    @Test("a position without any price is not entered, and not sold blindly")
    func priceless() throws {
        #expect(
            try said(#"{"action": "flatten", "maximum_drawdown": 0.1}"#, try one(view: nil)) == [
                "ABC veto!", "- veto!",
            ])
    }

    @Test(
        "an order in doubt for long keeps entries away",
        arguments: [
            ("{}", .unknown, 61, ["- veto!"]), ("{}", .pendingCancel, 61, ["- veto!"]), ("{}", .pendingCancel, 60, []),
            ("{}", .new, 4_000, []), (#"{"maximum_order_doubt": "5m"}"#, .unknown, 61, []),
        ] as [(String, OrderStatus, Int64, [String])])
    func doubt(json: String, status: OrderStatus, age: Int64, wanted: [String]) throws {
        var whole = try one(view: try Whole.view())
        whole.orders = [try Whole.order("ABC", .stop, status, since: .seconds(age))]
        #expect(try said(json, whole) == wanted)
    }

    @Test(
        "a limit is above zero",
        arguments: [#"{"maximum_drawdown": 0}"#, #"{"maximum_daily_loss": -0.1}"#, #"{"maximum_gap": 0}"#])
    func wrong(json: String) throws { #expect(throws: SettingsError.self) { try said(json, Whole()) } }
}
