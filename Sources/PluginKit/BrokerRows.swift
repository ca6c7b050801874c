import Trading

/// Makes a ``BrokerState`` of what a broker lists: a row that cannot be said is left out and named, and the others are
/// managed.
///
/// ```swift
/// var rows = BrokerRows()
/// for holding in answer.holdings {
///     rows.addPosition(named: holding.symbol) {
///         BrokerPosition(
///             symbol: try Symbol(holding.symbol), quantity: try Quantity(holding.quantity),
///             averagePrice: try Price(holding.cost))
///     }
/// }
/// return rows.state(account: account, at: now)
/// ```
public struct BrokerRows {
    private var positions: [BrokerPosition] = []
    private var orders: [Order] = []
    private var leftOut: [LeftOutRow] = []
    private var cashMovements: [CashMovement] = []

    public init() {}

    /// - Parameters:
    ///   - name: the symbol as the broker writes it.
    ///   - make: whatever it throws leaves the row out.
    public mutating func addPosition(named name: String, _ make: () throws -> BrokerPosition) {
        do {
            positions.append(try make())
        } catch {
            leave(.positions, name, symbol: name, order: nil, error)
        }
    }

    /// - Parameters:
    ///   - name: its client order id, or what the broker calls it.
    ///   - symbol: as the broker writes it.
    ///   - make: whatever it throws leaves the row out.
    public mutating func addOrder(named name: String, symbol: String, _ make: () throws -> Order) {
        do {
            orders.append(try make())
        } catch {
            leave(.openOrders, name, symbol: symbol, order: name, error)
        }
    }

    /// A movement of cash of the last days, which is in the account's figures. What cannot be said is told in the log: what it
    /// did to the cash is then found by the core.
    public mutating func addCashMovement(named name: String, _ make: () throws -> CashMovement) {
        do {
            cashMovements.append(try make())
        } catch {
            log("error", "the broker's movement of cash \(name) cannot be said, and is left out: \(error)")
        }
    }

    /// - Parameter at: when the broker listed it.
    public func state(account: Account, at time: Timestamp) -> BrokerState {
        BrokerState(
            account: account, positions: positions, openOrders: orders, at: time,
            leftOut: leftOut.isEmpty ? nil : leftOut, cashMovements: cashMovements.isEmpty ? nil : cashMovements)
    }

    private mutating func leave(
        _ list: LeftOutRow.List, _ name: String, symbol: String, order: String?, _ error: any Error
    ) {
        log("error", "\(name) of the broker's \(list.rawValue) cannot be said, and is left out: \(error)")
        leftOut.append(
            LeftOutRow(
                list: list, name: name, reason: "\(error)", symbol: Self.value { try Symbol(symbol) },
                clientOrderID: order.flatMap { id in Self.value { try ClientOrderID(id) } }))
    }

    /// Nil for what cannot be said: the row's own error says so.
    private static func value<Value>(_ make: () throws -> Value) -> Value? {
        do { return try make() } catch { return nil }
    }
}
