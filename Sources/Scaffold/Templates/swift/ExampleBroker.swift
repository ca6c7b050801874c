import Foundation
import PluginKit
import Trading

/// A venue in a file: market, limit and stop orders, filled whole at the quotes that the core sees.
///
/// Replace `Books` by calls of your broker. What must stay so is what `bigbrother check` tries: an id is placed once, what
/// was said is known after kill -9, nothing is said that is not known.
struct ExampleBroker: BrokerAdapter {
    struct Settings: Decodable { var cash: Money }

    private var books: Books
    private let account: AccountID
    private let path: URL
    private var words: [ExecutionReport] = []

    init(settings: Settings, context: AdapterContext) throws {
        guard !settings.cash.isNegative else { throw SettingsError("cash is not below zero, as \(settings.cash) is") }
        account = context.account
        path = URL(fileURLWithPath: context.stateDirectory + "/example-broker.books")
        books = Books(cash: settings.cash)
        if let kept = FileManager.default.contents(atPath: path.path) {
            books = try JSONDecoder().decode(Books.self, from: kept)
        }
    }

    let capabilities: BrokerCapabilities = {
        var declared = BrokerCapabilities(
            orderTypes: [.market, .limit, .stop], timeInForce: [.gtc], groups: [], replacesPrice: true,
            replacesQuantity: true, reservesShares: false, wantsMarketData: true)
        declared.idempotency = .rejectsDuplicates
        return declared
    }()

    var highestEpoch: Int64 { books.epoch }

    mutating func fence(at epoch: Int64) throws {
        books.epoch = epoch
        try keep()
    }

    /// Whole on the disk before anything of it is reported.
    private func keep() throws { try JSONEncoder().encode(books).write(to: path, options: .atomic) }

    private mutating func said() throws -> [BrokerMessage] {
        try keep()
        defer { words = [] }
        return words.map { .execution($0) }
    }

    // MARK: - What the core asks for

    mutating func handle(_ command: OrderCommand, at time: Timestamp) throws -> [BrokerMessage] {
        switch command {
        case .submit(let submission): try submit(submission, time)
        case .cancel(let id): cancel(id, time)
        case .replace(let wish): try replace(wish, time)
        case .query(let id):
            let fills = books.fills.filter { $0.clientOrderID == id }
            return [.answer(OrderAnswer(clientOrderID: id, order: books[id], executions: fills))]
        case .reconcile: return [.state(try state(time))]
        }
        return try said()
    }

    private mutating func submit(_ submission: OrderSubmission, _ time: Timestamp) throws {
        let known = submission.orders.compactMap { terms in
            books.words.last { $0.clientOrderID == terms.clientOrderID }
        }
        guard known.isEmpty else { return words = known }
        var why = submission.orders.compactMap(defect).first
        if let kind = submission.groupKind { why = "there are no \(kind.rawValue) groups here" }
        for terms in submission.orders {
            books.orders.append(Order(terms: terms, submittedAt: time))
            say(terms.clientOrderID, why == nil ? .new : .rejected, time, reason: why)
        }
        for terms in submission.orders { try match(terms.symbol, time) }
    }

    private func defect(_ terms: NewOrder) -> String? {
        guard capabilities.orderTypes.contains(terms.type), terms.timeInForce == .gtc else {
            return "there are no \(terms.timeInForce.rawValue) \(terms.type.rawValue) orders here"
        }
        return terms.defect(increment: capabilities.priceIncrement)?.description
    }

    private mutating func cancel(_ id: ClientOrderID, _ time: Timestamp) {
        guard books[id]?.isWorking == true else { return refuse(id, .cancelRejected, time) }
        say(id, .canceled, time)
    }

    private mutating func replace(_ wish: OrderReplacement, _ time: Timestamp) throws {
        guard let order = books[wish.clientOrderID], order.isWorking else {
            return refuse(wish.clientOrderID, .replaceRejected, time)
        }
        var terms = order.terms
        terms.quantity = wish.quantity ?? terms.quantity
        terms.limitPrice = wish.limitPrice ?? terms.limitPrice
        terms.stopPrice = wish.stopPrice ?? terms.stopPrice
        guard defect(terms) == nil else { return refuse(wish.clientOrderID, .replaceRejected, time) }
        books.change(order.id) { $0.terms = terms }
        say(order.id, .restated, time, terms: terms)
        try match(terms.symbol, time)
    }

