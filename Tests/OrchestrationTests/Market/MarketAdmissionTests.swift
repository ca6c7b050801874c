import Orchestration
import Testing
import Trading

@Suite("What may be believed of the market")
struct MarketAdmissionTests {
    private let at = Timestamp(seconds: 1_000)
    private func quote(last: Price? = "10", bid: Price? = nil) -> Quote {
        Quote(symbol: "ABC", bid: bid, last: last, at: at)
    }
    private func bar(low: Price) -> Bar {
        Bar(
            symbol: "ABC", start: at, period: .seconds(60), open: "10", high: "11", low: low, close: "10",
            volume: .one)
    }

    @Test("a row that can be of no market is left out and named with its place, and not what stands beside it")
    func leftOut() {
        let other = Quote(symbol: "DEF", bid: "0", at: at)
        let split = CorporateAction(
            id: "1", symbol: "ABC", kind: .split(numerator: 0, denominator: 1), effectiveAt: at)
        let update = MarketUpdate(
            at: at, corporateActions: [split], bars: [bar(low: "10.5"), bar(low: "9")], quotes: [quote(), other])
        #expect(update.marketDefects.count == 3)
        #expect(update.marketDefects.last == .quote(index: 1, symbol: "DEF", field: .bid, price: "0"))
        guard case .bar(0, "ABC", _) = update.marketDefects[0], case .corporateAction(0, _) = update.marketDefects[1]
        else { return #expect(Bool(false)) }
        let rest = MarketUpdate(at: at, corporateActions: [], bars: [bar(low: "9")], quotes: [quote()])
        #expect(update.withoutMarketDefects == rest)
        #expect(rest.withoutMarketDefects == rest)
    }

    @Test("the core itself believes the good rows, and nothing of the bad ones")
    func notApplied() {
        var core = Orchestrator()
        let other = Quote(symbol: "DEF", bid: "-1", last: "10", at: at)
        _ = core.handle(.market(MarketUpdate(at: at, quotes: [quote(), other])), at: at)
        #expect(core.state.market["DEF"] == nil)
        #expect(core.state.market["ABC"]?.last == "10")
    }

    @Test("a tape that begins anew is passed over up to the core's time; providers of real time have their own clocks")
    func seen() {
        var core = Orchestrator()
        #expect(core.state.admission(of: MarketUpdate(at: at), isFromTape: true) == .accepted)
        _ = core.handle(.market(MarketUpdate(at: at, quotes: [quote()])), at: at)
        #expect(core.state.admission(of: MarketUpdate(at: at), isFromTape: true) == .alreadySeen)
        #expect(core.state.admission(of: MarketUpdate(at: at + .seconds(1)), isFromTape: true) == .accepted)
        #expect(core.state.admission(of: MarketUpdate(at: at), isFromTape: false) == .accepted)
    }
}
