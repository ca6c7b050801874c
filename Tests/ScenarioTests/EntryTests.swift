import CoreTestSupport
import Orchestration
import Testing
import Trading

@Suite("Scenario: positions are opened")
struct EntryTests {
    private func flat() -> TradingScenario { TradingScenario(Held("ABC", 0)) }

    private func entry(
        _ side: Side = .buy, quantity: Quantity? = nil, notional: Money? = nil, risk: Ratio? = nil,
        limit: Price? = nil, stop: StopAdvice, target: Distance? = nil
    ) -> PolicyAdvice {
        trend.says(
            .enter(
                EntryAdvice(
                    side: side, quantity: quantity, notional: notional, risk: risk, limitPrice: limit, stop: stop,
                    targetDistance: target)), on: "ABC")
    }

    @Test("1 % of 100 000 is risked over 5 a share: 200 shares, with their stop")
    func byRisk() {
        var scenario = flat()
        scenario.cycle(entry(risk: "0.01", stop: StopAdvice(stopPrice: "95")))
        scenario.expect(
            "ABC", holds: 200, stop: "200 @ 95.00", steps: [.enter(.buy, 200, stop: "95"), .protect(200, stop: "95")],
            fates: ["trend enter: taken"])
        scenario.expectSound()
    }

    @Test("a size by risk that is no whole number is rounded down, never up: 1 000 over 7 a share buys 142")
    func roundedDown() {
        var scenario = flat()
        scenario.cycle(entry(risk: "0.01", stop: StopAdvice(distance: .price("7"))))
        scenario.expect("ABC", holds: 142, stop: "142 @ 93.00")
        scenario.expectSound()
    }

    @Test("an entry for 5 050 at 100 a share buys 50")
    func byNotional() {
        var scenario = flat()
        scenario.cycle(entry(notional: "5050", stop: StopAdvice(distance: .percent("0.04"))))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 96.00", steps: [.enter(.buy, 50, stop: "96"), .protect(50, stop: "96")])
        scenario.expectSound()
    }

    @Test("an entry for 50 at 100 a share is less than one share, and is refused")
    func lessThanOne() {
        var scenario = flat()
        scenario.cycle(entry(notional: "50", stop: StopAdvice(stopPrice: "95")))
        scenario.expect("ABC", holds: 0, steps: [], fates: ["trend enter: refused"])
        #expect(scenario.why(trend, "ABC") == .defect(.belowOneLot("0.5", of: nil)))
        scenario.expectSound()
    }

    @Test("an entry with a target at two R goes to the venue as one bracket")
    func bracket() {
        var scenario = flat()
        scenario.cycle(entry(quantity: 50, stop: StopAdvice(stopPrice: "95"), target: .r("2")))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 95.00", target: "50 @ 110.00",
            steps: [.enter(.buy, 50, stop: "95", target: "110")])
        scenario.market("ABC", "110")
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("an entry by limit waits for its price, and is taken back when nobody asks for it any more")
    func limitTakenBack() {
        var scenario = flat()
        let advice = entry(quantity: 50, limit: "98", stop: StopAdvice(stopPrice: "95"))
        scenario.cycle(advice)
        #expect(scenario.steps == [.enter(.buy, 50, stop: "95")])
        scenario.cycle(advice)
        scenario.expect("ABC", holds: 0, steps: [])
        #expect(scenario.driver.venue.working("ABC").count == 1)
        scenario.cycle()
        scenario.expect("ABC", holds: 0, steps: [.cancelEntry(50, limit: "98")])
        #expect(scenario.driver.venue.working("ABC") == [])
        scenario.market("ABC", "97")
        scenario.expect("ABC", holds: 0)
        scenario.expectSound()
    }

    @Test("an entry by limit that is reached between two cycles gets its stop at once")
    func limitReached() {
        var scenario = flat()
        scenario.cycle(entry(quantity: 50, limit: "98", stop: StopAdvice(stopPrice: "95")))
        scenario.market("ABC", "97.90")
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00")
        scenario.expectSound()
    }

    @Test("a short is sold by its risk: its stop is above, and buys")
    func short() {
        var scenario = flat()
        scenario.cycle(entry(.sell, risk: "0.01", stop: StopAdvice(stopPrice: "110")))
        scenario.expect(
            "ABC", holds: -100, stop: "100 @ 110.00",
            steps: [.enter(.sell, 100, stop: "110"), .protect(100, stop: "110")])
        #expect(scenario.driver.venue.working("ABC").map(\.terms.side) == [.buy])
        scenario.expectSound()
    }

    @Test("an entry whose stop is on the winning side is refused")
    func wrongSide() {
        var scenario = flat()
        scenario.cycle(entry(quantity: 50, stop: StopAdvice(stopPrice: "105")))
        scenario.expect("ABC", holds: 0, steps: [], fates: ["trend enter: refused"])
        scenario.expectSound()
    }

