import CoreTestSupport
import Orchestration
import Testing
import Trading

@testable import Console

@Suite("What status says of a person's attention, and of what it knows")
struct AttentionTests {
    private func held() -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000"))
        driver.venue.hold("ABC", 100, at: "100")
        driver.policies = { _ in answers([PluginName("stop-loss").says(.stop("95"), on: "ABC")]) }
        driver.quote("ABC", "100", "100.02")
        driver.start(["stop-loss"])
        return driver
    }

    private func look(_ driver: CoreDriver, isRunning: Bool = true, later: TimeSpan = .zero) -> Attention {
        Attention(driver.state, isRunning: isRunning, wall: driver.now + later)
    }

    @Test("all is well: nothing, and every position has its stop")
    func well() {
        var driver = held()
        driver.connect()
        #expect(look(driver).reasons.isEmpty)
        #expect(look(driver).protection == "every position has a working stop")
    }

    @Test("a broker that does not answer: not confirmed, and no claim")
    func silent() {
        var driver = held()
        driver.connect()
        (driver.venue.faults.withholdsState, driver.venue.faults.withholdsWords) = (true, true)
        for _ in 0..<45 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("has not answered for") })
        #expect(!look(driver).isConfirmed)
        #expect(look(driver).protection.contains("NOT CONFIRMED"))
        #expect(!look(driver).protection.contains("every position has a working stop"))
    }

    @Test("a core that has ended or stands still, an unread broker, another account")
    func others() {
        var driver = held()
        #expect(look(driver).reasons.contains { $0.contains("no broker is connected") })
        driver.connect()
        #expect(look(driver, isRunning: false).reasons.contains { $0.contains("no core is at work") })
        #expect(look(driver, later: .seconds(120)).reasons.contains { $0.contains("has done nothing for") })
        driver.venue.lie = { $0.account.id = "LIVE-1" }
        for _ in 0..<31 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("LIVE-1") })
    }

    @Test("a position without a stop beyond its limit, a doubt about figures, a silent policy")
    func state() {
        var driver = held()
        driver.policies = { _ in [] }
        driver.venue.faults.refusesSubmissions = 1_000
        driver.connect()
        for _ in 0..<8 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("ABC has no working stop") })
        #expect(look(driver).protection.hasPrefix("NO STOP: ABC"))
        driver.policies = { _ in
            [PolicyAnswer(policy: PluginName("stop-loss"), recommendations: [], failure: "it failed")]
        }
        for _ in 0..<4 { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("policy stop-loss does not answer") })
    }

    @Test("figures that nothing explains")
    func figures() {
        var driver = held()
        driver.connect()
        driver.venue.cash = "9000"
        for _ in 0..<30 where driver.state.portfolio.evidence.doubt == nil { driver.cycle() }
        #expect(look(driver).reasons.contains { $0.contains("figures are in doubt") })
    }

    // MARK: - What the journal knows beside the state

    private func look(_ scene: Scene, isRunning: Bool = true) throws -> Attention {
        Attention(
            scene.driver.state, isRunning: isRunning, wall: scene.driver.now,
            troubles: try ConfigurationTroubles(scene.journal()))
    }

    private func atWork() -> Scene {
        var scene = Scene()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"))
        scene.driver.connect()
        return scene
    }

    @Test("a policy or a provider that is gone is named with the reason, until it is back")
    func gone() throws {
        var scene = atWork()
        scene.driver.send(.providerReady(name: "tape"))
        #expect(try look(scene).reasons == [])
        scene.driver.send(.policyGone(name: stopLoss, why: "its process exited with code 3"))
        scene.driver.send(.providerGone(name: "tape", why: "it said bye"))
        let told = try look(scene)
        #expect(told.missingPolicies == [stopLoss])
        #expect(
            told.reasons.contains {
                $0.contains("policy stop-loss is not at work") && $0.contains("its process exited with code 3")
            }, "\(told.reasons)")
        #expect(told.reasons.contains { $0.contains("provider tape is not at work") && $0.contains("it said bye") })
        let ended = try look(scene, isRunning: false)
        #expect(ended.missingPolicies.isEmpty && !ended.reasons.contains { $0.contains("not at work,") })
        scene.driver.send(.policyReady(name: stopLoss))
        scene.driver.send(.providerReady(name: "tape"))
        #expect(try look(scene).reasons == [])
    }

    @Test("a policy that never came is named, too")
    func neverCame() throws {
        var scene = Scene(policies: ["entry"], configured: ["entry", "stop-loss"])
        scene.driver.connect()
        #expect(try look(scene).missingPolicies == [stopLoss])
        #expect(try look(scene).reasons.contains { $0.hasPrefix("policy stop-loss is not at work; nobody decides") })
    }

    @Test("a file that was refused stays told until one is taken, and settings that a plugin refuses")
    func refused() throws {
        var scene = atWork()
        scene.driver.send(.misconfigured(why: "a.yaml line 3: no such key"))
        scene.driver.send(.settingsAnswered(plugin: stopLoss, refusal: "trail is too small"))
        let told = try look(scene).reasons
        #expect(told.contains { $0.contains("the configuration file was refused") && $0.contains("line 3") }, "\(told)")
        #expect(told.contains { $0.hasPrefix("stop-loss goes on with the settings that it had") })
        scene.driver.send(
            .configured(Reconfiguration(why: "mended", configuration: scene.driver.state.configuration)))
        scene.driver.send(.settingsAnswered(plugin: stopLoss, refusal: nil))
        #expect(try look(scene).reasons == [])
    }

    @Test("shares without a stop that somebody's order holds are told with the order, and the command that ends it")
    func obstacle() {
        var driver = held()
        driver.venue.rest(
            NewOrder(
                clientOrderID: "by-hand", symbol: "ABC", side: .sell, type: .limit, quantity: 30, limitPrice: "120",
                role: .external))
        driver.connect()
        driver.cycle()
        let told = look(driver).reasons
        #expect(
            told.contains {
                $0.contains("ABC: 30 shares have no stop, since by-hand of somebody else holds them")
                    && $0.contains("bigbrother hand-over by-hand")
            }, "\(told)")
    }

    @Test("what the configuration finds and cannot use is named")
    func leftOut() {
        var driver = held()
        driver.connect()
        let told = Attention(driver.state, isRunning: true, wall: driver.now, leftOut: ["mine: it has no program"])
        #expect(told.reasons == ["a plugin is left out: mine: it has no program"])
    }
}
