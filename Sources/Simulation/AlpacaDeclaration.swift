import Trading

/// A broker that behaves as Alpaca's adapter declares it. The simulator knows no adapter; a test of that one holds the two against each
/// other.
package enum AlpacaDeclaration {
    package static var capabilities: BrokerCapabilities {
        var can = BrokerCapabilities(
            orderTypes: [.market, .limit, .stop, .stopLimit], timeInForce: [.day, .gtc], groups: [.oco, .bracket],
            replacesPrice: true, replacesQuantity: true, reservesShares: true, wantsMarketData: false)
        can.replacement = .newID
        can.replacementQuantity = .remaining
        can.idempotency = .rejectsDuplicates
        can.executions = .each
        can.replaysEvents = false
        can.refusesSelfCross = true
        can.sessions = [.regular]
        can.sessionRules = [SessionPhase.preMarket, .afterHours].map {
            .init(session: $0, orderTypes: [.limit, .stop, .stopLimit])
        }
        can.arrivalLimit = .seconds(30)
        can.reportLag = .seconds(10)
        can.ordersPerMinute = 150
        can.dayOrdersEnd = .regularClose
        return can
    }
}
