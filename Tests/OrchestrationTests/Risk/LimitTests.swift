import CoreTestSupport
import SeededRandom
import TestSupport
import Testing
import Trading

@testable import Orchestration

/// One limit, a value at which ten shares at 100.02 just pass, and one at which they do not.
struct LimitCase: CustomTestStringConvertible, Sendable {
    var name: String
    /// Of what is one unit beyond it.
    var refusal: GateRefusal
    /// Sets the limit at the boundary, or one unit beyond it.
    var set: @Sendable (inout HardLimits, _ passes: Bool) -> Void
    var testDescription: String { name }

    static let all: [LimitCase] = [
        LimitCase(name: "order quantity", refusal: .quantityAboveLimit(10, limit: "9.999999999")) {
            $0.maximumOrderQuantity = $1 ? "10" : "9.999999999"
        },
        LimitCase(name: "order value", refusal: .notionalAboveLimit("1000.2", limit: "1000.199999")) {
            $0.maximumOrderNotional = $1 ? "1000.2" : "1000.199999"
        },
        LimitCase(name: "position value", refusal: .positionNotional("1000.2", limit: "1000.199999")) {
            $0.maximumPositionNotional = $1 ? "1000.2" : "1000.199999"
        },
        LimitCase(
            name: "position weight", refusal: .positionWeight("1000.2", limit: "1000.1", weight: "0.010001")
        ) {
            $0.maximumPositionWeight = $1 ? "0.010002" : "0.010001"
        },
        LimitCase(name: "gross exposure", refusal: .grossExposure("1000.2", limit: "1000.1", weight: "0.010001")) {
            $0.maximumGrossExposure = $1 ? "0.010002" : "0.010001"
        },
        LimitCase(name: "symbols", refusal: .symbolNotAllowed("ABC")) {
            $0.symbols = $1 ? ["ABC"] : ["XYZ"]
        },
        LimitCase(name: "orders in a minute", refusal: .entryBudget(perMinute: 1)) {
            $0.maximumOrdersPerMinute = $1 ? 2 : 1
        },
    ]
}

@Suite("Hard limits")
struct LimitTests {
    static let entry = PluginName("entry")

    static func enter(_ side: Side, _ quantity: Quantity, _ symbol: Symbol, limit: Price? = nil) -> PolicyAdvice {
        let stop = ProtectiveStop(stopPrice: side == .buy ? "95" : "105")
        return entry.says(.enter(Entry(side: side, quantity: quantity, limitPrice: limit, stop: stop)), on: symbol)
    }

    /// Prices without a spread, so that nothing is lost by trading.
    static func driver(
        _ advice: [PolicyAdvice], cash: Money = "100000", symbols: [Symbol] = ["ABC", "XYZ"],
        isQuoted: Bool = true, _ change: (inout FakeVenue) -> Void = { _ in },
        limits: (inout HardLimits) -> Void = { _ in }
    ) -> CoreDriver {
        var venue = FakeVenue(cash: cash)
        for symbol in symbols { venue.quote(symbol, "100.02", "100.02") }
        change(&venue)
        var driver = CoreDriver(venue: venue)
        driver.recommend(advice)
        driver.start(["entry"]) { limits(&$0.limits) }
        guard isQuoted else { return driver }
        for symbol in symbols { driver.quote(symbol, "100.02", "100.02", last: "100.02") }
        return driver
    }

    @Test("an entry exactly at a limit passes", arguments: LimitCase.all, Side.allCases)
    func atTheLimit(limit: LimitCase, side: Side) {
        let driver = connected(limit, side, passes: true)
        #expect(driver.position("ABC")?.size == 10, "\(driver.alertReasons)")
        driver.expectSound()
    }

    @Test("one unit beyond it is refused, with what, the figure and the limit", arguments: LimitCase.all, Side.allCases)
    func beyondTheLimit(limit: LimitCase, side: Side) {
        let driver = connected(limit, side, passes: false)
        #expect(driver.submissions.isEmpty)
        #expect(driver.gateRefusals.contains(limit.refusal), "\(driver.alertReasons)")
        driver.expectSound()
    }

