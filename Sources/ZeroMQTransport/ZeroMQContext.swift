import CZeroMQ
import Glibc
import Messaging

/// The owner of libzmq's I/O thread. One per process; every socket comes from one.
///
/// Close the sockets first, then the context: ``close()`` then waits for what ``ZeroMQSocket/drain(milliseconds:)``
/// still sends. In any other order nothing hangs and nothing dangles: sockets that are open answer
/// ``MessagingError/closed``, and the last of them takes the context along.
package struct ZeroMQContext: ~Copyable, Sendable {
    let handle: ContextHandle

    /// Starts libzmq (`zmq_ctx_new`).
    /// - Throws: ``MessagingError/system(code:call:)`` when there are no more descriptors.
    package init() throws(MessagingError) {
        guard let pointer = zmq_ctx_new() else { throw MessagingError(code: zmq_errno(), call: "zmq_ctx_new") }
        handle = ContextHandle(pointer)
    }

    /// Ends every socket's work (`zmq_ctx_shutdown`) and, when no socket is open, waits for drains (`zmq_ctx_term`).
    package consuming func close() {
        handle.shutDown()
    }
}

/// The context's pointer, shared by the context and its sockets: `zmq_ctx_term` waits for the last socket, so whoever
/// lets go last calls it.
///
/// `@unchecked Sendable`: the pointer never changes, and a context is the one libzmq object that threads may share
/// (zmq_ctx_new(3), "Thread safety").
final class ContextHandle: @unchecked Sendable {
    private let pointer: UnsafeMutableRawPointer

    init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }

    /// Makes every blocking or later call on the context's sockets answer ETERM (`zmq_ctx_shutdown`).
    func shutDown() {
        let result = zmq_ctx_shutdown(pointer)
        precondition(result == 0, "zmq_ctx_shutdown: the context is alive as long as its handle")
    }

    /// Opens a socket (`zmq_socket`), nil with `zmq_errno` set when it cannot.
    func makeSocket(_ type: CInt) -> UnsafeMutableRawPointer? { zmq_socket(pointer, type) }

    /// Waits for drains and frees the context (`zmq_ctx_term`).
    deinit {
        while zmq_ctx_term(pointer) != 0 {
            precondition(zmq_errno() == EINTR, "zmq_ctx_term: the context is alive as long as its handle")
        }
    }
}
