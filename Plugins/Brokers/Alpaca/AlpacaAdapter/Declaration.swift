import AlpacaAPI
import Trading

/// What Alpaca can do, as the core is told it in `ready`.
package struct Declaration: Equatable, Sendable {
    /// After a reconnect the missed events are read again, since the host has a stream of events with a cursor.
    package var replaysEvents = false
    /// Of requests in a minute, those that are kept for look-ups and lists.
    package var reservedRequests: Int64 = 50
    /// Requests that one account has in a minute (`X-RateLimit-Limit`).
    package var requestsPerMinute: Int64 = 200
    /// What is traded in parts. Of all other symbols whole shares are.
    package var assets: [Alpaca.Asset] = []

    package init() {}

    package var capabilities: BrokerCapabilities {
        var can = BrokerCapabilities(
            orderTypes: [.market, .limit, .stop, .stopLimit], timeInForce: [.day, .gtc], groups: [.oco, .bracket],
            replacesPrice: true, replacesQuantity: true, reservesShares: true, wantsMarketData: false)
        can.replacement = .newID
        // The successor has the quantity that is asked for, whatever the first one has filled. Shares are reserved, so that it
        // cannot oversell.
        can.replacementQuantity = .remaining
        can.idempotency = .rejectsDuplicates
        can.executions = .each
        can.replaysEvents = replaysEvents
        can.refusesSelfCross = true
        // Stops are taken at any time and work in regular hours alone, so nothing is entered in others. Whatever leaves a position then
        // has a limit: an order at market would wait for the open.
        can.sessions = [.regular]
        can.sessionRules = [SessionPhase.preMarket, .afterHours].map {
            .init(session: $0, orderTypes: [.limit, .stop, .stopLimit])
        }
        can.arrivalLimit = .seconds(30)
        // Lists of positions were ten seconds behind what had happened.
        can.reportLag = .seconds(10)
        can.ordersPerMinute = max(1, requestsPerMinute - reservedRequests)
        can.dayOrdersEnd = .regularClose
        can.assets = assets.compactMap(Self.rule)
        return can
    }

    /// Parts of a share go at market alone: with a limit or a stop they would last for the day, and stand in no group.
    private static func rule(of asset: Alpaca.Asset) -> BrokerCapabilities.AssetRule? {
        guard asset.assetClass == .known(.usEquity), asset.isTradable, asset.isFractionable == true else { return nil }
        var rule = BrokerCapabilities.AssetRule(symbol: asset.symbol, quantityIncrement: Quantity(units: 1))
        rule.quantityIncrements = [OrderType.limit, .stop, .stopLimit].map { .init(type: $0, quantityIncrement: .one) }
        rule.minimumNotional = .one
        return rule
    }
}
