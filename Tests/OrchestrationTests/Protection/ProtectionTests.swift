import CoreTestSupport
import SeededRandom
import Testing
import Trading

@testable import Orchestration

@Suite("P5 and P9: no unprotected position, and no policy that hurts")
struct ProtectionTests {
    private func held(_ quantity: Quantity = 100, _ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "100", "100.02")
        change(&venue)
        return CoreDriver(venue: venue)
    }

    @Test("nobody protects: the core's own stop after the limit, on the right side", arguments: [100, -100] as [Int64])
    func defaultStop(shares: Int64) {
        var driver = held(Quantity(shares: shares))
        driver.start([])
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        driver.wait(.seconds(29))
        #expect(driver.venue.working("ABC").isEmpty)
        driver.wait(.seconds(1))
        #expect(driver.symbolStop?.terms.stopPrice == (shares > 0 ? "95" : "105"))
        #expect(driver.symbolStop?.terms.quantity == 100)
        #expect(driver.unprotected.map(\.lasted) == [.seconds(30)])
        driver.expectSound()
    }

    @Test("the core asks to be woken when the limit is reached")
    func wake() {
        var driver = held()
        driver.start([])
        driver.connect()
        let due = driver.now + .seconds(30)
        #expect(driver.effects.contains(.wake(at: due)))
    }

    @Test("the broker was away when the limit was reached: the stop is set when it is back")
    func limitWhileAway() {
        var driver = held()
        driver.start([])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        driver.disconnect()
        driver.wait(.seconds(60))
        driver.connect()
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("a stop that the venue drops is put back as soon as its lists were read")
    func dropped() {
        var driver = protected()
        driver.pass(.seconds(3))
        driver.venueDoes { venue in venue.drop(venue.working("ABC").first?.id ?? "none") }
        driver.wait(.milliseconds(250))
        #expect(driver.venue.stopped("ABC") == 100)
        #expect(driver.unprotected.count == 2)
        driver.expectSound()
    }

    static let garbage: [Advice] = [
        .stop("0.01"), .stop("0.00000001"), .stop(Price(units: .max)), .stop(Price(units: .min)),
        .stop("99", limit: Price(units: .max)), .stop("99", limit: "0.01"), .reset(Price(units: .min)),
        .target(price: Price(units: .max)), .target(price: Price(units: .min)), .target(price: "1000000"),
        .target(price: "0.01"), .reduceTo(quantity: Quantity(units: .max)), .reduceTo(quantity: Quantity(units: .min)),
        .reduceTo(quantity: "99.5"), .reduceToWeight(weight: Ratio(units: .max)),
        .reduceToWeight(weight: Ratio(units: .min)), .takePartial(fraction: Ratio(units: .max), rung: ""),
        .takePartial(fraction: "-1", rung: "x"), .takePartial(fraction: "0.000001", rung: "x"),
        .buy(Quantity(units: .max), stop: "1"), .buy(Quantity(units: .min), stop: "1"),
        .buy(5, stop: Price(units: .max), target: Price(units: .min)), .release, .veto, .hold,
    ]

    @Test(
        "absurd advice neither halts the core nor leaves the position unprotected", arguments: garbage,
        [100, -100] as [Int64])
    func absurd(advice: Advice, shares: Int64) {
        var driver = held(Quantity(shares: shares))
        driver.recommend([
            PluginName("stop-loss").says(advice, on: "ABC"), PluginName("stop-loss").says(advice, on: "XYZ"),
        ])
        driver.start()
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.quote("XYZ", "50", "50.02", last: "50")
        driver.connect()
        for _ in 0..<6 { driver.cycle() }
        #expect(driver.state.control.state == .active, "\(driver.alertReasons)")
        let size = Quantity(units: Int64(driver.venue.held("ABC").units.magnitude))
        #expect(driver.venue.stopped("ABC") == size, "\(driver.alertReasons)")
        #expect(size <= 100)
        driver.expectSound()
    }

    @Test("absurd prices of one policy do not keep the stop of another from resting")
    func absurdBesideSound() {
        var driver = held()
        driver.recommend([
            PluginName("stop-loss").says(.stop("95"), on: "ABC"),
            PluginName("evil").says(.target(price: "1000000"), on: "ABC"),
            PluginName("evil").says(.stop("1"), on: "ABC"),
        ])
        driver.start(["evil", "stop-loss"])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        #expect(driver.symbolStop?.terms.stopPrice == "95")
        driver.expectSound()
    }

    @Test("thousands of recommendations never sell more than is held")
    func thousands() {
        var random = SplitMix64(seed: 42)
        var advice: [PolicyAdvice] = []
        for _ in 0..<2_000 {
            let quantity = Quantity(units: Int64(bitPattern: random.next()))
            let price = Price(units: Int64(bitPattern: random.next()))
            let ratio = Ratio(units: Int64(bitPattern: random.next()))
            let one: Advice =
                switch random.number(0...4) {
                case 0: .reduceTo(quantity: quantity)
                case 1: .stop(price)
                case 2: .target(price: price)
                case 3: .takePartial(fraction: ratio, rung: "r\(random.number(0...9))")
                default: .reduceToWeight(weight: ratio)
                }
            advice.append(PluginName("evil").says(one, on: "ABC"))
        }
        var driver = held()
        driver.recommend(advice)
        driver.start(["evil"])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        #expect(driver.state.control.state == .active, "\(driver.alertReasons)")
        #expect(driver.venue.mostOffered <= 100)
        driver.expectSound()
    }

    @Test("an entry that fills only in part is not left without a stop")
    func partialEntry() {
        var venue = FakeVenue(capabilities: .everything.with { $0.groups = [.oco] })
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("entry").says(.buy(100, stop: "95", limit: "99"), on: "ABC")])
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        driver.venueDoes { venue in venue.fill(venue.working("ABC").first?.id ?? "none", 40, at: "99") }
        #expect(driver.position("ABC")?.quantity == 40)
        for _ in 0..<7 { driver.wait(.seconds(5)) }
        #expect(driver.venue.stopped("ABC") == 40)
        driver.expectSound()
    }

    @Test("an entry that fills after its policy fell silent keeps its stop")
    func silentEntry() {
        var venue = FakeVenue(capabilities: .everything.with { $0.groups = [.oco] })
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("entry").says(.buy(100, stop: "95"), on: "ABC")])
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.venue.faults.fillsOnly = .zero
        driver.connect()
        driver.recommend([])
        driver.cycle()
        driver.venueDoes { $0.finishMarketOrders() }
        #expect(driver.position("ABC")?.quantity == 100)
        #expect(driver.symbolStop?.terms.stopPrice == "95")
        driver.expectSound()
    }

    @Test(
        "a bracket's legs that still wait survive a moved target, a moved stop and a reduction",
        arguments: [
            [.target(price: "111")], [.stop("97")], [.reduceTo(quantity: 40)], [.exit],
        ] as [[Advice]])
    func heldLegs(advice: [Advice]) {
        var venue = FakeVenue()
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([PluginName("entry").says(.buy(100, stop: "95", target: "110"), on: "ABC")])
        driver.start(["entry"])
        driver.quote("ABC", "100", "100.02")
        driver.delivers = false
        driver.connect()
        // The entry's fill is known; that its legs rest now is not yet.
        while driver.position("ABC") == nil, !driver.inbox.isEmpty { driver.deliver() }
        #expect(driver.orders.count == 1, "no leg is touched while the entry works")
        #expect(driver.working("ABC").allSatisfy { $0.status == .held })
        driver.recommend(advice.map { PluginName("entry").says($0, on: "ABC") })
        let late = driver.inbox.filter { if case .execution = $0 { true } else { false } }
        driver.inbox.removeAll { if case .execution = $0 { true } else { false } }
        driver.cycle()
        driver.settle()
        driver.inbox += late
        driver.delivers = true
        driver.settle()
        driver.cycle()
        driver.wait(.seconds(6))
        driver.cycle()
        let size = driver.venue.held("ABC")
        #expect(driver.venue.stopped("ABC") == size)
        driver.expectSound()
    }

    @Test("a recommendation that names no symbol is answered as well")
    func noSymbol() {
        var driver = held()
        driver.recommend([PluginName("stop-loss").says(.exit, on: nil)])
        driver.start()
        driver.connect()
        let answers = driver.portfolioDecisions.flatMap(\.dispositions)
        #expect(answers.map(\.outcome) == [.refused])
        #expect(answers.first?.why == .defect(.noSymbol))
    }
}

