import Trading

/// New shares for old, a dividend and another symbol are no move of the market: position, plan and prices are restated
/// together, when the action takes effect.
extension Orchestrator {
    mutating func announce(_ actions: [CorporateAction]) {
        for action in actions where action.defect == nil && state.actions.announce(action) {
            // What changed position and prices already takes no effect later.
            if action.effectiveAt > state.now { record(.corporateAction(action: action, done: .awaited)) }
        }
        applyDueActions()
    }

    /// Called with every input, before it: what an update says of prices is said of the shares as they are by then.
    mutating func applyDueActions() {
        for action in state.actions.takeDue(at: state.now) {
            // What does not fit leaves out its symbol, and not the account.
            let before = state
            do { try apply(action) } catch {
                state = before
                record(.corporateAction(action: action, done: .notApplied))
                alert(.emergency, action.symbol, .corporateActionNotApplied(action))
            }
        }
    }

    private mutating func apply(_ action: CorporateAction) throws(NumericError) {
        switch action.kind {
        case .split(let numerator, let denominator): try apply(Split(numerator, denominator), action)
        case .dividend(let amount): try applyDividend(of: amount, action)
        case .spinOff(let other, let numerator, let denominator, let share):
            try applySpinOff(of: other, Split(numerator, denominator), share, action)
        case .symbolChange(let other, _, _):
            guard !state.actions.isApplied(action) else {
                return record(.corporateAction(action: action, done: .appliedBefore))
            }
            // The broker's list says when.
            state.actions.noteApplied(action.kind, of: action.symbol, at: action.effectiveAt)
            guard state.portfolio.positions[action.symbol] != nil, state.portfolio.positions[other] == nil else {
                return
            }
            record(.corporateAction(action: action, done: .symbolChangeAwaited))
        }
    }

    // MARK: - Splits

    private mutating func apply(_ split: Split, _ action: CorporateAction) throws(NumericError) {
        let symbol = action.symbol
        guard !state.actions.isApplied(action) else {
            state.market.dateSplit(symbol, at: action.effectiveAt)
            return record(.corporateAction(action: action, done: .splitBookedBefore))
        }
        let wasFound = try wasFoundAfter(split, action)
        let isBooked = wasFound || state.actions.hasBooked(split, of: action)
        let seen = state.market.priceAfter(action.effectiveAt, of: symbol)
        let isInPrice = seen == nil && state.market.price(of: symbol) != nil
        try state.market.split(symbol, split, effectiveAt: action.effectiveAt)
        guard let held = state.portfolio.positions[symbol], held.openedAt <= action.effectiveAt else {
            // Bought after it, or not held: what was planned before it means nothing.
            state.actions.notePassedBy(action.kind, of: symbol, at: action.effectiveAt, isInPrice: isInPrice)
            if state.portfolio.positions[symbol] == nil { state.plans.dropEntry(symbol) }
            // What the broker's first lists show of it may be the old shares still.
            if state.broker?.isReconciled != true { state.holds.awaitSnapshot(symbol, of: state.now) }
            return record(.corporateAction(action: action, done: .splitApplied(held: nil)))
        }
        // The broker's figures were adopted already: what was planned for the old shares alone is restated.
        guard !isBooked else {
            try applySplit(symbol, split, seen: seen)
            if wasFound {
                state.portfolio.keepFigures(of: held)
                state.actions.notePassedBy(action.kind, of: symbol, at: action.effectiveAt, isInPrice: isInPrice)
            } else {
                state.portfolio.keepQuantity(of: held)
                state.actions.noteApplied(action.kind, of: symbol, at: action.effectiveAt)
            }
            return record(.corporateAction(action: action, done: .splitBookedBefore))
        }
        state.actions.noteApplied(action.kind, of: symbol, at: action.effectiveAt)
        try applySplit(symbol, split, seen: seen)
        record(.corporateAction(action: action, done: .splitApplied(held: state.portfolio.positions[symbol]?.quantity)))
        state.reconciler.splitAnnounced(symbol, split, quantity: held.quantity, at: state.now)
        // Also while the broker is away: what it shows when it is back may still be the old shares.
        state.holds.awaitSplit(symbol, cycle: state.cycle.number)
        if state.broker != nil { reconcileNow() }
    }

