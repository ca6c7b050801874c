import Trading

/// A bar as one order may see it: whole, or only its close when the order came to rest after the bar's start.
private struct BarView {
    var open: Price
    var high: Price
    var low: Price
    let isWhole: Bool

    /// Nil when the order rests since the bar's end only.
    init?(_ bar: Bar, since: Timestamp) {
        guard since < bar.end else { return nil }
        isWhole = since <= bar.start
        open = isWhole ? bar.open : bar.close
        high = isWhole ? bar.high : bar.close
        low = isWhole ? bar.low : bar.close
    }

    func favorable(_ side: Side) -> Price { side == .sell ? high : low }
    func adverse(_ side: Side) -> Price { side == .sell ? low : high }

    /// Slippage goes no further than anybody traded.
    func within(_ price: Price) -> Price { min(max(price, low), high) }
}

extension PaperExchange {
    /// Replays a bar: its open for everybody, then stops before targets, then legs that it brought to life.
    mutating func match(_ bar: Bar) throws(NumericError) {
        var market = markets[bar.symbol] ?? SymbolMarket()
        // Time that was replayed once is not replayed again, as by a daily bar after those of its minutes.
        guard market.open(bar, volumeForUs: try volumeForUs(bar)) else { return }
        markets[bar.symbol] = market
        if configuration.sessions.isRegular(bar), !market.isHalted(in: bar) {
            for sequence in serving(bar.symbol) { try matchOpen(sequence, bar) }
            for sequence in serving(bar.symbol) { try matchRange(sequence, bar) }
            try matchAwakened(in: bar)
            for sequence in serving(bar.symbol) {
                let (side, since) = (book[sequence].terms.side, book[sequence].since)
                if let view = BarView(bar, since: since) { trail(sequence, to: view.favorable(side)) }
            }
        }
        markets[bar.symbol]?.close(bar)
    }

    /// What all our fills together may take of a bar: at least one share where one was traded.
    private func volumeForUs(_ bar: Bar) throws(NumericError) -> Quantity {
        let share = try bar.volume.scaled(by: configuration.participation, .down)
            .rounded(toMultipleOf: configuration.quantityIncrement, .down)
        return bar.volume >= .one ? max(share, .one) : share
    }

    /// The open is the first trade of the bar: whoever waits for a price like it gets it.
    private mutating func matchOpen(_ sequence: Int64, _ bar: Bar) throws(NumericError) {
        guard book[sequence].since <= bar.start else { return }
        try elect(sequence, by: bar.open, trailing: false)
        let entry = book[sequence]
        guard entry.stage == .live, entry.allows(bar.open), let view = BarView(bar, since: entry.since) else { return }
        try executeInBar(entry, at: bar.open, view)
    }

    /// The rest of the bar, whose order of trades nobody knows.
    private mutating func matchRange(_ sequence: Int64, _ bar: Bar) throws(NumericError) {
        let entry = book[sequence]
        let side = entry.terms.side
        guard let view = BarView(bar, since: entry.since) else { return }
        switch entry.stage {
        case .inTransit, .held, .ended: return
        case .armed(let best):
            guard let level = try stopLevel(entry, best: best), entry.isReached(level, by: view.adverse(side)) else {
                return
            }
            book[sequence].stage = .live
            // Through the stop, not at it, where the first price that the order sees is beyond it.
            let price = side == .sell ? min(level, view.open) : max(level, view.open)
            if entry.allows(price) { try executeInBar(entry, at: price, view) }
        case .live:
            guard let limit = entry.terms.limitPrice else { return try executeInBar(entry, at: view.open, view) }
            if entry.allows(view.favorable(side)) { try executeInBar(entry, at: limit, view) }
        }
    }

    /// Stops whose entry was filled in this very bar: the rest of the bar may have reached them, so it has.
    private mutating func matchAwakened(in bar: Bar) throws(NumericError) {
        let legs = awakened
        awakened = []
        for leg in legs where book[leg.sequence].part == .stop {
            startTrailOfLeg(leg)
            let entry = book[leg.sequence]
            let view = BarView(bar, since: bar.start)
            guard let view, case .armed(let best) = entry.stage, let level = try stopLevel(entry, best: best),
                entry.isReached(level, by: view.adverse(entry.terms.side))
            else { continue }
            book[leg.sequence].stage = .live
            let price = entry.terms.side == .sell ? min(level, leg.entryPrice) : max(level, leg.entryPrice)
            if entry.allows(price) { try executeInBar(entry, at: price, view) }
        }
    }

    private mutating func startTrailOfLeg(_ leg: Awakened) { trail(leg.sequence, to: leg.entryPrice) }

    private mutating func executeInBar(_ entry: PaperOrder, at price: Price, _ view: BarView) throws(NumericError) {
        let paid = entry.isAtMarket ? view.within(try slipped(price, entry.terms)) : price
        try execute(entry.sequence, at: paid, from: .trades)
    }
}
