import SystemTime
import Trading
import Wire

/// The core's side of trading: sends commands, moves the market, and keeps its own books from the adapter's reports.
///
/// Every report goes through the one table of an order's life, and every execution is counted once.
final class BrokerHarness {
    let harness: PluginHarness
    let capabilities: BrokerCapabilities
    let symbol: Symbol
    /// What the symbol costs while nothing is said about it.
    let base: Price
    /// Lockstep time, which every market update moves on.
    private(set) var time = Timestamp(seconds: 1_773_669_660)
    var orders: [ClientOrderID: Order] = [:]
    private(set) var executions: [ExecutionID: ExecutionReport] = [:]
    /// Of what checks before this one had left.
    var cleared: Set<ExecutionID> = []
    /// Executions that were reported more than once.
    private(set) var repeated = 0
    private var last: Price
    private var numbers = 0

    /// Opens the plugin, or takes one that is open, with a market at the base price.
    init(_ harness: PluginHarness, opens: Bool = true, environment: [String] = []) throws {
        if opens { try harness.open(environment: environment) }
        guard let capabilities = harness.ready.capabilities else {
            throw Broken("its ready declares no capabilities; a broker's does")
        }
        if let defect = capabilities.defect { throw Broken("its capabilities cannot be used: \(defect)") }
        self.harness = harness
        self.capabilities = capabilities
        symbol = harness.plugin.guide.symbol ?? Symbol(unchecked: "CHECK")
        base = try harness.plugin.guide.price ?? Price("100")
        last = base
        if capabilities.wantsMarketData { try quote(base) }
        if opens, !harness.plugin.lockstep { try clear() }
    }

    /// Goes on with another process of the adapter, or after another hello.
    func reopen(_ how: (PluginHarness) throws -> Void) throws {
        try how(harness)
        if capabilities.wantsMarketData { try quote(last) }
    }

    // MARK: - Orders

    /// The smallest order there is, times so much.
    func lots(_ count: Int64) -> Quantity {
        // Of any order type: the same quantity is used in several.
        let steps = capabilities.orderTypes.map { capabilities.quantityIncrement(of: symbol, in: $0).units }
        let step = max(1, capabilities.quantityIncrement(of: symbol).units, steps.max() ?? 1)
        let least = max(step, capabilities.minimumQuantity(of: symbol).units)
        return Quantity(units: (least + step - 1) / step * step * count)
    }

    /// So many thousandths of the base price, on the grid.
    func price(_ thousandths: Int64) throws -> Price {
        let exact = Price(units: base.units / 1_000 * thousandths)
        return try exact.rounded(toMultipleOf: capabilities.priceIncrement(of: symbol).step(for: exact), .halfEven)
    }

    var goodTill: TimeInForce {
        capabilities.timeInForce.contains(.gtc) ? .gtc : capabilities.timeInForce.first ?? .day
    }

    func order(
        _ side: Side, _ type: OrderType, _ quantity: Quantity, limit: Price? = nil, stop: Price? = nil,
        trail: Price? = nil, _ timeInForce: TimeInForce? = nil, role: OrderRole
    ) -> NewOrder {
        numbers += 1
        return NewOrder(
            clientOrderID: ClientOrderID(unchecked: "\(harness.shared.nonce).\(harness.number).\(numbers)"),
            symbol: symbol,
            side: side, type: type, quantity: quantity, limitPrice: limit, stopPrice: stop, trailAmount: trail,
            timeInForce: timeInForce ?? goodTill, role: role)
    }

    /// An order that waits: a buy far from the market.
    func resting(_ quantity: Quantity? = nil) throws -> NewOrder {
        if capabilities.orderTypes.contains(.limit) {
            return order(.buy, .limit, quantity ?? lots(10), limit: try price(500), role: .entry)
        }
        let type: OrderType = capabilities.orderTypes.contains(.stop) ? .stop : .stopLimit
        return order(
            .buy, type, quantity ?? lots(10), limit: type == .stopLimit ? try price(1_600) : nil,
            stop: try price(1_500), role: .entry)
    }

