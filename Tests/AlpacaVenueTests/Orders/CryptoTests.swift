import AlpacaAPI
import JSON
import Testing
import Trading

@Suite("Alpaca venue: crypto")
struct CryptoTests {
    private let pair = Symbol(unchecked: "BTC/USD")

    /// On a Saturday.
    private func rig(_ bid: String = "64321.12345", _ ask: String = "64321.2") throws -> Rig {
        let rig = try Rig(at: time("2026-03-14T12:00:00Z")) { $0.listings.append(.init(Symbol(unchecked: "BTC/USD"))) }
        try quote(rig, bid, ask)
        return rig
    }

    private func quote(_ rig: Rig, _ bid: String, _ ask: String) throws {
        let at = rig.venue.now + .seconds(1)
        try rig.venue.apply(
            MarketUpdate(at: at, quotes: [.init(symbol: pair, bid: try Price(bid), ask: try Price(ask), at: at)]))
    }

    private func body(_ side: String, _ quantity: String, _ type: String, _ more: String = "", tif: String = "gtc")
        -> String
    {
        order(side, quantity, type, more, tif: tif).split(separator: "ALFA").joined(separator: "BTC/USD")
    }

    @Test("it is traded on Saturdays, in any fraction and at any price, while a share waits for Monday")
    func weekend() throws {
        let rig = try rig()
        let bought = try rig.place(body("buy", "0.123456789", "market"))
        #expect(bought.status == .known(.pendingNew))
        #expect(bought.assetClass == .known(.crypto))
        #expect(try rig.order(bought.id).filledQuantity == (try Quantity("0.123456789")))
        let resting = try rig.place(body("sell", "0.1", "limit", #""limit_price":"70000.12345678""#))
        #expect(try rig.order(resting.id).status == .known(.new))
        try quote(rig, "70001", "70002")
        #expect(try rig.order(resting.id).status == .known(.filled))
        let share = try rig.place(order("buy", "1", "limit", #""limit_price":"9""#))
        #expect(try rig.order(share.id).status == .known(.accepted))
    }

    @Test("a pair is found with and without its slash")
    func names() throws {
        let rig = try rig()
        try rig.place(body("buy", "1", "market").split(separator: "/").joined())
        for name in ["BTC%2FUSD", "BTCUSD"] {
            #expect(rig.send("GET", "/v2/positions/\(name)").status == 200)
            #expect(rig.send("GET", "/v2/assets/\(name)").text.contains(#""class":"crypto""#))
        }
        let closed = rig.send("DELETE", "/v2/positions/BTCUSD")
        #expect(closed.status == 200, "\(closed.text)")
    }

    @Test(
        "what crypto has not",
        arguments: [
            (422, "buy", "1", "stop", #""stop_price":"70000""#, "gtc", "invalid order type for crypto order"),
            (422, "buy", "1", "market", "", "day", "invalid crypto time_in_force"),
            (
                422, "buy", "1", "market",
                #""order_class":"bracket","take_profit":{"limit_price":"80000"},"stop_loss":{"stop_price":"50000"}"#,
                "gtc",
                "must be simple"
            ),
            (403, "buy", "0.0001", "market", "", "gtc", "cost basis must be >= minimal amount of order 10"),
            (403, "sell", "1", "market", "", "gtc", "insufficient balance for BTC (requested: 1, available: 0)"),
            (403, "buy", "2", "market", "", "gtc", "balance for USD (requested: 128642.32345, available: 100000)"),
        ])
    func refused(
        status: Int, side: String, quantity: String, type: String, more: String, tif: String, words: String
    ) throws {
        let rig = try rig()
        let refusal = try rig.refusal(body(side, quantity, type, more, tif: tif))
        #expect(refusal.status == status)
        #expect(refusal.message.contains(words), "\(refusal.message)")
    }

    @Test("its market data need no key, and a wrong one is refused all the same")
    func publicData() throws {
        let rig = try rig()
        let target = "/v1beta3/crypto/us/latest/quotes?symbols=BTC%2FUSD"
        #expect(rig.send("GET", target, as: nil).text.contains(#""bp":64321.12345"#))
        #expect(rig.send("GET", target, as: .init(key: "key", secret: "x")).status == 401)
        #expect(rig.send("GET", "/v1beta3/crypto/mars/latest/quotes?symbols=BTC%2FUSD", as: nil).status == 400)
        #expect(rig.send("GET", "/v2/account", as: nil).status == 401)
    }

    @Test("its days are those of UTC")
    func days() throws {
        let rig = try rig()
        for start in ["2026-03-14T23:59:00Z", "2026-03-15T00:00:00Z"] {
            let bar = Bar(
                symbol: pair, start: time(start), period: .seconds(60), open: .one, high: .one, low: .one, close: .one,
                volume: .one)
            try rig.venue.apply(MarketUpdate(at: bar.end, bars: [bar]))
        }
        let target = "/v1beta3/crypto/us/bars?symbols=BTC%2FUSD&timeframe=1Day&start=2026-03-01T00:00:00Z"
        let page = try Alpaca.decode(
            Alpaca.HistoryPage<Alpaca.Bar>.self, from: rig.send("GET", target, as: nil).body)
        #expect(page.bySymbol[pair]?.map(\.time) == [time("2026-03-14T00:00:00Z"), time("2026-03-15T00:00:00Z")])
    }
}
