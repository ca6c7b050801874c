import AlpacaAPI
import JSON
import PaperExchange
import Trading

/// A venue that speaks Alpaca's API: requests in, responses and frames for sockets out. It has no socket and no clock: the
/// time and the market come from outside.
///
///     var venue = try Venue(configuration, at: start)
///     try venue.apply(update)
///     let response = venue.answer(request)
///     for frame in venue.takeFrames() { ... }
///
/// - I-AV-1: A request that is refused changes nothing.
/// - I-AV-2: Every report of the exchange about an order goes to the last order of its chain, and each execution is booked once.
/// - I-AV-3: The same configuration and the same calls give the same responses and frames, byte for byte.
/// - I-AV-4: A key sees its own account and no other.
///
/// After a thrown `NumericError` the value is half-changed, since a tape has figures beyond all bounds: throw it away.
package struct Venue: Sendable {
    let configuration: VenueConfiguration
    package private(set) var now: Timestamp
    private(set) var market: MarketRecord
    private var accounts: [VenueAccount] = []
    /// Of the trading host and of the data host.
    private var windows: [(trading: RateWindow, data: RateWindow)] = []
    private var streams: StreamTable
    private var requestIDs: IDSource
    private var faults: RequestFaults

    /// - Throws: `PaperConfigurationError` where an account can be none.
    package init(_ configuration: VenueConfiguration, at time: Timestamp) throws(PaperConfigurationError) {
        self.configuration = configuration
        now = time
        market = MarketRecord(configuration.listings, configuration.corporateActions)
        streams = StreamTable(configuration)
        requestIDs = IDSource(seed: ~configuration.seed)
        faults = RequestFaults(configuration.faults, seed: configuration.seed &+ 1_000)
        for (index, client) in configuration.clients.enumerated() {
            accounts.append(try VenueAccount(client, configuration, number: index, at: time))
            let window = RateWindow(limit: configuration.requestsPerMinute)
            windows.append((window, window))
        }
    }

    // MARK: - Time and market

    /// Lets time pass. A time before the present changes nothing.
    /// - Throws: `NumericError`; see the type.
    package mutating func advance(to time: Timestamp) throws(NumericError) {
        guard time > now else { return }
        for index in accounts.indices { try accounts[index].advance(to: time) }
        now = time
        streams.advance(to: now)
        collect()
    }

    /// Takes what became known at `update.at`.
    /// - Throws: `NumericError`; see the type.
    package mutating func apply(_ update: MarketUpdate) throws(NumericError) {
        let halted = market.halted(in: update)
        market.apply(update)
        for index in accounts.indices { try accounts[index].apply(update) }
        streams.tell(update, market, haltedBefore: halted)
        now = max(now, update.at)
        streams.advance(to: now)
        collect()
    }

    /// What the accounts have for their streams.
    private mutating func collect() {
        for index in accounts.indices {
            let (updates, rows) = (accounts[index].outbox, accounts[index].eventOutbox)
            (accounts[index].outbox, accounts[index].eventOutbox) = ([], [])
            for row in rows { streams.tell(row, account: index, at: now) }
            for update in updates { streams.tell(update, account: index, at: now) }
        }
        faults.keep(accounts, at: now)
    }

    // MARK: - Requests

    /// Answers a request at the present time of the venue.
    /// - Parameter socket: where its response goes on, should it be a stream of events; nil ends it behind the past.
    package mutating func answer(_ request: VenueRequest, socket: Int64? = nil) -> VenueResponse {
        var response: VenueResponse
        var limits: [Alpaca.Header] = []
        do throws(Failure) {
            guard request.body.count <= VenueLimits.bodyBytes else { throw .malformed("request body is too large") }
            let isPublic = request.credentials == nil && VenueEndpoint.isPublic(request.path)
            guard let account = isPublic ? 0 : account(of: request.credentials), account < accounts.count else {
                throw .unauthorized
            }
            let isWithin: Bool
            if isPublic {
                isWithin = true
            } else if VenueEndpoint.isPublic(request.path) || request.path.hasPrefix("/v2/stocks/")
                || request.path == "/v1/corporate-actions"
            {
                isWithin = windows[account].data.take(at: request.receivedAt)
                limits = windows[account].data.headers
            } else {
                isWithin = windows[account].trading.take(at: request.receivedAt)
                limits = windows[account].trading.headers
            }
            guard isWithin else { throw .rateLimited }
            if let fault = faults.before(request) {
                response = fault
            } else {
                response = try answer(request, account)
                if let socket, let follower = response.follower {
                    guard streams.follow(socket, follower, account: account) else { throw .rateLimited }
                } else {
                    response.follower = nil
                }
                response = faults.after(request, response)
            }
        } catch {
            response = error.response
        }
        collect()
        let hasType = response.headers.contains { $0.name == "Content-Type" }
        if !response.body.isEmpty, !hasType {
            response.headers.append(Alpaca.Header("Content-Type", "application/json"))
        }
        response.headers.append(Alpaca.Header("X-Request-ID", requestIDs.uuid()))
        response.headers += limits
        return response
    }

    private mutating func answer(_ request: VenueRequest, _ account: Int) throws(Failure) -> VenueResponse {
        let (endpoint, parameters) = try VenueEndpoint.find(request)
        if let refusal = faults.refusesForOwnShares(request, accounts[account]) { throw refusal }
        let call = VenueCall(
            parameters: parameters, query: request.query, body: request.body, time: now, market: market)
        // In its place: a copy of an account would cost as much as it has orders.
        guard var past = faults.past(of: account, for: request, at: now) else {
            return try endpoint.answer(call, &accounts[account])
        }
        return try endpoint.answer(call, &past)
    }

    /// Of each account, in the order of the configuration.
    package var credentials: [Alpaca.Credentials] { configuration.clients.map(\.credentials) }

    /// The account that a request is about, by its place in ``credentials``; nil where its key opens none.
    package func client(of request: VenueRequest) -> Int? { account(of: request.credentials) }

    /// The account that a key opens; nil where the secret is not its own.
    private func account(of credentials: Alpaca.Credentials?) -> Int? {
        guard let credentials else { return nil }
        return configuration.clients.firstIndex { $0.credentials == credentials }
    }

    // MARK: - Faults

    /// From now on these go wrong, and no others.
    package mutating func change(_ rates: FaultRates) {
        faults.change(rates)
        streams.change(rates)
        for index in accounts.indices { accounts[index].faults.rates = rates }
        faults.keep(accounts, at: now)
    }

    /// When something is to be sent that was held back; nil where there is nothing.
    package var nextDue: Timestamp? { streams.nextDue }

    // MARK: - Sockets

    /// Whether there is a stream at this path; where there is none, the request for it is answered 404.
    package static func isStream(_ path: String) -> Bool { StreamTable.isStream(path) }

    /// A client has opened a socket at this path.
    /// - Parameter isMessagePack: whether its request has asked for that (`Content-Type: application/msgpack`); market data only.
    /// - Returns: false where there is no stream, or too many sockets are open.
    package mutating func open(_ socket: Int64, path: String, isMessagePack: Bool = false) -> Bool {
        streams.open(socket, path: path, isMessagePack: isMessagePack)
    }

    /// A client has sent a frame.
    package mutating func receive(_ bytes: [UInt8], from socket: Int64) {
        let clients = configuration.clients
        streams.receive(bytes, from: socket) { credentials in
            clients.firstIndex { $0.credentials == credentials }
        }
    }

    package mutating func close(_ socket: Int64) { streams.close(socket) }

    /// What is to be sent, in its order, since this was asked last.
    package mutating func takeFrames() -> [VenueFrame] { streams.takeFrames() }
}
