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
        var isForgettable: Bool { !isReady && needs == nil }
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

    mutating func providerReady(_ name: PluginName) {
        guard !providers.contains(name) else { return }
        providers.append(name)
        providers.sort()
    }

    mutating func providerGone(_ name: PluginName) { providers.removeAll { $0 == name } }

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
