import Orchestration
import Trading

/// Cash that came or went by no execution: what each movement is for the report, whatever the account had of it before it was told.
struct CashAccount: Sendable {
    /// Money that moved without a word of what it was, oldest first.
    private var unexplained: [Sum] = []
    private var known: [CashMovementID: CashMovement] = [:]
    private var order: [CashMovementID] = []
    private var due: [Due] = []
    /// Dividends that came before anybody announced them.
    private var paid: [Due] = []
    private static let kept = 1_000
    /// The core's own limits for the same question.
    fileprivate static let leastPaid: Int128 = 600_000
    private static let paidBefore = TimeSpan.seconds(60 * 86_400)
    private static let longestDue = TimeSpan.seconds(90 * 86_400)

    fileprivate struct Due: Sendable {
        var symbol: Symbol
        var amount: Sum
        var at: Timestamp
    }

    /// What follows for the equity.
    enum Effect {
        /// Paid in, or out where it is negative. Nil: nobody has said why.
        case paid(CashMovement.Kind?, Sum)
        /// The same, and the equity had it before, as a gain.
        case wasPaid(CashMovement.Kind, Sum)
        /// Money that moved without a word was this.
        case named(CashMovement.Kind, Sum)
        case gain(CashMovement.Kind, Sum, Symbol?)
    }

    mutating func take(_ movement: CashMovement, _ done: CashDone) -> [Effect] {
        defer { remember(movement) }
        switch done {
        case .wasThereBefore: return []
        case .booked: return [book(movement, Sum(movement.amount))]
        case .wasInCash: return explain(movement)
        case .corrected(let before):
            var old = movement
            old.kind = known[movement.id]?.kind ?? movement.kind
            return [book(old, -Sum(before)), book(movement, Sum(movement.amount))]
        }
    }

    private mutating func book(_ movement: CashMovement, _ amount: Sum) -> Effect {
        guard movement.kind.isProfit else { return .paid(movement.kind, amount) }
        guard movement.kind == .dividend, let symbol = movement.symbol else {
            return .gain(movement.kind, amount, movement.symbol)
        }
        let rest = takeDue(amount, of: symbol)
        if rest == nil { Self.keep(Due(symbol: symbol, amount: amount, at: movement.at), in: &paid) }
        return .gain(.dividend, rest ?? amount, symbol)
    }

    /// Our cash had it: for money paid in, for a small gain or loss, or for a dividend that was due.
    private mutating func explain(_ movement: CashMovement) -> [Effect] {
        let amount = Sum(movement.amount)
        let place = unexplained.lastIndex(of: amount)
        if let place { unexplained.remove(at: place) }
        guard movement.kind.isProfit else {
            return [place == nil ? .wasPaid(movement.kind, amount) : .named(movement.kind, amount)]
        }
        let rest = movement.kind == .dividend ? movement.symbol.flatMap { takeDue(amount, of: $0) } : nil
        let gain = Effect.gain(movement.kind, rest ?? amount, movement.symbol)
        return place == nil ? [gain] : [.paid(nil, -amount), gain]
    }

    /// - Returns: what was paid beyond what was due; nil when nothing was.
    private mutating func takeDue(_ amount: Sum, of symbol: Symbol) -> Sum? {
        let place = due.firstIndex { $0.symbol == symbol && $0.isPaid(by: amount) }
        return place.map { amount - due.remove(at: $0).amount }
    }

    /// Money moved, and nobody has said why.
    mutating func moved(_ amount: Sum) -> Effect {
        unexplained.append(amount)
        if unexplained.count > Self.kept { unexplained.removeFirst() }
        return .paid(nil, amount)
    }

    /// Shares trade without it.
    /// - Returns: what is due for them beyond what was paid before.
    mutating func dividendDue(_ amount: Money, of symbol: Symbol, at now: Timestamp) -> Sum {
        let owed = Due(symbol: symbol, amount: Sum(amount), at: now)
        due.removeAll { $0.at + Self.longestDue <= now }
        if let place = paid.firstIndex(where: {
            $0.symbol == symbol && $0.at + Self.paidBefore >= now && owed.isPaid(by: $0.amount)
        }) {
            // It was a gain then, and is one.
            paid.remove(at: place)
            return .zero
        }
        Self.keep(owed, in: &due)
        return owed.amount
    }

    private static func keep(_ item: Due, in list: inout [Due]) {
        list.append(item)
        if list.count > kept { list.removeFirst() }
    }

    private mutating func remember(_ movement: CashMovement) {
        if known.updateValue(movement, forKey: movement.id) == nil { order.append(movement.id) }
        if order.count > Self.kept { known[order.removeFirst()] = nil }
    }
}

extension CashAccount.Due {
    /// All of it, or what a tax at the source leaves.
    fileprivate func isPaid(by other: Sum) -> Bool {
        guard (other.units > 0) == (amount.units > 0) else { return false }
        return other.magnitude.units * 1_000_000 >= amount.magnitude.units * CashAccount.leastPaid
    }
}