@Suite("Entries")
struct EntryTests {
    private func driver(
        groups: [OrderGroupKind] = [.oco, .bracket], _ advice: [PolicyAdvice],
        _ change: (inout HardLimits) -> Void = { _ in }
    ) -> CoreDriver {
        var venue = FakeVenue(capabilities: .everything.with { $0.groups = groups })
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend(advice)
        driver.start(["entry"]) { change(&$0.limits) }
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        return driver
    }

    @Test("an entry comes with its stop, as a bracket or after its fill", arguments: [true, false])
    func entry(bracket: Bool) {
        let driver = driver(
            groups: bracket ? [.oco, .bracket] : [],
            [PluginName("entry").says(.buy(10, stop: "95", target: "110"), on: "ABC")])
        #expect(driver.venue.held("ABC") == 10)
        #expect(driver.venue.stopped("ABC") == 10)
        #expect(driver.position("ABC")?.initialStop == "95")
        driver.expectSound()
    }

    @Test("a portfolio veto ends every entry")
    func veto() {
        let driver = driver([
            PluginName("entry").says(.buy(10, stop: "95"), on: "ABC"), PluginName("entry").says(.veto, on: nil),
        ])
        #expect(driver.submissions.isEmpty)
        #expect(driver.decisions.first?.dispositions.map(\.outcome) == [.vetoed, .taken])
    }

