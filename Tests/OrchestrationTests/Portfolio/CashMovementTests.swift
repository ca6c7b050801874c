import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Movements of cash: booked once by their ids, and money that comes or goes is no profit or loss")
struct CashMovementTests {
    /// 40,000 in cash, 300 of ABC at 100; read with every cycle of a minute.
    private func held(_ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.hold("ABC", 300, at: "100")
        change(&driver.venue)
        driver.quote("ABC", "100", "100", last: "100")
        driver.policies = { _ in answers([PluginName("stop-loss").says(.stop("60"), on: "ABC")]) }
        driver.start {
            $0.cyclePeriod = .seconds(60)
            $0.reconcileEveryCycles = 1
            $0.limits.maximumDailyLoss = "0.05"
        }
        driver.connect()
        driver.cycle()
        return driver
    }

    /// Equity, its peak, the day's start, and the profit that was realized.
    private func figures(_ driver: CoreDriver) throws -> [Money] {
        let portfolio = driver.state.portfolio
        return [
            try driver.state.marked.equity(), portfolio.marks.peak, portfolio.marks.dayStart ?? .zero,
            portfolio.realizedProfit,
        ]
    }

    private func done(_ driver: CoreDriver) -> [CashDone] {
        driver.records.compactMap { if case .cash(_, let done) = $0 { done } else { nil } }
    }

    @Test(
        "a deposit or withdrawal counts at once, told by a message or by the list, and shifts peak and day",
        arguments: [("w1", CashMovement.Kind.withdrawal, "-30000"), ("d1", .deposit, "60000")]
            as [(
                String, CashMovement.Kind, Money
            )], [true, false])
    func transfer(_ movement: (id: String, kind: CashMovement.Kind, amount: Money), isListed: Bool) throws {
        var driver = held()
        let message = driver.venue.moveCash(movement.id, movement.kind, movement.amount, isListed: isListed)
        if isListed { driver.reconcile() } else { driver.send(message) }
        let now = try Money("70000") + movement.amount
        #expect(try figures(driver) == [now, now, now, "0"])
        for _ in 0..<8 { driver.cycle() }
        #expect(try figures(driver) == [now, now, now, "0"])
        #expect(driver.alertReasons(of: .account).isEmpty)
        #expect(done(driver) == [.booked])
        #expect(driver.state.control.state == .active)
        driver.expectSound()
    }

    @Test("told twice, by message and list, and after a restart: booked once")
    func once() throws {
        var driver = held()
        let message = driver.venue.moveCash("d1", .deposit, "5000", isListed: true)
        driver.send(message)
        driver.send(message)
        driver.cycle()
        driver.disconnect()
        driver.start()
        driver.connect()
        driver.send(message)
        driver.cycle()
        #expect(try figures(driver) == ["75000", "75000", "75000", "0"])
        #expect(done(driver) == [.booked])
        driver.expectSound()
    }

    @Test("what happened while nobody was here is booked at the next start, and is no loss of the day")
    func whileAway() throws {
        var driver = held()
        driver.disconnect()
        driver.pass(.seconds(3_600))
        driver.venue.moveCash("w1", .withdrawal, "-20000", isListed: true)
        driver.start()
        driver.connect()
        #expect(try figures(driver) == ["50000", "50000", "50000", "0"])
        #expect(driver.state.control.state == .active)
    }

    @Test("what the account had before us is not booked, however often it is listed")
    func before() throws {
        var driver = held {
            $0.cashMovements = [
                CashMovement(
                    id: CashMovementID(unchecked: "old"), kind: .deposit, amount: "40000",
                    at: Timestamp(seconds: 1_781_000_000))
            ]
        }
        driver.venue.cashMovements.append(
            CashMovement(
                id: CashMovementID(unchecked: "older"), kind: .dividend, amount: "10",
                at: Timestamp(seconds: 1_781_000_000)))
        for _ in 0..<4 { driver.cycle() }
        #expect(try figures(driver) == ["70000", "70000", "70000", "0"])
        #expect(done(driver) == [.wasThereBefore, .wasThereBefore])
    }

