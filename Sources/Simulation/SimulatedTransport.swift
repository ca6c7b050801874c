import Messaging
import Trading

/// One end of a connection, as the core sees it.
protocol PluginEnd: AnyObject {
    var peer: Peer? { get }
    /// Something that the core sent has arrived.
    func receive(_ frames: [Bytes])
}

/// The wires between one core and its plugins. A wait lets the world go on until something arrives.
///
/// A connection keeps the order of what is sent, as ZeroMQ does; messages can be late or lost.
final class SimulatedTransport: Transport {
    private let world: World
    private let faults: FaultInjector
    private var plugins: [Peer: any PluginEnd] = [:]
    /// Of these, who will never say hello, and since when the core has heard of it; nil: not yet.
    private var strangers: [Peer: Int64?] = [:]
    /// When the last message of a connection and direction arrives, so that none overtakes.
    private var lastArrival: [Peer: (toCore: Int64, fromCore: Int64)] = [:]
    private var inbox: [(peer: Peer, frames: [Bytes])] = []
    /// The process is gone: nothing that it does has an effect any more.
    private(set) var isDead = false
    /// Called with everything that the core hands over, before anything can go wrong with it.
    var onSend: (_ frames: [Bytes], _ peer: Peer) -> Void = { _, _ in }
    /// Whether the process is killed now, at this send.
    var diesAtSend: () -> Bool = { false }
    /// Messages of an ended core that are still under way, for a fault that delivers them late.
    var onLateWord: (_ frames: [Bytes], _ peer: Peer) -> Void = { _, _ in }

    init(_ world: World, _ faults: FaultInjector) {
        self.world = world
        self.faults = faults
    }

    func kill() { isDead = true }

    // MARK: - The core's side

    func send(_ frames: [Bytes], to peer: Peer) throws(MessagingError) {
        guard !isDead else { return }
        if diesAtSend() { return kill() }
        guard plugins[peer] != nil else { throw .peerUnknown(peer.id) }
        onSend(frames, peer)
        guard !faults.hits(.messageLoss) else { return }
        let arrival = max(lastArrival[peer]?.fromCore ?? 0, world.now + faults.wireDelay())
        lastArrival[peer, default: (0, 0)].fromCore = arrival
        world.after(arrival - world.now) { [weak self] in
            guard let self else { return }
            guard !isDead else { return onLateWord(frames, peer) }
            plugins[peer]?.receive(frames)
        }
    }

    func publish(_ frames: [Bytes]) throws(MessagingError) {}

    /// Nobody comes from another host here; a plugin that is cut finds out as it would by heart-beats.
    func cut(_ peer: Peer, holdMilliseconds: Int) {
        if strangers.removeValue(forKey: peer) != nil { disconnect(peer) }
    }
    func address(of peer: Peer) -> String? { nil }

    func wait(milliseconds: Int, descriptors: [CInt]) throws(MessagingError) -> Arrivals {
        let limit = world.now + Int64(milliseconds) * World.millisecond
        while inbox.isEmpty, !isDead, world.step(until: limit) {}
        guard !isDead else { throw .closed }
        var arrivals = Arrivals()
        arrivals.messages = inbox
        inbox = []
        return arrivals
    }

    // MARK: - The plugins' side

    func connect(_ plugin: any PluginEnd, as peer: Peer) { plugins[peer] = plugin }

    func connect(_ stranger: SimulatedStranger) {
        strangers[stranger.own] = .some(nil)
        connect(stranger, as: stranger.own)
        stranger.say = { [weak self, own = stranger.own] frames in
            self?.deliver(frames, from: own) { [weak self] in
                guard let self, case .some(nil) = strangers[own] else { return }
                strangers[own] = world.now
            }
        }
    }

    /// Since when the core has let the oldest of them live; nil: there is none.
    var oldestStranger: Int64? { strangers.values.compactMap { $0 }.min() }

    func disconnect(_ peer: Peer) {
        plugins[peer] = nil
        lastArrival[peer] = nil
    }

    /// A plugin's message sets out for the core.
    /// - Parameter arrived: called when the core has it.
    func deliver(_ frames: [Bytes], from peer: Peer, arrived: @escaping () -> Void = {}) {
        guard !isDead, plugins[peer] != nil, !faults.hits(.messageLoss) else { return }
        let arrival = max(lastArrival[peer]?.toCore ?? 0, world.now + faults.wireDelay())
        lastArrival[peer, default: (0, 0)].toCore = arrival
        world.after(arrival - world.now) { [weak self] in
            guard let self, !isDead else { return }
            inbox.append((peer, frames))
            arrived()
        }
    }
}
