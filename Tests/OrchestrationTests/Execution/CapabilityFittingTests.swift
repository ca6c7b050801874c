import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("What a broker offers")
struct CapabilityFittingTests {
    static let offers: [BrokerCapabilities] = [
        .everything.with { $0.timeInForce = [.day] }, .everything.with { $0.timeInForce = [.gtc] },
        .everything.with { $0.orderTypes = [.market, .limit, .stop] },
        .everything.with { $0.orderTypes = [.market, .limit, .stopLimit] },
        .everything.with { $0.orderTypes = [.market, .stop] },
        .everything.with { $0.orderTypes = [.market, .stopLimit] },
    ]

    @Test("a position is protected with the order types and times in force that there are", arguments: offers)
    func protects(offer: BrokerCapabilities) {
        for limit in [nil, "94.5"] as [Price?] {
            var venue = FakeVenue(capabilities: offer)
            venue.hold("ABC", 100, at: "100")
            venue.quote("ABC", "100", "100.02")
            var driver = CoreDriver(venue: venue)
            driver.recommend([
                PluginName("stop-loss").says(.stop("95", limit: limit), on: "ABC"),
                PluginName("stop-loss").says(.target(price: "110"), on: "ABC"),
            ])
            driver.start()
            driver.quote("ABC", "100", "100.02")
            driver.connect()
            for _ in 0..<5 { driver.cycle() }
            #expect(driver.venue.stopped("ABC") == 100, "\(driver.alertReasons.suffix(2))")
            #expect(driver.submissions.count == 1)
            for order in driver.submissions.flatMap(\.orders) {
                #expect(offer.orderTypes.contains(order.type) && offer.timeInForce.contains(order.timeInForce))
            }
            driver.recommend([PluginName("stop-loss").says(.exit, on: "ABC")])
            driver.cycle()
            #expect(driver.venue.held("ABC") == 0)
            driver.expectSound()
        }
    }

    @Test("another broker with a coarser grid: the plan's stop is put on it")
    func coarserGrid() {
        var driver = protected(stop: "95.03", target: "110.02")
        driver.disconnect()
        driver.venueDoes { venue in venue.working("ABC").first.map { venue.drop($0.id) } ?? [] }
        driver.inbox = []
        driver.venue.capabilities.priceIncrement = PriceIncrement(atOrAboveOne: "0.05", belowOne: "0.05")
        driver.connect()
        for _ in 0..<5 { driver.cycle() }
        #expect(driver.symbolStop?.terms.stopPrice == "95", "\(driver.alertReasons.suffix(2))")
        driver.expectSound()
    }
}
