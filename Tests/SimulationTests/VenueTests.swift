import CoreTestSupport
import Testing
import Trading

@testable import Simulation

/// A simulated broker without mishaps, 100 shares held, and what it says.
private final class Bench {
    let world = World()
    let venue: Venue
    var told: [ExecutionReport] = []

    init(_ change: (inout BrokerCapabilities) -> Void = { _ in }) {
        var capabilities = BrokerCapabilities.everything
        change(&capabilities)
        venue = Venue(
            world: world, faults: FaultInjector(seed: 1, without: [], only: []), capabilities: capabilities,
            tellsSums: true, cash: "100000")
        venue.open("ABC", 100, at: "100")
        venue.tell = { [unowned self] in told.append($0) }
    }

    func sell(
        _ id: ClientOrderID, _ quantity: Quantity, stop: Price? = nil, limit: Price? = nil, _ role: OrderRole = .reduce
    ) -> NewOrder {
        let type: OrderType = stop != nil ? .stop : limit != nil ? .limit : .market
        return NewOrder(
            clientOrderID: id, symbol: "ABC", side: .sell, type: type, quantity: quantity, limitPrice: limit,
            stopPrice: stop, role: role)
    }

    func submit(_ orders: NewOrder..., group: OrderGroupKind? = nil) {
        venue.submit(
            OrderSubmission(
                orders: orders, groupID: group.map { _ in OrderGroupID(unchecked: "g\(orders[0].clientOrderID)") },
                groupKind: group))
        pass(seconds: 1)
    }

    func market(_ price: Price) {
        venue.price("ABC", price)
        venue.match("ABC")
    }

    func pass(seconds: Int64) {
        let until = world.now + seconds * World.second
        while world.step(until: until) {}
    }

    func status(_ id: ClientOrderID) -> OrderStatus? { venue.orders[id]?.order.status }
    func events(_ id: ClientOrderID) -> [OrderEvent] { told.filter { $0.clientOrderID == id }.map(\.event) }
}

@Suite("The simulated venue refuses what a broker refuses: the proof rests on it")
struct VenueTests {
    @Test("shares that are reserved are not sold twice")
    func oversell() {
        let bench = Bench()
        bench.submit(bench.sell("stop", 60, stop: "95", .stop))
        bench.submit(bench.sell("too-much", 41))
        #expect(bench.status("too-much") == .rejected)
        #expect(bench.venue.held("ABC") == 100)
        bench.submit(bench.sell("enough", 40))
        #expect(bench.status("enough") == .filled)
        #expect(bench.venue.held("ABC") == 60)
    }

    @Test("an exit of more than is held, or of nothing, is refused where shares are reserved")
    func nothingHeld() {
        let bench = Bench()
        bench.submit(bench.sell("more", 101))
        bench.submit(bench.sell("all", 100))
        bench.submit(bench.sell("again", 1))
        #expect(bench.status("more") == .rejected)
        #expect(bench.status("all") == .filled)
        #expect(bench.status("again") == .rejected)
        #expect(bench.venue.held("ABC") == .zero)
    }

    @Test("where shares are not reserved it oversells, so that the core alone can keep the promise")
    func oversells() {
        let bench = Bench { $0.reservesShares = false }
        bench.submit(bench.sell("one", 100))
        bench.submit(bench.sell("two", 100))
        #expect(bench.venue.held("ABC") == -100)
    }

    @Test("a group reserves its shares once, and one leg's fill ends the other")
    func oco() {
        let bench = Bench()
        bench.submit(
            bench.sell("t", 100, limit: "110", .target), bench.sell("s", 100, stop: "95", .stop), group: .oco)
        #expect(bench.status("t") == .new && bench.status("s") == .new)
        bench.submit(bench.sell("more", 1))
        #expect(bench.status("more") == .rejected)
        bench.market("94")
        #expect(bench.status("s") == .filled && bench.status("t") == .canceled)
        #expect(bench.venue.held("ABC") == .zero)
    }

    @Test("a partial fill of one leg shrinks the other")
    func ocoShrinks() {
        let bench = Bench()
        bench.submit(
            bench.sell("t", 100, limit: "110", .target), bench.sell("s", 100, stop: "95", .stop), group: .oco)
        bench.venue.fill("t", 30, at: "110")
        #expect(bench.venue.orders["s"]?.order.leavesQuantity == 70)
        #expect(bench.venue.offered("ABC", .sell) == bench.venue.held("ABC").units)
    }

