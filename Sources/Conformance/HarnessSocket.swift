import Glibc
import Messaging
import Trading
import ZeroMQTransport

/// The core's socket for one role, and what waits beside it. Made anew, it is a core that was restarted.
final class HarnessSocket {
    private let context: ZeroMQContext
    private let socket: ZeroMQSocket
    private var poller = ZeroMQPoller()
    private let token: PollToken

    init(_ endpoint: Endpoint) throws(MessagingError) {
        context = try ZeroMQContext()
        socket = try ZeroMQSocket(.router, in: context)
        try socket.bind(endpoint)
        token = poller.add(socket)
    }

    func send(_ frames: [Bytes], to peer: PeerID) throws(MessagingError) { try socket.send(to: peer, frames) }

    /// Waits until a message can be read, and leaves it there; or until a descriptor can be read.
    /// - Returns: whether a message is there.
    func hasMessage(within milliseconds: Int64, descriptor: CInt? = nil) throws(MessagingError) -> Bool {
        let watched = descriptor.map { poller.add(fileDescriptor: $0) }
        defer { if let watched { poller.remove(watched) } }
        return try poller.poll(timeoutMilliseconds: Int(max(0, milliseconds))).contains(token)
    }

    /// Waits for a message, or until a descriptor can be read.
    func wait(milliseconds: Int64, descriptor: CInt?) throws(MessagingError) -> [(peer: PeerID, frames: [Bytes])] {
        guard try hasMessage(within: milliseconds, descriptor: descriptor) else { return [] }
        var messages: [(PeerID, [Bytes])] = []
        while messages.count < Messaging.Limits.messagesPerPeer, let message = try socket.receiveFromPeer() {
            messages.append(message)
        }
        return messages
    }
}
