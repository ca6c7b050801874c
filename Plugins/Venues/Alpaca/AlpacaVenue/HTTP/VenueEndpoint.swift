import AlpacaAPI
import JSON
import PaperExchange
import Trading

/// A request that was let in.
struct VenueCall {
    /// Parts of the path, without escapes.
    let parameters: [String]
    let query: String
    let body: [UInt8]
    let time: Timestamp
    let market: MarketRecord

    func read<Query: Alpaca.Record>(_ type: Query.Type) throws(Failure) -> Query {
        do throws(Alpaca.DecodingError) {
            return try Alpaca.Query.decode(type, from: query)
        } catch {
            throw .unreadable(error)
        }
    }

    /// Whether a parameter stands in the query, also without a value. A filter that is empty is refused: as if it were absent,
    /// the list would have everything.
    func has(_ name: String) -> Bool {
        query.split(separator: "&").contains { $0.prefix { $0 != "=" } == name }
    }

    func activityQuery() throws(Failure) -> Alpaca.ActivityQuery {
        let query = try read(Alpaca.ActivityQuery.self)
        guard query.orderID != nil || !has("order_id") else { throw .invalid("order_id is not a valid UUID") }
        return query
    }

    func readBody<Body: Alpaca.Record>(_ type: Body.Type) throws(Failure) -> Body {
        do throws(Alpaca.DecodingError) {
            return try Alpaca.decode(type, from: body)
        } catch {
            throw .unreadable(error)
        }
    }

    /// The id of an order in the path.
    func orderID() throws(Failure) -> Alpaca.OrderID {
        guard IDSource.isUUID(parameters[0]) else { throw .invalid("order_id is not a valid UUID") }
        return Alpaca.OrderID(parameters[0])
    }

    /// The symbol or the id of an asset in the path.
    func symbol() throws(Failure) -> Symbol {
        guard let symbol = market.symbol(named: parameters[0]) else {
            throw .notFound("asset not found for \(parameters[0].prefix(64))")
        }
        return symbol
    }

    /// Reads figures of the account; what is too large for them is the venue's fault.
    func exact<Result>(_ action: () throws(NumericError) -> Result) throws(Failure) -> Result {
        do throws(NumericError) {
            return try action()
        } catch {
            throw Failure(500, 50_010_000, "internal server error occurred")
        }
    }
}

/// One operation that is here. What is not in ``all`` is answered 404.
package struct VenueEndpoint: Sendable {
    package let method: String
    /// As in Alpaca's documents: `/v2/orders/{order_id}`.
    package let path: String
    let answer: Answer

    /// A refusal has left the account as it was.
    typealias Answer = @Sendable (VenueCall, inout VenueAccount) throws(Failure) -> VenueResponse

    init(_ method: String, _ path: String, _ answer: @escaping Answer) {
        (self.method, self.path, self.answer) = (method, path, answer)
    }

    package static let all: [VenueEndpoint] =
        accountEndpoints + orderEndpoints + positionEndpoints + marketEndpoints + cryptoEndpoints
        + eventEndpoints

    /// `GET /v2/orders/{order_id}`, or the method and `?` for what is not there.
    package static func name(of request: VenueRequest) -> String {
        do throws(Failure) {
            let endpoint = try find(request).0
            return "\(endpoint.method) \(endpoint.path)"
        } catch {
            return "\(request.method) ?"
        }
    }

    /// The endpoint of a request, and what stands in its path for names.
    static func find(_ request: VenueRequest) throws(Failure) -> (VenueEndpoint, [String]) {
        var allowed: [String] = []
        for endpoint in all {
            guard let parameters = try endpoint.parameters(in: request.path) else { continue }
            if endpoint.method == request.method { return (endpoint, parameters) }
            allowed.append(endpoint.method)
        }
        throw allowed.isEmpty ? .noEndpoint : .noMethod(allowed)
    }

    /// nil for another path.
    private func parameters(in target: String) throws(Failure) -> [String]? {
        let parts = target.split(separator: "/", omittingEmptySubsequences: false)
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == names.count else { return nil }
        var found: [String] = []
        for (part, name) in zip(parts, names) {
            if name.hasPrefix("{") {
                guard !part.isEmpty else { return nil }
                do throws(Alpaca.DecodingError) {
                    // Unlike in a query, a plus sign in a path is a plus sign.
                    found.append(
                        try Alpaca.Query.plain(
                            part.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%2B")))
                } catch {
                    throw .malformed("the path cannot be read")
                }
            } else if part != name {
                return nil
            }
        }
        return found
    }
}
