import CoreTestSupport
import Trading

@testable import Orchestration
@testable import Reporting

/// Tells a builder of an account that is kept here, by hand: cash, shares, prices. So the figures of a test are its own.
struct Teller {
    var builder: ReportBuilder
    private(set) var now: Timestamp
    private(set) var cash: Money
    private(set) var shares: [Symbol: Quantity] = [:]
    private(set) var prices: [Symbol: Price] = [:]
    private var cycles: Int64 = 0
    private var orders = 0

    /// 09:30 in New York on Monday, March 16, 2026.
    static let monday = Timestamp(rfc3339: "2026-03-16T13:30:00Z")!

    init(cash: Money = "100000", _ options: ReportOptions = ReportOptions(), at time: Timestamp = Teller.monday) {
        (self.cash, now, builder) = (cash, time, ReportBuilder(options))
        builder.take(
            .started(Start(epoch: 1, configuration: CoreConfiguration(account: "test", policies: []))), at: now)
    }

    var equity: Money {
        var total = cash
        for (symbol, quantity) in shares { total = try! total + (prices[symbol] ?? .zero).times(quantity) }
        return total
    }

    mutating func wait(_ span: TimeSpan) { now = now + span }
    mutating func nextDay() { now = now + .day }

    mutating func cycle() {
        cycles += 1
        builder.take(.cycleDue, at: now)
        builder.take(
            .cycleStarted(
                CycleStarted(
                    cycle: cycles, trigger: .period, positions: shares.count, openOrders: 0, equity: equity, asked: [],
                    missing: [])), at: now)
    }

    mutating func price(_ symbol: Symbol, _ price: Price) {
        prices[symbol] = price
        let quote = Quote(symbol: symbol, last: price, at: now)
        builder.take(.market(MarketUpdate(at: now, quotes: [quote])), at: now)
    }

    mutating func bar(_ symbol: Symbol, _ open: Price, _ high: Price, _ low: Price, _ close: Price) {
        prices[symbol] = close
        let bar = Bar(
            symbol: symbol, start: now, period: .seconds(60), open: open, high: high, low: low, close: close, volume: 1)
        now = now + .seconds(60)
        builder.take(.market(MarketUpdate(at: now, bars: [bar])), at: now)
    }

    /// - Returns: the order's id.
    @discardableResult
    mutating func fill(
        _ side: Side, _ quantity: Quantity, _ symbol: Symbol, at price: Price, charges: Money? = nil,
        as role: OrderRole? = nil, order: ClientOrderID? = nil
    ) -> ClientOrderID {
        orders += 1
        let order = order ?? ClientOrderID(unchecked: "bb0.\(orders).\(symbol).1")
        let change = side == .buy ? quantity : Quantity(units: -quantity.units)
        shares[symbol] = Quantity(units: (shares[symbol]?.units ?? 0) + change.units)
        if shares[symbol] == .zero { shares[symbol] = nil }
        cash = try! cash - price.times(change) - (charges ?? .zero)
        if let role {
            let terms = NewOrder(
                clientOrderID: order, symbol: symbol, side: side, type: .market, quantity: quantity, role: role)
            builder.take(.execution(ExecutionReport(clientOrderID: order, event: .new, at: now)), at: now)
            builder.take(
                .order(
                    OrderChanged(order: order, symbol: symbol, event: .new, status: .new, note: .terms(terms))), at: now
            )
        }
        builder.take(
            .execution(
                ExecutionReport(
                    clientOrderID: order, event: .fill, executionID: ExecutionID(unchecked: "x\(orders)"), price: price,
                    quantity: quantity, fees: charges, at: now)), at: now)
        builder.take(
            .order(
                OrderChanged(
                    order: order, symbol: symbol, event: .fill, status: .filled,
                    note: .fill(
                        side: side, quantity: quantity, symbol: symbol, price: price, realized: .zero, charges: charges)
                )), at: now)
        return order
    }

    /// An entry with its stop, as a decision and an action tell of it.
    mutating func enter(
        _ side: Side, _ quantity: Quantity, _ symbol: Symbol, at price: Price, stop: Price,
        by policy: PluginName = "entries",
        charges: Money? = nil
    ) {
        cycles += 1
        let id = DecisionID(cycle: cycles, symbol: symbol)
        decide(symbol) { plan in
            plan.entry = Entry(side: side, quantity: quantity, stop: ProtectiveStop(stopPrice: stop))
            plan.entryOwner = policy
        }
        let order = ClientOrderID(unchecked: "bb0.\(id).1")
        act(.enter(side: side, quantity: quantity, symbol: symbol, stop: stop, target: nil), symbol, id, [order])
        fill(side, quantity, symbol, at: price, charges: charges, order: order)
    }

