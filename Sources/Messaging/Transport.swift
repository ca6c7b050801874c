/// Somebody at the other end of one of the core's sockets.
package struct Peer: Hashable, Sendable {
    /// Which socket it speaks to; the core has one for each role.
    package let socket: String
    package let id: PeerID

    package init(socket: String, id: PeerID) {
        self.socket = socket
        self.id = id
    }
}

/// What a wait brought.
package struct Arrivals: Sendable {
    package var messages: [(peer: Peer, frames: [Bytes])] = []
    /// File descriptors that can be read, among those that were asked for.
    package var descriptors: [CInt] = []
    /// Messages that broke a limit of the transport, and from whom.
    package var refused: [(peer: Peer?, why: String)] = []

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
}
