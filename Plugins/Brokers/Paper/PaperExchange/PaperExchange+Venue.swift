import Trading

/// What a venue on top of the exchange tells its clients, and what they may change beside prices and quantity.
extension PaperExchange {
    /// Shares of a position that working exits hold.
    package func heldForOrders(_ symbol: Symbol) -> Quantity {
        reservedQuantity(symbol, quantityHeld(symbol).isNegative ? .buy : .sell)
    }

    /// Signed; zero where nothing is held.
    package func position(_ symbol: Symbol) -> Quantity { quantityHeld(symbol) }

    /// The best price that a trailing stop has seen, and where its stop stands; nil for any other order.
    /// - Throws: ``NumericError``.
    package func trail(of id: ClientOrderID) throws(NumericError) -> (best: Price, stop: Price)? {
        guard let entry = book.order(id), case .armed(let best?) = entry.stage,
            let stop = try stopLevel(entry, best: best)
        else { return nil }
        return (best, stop)
    }

    /// Changes a working order in what ``replace(_:at:)`` does not: nothing is reported.
    /// - Parameters:
    ///   - trailAmount: in money, of a trailing stop.
    ///   - trailFraction: as a part of the best price, of a trailing stop; in place of an amount.
    /// - Returns: false where no such order works.
    package mutating func amend(
        _ id: ClientOrderID, timeInForce: TimeInForce? = nil, trailAmount: Price? = nil, trailFraction: Ratio? = nil
    ) -> Bool {
        guard let sequence = book.sequence(of: id), book[sequence].stage != .ended else { return false }
        var entry = book[sequence]
        if let timeInForce { entry.order.terms.timeInForce = timeInForce }
        if entry.terms.type == .trailingStop {
            if let trailAmount { (entry.order.terms.trailAmount, entry.trailFraction) = (trailAmount, nil) }
            if let trailFraction { entry.trailFraction = trailFraction }
        }
        book[sequence] = entry
        return true
    }
}
