import AlpacaAPI
import Trading

/// What an update of the market is on a socket for market data.
///
/// A minute's trades are told as one trade of its whole volume at its close: a tape does not have them one by one.
struct DataMessages {
    private var rows: [(channel: KeyPath<Alpaca.Subscription, [String]>, symbol: Symbol, Alpaca.DataStreamMessage)] = []

    /// - Parameters:
    ///   - market: with the update.
    ///   - halted: symbols of its quotes that were halted before.
    init(_ update: MarketUpdate, _ market: MarketRecord, haltedBefore halted: Set<Symbol>) {
        for bar in update.bars ?? [] where bar.defect == nil {
            guard let series = market[bar.symbol] else { continue }
            add(bar, series)
        }
        for quote in update.quotes ?? [] {
            guard market[quote.symbol] != nil else { continue }
            if halted.contains(quote.symbol) != (quote.isHalted ?? false) { addStatus(quote) }
            rows.append((\.quotes, quote.symbol, .quote(.init(quote.symbol, Alpaca.Quote(quote)))))
        }
    }

    private mutating func add(_ bar: Trading.Bar, _ series: MarketSeries) {
        let symbol = bar.symbol
        if bar.volume.isPositive {
            let trade = Alpaca.Trade(symbol, bar.close, bar.volume, at: bar.end)
            rows.append((\.trades, symbol, .trade(.init(symbol, trade))))
        }
        if bar.period < .seconds(86_400) { rows.append((\.bars, symbol, .bar(.init(symbol, TradedBar(bar).told)))) }
        if let day = series.today {
            rows.append((\.dailyBars, symbol, .dailyBar(.init(symbol, day.told))))
        }
    }

    /// In the codes of the UTP tape.
    private mutating func addStatus(_ quote: Trading.Quote) {
        let isHalted = quote.isHalted ?? false
        var status = Alpaca.TradingStatus()
        (status.statusCode, status.statusMessage) = isHalted ? ("H", "Trading Halt") : ("T", "Trading Resumption")
        (status.reasonCode, status.reasonMessage) = isHalted ? ("T1", "Halt News Pending") : ("", "")
        (status.time, status.tape) = (quote.at, "C")
        rows.append((\.statuses, quote.symbol, .status(.init(quote.symbol, status))))
    }

    /// Those that a subscription has, in their order.
    func messages(for subscription: Alpaca.Subscription) -> [Alpaca.DataStreamMessage] {
        rows.compactMap { channel, symbol, message in
            let symbols = subscription[keyPath: channel]
            return symbols.contains("*") || symbols.contains(symbol.text) ? message : nil
        }
    }
}
