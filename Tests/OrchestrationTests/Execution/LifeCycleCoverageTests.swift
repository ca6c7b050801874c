import CoreTestSupport
import Simulation
import Synchronization
import Testing
import Trading

@testable import Orchestration

@Suite("Every status and every event, through the real core")
struct LifeCycleCoverageTests {
    @Test(
        "every event leads where the table says; what it refuses changes nothing, but that what was given up may live",
        arguments: OrderStatus.allCases)
    func table(status: OrderStatus) throws {
        for event in OrderEvent.allCases {
            var bench = LifeCycleBench(status)
            let before = bench.core.state.portfolio
            let effects = bench.deliver(event)
            let after = try #require(bench.core.state.portfolio.orders[bench.id])
            let transition = OrderLifeCycle.transition(status, event)
            let livesOn = status == .rejected && (event == .accepted || event == .new || event == .held)
            let expected = livesOn ? .unknown : bench.expected(transition)
            #expect(after.status == expected, "\(event.rawValue) on \(status.rawValue)")
            #expect(bench.booked(since: before) == bench.executed(event), "\(event.rawValue) on \(status.rawValue)")
            guard transition == .refused, !event.isOurRequest else { continue }
            #expect(bench.tellsConflict(in: effects), "\(event.rawValue) on \(status.rawValue) is told")
            #expect(bench.asks(in: effects), "\(event.rawValue) on \(status.rawValue) is asked about")
        }
    }

    @Test("the whole table is taken, and every illegal word refused")
    func coverage() {
        let tally = Tally()
        for status in OrderStatus.allCases {
            for event in OrderEvent.allCases {
                var bench = LifeCycleBench(status)
                bench.core.witness = { tally.take($0, $1, $2) }
                _ = bench.deliver(event)
            }
        }
        for line in tally.lines { print(line) }
        #expect(tally.contradictions == [])
        let (legal, illegal) = LifeCycleBench.sizes
        #expect(legal == 326 && illegal == 48)
        #expect(
            tally.lines.last
                == "326 of 326 legal transitions taken, 48 of 48 illegal ones tried and refused")
    }

    @Test(
        "after a lost cancel, a word that does not answer it leaves the doubt",
        arguments: [
            .accepted, .new, .held, .partialFill, .pendingCancel, .pendingReplace, .suspended, .stopped, .calculated,
            .doneForDay,
        ] as [OrderEvent])
    func keepsDoubt(event: OrderEvent) throws {
        var bench = LifeCycleBench(.unknown, after: .new)
        let before = bench.core.state.portfolio
        _ = bench.deliver(event)
        let after = try #require(bench.core.state.portfolio.orders[bench.id])
        #expect(after.status == .unknown)
        #expect(bench.booked(since: before) == bench.executed(event))
        #expect(bench.core.state.inFlight.isWaiting(for: bench.id), "it is asked about again")
    }

    @Test(
        "after a lost cancel, a word that answers it ends the doubt",
        arguments: [
            (.cancelRejected, .new), (.replaceRejected, .new), (.restated, .new), (.canceled, .canceled),
            (.expired, .expired), (.replaced, .replaced), (.rejected, .rejected), (.fill, .filled),
        ] as [(OrderEvent, OrderStatus)])
    func endsDoubt(event: OrderEvent, status: OrderStatus) {
        var bench = LifeCycleBench(.unknown, after: .new)
        _ = bench.deliver(event)
        #expect(bench.core.state.portfolio.orders[bench.id]?.status == status)
        #expect(!bench.core.state.inFlight.isWaiting(for: bench.id))
    }

    @Test(
        "other terms than those asked for are no answer to a replacement",
        arguments: [.pendingReplace, .unknown] as [OrderStatus],
        [("96", .new), ("95", nil)] as [(Price, OrderStatus?)])
    func otherTerms(status: OrderStatus, told: (price: Price, status: OrderStatus?)) {
        var bench = LifeCycleBench(status, after: .new)
        let replacement = OrderReplacement(clientOrderID: bench.id, stopPrice: "96")
        bench.core.state.inFlight.send(
            Request(.replace, number: 1, leftBy: bench.now, replacement: replacement), for: bench.id,
            reportBy: bench.now + .seconds(5))
        bench.order.terms.stopPrice = told.price
        _ = bench.deliver(.restated)
        #expect(bench.core.state.portfolio.orders[bench.id]?.status == told.status ?? status)
    }

    @Test("a refused cancel goes back to what the broker said of the order meanwhile")
    func meanwhile() {
        var bench = LifeCycleBench(.pendingCancel, after: .new)
        _ = bench.deliver(.suspended)
        #expect(bench.core.state.portfolio.orders[bench.id]?.status == .pendingCancel)
        _ = bench.deliver(.cancelRejected)
        #expect(bench.core.state.portfolio.orders[bench.id]?.status == .suspended)
    }

    @Test("an order with fills is never merely new again", arguments: [.accepted, .new, .held] as [OrderEvent])
    func ranked(event: OrderEvent) {
        var bench = LifeCycleBench(.unknown)
        bench.order.filledQuantity = 40
        bench.order.averageFillPrice = "95"
        bench.put()
        _ = bench.deliver(event)
        #expect(bench.core.state.portfolio.orders[bench.id]?.status == .partiallyFilled)
    }

    @Test(
        "no request is made for an order that is in doubt, whatever the plan wants",
        arguments: OrderStatus.allCases.filter(\.isInFlight), OrderEvent.allCases)
    func doubtIsLeftAlone(status: OrderStatus, event: OrderEvent) {
        var bench = LifeCycleBench(status)
        var plan = PositionPlan(id: DecisionID(cycle: 1, symbol: "ABC"), symbol: "ABC")
        plan.quantityLimit = .zero
        bench.core.state.plans.adopt(plan)
        var effects = bench.deliver(event)
        effects += bench.core.handle(.cycleDue, at: bench.now)
        guard bench.expected(OrderLifeCycle.transition(status, event)).isInFlight else { return }
        #expect(bench.requests(in: effects) == [])
    }
}

/// What the core's witness saw.
private final class Tally: Sendable {
    private let seen = Mutex((coverage: LifeCycleCoverage(), contradictions: [String]()))

    func take(_ status: OrderStatus, _ event: OrderEvent, _ transition: OrderLifeCycle.Transition) {
        seen.withLock {
            $0.coverage.take(status, event)
            if transition != OrderLifeCycle.transition(status, event) {
                $0.contradictions.append("\(event.rawValue) on \(status.rawValue)")
            }
        }
    }
    var lines: [String] { seen.withLock { $0.coverage.lines } }
    var contradictions: [String] { seen.withLock { $0.contradictions } }
}
