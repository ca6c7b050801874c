import Orchestration
import Trading

/// A working double of a broker: it keeps positions, orders and executions, trades on quotes, and answers as a broker
/// does. It takes everything that it is sent, and writes down what it should not have been sent.
package struct FakeVenue: Sendable {
    /// What goes wrong. All off: a perfect broker.
    package struct Faults: Sendable {
        /// Commands are carried out, and not reported.
        package var withholdsAnswers = false
        /// Commands do not arrive at all.
        package var losesCommands = false
        /// Every report comes twice.
        package var duplicates = false
        /// So many submissions are refused.
        package var refusesSubmissions = 0
        package var refusesCancels = 0
        package var refusesReplacements = 0
        /// A market order fills only so much, until ``FakeVenue/finishMarketOrders()``.
        package var fillsOnly: Quantity?
        /// Queries are not answered.
        package var withholdsWords = false
        /// `reconcile` is not answered.
        package var withholdsState = false
        /// So many submissions at market are refused.
        package var refusesMarketOrders = 0
        /// Submissions do not arrive.
        package var losesSubmissions = false
        /// A cancel is taken, reported as pending, and not carried out.
        package var holdsCancels = false
        /// Words that end an order do not say how much of it is filled.
        package var omitsSums = false
        /// These submissions are refused.
        package var refuses: (@Sendable (OrderSubmission) -> Bool)?
        /// A stop is elected and does not execute.
        package var forgetsStops = false
        package init() {}
    }

    package var faults = Faults()
    package var capabilities: BrokerCapabilities
    package var cash: Money
    package private(set) var positions: [Symbol: BrokerPosition] = [:]
    package internal(set) var orders: [ClientOrderID: Order] = [:]
    package internal(set) var executions: [ClientOrderID: [ExecutionReport]] = [:]
    package private(set) var quotes: [Symbol: (bid: Price, ask: Price)] = [:]
    /// Everything that was sent, in order.
    package private(set) var received: [OrderCommand] = []
    /// Where P1 broke, from this side.
    package private(set) var violations: [String] = []
    /// The most that was ever on offer at one time.
    package private(set) var mostOffered: Quantity = .zero
    package var now = Timestamp(nanoseconds: 0)
    /// A manual sale explains an offer above the holding; the core cannot know of it yet.
    package var wasTradedByHand = false
    /// What its lists say in place of the truth.
    package var lie: (@Sendable (inout BrokerState) -> Void)?
    /// Nothing trades in these.
    package var halted: Set<Symbol> = []
    /// Movements of cash that its state lists.
    package var cashMovements: [CashMovement] = []
    /// What it takes for an execution; nil: nothing is told of fees.
    package var fee: (@Sendable (Order, Quantity, Price) -> Money)?
    private var sequence: Int64 = 0

    package init(cash: Money = "100000", capabilities: BrokerCapabilities = .everything) {
        self.cash = cash
        self.capabilities = capabilities
    }
}

extension BrokerCapabilities {
    package static let everything = BrokerCapabilities(
        orderTypes: [.market, .limit, .stop, .stopLimit], timeInForce: [.day, .gtc], groups: [.oco, .bracket],
        replacesPrice: true, replacesQuantity: true, reservesShares: true, wantsMarketData: false
    ).with {
        $0.arrivalLimit = .zero
        $0.reportLag = .zero
    }
    package func with(_ change: (inout BrokerCapabilities) -> Void) -> BrokerCapabilities {
        var copy = self
        change(&copy)
        return copy
    }
}

// MARK: - Setting up

extension FakeVenue {
    package mutating func hold(_ symbol: Symbol, _ quantity: Quantity, at price: Price) {
        positions[symbol] =
            quantity.isZero ? nil : BrokerPosition(symbol: symbol, quantity: quantity, averagePrice: price)
    }

    /// An order that was there before the core.
    package mutating func rest(_ terms: NewOrder, filled: Quantity = .zero) {
        var order = Order(terms: terms, status: .new, submittedAt: now)
        order.filledQuantity = filled
        if filled.isPositive { order.status = .partiallyFilled }
        orders[order.id] = order
    }

    package mutating func quote(_ symbol: Symbol, _ bid: Price, _ ask: Price) { quotes[symbol] = (bid, ask) }

    package func working(_ symbol: Symbol) -> [Order] {
        orders.values.filter { $0.symbol == symbol && $0.isWorking }.sorted { $0.id < $1.id }
    }

