import CoreTestSupport
import Orchestration
import Testing
import Trading

/// E12: a refusal changes the next try, and what a broker does not take is asked before protection is taken away.
@Suite("Scenario: what the broker refuses")
struct RefusalTests {
    private func protected(
        _ quantity: Quantity = 100, target: Price? = nil, _ venue: (inout FakeVenue) -> Void
    ) -> TradingScenario {
        let advice =
            [stopLoss.says(.stop("95"), on: "ABC")]
            + (target.map { [takeProfit.says(.target(price: $0), on: "ABC")] } ?? [])
        return TradingScenario(Held("ABC", quantity), says: advice, venue: venue)
    }

    @Test("a group that is refused gives way to the stop alone, and the core watches the target")
    func stopAlone() {
        var scenario = protected(target: "110") { $0.faults.refuses = { $0.orders.count > 1 } }
        scenario.cycle()
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        #expect(scenario.driver.submissions.count == 3)
        scenario.market("ABC", "111")
        #expect(scenario.holds("ABC") == 0)
        scenario.expectSound()
    }

    @Test("a plain stop that is refused gives way to a stop-limit, and that is told once with what is not covered")
    func stopLimit() {
        var scenario = protected(target: "110") { venue in
            venue.faults.refuses = { $0.orders.contains { $0.type == .stop } }
        }
        for _ in 0..<6 { scenario.cycle() }
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00 limit 90.25")
        let told = scenario.driver.alertReasons.filter { if case .protectedOtherwise = $0 { true } else { false } }
        #expect(told == [.protectedOtherwise(.stopLimit, quantity: 100, of: 100)])
        // What was learned holds: nothing is taken away for another try.
        let sent = scenario.driver.orders.count
        for _ in 0..<20 { scenario.cycle(stopLoss.says(.stop("95"), on: "ABC")) }
        #expect(scenario.driver.orders.count == sent)
        scenario.expectSound()
    }

    @Test("a form that was not refused yet waits for no cycle, and once all were, each try goes through them at once")
    func nextFormAtOnce() {
        var scenario = protected(target: "110") { venue in
            venue.faults.refuses = { $0.orders.contains { $0.type.isStop } }
        }
        var sent: [Int] = []
        for _ in 0..<8 {
            sent.append(scenario.driver.submissions.count)
            scenario.cycle()
        }
        // Twice the group and once the stop alone; it again and at once the stop-limit; that again. Then a pause, and all three.
        #expect(sent == [3, 5, 6, 6, 9, 9, 9, 9])
        scenario.expectSound()
    }

    @Test("where stops are for whole shares only, the whole part is protected, and the rest is told")
    func wholeShares() {
        var scenario = protected("10.5") { venue in
            venue.capabilities.quantityIncrement = "0.000001"
            venue.faults.refuses = { $0.orders.contains { $0.type != .market && !$0.quantity.isMultiple(of: .one) } }
        }
        for _ in 0..<4 { scenario.cycle() }
        #expect(scenario.stop("ABC") == "10 @ 95.00")
        #expect(scenario.driver.alertReasons.contains(.protectedOtherwise(.wholeShares, quantity: 10, of: "10.5")))
        #expect(!scenario.driver.state.protection.isUnprotected("ABC"))
        scenario.expectSound()
    }

    @Test("less than a share is free beside somebody's order, and plain stops are refused: it rests as a stop-limit")
    func partBesideOthers() {
        var scenario = protected("2.5") { venue in
            venue.capabilities.quantityIncrement = "0.000001"
            venue.capabilities.reservesShares = false
            venue.faults.refuses = { $0.orders.contains { $0.type == .stop && !$0.quantity.isMultiple(of: .one) } }
        }
        for _ in 0..<4 { scenario.cycle() }
        #expect(scenario.stop("ABC") == "2 @ 95.00")
        scenario.driver.venue.rest(
            NewOrder(
                clientOrderID: "hand-1", symbol: "ABC", side: .sell, type: .limit, quantity: 2, limitPrice: "110",
                role: .external))
        for _ in 0..<12 { scenario.cycle() }
        scenario.expect("ABC", holds: "2.5", stop: "0.5 @ 95.00 limit 90.25", target: "2 @ 110.00")
    }

    @Test(
        "less than a share is left, where stops turned out to be for whole shares: it is tried again, and rests when it is taken"
    )
    func noWholeShare() {
        var scenario = protected("1.5") { venue in
            venue.capabilities.quantityIncrement = "0.000001"
            venue.capabilities.reservesShares = false
            venue.faults.refuses = { $0.orders.contains { $0.type != .market && !$0.quantity.isMultiple(of: .one) } }
        }
        for _ in 0..<4 { scenario.cycle() }
        #expect(scenario.stop("ABC") == "1 @ 95.00")
        scenario.driver.venue.tradeManually("ABC", -1, at: "100")
        for _ in 0..<40 { scenario.cycle() }
        #expect(scenario.holds("ABC") == "0.5" && scenario.stop("ABC") == "none")
        scenario.driver.venue.faults.refuses = nil
        scenario.session(.closed)
        scenario.session(.regular)
        #expect(scenario.stop("ABC") == "0.5 @ 95.00")
        scenario.expectSound()
    }

