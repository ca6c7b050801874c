import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("Client order ids")
struct OrderNameTests {
    @Test("an older copy of the journal that is put back repeats no id")
    func restored() throws {
        var driver = protected()
        let backup = driver
        func goOn(_ driver: inout CoreDriver) -> [ClientOrderID] {
            driver.disconnect()
            driver.pass(.seconds(30))
            driver.start()
            driver.connect()
            let before = driver.submissions.count
            for stop: Price in ["96", "97", "98"] {
                driver.recommend([
                    PluginName("stop-loss").says(.stop(stop), on: "ABC"),
                    PluginName("stop-loss").says(.reduceTo(quantity: stop == "98" ? 80 : 90), on: "ABC"),
                ])
                driver.cycle()
            }
            return driver.submissions.dropFirst(before).flatMap(\.orders).map(\.clientOrderID)
        }
        let first = goOn(&driver)
        var restored = backup
        restored.pass(.seconds(600))
        let second = goOn(&restored)
        #expect(!first.isEmpty && !second.isEmpty)
        #expect(Set(first).isDisjoint(with: second))
    }

    @Test("a journal from before keeps the names that its orders have")
    func older() {
        var (core, start) = (
            Orchestrator(), Start(epoch: 1, configuration: CoreConfiguration(account: "a", policies: []))
        )
        start.namesOrdersByRun = nil
        _ = core.handle(.started(start), at: Timestamp(seconds: 100))
        _ = core.handle(.started(start), at: Timestamp(seconds: 200))
        #expect(core.state.run.idTime == Timestamp(seconds: 100))
        start.namesOrdersByRun = true
        _ = core.handle(.started(start), at: Timestamp(seconds: 300))
        #expect(core.state.run.idTime == Timestamp(seconds: 300))
    }
}
