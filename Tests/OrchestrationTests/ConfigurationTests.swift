import CoreTestSupport
import Testing
import Trading
import Wording

@testable import Orchestration

@Suite("A configuration that changes while the core is at work")
struct ConfigurationTests {
    private func core() -> Orchestrator {
        var core = Orchestrator()
        _ = core.handle(
            .started(Start(epoch: 1, configuration: CoreConfiguration(account: "test", policies: []))),
            at: Timestamp(seconds: 1_781_100_000))
        return core
    }

    private func words(_ effects: [Effect]) -> [String] {
        effects.compactMap { if case .record(.alert(let alert)) = $0 { "\(alert.level): \(alert.text)" } else { nil } }
    }

    @Test("the new figures hold, are told, and never change the account; settings go to their plugins")
    func figures() {
        var core = core()
        var changed = CoreConfiguration(account: "other", policies: [PluginName(unchecked: "a")])
        changed.damping.minimumStopMove = "0.005"
        changed.cyclePeriod = .milliseconds(3_600_001)
        changed.limits.maximumDailyLoss = "0.03"
        let settings = PluginSettings(plugin: PluginName(unchecked: "a"), settings: "{}")
        let effects = core.handle(
            .configured(
                Reconfiguration(
                    why: "test", configuration: changed, settings: [settings], changes: ["a is given x"],
                    needsRestart: ["clock real -> lockstep"])), at: Timestamp(seconds: 1_781_100_001))
        #expect(
            words(effects) == [
                "notice: the configuration has changed (test): cycle 10 s -> 3600001 ms; policies none -> a; limits.maximum_daily_loss none -> 0.03; damping.minimum_stop_move 0.001 -> 0.005; a is given x",
                "warning: the configuration has changed, and it stays as it was until the core is started again: clock real -> lockstep",
            ])
        #expect(effects.contains(.configure(settings)))
        #expect(core.state.configuration.damping.minimumStopMove == "0.005")
        #expect(core.state.configuration.account == "test")
    }

    @Test("what cannot be used changes nothing and is told")
    func refused() {
        var core = core()
        let before = core.state.configuration
        let at = Timestamp(seconds: 1_781_100_001)
        #expect(
            words(core.handle(.misconfigured(why: "x.yaml line 3: no"), at: at)).first?.contains("line 3: no") == true)
        let name = PluginName(unchecked: "a")
        #expect(
            words(core.handle(.settingsAnswered(plugin: name, refusal: "too wide"), at: at)).first?.hasPrefix(
                "warning: a goes on with the settings that it had") == true)
        #expect(
            words(core.handle(.settingsAnswered(plugin: name, refusal: nil), at: at)) == [
                "notice: a has taken its new settings"
            ])
        #expect(core.state.configuration == before)
    }

    @Test("every field of the configuration is among the figures that are told")
    func complete() {
        let configuration = CoreConfiguration(account: "test", policies: [])
        // The account never changes; `limits` and `damping` stand for as many figures as they have fields.
        let fields = Mirror(reflecting: configuration).children.count - 3
        let damping = Mirror(reflecting: configuration.damping).children.count
        let limits = Mirror(reflecting: configuration.limits).children.count
        #expect(configuration.figures.count == fields + limits + damping)
    }
}
