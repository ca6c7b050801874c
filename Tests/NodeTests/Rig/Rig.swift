import Journal
import Messaging
import Node
import Orchestration
import Trading
import Wire

/// What a live loop stands on, without sockets, clocks or processes: a test says what each wait brings, and sees what is sent.
package final class Rig: Transport, Clock, RunObserver {
    package private(set) var monotonicNanoseconds: Int64 = 0
    package var wall: Timestamp { Timestamp(nanoseconds: 1_773_669_600_000_000_000 + monotonicNanoseconds) }
    /// What the next wait brings; it may let time pass.
    package var onWait: (_ milliseconds: Int) -> Arrivals = { _ in Arrivals() }
    package var onSend: (_ frames: [Bytes], _ peer: Peer) -> Void = { _, _ in }
    package var onCut: (_ peer: Peer) -> Void = { _ in }
    package var onLog: (_ source: String, _ line: String) -> Void = { _, _ in }
    /// Connections that are gone: nothing can be sent to them.
    package var gone: Set<Peer> = []
    /// What `run` gets at its next wait: end.
    package var signal: Int32?

    package init() {}

    package func pass(milliseconds: Int64) { monotonicNanoseconds += milliseconds * 1_000_000 }

    package func live(
        _ node: Node, _ options: LiveNodeOptions, _ configuration: (any ConfigurationSource)? = nil
    ) -> LiveNode {
        LiveNode(
            node: node, transport: self, clock: self, observer: self, options: options, configuration: configuration,
            endpoint: { _ in "" }, signals: (-1, { [unowned self] in signal }))
    }

    // MARK: - Transport

    package func send(_ frames: [Bytes], to peer: Peer) throws(MessagingError) {
        guard !gone.contains(peer) else { throw .peerUnknown(peer.id) }
        onSend(frames, peer)
    }

    package func publish(_ frames: [Bytes]) throws(MessagingError) {}

    package func wait(milliseconds: Int, descriptors: [CInt]) throws(MessagingError) -> Arrivals {
        onWait(milliseconds)
    }

    package func cut(_ peer: Peer, holdMilliseconds: Int) { onCut(peer) }

    package func address(of peer: Peer) -> String? { nil }

    // MARK: - RunObserver

    package func observe(_ record: Record, state: CoreState) {}
    package func log(_ source: String, _ line: String) { onLog(source, line) }
    package func progress(at time: Timestamp, cycle: Int64) {}
}
