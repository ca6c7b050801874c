import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A broker's lists are examined: what contradicts itself or cannot be said is left out, all else is managed")
struct BrokerListTests {
    private func held() -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.venue.hold("XYZ", 50, at: "100")
        driver.policies = { _ in
            answers([
                PluginName("stop-loss").says(.stop("95"), on: "ABC"),
                PluginName("stop-loss").says(.stop("95"), on: "XYZ"),
            ])
        }
        driver.quote("ABC", "100", "100.02")
        driver.quote("XYZ", "100", "100.02")
        driver.start(["stop-loss"])
        return driver
    }

    private static let row = BrokerPosition(symbol: "ABC", quantity: -30, averagePrice: "100")
    private static let strange = LeftOutRow(
        list: .positions, name: "ABC", reason: "12000000000 is an overflow", symbol: "ABC")

    static let lies: [@Sendable (inout BrokerState) -> Void] = [
        { $0.positions.append(row) },
        { $0.positions.insert(row, at: 0) },
        { $0.positions.append($0.positions[0]) },
        { $0.positions[0].averagePrice = "-1" },
        { $0.positions[0].quantity = Quantity(units: .min) },
        {
            $0.positions.removeFirst()
            $0.leftOut = [strange]
        },
    ]

    @Test("at the start nothing is sent for it, and the other is protected", arguments: 0..<6)
    func start(index: Int) {
        var driver = held()
        driver.venue.lie = Self.lies[index]
        driver.connect()
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.venue.stopped("XYZ") == 50)
        #expect(driver.submissions.allSatisfy { $0.orders.allSatisfy { $0.symbol == "XYZ" } })
        #expect(driver.position("ABC") == nil)
        #expect(told(driver) == 1)
        driver.venue.lie = nil
        for _ in 0..<31 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("while nobody knows what is held of it, the lists are read with every cycle", arguments: 0..<6)
    func rereads(index: Int) {
        var driver = held()
        driver.venue.lie = Self.lies[index]
        driver.connect()
        driver.cycle()
        driver.venue.lie = nil
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("in the middle what is known stays, and what rests stays", arguments: 0..<6)
    func middle(index: Int) {
        var driver = held()
        driver.connect()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.venue.lie = Self.lies[index]
        for _ in 0..<31 { driver.cycle() }
        let sent = driver.orders.count
        driver.policies = { _ in
            answers([
                PluginName("stop-loss").says(.stop("97"), on: "ABC"),
                PluginName("stop-loss").says(.stop("97"), on: "XYZ"),
            ])
        }
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.venue.working("ABC").map(\.terms.stopPrice) == ["95"])
        #expect(driver.venue.working("XYZ").map(\.terms.stopPrice) == ["97"])
        #expect(driver.orders.count == sent + 1)
        #expect(told(driver) == 1)
        driver.expectSound()
    }

    @Test("an order that is listed twice, or cannot be said, keeps its symbol alone", arguments: [true, false])
    func order(isSayable: Bool) {
        var driver = held()
        driver.connect()
        driver.venue.lie = { state in
            let all = state.openOrders
            guard let order = all.first(where: { $0.symbol == "ABC" }) else { return }
            if isSayable {
                state.openOrders.append(order)
            } else {
                state.openOrders.removeAll { $0.id == order.id }
                state.leftOut = [
                    LeftOutRow(
                        list: .openOrders, name: order.id.text, reason: "a price has at most 8 decimals", symbol: "ABC",
                        clientOrderID: order.id)
                ]
            }
        }
        for _ in 0..<70 { driver.cycle() }
        #expect(driver.state.broker?.isReconciled == true)
        #expect(driver.state.control.state == .active)
        #expect(driver.working("ABC").count == 1)
        #expect(told(driver) == 1)
        driver.expectSound()
    }

    @Test("what cannot even be named is told, and nothing waits for it")
    func unnamed() {
        var driver = held()
        driver.venue.lie = {
            $0.leftOut = [LeftOutRow(list: .positions, name: "brk.b", reason: "no symbol")]
        }
        driver.connect()
        #expect(driver.venue.stopped("ABC") == 100 && driver.venue.stopped("XYZ") == 50)
        #expect(told(driver) == 1)
    }

    @Test("five hundred strange rows are told twenty at a time")
    func many() {
        var driver = held()
        driver.venue.lie = {
            $0.leftOut = (0..<500).map { LeftOutRow(list: .positions, name: "x\($0)", reason: "no symbol") }
        }
        driver.connect()
        #expect(told(driver) == 20)
        #expect(driver.venue.stopped("ABC") == 100)
    }

    private func told(_ driver: CoreDriver) -> Int {
        driver.alertReasons(.emergency).filter { if case .rowLeftOut = $0 { true } else { false } }.count
    }
}
