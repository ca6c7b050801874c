import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Doubt: time-outs, lost and repeated words, and what the broker says when asked")
struct InFlightTests {
    @Test("no answer in time: in doubt, asked about, never sent again", arguments: [true, false])
    func timeOut(arrived: Bool) {
        var driver = protected {
            $0.faults.withholdsAnswers = arrived
            $0.faults.losesCommands = !arrived
        }
        if !arrived {
            // The first question was lost as well: the connection is asked again.
            driver.venue.faults.losesCommands = false
            driver.disconnect()
            driver.connect()
            driver.venue.faults.losesCommands = true
        }
        driver.venue.faults.withholdsWords = true
        driver.venue.faults.losesCommands = false
        let sent = driver.submissions.count
        for _ in 0..<5 { driver.wait(.seconds(5)) }
        if arrived {
            #expect(driver.submissions.count == sent)
            #expect(driver.working("ABC").map(\.status) == [.unknown])
            #expect(driver.commands.filter { if case .query = $0 { true } else { false } }.count >= 4)
        }
        driver.venue.faults = .init()
        for _ in 0..<3 { driver.wait(.seconds(5)) }
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.venue.working("ABC").count == 1)
        #expect(driver.working("ABC").allSatisfy { !$0.status.isInFlight })
        driver.expectSound()
    }

    @Test("the broker never had it: planned anew with a new id")
    func neverHadIt() {
        var driver = protected()
        driver.venueDoes { venue in venue.drop(venue.working("ABC").first?.id ?? "none") }
        driver.venue.faults.losesCommands = true
        driver.venueDoes { $0.drop($0.working("ABC").first?.id ?? "none") }
        driver.wait(.seconds(6))
        driver.venue.faults.losesCommands = false
        for _ in 0..<3 { driver.wait(.seconds(6)) }
        #expect(driver.venue.stopped("ABC") == 100)
        let ids = driver.submissions.flatMap { $0.orders.map(\.clientOrderID) }
        #expect(Set(ids).count == ids.count)
        driver.expectSound()
    }

    @Test("a late answer after a time-out settles the doubt")
    func lateAnswer() {
        var driver = protected { $0.faults.withholdsAnswers = true }
        driver.venue.faults.withholdsWords = true
        driver.wait(.seconds(6))
        let id = driver.working("ABC").first?.id ?? "none"
        #expect(driver.working("ABC").first?.status == .unknown)
        driver.send(.execution(ExecutionReport(clientOrderID: id, event: .new, at: driver.now)))
        #expect(driver.working("ABC").first?.status == .new)
        #expect(driver.state.protection.unprotected.isEmpty)
        driver.expectSound()
    }

    @Test("a cancel without an answer is asked about, and the plan goes on")
    func cancelTimesOut() {
        var driver = protected { $0.capabilities.replacesPrice = false }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.venue.faults.withholdsAnswers = true
        driver.cycle()
        driver.venue.faults.withholdsAnswers = false
        driver.wait(.seconds(6))
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("a cancel that never arrived is asked about, and sent again")
    func cancelLost() {
        var driver = protected { $0.capabilities.replacesPrice = false }
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.venue.faults.losesCommands = true
        driver.cycle()
        driver.venue.faults.losesCommands = false
        driver.wait(.seconds(6))
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("every report twice: every execution is booked once")
    func duplicates() {
        var driver = protected(target: "120") { $0.faults.duplicates = true }
        driver.recommend([PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC")])
        driver.cycle()
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.position("ABC")?.realizedProfit == .zero)
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        driver.expectSound()
    }

    @Test("a fill whose report was lost is found by reconciliation")
    func missedFill() throws {
        var driver = protected()
        let stop = try #require(driver.symbolStop)
        _ = driver.venue.fill(stop.id, 60, at: "95")
        driver.reconcile()
        #expect(driver.position("ABC")?.quantity == 40)
        _ = driver.venue.fill(stop.id, 40, at: "95")
        driver.reconcile()
        #expect(driver.position("ABC") == nil)
        #expect(driver.state.portfolio.realizedProfit == "-500")
        driver.expectSound()
    }

    @Test("words out of order: the fill first, `new` and `accepted` after it")
    func outOfOrder() {
        var driver = protected()
        driver.recommend([PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC")])
        driver.delivers = false
        driver.cycle()
        while !driver.inbox.isEmpty {
            driver.inbox.sort { left, right in
                func rank(_ input: Input) -> Int {
                    if case .execution(let report) = input { report.executionID == nil ? 1 : 0 } else { 2 }
                }
                return rank(left) < rank(right)
            }
            driver.deliver()
        }
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.venue.stopped("ABC") == 40)
        #expect(driver.working("ABC").allSatisfy { !$0.status.isInFlight })
        driver.expectSound()
    }

    @Test("an answer to a question asked before a cancel does not send the cancel twice")
    func staleAnswer() throws {
        var driver = protected { $0.capabilities.replacesPrice = false }
        let stop = try #require(driver.symbolStop)
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.delivers = false
        // A report that cannot be true makes the core ask.
        driver.feed(.execution(ExecutionReport(clientOrderID: stop.id, event: .held, at: driver.now)))
        #expect(driver.inbox.count == 1)
        driver.cycle()
        let late = driver.inbox.removeFirst()
        driver.deliver()
        #expect(driver.orders.count == 2)
        driver.inbox.insert(late, at: 0)
        driver.delivers = true
        driver.settle()
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("the questions of a reconciliation are asked again when they are not answered")
    func lostQuestions() {
        var driver = protected { $0.faults.withholdsState = true }
        #expect(driver.state.broker?.isReconciled == false)
        driver.wait(.seconds(6))
        driver.venue.faults.withholdsState = false
        for _ in 0..<3 { driver.wait(.seconds(6)) }
        #expect(driver.state.broker?.isReconciled == true)
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("fills that an adopted order had before are not booked again when the core asks about it")
    func adoptedFills() {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100.02")
        venue.rest(
            NewOrder(
                clientOrderID: "manual", symbol: "ABC", side: .sell, type: .limit, quantity: 100, limitPrice: "120",
                role: .external))
        _ = venue.fill("manual", 40, at: "120")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.connect()
        #expect(driver.position("ABC")?.quantity == 60)
        driver.send(.execution(ExecutionReport(clientOrderID: "manual", event: .held, at: driver.now)))
        #expect(driver.position("ABC")?.quantity == 60)
        #expect(driver.working("ABC").first?.filledQuantity == 40)
        driver.expectSound()
    }

    @Test("a command that could not be delivered is no doubt, and is planned again when the broker is back")
    func commandNotSent() {
        var driver = protected { $0.faults.losesCommands = true }
        driver.venue.faults.losesCommands = false
        driver.disconnect()
        driver.connect()
        driver.delivers = false
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        driver.venue.faults.losesCommands = true
        driver.cycle()
        driver.deliver()
        if let last = driver.orders.last { driver.feed(.commandNotSent(command: last, why: "the test")) }
        driver.delivers = true
        driver.disconnect()
        driver.venue.faults.losesCommands = false
        driver.connect()
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }
}

extension CoreDriver {
    /// The broker's whole snapshot arrives now, asked for after a report on an unknown order.
    mutating func reconcile() {
        send(.execution(ExecutionReport(clientOrderID: "nobody-knows", event: .new, at: now)))
        // Several reasons for a look mostly come together: it is taken in a moment.
        wait(.milliseconds(250))
    }
}
