import CoreTestSupport
import SeededRandom
import Testing
import Trading

@testable import Orchestration

@Suite("Advice that the core resolves")
struct AdviceTests {
    private static let range = "atr(14,1d)"

    private func facts(
        _ quantity: Int64 = 100, average: Price = "100", high: Price = "120", low: Price = "90", stop: Price? = nil,
        price: Price? = "110"
    ) throws -> Merge.Facts {
        var record = PositionRecord(
            symbol: "ABC", quantity: Quantity(shares: quantity), averagePrice: average, openedAt: Timestamp(seconds: 1))
        (record.highWaterMark, record.lowWaterMark, record.initialStop) = (high, low, stop)
        var facts = Merge.Facts(
            position: quantity == 0 ? nil : record, price: price, equity: "100000", now: Timestamp(seconds: 100),
            tickSize: .usEquity)
        facts.figures = [try Indicator(Self.range): "2.345"]
        return facts
    }

    private func resolved(
        _ advice: Advice, _ facts: Merge.Facts
    ) -> Result<AdviceResolver.ResolvedAdvice, AdviceDefect> {
        Result { () throws(AdviceDefect) in try AdviceResolver(facts: facts).resolve(advice) }
    }

    @Test("a stop by its distance, rounded away from the market", arguments: [1, -1] as [Int64])
    func stops(side: Int64) throws {
        let indicator = try Indicator(Self.range)
        let facts = try facts(100 * side, stop: side > 0 ? "95" : "105")
        let cases: [(StopAdvice, long: ProtectiveStop, short: ProtectiveStop)] = [
            (StopAdvice(distance: .percent("0.02")), stop("98"), stop("102")),
            (StopAdvice(distance: .percent("0.02"), from: .highWater), stop("117.60"), stop("91.80")),
            (StopAdvice(distance: .percent("0.015"), from: .last), stop("108.35"), stop("111.65")),
            (StopAdvice(distance: .price("2.5"), from: .last), stop("107.50"), stop("112.50")),
            (StopAdvice(distance: .r("1")), stop("95"), stop("105")),
            (StopAdvice(distance: .r("-1")), stop("105"), stop("95")),
            (
                StopAdvice(distance: .atr(multiple: "3", indicator: indicator), from: .highWater), stop("112.96"),
                stop("97.04")
            ),
            (
                StopAdvice(distance: .percent("0.1"), limitOffset: "0.01"), stop("90", limit: "89.10"),
                stop("110", limit: "111.10")
            ),
        ]
        for (advice, long, short) in cases {
            #expect(resolved(.protect(advice), facts) == .success(.protect(side > 0 ? long : short)), "\(advice)")
        }
    }

    private func stop(_ price: Price, limit: Price? = nil) -> ProtectiveStop {
        ProtectiveStop(stopPrice: price, limitPrice: limit)
    }

