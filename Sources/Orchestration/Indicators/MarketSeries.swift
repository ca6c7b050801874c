import Trading

/// Bars and indicators of every symbol, made as the bars come. Part of the core's state.
///
/// 1. Only what ``track(indicators:bars:correlation:day:)`` names is kept and computed.
/// 2. A figure changes when a bar closes; to read one is to look it up. (Correlations alone are made when asked for.)
/// 3. A figure is known when all the bars that it is defined on are, and nil before.
/// 4. Bars that come again, late or out of order change nothing, and no trade is counted twice, whoever sends it.
/// 5. Only regular hours count; see ``TradingHours``.
/// 6. A symbol whose figures no longer fit into their types begins anew: they are unknown, never clamped.
package struct MarketSeries: Sendable, Hashable, Codable {
    private var plan = SeriesPlan()
    private var symbols: [Symbol: SymbolSeries] = [:]
    /// The day looked at last, since neighboring bars mostly share theirs.
    private var exchangeDay: TradingSession?
    private var utcDay: TradingSession?

    package init() {}

    /// Says what is wanted from now on; what is known of it already is kept, the rest is dropped. The same again changes
    /// nothing.
    ///
    /// A new indicator begins with the bars that are kept for others; `ema` and `atr` then have a younger seed.
    /// - Parameters:
    ///   - bars: how many closed bars of a period can be asked for, 1 to 1000.
    ///   - correlation: returns that a correlation is made of, 2 to 1000.
    ///   - day: whether ``day(_:last:)`` is wanted.
    /// - Precondition: counts and lengths are in range, periods have a text (``Trading/TimeSpan/isBarPeriod``).
    package mutating func track(
        indicators: [Indicator], bars: [(period: TimeSpan, count: Int64)],
        correlation: (period: TimeSpan, length: Int64)?, day: Bool = true
    ) {
        precondition(bars.allSatisfy { $0.period.isBarPeriod && (1...Indicator.maximumLength).contains($0.count) })
        precondition(
            correlation.map { $0.period.isBarPeriod && (2...Indicator.maximumLength).contains($0.length) } ?? true)
        let plan = SeriesPlan(indicators: indicators, bars: bars, correlation: correlation, day: day)
        guard plan != self.plan else { return }
        self.plan = plan
        if plan.isEmpty { symbols = [:] }
        for symbol in symbols.keys.sorted() { symbols[symbol]?.follow(plan, TradingHours(of: symbol)) }
    }

    /// Takes a closed bar. One that cannot be a bar is ignored.
    /// - Parameter now: when it is known, a bar that begins later is ignored too: it would stop the series until then.
    package mutating func append(_ bar: Bar, at now: Timestamp? = nil) {
        guard !plan.isEmpty, bar.defect == nil, bar.period <= .day else { return }
        if let now, bar.start > now { return }
        let hours = TradingHours(of: bar.symbol)
        let session = session(hours, of: bar)
        do {
            try symbols[bar.symbol, default: SymbolSeries(plan)].append(
                bar, in: session, hours, needsDay: plan.needsDay)
        } catch {
            forget(bar.symbol)
        }
    }

    /// Takes closed bars of one symbol from before what is known, in any order, for the periods that they are whole bars of.
    /// They are no news of the market: only figures are made of them (I-WARM-1).
    package mutating func warm(_ symbol: Symbol, _ bars: [Bar], at now: Timestamp) {
        let hours = TradingHours(of: symbol)
        let usable = bars.filter { $0.symbol == symbol && $0.defect == nil && $0.end <= now }
        for period in plan.periods.map(\.period) {
            let candles = usable.compactMap { bar -> Candle? in
                let time = bar.period == .day ? bar.start + .seconds(43_200) : bar.start
                let session = TradingSession(hours, containing: time)
                guard session.overlaps(bar) || bar.period == .day, session.isWhole(bar, of: period) else { return nil }
                return Candle(bar, key: session.key(of: bar, period), start: bar.start, end: bar.end)
            }
            guard !candles.isEmpty else { continue }
            symbols[symbol, default: SymbolSeries(plan)].warm(
                candles.sorted { ($0.key, $0.start) < ($1.key, $1.start) }, of: period, plan, hours)
        }
    }

    /// Bars that make everything of these needs known, by period; recursive figures have forgotten their seed by then.
    package static func bars(for needs: PolicyNeeds) -> [BarNeed] {
        var counts: [TimeSpan: Int64] = [:]
        func need(_ count: Int64, _ period: TimeSpan) {
            counts[period] = min(BarNeed.most, max(counts[period] ?? 0, count))
        }
        for bar in needs.bars ?? [] { need(bar.count, bar.period) }
        for indicator in needs.indicators ?? [] {
            need(indicator.barsThatMakeItKnown, indicator.period)
        }
        if let wish = needs.correlation { need(2 * wish.length + 1, wish.period) }
        return counts.map { BarNeed(period: $0.key, count: $0.value) }.sorted { $0.period < $1.period }
    }

    /// Closes bars under way whose time is over; for when the session has ended and the last minutes had no trade.
    package mutating func close(at now: Timestamp) {
        for symbol in symbols.keys.sorted() { symbols[symbol]?.close(at: now, TradingHours(of: symbol)) }
    }

    /// Restates everything in new shares, `numerator` for `denominator` old, before the first bar of the new ones.
    ///
    /// Prices are rounded half to even at their eighth decimal. Returns, and what is made of them, stay as they are.
    package mutating func split(_ symbol: Symbol, numerator: Int64, denominator: Int64) {
        let isSplit = (1...10_000).contains(numerator) && (1...10_000).contains(denominator)
        do {
            guard isSplit else { return forget(symbol) }
            try symbols[symbol]?.split(numerator, denominator, TradingHours(of: symbol))
        } catch {
            forget(symbol)
        }
    }

    /// Restates what is from before a dividend, so that what a share has fallen by is no move of it.
    ///
    /// The day's figures and the close before are lowered by the amount, other bars in proportion.
    /// - Parameter price: what a share was worth with it; nil when that is not known.
    package mutating func payDividend(_ symbol: Symbol, _ amount: Price, of price: Price?, effectiveAt: Timestamp) {
        let scale: Int64 = 10_000
        let part = price.map { price in
            Rounding.halfEven.quotient(Int128(amount.units) * Int128(scale), Int128(max(1, price.units)))
        }
        do {
            try symbols[symbol]?.payDividend(
                amount, effectiveAt, (scale, scale - Int64(clamping: part ?? 0)), TradingHours(of: symbol))
        } catch {
            forget(symbol)
        }
    }

    /// The shares stand under another symbol.
    package mutating func rename(_ symbol: Symbol, to other: Symbol) {
        guard let known = symbols.removeValue(forKey: symbol), symbols[other] == nil else { return }
        symbols[other] = known
    }

    /// Drops all that is known of a symbol.
    package mutating func forget(_ symbol: Symbol) { symbols[symbol] = nil }

    /// Nil until there are enough bars, or when it is not tracked.
    package func value(_ indicator: Indicator, of symbol: Symbol) -> IndicatorFigure? {
        symbols[symbol]?[indicator.period]?.studies.first { $0.indicator == indicator }?.figure
    }

    /// Of the bars that a figure is defined on, how many are known; nil when the figure is.
    package func bars(knownFor indicator: Indicator, of symbol: Symbol) -> Int? {
        guard let series = symbols[symbol]?[indicator.period],
            let study = series.studies.first(where: { $0.indicator == indicator })
        else { return 0 }
        return study.figure == nil ? study.known(series.window) : nil
    }

    /// All indicators that are tracked and known, sorted.
    package func values(of symbol: Symbol) -> [IndicatorValue] {
        (symbols[symbol]?.periods ?? []).flatMap { series in
            series.studies.compactMap { study in
                study.figure.map { IndicatorValue(indicator: study.indicator, figure: $0) }
            }
        }
    }

    /// Average true ranges that are tracked and known.
    package func ranges(of symbol: Symbol) -> [Indicator: Price] {
        guard !plan.isEmpty else { return [:] }
        var ranges: [Indicator: Price] = [:]
        for value in values(of: symbol) where value.indicator.kind == .atr {
            ranges[value.indicator] = value.figure.price
        }
        return ranges
    }

    /// The regular session of the symbol's newest bar; nil before the first one.
    /// - Parameter last: what a share is worth now, for the distance to the VWAP.
    package func day(_ symbol: Symbol, last: Price?) -> DayView? { symbols[symbol]?.day?.view(last: last) }

    /// The newest closed bars, oldest first: at most `count`, fewer when there are not so many.
    package func bars(_ symbol: Symbol, period: TimeSpan, count: Int64) -> [Bar] {
        let candles = symbols[symbol]?[period]?.window.suffix(Int(min(max(0, count), Indicator.maximumLength)))
        return candles.map { $0.map { $0.bar(symbol) } } ?? []
    }

    /// How the returns of these symbols go together; nil when not tracked, or when fewer than two have enough bars.
    ///
    /// Each figure is of the newest bars that both symbols have. Where two have too few in common, the one that has that
    /// with more others is left out, of equals the later in the alphabet. Costs pairs x length multiplications.
    package func correlation(_ symbols: [Symbol]) -> CorrelationView? {
        guard let wanted = plan.correlation else { return nil }
        let samples = Set(symbols).sorted().compactMap { symbol in
            self.symbols[symbol]?[wanted.period].flatMap {
                CorrelationSample(symbol, $0.window, returns: Int(wanted.length))
            }
        }
        return CorrelationView(samples, wanted)
    }

    private mutating func session(_ hours: TradingHours, of bar: Bar) -> TradingSession {
        // A bar of a whole day may begin at midnight of London, of New York, or at the open: its middle is in the day.
        let time = bar.period == .day ? bar.start + .seconds(43_200) : bar.start
        let known = hours == .usEquity ? exchangeDay : utcDay
        if let known, known.contains(time) { return known }
        let session = TradingSession(hours, containing: time)
        // A late bar leaves no trace.
        if let known, known.day > session.day { return session }
        switch hours {
        case .usEquity: exchangeDay = session
        case .continuous: utcDay = session
        }
        return session
    }
}
