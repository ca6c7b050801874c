import AlpacaAPI
import Testing
import Trading

@Suite("Alpaca venue: what is refused, and how")
struct RefusalTests {
    static let malformed = [
        (400, 40_010_000, "{", "format is invalid"),
        (400, 40_010_000, "[]", "format is invalid"),
        (422, 40_010_001, #"{"type":"market","time_in_force":"day"}"#, "symbol is required"),
        (422, 40_010_001, #"{"symbol":"ALFA","type":"market","time_in_force":"day","qty":"1"}"#, "side is required"),
        (422, 40_010_001, order("hold", "1", "market"), "invalid side"),
        (422, 40_010_001, order("buy", "1", "iceberg"), "invalid type"),
        (422, 40_010_001, order("buy", "1", "market", tif: "soon"), "invalid time_in_force"),
        (422, 40_010_001, order("buy", "x", "market"), "invalid qty"),
        (422, 40_010_001, order("buy", "-1", "market"), "qty must be > 0"),
        (422, 40_010_001, order("buy", "0", "market"), "qty must be > 0"),
        (422, 40_010_001, #"{"symbol":"ALFA","side":"buy","type":"market","time_in_force":"day"}"#, "qty or notional"),
        (400, 40_010_001, order("buy", "1", "market", #""notional":"5""#), "only one of qty or notional"),
        (
            422, 40_010_001,
            #"{"symbol":"ALFA","side":"buy","notional":"0.5","type":"market","time_in_force":"day"}"#, ">= 1.00"
        ),
        (422, 40_010_001, order("buy", "1", "limit"), "require a limit price"),
        (422, 40_010_001, order("buy", "1", "market", #""limit_price":"1""#), "require no limit price"),
        (422, 40_010_001, order("buy", "1", "stop"), "require a stop price"),
        (422, 40_010_001, order("sell", "1", "trailing_stop"), "either trail_price or trail_percent"),
        (422, 40_010_001, order("buy", "1", "market", #""order_class":"basket""#), "invalid order_class"),
        (422, 40_010_001, order("buy", "9000000000", "limit", #""limit_price":"9999999""#), "figures are too large"),
    ]

    @Test("a parameter that is missing or is none", arguments: malformed)
    func parameter(status: Int, code: Int, body: String, words: String) throws {
        let rig = try Rig(held: 10)
        try rig.quote("100.00", "100.10")
        let refusal = try rig.refusal(body)
        #expect(refusal.status == status)
        #expect(refusal.code == .number(code))
        #expect(refusal.message.contains(words), "\(refusal.message)")
        #expect(try rig.orders().isEmpty)
    }

    static let rules = [
        (422, #"{"symbol":"NOPE","side":"buy","qty":1,"type":"market","time_in_force":"day"}"#, "could not find asset"),
        (422, order("buy", "1", "limit", #""limit_price":"290.123""#), "invalid limit_price 290.123. sub-penny"),
        (422, order("sell", "1", "stop", #""stop_price":"90.001""#), "invalid stop_price 90.001. sub-penny"),
        (422, order("buy", "0.5", "market", tif: "gtc"), "fractional orders must be DAY orders"),
        (422, order("buy", "1", "market", tif: "opg"), "not offered"),
        (422, order("buy", "1", "market", #""order_class":"mleg""#), "not offered"),
        (422, order("buy", "1", "market", #""extended_hours":true"#), "must be DAY or GTC limit orders"),
        (
            422, order("buy", "1", "limit", #""limit_price":"9","extended_hours":true"#, tif: "ioc"),
            "must be DAY or GTC limit orders"
        ),
        (422, order("sell", "1", "stop", #""stop_price":"100.50""#), "stop price must be less than current price"),
        (422, order("buy", "1", "market", #""position_intent":"sell_to_close""#), "position intent mismatch"),
        (422, order("buy", "1", "market", #""take_profit":{"limit_price":"110"}"#), "simple orders take no"),
        (403, order("sell", "11", "market"), "insufficient qty available for order (requested: 11, available: 10)"),
        (403, order("buy", "2000", "limit", #""limit_price":"100""#), "insufficient buying power"),
        (403, #"{"symbol":"BRVO","side":"sell","qty":1,"type":"market","time_in_force":"day"}"#, "insufficient qty"),
    ]

    @Test("a rule that is broken", arguments: rules)
    func rule(status: Int, body: String, words: String) throws {
        let rig = try Rig(held: 10)
        try rig.quote("100.00", "100.10")
        let refusal = try rig.refusal(body)
        #expect(refusal.status == status)
        #expect(refusal.code == .number(status == 403 ? 40_310_000 : 42_210_000))
        #expect(refusal.message.contains(words), "\(refusal.message)")
        #expect(try rig.orders().isEmpty)
    }

    @Test("fractions of an asset that has none")
    func notFractionable() throws {
        let rig = try Rig { $0.listings[0].isFractionable = false }
        try rig.quote("100.00", "100.10")
        let refusal = try rig.refusal(order("buy", "0.5", "market"))
        #expect(refusal.status == 403)
        #expect(refusal.message == #"asset "ALFA" is not fractionable"#)
    }

    @Test("shares that another order holds: what is held, by whom, and what is free")
    func heldForOrders() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let resting = try rig.place(order("sell", "60", "limit", #""limit_price":"110""#, tif: "gtc"))
        #expect(try rig.position()?.quantityAvailable == Quantity(shares: 40))
        let refusal = try rig.refusal(order("sell", "50", "stop", #""stop_price":"95""#))
        #expect(refusal.cause == .insufficientQuantity)
        #expect(refusal.body?.available == Quantity(shares: 40))
        #expect(refusal.body?.existingQuantity == Quantity(shares: 100))
        #expect(refusal.body?.heldForOrders == Quantity(shares: 60))
        #expect(refusal.body?.relatedOrders == [resting.id])
    }

    @Test("a wash trade names the order that stands in the way")
    func washTrade() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let resting = try rig.place(order("sell", "10", "limit", #""limit_price":"105""#))
        let refusal = try rig.refusal(order("buy", "10", "limit", #""limit_price":"106""#))
        #expect(refusal.status == 403)
        #expect(refusal.cause == .washTrade(existing: resting.id))
        // Below it, nothing can trade with itself.
        try rig.place(order("buy", "10", "limit", #""limit_price":"99""#))
    }

    @Test("orders of a group and trailing stops are no wash trades")
    func exempt() throws {
        let rig = try Rig(held: 100)
        try rig.quote("100.00", "100.10")
        let group = #""order_class":"oco","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95"}"#
        try rig.place(order("sell", "50", "limit", group, tif: "gtc"))
        try rig.place(order("buy", "10", "market"))
    }

    @Test("a client order id is used once")
    func duplicate() throws {
        let rig = try Rig()
        try rig.place(order("buy", "1", "limit", #""limit_price":"9","client_order_id":"a""#))
        let refusal = try rig.refusal(order("buy", "1", "limit", #""limit_price":"9","client_order_id":"a""#))
        #expect(refusal.status == 422)
        #expect(refusal.code == .number(40_010_001))
        #expect(refusal.cause == .duplicateClientOrderID)
        let long = String(repeating: "x", count: 129)
        let other = try rig.refusal(order("buy", "1", "limit", #""limit_price":"9","client_order_id":"\#(long)""#))
        #expect(other.message.contains("no more than 128"))
    }

    @Test("a refusal leaves the account as it was: the money of a refused order can be spent")
    func nothingChanges() throws {
        let rig = try Rig(cash: "1000")
        try rig.quote("100.00", "100.10")
        let before = try rig.account()
        _ = try rig.refusal(order("buy", "11", "limit", #""limit_price":"100""#))
        #expect(try rig.account() == before)
        try rig.place(order("buy", "10", "limit", #""limit_price":"100""#))
        #expect(try rig.account().buyingPower == .zero)
    }

    @Test("the account's own switches")
    func switches() throws {
        let rig = try Rig(multiplier: 2)
        try rig.quote("100.00", "100.10")
        _ = try rig.read("PATCH", "/v2/account/configurations", #"{"suspend_trade":true}"#)
        #expect(try rig.refusal(order("buy", "1", "market")).message.contains("user request"))
        _ = try rig.read("PATCH", "/v2/account/configurations", #"{"suspend_trade":false,"no_shorting":true}"#)
        #expect(try rig.refusal(order("sell", "1", "market")).message == "account is not allowed to short")
        _ = try rig.read("PATCH", "/v2/account/configurations", #"{"no_shorting":false}"#)
        try rig.place(order("sell", "1", "market"))
        #expect(try rig.position()?.side == .known(.short))
    }
}
