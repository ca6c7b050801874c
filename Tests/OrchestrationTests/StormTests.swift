import CoreTestSupport
import SeededRandom
import TestSupport
import Testing
import Trading

@testable import Orchestration

/// Random everything: quotes, advice, faults, lost connections, late and doubled reports. P1, P2 and replay are checked
/// after every input by the driver; when calm returns everything is protected as planned and nothing is in flight.
@Suite("The storm")
struct StormTests {
    static let symbols: [Symbol] = ["AAA", "BBB", "CCC"]
    /// Seeds that once found a defect stay here.
    static let regressions: [UInt64] = []

    @Test(
        "whatever happens: never oversold, one command at a time, the same in a replay",
        arguments: Seed.range(gate: 10, nightly: 200))
    func storm(block: UInt64) throws {
        let seeds = (block == 0 ? Self.regressions : []) + (0..<5).map { block * 5 + $0 }
        for seed in seeds {
            var storm = Storm(seed: seed)
            for _ in 0..<200 {
                storm.blow()
                guard storm.driver.violations.isEmpty else { break }
            }
            storm.calm()
            let driver = storm.driver
            try #require(driver.violations == [], "seed \(seed)\n\(driver.trail(24))")
            try #require(driver.state.control.state == .active, "seed \(seed): \(driver.alertReasons.suffix(3))")
            for symbol in Self.symbols {
                let held = driver.venue.held(symbol)
                try #require(driver.position(symbol)?.quantity ?? .zero == held, "seed \(seed), \(symbol)")
                let size = Quantity(units: Int64(held.units.magnitude))
                try #require(
                    driver.venue.stopped(symbol) == size,
                    "seed \(seed), \(symbol): \(driver.venue.working(symbol)) plan \(String(describing: driver.plan(symbol))) pauses \(driver.state.holds) \(driver.alertReasons.suffix(5))"
                )
                try #require(
                    !driver.working(symbol).contains { $0.status.isInFlight }, "seed \(seed), \(symbol)")
            }
            try #require(driver.state.portfolio.account?.cash == driver.venue.cash, "seed \(seed)")
            try #require(driver.replayDifference() == nil, "seed \(seed)")
        }
    }
}

struct Storm {
    var driver: CoreDriver
    var random: SplitMix64
    var prices: [Symbol: Int64] = [:]

    /// The adapter that the core has chosen.
    var trading: PluginName { driver.state.chosenBroker ?? "broker" }

    init(seed: UInt64, brokers: [PluginName] = []) {
        random = SplitMix64(seed: seed)
        var venue = FakeVenue(cash: "1000000")
        venue.capabilities.replacesPrice = random.chance(60)
        venue.capabilities.replacesQuantity = random.chance(60)
        venue.capabilities.groups = random.pick([[.oco, .bracket], [.oco], []])
        for symbol in StormTests.symbols where random.chance(70) {
            let side: Int64 = random.chance(20) ? -1 : 1
            venue.hold(symbol, Quantity(shares: random.number(1...300) * side), at: "100")
        }
        driver = CoreDriver(venue: venue)
        driver.comparesStateEvery = 50
        driver.start(["a", "b"]) {
            $0.limits.maximumOrdersPerMinute = 10_000
            $0.brokers = brokers
        }
        driver.delivers = false
        for symbol in StormTests.symbols {
            prices[symbol] = 10_000
            tick(symbol)
        }
        driver.connect(as: trading)
    }

    mutating func tick(_ symbol: Symbol) {
        let cents = max(5_000, min(20_000, (prices[symbol] ?? 10_000) + random.number(-150...150)))
        prices[symbol] = cents
        func price(_ cents: Int64) -> Price { Price(units: cents * (Price.scale / 100)) }
        driver.quote(symbol, price(cents), price(cents + 2), last: price(cents + 1))
    }

    mutating func blow() {
        driver.pass(.milliseconds(random.number(0...3_000)))
        switch random.number(0...99) {
        case 0..<35: for _ in 0...random.number(0...3) { deliver() }
        case 35..<55: tick(random.pick(StormTests.symbols))
        case 55..<65:
            recommend()
            driver.send(.cycleDue)
        case 65..<70: driver.send(.wake)
        case 70..<73: driver.isConnected ? driver.disconnect(trading) : driver.connect(as: trading)
        case 73..<78: fault()
        case 78..<90: driver.venue.faults = .init()
        case 90..<93: driver.venueDoes { $0.finishMarketOrders() }
        case 93..<96:
            let symbol = random.pick(StormTests.symbols)
            guard let order = driver.venue.working(symbol).first, order.status != .held else { return }
            let part = Quantity(
                units: max(Quantity.scale, order.leavesQuantity.units / 2 / Quantity.scale * Quantity.scale))
            if random.chance(70) {
                driver.venueDoes { $0.fill(order.id, part, at: "100") }
            } else {
                driver.venueDoes { $0.drop(order.id) }
            }
        default: if !driver.isConnected { driver.connect(as: trading) }
        }
    }

    /// The oldest report mostly; now and then a report overtakes, one of another order only.
    private mutating func deliver() {
        driver.deliver()
        if random.chance(10), let first = driver.inbox.first, case .execution = first { driver.feed(first) }
    }

    private mutating func fault() {
        switch random.number(0...6) {
        case 0: driver.venue.faults.withholdsAnswers = true
        case 1: driver.venue.faults.losesCommands = true
        case 2: driver.venue.faults.duplicates = true
        case 3: driver.venue.faults.refusesSubmissions = Int(random.number(1...4))
        case 4: driver.venue.faults.refusesCancels = Int(random.number(1...4))
        case 5: driver.venue.faults.fillsOnly = Quantity(shares: random.number(0...20))
        default: driver.venue.faults.refusesReplacements = Int(random.number(1...4))
        }
    }

    private mutating func recommend() {
        var advice: [PolicyAdvice] = []
        for symbol in StormTests.symbols where random.chance(70) {
            let price = prices[symbol] ?? 10_000
            let isLong = !(driver.position(symbol)?.quantity.isNegative ?? false)
            func away(_ percent: Int64) -> Price {
                Price(units: price * (100 + (isLong ? percent : -percent)) * (Price.scale / 10_000))
            }
            let name: PluginName = random.pick(["a", "b"])
            advice.append(name.says(.stop(away(-random.number(1...6))), on: symbol))
            if random.chance(40) { advice.append(name.says(.target(price: away(random.number(1...8))), on: symbol)) }
            switch random.number(0...9) {
            case 0:
                advice.append(name.says(.takePartial(fraction: "0.5", rung: "r\(random.number(0...5))"), on: symbol))
            case 1: advice.append(name.says(.reduceTo(quantity: Quantity(shares: random.number(0...200))), on: symbol))
            case 2: if random.chance(30) { advice.append(name.says(.exit, on: symbol)) }
            case 3, 4:
                advice.append(
                    name.says(
                        .buy(
                            Quantity(shares: random.number(1...100)), stop: away(-5),
                            target: random.chance(50) ? away(5) : nil),
                        on: symbol))
            default: break
            }
        }
        driver.recommend(advice)
    }

    /// The faults end, the broker is there, time passes.
    mutating func calm() {
        driver.venue.faults = .init()
        driver.recommend([])
        driver.delivers = true
        driver.settle()
        if !driver.isConnected { driver.connect(as: trading) }
        driver.venueDoes { $0.finishMarketOrders() }
        for _ in 0..<70 { driver.cycle() }
    }
}
