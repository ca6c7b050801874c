import Trading

/// All orders that the exchange knows: those at work by symbol, and the newest of those that are over.
struct OrderBook: Sendable {
    private var orders: [Int64: PaperOrder] = [:]
    private var sequences: [ClientOrderID: Int64] = [:]
    private var working = SymbolTable<[Int64]>()
    /// In the order in which they ended.
    private var ended: [Int64] = []
    private(set) var workingCount = 0

    init() {}

    func sequence(of id: ClientOrderID) -> Int64? { sequences[id] }

    func order(_ id: ClientOrderID) -> PaperOrder? { sequences[id].flatMap { orders[$0] } }

    /// - Precondition: the book has an order of this number.
    subscript(_ sequence: Int64) -> PaperOrder {
        get {
            guard let order = orders[sequence] else { preconditionFailure("no order \(sequence) in the book") }
            return order
        }
        set { orders[sequence] = newValue }
    }

    /// Numbers of the symbol's working orders, by submission.
    func workingSequences(_ symbol: Symbol) -> [Int64] { working[symbol] ?? [] }

    func workingOrders(_ symbol: Symbol) -> [PaperOrder] { workingSequences(symbol).map { self[$0] } }

    /// Numbers of all working orders, by submission.
    func workingSequences() -> [Int64] { working.entries.flatMap(\.value).sorted() }

    func hasWorkingOrders(_ symbol: Symbol) -> Bool { working[symbol] != nil }

    /// The members of a group that are not over, by submission.
    func members(of group: OrderGroupID, _ symbol: Symbol) -> [PaperOrder] {
        workingOrders(symbol).filter { $0.order.groupID == group }
    }

    mutating func insert(_ order: PaperOrder) {
        precondition(sequences[order.order.id] == nil, "client order id \(order.order.id) stands in the book")
        orders[order.sequence] = order
        sequences[order.order.id] = order.sequence
        if order.order.isWorking {
            working[order.order.symbol] = workingSequences(order.order.symbol) + [order.sequence]
            workingCount += 1
        } else {
            remember(order.sequence)
        }
    }

    /// Takes an order that has just ended off the working ones, and keeps it for queries.
    mutating func retire(_ sequence: Int64) {
        let symbol = self[sequence].order.symbol
        let left = workingSequences(symbol).filter { $0 != sequence }
        working[symbol] = left.isEmpty ? nil : left
        workingCount -= 1
        remember(sequence)
    }

    private mutating func remember(_ sequence: Int64) {
        ended.append(sequence)
        guard ended.count > PaperLimits.endedOrders else { return }
        let oldest = ended.removeFirst()
        if let forgotten = orders.removeValue(forKey: oldest) { sequences[forgotten.order.id] = nil }
    }
}

extension OrderBook: Codable {
    private enum Key: String, CodingKey { case working, ended }

    /// Only the orders are written; the indexes follow from them.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(workingSequences().map { self[$0] }, forKey: .working)
        try container.encode(ended.map { self[$0] }, forKey: .ended)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in [Key.ended, .working] {
            for order in try container.decode([PaperOrder].self, forKey: key) {
                guard sequences[order.order.id] == nil, orders[order.sequence] == nil,
                    order.order.isWorking == (key == .working)
                else {
                    throw DecodingError.dataCorruptedError(
                        forKey: key, in: container, debugDescription: "order \(order.order.id) stands twice or wrongly")
                }
                insert(order)
            }
        }
    }
}
