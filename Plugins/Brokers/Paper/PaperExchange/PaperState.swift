import Trading

/// What is held of a symbol. Negative is short; never zero.
struct Holding: Codable, Sendable {
    var quantity: Quantity
    var averagePrice: Price
}

/// A request on its way to the venue.
struct Delivery: Codable, Sendable {
    enum Request: Codable, Sendable {
        /// The orders of one submission.
        case arrive([Int64])
        case cancel(Int64)
        case replace(Int64, OrderReplacement)
    }
    var at: Timestamp
    /// When it was asked for.
    var since: Timestamp
    var request: Request
}

/// A leg that came to life when its entry was done.
struct Awakened: Sendable {
    var sequence: Int64
    /// Price of the entry's last fill.
    var entryPrice: Price
}

/// The newest ids that were seen.
struct RecentIDs: Codable, Sendable {
    private var order: [String] = []
    private var members: Set<String> = []

    init() {}

    /// False when the id is there already.
    mutating func insert(_ id: String) -> Bool {
        guard members.insert(id).inserted else { return false }
        order.append(id)
        if order.count > PaperLimits.appliedActions { members.remove(order.removeFirst()) }
        return true
    }

    init(from decoder: any Decoder) throws {
        order = try decoder.singleValueContainer().decode([String].self)
        members = Set(order)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(order)
    }
}
