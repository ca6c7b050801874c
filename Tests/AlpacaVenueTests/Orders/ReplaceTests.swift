import AlpacaAPI
import Testing
import Trading

@Suite("Alpaca venue: replacing")
struct ReplaceTests {
    private func replace(_ rig: Rig, _ id: Alpaca.OrderID, _ body: String) throws -> Alpaca.Order {
        let response = rig.send("PATCH", "/v2/orders/\(id)", body)
        try #require(response.status == 200, "\(response.text)")
        return try Alpaca.decode(Alpaca.Order.self, from: response.body)
    }

    private func refusal(_ rig: Rig, _ id: Alpaca.OrderID, _ body: String) -> Alpaca.Refusal {
        let response = rig.send("PATCH", "/v2/orders/\(id)", body)
        return Alpaca.Refusal(status: response.status, body: response.body)
    }

    @Test("a replacement is another order, and the chain leads both ways")
    func chain() throws {
        let rig = try Rig(held: 100)
        rig.listen()
        try rig.quote("100.00", "100.10")
        let first = try rig.place(order("sell", "40", "limit", #""limit_price":"110","client_order_id":"one""#))
        let second = try replace(rig, first.id, #"{"limit_price":"109","qty":"50","client_order_id":"two"}"#)
        #expect(second.id != first.id)
        #expect(second.replaces == first.id)
        #expect(second.quantity == Quantity(shares: 50))
        #expect(second.clientOrderID == Alpaca.ClientOrderID("two"))
        let old = try rig.order(first.id)
        #expect(old.status == .known(.replaced))
        #expect(old.replacedBy == second.id)
        #expect(old.limitPrice == (try Price("110")))
        let updates = try rig.updates()
        #expect(updates.map(\.event) == [.known(.pendingNew), .known(.new), .known(.replaced), .known(.new)])
        #expect(updates[2].order.id == first.id)
        #expect(updates[2].order.replacedBy == second.id)
        try rig.quote("109.00", "109.10")
        #expect(try rig.order(second.id).filledQuantity == Quantity(shares: 50))
        #expect(try rig.order(first.id).filledQuantity == .zero)
        #expect(rig.send("DELETE", "/v2/orders/\(first.id)").status == 422)
    }

    @Test("after a partial fill the new order asks for its whole quantity, beyond what the old one has")
    func afterPartialFill() throws {
        let rig = try Rig(held: 100) { $0.participation = Ratio(units: Ratio.scale / 10) }
        try rig.quote("100.00", "100.10")
        let first = try rig.place(order("sell", "100", "limit", #""limit_price":"105""#))
        try rig.bar("106", "106", "105", "105", volume: 300)
        #expect(try rig.order(first.id).filledQuantity == Quantity(shares: 30))
        // Without a quantity it would be 100 more, and 70 are left.
        #expect(refusal(rig, first.id, #"{"limit_price":"104"}"#).cause == .insufficientQuantity)
        let second = try replace(rig, first.id, #"{"limit_price":"104","qty":"70"}"#)
        #expect(second.quantity == Quantity(shares: 70))
        try rig.quote("104.00", "104.10")
        let after = try rig.order(second.id)
        #expect(after.filledQuantity == Quantity(shares: 70))
        #expect(after.status == .known(.filled))
        #expect(try rig.order(first.id).filledQuantity == Quantity(shares: 30))
        #expect(try rig.position() == nil)
    }

    @Test("the held stop of a bracket can be moved, before and after its entry is filled")
    func heldLeg() throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("buy", "10", "limit", #""limit_price":"99","# + GroupTests.bracket, tif: "gtc"))
        let stop = try #require(taken.legs?.last)
        let moved = try replace(rig, stop.id, #"{"stop_price":"96"}"#)
        #expect(moved.status == .known(.held))
        #expect(moved.groupID == taken.groupID)
        #expect(try rig.order(taken.id).legs?.last?.id == moved.id)
        try rig.quote("98.90", "99.00")
        let again = try replace(rig, moved.id, #"{"stop_price":"97"}"#)
        #expect(refusal(rig, again.id, #"{"stop_price":"98.95"}"#).status == 422)
        try rig.quote("97.00", "97.10")
        let legs = try #require(try rig.order(taken.id).legs)
        #expect(legs.map(\.status) == [.known(.canceled), .known(.filled)])
        #expect(legs.last?.id == again.id)
    }

    @Test("a trail and the time in force are replaced as well")
    func trail() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let first = try rig.place(order("sell", "10", "trailing_stop", #""trail_price":"5""#))
        let second = try replace(rig, first.id, #"{"trail":"2","time_in_force":"gtc"}"#)
        #expect(second.trailPrice == (try Price("2")))
        #expect(second.timeInForce == .known(.gtc))
        try rig.quote("98.00", "98.10")
        #expect(try rig.order(second.id).status == .known(.filled))
    }

    @Test("what is refused leaves the order as it was")
    func refused() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let first = try rig.place(order("sell", "40", "limit", #""limit_price":"110""#))
        let cases = [
            (403, "{}", "order parameters are not changed"),
            (403, #"{"limit_price":"110"}"#, "order parameters are not changed"),
            (422, #"{"limit_price":"110.005"}"#, "sub-penny"),
            (422, #"{"stop_price":"90"}"#, "require no stop price"),
            (422, #"{"qty":"1.5"}"#, "qty must be integer"),
            (403, #"{"qty":"101"}"#, "insufficient qty available"),
            (403, #"{"qty":"101","time_in_force":"gtc"}"#, "insufficient qty available"),
            (422, #"{"trail":"1"}"#, "trailing_stop orders only"),
            (422, #"{"time_in_force":"ioc"}"#, "cannot be asked for"),
        ]
        for (status, body, words) in cases {
            let found = refusal(rig, first.id, body)
            #expect(found.status == status, "\(body): \(found.message)")
            #expect(found.message.contains(words), "\(body): \(found.message)")
        }
        #expect(try rig.order(first.id).status == .known(.new))
        #expect(try rig.orders().count == 1)
        #expect(refusal(rig, Alpaca.OrderID("00000000-0000-4000-8000-000000000000"), "{}").status == 404)
        #expect(refusal(rig, Alpaca.OrderID("nonsense"), "{}").status == 422)
        // It is a day order as before.
        try rig.pass(to: "2026-03-16T20:00:00Z")
        #expect(refusal(rig, first.id, #"{"qty":"5"}"#).message == "cannot replace order in expired status")
    }

    @Test("neither an order of dollars nor one with a single leg is replaced")
    func never() throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        let dollars = try rig.place(
            #"{"symbol":"ALFA","side":"buy","notional":"50","type":"limit","limit_price":"90","time_in_force":"day"}"#)
        #expect(refusal(rig, dollars.id, #"{"limit_price":"91"}"#).message == "notional orders cannot be replaced")
        let oto = #""limit_price":"90","order_class":"oto","stop_loss":{"stop_price":"80"}"#
        let taken = try rig.place(order("buy", "1", "limit", oto))
        #expect(refusal(rig, taken.id, #"{"limit_price":"91"}"#).message == "oto orders cannot be replaced")
    }
}
