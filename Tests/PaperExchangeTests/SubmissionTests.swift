import Testing
import Trading

@testable import PaperExchange

@Suite("Taking and refusing orders")
struct SubmissionTests {
    @Test(
        "terms that no order can have are refused",
        arguments: [
            (order("a", .buy, 0), "quantity must be above zero"),
            (order("a", .buy, -5), "quantity must be above zero"),
            (order("a", .buy, 1, .limit, limit: "10.001"), "no multiple of the increment"),
            (order("a", .buy, 1, .limit), "needs limit_price"),
            (order("a", .buy, 1, .stop, stop: "110", tif: .ioc), "a stop cannot be ioc"),
        ])
    func badTerms(order: NewOrder, reason: String) throws {
        var harness = try ExchangeHarness()
        #expect(try harness.submit(order) == ["a rejected"])
        #expect(harness.reason?.contains(reason) == true)
        #expect(harness.status("a") == .rejected)
    }

    @Test("a fraction of a share is refused where only whole ones are traded")
    func fraction() throws {
        var harness = try ExchangeHarness()
        var terms = order("a", .buy, 1)
        terms.quantity = try Quantity("1.5")
        #expect(try harness.submit(terms) == ["a rejected"])
    }

    @Test("a resting exit reserves its shares, and a group reserves them once")
    func reservation() throws {
        var harness = try ExchangeHarness(holding(287))
        try harness.quote("99", "101", last: "100")
        try harness.submit(oco(200, target: "110", stop: "90"))
        try harness.submit(order("a", .sell, 88, .limit, limit: "120"))
        #expect(
            harness.reason
                == "insufficient qty available for order (requested: 88, available: 87, held_for_orders: 200)")
        #expect(try harness.submit(order("b", .sell, 87, .limit, limit: "120")) == ["b accepted", "b new"])
    }

    @Test("nothing that is not held can be sold without shorting")
    func unprotected() throws {
        var harness = try ExchangeHarness()
        #expect(try harness.submit(order("a", .sell, 10)) == ["a rejected"])
        #expect(
            harness.reason == "insufficient qty available for order (requested: 10, available: 0, held_for_orders: 0)")
        #expect(try harness.submit(oco(10, target: "110", stop: "90")) == ["target rejected", "stop rejected"])
    }

    @Test("without reservation two exits rest for the same shares, and the second sells nothing")
    func unreserved() throws {
        var harness = try ExchangeHarness(holding(100) { $0.reservesShares = false })
        try harness.quote("100", "101", last: "100")
        try harness.submit(order("a", .sell, 60, .limit, limit: "110"))
        try harness.submit(order("b", .sell, 60, .limit, limit: "110"))
        #expect(try harness.submit(order("c", .sell, 101, .limit, limit: "110")) == ["c rejected"])
        #expect(try harness.quote("110", "111", at: at(1)) == ["a fill 60@110", "b partial_fill 40@110"])
        #expect(try harness.quote("110", "111", at: at(2)) == ["b canceled"])
        #expect(harness.position == .zero)
    }

    @Test("with shorting no order turns long into short or back, and a cover reserves like an exit")
    func shorting() throws {
        var harness = try ExchangeHarness(holding(100) { $0.allowShort = true })
        try harness.quote("100", "101", last: "100")
        #expect(try harness.submit(order("flip", .sell, 150)) == ["flip rejected"])
        #expect(try harness.submit(order("flat", .sell, 100)).last == "flat fill 100@100")
        #expect(try harness.submit(order("short", .sell, 50)).last == "short fill 50@100")
        #expect(harness.position == shares(-50))
        try harness.submit(order("cover", .buy, 30, .limit, limit: "90"))
        try harness.submit(order("more", .buy, 30, .limit, limit: "90"))
        #expect(
            harness.reason == "insufficient qty available for order (requested: 30, available: 20, held_for_orders: 30)"
        )
    }

    @Test("two orders that would open opposite sides do not rest together")
    func oppositeOpening() throws {
        var harness = try ExchangeHarness(configured { $0.allowShort = true })
        try harness.quote("100", "101", last: "100")
        try harness.submit(order("long", .buy, 10, .limit, limit: "95"))
        #expect(try harness.submit(order("short", .sell, 10, .limit, limit: "110")) == ["short rejected"])
        #expect(harness.reason == "opposite side opening order exists (long)")
    }

    @Test("a buy needs the money, what open buys hold included")
    func buyingPower() throws {
        var harness = try ExchangeHarness(configured { $0.cash = money("1000") })
        try harness.quote("99", "100", last: "99.5")
        #expect(try harness.submit(order("a", .buy, 6, .limit, limit: "90")) == ["a accepted", "a new"])
        #expect(try harness.state().account.buyingPower == money("460"))
        #expect(try harness.submit(order("b", .buy, 5)) == ["b rejected"])
        #expect(harness.reason == "insufficient buying power (required: 500.00, available: 460.00)")
        try harness.cancel("a")
        #expect(try harness.submit(order("c", .buy, 5)).last == "c fill 5@100")
        #expect(try harness.state().account.cash == money("500"))
    }

    @Test("a margin of two buys twice the equity")
    func margin() throws {
        var harness = try ExchangeHarness(
            configured {
                $0.cash = money("1000")
                $0.marginMultiplier = Ratio(units: 2 * Ratio.scale)
            })
        try harness.quote("100", "100", last: "100")
        #expect(try harness.submit(order("a", .buy, 21)) == ["a rejected"])
        #expect(try harness.submit(order("b", .buy, 20)).last == "b fill 20@100")
        #expect(try harness.state().account.buyingPower == .zero)
    }

    @Test("a market buy that opens beyond the money is cancelled, not booked")
    func gapBeyondCash() throws {
        var harness = try ExchangeHarness(configured { $0.cash = money("1000") }, at: beforeOpen)
        try harness.quote(nil, nil, last: "90", at: beforeOpen)
        try harness.submit(order("a", .buy, 10), at: beforeOpen)
        #expect(try harness.bar("120 121 119 120") == ["a canceled"])
        #expect(harness.reason == "insufficient buying power (required: 1200.00, available: 1000.00)")
    }

    @Test(
        "orders that could trade with one another are refused",
        arguments: [
            (order("x", .buy, 1), true), (order("x", .buy, 1, .stop, stop: "105"), true),
            (order("x", .buy, 1, .limit, limit: "110"), true), (order("x", .buy, 1, .limit, limit: "109.99"), false),
            (order("x", .buy, 1, .trailingStop, trail: "5"), false),
        ])
    func washTrades(order: NewOrder, isRefused: Bool) throws {
        for refuses in [true, false] {
            var harness = try ExchangeHarness(holding(10) { $0.refuseWashTrades = refuses })
            try harness.quote("100", "101", last: "100")
            try harness.submit(Trading.NewOrder(resting: "110"))
            #expect(try harness.submit(order).contains("x rejected") == (isRefused && refuses))
            if isRefused, refuses { #expect(harness.reason == "potential wash trade detected") }
        }
    }

    @Test("legs of a group are no wash trade")
    func washTradeOfLegs() throws {
        var harness = try ExchangeHarness(holding(10))
        try harness.quote("100", "101", last: "100")
        try harness.submit(oco(10, target: "110", stop: "90"))
        #expect(try harness.submit(order("x", .buy, 1)).last == "x fill 1@101")
    }

    @Test("a client order id that is known is answered with its status, whatever that is")
    func duplicates() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101", last: "100")
        let resting = order("a", .sell, 50, .limit, limit: "110")
        try harness.submit(resting)
        #expect(try harness.submit(resting) == ["a new"])
        #expect(harness.reason == "client_order_id already known")
        try harness.submit(order("b", .sell, 10))
        let first = harness.reports.last?.executionID
        #expect(try harness.submit(order("b", .sell, 10)) == ["b fill 10@100"])
        #expect(harness.reports.last?.executionID == first)
        #expect(harness.position == shares(90))
        try harness.cancel("a")
        #expect(try harness.submit(resting) == ["a canceled"])
        try harness.submit(order("c", .sell, 1_000))
        #expect(try harness.submit(order("c", .sell, 1)) == ["c rejected"])
        #expect(harness.reason?.hasPrefix("client_order_id already known: insufficient qty") == true)
    }

    @Test("a group with one known id is not taken: the known is answered, the new refused")
    func halfKnownGroup() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.submit(order("stop", .sell, 10, .stop, stop: "90"))
        #expect(try harness.submit(oco(20, target: "110", stop: "95")) == ["stop new", "target rejected"])
        #expect(harness.status("stop") == .new)
    }

    @Test("a stop behind the market is refused", arguments: ["100", "100.01"])
    func stopBehindMarket(stop: String) throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.quote("100", "101", last: "100")
        #expect(try harness.submit(order("a", .sell, 10, .stop, stop: stop)) == ["a rejected"])
        #expect(harness.reason == "stop price must be less than current price")
        #expect(try harness.submit(order("b", .buy, 10, .stop, stop: "99")) == ["b rejected"])
        #expect(harness.reason == "stop price must be greater than current price")
    }

    @Test("a group that is not offered is refused")
    func groupsOff() throws {
        var harness = try ExchangeHarness(holding(100) { $0.groups = [.bracket] })
        #expect(try harness.submit(oco(10, target: "110", stop: "90")) == ["target rejected", "stop rejected"])
        #expect(harness.reason == "oco groups are not offered")
        #expect(harness.exchange.capabilities.groups == [.bracket])
    }

    @Test("a submission that makes no group is refused as a whole")
    func badGroups() throws {
        let legs = oco(10, target: "110", stop: "90").orders
        let upsideDown = oco(10, target: "90", stop: "95")
        for submission in [
            OrderSubmission(orders: []), OrderSubmission(orders: legs),
            OrderSubmission(orders: [legs[0]], groupID: group, groupKind: .oco),
            OrderSubmission(orders: legs, groupKind: .oco),
            OrderSubmission(orders: [legs[0], legs[0]], groupID: group, groupKind: .oco), upsideDown,
            OrderSubmission(orders: legs, groupID: group, groupKind: .bracket),
        ] {
            var harness = try ExchangeHarness(holding(100))
            let words = try harness.submit(submission)
            #expect(words == Set(submission.orders.map { "\($0.clientOrderID) rejected" }).sorted(by: >))
            #expect(try harness.state().openOrders.isEmpty)
        }
    }
}

extension NewOrder {
    init(resting limit: String) { self = order("resting", .sell, 10, .limit, limit: limit) }
}
