import CoreTestSupport
import Orchestration
import Testing
import Trading

/// E9: a wish lives as long as somebody wishes it.
@Suite("Scenario: wishes that end")
struct WishTests {
    private func protected(_ quantity: Quantity = 100, _ venue: (inout FakeVenue) -> Void = { _ in }) -> TradingScenario
    {
        TradingScenario(
            Held("ABC", quantity), says: [stopLoss.says(.stop(quantity.isPositive ? "95" : "105"), on: "ABC")],
            venue: venue)
    }

    @Test(
        "a reduction that waits for the open ends when nobody asks for it any more",
        arguments: [100, -100] as [Quantity])
    func withdrawn(quantity: Quantity) {
        var scenario = protected(quantity)
        scenario.session(.afterHours)
        scenario.cycle(risk.says(.reduceTo(quantity: 50), on: "ABC", .high))
        #expect(scenario.driver.plan("ABC")?.quantityLimit == 50)
        // Another policy speaks of the symbol, or nobody does: it is the same.
        scenario.cycle(trend.says(.hold, on: "ABC"))
        #expect(scenario.driver.plan("ABC")?.quantityLimit == nil)
        scenario.cycle(risk.says(.reduceTo(quantity: 50), on: "ABC", .high))
        scenario.cycle()
        scenario.session(.regular)
        scenario.cycle()
        #expect(scenario.holds("ABC") == quantity)
        scenario.expectSound()
    }

    @Test("a reduction that is asked for in every cycle is carried out at the open")
    func repeated() {
        var scenario = protected()
        scenario.session(.afterHours)
        for _ in 0..<3 { scenario.cycle(risk.says(.reduceTo(quantity: 50), on: "ABC", .high)) }
        scenario.session(.regular)
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00")
        scenario.expectSound()
    }

    @Test("a whole exit that is queued for the open is canceled when nobody wants it any more, and the stop comes back")
    func queuedExit() {
        var scenario = protected { $0.faults.fillsOnly = .zero }
        scenario.session(.afterHours)
        scenario.cycle(risk.says(.exit, on: "ABC"))
        #expect(scenario.steps.last == .sell(100))
        scenario.cycle(risk.says(.exit, on: "ABC"))
        #expect(scenario.steps == [], "it is still wanted")
        scenario.cycle()
        scenario.driver.venueDoes { $0.finishMarketOrders() }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        scenario.expectSound()
    }

    @Test("resume takes back what flatten has queued")
    func resumed() {
        var scenario = protected { $0.faults.fillsOnly = .zero }
        scenario.session(.afterHours)
        scenario.person(.flatten)
        scenario.cycle()
        #expect(scenario.driver.plan("ABC")?.quantityLimit == .zero)
        scenario.person(.resume)
        scenario.driver.venueDoes { $0.finishMarketOrders() }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        scenario.expectSound()
    }

    @Test(
        "halt leaves at the broker what flatten has queued, and says so; what a person says next cancels it",
        arguments: [.resume, .reduce] as [Control.Command])
    func haltedAfterFlatten(next: Control.Command) {
        var scenario = protected { $0.faults.fillsOnly = .zero }
        scenario.session(.afterHours)
        scenario.person(.flatten)
        scenario.person(.halt)
        let told = scenario.driver.alertReasons(.warning).filter {
            if case .worksWhileHalted(let terms) = $0 { terms.role == .reduce && terms.quantity == 100 } else { false }
        }
        #expect(told.count == 1, "it may be executed at the open, and a person must know")
        let sent = scenario.driver.orders.count
        scenario.cycle()
        #expect(scenario.driver.orders.count == sent, "halted, nothing is sent")
        scenario.person(next)
        scenario.driver.venueDoes { $0.finishMarketOrders() }
        scenario.session(.regular)
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        scenario.expectSound()
    }

    @Test("halt with nothing queued has nothing to tell")
    func haltedWithoutExit() {
        var scenario = protected()
        scenario.person(.halt)
        #expect(!scenario.driver.alertReasons.contains { if case .worksWhileHalted = $0 { true } else { false } })
    }

