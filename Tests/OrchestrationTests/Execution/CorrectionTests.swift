import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Executions that are taken back or corrected: position, cash, profit and protection follow")
struct CorrectionTests {
    private let policy = PluginName("stop-loss")

    /// 100 of ABC entered at 100, with a stop at 90 that rests.
    private func entered(side: Side = .buy) throws -> (CoreDriver, entry: ClientOrderID) {
        var venue = FakeVenue()
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        let stop: Price = side == .buy ? "90" : "110"
        let entry = Entry(side: side, quantity: 100, limitPrice: nil, stop: ProtectiveStop(stopPrice: stop))
        driver.recommend([policy.says(.enter(entry), on: "ABC")])
        driver.cycle()
        driver.policies = { [policy] _ in answers([policy.says(.stop(stop), on: "ABC")]) }
        driver.cycle()
        let id = try #require(driver.submissions.first?.orders.first { $0.role == .entry }?.clientOrderID)
        #expect(driver.venue.stopped("ABC") == 100)
        return (driver, id)
    }

    private func sold(_ driver: inout CoreDriver, _ advice: Advice) throws -> ClientOrderID {
        let before = driver.submissions.count
        driver.policies = { [policy] _ in answers([policy.says(advice, on: "ABC", .high)]) }
        driver.cycle()
        driver.policies = { [policy] _ in answers([policy.says(.stop("90"), on: "ABC")]) }
        return try #require(
            driver.submissions.dropFirst(before).flatMap(\.orders).first { $0.role == .reduce }?.clientOrderID)
    }

    private func expectAgreement(_ driver: CoreDriver) throws {
        #expect(driver.position("ABC")?.quantity ?? .zero == driver.venue.held("ABC"))
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(try driver.venue.offered("ABC") <= driver.venue.held("ABC").magnitude())
        #expect(driver.alertReasons(of: .account).isEmpty)
        #expect(driver.records.allSatisfy { if case .discrepancy = $0 { false } else { true } })
        driver.expectSound()
    }

    @Test("a part of an entry is corrected: the stop shrinks with the position", arguments: [Side.buy, .sell])
    func entryCorrected(side: Side) throws {
        var (driver, entry) = try entered(side: side)
        driver.venue.wasTradedByHand = true
        driver.venueDoes { $0.correct(entry, to: (60, "101")) }
        #expect(driver.position("ABC")?.size == 60)
        #expect(driver.position("ABC")?.averagePrice == "101")
        #expect(driver.position("ABC")?.initialStop == (side == .buy ? "90" : "110"))
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 60)
        #expect(driver.alertReasons(.warning).contains { if case .executionCorrected = $0 { true } else { false } })
        try expectAgreement(driver)
    }

    @Test("an entry that is taken back leaves nothing that could sell")
    func entryBusted() throws {
        var (driver, entry) = try entered()
        driver.venue.wasTradedByHand = true
        driver.venueDoes { $0.correct(entry) }
        #expect(driver.position("ABC") == nil)
        #expect(driver.venue.working("ABC").isEmpty, "the stop is gone at once")
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.state.portfolio.realizedProfit == .zero)
        #expect(try driver.state.marked.equity() == "100000")
        try expectAgreement(driver)
    }

    @Test("a loss that is taken back counts in no row of losses, and one that was hidden by a gain counts again")
    func lossRow() throws {
        let rule = LossStreakRule(losses: 1)
        func row(_ driver: CoreDriver) throws -> Bool {
            var losses = driver.state.losses
            let limits = with(HardLimits()) { $0.lossStreakPause = rule }
            let found = try losses.begin("100000", EquityMarks(), limits, day: 1, at: driver.now)
            return found.contains { $0.cause.kind == .lossStreak }
        }
        var (driver, _) = try entered()
        driver.quote("ABC", "95", "95", last: "95")
        let exit = try sold(&driver, .exit)
        #expect(try driver.position("ABC") == nil && row(driver))
        driver.venueDoes { $0.correct(exit) }
        #expect(try driver.position("ABC")?.size == 100 && !row(driver))
        // Sold at 101 after all and not at 95.
        var (other, _) = try entered()
        other.quote("ABC", "95", "95", last: "95")
        let sale = try sold(&other, .exit)
        #expect(try row(other))
        other.venueDoes { $0.correct(sale, to: (100, "101")) }
        #expect(try other.position("ABC") == nil && !row(other))
    }

    @Test("a sale that is taken back brings the position back with its memory, and it is protected")
    func exitBusted() throws {
        var (driver, _) = try entered()
        driver.quote("ABC", "120", "120", last: "120")
        let exit = try sold(&driver, .exit)
        #expect(driver.position("ABC") == nil && driver.state.portfolio.realizedProfit == "2000")
        driver.venueDoes { $0.correct(exit) }
        let position = try #require(driver.position("ABC"))
        #expect(position.quantity == 100 && position.averagePrice == "100" && position.initialStop == "90")
        #expect(position.highWaterMark == "120" && position.realizedProfit == .zero)
        #expect(driver.state.portfolio.realizedProfit == .zero)
        for _ in 0..<6 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
        try expectAgreement(driver)
    }

    @Test("what is there again is left alone until the broker's lists were read: its order may live")
    func awaitsLists() throws {
        var (driver, _) = try entered()
        let exit = try sold(&driver, .exit)
        driver.venue.faults.withholdsState = true
        let before = driver.submissions.count
        driver.venueDoes { $0.correct(exit) }
        driver.cycle()
        #expect(driver.position("ABC")?.size == 100 && driver.submissions.count == before)
        driver.venue.faults.withholdsState = false
        for _ in 0..<8 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100)
    }

    @Test("the same correction once more is no news: nobody is told, and nothing is read for it")
    func repeated() throws {
        var (driver, _) = try entered()
        let exit = try sold(&driver, .exit)
        let told = driver.venue.correct(exit)
        for _ in 0..<2 { for input in told { driver.send(input) } }
        let corrected = driver.alertReasons.count { if case .executionCorrected = $0 { true } else { false } }
        #expect(corrected == 1)
        #expect(!driver.alertReasons.contains { if case .correctionOfUnknown = $0 { true } else { false } })
        #expect(driver.position("ABC")?.size == 100)
    }

    @Test("a part that was sold is corrected: profit and stop follow")
    func partCorrected() throws {
        var (driver, _) = try entered()
        driver.quote("ABC", "120", "120", last: "120")
        let part = try sold(&driver, .takePartial(fraction: "0.5", rung: "half"))
        #expect(driver.position("ABC")?.quantity == 50)
        driver.venueDoes { $0.correct(part, to: (40, "119")) }
        let position = try #require(driver.position("ABC"))
        #expect(position.quantity == 60 && position.averagePrice == "100" && position.realizedProfit == "760")
        #expect(driver.state.portfolio.realizedProfit == "760")
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 60)
        try expectAgreement(driver)
    }

    @Test("told twice, or with the execution repeated: carried out once")
    func once() throws {
        var (driver, entry) = try entered()
        driver.venue.wasTradedByHand = true
        let first = try #require(driver.venue.executions[entry]?.first)
        let told = driver.venue.correct(entry, to: (60, "101"))
        for input in told + told + [.execution(first)] + told { driver.send(input) }
        #expect(driver.position("ABC")?.size == 60)
        #expect(driver.records.count { if case .correction = $0 { true } else { false } } == 1)
        for _ in 0..<3 { driver.cycle() }
        try expectAgreement(driver)
    }

    @Test("fees come back with what they were taken for")
    func fees() throws {
        var venue = FakeVenue()
        venue.fee = { _, _, _ in "5" }
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        driver.recommend([policy.says(.buy(100, stop: "90"), on: "ABC")])
        driver.cycle()
        let entry = try #require(driver.submissions.first?.orders.first { $0.role == .entry }?.clientOrderID)
        driver.venue.wasTradedByHand = true
        driver.venueDoes { $0.correct(entry) }
        driver.cycle()
        #expect(driver.state.portfolio.account?.cash == "100000")
        #expect(driver.state.portfolio.realizedProfit == .zero)
    }

    @Test("what was not known is news: the lists are read, and it is never booked later")
    func unknown() throws {
        var (driver, entry) = try entered()
        let id = ExecutionID(unchecked: "never-seen")
        let before = driver.commands.count
        driver.send(.executionCorrection(ExecutionCorrection(clientOrderID: entry, executionID: id, at: driver.now)))
        #expect(driver.alertReasons.contains(.correctionOfUnknown(order: entry, id)))
        driver.wait(.seconds(1))
        #expect(driver.commands.dropFirst(before).contains(.reconcile))
        // It comes late, and is not booked: the position has what is so.
        driver.send(
            .execution(
                ExecutionReport(
                    clientOrderID: entry, event: .fill, executionID: id, price: "100", quantity: 50, at: driver.now)))
        #expect(driver.position("ABC")?.quantity == 100)
        driver.send(
            .executionCorrection(
                ExecutionCorrection(
                    clientOrderID: ClientOrderID(unchecked: "stranger"), executionID: id, at: driver.now)))
        #expect(driver.alertReasons(.warning).count { if case .correctionOfUnknown = $0 { true } else { false } } == 2)
        driver.expectSound()
    }

    @Test("an entry that is taken back after its sale is a short that nobody wanted: the totals stay right")
    func entryBustedAfterSale() throws {
        var (driver, entry) = try entered()
        driver.quote("ABC", "120", "120", last: "120")
        _ = try sold(&driver, .exit)
        driver.venue.wasTradedByHand = true
        driver.venueDoes { $0.correct(entry) }
        #expect(driver.position("ABC")?.quantity == -100)
        driver.cycle()
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        // Sold at 120 and nothing bought: worth what it was.
        #expect(try driver.state.marked.equity() == "100000")
    }

    @Test("an execution of the old shares is not taken off the new ones")
    func afterSplit() throws {
        var (driver, entry) = try entered()
        let id = try #require(driver.venue.executions[entry]?.first?.executionID)
        let split = CorporateAction(
            id: "s", symbol: "ABC", kind: .split(numerator: 2, denominator: 1), effectiveAt: driver.now)
        driver.venue.split("ABC", 2, 1)
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [split])))
        driver.cycle()
        #expect(driver.position("ABC")?.quantity == 200)
        driver.send(.executionCorrection(ExecutionCorrection(clientOrderID: entry, executionID: id, at: driver.now)))
        #expect(driver.position("ABC")?.quantity == 200)
        #expect(driver.alertReasons.contains(.correctionOfUnknown(order: entry, id)))
    }
}
