import AlpacaAPI
import Trading

/// Faults around one request: before it is done, and after.
struct RequestFaults: Sendable {
    private(set) var source: FaultSource
    /// Accounts as they were, by time; the newest last. Kept where lists may lag.
    private var past: [(at: Timestamp, accounts: [VenueAccount])] = []

    init(_ rates: FaultRates, seed: Int64) { source = FaultSource(rates, seed: seed) }

    mutating func change(_ rates: FaultRates) {
        source.rates = rates
        if !source.has(.laggingList) { past = [] }
    }

    /// What stands in place of doing it; nil where it is done.
    mutating func before(_ request: VenueRequest) -> VenueResponse? {
        if source.draws(.rateLimited) {
            return source.pick([Failure.rateLimited.response, .page(429, "too many requests.\n")])
        }
        if source.draws(.serverError) {
            let failure = Failure(500, 50_010_000, "internal server error occurred")
            return source.pick([failure.response, .gateway(502), .gateway(503), .gateway(504)])
        }
        if source.draws(.lostRequest) { return .withheld }
        return nil
    }

    /// What the client is told of what was done.
    mutating func after(_ request: VenueRequest, _ response: VenueResponse) -> VenueResponse {
        guard request.method != "GET" else { return source.draws(.lostResponse) ? .withheld : response }
        if source.draws(.gatewayTimeout) { return .gateway(504) }
        if source.draws(.lostResponse) { return .withheld }
        if request.isReplacement, response.status == 200, source.draws(.refusedReplacement) {
            return Failure.unprocessable("unable to replace order").response
        }
        return response
    }

    /// Whether the replacement of this order is refused for its own shares.
    mutating func refusesForOwnShares(_ request: VenueRequest, _ account: VenueAccount) -> Failure? {
        guard source.has(.ownShares), request.isReplacement, let id = request.path.split(separator: "/").last,
            id.utf8.count == 36, let order = account.orders[Alpaca.OrderID(String(id))]?.order,
            order.positionIntent == .known(.sellToClose) || order.positionIntent == .known(.buyToClose),
            let symbol = order.symbol, let side = order.side?.known, source.draws(.ownShares)
        else { return nil }
        return account.insufficientQuantity(
            symbol, side == .buy ? .buy : .sell, requested: order.quantity ?? .zero)
    }

    // MARK: - Lists that lag

    /// Keeps accounts as they are, for lists of later.
    mutating func keep(_ accounts: [VenueAccount], at time: Timestamp) {
        guard source.has(.laggingList) else { return }
        // The first of a time stays: it is what was there before.
        if past.count > 1, past[past.count - 2].at == time { past.removeLast() }
        past.append((time, accounts))
        let oldest = time + .seconds(-VenueLimits.faultSeconds)
        // One from before that is kept, for whoever asks for the state then.
        while past.count > 1, past[1].at <= oldest { past.removeFirst() }
    }

    /// The account as it was, for a list that lags; nil for one that does not.
    mutating func past(of account: Int, for request: VenueRequest, at time: Timestamp) -> VenueAccount? {
        guard request.method == "GET", request.path == "/v2/orders" || request.path == "/v2/positions",
            source.draws(.laggingList)
        else { return nil }
        let wanted = time + TimeSpan(nanoseconds: -source.delay().nanoseconds)
        return (past.last { $0.at <= wanted } ?? past.first)?.accounts[account]
    }
}

extension VenueRequest {
    var isReplacement: Bool { method == "PATCH" && path.hasPrefix("/v2/orders/") }
}

extension VenueResponse {
    /// Nothing is ever sent.
    static var withheld: VenueResponse {
        var response = VenueResponse(0)
        response.isWithheld = true
        return response
    }

    /// As a proxy in front of the vendor's servers says it.
    static func gateway(_ status: Int) -> VenueResponse {
        let words = [502: "Bad Gateway", 503: "Service Temporarily Unavailable"][status] ?? "Gateway Time-out"
        let title = "\(status) \(words)"
        return page(
            status,
            "<html>\r\n<head><title>\(title)</title></head>\r\n<body><center><h1>\(title)</h1></center></body></html>\r\n",
            type: "text/html")
    }

    static func page(_ status: Int, _ text: String, type: String = "text/plain") -> VenueResponse {
        VenueResponse(status: status, headers: [Alpaca.Header("Content-Type", type)], body: Array(text.utf8))
    }
}
