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

    @Test("a figure that can be of no market refuses the whole update, and is named with its place")
    func refused() {
        let state = CoreState()
        let good = MarketUpdate(at: at, bars: [bar(low: "9")], quotes: [quote()])
        #expect(state.admission(of: good, isFromTape: false) == .accepted)
        let zero = MarketUpdate(at: at, quotes: [quote(), quote(bid: "0")])
        #expect(
            state.admission(of: zero, isFromTape: true)
                == .refused(.quote(index: 1, symbol: "ABC", field: .bid, price: "0")))
        let inverted = MarketUpdate(at: at, bars: [bar(low: "10.5")], quotes: [quote()])
        guard case .refused(.bar(0, "ABC", _)) = state.admission(of: inverted, isFromTape: false) else {
            return #expect(Bool(false))
        }
        let split = CorporateAction(
            id: "1", symbol: "ABC", kind: .split(numerator: 0, denominator: 1), effectiveAt: at)
        guard
            case .refused(.corporateAction(0, _)) = state.admission(
                of: MarketUpdate(at: at, corporateActions: [split]), isFromTape: false)
        else { return #expect(Bool(false)) }
    }

    @Test("the core itself believes nothing of it either")
    func notApplied() {
        var core = Orchestrator()
        _ = core.handle(.market(MarketUpdate(at: at, quotes: [quote(), quote(bid: "-1")])), at: at)
        #expect(core.state.market["ABC"] == nil)
        _ = core.handle(.market(MarketUpdate(at: at, quotes: [quote()])), at: at)
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
