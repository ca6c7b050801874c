import Messaging
import Trading
import Wire

/// What every simulated plugin does as the kit does it: hello, welcome, ready, heart-beats, and a new hello when the core
/// is silent or does not know it any more. The messages are real; only the process is not.
class SimulatedPlugin: PluginEnd {
    let name: PluginName
    let role: Role
    let world: World
    var codec: MessageCodec { world.codec }
    private(set) var peer: Peer?
    private var transport: SimulatedTransport?
    private(set) var session = ""
    private(set) var epoch: Int64 = 0
    private var sent: Int64 = 0
    private var received: Int64 = 0
    private var lastHeard: Int64 = 0
    /// The process runs.
    private(set) var isUp = true
    /// Grows with every connection, so that what was planned for an old one is dropped.
    private var connection = 0

    init(_ name: PluginName, _ role: Role, _ world: World) {
        self.name = name
        self.role = role
        self.world = world
    }

    // MARK: - Life

    func coreStarted(_ transport: SimulatedTransport, after delay: Int64) {
        self.transport = transport
        disconnect()
        guard isUp else { return }
        dial(after: delay)
    }

    func coreDied() {
        disconnect()
        transport = nil
    }

    /// kill -9.
    func crash(restartAfter delay: Int64) {
        guard isUp else { return }
        isUp = false
        disconnect()
        hasCrashed()
        world.after(delay) { [weak self] in self?.restart() }
    }

    func restart() {
        guard !isUp else { return }
        isUp = true
        dial(after: World.millisecond)
    }

    /// For subclasses: the memory of the process is gone.
    func hasCrashed() {}

    func disconnect() {
        if let peer { transport?.disconnect(peer) }
        connection += 1
        (peer, session, sent, received) = (nil, "", 0, 0)
    }

    func dial(after delay: Int64) {
        let number = connection
        world.after(delay) { [weak self] in
            guard let self, connection == number, isUp, let transport else { return }
            let peer = Peer(
                socket: role.rawValue, id: PeerID(fromTransport: Array("\(name).\(Self.counter(world))".utf8)))
            self.peer = peer
            transport.connect(self, as: peer)
            lastHeard = world.now
            sayHello()
            watch()
        }
    }

    private static func counter(_ world: World) -> Int64 { world.now }

    private func sayHello() {
        session = ""
        send(.hello, Hello(name: name, role: role, version: "1.0.0"))
    }

    /// Once in a while: a heart-beat, or a new hello when the core is silent.
    private func watch() {
        let number = connection
        world.after((session.isEmpty ? 1 : 10) * World.second) { [weak self] in
            guard let self, connection == number, isUp else { return }
            if session.isEmpty {
                sayHello()
            } else if world.now - lastHeard > 35 * World.second {
                disconnect()
                return dial(after: World.millisecond)
            } else {
                send(.heartbeat, Empty())
            }
            watch()
        }
    }

    // MARK: - Messages

    func receive(_ frames: [Bytes]) {
        guard isUp else { return }
        lastHeard = world.now
        do {
            let header = try codec.header(frames)
            if header.type == .error || header.type == .refused, header.session != session {
                disconnect()
                return dial(after: 100 * World.millisecond)
            }
            // What comes twice or out of order is not for this connection any more.
            guard header.seq > received || header.type == .welcome else { return }
            received = header.seq
            epoch = max(epoch, header.epoch)
            switch header.type {
            case .welcome:
                session = header.session
                send(.ready, ready)
                isReady()
            case .drain:
                send(.bye, Fault(reason: "drained"))
                disconnect()
                dial(after: World.second)
            case .heartbeat, .error: break
            default: try handle(header, frames[1])
            }
        } catch {
            preconditionFailure("the core's own messages are sound: \(error)")
        }
    }

    /// For subclasses.
    var ready: Ready { Ready() }
    func isReady() {}
    func handle(_ header: Header, _ body: Bytes) throws {}

    var isConnected: Bool { peer != nil && !session.isEmpty }

    func send(
        _ type: MessageType, _ body: some Encodable, re: String? = nil, cycle: Int64? = nil,
        arrived: @escaping () -> Void = {}
    ) {
        do { sendRaw(type, try codec.encode(body), re: re, cycle: cycle, arrived: arrived) } catch {
            preconditionFailure("what a simulated plugin says can be written: \(error)")
        }
    }

    func sendRaw(
        _ type: MessageType, _ body: Bytes, re: String? = nil, cycle: Int64? = nil, arrived: @escaping () -> Void = {}
    ) {
        guard let peer, let transport else { return }
        sent += 1
        let header = Header(
            type: type, id: "p\(sent)", session: session, epoch: epoch, seq: sent, cycle: cycle, re: re)
        do {
            transport.deliver([try codec.encode(header), body], from: peer, arrived: arrived)
        } catch {
            preconditionFailure("a header can be written: \(error)")
        }
    }
}