    @Test("what others hold is not tried beside the whole shares, either")
    func othersFraction() {
        var scenario = protected("10.5") { venue in
            venue.capabilities.quantityIncrement = "0.000001"
            venue.faults.refuses = { $0.orders.contains { $0.type != .market && !$0.quantity.isMultiple(of: .one) } }
            venue.rest(
                NewOrder(
                    clientOrderID: "hand", symbol: "ABC", side: .sell, type: .limit, quantity: "0.5", limitPrice: "120",
                    timeInForce: .gtc, role: .external))
        }
        for _ in 0..<20 { scenario.cycle() }
        #expect(scenario.stop("ABC") == "10 @ 95.00" && scenario.driver.submissions.count == 1)
        scenario.expectSound()
    }

    @Test("the same is declared: nothing is tried that would be refused")
    func declared() throws {
        var scenario = protected("10.5") { venue in
            venue.capabilities.quantityIncrement = "0.000001"
            venue.capabilities.quantityIncrements = [.init(type: .stop, quantityIncrement: .one)]
        }
        scenario.cycle()
        #expect(scenario.stop("ABC") == "10 @ 95.00")
        #expect(scenario.driver.submissions.count == 1)
        scenario.expectSound()
    }

    @Test("an entry that is refused with the same words is tried after 2, 4, 8 and more cycles; another one at once")
    func entry() {
        var scenario = TradingScenario(Held("ABC", 0), venue: { $0.faults.refuses = { _ in true } })
        var tries: [Int64] = []
        for _ in 0..<64 {
            scenario.market("ABC", "100")
            let before = scenario.driver.submissions.count
            scenario.cycle(trend.says(.buy(10, stop: "97"), on: "ABC"))
            if scenario.driver.submissions.count > before { tries.append(scenario.driver.state.cycle.number) }
            #expect(scenario.driver.submissions.count <= before + 1)
        }
        #expect(zip(tries, tries.dropFirst()).map { $1 - $0 } == [2, 4, 8, 16, 32])
        scenario.driver.venue.faults.refuses = nil
        scenario.market("ABC", "100")
        scenario.cycle(trend.says(.buy(5, stop: "97"), on: "ABC"))
        #expect(scenario.holds("ABC") == 5)
        scenario.expectSound()
    }

    @Test(
        "a stop that is to stand elsewhere is another order: what was refused in every form keeps only itself waiting",
        arguments: [100, -100] as [Quantity])
    func otherLevel(quantity: Quantity) {
        let isLong = quantity.isPositive
        let (first, near, other): (Price, Price, Price) = isLong ? ("90", "91", "96") : ("110", "109", "104")
        var scenario = TradingScenario(
            Held("ABC", quantity), says: [stopLoss.says(.stop(first), on: "ABC")],
            venue: { venue in
                venue.faults.refuses = { submission in
                    submission.orders.contains { order in order.stopPrice.map { $0 == first || $0 == near } ?? false }
                }
            })
        for _ in 0..<20 { scenario.cycle() }
        var sent = scenario.driver.submissions.count
        while scenario.driver.submissions.count == sent { scenario.cycle() }
        sent = scenario.driver.submissions.count
        scenario.cycle(stopLoss.says(.stop(near), on: "ABC"))
        #expect(scenario.driver.submissions.count == sent, "nearly the same is refused as it was")
        scenario.cycle(stopLoss.says(.stop(other), on: "ABC"))
        #expect(scenario.stop("ABC") == (isLong ? "100 @ 96.00" : "100 @ 104.00"))
        scenario.expectSound()
    }

