import AlpacaAPI
import AlpacaVenue
import Testing
import Trading

@Suite("Alpaca venue: server-sent events")
struct EventStreamTests {
    /// Opens a stream as a client does, and reads what it begins with.
    private func follow(_ rig: Rig, _ target: String, _ socket: Int64 = 7) throws -> [Alpaca.EventStream.Item] {
        let response = rig.venue.answer(
            VenueRequest("GET", target, headers: Rig.key.headers, receivedAt: rig.wall), socket: socket)
        try #require(response.status == 200, "\(response.text)")
        #expect(response.header("Content-Type") == "text/event-stream")
        var stream = Alpaca.EventStream()
        return try stream.append(response.body)
    }

    private func told(_ rig: Rig, _ socket: Int64 = 7) throws -> [Alpaca.EventStream.Event] {
        var stream = Alpaca.EventStream()
        return events(try rig.venue.takeFrames().filter { $0.socket == socket }.flatMap { try stream.append($0.bytes) })
    }

    private func events(_ items: [Alpaca.EventStream.Item]) -> [Alpaca.EventStream.Event] {
        items.compactMap { item in if case .event(let event) = item { event } else { nil } }
    }

    private func update(_ event: Alpaca.EventStream.Event) throws -> Alpaca.TradeUpdate {
        try Alpaca.decode(Alpaca.TradeUpdate.self, from: Array(event.data.utf8))
    }

    private func activity(_ event: Alpaca.EventStream.Event) throws -> Alpaca.ActivityEvent {
        try Alpaca.decode(Alpaca.ActivityEvent.self, from: Array(event.data.utf8))
    }

    /// An account that has sold three times.
    private func rig() throws -> Rig {
        let rig = try Rig(held: 100)
        for _ in 1...3 {
            try rig.quote("100.00", "100.10", after: 60)
            try rig.place(order("sell", "10", "market"))
        }
        return rig
    }

    @Test("without a cursor nothing of the past is told, and then what comes")
    func live() throws {
        let rig = try rig()
        #expect(events(try follow(rig, "/v2/events/trades")).isEmpty)
        try rig.place(order("sell", "10", "market"))
        #expect(try told(rig).map { try update($0).event } == [.known(.pendingNew), .known(.new), .known(.fill)])
        rig.venue.close(7)
        try rig.place(order("sell", "10", "market"))
        #expect(try told(rig).isEmpty)
    }

    @Test("from a time or an event on, the past comes first")
    func cursor() throws {
        let rig = try rig()
        let all = events(try follow(rig, "/v2/events/trades?since=2026-03-16T00:00:00Z"))
        #expect(all.count == 9)
        #expect(try all.allSatisfy { try update($0).eventID?.text == $0.id })
        let last = try #require(all[5].id)
        #expect(events(try follow(rig, "/v2/events/trades?since_id=\(last)", 8)).suffix(3) == all.suffix(3))
        try rig.place(order("sell", "10", "market"))
        #expect(try told(rig).count == 3)
    }

    @Test("executions are told with the id that the stream of trade updates has")
    func activities() throws {
        let rig = try rig()
        rig.listen()
        _ = try follow(rig, "/v2beta1/events/activities")
        try rig.place(order("sell", "10", "market", #""client_order_id":"mine""#))
        let frames = rig.venue.takeFrames()
        var stream = Alpaca.EventStream()
        let found = events(try frames.filter { $0.socket == 7 }.flatMap { try stream.append($0.bytes) })
        #expect(found.count == 1)
        let event = try activity(try #require(found.first))
        guard case .trade(let details) = event.details else { return #expect(Bool(false)) }
        #expect(details.clientOrderID == Alpaca.ClientOrderID("mine"))
        #expect(details.executionType == .known(.fill))
        #expect(details.cumulativeQuantity == Quantity(shares: 10))
        #expect(event.quantity == Quantity(shares: 10))
        let fill = try frames.filter { $0.socket == 1 }.compactMap { frame -> Alpaca.TradeUpdate? in
            guard case .tradeUpdate(let update) = try Alpaca.decode(Alpaca.TradingStreamMessage.self, from: frame.bytes)
            else { return nil }
            return update.event == .known(.fill) ? update : nil
        }
        #expect(fill.first?.executionID?.text == event.referenceID.text)
    }

    @Test("a stream with an end that is over is a response like any other; one whose end comes is closed then")
    func end() throws {
        let rig = try rig()
        let target = "/v2/events/trades?since=2026-03-16T00:00:00Z&until="
        let over = rig.venue.answer(
            VenueRequest("GET", target + "2026-03-16T13:32:30Z", headers: Rig.key.headers, receivedAt: rig.wall),
            socket: 7)
        #expect(!over.goesOn)
        var stream = Alpaca.EventStream()
        #expect(events(try stream.append(over.body)).count == 3)
        _ = try follow(rig, target + "2026-03-16T14:00:00Z", 8)
        try rig.pass(to: "2026-03-16T14:00:01Z")
        #expect(rig.venue.takeFrames().map(\.closes) == [true])
    }

    @Test(
        "cursors that contradict each other, and what is none",
        arguments: [
            "since=2026-03-16T00:00:00Z&since_id=01KKVJ2V2Y0000000000000000", "until=2026-03-16T00:00:00Z",
            "until_id=01KKVJ2V2Y0000000000000000", "since=now", "since_id=1",
        ])
    func wrong(query: String) throws {
        let rig = try rig()
        #expect(rig.send("GET", "/v2/events/trades?\(query)").status == 422)
    }
}
