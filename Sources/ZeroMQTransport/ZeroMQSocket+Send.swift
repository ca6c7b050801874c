import CZeroMQ
import Glibc
import Messaging

extension ZeroMQSocket {
    /// Queues a whole message (`zmq_send`, DONTWAIT). Not for routers.
    ///
    /// A pub never refuses: what a slow subscriber cannot take is dropped.
    /// - Throws: ``MessagingError/wouldBlock`` (nothing was sent), ``MessagingError/messageTooLarge(_:from:)``,
    ///   ``MessagingError/closed``, ``MessagingError/system(code:call:)``.
    package func send(_ frames: [Bytes]) throws(MessagingError) {
        precondition(kind != .router, "a router sends to a peer")
        try check(frames)
        try sendFrames(frames, subject: .handle)
    }

    /// Queues a whole message for one peer of a router (`zmq_send`, DONTWAIT).
    ///
    /// Queued is not delivered: a peer that leaves afterwards takes its queue along.
    /// - Throws: ``MessagingError/wouldBlock`` and ``MessagingError/peerUnknown(_:)`` (nothing was sent),
    ///   ``MessagingError/messageTooLarge(_:from:)``, ``MessagingError/closed``, ``MessagingError/system(code:call:)``.
    package func send(to peer: PeerID, _ frames: [Bytes]) throws(MessagingError) {
        precondition(kind == .router, "only a router has peers")
        try check(frames)
        // With MANDATORY the id's frame answers for the whole message: full and unknown are found before any content.
        let code = sendFirstFrame(peer.bytes, more: true)
        guard code == 0 else { throw MessagingError(code: code, call: "zmq_send", subject: .peer(peer)) }
        try sendFrames(frames, subject: .peer(peer))
    }

    private func check(_ frames: [Bytes]) throws(MessagingError) {
        precondition(!frames.isEmpty, "a message has at least one frame")
        guard frames.count <= Limits.maximumFrames else { throw .messageTooLarge(.frames(frames.count), from: nil) }
        let count = frames.reduce(0) { $0 + $1.count }
        guard count <= options.maximumMessageBytes else {
            throw .messageTooLarge(.bytes(count, allowed: options.maximumMessageBytes), from: nil)
        }
    }

    /// Sends all frames, even after one failed: a connection that ends in mid-message makes libzmq discard frames up to
    /// the message's last one. If that one never came, the next message would be taken for it.
    private func sendFrames(_ frames: [Bytes], subject: CallSubject) throws(MessagingError) {
        var failure: CInt = 0
        for (index, frame) in frames.enumerated() {
            let isFirst = index == 0 && kind != .router
            let more = index < frames.count - 1
            let code = isFirst ? sendFirstFrame(frame, more: more) : sendFrame(frame, more: more)
            guard code != 0 else { continue }
            failure = code
            // Nothing of this message is under way yet, or the context is gone.
            if isFirst || code == ETERM { break }
        }
        guard failure == 0 else { throw MessagingError(code: failure, call: "zmq_send", subject: subject) }
    }

    /// Sends a message's first frame and answers errno, 0 for done (`zmq_send`, `zmq_getsockopt` EVENTS).
    ///
    /// For about a millisecond after it last looked, `zmq_send` with DONTWAIT does not look whether room was made, and
    /// says EAGAIN with an empty queue. A caller that then waits for an answer waits for ever. Asking for EVENTS makes
    /// it look; the second refusal is true.
    private func sendFirstFrame(_ frame: Bytes, more: Bool) -> CInt {
        let code = sendFrame(frame, more: more)
        guard code == EAGAIN else { return code }
        withPointer { pointer, _ in
            var events: CInt = 0
            var size = MemoryLayout<CInt>.size
            // An error here (a signal, the end of the context) comes again from the send.
            _ = zmq_getsockopt(pointer, ZMQ_EVENTS, &events, &size)
        }
        return sendFrame(frame, more: more)
    }

    /// Sends one frame and answers errno, 0 for done (`zmq_send`). A signal (EINTR) comes before anything is queued.
    private func sendFrame(_ frame: Bytes, more: Bool) -> CInt {
        let flags = more ? ZMQ_DONTWAIT | ZMQ_SNDMORE : ZMQ_DONTWAIT
        return frame.withUnsafeBytes { bytes in
            withPointer { pointer, _ in
                while zmq_send(pointer, bytes.baseAddress, bytes.count, flags) < 0 {
                    let code = zmq_errno()
                    if code != EINTR { return code }
                }
                return 0
            }
        }
    }
}
