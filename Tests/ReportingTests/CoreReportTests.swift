import CoreTestSupport
import SeededRandom
import TestSupport
import Testing
import Trading

@testable import Orchestration
@testable import Reporting

@Suite("Reports on the real core")
struct CoreReportTests {
    /// Everything that a driver has fed its core, told to a builder.
    private func report(of driver: CoreDriver, _ options: ReportOptions = ReportOptions()) throws -> Report {
        var (core, builder) = (Orchestrator(), ReportBuilder(options))
        for (input, at) in driver.inputs {
            builder.take(input, at: at)
            for case .record(let record) in core.handle(input, at: at) { builder.take(record, at: at) }
        }
        return try builder.report()
    }

    @Test(
        "what trades made, what is open and what was paid come to the change of the equity, to the cent",
        arguments: [0, 3, 5, 9, 17, 21] as [UInt64])
    func balance(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var venue = FakeVenue(cash: "50000")
        venue.fee = { _, quantity, _ in Money(units: quantity.units / 100_000) }
        var prices: [Symbol: Int64] = ["AAA": 10_000, "BBB": 5_000, "CCC": 20_000]
        var driver = CoreDriver(venue: venue)
        driver.comparesStateEvery = 1_000
        driver.start(["entries", "stop-loss"]) { $0.damping.reentryCoolDown = .zero }
        func tick(_ symbol: Symbol, _ cents: Int64) -> (Price, Price) {
            (Price(units: cents * 1_000_000), Price(units: (cents + 2) * 1_000_000))
        }
        for (symbol, cents) in prices.sorted(by: { $0.key < $1.key }) {
            let (bid, ask) = tick(symbol, cents)
            driver.quote(symbol, bid, ask, last: bid)
        }
        driver.connect()
        for step in 0..<130 {
            for symbol in prices.keys.sorted() {
                let cents = max(500, prices[symbol]! * Int64(970 + random.below(61)) / 1_000)
                prices[symbol] = cents
                let (bid, ask) = tick(symbol, cents)
                driver.quote(symbol, bid, ask, last: bid)
            }
            let symbol = prices.keys.sorted()[Int(random.below(3))]
            let cents = prices[symbol]!
            let kind = random.below(8)
            driver.policies = { snapshot in
                var advice: [PolicyAdvice] = []
                let isHeld = snapshot.positions.contains { $0.symbol == symbol }
                if !isHeld, kind < 5 {
                    advice.append(
                        PluginName("entries").says(
                            .buy(Quantity(shares: 10 + Int64(kind)), stop: Price(units: cents * 950_000)), on: symbol))
                } else if isHeld, kind == 5 {
                    advice.append(PluginName("entries").says(.exit, on: symbol))
                } else if isHeld, kind == 6 {
                    advice.append(PluginName("entries").says(.reduceTo(quantity: 4), on: symbol))
                }
                return answers(advice)
            }
            if step % 30 == 20 {
                let amount = Money(units: (Int64(random.below(9_000)) + 100) * 1_000_000)
                driver.venueDoes { [$0.moveCash("paid\(step)", .deposit, amount)] }
            }
            if step % 40 == 30 { driver.venueDoes { [$0.moveCash("int\(step)", .interest, "12.34")] } }
            driver.cycle()
        }
        let report = try report(of: driver)
        #expect(driver.violations == [] && report.trading.executions > 10 && report.trading.closed > 3)
        #expect(report.imbalance == 0 && report.money.unexplained == .zero, "seed \(seed)")
        let trades = report.trades.reduce(0) { $0 + $1.profit.units }
        let gains = report.money.interest.units + report.money.fees.units + report.money.taxes.units
        #expect(trades + gains == report.money.profit.units, "seed \(seed)")
        #expect(report.money.realized == driver.state.portfolio.realizedProfit.less(report.money.interest))
        #expect(report.money.equityAtEnd == (try driver.state.marked.equity()))
        #expect(report.bySymbol.reduce(0) { $0 + $1.profit.units } == trades)
        #expect(report.byMonth.reduce(0) { $0 + $1.profit.units } == report.money.profit.units)
        let realized = report.byPolicy.reduce(Int64(0)) {
            $0 + $1.stops.profit.units + $1.targets.profit.units + $1.reductions.profit.units
        }
        let ofEntries = report.executions.filter(\.isOpening).reduce(Int128(0)) { $0 + $1.realized.units }
        #expect(Int128(realized) + ofEntries == Int128(report.money.realized.units))
    }

    @Test("decisions, stops and reductions of the real core have their policies")
    func attribution() throws {
        var driver = CoreDriver(venue: FakeVenue(cash: "50000"))
        driver.start(["entries", "stop-loss"])
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        driver.policies = { _ in answers([PluginName("entries").says(.buy(100, stop: "98"), on: "ABC")]) }
        driver.cycle()
        driver.quote("ABC", "103", "103.02", last: "103")
        driver.policies = { _ in answers([PluginName("stop-loss").says(.stop("101"), on: "ABC")]) }
        driver.cycle()
        driver.policies = { _ in answers([]) }
        driver.quote("ABC", "100.90", "100.92", last: "100.90")
        driver.cycle()
        let report = try report(of: driver)
        let trade = try #require(report.trades.first)
        #expect(trade.enteredBy == "entries" && trade.protectedBy == ["entries", "stop-loss"])
        #expect(trade.exitedBy == "stop-loss" && trade.exitCause == .stop && trade.risk == "202")
        #expect(trade.maximumFavorable == "2.98" && report.executions.last?.decision != nil)
        #expect(report.executions.allSatisfy { $0.execution != nil })
    }

    @Test("a split and a dividend of the real core distort no trade")
    func corporateActions() throws {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000"))
        driver.start(["entries"])
        driver.quote("ABC", "699.98", "700", last: "700")
        driver.connect()
        driver.policies = { _ in answers([PluginName("entries").says(.buy(10, stop: "600"), on: "ABC")]) }
        driver.cycle()
        driver.policies = { _ in answers([]) }
        driver.venue.split("ABC", 7, 1)
        driver.pass(.seconds(10))
        let split = CorporateAction(
            id: "s", symbol: "ABC", kind: .split(numerator: 7, denominator: 1), effectiveAt: driver.now)
        driver.feed(
            .market(
                MarketUpdate(
                    at: driver.now, corporateActions: [split],
                    quotes: [Quote(symbol: "ABC", bid: "100", ask: "100.02", last: "100", at: driver.now)])))
        driver.settle()
        driver.cycle()
        let report = try report(of: driver)
        let trade = try #require(report.trades.first)
        #expect(trade.held == 70 && trade.entryPrice == "100" && trade.maximumAdverse == .zero)
        #expect(report.money.unexplained == .zero && report.imbalance == 0)
    }
}

extension Money {
    fileprivate func less(_ other: Money) -> Money { Money(units: units - other.units) }
}