    @Test("a replacement that asks for more than is free is refused where shares are reserved")
    func replacementOversells() {
        let bench = Bench()
        bench.submit(bench.sell("stop", 60, stop: "95", .stop))
        bench.submit(bench.sell("other", 40, limit: "110", .target))
        bench.venue.replace(OrderReplacement(clientOrderID: "stop", quantity: 61))
        #expect(bench.events("stop").last == .replaceRejected)
        bench.venue.replace(OrderReplacement(clientOrderID: "stop", quantity: 50))
        #expect(bench.events("stop").last == .restated)
        #expect(bench.venue.orders["stop"]?.order.leavesQuantity == 50)
    }

    @Test("`remaining` after a fill that nobody knew of asks for too much, and is refused where shares are reserved")
    func remaining() {
        for reserves in [true, false] {
            let bench = Bench {
                $0.replacementQuantity = .remaining
                $0.reservesShares = reserves
            }
            bench.submit(bench.sell("stop", 100, stop: "95", .stop))
            bench.venue.fill("stop", 40, at: "95")
            bench.venue.replace(OrderReplacement(clientOrderID: "stop", quantity: 80))
            #expect(bench.events("stop").last == (reserves ? .replaceRejected : .restated))
            #expect(bench.venue.offered("ABC", .sell) == (reserves ? 60 : 80) * Quantity.scale)
        }
    }

    @Test("a successor takes the place of the first in one moment")
    func successor() {
        let bench = Bench { $0.replacement = .newID }
        bench.submit(bench.sell("first", 100, stop: "95", .stop))
        bench.venue.fill("first", 40, at: "95")
        bench.venue.replace(
            OrderReplacement(clientOrderID: "first", newClientOrderID: "second", quantity: 100, stopPrice: "96"))
        #expect(bench.events("first").last == .replaced && bench.events("second") == [.new])
        #expect(bench.venue.orders["second"]?.order.leavesQuantity == 60)
        #expect(bench.venue.protected("ABC") == bench.venue.held("ABC").units)
    }

    @Test("an order that would trade with another of the account is refused where the broker says so")
    func selfCross() {
        for refuses in [true, false] {
            let bench = Bench { $0.refusesSelfCross = refuses }
            bench.venue.place("ABC", .buy, 10, .limit, limit: "90")
            bench.submit(bench.sell("stop", 100, stop: "95", .stop))
            #expect(bench.status("stop") == (refuses ? .rejected : .new))
        }
    }

    @Test("with executions told as sums, no execution has an id")
    func sums() {
        let bench = Bench { $0.executions = .cumulative }
        bench.submit(bench.sell("part", 100, limit: "110", .target))
        bench.venue.fill("part", 40, at: "110")
        bench.venue.fill("part", 60, at: "111")
        let fills = bench.told.filter { $0.event == .partialFill || $0.event == .fill }
        #expect(fills.map(\.cumulativeQuantity) == [40, 100])
        #expect(fills.map(\.averagePrice) == ["110", "110.6"])
        #expect(fills.allSatisfy { $0.executionID == nil && $0.price == nil && $0.quantity == nil })
        #expect(bench.venue.query("part").executions == [])
        #expect(bench.venue.cash == "111060")
    }

    @Test("an order that is over is found by its id, unless the broker knows open ones alone")
    func lookUp() {
        for idempotency in [BrokerCapabilities.Idempotency.lookUp, .none] {
            let bench = Bench { $0.idempotency = idempotency }
            bench.submit(bench.sell("all", 100))
            #expect((bench.venue.query("all").order == nil) == (idempotency == .none))
        }
    }

    @Test("nothing trades in a halt, or outside the declared sessions")
    func interrupted() {
        let bench = Bench()
        bench.venue.setHalted("ABC", true)
        bench.submit(bench.sell("all", 100))
        #expect(bench.status("all") == .new)
        bench.venue.setHalted("ABC", false)
        bench.venue.open(.afterHours)
        bench.market("100")
        #expect(bench.status("all") == .new)
        bench.venue.open(.regular)
        bench.market("100")
        #expect(bench.status("all") == .filled)
    }

    @Test("a stop that the market is through already, or off the grid, is refused")
    func badStops() {
        let bench = Bench()
        bench.submit(bench.sell("through", 100, stop: "100", .stop))
        bench.submit(bench.sell("grid", 100, stop: "95.001", .stop))
        bench.submit(bench.sell("part", "0.5", stop: "95", .stop))
        #expect(["through", "grid", "part"].map { bench.status($0) } == [.rejected, .rejected, .rejected])
    }
}
