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
            guard let held = holdings[action.symbol]?.quantity else { return }
            try move(
                CashMovement(
                    id: CashMovementID(unchecked: "\(configuration.account)-c\(ledger?.nextNumber() ?? 0)"),
                    kind: .dividend, amount: try amount.times(held), symbol: action.symbol, at: now))
        case .symbolChange(let other, let numerator, let denominator):
            try rename(action.symbol, to: other, numerator, denominator)
        case .spinOff(let other, let numerator, let denominator, let costShare):
            try spinOff(other, from: action.symbol, numerator, denominator, costShare)
        }
    }

    /// The new shares have cost their part of the old ones; what is no whole share is paid in cash at that.
    private mutating func spinOff(
        _ other: Symbol, from symbol: Symbol, _ numerator: Int64, _ denominator: Int64, _ costShare: Ratio
    ) throws(NumericError) {
        guard let old = holdings[symbol], holdings[other] == nil else { return }
        let cost = try old.averagePrice.scaled(numerator: costShare.units, denominator: Ratio.scale, .halfEven)
        let average = try cost.scaled(numerator: denominator, denominator: numerator, .halfEven)
        let exact = try old.quantity.scaled(numerator: numerator, denominator: denominator, .towardZero)
        let whole = try exact.rounded(toMultipleOf: configuration.quantityIncrement, .towardZero)
        try cash += average.times(exact - whole)
        holdings[symbol]?.averagePrice = try old.averagePrice - cost
        if !whole.isZero { holdings[other] = Holding(quantity: whole, averagePrice: average) }
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
