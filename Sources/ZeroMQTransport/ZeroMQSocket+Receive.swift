import CZeroMQ
import Glibc
import Messaging

extension ZeroMQSocket {
    /// Takes one whole message, nil when none waits (`zmq_msg_recv`, DONTWAIT). Not for routers.
    /// - Throws: ``MessagingError/messageTooLarge(_:from:)`` (it is gone, the next one is whole),
    ///   ``MessagingError/closed``, ``MessagingError/system(code:call:)``.
    package func receive() throws(MessagingError) -> [Bytes]? {
        precondition(kind != .router, "a router receives from a peer")
        guard let first = try receivePart(keeping: options.maximumMessageBytes) else { return nil }
        return try collect(from: first, peer: nil).frames
    }

    /// Takes one whole message and its sender from a router, nil when none waits (`zmq_msg_recv`, DONTWAIT).
    /// - Throws: ``MessagingError/messageTooLarge(_:from:)`` with the sender (the message is gone, the next one is
    ///   whole), ``MessagingError/closed``, ``MessagingError/system(code:call:)``.
    package func receiveFromPeer() throws(MessagingError) -> (peer: PeerID, frames: [Bytes])? {
        guard let message = try receiveWithOrigin() else { return nil }
        return (message.peer, message.frames)
    }

    /// As ``receiveFromPeer()``, with what the handshake has proven of the sender.
    package func receiveWithOrigin() throws(MessagingError) -> (peer: PeerID, frames: [Bytes], origin: Origin)? {
        precondition(kind == .router, "only a router has peers")
        guard let name = try receivePart(keeping: Limits.maximumRoutingIDBytes) else { return nil }
        let peer = PeerID(fromTransport: name.bytes)
        guard name.hasMore else { return (peer, [], Origin()) }
        let message = try collect(from: try followingPart(keeping: options.maximumMessageBytes), peer: peer)
        return (peer, message.frames, message.origin)
    }

    /// Takes the message's other parts. What is beyond a limit is taken and not copied, so that the next receive
    /// starts at a message.
    private func collect(from first: Part, peer: PeerID?) throws(MessagingError) -> (frames: [Bytes], origin: Origin) {
        var frames = [first.bytes]
        // The frame of the routing id has lost it (libzmq 4.3.4); all that follow have it.
        let origin = first.origin
        var frameCount = 1
        var byteCount = first.byteCount
        var hasMore = first.hasMore
        while hasMore {
            let isKept = frameCount < Limits.maximumFrames
            let part = try followingPart(keeping: isKept ? options.maximumMessageBytes - byteCount : 0)
            if isKept { frames.append(part.bytes) }
            frameCount += 1
            byteCount += part.byteCount
            hasMore = part.hasMore
        }
        guard frameCount <= Limits.maximumFrames else { throw .messageTooLarge(.frames(frameCount), from: peer) }
        guard byteCount <= options.maximumMessageBytes else {
            throw .messageTooLarge(.bytes(byteCount, allowed: options.maximumMessageBytes), from: peer)
        }
        return (frames, origin)
    }

    /// libzmq hands a message over when all of it is there, so a part that is announced cannot be late.
    private func followingPart(keeping maximum: Int) throws(MessagingError) -> Part {
        guard let part = try receivePart(keeping: maximum) else {
            throw .system(code: EAGAIN, call: "zmq_msg_recv in mid-message")
        }
        return part
    }

    /// Takes one frame, and copies it when it has at most `maximum` bytes (`zmq_msg_recv`, `zmq_msg_data`).
    private func receivePart(keeping maximum: Int) throws(MessagingError) -> Part? {
        let asksOrigin = kind == .router
        return try withPointer { (pointer, _) throws(MessagingError) in
            var message = zmq_msg_t()
            return try withUnsafeMutablePointer(to: &message) { (message) throws(MessagingError) -> Part? in
                zmq_msg_init(message)
                defer { zmq_msg_close(message) }
                while zmq_msg_recv(message, pointer, ZMQ_DONTWAIT) < 0 {
                    switch zmq_errno() {
                    case EINTR: continue
                    case EAGAIN: return nil
                    case let code: throw MessagingError(code: code, call: "zmq_msg_recv")
                    }
                }
                let content = UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message))
                return Part(
                    bytes: content.count <= maximum ? Bytes(content) : [], byteCount: content.count,
                    hasMore: zmq_msg_more(message) != 0, origin: asksOrigin ? Origin(message) : Origin())
            }
        }
    }
}

/// One frame as it came.
private struct Part {
    /// Empty when the frame was larger than wanted.
    var bytes: Bytes
    var byteCount: Int
    var hasMore: Bool
    var origin: Origin
}

/// What the handshake has proven of a message's sender.
package struct Origin: Hashable, Sendable {
    /// As the handler of authentication named it; nil without one.
    package var userID: String?
    /// The connection that it came by, as it was then; nil when it is not known.
    package var descriptor: CInt?

    init() {}

    /// Reads the message's properties (`zmq_msg_gets`, `zmq_msg_get` SRCFD).
    init(_ message: UnsafeMutablePointer<zmq_msg_t>) {
        if let name = zmq_msg_gets(message, "User-Id") { userID = String(cString: name) }
        let number = zmq_msg_get(message, ZMQ_SRCFD)
        descriptor = number >= 0 ? number : nil
    }
}
