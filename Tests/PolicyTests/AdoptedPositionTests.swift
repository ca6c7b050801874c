import PluginTesting
import Testing
import Trading

@testable import PartialProfit
@testable import PortfolioRisk
@testable import StopLoss
@testable import TakeProfit
@testable import TimeStop

@Suite("Positions that nobody here has opened")
struct AdoptedPositionTests {
    /// Bought at 100, found when it was at this price, and there still.
    private func snapshot(_ quantity: String, foundAt price: String?) throws -> PortfolioSnapshot {
        var whole = try Case(
            quantity: quantity, average: "100", last: price ?? "97", bid: nil, ask: nil, initialStop: nil
        ).snapshot()
        whole.positions[0].isAdopted = true
        whole.positions[0].adoptedPrice = try price.map { try Price($0) }
        whole.positions[0].heldFor = .seconds(86_400 * 400)
        return whole
    }

    @Test(
        "the first stop is counted from the price at which it was found, and never an exit",
        arguments: [("100", "97", "95.06"), ("100", "150", "147"), ("-100", "103", "105.06"), ("-100", "50", "51")])
    func firstStop(quantity: String, price: String, stop: String) throws {
        var policy = try PolicyUnderTest(StopLossPolicy.self)
        let advice = try policy.recommendations(for: snapshot(quantity, foundAt: price)).map(\.advice)
        #expect(advice == [.protect(ProtectiveStop(stopPrice: try Price(stop)))])
    }

    @Test("without a price it waits for the first")
    func noPrice() throws {
        var policy = try PolicyUnderTest(StopLossPolicy.self)
        #expect(try policy.recommendations(for: snapshot("100", foundAt: nil)).map(\.advice) == [.hold])
    }

    @Test("a percent that a person has written is a figure of theirs: the target is there")
    func writtenPercent() throws {
        var target = try PolicyUnderTest(TakeProfitPolicy.self, settings: #"{"percent": 0.1, "round_to": 0.01}"#)
        #expect(try target.recommendations(for: snapshot("100", foundAt: "100")).count == 1)
    }

    @Test("nothing of it is sold for the default weight; a weight that is written counts")
    func weight() throws {
        var whole = try snapshot("100", foundAt: "100")
        whole.positions[0].weight = try Ratio("0.6")
        var untold = try PolicyUnderTest(PortfolioRiskPolicy.self)
        #expect(try untold.recommendations(for: whole).map(\.advice) == [.hold])
        var written = try PolicyUnderTest(PortfolioRiskPolicy.self, settings: #"{"maximum_weight": 0.4}"#)
        #expect(try written.recommendations(for: whole).map(\.advice) == [.reduceToWeight(weight: try Ratio("0.4"))])
        whole.positions[0].isAdopted = nil
        #expect(try untold.recommendations(for: whole).map(\.advice) == [.reduceToWeight(weight: try Ratio("0.4"))])
    }

    @Test(
        "it has no ladder, no target and no time stop until a person has named its stop",
        arguments: ["50", "97", "150"])
    func nothingElse(price: String) throws {
        var ladder = try PolicyUnderTest(
            PartialProfitPolicy.self, settings: #"{"ladder": [{"at_percent": 0.02, "take": 0.5}]}"#)
        var target = try PolicyUnderTest(TakeProfitPolicy.self)
        var time = try PolicyUnderTest(TimeStopPolicy.self)
        for quantity in ["100", "-100"] {
            let snapshot = try snapshot(quantity, foundAt: price)
            #expect(try ladder.recommendations(for: snapshot) == [])
            #expect(try target.recommendations(for: snapshot) == [])
            #expect(try time.recommendations(for: snapshot) == [])
        }
    }
}
