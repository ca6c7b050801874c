import AlpacaAPI
import AlpacaVenue
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("Alpaca adapter: commands at the compatible venue")
struct DeskTests {
    @Test("a cancel is looked up when the stream does not tell its end, and costs no more than itself when it does")
    func lookUpsOfCancels() throws {
        for fault in [nil, "untold_cancel"] {
            let rig = try Rig(held: 100)
            if let fault { try rig.change(fault, 1_000) }
            rig.submit(terms("one", .sell, 10, stop: "90"))
            rig.begin(.cancel(clientOrderID: client("one")))
            try rig.pass(20)
            #expect(rig.orders[client("one")]?.status == .canceled)
            let lookUps = rig.sent.filter { $0.hasPrefix("GET /v2/orders/") }.count
            #expect(lookUps == (fault == nil ? 0 : 1), "\(rig.sent)")
        }
    }

    @Test("a replacement that is lost after somebody else's change is refused, and the next one is carried out")
    func lostAfterOthersChange() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, stop: "90"))
        let link = try #require(rig.desk.chains.current(of: client("one")))
        rig.byHand(.patch, "/v2/orders/\(link)", #"{"stop_price":"91"}"#)
        try rig.pass(3)
        #expect(rig.orders[client("one")]?.terms.stopPrice == price("91"))
        func move(to next: String) throws {
            rig.begin(
                .replace(
                    OrderReplacement(
                        clientOrderID: client("one"), newClientOrderID: client(next), stopPrice: price("92"))))
            try rig.pass(60)
        }
        rig.lostMethod = .patch
        try move(to: "two")
        #expect(rig.orders[client("one")]?.status == .new)
        rig.lostMethod = nil
        try move(to: "three")
        #expect(rig.orders[client("one")]?.status == .replaced)
        #expect(rig.orders[client("three")]?.status == .new)
        #expect(try rig.openAtVenue().count == 1)
    }

    @Test("an order is placed, filled and told; the command is answered by then")
    func placed() throws {
        let rig = try Rig(held: 100)
        let number = rig.submit(terms("one", .sell, 10))
        #expect(rig.finished[number] == .init(command: number, failure: nil))
        #expect(rig.takeTold().last?.hasPrefix("one fill ") == true)
        #expect(rig.takeTold().isEmpty)
        #expect(try rig.heldAtVenue() == shares(90))
        #expect(rig.position(from: 100) == shares(90))
    }

    @Test("a refusal is told for each order of the submission, with the venue's words")
    func refused() throws {
        let rig = try Rig(held: 100)
        let number = rig.submit(
            terms("g.a", .sell, 500, limit: "110", role: .target), terms("g.b", .sell, 500, stop: "95", role: .stop),
            as: .oco)
        #expect(rig.finished[number]?.failure == nil)
        #expect(rig.takeTold() == ["g.a rejected", "g.b rejected"])
        #expect(rig.orders[client("g.a")]?.status == .rejected)
    }

    @Test("what the venue would refuse or change is not sent")
    func unplaceable() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, limit: "110.005"))
        #expect(rig.takeTold() == ["one rejected"])
        #expect(rig.sent.isEmpty)
    }

    @Test("an exit is moved by a replacement, and both orders are told")
    func replaced() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        let number = rig.begin(
            .replace(
                OrderReplacement(
                    clientOrderID: client("one"), newClientOrderID: client("two"), limitPrice: price("109"))))
        #expect(rig.finished[number]?.failure == nil)
        #expect(Array(rig.takeTold().suffix(3)) == ["one replaced", "two accepted", "two new"])
        rig.begin(.cancel(clientOrderID: client("two")))
        #expect(rig.takeTold() == ["two canceled"])
        #expect(try rig.openAtVenue().isEmpty)
    }

    @Test("the stop of an OCO is moved, and carried out by the venue under yet another id")
    func movedStop() throws {
        let rig = try Rig(held: 100)
        rig.submit(
            terms("g.a", .sell, 100, limit: "110", role: .target), terms("g.b", .sell, 100, stop: "95", role: .stop),
            as: .oco)
        rig.begin(
            .replace(
                OrderReplacement(
                    clientOrderID: client("g.b"), newClientOrderID: client("h"), stopPrice: price("97"))))
        #expect(rig.orders[client("g.b")]?.status == .replaced)
        #expect(rig.orders[client("h")]?.status == .new)
        try rig.change("replaced_leg", 1_000)
        try rig.quote("96.90", "97.00")
        #expect(rig.orders[client("h")]?.status == .filled)
        #expect(rig.orders[client("g.a")]?.status == .canceled)
        #expect(rig.position(from: 100) == .zero)
    }

    @Test("a request that is lost on its way back is looked up, and not sent again")
    func lostResponse() throws {
        let rig = try Rig(held: 100)
        rig.venue.change(try #require(FaultRates([("lost_response", 1_000), ("lost_event", 1_000)])))
        let number = rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.mend()
        #expect(rig.finished[number] == nil)
        try rig.pass(10)
        #expect(rig.finished[number]?.failure == nil)
        #expect(rig.orders[client("one")]?.status == .new)
        #expect(rig.sent.filter { $0.hasPrefix("POST") }.count == 1)
    }

    @Test("a request that never arrived is given up when it cannot arrive any more, and not before")
    func lostRequest() throws {
        let rig = try Rig(held: 100)
        try rig.change("lost_request", 1_000)
        let number = rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.mend()
        try rig.pass(29)
        #expect(rig.orders[client("one")]?.status == .pendingNew)
        try rig.pass(5)
        #expect(rig.finished[number]?.failure == nil)
        #expect(rig.orders[client("one")]?.status == .rejected)
        #expect(rig.sent.filter { $0.hasPrefix("POST") }.count == 1)
    }

    @Test("after too many requests it is looked for, and then sent again")
    func tooMany() throws {
        let rig = try Rig(held: 100)
        try rig.change("rate_limited", 1_000)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.mend()
        try rig.pass(3)
        #expect(rig.orders[client("one")]?.status == .new)
        #expect(rig.sent.map { $0.prefix(4) } == ["POST", "GET ", "POST"])
    }

    @Test("what was sent again and is lost is not sent a third time")
    func tooManyThenLost() throws {
        let rig = try Rig(held: 100)
        try rig.change("rate_limited", 1_000)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.mend()
        rig.lostMethod = .post
        try rig.pass(30)
        #expect(rig.orders[client("one")]?.status == .pendingNew)
        #expect(rig.sent.filter { $0.hasPrefix("POST") }.count == 2)
        try rig.pass(5)
        #expect(rig.orders[client("one")]?.status == .rejected)
        #expect(rig.sent.filter { $0.hasPrefix("POST") }.count == 2)
    }

    @Test("the time in which a request may arrive begins with the last one that was sent")
    func arrival() throws {
        let rig = try Rig(held: 100)
        try rig.change("rate_limited", 1_000)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        try rig.pass(10)
        rig.mend()
        rig.lostMethod = .post
        try rig.pass(29)
        #expect(rig.sent.filter { $0.hasPrefix("POST") }.count == 2)
        #expect(rig.orders[client("one")]?.status == .pendingNew)
        try rig.pass(6)
        #expect(rig.orders[client("one")]?.status == .rejected)
    }

    @Test("a gateway's time-out may have worked")
    func gateway() throws {
        let rig = try Rig(held: 100)
        try rig.change("gateway_timeout", 1_000)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.mend()
        try rig.pass(3)
        #expect(rig.orders[client("one")]?.status == .new)
        #expect(rig.sent.filter { $0.hasPrefix("POST") }.count == 1)
    }

    @Test("a replacement that was refused and worked is found out")
    func refusedReplacement() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        try rig.change("refused_replacement", 1_000)
        let replacement = OrderReplacement(
            clientOrderID: client("one"), newClientOrderID: client("two"), limitPrice: price("109"))
        rig.begin(.replace(replacement))
        rig.mend()
        try rig.pass(5)
        #expect(rig.orders[client("one")]?.status == .replaced)
        #expect(rig.orders[client("two")]?.status == .new)
    }

    @Test("a replacement that is refused for its own shares leaves the order as it was")
    func ownShares() throws {
        let rig = try Rig(held: 10)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        try rig.change("own_shares", 1_000)
        _ = rig.takeTold()
        let replacement = OrderReplacement(
            clientOrderID: client("one"), newClientOrderID: client("two"), limitPrice: price("109"))
        rig.begin(.replace(replacement))
        #expect(rig.takeTold() == ["one replace_rejected"])
        #expect(rig.orders[client("one")]?.status == .new)
    }

    @Test("a cancel that is never told is seen by a look-up")
    func untold() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        try rig.change("untold_cancel", 1_000)
        rig.begin(.cancel(clientOrderID: client("one")))
        #expect(rig.orders[client("one")]?.status == .pendingCancel)
        try rig.pass(3)
        #expect(rig.orders[client("one")]?.status == .canceled)
    }

    @Test("a cancel that comes too late is refused with what the order is")
    func lateCancel() throws {
        let rig = try Rig(held: 100)
        try rig.change("lost_event", 1_000)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        try rig.quote("110.00", "110.10")
        rig.begin(.cancel(clientOrderID: client("one")))
        try rig.pass(5)
        #expect(rig.orders[client("one")]?.status == .filled)
        #expect(rig.position(from: 100) == shares(90))
    }

    @Test("nothing is placed or replaced while the stream is down; a cancel is")
    func notReady() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.desk.setReady(false)
        let count = rig.sent.count
        let number = rig.submit(terms("two", .sell, 10, limit: "110"))
        #expect(rig.finished[number]?.failure?.contains("stream") == true)
        #expect(rig.sent.count == count)
        rig.begin(.cancel(clientOrderID: client("one")))
        #expect(rig.orders[client("one")]?.status == .canceled)
    }

    @Test("an order is found by its id, with its executions, and never had is said only when it is sure")
    func queries() throws {
        let rig = try Rig(held: 100)
        try rig.change("lost_event", 1_000)
        rig.submit(terms("one", .sell, 10))
        rig.begin(.query(clientOrderID: client("one")))
        #expect(rig.answers.last?.order?.status == .filled)
        #expect(rig.answers.last?.executions.map(\.quantity) == [shares(10)])
        rig.begin(.query(clientOrderID: client("nobody")))
        #expect(rig.answers.last?.order == nil)
        rig.mend()
        try rig.change("lost_request", 1_000)
        rig.submit(terms("two", .sell, 10))
        rig.mend()
        let early = rig.begin(.query(clientOrderID: client("two")))
        #expect(rig.finished[early]?.failure != nil)
        // Another adapter placed it, and what it knew is lost.
        rig.desk = OrderDesk(account: AccountID(unchecked: "demo"), at: rig.now)
        rig.begin(.query(clientOrderID: client("one")))
        #expect(rig.answers.last?.order?.filledQuantity == shares(10))
    }

    @Test("the lists have account, positions and every order that is not over, held legs under our ids")
    func lists() throws {
        let rig = try Rig(held: 100)
        rig.submit(
            terms("g.a", .sell, 60, limit: "110", role: .target), terms("g.b", .sell, 60, stop: "95", role: .stop),
            as: .oco)
        rig.submit(terms("one", .sell, 40, limit: "120"))
        try rig.change("lagging_list", 1_000)
        let number = rig.begin(.reconcile)
        #expect(rig.finished[number]?.failure == nil)
        let state = try #require(rig.states.last)
        #expect(Set(state.openOrders.map(\.id.text)) == ["g.a", "g.b", "one"])
        #expect(state.openOrders.first { $0.id == client("g.b") }?.groupKind == .oco)
        // The venue calls it held, and watches it.
        #expect(state.openOrders.first { $0.id == client("g.b") }?.status == .new)
        #expect(state.positions.map(\.quantity) == [shares(100)])
        #expect(state.account.id.text == "demo")
        #expect(state.leftOut == nil)
    }

    @Test("an order that is not listed any more is asked for before the lists are answered")
    func unlisted() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        try rig.change("lost_event", 1_000)
        try rig.quote("110.00", "110.10")
        #expect(rig.orders[client("one")]?.status == .new)
        rig.begin(.reconcile)
        let state = try #require(rig.states.last)
        #expect(state.openOrders.isEmpty)
        #expect(state.positions.map(\.quantity) == [shares(90)])
        try rig.pass(3)
        #expect(rig.orders[client("one")]?.status == .filled)
    }

    @Test("a new adapter with the old one's memory finds what was sent and not answered")
    func restarted() throws {
        let rig = try Rig(held: 100)
        try rig.change("lost_response", 1_000)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.mend()
        rig.desk = OrderDesk(account: AccountID(unchecked: "demo"), chains: rig.desk.chains, at: rig.now)
        rig.desk.setReady(true)
        try rig.pass(3)
        #expect(rig.orders[client("one")]?.status == .new)
    }

    @Test("a replacement and a cancel that a process before had sent are found out by the next one")
    func resumed() throws {
        let rig = try Rig(held: 100)
        rig.submit(terms("one", .sell, 10, limit: "110"))
        rig.submit(terms("two", .sell, 10, limit: "110"))
        try rig.change("lost_request", 1_000)
        rig.begin(
            .replace(
                OrderReplacement(
                    clientOrderID: client("one"), newClientOrderID: client("three"), limitPrice: price("109"))))
        rig.begin(.cancel(clientOrderID: client("two")))
        rig.mend()
        rig.desk = OrderDesk(account: AccountID(unchecked: "demo"), chains: rig.desk.chains, at: rig.now)
        // As long as the request may arrive, that the first order rests says nothing.
        try rig.pass(20)
        #expect(rig.orders[client("one")]?.status == .pendingReplace)
        #expect(rig.orders[client("two")]?.status == .new)
        try rig.pass(15)
        #expect(rig.orders[client("one")]?.status == .new)
        #expect(rig.orders[client("three")]?.status == .rejected)
    }

    @Test("the core does not wait for ever; what becomes of the order is told when it is known")
    func patience() throws {
        let rig = try Rig(held: 100)
        rig.venue.change(try #require(FaultRates([("lost_response", 1_000), ("lost_event", 1_000)])))
        let number = rig.submit(terms("one", .sell, 10, limit: "110"))
        let query = rig.begin(.reconcile)
        try rig.pass(44)
        #expect(rig.finished[number] == nil)
        try rig.pass(2)
        #expect(rig.finished[number] == .init(command: number, failure: nil))
        #expect(rig.finished[query]?.failure != nil)
        rig.mend()
        try rig.pass(10)
        #expect(rig.orders[client("one")]?.status == .new)
    }
}