    /// I-CORP-10: the position was found between the close before the split and its time, or told late, since then, when many
    /// brokers have booked it already, and its average price is nearer to a new share's than to an old one's. Where that misleads,
    /// the change that the broker books later is recognized as the split.
    private func wasFoundAfter(_ split: Split, _ action: CorporateAction) throws(NumericError) -> Bool {
        let close = TradingSession.lastClose(TradingHours(of: action.symbol), by: action.effectiveAt)
        guard !state.actions.hasBookedBesideTrades(split, of: action, since: close) else { return true }
        guard let held = state.portfolio.positions[action.symbol], held.origin != .entered, held.openedAt >= close,
            let before = try state.market.priceBefore(split, at: action.effectiveAt, of: action.symbol)
        else { return false }
        return !split.isPreSplit(held.averagePrice, before: before)
    }

    /// Position and plan are restated together.
    /// - Parameter price: of the new shares, where it was known before the split was: what was planned and marked since then is
    ///   of the new shares already (I-CORP-9).
    mutating func applySplit(_ symbol: Symbol, _ split: Split, seen price: Price?) throws(NumericError) {
        try restate(symbol, by: .split(split), seen: price)
    }

    mutating func restate(
        _ symbol: Symbol, by restatement: Restatement, seen price: Price? = nil
    ) throws(NumericError) {
        state.cycle.overtake(symbol)
        let isLong = state.portfolio.positions[symbol]?.isLong ?? true
        let isMoved = state.plans.levelsByOthers(symbol)?.stop != nil
        try state.portfolio.restate(symbol, by: restatement, seen: price)
        try state.plans.restate(
            symbol, by: restatement, state.broker?.capabilities.priceIncrement(of: symbol) ?? .usEquity,
            seen: price.map { SeenMarket(price: $0, isLong: isLong) })
        if isMoved { compareStopAgain(of: symbol) }
        touch(symbol)
    }

    // MARK: - Dividends

    private mutating func applyDividend(of amount: Price, _ action: CorporateAction) throws(NumericError) {
        let symbol = action.symbol
        guard !state.actions.isApplied(action) else {
            return record(.corporateAction(action: action, done: .appliedBefore))
        }
        state.actions.noteApplied(action.kind, of: symbol, at: action.effectiveAt)
        // One wrong figure lowers no stop to nothing: who pays out half of a share's price is asked about by a person.
        if let price = state.market.price(of: symbol), amount.units > price.units / 2 {
            record(.corporateAction(action: action, done: .notApplied))
            return alert(.emergency, symbol, .corporateActionNotApplied(action))
        }
        try state.market.payDividend(symbol, amount, effectiveAt: action.effectiveAt)
        guard let held = state.portfolio.positions[symbol], held.openedAt <= action.effectiveAt else {
            return record(.corporateAction(action: action, done: .dividendNoted))
        }
        let due = try amount.times(held.quantity)
        try restate(symbol, by: .dividend(amount))
        try state.portfolio.expectDividend(due, of: symbol, at: state.now)
        record(.corporateAction(action: action, done: .dividendApplied(due: due)))
    }

    // MARK: - Shares of another company

    /// The old shares are worth less by what is handed out; the new ones are adopted when the broker shows them.
    private mutating func applySpinOff(
        of other: Symbol, _ ratio: Split, _ share: Ratio, _ action: CorporateAction
    ) throws(NumericError) {
        let symbol = action.symbol
        guard !state.actions.isApplied(action) else {
            return record(.corporateAction(action: action, done: .appliedBefore))
        }
        state.actions.noteApplied(action.kind, of: symbol, at: action.effectiveAt)
        let equity = try state.marked.equity()
        let restatement = Restatement.spinOff(remaining: Ratio(units: Ratio.scale - share.units))
        try state.market.spinOff(symbol, restatement, effectiveAt: action.effectiveAt)
        guard let held = state.portfolio.positions[symbol], held.openedAt <= action.effectiveAt else {
            return record(.corporateAction(action: action, done: .spinOffApplied(expected: nil)))
        }
        let cheaper = try restatement.price(held.averagePrice)
        let price = state.market.price(of: symbol) ?? cheaper
        let lost = try price.scaled(
            numerator: share.units, denominator: Ratio.scale - share.units, .halfEven)
        let quantity = try held.quantity.scaled(
            numerator: ratio.numerator, denominator: ratio.denominator, .towardZero)
        let cost = try held.averagePrice.scaled(numerator: share.units, denominator: Ratio.scale, .halfEven)
        try restate(symbol, by: restatement)
        try state.portfolio.spinOff(
            SpunOff(
                symbol: other, from: symbol, value: try lost.times(held.quantity),
                averagePrice: try cost.scaled(
                    numerator: ratio.denominator, denominator: ratio.numerator, .halfEven),
                since: state.now), equity: equity)
        record(.corporateAction(action: action, done: .spinOffApplied(expected: quantity)))
        if state.broker != nil { reconcileNow() }
    }
}
