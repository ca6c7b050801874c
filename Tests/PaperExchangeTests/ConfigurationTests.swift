import Foundation
import Testing
import Trading

@testable import PaperExchange

@Suite("The paper account's configuration")
struct ConfigurationTests {
    @Test("account and cash are enough")
    func defaults() throws {
        let text = #"{"account": "paper", "cash": "1000"}"#
        let read = try JSONDecoder().decode(PaperConfiguration.self, from: Data(text.utf8))
        #expect(read == PaperConfiguration(account: AccountID(unchecked: "paper"), cash: money("1000")))
        #expect(read.participation == ratio("0.1"))
        try read.validate()
    }

    @Test("a configuration reads back as it was written")
    func roundTrip() throws {
        let written = holding(5) {
            $0.seed = -7
            $0.openOrders = [order("a", .sell, 5, .limit, limit: "110", role: .external)]
            $0.sessions = .always
            $0.groups = []
        }
        #expect(try JSONDecoder().decode(PaperConfiguration.self, from: JSONEncoder().encode(written)) == written)
    }

    @Test(
        "what cannot be is refused with its path and a remedy",
        arguments: [
            (configured { $0.cash = money("-1") }, "cash: it is -1; write zero or more"),
            (configured { $0.currency = "" }, "currency:"),
            (configured { $0.latencyMilliseconds = -1 }, "latency_milliseconds:"),
            (configured { $0.latencyJitterMilliseconds = 60_001 }, "latency_jitter_milliseconds:"),
            (configured { $0.slippage = ratio("0.6") }, "slippage:"),
            (configured { $0.participation = .zero }, "participation:"),
            (configured { $0.marginMultiplier = ratio("0.5") }, "margin_multiplier:"),
            (configured { $0.quantityIncrement = .zero }, "quantity_increment:"),
            (holding(-5), "positions[0].quantity: -5 is short and allow_short is false"),
            (holding(5, at: "0"), "positions[0].average_price:"),
            (holding(5) { $0.positions += $0.positions }, "positions[1].symbol:"),
            (
                holding(5) { $0.openOrders = [order("a", .sell, 6, .limit, limit: "110")] },
                "open_orders[0]: insufficient qty available"
            ),
            (
                holding(5) { $0.openOrders = [order("a", .sell, 5, .limit, limit: "110", tif: .ioc)] },
                "open_orders[0].time_in_force:"
            ),
        ])
    func refusals(configuration: PaperConfiguration, message: String) throws {
        do throws(PaperConfigurationError) {
            _ = try PaperExchange(configuration, at: at())
            Issue.record("it was accepted")
        } catch {
            #expect(error.description.hasPrefix(message))
        }
    }

    @Test("ended orders are remembered up to the limit, the newest of them")
    func memory() throws {
        var book = OrderBook()
        let terms = order("x", .sell, 1)
        for number in 1...Int64(PaperLimits.endedOrders + 1) {
            var ended = Order(terms: terms, status: .canceled, submittedAt: at())
            ended.terms.clientOrderID = ClientOrderID(unchecked: "o\(number)")
            book.insert(
                PaperOrder(
                    order: ended, sequence: number, part: .single, intent: .closing, stage: .ended, since: at(),
                    holdPrice: nil, hold: .zero, announced: true, executions: []))
        }
        #expect(book.order(id("o1")) == nil)
        #expect(book.order(id("o2")) != nil)
    }
}
