/// Why a message or a connection was not made, split by what the caller does about it.
package enum MessagingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Retry later: nothing was sent, the queue is full or nobody is connected.
    case wouldBlock
    /// Forget the peer: nothing was sent.
    case peerUnknown(PeerID)
    /// Reject the message. `from` is the sender when a router received it, nil when it is our own or has no name.
    case messageTooLarge(MessageExcess, from: PeerID?)
    /// Do not start: someone else holds the address. The text says which, and who if it is known.
    case addressInUse(String)
    /// Do not start: owner or mode is wrong. The text says of what, and why.
    case permission(String)
    /// Correct the configuration. The text says which endpoint, and why.
    case invalidEndpoint(String)
    /// Do not start: other hosts could not be let in safely. The text says why, and what to do.
    case unsafeToListen(String)
    /// Stop: the context is shut down, or the handle is closed.
    case closed
    /// Stop and report: `errno` (not the words) is `code`; `call` names the function and its object.
    case system(code: Int32, call: String)

    package var description: String {
        switch self {
        case .wouldBlock:
            "the send queue is full or no peer is connected: nothing was sent, retry after the next poll"
        case .peerUnknown(let peer):
            "no connection has the routing id \(peer): nothing was sent, wait for its next hello"
        case .messageTooLarge(let excess, let peer?):
            "a message from peer \(peer) has \(excess): it was dropped, disconnect the peer"
        case .messageTooLarge(let excess, nil):
            "a message has \(excess): it was dropped, send less"
        case .addressInUse(let what): "\(what): stop the other one or choose another address"
        case .permission(let what): "\(what): correct owner or mode"
        case .invalidEndpoint(let what): "\(what): correct the configured endpoint"
        case .unsafeToListen(let what): "the core does not listen on tcp: \(what)"
        case .closed: "the socket's context is shut down: close the socket and stop"
        case .system(let code, let call): "\(call) failed with errno \(code): stop and report this"
        }
    }
}

/// By what a message is too large.
package enum MessageExcess: Hashable, Sendable, CustomStringConvertible {
    /// So many bytes in all its frames, where `allowed` are.
    case bytes(Int, allowed: Int)
    /// So many frames, where ``Limits/maximumFrames`` are allowed.
    case frames(Int)

    package var description: String {
        switch self {
        case .bytes(let count, let allowed): "\(count) bytes where \(allowed) are allowed"
        case .frames(let count): "\(count) frames where \(Limits.maximumFrames) are allowed"
        }
    }
}