    package func held(_ symbol: Symbol) -> Quantity { positions[symbol]?.quantity ?? .zero }

    /// Shares on offer on the side that closes the position, a group counted once.
    package func offered(_ symbol: Symbol) -> Quantity {
        let side: Side = held(symbol).isNegative ? .buy : .sell
        var groups: [OrderGroupID: Int64] = [:]
        var units: Int64 = 0
        for order in working(symbol)
        where order.terms.side == side && order.status != .held && order.terms.role != .entry {
            if let group = order.groupID {
                groups[group] = max(groups[group] ?? 0, order.leavesQuantity.units)
            } else {
                units += order.leavesQuantity.units
            }
        }
        return Quantity(units: groups.values.reduce(units, +))
    }

    /// Shares under a resting stop.
    package func stopped(_ symbol: Symbol) -> Quantity {
        Quantity(
            units: working(symbol).filter { $0.terms.type.isStop && $0.status != .held }
                .reduce(0) { $0 + $1.leavesQuantity.units })
    }

    package var state: BrokerState {
        var value: Int64 = 0
        for position in positions.values {
            let price = quotes[position.symbol]?.bid ?? position.averagePrice
            value += (try! price.times(position.quantity)).units
        }
        let account = Account(
            id: "test", cash: cash, equity: Money(units: cash.units + value),
            buyingPower: Money(units: max(0, cash.units)))
        return BrokerState(
            account: account, positions: positions.values.sorted { $0.symbol < $1.symbol },
            openOrders: orders.values.filter(\.isWorking).sorted { $0.id < $1.id }, at: now,
            cashMovements: cashMovements.isEmpty ? nil : cashMovements)
    }

    private var told: BrokerState {
        var told = state
        lie?(&told)
        return told
    }

    mutating func noteOffer(_ symbol: Symbol, _ what: String) {
        let most = offered(symbol)
        mostOffered = max(mostOffered, most)
        let size = Int64(held(symbol).units.magnitude)
        if most.units > size, !wasTradedByHand {
            violations.append("P1: \(what): \(most) of \(symbol) on offer, \(held(symbol)) held")
        }
    }
}

// MARK: - Commands

extension FakeVenue {
    /// Carries a command out and answers it.
    package mutating func execute(_ command: OrderCommand) -> [Input] {
        received.append(command)
        if faults.losesCommands { return [] }
        if faults.losesSubmissions, case .submit = command { return [] }
        let answers: [Input]
        switch command {
        case .submit(let submission): answers = submit(submission)
        case .cancel(let id): answers = cancel(id)
        case .replace(let replacement): answers = replace(replacement)
        case .query(let id):
            return faults.withholdsWords
                ? []
                : [.orderAnswer(answer: answer(about: id), query: nil)]
        case .reconcile: return faults.withholdsState ? [] : [.brokerState(state: told, query: nil)]
        }
        if faults.withholdsAnswers { return [] }
        return faults.duplicates ? answers.flatMap { [$0, $0] } : answers
    }

    func word(_ id: ClientOrderID, _ event: OrderEvent, _ reason: String? = nil) -> Input {
        .execution(
            ExecutionReport(
                clientOrderID: id, event: event,
                cumulativeQuantity: faults.omitsSums ? nil : orders[id]?.filledQuantity, reason: reason, at: now))
    }

    private mutating func submit(_ submission: OrderSubmission) -> [Input] {
        if faults.refusesSubmissions > 0 {
            faults.refusesSubmissions -= 1
            return submission.orders.map { word($0.clientOrderID, .rejected, "refused by the test") }
        }
        if faults.refuses?(submission) == true {
            return submission.orders.map { word($0.clientOrderID, .rejected, "refused by the test") }
        }
        if let why = refusal(of: submission) ?? refusalAtMarket(of: submission) {
            return submission.orders.map { word($0.clientOrderID, .rejected, why) }
        }
        var answers: [Input] = []
        for terms in submission.orders {
            if orders[terms.clientOrderID] != nil { violations.append("\(terms.clientOrderID) was sent twice") }
            let waits = submission.groupKind == .bracket && terms.role != .entry
            orders[terms.clientOrderID] = Order(
                terms: terms, groupID: submission.groupID, groupKind: submission.groupKind,
                status: waits ? .held : .new, submittedAt: now)
            answers.append(word(terms.clientOrderID, .accepted))
            answers.append(word(terms.clientOrderID, waits ? .held : .new))
        }
        if let symbol = submission.orders.first?.symbol {
            if submission.orders.allSatisfy({ $0.role != .entry }) { noteOffer(symbol, "submission") }
            answers += match(symbol)
        }
        return answers
    }

