import Trading

/// One indicator of one symbol, as it goes along.
struct Study: Sendable, Hashable, Codable {
    let indicator: Indicator
    /// Of the newest closed bar; nil until there are enough.
    private(set) var figure: IndicatorFigure? = nil
    /// What does not follow from the window of bars alone.
    private var smoothing: Smoothing?
    /// The same before the newest bar, which may yet be restated.
    private var smoothingBefore: Smoothing?

    init(_ indicator: Indicator) {
        self.indicator = indicator
        switch indicator.kind {
        case .atr: smoothing = Smoothing(length: indicator.length, weight: 1)
        case .ema: smoothing = Smoothing(length: indicator.length, weight: 2)
        case .sma, .highest, .lowest, .volatility: smoothing = nil
        }
        smoothingBefore = smoothing
    }

    /// Bars that a window must hold: those of the length. A recursive figure needs none of the past.
    static func barsNeeded(_ indicator: Indicator) -> Int {
        indicator.isRecursive ? 1 : Int(indicator.length)
    }

    /// Bars, or changes from bar to bar, that are known of those that the figure is defined on.
    func known(_ window: Window<Candle>) -> Int {
        switch indicator.kind {
        case .atr, .ema: Int(smoothing?.count ?? 0)
        case .sma, .highest, .lowest: min(window.count, Int(indicator.length))
        case .volatility: min(max(0, window.count - 1), Int(indicator.length))
        }
    }

    /// Takes the newest bar of the window, the one at `count - 1`.
    mutating func advance(_ window: Window<Candle>, _ count: Int, _ hours: TradingHours) {
        smoothingBefore = smoothing
        restate(window, count, hours)
    }

    /// The newest bar of the window took the place of the one before.
    mutating func restate(_ window: Window<Candle>, _ count: Int, _ hours: TradingHours) {
        smoothing = smoothingBefore
        let newest = window[count - 1]
        switch indicator.kind {
        case .atr:
            if count > 1 { smoothing?.add(Formula.trueRange(newest, before: window[count - 2].close)) }
        case .ema: smoothing?.add(newest.close.units)
        case .sma, .highest, .lowest, .volatility: break
        }
        refresh(window, count, hours)
    }

    /// After the bars of the window were restated in new shares.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    mutating func split(
        _ numerator: Int64, _ denominator: Int64, _ window: Window<Candle>, _ hours: TradingHours
    ) throws(NumericError) {
        try smoothing?.split(numerator, denominator)
        try smoothingBefore?.split(numerator, denominator)
        if window.count > 0 { refresh(window, window.count, hours) }
    }

    private mutating func refresh(_ window: Window<Candle>, _ count: Int, _ hours: TradingHours) {
        let length = Int(indicator.length)
        guard count >= length || smoothing != nil else { return }
        let newest = max(0, count - length)..<count
        switch indicator.kind {
        case .atr, .ema: figure = smoothing?.mean.map { .price($0) }
        case .sma: figure = .price(Formula.mean(newest.lazy.map { window[$0].close.units }))
        case .highest: figure = newest.lazy.map { window[$0].high }.max().map { .price($0) }
        case .lowest: figure = newest.lazy.map { window[$0].low }.min().map { .price($0) }
        case .volatility:
            let changes = newest.compactMap { window[$0].change }
            let perYear = Formula.periodsPerYear(indicator.period, hours)
            figure = changes.count == length ? Formula.volatility(changes, perYear).map { .ratio($0) } : nil
        }
    }
}

extension Indicator {
    /// Whether every bar that it ever saw has a weight in it, ever smaller ones: `atr` and `ema`.
    var isRecursive: Bool {
        switch kind {
        case .atr, .ema: true
        case .sma, .highest, .lowest, .volatility: false
        }
    }

    /// Bars of its period; of a recursive one so many that less than 2 % of its weight lies before them.
    ///
    /// The weight that is left after 4 n bars is (1 - 2/(n + 1))^4n, about e^-8, of `ema`, and (1 - 1/n)^4n, about e^-4, of
    /// Wilder's `atr`.
    var barsThatMakeItKnown: Int64 { (isRecursive ? 4 : 1) * length + 1 }
}