    @Test(
        "every limit of an entry, on both sides of its edge",
        arguments: [
            (10, "maximumOrderQuantity", "10", true), (11, "maximumOrderQuantity", "10", false),
            (10, "maximumOrderNotional", "1000.2", true), (10, "maximumOrderNotional", "1000.199999", false),
            (10, "maximumGrossExposure", "0.010002", true), (10, "maximumGrossExposure", "0.010001", false),
            (10, "symbols", "ABC", true), (10, "symbols", "XYZ", false),
            (999, "buyingPower", "", true), (1000, "buyingPower", "", false),
        ] as [(Int64, String, String, Bool)])
    func limits(quantity: Int64, name: String, value: String, isEntered: Bool) throws {
        let driver = driver([PluginName("entry").says(.buy(Quantity(shares: quantity), stop: "95"), on: "ABC")]) {
            switch name {
            case "maximumOrderQuantity": $0.maximumOrderQuantity = try! Quantity(value)
            case "maximumOrderNotional": $0.maximumOrderNotional = try! Money(value)
            case "maximumGrossExposure": $0.maximumGrossExposure = try! Ratio(value)
            case "symbols": $0.symbols = [try! Symbol(value)]
            default: break
            }
        }
        #expect(driver.submissions.isEmpty == !isEntered, "\(driver.alertReasons)")
        driver.expectSound()
    }

    @Test("the price collar, both sides of its edge", arguments: [("150", true), ("150.01", false)])
    func collar(limit: String, isEntered: Bool) throws {
        let driver = driver([PluginName("entry").says(.buy(10, stop: "95", limit: try Price(limit)), on: "ABC")])
        #expect(driver.submissions.isEmpty == !isEntered, "\(driver.alertReasons)")
    }