    private mutating func refuse(_ id: ClientOrderID, _ event: OrderEvent, _ time: Timestamp) {
        words.append(
            ExecutionReport(clientOrderID: id, event: event, reason: "it is over, or was never here", at: time))
    }

    private func state(_ time: Timestamp) throws -> BrokerState {
        let held = books.held.filter { !$0.quantity.isZero }
        let equity = try held.reduce(books.cash) { sum, position in
            try sum + (books.quote(position.symbol)?.bid ?? position.averagePrice).times(position.quantity)
        }
        let money = Account(
            id: account, cash: books.cash, equity: equity, buyingPower: max(.zero, books.cash))
        return BrokerState(account: money, positions: held, openOrders: books.orders.filter(\.isWorking), at: time)
    }

    // MARK: - What the market does

    mutating func market(_ update: MarketUpdate) throws -> [BrokerMessage] {
        for quote in update.quotes ?? [] where quote.isHalted != true {
            books.quotes.removeAll { $0.symbol == quote.symbol }
            books.quotes.append(quote)
            try match(quote.symbol, update.at)
        }
        return try said()
    }

    mutating func tick(at time: Timestamp) -> [BrokerMessage] { [] }

    private mutating func match(_ symbol: Symbol, _ time: Timestamp) throws {
        for order in books.orders where order.symbol == symbol && order.isWorking {
            let quote = books.quote(symbol)
            guard let price = order.terms.side == .buy ? quote?.ask : quote?.bid, isReached(order.terms, price) else {
                continue
            }
            try fill(order, at: price, time)
        }
    }

    private func isReached(_ terms: NewOrder, _ price: Price) -> Bool {
        let buys = terms.side == .buy
        if let limit = terms.limitPrice { return buys ? price <= limit : price >= limit }
        if let stop = terms.stopPrice { return buys ? price >= stop : price <= stop }
        return true
    }

    private mutating func fill(_ order: Order, at price: Price, _ time: Timestamp) throws {
        let (quantity, buys) = (order.terms.quantity, order.terms.side == .buy)
        try books.cash += try price.times(buys ? quantity.negated() : quantity)
        let before = books.held.first { $0.symbol == order.symbol }?.quantity ?? .zero
        books.held.removeAll { $0.symbol == order.symbol }
        books.held.append(
            BrokerPosition(
                symbol: order.symbol, quantity: buys ? try before + quantity : try before - quantity,
                averagePrice: price))
        try books.change(order.id) { try $0.book(quantity, at: price) }
        say(order.id, .fill, time, price: price)
    }

    private mutating func say(
        _ id: ClientOrderID, _ event: OrderEvent, _ time: Timestamp, reason: String? = nil, terms: NewOrder? = nil,
        price: Price? = nil
    ) {
        books.change(id) { order in
            _ = order.apply(event, at: time)
            order.reason = reason
        }
        let filled = books[id]?.filledQuantity
        let word = ExecutionReport(
            clientOrderID: id, event: event, executionID: price.map { _ in ExecutionID(unchecked: "x-\(id)") },
            price: price, quantity: price.map { _ in filled ?? .zero }, cumulativeQuantity: filled, reason: reason,
            terms: terms, at: time)
        words.append(word)
        books.words.removeAll { $0.clientOrderID == id }
        books.words.append(word)
        if price != nil { books.fills.append(word) }
    }
}

/// What the venue knows.
struct Books: Codable {
    var cash: Money
    var epoch: Int64 = 0
    var orders: [Order] = []
    /// The last report on each order.
    var words: [ExecutionReport] = []
    var fills: [ExecutionReport] = []
    var held: [BrokerPosition] = []
    var quotes: [Quote] = []

    init(cash: Money) { self.cash = cash }

    subscript(id: ClientOrderID) -> Order? { orders.first { $0.id == id } }
    func quote(_ symbol: Symbol) -> Quote? { quotes.first { $0.symbol == symbol } }

    mutating func change(_ id: ClientOrderID, _ body: (inout Order) throws -> Void) rethrows {
        guard let index = orders.firstIndex(where: { $0.id == id }) else { return }
        try body(&orders[index])
    }
}
