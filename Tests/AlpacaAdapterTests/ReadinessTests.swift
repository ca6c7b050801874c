import AlpacaAPI
import JSON
import Testing
import Trading

@testable import AlpacaAdapter

@Suite("Alpaca adapter: when orders may be sent")
struct ReadinessTests {
    private static func message(_ text: String) -> Readiness.Input {
        .message(try! Alpaca.decode(Alpaca.TradingStreamMessage.self, from: Array(text.utf8)))
    }

    private static let authorized = message(
        #"{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}"#)
    private static let unauthorized = message(
        #"{"stream":"authorization","data":{"status":"unauthorized","action":"authenticate","message":"no"}}"#)
    private static let listening = message(#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#)
    private static let deaf = message(#"{"stream":"listening","data":{"streams":[]}}"#)
    private static let failed = message(#"{"stream":"error","data":{"message":"connection limit exceeded"}}"#)

    private static func ready() -> Readiness {
        var readiness = Readiness(at: start)
        _ = readiness.advance(to: start)
        for input in [.opened, authorized, listening, .reconciled(true)] { _ = readiness.take(input, at: start) }
        return readiness
    }

    @Test("it is ready after authorized, listening and reconciled, and not before")
    func order() {
        var readiness = Readiness(at: start)
        #expect(readiness.advance(to: start) == [.connect])
        let steps: [(Readiness.Input, [Readiness.Action])] = [
            (.opened, [.authenticate]), (Self.authorized, [.listen]), (Self.listening, [.reconcile]),
            (.reconciled(true), [.tellReady(true)]),
        ]
        for (input, actions) in steps {
            #expect(!readiness.isReady)
            #expect(readiness.take(input, at: start) == actions)
        }
        #expect(readiness.isReady)
    }

    @Test("a word out of turn changes nothing")
    func outOfTurn() {
        var readiness = Readiness(at: start)
        _ = readiness.advance(to: start)
        for input in [Self.authorized, Self.listening, .reconciled(true), .pong] {
            #expect(readiness.take(input, at: start).isEmpty)
        }
        #expect(readiness.state == .connecting(since: start))
    }

    @Test("what ends the socket ends being ready", arguments: [Readiness.Input.closed, failed, deaf])
    func ends(input: Readiness.Input) {
        var readiness = Self.ready()
        #expect(readiness.take(input, at: later(1)).last == .tellReady(false))
        #expect(readiness.state == .waiting(until: later(6)))
        #expect(readiness.take(.closed, at: later(2)).isEmpty)
    }

    @Test("each attempt waits five seconds longer, a minute at most; being ready begins again")
    func backOff() {
        var readiness = Readiness(at: start)
        var now = start
        for attempt in 1...20 as ClosedRange<Int64> {
            #expect(readiness.advance(to: now) == [.connect])
            #expect(readiness.take(.closed, at: now).isEmpty)
            let until = now + .seconds(min(60, 5 * attempt))
            #expect(readiness.state == .waiting(until: until))
            #expect(readiness.advance(to: until + TimeSpan(nanoseconds: -1)).isEmpty)
            now = until
        }
        _ = readiness.advance(to: now)
        for input in [.opened, Self.authorized, Self.listening, .reconciled(true)] {
            _ = readiness.take(input, at: now)
        }
        _ = readiness.take(.closed, at: now)
        #expect(readiness.state == .waiting(until: now + .seconds(5)))
    }

    @Test("a socket that is silent is asked, and left when it does not answer")
    func silence() {
        var readiness = Self.ready()
        #expect(readiness.advance(to: later(9)).isEmpty)
        #expect(readiness.advance(to: later(10)) == [.ping])
        #expect(readiness.take(.pong, at: later(11)).isEmpty)
        #expect(readiness.advance(to: later(20)).isEmpty)
        #expect(readiness.advance(to: later(21)) == [.ping])
        #expect(readiness.advance(to: later(30)).isEmpty)
        #expect(readiness.advance(to: later(31)) == [.close, .tellReady(false)])
    }

    @Test("a step that takes too long is begun again")
    func slow() {
        var readiness = Readiness(at: start)
        _ = readiness.advance(to: start)
        _ = readiness.take(.opened, at: later(3))
        #expect(readiness.advance(to: later(12)).isEmpty)
        #expect(readiness.advance(to: later(13)) == [.close])
    }

    @Test("lists that cannot be read leave it not ready")
    func notReconciled() {
        var readiness = Readiness(at: start)
        _ = readiness.advance(to: start)
        for input in [.opened, Self.authorized, Self.listening] { _ = readiness.take(input, at: start) }
        #expect(readiness.take(.reconciled(false), at: later(1)) == [.close])
        #expect(!readiness.isReady)
    }

    @Test("a refused key is told, and tried again seldom", arguments: [unauthorized, .unauthorized])
    func refused(input: Readiness.Input) {
        var readiness = Self.ready()
        let actions = readiness.take(input, at: later(1))
        #expect(actions.contains(.tellReady(false)))
        guard case .tellKeyRefused? = actions.last else { return #expect(Bool(false), "\(actions)") }
        #expect(readiness.state == .waiting(until: later(61)))
    }
}
