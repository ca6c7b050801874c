import Glibc
import Messaging
import Synchronization
import SystemTime

/// The authenticator's thread: answers libzmq's questions which keys are allowed, and bounds the connections without a message.
///
/// It shares two values with the core's thread, each behind a lock that is held for no call that waits but the reading of
/// the list of keys.
final class CurveAuthenticator: Sendable {
    private struct Shared: ~Copyable {
        var admission: Admission
        var connections = ConnectionTable()
    }

    private let shared: Mutex<Shared>
    /// Of each socket, to know our own connections by.
    private let ports: Mutex<[String: UInt16]> = Mutex([:])

    init(keys: any KeyAuthority) { shared = Mutex(Shared(admission: Admission(keys: keys))) }

    func listens(_ socket: String, at port: UInt16) { ports.withLock { $0[socket] = port } }

    func expect(probe: PublicKey) { _ = shared.withLock { $0.admission.probes.insert(probe) } }
    func forgetProbes() { shared.withLock { $0.admission.probes = [] } }
    func heard(_ descriptor: CInt) { shared.withLock { $0.connections.heard(descriptor) } }
    func drainNotices() -> [ListenerNotice] { shared.withLock { $0.admission.drainNotices() } }

    func hold(_ key: PublicKey, milliseconds: Int) {
        let until = monotonicMilliseconds() + Int64(milliseconds)
        shared.withLock { $0.admission.hold(key, untilMilliseconds: until) }
    }

    func port(of socket: String) -> UInt16? { ports.withLock { $0[socket] } }

    /// A handshake's answer: `200` with the key as the user's id, or `400`.
    func answer(_ request: AdmissionRequest) -> [Bytes] {
        let now = monotonicMilliseconds()
        let isIn = shared.withLock { $0.admission.decide(request, atMilliseconds: now) } != nil
        guard isIn, let key = request.key else {
            return [[], Bytes("1.0".utf8), request.id, Bytes("400".utf8), Bytes("refused".utf8), [], []]
        }
        return [[], Bytes("1.0".utf8), request.id, Bytes("200".utf8), Bytes("OK".utf8), Bytes(key.text.utf8), []]
    }

    func handle(_ event: ConnectionEvent, of socket: String) {
        switch event {
        case .accepted(let descriptor):
            let now = monotonicMilliseconds()
            let surplus = shared.withLock { $0.connections.accepted(descriptor, on: socket, atMilliseconds: now) }
            guard !surplus.isEmpty else { return }
            let address = TCPConnection.peer(of: descriptor).flatMap(TCPConnection.address)
            shared.withLock { $0.admission.crowded(socket, address: address, atMilliseconds: now) }
            cut(surplus)
        case .disconnected(let descriptor): shared.withLock { $0.connections.closed(descriptor) }
        case .handshakeSucceeded, .refused, .other: break
        }
    }

    /// Who has said nothing that counts, and sends far more than a handshake: no message of a stranger is ever whole.
    func cutTalkers() {
        let talkers = shared.withLock { $0.connections.unheard }.filter {
            TCPConnection.bytesReceived($0) > Limits.handshakeBytes
        }
        guard !talkers.isEmpty else { return }
        shared.withLock { $0.connections.cut(talkers) }
        cut(talkers)
    }

    /// Whether there is anybody who has said nothing yet.
    var isAnybodyUnheard: Bool { shared.withLock { !$0.connections.unheard.isEmpty } }

    func cutOverdue() {
        let now = monotonicMilliseconds()
        cut(shared.withLock { $0.connections.overdue(atMilliseconds: now) })
    }

    private func cut(_ descriptors: [CInt]) {
        guard !descriptors.isEmpty else { return }
        let own = ports.withLock { Array($0.values) }
        for descriptor in descriptors { for port in own { TCPConnection.cut(descriptor, port: port) } }
    }
}

/// The sockets of the authenticator's thread. They are made by the thread that starts it, handed over whole, and closed there.
///
/// `@unchecked Sendable`: handed over once, by `pthread_create`, and used by that thread alone from then on.
final class AuthenticatorSockets: @unchecked Sendable {
    private let questions: ZeroMQSocket
    private var monitors: [MonitorBox] = []
    private var poller = ZeroMQPoller()
    private let authenticator: CurveAuthenticator
    private static let roundMilliseconds = 500

    private final class MonitorBox {
        let socket: String
        let monitor: SocketMonitor
        init(_ socket: String, _ monitor: consuming SocketMonitor) {
            self.socket = socket
            self.monitor = monitor
        }
    }

    /// Binds where libzmq asks; without that every handshake fails.
    init(_ context: borrowing ZeroMQContext, _ authenticator: CurveAuthenticator) throws(MessagingError) {
        self.authenticator = authenticator
        questions = try ZeroMQSocket(.router, in: context)
        try questions.bind(try Endpoint.parse("inproc://zeromq.zap.01"))
        _ = poller.add(questions)
    }

    func watch(_ socket: borrowing ZeroMQSocket, named name: String, _ context: borrowing ZeroMQContext)
        throws(MessagingError)
    {
        let box = MonitorBox(name, try SocketMonitor(socket, name: name, in: context))
        _ = poller.add(box.monitor.pair)
        monitors.append(box)
    }

    /// Until the context is shut down.
    func run() {
        do throws(MessagingError) {
            while true {
                let milliseconds =
                    authenticator.isAnybodyUnheard ? Limits.handshakeLookMilliseconds : Self.roundMilliseconds
                _ = try poller.poll(timeoutMilliseconds: milliseconds)
                for box in monitors {
                    while let event = try box.monitor.next() { authenticator.handle(event, of: box.socket) }
                }
                while let question = try questions.receiveFromPeer() { try reply(to: question) }
                authenticator.cutTalkers()
                authenticator.cutOverdue()
            }
        } catch {
            // The context is gone, or libzmq is broken: without this thread nobody is let in, and that is safe.
            return
        }
    }

    private func reply(to question: (peer: PeerID, frames: [Bytes])) throws(MessagingError) {
        guard let request = AdmissionRequest(question.frames) else { return }
        do throws(MessagingError) {
            try questions.send(to: question.peer, authenticator.answer(request))
        } catch {
            switch error {
            // Who asked has hung up.
            case .peerUnknown, .wouldBlock: return
            case .messageTooLarge, .addressInUse, .permission, .invalidEndpoint, .unsafeToListen, .closed, .system:
                throw error
            }
        }
    }
}

/// A thread and the duty to wait for its end. All signals are blocked in it: they are the main thread's.
struct OwnedThread: ~Copyable {
    private let thread: pthread_t

    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// - Throws: ``MessagingError/system(code:call:)``.
    init(_ body: @escaping @Sendable () -> Void) throws(MessagingError) {
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        let code = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw MessagingError(code: code, call: "pthread_create")
        }
        self.thread = thread
    }

    /// Waits for its end (`pthread_join`).
    deinit { pthread_join(thread, nil) }
}