    private func connected(_ limit: LimitCase, _ side: Side, passes: Bool) -> CoreDriver {
        var driver = Self.driver([Self.enter(side, 10, "ABC")], limits: { limit.set(&$0, passes) })
        driver.connect()
        return driver
    }

    @Test(
        "the buying power that is free, both sides of its edge", arguments: [("1000.2", true), ("1000.199999", false)])
    func buyingPower(cash: Money, passes: Bool) {
        for side in Side.allCases {
            var driver = Self.driver([Self.enter(side, 10, "ABC")], cash: cash)
            driver.connect()
            #expect(driver.submissions.isEmpty != passes, "\(driver.alertReasons)")
            if !passes {
                #expect(driver.gateRefusals.contains(.buyingPower("1000.2", free: "1000.199999")))
            }
        }
    }

    @Test(
        "the age of a price, both sides of its edge, and a price that is dated ahead",
        arguments: [(60_000_000_000, true), (60_000_000_001, false), (-60_000_000_000, true), (-60_000_000_001, false)]
            as [(Int64, Bool)])
    func quoteAge(age: Int64, passes: Bool) {
        var driver = Self.driver([Self.enter(.buy, 10, "ABC")], isQuoted: false)
        let at = Timestamp(nanoseconds: driver.now.nanoseconds - age)
        driver.send(.market(MarketUpdate(at: at, quotes: [Quote(symbol: "ABC", bid: "100", ask: "100", at: at)])))
        driver.connect()
        #expect(driver.submissions.isEmpty != passes, "\(driver.alertReasons)")
        if !passes {
            let refusal: GateRefusal =
                age > 0
                ? .priceOld("ABC", age: TimeSpan(nanoseconds: age), limit: .seconds(60))
                : .priceAhead("ABC", by: TimeSpan(nanoseconds: -age), limit: .seconds(60))
            #expect(driver.gateRefusals.contains(refusal), "\(driver.alertReasons)")
        }
    }

    @Test("exits pass every limit, and are sent on an old price", arguments: [100, -100] as [Int64])
    func exitsPass(shares: Int64) {
        var driver = Self.driver([]) {
            $0.hold("ABC", Quantity(shares: shares), at: "100")
        } limits: {
            for limit in LimitCase.all where limit.name != "orders in a minute" { limit.set(&$0, false) }
        }
        driver.pass(.seconds(3_600))
        driver.connect()
        driver.wait(.seconds(30))
        #expect(driver.venue.stopped("ABC") == 100)
        driver.send(.control(Control(command: .flatten, who: "me", why: "the test")))
        #expect(driver.venue.held("ABC").isZero)
        driver.expectSound()
    }

    // MARK: - What is under way

    @Test(
        "two entries of one cycle share the room, whoever asks first",
        arguments: ["gross", "buying power", "position"], [true, false])
    func together(limit: String, resting: Bool) {
        let price: Price? = resting ? "100" : nil
        let size: Money = resting ? "1999.99" : "2000.39"
        var driver = Self.driver(
            [Self.enter(.buy, 10, "ABC", limit: price), Self.enter(.buy, 10, "XYZ", limit: price)],
            cash: limit == "buying power" ? size : "100000"
        ) { venue in
            // Somebody else's purchase of the same symbol is under way.
            guard limit == "position" else { return }
            for symbol in ["ABC", "XYZ"] as [Symbol] {
                venue.rest(
                    NewOrder(
                        clientOrderID: ClientOrderID(unchecked: "manual-\(symbol)"), symbol: symbol, side: .buy,
                        type: .limit, quantity: symbol == "ABC" ? 10 : 1, limitPrice: "100", role: .external))
            }
        } limits: {
            if limit == "gross" { $0.maximumGrossExposure = resting ? "0.019999" : "0.020003" }
            if limit == "position" { $0.maximumPositionNotional = resting ? "1999.99" : "2000.19" }
        }
        driver.delivers = false
        driver.connect()
        while !driver.inbox.isEmpty, driver.submissions.isEmpty { driver.deliver() }
        let sent = driver.submissions.flatMap { $0.orders.map(\.symbol) }
        #expect(sent == [limit == "position" ? "XYZ" : "ABC"], "\(driver.alertReasons)")
        driver.expectSound()
    }

