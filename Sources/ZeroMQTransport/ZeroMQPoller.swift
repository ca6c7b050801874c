import CZeroMQ
import Glibc
import Messaging

/// One registration in a ``ZeroMQPoller``.
package struct PollToken: Hashable, Sendable {
    fileprivate let number: Int
}

/// What a registration waits for.
package enum PollInterest: Hashable, Sendable {
    case readable
    /// A dealer is writable when it is connected and its queue has room. A router always says that it is: do not ask.
    case writable
}

/// The one place where the thread of the sockets waits: for sockets and plain descriptors together (`zmq_poll`).
///
/// Sockets cannot be put in an array, so the owner keeps them and registers each:
/// ```swift
/// var poller = ZeroMQPoller()
/// let policies = poller.add(router)
/// let signals = poller.add(fileDescriptor: signalPipe)
/// for token in try poller.poll(timeoutMilliseconds: 100) {
///     if token == policies { while let (peer, frames) = try router.receiveFromPeer() { ... } }
/// }
/// ```
/// - I-SOCK-5: A socket is removed before it is closed; a poll over a closed one stops the process and reads no freed
///   memory.
/// - I-SOCK-6: It is level-triggered: what is not read is reported again. (A socket has a ZMQ_FD; it is edge-triggered:
///   unused.)
/// - I-SOCK-7: A descriptor is also ready when it failed or its other end closed: read it, see the end, remove it.
/// - I-SOCK-8: It belongs to the thread of its sockets.
package struct ZeroMQPoller: ~Copyable {
    private var items: [zmq_pollitem_t] = []
    private var entries: [Entry] = []
    private var nextNumber = 0

    private struct Entry {
        let token: PollToken
        /// Nil for a plain descriptor.
        let life: SocketLife?
    }

    package init() {}

    /// Registers a socket, until ``remove(_:)``. To wait for both interests register it twice.
    package mutating func add(_ socket: borrowing ZeroMQSocket, for interest: PollInterest = .readable) -> PollToken {
        let (pointer, life) = socket.withPointer { ($0, $1) }
        return add(zmq_pollitem_t(socket: pointer, fd: -1, events: interest.events, revents: 0), life)
    }

    /// Registers a pipe or the like, until ``remove(_:)``. The owner keeps it open so long.
    package mutating func add(fileDescriptor: CInt, for interest: PollInterest = .readable) -> PollToken {
        add(zmq_pollitem_t(socket: nil, fd: fileDescriptor, events: interest.events, revents: 0), nil)
    }

    private mutating func add(_ item: zmq_pollitem_t, _ life: SocketLife?) -> PollToken {
        precondition(entries.count < Limits.maximumPollItems, "see Limits.maximumPollItems")
        let token = PollToken(number: nextNumber)
        nextNumber += 1
        items.append(item)
        entries.append(Entry(token: token, life: life))
        return token
    }

    /// Forgets a registration. The others keep their order.
    package mutating func remove(_ token: PollToken) {
        guard let index = entries.firstIndex(where: { $0.token == token }) else {
            preconditionFailure("the token is of another poller, or was removed")
        }
        entries.remove(at: index)
        items.remove(at: index)
    }

    /// Waits until something is ready, at most so long (`zmq_poll`). 0 only looks.
    /// - Returns: what is ready, in the order of registration. Empty after the time, or after a signal (EINTR).
    /// - Throws: ``MessagingError/closed`` when the context is shut down, ``MessagingError/system(code:call:)``.
    package mutating func poll(timeoutMilliseconds: Int) throws(MessagingError) -> [PollToken] {
        precondition(timeoutMilliseconds >= 0, "a wait has an end")
        precondition(entries.allSatisfy { $0.life?.isOpen ?? true }, "a socket was closed before it was removed")
        let count = CInt(items.count)
        let readyCount = items.withUnsafeMutableBufferPointer { zmq_poll($0.baseAddress, count, timeoutMilliseconds) }
        guard readyCount >= 0 else {
            let code = zmq_errno()
            if code == EINTR { return [] }
            throw MessagingError(code: code, call: "zmq_poll")
        }
        guard readyCount > 0 else { return [] }
        return zip(items, entries).compactMap { item, entry in item.revents == 0 ? nil : entry.token }
    }
}

extension PollInterest {
    /// The C constant.
    fileprivate var events: CShort {
        switch self {
        case .readable: CShort(ZMQ_POLLIN)
        case .writable: CShort(ZMQ_POLLOUT)
        }
    }
}
