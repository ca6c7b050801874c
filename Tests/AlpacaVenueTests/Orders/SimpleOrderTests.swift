import AlpacaAPI
import Testing
import Trading

@Suite("Alpaca venue: simple orders")
struct SimpleOrderTests {
    @Test("a market order is taken as pending_new, and has traded by the next request")
    func market() throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("buy", "10", "market", #""client_order_id":"mine""#))
        #expect(taken.status == .known(.pendingNew))
        #expect(taken.filledQuantity == .zero)
        let after = try rig.order(taken.id)
        #expect(after.status == .known(.filled))
        #expect(after.filledAveragePrice == (try Price("100.10")))
        #expect(after.clientOrderID == Alpaca.ClientOrderID("mine"))
        #expect(try rig.position()?.quantity == Quantity(shares: 10))
        #expect(try rig.account().cash == (try Money("98999")))
        let found = rig.send("GET", "/v2/orders:by_client_order_id?client_order_id=mine")
        #expect(try Alpaca.decode(Alpaca.Order.self, from: found.body).id == taken.id)
    }

    @Test(
        "an order rests until the market comes to it",
        arguments: [
            (order("sell", "10", "limit", #""limit_price":"105""#), "106.00", "106.01", "106"),
            (order("sell", "10", "stop", #""stop_price":"95""#), "94.00", "94.01", "94"),
            (order("sell", "10", "stop_limit", #""stop_price":"95","limit_price":"90""#), "94.00", "94.01", "94"),
            (order("sell", "10", "trailing_stop", #""trail_price":"2""#), "97.99", "98.02", "97.99"),
            (order("sell", "10", "trailing_stop", #""trail_percent":"1.5""#), "98.40", "98.43", "98.4"),
        ])
    func rests(body: String, bid: String, ask: String, price: String) throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.01")
        let taken = try rig.place(body)
        #expect(try rig.order(taken.id).status == .known(.new))
        try rig.quote(bid, ask)
        let after = try rig.order(taken.id)
        #expect(after.status == .known(.filled))
        #expect(after.filledAveragePrice == (try Price(price)))
        #expect(try rig.position()?.quantity == Quantity(shares: 90))
    }

    @Test("a trail in percent grows with the price, and the order shows where it stands")
    func percent() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.01")
        let taken = try rig.place(order("sell", "10", "trailing_stop", #""trail_percent":"10""#))
        #expect(try rig.order(taken.id).waterMark == nil)
        try rig.quote("200.00", "200.01")
        let after = try rig.order(taken.id)
        #expect(after.waterMark == (try Price("200")))
        #expect(after.stopPrice == (try Price("180")))
        try rig.quote("181.00", "181.01")
        #expect(try rig.order(taken.id).status == .known(.new))
        try rig.quote("180.00", "180.01")
        #expect(try rig.order(taken.id).status == .known(.filled))
    }

    @Test("an order of dollars buys the shares that they pay, and shows no quantity")
    func notional() throws {
        let rig = try Rig()
        try rig.bar("100", "100", "100", "100")
        let body = #"{"symbol":"ALFA","side":"buy","notional":250,"type":"market","time_in_force":"day"}"#
        let taken = try rig.place(body)
        #expect(taken.quantity == nil)
        #expect(taken.notional == (try Money("250")))
        let after = try rig.order(taken.id)
        #expect(after.filledQuantity == (try Quantity("2.5")))
        #expect(after.status == .known(.filled))
    }

    @Test("an order of whole shares is filled by whole shares, though the venue trades fractions")
    func wholeShares() throws {
        let rig = try Rig { $0.participation = Ratio(units: Ratio.scale / 10) }
        let taken = try rig.place(order("buy", "100", "market"))
        try rig.bar("100", "100", "100", "100", volume: 155)
        let after = try rig.order(taken.id)
        #expect(after.status == .known(.partiallyFilled))
        #expect(after.filledQuantity == Quantity(shares: 15))
    }

    @Test("a day order ends at the close, after the last bar of the day")
    func dayOrder() throws {
        let rig = try Rig()
        let low = try rig.place(order("buy", "10", "limit", #""limit_price":"90""#))
        let late = try rig.place(order("buy", "10", "limit", #""limit_price":"95""#))
        let gtc = try rig.place(order("buy", "10", "limit", #""limit_price":"80""#, tif: "gtc"))
        try rig.bar("100", "100", "94", "94", from: time("2026-03-16T19:59:00Z"))
        #expect(try rig.order(low.id).status == .known(.expired))
        #expect(try rig.order(low.id).expiredAt == Timestamp(rfc3339: "2026-03-16T20:00:00Z"))
        #expect(try rig.order(late.id).status == .known(.filled))
        #expect(try rig.order(gtc.id).status == .known(.new))
    }

    @Test("a gtc order ends after ninety days")
    func goodTillCanceled() throws {
        let rig = try Rig()
        let taken = try rig.place(order("buy", "10", "limit", #""limit_price":"80""#, tif: "gtc"))
        #expect(taken.expiresAt == Timestamp(rfc3339: "2026-06-14T20:15:00Z"))
        try rig.pass(to: "2026-06-14T20:14:59Z")
        #expect(try rig.order(taken.id).status == .known(.new))
        try rig.pass(to: "2026-06-14T20:15:00Z")
        #expect(try rig.order(taken.id).status == .known(.canceled))
    }

    @Test("what is placed while the market is closed is accepted, cannot be replaced, and becomes new at the opening")
    func closed() throws {
        let rig = try Rig(at: time("2026-03-16T22:00:00Z"))
        rig.listen()
        let taken = try rig.place(order("buy", "10", "limit", #""limit_price":"99""#))
        #expect(taken.status == .known(.accepted))
        #expect(try rig.told() == ["accepted limit"])
        let response = rig.send("PATCH", "/v2/orders/\(taken.id)", #"{"limit_price":"98"}"#)
        #expect(response.status == 422)
        #expect(response.text.contains("isn't sent to exchange yet"))
        try rig.bar(
            "100", "100", "98", "98", from: time("2026-03-17T13:30:00Z"))
        let updates = try rig.updates()
        #expect(updates.map(\.event) == [.known(.new), .known(.fill)])
        #expect(updates.first?.timestamp == Timestamp(rfc3339: "2026-03-17T13:30:00Z"))
    }

    @Test("an order becomes new before it is filled by what opens the market")
    func opening() throws {
        let rig = try Rig(at: time("2026-03-16T13:29:30Z"))
        rig.listen()
        try rig.place(order("buy", "10", "limit", #""limit_price":"101""#))
        let open = time("2026-03-16T13:30:00Z")
        let bar = Bar(
            symbol: alfa, start: time("2026-03-16T13:29:00Z"), period: .seconds(60), open: try Price("100"),
            high: try Price("100"), low: try Price("100"), close: try Price("100"), volume: .one)
        let quote = Quote(symbol: alfa, bid: try Price("100"), ask: try Price("100.10"), at: open)
        try rig.venue.apply(MarketUpdate(at: open, bars: [bar], quotes: [quote]))
        #expect(try rig.told() == ["accepted limit", "new limit", "fill limit 10"])
    }

    @Test("immediate or cancel takes what is there, fill or kill all or nothing", arguments: ["ioc", "fok"])
    func immediate(tif: String) throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.01")
        let taken = try rig.place(order("buy", "10", "limit", #""limit_price":"99""#, tif: tif))
        #expect(try rig.order(taken.id).status == .known(.canceled))
        let other = try rig.place(order("buy", "10", "limit", #""limit_price":"101""#, tif: tif))
        #expect(try rig.order(other.id).status == .known(.filled))
    }
}
