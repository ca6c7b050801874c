import CoreTestSupport
import SeededRandom
import TestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Peak, day and week: what is paid in or out changes no share that was won or lost")
struct EquityMarksTests {
    private static let day: Int64 = 20_613

    /// What was lost of each figure, in millionths.
    private func losses(_ marks: EquityMarks, _ equity: Money) throws -> [Int64] {
        try [marks.peak, marks.dayStart, marks.highest(of: 30, upTo: Self.day), marks.weekStart?.equity].map { mark in
            let mark = try #require(mark)
            return try (mark - equity).ratio(to: mark).units
        }
    }

    @Test("any number of deposits and withdrawals leaves every loss the share that it was", arguments: 0..<200)
    func property(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var marks = EquityMarks()
        try marks.note(
            Money(units: Int64.random(in: 50_000...90_000, using: &random) * Money.scale), day: Self.day - 9,
            isConfirmed: true)
        try marks.note(
            Money(units: Int64.random(in: 70_000...99_000, using: &random) * Money.scale), day: Self.day,
            isConfirmed: true)
        var equity = Money(units: Int64.random(in: 40_000...120_000, using: &random) * Money.scale)
        try marks.note(equity, day: Self.day, isConfirmed: true)
        let profit = try marks.dayProfit(equity)
        let before = try losses(marks, equity)
        for _ in 0..<20 {
            // From nine tenths out to ten times as much.
            let most = equity.units / 10 * (Bool.random(using: &random) ? -9 : 90)
            let flow = Money(units: most / Int64.random(in: 1...10, using: &random))
            try marks.paid(flow, before: equity)
            equity = try equity + flow
            guard equity > "1000", equity < "100000000" else { break }
            for (now, first) in zip(try losses(marks, equity), before) { #expect(abs(now - first) <= 1, "\(seed)") }
            #expect(try marks.dayProfit(equity) == profit, "in money, nothing was won or lost")
        }
    }

    @Test("what is paid in and out again leaves the figures where they were")
    func thereAndBack() throws {
        var marks = EquityMarks()
        try marks.note("100000", day: Self.day, isConfirmed: true)
        try marks.paid("60000", before: "91000")
        try marks.paid("-60000", before: "151000")
        #expect(abs(marks.peak.units - Money("100000").units) <= 1)
        #expect(try marks.dayProfit("91000") == "-9000")
    }

    @Test("a figure that is in doubt counts in no look back and begins no week")
    func unconfirmed() throws {
        var marks = EquityMarks()
        try marks.note("100000", day: Self.day - 1, isConfirmed: true)
        try marks.note("900000", day: Self.day, isConfirmed: false)
        #expect(marks.highest(of: 30, upTo: Self.day) == "100000" && marks.weekStart?.equity == "100000")
        var new = EquityMarks()
        try new.note("900000", day: Self.day, isConfirmed: false)
        #expect(new.weekStart == nil && new.highest(of: 30, upTo: Self.day) == nil)
    }

    @Test("of nothing there is no share: a loss of everything is not hidden by a deposit")
    func nothing() throws {
        var marks = EquityMarks()
        try marks.note("100000", day: Self.day, isConfirmed: true)
        try marks.paid("50000", before: "-5000")
        #expect(marks.peak == "150000" && marks.dayStart == "150000")
        var empty = EquityMarks()
        try empty.note("100000", day: Self.day, isConfirmed: true)
        try empty.paid("-100000", before: "100000")
        try empty.paid("30000", before: "0")
        #expect(empty.peak == "30000" && empty.dayStart == "30000", "all was taken out, and nothing was lost")
    }

    @Test(
        "what is taken out of more than the books have is no loss, and moves the figures when what was paid in is known"
    )
    func uncovered() throws {
        var marks = EquityMarks()
        try marks.note("100000", day: Self.day, isConfirmed: true)
        try marks.paid("-99000", before: "98000")
        #expect(try marks.judged("-1000") == "98000", "a loss of 2 %, and not of 2,000")
        #expect(marks.dayStart == "100000")
        try marks.note("-1000", day: Self.day, isConfirmed: true)
        try marks.paid("50000", before: "-1000")
        #expect(try marks.judged("49000") == "49000")
        #expect(marks.dayStart == "50000" && marks.peak == "50000")
        #expect(try marks.dayProfit("49000") == "-2000")
    }

    @Test(
        "what is taken out while the broker shows more than the books have is taken out of that first",
        arguments: [true, false])
    func beyondBooks(isBelieved: Bool) throws {
        var marks = EquityMarks()
        try marks.note("100000", day: Self.day, isConfirmed: true)
        // 120,000 more are shown. All that our books have is taken out, and then as much as is shown beyond them.
        try marks.paid("-95000", before: "100000", beyond: "120000")
        #expect(try marks.judged("2000") == "97000", "a loss of 3 %, and not of 60")
        #expect(marks.dayStart == "100000" && marks.peak == "100000")
        try marks.paid("-75000", before: "2000", beyond: "120000")
        #expect(try marks.judged("-73000") == "47000", "50,000 were not shown, and are taken out of the books")
        #expect(try #require(marks.dayStart).units / 10_000 == (Money("100000").units * 47 / 97) / 10_000)
        if isBelieved {
            try marks.paid("120000", before: "-73000")
        } else {
            try marks.settle("-73000")
        }
        #expect(try marks.judged(isBelieved ? "47000" : "-73000") == "47000")
        #expect(try marks.dayProfit(isBelieved ? "47000" : "-73000") == "-3000")
    }

    @Test("where nothing is shown beyond the books any more, what was taken out of that was taken out of them")
    func settled() throws {
        var marks = EquityMarks()
        try marks.note("100000", day: Self.day, isConfirmed: true)
        try marks.paid("-60000", before: "100000", beyond: "500000")
        #expect(try marks.judged("39000") == "99000")
        try marks.settle("39000")
        #expect(try marks.judged("39000") == "39000")
        #expect(try abs(#require(marks.dayStart).units - Money("39393.939394").units) <= 1, "1 % is lost, as before")
    }

    // MARK: - In the core

    /// 40,000 in cash, 600 of ABC at 100: equity 100,000.
    private func held() -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 600, at: "100")
        driver.quote("ABC", "100", "100", last: "100")
        driver.policies = { _ in answers([PluginName("stop-loss").says(.stop("60"), on: "ABC")]) }
        driver.start {
            $0.cyclePeriod = .seconds(60)
            $0.reconcileEveryCycles = 1
        }
        driver.connect()
        driver.cycle()
        return driver
    }

    private func drawdown(_ driver: CoreDriver) throws -> Ratio {
        let (peak, equity) = (driver.state.portfolio.marks.peak, try driver.state.marked.equity())
        return try (peak - equity).ratio(to: peak)
    }

    @Test(
        "a fall of 9 % is one of 9 % after most was withdrawn, or much was paid in",
        arguments: ["-39000", "500000"] as [Money], ["message", "list", "figures"])
    func withdrawal(amount: Money, how: String) throws {
        var driver = held()
        driver.quote("ABC", "85", "85", last: "85")
        driver.cycle()
        #expect(try drawdown(driver) == "0.09")
        switch how {
        case "message": driver.send(driver.venue.moveCash("w", .withdrawal, amount))
        case "list":
            driver.venue.moveCash("w", .withdrawal, amount, isListed: true)
            driver.cycle()
        default: driver.venue.cash = try driver.venue.cash + amount
        }
        for _ in 0..<12 { driver.cycle() }
        #expect(try driver.state.marked.equity() == "91000" + amount)
        #expect(try abs(drawdown(driver).units - Ratio("0.09").units) <= 1)
        #expect(try driver.state.portfolio.marks.dayProfit(driver.state.marked.equity()) == "-9000")
        let start = try #require(driver.state.portfolio.marks.dayStart)
        let loss = try (start - driver.state.marked.equity()).ratio(to: start)
        #expect(abs(loss.units - Ratio("0.09").units) <= 1)
        driver.expectSound()
    }
}