    @Test("what a person buys while a reduction waits is not sold for it")
    func grown() {
        var scenario = protected()
        scenario.session(.afterHours)
        scenario.cycle(risk.says(.reduceTo(quantity: 90), on: "ABC", .high))
        scenario.driver.venue.hold("ABC", 500, at: "100")
        scenario.driver.venue.wasTradedByHand = true
        scenario.driver.disconnect()
        scenario.driver.connect()
        scenario.session(.regular)
        for _ in 0..<3 { scenario.cycle() }
        #expect(scenario.holds("ABC") == 500)
        #expect(scenario.stop("ABC") == "500 @ 95.00")
    }

    @Test("a restart and a new connection begin nothing that nobody has asked for since", arguments: [true, false])
    func restarted(isRestart: Bool) {
        var scenario = TradingScenario(Held("ABC", 100), Held("NEW", 0), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.session(.afterHours)
        scenario.cycle(
            risk.says(.reduceTo(quantity: 90), on: "ABC", .high), trend.says(.buy(10, stop: "95"), on: "NEW"))
        scenario.driver.disconnect()
        if isRestart { scenario.driver.start([stopLoss, risk, trend]) }
        scenario.session(.regular)
        scenario.driver.connect()
        for _ in 0..<3 { scenario.cycle() }
        #expect(scenario.holds("ABC") == 100)
        #expect(scenario.holds("NEW") == 0)
        scenario.expectSound()
    }

    @Test("a wish with an end ends then, and not with the next cycle")
    func validUntil() {
        var scenario = TradingScenario(Held("ABC", 100), Held("NEW", 0), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.session(.afterHours)
        let end = scenario.driver.now + .seconds(12)
        scenario.cycle(
            risk.says(.reduceTo(quantity: 90), on: "ABC", .high, until: end),
            trend.says(.buy(10, stop: "95"), on: "NEW", until: end))
        scenario.driver.wait(.seconds(3))
        scenario.session(.regular)
        #expect(scenario.holds("ABC") == 100)
        #expect(scenario.holds("NEW") == 0)
        scenario.expectSound()
    }

    @Test("after a pause in which nobody was asked the next cycle decides first")
    func pause() {
        var scenario = TradingScenario(Held("ABC", 100), Held("NEW", 0), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.session(.afterHours)
        scenario.cycle(
            risk.says(.reduceTo(quantity: 90), on: "ABC", .high), trend.says(.buy(10, stop: "95"), on: "NEW"))
        scenario.driver.pass(.seconds(7_200))
        scenario.session(.regular)
        scenario.market("NEW", "100")
        #expect(scenario.holds("ABC") == 100)
        #expect(scenario.holds("NEW") == 0)
        scenario.cycle(trend.says(.buy(10, stop: "95"), on: "NEW"))
        #expect(scenario.holds("ABC") == 100)
        #expect(scenario.holds("NEW") == 10)
        scenario.expectSound()
    }

    @Test("a rung is taken with its first execution: one that was withdrawn comes again")
    func rung() {
        var scenario = protected()
        let partial = partialProfit.says(.takePartial(fraction: "0.5", rung: "2R"), on: "ABC", .high)
        scenario.session(.afterHours)
        scenario.cycle(partial)
        #expect(scenario.driver.position("ABC")?.rungsTaken == [])
        scenario.cycle()
        scenario.session(.regular)
        scenario.cycle(partial)
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00")
        #expect(scenario.driver.position("ABC")?.rungsTaken == ["2R"])
        scenario.cycle(partial)
        #expect(scenario.holds("ABC") == 50)
        scenario.expectSound()
    }

    @Test("a reduction of which something was executed is finished, whether it is asked for again or not")
    func begun() {
        var scenario = protected { $0.faults.fillsOnly = 20 }
        scenario.cycle(risk.says(.reduceTo(quantity: 50), on: "ABC", .high))
        #expect(scenario.holds("ABC") == 80)
        scenario.driver.venue.faults.fillsOnly = nil
        scenario.driver.venueDoes { $0.finishMarketOrders() }
        scenario.cycle()
        #expect(scenario.holds("ABC") == 50)
        scenario.expectSound()
    }

    @Test(
        "an order that never arrived is not sent again when nobody has asked for it since", arguments: [true, false])
    func lostAndWithdrawn(isAskedAgain: Bool) {
        var scenario = protected()
        scenario.driver.venue.faults.losesSubmissions = true
        scenario.driver.venue.faults.withholdsWords = true
        let wish = risk.says(.reduceTo(quantity: 50), on: "ABC", .high)
        scenario.cycle(wish)
        #expect(scenario.driver.working("ABC").contains { $0.terms.role == .reduce }, "nobody knows what became of it")
        if isAskedAgain { scenario.cycle(wish) } else { scenario.cycle() }
        scenario.driver.venue.faults.losesSubmissions = false
        scenario.driver.venue.faults.withholdsWords = false
        for _ in 0..<15 { scenario.driver.wait(.seconds(2)) }
        #expect(scenario.holds("ABC") == (isAskedAgain ? 50 : 100))
        #expect(scenario.driver.venue.stopped("ABC") == scenario.holds("ABC"))
        scenario.expectSound()
    }

    @Test("a working entry follows what is wanted now: another price, size or stop is another order")
    func entryFollows() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.cycle(trend.says(.buy(100, stop: "95", limit: "99"), on: "ABC"))
        scenario.cycle(trend.says(.buy(10, stop: "85", limit: "90"), on: "ABC"))
        scenario.market("ABC", "98")
        #expect(scenario.holds("ABC") == 0)
        #expect(scenario.driver.venue.working("ABC").map(\.terms.quantity) == [10])
        scenario.cycle(trend.says(.buy(10, stop: "80", limit: "90"), on: "ABC"))
        #expect(scenario.steps == [.cancelEntry(10, limit: "90"), .enter(.buy, 10, stop: "80")])
        scenario.expectSound()
    }

    @Test("a wish that differs by less than an order is worth leaves the working entry where it is")
    func entryStays() {
        var scenario = TradingScenario(Held("ABC", 0))
        scenario.cycle(trend.says(.buy(100, stop: "95", limit: "99"), on: "ABC"))
        scenario.cycle(trend.says(.buy(101, stop: "95.01", limit: "99.01"), on: "ABC"))
        #expect(scenario.steps == [])
        #expect(scenario.driver.venue.working("ABC").map(\.terms.quantity) == [100])
        scenario.market("ABC", "98.5")
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        scenario.expectSound()
    }

    @Test("what is filled of an entry has its stop at once, while the rest works; more of it gets one beside it")
    func filledInParts() {
        var scenario = TradingScenario(Held("ABC", 0), venue: { $0.capabilities.groups = [.oco] })
        scenario.cycle(trend.says(.buy(50, stop: "95", limit: "98"), on: "ABC"))
        func fill(_ quantity: Quantity) {
            scenario.driver.venueDoes { venue in
                let entry = venue.working("ABC").first { $0.terms.role == .entry }
                return venue.fill(entry?.id ?? "none", quantity, at: "98")
            }
        }
        fill(20)
        scenario.expect("ABC", holds: 20, stop: "20 @ 95.00")
        fill(10)
        scenario.expect("ABC", holds: 30, stop: "20 @ 95.00 and 10 @ 95.00")
        #expect(scenario.driver.working("ABC").contains { $0.terms.role == .entry })
        fill(20)
        scenario.cycle(stopLoss.says(.stop("96"), on: "ABC"))
        #expect(scenario.driver.venue.stopped("ABC") == 50)
        #expect(scenario.driver.venue.working("ABC").allSatisfy { $0.terms.stopPrice == "96" })
        #expect(scenario.driver.unprotected.allSatisfy { $0.lasted == .zero })
        scenario.expectSound()
    }

    @Test("the rest of an entry that was filled in part follows what is wanted too", arguments: [true, false])
    func partlyFilled(isVetoed: Bool) {
        var scenario = TradingScenario(Held("ABC", 0), venue: { $0.capabilities.groups = [.oco] })
        scenario.cycle(trend.says(.buy(50, stop: "90", limit: "98"), on: "ABC"))
        scenario.driver.venueDoes { $0.fill($0.working("ABC").first?.id ?? "none", 20, at: "98") }
        scenario.cycle(trend.says(.buy(50, stop: "90", limit: "98"), on: "ABC"))
        #expect(scenario.driver.venue.working("ABC").contains { $0.terms.role == .entry }, "it is wanted as it is")
        scenario.cycle(trend.says(isVetoed ? .veto : .buy(10, stop: "80", limit: "91"), on: "ABC"))
        scenario.market("ABC", "97")
        scenario.expect("ABC", holds: 20, stop: "20 @ 90.00")
        scenario.expectSound()
    }
}