    @Test("an entry in doubt counts until the broker's word")
    func inDoubt() {
        var driver = Self.driver([], cash: "2000")
        driver.connect()
        driver.venue.faults.losesCommands = true
        driver.recommend([Self.enter(.buy, 10, "ABC")])
        driver.cycle()
        driver.wait(.seconds(6))
        #expect(driver.working("ABC").map(\.status) == [.unknown])
        driver.recommend([Self.enter(.buy, 10, "XYZ")])
        driver.quote("XYZ", "100.02", "100.02")
        driver.cycle()
        #expect(driver.submissions.count == 1)
        #expect(driver.gateRefusals.contains(.buyingPower("1000.2", free: "999.8")))
    }

    @Test(
        "the price collar of an entry, both sides of its edge and of the market",
        arguments: [("110", true), ("110.01", false), ("90", true), ("89.99", false)], Side.allCases)
    func collar(edge: (limit: Price, passes: Bool), side: Side) throws {
        let now = Timestamp(seconds: 1_781_100_000)
        let portfolio = Portfolio(
            account: Account(id: "test", cash: "100000", equity: "100000", buyingPower: "100000"))
        var market = Market()
        market.apply(
            MarketUpdate(at: now, quotes: [Quote(symbol: "ABC", bid: "99", ask: "101", last: "100", at: now)]))
        var limits = HardLimits()
        limits.priceCollar = "0.1"
        let gate = RiskGate(
            state: MarkedPortfolio(portfolio, market), control: TradingControl(), limits: limits,
            capabilities: .everything, now: now,
            load: RateBudget.Load())
        let order = NewOrder(
            clientOrderID: "a", symbol: "ABC", side: side, type: .limit, quantity: 10, limitPrice: edge.limit,
            role: .entry)
        var budget = RateBudget()
        let ruling = try gate.check(.submit(OrderSubmission(orders: [order])), number: 1, budget: &budget)
        switch ruling {
        case .approved: #expect(edge.passes)
        case .refused(let why):
            #expect(why == .priceTooFar(edge.limit, away: "0.1001", market: "100", limit: "0.1"))
            #expect(!edge.passes)
        case .waits: Issue.record("it does not wait")
        }
    }

    @Test("I-PAUSE-1: the gate itself lets no entry through while a pause is in force, and every exit")
    func pause() throws {
        let now = Timestamp(seconds: 1_781_100_000)
        var portfolio = Portfolio(
            account: Account(id: "test", cash: "100000", equity: "100000", buyingPower: "100000"))
        _ = portfolio.adopt(BrokerPosition(symbol: "XYZ", quantity: 10, averagePrice: "100"), at: now, as: .opening)
        var market = Market()
        market.apply(
            MarketUpdate(
                at: now,
                quotes: (["ABC", "XYZ"] as [Symbol]).map {
                    Quote(symbol: $0, bid: "99", ask: "101", last: "100", at: now)
                }))
        var gate = RiskGate(
            state: MarkedPortfolio(portfolio, market), control: TradingControl(), limits: HardLimits(),
            capabilities: .everything, now: now, load: RateBudget.Load())
        let pause = EntryPause(
            cause: .lossStreak(3, within: .day), since: now, until: now + .seconds(1), gross: nil)
        func ruling(_ symbol: Symbol, _ side: Side, _ role: OrderRole) throws -> String {
            var budget = RateBudget()
            let order = NewOrder(
                clientOrderID: "a", symbol: symbol, side: side, type: .market, quantity: 10, role: role)
            switch try gate.check(.submit(OrderSubmission(orders: [order])), number: 1, budget: &budget) {
            case .approved: return "approved"
            case .refused(let why): return why == .entriesPaused(pause) ? "paused" : "\(why)"
            case .waits: return "waits"
            }
        }
        #expect(try ruling("ABC", .buy, .entry) == "approved")
        gate.pause = pause
        #expect(try ruling("ABC", .buy, .entry) == "paused")
        #expect(try ruling("XYZ", .sell, .reduce) == "approved")
    }

