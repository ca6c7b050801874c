import Testing
import Trading

@testable import PaperExchange

@Suite("Scenarios from the mission and from the field")
struct ScenarioTests {
    @Test("the mission's NVDA scenario goes through to the cent")
    func nvidia() throws {
        var harness = try ExchangeHarness(
            configured {
                $0.cash = money("74934.91")
                $0.positions = [
                    BrokerPosition(symbol: nvda, quantity: shares(287), averagePrice: price("184.8644"))
                ]
                $0.openOrders = [order("hand", .sell, 287, .limit, limit: "194.37", role: .external)]
            })
        try harness.quote("189.08", "189.09", last: "189.07")
        #expect(try harness.state().account.equity == money("129198"))
        #expect(try harness.submit(order("half", .sell, 143)) == ["half rejected"])
        #expect(
            harness.reason
                == "insufficient qty available for order (requested: 143, available: 0, held_for_orders: 287)")
        #expect(try harness.cancel("hand") == ["hand canceled [sell 287 NVDA limit 194.37]"])
        #expect(
            try harness.submit(order("half2", .sell, 143)) == ["half2 accepted", "half2 new", "half2 fill 143@189.08"])
        let exit = oco(144, target: "194.50", stop: "186.23", limit: "185.67")
        #expect(try harness.submit(exit) == ["target accepted", "stop accepted", "target new", "stop new"])
        let state = try harness.state()
        #expect(harness.position == shares(144))
        #expect(state.account.cash == money("101973.35"))
        #expect(state.openOrders.map(\.id.text) == ["target", "stop"])
        #expect(state.openOrders.map(\.brokerOrderID?.text) == ["paper-o4", "paper-o5"])
        #expect(harness.exchange.query(id("half2")).executions.map(\.executionID?.text) == ["paper-x1"])
    }

    @Test("a stop is filled at the open behind the gap, not at its own price")
    func gap() throws {
        // AIG on 2008-09-15: closed at 12.14, opened at 7.12.
        var harness = try ExchangeHarness(holding(1_000))
        try harness.bar("12.30 12.40 12.00 12.14")
        try harness.submit(order("stop", .sell, 1_000, .stop, stop: "11.50"), at: at(60))
        #expect(try harness.bar("7.12 7.50 4.76 4.76", start: at(60)) == ["stop fill 1000@7.12"])
    }

    @Test("a stop-limit that gaps below its limit rests until the price comes back")
    func gapThroughStopLimit() throws {
        var harness = try ExchangeHarness(holding(1_000))
        try harness.bar("12.30 12.40 12.00 12.14")
        try harness.submit(order("stop", .sell, 1_000, .stopLimit, limit: "11.40", stop: "11.50"), at: at(60))
        #expect(try harness.bar("7.12 7.50 4.76 4.76", start: at(60)) == [])
        #expect(harness.status("stop") == .new)
        #expect(try harness.bar("10.00 11.39 10.00 11.00", start: at(120)) == [])
        #expect(try harness.bar("11.00 11.60 11.00 11.50", start: at(180)) == ["stop fill 1000@11.4"])
    }
}
