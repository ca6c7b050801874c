import Orchestration
import Trading

/// A policy's advice in one line: `"stop-loss".says(.protect("186.23"), on: "NVDA")`.
extension PluginName {
    package func says(
        _ advice: Advice, on symbol: Symbol?, _ urgency: Urgency = .medium, until: Timestamp? = nil
    ) -> PolicyAdvice {
        PolicyAdvice(
            policy: self,
            recommendation: Recommendation(
                symbol: symbol, advice: advice, urgency: urgency, reason: "the test", validUntil: until))
    }
}

extension Advice {
    package static func stop(_ price: Price, limit: Price? = nil) -> Advice {
        .protect(ProtectiveStop(stopPrice: price, limitPrice: limit))
    }
    package static func reset(_ price: Price) -> Advice { .resetStop(ProtectiveStop(stopPrice: price)) }
    package static func buy(_ quantity: Quantity, stop: Price, target: Price? = nil, limit: Price? = nil) -> Advice {
        .enter(
            Entry(
                side: .buy, quantity: quantity, limitPrice: limit, stop: ProtectiveStop(stopPrice: stop), target: target
            ))
    }
}

/// One line of advice for each policy, as the cycle's answers.
package func answers(_ advice: [PolicyAdvice]) -> [PolicyAnswer] {
    var byPolicy: [PluginName: [Recommendation]] = [:]
    for item in advice { byPolicy[item.policy, default: []].append(item.recommendation) }
    return byPolicy.sorted { $0.key < $1.key }.map { PolicyAnswer(policy: $0.key, recommendations: $0.value) }
}

/// The NVDA demonstration, to the cent.
package enum NVDA {
    package static let policies: [PluginName] = ["partial-profit", "portfolio-risk", "stop-loss"]

    package static func venue(_ change: (inout FakeVenue) -> Void = { _ in }) -> FakeVenue {
        var venue = FakeVenue(cash: "74935.96")
        venue.now = Timestamp(seconds: 1_781_100_000)
        venue.hold("NVDA", 287, at: "184.8644")
        venue.rest(takeProfit)
        venue.quote("NVDA", "189.08", "189.09")
        change(&venue)
        return venue
    }

    package static let takeProfit = NewOrder(
        clientOrderID: "manual-tp", symbol: "NVDA", side: .sell, type: .limit, quantity: 287, limitPrice: "194.37",
        role: .external)

    package static let advice: [PolicyAdvice] = [
        PluginName("stop-loss").says(.stop("186.23", limit: "185.30"), on: "NVDA", .high),
        PluginName("partial-profit").says(.takePartial(fraction: "0.5", rung: "2R"), on: "NVDA", .high),
        PluginName("partial-profit").says(.target(price: "194.50"), on: "NVDA", .high),
        PluginName("portfolio-risk").says(.reduceTo(quantity: 200), on: "NVDA", .medium),
    ]

    package static func configure(_ configuration: inout CoreConfiguration) {
        configuration.initialStops = ["NVDA": "183.1822"]
        configuration.managesExternalOrders = true
    }

    package static var market: Input {
        let at = Timestamp(seconds: 1_781_100_000)
        return .market(
            MarketUpdate(
                at: at, session: .regular, conditions: [MarketCondition(name: "VIX", value: "18.5", at: at)],
                quotes: [Quote(symbol: "NVDA", bid: "189.08", ask: "189.09", last: "189.07", at: at)]))
    }

    /// A driver before the broker is connected.
    package static func driver(_ change: (inout FakeVenue) -> Void = { _ in }) -> CoreDriver {
        var driver = CoreDriver(venue: venue(change))
        driver.policies = { _ in answers(advice) }
        driver.start(policies, configure)
        driver.send(market)
        return driver
    }
}

extension Damping {
    package func with(_ change: (inout Damping) -> Void) -> Damping {
        var copy = self
        change(&copy)
        return copy
    }
}
