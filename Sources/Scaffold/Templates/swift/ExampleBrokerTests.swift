import Foundation
import PluginKit
import Testing
import Trading

@testable import example_broker

/// A test needs no core: the adapter is a value.
@Suite("example-broker")
struct ExampleBrokerTests {
    @Test("an order is filled once, and known by the next process")
    func once() throws {
        let folder = NSTemporaryDirectory() + "example-broker-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let (symbol, time) = (try Symbol("ABC"), Timestamp(seconds: 1_773_669_660))
        let context = AdapterContext(account: try AccountID("test"), stateDirectory: folder, lockstep: true)
        func opened() throws -> ExampleBroker {
            try ExampleBroker(settings: ExampleBroker.Settings(cash: Money("1000")), context: context)
        }
        let quote = Quote(symbol: symbol, bid: try Price("9.99"), ask: try Price("10.01"), at: time)
        let terms = NewOrder(
            clientOrderID: try ClientOrderID("a"), symbol: symbol, side: .buy, type: .market,
            quantity: Quantity(shares: 3), role: .entry)
        let submit = OrderCommand.submit(OrderSubmission(orders: [terms]))
        var first = try opened()
        _ = try first.market(MarketUpdate(at: time, quotes: [quote]))
        #expect(try first.handle(submit, at: time).count == 2)
        #expect(try first.handle(submit, at: time).count == 1)
        var second = try opened()
        guard case .state(let state)? = try second.handle(.reconcile, at: time).first else {
            Issue.record("reconcile was answered with something else")
            return
        }
        #expect(state.positions.map(\.quantity) == [terms.quantity])
        #expect(state.account.cash == (try Money("969.97")))
    }
}