    @Test("what cannot be resolved is refused with what is wrong, and its figures")
    func refusals() throws {
        let facts = try facts()
        let other = try Indicator("atr(20,5m)")
        let size = try Money("50").quantity(at: "110", .down)
        let cases: [(Advice, AdviceDefect)] = [
            (.protect(StopAdvice(distance: .atr(multiple: "3", indicator: other))), .indicatorUnknown(other)),
            (.protect(StopAdvice(distance: .r("1"))), .riskUnknown),
            (.protect(StopAdvice(distance: .percent("1"))), .percentOutOfRange("1")),
            (.protect(StopAdvice(distance: .price("0"))), .distanceNotPositive("0")),
            (
                .protect(
                    StopAdvice(stopPrice: "90", limitPrice: nil, distance: .percent("0.1"), from: nil, limitOffset: nil)
                ),
                .stopNotOne
            ),
            (.takePartial(PartialAdvice(quantity: "0.5", rung: "a")), .belowOneLot("0.5", of: 100)),
            (.enter(EntryAdvice(side: .buy, stop: StopAdvice(stopPrice: "90"))), .sizeNotOne),
            (
                .enter(EntryAdvice(side: .buy, risk: "0.2", stop: StopAdvice(stopPrice: "90"))),
                .riskOutOfRange("0.2", most: "0.1")
            ),
            (
                .enter(EntryAdvice(side: .buy, notional: "50", stop: StopAdvice(stopPrice: "90"))),
                .belowOneLot(size, of: nil)
            ),
            (
                .enter(EntryAdvice(side: .buy, risk: "0.01", stop: StopAdvice(stopPrice: "110"))),
                .riskWithoutBasis(reference: "110")
            ),
        ]
        for (advice, defect) in cases { #expect(resolved(advice, facts) == .failure(defect), "\(advice.kind)") }
    }

    @Test("sizes are rounded down to what can be traded, and a part is never more than there is")
    func sizes() throws {
        let flat = try facts(0)
        let advice = StopAdvice(distance: .percent("0.1"))
        let entries: [(EntryAdvice, Entry)] = [
            (
                EntryAdvice(side: .buy, risk: "0.005", stop: advice),
                Entry(side: .buy, quantity: 45, limitPrice: nil, stop: stop("99"))
            ),
            (
                EntryAdvice(side: .buy, notional: "10000", stop: advice),
                Entry(side: .buy, quantity: 90, limitPrice: nil, stop: stop("99"))
            ),
            (
                EntryAdvice(side: .sell, risk: "0.01", limitPrice: "200", stop: advice, targetDistance: .r("2")),
                Entry(side: .sell, quantity: 50, limitPrice: "200", stop: stop("220"), target: "160")
            ),
        ]
        for (entry, wanted) in entries { #expect(resolved(.enter(entry), flat) == .success(.enter(wanted))) }
        let held = try facts(7)
        let parts: [(PartialAdvice, left: Quantity)] = [
            (PartialAdvice(fraction: "0.5", rung: "a"), 4), (PartialAdvice(quantity: "3", rung: "b"), 4),
            (PartialAdvice(quantity: "9", rung: "c"), 0),
        ]
        for (part, left) in parts {
            #expect(resolved(.takePartial(part), held) == .success(.hold(atMost: left, rung: part.rung)))
        }
        #expect(resolved(.target(TargetAdvice(distance: .percent("0.05"))), held) == .success(.target("105")))
    }

    @Test(
        "where stops are for whole shares, a share of a position leaves whole shares; what is asked in shares does not")
    func protectableRest() throws {
        var facts = try facts(90)
        (facts.quantityIncrement, facts.stopIncrement) = ("0.001", .one)
        let parts: [(PartialAdvice, left: Quantity)] = [
            (PartialAdvice(fraction: "0.33", rung: "a"), 61), (PartialAdvice(fraction: "1", rung: "b"), 0),
            (PartialAdvice(quantity: "29.7", rung: "c"), "60.3"),
            (PartialAdvice(fraction: "0.001", rung: "d"), "89.91"),
        ]
        for (part, left) in parts {
            #expect(resolved(.takePartial(part), facts) == .success(.hold(atMost: left, rung: part.rung)))
        }
        let most: [(Ratio, left: Quantity)] = [("0.05", 45), ("0.0005", "0.454"), ("0", 0)]
        for (weight, left) in most {
            #expect(resolved(.reduceToWeight(weight: weight), facts) == .success(.hold(atMost: left, rung: nil)))
        }
    }
}

@Suite("The portfolio's part of a decision")
struct PortfolioMergeTests {
    private func state(_ holdings: [(Symbol, Int64, Price, Price)]) -> MarkedPortfolio {
        var (held, market) = ([PositionRecord](), Market())
        for (symbol, quantity, average, price) in holdings {
            held.append(
                PositionRecord(
                    symbol: symbol, quantity: Quantity(shares: quantity), averagePrice: average,
                    openedAt: Timestamp(seconds: 1)))
            market.apply(
                MarketUpdate(
                    at: Timestamp(seconds: 1),
                    quotes: [Quote(symbol: symbol, last: price, at: Timestamp(seconds: 1))]))
        }
        return MarkedPortfolio(Portfolio(positions: held), market)
    }

    private func merge(_ advice: [Advice], _ state: MarkedPortfolio, equity: Money = "100000") throws -> PortfolioMerge
    {
        try PortfolioMerge(
            advice.map { PluginName("risk").says($0, on: nil) }, state, equity: equity, now: Timestamp(seconds: 10),
            configuration: CoreConfiguration(account: "test", policies: []))
    }

    private func limits(_ merge: PortfolioMerge) -> [String] {
        merge.advice.map { item in
            guard case .reduceTo(let quantity) = item.recommendation.advice else { return "?" }
            return "\(item.recommendation.symbol?.text ?? "?") \(quantity)"
        }
    }

    /// 60,000 of AAA (up a half), 30,000 of BBB (down a quarter), 30,000 short of CCC (level).
    private var three: MarkedPortfolio {
        state([("AAA", 600, "66.66", "100"), ("BBB", 300, "133.33", "100"), ("CCC", -300, "100", "100")])
    }

    @Test(
        "exposure is divided by its rule",
        arguments: [
            (.proportional, ["AAA 450", "BBB 225", "CCC 225"]), (.largestFirst, ["AAA 300"]),
            (.weakestFirst, ["BBB 0"]),
        ] as [(ExposureAdvice.Rule, [String])])
    func rules(rule: ExposureAdvice.Rule, wanted: [String]) throws {
        let merged = try merge([.reduceExposure(ExposureAdvice(grossWeight: "0.9", rule: rule))], three)
        #expect(limits(merged) == wanted)
        #expect(merged.dispositions.map(\.outcome) == [.taken])
    }

    @Test("what is within the limit already is left alone; a list of symbols counts alone")
    func scope() throws {
        let within = try merge([.reduceExposure(ExposureAdvice(grossWeight: "1.2"))], three)
        #expect(limits(within) == [] && within.dispositions.map(\.outcome) == [.absorbed])
        let part = try merge(
            [.reduceExposure(ExposureAdvice(grossWeight: "0.3", symbols: ["BBB", "CCC"]))], three)
        #expect(limits(part) == ["BBB 150", "CCC 150"])
    }

    @Test("no rule leaves more than the limit, none takes more than it must by a share, and none invents one")
    func exact() throws {
        var random = SplitMix64(seed: 7)
        for round in 0..<2_000 {
            let holdings = (0..<Int(random.number(1...6))).map { index in
                PortfolioMerge.Holding(
                    symbol: Symbol(unchecked: "S\(index)"), size: Quantity(shares: random.number(1...500)), lot: .one,
                    value: random.number(1...1_000_000), gain: Ratio(units: random.number(-500_000...500_000)))
            }
            let total = holdings.reduce(Int128(0)) { $0 + Int128($1.value) }
            let limit = Int128(random.number(0...Int64(total)))
            for rule in ExposureAdvice.Rule.allCases {
                let shares = PortfolioMerge.shares(of: limit, among: holdings, rule)
                try #require(shares.reduce(0, +) <= limit, "round \(round), \(rule)")
                try #require(shares.reduce(0, +) > limit - 7, "round \(round), \(rule): too much is taken off")
                try #require(zip(shares, holdings).allSatisfy { $0 >= 0 && $0 <= Int128($1.value) }, "round \(round)")
            }
        }
    }

    @Test("where stops are for whole shares, a reduction of the portfolio leaves whole shares of what was whole")
    func protectableRest() throws {
        var declared = BrokerCapabilities.everything
        declared.quantityIncrement = "0.001"
        declared.quantityIncrements = [.init(type: .stop, quantityIncrement: .one)]
        let merged = try PortfolioMerge(
            [PluginName("risk").says(.reduceExposure(ExposureAdvice(grossWeight: "0.0555")), on: nil)],
            state([("ABC", 90, "100", "100")]), equity: "100000", now: Timestamp(seconds: 10),
            configuration: CoreConfiguration(account: "test", policies: []), capabilities: declared)
        #expect(limits(merged) == ["ABC 55"])
    }

    @Test("an advisory that scales is held at its bounds; others are as they are")
    func advisories() throws {
        let merged = try merge(
            [
                .advise(AdvisoryAdvice(name: "stop_scale", value: "9")),
                .advise(AdvisoryAdvice(name: "regime", value: "9")), .advise(AdvisoryAdvice(name: "", value: "1")),
            ], MarkedPortfolio())
        #expect(merged.advisories.map { "\($0.name) \($0.value)" }.sorted() == ["regime 9", "stop_scale 2"])
        #expect(merged.dispositions.filter { $0.outcome == .refused }.count == 1)
    }
}

@Suite("What is too little or too soon waits")
struct DampingTests {
    private func driver(_ advice: [PolicyAdvice], _ change: (inout CoreConfiguration) -> Void = { _ in }) -> CoreDriver
    {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        venue.quote("ABC", "110", "110.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend(advice + [PluginName("stop-loss").says(.stop("95"), on: "ABC")])
        driver.start(["partial", "stop-loss"], change)
        driver.quote("ABC", "110", "110.02")
        driver.connect()
        return driver
    }

    @Test("where stops are for whole shares, all that a partial leaves has its stop")
    func wholeRest() {
        var venue = FakeVenue()
        venue.capabilities.quantityIncrement = "0.001"
        venue.capabilities.quantityIncrements = [.init(type: .stop, quantityIncrement: .one)]
        venue.hold("ABC", 90, at: "100")
        venue.quote("ABC", "110", "110.02")
        var driver = CoreDriver(venue: venue)
        driver.recommend([
            PluginName("partial").says(.takePartial(fraction: "0.33", rung: "1R"), on: "ABC"),
            PluginName("stop-loss").says(.stop("95"), on: "ABC"),
        ])
        driver.start(["partial", "stop-loss"])
        driver.quote("ABC", "110", "110.02")
        driver.connect()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 61)
        #expect(!driver.state.protection.isAnyUnprotected)
    }

    @Test("a second partial waits for the cool-down, and is taken after it")
    func partials() {
        let rungs = ["1R", "2R"].map {
            PluginName("partial").says(.takePartial(fraction: "0.2", rung: $0), on: "ABC")
        }
        var driver = driver(rungs) { $0.damping.partialCoolDown = .seconds(60) }
        #expect(driver.venue.held("ABC") == 80)
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 80)
        #expect(driver.decisions.flatMap(\.dispositions).contains { $0.outcome == .deferred })
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 64)
        for _ in 0..<10 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 64, "each rung once")
        driver.expectSound()
    }

    @Test("a reduction of little waits, unless it is urgent", arguments: [Urgency.low, .high])
    func little(urgency: Urgency) {
        let driver = driver([PluginName("partial").says(.reduceTo(quantity: 99), on: "ABC", urgency)])
        #expect(driver.venue.held("ABC") == (urgency == .high ? 99 : 100))
        driver.expectSound()
    }

    @Test("a closed symbol is not entered again before the cool-down has passed")
    func reentry() {
        let entry = Advice.buy(10, stop: "100")
        var driver = driver([PluginName("partial").says(.exit, on: "ABC")]) {
            $0.damping.reentryCoolDown = .seconds(60)
        }
        #expect(driver.venue.held("ABC").isZero)
        driver.recommend([PluginName("partial").says(entry, on: "ABC")])
        driver.quote("ABC", "110", "110.02")
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.venue.held("ABC").isZero)
        #expect(driver.decisions.last?.dispositions.first?.outcome == .deferred)
        for _ in 0..<4 {
            driver.quote("ABC", "110", "110.02")
            driver.cycle()
        }
        #expect(driver.venue.held("ABC") == 10)
        driver.expectSound()
    }

    @Test("a stop that follows a wavering market by cents sends no orders")
    func wavering() {
        var driver = driver([])
        let before = driver.orders.count
        for round in 0..<40 {
            let stop = Price(units: Price.scale * 95 + Price.scale / 100 * Int64(round % 8))
            driver.recommend([PluginName("stop-loss").says(.stop(stop), on: "ABC")])
            driver.cycle()
        }
        #expect(driver.orders.count == before)
        driver.expectSound()
    }
}

