import AlpacaAPI
import Testing
import Trading

@testable import AlpacaAdapter

/// I-AA-9.
@Suite("The events of the account: read from a cursor on, where the host has them")
struct ActivityFeedTests {
    /// 2026-03-16T13:31:40Z.
    private let first = "01KKVJFM3W0000000000000000"
    private let none = #""qty":"10","type":"market","filled_qty":"0""#

    private func begun(_ cursor: Alpaca.EventCursor = Alpaca.EventCursor()) -> ActivityFeed {
        var feed = ActivityFeed(from: cursor, at: start)
        _ = feed.advance(to: start)
        return feed
    }

    private func item(_ id: String) throws -> ActivityFeed.Input {
        try item(
            data:
                #"{"event_id":"\#(id)","ref_id":"r","at":"2026-03-16T13:31:40Z","activity_type":"FEE","details":{}}"#)
    }

    private func item(data: String) throws -> ActivityFeed.Input {
        var stream = Alpaca.EventStream()
        return .item(try #require(try stream.append("data: \(data)\n\n".utf8).first))
    }

    private func query(_ actions: [ActivityFeed.Action]) -> Alpaca.EventQuery? {
        if case .open(let query)? = actions.first { query } else { nil }
    }

    @Test("it begins some minutes before the newest event that was read, by this process or one before")
    func resumes() throws {
        var feed = ActivityFeed(at: start)
        #expect(query(feed.advance(to: start))?.since == later(-300))
        #expect(feed.take(.opened, at: later(1)).isEmpty)
        let actions = feed.take(try item(first), at: later(45))
        guard case .take(let event)? = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(event.eventID.text == first)
        #expect(feed.take(.closed, at: later(50)).isEmpty && feed.nextDue == later(55))
        let newest = try #require(feed.cursor.last)
        #expect(query(feed.advance(to: later(55)))?.since == newest.time + .seconds(-300))
        var other = ActivityFeed(from: feed.cursor, at: later(9_000))
        #expect(query(other.advance(to: later(9_000)))?.since == newest.time + .seconds(-300))
    }

    @Test("a host without them is not asked again, and one that wants an id is given it", arguments: [403, 404, 501])
    func absent(status: Int) {
        var feed = begun()
        guard case .tell? = feed.take(.refused(status: status), at: later(1)).first else {
            return #expect(Bool(false), "nobody was told")
        }
        #expect(feed.nextDue == nil && feed.state == .absent)
        var cursor = Alpaca.EventCursor()
        cursor.advance(to: Alpaca.EventID(first))
        var other = begun(cursor)
        #expect(other.take(.refused(status: 422), at: later(1)).isEmpty)
        let second = query(other.advance(to: later(6)))
        #expect(second?.sinceID?.text == first && second?.since == nil)
    }

    @Test("it waits longer with each attempt that failed, and not at all after one that did not")
    func pauses() {
        var feed = begun()
        _ = feed.take(.refused(status: 503), at: later(1))
        #expect(feed.nextDue == later(6))
        _ = feed.advance(to: later(6))
        _ = feed.take(.closed, at: later(7))
        #expect(feed.nextDue == later(17))
        _ = feed.advance(to: later(17))
        _ = feed.take(.opened, at: later(18))
        _ = feed.take(.closed, at: later(20))
        #expect(feed.nextDue == later(25))
    }

    @Test("after five minutes without a word, and when events were left out, it is opened anew")
    func silence() {
        var feed = begun()
        _ = feed.take(.opened, at: later(1))
        _ = feed.take(.item(.comment(.heartbeat(""))), at: later(200))
        #expect(feed.advance(to: later(499)).isEmpty)
        #expect(feed.advance(to: later(500)) == [.close])
        _ = feed.advance(to: later(505))
        _ = feed.take(.opened, at: later(506))
        #expect(feed.take(.item(.comment(.readTooSlowly("dropped 7"))), at: later(507)).first == .close)
        #expect(feed.nextDue == later(512))
    }

    @Test("what cannot be read is looked for in the lists")
    func unreadable() throws {
        var feed = begun()
        _ = feed.take(.opened, at: later(1))
        let actions = feed.take(try item(data: "{"), at: later(2))
        #expect(actions.last == .readLists)
    }

    // MARK: - What an execution says

    private func event(
        _ kind: String, _ reference: String, _ quantity: Int64 = 0, of sum: Int64 = 0, order: String = "v1",
        client: String = "one", previous: String? = nil
    ) throws -> Alpaca.ActivityEvent {
        let before = previous.map { #","previous_id":"\#($0)""# } ?? ""
        let text = """
            {"event_id":"\(first)","ref_id":"\(reference)","at":"2026-03-16T13:31:40Z","activity_type":"FILL",
             "qty":"\(quantity)","price":"100"\(before),"details":{"order_id":"\(order)","client_order_id":"\(client)",
             "side":"buy","symbol":"ALFA","cum_qty":"\(sum)","execution_type":"\(kind)",
             "order_status":"\(sum == 10 ? "filled" : "partially_filled")"}}
            """
        return try Alpaca.decode(Alpaca.ActivityEvent.self, from: Array(text.utf8))
    }

    private func told(_ event: Alpaca.ActivityEvent, _ chains: inout OrderChains) -> [String] {
        guard case .trade(let details) = event.details else { return ["no execution"] }
        return words(chains.take(event, details, at: later(40)))
    }

    @Test("an execution is told by whichever tells first, and once; what is told twice adds nothing to the count")
    func executions() throws {
        var chains = OrderChains()
        chains.submit(terms("one", .buy, 10))
        _ = chains.take(row("v1", "one", "new", none), at: later(1))
        let part = row("v1", "one", "partially_filled", #""qty":"10","type":"market","filled_qty":"4""#)
        #expect(told(try event("fill", "e1", 4, of: 4), &chains) == ["one partial_fill e1 4 @ 100 of 4"])
        #expect(chains.told(update("partial_fill", part, execution: "e1", 4)).isEmpty)
        let whole = row("v1", "one", "filled", #""qty":"10","type":"market","filled_qty":"10""#)
        #expect(chains.told(update("fill", whole, execution: "e2", 6)) == ["one fill e2 6 @ 100 of 10"])
        #expect(told(try event("fill", "e2", 6, of: 10), &chains).isEmpty)
        // Under another id there is no room for it.
        #expect(told(try event("fill", "x2", 6, of: 10), &chains).isEmpty)
        #expect(chains[client("one")]?.order.status == .filled)
    }

    @Test("a fill of an order whose answer is lost, and of nobody's order")
    func unknown() throws {
        var chains = OrderChains()
        chains.submit(terms("one", .buy, 10))
        #expect(told(try event("fill", "e1", 10, of: 10), &chains) == ["one fill e1 10 @ 100 of 10"])
        #expect(chains.current(of: client("one"))?.text == "v1")
        #expect(told(try event("fill", "e7", 3, of: 3, order: "v7", client: "other"), &chains).isEmpty)
    }

    @Test(
        "a bust and a correction while nobody listened are told, once, and the fill that is repeated before them is not"
    )
    func busts() throws {
        var chains = OrderChains()
        chains.submit(terms("one", .buy, 10))
        _ = told(try event("fill", "e1", 4, of: 4), &chains)
        let corrected = try event("trade_correct", "e2", 3, of: 3, previous: "e1")
        #expect(told(corrected, &chains) == ["one without e1 is e2 3 @ 100"])
        #expect(told(corrected, &chains).isEmpty)
        let bust = try event("trade_bust", "e3", of: 0, previous: "e2")
        #expect(told(bust, &chains) == ["one without e2"])
        for again in [try event("fill", "e1", 4, of: 4), corrected, bust] { #expect(told(again, &chains).isEmpty) }
        #expect(chains[client("one")]?.counted == .zero)
        #expect(chains[client("one")]?.linksWithMissingExecutions == [])
    }
}
