import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Fees and taxes of executions: they are a loss of the position, of the day and of R")
struct ChargesTests {
    private let policy = PluginName("stop-loss")

    /// Enters 100 of ABC at 100 with a stop at 90; each execution costs 5.
    private func entered(side: Side = .buy) -> CoreDriver {
        var venue = FakeVenue()
        venue.fee = { _, _, _ in "5" }
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start()
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        let entry = Entry(
            side: side, quantity: 100, limitPrice: nil, stop: ProtectiveStop(stopPrice: side == .buy ? "90" : "110"))
        driver.recommend([policy.says(.enter(entry), on: "ABC")])
        driver.cycle()
        driver.policies = { _ in [] }
        return driver
    }

    @Test("a position begins with the costs of its entry, and ends with all of them", arguments: [Side.buy, .sell])
    func wholePosition(side: Side) throws {
        var driver = entered(side: side)
        let sign: Int64 = side == .buy ? 1 : -1
        #expect(driver.position("ABC")?.quantity == Quantity(shares: sign * 100))
        #expect(driver.position("ABC")?.realizedProfit == "-5")
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        let price: Price = side == .buy ? "110" : "90"
        driver.quote("ABC", price, price, last: price)
        driver.recommend([policy.says(.takePartial(fraction: "0.5", rung: "half"), on: "ABC", .high)])
        driver.cycle()
        // 50 x 10 less 5, and the entry's 5: R is 10 for each of 50 shares.
        #expect(driver.position("ABC")?.realizedProfit == "490")
        #expect(try driver.position("ABC")?.realizedInR() == "0.98")
        #expect(driver.outcomes.last?.realizedByDecision == "495")
        driver.recommend([policy.says(.exit, on: "ABC", .high)])
        driver.cycle()
        #expect(driver.position("ABC") == nil)
        #expect(driver.outcomes.last?.realizedProfit == "985")
        #expect(driver.outcomes.last?.realizedByDecision == "495")
        #expect(driver.state.portfolio.realizedProfit == "985")
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(try driver.state.marked.equity() == "100985")
        driver.expectSound()
    }

    @Test("costs alone reach the day's loss limit")
    func dayLoss() throws {
        var venue = FakeVenue()
        venue.fee = { _, _, _ in "3000" }
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start { $0.limits.maximumDailyLoss = "0.02" }
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        driver.recommend([policy.says(.buy(100, stop: "90"), on: "ABC")])
        driver.cycle()
        #expect(driver.state.control.state == .reducing)
        driver.expectSound()
    }

    @Test("fees beyond what was traded count for nothing, are told, and the account's figures find them")
    func absurd() throws {
        var venue = FakeVenue()
        venue.fee = { _, _, _ in "90000" }
        venue.quote("ABC", "100", "100")
        var driver = CoreDriver(venue: venue)
        driver.start { $0.limits.maximumDailyLoss = "0.02" }
        driver.quote("ABC", "100", "100", last: "100")
        driver.connect()
        driver.recommend([policy.says(.buy(100, stop: "90"), on: "ABC")])
        driver.cycle()
        #expect(driver.state.control.state == .active)
        #expect(driver.position("ABC")?.realizedProfit == .zero)
        #expect(driver.alertReasons.contains { if case .chargesNotTaken(_, "90000") = $0 { true } else { false } })
    }

    @Test("the record of a fill says what it cost; without a word of fees it says nothing")
    func record() throws {
        let driver = entered()
        let note = driver.records.compactMap { record -> OrderNote? in
            guard case .order(let change) = record, change.event == .fill else { return nil }
            return change.note
        }.first
        guard case .fill(.buy, 100, "ABC", "100", realized: "0", charges: "5")? = note else {
            Issue.record("\(note as Any)")
            return
        }
    }
}
