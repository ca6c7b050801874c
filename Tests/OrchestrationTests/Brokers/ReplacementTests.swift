import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Brokers differ: how a resting order is replaced")
struct ReplacementTests {
    /// A stop rests, and the plan's stop has moved; nothing is delivered yet.
    private func moving(_ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        var driver = protected {
            $0.capabilities.replacement = .newID
            change(&$0)
        }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        return driver
    }

    /// Until the replacement has left, and not its answers.
    private func sent(_ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        var driver = moving(change)
        driver.delivers = false
        driver.cycle()
        driver.deliver()
        return driver
    }

    private func expectMoved(
        _ driver: CoreDriver, size: Quantity = 100, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(driver.symbolStop?.terms.stopPrice == "97", sourceLocation: location)
        #expect(driver.venue.stopped("ABC") == size, sourceLocation: location)
        #expect(driver.working("ABC").map(\.leavesQuantity) == [size], sourceLocation: location)
        #expect(driver.working("ABC").allSatisfy { !$0.status.isInFlight }, sourceLocation: location)
        #expect(driver.state.portfolio.orders.openExitQuantity("ABC", side: .sell) == size, sourceLocation: location)
        driver.expectSound(location)
    }

    @Test("the successor stands in the books beside the first, and both count once")
    func besideEachOther() throws {
        var driver = sent()
        let orders = driver.working("ABC")
        #expect(orders.map(\.status) == [.pendingReplace, .pendingNew])
        let successor = try #require(orders.last)
        #expect(successor.replacesOrder == orders.first?.id)
        #expect(successor.terms.stopPrice == "97")
        #expect(driver.state.portfolio.orders.openExitQuantity("ABC", side: .sell) == 100)
        #expect(driver.state.protection.unprotected.isEmpty)
        driver.delivers = true
        driver.settle()
        #expect(driver.working("ABC").map(\.id) == [successor.id])
        #expect(driver.unprotected.count == 1, "before the first stop alone")
        expectMoved(driver)
    }

    @Test(
        "whichever of the two words comes first, or alone, the successor rests",
        arguments: [[.replaced, .new], [.new, .replaced], [.new], [.replaced]] as [[OrderEvent]])
    func words(order: [OrderEvent]) throws {
        var driver = sent()
        let first = try #require(driver.working("ABC").first)
        let words = driver.inbox
        driver.inbox = order.compactMap { event in
            words.first { if case .execution(let report) = $0 { report.event == event } else { false } }
        }
        driver.delivers = true
        driver.settle()
        #expect(driver.state.portfolio.orders[first.id]?.status == .replaced)
        #expect(driver.unprotected.count == 1)
        let sent = driver.orders.count
        driver.cycle()
        #expect(driver.orders.count == sent, "nothing more is to be done")
        expectMoved(driver)
    }

    @Test("a refused replacement restores the first and ends the successor; it is tried again with a new id")
    func refused() throws {
        var driver = sent { $0.faults.refusesReplacements = 1 }
        let (first, successor) = (try #require(driver.working("ABC").first), try #require(driver.working("ABC").last))
        driver.deliver()
        #expect(driver.state.portfolio.orders[first.id]?.status == .new)
        #expect(driver.state.portfolio.orders[successor.id]?.status == .rejected)
        #expect(driver.state.portfolio.orders.openExitQuantity("ABC", side: .sell) == 100)
        driver.delivers = true
        driver.settle()
        driver.cycle()
        #expect(driver.working("ABC").first?.id != successor.id)
        #expect(driver.unprotected.count == 1)
        expectMoved(driver)
    }

    @Test("without an answer both are asked about, and what they say is taken", arguments: [true, false], [0, 30])
    func timeOut(arrived: Bool, arrivalSeconds: Int64) {
        var driver = moving {
            $0.capabilities.arrivalLimit = .seconds(arrivalSeconds)
        }
        driver.venue.faults.withholdsAnswers = arrived
        driver.venue.faults.losesCommands = !arrived
        driver.cycle()
        driver.venue.faults.withholdsAnswers = false
        driver.venue.faults.losesCommands = false
        let sent = driver.orders.count
        driver.wait(.seconds(5))
        if !arrived, arrivalSeconds > 0 {
            for _ in 0..<4 { driver.wait(.seconds(5)) }
            #expect(driver.working("ABC").allSatisfy { $0.status == .unknown }, "it may still arrive")
            #expect(driver.orders.count == sent)
            #expect(driver.state.portfolio.orders.openExitQuantity("ABC", side: .sell) == 100)
            for _ in 0..<3 { driver.wait(.seconds(5)) }
        }
        driver.cycle()
        expectMoved(driver)
    }

    @Test("a fill of the first while its replacement is under way counts for both", arguments: [true, false])
    func fillMeanwhile(fillIsToldFirst: Bool) throws {
        var driver = moving()
        let first = try #require(driver.symbolStop)
        let fills = driver.venue.fill(first.id, 40, at: "95")
        driver.delivers = false
        driver.cycle()
        driver.deliver()
        driver.inbox = fillIsToldFirst ? fills + driver.inbox : driver.inbox + fills
        driver.delivers = true
        driver.settle()
        #expect(driver.position("ABC")?.quantity == 60)
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(driver.state.portfolio.orders[first.id]?.filledQuantity == 40)
        expectMoved(driver, size: 60)
    }

    @Test("the first is filled before its replacement arrives: nothing is left, and nothing is placed")
    func filledBefore() throws {
        var driver = moving()
        let first = try #require(driver.symbolStop)
        let fills = driver.venue.fill(first.id, 100, at: "95")
        driver.delivers = false
        driver.cycle()
        driver.deliver()
        driver.inbox = fills + driver.inbox
        driver.delivers = true
        driver.settle()
        driver.cycle()
        #expect(driver.position("ABC") == nil)
        #expect(driver.working("ABC") == [] && driver.venue.working("ABC") == [])
        driver.expectSound()
    }

    @Test(
        "a replacement with a moment without either order is never used",
        arguments: [.cancelNew, .notAtomic] as [BrokerCapabilities.Replacement])
    func neverUsed(replacement: BrokerCapabilities.Replacement) {
        var driver = moving { $0.capabilities.replacement = replacement }
        driver.cycle()
        expectCanceledAndPlaced(driver)
        #expect(driver.unprotected.count == 2, "the moment without a stop is measured")
        expectMoved(driver)
    }

    @Test("`remaining` replaces where shares are reserved, and nowhere else", arguments: [true, false])
    func remaining(reserves: Bool) {
        var driver = moving {
            $0.capabilities.replacement = .inPlace
            $0.capabilities.replacementQuantity = .remaining
            $0.capabilities.reservesShares = reserves
        }
        driver.cycle()
        if !reserves { expectCanceledAndPlaced(driver) }
        #expect(driver.unprotected.count == (reserves ? 1 : 2))
        expectMoved(driver)
    }

    private func expectCanceledAndPlaced(_ driver: CoreDriver) {
        let kinds = driver.orders.map {
            switch $0 {
            case .submit: "submit"
            case .cancel: "cancel"
            case .replace: "replace"
            case .query, .reconcile: "question"
            }
        }
        #expect(kinds == ["submit", "cancel", "submit"])
    }
}
