import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Brokers differ: counts that are not ours, and cancels that are stuck")
struct UncertainCountTests {
    @Test(
        "an order ends with fills that were not told, or without a count: the broker is asked before anything is done",
        arguments: [true, false], [0, 40] as [Int64])
    func ends(omitsSums: Bool, filled: Int64) throws {
        var driver = protected { $0.faults.omitsSums = omitsSums }
        let stop = try #require(driver.symbolStop)
        if filled > 0 { _ = driver.venue.fill(stop.id, Quantity(shares: filled), at: "95") }
        driver.delivers = false
        let sent = driver.commands.count
        driver.venueDoes { $0.drop(stop.id) }
        driver.deliver()
        if omitsSums || filled > 0 {
            #expect(driver.commands.dropFirst(sent) == [.query(clientOrderID: stop.id)])
            #expect(driver.working("ABC").map(\.status) == [.unknown])
            driver.feed(.cycleDue)
            driver.feed(driver.inbox.removeLast())
            #expect(driver.orders.count == 1, "nothing is sent while it is not known")
        }
        driver.delivers = true
        driver.settle()
        driver.cycle()
        #expect(driver.position("ABC")?.quantity == Quantity(shares: 100 - filled))
        #expect(driver.venue.stopped("ABC") == Quantity(shares: 100 - filled))
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        driver.expectSound()
    }

    @Test(
        "a count above ours puts the order in doubt, whatever the word",
        arguments: [.accepted, .new, .pendingCancel, .suspended, .canceled, .expired, .replaced, .cancelRejected]
            as [OrderEvent])
    func above(event: OrderEvent) throws {
        var driver = protected()
        let stop = try #require(driver.symbolStop)
        driver.delivers = false
        driver.feed(
            .execution(
                ExecutionReport(clientOrderID: stop.id, event: event, cumulativeQuantity: 1, at: driver.now)))
        #expect(driver.commands.last == .query(clientOrderID: stop.id))
        #expect(driver.working("ABC").map(\.status) == [.unknown])
        #expect(driver.position("ABC")?.quantity == 100)
        driver.delivers = true
        driver.settle()
        #expect(driver.working("ABC").map(\.status) == [.new])
        #expect(driver.orders.count == 1)
        driver.expectSound()
    }

    @Test("a count below ours is an old word, and no reason to ask")
    func below() throws {
        var driver = protected()
        let stop = try #require(driver.symbolStop)
        driver.venueDoes { $0.fill(stop.id, 40, at: "95") }
        let asked = driver.commands.count
        driver.send(
            .execution(
                ExecutionReport(clientOrderID: stop.id, event: .new, cumulativeQuantity: 10, at: driver.now)))
        #expect(driver.commands.count == asked)
        #expect(driver.position("ABC")?.quantity == 60)
        driver.expectSound()
    }

    @Test("a cancel that is stuck is asked for again after two time-outs, then four, then each six (I-REF-4)")
    func stuckCancel() {
        var driver = protected {
            $0.capabilities.replacesPrice = false
            $0.faults.holdsCancels = true
        }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.cycle()
        for (sent, timeouts) in [(1, 2), (2, 4), (3, 6), (4, 6)] {
            #expect(driver.cancels == sent)
            for _ in 1..<timeouts { driver.wait(.seconds(5)) }
            #expect(driver.cancels == sent, "its patience is \(timeouts) time-outs")
            #expect(driver.stuckCancels == max(0, sent - 2), "one that is repeated once is no news")
            driver.wait(.seconds(5))
        }
        #expect(driver.submissions.count == 1, "nothing is placed beside it")
        #expect(driver.stuckCancels == 3)
        driver.venue.faults.holdsCancels = false
        for _ in 0..<8 { driver.wait(.seconds(5)) }
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }
}

extension CoreDriver {
    fileprivate var stuckCancels: Int {
        alertReasons(.emergency).count { if case .cancelStuck = $0 { true } else { false } }
    }

    var cancels: Int { orders.count { if case .cancel = $0 { true } else { false } } }
}
