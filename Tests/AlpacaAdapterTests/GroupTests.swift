import AlpacaAPI
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("Alpaca adapter: groups and their legs")
struct GroupTests {
    private let oco = #""order_class":"oco","qty":"100","filled_qty":"0""#

    private func exits() -> OrderChains {
        var chains = OrderChains()
        chains.submit(
            terms("g.a", .sell, 100, limit: "110", role: .target), terms("g.b", .sell, 100, stop: "95", role: .stop),
            as: .oco)
        return chains
    }

    private func target(_ status: String = "new", group: String = "") -> Alpaca.Order {
        row("v1", "g.a", status, oco + #","type":"limit","limit_price":"110""# + group)
    }

    private func stop(
        _ id: String = "v2", _ status: String = "held", type: String = "stop", quantity: Int64 = 100,
        filled: Int64 = 0, _ more: String = ""
    ) -> Alpaca.Order {
        row(
            id, "vendor-" + id, status,
            #""order_class":"oco","qty":"\#(quantity)","filled_qty":"\#(filled)","type":"\#(type)","stop_price":"95""#
                + (more.isEmpty ? "" : "," + more))
    }

    /// As the venue answers the submission.
    private func placed() -> OrderChains {
        var chains = exits()
        var answer = target("accepted")
        answer.legs = [stop()]
        #expect(chains.told(answer) == ["g.a accepted", "g.b new"])
        return chains
    }

    @Test("the legs are those of the answer, though their client order ids are the venue's")
    func legs() {
        let chains = placed()
        #expect(chains.current(of: client("g.a")) == venue("v1"))
        #expect(chains.current(of: client("g.b")) == venue("v2"))
    }

    @Test("a stop that is reached is replaced by another order, which fills: one order to the core")
    func triggered() {
        var chains = placed()
        let next = #""replaces":"v2""#
        #expect(chains.told(update("replaced", stop("v2", "replaced", #""replaced_by":"v3""#))).isEmpty)
        #expect(chains.told(update("new", stop("v3", "new", type: "market", next))).isEmpty)
        #expect(
            chains.told(
                update(
                    "fill", stop("v3", "filled", type: "market", filled: 100, next), execution: "e1", 100, at: "94.9"))
                == ["g.b fill e1 100 @ 94.9 of 100"])
        // The target's end may never be told.
        #expect(chains.takeLookUps(at: later(5)) == [.order(venue("v3"))])
        #expect(chains.takeLookUps(at: later(6)) == [.order(venue("v1"))])
        #expect(chains.takeLookUps(at: later(10)) == [.order(venue("v1"))])
        #expect(chains.told(target("canceled")) == ["g.a canceled"])
    }

    @Test("the order that takes the stop's place may be heard of first")
    func triggeredReordered() {
        var chains = placed()
        let next = #""replaces":"v2""#
        let fill = update(
            "fill", stop("v3", "filled", type: "market", filled: 100, next), execution: "e1", 100, at: "94.9")
        #expect(chains.told(fill) == ["g.b fill e1 100 @ 94.9 of 100"])
        #expect(chains.told(update("new", stop("v3", "new", type: "market", next))).isEmpty)
        #expect(chains.told(update("replaced", stop("v2", "replaced", #""replaced_by":"v3""#))).isEmpty)
        #expect(chains[client("g.b")]?.order.status == .filled)
    }

