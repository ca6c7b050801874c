import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Symbols that are handed over, and what a person has done by hand")
struct HandoverTests {
    private let policy: PluginName = "stop-loss"

    private func request(_ wish: PersonRequest.Wish, _ symbol: Symbol? = "ABC") -> Input {
        .asked(PersonRequest(symbol: symbol, wish: wish, who: "me", why: "test"))
    }

    /// 100 at 100 (short: -100), the market at 100, with a stop 5 away by a policy.
    private func holding(
        _ quantity: Quantity = 100, _ advice: [Advice]? = nil, _ change: (inout CoreConfiguration) -> Void = { _ in }
    ) -> CoreDriver {
        var venue = FakeVenue()
        venue.hold("ABC", quantity, at: "100")
        venue.quote("ABC", "99.99", "100.01")
        var driver = CoreDriver(venue: venue)
        let stop: Price = quantity.isPositive ? "95" : "105"
        let said = advice ?? [.protect(StopAdvice(stopPrice: stop))]
        driver.recommend(said.map { policy.says($0, on: "ABC") })
        driver.start([policy], change)
        driver.quote("ABC", "99.99", "100.01", last: "100")
        driver.connect()
        driver.cycle()
        return driver
    }

    private func commandCount(_ driver: CoreDriver) -> Int {
        driver.effects.count { if case .command = $0 { true } else { false } }
    }

    @Test(
        "close sells all at once, a part leaves the rest protected; so it does of a short",
        arguments: [100, -100] as [Quantity])
    func closeAndPart(quantity: Quantity) {
        var driver = holding(quantity)
        let half: Quantity = quantity.isPositive ? 60 : -60
        driver.send(request(.part(40)))
        driver.cycle()
        #expect(driver.venue.held("ABC") == half && driver.venue.stopped("ABC") == 60)
        driver.send(request(.fraction("0.5")))
        driver.cycle()
        #expect(driver.venue.stopped("ABC") == 30)
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.stopped("ABC") == 30, "each is done once")
        driver.send(request(.close))
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero && driver.state.handover.hasWishes == false)
        driver.expectSound()
    }

    @Test("what a person bought by hand afterwards is not sold for an older wish")
    func wishIsOver() {
        var driver = holding()
        driver.send(request(.part(40)))
        driver.cycle()
        driver.venueDoes { venue in
            venue.hold("ABC", 160, at: "100")
            return []
        }
        for _ in 0..<80 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 160)
    }

    @Test("a person's stop rests when it is the tightest; the tighter one of a policy stays")
    func stop() {
        var driver = holding()
        driver.send(request(.stop("97")))
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.send(request(.target("110")))
        driver.cycle()
        #expect(driver.plan("ABC")?.target == "110")
        driver.expectSound()
    }

    @Test(
        "a person's stop takes the place of the core's own, a looser one too; then it is theirs",
        arguments: [100, -100] as [Quantity])
    func ownStop(quantity: Quantity) {
        var driver = holding(quantity, [.hold])
        for _ in 0..<4 { driver.cycle() }
        #expect(driver.plan("ABC")?.stopOwner == PositionPlan.core)
        let looser: Price = quantity.isPositive ? "93" : "107"
        driver.send(request(.stop(looser)))
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == looser)
        #expect(driver.plan("ABC")?.stopOwner == PositionPlan.person)
        driver.expectSound()
    }

    @Test(
        "figures that cannot be meant are refused, with the reason",
        arguments: [
            (.stop("101"), .throughMarket("101", market: "100")), (.target("99"), .throughMarket("99", market: "100")),
            (.part(101), .tooMuch(101, of: 100)), (.fraction("1.5"), .noFraction("1.5")),
            (.part("0.5"), .tooSmall("0.5")),
            (.stop("0"), .notPositive), (.fraction("0.001"), .tooSmall(0)),
        ] as [(PersonRequest.Wish, PersonRefusal)])
    func refused(wish: PersonRequest.Wish, refusal: PersonRefusal) {
        let driver = holding()
        let asked = PersonRequest(symbol: "ABC", wish: wish, who: "me", why: "test")
        #expect(driver.state.objection(to: asked) == refusal)
        #expect(driver.state.objection(to: with(asked) { $0.symbol = "XYZ" }) == .notHeld("XYZ"))
    }

    @Test("protected: a stop and nothing else, whatever policies ask for; managed again: all of it")
    func protected() {
        var driver = holding(100, [.protect(StopAdvice(stopPrice: "95")), .exit]) {
            $0.symbolModes = ["ABC": .protected]
        }
        #expect(driver.venue.held("ABC") == 100 && driver.venue.stopped("ABC") == 100)
        driver.send(request(.mode(.managed)))
        driver.cycle()
        #expect(driver.venue.held("ABC").isZero)
        driver.expectSound()
    }

    @Test("frozen: what rests is kept, no policy moves it, and it is put back when it is gone; a person may move it")
    func frozen() {
        var driver = holding()
        driver.send(request(.mode(.frozen)))
        driver.recommend([policy.says(.stop("98"), on: "ABC")])
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "95")
        driver.send(request(.stop("97")))
        driver.cycle()
        #expect(driver.symbolStop?.terms.stopPrice == "97")
        driver.expectSound()
    }

    @Test("watched: nothing is sent, not even by flatten or for want of a stop; that is a warning, no emergency")
    func watched() {
        var driver = holding(100, [.exit]) { $0.symbolModes = ["ABC": .watched] }
        for _ in 0..<20 { driver.cycle() }
        driver.send(.control(Control(command: .flatten, who: "me", why: "test")))
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.venue.held("ABC") == 100 && driver.orders.isEmpty)
        let told = driver.alerts.filter { if case .unprotected = $0.reason { true } else { false } }
        #expect(!told.isEmpty && told.allSatisfy { $0.level == .warning })
        #expect(
            driver.state.objection(to: PersonRequest(symbol: "ABC", wish: .close, who: "me", why: "test"))
                == .watched("ABC"))
    }

    @Test("`release all` and `manage all` name every symbol that is held")
    func all() {
        var driver = holding()
        driver.send(request(.mode(.watched), nil))
        #expect(driver.state.mode(of: "ABC") == .watched && driver.state.mode(of: "XYZ") == .managed)
        driver.send(request(.mode(.managed), nil))
        #expect(driver.state.mode(of: "ABC") == .managed)
    }
}
