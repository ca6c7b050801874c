import CoreTestSupport
import Testing
import Trading

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

    private func alerts(_ effects: [Effect]) -> [Alert] {
        effects.compactMap { if case .record(.alert(let alert)) = $0 { alert } else { nil } }
    }

    private func alert(_ level: Alert.Level, _ reason: AlertReason) -> Alert {
        Alert(level: level, symbol: nil, reason: reason)
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
            alerts(effects) == [
                alert(
                    .notice,
                    .configurationChanged(
                        why: "test",
                        figures: [
                            ConfigurationChange(
                                key: "cycle", from: .span(.seconds(10)), to: .span(.milliseconds(3_600_001))),
                            ConfigurationChange(key: "policies", from: .names([]), to: .names(["a"])),
                            ConfigurationChange(key: "limits.maximum_daily_loss", from: .none, to: .ratio("0.03")),
                            ConfigurationChange(
                                key: "damping.minimum_stop_move", from: .ratio("0.001"), to: .ratio("0.005")),
                        ], others: ["a is given x"])),
                alert(.warning, .configurationNeedsRestart("clock real -> lockstep")),
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
            alerts(core.handle(.misconfigured(why: "x.yaml line 3: no"), at: at)) == [
                alert(.warning, .configurationNotUsed("x.yaml line 3: no"))
            ])
        let name = PluginName(unchecked: "a")
        #expect(
            alerts(core.handle(.settingsAnswered(plugin: name, refusal: "too wide"), at: at)) == [
                alert(.warning, .settingsRefused(name, why: "too wide"))
            ])
        #expect(
            alerts(core.handle(.settingsAnswered(plugin: name, refusal: nil), at: at)) == [
                alert(.notice, .settingsTaken(name))
            ])
        #expect(core.state.configuration == before)
    }

    @Test("every field of the configuration is among the figures that are told")
    func complete() {
        let configuration = CoreConfiguration(account: "test", policies: [])
        // Account, currency and clock never change; `limits` and `damping` stand for as many figures as they have fields.
        let fields = Mirror(reflecting: configuration).children.count - 5
        let damping = Mirror(reflecting: configuration.damping).children.count
        let limits = Mirror(reflecting: configuration.limits).children.count
        #expect(configuration.figures.count == fields + limits + damping)
    }
}
