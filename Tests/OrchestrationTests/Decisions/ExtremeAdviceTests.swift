import CoreTestSupport
import SeededRandom
import TestSupport
import Testing
import Trading

@testable import Orchestration

/// Figures at the ends of what can be written down.
@Suite("Advice beyond all measure")
struct ExtremeAdviceTests {
    private struct Extremes {
        var random: SplitMix64

        mutating func units(_ scale: Int64) -> Int64 {
            random.pick([
                .min, .min + 1, -scale, -1, 0, 1, scale, scale * 100, scale * 95, .max - 1, .max, .max / scale,
            ])
        }
        mutating func price() -> Price { Price(units: units(Price.scale)) }
        mutating func quantity() -> Quantity { Quantity(units: units(Quantity.scale)) }
        mutating func ratio() -> Ratio { Ratio(units: units(Ratio.scale)) }
        mutating func distance(_ indicator: Indicator) -> Distance {
            switch random.number(0...3) {
            case 0: .price(price())
            case 1: .percent(ratio())
            case 2: .atr(multiple: ratio(), indicator: indicator)
            default: .r(ratio())
            }
        }
        mutating func maybe<Value>(_ value: Value) -> Value? { random.chance(50) ? value : nil }
        mutating func stop(_ indicator: Indicator) -> StopAdvice {
            StopAdvice(
                stopPrice: maybe(price()), limitPrice: maybe(price()), distance: maybe(distance(indicator)),
                from: maybe(random.pick(PriceReference.allCases)), limitOffset: maybe(ratio()))
        }
        mutating func advice(_ indicator: Indicator) -> Advice {
            switch random.number(0...10) {
            case 0: return .protect(stop(indicator))
            case 1: return .resetStop(stop(indicator))
            case 2:
                var part = PartialAdvice(fraction: ratio(), rung: random.pick(["", "x", "\u{0}"]))
                (part.fraction, part.quantity) = (maybe(ratio()), maybe(quantity()))
                return .takePartial(part)
            case 3: return .reduceTo(quantity: quantity())
            case 4: return .reduceToWeight(weight: ratio())
            case 5:
                return .reduceExposure(
                    ExposureAdvice(grossWeight: ratio(), rule: random.pick(ExposureAdvice.Rule.allCases)))
            case 6: return .target(price: price())
            case 7: return .target(TargetAdvice(distance: distance(indicator)))
            case 8: return .advise(AdvisoryAdvice(name: random.pick(["", "x_scale", "y"]), value: ratio()))
            default:
                return .enter(
                    EntryAdvice(
                        side: random.pick(Side.allCases), quantity: maybe(quantity()),
                        notional: maybe(Money(units: units(Money.scale))), risk: maybe(ratio()),
                        limitPrice: maybe(price()), stop: stop(indicator), target: maybe(price()),
                        targetDistance: maybe(distance(indicator))))
            }
        }
    }

    @Test("whatever a policy says, nothing but its own advice suffers: no halt, no trap, and what is held is protected")
    func extremes() throws {
        let indicator = try Indicator("atr(14,1d)")
        for seed in Seed.range(gate: 100, nightly: 2_000) {
            var source = Extremes(random: SplitMix64(seed: seed))
            var venue = FakeVenue(cash: source.random.pick(["100000", "0", "-90000"]))
            venue.hold("ABC", source.random.pick([100, -100, "0.5"]), at: source.random.pick(["100", "0", "0.0001"]))
            for symbol in ["ABC", "NEW"] as [Symbol] { venue.quote(symbol, "100", "100.02") }
            var driver = CoreDriver(venue: venue)
            driver.comparesStateEvery = 20
            driver.start(["a", "b"]) { if seed % 2 == 0 { $0.damping = .none } }
            for symbol in ["ABC", "NEW"] as [Symbol] { driver.quote(symbol, "100", "100.02", last: "100") }
            driver.connect()
            for _ in 0..<4 {
                var advice: [PolicyAdvice] = []
                for _ in 0..<6 {
                    let word = source.advice(indicator)
                    let symbol: Symbol? = word.isForPortfolio ? nil : source.random.pick(["ABC", "NEW", nil])
                    advice.append(
                        PluginName("a").says(
                            word, on: symbol, source.random.pick(Urgency.allCases),
                            until: source.maybe(Timestamp(nanoseconds: source.random.pick([.min, 0, .max])))))
                }
                driver.recommend(advice)
                driver.cycle()
            }
            try #require(driver.state.control.state == .active, "seed \(seed): \(driver.alertReasons)")
            driver.recommend([])
            for _ in 0..<5 { driver.cycle() }
            try #require(driver.violations == [], "seed \(seed)\n\(driver.trail(20))")
            for symbol in ["ABC", "NEW"] as [Symbol] {
                let held = driver.venue.held(symbol)
                let size = driver.venue.capabilities.tradable(Quantity(units: abs(held.units)), of: symbol)
                try #require(
                    driver.venue.stopped(symbol) == size, "seed \(seed): \(symbol) \(held)\n\(driver.trail(20))")
            }
            try #require(driver.replayDifference() == nil, "seed \(seed)")
        }
    }

    @Test("a stop-limit whose limit is beyond every price is a plain stop, and is sent (I-MERGE-10)")
    func limitBeyondAllPrices() throws {
        var venue = FakeVenue(cash: "100000")
        venue.hold("ABC", -100, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start(["a"])
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        let stop = StopAdvice(stopPrice: "104", limitPrice: Price(units: .max))
        driver.recommend([PluginName("a").says(.protect(stop), on: "ABC", .high, until: nil)])
        for _ in 0..<3 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 100, "\(driver.trail(20))")
        let orders = driver.state.portfolio.orders.working("ABC")
        #expect(orders.map(\.terms.type) == [.stop] && orders.map(\.terms.limitPrice) == [nil], "\(orders)")
        #expect(!driver.alertReasons.contains { "\($0)".contains("limitPrice") })
    }
}
