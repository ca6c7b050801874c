import Trading

/// What no broker can mean. An adapter that is wrong must at worst keep the core from going on, and never make it sell what
/// is not held, or fall over a figure: the journal would bring that figure back at every start.
extension BrokerPosition {
    fileprivate var defect: BrokerStateDefect? {
        if quantity.units == .min { return .position(symbol: symbol, quantity: quantity) }
        return averagePrice.isNegative ? .negativeAveragePrice(symbol) : nil
    }
}

/// A broker's lists, examined before anything is laid beside them (I-LIST-1).
struct ExaminedState {
    /// Without the rows that are left out.
    private(set) var snapshot: BrokerState
    private(set) var defects: [ListDefect]
    /// Symbols of which the lists say nothing certain.
    var contested: Set<Symbol> { Set(defects.compactMap(\.symbol)) }
    /// Orders that are in the list, though their row cannot be used.
    private(set) var unusableOrders: Set<ClientOrderID>

    init(_ state: BrokerState) {
        snapshot = state
        defects = []
        unusableOrders = Set((state.leftOut ?? []).compactMap(\.clientOrderID))
        for row in state.leftOut ?? [] { defects.append(ListDefect(row.symbol, .leftOut(row))) }
        examinePositions(state.positions.filter { !$0.quantity.isZero })
        examineOrders(state.openOrders)
        snapshot.positions = state.positions.filter { !$0.quantity.isZero && !contested.contains($0.symbol) }
    }

    private mutating func examinePositions(_ rows: [BrokerPosition]) {
        var quantities: [Symbol: [Quantity]] = [:]
        for row in rows {
            quantities[row.symbol, default: []].append(row.quantity)
            if let defect = row.defect { defects.append(ListDefect(row.symbol, defect)) }
        }
        for (symbol, several) in quantities.inOrder where several.count > 1 {
            defects.append(ListDefect(symbol, .listedTwice(symbol, several)))
        }
    }

    private mutating func examineOrders(_ rows: [Order]) {
        var seen: Set<ClientOrderID> = []
        var kept: [Order] = []
        for row in rows {
            if let defect = row.defect {
                defects.append(ListDefect(row.symbol, .order(defect)))
                unusableOrders.insert(row.id)
            } else if seen.insert(row.id).inserted {
                kept.append(row)
            } else {
                defects.append(ListDefect(row.symbol, .orderListedTwice(row.id, row.symbol)))
            }
        }
        snapshot.openOrders = kept
    }
}

/// One row that is left out, and the symbol of which nothing is certain therefore; nil where it cannot be named.
package struct ListDefect: Sendable, Hashable, Codable {
    package let symbol: Symbol?
    package let defect: BrokerStateDefect

    init(_ symbol: Symbol?, _ defect: BrokerStateDefect) {
        self.symbol = symbol
        self.defect = defect
    }

    /// The same trouble, whatever its figures: it is told once.
    var subject: ListDefect {
        switch defect {
        case .position(let symbol, _): ListDefect(symbol, .position(symbol: symbol, quantity: .zero))
        case .negativeAveragePrice, .orderListedTwice: self
        case .order(.quantity(let id, _)): ListDefect(symbol, .order(.quantity(order: id, quantity: .zero)))
        case .order(.filled(let id, _)): ListDefect(symbol, .order(.filled(order: id, quantity: .zero)))
        case .leftOut(let row):
            ListDefect(
                symbol,
                .leftOut(
                    LeftOutRow(
                        list: row.list, name: row.name, reason: "", symbol: row.symbol,
                        clientOrderID: row.clientOrderID)))
        case .listedTwice(let symbol, _): ListDefect(symbol, .listedTwice(symbol, []))
        }
    }
}

extension Order {
    var defect: OrderStateDefect? {
        guard terms.quantity.isPositive else { return .quantity(order: id, quantity: terms.quantity) }
        return filledQuantity.isNegative ? .filled(order: id, quantity: filledQuantity) : nil
    }

    /// Why these terms are not those of this order as it stands or as it was changed, or nil.
    func mismatch(_ other: NewOrder) -> TermsMismatch? {
        if other.clientOrderID != id { return .order(other.clientOrderID) }
        if other.symbol != symbol { return .symbol(other.symbol) }
        if other.side != terms.side { return .side(other.side) }
        return other.quantity.isPositive ? nil : .quantity(other.quantity)
    }
}

extension OrderAnswer {
    /// Why it cannot be about this order, or nil.
    func defect(of known: Order) -> AnswerDefect? {
        if let other = executions.first(where: { $0.clientOrderID != clientOrderID }) {
            return .executionOf(other.clientOrderID)
        }
        return order.flatMap { $0.defect.map(AnswerDefect.order) ?? known.mismatch($0.terms).map(AnswerDefect.terms) }
    }
}

extension Sequence<Quantity> {
    /// No sum of a broker's figures overflows: it stops at the largest value.
    var total: Quantity {
        reduce(.zero) { sum, part in
            let (units, overflow) = sum.units.addingReportingOverflow(part.units)
            return Quantity(units: overflow ? .max : units)
        }
    }
}
