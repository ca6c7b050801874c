import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A broker adapter that is wrong")
struct WrongAdapterTests {
    static let lies: [@Sendable (inout NewOrder) -> Void] = [
        { $0.symbol = "XYZ" }, { $0.side = .buy }, { $0.clientOrderID = "other" },
        { $0.quantity = Quantity(units: .max) }, { $0.quantity = 0 }, { $0.quantity = Quantity(units: .min) },
    ]

    @Test("a restatement of another order changes nothing", arguments: 0..<6)
    func restated(index: Int) {
        var driver = protected()
        guard var terms = driver.working("ABC").first?.terms else { return #expect(Bool(false)) }
        let id = terms.clientOrderID
        Self.lies[index](&terms)
        driver.send(.execution(ExecutionReport(clientOrderID: id, event: .restated, terms: terms, at: driver.now)))
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.working("ABC").map(\.id) == driver.venue.working("ABC").map(\.id))
        #expect(driver.working("XYZ").isEmpty)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("an answer that is about another order changes nothing", arguments: 0..<6)
    func answer(index: Int) {
        var driver = protected()
        guard var order = driver.working("ABC").first else { return #expect(Bool(false)) }
        let id = order.id
        Self.lies[index](&order.terms)
        driver.venue.faults.withholdsWords = true
        driver.send(.execution(ExecutionReport(clientOrderID: id, event: .cancelRejected, at: driver.now)))
        let number = driver.effects.compactMap { effect -> Int64? in
            if case .command(let approved) = effect, case .query = approved.command { approved.number } else { nil }
        }.last
        driver.send(
            .orderAnswer(answer: OrderAnswer(clientOrderID: id, order: order, executions: []), query: number))
        driver.venue.faults.withholdsWords = false
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.working("ABC").map(\.id) == driver.venue.working("ABC").map(\.id))
        #expect(driver.working("XYZ").isEmpty)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("figures beyond all measure end nothing but trading", arguments: [Int64.max, .min, .max / 2 + 1])
    func figures(units: Int64) {
        for index in 0..<5 {
            var driver = protected()
            var state = driver.venue.state
            let terms = { (id: ClientOrderID) in
                NewOrder(
                    clientOrderID: id, symbol: "ABC", side: .sell, type: .stop, quantity: Quantity(units: units),
                    stopPrice: "90", role: .external)
            }
            switch index {
            case 0: state.positions[0].quantity = Quantity(units: units)
            case 1: state.positions[0].averagePrice = Price(units: units)
            case 2:
                state.openOrders += ["x", "y", "z"].map {
                    Order(terms: terms($0), status: .new, submittedAt: driver.now)
                }
            case 3: state.account.cash = Money(units: units)
            default:
                var order = Order(terms: terms("x"), status: .new, submittedAt: driver.now)
                order.filledQuantity = Quantity(units: units)
                state.openOrders.append(order)
            }
            driver.venue.faults.withholdsState = true
            driver.disconnect()
            driver.connect()
            let ask = { (driver: CoreDriver) in
                driver.effects.compactMap { effect -> Int64? in
                    if case .command(let approved) = effect, approved.command == .reconcile {
                        approved.number
                    } else {
                        nil
                    }
                }.last
            }
            driver.send(.brokerState(state: state, query: ask(driver)))
            driver.wait(.seconds(5))
            driver.send(.brokerState(state: state, query: ask(driver)))
            driver.venue.faults.withholdsState = false
            for _ in 0..<5 { driver.cycle() }
            driver.send(.control(Control(command: .resume, who: "a person", why: "the test")))
            // A list that shows less than our stop holds is waited for.
            for _ in 0..<120 { driver.cycle() }
            #expect(driver.venue.stopped("ABC") == 100, "\(index): \(driver.alertReasons.suffix(3))")
            #expect(driver.position("ABC")?.quantity == 100, "\(index)")
            // A position that the broker shows twice is adopted; the venue of this test holds another one.
            #expect(driver.venue.violations.isEmpty || index == 0)
        }
    }

    @Test("one order that is never answered does not keep the whole account from being protected")
    func poisonOrder() {
        var driver = protected()
        driver.venue.hold("XYZ", 50, at: "10")
        driver.venue.quote("XYZ", "10", "10.01")
        driver.disconnect()
        driver.venueDoes { venue in venue.working("ABC").first.map { venue.drop($0.id) } ?? [] }
        driver.inbox = []
        driver.venue.faults.withholdsWords = true
        driver.recommend([PluginName("stop-loss").says(.stop("9"), on: "XYZ")])
        driver.connect()
        for _ in 0..<20 { driver.cycle() }
        #expect(driver.venue.stopped("XYZ") == 50)
        driver.venue.faults.withholdsWords = false
        for _ in 0..<20 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }
}
