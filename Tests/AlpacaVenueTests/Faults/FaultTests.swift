import AlpacaAPI
import AlpacaVenue
import Testing
import Trading

@Suite("Alpaca venue: faults on demand")
struct FaultTests {
    private func rig(_ fault: Fault, _ permille: Int64 = 1_000, held: Int64 = 100) throws -> Rig {
        let rig = try Rig(held: held)
        try rig.quote("100.00", "100.10")
        rig.listen()
        rig.venue.change(try #require(FaultRates([(fault.rawValue, permille)])))
        return rig
    }

    /// Without faults from here on.
    private func mend(_ rig: Rig) { rig.venue.change(FaultRates()) }

    private let resting = order("sell", "10", "limit", #""limit_price":"110""#)

    // MARK: - Requests

    @Test(
        "a request that fails before it is done is not done",
        arguments: [
            Fault.rateLimited, .serverError, .lostRequest,
        ])
    func before(fault: Fault) throws {
        let rig = try rig(fault)
        for _ in 1...10 {
            let response = rig.send("POST", "/v2/orders", resting)
            switch fault {
            case .rateLimited: #expect(response.status == 429)
            case .serverError: #expect((500...504).contains(response.status))
            default: #expect(response.isWithheld)
            }
        }
        mend(rig)
        #expect(try rig.orders().isEmpty)
    }

    @Test("a request whose answer fails is done", arguments: [Fault.lostResponse, .gatewayTimeout])
    func after(fault: Fault) throws {
        let rig = try rig(fault)
        let response = rig.send("POST", "/v2/orders", resting)
        #expect(fault == .lostResponse ? response.isWithheld : response.status == 504)
        mend(rig)
        #expect(try rig.orders().count == 1)
    }

    @Test("a replacement that is refused and has worked")
    func refusedReplacement() throws {
        let rig = try rig(.refusedReplacement)
        let taken = try rig.place(resting)
        #expect(rig.send("PATCH", "/v2/orders/\(taken.id)", #"{"limit_price":"111"}"#).status == 422)
        #expect(try rig.order(taken.id).status == .known(.replaced))
    }

    @Test("the replacement of an exit that is refused for the shares that it holds itself, and of an exit only")
    func ownShares() throws {
        let rig = try rig(.ownShares)
        let taken = try rig.place(resting)
        let response = rig.send("PATCH", "/v2/orders/\(taken.id)", #"{"limit_price":"111"}"#)
        let refusal = Alpaca.Refusal(status: response.status, body: response.body)
        #expect(refusal.cause == .insufficientQuantity)
        #expect(refusal.body?.relatedOrders == [taken.id])
        #expect(try rig.order(taken.id).status == .known(.new))
        _ = rig.send("DELETE", "/v2/orders/\(taken.id)")
        let buy = #"{"symbol":"BRVO","side":"buy","qty":1,"type":"limit","limit_price":1,"time_in_force":"day"}"#
        let entry = try rig.place(buy)
        #expect(rig.send("PATCH", "/v2/orders/\(entry.id)", #"{"limit_price":"2"}"#).status == 200)
    }

    @Test("lists lag by seconds, and an order that is asked for by its id does not")
    func laggingList() throws {
        let rig = try rig(.laggingList)
        let taken = try rig.place(resting)
        #expect(try rig.orders().isEmpty)
        #expect(try rig.order(taken.id).status == .known(.new))
        try rig.venue.advance(to: rig.venue.now + .seconds(11))
        #expect(try rig.orders().count == 1)
    }

    // MARK: - Sockets

    @Test("an event that is lost never comes, and what it told of is true")
    func lost() throws {
        let rig = try rig(.lostEvent)
        let taken = try rig.place(order("sell", "10", "market"))
        #expect(try rig.told().isEmpty)
        try rig.venue.advance(to: rig.venue.now + .seconds(60))
        #expect(try rig.told().isEmpty)
        #expect(try rig.order(taken.id).status == .known(.filled))
    }

    @Test("late events come within ten seconds, in any order")
    func late() throws {
        let rig = try rig(.lateEvent)
        try rig.place(order("sell", "10", "market"))
        #expect(try rig.told().isEmpty)
        let due = try #require(rig.venue.nextDue)
        #expect(due > rig.venue.now)
        try rig.venue.advance(to: rig.venue.now + .seconds(10))
        #expect(try rig.told().sorted() == ["fill market 10", "new market", "pending_new market"])
        #expect(rig.venue.nextDue == nil)
    }

    @Test("a repeated event has the same ids, at once and later")
    func repeated() throws {
        let rig = try rig(.repeatedEvent)
        try rig.place(order("sell", "10", "market"))
        try rig.venue.advance(to: rig.venue.now + .seconds(10))
        let fills = try rig.updates().filter { $0.event == .known(.fill) }
        #expect((3...4).contains(fills.count))
        #expect(Set(fills.compactMap(\.executionID)).count == 1)
        #expect(try rig.position()?.quantity == Quantity(shares: 90))
    }

    @Test("an event is overtaken by the next one, and comes by itself where there is none")
    func reordered() throws {
        let rig = try rig(.reorderedEvent)
        try rig.place(order("sell", "10", "market"))
        #expect(try rig.told() == ["new market", "pending_new market"])
        try rig.venue.advance(to: rig.venue.now + .seconds(1))
        #expect(try rig.told() == ["fill market 10"])
        try rig.venue.advance(to: rig.venue.now + .seconds(10))
        #expect(try rig.told().isEmpty)
    }

    @Test("a silent socket stays open, and another one hears again")
    func silent() throws {
        let rig = try rig(.silentSocket)
        try rig.place(resting)
        mend(rig)
        try rig.place(resting)
        #expect(rig.venue.takeFrames().isEmpty)
        rig.listen(2)
        try rig.place(resting)
        #expect(try rig.told(2) == ["pending_new limit", "new limit"])
    }

    @Test("a dropped socket is closed without a word")
    func dropped() throws {
        let rig = try rig(.droppedSocket)
        try rig.place(resting)
        let frame = try #require(rig.venue.takeFrames().first)
        #expect(frame.closes)
        #expect(frame.bytes.isEmpty)
    }

    @Test("that the sibling was canceled is not told")
    func untoldCancel() throws {
        let rig = try rig(.untoldCancel)
        let taken = try rig.place(order("sell", "100", "limit", GroupTests.oco, tif: "gtc"))
        try rig.quote("110.00", "110.10")
        #expect(try rig.told() == ["pending_new limit", "new limit", "fill limit 100"])
        #expect(try rig.order(taken.id).legs?.map(\.status) == [.known(.canceled)])
    }

    // MARK: - Orders

    @Test("a stop of a group that is reached is filled as another order, which the chain leads to")
    func replacedLeg() throws {
        let rig = try rig(.replacedLeg)
        let taken = try rig.place(order("sell", "100", "limit", GroupTests.oco, tif: "gtc"))
        let stop = try #require(taken.legs?.first)
        _ = try rig.told()
        try rig.quote("94.00", "94.10")
        #expect(try rig.told() == ["replaced stop", "new stop", "fill stop 100", "canceled limit"])
        let old = try rig.order(stop.id)
        #expect(old.status == .known(.replaced))
        let next = try rig.order(try #require(old.replacedBy))
        #expect(next.status == .known(.filled))
        #expect(next.replaces == stop.id)
        #expect(next.clientOrderID != stop.clientOrderID)
        #expect(next.groupID == stop.groupID)
        #expect(try rig.order(taken.id).legs?.map(\.id) == [next.id])
    }

    // MARK: - Rates

    @Test("the same seed makes the same things go wrong, and the accounts are those of a run without faults on sockets")
    func seeded() throws {
        func run(_ permille: Int64) throws -> ([VenueFrame], [Alpaca.Order]) {
            let rig = try Rig(held: 100) { configuration in
                let faults: [Fault] = [.lostEvent, .lateEvent, .repeatedEvent, .reorderedEvent]
                configuration.faults = FaultRates(faults.map { ($0.rawValue, permille) })!
            }
            rig.listen()
            var frames: [VenueFrame] = []
            for _ in 1...40 {
                try rig.quote("100.00", "100.10")
                try rig.place(order("sell", "1", "market"))
                frames += rig.venue.takeFrames()
            }
            return (frames, try rig.orders("status=all&limit=500"))
        }
        let (first, second, none) = (try run(200), try run(200), try run(0))
        #expect(first.0 == second.0)
        #expect(first.1 == none.1)
        #expect(none.0.count == 120)
        #expect(first.0 != none.0)
    }

    @Test("a name that is none, and more than a thousand in a thousand, are no rates")
    func rates() {
        #expect(FaultRates([("lost_event", 5)]) != nil)
        #expect(FaultRates([("lost_events", 5)]) == nil)
        #expect(FaultRates([("lost_event", 1_001)]) == nil)
        #expect(FaultRates([("lost_event", -1)]) == nil)
    }
}
