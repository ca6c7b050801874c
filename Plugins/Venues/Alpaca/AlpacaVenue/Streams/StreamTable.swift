import AlpacaAPI
import Trading

/// Open sockets by their path: trade updates, and market data.
struct StreamTable: Sendable {
    private var trading: TradingSockets
    private var data: DataSockets

    init(_ configuration: VenueConfiguration) {
        trading = TradingSockets(configuration)
        data = DataSockets(configuration)
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
        guard trading.count + data.count < VenueLimits.sockets, let path = Path(path) else { return false }
        switch path {
        case .trading: trading.open(socket)
        case .data: data.open(socket, isMessagePack: isMessagePack)
        }
        return true
    }

    mutating func close(_ socket: Int64) {
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

    mutating func advance(to time: Timestamp) {
        trading.advance(to: time)
        data.advance(to: time)
    }

    mutating func change(_ rates: FaultRates) {
        trading.faults.change(rates)
        data.faults.change(rates)
    }

    var nextDue: Timestamp? {
        [trading.faults.nextDue, data.faults.nextDue].compactMap(\.self).min()
    }

    /// - Parameters:
    ///   - before: the market without the update.
    ///   - market: with it.
    mutating func tell(_ update: MarketUpdate, before: MarketRecord, _ market: MarketRecord) {
        data.tell(update, before, market)
    }

    mutating func takeFrames() -> [VenueFrame] { trading.takeFrames() + data.takeFrames() }
}