    mutating func decide(
        _ symbol: Symbol, _ dispositions: [Disposition] = [], _ change: (inout PositionPlan) -> Void
    ) {
        let id = DecisionID(cycle: cycles, symbol: symbol)
        var plan = PositionPlan(id: id, symbol: symbol)
        change(&plan)
        builder.take(
            .decision(
                Decision(
                    id: id, cycle: cycles, symbol: symbol, headline: .protect, intended: [], plan: plan,
                    dispositions: dispositions, facts: DecisionFacts(quantity: .zero, equity: equity))), at: now)
    }

    mutating func act(_ action: ActionSummary, _ symbol: Symbol, _ id: DecisionID, _ orders: [ClientOrderID]) {
        builder.take(
            .action(
                ActionTaken(
                    decision: id, symbol: symbol, number: 1, action: action, why: .entryPlanned, orders: orders)),
            at: now)
    }

    mutating func pay(_ kind: CashMovement.Kind, _ amount: Money, of symbol: Symbol? = nil, _ done: CashDone = .booked)
    {
        orders += 1
        let movement = CashMovement(
            id: CashMovementID(unchecked: "c\(orders)"), kind: kind, amount: amount, symbol: symbol, at: now)
        if done == .booked { cash = try! cash + amount }
        builder.take(.cashMovement(movement), at: now)
        builder.take(.cash(movement: movement, done: done), at: now)
    }

    /// Cash changes without a word to the builder.
    mutating func changeCash(by amount: Money) { cash = try! cash + amount }

    mutating func split(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64, to price: Price) {
        prices[symbol] = price
        shares[symbol] = shares[symbol].map {
            try! $0.scaled(numerator: numerator, denominator: denominator, .towardZero)
        }
        let action = CorporateAction(
            id: "s", symbol: symbol, kind: .split(numerator: numerator, denominator: denominator), effectiveAt: now)
        // The first prices of the new shares come before the record of the split.
        builder.take(.market(MarketUpdate(at: now, quotes: [Quote(symbol: symbol, last: price, at: now)])), at: now)
        builder.take(.corporateAction(action: action, done: .splitApplied(held: shares[symbol])), at: now)
    }

    /// The price falls by it, and it is due.
    mutating func dividend(_ symbol: Symbol, _ amount: Price) {
        let price = try! prices[symbol]! - amount
        prices[symbol] = price
        let due = try! amount.times(shares[symbol] ?? .zero)
        cash = try! cash + due
        let action = CorporateAction(id: "d", symbol: symbol, kind: .dividend(amount: amount), effectiveAt: now)
        builder.take(.market(MarketUpdate(at: now, quotes: [Quote(symbol: symbol, last: price, at: now)])), at: now)
        builder.take(.corporateAction(action: action, done: .dividendApplied(due: due)), at: now)
    }

    /// The broker corrects an execution, or takes it back.
    mutating func correct(
        _ order: ClientOrderID, _ side: Side, _ symbol: Symbol, _ before: (Quantity, Price),
        to after: (Quantity, Price)?
    ) {
        let sign: Int64 = side == .buy ? 1 : -1
        func undo(_ figures: (Quantity, Price), _ sign: Int64) {
            let change = Quantity(units: figures.0.units * sign)
            shares[symbol] = Quantity(units: (shares[symbol]?.units ?? 0) + change.units)
            cash = try! cash - figures.1.times(change)
        }
        undo(before, -sign)
        if let after { undo(after, sign) }
        if shares[symbol] == .zero { shares[symbol] = nil }
        func figures(_ figures: (Quantity, Price)) -> ExecutionCorrected.Figures {
            ExecutionCorrected.Figures(quantity: figures.0, price: figures.1, charges: .zero)
        }
        builder.take(
            .executionCorrection(
                ExecutionCorrection(clientOrderID: order, executionID: ExecutionID(unchecked: "?"), at: now)), at: now)
        builder.take(
            .correction(
                ExecutionCorrected(
                    order: order, symbol: symbol, side: side, execution: ExecutionID(unchecked: "?"),
                    before: figures(before), after: after.map(figures), realized: .zero, held: shares[symbol] ?? .zero)),
            at: now)
    }

    func report() throws -> Report { try builder.report() }
}

extension Report {
    /// What the parts of the statement come to beyond the change of the equity: nothing, ever.
    var imbalance: Int64 {
        let parts = [
            money.realized, money.openChange, money.dividends, money.interest, money.fees, money.taxes, money.deposits,
            money.withdrawals, money.otherPaid, money.unexplained,
        ]
        return parts.reduce(0) { $0 + $1.units } - (money.equityAtEnd.units - money.equityAtStart.units)
    }
}
