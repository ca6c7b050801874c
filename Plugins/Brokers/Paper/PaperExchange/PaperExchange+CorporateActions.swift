import Trading

extension PaperExchange {
    /// Keeps a corporate action until it takes effect. Each id counts once.
    mutating func expect(_ action: CorporateAction) {
        guard action.defect == nil, knownActions.insert(action.id) else { return }
        let index = awaitedActions.firstIndex {
            ($0.effectiveAt, $0.id) > (action.effectiveAt, action.id)
        }
        awaitedActions.insert(action, at: index ?? awaitedActions.endIndex)
    }

    mutating func perform(_ action: CorporateAction) throws(NumericError) {
        switch action.kind {
        case .split(let numerator, let denominator):
            try split(action.symbol, numerator: numerator, denominator: denominator)
        case .dividend(let amount):
            if let held = holdings[action.symbol]?.quantity { try cash += amount.times(held) }
        case .symbolChange(let other, let numerator, let denominator):
            try rename(action.symbol, to: other, numerator, denominator)
        }
    }

    /// Orders of the old symbol end; the new shares are at the average that makes their cost the same.
    private mutating func rename(
        _ symbol: Symbol, to other: Symbol, _ numerator: Int64, _ denominator: Int64
    ) throws(NumericError) {
        for sequence in book.workingSequences(symbol) {
            try report(sequence, .canceled, reason: "corporate action: \(symbol) is \(other) now")
        }
        if numerator != denominator { try split(symbol, numerator: numerator, denominator: denominator) }
        guard let held = holdings[symbol], holdings[other] == nil else { return }
        holdings[symbol] = nil
        holdings[other] = held
        if markets[other] == nil { markets[other] = markets[symbol] }
    }

    private mutating func split(_ symbol: Symbol, numerator: Int64, denominator: Int64) throws(NumericError) {
        // Without the groups' rules: nothing of the symbol is left to wake or to shrink.
        for sequence in book.workingSequences(symbol) {
            try report(sequence, .canceled, reason: "corporate action: \(numerator):\(denominator) split")
        }
        try markets[symbol]?.split(numerator: numerator, denominator: denominator)
        guard let old = holdings[symbol] else { return }
        let average = try old.averagePrice.scaled(numerator: denominator, denominator: numerator, .halfEven)
        let exact = try old.quantity.scaled(numerator: numerator, denominator: denominator, .towardZero)
        let whole = try exact.rounded(toMultipleOf: configuration.quantityIncrement, .towardZero)
        // The fraction is paid in cash at the new price; a short position pays it.
        try cash += (markets[symbol]?.last ?? average).times(exact - whole)
        holdings[symbol] = whole.isZero ? nil : Holding(quantity: whole, averagePrice: average)
    }
}
