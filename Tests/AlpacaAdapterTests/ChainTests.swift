import AlpacaAPI
import Foundation
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("Alpaca adapter: one order and its reports")
struct ChainTests {
    private let ten = #""qty":"10","type":"market","filled_qty":"10""#
    private let none = #""qty":"10","type":"market","filled_qty":"0""#

    private func chains(_ orders: NewOrder...) -> OrderChains {
        var chains = OrderChains()
        for order in orders { chains.submit(order) }
        return chains
    }

    @Test("an order's life is told in the protocol's words")
    func life() {
        var chains = chains(terms("one", .buy, 10))
        #expect(chains.told(row("v1", "one", "pending_new", none)) == ["one accepted"])
        #expect(chains.told(update("new", row("v1", "one", "new", none))) == ["one new"])
        let part = row("v1", "one", "partially_filled", #""qty":"10","type":"market","filled_qty":"4""#)
        #expect(
            chains.told(update("partial_fill", part, execution: "e1", 4)) == ["one partial_fill e1 4 @ 100 of 4"])
        #expect(
            chains.told(update("fill", row("v1", "one", "filled", ten), execution: "e2", 6, at: "101"))
                == ["one fill e2 6 @ 101 of 10"])
        #expect(chains[client("one")]?.order.averageFillPrice == price("100.6"))
        #expect(chains.working.isEmpty)
        #expect(chains.takeLookUps(at: later(100)).isEmpty)
    }

    @Test("new and fill that are told three times, before and after a restart, are told once")
    func repeated() throws {
        var chains = chains(terms("one", .buy, 10))
        let new = update("new", row("v1", "one", "new", none))
        let fill = update("fill", row("v1", "one", "filled", ten), execution: "e1", 10)
        #expect(chains.told(new) == ["one new"])
        #expect(chains.told(fill) == ["one fill e1 10 @ 100 of 10"])
        var kept = KeptRows()
        for _ in 1...3 {
            #expect(chains.told(new).isEmpty)
            #expect(chains.told(fill).isEmpty)
            try kept.save(chains)
            let read = try kept.read()
            #expect(read == chains)
            chains = read
        }
        #expect(chains[client("one")]?.order.status == .filled)
    }

    @Test("what comes before the answer, and after the fill, changes nothing")
    func reordered() {
        var chains = chains(terms("one", .buy, 10))
        let fill = update("fill", row("v1", "one", "filled", ten), execution: "e1", 10)
        #expect(chains.told(fill) == ["one fill e1 10 @ 100 of 10"])
        #expect(chains.told(update("pending_new", row("v1", "one", "pending_new", none))).isEmpty)
        #expect(chains.told(update("new", row("v1", "one", "new", none))).isEmpty)
        #expect(chains.told(row("v1", "one", "accepted", none)).isEmpty)
        #expect(chains[client("one")]?.order.status == .filled)
    }

    @Test("parts in any order come to the same sum, each told once")
    func parts() {
        let events = [
            update("partial_fill", filled(2), execution: "e1", 2),
            update("partial_fill", filled(5), execution: "e2", 3),
            update("fill", filled(10), execution: "e3", 5),
        ]
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1], [0, 2, 1], [1, 2, 0]] {
            var chains = chains(terms("one", .buy, 10))
            let reports = order.flatMap { chains.take(events[$0], at: later(5)) }
            #expect(reports.count == 3)
            #expect(chains[client("one")]?.order.filledQuantity == shares(10))
            #expect(chains[client("one")]?.order.status == .filled)
            // The table takes no part of an order that is filled: after the last execution all others are the fill, too.
            var core = Order(terms: terms("one", .buy, 10), submittedAt: start)
            for case .execution(let report) in reports {
                #expect(core.apply(report.event, at: report.at) != .refused)
                #expect(report.defect == nil)
            }
        }
    }

    private func filled(_ count: Int64) -> Alpaca.Order {
        row(
            "v1", "one", count < 10 ? "partially_filled" : "filled",
            #""qty":"10","type":"market","filled_qty":"\#(count)""#)
    }

    @Test("a fill that never came is asked for, and found among the activities")
    func missed() throws {
        var chains = chains(terms("one", .buy, 10))
        #expect(chains.told(row("v1", "one", "filled", ten)).isEmpty)
        #expect(chains.takeLookUps(at: later(6)).isEmpty)
        #expect(chains.takeLookUps(at: later(8)) == [.executions(venue("v1"))])
        // The list may be behind as well.
        #expect(chains.take(executions: [], of: venue("v1"), at: later(9)).isEmpty)
        #expect(chains.takeLookUps(at: later(12)) == [.executions(venue("v1"))])
        let activities = [try activity("2026::e1", 4, sum: 4), try activity("2026::e2", 6, sum: 10)]
        #expect(
            words(chains.take(executions: activities, of: venue("v1"), at: later(12)))
                == ["one fill e1 4 @ 100 of 10", "one fill e2 6 @ 100 of 10"])
        #expect(chains.takeLookUps(at: later(100)).isEmpty)
        #expect(chains.told(update("fill", row("v1", "one", "filled", ten), execution: "e2", 6)).isEmpty)
    }

    private func activity(_ id: String, _ quantity: Int64, sum: Int64) throws -> Alpaca.TradeActivity {
        let text =
            #"{"activity_type":"FILL","id":"\#(id)","symbol":"ALFA","side":"buy","qty":"\#(quantity)","price":"100","cum_qty":"\#(sum)","order_id":"v1","transaction_time":"2026-03-16T13:31:05Z"}"#
        return try Alpaca.decode(Alpaca.TradeActivity.self, from: Array(text.utf8))
    }

    @Test("executions that the activities name otherwise than the stream are not told twice")
    func otherNames() throws {
        var chains = chains(terms("one", .buy, 10))
        let part = row("v1", "one", "partially_filled", #""qty":"10","filled_qty":"4""#)
        _ = chains.take(update("partial_fill", part, execution: "e1", 4), at: later(5))
        _ = chains.take(row("v1", "one", "filled", ten), at: later(6))
        let activities = [try activity("2026::a1", 4, sum: 4), try activity("2026::a2", 6, sum: 10)]
        #expect(
            words(chains.take(executions: activities, of: venue("v1"), at: later(9))) == ["one fill a2 6 @ 100 of 10"])
        // The late word of the stream finds no room.
        #expect(chains.told(update("fill", row("v1", "one", "filled", ten), execution: "e2", 6)).isEmpty)
        #expect(chains[client("one")]?.order.filledQuantity == shares(10))
    }

    @Test("a cancel says what is filled, and a fill after it still counts")
    func canceled() {
        var chains = chains(terms("one", .buy, 10, limit: "99"))
        _ = chains.take(row("v1", "one", "new", #""qty":"10","type":"limit","limit_price":"99""#), at: later(1))
        chains.expectCancel(of: client("one"), at: later(2))
        #expect(chains[client("one")]?.order.status == .pendingCancel)
        let over = row("v1", "one", "canceled", #""qty":"10","type":"limit","limit_price":"99","filled_qty":"3""#)
        #expect(chains.told(update("canceled", over)) == ["one canceled of 3"])
        #expect(
            chains.told(update("partial_fill", over, execution: "e1", 3, at: "99"))
                == ["one partial_fill e1 3 @ 99 of 3"])
        #expect(chains[client("one")]?.order.status == .canceled)
    }

    @Test("a refused cancel leaves the order as it was")
    func refusedCancel() {
        var chains = chains(terms("one", .buy, 10))
        _ = chains.take(row("v1", "one", "new", none), at: later(1))
        chains.expectCancel(of: client("one"), at: later(2))
        #expect(words(chains.rejectCancel(of: client("one"), reason: "no", at: later(3))) == ["one cancel_rejected"])
        #expect(chains[client("one")]?.order.status == .new)
    }

    @Test("an execution is taken back, or was another one, and does not come again")
    func corrections() {
        var chains = chains(terms("one", .buy, 10))
        let four = row("v1", "one", "partially_filled", #""qty":"10","filled_qty":"4""#)
        let fill = update("partial_fill", four, execution: "e1", 4)
        _ = chains.take(fill, at: later(5))
        let three = row("v1", "one", "partially_filled", #""qty":"10","filled_qty":"3""#)
        #expect(
            chains.told(update("trade_correct", three, execution: "e2", 3, at: "99", previous: "e1"))
                == ["one without e1 is e2 3 @ 99"])
        #expect(chains[client("one")]?.order.averageFillPrice == price("99"))
        #expect(chains.told(fill).isEmpty)
        #expect(
            chains.told(update("trade_bust", row("v1", "one", "new", none), execution: "e3", previous: "e2"))
                == ["one without e2"])
        #expect(chains[client("one")]?.order.filledQuantity == .zero)
        #expect(chains[client("one")]?.executions.isEmpty == true)
    }

    @Test("a bust that comes before its fill keeps the fill from counting; a correction counts in its place")
    func earlyCorrections() {
        var chains = chains(terms("one", .buy, 10), terms("two", .buy, 10))
        let (one, two) = (row("v1", "one", "new", none), row("v2", "two", "new", none))
        _ = chains.take(one, at: later(1))
        _ = chains.take(two, at: later(1))
        #expect(chains.told(update("trade_bust", one, execution: "e9", previous: "e1")).isEmpty)
        let part = row("v1", "one", "partially_filled", #""qty":"10","filled_qty":"4""#)
        #expect(chains.told(update("partial_fill", part, execution: "e1", 4)).isEmpty)
        let other = row("v2", "two", "partially_filled", #""qty":"10","filled_qty":"3""#)
        #expect(
            chains.told(update("trade_correct", other, execution: "f2", 3, previous: "f1"))
                == ["two partial_fill f2 3 @ 100 of 3"])
    }

    @Test("a client order id that comes again is answered by what the order is")
    func again() {
        var chains = chains(terms("one", .buy, 10))
        let again = OrderSubmission(orders: [terms("one", .buy, 10), terms("other", .buy, 1)])
        #expect(words(chains.expect(again, at: later(1))) == ["one accepted", "other rejected"])
        let fill = update("fill", row("v1", "one", "filled", ten), execution: "e1", 10)
        _ = chains.take(fill, at: later(5))
        #expect(words(chains.expect(again, at: later(6))).first == "one fill e1 10 @ 100 of 10")
    }

    @Test("an order that was given up as never taken and lives is told")
    func givenUp() {
        var chains = chains(terms("one", .buy, 10))
        #expect(words(chains.reject([client("one")], reason: "not found", at: later(1))) == ["one rejected"])
        #expect(chains.told(update("new", row("v1", "one", "new", none))) == ["one new"])
        #expect(chains.reject([client("one")], reason: "not found", at: later(9)).isEmpty)
    }

    @Test("an order that the core has not placed comes with its terms, once")
    func external() {
        var chains = OrderChains()
        let byHand = row(
            "v7", "by hand", "new",
            #""qty":"3","filled_qty":"0","side":"sell","type":"limit","limit_price":"120","time_in_force":"gtc""#)
        let reports = chains.take(update("new", byHand), at: later(5))
        // A client order id with a blank cannot be said.
        #expect(words(reports) == ["v7 new"])
        guard case .execution(let report)? = reports.first else { return #expect(Bool(false), "a report") }
        #expect(report.terms?.role == .external)
        #expect(report.terms?.limitPrice == price("120"))
        #expect(chains.told(row("v7", "by hand", "new", #""qty":"3""#)).isEmpty)
        #expect(chains.told(row("v8", "old", "canceled", #""qty":"3","side":"sell","type":"limit""#)).isEmpty)
    }

    @Test(
        "what cannot be said is no order of the core, and has its reason",
        arguments: [
            (#""asset_class":"us_option","qty":"1""#, Unsayable.assetClass("us_option")),
            (#""asset_class":"crypto_perp","qty":"1""#, .assetClass("crypto_perp")),
            (#""notional":"100""#, .noQuantity),
            (#""qty":"1","side":"buy","type":"iceberg""#, .type("iceberg")),
            (#""qty":"1","side":"buy","type":"market","time_in_force":"opg""#, .timeInForce("opg")),
            (
                #""qty":"1","side":"buy","type":"trailing_stop","time_in_force":"day","trail_percent":"2""#,
                .noTrailAmount
            ),
        ])
    func unsayable(more: String, reason: Unsayable) throws {
        let text = #"{"id":"v9","status":"new","symbol":"ALFA",\#(more)}"#
        let order = try Alpaca.decode(Alpaca.Order.self, from: Array(text.utf8))
        #expect(throws: reason) { try order.externalTerms(as: client("x")) }
        var chains = OrderChains()
        #expect(chains.take(order, at: later(1)).isEmpty)
        #expect(chains.working.isEmpty)
    }
}