    func atMarket(_ side: Side, _ quantity: Quantity) -> NewOrder {
        let timeInForce: TimeInForce = capabilities.timeInForce.contains(.day) ? .day : goodTill
        return order(side, .market, quantity, timeInForce, role: side == .buy ? .entry : .reduce)
    }

    // MARK: - Commands

    struct Reports {
        var reports: [ExecutionReport] = []
        var answer: OrderAnswer?
        var state: BrokerState?
        /// It refused the command itself.
        var error: String?
    }

    /// Sends and notes what the core would note; the reports come with ``take(_:)``.
    func send(_ command: OrderCommand, epoch: Int64? = nil) throws -> String {
        switch command {
        case .submit(let submission):
            for terms in submission.orders where orders[terms.clientOrderID] == nil {
                orders[terms.clientOrderID] = Order(
                    terms: terms, groupID: submission.groupID, groupKind: submission.groupKind, submittedAt: time)
            }
        case .cancel(let id): _ = orders[id]?.apply(.cancelRequested, at: time)
        case .replace(let replacement):
            _ = orders[replacement.clientOrderID]?.apply(.replaceRequested, at: time)
            if let old = orders[replacement.clientOrderID],
                let next = replacement.successor(of: old, counting: capabilities.replacementQuantity, at: time)
            {
                orders[next.id] = next
            }
        case .query, .reconcile: break
        }
        return try harness.send(.command, try harness.encoded(command), epoch: epoch)
    }

    /// The reports on a message, up to its one `done`.
    func take(_ id: String, _ what: String) throws -> Reports {
        var words = Reports()
        for message in try harness.rest(of: id, what) { try note(message, of: id, in: &words) }
        return words
    }

    private func note(_ message: Message, of id: String, in words: inout Reports) throws {
        switch message.header.type {
        case .execution:
            let report = try message.read(ExecutionReport.self, strictly: true)
            try book(report)
            words.reports.append(report)
        case .orderAnswer: words.answer = try message.read(OrderAnswer.self, strictly: true)
        case .brokerState: words.state = try message.read(BrokerState.self, strictly: true)
        case .cashMovement: try note(try message.read(CashMovement.self, strictly: true))
        case .executionCorrection:
            let correction = try message.read(ExecutionCorrection.self, strictly: true)
            if let defect = correction.defect { throw Broken("execution_correction: \(defect)") }
        case .error where message.header.re == id: words.error = try message.reason()
        default: break
        }
    }

    /// A movement keeps its id and says what it is.
    private func note(_ movement: CashMovement) throws {
        if case .wrongSign(let kind, let amount)? = movement.defect {
            throw Broken("cash_movement \(movement.id): a \(kind.rawValue) of \(amount)")
        }
    }

    @discardableResult
    func ask(_ command: OrderCommand, epoch: Int64? = nil) throws -> Reports {
        let id = try send(command, epoch: epoch)
        return try take(id, Self.name(command))
    }

    private static func name(_ command: OrderCommand) -> String {
        switch command {
        case .submit: "submit"
        case .cancel: "cancel"
        case .replace: "replace"
        case .query: "query"
        case .reconcile: "reconcile"
        }
    }

    /// - Throws: ``Broken`` when the command itself was refused.
    @discardableResult
    func carryOut(_ command: OrderCommand) throws -> Reports {
        let words = try ask(command)
        if let error = words.error { throw Broken("it answered \(Self.name(command)) with error: \(error)") }
        return words
    }

    @discardableResult
    func submit(_ terms: [NewOrder], group: OrderGroupKind? = nil) throws -> Reports {
        numbers += 1
        let id = group.map { _ in OrderGroupID(unchecked: "\(harness.shared.nonce).\(harness.number).g\(numbers)") }
        return try carryOut(.submit(OrderSubmission(orders: terms, groupID: id, groupKind: group)))
    }

