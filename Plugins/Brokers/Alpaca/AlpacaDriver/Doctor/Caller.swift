import AlpacaAPI
import AlpacaTransport
import Glibc
import JSON
import PluginKit
import Trading

/// Asks the venue one thing after the other, and waits for each answer: for a program that does nothing else.
final class Caller {
    let site: AlpacaSite
    private let transport: Transport
    private var lastTag: Int64 = 0
    private var socket: Int64?
    private var isSocketOpen = false
    /// What the stream of trade updates has said, oldest first; as it came, and when.
    private(set) var heard: [(message: Alpaca.TradingStreamMessage, json: JSON, at: Timestamp)] = []

    init(_ settings: AlpacaSettings) throws {
        site = try settings.site()
        do throws(TransportError) {
            transport = try Transport(authorities: settings.certificates)
        } catch {
            throw SettingsError("there is no network: \(error)")
        }
    }

    // MARK: - Requests

    /// The answer, whatever its status is.
    func send(_ request: WebRequest) throws(WebFailure) -> WebResponse {
        let tag = nextTag()
        transport.send(request, tag: tag)
        var result: Result<WebResponse, WebFailure>?
        while true {
            // All of them: what comes with the answer is not told again.
            for event in transport.take() {
                switch event {
                case .answered(tag, let response): result = .success(response)
                case .failed(tag, let failure): result = .failure(failure)
                default: note(event)
                }
            }
            if let result { return try result.get() }
            wait(milliseconds: 1_000)
        }
    }

    func ask<Body>(_ endpoint: Alpaca.Endpoint<Body>) throws -> Body {
        let response = try send(site.request(endpoint))
        guard (200...299).contains(response.status) else {
            let refusal = Alpaca.Refusal(status: response.status, headers: response.headers, body: response.body)
            throw Refused(status: refusal.status, description: refusal.words)
        }
        return try endpoint.decode(response.body)
    }

    // MARK: - The stream

    /// Opens the stream of trade updates, and listens.
    /// - Throws: ``Refused`` where the venue does not let it.
    func listen() throws {
        let tag = nextTag()
        socket = tag
        transport.openSocket(WebRequest(.get, "/stream", at: site.trading), tag: tag)
        guard hear(within: Self.patience, until: { self.isSocketOpen }) else {
            throw Refused.stream("it does not open")
        }
        say(.authenticate(site.credentials))
        let isAuthorized = hear(within: Self.patience) {
            self.heard.contains {
                if case .authorization(let answer) = $0.message { answer.status == .known(.authorized) } else { false }
            }
        }
        guard isAuthorized else { throw Refused.stream("it does not take the key") }
        say(.listen(["trade_updates"]))
        let isListening = hear(within: Self.patience) {
            self.heard.contains { if case .listening = $0.message { true } else { false } }
        }
        guard isListening else { throw Refused.stream("it does not confirm what is listened to") }
    }

    static let patience = TimeSpan.seconds(10)

    /// - Returns: whether it has come to that within the time.
    @discardableResult
    func hear(within limit: TimeSpan, until isSo: () -> Bool) -> Bool {
        let end = wallClock() + limit
        while !isSo() {
            guard wallClock() < end else { return false }
            wait(milliseconds: 50)
            for event in transport.take() { note(event) }
        }
        return true
    }

    private func note(_ event: TransportEvent) {
        guard event.tag == socket else { return }
        switch event {
        case .opened: isSocketOpen = true
        case .message(_, let bytes, _): note(bytes)
        case .failed, .closed: (socket, isSocketOpen) = (nil, false)
        case .answered, .item, .pong: break
        }
    }

    private func note(_ bytes: [UInt8]) {
        do {
            let message = try Alpaca.decode(Alpaca.TradingStreamMessage.self, from: bytes)
            heard.append((message, try JSONParser.parse(bytes, takesExponents: true), wallClock()))
        } catch {
            log("warning", "a message of the stream cannot be read: \(error)")
        }
    }

    private func say(_ command: Alpaca.TradingStreamCommand) {
        if let socket { transport.send(Alpaca.encode(command), to: socket) }
    }

    private func nextTag() -> Int64 {
        lastTag += 1
        return lastTag
    }

    private func wait(milliseconds: Int32) {
        var one = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&one, 1, milliseconds)
    }
}

/// A request that the venue has refused, in its own words.
struct Refused: Error, CustomStringConvertible {
    let status: Int
    let description: String

    static func stream(_ words: String) -> Refused {
        Refused(status: 0, description: "the stream of trade updates: \(words)")
    }
}
