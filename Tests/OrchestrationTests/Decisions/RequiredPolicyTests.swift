import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A policy that the configuration calls required")
struct RequiredPolicyTests {
    private static let guardian = PluginName(unchecked: "guardian")

    private func driver(isThere: Bool = true) -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000"))
        driver.start([]) {
            $0.policies = [Self.guardian]
            $0.requiredPolicies = [Self.guardian]
        }
        if isThere { driver.send(.policyReady(name: Self.guardian)) }
        driver.connect()
        return driver
    }

    private func isActive(_ driver: CoreDriver) -> Bool { driver.state.control.state == .active }

    @Test("while it is gone nothing is added to the account; when it is back, trading is active again")
    func gone() {
        var driver = driver()
        #expect(isActive(driver))
        driver.send(.policyGone(name: Self.guardian, why: "killed"))
        #expect(driver.state.control.state == .reducing)
        #expect(
            driver.alertReasons.contains(.restricted(state: .reducing, why: .policiesMissing([Self.guardian]))))
        driver.cycle()
        #expect(driver.state.control.state == .reducing)
        driver.send(.policyReady(name: Self.guardian))
        #expect(isActive(driver))
        #expect(driver.records.contains(.tradingState(.active, who: "core", why: .policiesBack)))
        driver.expectSound()
    }

    @Test("what a person has restricted, before or meanwhile, its return does not free", arguments: [true, false])
    func person(before: Bool) {
        var driver = driver()
        let reduce = Input.control(Control(command: .reduce, who: "me", why: "test"))
        if before { driver.send(reduce) }
        driver.send(.policyGone(name: Self.guardian, why: "killed"))
        if !before { driver.send(reduce) }
        driver.send(.policyReady(name: Self.guardian))
        #expect(driver.state.control.state == .reducing)
    }

    @Test("one that never came is missed by the first cycle; resume does not help, leaving it out does")
    func never() {
        var driver = driver(isThere: false)
        driver.cycle()
        #expect(driver.state.control.state == .reducing)
        driver.send(.control(Control(command: .resume, who: "me", why: "test")))
        driver.cycle()
        #expect(driver.state.control.state == .reducing)
        var changed = driver.state.configuration
        changed.requiredPolicies = []
        driver.send(.configured(Reconfiguration(why: "test", configuration: changed)))
        #expect(isActive(driver))
    }

    @Test("a halt for another reason is not softened, and stays when it is back")
    func halted() {
        var driver = driver()
        driver.send(.control(Control(command: .halt, who: "me", why: "test")))
        driver.send(.policyGone(name: Self.guardian, why: "killed"))
        driver.send(.policyReady(name: Self.guardian))
        #expect(driver.state.control.state == .halted)
    }
}