    /// Places an order that must be taken.
    func place(_ terms: NewOrder) throws {
        let words = try submit([terms])
        let status = try known(terms.clientOrderID).status
        if status == .rejected {
            let why = words.reports.first { $0.event == .rejected }?.reason ?? "without a reason"
            throw Broken("it refused \(terms.words): \(why)")
        }
        try until(terms.clientOrderID, "word of the venue on \(terms.words)") {
            ![.pendingNew, .accepted].contains($0)
        }
    }

    func state() throws -> BrokerState {
        guard let state = try carryOut(.reconcile).state else {
            throw Broken("reconcile was done without a broker_state")
        }
        return state
    }

    func query(_ id: ClientOrderID) throws -> OrderAnswer {
        guard let answer = try queried(id).answer else {
            throw Broken("query was done without an order_answer")
        }
        guard answer.clientOrderID == id else {
            throw Broken("it was asked about \(id) and answered about \(answer.clientOrderID)")
        }
        return answer
    }

    func held() throws -> Quantity { try state().positions.first { $0.symbol == symbol }?.quantity ?? .zero }

    // MARK: - The market

    /// What is sent as the market: a quote around a price.
    func quote(_ price: Price) throws { _ = try take(try sendQuote(price), "market") }

    func sendQuote(_ price: Price) throws -> String {
        let tick = capabilities.priceIncrement(of: symbol).step(for: price)
        last = price
        return try sendMarket(
            quote: Quote(
                symbol: symbol, bid: try price - tick, ask: try price + tick, bidSize: lots(1_000_000),
                askSize: lots(1_000_000), last: price, at: time + .seconds(1)))
    }

    func sendMarket(quote: Quote? = nil, bar: Bar? = nil, after span: TimeSpan = .seconds(1)) throws -> String {
        time = time + span
        let update = MarketUpdate(
            at: time, session: .regular, bars: bar.map { [$0] }, quotes: quote.map { [$0] })
        return try harness.send(.market, try harness.encoded(update))
    }

    /// A minute's bar.
    func bar(low: Price, high: Price, close: Price, volume: Quantity) throws {
        let start = time
        let bar = Bar(
            symbol: symbol, start: start, period: .seconds(60), open: close, high: high, low: low, close: close,
            volume: volume)
        last = close
        _ = try take(try sendMarket(bar: bar, after: .seconds(60)), "market")
    }

    /// Lets time pass until the next day's regular session.
    func nextDay() throws {
        let end = time + .seconds(86_400)
        _ = try take(try harness.send(.market, try harness.encoded(MarketUpdate(at: end, session: .regular))), "market")
        time = end
        try quote(last)
    }

    /// Waits until an order is so, for as long as an answer may take: the market ticks on where it is ours.
    func until(_ id: ClientOrderID, _ what: String, _ isSo: (OrderStatus) -> Bool) throws {
        let deadline = monotonicMilliseconds() + Limits.answerMilliseconds
        var ticks = 0
        while !isSo(try known(id).status) {
            let status = try known(id).status.rawValue
            guard monotonicMilliseconds() < deadline, ticks < Self.mostTicks else {
                throw Broken("no \(what): the order stays \(status)")
            }
            if capabilities.wantsMarketData, harness.plugin.lockstep {
                ticks += 1
                try quote(last)
            } else {
                var words = Reports()
                try note(try harness.next(what), of: "", in: &words)
            }
        }
    }

    /// Seconds of the market in which a simulated venue must act.
    private static let mostTicks = 120

    // MARK: - Books

    func known(_ id: ClientOrderID) throws -> Order {
        guard let order = orders[id] else { throw Broken("it speaks of the order \(id), which nobody placed") }
        return order
    }

    /// Of the symbol, by the executions that were reported.
    func bought() throws -> Quantity {
        try executions.filter { !cleared.contains($0.key) }.values.reduce(Quantity.zero) { sum, report in
            guard let quantity = report.quantity, let order = orders[report.clientOrderID] else { return sum }
            return order.terms.side == .buy ? try sum + quantity : try sum - quantity
        }
    }

