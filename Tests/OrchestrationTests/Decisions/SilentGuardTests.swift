import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("A required policy that is there and does not answer")
struct SilentGuardTests {
    private static let guardian = PluginName(unchecked: "guardian")
    private static let buyer = PluginName(unchecked: "buyer")

    /// The guard says nothing against what the buyer wants.
    private func driver(required: Bool = true, limit: Price? = nil) -> CoreDriver {
        var driver = CoreDriver(venue: FakeVenue(cash: "100000"))
        driver.policies = { _ in
            [
                PolicyAnswer(policy: Self.guardian, recommendations: []),
                PolicyAnswer(
                    policy: Self.buyer,
                    recommendations: [Self.buyer.says(.buy(10, stop: "90", limit: limit), on: "ABC").recommendation]),
            ]
        }
        driver.quote("ABC", "100", "100.02")
        driver.start([Self.buyer, Self.guardian]) { if required { $0.requiredPolicies = [Self.guardian] } }
        return driver
    }

    private func fails(_ driver: inout CoreDriver, isThere: Bool) {
        let rest = driver.policies
        driver.policies = { snapshot in
            let others = rest(snapshot).filter { $0.policy != Self.guardian }
            let failure = PolicyAnswer(policy: Self.guardian, recommendations: [], failure: "division by zero")
            return isThere ? [failure] + others : others
        }
    }

    @Test("nothing is entered in that very cycle, whether it fails or is missing", arguments: [true, false])
    func closed(isThere: Bool) {
        var driver = driver()
        fails(&driver, isThere: isThere)
        driver.connect()
        #expect(driver.submissions.isEmpty)
        #expect(driver.state.control.state == .active)
        let whys = driver.decisions.flatMap(\.dispositions).map(\.why)
        #expect(whys.contains(.guardSilent([Self.guardian])))
        driver.expectSound()
    }

    @Test("what it let through before, and what rests unfilled, is taken back")
    func resting() {
        var driver = driver(limit: "95")
        driver.connect()
        #expect(driver.venue.working("ABC").contains { $0.terms.role == .entry })
        fails(&driver, isThere: true)
        driver.cycle()
        driver.cycle()
        #expect(driver.venue.working("ABC").isEmpty)
        driver.expectSound()
    }

    @Test("after three cycles trading is reducing, and told; with its answer it is active again")
    func reducing() {
        var driver = driver()
        let right = driver.policies
        fails(&driver, isThere: true)
        driver.connect()
        #expect(
            driver.alertReasons(.warning).contains(
                .policySilent(Self.guardian, cycles: 1, why: "division by zero", isRequired: true)))
        driver.cycle()
        #expect(driver.state.control.state == .active)
        driver.cycle()
        #expect(driver.state.control.state == .reducing)
        #expect(
            driver.alertReasons(.emergency).contains(
                .restricted(state: .reducing, why: .policiesSilent([Self.guardian]))))
        // A new process of it changes nothing before it answers.
        driver.send(.policyGone(name: Self.guardian, why: "killed"))
        driver.send(.policyReady(name: Self.guardian))
        #expect(driver.state.control.state == .reducing)
        driver.policies = right
        driver.cycle()
        #expect(driver.state.control.state == .active)
        #expect(driver.alertReasons.contains(.policyAnswersAgain(Self.guardian, after: 3)))
        driver.cycle()
        #expect(driver.venue.held("ABC") == 10)
        driver.expectSound()
    }

    @Test("one that is not required is told after three cycles, and keeps nobody from entering")
    func notRequired() {
        var driver = driver(required: false)
        fails(&driver, isThere: true)
        driver.connect()
        #expect(driver.venue.held("ABC") == 10)
        for _ in 0..<5 { driver.cycle() }
        let told = driver.alertReasons(.warning).filter {
            if case .policySilent = $0 { true } else { false }
        }
        #expect(
            told == [.policySilent(Self.guardian, cycles: 3, why: "division by zero", isRequired: false)])
        #expect(driver.state.control.state == .active)
    }
}
