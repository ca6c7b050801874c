import Trading

/// The simulated broker; a scenario is checked against its books. It keeps positions, orders and executions, trades on the
/// market that it is given, and does what its declared capabilities say, nothing else. It never looks at the core.
final class Venue {
    struct Resting {
        var order: Order
        /// Its stop price was reached: it trades like the market or limit order behind it.
        var isElected = false
        /// A cancel was taken and is not carried out yet.
        var isCanceling = false
        /// That cancel is carried out when somebody asks for it again, and not before.
        var isStuck = false
        /// Elected and forgotten: it never executes.
        var isForgotten = false
        /// Queries and lists do not show it earlier.
        var visibleFrom: Int64 = 0
    }

    let world: World
    let faults: FaultInjector
    let capabilities: BrokerCapabilities
    /// What it refuses of a symbol, whatever it declares.
    var refusals: [Symbol: Scenario.Refusal] = [:]
    /// Reports that are no fills say how much is filled.
    let tellsSums: Bool
    private(set) var positions: [Symbol: Quantity] = [:]
    private(set) var averages: [Symbol: Price] = [:]
    private(set) var cash: Money {
        didSet { cashRange = (min(cashRange.low, cash), max(cashRange.high, cash)) }
    }
    /// What the account has truly had since the beginning.
    private(set) var cashRange: (low: Money, high: Money)
    private(set) var orders: [ClientOrderID: Resting] = [:]
    /// Not over, in the order of arrival.
    private(set) var working: [Symbol: [ClientOrderID]] = [:]
    private(set) var executions: [ClientOrderID: [ExecutionReport]] = [:]
    private(set) var prices: [Symbol: Price] = [:]
    private var ranges: [Symbol: (low: Price, high: Price)] = [:]
    /// Of the shares that were split.
    private(set) var rangesBefore: [Symbol: (low: Price, high: Price)] = [:]
    private(set) var halted: Set<Symbol> = []
    private(set) var session = SessionPhase.regular
    /// Of these nobody knows a price before the market opens.
    var dark: Set<Symbol> = []
    /// Positions and averages as they were, for reports that are out of step: newest last.
    private var history: [(at: Int64, positions: [Symbol: Quantity], averages: [Symbol: Price])] = []
    /// Positions as they were at the beginning.
    private var opening: [Symbol: Quantity] = [:]
    /// Symbols that the list of positions leaves out, and until when.
    private var unlisted: [Symbol: Int64] = [:]
    /// Movements of cash by their ids, from when on they are listed, and all amounts that were told of them.
    var movements: [(movement: CashMovement, from: Int64, told: [Int64])] = []
    var listsMovements = false
    private var count: Int64 = 0

    /// The broker's reports, as they leave it.
    /// Of the newest core whose command was taken, at whatever adapter; it survives them, as a file would.
    var fence = EpochFence()
    var tell: (ExecutionReport) -> Void = { _ in }
    /// Shares change hands, whether it is reported or not.
    var onFill: (_ order: Order, _ quantity: Quantity) -> Void = { _, _ in }
    /// Called after every change of an order or a position.
    var onChange: (_ symbol: Symbol, _ what: String) -> Void = { _, _ in }

    init(world: World, faults: FaultInjector, capabilities: BrokerCapabilities, tellsSums: Bool, cash: Money) {
        self.tellsSums = tellsSums
        self.world = world
        self.faults = faults
        self.capabilities = capabilities
        self.cash = cash
        cashRange = (cash, cash)
    }

    func open(_ symbol: Symbol, _ quantity: Quantity, at price: Price) {
        positions[symbol] = quantity
        averages[symbol] = price
        prices[symbol] = price
        history = [(0, positions, averages)]
        opening = positions
    }

    func list(_ symbol: Symbol, at price: Price) { prices[symbol] = price }

    // MARK: - Reading

    func held(_ symbol: Symbol) -> Quantity { positions[symbol] ?? .zero }

    func resting(_ symbol: Symbol) -> [Resting] { (working[symbol] ?? []).compactMap { orders[$0] } }

    func exitSide(_ symbol: Symbol) -> Side? {
        let held = held(symbol)
        return held.isZero ? nil : held.isPositive ? .sell : .buy
    }

    /// Shares that working exits could take: a group counts once, legs that wait for their entry not at all.
    func offered(_ symbol: Symbol, _ side: Side) -> Int64 {
        var groups: [OrderGroupID: Int64] = [:]
        var units: Int64 = 0
        for resting in resting(symbol) {
            let order = resting.order
            guard order.terms.side == side, order.terms.role != .entry, order.status != .held else { continue }
            if let group = order.groupID {
                groups[group] = max(groups[group] ?? 0, order.leavesQuantity.units)
            } else {
                units += order.leavesQuantity.units
            }
        }
        return units + groups.values.reduce(0, +)
    }

    func free(_ symbol: Symbol) -> Int64 {
        guard let side = exitSide(symbol) else { return 0 }
        return Int64(held(symbol).units.magnitude) - offered(symbol, side)
    }

