import AlpacaAPI
import CCurl
import SystemTime

/// HTTP, streams of events and WebSockets for a program of one thread, which waits for one descriptor.
///
///     let transport = try Transport()
///     transport.send(request, tag: 1)              // .answered or .failed, once
///     transport.send(site.request(.tradeEvents(query)), tag: 2)     // .opened, .item ..., .closed
///     transport.openSocket(WebRequest(.get, "/stream", at: address), tag: 3)   // .opened, .message ..., .closed
///     ... poll(transport.descriptor) ...
///     for event in transport.take() { ... }
///
/// Nothing here waits, but to resolve a name, which a thread of libcurl does. A tag is of one request, stream or socket until its last
/// event.
///
/// - I-AT-1: A request with a body is sent once. Nothing is repeated by the transport, and no redirection is followed.
/// - I-AT-2: Keys stand in headers and messages alone, and in no word of an error.
/// - I-AT-3: A server is verified by its certificate; without TLS this host alone is spoken to.
package final class Transport {
    private let watch: Watch
    private let multi: CurlMulti
    private let authorities: String?
    private var transfers: [Int64: CurlTransfer] = [:]
    private var sockets: [Int64: WebSocketConnection] = [:]
    /// What could not even begin.
    private var waiting: [TransportEvent] = []

    /// - Parameter authorities: a file of certificates (PEM) to trust in place of the system's; nil for the system's.
    /// - Throws: ``TransportError``.
    package init(authorities: String? = nil) throws(TransportError) {
        watch = try Watch()
        multi = try CurlMulti(watch, mostConnections: 8)
        self.authorities = authorities
    }

    deinit {
        for socket in sockets.values { socket.end() }
        for transfer in transfers.values { multi.remove(transfer.easy) }
    }

    /// Readable when ``take()`` has something to do.
    package var descriptor: CInt { watch.descriptor }

    // MARK: - Requests

    package func send(_ request: WebRequest, tag: Int64) {
        precondition(transfers[tag] == nil && sockets[tag] == nil, "a tag has one request")
        guard let transfer = CurlTransfer(request, tag: tag, authorities: authorities), multi.add(transfer.easy) else {
            return fail(tag)
        }
        transfers[tag] = transfer
        schedule()
    }

    /// The request's method and body mean nothing. Its limit of time is that until it is open.
    package func openSocket(_ request: WebRequest, tag: Int64) {
        precondition(transfers[tag] == nil && sockets[tag] == nil, "a tag has one socket")
        do throws(TransportError) {
            let connection = try WebSocketConnection(request, tag: tag, watch, authorities: authorities)
            guard let connection else { return fail(tag) }
            sockets[tag] = connection
            schedule()
        } catch {
            waiting.append(.failed(tag, .notSent("\(error)")))
            watch.wake(in: 0)
        }
    }

    private func fail(_ tag: Int64) {
        waiting.append(.failed(tag, .notSent("it is no request that can be sent")))
        watch.wake(in: 0)
    }

    /// On a socket that is open; otherwise nothing is done.
    package func send(_ message: [UInt8], asText isText: Bool = true, to tag: Int64) {
        sockets[tag]?.send(isText ? .text : .binary, message)
        push(tag)
    }

    package func ping(_ tag: Int64) {
        sockets[tag]?.send(.ping, [])
        push(tag)
    }

    /// Ends a request, a stream or a socket, of which nothing more is told. A request may have been carried out.
    package func cancel(_ tag: Int64) {
        waiting.removeAll { $0.tag == tag }
        if let transfer = transfers.removeValue(forKey: tag) { multi.remove(transfer.easy) }
        guard let socket = sockets.removeValue(forKey: tag) else { return }
        socket.send(.close, [0x03, 0xE8])
        _ = socket.act()
        socket.end()
    }

    /// Under way.
    package var tags: Set<Int64> { Set(transfers.keys).union(sockets.keys) }

    private func push(_ tag: Int64) {
        guard let socket = sockets[tag] else { return }
        waiting += socket.act()
        schedule()
    }

    // MARK: - What has happened

    /// Everything since the last call, in its order within a tag. It does not wait.
    package func take() -> [TransportEvent] {
        for ready in watch.next() {
            if ready.owner == ObjectIdentifier(multi) {
                multi.act(on: ready)
            } else if let socket = sockets.values.first(where: { ObjectIdentifier($0.multi) == ready.owner }) {
                socket.multi.act(on: ready)
            }
        }
        multi.actIfDue()
        var events = waiting
        waiting = []
        for tag in transfers.keys.sorted() { events += transfers[tag]?.takeEvents() ?? [] }
        for (easy, result) in multi.ended() {
            guard let (tag, transfer) = transfers.first(where: { $0.value.easy == easy }) else { continue }
            events += transfer.end(result)
            multi.remove(easy)
            transfers[tag] = nil
        }
        for tag in sockets.keys.sorted() {
            guard let socket = sockets[tag] else { continue }
            events += socket.act()
            if socket.isOver { sockets[tag] = nil }
        }
        schedule()
        return events
    }

    /// The timer stands for everything that is due though no descriptor is ready.
    private func schedule() {
        let dues = [multi.dueMilliseconds].compactMap { $0 } + sockets.values.compactMap(\.dueMilliseconds)
        let isWaiting = !waiting.isEmpty || sockets.values.contains(where: \.isOver)
        watch.wake(in: isWaiting ? 0 : dues.min().map { $0 - monotonicMilliseconds() })
    }
}

extension TransportEvent {
    package var tag: Int64 {
        switch self {
        case .answered(let tag, _), .failed(let tag, _), .opened(let tag), .item(let tag, _), .message(let tag, _, _),
            .pong(let tag), .closed(let tag, _):
            tag
        }
    }
}
