import Trading

/// Cash that comes or goes at a time after the account's beginning, to see what becomes of it.
package struct PaperCash: Sendable, Hashable, Codable {
    package var id: CashMovementID
    package var kind: CashMovement.Kind
    package var amount: Money
    package var symbol: Symbol?
    /// From the first time that the venue sees.
    package var afterSeconds: Int64

    package init(
        id: CashMovementID, kind: CashMovement.Kind, amount: Money, symbol: Symbol? = nil, afterSeconds: Int64
    ) {
        (self.id, self.kind, self.amount, self.symbol) = (id, kind, amount, symbol)
        self.afterSeconds = afterSeconds
    }
}

/// Movements of cash: those that are to come, and the newest that have come.
struct PaperLedger: Codable, Sendable {
    private(set) var awaited: [CashMovement] = []
    private(set) var booked: [CashMovement] = []
    private var lastNumber: Int64 = 0

    /// - Parameter time: the first that the venue sees.
    init(_ plan: [PaperCash], from time: Timestamp) {
        awaited = plan.map {
            CashMovement(
                id: $0.id, kind: $0.kind, amount: $0.amount, symbol: $0.symbol,
                at: time + .seconds($0.afterSeconds))
        }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }

    var nextDue: Timestamp? { awaited.first?.at }

    /// Of the venue's own movements.
    mutating func nextNumber() -> Int64 {
        lastNumber += 1
        return lastNumber
    }

    mutating func takeNext() -> CashMovement { awaited.removeFirst() }

    mutating func book(_ movement: CashMovement) {
        booked.append(movement)
        if booked.count > PaperLimits.cashMovements { booked.removeFirst() }
    }
}

extension PaperExchange {
    /// Books it, and tells it.
    mutating func move(_ movement: CashMovement) throws(NumericError) {
        guard !movement.amount.isZero else { return }
        try cash += movement.amount
        ledger?.book(movement)
        movements.append(movement)
    }

    /// Movements of the calls since this was asked last.
    package mutating func takeMovements() -> [CashMovement] {
        defer { movements = [] }
        return movements
    }
}