    /// Takes over what the adapter answers about an order, after reports may have been lost.
    /// - Returns: nil when it says that it never had it.
    @discardableResult
    func adopt(_ id: ClientOrderID) throws -> Order? {
        let answer = try query(id)
        guard let theirs = answer.order else { return nil }
        guard var order = orders[id] else { throw Broken("it speaks of the order \(id), which nobody placed") }
        for report in answer.executions {
            if let defect = report.defect(telling: capabilities.executions) {
                throw Broken("an execution in order_answer: \(defect)")
            }
            guard let execution = report.executionID, executions[execution] == nil, let quantity = report.quantity,
                let price = report.price
            else { continue }
            executions[execution] = report
            try order.book(quantity, at: price)
        }
        guard order.filledQuantity == theirs.filledQuantity || capabilities.executions == .cumulative else {
            throw Broken(
                "order_answer says that \(theirs.filledQuantity) of \(id) are filled; its executions make \(order.filledQuantity)"
            )
        }
        order.filledQuantity = theirs.filledQuantity
        order.status = theirs.status
        orders[id] = order
        return theirs
    }

    /// It was sent, and no report came.
    func expect(_ terms: NewOrder) { orders[terms.clientOrderID] = Order(terms: terms, submittedAt: time) }

    /// It never arrived.
    func forget(_ id: ClientOrderID) { orders[id] = nil }

    /// Takes the reports on a message and ignores them.
    func passOver(_ id: String) throws { _ = try harness.rest(of: id, "market") }

    /// One message that nobody asked for.
    func hear() throws {
        var words = Reports()
        try note(try harness.next("word that it tells again"), of: "", in: &words)
    }

    /// Orders that are asked about although nobody placed them.
    var unknownOrders: Set<ClientOrderID> = []

    /// An id that no order has.
    func unknownOrder() -> ClientOrderID {
        numbers += 1
        let id = ClientOrderID(unchecked: "\(harness.shared.nonce).\(harness.number).never\(numbers)")
        unknownOrders.insert(id)
        return id
    }

    private func book(_ report: ExecutionReport) throws {
        let words = "\(report.event.rawValue) of \(report.clientOrderID)"
        if let defect = report.defect(telling: capabilities.executions) { throw Broken("\(words): \(defect)") }
        guard var order = orders[report.clientOrderID] else {
            if unknownOrders.contains(report.clientOrderID) { return }
            guard report.terms != nil else {
                throw Broken("\(words): nobody placed that order, and no terms come with it")
            }
            return
        }
        let before = order.status
        let isNew = try count(report, in: &order)
        guard isNew else { return }
        guard order.apply(report.event, at: report.at) != .refused else {
            throw Broken("\(words) cannot follow: the order is \(before.rawValue)")
        }
        harness.shared.transitions.insert("\(before.rawValue)+\(report.event.rawValue)")
        if [.canceled, .expired, .replaced].contains(report.event), report.cumulativeQuantity == nil {
            throw Broken("\(words) ends the order without a cumulative_quantity")
        }
        // Fewer than are known already is an earlier report, repeated; of an end and of a fill it is a contradiction.
        let isExact = [.canceled, .expired, .replaced, .fill, .partialFill].contains(report.event)
        if let sum = report.cumulativeQuantity, sum > order.filledQuantity || isExact && sum != order.filledQuantity {
            throw Broken(
                "\(words) counts \(sum) as filled, its executions make \(order.filledQuantity)")
        }
        if report.event == .restated {
            guard let terms = report.terms else { throw Broken("\(words) comes without terms") }
            order.terms = terms
        }
        orders[report.clientOrderID] = order
    }