    @Test("another session is another try, and the alert has the broker's own words")
    func session() {
        var scenario = protected { $0.faults.refuses = { _ in true } }
        for _ in 0..<60 { scenario.cycle() }
        #expect(scenario.driver.submissions.count <= 22)
        #expect(
            scenario.driver.alertReasons.contains { $0.nothingSent == .refusedByBroker("refused by the test") })
        scenario.driver.venue.faults.refuses = nil
        scenario.session(.closed)
        scenario.session(.regular)
        #expect(scenario.driver.submissions.count <= 24)
        #expect(scenario.stop("ABC") == "100 @ 95.00")
        scenario.expectSound()
    }

    @Test("beyond regular hours an exit has a limit that the market takes", arguments: [100, -100] as [Quantity])
    func extendedHours(quantity: Quantity) {
        var scenario = TradingScenario(
            Held("ABC", quantity), says: [stopLoss.says(.stop(quantity.isPositive ? "95" : "105"), on: "ABC")],
            venue: { $0.capabilities.sessions = [.regular, .afterHours] })
        scenario.session(.afterHours)
        scenario.cycle(risk.says(.exit, on: "ABC", .emergency))
        #expect(scenario.holds("ABC") == 0)
        let exit = scenario.driver.submissions.last?.orders.first
        #expect(exit?.type == .limit)
        #expect(exit?.limitPrice == (quantity.isPositive ? "99.5" : "100.53"))
        scenario.expectSound()
    }

    @Test("where a session takes nothing that would do it, what protects stays")
    func nothingTaken() {
        var scenario = protected { venue in
            venue.capabilities.sessions = [.regular, .afterHours]
            venue.capabilities.sessionRules = [.init(session: .afterHours, orderTypes: [])]
        }
        scenario.session(.afterHours)
        scenario.cycle(risk.says(.exit, on: "ABC", .emergency), stopLoss.says(.stop("96"), on: "ABC"))
        #expect(scenario.holds("ABC") == 100)
        #expect(scenario.driver.venue.stopped("ABC") == 100)
        scenario.session(.regular)
        scenario.cycle(risk.says(.exit, on: "ABC", .emergency))
        #expect(scenario.holds("ABC") == 0)
        scenario.expectSound()
    }

    @Test("where a session takes no stop, a position without one is told, and why; it rests as soon as it is taken")
    func noStopsTaken() {
        var scenario = TradingScenario(
            Held("ABC", 100), says: [],
            venue: { venue in
                venue.capabilities.sessions = [.regular]
                venue.capabilities.sessionRules = [.init(session: .preMarket, orderTypes: [.limit])]
            })
        scenario.session(.preMarket)
        for _ in 0..<5 { scenario.cycle(stopLoss.says(.stop("95"), on: "ABC")) }
        #expect(scenario.driver.venue.stopped("ABC") == 0)
        let waits = scenario.driver.records.compactMap { if case .waiting(let wait) = $0 { wait.why } else { nil } }
        #expect(waits.contains(.newStop(at: "95", .noStops(.preMarket))))
        let reasons = scenario.driver.alerts.map(\.reason)
        #expect(
            reasons.contains {
                if case .unprotected("100", for: _, nothingSent: .noStops(.preMarket)) = $0 { true } else { false }
            }, "\(reasons)")
        scenario.session(.regular)
        scenario.cycle(stopLoss.says(.stop("95"), on: "ABC"))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00")
        scenario.expectSound()
    }

    @Test("a part that is worth less than the broker takes is not tried, and the stop stays as it is")
    func minimumNotional() {
        var scenario = protected("0.15") { venue in
            venue.capabilities.quantityIncrement = "0.0001"
            venue.capabilities.minimumNotional = "10"
        }
        let sent = scenario.driver.orders.count
        for _ in 0..<3 { scenario.cycle(risk.says(.reduceTo(quantity: "0.08"), on: "ABC", .high)) }
        scenario.expect("ABC", holds: "0.15", stop: "0.15 @ 95.00")
        #expect(scenario.driver.orders.count == sent)
        scenario.cycle(risk.says(.exit, on: "ABC"))
        #expect(scenario.holds("ABC") == 0)
        scenario.expectSound()
    }

    @Test("a position that is worth less than the broker takes, and is to be left, is an emergency: told once")
    func minimumNotionalOfAll() {
        var scenario = protected("0.09") { venue in
            venue.capabilities.quantityIncrement = "0.0001"
            venue.capabilities.minimumNotional = "10"
        }
        let sent = scenario.driver.orders.count
        for _ in 0..<5 { scenario.cycle(risk.says(.exit, on: "ABC", .emergency)) }
        #expect(scenario.holds("ABC") == "0.09" && scenario.driver.orders.count == sent)
        #expect(
            scenario.driver.alertReasons(.emergency).filter { $0 == .exitTooSmall("0.09", least: "10") }.count == 1)
        // A part that waits is no danger.
        var other = protected("0.15") { venue in
            venue.capabilities.quantityIncrement = "0.0001"
            venue.capabilities.minimumNotional = "10"
        }
        for _ in 0..<3 { other.cycle(risk.says(.reduceTo(quantity: "0.08"), on: "ABC", .high)) }
        #expect(!other.driver.alertReasons.contains { if case .exitTooSmall = $0 { true } else { false } })
    }

    @Test("a bracket that is refused gives way to the entry alone, and its stop follows the fill")
    func bracket() {
        var scenario = TradingScenario(Held("ABC", 0), venue: { $0.faults.refuses = { $0.groupKind == .bracket } })
        for _ in 0..<4 { scenario.cycle(trend.says(.buy(10, stop: "95", target: "110"), on: "ABC")) }
        scenario.expect("ABC", holds: 10, stop: "10 @ 95.00", target: "10 @ 110.00")
        scenario.expectSound()
    }
}