    /// Shares under a stop that rests and is not about to be canceled; one on the other side protects nothing.
    func protected(_ symbol: Symbol) -> Int64 {
        guard let side = exitSide(symbol) else { return 0 }
        return resting(symbol).filter {
            $0.order.terms.side == side && $0.order.terms.type.isStop && $0.order.status != .held
                && $0.order.terms.role != .entry
        }
        .reduce(0) { $0 + $1.order.leavesQuantity.units }
    }

    /// The same of what stands in the market.
    func executableStops(_ symbol: Symbol) -> Int64 {
        var units: Int64 = 0
        for order in resting(symbol).map(\.order) where order.terms.role == .stop && order.terms.type.isStop {
            if order.status == .new || order.status == .partiallyFilled { units += order.leavesQuantity.units }
        }
        return units
    }

    func query(_ id: ClientOrderID) -> OrderAnswer {
        guard let resting = orders[id], resting.visibleFrom <= world.now,
            capabilities.canLookUp || resting.order.isWorking
        else { return OrderAnswer(clientOrderID: id, order: nil, executions: []) }
        return OrderAnswer(clientOrderID: id, order: resting.order, executions: executions[id] ?? [])
    }

    /// - Parameter lag: positions as they were so many nanoseconds ago.
    func state(lag: Int64) -> BrokerState {
        let at = world.now - lag
        let before = lag > 0 ? history.last { $0.at <= at } : nil
        let (seen, costs) = (before?.positions ?? positions, before?.averages ?? averages)
        let listed = seen.filter { !$0.value.isZero && !isUnlisted($0.key) }.sorted { $0.key < $1.key }.map {
            BrokerPosition(symbol: $0.key, quantity: $0.value, averagePrice: costs[$0.key] ?? .one)
        }
        let open = working.sorted { $0.key < $1.key }.flatMap { $0.value.compactMap { orders[$0] } }
            .filter { $0.visibleFrom <= world.now }.map(\.order)
        return BrokerState(
            account: Account(id: Scenario.account, cash: cash, equity: equity, buyingPower: max(.zero, cash)),
            positions: listed, openOrders: open, at: world.time, cashMovements: listedMovements)
    }

    private var listedMovements: [CashMovement]? {
        let listed = movements.filter { $0.from <= world.now }.map(\.movement)
        return listsMovements && !listed.isEmpty ? listed : nil
    }

    func isUnlisted(_ symbol: Symbol) -> Bool { faults.isStorm && unlisted[symbol].map { world.now < $0 } ?? false }

    /// The list of positions is without it for a while.
    func leaveOut(_ symbol: Symbol, for span: Int64) { unlisted[symbol] = world.now + span }

    private var equity: Money {
        var units = cash.units
        for (symbol, quantity) in positions { units += value(quantity, prices[symbol] ?? .zero).units }
        return Money(units: units)
    }

    func value(_ quantity: Quantity, _ price: Price) -> Money {
        do { return try price.times(quantity) } catch { preconditionFailure("scenario figures fit: \(error)") }
    }

    /// Whether so much was held at any time since then.
    func hasHeld(_ quantity: Quantity, _ symbol: Symbol, since time: Int64) -> Bool {
        let first = history.lastIndex { $0.at <= time }
        let since = history[(first ?? 0)...].map(\.positions) + (first == nil ? [opening] : [])
        return since.contains { ($0[symbol] ?? .zero) == quantity }
    }

    func nextNumber() -> Int64 {
        count += 1
        return count
    }

    // MARK: - Changing

    func put(_ resting: Resting) {
        let order = resting.order
        let wasWorking = orders.updateValue(resting, forKey: order.id)?.order.isWorking
        if wasWorking != true, order.isWorking {
            working[order.symbol, default: []].append(order.id)
        } else if wasWorking == true, !order.isWorking {
            working[order.symbol]?.removeAll { $0 == order.id }
        }
    }

    /// Moves an order on and says so.
    func move(
        _ id: ClientOrderID, to status: OrderStatus, _ event: OrderEvent, reason: String? = nil, terms: Bool = false
    ) {
        guard var resting = orders[id] else { return }
        resting.order.status = status
        resting.order.updatedAt = world.time
        if let reason { resting.order.reason = reason }
        put(resting)
        report(resting.order, event, reason: reason, terms: terms)
        onChange(resting.order.symbol, "\(id) \(event.rawValue)")
    }

    func report(_ order: Order, _ event: OrderEvent, reason: String? = nil, terms: Bool = false) {
        tell(
            ExecutionReport(
                clientOrderID: order.id, brokerOrderID: order.brokerOrderID, event: event,
                cumulativeQuantity: tellsSums ? order.filledQuantity : nil, reason: reason,
                terms: terms || order.terms.role == .external ? order.terms : nil, at: world.time))
    }

