import Trading

/// Which plugins are at work beside the broker's adapter, and what the policies are to be given.
package struct PluginRegistry: Sendable, Hashable, Codable {
    private var known: [PluginName: Policy] = [:]
    /// At work, sorted.
    package private(set) var providers: [PluginName] = []

    private struct Policy: Sendable, Hashable, Codable {
        var isReady = false
        /// What it has asked for; nil for what everybody is given. It is kept while the policy is away.
        var needs: PolicyNeeds?
        /// Of its last answer a part was not looked at.
        var isLeftOut = false
        /// Cycles in a row, until now, in which it was asked and did not answer. A restart does not end them, an answer does.
        var silentCycles: Int64 = 0
        var isForgettable: Bool { !isReady && needs == nil && silentCycles == 0 }
    }

    package init() {}

    /// At work, sorted.
    package var policies: [PluginName] { known.filter(\.value.isReady).keys.sorted() }

    /// Those of the names that are not at work, in their order.
    func missing(of names: [PluginName]) -> [PluginName] { names.filter { known[$0]?.isReady != true } }

    /// A process has started: nobody is connected. What a policy needs is kept until it says so anew, so that bars and
    /// indicators outlive a restart.
    mutating func started(configured: [PluginName]) {
        providers = []
        known = known.filter { configured.contains($0.key) }
        for name in known.keys.sorted() { update(name) { $0.isReady = false } }
    }

    mutating func policyReady(_ name: PluginName, _ needs: PolicyNeeds?) {
        update(name) {
            $0.isReady = true
            $0.needs = needs
        }
    }

    mutating func policyGone(_ name: PluginName) { update(name) { $0.isReady = false } }

    /// - Parameter count: recommendations of its newest answer that were not looked at.
    /// - Returns: whether that is to be told: it was not so in the cycle before.
    mutating func noteLeftOut(_ count: Int64, by name: PluginName) -> Bool {
        let before = known[name]?.isLeftOut ?? false
        guard before != (count > 0), known[name] != nil else { return false }
        update(name) { $0.isLeftOut = count > 0 }
        return count > 0
    }

    /// A policy has answered in a cycle, or was asked and has not.
    /// - Returns: cycles in a row without its answer, before and now.
    mutating func noteAnswer(of name: PluginName, isThere: Bool) -> (before: Int64, now: Int64) {
        let before = known[name]?.silentCycles ?? 0
        let now = isThere ? 0 : before + 1
        if now != before { update(name) { $0.silentCycles = now } }
        return (before, now)
    }

    /// Those of the names that have not answered for so many cycles in a row or more, in their order.
    package func silent(of names: [PluginName], cycles: Int64) -> [PluginName] {
        names.filter { (known[$0]?.silentCycles ?? 0) >= cycles }
    }

    mutating func providerReady(_ name: PluginName) {
        guard !providers.contains(name) else { return }
        providers.append(name)
        providers.sort()
    }

    mutating func providerGone(_ name: PluginName) { providers.removeAll { $0 == name } }

    /// What the policies at work ask for, by name.
    package var needsByPolicy: [(policy: PluginName, needs: PolicyNeeds)] {
        known.inOrder.compactMap { name, policy in
            policy.isReady ? policy.needs.map { (policy: name, needs: $0) } : nil
        }
    }

    /// What the market is followed for: also for a policy that will be back.
    var marketNeeds: PolicyNeeds { PolicyNeeds.union(known.inOrder.compactMap(\.value.needs)) }

    /// What a snapshot has: everything that any policy at work asks for.
    var snapshotNeeds: PolicyNeeds {
        PolicyNeeds.union(known.inOrder.filter(\.value.isReady).map { $0.value.needs ?? PolicyNeeds() })
    }

    private mutating func update(_ name: PluginName, _ change: (inout Policy) -> Void) {
        let policy = with(known[name] ?? Policy(), change)
        known[name] = policy.isForgettable ? nil : policy
    }
}
