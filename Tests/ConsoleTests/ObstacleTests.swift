import CoreTestSupport
import Orchestration
import Testing
import Trading
import Wording

@testable import Console

@Suite("Why did nothing happen? What stood in the way")
struct ObstacleTests {
    private func control(_ command: Control.Command) -> Input {
        .control(Control(command: command, who: "anna", why: "lunch"))
    }

    @Test("trading is halted, and by whom; once it is resumed it is told as over")
    func halted() throws {
        var scene = Scene()
        scene.driver.connect()
        scene.driver.send(control(.halt))
        let since = scene.driver.now
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.cycles(3)
        let answer = try scene.whyNot()
        #expect(answer.reasons.first?.kind == .tradingHalted)
        #expect(answer.reasons.first?.since == since && answer.reasons.first?.until == nil)
        let why = TradingReason.command(command: .halt, words: "lunch").wordsWithCommand
        #expect(answer.text.contains("trading is halted by anna, nothing is sent: \(why)"))
        #expect(answer.first(.notCarriedOut)?.decision?.text == "2.ABC")
        scene.driver.send(control(.resume))
        scene.cycles(1)
        let later = try scene.whyNot()
        #expect(later.first(.tradingHalted)?.until != nil && later.reasons.first?.kind != .tradingHalted)
        #expect(later.first(.notCarriedOut) == nil)
    }

    @Test("trading is reducing: the entry is refused, with who restricted it")
    func reducing() throws {
        var scene = Scene(holding: 0)
        scene.driver.connect()
        scene.driver.send(control(.reduce))
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.cycles(3)
        let answer = try scene.whyNot()
        #expect(answer.reasons.first?.kind == .tradingReducing)
        #expect(answer.first(.refused)?.cycles == 3)
    }

    @Test("entries pause after a loss: until when, and why; when it is over it is told no more")
    func paused() throws {
        var scene = Scene(holding: 0)
        scene.driver.connect()
        var configuration = scene.driver.state.configuration
        configuration.limits.lossStreakPause = LossStreakRule(losses: 1)
        configuration.damping.reentryCoolDown = .zero
        scene.driver.send(.configured(Reconfiguration(why: "the test", configuration: configuration)))
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.cycles(1)
        scene.driver.quote("ABC", "94", "94", last: "94")
        scene.cycles(3)
        let answer = try scene.whyNot()
        let pause = try #require(answer.first(.entriesPaused))
        #expect(pause.until == nil && pause.words == scene.driver.state.losses.pause(at: scene.driver.now)?.words)
        #expect(answer.first(.refused)?.why == pause.words)
        scene.driver.send(control(.resume))
        scene.cycles(1)
        #expect(try scene.whyNot().first(.entriesPaused) == nil)
    }

