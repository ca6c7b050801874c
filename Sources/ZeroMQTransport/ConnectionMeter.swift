import CPosix
import Messaging

/// Counts what comes over the connections of one listener, where libzmq reads it from the kernel.
///
/// - I-SOCK-11: Of one connection so many bytes are kept that nobody has taken, whatever their frames say: 272 KiB before it has a
///   session, and then what its role may need. The one that sends more is ended there and then, and that is told.
/// - I-SOCK-12: A process of this host that was cut for too much, or that connects without end, waits before it may connect again;
///   each time twice as long.
final class ConnectionMeter {
    private let listener: CInt

    /// A connection that was ended since it had sent more than it might.
    struct Cut: Equatable {
        var descriptor: CInt
        /// Nil where the system does not tell.
        var process: Int32?
        var bytes: Int

        var words: String {
            "more than \(bytes >> 10) KiB came of it that nobody had taken, and its connection was ended (I-SOCK-11)"
        }
    }

    /// What a frame costs beyond its bytes, and what heart-beats between two messages may: far more than they do.
    private static let bytesBesideFrame = 320

    /// What may be under way from a plugin of this role that has a session.
    static func bytes(from role: String) -> Int {
        role == "policy" ? Limits.bytesFromPolicy : Limits.bytesFromPlugin
    }

    /// - Parameters:
    ///   - path: of a local socket; empty with a port.
    ///   - port: 0 for a local socket.
    ///   - first: bytes of a connection of which nothing is known yet.
    /// - Throws: ``MessagingError/system(code:call:)``: there are too many listeners in this process.
    init(path: String = "", port: UInt16 = 0, first: Int) throws(MessagingError) {
        listener = cposix_meter_listen(path, CInt(port), first)
        guard listener >= 0 else { throw .system(code: 24, call: "cposix_meter_listen(\(path)\(port))") }
    }

    deinit { cposix_meter_close(listener) }

    /// So many bytes may be under way by this connection from now on.
    static func allow(_ descriptor: CInt, bytes: Int) { cposix_meter_allow(descriptor, bytes) }

    /// A message was taken.
    static func taken(_ descriptor: CInt, frames: [Bytes]) {
        cposix_meter_taken(descriptor, frames.reduce(0) { $0 + $1.count + bytesBesideFrame })
    }

    /// A message was taken, and was too large to be kept.
    static func taken(_ descriptor: CInt, _ excess: MessageExcess) {
        guard case .bytes(let count, _) = excess else { return }
        cposix_meter_taken(descriptor, count + bytesBesideFrame)
    }

    /// A process was cut for something else that was too much.
    static func hold(_ process: Int32) { cposix_strike(process, cposix_milliseconds()) }

    /// Those that were ended since the last look.
    func cuts() -> [Cut] {
        var cuts: [Cut] = []
        var next = cposix_cut()
        while cposix_meter_next_cut(listener, &next) == 1 {
            cuts.append(
                Cut(descriptor: next.descriptor, process: next.pid > 0 ? next.pid : nil, bytes: Int(next.most)))
        }
        return cuts
    }
}
