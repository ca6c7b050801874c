import JSON
import Testing
import Trading

@testable import AlpacaAPI

/// A bracket as `GET /v2/orders?nested=true` has it once its entry is filled and its stop was replaced.
private let bracket = """
    {"id":"8a1d-entry","client_order_id":"bb7.42.1","created_at":"2026-10-12T13:31:02.120045Z",
    "updated_at":"2026-10-12T09:31:03-04:00","submitted_at":"2026-10-12T13:31:02.118Z",
    "filled_at":"2026-10-12T13:31:03.000000001Z","expired_at":null,"canceled_at":null,"failed_at":null,
    "replaced_at":null,"replaced_by":null,"replaces":null,"asset_id":"b0b6","symbol":"NVDA","asset_class":"us_equity",
    "notional":null,"qty":"143","filled_qty":"143","filled_avg_price":"181.333333333333","order_class":"bracket",
    "order_type":"limit","type":"limit","side":"buy","position_intent":"buy_to_open","time_in_force":"gtc",
    "limit_price":"181.4","stop_price":null,"status":"filled","extended_hours":false,"trail_percent":null,
    "trail_price":null,"hwm":null,"group_id":"g-1","group_role":"entry","subtag":null,"source":null,
    "expires_at":"2027-01-10T21:00:00Z","legs":[
    {"id":"leg-tp","client_order_id":"x1","symbol":"NVDA","qty":"143","filled_qty":"0","type":"limit","side":"sell",
    "time_in_force":"gtc","limit_price":"199.08","status":"new","order_class":"bracket","group_role":"take_profit",
    "notional":null,"legs":null},
    {"id":"leg-sl-2","client_order_id":"x3","replaces":"leg-sl-1","symbol":"NVDA","qty":"143","filled_qty":"0",
    "type":"stop_limit","side":"sell","time_in_force":"gtc","stop_price":"172.5","limit_price":"171","status":"held",
    "order_class":"bracket","group_role":"stop_loss","notional":null,"legs":null}]}
    """

@Suite("orders")
struct OrderTests {
    @Test("a bracket with its legs, its chain of replacements and its roles")
    func nested() throws {
        let order = try read(Alpaca.Order.self, bracket)
        #expect(order.quantity == Quantity(shares: 143))
        #expect(order.filledAveragePrice == (try Price("181.33333333")), "shown: rounded half to even")
        #expect(order.filledAt?.description == "2026-10-12T13:31:03.000000001Z")
        #expect(order.updatedAt?.description == "2026-10-12T13:31:03Z")
        #expect(order.groupRole == .known(.entry))
        let legs = try #require(order.legs)
        #expect(legs.map(\.status) == [.known(.new), .known(.held)])
        #expect(legs[1].replaces == Alpaca.OrderID("leg-sl-1"))
        #expect(legs[1].groupRole == .known(.stopLoss))
        #expect(order.unknown.map(\.key) == ["subtag", "source"])
        #expect(try read(Alpaca.Order.self, written(order)) == order)
    }

    @Test(
        "a quantity, a limit or a stop that is not exact is refused",
        arguments: ["qty", "filled_qty", "limit_price", "stop_price", "trail_price", "notional"])
    func exact(field: String) {
        let text = #"{"id":"a","status":"new","\#(field)":"1.00000000005"}"#
        #expect(defect(of: Alpaca.Order.self, text)?.hasPrefix("\(field): \"1.00000000005\" has more than ") == true)
    }

    @Test("nine decimals of a quantity are exact, and a short position is negative")
    func fractions() throws {
        let position = try read(
            Alpaca.Position.self,
            #"{"asset_id":"a","symbol":"BTC/USD","asset_class":"crypto","qty":"-0.123456789","side":"short","avg_entry_price":"62787.523148148148148","exchange":"","unrealized_plpc":-0.0018326556325525}"#
        )
        #expect(position.quantity.units == -123_456_789)
        #expect(position.averageEntryPrice == (try Price("62787.52314815")))
        #expect(position.unrealizedFraction == (try Ratio("-0.001833")))
        #expect(position.assetClass == .known(.crypto))
        #expect(
            defect(
                of: Alpaca.Position.self,
                #"{"asset_id":"a","symbol":"BTC/USD","asset_class":"crypto","qty":"0.1234567891","side":"long","avg_entry_price":"1"}"#
            )
                == #"qty: "0.1234567891" has more than 9 decimals"#)
    }

    @Test("of the statuses only five are final, and none that is not known")
    func terminal() {
        let terminal = Alpaca.OrderStatus.allCases.filter(\.isTerminal)
        #expect(terminal == [.filled, .canceled, .expired, .replaced, .rejected])
        #expect(Alpaca.Open<Alpaca.OrderStatus>("pending_moon").known == nil)
    }