    @Test("an entry that nobody wants any more is cancelled")
    func unwanted() {
        var driver = driver([PluginName("entry").says(.buy(10, stop: "95", limit: "99"), on: "ABC")])
        #expect(driver.venue.working("ABC").contains { $0.terms.role == .entry })
        driver.recommend([])
        driver.cycle()
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }
}

@Suite("Trading states and limits")
struct ControlTests {
    private func say(_ command: Control.Command) -> Input {
        .control(Control(command: command, who: "me", why: "the test"))
    }

    @Test("halted: nothing is sent; resumed: what was planned is done")
    func halt() {
        var driver = protected()
        driver.send(say(.halt))
        driver.recommend([PluginName("stop-loss").says(.stop("97"), on: "ABC")])
        let sent = driver.orders.count
        driver.cycle()
        #expect(driver.orders.count == sent)
        driver.send(say(.resume))
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("reducing: exits go on, entries do not")
    func reduce() {
        var driver = protected()
        driver.send(say(.reduce))
        driver.recommend([
            PluginName("stop-loss").says(.reduceTo(quantity: 40), on: "ABC"),
            PluginName("stop-loss").says(.buy(10, stop: "45"), on: "XYZ"),
        ])
        driver.quote("XYZ", "50", "50.01", last: "50")
        driver.cycle()
        #expect(driver.venue.held("ABC") == 40)
        #expect(driver.venue.held("XYZ").isZero)
        driver.expectSound()
    }

    @Test("flatten closes everything, also what no plan knows; then nothing rests")
    func flatten() {
        var driver = protected(target: "120") {
            $0.hold("XYZ", -50, at: "50"); $0.quote("XYZ", "50", "50.01")
        }
        driver.send(say(.flatten))
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.venue.held("XYZ").isZero)
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("a flatten that is called off stops selling")
    func flattenCalledOff() {
        var driver = protected { $0.faults.fillsOnly = 10 }
        driver.send(say(.halt))
        driver.send(say(.flatten))
        driver.send(say(.halt))
        for order in driver.venue.working("ABC") where order.terms.type == .market {
            driver.venueDoes { $0.drop(order.id) }
        }
        driver.venue.faults.fillsOnly = nil
        driver.send(say(.resume))
        driver.cycle()
        #expect(driver.venue.held("ABC") == 90)
        #expect(driver.venue.stopped("ABC") == 90)
        driver.expectSound()
    }

    @Test("the loss of the day ends entries, at its limit and not before", arguments: [("90.01", false), ("90", true)])
    func dailyLoss(bid: String, isReached: Bool) throws {
        var venue = FakeVenue(cash: "0")
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start([]) { $0.limits.maximumDailyLoss = "0.1" }
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        driver.quote("ABC", try Price(bid), "100.02", last: try Price(bid))
        driver.cycle()
        #expect(driver.state.control.state == (isReached ? .reducing : .active))
    }

    @Test("orders of one minute: entries end at half of the limit, exits have the rest")
    func rate() {
        var venue = FakeVenue(cash: "1000000", capabilities: .everything.with { $0.groups = [] })
        var advice: [PolicyAdvice] = []
        for number in 0..<12 {
            let symbol = Symbol(stringLiteral: "S\(number)")
            venue.quote(symbol, "100", "100.02")
            advice.append(PluginName("entry").says(.buy(10, stop: "95"), on: symbol))
        }
        var driver = CoreDriver(venue: venue)
        driver.start(["entry"]) { $0.limits.maximumOrdersPerMinute = 8 }
        for item in advice { driver.quote(item.recommendation.symbol ?? "ABC", "100", "100.02") }
        driver.recommend(advice)
        driver.connect()
        let entered = driver.venue.received.filter {
            if case .submit(let submission) = $0 { submission.orders[0].role == .entry } else { false }
        }.count
        #expect(entered <= 4)
        let early = driver.submissions.count
        #expect(early <= 8)
        driver.recommend([])
        for _ in 0..<7 { driver.cycle() }
        for number in 0..<12 {
            let symbol = Symbol(stringLiteral: "S\(number)")
            #expect(driver.venue.stopped(symbol) == driver.venue.held(symbol))
        }
        driver.expectSound()
    }
}

@Suite("Corporate actions")
struct CorporateActionTests {
    private func action(_ kind: CorporateAction.Kind, _ id: String = "a1") -> CorporateAction {
        CorporateAction(id: id, symbol: "ABC", kind: kind, effectiveAt: Timestamp(seconds: 1_781_100_000))
    }
    private func update(_ driver: CoreDriver, _ action: CorporateAction) -> Input {
        .market(MarketUpdate(at: driver.now, corporateActions: [action]))
    }

