import CCurl
import Glibc
import SystemTime

/// A set of transfers of libcurl (curl_multi_init(3)) whose sockets are in the ``Watch``. It never waits.
final class CurlMulti {
    private let handle: UnsafeMutableRawPointer
    private let watch: Watch
    /// Of the monotonic clock: when libcurl wants a turn though nothing has come.
    private(set) var dueMilliseconds: Int64?

    /// - Parameter mostConnections: to one host at once.
    /// - Throws: ``TransportError``.
    init(_ watch: Watch, mostConnections: Int) throws(TransportError) {
        guard Self.isSetUp, let handle = curl_multi_init() else { throw TransportError(call: "curl", code: ENOMEM) }
        (self.handle, self.watch) = (handle, watch)
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_multi_watch(
            handle, { _, socket, what, context, _ in CurlMulti.watch(socket, what, context) }, context)
        _ = ccurl_multi_timer(handle, { _, span, context in CurlMulti.wake(span, context) }, context)
        _ = ccurl_multi_number(handle, CURLMOPT_MAX_HOST_CONNECTIONS, mostConnections)
    }

    deinit { curl_multi_cleanup(handle) }

    /// Once a process, before any thread is started by libcurl. A peer that is gone is an error, and ends no process.
    private static let isSetUp: Bool = {
        signal(SIGPIPE, SIG_IGN)
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()

    private static func watch(_ socket: curl_socket_t, _ what: CInt, _ context: UnsafeMutableRawPointer?) -> CInt {
        guard let context else { return 0 }
        let multi = Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
        if what == CURL_POLL_REMOVE {
            multi.watch.end(socket)
        } else {
            multi.watch.set(
                socket, of: ObjectIdentifier(multi), readable: what & CURL_POLL_IN != 0,
                writable: what & CURL_POLL_OUT != 0)
        }
        return 0
    }

    private static func wake(_ span: Int, _ context: UnsafeMutableRawPointer?) -> CInt {
        guard let context else { return 0 }
        let multi = Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
        multi.dueMilliseconds = span < 0 ? nil : monotonicMilliseconds() + Int64(span)
        return 0
    }

    func add(_ easy: UnsafeMutableRawPointer) -> Bool { curl_multi_add_handle(handle, easy) == CURLM_OK }

    func remove(_ easy: UnsafeMutableRawPointer) { curl_multi_remove_handle(handle, easy) }

    func act(on ready: Watch.Ready) {
        var flags: CInt = 0
        if ready.isReadable { flags |= CURL_CSELECT_IN }
        if ready.isWritable { flags |= CURL_CSELECT_OUT }
        if ready.isFailed { flags |= CURL_CSELECT_ERR }
        var running: CInt = 0
        curl_multi_socket_action(handle, ready.descriptor, flags, &running)
    }

    /// Takes the turn that libcurl asked for.
    func actIfDue() {
        guard let due = dueMilliseconds, due <= monotonicMilliseconds() else { return }
        dueMilliseconds = nil
        var running: CInt = 0
        curl_multi_socket_action(handle, ccurl_timeout, 0, &running)
    }

    /// Transfers that have ended since the last call.
    func ended() -> [(easy: UnsafeMutableRawPointer, result: CURLcode)] {
        var ended: [(easy: UnsafeMutableRawPointer, result: CURLcode)] = []
        var rest: CInt = 0
        while let message = curl_multi_info_read(handle, &rest) {
            var easy: UnsafeMutableRawPointer?
            var result = CURLE_OK
            if ccurl_done(message, &easy, &result) != 0, let easy { ended.append((easy, result)) }
        }
        return ended
    }
}

extension WebFailure {
    /// What libcurl says of a transfer. Its fixed words alone: those of the moment may have the address.
    /// - Parameter mayHaveLeft: the request, or a part of it.
    init(_ code: CURLcode, mayHaveLeft: Bool) {
        let words = String(cString: curl_easy_strerror(code))
        self = mayHaveLeft ? .lost(words) : .notSent(words)
    }
}
