import AlpacaAPI

/// One request of HTTP. It is sent once, whatever becomes of it.
package struct WebRequest: Sendable {
    package var address: WebAddress
    package var method: Alpaca.Method
    /// Path and query, escaped.
    package var target: String
    package var headers: [Alpaca.Header]
    package var body: [UInt8]?
    /// The answer is a stream of events: without an end, and without a limit of time once it is connected.
    package var isEventStream = false
    package var limits = WebLimits()

    package init(
        _ method: Alpaca.Method, _ target: String, at address: WebAddress, headers: [Alpaca.Header] = [],
        body: [UInt8]? = nil
    ) {
        (self.method, self.target, self.address) = (method, target, address)
        (self.headers, self.body) = (headers, body)
    }
}

package struct WebLimits: Equatable, Sendable {
    /// For resolving, connecting and TLS.
    package var connectMilliseconds: Int64 = 5_000
    /// For all of it.
    package var totalMilliseconds: Int64 = 15_000
    /// Of a body, or of one message of a socket.
    package var bytes = 32 * 1_024 * 1_024

    package init() {}
}

/// An answer, whatever its status is.
package struct WebResponse: Equatable, Sendable {
    package let status: Int
    /// Those of the last response, and not of a proxy's before it.
    package let headers: [Alpaca.Header]
    package let body: [UInt8]
}

/// Why there is no answer, or why a stream has ended. Its words hold no address, target or header.
package enum WebFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nothing was sent: no name, no connection, or nobody who can be trusted.
    case notSent(String)
    /// It may have arrived and been carried out.
    case lost(String)
    /// The server has ended a stream, or answered in a way that it must not.
    case ended(String)

    package var description: String {
        switch self {
        case .notSent(let words), .lost(let words), .ended(let words): words
        }
    }
}

/// What has happened. The tag is that of the request, the stream or the socket.
package enum TransportEvent: Equatable, Sendable {
    /// The whole answer; also that to a request for a stream whose status is not 2xx. It is the last of its tag.
    case answered(Int64, WebResponse)
    /// There is no answer. It is the last of its tag.
    case failed(Int64, WebFailure)
    /// A stream of events or a socket is open.
    case opened(Int64)
    /// Of a stream of events.
    case item(Int64, Alpaca.EventStream.Item)
    /// A whole message of a socket; of text or of bytes.
    case message(Int64, [UInt8], isText: Bool)
    /// The answer to a ping.
    case pong(Int64)
    /// A stream or a socket that was open has ended, by the server or by a fault. It is the last of its tag.
    case closed(Int64, WebFailure)
}

/// Where one account is, and with which key.
package struct AlpacaSite: Equatable, Sendable {
    package let trading: WebAddress
    package let data: WebAddress
    package let credentials: Alpaca.Credentials

    /// - Throws: ``CredentialsError`` for a key that cannot stand in a header.
    package init(
        trading: WebAddress, data: WebAddress, _ credentials: Alpaca.Credentials
    ) throws(CredentialsError) {
        for text in [credentials.key, credentials.secret] {
            guard !text.isEmpty, text.utf8.count <= 512, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw CredentialsError()
            }
        }
        (self.trading, self.data, self.credentials) = (trading, data, credentials)
    }

    package func address(of host: Alpaca.Host) -> WebAddress {
        switch host {
        case .trading: trading
        case .data: data
        }
    }

    package func request<Response>(_ endpoint: Alpaca.Endpoint<Response>) -> WebRequest {
        var request = request(endpoint.method, endpoint.target, endpoint.body, at: endpoint.host)
        request.isEventStream = endpoint.isEventStream
        return request
    }

    package func request(
        _ method: Alpaca.Method, _ target: String, _ body: [UInt8]?, at host: Alpaca.Host = .trading
    ) -> WebRequest {
        var headers = credentials.headers
        if body != nil { headers.append(Alpaca.Header("Content-Type", "application/json")) }
        return WebRequest(method, target, at: address(of: host), headers: headers, body: body)
    }
}

/// It says nothing of what stands there.
package struct CredentialsError: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String {
        "the key or its secret is empty, too long, or has characters that no key has, such as blanks"
    }
}
