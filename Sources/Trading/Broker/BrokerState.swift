/// The broker's snapshot at one moment.
public struct BrokerState: Sendable, Hashable, Codable {
    public var account: Account
    public var positions: [BrokerPosition]
    /// Every order that is not over, `held` legs included, sorted by submission.
    public var openOrders: [Order]
    public var at: Timestamp
    /// Rows of the two lists that cannot be said here; nil for none. The others are as they are.
    public var leftOut: [LeftOutRow]?
    /// Movements of cash of the last days, as far as the broker lists them: all of these are in ``account``. Nil for none.
    /// Since protocol 1.2.
    public var cashMovements: [CashMovement]?

    public init(
        account: Account, positions: [BrokerPosition], openOrders: [Order], at: Timestamp,
        leftOut: [LeftOutRow]? = nil, cashMovements: [CashMovement]? = nil
    ) {
        self.account = account
        self.positions = positions
        self.openOrders = openOrders
        self.at = at
        self.leftOut = leftOut
        self.cashMovements = cashMovements
    }
}

/// A row of a broker's list that cannot be said: a symbol in lower case, a quantity beyond 64 bits.
public struct LeftOutRow: Sendable, Hashable, Codable {
    public enum List: String, Sendable, Hashable, Codable, CaseIterable {
        case positions
        case openOrders = "open_orders"
    }

    public var list: List
    /// As the broker calls it: a symbol, or of an order its id. Up to 64 printable characters.
    public var name: String
    public var reason: String
    /// Where it can be said.
    public var symbol: Symbol?
    /// Of an order, where it can be said.
    public var clientOrderID: ClientOrderID?

    /// - Parameters:
    ///   - name: shortened to what may stand there.
    ///   - reason: shortened to 300 characters.
    public init(list: List, name: String, reason: String, symbol: Symbol? = nil, clientOrderID: ClientOrderID? = nil) {
        self.list = list
        self.name = Self.shown(name, most: 64)
        self.reason = Self.shown(reason, most: 300)
        self.symbol = symbol
        self.clientOrderID = clientOrderID
    }

    private static func shown(_ text: String, most: Int) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(most).map { $0.value < 32 || $0.value == 127 ? "?" : $0 }))
    }
}

// MARK: - Reading

extension BrokerState {
    private enum CodingKeys: CodingKey { case account, positions, openOrders, at, leftOut, cashMovements }

    /// Rows of the right shape whose figures or names cannot be said are left out and named; one strange position must not
    /// hide the others.
    /// - Throws: for a message, or a row, of another shape.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        account = try values.decode(Account.self, forKey: .account)
        var reader = RowReader(leftOut: [])
        positions = try reader.rows(of: values.nestedUnkeyedContainer(forKey: .positions), .positions)
        openOrders = try reader.rows(of: values.nestedUnkeyedContainer(forKey: .openOrders), .openOrders)
        at = try values.decode(Timestamp.self, forKey: .at)
        reader.leftOut += try values.decodeIfPresent([LeftOutRow].self, forKey: .leftOut) ?? []
        leftOut = reader.leftOut.isEmpty ? nil : reader.leftOut
        cashMovements = try values.decodeIfPresent([CashMovement].self, forKey: .cashMovements)
    }
}

private struct RowReader {
    var leftOut: [LeftOutRow]

    mutating func rows<Row: Decodable>(
        of container: any UnkeyedDecodingContainer, _ list: LeftOutRow.List
    ) throws -> [Row] {
        var (container, rows) = (container, [Row]())
        while !container.isAtEnd {
            do {
                rows.append(try container.decode(Row.self))
            } catch {
                guard let row = try RowNames(list, try container.superDecoder()).leftOut(because: error) else {
                    throw error
                }
                leftOut.append(row)
            }
        }
        return rows
    }
}

/// What can be read of a row that as a whole cannot.
private struct RowNames {
    private let list: LeftOutRow.List
    private let symbol: String?
    private let id: String?
    private let isShaped: Bool

    init(_ list: LeftOutRow.List, _ decoder: any Decoder) throws {
        self.list = list
        let row = try decoder.container(keyedBy: AnyKey.self)
        switch list {
        case .positions:
            isShaped = Self.has(["symbol", "quantity", "average_price"], optional: [], row)
            symbol = Self.text("symbol", of: row)
            id = nil
        case .openOrders:
            let terms = try row.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("terms"))
            isShaped =
                Self.has(
                    ["terms", "status", "filled_quantity", "submitted_at", "updated_at"],
                    optional: [
                        "group_id", "group_kind", "broker_order_id", "status_before_pending", "average_fill_price",
                        "reason", "replaces_order", "terms_at",
                    ], row)
                && Self.has(
                    ["client_order_id", "symbol", "side", "type", "quantity", "time_in_force", "role"],
                    optional: ["limit_price", "stop_price", "trail_amount"], terms)
            symbol = Self.text("symbol", of: terms)
            id = Self.text("client_order_id", of: terms)
        }
    }

    /// Nil for a row of another shape, which is a message that was not understood.
    func leftOut(because error: any Error) -> LeftOutRow? {
        guard isShaped else { return nil }
        return LeftOutRow(
            list: list, name: (list == .positions ? symbol : id) ?? "", reason: "\(error)",
            symbol: symbol.flatMap { text in Self.value { try Symbol(text) } },
            clientOrderID: id.flatMap { text in Self.value { try ClientOrderID(text) } })
    }

    /// All of the first are there, and nothing but these and the optional ones. Every key is asked for.
    private static func has(
        _ keys: [String], optional: [String], _ row: KeyedDecodingContainer<AnyKey>
    ) -> Bool {
        let found = Set(row.allKeys.filter { row.contains($0) }.map(\.stringValue))
        return found.isSuperset(of: keys) && found.isSubset(of: keys + optional)
    }

    private static func text(_ key: String, of row: KeyedDecodingContainer<AnyKey>) -> String? {
        value { try row.decode(String.self, forKey: AnyKey(key)) }
    }

    /// Nil for what cannot be said: the row's own error says what is wrong with it.
    private static func value<Value>(_ body: () throws -> Value) -> Value? {
        do { return try body() } catch { return nil }
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
