import AlpacaAPI
import JSON
import Trading

/// Sockets of `/stream`: who has authenticated on them, and who listens to trade updates.
struct TradingSockets: Sendable {
    private struct TradingSocket: Sendable {
        /// That of the key; nil before it is told.
        var account: Int?
        var listens = false
    }

    private var trading: [Int64: TradingSocket] = [:]
    private var outbox: [VenueFrame] = []
    private let frames: VenueConfiguration.Frames
    var faults: EventFaults

    init(_ configuration: VenueConfiguration) {
        frames = configuration.frames
        faults = EventFaults(configuration.faults, seed: configuration.seed &+ 2_000)
    }

    var count: Int { trading.count }

    mutating func open(_ socket: Int64) { trading[socket] = TradingSocket() }

    mutating func close(_ socket: Int64) {
        trading[socket] = nil
        faults.close(socket)
    }

    /// What was held back and is due.
    mutating func advance(to time: Timestamp) { outbox += faults.release(by: time) }

    mutating func takeFrames() -> [VenueFrame] {
        defer { outbox = [] }
        return outbox
    }

    mutating func receive(_ bytes: [UInt8], from socket: Int64, account: (Alpaca.Credentials) -> Int?) {
        guard let state = trading[socket] else { return }
        do throws(Alpaca.DecodingError) {
            switch try Alpaca.decode(Alpaca.TradingStreamCommand.self, from: bytes) {
            case .authenticate(let credentials): authenticate(socket, account(credentials))
            case .listen(let streams): listen(socket, state, streams)
            }
        } catch {
            send(.error(Self.error("invalid syntax: \(error)")), to: socket)
        }
    }

    private mutating func authenticate(_ socket: Int64, _ account: Int?) {
        var answer = Alpaca.TradingStreamMessage.Authorization()
        answer.action = "authenticate"
        answer.status = .known(account == nil ? .unauthorized : .authorized)
        send(.authorization(answer), to: socket)
        trading[socket]?.account = account
    }

    private mutating func listen(_ socket: Int64, _ state: TradingSocket, _ streams: [String]) {
        guard state.account != nil else {
            var answer = Alpaca.TradingStreamMessage.Authorization()
            (answer.action, answer.status) = ("listen", .known(.unauthorized))
            return send(.authorization(answer), to: socket)
        }
        let known = streams.filter { $0 == "trade_updates" }
        trading[socket]?.listens = !known.isEmpty
        var answer = Alpaca.TradingStreamMessage.Listening()
        answer.streams = known
        send(.listening(answer), to: socket)
    }

    private static func error(_ message: String) -> JSON {
        .object([
            .init(key: "action", value: .string("error")),
            .init(key: "data", value: .object([.init(key: "error_message", value: .string(message))])),
        ])
    }

    /// Tells everybody who listens to the account, in the order in which they came.
    mutating func tell(_ update: Alpaca.TradeUpdate, account: Int, at time: Timestamp) {
        for socket in trading.keys.sorted() {
            guard let state = trading[socket], state.listens, state.account == account else { continue }
            let frame = frame(.tradeUpdate(update), to: socket)
            outbox += faults.pass(frame, isCancel: update.event == .known(.canceled), at: time)
        }
    }

    private mutating func send(_ message: Alpaca.TradingStreamMessage, to socket: Int64) {
        outbox.append(frame(message, to: socket))
    }

    private func frame(_ message: Alpaca.TradingStreamMessage, to socket: Int64) -> VenueFrame {
        VenueFrame(socket: socket, bytes: Alpaca.encode(message), isBinary: frames == .binary)
    }
}
