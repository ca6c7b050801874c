/// What a policy is to be given each cycle, beside the account and the time. It says so in its `ready`.
public struct PolicyNeeds: Sendable, Hashable, Codable {
    /// Absent: ``SnapshotSection/standard``.
    public var sections: [SnapshotSection]?
    /// Series of whole bars by symbol.
    public var bars: [BarNeed]?
    public var indicators: [Indicator]?
    /// The correlation matrix of the positions, in the section `portfolio`.
    public var correlation: CorrelationNeed?

    public init(
        sections: [SnapshotSection]? = nil, bars: [BarNeed]? = nil, indicators: [Indicator]? = nil,
        correlation: CorrelationNeed? = nil
    ) {
        self.sections = sections
        self.bars = bars
        self.indicators = indicators
        self.correlation = correlation
    }

    public func wants(_ section: SnapshotSection) -> Bool {
        (sections ?? SnapshotSection.standard).contains(section)
    }

    /// Why these cannot be met, or nil (I-BOUND-6).
    public var defect: String? {
        if (sections?.count ?? 0) > Self.mostSections { return "at most \(Self.mostSections) sections" }
        if (bars?.count ?? 0) > Self.mostPeriods { return "at most \(Self.mostPeriods) periods of bars" }
        if (indicators?.count ?? 0) > Self.mostIndicators { return "at most \(Self.mostIndicators) indicators" }
        for need in bars ?? [] where need.count < 1 || need.count > BarNeed.most || !need.period.isBarPeriod {
            return "bars: 1 to \(BarNeed.most) of whole seconds up to a day, not \(need.count) of \(need.period)"
        }
        if let wish = correlation, wish.length < 2 || wish.length > BarNeed.most || !wish.period.isBarPeriod {
            return
                "correlation: 2 to \(BarNeed.most) returns of whole seconds up to a day, not \(wish.length) of \(wish.period)"
        }
        if barsInAll > Self.mostBars {
            return "bars: \(barsInAll) of all periods together, at most \(Self.mostBars) (I-BOUND-6)"
        }
        return nil
    }

    /// Why the needs of several policies cannot be met together, or nil (I-BOUND-6).
    public static func defectOfSum(_ all: some Sequence<PolicyNeeds>) -> String? {
        let sum = union(all)
        let (bars, indicators) = (sum.barsInAll, sum.indicators?.count ?? 0)
        if bars > mostBarsInAll {
            return "bars: \(bars) of all policies together, at most \(mostBarsInAll) (I-BOUND-6)"
        }
        if indicators > mostIndicatorsInAll {
            return "indicators: \(indicators) of all policies together, at most \(mostIndicatorsInAll) (I-BOUND-6)"
        }
        return nil
    }

    private var barsInAll: Int64 { (bars ?? []).reduce(0) { $0 + $1.count } }

    private static let mostSections = 50
    private static let mostIndicators = 50
    private static let mostPeriods = 50
    /// Of each symbol, in one policy's snapshot, and in that which serves all.
    private static let mostBars: Int64 = 10_000
    private static let mostBarsInAll: Int64 = 20_000
    private static let mostIndicatorsInAll = 500
}

/// A part of the snapshot.
public enum SnapshotSection: String, Sendable, Hashable, Codable, CaseIterable {
    case positions
    /// Working orders.
    case orders
    /// The newest orders that are over.
    case finishedOrders = "finished_orders"
    /// Prices of every symbol, with bars and indicators where they are asked for.
    case market
    /// The trading day of each symbol, in `market`: open, high, low, volume-weighted average price, gap.
    case day
    /// Figures about the market as a whole, such as VIX.
    case conditions
    /// Exposure, concentration, drawdown, correlation.
    case portfolio
    /// Decisions, outcomes and events, newest last.
    case history
    /// What other policies advise in general.
    case advisories

    /// What a policy gets that asks for nothing in particular.
    public static let standard: [SnapshotSection] = [.positions, .orders, .market, .conditions]
}

public struct BarNeed: Sendable, Hashable, Codable {
    public var period: TimeSpan
    /// 1 to 1,000.
    public var count: Int64
    public static let most: Int64 = 1_000
    public init(period: TimeSpan, count: Int64) {
        self.period = period
        self.count = count
    }
}

/// Over so many returns of bars of this period.
public struct CorrelationNeed: Sendable, Hashable, Codable {
    public var period: TimeSpan
    /// 2 to 1,000.
    public var length: Int64
    public init(period: TimeSpan, length: Int64) {
        self.period = period
        self.length = length
    }
}

extension PolicyNeeds {
    /// What serves all of them.
    public static func union(_ all: some Sequence<PolicyNeeds>) -> PolicyNeeds {
        var sections: Set<SnapshotSection> = []
        var bars: [TimeSpan: Int64] = [:]
        var indicators: Set<Indicator> = []
        var correlation: CorrelationNeed?
        for needs in all {
            sections.formUnion(needs.sections ?? SnapshotSection.standard)
            for bar in needs.bars ?? [] { bars[bar.period] = max(bars[bar.period] ?? 0, bar.count) }
            indicators.formUnion(needs.indicators ?? [])
            // The core keeps one matrix: of two needs the longer window serves both.
            if let wish = needs.correlation, wish.isLonger(than: correlation) { correlation = wish }
        }
        return PolicyNeeds(
            sections: SnapshotSection.allCases.filter(sections.contains),
            bars: bars.map { BarNeed(period: $0.key, count: $0.value) }.sorted { $0.period < $1.period },
            indicators: indicators.sorted(), correlation: correlation)
    }
}

extension CorrelationNeed {
    fileprivate func isLonger(than other: CorrelationNeed?) -> Bool {
        guard let other else { return true }
        return (period, length) > (other.period, other.length)
    }
}

extension PortfolioSnapshot {
    /// What this policy asked for, of a snapshot that serves all.
    public func limited(to needs: PolicyNeeds) -> PortfolioSnapshot {
        var copy = self
        if !needs.wants(.positions) { copy.positions = [] }
        if !needs.wants(.orders) { copy.orders = [] }
        if !needs.wants(.finishedOrders) { copy.finishedOrders = nil }
        if !needs.wants(.conditions) { copy.conditions = [] }
        if !needs.wants(.portfolio) { copy.portfolio = nil }
        if needs.correlation == nil { copy.portfolio?.correlation = nil }
        if !needs.wants(.history) { copy.history = nil }
        if !needs.wants(.advisories) { copy.advisories = nil }
        copy.market = needs.wants(.market) ? market.map { $0.limited(to: needs) } : []
        return copy
    }
}

extension MarketView {
    fileprivate func limited(to needs: PolicyNeeds) -> MarketView {
        guard day != nil || series != nil || indicators != nil else { return self }
        var copy = self
        if !needs.wants(.day) { copy.day = nil }
        copy.series = needs.bars.map { wanted in
            wanted.compactMap { need in
                series?.first { $0.period == need.period }.map {
                    BarSeries(period: need.period, bars: Array($0.bars.suffix(Int(need.count))))
                }
            }
        }
        let wanted = Set(needs.indicators ?? [])
        copy.indicators = needs.indicators.map { _ in (indicators ?? []).filter { wanted.contains($0.indicator) } }
        return copy
    }
}
