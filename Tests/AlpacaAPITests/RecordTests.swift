import JSON
import Testing
import Trading

@testable import AlpacaAPI

@Suite("records")
struct RecordTests {
    private let least = #"{"id":"a","status":"new"}"#

    @Test("null and an absent field are the same")
    func null() throws {
        let full = #"{"id":"a","status":"new","qty":null,"limit_price":null,"legs":null,"filled_at":null,"side":null}"#
        #expect(try read(Alpaca.Order.self, full) == read(Alpaca.Order.self, least))
        #expect(
            try read(
                Alpaca.Asset.self,
                #"{"id":"a","class":"crypto","symbol":"BTC/USD","status":"active","tradable":true,"attributes":null}"#
            ).attributes == [])
    }

    @Test("a field that must be there is named where it is missing or null")
    func missing() {
        #expect(defect(of: Alpaca.Order.self, #"{"id":"a"}"#) == "status: missing")
        #expect(defect(of: Alpaca.Order.self, #"{"id":null,"status":"new"}"#) == "id: missing")
        #expect(defect(of: Alpaca.Order.self, #"{"id":"","status":"new"}"#) == #"id: "" is no id"#)
        #expect(
            defect(of: [Alpaca.Order].self, #"[{"id":"a","status":"new","legs":[{"id":"b"}]}]"#)
                == "[0].legs[0].status: missing")
    }

    @Test("an error has the path to the value, and the value")
    func path() {
        let text =
            #"[{"id":"a","status":"new","legs":[{"id":"b","status":"held"},{"id":"c","status":"held","stop_price":"1.123456789"}]}]"#
        #expect(
            defect(of: [Alpaca.Order].self, text) == #"[0].legs[1].stop_price: "1.123456789" has more than 8 decimals"#)
        #expect(
            defect(
                of: Alpaca.TradingStreamMessage.self,
                #"{"stream":"trade_updates","data":{"event":"fill","order":{"id":"a","status":"filled"},"qty":"x"}}"#)
                == #"data.qty: "x" is no decimal number"#)
        #expect(
            defect(of: Alpaca.Latest<Alpaca.Quote>.self, #"{"quotes":{"BRK.B":{"bp":true}}}"#)
                == #"quotes["BRK.B"].bp: expected a decimal number, found a boolean"#)
        #expect(defect(of: Alpaca.Order.self, "[]") == "expected an object, found an array")
        #expect(defect(of: Alpaca.Order.self, #"{"id":"a","status":7}"#) == "status: expected a string, found a number")
    }

    @Test("fields that are not known are kept, in their order, and written behind the others")
    func unknown() throws {
        let order = try read(Alpaca.Order.self, #"{"new_thing":{"a":[1,null]},"id":"a","status":"new","z":1e-7}"#)
        #expect(order.unknown.map(\.key) == ["new_thing", "z"])
        #expect(written(order).hasSuffix(#""new_thing":{"a":[1,null]},"z":1e-7}"#))
        #expect(try read(Alpaca.Order.self, written(order)) == order)
    }

    @Test("a record with too many fields is refused")
    func tooMany() {
        func text(_ count: Int) -> String {
            #"{"id":"a","status":"new""# + (0..<count - 2).map { #","f\#($0)":0"# }.joined() + "}"
        }
        #expect(defect(of: Alpaca.Order.self, text(128)) == nil)
        #expect(defect(of: Alpaca.Order.self, text(129)) == "129 fields are too many")
    }

    @Test("words that are not known stay as text and are written so")
    func words() throws {
        let order = try read(
            Alpaca.Order.self, #"{"id":"a","status":"pending_moon","type":"iceberg","order_class":""}"#)
        #expect(order.status == .other("pending_moon"))
        #expect(order.status.known == nil)
        #expect(order.type == .other("iceberg"))
        #expect(order.orderClass == .known(.unnamed))
        #expect(written(order).contains(#""status":"pending_moon""#))
        let long = String(repeating: "x", count: 513)
        #expect(defect(of: Alpaca.Open<Alpaca.OrderStatus>.self, "\"\(long)\"")?.hasSuffix("is no short text") == true)
    }

    @Test("ids are text: of others with blanks, of a number its digits, never a control character")
    func ids() throws {
        #expect(try read(Alpaca.ClientOrderID.self, #""my stop #1, größe""#).text == "my stop #1, größe")
        #expect(try read(Alpaca.EventID.self, "9007199254740993").text == "9007199254740993")
        for text in [
            #""""#, #""a\nb""#, #""\u0000""#, #""\u007f""#, "\"\(String(repeating: "a", count: 513))\"", "true", "[]",
        ] {
            #expect(defect(of: Alpaca.OrderID.self, text) != nil, "\(text)")
        }
    }

    @Test("a row that cannot be read costs itself only")
    func rows() throws {
        let rows = try read(
            Alpaca.Rows<Alpaca.Order>.self, #"[{"id":"a","status":"new"},{"id":"b"},7,{"id":"c","status":"new"}]"#)
        #expect(rows.elements.map(\.id.text) == ["a", "c"])
        #expect(rows.refused.map(\.description) == ["[1].status: missing", "[2]: expected an object, found a number"])
        #expect(rows.rows.count == 4)
        #expect(defect(of: Alpaca.Rows<Alpaca.Order>.self, #"{"message":"x"}"#) == "expected an array, found an object")
    }

    @Test("a symbol that was asked for and is not there is null, and no entry")
    func bySymbol() throws {
        let map = try read(Alpaca.BySymbol<Alpaca.Snapshot>.self, #"{"NOPE":null,"AAPL":{}}"#)
        #expect(map.entries.map(\.symbol.text) == ["AAPL"])
        #expect(defect(of: Alpaca.BySymbol<Alpaca.Snapshot>.self, #"{"a b":{}}"#) == #"["a b"]: "a b" is no symbol"#)
        #expect(
            try read(Alpaca.HistoryPage<Alpaca.Bar>.self, #"{"bars":null,"next_page_token":null}"#).bySymbol.entries
                .isEmpty)
    }

    @Test("what is no JSON, or JSON that can be understood in two ways, is refused")
    func noJSON() {
        for text in [
            "", "<html>", #"{"id":"a","id":"b","status":"new"}"#, #"{"id":"a""#, String(repeating: "[", count: 100),
        ] {
            let error = #expect(throws: Alpaca.DecodingError.self) { try read(Alpaca.Order.self, text) }
            guard case .noJSON? = error?.reason else { Issue.record("\(text.prefix(20)): \(error as Any)"); continue }
        }
    }
}
