import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Day orders: what protects is placed anew when the day is over")
struct DayOrderTests {
    /// Wednesday 2026-06-10, 10:00 in New York; nothing rests there for longer than a day.
    private func held(_ symbol: Symbol = "ABC", end: DayOrderEnd? = .regularClose) -> CoreDriver {
        let capabilities = BrokerCapabilities.everything.with {
            ($0.timeInForce, $0.dayOrdersEnd) = ([.day], end)
            $0.sessions = SessionPhase.allCases
        }
        var venue = FakeVenue(capabilities: capabilities)
        venue.hold(symbol, 100, at: "100")
        venue.quote(symbol, "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start { $0.reconcileEveryCycles = 1_000_000 }
        driver.quote(symbol, "100", "100.02")
        driver.policies = { _ in answers([PluginName("stop-loss").says(.stop("90"), on: symbol)]) }
        driver.connect()
        driver.cycle()
        #expect(driver.venue.stopped(symbol) == 100)
        return driver
    }

    private func othersTold(_ driver: CoreDriver) -> Int {
        driver.alertReasons.count { if case .orderEndedByOthers = $0 { true } else { false } }
    }

    /// The venue ends it, and says so or not.
    private func end(_ driver: inout CoreDriver, _ symbol: Symbol = "ABC", isTold: Bool) {
        let id = driver.venue.working(symbol)[0].id
        let told = driver.venue.drop(id)
        if isTold { for input in told { driver.send(input) } }
    }

    @Test("an exit that ends with its day is nobody's doing, and rests again at once", arguments: [true, false])
    func isRenewed(isKnown: Bool) {
        var driver = held(end: isKnown ? .regularClose : nil)
        driver.pass(.seconds(6 * 3_600))
        end(&driver, isTold: true)
        if isKnown { #expect(driver.venue.stopped("ABC") == 100) }
        #expect(othersTold(driver) == (isKnown ? 0 : 1))
        driver.expectSound()
    }

    @Test("where nothing was declared, what expires when its market has closed is told to nobody; the lists are read")
    func expiresUndeclared() {
        var driver = held(end: nil)
        driver.pass(.seconds(6 * 3_600 + 60))
        let before = driver.commands.count { $0 == .reconcile }
        driver.venueDoes { venue in
            let id = venue.working("ABC")[0].id
            return venue.interrupt(id, .expired, .expired)
        }
        driver.wait(.seconds(2))
        #expect(othersTold(driver) == 0)
        #expect(driver.commands.count { $0 == .reconcile } > before)
        #expect(driver.venue.stopped("ABC") == 100)
        var early = held(end: nil)
        early.pass(.seconds(3_600))
        early.venueDoes { venue in
            let id = venue.working("ABC")[0].id
            return venue.interrupt(id, .expired, .expired)
        }
        #expect(othersTold(early) == 1, "nothing expires in the middle of a day")
    }

    @Test("one that ends before its day is over is somebody's doing")
    func early() {
        var driver = held()
        driver.pass(.seconds(3_600))
        end(&driver, isTold: true)
        #expect(othersTold(driver) == 1)
    }

    @Test("when nothing was said of its end, the lists are read with the next cycle")
    func silent() {
        var driver = held()
        driver.cycle()
        let before = driver.commands.count { $0 == .reconcile }
        driver.pass(.seconds(6 * 3_600))
        end(&driver, isTold: false)
        driver.cycle()
        driver.wait(.seconds(1))
        #expect(driver.commands.count { $0 == .reconcile } > before)
        driver.wait(.seconds(1))
        #expect(driver.venue.stopped("ABC") == 100)
        driver.expectSound()
    }

    @Test("where no session changes, the day's end alone has the lists read")
    func silentPair() {
        var driver = held("BTC/USD", end: .midnightUTC)
        driver.pass(.seconds(9 * 3_600))
        driver.cycle()
        driver.wait(.seconds(1))
        let before = driver.commands.count { $0 == .reconcile }
        driver.pass(.seconds(3 * 3_600))
        end(&driver, "BTC/USD", isTold: false)
        driver.cycle()
        driver.wait(.seconds(2))
        #expect(driver.commands.count { $0 == .reconcile } > before)
        #expect(driver.venue.stopped("BTC/USD") == 100)
    }

    @Test(
        "when a day is over, by the calendar and the symbol",
        arguments: [
            // Wednesday at 10:00.
            (.regularClose, "ABC", 1_781_100_000, 1_781_121_600),
            (.afterHoursClose, "ABC", 1_781_100_000, 1_781_136_000),
            (.midnightUTC, "ABC", 1_781_100_000, 1_781_136_000),
            (.regularClose, "BTC/USD", 1_781_100_000, 1_781_136_000),
            // At the close itself the next one counts, and after Friday's Monday's.
            (.regularClose, "ABC", 1_781_121_600, 1_781_208_000), (.regularClose, "ABC", 1_781_294_400, 1_781_553_600),
        ] as [(DayOrderEnd, Symbol, Int64, Int64)])
    func ends(_ item: (end: DayOrderEnd, symbol: Symbol, time: Int64, next: Int64)) {
        #expect(
            item.end.next(after: Timestamp(seconds: item.time), of: item.symbol) == Timestamp(seconds: item.next))
    }
}