    @Test(
        "dividends, interest, fees and taxes are profit or loss",
        arguments: [(.interest, "12"), (.fee, "-3"), (.tax, "-7"), (.dividend, "90")]
            as [(CashMovement.Kind, Money)])
    func profit(_ movement: (kind: CashMovement.Kind, amount: Money)) throws {
        var driver = held()
        driver.send(driver.venue.moveCash("p", movement.kind, movement.amount, of: "ABC"))
        driver.cycle()
        let now = try Money("70000") + movement.amount
        #expect(try figures(driver) == [now, max("70000", now), "70000", movement.amount])
        #expect(driver.position("ABC")?.realizedProfit == movement.amount)
        driver.expectSound()
    }

    @Test("a large fee is a loss of the day")
    func largeFee() throws {
        var driver = held()
        driver.send(driver.venue.moveCash("f", .fee, "-4000"))
        #expect(driver.state.control.state == .reducing)
    }

    @Test("a dividend that was announced, and is paid less a tax, counts once: by its own word or by the cash first")
    func announcedDividend() throws {
        for isCashFirst in [true, false] {
            var driver = held()
            let action = CorporateAction(id: "a", symbol: "ABC", kind: .dividend(amount: "2"), effectiveAt: driver.now)
            driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
            driver.quote("ABC", "98", "98", last: "98")
            #expect(driver.position("ABC")?.averagePrice == "98")
            let message = driver.venue.moveCash("p", .dividend, "600", of: "ABC")
            let tax = driver.venue.moveCash("t", .tax, "-90", of: "ABC")
            if isCashFirst { driver.cycle() }
            driver.send(message)
            driver.send(tax)
            for _ in 0..<3 { driver.cycle() }
            #expect(driver.state.portfolio.dividends.total == .zero)
            #expect(try driver.state.marked.equity() == "69910", "\(isCashFirst)")
            #expect(driver.state.portfolio.account?.cash == "40510")
            if !isCashFirst { #expect(driver.state.portfolio.realizedProfit == "-90") }
        }
    }

    @Test("a dividend that is paid before it is announced counts once")
    func announcedLate() throws {
        var driver = held()
        driver.quote("ABC", "98", "98", last: "98")
        driver.send(driver.venue.moveCash("p", .dividend, "600", of: "ABC"))
        #expect(driver.state.portfolio.realizedProfit == "600")
        let action = CorporateAction(id: "a", symbol: "ABC", kind: .dividend(amount: "2"), effectiveAt: driver.now)
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        #expect(driver.state.portfolio.dividends.total == .zero)
        #expect(driver.state.portfolio.realizedProfit == .zero, "it lowers what the shares have cost")
        #expect(driver.position("ABC")?.averagePrice == "98")
    }

    @Test(
        "money in and out that came to little together, and is told late, is one flow",
        arguments: [-100, 100] as [Int64])
    func inAndOut(net: Int64) throws {
        var driver = held()
        let net = Money(units: net * Money.scale)
        driver.venue.lie = { $0.cashMovements = nil }
        driver.venue.moveCash("in", .deposit, "60000", isListed: true)
        driver.venue.moveCash(
            "out", .withdrawal, Money(units: net.units - 60_000 * Money.scale), isListed: true)
        driver.cycle()
        let equity = Money(units: 70_000 * Money.scale + net.units)
        #expect(try driver.state.marked.equity() == equity && done(driver).isEmpty, "nobody knows what it was")
        driver.venue.lie = nil
        driver.cycle()
        #expect(done(driver) == [.wasInCash, .wasInCash])
        #expect(try figures(driver) == [equity, equity, equity, "0"])
        driver.expectSound()
    }

    @Test("a reason that comes after the jump was adopted books nothing twice, and says what it was")
    func late() throws {
        var driver = held()
        let message = driver.venue.moveCash("d", .dividend, "9000", of: "ABC")
        for _ in 0..<8 { driver.cycle() }
        // Nobody knew what it was: as paid in.
        #expect(try figures(driver) == ["79000", "79000", "79000", "0"])
        driver.send(message)
        #expect(try figures(driver) == ["79000", "79000", "70000", "9000"], "it was a gain, and a new peak")
        #expect(done(driver) == [.wasInCash])
        var other = held()
        let small = other.venue.moveCash("d", .deposit, "400")
        for _ in 0..<2 { other.cycle() }
        #expect(try figures(other) == ["70400", "70400", "70000", "0"], "too little to be asked about: a gain")
        other.send(small)
        #expect(try figures(other) == ["70400", "70400", "70400", "0"], "it was none, and the peak has it already")
        driver.expectSound()
    }

    @Test("told again with another amount, that one counts; with zero, it never was")
    func corrected() throws {
        var driver = held()
        let first = driver.venue.moveCash("d", .deposit, "5000")
        driver.send(first)
        func told(_ amount: Money) -> Input {
            .cashMovement(
                CashMovement(id: CashMovementID(unchecked: "d"), kind: .deposit, amount: amount, at: driver.now))
        }
        driver.venue.cash = "44000"
        driver.send(told("4000"))
        driver.send(told("4000"))
        #expect(try figures(driver) == ["74000", "74000", "74000", "0"])
        driver.venue.cash = "40000"
        driver.send(told("0"))
        driver.cycle()
        #expect(try figures(driver) == ["70000", "70000", "70000", "0"])
        #expect(done(driver) == [.booked, .corrected(from: "5000"), .corrected(from: "4000")])
    }

    @Test(
        "what is put right is one payment: taken back whole, it may be more than there is, and no share of that is right"
    )
    func correctedNearNothing() throws {
        var driver = held()
        driver.send(driver.venue.moveCash("d", .deposit, "60000"))
        driver.quote("ABC", "95", "95", last: "95")
        driver.send(driver.venue.moveCash("w", .withdrawal, "-120000"))
        driver.venue.cash = "-25000"
        driver.send(
            .cashMovement(
                CashMovement(id: CashMovementID(unchecked: "d"), kind: .deposit, amount: "55000", at: driver.now)))
        #expect(try driver.state.marked.equity() == "3500")
        let start = try #require(driver.state.portfolio.marks.dayStart)
        #expect(start > "3540" && start < "3541", "1.15 % were lost, before and after")
        #expect(driver.state.control.state == .active)
    }

    @Test(
        "told before our books began: booked where a later figure shows that they lack it, and put right like any other",
        arguments: [true, false])
    func toldBeforeTheBooks(areFiguresBehind: Bool) throws {
        var driver = CoreDriver(venue: FakeVenue(cash: "40000"))
        driver.venue.capabilities.reportLag = .seconds(5)
        driver.start { $0.reconcileEveryCycles = 1 }
        driver.send(driver.venue.moveCash("w", .withdrawal, "-2000"))
        if areFiguresBehind { driver.venue.lie = { ($0.account.cash, $0.account.equity) = ("40000", "40000") } }
        driver.connect()
        driver.venue.lie = nil
        for _ in 0..<2 { driver.cycle() }
        #expect(driver.state.portfolio.account?.cash == "38000")
        #expect(done(driver) == [.wasThereBefore] + (areFiguresBehind ? [.booked] : []))
        driver.venue.cash = "38500"
        driver.send(
            .cashMovement(
                CashMovement(id: CashMovementID(unchecked: "w"), kind: .withdrawal, amount: "-1500", at: driver.now)))
        #expect(driver.state.portfolio.account?.cash == "38500")
        #expect(driver.alertReasons(of: .account).isEmpty)
        #expect(driver.state.portfolio.marks.peak == "38500")
        driver.expectSound()
    }

    @Test("a list that is behind the message takes nothing back")
    func staleList() throws {
        var driver = held { $0.capabilities.reportLag = .seconds(5) }
        for _ in 0..<3 { driver.cycle() }
        driver.venue.lie = { ($0.account.cash, $0.account.equity) = ("40000", "70000") }
        driver.send(driver.venue.moveCash("d", .deposit, "500"))
        driver.reconcile()
        #expect(driver.state.portfolio.account?.cash == "40500")
        driver.venue.lie = nil
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.state.portfolio.account?.cash == "40500")
        #expect(driver.alertReasons(of: .account).isEmpty)
    }

