import AlpacaAPI
import Trading

/// Which symbols are subscribed to with trades and quotes, and which with bars alone, as far as the vendor's plan reaches.
///
/// The first symbols of the list come first: the protocol does not tell a provider what is held, so the order is a person's.
package struct SubscriptionPlan: Equatable, Sendable {
    /// Trades, quotes and halts; bars too.
    package let streamed: [Symbol]
    /// Bars of minutes and days alone, of which the vendor limits no number.
    package let barsOnly: [Symbol]

    /// - Parameter limit: how many symbols may have trades and quotes; nil for all of them.
    package init(_ symbols: [Symbol], limit: Int?) {
        let count = min(symbols.count, max(0, limit ?? symbols.count))
        streamed = Array(symbols.prefix(count))
        barsOnly = Array(symbols.dropFirst(count))
    }

    package var symbols: [Symbol] { streamed + barsOnly }

    package var subscription: Alpaca.Subscription {
        var subscription = Alpaca.Subscription()
        let (some, all) = (streamed.map(\.text), symbols.map(\.text))
        (subscription.trades, subscription.quotes, subscription.statuses) = (some, some, some)
        (subscription.bars, subscription.dailyBars) = (all, all)
        return subscription
    }

    /// What is tried when the vendor says that these are too many, and not how many it takes: 30, as its free plan has, then half
    /// as many each time; nil when bars alone are left.
    package var smaller: SubscriptionPlan? {
        guard !streamed.isEmpty else { return nil }
        return SubscriptionPlan(symbols, limit: streamed.count > Self.free ? Self.free : streamed.count / 2)
    }

    private static let free = 30

    /// For a person; nil where nothing is left out.
    package var leftOut: String? {
        guard !barsOnly.isEmpty else { return nil }
        let names = barsOnly.prefix(20).map(\.text).joined(separator: ", ")
        let more = barsOnly.count > 20 ? " and \(barsOnly.count - 20) more" : ""
        return
            "\(streamed.count) of \(symbols.count) symbols have trades, quotes and halts; bars of minutes alone have \(names)\(more): put what is held first in symbols, or raise symbol_limit where the plan allows it"
    }
}