    private mutating func cancel(_ id: ClientOrderID) -> [Input] {
        guard let order = orders[id], order.isWorking else {
            return [word(id, .cancelRejected, "the order is over")]
        }
        if faults.refusesCancels > 0 {
            faults.refusesCancels -= 1
            return [word(id, .cancelRejected, "refused by the test")]
        }
        guard faults.holdsCancels else { return end(order, .canceled) }
        orders[id]?.status = .pendingCancel
        return [word(id, .pendingCancel)]
    }

    /// Ends an order, and with it the rest of its group.
    private mutating func end(_ order: Order, _ event: OrderEvent) -> [Input] {
        var answers: [Input] = []
        let group = order.groupID.map { id in working(order.symbol).filter { $0.groupID == id && $0.id != order.id } }
        for var ended in [order] + (group ?? []) where ended.isWorking {
            ended.status = .canceled
            ended.updatedAt = now
            orders[ended.id] = ended
            answers.append(word(ended.id, .canceled))
        }
        return answers
    }

    private mutating func replace(_ replacement: OrderReplacement) -> [Input] {
        let id = replacement.clientOrderID
        guard var order = orders[id], order.isWorking else {
            return [word(id, .replaceRejected, "the order is over")]
        }
        if faults.refusesReplacements > 0 {
            faults.refusesReplacements -= 1
            return [word(id, .replaceRejected, "refused by the test")]
        }
        if capabilities.replacement != .inPlace { return succeed(order, replacement) }
        order.terms.quantity = replacement.quantity ?? order.terms.quantity
        order.terms.limitPrice = replacement.limitPrice ?? order.terms.limitPrice
        order.terms.stopPrice = replacement.stopPrice ?? order.terms.stopPrice
        orders[id] = order
        noteOffer(order.symbol, "replacement")
        return [.execution(ExecutionReport(clientOrderID: id, event: .restated, terms: order.terms, at: now))]
            + match(order.symbol)
    }
}

// MARK: - The market

extension FakeVenue {
    /// A new quote: resting orders that it reaches are filled. Returns the reports.
    package mutating func trade(_ symbol: Symbol, _ bid: Price, _ ask: Price) -> [Input] {
        quotes[symbol] = (bid, ask)
        let reports = match(symbol)
        return faults.duplicates ? reports.flatMap { [$0, $0] } : reports
    }

    /// Market orders that were held back are filled to their end.
    package mutating func finishMarketOrders() -> [Input] {
        faults.fillsOnly = nil
        return Set(orders.values.map(\.symbol)).sorted().flatMap { match($0) }
    }

    /// The market is kinder or crueller than the quotes: this order trades now.
    package mutating func fill(_ id: ClientOrderID, _ quantity: Quantity, at price: Price) -> [Input] {
        guard let order = orders[id], order.isWorking else { return [] }
        return book(order, min(quantity, order.leavesQuantity), price)
    }

    /// The owner trades by hand elsewhere: no report comes.
    package mutating func tradeManually(_ symbol: Symbol, _ change: Quantity, at price: Price) {
        wasTradedByHand = true
        move(symbol, change, price)
    }

    /// The venue ends an order by itself.
    package mutating func drop(_ id: ClientOrderID) -> [Input] {
        guard let order = orders[id], order.isWorking else { return [] }
        return end(order, .canceled)
    }

    package mutating func split(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64) {
        func scale(_ price: Price) -> Price {
            try! PriceIncrement.usEquity.rounded(
                price.scaled(numerator: denominator, denominator: numerator, .halfEven), .halfEven)
        }
        if var position = positions[symbol] {
            let exact = try! position.quantity.scaled(numerator: numerator, denominator: denominator, .towardZero)
            position.quantity = try! exact.rounded(toMultipleOf: capabilities.quantityIncrement, .towardZero)
            position.averagePrice = try! position.averagePrice.scaled(
                numerator: denominator, denominator: numerator, .halfEven)
            positions[symbol] = position
        }
        if let quote = quotes[symbol] { quotes[symbol] = (scale(quote.bid), scale(quote.ask)) }
        for var order in working(symbol) {
            let exact = try! order.terms.quantity.scaled(numerator: numerator, denominator: denominator, .towardZero)
            order.terms.quantity = try! exact.rounded(toMultipleOf: capabilities.quantityIncrement, .towardZero)
            order.terms.stopPrice = order.terms.stopPrice.map(scale)
            order.terms.limitPrice = order.terms.limitPrice.map(scale)
            orders[order.id] = order
        }
    }