    @Test("what was bought since the broker told its buying power is not spent again; then the broker's figure holds")
    func spentSince() {
        var driver = Self.driver([Self.enter(.buy, 10, "ABC")], cash: "1500")
        driver.connect()
        #expect(driver.venue.held("ABC") == 10)
        #expect(driver.state.portfolio.account?.buyingPower == "1500", "the broker was not asked since")
        driver.recommend([Self.enter(.buy, 5, "XYZ")])
        driver.cycle()
        #expect(driver.venue.held("XYZ").isZero)
        driver.recommend([Self.enter(.buy, 4, "XYZ")])
        driver.cycle()
        #expect(driver.venue.held("XYZ") == 4)
        driver.reconcile()
        #expect(driver.state.portfolio.account?.buyingPower == "99.72")
        driver.expectSound()
    }

    @Test(
        "whatever entries come, several symbols in one cycle: no limit is ever passed",
        arguments: Seed.range(gate: 10, nightly: 200))
    func property(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let symbols: [Symbol] = ["AAA", "BBB", "CCC", "DDD", "EEE"]
        let shorts = random.chance(40)
        let gross = Ratio(units: random.number(100_000...1_500_000))
        let weight = Ratio(units: random.number(20_000...500_000))
        var driver = Self.driver([], symbols: symbols) { _ in
        } limits: {
            $0.maximumGrossExposure = gross
            $0.maximumPositionWeight = weight
            $0.maximumOrdersPerMinute = 1_000
        }
        driver.connect()
        driver.delivers = false
        var entered = 0
        for _ in 0..<60 {
            driver.recommend(
                symbols.filter { _ in random.chance(60) }.map { symbol in
                    if driver.position(symbol) != nil { return Self.entry.says(.exit, on: symbol) }
                    let side: Side = shorts && random.chance(40) ? .sell : .buy
                    let limit: Price? = random.chance(50) ? side == .buy ? "100" : "100.10" : nil
                    return Self.enter(side, Quantity(shares: random.number(1...700)), symbol, limit: limit)
                })
            driver.venue.faults.withholdsAnswers = random.chance(10)
            driver.cycle()
            for symbol in symbols { driver.quote(symbol, "100.02", "100.02", last: "100.02") }
            for _ in 0..<random.number(0...40) { driver.deliver() }
            let sums = Sums(driver.venue, symbols)
            entered = max(entered, sums.positions.count)
            let most = try (gross: sums.equity.scaled(by: gross, .down), one: sums.equity.scaled(by: weight, .down))
            try #require(sums.gross <= most.gross.units, "seed \(seed)")
            for value in sums.positions { try #require(value <= most.one.units, "seed \(seed)") }
            if !shorts { try #require(driver.venue.cash.units - sums.entering >= 0, "seed \(seed)") }
            try #require(driver.violations == [])
        }
        #expect(entered > 0)
    }

    /// The venue's books: positions and entries at the price of this test.
    private struct Sums {
        var gross: Int64 = 0
        var entering: Int64 = 0
        var positions: [Int64] = []
        var equity: Money

        init(_ venue: FakeVenue, _ symbols: [Symbol]) {
            equity = venue.state.account.equity
            let price: Price = "100.02"
            for symbol in symbols {
                let held = try! price.times(venue.held(symbol)).magnitude().units
                let orders = venue.working(symbol).filter { $0.terms.role == .entry }
                let open = orders.reduce(0) { sum, order in
                    sum + (try! (order.terms.limitPrice ?? price).times(order.leavesQuantity)).units
                }
                gross += held + open
                entering += open
                if held + open > 0 { positions.append(held + open) }
            }
        }
    }
}
