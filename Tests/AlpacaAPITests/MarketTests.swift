import JSON
import SeededRandom
import Testing
import Trading

@testable import AlpacaAPI

@Suite("market data")
struct MarketTests {
    @Test("prices and sizes are numbers, exact where the types are and rounded where they are not")
    func bars() throws {
        let text =
            #"{"bars":{"SHIB/USD":[{"t":"2026-10-12T13:31:00Z","o":1.25e-5,"h":0.0000125,"l":1e-9,"c":26688.123456785,"v":1234567890123.5,"n":93,"vw":26679.5912436798}]},"next_page_token":"QUF=","currency":"USD"}"#
        let page = try read(Alpaca.HistoryPage<Alpaca.Bar>.self, text)
        let bar = try #require(page.bySymbol[Symbol(unchecked: "SHIB/USD")]?.first)
        #expect(bar.open.description == "0.0000125" && bar.high == bar.open)
        #expect(bar.low.isZero, "below a hundred-millionth there is no price")
        #expect(bar.close.description == "26688.12345678", "half to even")
        #expect(bar.volume.description == "1234567890123.5")
        #expect(page.nextPageToken == Alpaca.PageToken("QUF="))
        #expect(written(page).contains(#""o":0.0000125"#))
        #expect(try read(Alpaca.HistoryPage<Alpaca.Bar>.self, written(page)) == page)
    }

