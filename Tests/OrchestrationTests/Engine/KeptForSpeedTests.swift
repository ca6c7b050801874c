import CoreTestSupport
import Orchestration
import SeededRandom
import Testing
import Trading

/// What the core keeps so that it need not look for it again is worked out of its state: whoever reads the state goes on alike.
@Suite("What is kept for speed")
struct KeptForSpeedTests {
    private static let symbols: [Symbol] = ["AAA", "BBB", "CCC", "BTC/USD"]

    /// A market that mostly stays between stop and target, and now and then does not; policies that mostly repeat themselves.
    @Test("a core that is made of the written state does what the one does that wrote it", arguments: 1...12)
    func readAgain(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var (driver, cents) = Self.driver(readsStateEvery: 1 + Int(seed % 3))
        var said = Self.advice(&random)
        for _ in 0..<40 {
            if random.chance(15) { said = Self.advice(&random) }
            driver.recommend(said)
            for symbol in Self.symbols where random.chance(70) {
                let step = random.chance(4) ? Int64(900) : 40
                cents[symbol] = max(2_000, (cents[symbol] ?? 10_000) + random.number(0...(2 * step)) - step)
                let price = Price(units: (cents[symbol] ?? 0) * Price.scale / 100)
                driver.quote(symbol, price, price, last: price)
            }
            driver.cycle()
        }
        #expect(driver.violations == [], "\(driver.trail(30))")
        #expect(driver.replayDifference() == nil)
    }

    @Test("said again, advice that changes nothing is recorded no other way than it was merged")
    func repeated() {
        var (driver, _) = Self.driver(readsStateEvery: 0)
        driver.recommend(
            Self.symbols.flatMap { [PluginName("a").says(.stop("95"), on: $0), PluginName("b").says(.hold, on: $0)] })
        for _ in 0..<3 { driver.cycle() }
        let (decisions, orders) = (driver.decisions.count, driver.orders.count)
        for round in 0..<20 {
            for symbol in Self.symbols {
                let price = Price(units: (10_000 + Int64(round)) * Price.scale / 100)
                driver.quote(symbol, price, price, last: price)
            }
            driver.cycle()
        }
        #expect(driver.decisions.count == decisions)
        #expect(driver.orders.count == orders)
        // The level is crossed: now it counts.
        driver.quote("AAA", "94", "94", last: "94")
        #expect(driver.position("AAA") == nil)
        #expect(driver.violations == [], "\(driver.trail(30))")
    }

    private static func driver(readsStateEvery: Int) -> (CoreDriver, [Symbol: Int64]) {
        var venue = FakeVenue(cash: "1000000")
        for symbol in symbols {
            venue.hold(symbol, 100, at: "100")
            venue.quote(symbol, "100", "100")
        }
        var driver = CoreDriver(venue: venue)
        driver.readsStateEvery = readsStateEvery
        driver.start(["a", "b"]) { $0.limits.maximumQuoteAge = .seconds(600) }
        for symbol in symbols { driver.quote(symbol, "100", "100", last: "100") }
        driver.connect()
        return (driver, Dictionary(uniqueKeysWithValues: symbols.map { ($0, 10_000) }))
    }

    private static func advice(_ random: inout SplitMix64) -> [PolicyAdvice] {
        symbols.flatMap { symbol -> [PolicyAdvice] in
            let stop = Price(units: random.number(80...99) * Price.scale)
            let target = Price(units: random.number(101...125) * Price.scale)
            var advice = [PluginName("a").says(.stop(stop), on: symbol)]
            if random.chance(60) { advice.append(PluginName("b").says(.target(price: target), on: symbol)) }
            if random.chance(10) {
                advice.append(PluginName("b").says(.takePartial(fraction: "0.5", rung: "\(stop)"), on: symbol))
            }
            if random.chance(10) { advice.append(PluginName("b").says(.buy(10, stop: "80"), on: symbol)) }
            if random.chance(30) { advice.append(PluginName("b").says(.hold, on: symbol)) }
            if random.chance(5) { advice.append(PluginName("a").says(.exit, on: symbol)) }
            return advice
        }
    }
}
