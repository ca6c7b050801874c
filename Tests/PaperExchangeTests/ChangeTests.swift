import Testing
import Trading

@testable import PaperExchange

@Suite("Cancelling and replacing")
struct ChangeTests {
    @Test("what cannot be cancelled or replaced is refused in a report")
    func refusals() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101", last: "100")
        #expect(try harness.cancel("nobody") == ["nobody cancel_rejected"])
        #expect(try harness.replace("nobody", limit: "1") == ["nobody replace_rejected"])
        try harness.submit(order("a", .sell, 10))
        #expect(try harness.cancel("a") == ["a cancel_rejected"])
        #expect(harness.reason == "order is already filled")
        #expect(try harness.replace("a", quantity: 20) == ["a replace_rejected"])
        #expect(harness.exchange.query(id("nobody")).order == nil)
    }

    @Test("a replacement changes the terms in place and may fill at once")
    func replaceInPlace() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101", last: "100")
        try harness.submit(order("a", .sell, 10, .limit, limit: "110"))
        #expect(
            try harness.replace("a", quantity: 20, limit: "105") == ["a restated [sell 20 NVDA limit 105.00]"])
        #expect(try harness.replace("a", limit: "100") == ["a restated [sell 20 NVDA limit 100.00]", "a fill 20@100"])
    }

    @Test("a replaced quantity is the total, above what is filled and within what is free")
    func replaceQuantity() throws {
        var harness = try ExchangeHarness(holding(100) { $0.limitToQuoteSize = true })
        try harness.quote("100", "101", sizes: 4)
        try harness.submit(order("a", .sell, 10, .limit, limit: "100"))
        try harness.submit(order("b", .sell, 80, .limit, limit: "120"))
        #expect(try harness.replace("a", quantity: 4) == ["a replace_rejected"])
        #expect(try harness.replace("a", quantity: 21) == ["a replace_rejected"])
        #expect(
            harness.reason?.hasPrefix("insufficient qty available for order (requested: 17, available: 10,") == true)
        #expect(try harness.replace("a", quantity: 20) == ["a restated [sell 20 NVDA limit 100.00]"])
        #expect(try harness.replace("a", quantity: 5) == ["a restated [sell 5 NVDA limit 100.00]"])
        #expect(try harness.quote("100", "101", sizes: 4, at: at(1)) == ["a fill 1@100"])
    }

    @Test(
        "a replacement that cannot be is refused and changes nothing",
        arguments: [
            (OrderReplacement(clientOrderID: id("a")), "order parameters are not changed"),
            (OrderReplacement(clientOrderID: id("a"), stopPrice: price("100")), "stop price must be below the market"),
            (OrderReplacement(clientOrderID: id("a"), stopPrice: price("90.001")), "no multiple of the increment"),
            (OrderReplacement(clientOrderID: id("a"), limitPrice: price("90")), "takes no limit_price"),
        ])
    func badReplacement(replacement: OrderReplacement, reason: String) throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101", last: "100")
        try harness.submit(order("a", .sell, 10, .stop, stop: "90"))
        let reports = try harness.exchange.replace(replacement, at: at())
        #expect(ExchangeHarness.words(reports) == ["a replace_rejected"])
        #expect(reports.first?.reason?.contains(reason) == true)
        #expect(harness.exchange.query(id("a")).order?.terms.stopPrice == price("90"))
    }

    @Test("what the capabilities do not name is refused")
    func capabilities() throws {
        var harness = try ExchangeHarness(
            holding(100) {
                $0.replacesPrice = false
                $0.replacesQuantity = false
            })
        try harness.submit(order("a", .sell, 10, .limit, limit: "110"))
        #expect(try harness.replace("a", limit: "111") == ["a replace_rejected"])
        #expect(try harness.replace("a", quantity: 9) == ["a replace_rejected"])
    }

    @Test("a larger buy needs more money, and the hold follows")
    func replaceBuy() throws {
        var harness = try ExchangeHarness(configured { $0.cash = money("1000") })
        try harness.quote("100", "101", last: "100")
        try harness.submit(order("a", .buy, 5, .limit, limit: "90"))
        #expect(try harness.replace("a", quantity: 12) == ["a replace_rejected"])
        #expect(harness.reason == "insufficient buying power (required: 630.00, available: 550.00)")
        try harness.replace("a", quantity: 11)
        #expect(try harness.state().account.buyingPower == money("10"))
    }

    @Test("a target is not moved across its stop")
    func crossedLegs() throws {
        var harness = try ExchangeHarness(holding(10))
        try harness.submit(oco(10, target: "110", stop: "90"))
        #expect(try harness.replace("target", limit: "90") == ["target replace_rejected"])
        #expect(try harness.replace("stop", stop: "95") == ["stop restated [sell 10 NVDA stop 95.00]"])
    }

    @Test("with latency a request is on its way, and the market may be faster")
    func latency() throws {
        var harness = try ExchangeHarness(holding(100) { $0.latencyMilliseconds = 2_000 })
        try harness.quote("100", "101", last: "100")
        #expect(try harness.submit(order("a", .sell, 10, .limit, limit: "105")) == ["a accepted"])
        #expect(try harness.replace("a", limit: "106", at: at(1)) == ["a replace_rejected"])
        #expect(try harness.advance(to: at(2)) == ["a new"])
        #expect(try harness.cancel("a", at: at(3)) == ["a pending_cancel"])
        #expect(try harness.cancel("a", at: at(3)) == ["a pending_cancel"])
        #expect(try harness.quote("105", "106", at: at(4)) == ["a fill 10@105"])
        #expect(try harness.advance(to: at(5)) == ["a cancel_rejected"])

        try harness.submit(order("b", .sell, 10, .limit, limit: "110"), at: at(5))
        #expect(try harness.replace("b", limit: "111", at: at(8)) == ["b new", "b pending_replace"])
        #expect(try harness.replace("b", limit: "112", at: at(8)) == ["b pending_replace"])
        #expect(try harness.advance(to: at(10)) == ["b restated [sell 10 NVDA limit 111.00]"])
        #expect(try harness.cancel("b", at: at(10)) == ["b pending_cancel"])
        #expect(try harness.advance(to: at(12)) == ["b canceled"])
    }

    @Test("a cancel after a replacement settles both")
    func cancelOverReplace() throws {
        var harness = try ExchangeHarness(holding(100) { $0.latencyMilliseconds = 2_000 })
        try harness.quote("100", "101", last: "100")
        try harness.submit(order("a", .sell, 10, .stop, stop: "90"))
        try harness.replace("a", stop: "95", at: at(2))
        #expect(try harness.cancel("a", at: at(3)) == ["a pending_cancel"])
        try harness.quote("94.5", "95.5", last: "94.5", at: at(3))
        #expect(try harness.advance(to: at(10)) == ["a canceled"])
    }

    @Test("an elected stop keeps its stop price")
    func electedStop() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101", last: "100")
        try harness.submit(order("a", .sell, 10, .stopLimit, limit: "95", stop: "95"))
        try harness.quote("90", "91", last: "90", at: at(1))
        #expect(try harness.replace("a", stop: "80", at: at(1)) == ["a replace_rejected"])
        #expect(try harness.replace("a", limit: "90", at: at(1)).last == "a fill 10@90")
    }
}
