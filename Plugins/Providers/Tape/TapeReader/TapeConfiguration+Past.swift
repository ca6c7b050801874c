import Trading

extension TapeConfiguration {
    /// The newest bars of a period that were known before the tape begins, of each symbol, oldest first, in the shares of then;
    /// none where ``from`` leaves nothing out.
    /// - Throws: ``TapeError`` of a row that cannot be read.
    package func past(before first: Timestamp, period: TimeSpan, count: Int) throws -> [Bar] {
        guard let from else { return [] }
        var earlier = self
        (earlier.until, earlier.stepSeconds, earlier.conditions) = (from, nil, nil)
        // A session has more than a sixth of the hours of a week's day; holidays beside.
        let span = Int128(period.nanoseconds) * Int128(count) * 6 + Int128(TimeSpan.day.nanoseconds) * 10
        let start = max(Self.earliest.nanoseconds, Int64(clamping: Int128(first.nanoseconds) - span))
        earlier.from = Timestamp(seconds: start / 1_000_000_000).description
        do {
            return try newest(count, of: period, in: earlier, before: first)
        } catch TapeError.configuration {
            // The tape itself was opened with all the rest of it: nothing lies in this window.
            return []
        }
    }

    private static let earliest = Timestamp(seconds: -9_000_000_000)

    private func newest(
        _ count: Int, of period: TimeSpan, in window: TapeConfiguration, before first: Timestamp
    ) throws -> [Bar] {
        var newest: [Symbol: [Bar]] = [:]
        var reader = try TapeReader(window)
        while let update = try reader.next() {
            for action in update.corporateActions ?? [] {
                guard case .split(let numerator, let denominator) = action.kind else { continue }
                newest[action.symbol] = try newest[action.symbol]?.map { try $0.split(numerator, denominator) }
            }
            for bar in update.bars ?? [] where bar.isWhole(of: period) && bar.end <= first {
                newest[bar.symbol, default: []].append(bar)
                if newest[bar.symbol, default: []].count >= 2 * count { newest[bar.symbol]?.removeFirst(count) }
            }
        }
        return newest.sorted { $0.key < $1.key }.flatMap { $0.value.suffix(count) }
    }
}

extension Bar {
    fileprivate func split(_ numerator: Int64, _ denominator: Int64) throws(NumericError) -> Bar {
        func scaled(_ price: Price) throws(NumericError) -> Price {
            try price.scaled(numerator: denominator, denominator: numerator, .halfEven)
        }
        return Bar(
            symbol: symbol, start: start, period: period, open: try scaled(open), high: try scaled(high),
            low: try scaled(low), close: try scaled(close),
            volume: try volume.scaled(numerator: numerator, denominator: denominator, .halfEven))
    }
}
