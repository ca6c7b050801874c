/// Somebody at the other end of one of the core's sockets.
package struct Peer: Hashable, Sendable {
    /// Which socket it is connected to; the core has one for each role.
    package let socket: String
    package let route: Route
    package let id: PeerID

    /// How it came.
    package enum Route: Hashable, Sendable {
        /// A socket in our own folder.
        case local
        /// tcp, with this key: proven by the handshake.
        case remote(PublicKey)
    }

    package init(socket: String, route: Route = .local, id: PeerID) {
        self.socket = socket
        self.route = route
        self.id = id
    }

    /// Nil for one that came by a local socket.
    package var key: PublicKey? {
        switch route {
        case .local: nil
        case .remote(let key): key
        }
    }
}

/// Something at the listeners that people should know.
package struct ListenerNotice: Hashable, Sendable {
    /// Whose key it concerns; nil for unauthenticated peers.
    package let owner: KeyOwner?
    package let words: String

    package init(owner: KeyOwner?, words: String) {
        self.owner = owner
        self.words = words
    }
}

/// What a wait brought.
package struct Arrivals: Sendable {
    package var messages: [(peer: Peer, frames: [Bytes])] = []
    /// File descriptors that can be read, among those that were asked for.
    package var descriptors: [CInt] = []
    /// Messages that broke a limit of the transport, and from whom.
    package var refused: [(peer: Peer?, why: String)] = []
    /// Connections that were ended since more came than might, and whose; nil: of nobody who has said anything.
    package var ended: [(peer: Peer?, why: String)] = []
    package var notices: [ListenerNotice] = []

    package init() {}
}

/// How the core reaches its plugins. One owner, one thread; nothing here ever blocks but ``wait(milliseconds:descriptors:)``.
package protocol Transport: AnyObject {
    /// - Throws: ``MessagingError/peerUnknown(_:)`` and ``MessagingError/wouldBlock``: it has certainly not been sent.
    func send(_ frames: [Bytes], to peer: Peer) throws(MessagingError)
    /// To whoever watches; nobody need be there.
    func publish(_ frames: [Bytes]) throws(MessagingError)
    /// Waits until something arrives, a descriptor can be read, or the time is up.
    func wait(milliseconds: Int, descriptors: [CInt]) throws(MessagingError) -> Arrivals
    /// It has a session: as much may be under way from it as its role needs (I-SOCK-11).
    func raiseBound(of peer: Peer)
    /// Ends a connection, and takes nothing of it any more.
    /// - Parameter holdMilliseconds: for so long its key is not let in again; 0: it may come back at once. A process of this host
    ///   waits longer each time, whatever the figure (I-SOCK-12).
    func cut(_ peer: Peer, holdMilliseconds: Int)
    /// The process at the other end of a local connection; nil when it is not known.
    func process(of peer: Peer) -> Int32?
    /// The host that a connection comes from, without a port; nil for one of this host, and one that is over.
    func address(of peer: Peer) -> String?
}

extension Transport {
    package func process(of peer: Peer) -> Int32? { nil }
    package func raiseBound(of peer: Peer) {}
}
