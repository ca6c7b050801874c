import Trading

extension PaperExchange {
    mutating func match(_ quote: Quote) throws(NumericError) {
        var market = markets[quote.symbol] ?? SymbolMarket()
        guard market.absorb(quote, limitToSize: configuration.limitToQuoteSize) else { return }
        markets[quote.symbol] = market
        for sequence in serving(quote.symbol) { try matchNow(sequence) }
        try matchAwakened()
    }

    /// The symbol's orders at the venue, in the order in which they are served.
    func serving(_ symbol: Symbol) -> [Int64] {
        guard book.hasWorkingOrders(symbol) else { return [] }
        return book.workingOrders(symbol).sorted(by: PaperOrder.isServedBefore).map(\.sequence)
    }

    /// Legs that came to life outside a bar meet the market as it is; stops first.
    mutating func matchAwakened() throws(NumericError) {
        let legs = awakened
        awakened = []
        for leg in legs where book[leg.sequence].part == .stop { try matchNow(leg.sequence) }
        for leg in legs where book[leg.sequence].part != .stop { try matchNow(leg.sequence) }
    }

    /// An order that has come, or was changed, meets the market that it found; or the next one that is heard of.
    mutating func meet(_ sequence: Int64) throws(NumericError) {
        guard configuration.fillsAtNextBar, !book[sequence].isImmediate else { return try matchNow(sequence) }
        let symbol = book[sequence].order.symbol
        guard let reference = markets[symbol]?.stopReference(book[sequence].terms.side) else { return }
        startTrail(sequence, at: reference)
    }

    /// Lets an order meet the market as it is: elects it, trades what can be traded, ends what may not rest.
    mutating func matchNow(_ sequence: Int64) throws(NumericError) {
        let symbol = book[sequence].order.symbol
        if let reference = markets[symbol]?.stopReference(book[sequence].terms.side) {
            if isTrading(symbol) {
                try elect(sequence, by: reference, trailing: true)
            } else {
                startTrail(sequence, at: reference)
            }
        }
        if isTrading(symbol), book[sequence].stage == .live { try trade(sequence) }
        let entry = book[sequence]
        guard entry.isImmediate, entry.stage == .live else { return }
        let words = entry.terms.timeInForce == .fok ? "fill or kill" : "immediate or cancel"
        try end(sequence, .canceled, reason: words)
    }

    /// The session is open, and the symbol is not halted.
    private func isTrading(_ symbol: Symbol) -> Bool {
        session(of: symbol) == .regular && markets[symbol]?.haltedSince == nil
    }

    private mutating func trade(_ sequence: Int64) throws(NumericError) {
        let entry = book[sequence]
        guard let offer = markets[entry.order.symbol]?.offer(to: entry.terms.side), entry.allows(offer.price) else {
            return
        }
        let price = entry.isAtMarket ? try slipped(offer.price, entry.terms) : offer.price
        try execute(sequence, at: price, from: offer.pool)
    }

    /// Elects a waiting stop when `price` reaches it; otherwise lets it trail.
    mutating func elect(_ sequence: Int64, by price: Price, trailing: Bool) throws(NumericError) {
        let entry = book[sequence]
        guard case .armed(let best) = entry.stage else { return }
        if let level = try stopLevel(entry, best: best), entry.isReached(level, by: price) {
            book[sequence].stage = .live
        } else if trailing {
            trail(sequence, to: price)
        } else {
            startTrail(sequence, at: price)
        }
    }

    /// A trail begins at the price at which the order came to rest.
    private mutating func startTrail(_ sequence: Int64, at price: Price) {
        if case .armed(best: nil) = book[sequence].stage { trail(sequence, to: price) }
    }

    mutating func trail(_ sequence: Int64, to price: Price) {
        let entry = book[sequence]
        guard entry.terms.type == .trailingStop, case .armed(let best) = entry.stage else { return }
        book[sequence].stage = .armed(best: entry.better(best, price))
    }

    /// The stop's price on a tick, away from the market.
    func stopLevel(_ entry: PaperOrder, best: Price?) throws(NumericError) -> Price? {
        guard let level = try entry.stopLevel(best: best), level.isPositive else { return nil }
        return try configuration.priceIncrement(of: entry.order.symbol).rounded(
            level, entry.terms.side == .sell ? .down : .up)
    }

    /// Executes as much as liquidity, position and money allow.
    mutating func execute(
        _ sequence: Int64, at price: Price, from pool: SymbolMarket.Pool
    ) throws(NumericError) {
        let entry = book[sequence]
        let liquidity = try shares(markets[entry.order.symbol]?.left(in: pool) ?? entry.leaves, for: entry)
        let wanted = min(entry.leaves, liquidity)
        guard wanted.isPositive else { return }
        switch try allowance(entry, wanted, price) {
        case .refused(let reason): try end(sequence, .canceled, reason: reason)
        case .upTo(let quantity):
            if entry.terms.timeInForce == .fok, quantity < entry.leaves { return }
            try markets[entry.order.symbol]?.take(quantity, from: pool)
            try fill(sequence, quantity, at: price)
        }
    }

    /// Of so many: an order of whole shares is filled by whole shares, also where fractions are traded.
    private func shares(_ liquidity: Quantity, for entry: PaperOrder) throws(NumericError) -> Quantity {
        guard !entry.order.symbol.isPair, entry.leaves.isMultiple(of: .one) else { return liquidity }
        return try liquidity.rounded(toMultipleOf: .one, .down)
    }

    private enum Allowance {
        case upTo(Quantity)
        case refused(String)
    }

    /// The last line of defence: an exit sells no more than is held, an entry spends no more than there is.
    ///
    /// It bites where shares are not reserved, and where a market order opens far from the price it was taken at.
    private func allowance(_ entry: PaperOrder, _ wanted: Quantity, _ price: Price) throws(NumericError) -> Allowance {
        switch entry.intent {
        case .closing:
            let held = quantityHeld(entry.order.symbol)
            let room = entry.terms.side == .sell ? held : try held.negated()
            if room.isPositive { return .upTo(min(room, wanted)) }
            return .refused(insufficientQuantity(requested: entry.leaves, available: .zero, reserved: .zero))
        case .opening:
            if let expected = entry.holdPrice, price <= expected { return .upTo(wanted) }
            let available = try buyingPower() + entry.hold
            let reason = refusalOfFunds(required: try price.times(wanted), available: available)
            return reason.map(Allowance.refused) ?? .upTo(wanted)
        }
    }
}
