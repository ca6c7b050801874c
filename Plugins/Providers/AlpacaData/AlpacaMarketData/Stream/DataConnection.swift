import AlpacaAPI
import Trading

/// The one socket for market data: connected, authenticated, subscribed. It has no socket and no clock.
///
///     actions = connection.advance(to: now, isMarketOpen: true)       // when `nextDue` has come
///     actions = connection.take(.opened, at: now)
///
/// - I-AMD-1: It streams only after the vendor has confirmed the subscription, and not any more when the socket ends, fails or is silent.
/// - I-AMD-2: A new connection waits, longer each time: the vendor allows one, and notices late that the last one is gone.
package struct DataConnection: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case waiting(until: Timestamp)
        case connecting(since: Timestamp)
        /// Open; the vendor is to say `connected`.
        case greeting(since: Timestamp)
        case authenticating(since: Timestamp)
        case subscribing(since: Timestamp)
        case streaming
    }

    package enum Input: Equatable, Sendable {
        case opened
        /// `connected` or `authenticated`.
        case success(String)
        case error(Alpaca.StreamError)
        case subscribed
        /// Something of the market.
        case data
        case pong
        case closed
        /// Whether what was asked for is newer than what the stream has told.
        case probed(isBehind: Bool)
    }

    package enum Action: Equatable, Sendable {
        case connect
        case authenticate
        case subscribe
        /// There are too many symbols in it: with fewer, if there can be fewer.
        case subscribeToLess
        case ping
        case close
        /// The last prices are to be asked for: nothing has come though the market is open.
        case probe
        case tellStreaming(Bool)
        case tell(Trouble)
    }

    /// What a person is told.
    package enum Trouble: Equatable, Sendable {
        case keyRefused
        case feedNotInPlan
        /// Another program has the one connection of this key.
        case connectionLimit
        case tooSlow
        case silent
        /// The stream is open and tells nothing of what has happened.
        case deaf
        case other(code: Int, String)
    }

    package private(set) var state: State
    /// Since it has streamed last.
    private var attempts: Int64 = 0
    private var heardAt: Timestamp
    private var dataAt: Timestamp
    private var pingedAt: Timestamp?
    private var isProbing = false
    private var isMarketOpen = false

    /// - Parameter time: connects at once.
    package init(at time: Timestamp) {
        state = .waiting(until: time)
        (heardAt, dataAt) = (time, time)
    }

    package var isStreaming: Bool { state == .streaming }

    /// When ``advance(to:isMarketOpen:)`` has something to do.
    package var nextDue: Timestamp {
        switch state {
        case .waiting(let until): return until
        case .connecting(let since), .greeting(let since), .authenticating(let since), .subscribing(let since):
            return since + Limits.handshake
        case .streaming:
            let ping = pingedAt.map { $0 + Limits.pong } ?? heardAt + Limits.silence
            return isMarketOpen && !isProbing ? min(ping, dataAt + Limits.noData) : ping
        }
    }

    // MARK: - Time

    /// - Parameter isOpen: whether something is traded now, so that there ought to be something to tell.
    package mutating func advance(to time: Timestamp, isMarketOpen isOpen: Bool) -> [Action] {
        if isOpen, !isMarketOpen { dataAt = max(dataAt, time) }
        isMarketOpen = isOpen
        guard nextDue <= time else { return [] }
        switch state {
        case .waiting:
            state = .connecting(since: time)
            return [.connect]
        case .connecting, .greeting, .authenticating, .subscribing: return end(at: time, closes: true)
        case .streaming: return watch(at: time)
        }
    }

    private mutating func watch(at time: Timestamp) -> [Action] {
        if let pingedAt, pingedAt + Limits.pong <= time { return end(at: time, closes: true, .silent) }
        var actions: [Action] = []
        if pingedAt == nil, heardAt + Limits.silence <= time {
            pingedAt = time
            actions.append(.ping)
        }
        if isMarketOpen, !isProbing, dataAt + Limits.noData <= time {
            isProbing = true
            actions.append(.probe)
        }
        return actions
    }

    // MARK: - What happens

    package mutating func take(_ input: Input, at time: Timestamp) -> [Action] {
        switch input {
        case .opened:
            guard case .connecting = state else { return [] }
            hear(at: time)
            state = .greeting(since: time)
            return []
        case .success(let word):
            hear(at: time)
            return succeed(word, at: time)
        case .error(let error):
            hear(at: time)
            return fail(error, at: time)
        case .subscribed:
            hear(at: time)
            guard case .subscribing = state else { return [] }
            (state, attempts, dataAt, isProbing) = (.streaming, 0, time, false)
            return [.tellStreaming(true)]
        case .data:
            hear(at: time)
            dataAt = max(dataAt, time)
            return []
        case .pong:
            hear(at: time)
            return []
        case .closed: return end(at: time, closes: false)
        case .probed(let isBehind):
            guard isProbing else { return [] }
            (isProbing, dataAt) = (false, max(dataAt, time))
            return isBehind && isStreaming ? end(at: time, closes: true, .deaf) : []
        }
    }

    private mutating func succeed(_ word: String, at time: Timestamp) -> [Action] {
        switch (word, state) {
        case ("connected", .greeting):
            state = .authenticating(since: time)
            return [.authenticate]
        case ("authenticated", .authenticating):
            state = .subscribing(since: time)
            return [.subscribe]
        default: return []
        }
    }

    private mutating func fail(_ error: Alpaca.StreamError, at time: Timestamp) -> [Action] {
        switch error.kind {
        case .alreadyAuthenticated: return []
        case .authenticationFailed: return refuse(.keyRefused, at: time)
        case .insufficientSubscription: return refuse(.feedNotInPlan, at: time)
        case .connectionLimit: return end(at: time, closes: true, .connectionLimit)
        case .slowClient: return end(at: time, closes: true, .tooSlow)
        case .symbolLimit:
            guard case .subscribing = state else { return [] }
            state = .subscribing(since: time)
            return [.subscribeToLess]
        case .invalidSyntax, .invalidSubscription:
            return refuse(.other(code: error.code, error.message), at: time)
        case .notAuthenticated, .authenticationTimeout, .internalError, nil:
            return end(at: time, closes: true, .other(code: error.code, error.message))
        }
    }

    private mutating func hear(at time: Timestamp) { (heardAt, pingedAt) = (max(heardAt, time), nil) }

    private mutating func end(at time: Timestamp, closes: Bool, _ trouble: Trouble? = nil) -> [Action] {
        if case .waiting = state { return [] }
        let wasStreaming = isStreaming
        attempts += 1
        let pause = min(attempts, Limits.longestPause.nanoseconds / Limits.pause.nanoseconds)
        state = .waiting(until: time + TimeSpan(nanoseconds: Limits.pause.nanoseconds * pause))
        (pingedAt, isProbing) = (nil, false)
        return (closes ? [.close] : []) + (trouble.map { [.tell($0)] } ?? [])
            + (wasStreaming ? [.tellStreaming(false)] : [])
    }

    /// A person has to change something, so it is tried seldom.
    private mutating func refuse(_ trouble: Trouble, at time: Timestamp) -> [Action] {
        let actions = end(at: time, closes: true, trouble)
        state = .waiting(until: time + Limits.longestPause)
        return actions
    }

    private enum Limits {
        /// For each step until it streams.
        static let handshake = TimeSpan.seconds(10)
        /// Without a word, after which it is asked for one.
        static let silence = TimeSpan.seconds(10)
        static let pong = TimeSpan.seconds(10)
        /// Without anything of the market while it is open, after which the last prices are asked for.
        static let noData = TimeSpan.seconds(30)
        /// Longer by this with each attempt.
        static let pause = TimeSpan.seconds(5)
        static let longestPause = TimeSpan.seconds(60)
    }
}

extension DataConnection.Trouble: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyRefused:
            "Alpaca refuses the key for market data: is it whole, and of this account? It is tried again every minute"
        case .feedNotInPlan:
            "the plan of this key does not have this feed: write `feed: iex`, which every account has, or subscribe to it"
        case .connectionLimit:
            "another program has the one connection for market data of this key: end it, or give this one a key of its own"
        case .tooSlow: "Alpaca has closed the stream, since it was read too slowly: subscribe to fewer symbols"
        case .silent: "the stream of market data was silent, and did not answer: it is opened anew"
        case .deaf: "the stream of market data tells nothing of what is traded: it is opened anew"
        case .other(let code, let words): "Alpaca's stream of market data says \(code): \(words.prefix(200))"
        }
    }
}
