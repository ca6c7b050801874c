import Trading

/// The hours of a US trading day.
struct TradingDay {
    let start: Timestamp
    let end: Timestamp
    var period: TimeSpan { end - start }
}

/// The present row as what it means.
extension CSVFile {
    /// The day of a daily row.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    mutating func tradingDay() throws(TapeError) -> TradingDay {
        let day = try date(0)
        return TradingDay(start: NewYork.time(.open, on: day), end: NewYork.close(on: day))
    }

    /// Open, high, low, close, volume.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    func bar(_ symbol: Symbol, _ start: Timestamp, _ period: TimeSpan) throws(TapeError) -> Bar {
        let bar = Bar(
            symbol: symbol, start: start, period: period, open: try amount(1), high: try amount(2), low: try amount(3),
            close: try amount(4), volume: try amount(5))
        if let defect = bar.defect { throw bad(defect) }
        return bar
    }

    /// Bid and ask as they stood at the end of the minute.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    func quote(_ symbol: Symbol, at end: Timestamp) throws(TapeError) -> Quote {
        let bid = try side(from: 1, "bid")
        let ask = try side(from: 6, "ask")
        return Quote(
            symbol: symbol, bid: bid.close, ask: ask.close, bidSize: bid.size, askSize: ask.size, at: end)
    }

    /// Five columns: open, high, low, close, size. All are checked, the last two are used.
    private func side(
        from column: Int, _ word: String
    ) throws(TapeError) -> (close: Price?, size: Quantity?) {
        let open: Price? = try optionalAmount(column)
        let high: Price? = try optionalAmount(column + 1)
        let low: Price? = try optionalAmount(column + 2)
        let close: Price? = try optionalAmount(column + 3)
        let size: Quantity? = try optionalAmount(column + 4)
        for price in [open, high, low, close] {
            guard let price else { continue }
            if !price.isPositive { throw bad("\(word) must be above zero, it is \(price)") }
            if let high, price > high { throw bad("\(word) high \(high) is below \(price)") }
            if let low, price < low { throw bad("\(word) low \(low) is above \(price)") }
        }
        if let size, size.isNegative { throw bad("\(word) size \(size) is negative") }
        return (close, size)
    }

    /// A bar for each symbol that has a close; those without a symbol here are read but not wanted.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    func closes(_ columns: [Symbol?], _ day: TradingDay, volume: Quantity) throws(TapeError) -> [Bar] {
        var bars: [Bar] = []
        bars.reserveCapacity(columns.count)
        for (index, symbol) in columns.enumerated() {
            guard let close: Price = try optionalAmount(index + 1) else { continue }
            if !close.isPositive { throw bad("close must be above zero, it is \(close)") }
            guard let symbol else { continue }
            bars.append(
                Bar(
                    symbol: symbol, start: day.start, period: day.period, open: close, high: close, low: close,
                    close: close, volume: volume))
        }
        return bars
    }

    /// The close of an index. A bare point is how FRED writes a day without one.
    /// - Throws: ``TapeError/row(file:line:problem:)``.
    func conditionValue() throws(TapeError) -> Ratio? {
        text(1) == "." ? nil : try optionalAmount(1)
    }
}