    @Test("requests are written as strings, with what they have and nothing else")
    func request() throws {
        var order = Alpaca.OrderRequest()
        order.symbol = Symbol(unchecked: "NVDA")
        order.quantity = Quantity(shares: 143)
        order.side = .known(.buy)
        order.type = .known(.limit)
        order.timeInForce = .known(.gtc)
        order.limitPrice = try Price("181.40")
        order.clientOrderID = Alpaca.ClientOrderID("bb7.42.1")
        order.orderClass = .known(.bracket)
        order.takeProfit = .init(limitPrice: try Price("199.08"))
        order.stopLoss = .init(stopPrice: try Price("172.5"), limitPrice: try Price("171"))
        let text =
            #"{"symbol":"NVDA","qty":"143","side":"buy","type":"limit","time_in_force":"gtc","limit_price":"181.4","#
            + #""client_order_id":"bb7.42.1","order_class":"bracket","take_profit":{"limit_price":"199.08"},"#
            + #""stop_loss":{"stop_price":"172.5","limit_price":"171"}}"#
        #expect(written(order) == text)
        #expect(try read(Alpaca.OrderRequest.self, text) == order)
    }

    @Test(
        "bodies of other clients are read: floats, strings, notional, options, exponents",
        arguments: [
            #"{"symbol":"SPY","qty":3.0,"side":"buy","type":"market","time_in_force":"day"}"#,
            #"{"symbol":"SPY","notional":4.25,"side":"buy","type":"market","time_in_force":"day","extended_hours":true}"#,
            #"{"symbol":"BTC/USD","qty":1e-05,"side":"sell","type":"stop_limit","time_in_force":"gtc","limit_price":"60000","stop_price":60100.5}"#,
            #"{"symbol":"SPY","qty":"1","side":"sell","type":"trailing_stop","time_in_force":"day","trail_percent":1.5}"#,
            #"{"symbol":"SPY","qty":"2","side":"sell","type":"limit","time_in_force":"gtc","order_class":"oco","take_profit":{"limit_price":"301"},"stop_loss":{"stop_price":299}}"#,
            #"{"symbol":"SPY","qty":"2","side":"buy","type":"market","time_in_force":"day","order_class":"oto","stop_loss":{"stop_price":"299","limit_price":"298.5"}}"#,
            #"{"qty":"1","type":"limit","time_in_force":"day","order_class":"mleg","limit_price":"-0.6","legs":[{"symbol":"AAPL250117P00200000","ratio_qty":"1","side":"buy","position_intent":"buy_to_open"}]}"#,
            #"{"symbol":"SPY","qty":"1","side":"buy","type":"market","time_in_force":"day","advanced_instructions":{"algorithm":"DMA","destination":"NYSE"}}"#,
        ])
    func foreignRequests(text: String) throws {
        let order = try read(Alpaca.OrderRequest.self, text)
        #expect(order.unknown.isEmpty)
        #expect(isSame(try JSONParser.parse(Array(text.utf8), takesExponents: true), order.json(.exact)).isEmpty)
    }

    @Test("a change says only what is to change")
    func change() throws {
        var change = Alpaca.OrderChange()
        change.stopPrice = try Price("173.25")
        change.clientOrderID = Alpaca.ClientOrderID("bb7.43.1")
        #expect(written(change) == #"{"stop_price":"173.25","client_order_id":"bb7.43.1"}"#)
        #expect(written(Alpaca.OrderChange()) == "{}")
    }