    @Test(
        "a split restates position, stop and marks, and nothing trades",
        arguments: [
            (7, 1, 700, "13.57", "14.2871"), (1, 20, 5, "1900", "2000"),
        ] as [(Int64, Int64, Int64, String, String)])
    func split(numerator: Int64, denominator: Int64, held: Int64, stop: String, high: String) throws {
        var driver = protected()
        let sent = driver.submissions.count
        driver.venue.split("ABC", numerator, denominator)
        driver.send(update(driver, action(.split(numerator: numerator, denominator: denominator))))
        let position = try #require(driver.position("ABC"))
        #expect(position.quantity == Quantity(shares: held))
        #expect(position.highWaterMark.text(minimumDecimals: 4).hasPrefix(high))
        #expect(driver.submissions.count == sent)
        #expect(driver.venue.stopped("ABC") == Quantity(shares: held))
        #expect(driver.symbolStop?.terms.stopPrice == (try Price(stop)))
        #expect(driver.plan("ABC")?.stop?.stopPrice == (try Price(stop)))
        driver.expectSound()
    }

    @Test("the same action twice is applied once")
    func twice() {
        var driver = protected()
        driver.venue.split("ABC", 7, 1)
        driver.send(update(driver, action(.split(numerator: 7, denominator: 1))))
        driver.send(update(driver, action(.split(numerator: 7, denominator: 1))))
        #expect(driver.position("ABC")?.quantity == 700)
        driver.expectSound()
    }

    @Test("a broker that books the split later: nothing is sent beyond what it holds")
    func brokerIsLate() {
        var driver = protected()
        driver.send(update(driver, action(.split(numerator: 7, denominator: 1))))
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.violations.isEmpty)
        driver.venue.split("ABC", 7, 1)
        for _ in 0..<40 { driver.cycle() }
        #expect(driver.position("ABC")?.quantity == 700)
        #expect(driver.venue.stopped("ABC") == 700)
        driver.expectSound()
    }

    @Test("a bar that began before the split moves no water mark")
    func straddlingBar() throws {
        var driver = protected()
        driver.pass(.seconds(60))
        driver.venue.split("ABC", 7, 1)
        driver.send(update(driver, action(.split(numerator: 7, denominator: 1))))
        let straddling = Bar(
            symbol: "ABC", start: Timestamp(seconds: 1_781_100_030), period: .seconds(60), open: "100", high: "101",
            low: "14", close: "14.3", volume: 1)
        driver.send(.market(MarketUpdate(at: driver.now, bars: [straddling])))
        #expect(try #require(driver.position("ABC")).highWaterMark < "14.4")
        driver.expectSound()
    }

    @Test("1:20 of a size that does not divide: what is left is protected")
    func reverseSplitWithRest() {
        var driver = protected(287)
        driver.venue.split("ABC", 1, 20)
        driver.send(update(driver, action(.split(numerator: 1, denominator: 20))))
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 14)
        #expect(driver.position("ABC")?.quantity == 14)
        #expect(driver.venue.stopped("ABC") == 14)
        driver.expectSound()
    }
}
