import AlpacaAPI
import JSON
import Trading

/// Server-sent events: the past from a cursor on, then whatever comes, until the end that was asked for.
extension VenueEndpoint {
    static let eventEndpoints: [VenueEndpoint] = [
        VenueEndpoint("GET", "/v2/events/trades") { call, account throws(Failure) in
            try call.events(.trades, of: account)
        },
        VenueEndpoint("GET", "/v2beta1/events/activities") { call, account throws(Failure) in
            try call.events(.activities, of: account)
        },
    ]
}

extension VenueCall {
    fileprivate func events(_ kind: EventKind, of account: VenueAccount) throws(Failure) -> VenueResponse {
        let query = try read(Alpaca.EventQuery.self)
        guard query.isConsistent else {
            throw .invalid("since and since_id exclude each other, until needs since, until_id needs since_id")
        }
        var response = VenueResponse(200)
        response.headers = [
            Alpaca.Header("Content-Type", "text/event-stream"), Alpaca.Header("Cache-Control", "no-cache"),
        ]
        response.body = Array(": connected\n\n".utf8) + account.events.past(kind, query).flatMap(\.bytes)
        if !query.isOver(at: time) { response.follower = EventSockets.Follower(kind: kind, query: query) }
        return response
    }
}