    @Test("a deposit that takes away is not taken, and told")
    func wrongSign() throws {
        var driver = held()
        let movement = CashMovement(id: CashMovementID(unchecked: "x"), kind: .deposit, amount: "-5", at: driver.now)
        driver.send(.cashMovement(movement))
        #expect(done(driver).isEmpty)
        #expect(
            driver.alertReasons.contains(
                .cashMovementNotTaken(movement.id, .wrongSign(.deposit, "-5"))))
    }

    /// The broker's clock is so far from ours.
    private func held(clock apart: TimeSpan) -> CoreDriver {
        held { $0.lie = { $0.at = $0.at + apart } }
    }

    private func deposit(_ id: String, _ amount: Money, at time: Timestamp) -> Input {
        .cashMovement(CashMovement(id: CashMovementID(unchecked: id), kind: .deposit, amount: amount, at: time))
    }

    @Test(
        "I-CASH-1: what was there before our books is judged by the broker's clock, however far it is from ours",
        arguments: [-7_200, -3_600, 0, 3_600, 7_200] as [Int64])
    func otherClock(seconds: Int64) throws {
        let apart = TimeSpan.seconds(seconds)
        var driver = held(clock: apart)
        driver.send(deposit("b", "500", at: driver.now + apart + .seconds(-600)))
        #expect(done(driver) == [.wasThereBefore])
        driver.pass(.seconds(10))
        driver.venue.cash = "45000"
        driver.send(deposit("d", "5000", at: driver.now + apart))
        #expect(try figures(driver) == ["75000", "75000", "75000", "0"])
        driver.venue.cash = "43000"
        driver.send(deposit("d", "3000", at: driver.now + apart))
        for _ in 0..<3 { driver.cycle() }
        #expect(try figures(driver) == ["73000", "73000", "73000", "0"])
        #expect(done(driver) == [.wasThereBefore, .booked, .corrected(from: "5000")])
        driver.expectSound()
    }

    @Test(
        "I-CASH-3: so is what was adopted before its reason was told",
        arguments: [-3_600, 3_600] as [Int64])
    func lateByAnotherClock(seconds: Int64) throws {
        let apart = TimeSpan.seconds(seconds)
        var driver = held(clock: apart)
        driver.cycle()
        driver.venue.cash = "49000"
        let message = deposit("d", "9000", at: driver.now + apart)
        for _ in 0..<8 { driver.cycle() }
        driver.send(message)
        #expect(try figures(driver) == ["79000", "79000", "79000", "0"])
        #expect(done(driver) == [.wasInCash])
        driver.expectSound()
    }

    @Test("a broker whose clock is of other years is judged by ours")
    func noClock() throws {
        var driver = held { $0.lie = { $0.at = Timestamp(seconds: 0) } }
        driver.send(deposit("b", "500", at: driver.now + .seconds(-600)))
        #expect(done(driver) == [.wasThereBefore])
        #expect(try figures(driver) == ["70000", "70000", "70000", "0"])
    }

    @Test("what is remembered is bounded, and what was forgotten is not booked again")
    func bounded() throws {
        var book = CashBook()
        book.open(at: Timestamp(seconds: 0))
        func movement(_ number: Int64) -> CashMovement {
            CashMovement(
                id: CashMovementID(unchecked: "m\(number)"), kind: .interest, amount: "1",
                at: Timestamp(seconds: number))
        }
        for number in 1...Int64(CoreLimits.knownCashMovements + 10) {
            #expect(book.take([movement(number)], hasBooks: true, isListed: false).count == 1)
        }
        #expect(book.take([movement(3)], hasBooks: true, isListed: false).isEmpty)
        #expect(book.take([movement(100)], hasBooks: true, isListed: false).isEmpty)
    }
}
