import CZeroMQ
import Glibc
import Messaging

extension SocketKind {
    /// The C constant.
    var type: CInt {
        switch self {
        case .router: ZMQ_ROUTER
        case .dealer: ZMQ_DEALER
        case .pub: ZMQ_PUB
        case .sub: ZMQ_SUB
        case .pair: ZMQ_PAIR
        }
    }
}

/// ZMQ_ZAP_ENFORCE_DOMAIN: among the drafts of zmq.h, and accepted by every build.
private let zapEnforceDomain: CInt = 93

/// Sets options of an open socket that has no value around it yet.
struct OptionWriter {
    let pointer: UnsafeMutableRawPointer

    /// Sets everything that must stand before a bind or connect (`zmq_setsockopt`).
    func apply(_ options: SocketOptions, for kind: SocketKind) throws(MessagingError) {
        precondition(options.sendHighWaterMark > 0 && options.receiveHighWaterMark > 0, "a queue has an end")
        precondition(1...Limits.maximumMessageBytes ~= options.maximumMessageBytes, "see Limits.maximumMessageBytes")
        try set(ZMQ_LINGER, 0, "LINGER")
        try set(ZMQ_SNDHWM, options.sendHighWaterMark, "SNDHWM")
        try set(ZMQ_RCVHWM, options.receiveHighWaterMark, "RCVHWM")
        // Per frame: it spares us the memory. The sum over the frames is checked in receive.
        try set(ZMQ_MAXMSGSIZE, raw: Int64(options.maximumMessageBytes), "MAXMSGSIZE")
        try set(ZMQ_RECONNECT_IVL, options.reconnectMilliseconds, "RECONNECT_IVL")
        try set(ZMQ_RECONNECT_IVL_MAX, options.maximumReconnectMilliseconds, "RECONNECT_IVL_MAX")
        if let bytes = options.kernelReceiveBytes { try set(ZMQ_RCVBUF, bytes, "RCVBUF") }
        if let heartbeat = options.heartbeat {
            try set(ZMQ_HEARTBEAT_IVL, heartbeat.intervalMilliseconds, "HEARTBEAT_IVL")
            try set(ZMQ_HEARTBEAT_TIMEOUT, heartbeat.timeoutMilliseconds, "HEARTBEAT_TIMEOUT")
        }
        if let name = options.routingID { try set(ZMQ_ROUTING_ID, bytes: name.bytes, "ROUTING_ID") }
        try apply(options.security)
        try applyOptions(of: kind, subscriptions: options.subscriptions)
    }

    /// CURVE alone lets every key in (libzmq 4.3.4): a domain, its enforcement and a handler are needed, all three.
    private func apply(_ security: SocketSecurity) throws(MessagingError) {
        switch security {
        case .none: return
        case .curveServer(let keys, let domain):
            precondition(!domain.isEmpty, "without a domain no handler is asked")
            try set(ZMQ_CURVE_SERVER, 1, "CURVE_SERVER")
            try set(ZMQ_CURVE_SECRETKEY, bytes: keys.secretKey.bytes, "CURVE_SECRETKEY")
            try set(ZMQ_ZAP_DOMAIN, bytes: Bytes(domain.utf8), "ZAP_DOMAIN")
            try set(zapEnforceDomain, 1, "ZAP_ENFORCE_DOMAIN")
            try set(ZMQ_HANDSHAKE_IVL, Limits.handshakeMilliseconds, "HANDSHAKE_IVL")
        case .curveClient(let keys, let server):
            try set(ZMQ_CURVE_SERVERKEY, bytes: server.bytes, "CURVE_SERVERKEY")
            try set(ZMQ_CURVE_PUBLICKEY, bytes: keys.publicKey.bytes, "CURVE_PUBLICKEY")
            try set(ZMQ_CURVE_SECRETKEY, bytes: keys.secretKey.bytes, "CURVE_SECRETKEY")
            try set(ZMQ_HANDSHAKE_IVL, Limits.handshakeMilliseconds, "HANDSHAKE_IVL")
        }
    }

    private func applyOptions(of kind: SocketKind, subscriptions: [Bytes]) throws(MessagingError) {
        switch kind {
        case .router:
            // Without MANDATORY a message to a peer that left is dropped and reported as sent.
            try set(ZMQ_ROUTER_MANDATORY, 1, "ROUTER_MANDATORY")
            try set(ZMQ_ROUTER_HANDOVER, 0, "ROUTER_HANDOVER")
        case .dealer:
            // Queue only for a peer that is connected, so that nothing old is sent after a reconnect.
            try set(ZMQ_IMMEDIATE, 1, "IMMEDIATE")
        case .sub:
            for prefix in subscriptions { try set(ZMQ_SUBSCRIBE, bytes: prefix, "SUBSCRIBE") }
        case .pub, .pair: break
        }
    }

    /// Chooses the address family before a bind or connect (`zmq_setsockopt` IPV6). It is not simply left on: 127.0.0.1
    /// would be bound, and shown, as `[::ffff:127.0.0.1]`.
    func prepare(for endpoint: Endpoint) throws(MessagingError) {
        guard endpoint.transport == .tcp else { return }
        try set(ZMQ_IPV6, endpoint.text.hasPrefix("tcp://[") ? 1 : 0, "IPV6")
    }

    /// Sets a whole number (`zmq_setsockopt`).
    func set(_ option: CInt, _ value: Int, _ name: String) throws(MessagingError) {
        guard let value = CInt(exactly: value) else { throw Self.error(EINVAL, name) }
        try set(option, raw: value, name)
    }

    private func set(_ option: CInt, raw value: some FixedWidthInteger, _ name: String) throws(MessagingError) {
        let result = withUnsafeBytes(of: value) { zmq_setsockopt(pointer, option, $0.baseAddress, $0.count) }
        guard result == 0 else { throw Self.error(zmq_errno(), name) }
    }

    private func set(_ option: CInt, bytes: Bytes, _ name: String) throws(MessagingError) {
        let result = bytes.withUnsafeBytes { zmq_setsockopt(pointer, option, $0.baseAddress, $0.count) }
        guard result == 0 else { throw Self.error(zmq_errno(), name) }
    }

    private static func error(_ code: CInt, _ name: String) -> MessagingError {
        MessagingError(code: code, call: "zmq_setsockopt(\(name))")
    }
}
