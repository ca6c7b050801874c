import JSON
import Testing
import Trading

@testable import AlpacaAPI

@Suite("the stream of an account")
struct TradingStreamTests {
    private func message(_ text: String) throws -> Alpaca.TradingStreamMessage {
        try read(Alpaca.TradingStreamMessage.self, text)
    }

    @Test("it is authorized or not, and says to what that answers")
    func authorization() throws {
        for (status, known) in [("authorized", Alpaca.AuthorizationStatus.authorized), ("unauthorized", .unauthorized)]
        {
            for action in ["authenticate", "listen"] {
                let text = #"{"stream":"authorization","data":{"status":"\#(status)","action":"\#(action)"}}"#
                guard case .authorization(let data) = try message(text) else { return #expect(Bool(false), "\(text)") }
                #expect(data.status == .known(known))
                #expect(data.action == action)
            }
        }
        #expect(
            defect(of: Alpaca.TradingStreamMessage.self, #"{"stream":"authorization","data":{}}"#)
                == "data.status: missing")
        #expect(
            defect(of: Alpaca.TradingStreamMessage.self, #"{"stream":"authorization"}"#)
                == "data: expected an object, found null")
    }

    @Test("what it listens to, errors in either shape, and streams that are not known")
    func others() throws {
        guard case .listening(let data) = try message(#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#)
        else {
            return #expect(Bool(false), "listening")
        }
        #expect(data.streams == ["trade_updates"])
        for text in [
            #"{"stream":"error","data":{"message":"x"}}"#,
            #"{"action":"error","data":{"error_message":"internal server error"}}"#,
        ] {
            guard case .error = try message(text) else { return #expect(Bool(false), "\(text)") }
        }
        for text in [#"{"stream":"account_updates","data":{"id":"a"}}"#, #"{"message":"hello"}"#] {
            let other = try message(text)
            guard case .other = other else { return #expect(Bool(false), "\(text)") }
            #expect(written(other) == text)
        }
        #expect(defect(of: Alpaca.TradingStreamMessage.self, "[]") == "expected an object, found an array")
    }

    @Test(
        "every event is read and written, known or not",
        arguments: Alpaca.TradeEvent.allCases.map(\.rawValue) + ["moon_phase"])
    func events(event: String) throws {
        let text =
            #"{"stream":"trade_updates","data":{"at":"2026-10-12T13:31:03.1Z","event":"\#(event)","event_id":"01K7B2N4QJZ5M3T8W9X0Y1V2C3","#
            + #""timestamp":"2026-10-12T09:31:03.000000001-04:00","order":{"id":"a","client_order_id":"bb1","status":"partially_filled","qty":"10","filled_qty":"4"}}}"#
        guard case .tradeUpdate(let update) = try message(text) else { return #expect(Bool(false), "an update") }
        #expect(update.event == Alpaca.Open(event))
        #expect((update.event.known == nil) == (event == "moon_phase"))
        #expect(update.timestamp?.description == "2026-10-12T13:31:03.000000001Z")
        #expect(update.executionID == nil)
        #expect(try message(written(Alpaca.TradingStreamMessage.tradeUpdate(update))) == .tradeUpdate(update))
    }

    @Test("an execution has its own quantity and price, the order what it came to")
    func fill() throws {
        let text =
            #"{"event":"partial_fill","execution_id":"e1","price":"179.08","qty":"4","position_qty":"-4","settle_date":"2026-10-13","order":{"id":"a","status":"partially_filled","filled_qty":"6","filled_avg_price":"179.0733333333333"}}"#
        let update = try read(Alpaca.TradeUpdate.self, text)
        #expect(update.quantity == Quantity(shares: 4) && update.order.filledQuantity == Quantity(shares: 6))
        #expect(update.price == (try Price("179.08")))
        #expect(update.positionQuantity == Quantity(shares: -4))
        #expect(update.settleDate?.description == "2026-10-13")
        #expect(update.order.filledAveragePrice?.description == "179.07333333")
        #expect(
            defect(
                of: Alpaca.TradeUpdate.self,
                #"{"event":"fill","qty":"1.0000000001","order":{"id":"a","status":"filled"}}"#)
                == #"qty: "1.0000000001" has more than 9 decimals"#)
    }

    @Test("a correction names what it corrects")
    func correction() throws {
        let update = try read(
            Alpaca.TradeUpdate.self,
            #"{"event":"trade_bust","event_id":17,"execution_id":"e2","previous_execution_id":"e1","qty":"1","reason":"erroneous","order":{"id":"a","status":"new"}}"#
        )
        #expect(update.previousExecutionID == Alpaca.ExecutionID("e1"))
        #expect(update.reason == "erroneous")
        #expect(update.eventID?.text == "17", "old streams count their events")
    }

    @Test("commands are written in today's form and read in both")
    func commands() throws {
        let key = Alpaca.Credentials(key: "PK1", secret: "s3cret")
        let today = #"{"action":"auth","key":"PK1","secret":"s3cret"}"#
        #expect(written(Alpaca.TradingStreamCommand.authenticate(key)) == today)
        #expect(try read(Alpaca.TradingStreamCommand.self, today) == .authenticate(key))
        #expect(
            try read(
                Alpaca.TradingStreamCommand.self,
                #"{"action":"authenticate","data":{"key_id":"PK1","secret_key":"s3cret"}}"#) == .authenticate(key))
        #expect(
            try read(Alpaca.TradingStreamCommand.self, #"{"action":"authenticate","key":"PK1","secret":"s3cret"}"#)
                == .authenticate(key))
        let listen = #"{"action":"listen","data":{"streams":["trade_updates"]}}"#
        #expect(written(Alpaca.TradingStreamCommand.listen(["trade_updates"])) == listen)
        #expect(try read(Alpaca.TradingStreamCommand.self, listen) == .listen(["trade_updates"]))
    }

    @Test("a secret stands in no description and in no error")
    func secrets() {
        let key = Alpaca.Credentials(key: "PKSECRET", secret: "s3cret")
        var dumped = ""
        dump(key, to: &dumped)
        dump(Alpaca.TradingStreamCommand.authenticate(key), to: &dumped)
        for text in [
            "\(key)", String(reflecting: key), dumped, "\([key])", "\(Alpaca.DataStreamCommand.authenticate(key))",
        ] {
            #expect(!text.contains("s3cret") && !text.contains("PKSECRET"))
        }
        for text in [
            #"{"action":"auth","key":"s3cret","secret":["s3cret"]}"#, #"{"action":"auth","secret":"s3cret"}"#,
            #"{"action":"authenticate","data":{"key_id":7,"secret_key":"s3cret"}}"#,
        ] {
            #expect(defect(of: Alpaca.TradingStreamCommand.self, text)?.contains("s3cret") == false)
        }
        #expect(
            defect(of: Alpaca.TradingStreamCommand.self, #"{"action":"auth","key":"a","secret":[]}"#)
                == "secret: expected a string, found an array")
        #expect(
            defect(of: Alpaca.TradingStreamCommand.self, #"{"action":"dance"}"#)
                == "action: expected auth, authenticate or listen, found dance")
        #expect(
            defect(of: Alpaca.TradingStreamCommand.self, #"{"action":"listen","data":{"streams":[7]}}"#)
                == "data.streams[0]: expected a string, found a number")
    }
}

@Suite("server-sent events")
struct EventStreamTests {
    private func items(_ text: String, chunk: Int? = nil) throws -> [Alpaca.EventStream.Item] {
        var stream = Alpaca.EventStream()
        var rest = Array(text.utf8)[...]
        var items: [Alpaca.EventStream.Item] = []
        while !rest.isEmpty {
            let part = rest.prefix(chunk ?? rest.count)
            items += try stream.append(part)
            rest = rest.dropFirst(part.count)
        }
        return items
    }

    private func event(_ data: String, id: String? = nil, name: String = "message") -> Alpaca.EventStream.Item {
        .event(.init(name: name, id: id, data: data))
    }

    @Test("ends of lines of each kind, wherever the bytes are cut", arguments: ["\n", "\r", "\r\n"])
    func lines(end: String) throws {
        let text = [
            ": heartbeat", "", "id: 01K", "event: fill", "data: {\"a\":", "data:1}", "", "data: größe", "",
            "data: unfinished",
        ].joined(separator: end)
        let expected = [
            .comment(.heartbeat("heartbeat")), event("{\"a\":\n1}", id: "01K", name: "fill"), event("größe", id: "01K"),
        ]
        for chunk in 1...text.utf8.count { #expect(try items(text, chunk: chunk) == expected) }
    }

    @Test("a blank after the colon is taken off once; a line without one is a field without a value")
    func fields() throws {
        #expect(try items("data:  a\n\n") == [event(" a")])
        #expect(try items("data\n\n") == [event("")])
        #expect(try items("\n\nevent: x\n\n") == [], "an event without data is none")
        #expect(try items("event: x\n\ndata: a\n\n") == [event("a")], "its name does not stay")
        #expect(try items("unknown: x\ndatum: y\ndata: a\n\n") == [event("a")])
        #expect(try items("\u{FEFF}data: a\n\n") == [event("a")])
        #expect(try items("id: 1\n\nid\ndata: a\n\n") == [event("a")], "an empty id takes it back")
        #expect(try items("id: 1\0\ndata: a\n\n") == [event("a")])
        #expect(try items("retry: 1500\nretry: x\nretry: -5\nretry:\n") == [.retry(1500)])
    }

    @Test("comments say that all is well, that events are lost, or that the server fails")
    func comments() throws {
        let text = ":heartbeat\n: you are reading too slowly, dropped 10000 messages\n: internal server error\n:\n"
        #expect(
            try items(text) == [
                .comment(.heartbeat("heartbeat")),
                .comment(.readTooSlowly("you are reading too slowly, dropped 10000 messages")),
                .comment(.serverError("internal server error")), .comment(.heartbeat("")),
            ])
    }

    @Test("a line or an event without end is refused, and so are bytes that are no text")
    func bounds() {
        let line = String(repeating: "a", count: Alpaca.Limits.eventBytes + 1)
        #expect(throws: Alpaca.EventStream.Fault.tooLong) { try items(line) }
        let half = "data:" + String(repeating: "a", count: Alpaca.Limits.eventBytes / 2) + "\n"
        #expect(throws: Alpaca.EventStream.Fault.tooLong) { try items(half + half) }
        var stream = Alpaca.EventStream()
        #expect(throws: Alpaca.EventStream.Fault.invalidUTF8) { try stream.append([0x64, 0xFF, 0x0A]) }
    }

    @Test("the cursor goes forward only, and begins again a little before the last event")
    func cursor() throws {
        var cursor = Alpaca.EventCursor()
        #expect(cursor.resumption(overlap: .seconds(180)) == nil)
        cursor.advance(to: Alpaca.EventID("01ARYZ6S41TSV4RRFFQ69G5FAV"))
        cursor.advance(to: Alpaca.EventID("01ARYZ6S30TSV4RRFFQ69G5FAV"))
        cursor.advance(to: Alpaca.EventID("made up"))
        #expect(cursor.last?.text == "01ARYZ6S41TSV4RRFFQ69G5FAV")
        cursor.advance(to: Alpaca.EventID("01ARYZ6S41ZZZZZZZZZZZZZZZZ"))
        #expect(cursor.last?.text == "01ARYZ6S41ZZZZZZZZZZZZZZZZ", "within a millisecond either way")
        let query = try #require(cursor.resumption(overlap: .seconds(180)))
        #expect(query.since?.description == "2016-07-30T22:33:16.385Z")
        #expect(query.sinceID == nil && query.isConsistent)
    }

    @Test("ends go with beginnings of their kind")
    func consistency() throws {
        let (since, id) = (time("2026-10-12T13:31:03Z"), Alpaca.ULID("01ARYZ6S41TSV4RRFFQ69G5FAV"))
        func query(_ since: Timestamp?, _ until: Timestamp?, _ sinceID: Alpaca.ULID?, _ untilID: Alpaca.ULID?) -> Bool {
            var query = Alpaca.EventQuery()
            (query.since, query.until, query.sinceID, query.untilID) = (since, until, sinceID, untilID)
            return query.isConsistent
        }
        #expect(query(nil, nil, nil, nil) && query(since, since, nil, nil) && query(nil, nil, id, id))
        #expect(!query(since, nil, id, nil) && !query(nil, since, nil, nil) && !query(nil, nil, nil, id))
    }
}
