import Testing
import Trading

@testable import example_policy

/// A test needs no core: the policy is a function.
@Suite("example-policy")
struct ExamplePolicyTests {
    private func whole(_ positions: [PositionView]) throws -> PortfolioSnapshot {
        PortfolioSnapshot(
            cycle: 1, at: Timestamp(seconds: 1_773_669_660), session: .regular, tradingState: .active,
            account: AccountView(
                id: try AccountID("test"), currency: "USD", cash: .zero, equity: .zero, buyingPower: .zero,
                peakEquity: .zero, dayProfit: .zero, grossExposure: .zero),
            positions: positions, orders: [], market: [], conditions: [])
    }

    @Test("every position gets a stop")
    func protects() throws {
        let position = PositionView(
            symbol: try Symbol("ABC"), quantity: Quantity(shares: 10), averagePrice: try Price("100"), lastPrice: nil,
            marketValue: .zero, unrealizedProfit: .zero, realizedProfit: .zero, initialStop: nil, riskPerShare: nil,
            profitInR: nil, highWaterMark: try Price("120"), lowWaterMark: try Price("90"),
            openedAt: Timestamp(seconds: 0), heldFor: .zero, weight: .zero, protection: nil, unprotectedSince: nil,
            rungsTaken: [])
        let policy = try ExamplePolicy(settings: ExamplePolicy.Settings(trail: nil))
        #expect(policy.evaluate(try whole([position])).map(\.symbol) == [position.symbol])
        #expect(policy.evaluate(try whole([])).isEmpty)
    }

    @Test("a share that is none is refused")
    func settings() {
        #expect(throws: (any Error).self) { try ExamplePolicy(settings: ExamplePolicy.Settings(trail: .one)) }
    }
}
