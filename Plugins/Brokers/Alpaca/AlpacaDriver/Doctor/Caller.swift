import AlpacaAPI
import AlpacaTransport
import Glibc
import PluginKit
import Trading

/// Asks the venue one thing after the other, and waits for each answer: for a program that does nothing else.
struct Caller {
    let site: AlpacaSite
    private let transport: Transport
    private var lastTag: Int64 = 0

    init(_ settings: AlpacaSettings) throws {
        site = try settings.site()
        do throws(TransportError) {
            transport = try Transport(authorities: settings.certificates)
        } catch {
            throw SettingsError("there is no network: \(error)")
        }
    }

    /// The answer, whatever its status is.
    mutating func send(_ request: WebRequest) throws(WebFailure) -> WebResponse {
        lastTag += 1
        transport.send(request, tag: lastTag)
        while true {
            for event in transport.take() {
                switch event {
                case .answered(lastTag, let response): return response
                case .failed(lastTag, let failure): throw failure
                case .answered, .failed, .opened, .item, .message, .pong, .closed: break
                }
            }
            wait(milliseconds: 1_000)
        }
    }

    mutating func ask<Body>(_ endpoint: Alpaca.Endpoint<Body>) throws -> Body {
        let response = try send(site.request(endpoint))
        guard (200...299).contains(response.status) else {
            throw Alpaca.Refusal(status: response.status, headers: response.headers, body: response.body).asError
        }
        return try endpoint.decode(response.body)
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
}

extension Alpaca.Refusal {
    var asError: Refused { Refused(status: status, description: words) }
}
