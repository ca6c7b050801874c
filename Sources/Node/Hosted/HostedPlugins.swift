import Messaging
import Orchestration
import Trading
import Wire

/// The plugins that work inside this process, by name.
struct HostedPlugins {
    private var plugins: [PluginName: HostedPlugin]
    /// What the broker said before it was an input of the core: it comes after that, as it does from a process.
    private var early: [Input] = []
    /// When the loop is to look at the world outside next; see ``LiveNode/wait()``.
    private var nextLookMilliseconds: Int64 = 0

    init(_ plugins: [PluginName: HostedPlugin]) { self.plugins = plugins }

    var isEmpty: Bool { plugins.isEmpty }
    func contains(_ name: PluginName) -> Bool { plugins[name] != nil }

    subscript(name: PluginName) -> HostedPlugin? { plugins[name] }

    func policy(_ name: PluginName) -> (any HostedPolicy)? {
        if case .policy(let policy)? = plugins[name] { policy } else { nil }
    }

    func broker(_ name: PluginName) -> (any HostedBroker)? {
        if case .broker(let broker)? = plugins[name] { broker } else { nil }
    }

    func provider(_ name: PluginName) -> (any HostedProvider)? {
        if case .provider(let provider)? = plugins[name] { provider } else { nil }
    }

    /// The address of a plugin that has no socket.
    static func peer(_ spec: PluginSpec) -> Peer {
        Peer(socket: spec.role.rawValue, id: PeerID(fromTransport: hostedPrefix + Array(spec.name.text.utf8)))
    }

    func contains(_ peer: Peer) -> Bool { !plugins.isEmpty && peer.id.bytes.starts(with: Self.hostedPrefix) }

    /// No id of libzmq begins so: its own have five bytes, and others do not begin with 0.
    private static let hostedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0]

    mutating func keepEarly(_ input: Input) { early.append(input) }

    mutating func takeEarly() -> [Input] {
        defer { early = [] }
        return early
    }

    /// Whether the loop may go on without looking outside.
    mutating func passesWait(now: Int64) -> Bool {
        guard now < nextLookMilliseconds else {
            nextLookMilliseconds = now + LoopLimits.lookMilliseconds
            return false
        }
        return true
    }
}
