import Node
import Orchestration
import Trading
import Wire

/// The configuration file of a scenario, which somebody changes while the core is at work.
final class SimulatedConfiguration: ConfigurationSource {
    /// What a core that starts now begins with.
    private(set) var core: CoreConfiguration
    private let all: [PluginSpec]
    private let faults: FaultInjector
    private var absent: PluginName?
    private var isBroken = false
    private var isNew = false

    init(_ core: CoreConfiguration, _ plugins: [PluginSpec], _ faults: FaultInjector) {
        self.core = core
        all = plugins
        self.faults = faults
    }

    var plugins: [PluginSpec] { all.filter { $0.name != absent } }

    func hasChanged() -> Bool {
        defer { isNew = false }
        return isNew
    }

    func load() throws -> ConfigurationTarget {
        guard !isBroken else { throw NotReadable() }
        return ConfigurationTarget(core: core, plugins: plugins, fixed: [:])
    }

    private struct NotReadable: Error, CustomStringConvertible {
        var description: String { "line 1: this is no YAML; mend it" }
    }

    /// Somebody edits the file; returns what, for the scenario's log. Limits that the promises are measured by stay as they are.
    func edit() -> String {
        isNew = true
        isBroken = faults.between(.reload, 0, 6) == 0
        guard !isBroken else { return "a broken file" }
        core.policyBudget = .milliseconds(faults.between(.reload, 100, 800))
        core.commandTimeout = .seconds(faults.between(.reload, 2, 6))
        core.reconcileEveryCycles = faults.between(.reload, 2, 8)
        core.defaultStop = Ratio(units: faults.between(.reload, 20, 100) * Ratio.scale / 1_000)
        core.damping.partialCoolDown = .seconds(faults.between(.reload, 5, 60))
        core.damping.reentryCoolDown = .seconds(faults.between(.reload, 5, 40))
        let gross = faults.between(.reload, 0, 20)
        core.limits.maximumGrossExposure = gross == 0 ? nil : Ratio(units: gross * Ratio.scale / 1_000)
        let policies = all.filter { $0.role == .policy }.map(\.name)
        absent = nil
        let others = policies.filter { !core.requiredPolicies.contains($0) }
        if !others.isEmpty, faults.between(.reload, 0, 2) == 0 { absent = faults.pick(.reload, others) }
        core.policies = policies.filter { $0 != absent }
        return "other figures\(absent.map { ", without \($0)" } ?? "")"
    }

    /// The faults are over: every policy is back.
    func restore() {
        isNew = true
        isBroken = false
        absent = nil
        core.policies = all.filter { $0.role == .policy }.map(\.name)
    }
}
