import Messaging

/// What a socket does in the conversation.
package enum SocketKind: Hashable, Sendable {
    /// Many peers, each addressed by its ``PeerID``. The core's side.
    case router
    /// One conversation with a router. A plugin's side.
    case dealer
    /// Sends to whoever subscribed, and drops what a slow subscriber cannot take.
    case pub
    /// Receives what ``SocketOptions/subscriptions`` select.
    case sub
    /// Two sockets, for tests.
    case pair
}

/// How often to ask a silent peer for a sign of life (ZMTP 3.1 PING), and when to give the connection up.
package struct Heartbeat: Hashable, Sendable {
    package let intervalMilliseconds: Int
    package let timeoutMilliseconds: Int

    package init(intervalMilliseconds: Int, timeoutMilliseconds: Int) {
        precondition(intervalMilliseconds > 0 && timeoutMilliseconds > 0, "a heartbeat needs both its times")
        self.intervalMilliseconds = intervalMilliseconds
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// Who may be at the other end of a socket.
package enum SocketSecurity: Hashable, Sendable {
    /// Whoever can reach it: for ipc in a guarded folder, and the machine's own addresses.
    case none
    /// The side that binds. Every handshake is decided by a ``RemoteListener``'s handler, by this domain; without one nobody
    /// gets in.
    case curveServer(KeyPair, domain: String)
    /// The side that dials: it connects to no server without that server's secret key.
    case curveClient(KeyPair, server: PublicKey)
}

/// What may differ from socket to socket. All of it is set before a bind or a connect.
package struct SocketOptions: Hashable, Sendable {
    /// Whole messages that wait per peer, at least 1 (libzmq reads 0 as "no limit").
    package var sendHighWaterMark = Limits.highWaterMark
    /// Whole messages that wait per peer, at least 1.
    package var receiveHighWaterMark = Limits.highWaterMark
    /// Bytes of one message, all frames together, 1 to ``Limits/maximumMessageBytes``.
    package var maximumMessageBytes = Limits.maximumMessageBytes
    /// The name under which a router shall know this dealer. Leave it nil: two dealers of one name, and the router
    /// never receives the second, without an error anywhere (zeromq/libzmq#4503).
    package var routingID: PeerID?
    package var heartbeat: Heartbeat?
    /// What the kernel keeps of a connection before it is read; nil: as much as it likes.
    package var kernelReceiveBytes: Int?
    package var security = SocketSecurity.none
    /// Prefixes of the first frame that a sub wants. `[[]]` is everything.
    package var subscriptions: [Bytes] = []
    package var reconnectMilliseconds = Limits.reconnectMilliseconds
    package var maximumReconnectMilliseconds = Limits.maximumReconnectMilliseconds

    package init() {}
}
