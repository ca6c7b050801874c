import Trading

/// What is to be known of every symbol, put in order.
struct SeriesPlan: Sendable, Hashable, Codable {
    /// One period of bars, and what it is kept for.
    struct Period: Sendable, Hashable, Codable {
        let period: TimeSpan
        /// Sorted.
        var indicators: [Indicator] = []
        /// Closed bars that somebody may ask for.
        var barsNeeded = 0

        /// One more is kept, so that the newest can be restated and the change to it is known.
        var capacity: Int { max(1, barsNeeded) + 1 }
    }

    struct Correlation: Sendable, Hashable, Codable {
        let period: TimeSpan
        let length: Int64

        /// Twice the bars: a symbol with gaps has still enough in common with others.
        var barsNeeded: Int { 2 * Int(length) + 1 }
    }

    /// Sorted, each once.
    private(set) var periods: [Period] = []
    private(set) var correlation: Correlation?
    private(set) var needsDay = false

    init() {}

    init(
        indicators: [Indicator], bars: [(period: TimeSpan, count: Int64)],
        correlation: (period: TimeSpan, length: Int64)?, day: Bool
    ) {
        for indicator in Set(indicators).sorted() {
            need(Study.barsNeeded(indicator), of: indicator.period) { $0.indicators.append(indicator) }
        }
        for (period, count) in bars { need(Int(count), of: period) }
        if let correlation {
            let wanted = Correlation(period: correlation.period, length: correlation.length)
            need(wanted.barsNeeded, of: wanted.period)
            self.correlation = wanted
        }
        periods.sort { $0.period < $1.period }
        needsDay = day
    }

    private mutating func need(_ bars: Int, of period: TimeSpan, _ change: (inout Period) -> Void = { _ in }) {
        let index = periods.firstIndex { $0.period == period } ?? periods.endIndex
        if index == periods.endIndex { periods.append(Period(period: period)) }
        periods[index].barsNeeded = max(periods[index].barsNeeded, bars)
        change(&periods[index])
    }

    var isEmpty: Bool { periods.isEmpty && !needsDay }
}