@Suite("A policy gets what it asked for")
struct NeedsTests {
    @Test("sections, bars and indicators; what nobody asks for is not there")
    func limited() throws {
        var driver = CoreDriver()
        var seen: [PortfolioSnapshot] = []
        driver.start(["a"])
        let needs = PolicyNeeds(
            sections: [.positions, .market, .day, .portfolio, .history, .advisories],
            bars: [BarNeed(period: .seconds(300), count: 2)], indicators: [try Indicator("sma(2,5m)")])
        driver.feed(.policyReady(name: "a", needs: needs))
        for minute in 0..<12 as Range<Int64> {
            let at = Timestamp(seconds: 1_781_098_200 + minute * 60)
            let bar = Bar(
                symbol: "ABC", start: at, period: .seconds(60), open: "100", high: "101", low: "99", close: "100",
                volume: 10)
            driver.pass(.seconds(60))
            driver.feed(.market(MarketUpdate(at: driver.now, bars: [bar])))
        }
        driver.connect()
        for case .evaluate(_, _, _, let snapshot) in driver.effects { seen.append(snapshot) }
        let view = try #require(seen.last?.market.first)
        #expect(view.series?.first?.bars.count == 2)
        #expect(view.indicators?.map(\.figure) == [.price("100")])
        #expect(view.day?.high == "101")
        #expect(seen.last?.portfolio != nil && seen.last?.history != nil && seen.last?.finishedOrders == nil)
        let poor = try #require(seen.last?.limited(to: PolicyNeeds()))
        #expect(
            poor.market.first?.series == nil && poor.market.first?.indicators == nil && poor.market.first?.day == nil)
        #expect(poor.portfolio == nil && poor.history == nil && poor.advisories == nil)
    }

    @Test("bars that were gathered outlive a restart of the core and of its policies")
    func restart() throws {
        var driver = CoreDriver()
        let needs = PolicyNeeds(indicators: [try Indicator("sma(2,1m)")])
        driver.start(["a", "b"])
        driver.feed(.policyReady(name: "a", needs: needs))
        for minute in 0..<3 as Range<Int64> {
            let bar = Bar(
                symbol: "ABC", start: Timestamp(seconds: 1_781_098_200 + minute * 60), period: .seconds(60), open: "1",
                high: "1", low: "1", close: "1", volume: 1)
            driver.feed(.market(MarketUpdate(at: driver.now, bars: [bar])))
        }
        driver.feed(
            .started(Start(epoch: 2, configuration: CoreConfiguration(account: "test", policies: ["a", "b"]))))
        driver.feed(.policyReady(name: "b", needs: PolicyNeeds()))
        let value = driver.state.market.series.value(try Indicator("sma(2,1m)"), of: "ABC")
        #expect(value == .price("1"))
    }
}
