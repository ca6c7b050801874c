import Trading

/// The newest returns of one symbol, ready to be laid beside those of another.
struct CorrelationSample {
    let symbol: Symbol
    /// More bars than the returns take: what others lack is passed over.
    private let candles: [Candle]
    /// Of the newest bars, one more than there are returns.
    private let keys: [Int64]
    private let spread: Spread

    /// Nil without enough bars, when the price never moved, or moved too much for a figure.
    init?(_ symbol: Symbol, _ window: Window<Candle>, returns: Int) {
        self.symbol = symbol
        candles = window.suffix(window.count)
        let newest = candles.suffix(returns + 1)
        guard newest.count == returns + 1 else { return nil }
        let changes = newest.dropFirst().compactMap(\.change)
        guard changes.count == returns else { return nil }
        keys = newest.map(\.key)
        spread = Spread(changes)
        guard spread.root != nil else { return nil }
    }

    func correlation(with other: CorrelationSample) -> Ratio? {
        // Mostly both have the same bars.
        if keys == other.keys { return Formula.correlation(spread, other.spread) }
        guard let (first, second) = common(with: other) else { return nil }
        return Formula.correlation(Spread(first), Spread(second))
    }

    /// Returns over the newest bars that both have.
    private func common(with other: CorrelationSample) -> ([Int64], [Int64])? {
        var (mine, theirs) = (candles.count - 1, other.candles.count - 1)
        var pairs: [(Candle, Candle)] = []
        while mine >= 0, theirs >= 0, pairs.count < keys.count {
            let (first, second) = (candles[mine], other.candles[theirs])
            if first.key == second.key { pairs.append((first, second)) }
            if first.key >= second.key { mine -= 1 }
            if second.key >= first.key { theirs -= 1 }
        }
        guard pairs.count == keys.count else { return nil }
        // Newest first.
        let first = zip(pairs.dropFirst(), pairs).compactMap { Candle.change(from: $0.0.close, to: $1.0.close) }
        let second = zip(pairs.dropFirst(), pairs).compactMap { Candle.change(from: $0.1.close, to: $1.1.close) }
        return first.count == second.count && first.count == keys.count - 1 ? (first, second) : nil
    }
}

extension CorrelationView {
    init?(_ samples: [CorrelationSample], _ wanted: SeriesPlan.Correlation) {
        var symbols = samples.map(\.symbol)
        var rows: [[Ratio?]] = samples.map { _ in samples.map { _ in .one } }
        for (row, first) in samples.enumerated() {
            for column in (row + 1)..<max(row + 1, samples.count) {
                rows[row][column] = first.correlation(with: samples[column])
                rows[column][row] = rows[row][column]
            }
        }
        // Whoever lacks most goes first.
        func lacking(_ row: [Ratio?]) -> Int { row.count { $0 == nil } }
        while let most = rows.map(lacking).max(), most > 0, let index = rows.lastIndex(where: { lacking($0) == most }) {
            symbols.remove(at: index)
            rows.remove(at: index)
            for row in rows.indices { rows[row].remove(at: index) }
        }
        guard symbols.count > 1 else { return nil }
        self.init(
            period: wanted.period, length: wanted.length, symbols: symbols, rows: rows.map { $0.compactMap { $0 } })
    }
}
