import AlpacaAPI
import Trading

/// Open sockets by their path: trade updates, and market data.
struct StreamTable: Sendable {
    private var trading: TradingSockets
    private var data: DataSockets
    private var events: EventSockets

    init(_ configuration: VenueConfiguration) {
        trading = TradingSockets(configuration)
        data = DataSockets(configuration)
        events = EventSockets(configuration)
    }

    private enum Path {
        case trading
        case data

        init?(_ text: String) {
            switch text {
            // Older clients write a slash behind it.
            case "/stream", "/stream/": self = .trading
            case "/v2/iex", "/v2/sip", "/v2/delayed_sip": self = .data
            default: return nil
            }
        }
    }

    static func isStream(_ path: String) -> Bool { Path(path) != nil }

    /// False where there is no stream at this path, or too many sockets are open.
    mutating func open(_ socket: Int64, path: String, isMessagePack: Bool) -> Bool {
        guard hasRoom, let path = Path(path) else { return false }
        switch path {
        case .trading: trading.open(socket)
        case .data: data.open(socket, isMessagePack: isMessagePack)
        }
        return true
    }

    private var hasRoom: Bool { trading.count + data.count + events.count < VenueLimits.sockets }

    /// A response that goes on. False where too many sockets are open.
    mutating func follow(_ socket: Int64, _ follower: EventSockets.Follower, account: Int) -> Bool {
        guard hasRoom else { return false }
        events.open(socket, follower, account: account)
        return true
    }

    mutating func close(_ socket: Int64) {
        events.close(socket)
        trading.close(socket)
        data.close(socket)
    }

    mutating func receive(_ bytes: [UInt8], from socket: Int64, account: (Alpaca.Credentials) -> Int?) {
        trading.receive(bytes, from: socket, account: account)
        data.receive(bytes, from: socket, account: account)
    }

    mutating func tell(_ update: Alpaca.TradeUpdate, account: Int, at time: Timestamp) {
        trading.tell(update, account: account, at: time)
    }

    mutating func tell(_ row: EventLog.Row, account: Int, at time: Timestamp) {
        events.tell(row, account: account, at: time)
    }

    mutating func advance(to time: Timestamp) {
        events.advance(to: time)
        trading.advance(to: time)
        data.advance(to: time)
    }

    mutating func change(_ rates: FaultRates) {
        trading.faults.change(rates)
        data.faults.change(rates)
        events.faults.change(rates)
    }

    var nextDue: Timestamp? {
        [trading.faults.nextDue, data.faults.nextDue, events.faults.nextDue].compactMap(\.self).min()
    }

    /// - Parameters:
    ///   - market: with the update.
    ///   - halted: symbols of its quotes that were halted before.
    mutating func tell(_ update: MarketUpdate, _ market: MarketRecord, haltedBefore halted: Set<Symbol>) {
        data.tell(update, market, haltedBefore: halted)
    }

    mutating func takeFrames() -> [VenueFrame] {
        trading.takeFrames() + data.takeFrames() + events.takeFrames()
    }
}
