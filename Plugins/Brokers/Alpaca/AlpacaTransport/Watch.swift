import CPosix
import Glibc

/// The descriptors of all connections as one, with a timer beside them (epoll(7), timerfd_create(2)).
final class Watch {
    /// Readable while something is to be done.
    let descriptor: CInt
    private let timer: CInt
    /// Whom a descriptor concerns.
    private var owners: [CInt: ObjectIdentifier] = [:]
    private var timerMilliseconds: Int64 = -1

    struct Ready {
        let owner: ObjectIdentifier
        let descriptor: CInt
        let isReadable: Bool
        let isWritable: Bool
        let isFailed: Bool
    }

    /// - Throws: ``TransportError``.
    init() throws(TransportError) {
        descriptor = cposix_watch_create()
        timer = cposix_timer_create()
        guard descriptor >= 0, timer >= 0, cposix_watch(descriptor, timer, 1, 0) == 0 else {
            let code = errno
            for open in [descriptor, timer] where open >= 0 { Glibc.close(open) }
            throw TransportError(call: "epoll_create1 or timerfd_create", code: code)
        }
    }

    deinit {
        Glibc.close(timer)
        Glibc.close(descriptor)
    }

    func set(_ socket: CInt, of owner: ObjectIdentifier, readable: Bool, writable: Bool) {
        owners[socket] = owner
        // What cannot be watched ends by its limit of time.
        _ = cposix_watch(descriptor, socket, readable ? 1 : 0, writable ? 1 : 0)
    }

    func end(_ socket: CInt) {
        owners[socket] = nil
        cposix_watch_end(descriptor, socket)
    }

    /// What is ready now.
    func next() -> [Ready] {
        var ready = [cposix_ready](repeating: cposix_ready(), count: 64)
        let count = Int(cposix_watch_next(descriptor, &ready, 64))
        return ready[..<count].compactMap { one in
            if one.descriptor == timer {
                cposix_timer_clear(timer)
                timerMilliseconds = -1
                return nil
            }
            return owners[one.descriptor].map { owner in
                Ready(
                    owner: owner, descriptor: one.descriptor, isReadable: one.readable != 0,
                    isWritable: one.writable != 0, isFailed: one.failed != 0)
            }
        }
    }

    /// - Parameter milliseconds: from now; nil for never.
    func wake(in milliseconds: Int64?) {
        let wanted = milliseconds.map { max(0, min($0, 3_600_000)) } ?? -1
        guard wanted != timerMilliseconds || wanted >= 0 else { return }
        timerMilliseconds = wanted
        _ = cposix_timer_set(timer, Int(wanted))
    }
}

package struct TransportError: Error, Equatable, Sendable, CustomStringConvertible {
    let call: String
    let code: CInt

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