    private mutating func match(_ symbol: Symbol) -> [Input] {
        guard let quote = quotes[symbol], !halted.contains(symbol) else { return [] }
        var reports: [Input] = []
        for id in working(symbol).map(\.id) {
            guard let order = orders[id], order.isWorking, order.status != .held else { continue }
            let sells = order.terms.side == .sell
            let price = sells ? quote.bid : quote.ask
            func reaches(_ limit: Price?) -> Bool { limit.map { sells ? price >= $0 : price <= $0 } ?? true }
            func triggers(_ stop: Price?) -> Bool { stop.map { sells ? price <= $0 : price >= $0 } ?? true }
            if order.terms.type.isStop, faults.forgetsStops { continue }
            switch order.terms.type {
            case .market:
                let most = faults.fillsOnly.map {
                    min($0.units, order.terms.quantity.units) - order.filledQuantity.units
                }
                let size = min(most ?? .max, order.leavesQuantity.units)
                if size > 0 { reports += book(order, Quantity(units: size), price) }
            case .limit: if reaches(order.terms.limitPrice) { reports += book(order, order.leavesQuantity, price) }
            case .stop, .trailingStop:
                if triggers(order.terms.stopPrice) { reports += book(order, order.leavesQuantity, price) }
            case .stopLimit:
                if triggers(order.terms.stopPrice), reaches(order.terms.limitPrice) {
                    reports += book(order, order.leavesQuantity, price)
                }
            }
        }
        return reports
    }

    private mutating func book(_ before: Order, _ quantity: Quantity, _ price: Price) -> [Input] {
        var order = before
        sequence += 1
        try! order.book(quantity, at: price)
        order.status = order.filledQuantity >= order.terms.quantity ? .filled : .partiallyFilled
        order.updatedAt = now
        orders[order.id] = order
        var report = execution(of: order, quantity, price, number: sequence)
        report.fees = fee?(order, quantity, price)
        cash = Money(units: cash.units - (report.fees?.units ?? 0))
        if report.executionID != nil { executions[order.id, default: []].append(report) }
        move(order.symbol, order.terms.side == .buy ? quantity : try! quantity.negated(), price)
        return [.execution(report)] + tendGroup(of: order)
    }

    /// Siblings of an OCO shrink or end with a fill; the legs of a bracket wake up when the entry is filled.
    private mutating func tendGroup(of order: Order) -> [Input] {
        guard let group = order.groupID else { return [] }
        var reports: [Input] = []
        for var sibling in working(order.symbol) where sibling.groupID == group && sibling.id != order.id {
            if order.terms.role == .entry {
                guard order.status == .filled else { continue }
                sibling.status = .new
                orders[sibling.id] = sibling
                reports.append(word(sibling.id, .new))
            } else if order.status == .filled {
                sibling.status = .canceled
                orders[sibling.id] = sibling
                reports.append(word(sibling.id, .canceled))
            } else {
                sibling.terms.quantity = Quantity(units: sibling.filledQuantity.units + order.leavesQuantity.units)
                orders[sibling.id] = sibling
                reports.append(
                    .execution(
                        ExecutionReport(clientOrderID: sibling.id, event: .restated, terms: sibling.terms, at: now)))
            }
        }
        return reports
    }

    private mutating func move(_ symbol: Symbol, _ change: Quantity, _ price: Price) {
        cash = Money(units: cash.units - (try! price.times(change)).units)
        let before = held(symbol)
        let after = Quantity(units: before.units + change.units)
        if !before.isZero, !after.isZero, before.isNegative != after.isNegative, !wasTradedByHand {
            violations.append("P1: \(symbol) flipped from \(before) to \(after)")
        }
        let average: Price
        if before.isZero || before.isNegative == change.isNegative {
            let cost =
                (try! (positions[symbol]?.averagePrice ?? .zero).times(before)).units + (try! price.times(change)).units
            average = try! Money(units: cost).divided(by: after)
        } else {
            average = positions[symbol]?.averagePrice ?? price
        }
        hold(symbol, after, at: average)
    }
}
