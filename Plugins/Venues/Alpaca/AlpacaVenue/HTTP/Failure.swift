import AlpacaAPI
import JSON
import Trading

/// Why a request is not done, as the client reads it: an HTTP status and one of Alpaca's codes.
struct Failure: Error, Equatable {
    var status: Int
    var body: Alpaca.ErrorBody
    var headers: [Alpaca.Header] = []

    init(_ status: Int, _ code: Int, _ message: String) {
        self.status = status
        body = Alpaca.ErrorBody(code, message)
    }

    /// The body is no JSON, or the request contradicts itself.
    static func malformed(_ message: String) -> Failure { Failure(400, 40_010_000, message) }
    static let unauthorized = Failure(401, 40_110_000, "request is not authorized")
    /// The account may not, or has not what it takes.
    static func forbidden(_ message: String) -> Failure { Failure(403, 40_310_000, message) }
    static func notFound(_ message: String) -> Failure { Failure(404, 40_410_000, message) }
    static let noEndpoint = Failure(404, 40_410_000, "endpoint not found")
    /// - Parameter allowed: those that the path has (RFC 9110, section 15.5.6).
    static func noMethod(_ allowed: [String]) -> Failure {
        var failure = Failure(405, 40_510_000, "method not allowed")
        failure.headers = [Alpaca.Header("Allow", allowed.joined(separator: ", "))]
        return failure
    }
    /// A parameter is missing or is none.
    static func invalid(_ message: String) -> Failure { Failure(422, 40_010_001, message) }
    /// The parameters are what they should be and break a rule.
    static func unprocessable(_ message: String) -> Failure { Failure(422, 42_210_000, message) }
    static let rateLimited = Failure(429, 42_910_000, "rate limit exceeded")

    /// Something in a body or a query could not be read.
    static func unreadable(_ error: Alpaca.DecodingError) -> Failure {
        if case .noJSON = error.reason { return malformed("request body format is invalid") }
        guard !error.path.isRoot else { return malformed("request body format is invalid") }
        return invalid("invalid \(error.path): \(error.reason)")
    }

    /// Figures beside the message.
    func with(_ key: String, _ value: some Alpaca.Value) -> Failure {
        var failure = self
        failure.body.unknown.append(.init(key: key, value: value.json(.exact)))
        return failure
    }

    var response: VenueResponse {
        var response = VenueResponse(body, status: status)
        response.headers = headers
        return response
    }
}
