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

    @Test("the name of a condition and the id of an action have their bytes (I-BOUND-3)")
    func names() {
        let conditions = ["VIX", "", String(repeating: "n", count: 65), "a\0"].map {
            MarketCondition(name: $0, value: .one, at: at)
        }
        let actions = ["7", String(repeating: "n", count: 129)].map {
            CorporateAction(id: $0, symbol: "ABC", kind: .dividend(amount: "1"), effectiveAt: at)
        }
        let update = MarketUpdate(at: at, corporateActions: actions, conditions: conditions)
        #expect(update.withoutMarketDefects.conditions?.map(\.name) == ["VIX"])
        #expect(update.withoutMarketDefects.corporateActions?.map(\.id) == ["7"])
        #expect(update.marketDefects.count == 4)
    }

    @Test(
        "so many symbols and conditions are followed; rows about others are left out, and those about what is followed count (I-BOUND-4)"
    )
    func followed() {
        var core = Orchestrator()
        func update(_ numbers: Range<Int>) -> MarketUpdate {
            MarketUpdate(
                at: at, conditions: numbers.prefix(1_500).map { MarketCondition(name: "c\($0)", value: .one, at: at) },
                quotes: numbers.map { Quote(symbol: Symbol(unchecked: "S\($0)"), last: "10", at: at) })
        }
        let first = core.state.followed(update(0..<49_990))
        #expect(first.quotes?.count == 49_990 && first.conditions?.count == 1_000)
        _ = core.handle(.market(first), at: at)
        let next = core.state.followed(update(49_980..<50_100))
        #expect(next.quotes?.count == 20 && next.conditions?.isEmpty == true)
        #expect(core.state.followed(update(0..<100)) == update(0..<100))
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
