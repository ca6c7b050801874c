import CoreTestSupport
import Orchestration
import Testing
import Trading

// The policies of the scenarios, by what they are for.
let stopLoss: PluginName = "stop-loss"
let partialProfit: PluginName = "partial-profit"
let takeProfit: PluginName = "take-profit"
let risk: PluginName = "portfolio-risk"
let trend: PluginName = "trend"

/// One line of the table with which a scenario begins.
struct Held {
    var symbol: Symbol
    var quantity: Quantity
    var average: Price
    var market: Price

    init(_ symbol: Symbol, _ quantity: Quantity, at average: Price = "100", market: Price = "100") {
        self.symbol = symbol
        self.quantity = quantity
        self.average = average
        self.market = market
    }
}

/// A scenario in words: what is held and what the venue is like, then what policies say cycle by cycle, and after each
/// what is held, what rests at the venue, which orders were sent, and what came of each recommendation.
///
/// What is said, is said in one cycle. A policy that is silent afterwards leaves its plan standing.
struct TradingScenario {
    var driver: CoreDriver
    private let said = Said()
    /// Effects before this belong to earlier chapters.
    private var chapter = 0

    private final class Said {
        var once: [PolicyAdvice] = []
        var asked: [PortfolioSnapshot] = []
    }

    init(
        _ table: Held..., cash: Money = "100000", says advice: [PolicyAdvice] = [],
        needs: [PluginName: PolicyNeeds] = [:], initialStops: [Symbol: Price] = [:],
        venue change: (inout FakeVenue) -> Void = { _ in }
    ) {
        var venue = FakeVenue(cash: cash)
        for line in table {
            if !line.quantity.isZero { venue.hold(line.symbol, line.quantity, at: line.average) }
            venue.quote(line.symbol, line.market, Self.ask(line.market))
        }
        change(&venue)
        driver = CoreDriver(venue: venue)
        let said = said
        driver.policies = { snapshot in
            defer { said.once = [] }
            said.asked.append(snapshot)
            return answers(said.once)
        }
        driver.start([stopLoss, partialProfit, takeProfit, risk, trend]) { $0.initialStops = initialStops }
        for (name, need) in needs.sorted(by: { $0.key < $1.key }) {
            driver.send(.policyReady(name: name, needs: need))
        }
        for line in table { market(line.symbol, line.market) }
        said.once = advice
        driver.connect()
    }

    private static func ask(_ bid: Price) -> Price { Price(units: bid.units + Price("0.02").units) }
}

// MARK: - What happens

extension TradingScenario {
    /// The next cycle, a new chapter, in which this is said.
    mutating func cycle(_ advice: PolicyAdvice...) {
        beginChapter()
        said.once = advice
        driver.cycle()
    }

    mutating func beginChapter() { chapter = driver.effects.count }

    /// The symbol trades at this price.
    mutating func market(_ symbol: Symbol, _ price: Price) {
        driver.quote(symbol, price, Self.ask(price), last: price)
    }

    mutating func session(_ phase: SessionPhase) {
        driver.send(.market(MarketUpdate(at: driver.now, session: phase)))
    }

    /// Trading in the symbol is interrupted, or goes on.
    mutating func halt(_ symbol: Symbol, _ isHalted: Bool) {
        if isHalted { driver.venue.halted.insert(symbol) } else { driver.venue.halted.remove(symbol) }
        guard let price = driver.venue.quotes[symbol] else { return }
        let quote = Quote(symbol: symbol, bid: price.bid, ask: price.ask, isHalted: isHalted, at: driver.now)
        driver.send(.market(MarketUpdate(at: driver.now, quotes: [quote])))
    }

    mutating func person(_ command: Control.Command) {
        driver.send(.control(Control(command: command, who: "a person", why: "the test")))
    }
}

// MARK: - What came of it

extension TradingScenario {
    func holds(_ symbol: Symbol) -> Quantity { driver.venue.held(symbol) }

    /// Stops at the venue as `100 @ 95.00`, a stop-limit as `100 @ 95.00 limit 94.00`; `none` without one.
    func stop(_ symbol: Symbol) -> String {
        resting(symbol) { $0.terms.type.isStop }
    }

    /// Profit targets at the venue, in the same words.
    func target(_ symbol: Symbol) -> String {
        resting(symbol) { $0.terms.type == .limit && $0.terms.role != .entry }
    }

