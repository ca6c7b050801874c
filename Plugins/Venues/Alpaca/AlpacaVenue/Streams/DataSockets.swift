import AlpacaAPI
import JSON
import Trading

/// Sockets for market data: who has authenticated on them, and which symbols they hear.
///
/// One key has one of them, as with the vendor.
struct DataSockets: Sendable {
    private struct DataSocket: Sendable {
        let isMessagePack: Bool
        /// That of the key; nil before it is told.
        var account: Int?
        var subscription = Alpaca.Subscription()
    }

    private var sockets: [Int64: DataSocket] = [:]
    private var outbox: [VenueFrame] = []
    private let symbolLimit: Int?
    var faults: EventFaults

    init(_ configuration: VenueConfiguration) {
        symbolLimit = configuration.streamedSymbols
        faults = EventFaults(configuration.faults, seed: configuration.seed &+ 3_000)
    }

    var count: Int { sockets.count }

    mutating func open(_ socket: Int64, isMessagePack: Bool) {
        sockets[socket] = DataSocket(isMessagePack: isMessagePack)
        send([.success("connected")], to: socket)
    }

    mutating func close(_ socket: Int64) {
        sockets[socket] = nil
        faults.close(socket)
    }

    /// What was held back and is due.
    mutating func advance(to time: Timestamp) { outbox += faults.release(by: time) }

    mutating func takeFrames() -> [VenueFrame] {
        defer { outbox = [] }
        return outbox
    }

    private mutating func send(_ messages: [Alpaca.DataStreamMessage], to socket: Int64, closes: Bool = false) {
        guard let state = sockets[socket] else { return }
        var frame = frame(messages, state, to: socket)
        frame.closes = closes
        outbox.append(frame)
    }

    private func frame(_ messages: [Alpaca.DataStreamMessage], _ state: DataSocket, to socket: Int64) -> VenueFrame {
        let json = messages.json(.exact)
        let bytes = state.isMessagePack ? MessagePack.encode(json, timeKeys: ["t"]) : json.bytes
        return VenueFrame(socket: socket, bytes: bytes, isBinary: state.isMessagePack)
    }

    private mutating func refuse(
        _ kind: Alpaca.StreamError.Kind, _ message: String, to socket: Int64, closes: Bool = false
    ) {
        send([.error(Alpaca.StreamError(kind, message))], to: socket, closes: closes)
    }

    // MARK: - Commands

    mutating func receive(_ bytes: [UInt8], from socket: Int64, account: (Alpaca.Credentials) -> Int?) {
        guard let state = sockets[socket] else { return }
        let bytes = state.isMessagePack ? MessagePack.decode(bytes)?.bytes ?? [] : bytes
        do throws(Alpaca.DecodingError) {
            switch try Alpaca.decode(Alpaca.DataStreamCommand.self, from: bytes) {
            case .authenticate(let credentials): authenticate(socket, state, account(credentials))
            case .subscribe(let change): subscribe(socket, state, change, isOn: true)
            case .unsubscribe(let change): subscribe(socket, state, change, isOn: false)
            }
        } catch {
            refuse(.invalidSyntax, "invalid syntax", to: socket)
        }
    }

    private mutating func authenticate(_ socket: Int64, _ state: DataSocket, _ account: Int?) {
        guard state.account == nil else { return refuse(.alreadyAuthenticated, "already authenticated", to: socket) }
        guard let account else { return refuse(.authenticationFailed, "auth failed", to: socket, closes: true) }
        guard !sockets.values.contains(where: { $0.account == account }) else {
            return refuse(.connectionLimit, "connection limit exceeded", to: socket, closes: true)
        }
        sockets[socket]?.account = account
        send([.success("authenticated")], to: socket)
    }

    private mutating func subscribe(
        _ socket: Int64, _ state: DataSocket, _ change: Alpaca.Subscription, isOn: Bool
    ) {
        guard state.account != nil else { return refuse(.notAuthenticated, "not authenticated", to: socket) }
        var next = state.subscription
        for channel in Alpaca.Subscription.channels {
            let symbols = Set(next[keyPath: channel])
            let changed = Set(change[keyPath: channel])
            next[keyPath: channel] = (isOn ? symbols.union(changed) : symbols.subtracting(changed)).sorted()
        }
        let streamed = Set(next.trades).union(next.quotes)
        if let symbolLimit, streamed.count > symbolLimit || streamed.contains("*") {
            return refuse(.symbolLimit, "symbol limit exceeded", to: socket)
        }
        sockets[socket]?.subscription = next
        send([.subscription(next)], to: socket)
    }

    // MARK: - Market

    mutating func tell(_ update: MarketUpdate, _ market: MarketRecord, haltedBefore halted: Set<Symbol>) {
        guard sockets.values.contains(where: { $0.account != nil }) else { return }
        let told = DataMessages(update, market, haltedBefore: halted)
        for socket in sockets.keys.sorted() {
            guard let state = sockets[socket], state.account != nil else { continue }
            let messages = told.messages(for: state.subscription)
            guard !messages.isEmpty else { continue }
            outbox += faults.pass(frame(messages, state, to: socket), isCancel: false, at: update.at)
        }
    }
}

extension Alpaca.Subscription {
    /// Lists of symbols; a star is all of them.
    static var channels: [WritableKeyPath<Alpaca.Subscription, [String]>] {
        [
            \.trades, \.quotes, \.bars, \.updatedBars, \.dailyBars, \.statuses, \.priceBands, \.corrections, \.cancels,
        ]
    }
}
