import CZeroMQ
import Glibc
import Messaging

/// One libzmq socket.
///
/// - I-SOCK-1: It never blocks: every send and receive is DONTWAIT. Waiting is ``ZeroMQPoller``'s work.
/// - I-SOCK-2: A message leaves whole or not at all.
/// - I-SOCK-3: Options are set before the first bind or connect; after it they are fixed.
/// - I-SOCK-4: It belongs to one thread at a time. A copy, a use after `close()`, and a use by two threads do not
///   compile; to hand it over whole to another thread does, and libzmq allows it.
package struct ZeroMQSocket: ~Copyable {
    package let kind: SocketKind
    package let options: SocketOptions
    private let pointer: UnsafeMutableRawPointer
    private let life: SocketLife
    private let context: ContextHandle

    /// Opens a socket and sets its options (`zmq_socket`, `zmq_setsockopt`).
    /// - Throws: ``MessagingError/closed`` when the context is shut down, ``MessagingError/system(code:call:)`` when
    ///   there are too many sockets or an option is refused.
    package init(_ kind: SocketKind, in context: borrowing ZeroMQContext, options: SocketOptions = SocketOptions())
        throws(MessagingError)
    {
        pointer = try Self.open(kind, context.handle, options)
        self.kind = kind
        self.options = options
        life = SocketLife()
        self.context = context.handle
    }

    private static func open(_ kind: SocketKind, _ context: ContextHandle, _ options: SocketOptions)
        throws(MessagingError) -> UnsafeMutableRawPointer
    {
        guard let pointer = context.makeSocket(kind.type) else {
            throw MessagingError(code: zmq_errno(), call: "zmq_socket")
        }
        do {
            try OptionWriter(pointer: pointer).apply(options, for: kind)
        } catch {
            zmq_close(pointer)
            throw error
        }
        return pointer
    }

    /// Listens at an address (`zmq_bind`). An ipc address comes from an ``IPCDirectory`` that is held: a bind silently
    /// takes the path, and with it the clients, from whoever had it.
    /// - Throws: ``MessagingError/addressInUse(_:)`` (tcp, inproc), ``MessagingError/permission(_:)``,
    ///   ``MessagingError/invalidEndpoint(_:)``, ``MessagingError/closed``, ``MessagingError/system(code:call:)``.
    package func bind(_ endpoint: Endpoint) throws(MessagingError) {
        try checkProtection(of: endpoint)
        try OptionWriter(pointer: pointer).prepare(for: endpoint)
        guard zmq_bind(pointer, endpoint.text) == 0 else {
            throw MessagingError(code: zmq_errno(), call: "zmq_bind", subject: .endpoint(endpoint))
        }
    }

    /// Dials an address, now and after every loss (`zmq_connect`). Nobody need be there yet.
    /// - Throws: ``MessagingError/invalidEndpoint(_:)``, ``MessagingError/closed``,
    ///   ``MessagingError/system(code:call:)``.
    package func connect(_ endpoint: Endpoint) throws(MessagingError) {
        try checkProtection(of: endpoint)
        try OptionWriter(pointer: pointer).prepare(for: endpoint)
        guard zmq_connect(pointer, endpoint.text) == 0 else {
            throw MessagingError(code: zmq_errno(), call: "zmq_connect", subject: .endpoint(endpoint))
        }
    }

    private func checkProtection(of endpoint: Endpoint) throws(MessagingError) {
        guard !endpoint.needsCURVE || options.security != .none else {
            throw .invalidEndpoint("endpoint \"\(endpoint)\" is refused: this socket has no CURVE keys")
        }
    }

    /// The address last bound or dialed, with the port that the system chose (`zmq_getsockopt`, LAST_ENDPOINT).
    /// - Throws: ``MessagingError/invalidEndpoint(_:)`` before a bind or connect, ``MessagingError/closed``,
    ///   ``MessagingError/system(code:call:)``.
    package func lastEndpoint() throws(MessagingError) -> Endpoint {
        var text = [CChar](repeating: 0, count: Limits.maximumEndpointBytes)
        var count = text.count
        guard zmq_getsockopt(pointer, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else {
            throw MessagingError(code: zmq_errno(), call: "zmq_getsockopt(LAST_ENDPOINT)")
        }
        // The count includes the closing NUL.
        return try Endpoint.parse(
            String(decoding: text.prefix(max(0, count - 1)).map(UInt8.init(bitPattern:)), as: UTF8.self),
            options.security == .none ? .none : .curve)
    }

    /// Closes at once; what is queued and not yet sent is lost (`zmq_close`, LINGER 0).
    package consuming func close() {}

    /// Closes, and lets what is queued leave for so long (`zmq_setsockopt` LINGER, `zmq_close`). Returns at once;
    /// ``ZeroMQContext/close()`` does the waiting.
    /// - Throws: ``MessagingError/closed`` when the context was shut down first; the socket is closed all the same.
    package consuming func drain(milliseconds: Int = Limits.drainMilliseconds) throws(MessagingError) {
        precondition(milliseconds >= 0, "a drain has an end")
        try OptionWriter(pointer: pointer).set(ZMQ_LINGER, milliseconds, "LINGER")
    }

    /// The safety net, and the end of ``close()`` and ``drain(milliseconds:)`` (`zmq_close`).
    deinit {
        life.isOpen = false
        let result = zmq_close(pointer)
        precondition(result == 0, "zmq_close: the socket is open as long as its value")
    }

    /// Lends the pointer to a wrapper in this module. It must not outlive the call, save in ``ZeroMQPoller``, which
    /// watches ``SocketLife``.
    func withPointer<Result, Failure: Error>(
        _ body: (UnsafeMutableRawPointer, SocketLife) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(pointer, life)
    }
}

/// Whether a socket is still open: how a poller that kept its pointer finds out. It stays on the socket's thread.
final class SocketLife {
    fileprivate(set) var isOpen = true
}
