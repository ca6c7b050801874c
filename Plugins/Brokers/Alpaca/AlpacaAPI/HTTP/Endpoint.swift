import JSON
import Trading

extension Alpaca {
    package enum Method: String, Sendable { case get = "GET", post = "POST", patch = "PATCH", delete = "DELETE" }

    /// Which of the vendor's hosts.
    package enum Host: Sendable {
        /// `paper-api.alpaca.markets` or `api.alpaca.markets`: each has keys of its own.
        case trading
        /// `data.alpaca.markets`.
        case data
    }

    /// One request, and what its answer is.
    package struct Endpoint<Response: Value>: Sendable {
        package let method: Method
        package let host: Host
        /// Path and query.
        package let target: String
        package let body: [UInt8]?
        /// Whether the answer is a stream of events, each of them a `Response`.
        package let isEventStream: Bool

        init(_ method: Method, _ path: String, at host: Host = .trading) {
            self.init(method, host, path, query: "", body: nil, isEventStream: false)
        }

        init(_ method: Method, _ path: String, body: some Record) {
            self.init(method, .trading, path, query: "", body: encode(body), isEventStream: false)
        }

        init(
            _ method: Method, _ path: String, at host: Host = .trading, query: some Record, isEventStream: Bool = false
        ) {
            self.init(method, host, path, query: Query.encode(query), body: nil, isEventStream: isEventStream)
        }

        private init(
            _ method: Method, _ host: Host, _ path: String, query: String, body: [UInt8]?, isEventStream: Bool
        ) {
            (self.method, self.host, self.body, self.isEventStream) = (method, host, body, isEventStream)
            target = query.isEmpty ? path : path + "?" + query
        }

        /// Whether it may be sent again when nobody knows what became of it. An order is looked for by its client order id first.
        package var isRepeatable: Bool {
            switch method {
            case .get: true
            case .post, .patch: false
            // To cancel twice is to cancel once. To close twice may be to sell twice.
            case .delete: !target.hasPrefix("/v2/positions")
            }
        }

        /// Reads the body of a response with a status of 2xx, or one event.
        /// - Throws: ``DecodingError``.
        package func decode(_ bytes: [UInt8]) throws(DecodingError) -> Response {
            if bytes.isEmpty, let nothing = Nothing() as? Response { return nothing }
            return try Alpaca.decode(Response.self, from: bytes)
        }
    }

    /// A response without a body, such as 204. Whatever came instead is passed over.
    package struct Nothing: Value {
        package init() {}
        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Nothing { Nothing() }
        package func json(_ style: Style) -> JSON { .null }
    }
}
