import AlpacaAPI
import Testing
import Trading

@Suite("Alpaca venue: bracket, OTO and OCO")
struct GroupTests {
    static let bracket = #""order_class":"bracket","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95"}"#
    static let oco = #""order_class":"oco","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95"}"#

    @Test("a bracket's legs wait for the entry; then the target works and the stop is told as held")
    func entryAndLegs() throws {
        let rig = try Rig()
        rig.listen()
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("buy", "10", "limit", #""limit_price":"99","# + Self.bracket, tif: "gtc"))
        let legs = try #require(taken.legs)
        #expect(legs.map(\.status) == [.known(.held), .known(.held)])
        #expect(legs.map(\.groupRole) == [.known(.takeProfit), .known(.stopLoss)])
        #expect(Set((legs + [taken]).map(\.groupID)).count == 1)
        #expect(taken.groupRole == .known(.entry))
        try rig.quote("98.90", "99.00")
        let after = try rig.order(taken.id)
        #expect(after.status == .known(.filled))
        #expect(after.legs?.map(\.status) == [.known(.new), .known(.held)])
        try rig.quote("110.00", "110.10")
        #expect(try rig.order(taken.id).legs?.map(\.status) == [.known(.filled), .known(.canceled)])
        #expect(
            try rig.told() == [
                "pending_new limit", "new limit", "fill limit 10", "new limit", "fill limit 10", "canceled stop",
            ])
        #expect(try rig.position() == nil)
    }

    @Test("a stop of a bracket that is reached fills, and the target is canceled")
    func stopped() throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("buy", "10", "market", Self.bracket))
        try rig.quote("94.50", "94.60")
        let legs = try #require(try rig.order(taken.id).legs)
        #expect(legs.map(\.status) == [.known(.canceled), .known(.filled)])
        #expect(legs[1].filledAveragePrice == (try Price("94.50")))
    }

    @Test(
        "an entry with one leg",
        arguments: [
            (#""order_class":"oto","stop_loss":{"stop_price":"95"}"#, "94.00", "94.10", Alpaca.GroupRole.stopLoss),
            (#""order_class":"oto","take_profit":{"limit_price":"110"}"#, "110.00", "110.10", .takeProfit),
        ])
    func oto(body: String, bid: String, ask: String, role: Alpaca.GroupRole) throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("buy", "10", "market", body))
        #expect(taken.legs?.map(\.status) == [.known(.held)])
        let legs = try #require(try rig.order(taken.id).legs)
        #expect(legs.map(\.status) == [.known(.new)])
        #expect(legs.map(\.groupRole) == [.known(role)])
        try rig.quote(bid, ask)
        #expect(try rig.order(taken.id).legs?.map(\.status) == [.known(.filled)])
        #expect(try rig.position() == nil)
    }

    @Test("an OCO is told as its target with the stop as leg, and holds its shares once")
    func exits() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("sell", "100", "limit", Self.oco, tif: "gtc"))
        #expect(taken.groupRole == .known(.takeProfit))
        #expect(taken.limitPrice == (try Price("110")))
        #expect(taken.legs?.map(\.groupRole) == [.known(.stopLoss)])
        #expect(try rig.position()?.quantityAvailable == .zero)
        try rig.quote("94.00", "94.10")
        let after = try rig.order(taken.id)
        #expect(after.status == .known(.canceled))
        #expect(after.legs?.map(\.status) == [.known(.filled)])
    }

    @Test("what is filled of the target is gone from the stop")
    func shrinks() throws {
        let rig = try Rig(held: 100) { $0.participation = Ratio(units: Ratio.scale / 10) }
        rig.listen()
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("sell", "100", "limit", Self.oco, tif: "gtc"))
        _ = try rig.told()
        try rig.bar("111", "111", "110", "110", volume: 300)
        let after = try rig.order(taken.id)
        #expect(after.filledQuantity == Quantity(shares: 30))
        #expect(after.legs?.map(\.quantity) == [Quantity(shares: 70)])
        #expect(try rig.told() == ["partial_fill limit 30", "restated stop"])
    }

    @Test("to cancel one is to cancel the group")
    func cancels() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let taken = try rig.place(order("sell", "100", "limit", Self.oco, tif: "gtc"))
        let leg = try #require(taken.legs?.first)
        #expect(rig.send("DELETE", "/v2/orders/\(leg.id)").status == 204)
        #expect(try rig.order(taken.id).status == .known(.canceled))
        #expect(try rig.position()?.quantityAvailable == Quantity(shares: 100))
    }

    static let wrong = [
        (order("buy", "1", "market", #""order_class":"bracket","take_profit":{"limit_price":"110"}"#), "require both"),
        (
            order(
                "buy", "1", "market",
                #""order_class":"oto","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95"}"#),
            "either take_profit.limit_price or stop_loss.stop_price"
        ),
        (
            order(
                "buy", "1", "market",
                #""order_class":"bracket","take_profit":{"limit_price":"90"},"stop_loss":{"stop_price":"95"}"#),
            "take_profit.limit_price must be > stop_loss.stop_price"
        ),
        (
            order(
                "buy", "1", "limit",
                #""limit_price":"90","order_class":"bracket","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95"}"#
            ),
            "stop_loss.stop_price must be <= base_price - 0.01"
        ),
        (
            order(
                "buy", "1", "limit",
                #""limit_price":"120","order_class":"bracket","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95"}"#
            ),
            "take_profit.limit_price must be >= base_price + 0.01"
        ),
        (
            order(
                "buy", "1", "market",
                #""order_class":"bracket","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"105"}"#),
            "stop_loss.stop_price must be <= base_price - 0.01"
        ),
        (
            // Against the market as well: it would be reached at once.
            order(
                "buy", "1", "limit",
                #""limit_price":"120","order_class":"bracket","take_profit":{"limit_price":"130"},"stop_loss":{"stop_price":"105"}"#
            ),
            "stop_loss.stop_price must be <= base_price - 0.01"
        ),
        (order("buy", "1", "limit", oco), "oco orders must be exit orders"),
        (order("buy", "0.5", "market", bracket), "fractional orders must be simple"),
    ]

    @Test("legs that do not go together", arguments: wrong)
    func refused(body: String, words: String) throws {
        let rig = try Rig()
        try rig.quote("100.00", "100.10")
        let refusal = try rig.refusal(body)
        #expect(refusal.status == 422)
        #expect(refusal.message.contains(words), "\(refusal.message)")
    }

    @Test("a bracket is an entry")
    func entries() throws {
        let rig = try Rig(held: 10)
        try rig.quote("100.00", "100.10")
        let body = #""order_class":"bracket","take_profit":{"limit_price":"90"},"stop_loss":{"stop_price":"105"}"#
        #expect(try rig.refusal(order("sell", "1", "market", body)).message == "bracket orders must be entry orders")
    }
}
