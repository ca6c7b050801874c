import CZeroMQ
import Messaging

/// What happens to the connections of one socket (zmq_socket_monitor(3)).
enum ConnectionEvent: Equatable {
    case accepted(CInt)
    case disconnected(CInt)
    case handshakeSucceeded
    /// The other side has said no: the code of ZAP, 400 for a key that it does not let in.
    case refused(Int)
    case other
}

/// The receiving end of a socket's monitor. It may be moved to another thread as a whole.
struct SocketMonitor: ~Copyable {
    let pair: ZeroMQSocket

    /// - Parameter name: its own within the context.
    /// - Throws: ``MessagingError``.
    init(_ socket: borrowing ZeroMQSocket, name: String, in context: borrowing ZeroMQContext) throws(MessagingError) {
        let address = "inproc://monitor.\(name)"
        let result = socket.withPointer { pointer, _ in zmq_socket_monitor(pointer, address, CInt(ZMQ_EVENT_ALL)) }
        guard result == 0 else { throw MessagingError(code: zmq_errno(), call: "zmq_socket_monitor") }
        var options = SocketOptions()
        options.receiveHighWaterMark = 100_000
        let pair = try ZeroMQSocket(.pair, in: context, options: options)
        try pair.connect(try Endpoint.parse(address))
        self.pair = pair
    }

    /// The next event, without waiting; nil when there is none.
    func next() throws(MessagingError) -> ConnectionEvent? {
        guard let frames = try pair.receive() else { return nil }
        guard let first = frames.first, first.count == 6 else { return .other }
        let (event, value) = first.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: Int32.self))
        }
        switch Int32(event) {
        case ZMQ_EVENT_ACCEPTED: return .accepted(value)
        case ZMQ_EVENT_DISCONNECTED: return .disconnected(value)
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .handshakeSucceeded
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return .refused(Int(value))
        default: return .other
        }
    }
}
