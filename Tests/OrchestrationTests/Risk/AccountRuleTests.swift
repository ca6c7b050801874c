import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Rules of the market for small and for cash accounts")
struct AccountRuleTests {
    private static let symbols: [Symbol] = ["AAA", "BBB", "CCC", "DDD", "EEE"]

    private func flat(cash: Money, _ limits: @escaping (inout HardLimits) -> Void) -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: cash))
        driver.start(["trade"]) {
            $0.damping.reentryCoolDown = .zero
            $0.reconcileEveryCycles = 1
            limits(&$0.limits)
        }
        driver.connect()
        driver.cycle()
        return driver
    }

    private func quote(_ driver: inout CoreDriver, at price: Price = "10") {
        for symbol in Self.symbols + ["BTC/USD"] { driver.quote(symbol, price, price, last: price) }
    }

    private func enter(_ driver: inout CoreDriver, _ symbol: Symbol, _ quantity: Quantity = 10) {
        quote(&driver)
        driver.policies = { _ in answers([PluginName("trade").says(.buy(quantity, stop: "8"), on: symbol)]) }
        driver.cycle()
    }

    private func close(_ driver: inout CoreDriver, _ symbol: Symbol) {
        quote(&driver)
        driver.policies = { _ in answers([PluginName("trade").says(.exit, on: symbol)]) }
        driver.cycle()
        driver.cycle()
    }

    private func roundTrip(_ driver: inout CoreDriver, _ symbol: Symbol) {
        enter(&driver, symbol)
        close(&driver, symbol)
    }

    private static let guarded: @Sendable (inout HardLimits) -> Void = { $0.dayTrades = DayTradeRule() }

    // MARK: - Day trades

    @Test("after three day trades nothing is entered that could become the fourth", arguments: ["24999", "25001"])
    func fourth(cash: Money) {
        var driver = flat(cash: cash, Self.guarded)
        for symbol in ["AAA", "BBB", "AAA"] as [Symbol] { roundTrip(&driver, symbol) }
        enter(&driver, "CCC")
        let isSmall = cash == "24999"
        #expect((driver.position("CCC") == nil) == isSmall, "\(driver.alertReasons)")
        #expect(
            driver.gateRefusals.contains(.dayTrades(made: 3, open: 0, most: 3, below: "25000")) == isSmall)
        driver.expectSound()
    }

    @Test("what was opened today counts, as its stop may make a day trade of it; the stop itself is never held back")
    func open() {
        var driver = flat(cash: "20000", Self.guarded)
        roundTrip(&driver, "AAA")
        for symbol in ["BBB", "CCC"] as [Symbol] { enter(&driver, symbol) }
        enter(&driver, "DDD")
        #expect(driver.position("CCC") != nil && driver.position("DDD") == nil)
        driver.policies = { _ in [] }
        for _ in 0..<2 { quote(&driver, at: "8") }
        driver.cycle()
        #expect(driver.position("BBB") == nil && driver.position("CCC") == nil, "stopped out")
        driver.expectSound()
    }

    /// Two entries that rest, one after the other.
    private func restTwo(_ driver: inout CoreDriver, _ quantity: Quantity) {
        quote(&driver)
        driver.policies = { _ in
            answers([
                PluginName("trade").says(.buy(quantity, stop: "8", limit: "9"), on: "DDD"),
                PluginName("trade").says(.buy(quantity, stop: "8", limit: "9"), on: "EEE"),
            ])
        }
        driver.cycle()
        driver.cycle()
    }

    @Test("an entry that works counts as a day trade to be: the next one is not let in beside it")
    func working() {
        var driver = flat(cash: "20000", Self.guarded)
        for symbol in ["AAA", "BBB"] as [Symbol] { roundTrip(&driver, symbol) }
        restTwo(&driver, 10)
        #expect((driver.working("DDD") + driver.working("EEE")).count { $0.terms.role == .entry } == 1)
        #expect(driver.gateRefusals.contains(.dayTrades(made: 2, open: 1, most: 3, below: "25000")))
    }

    @Test("an exit is sent though it makes the fourth, and that is told")
    func exits() {
        var driver = flat(cash: "20000") { _ in }
        for symbol in ["AAA", "BBB", "CCC"] as [Symbol] { roundTrip(&driver, symbol) }
        enter(&driver, "DDD")
        var configuration = driver.state.configuration
        configuration.limits.dayTrades = DayTradeRule()
        driver.send(.configured(Reconfiguration(why: "the test", configuration: configuration)))
        close(&driver, "DDD")
        #expect(driver.position("DDD") == nil)
        #expect(driver.alertReasons(.warning).contains(.dayTrades(4, below: "25000", isGuarded: true)))
    }

    @Test("in the sixth business day the first no longer counts; weekends are none")
    func window() {
        // June 10, 2026, a Wednesday; June 19 is a holiday.
        var trades = DayTrades()
        let wednesday = USEquityCalendar.tradingDay(at: Timestamp(seconds: 1_781_100_000))
        _ = trades.note("AAA", opens: true, closes: false, day: wednesday)
        #expect(trades.note("AAA", opens: false, closes: true, day: wednesday) == 1)
        #expect(trades.count(on: wednesday + 6) == 1, "Tuesday: the fifth")
        #expect(trades.count(on: wednesday + 7) == 0)
        #expect(trades.count(on: wednesday + 5) == 1 && trades.count(on: wednesday + 4) == 1)
    }

    @Test("held over night it is none; parts of one sale are one; bought and sold again are two")
    func counts() {
        var trades = DayTrades()
        _ = trades.note("AAA", opens: true, closes: false, day: 20_000)
        #expect(trades.note("AAA", opens: false, closes: true, day: 20_001) == nil)
        _ = trades.note("BBB", opens: true, closes: false, day: 20_001)
        #expect(trades.note("BBB", opens: false, closes: true, day: 20_001) == 1)
        #expect(trades.note("BBB", opens: false, closes: true, day: 20_001) == nil)
        _ = trades.note("BBB", opens: true, closes: false, day: 20_001)
        #expect(trades.note("BBB", opens: false, closes: true, day: 20_001) == 2)
        _ = trades.note("BBB", opens: true, closes: true, day: 20_001)
        #expect(trades.note("BBB", opens: false, closes: true, day: 20_001) == 3, "flipped, and closed")
    }

    @Test("without the guard the fourth is told, once; pairs count for nothing", arguments: [false, true])
    func unguarded(isPair: Bool) {
        var driver = flat(cash: "20000") { _ in }
        for symbol in Self.symbols { roundTrip(&driver, isPair ? "BTC/USD" : symbol) }
        let told = driver.alertReasons(.notice).filter { $0 == .dayTrades(4, below: "25000", isGuarded: false) }
        #expect(told.count == (isPair ? 0 : 1))
    }

    @Test("what a person bought today counts as opened today")
    func byHand() {
        var driver = flat(cash: "20000", Self.guarded)
        roundTrip(&driver, "AAA")
        roundTrip(&driver, "BBB")
        driver.policies = { _ in [] }
        driver.venue.wasTradedByHand = true
        driver.venue.hold("CCC", 100, at: "10")
        for _ in 0..<90 { driver.cycle() }
        #expect(driver.position("CCC") != nil)
        enter(&driver, "DDD")
        #expect(driver.position("DDD") == nil, "\(driver.alertReasons)")
    }

    // MARK: - Settlement

    private static let cashOnly: @Sendable (inout HardLimits) -> Void = { $0.settledCashOnly = true }

    @Test("nothing is bought with what a sale has brought before it has settled", arguments: [true, false])
    func settlement(isGuarded: Bool) {
        var driver = flat(cash: "1000") { $0.settledCashOnly = isGuarded }
        enter(&driver, "AAA", 90)
        close(&driver, "AAA")
        enter(&driver, "BBB", 20)
        #expect((driver.position("BBB") == nil) == isGuarded)
        if isGuarded { #expect(driver.gateRefusals.contains(.cashNotSettled("200", settled: "100"))) }
        enter(&driver, "CCC", 10)
        #expect(driver.position("CCC") != nil, "100 are settled")
        driver.pass(.day)
        enter(&driver, "DDD", 20)
        #expect(driver.position("DDD") != nil, "on the next business day all is")
        driver.expectSound()
    }

    @Test("what an entry that works may cost is settled money no more")
    func workingSettlement() {
        var driver = flat(cash: "1000") { $0.settledCashOnly = true }
        enter(&driver, "AAA", 90)
        close(&driver, "AAA")
        restTwo(&driver, 6)
        #expect((driver.working("DDD") + driver.working("EEE")).count { $0.terms.role == .entry } == 1)
        #expect(driver.gateRefusals.contains(.cashNotSettled("54", settled: "46")), "\(driver.gateRefusals)")
    }

    @Test("without the guard a good-faith violation is told; a stop of it is sent all the same")
    func violation() {
        var driver = flat(cash: "1000") { _ in }
        enter(&driver, "AAA", 90)
        close(&driver, "AAA")
        enter(&driver, "BBB", 90)
        driver.policies = { _ in [] }
        for _ in 0..<2 { driver.quote("BBB", "8", "8", last: "8") }
        driver.cycle()
        #expect(driver.position("BBB") == nil, "stopped out")
        #expect(driver.alertReasons(.notice).contains(.soldUnsettled(isGuarded: false)))
        driver.expectSound()
    }

    @Test("it is sold when the money has settled: no violation")
    func settledSale() {
        var driver = flat(cash: "1000") { _ in }
        enter(&driver, "AAA", 90)
        close(&driver, "AAA")
        enter(&driver, "BBB", 90)
        driver.pass(.day)
        close(&driver, "BBB")
        #expect(driver.position("BBB") == nil)
        #expect(!driver.alertReasons.contains(.soldUnsettled(isGuarded: false)))
    }

    @Test(
        "the business day after a sale: no weekend, holiday of the exchange or of the banks",
        arguments: [
            ("2026-06-10", "2026-06-11"), ("2026-06-12", "2026-06-15"), ("2026-06-18", "2026-06-22"),
            ("2026-10-09", "2026-10-13"), ("2026-11-10", "2026-11-12"), ("2026-11-25", "2026-11-27"),
        ])
    func settlementDay(sold: String, settles: String) throws {
        func day(_ text: String) throws -> Int64 {
            CivilTime(try #require(Timestamp(rfc3339: text))).daysSince1970
        }
        #expect(try Settlements.settlementDay(after: day(sold)) == day(settles))
    }
}