    /// Counts an execution once. Returns false for one that was reported before.
    private func count(_ report: ExecutionReport, in order: inout Order) throws -> Bool {
        guard report.event == .fill || report.event == .partialFill else { return true }
        let report = try capabilities.executions == .cumulative ? report.execution(beyond: order) : report
        guard let report, let id = report.executionID, let quantity = report.quantity, let price = report.price else {
            return false
        }
        if let earlier = executions[id] {
            guard earlier.quantity == quantity, earlier.price == price else {
                throw Broken(
                    "the execution \(id) was \(earlier.quantity ?? .zero) at \(earlier.price ?? .zero), and now is \(quantity) at \(price)"
                )
            }
            repeated += 1
            return false
        }
        executions[id] = report
        try order.book(quantity, at: price)
        guard order.filledQuantity <= order.terms.quantity else {
            throw Broken("\(order.id) is filled \(order.filledQuantity) of \(order.terms.quantity)")
        }
        let isWhole = order.filledQuantity == order.terms.quantity
        guard isWhole == (report.event == .fill) else {
            throw Broken(
                "\(report.event.rawValue) of \(order.id): \(order.filledQuantity) of \(order.terms.quantity) are filled"
            )
        }
        return true
    }

    /// The adapter's books agree with what it reported: its list, its answer, and its position.
    func agrees(since start: Quantity) throws {
        let state = try state()
        for order in orders.values.sorted(by: { $0.id < $1.id }) {
            let listed = state.openOrders.filter { $0.id == order.id }
            guard listed.count <= 1 else { throw Broken("broker_state lists \(order.id) \(listed.count) times") }
            guard order.isWorking == !listed.isEmpty else {
                throw Broken(
                    "\(order.id) is \(order.status.rawValue) by its words, and \(listed.isEmpty ? "not " : "")in broker_state"
                )
            }
            if let listed = listed.first { try compare(listed, with: order, "broker_state") }
            let answer = try query(order.id)
            guard let found = answer.order else {
                throw Broken("query does not know \(order.id), which is \(order.status.rawValue)")
            }
            try compare(found, with: order, "query")
            try compareExecutions(answer, order)
        }
        let position = state.positions.first { $0.symbol == symbol }?.quantity ?? .zero
        let expected = try start + bought()
        guard position == expected else {
            throw Broken("the position is \(position); \(start) and what was executed make \(expected)")
        }
    }

    private func compare(_ theirs: Order, with ours: Order, _ place: String) throws {
        for (what, same) in [
            ("terms", theirs.terms == ours.terms), ("filled_quantity", theirs.filledQuantity == ours.filledQuantity),
            ("status", theirs.status.isTerminal == ours.status.isTerminal),
        ] where !same {
            throw Broken(
                "\(place) has other \(what) of \(ours.id): \(theirs.words), \(theirs.status.rawValue), \(theirs.filledQuantity) filled; told were \(ours.words), \(ours.status.rawValue), \(ours.filledQuantity) filled"
            )
        }
        guard !ours.status.isTerminal || theirs.status == ours.status else {
            throw Broken(
                "\(place) says that \(ours.id) is \(theirs.status.rawValue), its words said \(ours.status.rawValue)")
        }
    }

    private func compareExecutions(_ answer: OrderAnswer, _ order: Order) throws {
        guard capabilities.executions == .each else { return }
        let told = executions.values.filter { $0.clientOrderID == order.id }
        let fills = answer.executions.filter { $0.event == .fill || $0.event == .partialFill }
        let ids = fills.compactMap(\.executionID)
        guard Set(ids).count == ids.count, ids.count == fills.count else {
            throw Broken("query tells an execution of \(order.id) twice, or without its id")
        }
        guard Set(ids) == Set(told.compactMap(\.executionID)) else {
            throw Broken("query knows \(ids.count) executions of \(order.id), \(told.count) were told")
        }
        for execution in fills {
            guard let id = execution.executionID, let earlier = executions[id], earlier.price == execution.price,
                earlier.quantity == execution.quantity
            else { throw Broken("query tells the execution \(execution.executionID?.text ?? "?") with other figures") }
        }
    }
}