    @Test("the answer is lost, and the stream's orders say their group", arguments: [true, false])
    func byGroup(targetFirst: Bool) {
        var chains = exits()
        let group = #","group_id":"x1","group_role":"#
        let first = update("new", target("new", group: group + #""take_profit""#))
        let second = update("held", stop("v2", "held", #""group_id":"x1","group_role":"stop_loss""#))
        let told = (targetFirst ? [first, second] : [second, first]).flatMap { chains.told($0) }
        #expect(told == ["g.a new", "g.b new"])
        #expect(chains.current(of: client("g.b")) == venue("v2"))
    }

    @Test("without a group's id the fill of a leg waits for the order that has it")
    func unclaimed() {
        var chains = exits()
        let fill = update("fill", stop("v2", "filled", filled: 100), execution: "e1", 100, at: "95")
        #expect(chains.told(fill).isEmpty)
        #expect(chains.takeLookUps(at: later(5)) == [.clientOrder(client("g.a"))])
        var answer = target("canceled")
        #expect(chains.told(answer) == ["g.a canceled"])
        answer.legs = [stop("v2", "filled", filled: 100)]
        #expect(chains.told(answer) == ["g.b fill e1 100 @ 95 of 100"])
    }

    @Test("a leg that shrank with its sibling has other terms")
    func shrinks() {
        var chains = placed()
        #expect(chains.told(update("new", target())) == ["g.a new"])
        let part = row(
            "v1", "g.a", "partially_filled",
            #""order_class":"oco","qty":"100","filled_qty":"30","type":"limit","limit_price":"110""#)
        #expect(
            chains.told(update("partial_fill", part, execution: "e1", 30, at: "110"))
                == ["g.a partial_fill e1 30 @ 110 of 30"])
        let reports = chains.take(update("restated", stop("v2", "held", quantity: 70)), at: later(6))
        #expect(words(reports) == ["g.b restated"])
        #expect(chains[client("g.b")]?.order.terms.quantity == shares(70))
        // An older row of a list does not make it grow again.
        var older = stop()
        older.updatedAt = later(1)
        #expect(chains.told(older).isEmpty)
        #expect(chains[client("g.b")]?.order.terms.quantity == shares(70))
    }

    @Test("a leg that is replaced by another with what remains still is for all")
    func replacedInPart() {
        var chains = placed()
        let part = stop("v2", "partially_filled", filled: 40)
        _ = chains.take(update("partial_fill", part, execution: "e1", 40, at: "95"), at: later(5))
        let rest = stop("v3", "new", quantity: 60, #""replaces":"v2""#)
        #expect(chains.told(update("new", rest)).isEmpty)
        let done = stop("v3", "filled", quantity: 60, filled: 60, #""replaces":"v2""#)
        #expect(
            chains.told(update("fill", done, execution: "e2", 60, at: "94")) == ["g.b fill e2 60 @ 94 of 100"])
    }

    @Test("the stop of a bracket works from the fill of its entry on, though the venue goes on to call it held")
    func watched() {
        var chains = bracketed()
        let held = row("v3", "x3", "held", Self.bracket + #","type":"stop","stop_price":"95""#)
        #expect(chains.told(update("held", held)).isEmpty)
        let part = row("v1", "b.a", "partially_filled", #""qty":"10","filled_qty":"4","type":"market""#)
        #expect(chains.told(update("partial_fill", part, execution: "e1", 4)) == ["b.a partial_fill e1 4 @ 100 of 4"])
        #expect(chains[client("b.c")]?.order.status == .held)
        let whole = row("v1", "b.a", "filled", #""qty":"10","filled_qty":"10","type":"market""#)
        #expect(
            chains.told(update("fill", whole, execution: "e2", 6)) == ["b.a fill e2 6 @ 100 of 10", "b.c new"])
        #expect(chains.told(held).isEmpty)
        #expect(chains[client("b.c")]?.order.status == .new)
        // The target says the same, where the fill of the entry was lost.
        var other = bracketed()
        let target = row("v2", "x2", "new", Self.bracket + #","type":"limit","limit_price":"110""#)
        #expect(other.told(update("new", target)) == ["b.b new", "b.c new"])
    }

    @Test("a bracket's entry has our id, and its legs the venue's")
    func bracket() {
        let chains = bracketed()
        #expect(chains.current(of: client("b.b")) == venue("v2"))
        #expect(chains.current(of: client("b.c")) == venue("v3"))
        let order = chains[client("b.c")]?.order
        #expect(order?.groupKind == .bracket)
        #expect(order?.terms.stopPrice == price("95"))
    }

    private static let bracket = #""order_class":"bracket","qty":"10","filled_qty":"0""#

    private func bracketed() -> OrderChains {
        var chains = OrderChains()
        chains.submit(
            terms("b.a", .buy, 10, role: .entry), terms("b.b", .sell, 10, limit: "110", role: .target),
            terms("b.c", .sell, 10, stop: "95", role: .stop), as: .bracket)
        var answer = row("v1", "b.a", "accepted", Self.bracket + #","type":"market""#)
        answer.legs = [
            row("v2", "x2", "held", Self.bracket + #","type":"limit","limit_price":"110""#),
            row("v3", "x3", "held", Self.bracket + #","type":"stop","stop_price":"95""#),
        ]
        #expect(chains.told(answer) == ["b.a accepted", "b.b held", "b.c held"])
        return chains
    }

    @Test("our replacement of a leg is an order of its own, and belongs to the group")
    func replacedLeg() {
        var chains = placed()
        _ = chains.take(update("new", stop("v2", "new")), at: later(1))
        let isTaken = chains.expect(
            OrderReplacement(clientOrderID: client("g.b"), newClientOrderID: client("h"), stopPrice: price("96")),
            at: later(2))
        #expect(isTaken)
        let next = row(
            "v5", "h", "new", oco + #","type":"stop","stop_price":"96","replaces":"v2""#)
        #expect(chains.told(update("new", next)) == ["g.b replaced", "h new"])
        // The venue carries it out by yet another order.
        let last = row(
            "v6", "x6", "filled", #""order_class":"oco","qty":"100","filled_qty":"100","type":"market","replaces":"v5""#
        )
        #expect(chains.told(update("fill", last, execution: "e1", 100, at: "96")) == ["h fill e1 100 @ 96 of 100"])
        #expect(chains.takeLookUps(at: later(6)) == [.order(venue("v1"))])
    }
}
