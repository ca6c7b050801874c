import AlpacaAPI
import AlpacaVenue
import JSON
import Testing
import Trading

/// A venue without a network: requests as a client writes them, responses and frames as it reads them.
final class Rig {
    var venue: Venue
    /// By the clock outside; it stands unless a test moves it.
    var wall = Timestamp(seconds: 1_800_000_000)

    static let key = Alpaca.Credentials(key: "key", secret: "secret")
    static let otherKey = Alpaca.Credentials(key: "other", secret: "secret2")
    /// A Monday, 09:31 in New York.
    static let start = Timestamp(rfc3339: "2026-03-16T13:31:00Z")!

    /// - Parameter held: shares of ALFA at 100.
    init(
        cash: String = "100000", held: Int64 = 0, multiplier: Int64 = 1, at time: Timestamp = start,
        _ change: (inout VenueConfiguration) -> Void = { _ in }
    ) throws {
        var client = VenueConfiguration.Client(Self.key, cash: try Money(cash))
        client.multiplier = Ratio(units: multiplier * Ratio.scale)
        if held != 0 {
            client.positions = [
                BrokerPosition(symbol: alfa, quantity: Quantity(shares: held), averagePrice: try Price("100"))
            ]
        }
        var configuration = VenueConfiguration(
            clients: [client, .init(Self.otherKey, cash: try Money("5000"))],
            listings: [.init(alfa), .init(Symbol(unchecked: "BRVO"))])
        change(&configuration)
        venue = try Venue(configuration, at: time)
    }

    // MARK: - Market

    /// Quotes ALFA and lets so many seconds pass before.
    func quote(_ bid: String, _ ask: String, after seconds: Int64 = 1) throws {
        let at = venue.now + .seconds(seconds)
        try venue.apply(
            MarketUpdate(
                at: at, quotes: [.init(symbol: alfa, bid: try Price(bid), ask: try Price(ask), at: at)]))
    }

    /// A minute of ALFA that is known at its end.
    func bar(
        _ open: String, _ high: String, _ low: String, _ close: String, volume: Int64 = 10_000,
        from start: Timestamp? = nil
    ) throws {
        let start = start ?? venue.now
        let bar = Bar(
            symbol: alfa, start: start, period: .seconds(60), open: try Price(open), high: try Price(high),
            low: try Price(low), close: try Price(close), volume: Quantity(shares: volume))
        try venue.apply(MarketUpdate(at: bar.end, bars: [bar]))
    }

    func pass(to time: String) throws {
        try venue.advance(to: try #require(Timestamp(rfc3339: time)))
    }

    // MARK: - Requests

    func send(
        _ method: String, _ target: String, _ body: String = "", as credentials: Alpaca.Credentials? = key
    ) -> VenueResponse {
        venue.answer(
            VenueRequest(
                method, target, headers: credentials?.headers ?? [], body: Array(body.utf8), receivedAt: wall))
    }

    /// The document of a response with this status.
    func read(
        _ method: String, _ target: String, _ body: String = "", status: Int = 200,
        location: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        let response = send(method, target, body)
        #expect(response.status == status, "\(response.text)", sourceLocation: location)
        return response.body.isEmpty ? .null : try JSONParser.parse(response.body)
    }

    /// Places an order that is taken.
    @discardableResult
    func place(_ body: String, location: SourceLocation = #_sourceLocation) throws -> Alpaca.Order {
        let response = send("POST", "/v2/orders", body)
        try #require(response.status == 200, "\(response.text)", sourceLocation: location)
        return try Alpaca.decode(Alpaca.Order.self, from: response.body)
    }

    func refusal(_ body: String) throws -> Alpaca.Refusal {
        let response = send("POST", "/v2/orders", body)
        return Alpaca.Refusal(status: response.status, body: response.body)
    }

    func order(_ id: Alpaca.OrderID) throws -> Alpaca.Order {
        try Alpaca.decode(Alpaca.Order.self, from: send("GET", "/v2/orders/\(id)?nested=true").body)
    }

    func orders(_ query: String = "status=all") throws -> [Alpaca.Order] {
        try Alpaca.decode([Alpaca.Order].self, from: send("GET", "/v2/orders?\(query)").body)
    }

    func position() throws -> Alpaca.Position? {
        let response = send("GET", "/v2/positions/ALFA")
        return response.status == 200 ? try Alpaca.decode(Alpaca.Position.self, from: response.body) : nil
    }

    func account() throws -> Alpaca.Account {
        try Alpaca.decode(Alpaca.Account.self, from: send("GET", "/v2/account").body)
    }

    // MARK: - The stream of trade updates

    func listen(_ socket: Int64 = 1, as credentials: Alpaca.Credentials = key) {
        let isOpen = venue.open(socket, path: "/stream")
        #expect(isOpen)
        say(Alpaca.encode(Alpaca.TradingStreamCommand.authenticate(credentials)), socket)
        say(Alpaca.encode(Alpaca.TradingStreamCommand.listen(["trade_updates"])), socket)
        _ = venue.takeFrames()
    }

    func say(_ bytes: [UInt8], _ socket: Int64 = 1) { venue.receive(bytes, from: socket) }

    /// What the stream has said since this was asked last: `fill limit 10`, with the order's type and filled quantity.
    func told(_ socket: Int64 = 1) throws -> [String] {
        try updates(socket).map { update in
            let filled = update.order.filledQuantity ?? .zero
            let type = update.order.type?.description ?? ""
            return filled.isZero ? "\(update.event) \(type)" : "\(update.event) \(type) \(filled)"
        }
    }

    func updates(_ socket: Int64 = 1) throws -> [Alpaca.TradeUpdate] {
        try venue.takeFrames().filter { $0.socket == socket }.compactMap { frame in
            let message = try Alpaca.decode(Alpaca.TradingStreamMessage.self, from: frame.bytes)
            if case .tradeUpdate(let update) = message { return update }
            return nil
        }
    }
}

let alfa = Symbol(unchecked: "ALFA")

extension VenueResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// An order for ALFA; what is given comes behind.
func order(_ side: String, _ quantity: String, _ type: String, _ more: String = "", tif: String = "day") -> String {
    let rest = more.isEmpty ? "" : "," + more
    return
        #"{"symbol":"ALFA","side":"\#(side)","qty":"\#(quantity)","type":"\#(type)","time_in_force":"\#(tif)"\#(rest)}"#
}

/// A time of a test.
func time(_ text: String) -> Timestamp { Timestamp(rfc3339: text)! }