    @Test("nullable fields are written as null, as the vendor does")
    func nulls() throws {
        let text = written(try read(Alpaca.Order.self, #"{"id":"a","status":"new"}"#))
        for field in [
            "filled_at", "replaced_by", "legs", "limit_price", "qty", "notional", "filled_avg_price", "symbol",
        ] {
            #expect(text.contains("\"\(field)\":null"), "\(field)")
        }
        #expect(!text.contains("group_id"), "absent on single orders")
    }

    @Test("rows of 207 have a status and a body of either kind")
    func many() throws {
        let rows = try read(
            Alpaca.Rows<Alpaca.ClosedPosition>.self,
            #"[{"symbol":"SPY","status":200,"body":{"id":"a","status":"accepted"}},{"symbol":"F","status":500,"body":{"code":50010000,"message":"failed"}}]"#
        )
        #expect(rows.elements.map(\.status) == [200, 500])
        #expect(try Alpaca.Order.read(try #require(rows.elements[0].body), .exact).status == .known(.accepted))
        #expect(try Alpaca.ErrorBody.read(try #require(rows.elements[1].body), .exact).code == .number(50_010_000))
    }
}

@Suite("account and activities")
struct AccountTests {
    @Test("money to spend is rounded down, and what is owed is not made smaller by it")
    func account() throws {
        let account = try read(
            Alpaca.Account.self,
            #"{"id":"a","status":"ACTIVE","cash":"-23140.2000001","buying_power":"262113.6329999","equity":"103820.5600005","multiplier":"4","pattern_day_trader":false}"#
        )
        #expect(account.cash?.description == "-23140.200001")
        #expect(account.buyingPower?.description == "262113.632999")
        #expect(account.equity?.description == "103820.56")
        #expect(account.unknown.map(\.key) == ["pattern_day_trader"], "gone since 2026-07")
    }

    @Test("executions and all else are told apart by their type")
    func activities() throws {
        let text =
            #"[{"activity_type":"FILL","id":"20261012::a","order_id":"o","side":"sell_short","symbol":"F","qty":"1.5","price":"12.345678915","transaction_time":"2026-10-12T13:31:03Z","type":"partial_fill","cum_qty":"1.5","leaves_qty":"0"},"#
            + #"{"activity_type":"FEE","id":"20261012::b","date":"2026-10-12","net_amount":"-0.0200005","description":"TAF fee","status":"executed"},"#
            + #"{"activity_type":"CSW","id":"20261012::c","date":"2026-10-12T00:00:00Z","net_amount":"-500"},"#
            + #"{"activity_type":"SPLIT","id":"20261012::d","date":"2026-10-12","net_amount":"0","symbol":"NVDA","qty":"-90"},"#
            + #"{"activity_type":"BRANDNEW","id":"20261012::e"}]"#
        let activities = try read([Alpaca.Activity].self, text)
        guard case .trade(let fill) = activities[0] else { return #expect(Bool(false), "a fill") }
        #expect(fill.side == .known(.sellShort))
        #expect(fill.price.description == "12.34567892", "an execution is rounded rather than lost")
        let others = activities.dropFirst().compactMap { if case .other(let activity) = $0 { activity } else { nil } }
        #expect(
            others.map(\.activityType) == [.known(.fee), .known(.cashWithdrawal), .known(.split), .other("BRANDNEW")])
        #expect(others[0].netAmount?.description == "-0.02")
        #expect(others[1].date?.description == "2026-10-12")
        #expect(others[2].quantity == Quantity(shares: -90))
        #expect(try read([Alpaca.Activity].self, written(activities)) == activities)
    }

    @Test("pages of activities go on from the last id while they are full")
    func pages() throws {
        var query = Alpaca.ActivityQuery()
        query.pageSize = 2
        func page(_ text: String) throws -> Alpaca.Rows<Alpaca.Activity> {
            try read(Alpaca.Rows<Alpaca.Activity>.self, text)
        }
        let full = try page(#"[{"activity_type":"FEE","id":"a"},{"activity_type":"FEE","id":"b"}]"#)
        #expect(try query.next(after: full)?.pageToken == Alpaca.ActivityID("b"))
        #expect(try query.next(after: page(#"[{"activity_type":"FEE","id":"a"}]"#)) == nil)
        #expect(try query.next(after: page("[]")) == nil)
        #expect(try query.next(after: page(#"[{"activity_type":"FEE"},{"activity_type":"FEE","id":"b"}]"#)) != nil)
        #expect(throws: Alpaca.DecodingError.self, "nobody knows where the next page begins") {
            try query.next(after: page(#"[{"activity_type":"FEE","id":"a"},{"activity_type":"FEE"}]"#))
        }
    }

    @Test("an event of an activity: an execution, its correction, a fee, a split")
    func events() throws {
        let correction =
            #"{"event_id":"01K7B2N4QJZ5M3T8W9X0Y1V2C3","ref_id":"e2","previous_id":"e1","at":"2026-10-12T13:40:00Z","activity_type":"FILL","status":"correct","qty":"10","price":"12.5","details":{"order_id":"o","client_order_id":"bb1","side":"buy","symbol":"F","execution_type":"trade_correct","commission":"0.35","leaves_qty":"0","cum_qty":"10","order_status":"filled"}}"#
        let event = try read(Alpaca.ActivityEvent.self, correction)
        guard case .trade(let details) = event.details else { return #expect(Bool(false), "an execution") }
        #expect(details.executionType == .known(.tradeCorrect))
        #expect(event.previousID == Alpaca.ReferenceID("e1"))
        #expect(details.commission?.description == "0.35")
        #expect(try read(Alpaca.ActivityEvent.self, written(event)) == event)
        let split = try read(
            Alpaca.ActivityEvent.self,
            #"{"event_id":"made up","ref_id":"s1","at":"2026-10-12T13:40:00Z","activity_type":"SPLIT","details":{"system_date":"2026-10-12","position_date":"2026-10-11","symbol":"NVDA","old_rate":"1","new_rate":"10","old_qty":"10","new_qty":"100","old_cusip":"1"}}"#
        )
        guard case .other(let booking) = split.details else { return #expect(Bool(false), "no execution") }
        #expect(booking.newRate == (try Alpaca.Rate("10")))
        #expect(booking.newQuantity == Quantity(shares: 100))
        #expect(booking.unknown.map(\.key) == ["old_cusip"])
    }
}
