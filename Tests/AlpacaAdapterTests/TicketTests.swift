import AlpacaAPI
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("Alpaca adapter: orders as requests")
struct TicketTests {
    private func body(
        _ orders: NewOrder..., as kind: OrderGroupKind? = nil, in session: SessionPhase = .regular
    ) throws -> String {
        let request = try Alpaca.OrderRequest(OrderSubmission(orders: orders, groupKind: kind), in: session)
        return String(decoding: Alpaca.encode(request), as: UTF8.self)
    }

    private func refusal(_ orders: [NewOrder], as kind: OrderGroupKind?) -> Unplaceable? {
        do throws(Unplaceable) {
            _ = try Alpaca.OrderRequest(OrderSubmission(orders: orders, groupKind: kind), in: .regular)
            return nil
        } catch {
            return error
        }
    }

    @Test("an entry at market for the day, with exits that stay, is one bracket that stays; at a limit it is refused")
    func bracketOfTheCore() throws {
        let legs = [
            terms("b", .sell, 10, limit: "110", role: .target), terms("c", .sell, 10, stop: "95", role: .stop),
        ]
        var entry = terms("a", .buy, 10, role: .entry)
        entry.timeInForce = .day
        let group = OrderGroupID(unchecked: "g")
        let sent = try Alpaca.OrderRequest(
            OrderSubmission(orders: [entry] + legs, groupID: group, groupKind: .bracket), in: .regular)
        #expect(sent.orderClass == .known(.bracket))
        #expect(sent.timeInForce == .known(.gtc))
        entry = terms("a", .buy, 10, limit: "100", role: .entry)
        entry.timeInForce = .day
        #expect(throws: Unplaceable.legsDiffer) {
            try Alpaca.OrderRequest(
                OrderSubmission(orders: [entry] + legs, groupID: group, groupKind: .bracket), in: .regular)
        }
    }

    @Test("one order, with our id and decimals as strings")
    func single() throws {
        #expect(
            try body(terms("one", .sell, 10, limit: "109.5", stop: "110"))
                == #"{"symbol":"ALFA","qty":"10","side":"sell","type":"stop_limit","time_in_force":"gtc","limit_price":"109.5","stop_price":"110","client_order_id":"one"}"#
        )
    }

    @Test("beyond regular hours a limit order is to work at once; nothing else can")
    func extended() throws {
        let limit = terms("one", .sell, 10, limit: "110")
        #expect(try body(limit, in: .afterHours).contains(#""extended_hours":true"#))
        #expect(try body(limit, in: .preMarket).contains(#""extended_hours":true"#))
        #expect(!(try body(limit, in: .regular).contains("extended_hours")))
        #expect(!(try body(limit, in: .closed).contains("extended_hours")))
        #expect(!(try body(terms("two", .sell, 10), in: .afterHours).contains("extended_hours")))
        let stop = terms("b", .sell, 10, stop: "95", role: .stop)
        #expect(!(try body(limit, stop, as: .oco, in: .afterHours).contains("extended_hours")))
    }

    @Test("parts of a share last for the day, and stand alone")
    func parts() throws {
        var part = terms("one", .sell, 1, limit: "110")
        part.quantity = Quantity(units: Quantity.scale / 2)
        #expect(try body(part).contains(#""qty":"0.5","side":"sell","type":"limit","time_in_force":"day""#))
        var stop = terms("two", .sell, 1, stop: "95")
        stop.quantity = part.quantity
        #expect(refusal([part, stop], as: .oco) == .fractionalGroup(part.quantity))
    }

    @Test("two exits are an OCO under the target's id, in whichever order they come")
    func oco() throws {
        let (target, stop) = (terms("a", .sell, 10, limit: "110"), terms("b", .sell, 10, limit: "94", stop: "95"))
        let text =
            #"{"symbol":"ALFA","qty":"10","side":"sell","type":"limit","time_in_force":"gtc","client_order_id":"a","order_class":"oco","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95","limit_price":"94"}}"#
        #expect(try body(target, stop, as: .oco) == text)
        #expect(try body(stop, target, as: .oco) == text)
    }

    @Test("an entry with both exits is a bracket, with one of them an OTO")
    func bracket() throws {
        let entry = terms("a", .buy, 10, limit: "100", role: .entry)
        let (target, stop) = (terms("b", .sell, 10, limit: "110"), terms("c", .sell, 10, stop: "95"))
        #expect(
            try body(entry, target, stop, as: .bracket).hasSuffix(
                #""limit_price":"100","client_order_id":"a","order_class":"bracket","take_profit":{"limit_price":"110"},"stop_loss":{"stop_price":"95"}}"#
            ))
        #expect(
            try body(stop, entry, as: .bracket).hasSuffix(
                #""client_order_id":"a","order_class":"oto","stop_loss":{"stop_price":"95"}}"#))
    }

    @Test("what does not go together is not sent")
    func refused() throws {
        let (target, stop) = (terms("a", .sell, 10, limit: "110"), terms("b", .sell, 10, stop: "95"))
        let entry = terms("e", .buy, 10, role: .entry)
        #expect(refusal([target, stop], as: nil) == .several)
        #expect(refusal([target, target], as: .oco) == .groupShape(.oco))
        #expect(refusal([stop], as: .oco) == .groupShape(.oco))
        #expect(refusal([entry], as: .bracket) == .groupShape(.bracket))
        #expect(refusal([target, stop], as: .bracket) == .groupShape(.bracket))
        #expect(refusal([target, terms("b", .sell, 9, stop: "95")], as: .oco) == .legsDiffer)
        #expect(refusal([target, terms("b", .buy, 10, stop: "95")], as: .oco) == .legsDiffer)
        #expect(refusal([entry, terms("b", .buy, 10, stop: "95")], as: .bracket) == .legsDiffer)
        #expect(
            refusal([target, terms("b", .sell, 10, stop: "110")], as: .oco)
                == .legPrices(stop: price("110"), other: price("110")))
        #expect(
            refusal([terms("e", .buy, 10, limit: "94", role: .entry), stop], as: .bracket)
                == .legPrices(stop: price("95"), other: price("94")))
    }

    @Test("prices are on the tick: a cent, and a hundredth of it below a dollar")
    func ticks() throws {
        #expect(refusal([terms("a", .sell, 1, stop: "0.1234")], as: nil) == nil)
        #expect(refusal([terms("a", .sell, 1, stop: "95.005")], as: nil) != nil)
        #expect(refusal([terms("a", .sell, 1, limit: "0.12345")], as: nil) != nil)
    }

    @Test("options and pairs are refused by name", arguments: ["AAPL250117C00150000", "BTC/USD"])
    func classes(symbol: String) throws {
        var order = terms("a", .buy, 1)
        order.symbol = try Symbol(symbol)
        #expect(refusal([order], as: nil) == .assetClass(order.symbol))
    }

    @Test("a replacement asks for what changes, and after a fill for what is left")
    func changes() throws {
        var order = Order(terms: terms("one", .sell, 10, limit: "110"), submittedAt: start)
        var replacement = OrderReplacement(
            clientOrderID: client("one"), newClientOrderID: client("two"), quantity: shares(10),
            limitPrice: price("109"))
        func text() throws -> String {
            String(decoding: Alpaca.encode(try Alpaca.OrderChange(replacement, of: order)), as: UTF8.self)
        }
        #expect(try text() == #"{"limit_price":"109","client_order_id":"two"}"#)
        order.filledQuantity = shares(4)
        replacement.quantity = nil
        #expect(try text() == #"{"qty":"6","limit_price":"109","client_order_id":"two"}"#)
        replacement.quantity = shares(3)
        #expect(try text() == #"{"qty":"3","limit_price":"109","client_order_id":"two"}"#)
        replacement.limitPrice = price("109.001")
        #expect(throws: Unplaceable.self) { try text() }
    }

    @Test("a refusal is told with the status, the code and the request's id")
    func words() {
        let refusal = Alpaca.Refusal(
            status: 403, headers: [.init("X-Request-ID", "8c1f")],
            body: Array(#"{"code":40310000,"message":"insufficient qty"}"#.utf8))
        #expect(refusal.words == "403 40310000: insufficient qty (request 8c1f)")
    }
}
