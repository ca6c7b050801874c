import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Figures of the account: one reading moves nothing, and money that comes or goes is no profit or loss")
struct AccountEvidenceTests {
    /// 40,000 in cash, 100 of ABC at 100 and 100 of XYZ at 200; read with every cycle of a minute.
    private func held(_ change: (inout CoreConfiguration) -> Void = { _ in }) -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.venue.hold("XYZ", 100, at: "200")
        driver.quote("ABC", "100", "100", last: "100")
        driver.quote("XYZ", "200", "200", last: "200")
        driver.policies = { _ in
            answers([
                PluginName("stop-loss").says(.stop("60"), on: "ABC"),
                PluginName("stop-loss").says(.stop("120"), on: "XYZ"),
            ])
        }
        driver.start(["stop-loss"]) {
            $0.cyclePeriod = .seconds(60)
            $0.reconcileEveryCycles = 1
            $0.limits.maximumDailyLoss = "0.05"
            change(&$0)
        }
        driver.connect()
        driver.cycle()
        return driver
    }

    private func figures(_ driver: CoreDriver) throws -> [Money] {
        let portfolio = driver.state.portfolio
        return [try driver.state.marked.equity(), portfolio.marks.peak, portfolio.marks.dayStart ?? .zero]
    }

    @Test("a figure of equity that jumps while an order is under way is not taken unjudged")
    func notQuiet() throws {
        let ours = Account(id: "test", cash: "40000", equity: "70000", buyingPower: "40000")
        var portfolio = Portfolio(account: ours)
        func read(_ equity: Money, isQuiet: Bool) throws {
            let theirs = Account(id: "test", cash: "40000", equity: equity, buyingPower: "40000")
            let reading = AccountEvidence.Reading(
                theirs: theirs, ours: ours, held: "30000", adopted: .zero, isQuiet: isQuiet, at: Timestamp(seconds: 0),
                toldAt: Timestamp(seconds: 0))
            _ = try portfolio.examine(reading, from: Timestamp(seconds: 0), equity: "70000")
        }
        try read("70000", isQuiet: true)
        try read("0", isQuiet: false)
        #expect(portfolio.account?.equity == "70000")
        try read("69900", isQuiet: false)
        #expect(portfolio.account?.equity == "69900", "what fits is taken")
    }

    @Test(
        "the first reading with prices is judged too: an opening without them is no measure",
        arguments: ["0", "70100"] as [Money])
    func firstPriced(equity: Money) throws {
        var evidence = AccountEvidence()
        let ours = Account(id: "test", cash: "40000", equity: "70000", buyingPower: "40000")
        #expect(try evidence.admitsOpening(ours, held: "30000", isPriced: false, at: Timestamp(seconds: 0)))
        let theirs = Account(id: "test", cash: "40000", equity: equity, buyingPower: "40000")
        let finding = try evidence.examine(
            AccountEvidence.Reading(
                theirs: theirs, ours: ours, held: "30000", adopted: .zero, isQuiet: true, at: Timestamp(seconds: 0),
                toldAt: Timestamp(seconds: 0)))
        #expect((finding == .agrees(wasDoubted: false)) == (equity != .zero))
    }

    @Test("what the broker has beside cash and positions is another when it is told again: a list may be behind once")
    func otherValue() throws {
        var evidence = AccountEvidence()
        let ours = Account(id: "test", cash: "40000", equity: "70000", buyingPower: "40000")
        func read(_ equity: Money, at seconds: Int64) throws -> Money? {
            let theirs = Account(id: "test", cash: "40000", equity: equity, buyingPower: "40000")
            _ = try evidence.examine(
                AccountEvidence.Reading(
                    theirs: theirs, ours: ours, held: "30000", adopted: .zero, isQuiet: true,
                    at: Timestamp(seconds: seconds), toldAt: Timestamp(seconds: seconds)))
            return evidence.otherValue(bookedAt: nil)
        }
        #expect(try read("70000", at: 0) == .zero)
        #expect(try read("71800", at: 10) == .zero)
        #expect(try read("71800", at: 29) == .zero)
        #expect(try read("71800", at: 30) == "1800")
        #expect(try read("70000", at: 40) == "1800")
        #expect(try read("71800", at: 70) == "1800", "it was told once")
        evidence.connectionBegins()
        #expect(try read("70000", at: 80) == "1800")
    }

    static let wrong: [@Sendable (inout Account) -> Void] = [
        { $0.cash = .zero },
        { $0.equity = .zero },
        { ($0.cash, $0.equity, $0.buyingPower) = (.zero, .zero, .zero) },
        { $0.cash = "4000000" },
        { $0.equity = "7000000" },
        { $0.cash = "-40000" },
    ]

    @Test("a wrong figure in one answer, or in some, changes nothing", arguments: 0..<6, [1, 3])
    func once(index: Int, readings: Int) throws {
        var driver = held()
        driver.venue.lie = { Self.wrong[index](&$0.account) }
        for _ in 0..<readings {
            driver.cycle()
            #expect(try figures(driver) == ["70000", "70000", "70000"])
            #expect(driver.state.portfolio.account?.equity == "70000")
        }
        driver.venue.lie = nil
        for _ in 0..<8 { driver.cycle() }
        #expect(try figures(driver) == ["70000", "70000", "70000"])
        #expect(driver.state.control.state == .active)
        #expect(driver.alertReasons(.warning).contains { if case .accountInDoubt = $0 { true } else { false } })
        #expect(driver.alertReasons(.notice).contains(.accountAgreesAgain))
        driver.expectSound()
    }

    @Test("while a figure is doubtful nothing is bought for it")
    func buyingPower() {
        var driver = held()
        driver.venue.lie = { Self.wrong[3](&$0.account) }
        driver.cycle()
        #expect(driver.state.portfolio.account?.buyingPower == "40000")
        driver.venue.lie = { ($0.account.cash, $0.account.buyingPower) = ("5", "5") }
        driver.cycle()
        #expect(driver.state.portfolio.account?.buyingPower == "5")
    }

    @Test("a wrong first answer starts nothing", arguments: 0..<4)
    func first(index: Int) throws {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.quote("ABC", "100", "100", last: "100")
        driver.start([])
        driver.venue.lie = { Self.wrong[index](&$0.account) }
        driver.connect()
        #expect(driver.state.portfolio.marks.peak.isZero)
        #expect(driver.state.cycle.number == 0)
        driver.venue.lie = nil
        driver.wait(.seconds(2))
        #expect(try figures(driver) == ["50000", "50000", "50000"])
        #expect(driver.state.cycle.number == 1)
    }

    @Test("at first contact, what an answer in between contradicts is counted from the beginning")
    func contradictedFirst() throws {
        let odd = Account(id: "test", cash: "0", equity: "0", buyingPower: "40000")
        let other = Account(id: "test", cash: "40000", equity: "50000", buyingPower: "40000")
        var evidence = AccountEvidence()
        var now = Timestamp(seconds: 0)
        func isTaken(after span: TimeSpan) throws -> Bool {
            now = now + span
            return try evidence.admitsOpening(odd, held: "10000", isPriced: true, at: now)
        }
        for _ in 1..<AccountEvidence.neededAtOpening { #expect(try !isTaken(after: .seconds(20))) }
        evidence.sees(other)
        for _ in 1..<AccountEvidence.neededAtOpening { #expect(try !isTaken(after: .seconds(1))) }
        evidence.sees(odd)
        #expect(try !isTaken(after: .seconds(15)), "a broker that is starting may say it often within some seconds")
        #expect(try isTaken(after: .seconds(2)), "five that agree in 20 s, and nothing else in between")
    }

    @Test("at first contact, what a connection has told confirms nothing that the next one tells")
    func firstOfAnotherConnection() {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.quote("ABC", "100", "100", last: "100")
        driver.start([])
        driver.venue.lie = { $0.account.cash = .zero }
        for _ in 0..<6 {
            driver.connect()
            driver.wait(.seconds(2))
            #expect(driver.state.portfolio.account == nil)
        }
        for _ in 0..<20 { driver.wait(.seconds(1)) }
        #expect(driver.state.portfolio.account?.cash == .zero, "what one connection goes on telling is taken")
    }

    @Test("I-ACCT-2: a jump that one connection has told is not confirmed by the next one, however much later")
    func jumpOfAnotherConnection() throws {
        var evidence = AccountEvidence()
        let ours = Account(id: "test", cash: "40000", equity: "40000", buyingPower: "40000")
        let theirs = Account(id: "test", cash: "0", equity: "0", buyingPower: "0")
        func read(at seconds: Int64) throws -> AccountEvidence.Finding {
            try evidence.examine(
                AccountEvidence.Reading(
                    theirs: theirs, ours: ours, held: .zero, adopted: .zero, isQuiet: true,
                    at: Timestamp(seconds: seconds), toldAt: Timestamp(seconds: seconds)))
        }
        #expect(try read(at: 0) == .doubtful(told: .first(.cash(told: "0", ours: "40000"))))
        for reading in 1...3 as ClosedRange<Int64> { #expect(try read(at: 30 * reading) == .doubtful(told: nil)) }
        evidence.connectionBegins()
        let later: Int64 = 14 * 86_400
        for reading in 0...3 as ClosedRange<Int64> {
            #expect(try read(at: later + 30 * reading) == .doubtful(told: nil), "told once")
        }
        #expect(try read(at: later + 120) == .moved(cash: "-40000"))
    }

    @Test("I-ACCT-2: what an answer in between contradicts is not confirmed, also while something is under way")
    func jumpWithABreak() throws {
        let ours = Account(id: "test", cash: "40000", equity: "40000", buyingPower: "40000")
        func finding(inBetween cash: Money) throws -> AccountEvidence.Finding {
            var portfolio = Portfolio(account: ours)
            func read(_ cash: Money, isQuiet: Bool = true, at seconds: Int64) throws -> AccountEvidence.Finding {
                portfolio.sees(cash: cash)
                let theirs = Account(id: "test", cash: cash, equity: cash, buyingPower: cash)
                return try portfolio.examine(
                    AccountEvidence.Reading(
                        theirs: theirs, ours: ours, held: .zero, adopted: .zero, isQuiet: isQuiet,
                        at: Timestamp(seconds: seconds), toldAt: Timestamp(seconds: seconds)),
                    from: Timestamp(seconds: seconds), equity: "40000")
            }
            for reading in 0...3 as ClosedRange<Int64> { _ = try read("0", at: 30 * reading) }
            _ = try read(cash, isQuiet: false, at: 110)
            return try read("0", at: 120)
        }
        #expect(try finding(inBetween: "140000") == .doubtful(told: nil))
        #expect(try finding(inBetween: "25000") == .doubtful(told: nil))
        #expect(try finding(inBetween: "10000") == .moved(cash: "-40000"), "what was sold meanwhile is no other word")
    }

    @Test(
        "I-FLOW-2: what is taken out comes first of what the broker has shown beyond our books, whatever one answer says",
        arguments: [true, false])
    func takenOutOfWhatWasShown(isQuiet: Bool) throws {
        let ours = Account(id: "test", cash: "100000", equity: "100000", buyingPower: "100000")
        var portfolio = Portfolio(account: ours)
        func read(_ cash: Money, isQuiet: Bool, at seconds: Int64) throws {
            portfolio.sees(cash: cash)
            let theirs = Account(id: "test", cash: cash, equity: cash, buyingPower: cash)
            let reading = AccountEvidence.Reading(
                theirs: theirs, ours: try #require(portfolio.account), held: .zero, adopted: .zero, isQuiet: isQuiet,
                at: Timestamp(seconds: seconds), toldAt: Timestamp(seconds: seconds))
            _ = try portfolio.examine(
                reading, from: Timestamp(seconds: seconds), equity: try #require(portfolio.account).equity)
        }
        try portfolio.noteEquity("100000", day: 20_528)
        try read("220000", isQuiet: isQuiet, at: 0)
        let out = CashMovement(
            id: CashMovementID(unchecked: "m1"), kind: .withdrawal, amount: "-95000", symbol: nil,
            at: Timestamp(seconds: 1))
        _ = try portfolio.book([out], isListed: false, equity: "100000", at: Timestamp(seconds: 1))
        #expect(portfolio.marks.dayStart == "100000")
        #expect(try portfolio.marks.judged("5000") == "100000")
        try read("0", isQuiet: true, at: 2)
        #expect(portfolio.marks.dayStart == "100000", "one answer settles nothing")
        try read("5000", isQuiet: true, at: 3)
        #expect(portfolio.marks.dayStart == "5000", "both agree: it was taken out of our books")
        #expect(try portfolio.marks.judged("5000") == "5000")
    }

    @Test("what stays so from the beginning is taken as it is")
    func oddFromTheStart() {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.quote("ABC", "100", "100", last: "100")
        driver.start([])
        driver.venue.lie = { $0.account.equity = .zero }
        driver.connect()
        for _ in 0..<10 { driver.wait(.seconds(1)) }
        #expect(driver.state.broker?.isReconciled != true)
        for _ in 0..<12 { driver.wait(.seconds(1)) }
        #expect(driver.state.broker?.isReconciled == true)
        #expect(driver.alertReasons(.warning).isEmpty)
    }

    @Test(
        "money paid in or out moves peak and start of the day with it, and is told once",
        arguments: ["-30000", "60000"])
    func moved(amount: Money) throws {
        var driver = held()
        driver.venue.cash = try driver.venue.cash + amount
        for _ in 0..<4 { driver.cycle() }
        #expect(try figures(driver) == ["70000", "70000", "70000"])
        for _ in 0..<6 { driver.cycle() }
        let now = try Money("70000") + amount
        #expect(try figures(driver) == [now, now, now])
        #expect(driver.alertReasons.filter { $0 == .moneyMoved(amount) }.count == 1)
        #expect(driver.state.control.state == .active)
        #expect(driver.orders.count == 2)
        driver.expectSound()
    }

    @Test("a deposit hides no loss, and after it is believed the loss is a share of all that is there")
    func hidden() {
        for (cycles, state) in [(0, TradingState.reducing), (10, .active)] {
            var driver = held()
            driver.venue.cash = "100000"
            for _ in 0..<cycles { driver.cycle() }
            for price in ["175", "150"] as [Price] { driver.quote("XYZ", price, price, last: price) }
            for _ in 0..<3 { driver.cycle() }
            #expect(driver.state.control.state == state, "5,000 of 70,000 or of 130,000")
            driver.quote("XYZ", "130", "130", last: "130")
            driver.cycle()
            #expect(driver.state.control.state == .reducing)
        }
    }

    @Test("shares bought or sold by hand explain their cash: no doubt, no profit, no loss", arguments: [100, -60])
    func byHand(quantity: Quantity) throws {
        var driver = held()
        driver.venue.wasTradedByHand = true
        driver.venue.hold("ABC", try Quantity("100") + quantity, at: "100")
        driver.venue.cash = try driver.venue.cash - Price("100").times(quantity)
        for _ in 0..<8 {
            driver.cycle()
            #expect(try figures(driver) == ["70000", "70000", "70000"])
        }
        #expect(driver.state.portfolio.account?.cash == driver.venue.cash)
        #expect(!driver.alertReasons.contains { if case .accountInDoubt = $0 { true } else { false } })
    }

    @Test("shares that are transferred in, or out, move peak and start of the day", arguments: [100, -60])
    func transferred(quantity: Quantity) throws {
        var driver = held()
        driver.venue.wasTradedByHand = true
        driver.venue.hold("ABC", try Quantity("100") + quantity, at: "100")
        // What goes without cash while a stop of ours holds it is waited for.
        for _ in 0..<120 { driver.cycle() }
        let now = try Money("70000") + Price("100").times(quantity)
        #expect(try figures(driver) == [now, now, now])
        #expect(driver.state.control.state == .active)
    }

    @Test("of an equity of zero or less every value is unbounded")
    func nothing() {
        #expect(Money("100").weight(of: "400") == "0.25")
        #expect(Money("100").weight(of: .zero) == .unbounded)
        #expect(Money("100").weight(of: "-1") == .unbounded)
        #expect(Money("-100").weight(of: "-1") == Ratio(units: -Ratio.unbounded.units))
        #expect(Money.zero.weight(of: "-1") == .zero)
        #expect(Money(units: .max).weight(of: Money(units: 1)) == .unbounded)
    }
}