    @Test("a price of zero is no quote")
    func noQuote() throws {
        let quote = try read(
            Alpaca.Quote.self,
            #"{"t":"2026-10-12T13:31:00Z","bx":"Q","bp":177.92,"bs":4,"ax":" ","ap":0,"as":0,"c":["R"],"z":"C"}"#)
        #expect(quote.bid == (try Price("177.92")))
        #expect(quote.ask == nil)
        let other = try read(Alpaca.Quote.self, #"{"t":"2026-10-12T13:31:00Z","bp":0.0,"bs":0,"ap":178.01,"as":2}"#)
        #expect(other.bid == nil)
        #expect(other.ask == (try Price("178.01")))
    }

    @Test("the frames of a stream: each kind of message, and what is not known")
    func frames() throws {
        let text = #"""
            [{"T":"success","msg":"connected"},{"T":"error","code":406,"msg":"connection limit exceeded"},
            {"T":"error","code":499,"msg":"?"},{"T":"subscription","trades":["AAPL"],"quotes":[],"cancelErrors":["AAPL"],"news":["*"]},
            {"T":"t","S":"AAPL","i":9007199254740993,"x":"D","p":126.55,"s":1,"t":"2026-10-12T13:31:00.123456789Z","c":["@","I"],"z":"C"},
            {"T":"q","S":"AMD","bx":"U","bp":87.66,"bs":1,"ax":"Q","ap":87.68,"as":4,"t":"2026-10-12T13:31:00Z","c":["R"],"z":"C"},
            {"T":"b","S":"SPY","o":388.98,"h":389.13,"l":388.97,"c":389.12,"v":49378,"n":461,"vw":389.06,"t":"2026-10-12T13:31:00Z"},
            {"T":"u","S":"SPY","o":1,"h":1,"l":1,"c":1,"v":1,"t":"2026-10-12T13:31:00Z"},
            {"T":"d","S":"SPY","o":1,"h":1,"l":1,"c":1,"v":1,"t":"2026-10-12T13:31:00Z"},
            {"T":"s","S":"SPY","sc":"H","sm":"Trading Halt","rc":"T12","rm":"IPO","t":"2026-10-12T13:31:00Z","z":"C"},
            {"T":"l","S":"IONM","u":3.24,"d":2.65,"i":"B","t":"2026-10-12T13:31:00Z","z":"C"},
            {"T":"c","S":"EEM","x":"M","oi":52,"op":39.71,"os":100,"oc":["@"],"ci":53,"cp":39.72,"cs":100,"cc":["@"],"t":"2026-10-12T13:31:00Z","z":"B"},
            {"T":"x","S":"GOOGL","i":465,"x":"D","p":1300.12,"s":100,"a":"C","t":"2026-10-12T13:31:00Z","z":"C"},
            {"T":"i","S":"SPY","p":1},{"T":"q","S":"F","bp":"?"},{"S":"F"},{"T":7}]
            """#
        let rows = try Alpaca.DataStreamMessage.frame(Array(text.utf8))
        let messages = rows.elements
        #expect(
            rows.refused.map(\.description) == [
                #"[14].bp: "?" is no decimal number"#, "[15].T: missing", "[16].T: expected a string, found a number",
            ])
        try #require(messages.count == 14)
        #expect(messages[0] == .success("connected"))
        guard case .error(let limit) = messages[1], case .error(let other) = messages[2],
            case .subscription(let all) = messages[3],
            case .trade(let trade) = messages[4], case .quote(let quote) = messages[5],
            case .bar(let bar) = messages[6],
            case .updatedBar = messages[7], case .dailyBar = messages[8], case .status(let status) = messages[9],
            case .priceBand(let band) = messages[10], case .correction(let correction) = messages[11],
            case .cancel(let cancel) = messages[12], case .other = messages[13]
        else { return #expect(Bool(false), "\(messages)") }
        #expect(limit.kind == .connectionLimit && other.kind == nil)
        #expect(all.trades == ["AAPL"] && all.cancels == ["AAPL"] && all.unknown.map(\.key) == ["news"])
        #expect(trade.body.id == 9_007_199_254_740_993, "beyond what floating point counts")
        #expect(trade.symbol.text == "AAPL" && trade.body.time.nanoseconds % 1_000_000_000 == 123_456_789)
        #expect(quote.body.ask == (try Price("87.68")))
        #expect(bar.body.tradeCount == 461)
        #expect(status.body.statusCode == "H" && status.body.reasonCode == "T12")
        #expect(band.body.limitDown == (try Price("2.65")))
        #expect(correction.body.correctedPrice == (try Price("39.72")) && correction.body.originalID == 52)
        #expect(cancel.body.id == 465 && cancel.body.action == "C")
        #expect(try Alpaca.DataStreamMessage.frame(Alpaca.encode(messages)).elements == messages)
    }

    @Test("one message without an array is a frame of one")
    func alone() throws {
        let rows = try Alpaca.DataStreamMessage.frame(Array(#"{"T":"success","msg":"authenticated"}"#.utf8))
        #expect(rows.elements == [.success("authenticated")])
        #expect(throws: Alpaca.DecodingError.self) { try Alpaca.DataStreamMessage.frame(Array("7".utf8)) }
    }

    @Test("commands of the data socket")
    func commands() throws {
        var wanted = Alpaca.Subscription()
        wanted.trades = ["AAPL"]
        wanted.priceBands = ["*"]
        let text = #"{"action":"subscribe","trades":["AAPL"],"lulds":["*"]}"#
        #expect(written(Alpaca.DataStreamCommand.subscribe(wanted)) == text)
        #expect(try read(Alpaca.DataStreamCommand.self, text) == .subscribe(wanted))
        #expect(
            try read(Alpaca.DataStreamCommand.self, #"{"trades":["AAPL"],"lulds":["*"],"action":"unsubscribe"}"#)
                == .unsubscribe(wanted))
        #expect(
            defect(of: Alpaca.DataStreamCommand.self, #"{"action":"listen"}"#)
                == "action: expected auth, subscribe or unsubscribe, found listen")
    }

    @Test("corporate actions by kind, a bad row apart, kinds that are not known kept")
    func corporateActions() throws {
        let text =
            #"{"corporate_actions":{"forward_splits":[{"id":"a","symbol":"NVDA","new_rate":10,"old_rate":1,"ex_date":"2026-06-10","process_date":"2026-06-10"},{"symbol":"X"}],"cash_dividends":[{"id":"b","symbol":"T","rate":0.27750000000000002,"special":false}],"moon_phases":[{"id":"m"}]},"next_page_token":null}"#
        let page = try read(Alpaca.CorporateActionsPage.self, text)
        let splits = try #require(page.byKind[.forwardSplit])
        #expect(splits.elements.map(\.newRate?.description) == ["10"])
        #expect(splits.refused.map(\.description) == ["[1].id: missing"])
        #expect(page.byKind[.cashDividend]?.elements.first?.rate?.description == "0.2775")
        #expect(page.otherKinds.map(\.key) == ["moon_phases"])
        #expect(written(page).contains(#""new_rate":10"#) && written(page).contains(#""moon_phases":[{"id":"m"}]"#))
    }

    @Test("events of corporate actions name their kind, and have rates in strings")
    func corporateActionEvents() throws {
        for kind in Alpaca.CorporateActionKind.allCases {
            let text =
                #"{"event_id":"01J9RPMV5TKB8WX3M4F1KZ7QH2","event_type":"\#(kind.eventType)","at":"2026-03-20T12:24:58.80723Z","action":"delete","region":"us","ca":{"id":"x","symbol":"A","rate":"0.5"}}"#
            let event = try read(Alpaca.CorporateActionEvent.self, text)
            #expect(event.kind == kind && event.action == .known(.delete))
            #expect(written(event) == text)
        }
        #expect(Alpaca.CorporateActionKind.partialCall.eventType == "equity_partial_call_corporateaction_event")
    }
}

/// Documents that somebody wrote who does not wish us well.
@Suite("hostile input")
struct HostileInputTests {
    private static let documents: [String] = [
        #"{"id":"a","status":"new","qty":"143","filled_at":"2026-10-12T13:31:03.000000001Z","legs":[{"id":"b","status":"held","stop_price":172.5}],"symbol":"NVDA"}"#,
        #"{"stream":"trade_updates","data":{"event":"fill","order":{"id":"a","status":"filled"},"qty":"1","price":1.5e0}}"#,
        #"[{"T":"q","S":"F","bp":1,"bs":1,"ap":1,"as":1,"t":"2026-10-12T13:31:00-04:00"},{"T":"success","msg":"x"}]"#,
        #"[{"activity_type":"FILL","id":"a","symbol":"F","side":"buy","qty":"1","price":"1","transaction_time":"2026-10-12T13:31:03Z"}]"#,
        #"[{"date":"2025-01-02","open":"09:30","close":"16:00","session_open":"0400"}]"#,
        #"{"corporate_actions":{"spin_offs":[{"id":"a","new_rate":1,"ex_date":"2023-08-15"}]},"next_page_token":null}"#,
    ]

    /// What is read after bytes were changed, cut out, doubled or swapped for others is a value or a typed error; a value is
    /// written and read as itself.
    @Test("bytes that were changed give a value or an error, never a trap", arguments: 1...6)
    func mutations(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pool = Array(#"{}[]",:0123456789-+.eEtfnu\/ TZ"#.utf8) + [0, 0x0A, 0x7F, 0xC3, 0xFF]
        var read = 0
        for _ in 0..<3_000 {
            var bytes = Array(Self.documents[Int(random.next() % UInt64(Self.documents.count))].utf8)
            for _ in 0...(random.next() % 4) {
                let at = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[at] = pool[Int(random.next() % UInt64(pool.count))]
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(pool[Int(random.next() % UInt64(pool.count))], at: at)
                default: bytes.insert(contentsOf: bytes[at...].prefix(Int(random.next() % 40)), at: at)
                }
                if bytes.isEmpty { bytes = [0x30] }
            }
            read += try check(Alpaca.Order.self, bytes) + check(Alpaca.TradingStreamMessage.self, bytes)
            read += try check([Alpaca.DataStreamMessage].self, bytes) + check([Alpaca.Activity].self, bytes)
            read += try check([Alpaca.CalendarDay].self, bytes) + check(Alpaca.CorporateActionsPage.self, bytes)
        }
        #expect(read > 300, "some can still be read")
    }

    private func check<Value: Alpaca.Value>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Int {
        let value: Value
        do throws(Alpaca.DecodingError) {
            value = try Alpaca.decode(type, from: bytes)
        } catch {
            #expect(error.description.utf8.count < 2_000)
            return 0
        }
        // Rows that could not be read are not written, and a list of such rows alone is empty the next time.
        let once = Alpaca.encode(try Alpaca.decode(type, from: Alpaca.encode(value)))
        #expect(
            Alpaca.encode(try Alpaca.decode(type, from: once)) == once, "\(String(decoding: once, as: UTF8.self))")
        return 1
    }

    @Test(
        "deep, long and odd documents are refused",
        arguments: [
            String(repeating: #"{"legs":["#, count: 40),
            "{\"id\":" + String(repeating: "9", count: 100_000) + ",\"status\":\"new\"}",
            #"{"id":"a","status":"new","qty":1e999999999999}"#, #"{"id":"a","status":"new","qty":NaN}"#,
            #"{"id":"a","status":"new","qty":{"$numberDecimal":"1"}}"#, #"{"id":"a","status":"new","legs":{}}"#,
            #"{"id":"a","status":"new","filled_at":0}"#, #"{"id":"a","status":"new","symbol":"nvda"}"#,
        ])
    func refused(text: String) throws {
        let words = try #require(defect(of: Alpaca.Order.self, text))
        #expect(words.utf8.count < 400)
    }
}
