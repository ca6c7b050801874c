import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("What a person's request comes to, as it is told before and after")
struct ByHandTests {
    private func request(_ wish: PersonRequest.Wish) -> PersonRequest {
        PersonRequest(symbol: "ABC", wish: wish, who: "me", why: "test")
    }

    private func order(_ quantity: Quantity, _ side: Side) -> NewOrder {
        NewOrder(
            clientOrderID: "by-hand", symbol: "ABC", side: side, type: .limit, quantity: quantity,
            limitPrice: side == .sell ? "120" : "80", role: .external)
    }

    /// 100 at 100 (short: -100), of which an order of somebody else may sell some.
    private func holding(
        _ quantity: Quantity = 100, others: Quantity? = nil, crosses: Bool = false,
        _ change: (inout BrokerCapabilities) -> Void = { _ in }
    ) -> CoreDriver {
        var venue = FakeVenue(capabilities: .everything.with(change))
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "99.99", "100.01")
        let side: Side = quantity.isPositive == crosses ? .buy : .sell
        if let others { venue.rest(order(others, side)) }
        var driver = CoreDriver(venue: venue)
        driver.start([])
        driver.quote("ABC", "99.99", "100.01", last: "100")
        driver.connect()
        driver.cycle()
        return driver
    }

    @Test(
        "what is said to wait for an order of others is what is not sold",
        arguments: [
            (100, 100, .close, 100), (100, 70, .close, 70), (100, 70, .part(40), 10), (100, 70, .part(30), 0),
            (100, 70, .fraction("0.5"), 20), (-100, 70, .close, 70), (100, 0, .close, 0),
        ] as [(Quantity, Quantity, PersonRequest.Wish, Quantity)])
    func waiting(held: Quantity, others: Quantity, wish: PersonRequest.Wish, waits: Quantity) {
        var driver = holding(held, others: others.isZero ? nil : others)
        let told = driver.state.hindrances(of: request(wish))
        var said = Quantity.zero
        var wanted = Quantity.zero
        if case .heldByOthers(let symbol, let waiting, let all, let orders)? = told.first {
            (said, wanted) = (waiting, all)
            #expect(symbol == "ABC" && orders.map(\.clientOrderID) == ["by-hand"])
        }
        #expect(said == waits && told.count == (waits.isZero ? 0 : 1))
        driver.send(.asked(request(wish)))
        for _ in 0..<3 { driver.cycle() }
        guard waits.isPositive else { return }
        let sold = Quantity(units: abs(held.units) - abs(driver.venue.held("ABC").units))
        #expect(Quantity(units: wanted.units - sold.units) == waits, "\(sold) of \(wanted) were sold")
        driver.expectSound()
    }

    @Test("flatten tells the same of every position that it closes, and nothing of a watched one")
    func flattening() {
        var driver = holding(others: 100)
        #expect(driver.state.hindrancesOfFlattening == driver.state.hindrances(of: request(.close)))
        driver.send(.asked(request(.mode(.watched))))
        #expect(driver.state.hindrancesOfFlattening.isEmpty)
    }

    @Test("an order on the other side is told where the broker refuses to trade against it")
    func crossing() {
        #expect(holding(others: 10, crosses: true).state.hindrances(of: request(.close)).isEmpty)
        let driver = holding(others: 10, crosses: true) { $0.refusesSelfCross = true }
        guard case .crossesOthers("ABC", let other)? = driver.state.hindrances(of: request(.close)).first else {
            Issue.record("nothing is told")
            return
        }
        #expect(other.clientOrderID == "by-hand")
    }

    @Test("release names what is given up, what stays at the broker and may be executed, and flattening")
    func release() {
        var driver = holding()
        #expect(driver.state.release(of: "ABC").isPlain)
        driver.venue.faults.fillsOnly = 10
        driver.send(.asked(request(.part(40))))
        driver.cycle()
        let released = driver.state.release(of: "ABC")
        #expect(released.givenUp?.limit == 60 && !released.leavesFlattening)
        #expect(released.executable.map(\.terms.role) == [.reduce])
        driver.send(.control(Control(command: .flatten, who: "me", why: "test")))
        #expect(driver.state.release(of: "ABC").leavesFlattening)
        driver.send(.asked(request(.mode(.watched))))
        #expect(driver.state.handover.standing.isEmpty && !driver.state.release(of: "ABC").leavesFlattening)
    }

    @Test("a stop is at the broker, or in the plan alone, or nowhere")
    func stop() {
        var driver = holding()
        #expect(driver.state.stopPlace(of: "ABC") == .nowhere)
        driver.venue.faults.refusesSubmissions = 1_000
        driver.send(.asked(request(.stop("95"))))
        driver.cycle()
        #expect(driver.state.stopPlace(of: "ABC") == .planned("95"))
        driver.venue.faults.refusesSubmissions = 0
        for _ in 0..<20 where driver.state.stopPlace(of: "ABC") == .planned("95") { driver.cycle() }
        #expect(driver.state.stopPlace(of: "ABC") == .rests("95"))
    }
}
