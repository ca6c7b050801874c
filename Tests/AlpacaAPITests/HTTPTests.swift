import JSON
import Testing
import Trading

@testable import AlpacaAPI

@Suite("requests and their answers")
struct HTTPTests {
    private typealias A = Alpaca

    @Test("paths, methods and hosts are those of the documents")
    func targets() throws {
        let id = Alpaca.OrderID("8a1d"), nvda = Symbol(unchecked: "NVDA"), bitcoin = Symbol(unchecked: "BTC/USD")
        func line<R>(_ endpoint: A.Endpoint<R>) -> String {
            "\(endpoint.host == .data ? "data " : "")\(endpoint.method.rawValue) \(endpoint.target)"
        }
        #expect(line(A.Endpoint.account) == "GET /v2/account")
        #expect(line(A.Endpoint.configuration) == "GET /v2/account/configurations")
        #expect(line(A.Endpoint.configure(.init())) == "PATCH /v2/account/configurations")
        #expect(line(A.Endpoint.positions) == "GET /v2/positions")
        #expect(line(A.Endpoint.position(bitcoin)) == "GET /v2/positions/BTC%2FUSD")
        #expect(line(A.Endpoint.closeAllPositions(cancelOrders: true)) == "DELETE /v2/positions?cancel_orders=true")
        #expect(line(A.Endpoint.orders(.init())) == "GET /v2/orders")
        #expect(line(A.Endpoint.order(id, nested: true)) == "GET /v2/orders/8a1d?nested=true")
        #expect(
            line(A.Endpoint.order(clientOrderID: .init("a b&c")))
                == "GET /v2/orders:by_client_order_id?client_order_id=a%20b%26c")
        #expect(line(A.Endpoint.place(.init())) == "POST /v2/orders")
        #expect(line(A.Endpoint.replace(id, .init())) == "PATCH /v2/orders/8a1d")
        #expect(line(A.Endpoint.cancel(id)) == "DELETE /v2/orders/8a1d")
        #expect(line(A.Endpoint.cancelAllOrders) == "DELETE /v2/orders")
        #expect(line(A.Endpoint.asset(nvda)) == "GET /v2/assets/NVDA")
        #expect(line(A.Endpoint.assets(.init())) == "GET /v2/assets")
        #expect(line(A.Endpoint.clock) == "GET /v2/clock")
        #expect(line(A.Endpoint.clocks(of: ["NYSE", "BOATS"])) == "GET /v3/clock?markets=NYSE%2CBOATS")
        #expect(line(A.Endpoint.calendar(of: "NYSE", .init())) == "GET /v3/calendar/NYSE")
        #expect(line(A.Endpoint.activities(of: .fill, .init())) == "GET /v2/account/activities/FILL")
        #expect(line(A.Endpoint.tradeEvents(.init())) == "GET /v2/events/trades")
        #expect(line(A.Endpoint.activityEvents(.init())) == "GET /v2beta1/events/activities")
        #expect(A.Endpoint.activityEvents(.init()).isEventStream && !A.Endpoint.clock.isEventStream)
        var query = A.LatestQuery()
        query.symbols = .init([nvda, bitcoin])
        query.feed = .known(.delayedSIP)
        let symbols = "symbols=NVDA%2CBTC%2FUSD&feed=delayed_sip"
        #expect(
            line(A.Endpoint<A.Latest<A.Quote>>.latest(.stocks, query)) == "data GET /v2/stocks/quotes/latest?" + symbols
        )
        #expect(
            line(A.Endpoint<A.Latest<A.Bar>>.latest(.crypto, query)) == "data GET /v1beta3/crypto/us/latest/bars?"
                + symbols)
        #expect(
            line(A.Endpoint<A.HistoryPage<A.Trade>>.history(.stocks, .init())) == "data GET /v2/stocks/trades?symbols=")
        #expect(line(A.Endpoint.stockSnapshots(query)) == "data GET /v2/stocks/snapshots?" + symbols)
        #expect(line(A.Endpoint.cryptoSnapshots(query)) == "data GET /v1beta3/crypto/us/snapshots?" + symbols)
        #expect(line(A.Endpoint.corporateActions(.init())) == "data GET /v1/corporate-actions")
        #expect(line(A.Endpoint.corporateActionEvents(.init())) == "data GET /v1beta1/events/corporate-actions")
    }

    @Test("what moves shares is never repeated blindly")
    func repeatable() {
        let id = Alpaca.OrderID("a")
        #expect(
            A.Endpoint.account.isRepeatable && A.Endpoint.cancel(id).isRepeatable
                && A.Endpoint.cancelAllOrders.isRepeatable)
        #expect(!A.Endpoint.place(.init()).isRepeatable && !A.Endpoint.replace(id, .init()).isRepeatable)
        #expect(!A.Endpoint.closeAllPositions(cancelOrders: false).isRepeatable)
        #expect(!A.Endpoint.closePosition(Symbol(unchecked: "NVDA"), .init()).isRepeatable)
    }

    @Test("an answer without a body is one where none is expected, and only there")
    func nothing() throws {
        #expect(try A.Endpoint.cancel(Alpaca.OrderID("a")).decode([]) == Alpaca.Nothing())
        #expect(throws: Alpaca.DecodingError.self) { try A.Endpoint.account.decode([]) }
        #expect(try A.Endpoint.calendar(.init()).decode(Array("[]".utf8)) == [])
    }

    @Test("queries are written, and read as they and other clients write them")
    func queries() throws {
        var query = Alpaca.OrderListQuery()
        query.status = .known(.all)
        query.limit = 500
        query.after = time("2026-10-12T13:31:03.5Z")
        query.isNested = true
        query.symbols = .init([Symbol(unchecked: "NVDA"), Symbol(unchecked: "BTC/USD")])
        query.assetClasses = .init([.known(.usEquity), .other("moon")])
        let text = Alpaca.Query.encode(query)
        #expect(
            text
                == "status=all&limit=500&after=2026-10-12T13%3A31%3A03.5Z&nested=true&symbols=NVDA%2CBTC%2FUSD&asset_class=us_equity%2Cmoon"
        )
        #expect(try Alpaca.Query.decode(Alpaca.OrderListQuery.self, from: text) == query)
        let python =
            "limit=500&nested=True&symbols=NVDA&symbols=BTC/USD&asset_class=us_equity&asset_class=moon&status=all&after=2026-10-12T09:31:03.5-04:00"
        #expect(try Alpaca.Query.decode(Alpaca.OrderListQuery.self, from: python) == query)
        #expect(try Alpaca.Query.decode(Alpaca.OrderListQuery.self, from: "").status == nil)
        #expect(try Alpaca.Query.plain("a+b%2Bc") == "a b+c", "a plus sign is a blank, as forms have it")
        var history = Alpaca.HistoryQuery()
        history.timeFrame = Alpaca.TimeFrame(15, .minute)
        #expect(Alpaca.Query.encode(history) == "symbols=&timeframe=15Min")
        #expect(history.next(nil) == nil)
        #expect(
            history.next(Alpaca.PageToken("QUF=")).map(Alpaca.Query.encode)
                == "symbols=&timeframe=15Min&page_token=QUF%3D")
    }

    @Test(
        "a query that is broken is refused with the field",
        arguments: [
            ("limit=many", #"limit: "many" is no whole number"#), ("nested=2", #"nested: "2" is no true or false"#),
            ("after=yesterday", #"after: "yesterday" is no RFC 3339 time between 1678 and 2261"#),
            ("symbols=a%2", #""a%2" is no short text"#), ("symbols=%FF", #""%FF" is no short text"#),
            ("symbols=NVDA,nvda", #"symbols[1]: "nvda" is no symbol"#),
        ])
    func brokenQueries(text: String, words: String) {
        let error = #expect(throws: Alpaca.DecodingError.self) {
            try Alpaca.Query.decode(Alpaca.OrderListQuery.self, from: text)
        }
        #expect(error?.description == words)
    }

    @Test("time frames are those of the vendor, in each spelling")
    func timeFrames() throws {
        for (text, plain) in [
            ("1Min", "1Min"), ("59T", "59Min"), ("23H", "23Hour"), ("1D", "1Day"), ("1Week", "1Week"),
            ("12M", "12Month"), ("1min", "1Min"), ("1day", "1Day"),
        ] {
            #expect(try read(Alpaca.TimeFrame.self, "\"\(text)\"").json(.exact) == .string(plain))
        }
        for text in ["60Min", "0Min", "24Hour", "2Day", "2Week", "5Month", "Min", "1", "1minute", "-1Min", "1.5Hour"] {
            #expect(defect(of: Alpaca.TimeFrame.self, "\"\(text)\"") == "\"\(text)\" is no time frame")
        }
    }

    @Test("rate headers, whatever their capitals")
    func rateHeaders() throws {
        let headers = [
            Alpaca.Header("x-ratelimit-LIMIT", "200"), .init("X-RateLimit-Remaining", "0"),
            .init("X-Ratelimit-Reset", "1791811863"),
        ]
        let limit = try #require(try Alpaca.RateLimit(headers))
        #expect(limit.limit == 200 && limit.remaining == 0)
        #expect(limit.reset == Timestamp(seconds: 1_791_811_863))
        #expect(try Alpaca.RateLimit([.init("Content-Type", "text/html")]) == nil)
        for value in ["", "-1", "many", "1.5", "9223372036854775807"] {
            let error = #expect(throws: Alpaca.DecodingError.self) {
                try Alpaca.RateLimit([.init("X-RateLimit-Reset", value)])
            }
            #expect(
                error?.description == #"["x-ratelimit-reset"]: "\#(value)" is no value of this header"#)
        }
    }

    private static let bodies: [(Int, String, Alpaca.Refusal.Cause)] = [
        (401, #"{"message":"unauthorized."}"#, .unauthorized), (401, "<html>nginx</html>", .unauthorized),
        (
            403,
            #"{"code":40310000,"existing_order_id":"w1","message":"potential wash trade detected. use complex orders","reject_reason":"opposite side limit order exists"}"#,
            .washTrade(existing: Alpaca.OrderID("w1"))
        ),
        (
            403,
            #"{"available":"0","code":40310000,"existing_qty":"143","held_for_orders":"143","message":"insufficient qty available for order (requested: 143, available: 0)","related_orders":["a","b"],"symbol":"NVDA"}"#,
            .insufficientQuantity
        ),
        (
            403, #"{"buying_power":"12.3","code":40310000,"cost_basis":"100","message":"insufficient buying power"}"#,
            .insufficientBuyingPower
        ),
        (403, #"{"message":"order parameters are not changed"}"#, .unchanged),
        (403, #"{"message":"forbidden."}"#, .forbidden),
        (404, #"{"code":40410000,"message":"order not found for x"}"#, .notFound),
        (422, #"{"code":40010001,"message":"client_order_id must be unique"}"#, .duplicateClientOrderID),
        (422, #"{"code":42210000,"message":"order is not cancelable"}"#, .notCancelable),
        (
            422,
            #"{"code":42210000,"message":"invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria"}"#,
            .subPenny
        ),
        (422, #"{"code":"42210000","message":"something new"}"#, .invalid), (400, "", .invalid),
        (429, "too many requests", .rateLimited), (503, "", .serverError), (504, "<html>", .serverError),
        (418, "", .other),
    ]

    @Test("a refusal says what is to be done about it, whatever its body is", arguments: bodies)
    func refusals(status: Int, body: String, cause: Alpaca.Refusal.Cause) {
        let refusal = Alpaca.Refusal(status: status, headers: [.init("x-request-id", "r1")], body: Array(body.utf8))
        #expect(refusal.cause == cause)
        #expect(refusal.requestID == "r1")
    }

    @Test("what a refusal repeats is bounded, and its figures are read")
    func refusalBody() throws {
        let long = Alpaca.Refusal(status: 500, body: Array(String(repeating: "é", count: 9_000).utf8))
        #expect(long.message.count == 200)
        let held = Alpaca.Refusal(status: 403, body: Array(Self.bodies[3].1.utf8))
        #expect(held.code == .number(40_310_000))
        #expect(held.body?.heldForOrders == Quantity(shares: 143))
        #expect(held.body?.relatedOrders.map(\.text) == ["a", "b"])
        #expect(
            Alpaca.Refusal(status: 400, body: Array(#"{"code":"invalid_input","message":"x"}"#.utf8)).code
                == .word("invalid_input"))
        #expect(
            written(Alpaca.ErrorBody(40_410_000, "order not found"))
                == #"{"code":40410000,"message":"order not found"}"#)
    }
}
