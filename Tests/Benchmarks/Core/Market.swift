import Orchestration
import Trading

/// Positions under a stop each, three policies that say the same in every cycle, and prices that stay between stop and target:
/// a cycle in which nothing is to be done.
struct QuietMarket {
    private(set) var core = Orchestrator()
    private(set) var now = Timestamp(seconds: 1_781_100_000)
    private let symbols: [Symbol]
    private let answers: [PolicyAnswer]
    private var cents: [Int64]
    private var orders: [ClientOrderID: NewOrder] = [:]
    private var working: [ClientOrderID] = []
    private static let policies: [PluginName] = ["partial-profit", "reenter", "stop-loss"].map(
        PluginName.init(unchecked:))
    private static let average = Price(units: 100 * Price.scale)

    init(_ count: Int) {
        symbols = (0..<count).map { Symbol(unchecked: "S\($0)") }
        cents = Array(repeating: 10_000, count: count)
        answers = Self.answers(symbols)
    }

    /// A stop for each, a target for each, and a word on each that asks for nothing.
    private static func answers(_ symbols: [Symbol]) -> [PolicyAnswer] {
        func said(_ advice: Advice, _ reason: String) -> [Recommendation] {
            symbols.map {
                Recommendation(
                    symbol: $0, advice: advice, reason: reason,
                    evidence: [Evidence("average_price", average), Evidence("rule", reason)])
            }
        }
        let stop = Advice.protect(ProtectiveStop(stopPrice: Price(units: 90 * Price.scale)))
        let target = Advice.target(price: Price(units: 120 * Price.scale))
        return [
            PolicyAnswer(policy: policies[0], recommendations: said(target, "at 20 % of profit all of it is sold")),
            PolicyAnswer(policy: policies[1], recommendations: said(.hold, "it is held already, and nothing is added")),
            PolicyAnswer(
                policy: policies[2], recommendations: said(stop, "ten percent behind the average price of it")),
        ]
    }

    // MARK: - Feeding

    /// One input, and what the venue says to its commands.
    private mutating func feed(_ input: Input) {
        var inbox = [input]
        while !inbox.isEmpty {
            let next = inbox.removeFirst()
            for case .command(let approved) in core.handle(next, at: now) {
                inbox += answers(to: approved.command, approved.number)
            }
        }
    }

    private mutating func answers(to command: OrderCommand, _ number: Int64) -> [Input] {
        switch command {
        case .submit(let submission):
            for terms in submission.orders {
                orders[terms.clientOrderID] = terms
                working.append(terms.clientOrderID)
            }
            return submission.orders.map {
                .execution(ExecutionReport(clientOrderID: $0.clientOrderID, event: .new, at: now))
            }
        case .reconcile: return [.brokerState(state: state, query: number)]
        case .cancel, .replace, .query: fatalError("a quiet market asks for none of these: \(command)")
        }
    }

    private var state: BrokerState {
        let worth = Money(units: Int64(symbols.count) * 10_000 * Money.scale)
        let account = Account(
            id: AccountID(unchecked: "bench"), cash: worth, equity: Money(units: 2 * worth.units), buyingPower: worth)
        return BrokerState(
            account: account,
            positions: symbols.sorted().map {
                BrokerPosition(symbol: $0, quantity: Quantity(shares: 100), averagePrice: Self.average)
            },
            openOrders: working.compactMap { orders[$0] }.map { terms in
                var order = Order(terms: terms, status: .new, submittedAt: now)
                order.updatedAt = now
                return order
            }, at: now)
    }

    /// Until every position has its stop and target at the venue.
    mutating func begin() {
        var configuration = CoreConfiguration(account: AccountID(unchecked: "bench"), policies: Self.policies)
        configuration.reconcileEveryCycles = 1_000_000_000
        configuration.limits.maximumOrdersPerMinute = 1_000_000
        feed(.started(Start(epoch: 1, configuration: configuration)))
        for name in Self.policies { feed(.policyReady(name: name)) }
        let capabilities = BrokerCapabilities(
            orderTypes: [.market, .limit, .stop, .stopLimit], timeInForce: [.day, .gtc], groups: [.oco, .bracket],
            replacesPrice: true, replacesQuantity: true, reservesShares: true, wantsMarketData: false)
        feed(update(share: 100, in: 0))
        feed(.brokerReady(name: PluginName(unchecked: "broker"), capabilities: capabilities))
        for cycle in 0..<5 {
            now = now + .seconds(10)
            feed(update(share: 100, in: cycle))
            feed(.cycleDue)
            feed(evaluated)
        }
        let unprotected = core.state.protection.unprotectedCount
        precondition(unprotected == 0 && working.count == 2 * symbols.count, "\(unprotected), \(working.count)")
    }

    // MARK: - Inputs

    var evaluated: Input { .evaluated(cycle: core.state.cycle.number, answers: answers) }

    /// Bars of so many percent of the symbols, each with another price than before.
    mutating func update(share: Int, in cycle: Int) -> Input {
        var bars: [Bar] = []
        for index in symbols.indices where (index + cycle) % 100 < share {
            let before = cents[index]
            cents[index] = 10_000 + (before - 10_000 + Int64(index % 7) + 37) % 200
            func price(_ cents: Int64) -> Price { Price(units: cents * Price.scale / 100) }
            bars.append(
                Bar(
                    symbol: symbols[index], start: now + .seconds(-10), period: .seconds(10), open: price(before),
                    high: price(max(before, cents[index]) + 3), low: price(min(before, cents[index]) - 3),
                    close: price(cents[index]), volume: Quantity(shares: 1_000)))
        }
        return .market(MarketUpdate(at: now, session: .regular, bars: bars))
    }

    /// A cycle, each of its inputs timed.
    mutating func cycle(share: Int, _ number: Int, _ times: inout Times) {
        now = now + .seconds(10)
        let update = update(share: share, in: number)
        times.market += handle(update)
        times.due += handle(.cycleDue)
        times.evaluated += handle(evaluated)
    }

    private mutating func handle(_ input: Input) -> Duration {
        let clock = ContinuousClock()
        let begin = clock.now
        let effects = core.handle(input, at: now)
        let duration = clock.now - begin
        for case .command(let approved) in effects { fatalError("nothing was to be done: \(approved.command)") }
        return duration
    }
}

/// Of the inputs of a cycle.
struct Times {
    var market = Duration.zero
    var due = Duration.zero
    var evaluated = Duration.zero
}
