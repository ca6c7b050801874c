import AlpacaAPI
import Trading

/// Whether orders may be sent: the stream of trade updates is open, authorized and listened to, and what was missed before is known
/// from the lists. It has no socket and no clock.
///
///     actions = readiness.advance(to: now)        // when `nextDue` has come
///     actions = readiness.take(.opened, at: now)
///     if readiness.isReady { ... }
///
/// - I-AA-6: It is ready only after `authorized`, `listening` and a list that was asked for after both, and not any more when the
///   socket ends, says that it failed, or is silent.
package struct Readiness: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case waiting(until: Timestamp)
        case connecting(since: Timestamp)
        case authorizing(since: Timestamp)
        case subscribing(since: Timestamp)
        case reconciling
        case ready
    }

    package enum Input: Equatable, Sendable {
        /// The socket is open.
        case opened
        /// What the stream said, whatever it is.
        case message(Alpaca.TradingStreamMessage)
        /// The answer to a ping.
        case pong
        /// The socket is closed, or could not be opened.
        case closed
        /// The command `reconcile` that was asked for has ended.
        case reconciled(Bool)
        /// A request was answered with 401: the key does not hold any more.
        case unauthorized
    }

    package enum Action: Equatable, Sendable {
        case connect
        case authenticate
        case listen
        case ping
        case close
        /// All lists are to be read, and what is open looked up.
        case reconcile
        /// For a person: the key is refused.
        case tellKeyRefused(String)
        /// ``Readiness/isReady`` has changed.
        case tellReady(Bool)
    }

    package private(set) var state: State
    /// Since the stream was ready last.
    private var attempts: Int64 = 0
    /// When the socket was heard last.
    private var heardAt: Timestamp
    private var pingedAt: Timestamp?

    /// - Parameter time: connects at once.
    package init(at time: Timestamp) {
        state = .waiting(until: time)
        heardAt = time
    }

    package var isReady: Bool { state == .ready }

    /// When ``advance(to:)`` has something to do.
    package var nextDue: Timestamp? {
        switch state {
        case .waiting(let until): until
        case .connecting(let since), .authorizing(let since), .subscribing(let since): since + Limits.handshake
        case .reconciling, .ready: pingedAt.map { $0 + Limits.pong } ?? heardAt + Limits.silence
        }
    }

    // MARK: - Time

    package mutating func advance(to time: Timestamp) -> [Action] {
        guard let due = nextDue, due <= time else { return [] }
        switch state {
        case .waiting:
            state = .connecting(since: time)
            return [.connect]
        case .connecting, .authorizing, .subscribing: return end(at: time, closes: true)
        case .reconciling, .ready:
            guard pingedAt == nil else { return end(at: time, closes: true) }
            pingedAt = time
            return [.ping]
        }
    }

    // MARK: - What happens

    package mutating func take(_ input: Input, at time: Timestamp) -> [Action] {
        switch input {
        case .opened:
            guard case .connecting = state else { return [] }
            hear(at: time)
            state = .authorizing(since: time)
            return [.authenticate]
        case .message(let message):
            hear(at: time)
            return take(message, at: time)
        case .pong:
            hear(at: time)
            return []
        case .closed: return end(at: time, closes: false)
        case .reconciled(let isDone):
            guard state == .reconciling else { return [] }
            guard isDone else { return end(at: time, closes: true) }
            (state, attempts) = (.ready, 0)
            return [.tellReady(true)]
        case .unauthorized: return refuse("a request was refused", at: time)
        }
    }

    private mutating func take(_ message: Alpaca.TradingStreamMessage, at time: Timestamp) -> [Action] {
        switch message {
        case .authorization(let answer):
            guard answer.status == .known(.authorized) else {
                return refuse(answer.message ?? answer.status.description, at: time)
            }
            guard case .authorizing = state else { return [] }
            state = .subscribing(since: time)
            return [.listen]
        case .listening(let answer):
            guard answer.error == nil, answer.streams.contains("trade_updates") else {
                return end(at: time, closes: true)
            }
            guard case .subscribing = state else { return [] }
            state = .reconciling
            return [.reconcile]
        case .error: return end(at: time, closes: true)
        case .tradeUpdate, .other: return []
        }
    }

    private mutating func hear(at time: Timestamp) { (heardAt, pingedAt) = (max(heardAt, time), nil) }

    /// The socket is of no more use. A new one too soon meets the limit of one connection an account.
    private mutating func end(at time: Timestamp, closes: Bool) -> [Action] {
        if case .waiting = state { return [] }
        let wasReady = isReady
        attempts += 1
        let pause = min(attempts, Limits.longestPause.nanoseconds / Limits.pause.nanoseconds)
        state = .waiting(until: time + TimeSpan(nanoseconds: Limits.pause.nanoseconds * pause))
        pingedAt = nil
        return (closes ? [.close] : []) + (wasReady ? [.tellReady(false)] : [])
    }

    /// A person has to change something, so it is tried seldom.
    private mutating func refuse(_ reason: String, at time: Timestamp) -> [Action] {
        let actions = end(at: time, closes: true)
        state = .waiting(until: time + Limits.longestPause)
        return actions + [.tellKeyRefused(reason)]
    }

    private enum Limits {
        /// For each step until the stream is listened to.
        static let handshake = TimeSpan.seconds(10)
        /// Without a word, after which it is asked for one.
        static let silence = TimeSpan.seconds(10)
        static let pong = TimeSpan.seconds(10)
        /// Longer by this with each attempt.
        static let pause = TimeSpan.seconds(5)
        static let longestPause = TimeSpan.seconds(60)
    }
}
