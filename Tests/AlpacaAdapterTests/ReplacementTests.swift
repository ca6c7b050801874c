import AlpacaAPI
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("Alpaca adapter: replacing")
struct ReplacementTests {
    private let first = #""qty":"10","filled_qty":"0","type":"limit","limit_price":"110""#
    private let second = #""qty":"10","filled_qty":"0","type":"limit","limit_price":"109","replaces":"v1""#

    /// A resting exit, and the request for another limit.
    private func replacing() -> OrderChains {
        var chains = OrderChains()
        chains.submit(terms("one", .sell, 10, limit: "110"))
        _ = chains.take(update("new", row("v1", "one", "new", first)), at: later(1))
        let replacement = OrderReplacement(
            clientOrderID: client("one"), newClientOrderID: client("two"), limitPrice: price("109"))
        let isTaken = chains.expect(replacement, at: later(2))
        #expect(isTaken)
        #expect(chains[client("one")]?.order.status == .pendingReplace)
        return chains
    }

    private func old(_ status: String = "replaced", _ filled: Int64 = 0, by next: String? = "v2") -> Alpaca.Order {
        let by = next.map { #","replaced_by":"\#($0)""# } ?? ""
        return row(
            "v1", "one", status, #""qty":"10","filled_qty":"\#(filled)","type":"limit","limit_price":"110""# + by)
    }

    @Test("the answer alone does not say that the first order has given way; the stream does")
    func order() throws {
        var chains = replacing()
        #expect(chains.told(row("v2", "two", "accepted", second)).isEmpty)
        #expect(chains.takeLookUps(at: later(8)) == [.order(venue("v1"))])
        #expect(chains.told(update("replaced", old())) == ["one replaced", "two accepted"])
        let reports = chains.take(update("new", row("v2", "two", "new", second)), at: later(5))
        #expect(words(reports) == ["two new"])
        #expect(chains[client("two")]?.order.terms.limitPrice == price("109"))
        #expect(chains.current(of: client("two")) == venue("v2"))
    }

    @Test("the first report of a successor has its terms")
    func successorTerms() throws {
        var chains = replacing()
        _ = chains.take(update("replaced", old()), at: later(5))
        let next = row("v2", "two", "new", #""qty":"7","filled_qty":"0","type":"limit","limit_price":"108.5""#)
        let reports = chains.take(update("new", next), at: later(5))
        guard case .execution(let replaced)? = reports.first, case .execution(let new)? = reports.last else {
            return #expect(Bool(false), "two reports")
        }
        #expect(replaced.event == .replaced)
        #expect(new.terms?.limitPrice == price("108.5"))
        #expect(new.terms?.quantity == shares(7))
        #expect(new.defect == nil)
    }

    @Test("that the successor works says that the first order does not", arguments: ["new", "fill"])
    func overtaken(event: String) {
        var chains = replacing()
        let next =
            event == "new"
            ? update("new", row("v2", "two", "new", second))
            : update(
                "fill", row("v2", "two", "filled", #""qty":"10","filled_qty":"10","type":"limit","limit_price":"109""#),
                execution: "e1", 10, at: "109")
        let told = chains.told(next)
        #expect(told.first == "one replaced")
        #expect(told.last == (event == "new" ? "two new" : "two fill e1 10 @ 109 of 10"))
        #expect(chains.told(update("replaced", old())).isEmpty)
    }

    @Test("a replaced order that still fills counts for itself, and not for what took its place")
    func lateFill() {
        var chains = replacing()
        _ = chains.take(row("v2", "two", "accepted", second), at: later(3))
        #expect(chains.told(update("replaced", old("replaced", 4))) == ["one replaced of 4", "two accepted"])
        #expect(
            chains.told(update("partial_fill", old("replaced", 4), execution: "e1", 4, at: "110"))
                == ["one partial_fill e1 4 @ 110 of 4"])
        let next = row("v2", "two", "filled", #""qty":"6","filled_qty":"6","type":"limit","limit_price":"109""#)
        #expect(chains.told(update("fill", next, execution: "e2", 6, at: "109")) == ["two fill e2 6 @ 109 of 6"])
        #expect(chains[client("one")]?.order.status == .replaced)
    }

    @Test("a replacement that was taken, and came too late: the first order is filled, the second rejected")
    func tooLate() {
        var chains = replacing()
        #expect(chains.told(row("v2", "two", "accepted", second)).isEmpty)
        let filled = row("v1", "one", "filled", #""qty":"10","filled_qty":"10","type":"limit","limit_price":"110""#)
        #expect(
            chains.told(update("fill", filled, execution: "e1", 10, at: "110")) == ["one fill e1 10 @ 110 of 10"])
        #expect(chains.told(update("rejected", row("v2", "two", "rejected", second))) == ["two rejected"])
        #expect(chains.working.isEmpty)
    }

    @Test("a successor that is rejected leaves the first order as it was")
    func rejected() {
        var chains = replacing()
        #expect(chains.told(row("v2", "two", "accepted", second)).isEmpty)
        #expect(
            chains.told(update("rejected", row("v2", "two", "rejected", second)))
                == ["one replace_rejected", "two rejected"])
        #expect(chains[client("one")]?.order.status == .new)
        #expect(chains.takeLookUps(at: later(8)) == [.order(venue("v1"))])
    }

    @Test("a refused replacement that worked all the same is found by the first order")
    func refusedAndDone() {
        var chains = replacing()
        #expect(chains.told(old()).isEmpty)
        // Whose order v2 is, its client order id says.
        #expect(chains.takeLookUps(at: later(8)) == [.order(venue("v2"))])
        #expect(chains.told(row("v2", "two", "new", second)) == ["one replaced", "two new"])
    }

    @Test("a refused replacement leaves nothing")
    func refused() {
        var chains = replacing()
        #expect(
            words(chains.rejectReplacement(of: client("one"), reason: "no", at: later(3))) == ["one replace_rejected"])
        #expect(chains[client("two")] == nil)
        #expect(chains[client("one")]?.order.status == .new)
    }

    @Test("what somebody else puts in the place of an order of ours is the same order with other terms")
    func byHand() {
        var chains = OrderChains()
        chains.submit(terms("one", .sell, 10, limit: "110"))
        _ = chains.take(update("new", row("v1", "one", "new", first)), at: later(1))
        #expect(chains.told(update("replaced", old(by: "v9"))).isEmpty)
        #expect(chains.takeLookUps(at: later(8)) == [.order(venue("v9"))])
        let other = row("v9", "dashboard", "new", #""qty":"8","filled_qty":"0","type":"limit","limit_price":"111""#)
        let reports = chains.take(update("new", other), at: later(6))
        #expect(words(reports) == ["one restated"])
        guard case .execution(let report)? = reports.first else { return #expect(Bool(false), "a report") }
        #expect(report.terms?.limitPrice == price("111"))
        #expect(report.terms?.quantity == shares(8))
        #expect(chains.current(of: client("one")) == venue("v9"))
    }
}
