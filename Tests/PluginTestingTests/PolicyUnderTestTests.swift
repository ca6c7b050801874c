import PluginKit
import PluginTesting
import Testing
import Trading

/// Says how much it is shown, and what its settings are.
private struct Probe: Policy {
    struct Settings: Decodable {
        var word: String?
        var wantsOrders: Bool?
    }
    var settings: Settings
    var needs: PolicyNeeds {
        PolicyNeeds(sections: settings.wantsOrders == true ? [.positions, .orders] : [.positions])
    }
    init(settings: Settings) throws {
        guard settings.word != "bad" else { throw SettingsError("word: it is bad") }
        self.settings = settings
    }

    func evaluate(_ whole: PortfolioSnapshot) -> [Recommendation] {
        let shown = "\(whole.orders.count) orders, \(whole.market.count) prices, \(settings.word ?? "no word")"
        return whole.positions.map { Recommendation(symbol: $0.symbol, advice: .hold, reason: shown) }
    }
}

@Suite("A policy without a process")
struct PolicyUnderTestTests {
    private func portfolio() throws -> PortfolioSnapshot {
        var portfolio = try PortfolioSnapshot.testing()
        try portfolio.hold("DEF", "-10", average: "50", last: "40", initialStop: "55")
        try portfolio.hold("ABC", "100", average: "90", last: "110")
        portfolio.orders = [
            OrderView(
                clientOrderID: try ClientOrderID("a"), symbol: try Symbol("ABC"), side: .sell, type: .stop, role: .stop,
                status: .new, quantity: .one, filledQuantity: .zero, limitPrice: nil, stopPrice: .one)
        ]
        return portfolio
    }

    @Test("it is shown what it needs, and nothing else")
    func needs() throws {
        var modest = try PolicyUnderTest(Probe.self)
        #expect(try modest.recommendations(for: portfolio()).map(\.reason).first == "0 orders, 0 prices, no word")
        var curious = try PolicyUnderTest(Probe.self, settings: #"{"wants_orders": true}"#)
        #expect(curious.needs.sections == [.positions, .orders])
        #expect(try curious.recommendations(for: portfolio()).map(\.reason).first == "1 orders, 0 prices, no word")
    }

    @Test("a symbol has settings of its own")
    func symbols() throws {
        var policy = try PolicyUnderTest(Probe.self, settings: #"{"word": "a", "symbols": {"DEF": {"word": "b"}}}"#)
        let words = try policy.recommendations(for: portfolio()).map {
            "\($0.symbol?.text ?? "-") \($0.reason.suffix(1))"
        }
        #expect(words == ["ABC a", "DEF b"])
    }

    @Test(
        "settings are read as those of an account",
        arguments: [
            "{", "[]", #"{"wrd": "a"}"#, #"{"word": 1.5e3}"#, #"{"word": "bad"}"#, #"{"symbols": {"def": {}}}"#,
        ])
    func refused(settings: String) {
        #expect(throws: (any Error).self) { try PolicyUnderTest(Probe.self, settings: settings) }
    }

    @Test("a portfolio is sorted, and its figures agree")
    func figures() throws {
        let portfolio = try portfolio()
        #expect(portfolio.positions.map(\.symbol.text) == ["ABC", "DEF"])
        #expect(portfolio.market.map(\.symbol.text) == ["ABC", "DEF"])
        #expect(portfolio.positions.map(\.weight) == [try Ratio("0.11"), try Ratio("0.004")])
        #expect(portfolio.positions.map(\.unrealizedProfit) == [try Money("2000"), try Money("100")])
        #expect(portfolio.positions.map(\.profitInR) == [nil, try Ratio("2")])
        #expect(portfolio.account.grossExposure == (try Money("11400")))
        #expect(throws: (any Error).self) { _ = try PositionView.testing("abc", "1", average: "1", last: "1") }
    }
}
