import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Brokers differ: orders that cannot be looked up when they are over")
struct LostOrderTests {
    /// A stop rests for longer than anything can be under way; lists may be 5 seconds behind.
    private func resting() -> CoreDriver {
        var driver = protected {
            $0.capabilities.idempotency = .none
            $0.capabilities.reportLag = .seconds(5)
        }
        for _ in 0..<10 { driver.wait(.seconds(4)) }
        driver.cycle()
        return driver
    }

    @Test("a vanished order ends, and nothing is done before the position has been told again after the lag")
    func vanished() throws {
        var driver = resting()
        let stop = try #require(driver.symbolStop)
        #expect(driver.venue.stopped("ABC") == 100)
        let sent = driver.orders.count
        _ = driver.venue.fill(stop.id, 100, at: "95")
        driver.reconcile()
        // That it is not found counts once it can no longer be on its way.
        for _ in 0..<10 where driver.state.portfolio.orders[stop.id]?.status != .canceled { driver.wait(.seconds(1)) }
        #expect(driver.state.portfolio.orders[stop.id]?.status == .canceled)
        #expect(driver.differences.last?.kind == .lostOrder)
        #expect(driver.position("ABC")?.quantity == 100, "nobody has told it yet")
        for _ in 0..<4 {
            driver.wait(.seconds(1))
            #expect(driver.orders.count == sent, "a stop now could open a short")
        }
        for _ in 0..<4 { driver.wait(.seconds(5)) }
        driver.cycle()
        #expect(driver.position("ABC") == nil)
        #expect(driver.orders.count == sent)
        driver.expectSound()
    }

    @Test("a vanished order that filled nothing is placed anew after the same wait")
    func vanishedUnfilled() throws {
        var driver = resting()
        let stop = try #require(driver.symbolStop)
        let sent = driver.orders.count
        _ = driver.venue.drop(stop.id)
        driver.reconcile()
        driver.wait(.seconds(4))
        #expect(driver.orders.count == sent)
        for _ in 0..<3 { driver.wait(.seconds(3)) }
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.symbolStop?.id != stop.id)
        driver.expectSound()
    }

    @Test("what a vanished order filled is in the position, and no late word books it again", arguments: [0, 1, 4])
    func lateFill(when: Int) throws {
        var driver = resting()
        let stop = try #require(driver.symbolStop)
        let fills = driver.venue.fill(stop.id, 40, at: "95")
        _ = driver.venue.drop(stop.id)
        driver.reconcile()
        for round in 0..<5 {
            if round == when { for fill in fills { driver.send(fill) } }
            driver.wait(.seconds(4))
        }
        for fill in fills { driver.send(fill) }
        #expect(driver.position("ABC")?.quantity == 60)
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(driver.venue.stopped("ABC") == 60)
        driver.expectSound()
    }

    @Test("an order that the broker calls filled, and names no execution of: the position tells, and no late word")
    func unnamedExecutions() throws {
        var driver = protected { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<10 { driver.wait(.seconds(4)) }
        let stop = try #require(driver.symbolStop)
        let fills = driver.venue.fill(stop.id, 100, at: "95")
        driver.venue.forgetExecutions(of: stop.id)
        let sent = driver.orders.count
        driver.reconcile()
        for _ in 0..<5 { driver.wait(.seconds(4)) }
        #expect(driver.position("ABC") == nil)
        for fill in fills { driver.send(fill) }
        #expect(driver.position("ABC") == nil, "else it is a short that nobody has")
        driver.wait(.seconds(40))
        #expect(driver.orders.count == sent)
        driver.expectSound()
    }

    @Test("an order that has been at the venue is not waited for as if it were still on its way")
    func wasThere() throws {
        var driver = protected {
            $0.capabilities.idempotency = .none
            $0.capabilities.reportLag = .seconds(2)
            $0.capabilities.arrivalLimit = .seconds(60)
        }
        for _ in 0..<3 { driver.wait(.seconds(4)) }
        let stop = try #require(driver.symbolStop)
        _ = driver.venue.drop(stop.id)
        driver.reconcile()
        for _ in 0..<8 { driver.wait(.seconds(1)) }
        #expect(driver.state.portfolio.orders[stop.id]?.status == .canceled)
        for _ in 0..<5 { driver.wait(.seconds(1)) }
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("a market order that does not say that it is filled is asked about, where it can trade")
    func silentMarketOrder() throws {
        var driver = protected { $0.faults.fillsOnly = .zero }
        driver.recommend([
            PluginName("stop-loss").says(.stop("95"), on: "ABC"),
            PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC"),
        ])
        driver.cycle()
        #expect(driver.venue.working("ABC").contains { $0.terms.type == .market })
        let asked = driver.queries
        driver.halt(true)
        driver.wait(.seconds(5))
        #expect(driver.queries == asked, "it cannot trade")
        driver.halt(false)
        _ = driver.venue.finishMarketOrders()
        #expect(driver.position("ABC")?.quantity == 100, "the word was lost")
        driver.wait(.seconds(5))
        #expect(driver.queries == asked + 1)
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        driver.wait(.seconds(5))
        #expect(driver.queries == asked + 1, "it is over")
        driver.expectSound()
    }
}

extension CoreDriver {
    fileprivate var queries: Int {
        commands.filter { if case .query = $0 { true } else { false } }.count
    }

    fileprivate mutating func halt(_ isHalted: Bool) {
        let quote = Quote(symbol: "ABC", bid: "100", ask: "100.02", isHalted: isHalted, at: now)
        feed(.market(MarketUpdate(at: now, quotes: [quote])))
    }
}
