import Trading

/// Dividends of which the shares trade without the cash already, and that the broker has not paid yet. They count as cash:
/// what a share has fallen by is no loss.
///
/// A short position owes them.
package struct DividendsDue: Sendable, Hashable, Codable {
    private var items: [Due] = []

    fileprivate struct Due: Sendable, Hashable, Codable {
        var symbol: Symbol
        var amount: Money
        var since: Timestamp
    }

    package var total: Money { Money(units: items.reduce(0) { $0.addingClamped($1.amount.units) }) }

    mutating func add(_ amount: Money, of symbol: Symbol, at now: Timestamp) {
        guard amount.units != 0 else { return }
        items.append(Due(symbol: symbol, amount: amount, since: now))
        if items.count > CoreLimits.dividendsDue { items.removeFirst() }
    }

    /// The broker says that this came for shares of the symbol.
    /// - Returns: whether it was due.
    mutating func pay(_ amount: Money, of symbol: Symbol) -> Bool {
        guard let place = items.firstIndex(where: { $0.symbol == symbol && $0.isPaid(by: amount) }) else {
            return false
        }
        items.remove(at: place)
        return true
    }

    /// The broker's cash has changed by so much, and nothing else explains it: what that pays is due no more.
    /// - Returns: what it does not explain.
    mutating func settle(_ change: Money, at now: Timestamp) -> Money {
        items.removeAll { $0.since + CoreLimits.longestDividendDue <= now }
        var rest = change
        for due in items where due.isPaid(by: rest) {
            items.removeAll { $0 == due }
            // What a tax took of it came with it.
            rest = Money(units: rest.units.magnitude >= due.amount.units.magnitude ? rest.units - due.amount.units : 0)
        }
        return rest
    }
}

extension DividendsDue {
    /// So much of a dividend was paid for one that is due: all of it, or what a tax at the source leaves.
    static func isPaid(_ due: Money, by amount: Money, of symbol: Symbol) -> Bool {
        Due(symbol: symbol, amount: due, since: Timestamp(nanoseconds: 0)).isPaid(by: amount)
    }
}

extension DividendsDue.Due {
    /// As far as an account figure tells: all of it, or what a tax at the source leaves.
    fileprivate func isPaid(by change: Money) -> Bool {
        guard (change.units > 0) == (amount.units > 0) else { return false }
        let least = Int128(amount.units.magnitude) * Int128(CoreLimits.leastDividendPaid.units)
        return Int128(change.units.magnitude) * Int128(Ratio.scale) >= least
    }
}
