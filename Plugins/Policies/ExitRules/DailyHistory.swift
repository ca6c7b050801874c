import PluginKit
import Trading

/// The whole days of a symbol, split at the day on which a position was entered.
struct DailyHistory {
    /// Oldest first.
    let bars: [Bar]
    private let position: PositionView
    private let entry: TradingSession
    private let hours: TradingHours

    init(_ position: PositionView, _ view: MarketView) {
        self.position = position
        hours = TradingHours(of: position.symbol)
        entry = TradingSession(hours, containing: position.openedAt)
        bars = view.series?.first { $0.period == .day }?.bars ?? []
    }

    /// Of days before the one of entry.
    var beforeEntry: [Bar] { bars.filter { session(of: $0).day < entry.day } }

    /// Of the day of entry and later.
    var sinceEntry: [Bar] { bars.filter { session(of: $0).day >= entry.day } }

    /// Whether the day closed after the position was opened.
    func isAfterEntry(_ bar: Bar) -> Bool { session(of: bar).close > position.openedAt }

    /// The channel's edge on the losing or the winning side of the position; nil unless there are all of `count` days.
    func edge(of days: some Collection<Bar>, _ count: Int64, losing: Bool) -> Price? {
        guard days.count == Int(count) else { return nil }
        return isLow(losing: losing) ? days.map(\.low).min() : days.map(\.high).max()
    }

    func edgeWords(losing: Bool) -> String { isLow(losing: losing) ? "lowest low" : "highest high" }

    private func isLow(losing: Bool) -> Bool { position.isLong == losing }

    /// A bar of a day is the regular session, or 24 hours of New York or UTC: its middle is always in the day.
    private func session(of bar: Bar) -> TradingSession {
        let half = TimeSpan(nanoseconds: bar.period.nanoseconds / 2)
        return TradingSession(hours, containing: bar.start + half)
    }
}