    private func resting(_ symbol: Symbol, _ isWanted: (Order) -> Bool) -> String {
        let found = driver.venue.working(symbol).filter(isWanted).map { order in
            let prices = [order.terms.stopPrice, order.terms.limitPrice].compactMap { $0?.text(minimumDecimals: 2) }
            return "\(order.leavesQuantity) @ " + prices.joined(separator: " limit ")
        }
        return found.isEmpty ? "none" : found.joined(separator: " and ")
    }

    /// What was done in this chapter, in order; orders that were canceled are anonymous.
    var steps: [ActionSummary] {
        records.compactMap { if case .action(let step) = $0 { step.action.anonymous } else { nil } }
    }

    /// What this chapter's first decision on the symbol means to do, with anonymous orders too.
    func intended(_ symbol: Symbol) -> [IntendedStep] {
        for case .decision(let decision) in records where decision.symbol == symbol {
            return decision.intended.map(\.anonymous)
        }
        return []
    }

    private var records: [Record] {
        driver.effects.dropFirst(chapter).compactMap { if case .record(let record) = $0 { record } else { nil } }
    }

    /// What came of each recommendation on a symbol in this chapter's first decision on it, as
    /// `stop-loss protect: taken`, sorted; for a portfolio's advice name no symbol.
    func fates(_ symbol: Symbol? = nil) -> [String] { dispositions(symbol).map { "\($0.0): \($0.1.outcome)" }.sorted() }

    /// Why it came to that, of the first recommendation of a policy; nil when nothing was decided.
    func why(_ policy: PluginName, _ symbol: Symbol? = nil) -> DispositionReason? {
        dispositions(symbol).first { $0.1.policy == policy }?.1.why
    }

    private func dispositions(_ symbol: Symbol?) -> [(String, Disposition)] {
        for record in records {
            switch record {
            case .decision(let decision) where decision.symbol == symbol: return named(decision.dispositions)
            case .portfolio(let decision) where symbol == nil: return named(decision.dispositions)
            default: continue
            }
        }
        return []
    }

    private func named(_ all: [Disposition]) -> [(String, Disposition)] {
        all.map { ("\($0.policy) \($0.recommendation.advice.kind)", $0) }.sorted { $0.0 < $1.0 }
    }

    /// What the policies saw last.
    var lastSnapshot: PortfolioSnapshot? { said.asked.last }

    /// A time without a full stop.
    struct Unprotected: Equatable {
        var symbol: Symbol
        var lasted: TimeSpan
        var endedBy: UnprotectedTime.End

        init(_ symbol: Symbol, for lasted: TimeSpan, until end: UnprotectedTime.End) {
            self.symbol = symbol
            self.lasted = lasted
            endedBy = end
        }
    }

    var unprotected: [Unprotected] {
        driver.unprotected.map { Unprotected($0.symbol, for: $0.lasted, until: $0.endedBy) }
    }

    /// The table with which a chapter ends.
    func expect(
        _ symbol: Symbol, holds quantity: Quantity, stop: String = "none", target: String = "none",
        steps: [ActionSummary]? = nil, fates: [String]? = nil, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(holds(symbol) == quantity, sourceLocation: location)
        #expect(driver.position(symbol)?.quantity ?? .zero == quantity, "in the books", sourceLocation: location)
        #expect(self.stop(symbol) == stop, sourceLocation: location)
        #expect(self.target(symbol) == target, sourceLocation: location)
        if let steps { #expect(self.steps == steps, sourceLocation: location) }
        if let fates { #expect(self.fates(symbol) == fates, sourceLocation: location) }
    }

    /// Never more on offer than held, never two commands of a symbol under way, and a replay does the same.
    func expectSound(_ location: SourceLocation = #_sourceLocation) {
        #expect(driver.violations == [], sourceLocation: location)
        #expect(driver.replayDifference() == nil, sourceLocation: location)
    }
}

extension Advice {
    static func exposure(
        _ weight: Ratio, _ rule: ExposureAdvice.Rule = .proportional, of symbols: [Symbol]? = nil
    ) -> Advice { .reduceExposure(ExposureAdvice(grossWeight: weight, rule: rule, symbols: symbols)) }

    static func trail(_ distance: Distance, from reference: PriceReference = .average) -> Advice {
        .protect(StopAdvice(distance: distance, from: reference))
    }
}
