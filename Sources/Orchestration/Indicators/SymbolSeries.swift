import Trading

/// All that is kept of one symbol.
struct SymbolSeries: Sendable, Hashable, Codable {
    /// Sorted by period.
    private(set) var periods: [PeriodSeries]
    private(set) var day: SessionDay?

    init(_ plan: SeriesPlan) {
        periods = plan.periods.map { PeriodSeries($0) }
    }

    subscript(period: TimeSpan) -> PeriodSeries? { periods.first { $0.period == period } }

    mutating func follow(_ plan: SeriesPlan, _ hours: TradingHours) {
        periods = plan.periods.map { wanted in
            guard var known = self[wanted.period] else { return PeriodSeries(wanted) }
            known.follow(wanted, hours)
            return known
        }
        if !plan.needsDay { day = nil }
    }

    /// - Throws: ``NumericError/overflow(type:operation:)`` of a volume.
    mutating func append(
        _ bar: Bar, in session: TradingSession, _ hours: TradingHours, needsDay: Bool
    ) throws(NumericError) {
        guard session.overlaps(bar) || session.isWhole(bar, of: .day) else {
            // Before or after hours: it only shows what time it is.
            return close(at: bar.start, hours)
        }
        for index in periods.indices { try periods[index].append(bar, in: session, hours) }
        guard needsDay else { return }
        if day == nil {
            day = SessionDay(bar, in: session)
        } else {
            try day?.append(bar, in: session)
        }
    }

    /// Bars of one period from before what is known, oldest first; those of other periods are made of none.
    mutating func warm(_ bars: [Candle], of period: TimeSpan, _ plan: SeriesPlan, _ hours: TradingHours) {
        guard let index = periods.firstIndex(where: { $0.period == period }),
            let wanted = plan.periods.first(where: { $0.period == period })
        else { return }
        periods[index].warm(bars, wanted, hours)
    }

    mutating func close(at time: Timestamp, _ hours: TradingHours) {
        for index in periods.indices { periods[index].closeBucket(at: time, hours) }
    }

    /// - Parameter ratio: prices with the dividend to prices without it.
    /// - Throws: ``NumericError/overflow(type:operation:)``.
    mutating func payDividend(
        _ amount: Price, _ effectiveAt: Timestamp, _ ratio: (with: Int64, without: Int64), _ hours: TradingHours
    ) throws(NumericError) {
        day?.payDividend(amount, effectiveAt)
        guard ratio.without > 0, ratio.without < ratio.with else { return }
        for index in periods.indices where periods[index].end.map({ $0 <= effectiveAt }) ?? false {
            try periods[index].split(ratio.with, ratio.without, hours, changesVolume: false)
        }
    }

    /// - Throws: ``NumericError/overflow(type:operation:)``.
    mutating func split(_ numerator: Int64, _ denominator: Int64, _ hours: TradingHours) throws(NumericError) {
        for index in periods.indices { try periods[index].split(numerator, denominator, hours) }
        try day?.split(numerator, denominator)
    }
}