    @Test("a policy waits for bars: for which figure, how many there are; when it is known it waits no more")
    func waitsForBars() throws {
        var scene = Scene(holding: 0)
        scene.driver.connect()
        let average = try Indicator("sma(3,1m)")
        let needs = PolicyNeeds(
            sections: [.market], bars: [BarNeed(period: .seconds(60), count: 2)], indicators: [average])
        scene.driver.send(.policyReady(name: "entry", needs: needs))
        func bar(_ minute: Int64) -> Bar {
            Bar(
                symbol: "ABC", start: Timestamp(seconds: 1_781_100_000 + minute * 60), period: .seconds(60),
                open: "100",
                high: "100", low: "100", close: "100", volume: "5")
        }
        for minute in 0..<3 as Range<Int64> {
            scene.cycles(6)
            scene.driver.send(.market(MarketUpdate(at: scene.driver.now, bars: [bar(minute)])))
            let reason = try scene.whyNot().first(.waitingForBars)
            switch minute {
            case 0:
                #expect(
                    reason?.words
                        == "entry waits for sma(3,1m), of which 1 of 3 bars are known, and 2 bars of 1m, of which 1 are known"
                )
            case 1: #expect(reason?.words == "entry waits for sma(3,1m), of which 2 of 3 bars are known")
            default: #expect(reason == nil)
            }
            #expect(reason?.policy == (minute < 2 ? "entry" : nil))
        }
    }

    @Test("the broker is away, and why; then it was")
    func brokerAway() throws {
        var scene = Scene()
        scene.driver.connect()
        scene.driver.disconnect()
        let since = scene.driver.now
        scene.cycles(3)
        let answer = try scene.whyNot(since: .last(.seconds(25)))
        #expect(answer.cycles == 0)
        let away = try #require(answer.first(.brokerAway))
        #expect(away.since == since && away.until == nil && away.why == "the test")
        #expect(answer.first(.noCycle) != nil)
        scene.driver.connect()
        scene.cycles(1)
        #expect(try scene.whyNot().first(.brokerAway)?.until == scene.driver.now + .seconds(-10))
    }

    @Test("the broker is connected and its state is not known")
    func notReconciled() throws {
        var scene = Scene()
        scene.driver.venue.faults.withholdsState = true
        scene.driver.connect()
        scene.cycles(2)
        #expect(try scene.whyNot().first(.notReconciled) != nil)
    }

    @Test("an order is in doubt: nothing is done before the broker's word")
    func doubt() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        scene.driver.venue.faults.withholdsAnswers = true
        scene.driver.venue.faults.withholdsWords = true
        scene.say(stopLoss.says(.stop("97"), on: "ABC"))
        scene.cycles(3)
        let answer = try scene.whyNot(since: .last(.seconds(15)))
        #expect(answer.reasons.first?.kind == .orderInDoubt)
        #expect(answer.reasons.first?.words.contains("unknown") == true, "\(answer.text)")
        scene.driver.venue.faults = .init()
        for _ in 0..<3 { scene.driver.wait(.seconds(6)) }
        let over = try scene.whyNot()
        #expect(over.first(.orderInDoubt)?.until != nil, "\(over.text)")
    }

    @Test("the risk gate refuses, and with which limit")
    func riskGate() throws {
        var scene = Scene(holding: 0) { $0.maximumOrderQuantity = 5 }
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.driver.connect()
        let since = scene.driver.now
        scene.cycles(400)
        #expect(scene.driver.records.count { if case .waiting = $0 { true } else { false } } == 0)
        let answer = try scene.whyNot(since: .last(.seconds(60)))
        let reason = try #require(answer.reasons.first)
        #expect(reason.kind == .riskGate && reason.since == since && reason.until == nil)
        #expect(reason.words.contains(GateRefusal.quantityAboveLimit(10, limit: 5).words))
        #expect(answer.first(.notCarriedOut)?.decision?.text == "1.ABC")
        #expect(answer.lines[1] == "Nothing happened to it.")
    }

    @Test("the budget of requests is used up")
    func budget() throws {
        var scene = Scene { $0.maximumOrdersPerMinute = 2 }
        scene.say(stopLoss.says(.stop("90"), on: "ABC"))
        scene.driver.connect()
        for price in ["91", "92", "93"] as [Price] {
            scene.say(stopLoss.says(.stop(price), on: "ABC"))
            scene.driver.cycle()
        }
        let answer = try scene.whyNot()
        #expect(answer.first(.orderBudget) != nil, "\(answer.text)")
    }

    @Test("the broker refuses again and again: the symbol rests until the next cycle")
    func refusedByBroker() throws {
        var scene = Scene()
        scene.driver.venue.faults.refusesSubmissions = 3
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        let answer = try scene.whyNot()
        let told = Alert(level: .emergency, symbol: "ABC", reason: .ordersRefused(3, why: "refused by the test"))
        #expect(answer.first(.refusedByBroker)?.words == told.text)
        let waits = [WaitReason.brokerRefused, .brokerRefusedRepeatedly].map(\.words)
        #expect(waits.contains(answer.first(.waiting)?.words ?? ""), "\(answer.text)")
        scene.cycles(1)
        #expect(try scene.whyNot().reasons.filter { $0.kind == .waiting }.allSatisfy { $0.until != nil })
    }

    @Test("the market is closed: told once, and once more when it is over")
    func marketClosed() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("90"), on: "ABC"))
        scene.driver.connect()
        scene.session(.afterHours)
        scene.say(stopLoss.says(.reduceTo(quantity: 40), on: "ABC"))
        scene.cycles(50)
        let answer = try scene.whyNot(since: .last(.seconds(100)))
        let reason = try #require(answer.reasons.first)
        #expect(reason.kind == .waiting && reason.until == nil && reason.decision?.text == "2.ABC", "\(answer.text)")
        #expect(reason.words == WaitReason.reduction(to: 40, .session(.afterHours)).words)
        scene.session(.regular)
        scene.cycles(1)
        #expect(scene.driver.position("ABC")?.quantity == 40)
        let told = scene.driver.records.compactMap { record -> WaitReason?? in
            if case .waiting(let waiting) = record { waiting.why } else { nil }
        }
        #expect(told.count == 2 && told[1] == nil)
        #expect(try scene.whyNot().first(.waiting)?.until != nil)
    }

    @Test("the symbol is halted at its market: the entry waits")
    func symbolHalted() throws {
        var scene = Scene(holding: 0)
        scene.driver.connect()
        scene.driver.send(
            .market(
                MarketUpdate(
                    at: scene.driver.now,
                    quotes: [Quote(symbol: "ABC", bid: "100", ask: "100.02", isHalted: true, at: scene.driver.now)])))
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.driver.cycle()
        let answer = try scene.whyNot()
        #expect(answer.reasons.first?.words == WaitReason.entry(.halted("ABC")).words, "\(answer.text)")
    }

    @Test("outside of trading a tighter stop that the market is through waits, and the looser one rests")
    func stopWaits() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("90"), on: "ABC"))
        scene.driver.connect()
        scene.session(.preMarket)
        scene.say(stopLoss.says(.stop("101"), on: "ABC"))
        scene.cycles(1)
        let answer = try scene.whyNot(since: .last(.seconds(5)))
        #expect(answer.reasons.first?.words == WaitReason.stop(at: "101", .session(.preMarket)).words)
        #expect(answer.standing?.stops == ["90"])
    }

    @Test("a resting stop that is filled later has happened, beside the decision that placed it")
    func filledLater() throws {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        scene.cycles(3)
        scene.driver.quote("ABC", "94", "94.02", last: "94")
        let answer = try scene.whyNot()
        #expect(answer.happened.count == 2 && answer.happened.last?.order != nil, "\(answer.text)")
        let fills = scene.driver.records.compactMap { record -> OrderChanged? in
            guard case .order(let change) = record,
                case .fill(side: .sell, quantity: 100, symbol: "ABC", price: "94", realized: _, charges: _) = change
                    .note
            else { return nil }
            return change
        }
        #expect(fills.map(\.words) == [answer.happened.last?.words])
        #expect(answer.standing == nil)
    }
}
