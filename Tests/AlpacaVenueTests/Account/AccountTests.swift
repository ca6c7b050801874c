import AlpacaAPI
import JSON
import Testing
import Trading

@Suite("Alpaca venue: account, positions and activities")
struct AccountTests {
    @Test("figures of the account follow cash, positions and orders")
    func figures() throws {
        let rig = try Rig(cash: "10000", held: 50, multiplier: 2)
        try rig.quote("110.00", "110.00")
        try rig.bar("110", "110", "110", "110")
        let before = try rig.account()
        #expect(before.equity == (try Money("15500")))
        #expect(before.longMarketValue == (try Money("5500")))
        #expect(before.lastEquity == (try Money("15000")))
        // Twice the equity, less what is held.
        #expect(before.buyingPower == (try Money("25500")))
        #expect(before.multiplier == Ratio(units: 2 * Ratio.scale))
        try rig.place(order("buy", "10", "limit", #""limit_price":"100""#))
        #expect(try rig.account().buyingPower == (try Money("24500")))
    }

    @Test("a position's figures of the day begin with the last close, or with the price that was paid")
    func position() throws {
        let rig = try Rig(held: 50)
        try rig.bar("104", "104", "104", "104", from: time("2026-03-16T19:59:00Z"))
        try rig.bar("108", "108", "108", "108", from: time("2026-03-17T13:30:00Z"))
        let position = try #require(try rig.position())
        #expect(position.lastDayPrice == (try Price("104")))
        #expect(position.currentPrice == (try Price("108")))
        #expect(position.changeToday == (try Ratio("0.038462")))
        #expect(position.unrealized == (try Money("400")))
        #expect(position.unrealizedIntraday == (try Money("200")))
        #expect(try rig.account().lastEquity == (try Money("105200")))
        #expect(try rig.account().balanceAsOf == Alpaca.Day(daysSince1970: 20_528))
        try rig.place(order("buy", "50", "market"))
        // Fifty more at 108 have gained nothing.
        #expect(try rig.position()?.unrealizedIntraday == (try Money("200")))
    }

    @Test(
        "a position is closed whole, by number or by part",
        arguments: [
            ("", "0"), ("?qty=30", "70"), ("?percentage=25", "75"), ("?percentage=0.5", "99.5"),
        ])
    func close(query: String, left: String) throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let response = rig.send("DELETE", "/v2/positions/ALFA\(query)")
        #expect(response.status == 200, "\(response.text)")
        #expect(try rig.position()?.quantity ?? .zero == (try Quantity(left)))
    }

    @Test("what cannot be closed says why")
    func notClosed() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        try rig.place(order("sell", "100", "limit", #""limit_price":"110""#))
        #expect(rig.send("DELETE", "/v2/positions/ALFA").status == 403)
        #expect(rig.send("DELETE", "/v2/positions/BRVO").status == 404)
        #expect(rig.send("DELETE", "/v2/positions/NOPE").status == 404)
        #expect(rig.send("DELETE", "/v2/positions/ALFA?qty=1&percentage=1").status == 422)
        #expect(rig.send("DELETE", "/v2/positions/ALFA?qty=0").status == 422)
        #expect(rig.send("DELETE", "/v2/positions/ALFA?percentage=101").status == 422)
        let rows = try rig.read("DELETE", "/v2/positions", status: 207)
        #expect(try Alpaca.decode([Alpaca.ClosedPosition].self, from: rows.bytes).map(\.status) == [403])
    }

    @Test("all positions are closed, and before that all orders are canceled where that is asked")
    func closeAll() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        try rig.place(order("sell", "100", "limit", #""limit_price":"110""#))
        let rows = try rig.read("DELETE", "/v2/positions?cancel_orders=true", status: 207)
        #expect(try Alpaca.decode([Alpaca.ClosedPosition].self, from: rows.bytes).map(\.status) == [200])
        #expect(try rig.position() == nil)
        #expect(try rig.read("GET", "/v2/positions") == .array([]))
    }

    @Test("a position is found by its symbol and by the id of its asset")
    func byAsset() throws {
        let rig = try Rig(held: 100)
        let asset = try #require(try rig.position()?.assetID)
        #expect(rig.send("GET", "/v2/positions/\(asset)").status == 200)
        #expect(rig.send("GET", "/v2/assets/\(asset)").text.contains(#""symbol":"ALFA""#))
        #expect(rig.send("GET", "/v2/assets/NOPE").status == 404)
    }

    // MARK: - Activities

    private func activities(_ rig: Rig, _ target: String) throws -> [Alpaca.Activity] {
        try Alpaca.decode([Alpaca.Activity].self, from: rig.read("GET", target).bytes)
    }

    @Test("each execution is an activity, the newest first, and the pages join")
    func pages() throws {
        let rig = try Rig(held: 100)
        var ids: [Alpaca.OrderID] = []
        for _ in 1...5 {
            try rig.quote("100.00", "100.10")
            ids.append(try rig.place(order("sell", "10", "market")).id)
        }
        let all = try activities(rig, "/v2/account/activities/FILL")
        #expect(all.count == 5)
        #expect(all.map(\.id).sorted() == all.map(\.id).reversed())
        var pages: [Alpaca.Activity] = []
        var token = ""
        while pages.count < 5 {
            let page = try activities(rig, "/v2/account/activities?page_size=2\(token)")
            pages += page
            token = "&page_token=\(Alpaca.Query.escaped(try #require(page.last).id.text))"
        }
        #expect(pages == all)
        #expect(try activities(rig, "/v2/account/activities?order_id=\(ids[1])") == [all[3]])
        #expect(try activities(rig, "/v2/account/activities?direction=asc") == all.reversed())
        #expect(try activities(rig, "/v2/account/activities?date=2026-03-16").count == 5)
        #expect(try activities(rig, "/v2/account/activities?date=2026-03-17").isEmpty)
        #expect(try activities(rig, "/v2/account/activities/DIV").isEmpty)
        guard case .trade(let fill) = all[0] else { return #expect(Bool(false)) }
        #expect(fill.orderID == ids[4])
        #expect(fill.cumulativeQuantity == Quantity(shares: 10))
        #expect(fill.leavesQuantity == .zero)
        #expect(fill.side == .known(.sell))
    }

    @Test("a dividend is booked, paid and listed")
    func dividend() throws {
        let rig = try Rig(cash: "0", held: 100)
        let at = rig.venue.now + .seconds(60)
        try rig.venue.apply(
            MarketUpdate(
                at: at,
                corporateActions: [
                    .init(id: "d", symbol: alfa, kind: .dividend(amount: try Price("0.47")), effectiveAt: at)
                ]))
        let found = try activities(rig, "/v2/account/activities?category=non_trade_activity")
        guard case .other(let dividend)? = found.first else { return #expect(Bool(false)) }
        #expect(dividend.activityType == .known(.dividend))
        #expect(dividend.netAmount == (try Money("47")))
        #expect(try rig.account().cash == (try Money("47")))
    }

    @Test("a split changes the position, its price, and what the stream says of it afterwards")
    func split() throws {
        let rig = try Rig(held: 100)
        try rig.bar("100", "100", "100", "100")
        rig.listen()
        let at = rig.venue.now + .seconds(60)
        let kind = CorporateAction.Kind.split(numerator: 4, denominator: 1)
        try rig.venue.apply(
            MarketUpdate(at: at, corporateActions: [.init(id: "s", symbol: alfa, kind: kind, effectiveAt: at)]))
        let position = try #require(try rig.position())
        #expect(position.quantity == Quantity(shares: 400))
        #expect(position.averageEntryPrice == (try Price("25")))
        #expect(position.currentPrice == (try Price("25")))
        try rig.place(order("sell", "100", "market"))
        #expect(try rig.updates().last?.positionQuantity == Quantity(shares: 300))
    }

    @Test(
        "a query that asks for what there is not",
        arguments: [
            "?page_size=0", "?page_size=101", "?page_token=x", "?category=all", "?direction=up", "?activity_types=NONE",
            "?activity_types=FILL&category=trade_activity", "?date=2026-03-16&after=2026-03-16T00:00:00Z", "/NONE",
            "/FILL?activity_types=FILL", "?order_id=", "?order_id=x",
        ])
    func wrong(query: String) throws {
        let rig = try Rig()
        #expect(rig.send("GET", "/v2/account/activities\(query)").status == 422)
    }

    @Test("settings are read, changed and checked")
    func settings() throws {
        let rig = try Rig()
        let path = "/v2/account/configurations"
        let changed = try rig.read("PATCH", path, #"{"trade_confirm_email":"none","fractional_trading":false}"#)
        #expect(changed["trade_confirm_email"] == .string("none"))
        #expect(try rig.read("GET", path) == changed)
        try rig.quote("100.00", "100.10")
        #expect(try rig.refusal(order("buy", "0.5", "market")).status == 403)
        #expect(rig.send("PATCH", path, #"{"trade_confirm_email":"often"}"#).status == 422)
        #expect(rig.send("PATCH", path, #"{"max_margin_multiplier":"3"}"#).status == 422)
        #expect(rig.send("PATCH", path, #"{"suspend_trade":"perhaps"}"#).status == 422)
        // The vendor's own client sends null for what it does not change.
        #expect(rig.send("PATCH", path, #"{"suspend_trade":null}"#).status == 200)
    }
}
