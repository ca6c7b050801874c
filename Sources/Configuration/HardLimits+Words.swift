import Orchestration
import Trading
import Wording

extension HardLimits {
    /// Each limit as a person reads it, in the order of `docs/limits.md`.
    package var words: [String] {
        func line(_ what: String, _ value: (some CustomStringConvertible)?) -> String {
            "\(what): \(value.map { "\($0)" } ?? "no limit")"
        }
        return [
            line("order quantity", maximumOrderQuantity), line("order value", maximumOrderNotional),
            "orders in a minute: \(maximumOrdersPerMinute), and what the broker takes",
            line("position value", maximumPositionNotional), line("position, share of equity", maximumPositionWeight),
            line("gross exposure, share of equity", maximumGrossExposure),
            line("loss of the day, share of equity", maximumDailyLoss),
            line("pause after a fall from the peak", drawdownPause?.words),
            line("pause after a loss of the week", weeklyLossPause?.words),
            line("pause after losses in a row", lossStreakPause?.words),
            line("day trades in five business days", dayTrades?.words),
            settledCashOnly ? "bought with settled cash only" : "bought with unsettled cash too",
            line("symbols", symbols.map { $0.map(\.text).joined(separator: ", ") }),
            line("price collar, share of the price", priceCollar), line("age of a price", maximumQuoteAge),
            line("silence of a held symbol's price", maximumPriceSilence),
        ]
    }
}
