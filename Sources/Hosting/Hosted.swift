import JSON
import Node
import PluginKit
import Trading
import Wire

/// Plugins of `PluginKit` as the loop calls them when they work inside its process.
extension HostedPlugin {
    package static func hosting<P: Policy>(_ type: P.Type) -> HostedPlugin { .policy(HostedPolicyOf<P>()) }
    /// - Note: nothing of it outlives the process.
    package static func hosting<A: BrokerAdapter>(_ type: A.Type) -> HostedPlugin { .broker(HostedAdapterOf<A>()) }
    package static func hosting<P: Provider>(_ type: P.Type) -> HostedPlugin { .provider(HostedProviderOf<P>()) }
}

private struct NotWelcomed: Error, CustomStringConvertible {
    var description: String { "it was asked before it was welcomed" }
}

private final class HostedPolicyOf<P: Policy>: HostedPolicy {
    private var policies: SymbolPolicies<P>?

    func start(_ welcome: Welcome) throws -> Ready {
        let policies = try SymbolPolicies<P>(settings: welcome.settings)
        self.policies = policies
        return Ready(needs: policies.needs)
    }

    func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        guard let recommendations = try policies?.evaluate(snapshot) else { throw NotWelcomed() }
        return recommendations
    }
}

private final class HostedAdapterOf<A: BrokerAdapter>: HostedBroker {
    private var adapter: A?
    private var marketTime = Timestamp(nanoseconds: 0)

    func start(_ welcome: Welcome) throws -> Ready {
        var context = AdapterContext(
            account: welcome.account, stateDirectory: welcome.stateDirectory, lockstep: welcome.lockstep)
        context.isEphemeral = true
        let settings = try WireDecoder().decodeSettings(A.Settings.self, from: welcome.settings)
        var adapter = try A(settings: settings, context: context)
        if let epoch = welcome.core?.epoch { try adapter.fence(at: epoch) }
        self.adapter = adapter
        return Ready(capabilities: adapter.capabilities)
    }

    func handle(_ command: OrderCommand) throws -> [BrokerReport] {
        guard let messages = try adapter?.handle(command, at: marketTime) else { throw NotWelcomed() }
        return messages.map(BrokerReport.init)
    }

    func market(_ update: MarketUpdate) throws -> [BrokerReport] {
        marketTime = max(marketTime, update.at)
        guard let messages = try adapter?.market(update) else { throw NotWelcomed() }
        return messages.map(BrokerReport.init)
    }
}

private final class HostedProviderOf<P: Provider>: HostedProvider {
    private var provider: P?

    func start(_ welcome: Welcome) throws -> Ready {
        let settings = try WireDecoder().decodeSettings(P.Settings.self, from: welcome.settings)
        let provider = try P(settings: settings, lockstep: welcome.lockstep)
        self.provider = provider
        return Ready(history: provider.hasHistory ? Empty() : nil)
    }

    func next() throws -> MarketUpdate {
        guard let update = try provider?.advance() else { throw NotWelcomed() }
        return update
    }

    var share: Double? { provider?.share }

    func history(_ request: HistoryRequest) throws -> [HistoryBars] {
        guard let pieces = try provider?.pieces(of: request) else { throw NotWelcomed() }
        return pieces
    }
}

extension BrokerReport {
    fileprivate init(_ message: BrokerMessage) {
        switch message {
        case .execution(let report): self = .execution(report)
        case .answer(let answer): self = .answer(answer)
        case .state(let state): self = .state(state)
        case .cash(let movement): self = .cash(movement)
        case .correction(let correction): self = .correction(correction)
        }
    }
}
