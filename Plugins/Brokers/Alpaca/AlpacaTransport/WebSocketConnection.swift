import AlpacaAPI
import CCurl
import SystemTime

/// One WebSocket. libcurl makes the connection and its TLS (CURLOPT_CONNECT_ONLY); what goes over it is read and written here.
///
/// It has a set of its own: libcurl closes connections of a set that nobody seems to use.
final class WebSocketConnection {
    private enum Stage {
        case connecting
        case upgrading(WebSocketUpgrade)
        case open
        case over
    }

    private let tag: Int64
    private let watch: Watch
    private let easy: UnsafeMutableRawPointer
    let multi: CurlMulti
    private let limits: WebLimits
    private var stage = Stage.connecting
    private var upgrade: WebSocketUpgrade
    private var frames: WebSocketFrames
    private var outgoing: [UInt8] = []
    private var socket: CInt = -1
    /// Of the monotonic clock: when it must be open.
    private let deadline: Int64
    /// More may be there than the descriptor shows: TLS has read it already.
    private var hasMore = false

    /// - Returns: nil where libcurl takes it not.
    init?(_ request: WebRequest, tag: Int64, _ watch: Watch, authorities: String?) throws(TransportError) {
        multi = try CurlMulti(watch, mostConnections: 1)
        guard let easy = curl_easy_init() else { return nil }
        (self.tag, self.watch, self.easy, limits) = (tag, watch, easy, request.limits)
        upgrade = WebSocketUpgrade(request.target, at: request.address, headers: request.headers)
        frames = WebSocketFrames(most: request.limits.bytes)
        deadline = monotonicMilliseconds() + request.limits.totalMilliseconds
        let isPlain = (request.headers.flatMap { [$0.name, $0.value] } + [request.target]).allSatisfy {
            $0.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        }
        let isSet =
            CurlTransfer.setUp(easy, limits, authorities)
            && ccurl_set_text(easy, CURLOPT_URL, request.address.description + "/") == CURLE_OK
            && ccurl_set_number(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)) == CURLE_OK
            && ccurl_set_number(easy, CURLOPT_CONNECT_ONLY, 1) == CURLE_OK
        guard isPlain, isSet, multi.add(easy) else { return nil }
    }

    deinit { end() }

    /// Gives everything back. Nothing may be called afterwards but this.
    func end() {
        guard case .over = stage else {
            stage = .over
            if socket >= 0 { watch.end(socket) }
            multi.remove(easy)
            curl_easy_cleanup(easy)
            return
        }
    }

    var isOver: Bool { if case .over = stage { true } else { false } }

    /// Of the monotonic clock.
    var dueMilliseconds: Int64? {
        if hasMore { return 0 }
        switch stage {
        case .connecting, .upgrading: return min(deadline, multi.dueMilliseconds ?? .max)
        case .open, .over: return nil
        }
    }

    // MARK: - What goes out

    func send(_ opcode: WebSocketFrames.Opcode, _ payload: [UInt8]) {
        guard case .open = stage else { return }
        outgoing += WebSocketFrames.frame(opcode, payload)
    }

    /// - Returns: false when the connection is of no more use.
    private func flush() -> Bool {
        while !outgoing.isEmpty {
            var count = 0
            let code = curl_easy_send(easy, outgoing, outgoing.count, &count)
            if code == CURLE_AGAIN { break }
            guard code == CURLE_OK else { return false }
            outgoing.removeFirst(count)
        }
        guard outgoing.count <= limits.bytes else { return false }
        watch.set(socket, of: ObjectIdentifier(self), readable: true, writable: !outgoing.isEmpty)
        return true
    }

    // MARK: - What comes

    /// Does what can be done now.
    func act() -> [TransportEvent] {
        switch stage {
        case .connecting: return connect()
        case .upgrading, .open:
            guard flush() else { return fail("the connection has ended") }
            var events = read()
            if case .open = stage, !outgoing.isEmpty, !flush() { events += fail("the connection has ended") }
            if case .upgrading = stage, monotonicMilliseconds() >= deadline {
                events += fail("there was no answer in time")
            }
            return events
        case .over: return []
        }
    }

    private func connect() -> [TransportEvent] {
        multi.actIfDue()
        for (_, result) in multi.ended() {
            guard result == CURLE_OK, case let number = ccurl_socket(easy), number >= 0 else {
                return fail(String(cString: curl_easy_strerror(result)))
            }
            socket = number
            stage = .upgrading(upgrade)
            outgoing = upgrade.request
            return act()
        }
        return monotonicMilliseconds() >= deadline ? fail("there was no connection in time") : []
    }

    private func read() -> [TransportEvent] {
        var events: [TransportEvent] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // What is still there after so much is read with the next turn.
        for _ in 0..<16 {
            var count = 0
            let code = curl_easy_recv(easy, &buffer, buffer.count, &count)
            if code == CURLE_AGAIN {
                hasMore = false
                return events
            }
            guard code == CURLE_OK, count > 0 else { return events + fail("the server has ended the connection") }
            events += take(Array(buffer[..<count]))
            if case .over = stage { return events }
        }
        hasMore = true
        return events
    }

    private func take(_ bytes: [UInt8]) -> [TransportEvent] {
        var (bytes, events): ([UInt8], [TransportEvent]) = (bytes, [])
        if case .upgrading(var upgrade) = stage {
            do throws(WebSocketUpgrade.Fault) {
                guard let rest = try upgrade.append(bytes) else {
                    stage = .upgrading(upgrade)
                    return []
                }
                (stage, bytes) = (.open, rest)
                events.append(.opened(tag))
            } catch {
                return fail(Self.words(error))
            }
        }
        do throws(WebSocketFrames.Fault) {
            for item in try frames.append(bytes) {
                events += take(item)
                if case .over = stage { break }
            }
            return events
        } catch {
            send(.close, [0x03, 0xEA])
            _ = flush()
            return events + fail("a frame is none that may come: \(error)")
        }
    }

    private func take(_ item: WebSocketFrames.Item) -> [TransportEvent] {
        switch item {
        case .message(let bytes, let isText): return [.message(tag, bytes, isText: isText)]
        case .pong: return [.pong(tag)]
        case .ping(let payload):
            send(.pong, payload)
            return []
        case .close(let code, let words):
            send(.close, code.map { [UInt8($0 >> 8 & 255), UInt8($0 & 255)] } ?? [])
            _ = flush()
            let text = words.isEmpty ? "" : ": " + String(words.prefix(200))
            return fail("the server has closed it" + (code.map { " with \($0)" } ?? "") + text)
        }
    }

    private static func words(_ fault: WebSocketUpgrade.Fault) -> String {
        switch fault {
        case .tooLong: "the answer's headers are too long"
        case .status(let status): "it was answered with status \(status)"
        case .noWebSocket: "the answer is not that of a WebSocket"
        }
    }

    private func fail(_ why: String) -> [TransportEvent] {
        let event: TransportEvent
        switch stage {
        case .connecting, .upgrading: event = .failed(tag, .notSent(why))
        case .open: event = .closed(tag, .ended(why))
        case .over: return []
        }
        end()
        return [event]
    }
}