    /// An execution: the one place where shares change hands.
    func fill(_ id: ClientOrderID, _ quantity: Quantity, at price: Price) {
        guard var resting = orders[id], resting.order.isWorking, quantity.isPositive else { return }
        do {
            try resting.order.book(quantity, at: price)
            let change = resting.order.terms.side == .buy ? quantity : try quantity.negated()
            cash = try cash - price.times(change)
            try move(shares: change, resting.order.symbol, at: price)
        } catch { preconditionFailure("scenario figures fit: \(error)") }
        let isDone = resting.order.filledQuantity >= resting.order.terms.quantity
        resting.order.status = isDone ? .filled : resting.isCanceling ? .pendingCancel : .partiallyFilled
        resting.order.updatedAt = world.time
        put(resting)
        onFill(resting.order, quantity)
        let execution = execution(of: resting.order, quantity, at: price)
        if capabilities.executions == .each { executions[id, default: []].append(execution) }
        tell(execution)
        settleGroup(of: resting.order)
        onChange(resting.order.symbol, "\(id) \(execution.event.rawValue) \(quantity) at \(price)")
    }

    /// As this broker reports it.
    private func execution(of order: Order, _ quantity: Quantity, at price: Price) -> ExecutionReport {
        var report = ExecutionReport(
            clientOrderID: order.id, brokerOrderID: order.brokerOrderID,
            event: order.isWorking ? .partialFill : .fill, cumulativeQuantity: order.filledQuantity,
            terms: order.terms.role == .external ? order.terms : nil, at: world.time)
        switch capabilities.executions {
        case .each:
            report.executionID = ExecutionID(unchecked: "x\(nextNumber())")
            (report.price, report.quantity) = (price, quantity)
        case .cumulative: report.averagePrice = order.averageFillPrice
        }
        return report
    }

    private func move(shares change: Quantity, _ symbol: Symbol, at price: Price) throws(NumericError) {
        let before = held(symbol)
        let after = try before + change
        if before.isZero || before.isNegative != after.isNegative {
            averages[symbol] = price
        } else if before.isNegative == change.isNegative {
            averages[symbol] = try Price.average((averages[symbol] ?? price, before), (price, change))
        }
        positions[symbol] = after.isZero ? nil : after
        history.append((world.now, positions, averages))
        if history.count > 200 { history.removeFirst(100) }
    }

    // MARK: - The market

    func price(_ symbol: Symbol, _ price: Price) {
        let before = prices[symbol] ?? price
        prices[symbol] = price
        let range = ranges[symbol] ?? (min(before, price), max(before, price))
        ranges[symbol] = (min(range.low, price), max(range.high, price))
    }

    /// What the market of a symbol has truly been since the beginning.
    func range(_ symbol: Symbol) -> (low: Price, high: Price)? {
        ranges[symbol] ?? prices[symbol].map { ($0, $0) }
    }

    func book(cash amount: Money) { cash = Money(units: cash.units + amount.units) }

    func lowerPrices(_ symbol: Symbol, by amount: Price) {
        func lowered(_ price: Price) -> Price { Price(units: max(Price.scale / 100, price.units - amount.units)) }
        prices[symbol] = prices[symbol].map(lowered)
        ranges[symbol] = ranges[symbol].map { (lowered($0.low), $0.high) }
    }

    // MARK: - Splits

    /// Prices are those of the new shares, and orders for the old ones are over.
    func restatePrices(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64) {
        for id in working[symbol] ?? [] { finishCancel(id) }
        rangesBefore[symbol] = range(symbol)
        prices[symbol] = prices[symbol].map { scaled($0, denominator, numerator) }
        ranges[symbol] = ranges[symbol].map {
            (scaled($0.low, denominator, numerator), scaled($0.high, denominator, numerator))
        }
    }

    /// The shares themselves, in whole increments; the rest is paid in cash. Orders that came meanwhile are for the old ones.
    func bookSplit(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64) {
        for id in working[symbol] ?? [] { finishCancel(id) }
        guard let before = positions[symbol], let average = averages[symbol] else { return }
        let step = Int128(capabilities.quantityIncrement.units)
        let exact = Int128(before.units) * Int128(numerator) / Int128(denominator)
        let whole = exact / step * step
        let fraction = Quantity(units: Int64(exact - whole))
        cash = Money(units: cash.units + value(fraction, prices[symbol] ?? .zero).units)
        positions[symbol] = whole == 0 ? nil : Quantity(units: Int64(whole))
        averages[symbol] = Price(units: average.units / numerator * denominator)
        history.append((world.now, positions, averages))
        onChange(symbol, "\(numerator):\(denominator) split")
    }

    private func scaled(_ price: Price, _ numerator: Int64, _ denominator: Int64) -> Price {
        let cent = Price.scale / 100
        return Price(units: max(cent, price.units / denominator * numerator / cent * cent))
    }

    func open(_ phase: SessionPhase) { session = phase }
    func setHalted(_ symbol: Symbol, _ isHalted: Bool) {
        if isHalted { halted.insert(symbol) } else { halted.remove(symbol) }
    }
}