    @Test("an entry opens a position, and never adds to one")
    func addsNothing() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.cycle(entry(quantity: 50, stop: StopAdvice(stopPrice: "95")))
        scenario.expect("ABC", holds: 100, stop: "100 @ 95.00", steps: [], fates: ["trend enter: refused"])
        scenario.expectSound()
    }

    @Test("a veto on its symbol keeps an entry out, and one on another symbol does not")
    func veto() {
        var scenario = flat()
        scenario.cycle(risk.says(.veto, on: "ABC"), entry(quantity: 50, stop: StopAdvice(stopPrice: "95")))
        scenario.expect(
            "ABC", holds: 0, steps: [], fates: ["portfolio-risk veto: taken", "trend enter: vetoed"])
        scenario.cycle(risk.says(.veto, on: "XYZ"), entry(quantity: 50, stop: StopAdvice(stopPrice: "95")))
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00")
        scenario.expectSound()
    }

    @Test("a symbol that was closed a moment ago is entered again after 15 minutes, and not before")
    func reentry() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
        let again = entry(quantity: 50, stop: StopAdvice(stopPrice: "95"))
        scenario.cycle(risk.says(.exit, on: "ABC"))
        scenario.cycle(again)
        scenario.expect("ABC", holds: 0, steps: [], fates: ["trend enter: deferred"])
        scenario.driver.pass(.seconds(870))
        scenario.market("ABC", "100")
        scenario.cycle(again)
        scenario.expect("ABC", holds: 0, steps: [])
        scenario.cycle(again)
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00", fates: ["trend enter: taken"])
        scenario.expectSound()
    }

    @Test("while trading is only reducing an entry is refused and an exit works; once resumed the entry is made")
    func reducing() {
        var scenario = TradingScenario(Held("ABC", 100), Held("NEW", 0), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.person(.reduce)
        scenario.cycle(risk.says(.exit, on: "ABC"), trend.says(.buy(50, stop: "95"), on: "NEW"))
        scenario.expect("ABC", holds: 0)
        scenario.expect("NEW", holds: 0, fates: ["trend enter: refused"])
        scenario.person(.resume)
        scenario.cycle(trend.says(.buy(50, stop: "95"), on: "NEW"))
        scenario.expect("NEW", holds: 50, stop: "50 @ 95.00")
        scenario.expectSound()
    }

    @Test("an entry beyond the buying power is not sent, and a person is told why")
    func buyingPower() {
        var scenario = TradingScenario(Held("ABC", 0), cash: "4000")
        scenario.cycle(entry(quantity: 50, stop: StopAdvice(stopPrice: "95")))
        scenario.expect("ABC", holds: 0, steps: [])
        #expect(scenario.driver.gateRefusals.contains(.buyingPower("5001", free: "4000")))
        scenario.expectSound()
    }

    @Test("a position that was stopped out is not entered again at once, whoever asks")
    func stoppedOut() {
        var scenario = TradingScenario(Held("ABC", 100), says: [stopLoss.says(.stop("95"), on: "ABC")])
        scenario.market("ABC", "94")
        scenario.expect("ABC", holds: 0)
        scenario.cycle(
            entry(.sell, quantity: 50, stop: StopAdvice(stopPrice: "99")),
            risk.says(.veto, on: "XYZ"))
        scenario.expect("ABC", holds: 0, steps: [], fates: ["trend enter: deferred"])
        scenario.expectSound()
    }

    @Test("two entries in one cycle that together are beyond the buying power: one is made")
    func twoEntries() {
        var scenario = TradingScenario(Held("AAA", 0), Held("BBB", 0), cash: "10000")
        scenario.cycle(trend.says(.buy(60, stop: "95"), on: "AAA"), trend.says(.buy(60, stop: "95"), on: "BBB"))
        scenario.expect("AAA", holds: 60, stop: "60 @ 95.00")
        scenario.expect("BBB", holds: 0)
        scenario.expectSound()
    }

    @Test(
        "the stop of an entry belongs to the policy that entered: no other may loosen it")
    func ownerOfTheStop() {
        var scenario = flat()
        scenario.cycle(entry(quantity: 50, stop: StopAdvice(stopPrice: "95")))
        scenario.cycle(risk.says(.reset("90"), on: "ABC"))
        scenario.expect(
            "ABC", holds: 50, stop: "50 @ 95.00", steps: [], fates: ["portfolio-risk reset_stop: overridden"])
        scenario.cycle(trend.says(.reset("93"), on: "ABC"))
        scenario.expect("ABC", holds: 50, stop: "50 @ 93.00", fates: ["trend reset_stop: taken"])
        scenario.expectSound()
    }

    @Test(
        "the target of an entry belongs to the policy that entered, which can give it up")
    func ownerOfTheTarget() {
        var scenario = flat()
        scenario.cycle(entry(quantity: 50, stop: StopAdvice(stopPrice: "95"), target: .r("2")))
        scenario.cycle(trend.says(.release, on: "ABC"))
        scenario.expect("ABC", holds: 50, stop: "50 @ 95.00", fates: ["trend release: taken"])
        scenario.expectSound()
    }
}
