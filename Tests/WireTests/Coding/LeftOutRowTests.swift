import JSON
import Testing
import Trading

@testable import Wire

@Suite("A row of a broker's list that cannot be said leaves out itself alone")
struct LeftOutRowTests {
    private static func text(_ row: String, orders: String = "") -> [UInt8] {
        Array(
            """
            {"account":{"id":"a","currency":"USD","cash":"1","equity":"1","buying_power":"1"},\
            "positions":[{"symbol":"AAA","quantity":"100","average_price":"10"}\(row)],\
            "open_orders":[\(orders)],"at":"0"}
            """.utf8)
    }

    private static func read(_ bytes: [UInt8]) throws -> BrokerState {
        try MessageCodec().command(BrokerState.self, bytes)
    }

    static let strange: [(row: String, name: String, symbol: String?)] = [
        (#"{"symbol":"brk.b","quantity":"100","average_price":"10"}"#, "brk.b", nil),
        (#"{"symbol":"BRK B","quantity":"100","average_price":"10"}"#, "BRK B", nil),
        (#"{"symbol":"SHIB","quantity":"12000000000000","average_price":"0.00001"}"#, "SHIB", "SHIB"),
        (#"{"symbol":"ETH","quantity":"1.000000000001","average_price":"10"}"#, "ETH", "ETH"),
        (#"{"symbol":"ETH","quantity":"1","average_price":"0.123456789012"}"#, "ETH", "ETH"),
        (#"{"symbol":"ETH","quantity":"1","average_price":null}"#, "ETH", "ETH"),
        (#"{"symbol":"ETH","quantity":1,"average_price":"1"}"#, "ETH", "ETH"),
    ]

    @Test("values that do not fit", arguments: 0..<7)
    func positions(index: Int) throws {
        let (row, name, symbol) = Self.strange[index]
        let state = try Self.read(Self.text("," + row))
        #expect(state.positions.map(\.symbol.text) == ["AAA"])
        let left = state.leftOut ?? []
        #expect(left.map(\.name) == [name])
        #expect(left.map { $0.symbol?.text } == [symbol])
        #expect(left.allSatisfy { $0.list == .positions && !$0.reason.isEmpty })
        // The journal keeps what was left out.
        let again = try MessageCodec().command(BrokerState.self, MessageCodec().encode(state))
        #expect(again == state)
    }

    @Test("an order, with its symbol and id where they can be said")
    func order() throws {
        let terms =
            #"{"client_order_id":"x7","symbol":"AAA","side":"sell","type":"stop","quantity":"1","stop_price":"1.0123456789","time_in_force":"gtc","role":"foreign"}"#
        let state = try Self.read(
            Self.text(
                "",
                orders:
                    #"{"terms":\#(terms),"status":"new","filled_quantity":"0","submitted_at":"0","updated_at":"0"}"#))
        #expect(state.openOrders.isEmpty)
        let row = try #require(state.leftOut?.first)
        #expect(row.list == .openOrders && row.symbol?.text == "AAA" && row.clientOrderID?.text == "x7")
    }

    @Test(
        "a row of another shape is a message that was not understood",
        arguments: [
            #"{"symbol":"A","quantity":"1"}"#, #"{"symbol":"A","quantity":"1","average_price":"1","x":1}"#, "7", "[]",
        ])
    func shape(row: String) {
        #expect(throws: WireDecodingError.self) { try Self.read(Self.text("," + row)) }
    }
}
