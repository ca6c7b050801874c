import CZeroMQ
import Glibc
import Messaging
import Testing

@testable import ZeroMQTransport

/// Removed with what is in it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/bb-zmq-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        path = String(cString: made)
    }

    func ipc(_ name: String = "test") throws -> Endpoint { try Endpoint.parse("ipc://\(path)/\(name)") }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

struct Deadline {
    private let end = ContinuousClock.now + .seconds(10)
    var isOver: Bool { ContinuousClock.now > end }
}

struct TooLate: Error {}

/// Waits by poll, never by sleep.
func wait(for interest: PollInterest = .readable, _ socket: borrowing ZeroMQSocket) throws {
    var poller = ZeroMQPoller()
    let token = poller.add(socket, for: interest)
    let deadline = Deadline()
    while try poller.poll(timeoutMilliseconds: 100) != [token] {
        if deadline.isOver { throw TooLate() }
    }
}

/// Sends to a peer that is on its way out, until the router says that it is gone. Its queue may fill up before.
func waitUntilUnknown(_ peer: PeerID, to router: borrowing ZeroMQSocket) throws {
    var poller = ZeroMQPoller()
    _ = poller.add(router)
    let deadline = Deadline()
    while !deadline.isOver {
        do {
            try router.send(to: peer, [[1]])
        } catch let error {
            switch error {
            case .peerUnknown: return
            case .wouldBlock: break
            default: throw error
            }
        }
        _ = try poller.poll(timeoutMilliseconds: 1)
    }
    throw TooLate()
}

func next(_ socket: borrowing ZeroMQSocket) throws -> [Bytes] {
    try wait(socket)
    return try #require(try socket.receive())
}

func nextFromPeer(_ socket: borrowing ZeroMQSocket) throws -> (peer: PeerID, frames: [Bytes]) {
    try wait(socket)
    return try #require(try socket.receiveFromPeer())
}

/// The error of a call that must fail.
func failure(_ body: () throws -> Void) throws -> MessagingError {
    try #require(throws: MessagingError.self) { try body() }
}

/// What another program may send and our own send refuses.
func sendUnchecked(_ frames: [Bytes], on socket: borrowing ZeroMQSocket) {
    socket.withPointer { pointer, _ in
        for (index, frame) in frames.enumerated() {
            let flags = index < frames.count - 1 ? ZMQ_SNDMORE : 0
            precondition(zmq_send(pointer, frame, frame.count, flags | ZMQ_DONTWAIT) >= 0)
        }
    }
}

func bytes(_ text: String) -> Bytes { Bytes(text.utf8) }
