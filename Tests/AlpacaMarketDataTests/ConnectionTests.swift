import AlpacaAPI
import Testing
import Trading

@testable import AlpacaMarketData

@Suite("Alpaca data: the connection")
struct ConnectionTests {
    private static func error(_ code: Int) -> DataConnection.Input {
        var error = Alpaca.StreamError()
        (error.code, error.message) = (code, "no")
        return .error(error)
    }

    private static func streaming() -> DataConnection {
        var connection = DataConnection(at: start)
        _ = connection.advance(to: start, isMarketOpen: true)
        for input in [.opened, .success("connected"), .success("authenticated"), .subscribed] as [DataConnection.Input]
        {
            _ = connection.take(input, at: start)
        }
        return connection
    }

    @Test("it streams after connected, authenticated and subscribed, and not before")
    func order() {
        var connection = DataConnection(at: start)
        #expect(connection.advance(to: start, isMarketOpen: true) == [.connect])
        let steps: [(DataConnection.Input, [DataConnection.Action])] = [
            (.opened, []), (.success("connected"), [.authenticate]), (.success("authenticated"), [.subscribe]),
            (.subscribed, [.tellStreaming(true)]),
        ]
        for (input, actions) in steps {
            #expect(!connection.isStreaming)
            #expect(connection.take(input, at: start) == actions)
        }
        #expect(connection.isStreaming)
    }

    @Test("a word out of turn changes nothing")
    func outOfTurn() {
        var connection = DataConnection(at: start)
        _ = connection.advance(to: start, isMarketOpen: true)
        for input in [.success("authenticated"), .subscribed, .data, .pong] as [DataConnection.Input] {
            #expect(connection.take(input, at: start).isEmpty)
        }
        #expect(connection.state == .connecting(since: start))
    }

    @Test(
        "an error of the stream ends it, with its reason",
        arguments: [
            (401, 5, nil), (402, 60, .keyRefused), (404, 5, nil), (406, 5, .connectionLimit), (407, 5, .tooSlow),
            (409, 60, .feedNotInPlan), (400, 60, nil), (410, 60, nil), (500, 5, nil), (999, 5, nil),
        ] as [(Int, Int64, DataConnection.Trouble?)])
    func errors(code: Int, pause: Int64, trouble: DataConnection.Trouble?) {
        var connection = Self.streaming()
        let actions = connection.take(Self.error(code), at: later(1))
        #expect(actions.contains(.tell(trouble ?? .other(code: code, "no"))))
        #expect(actions.contains(.close) && actions.contains(.tellStreaming(false)))
        #expect(connection.state == .waiting(until: later(1 + pause)))
    }

    @Test("too many symbols are asked for with fewer on the same socket; already authenticated is no error")
    func tooMany() {
        var connection = DataConnection(at: start)
        _ = connection.advance(to: start, isMarketOpen: true)
        for input in [.opened, .success("connected"), .success("authenticated")] as [DataConnection.Input] {
            _ = connection.take(input, at: start)
        }
        #expect(connection.take(Self.error(405), at: later(1)) == [.subscribeToLess])
        #expect(connection.take(Self.error(403), at: later(1)).isEmpty)
        #expect(connection.take(.subscribed, at: later(2)) == [.tellStreaming(true)])
    }

    @Test("each attempt waits five seconds longer, a minute at most; streaming begins again")
    func backOff() {
        var connection = DataConnection(at: start)
        var now = start
        for attempt in 1...20 as ClosedRange<Int64> {
            #expect(connection.advance(to: now, isMarketOpen: true) == [.connect])
            #expect(connection.take(.closed, at: now).isEmpty)
            let until = now + .seconds(min(60, 5 * attempt))
            #expect(connection.state == .waiting(until: until))
            now = until
        }
        var again = Self.streaming()
        #expect(again.take(.closed, at: later(9)) == [.tellStreaming(false)])
        #expect(again.state == .waiting(until: later(14)))
    }

    @Test("a socket that is silent is asked, and left when it does not answer")
    func silence() {
        var connection = Self.streaming()
        #expect(connection.advance(to: later(9), isMarketOpen: false).isEmpty)
        #expect(connection.advance(to: later(10), isMarketOpen: false) == [.ping])
        #expect(connection.take(.pong, at: later(11)).isEmpty)
        #expect(connection.advance(to: later(21), isMarketOpen: false) == [.ping])
        #expect(
            connection.advance(to: later(31), isMarketOpen: false)
                == [.close, .tell(.silent), .tellStreaming(false)])
    }

    @Test("without data while the market is open the last prices are asked for, and decide")
    func deaf() {
        for isBehind in [false, true] {
            var connection = Self.streaming()
            for second in [10, 20] as [Int64] {
                _ = connection.advance(to: later(second), isMarketOpen: true)
                _ = connection.take(.pong, at: later(second))
            }
            #expect(connection.advance(to: later(30), isMarketOpen: true).contains(.probe))
            _ = connection.take(.pong, at: later(30))
            #expect(!connection.advance(to: later(39), isMarketOpen: true).contains(.probe))
            let actions = connection.take(.probed(isBehind: isBehind), at: later(39))
            #expect(actions == (isBehind ? [.close, .tell(.deaf), .tellStreaming(false)] : []))
        }
        var quiet = Self.streaming()
        #expect(!quiet.advance(to: later(40), isMarketOpen: false).contains(.probe))
    }

    @Test("a step that takes too long is begun again")
    func slow() {
        var connection = DataConnection(at: start)
        _ = connection.advance(to: start, isMarketOpen: true)
        _ = connection.take(.opened, at: later(3))
        #expect(connection.advance(to: later(12), isMarketOpen: true).isEmpty)
        #expect(connection.advance(to: later(13), isMarketOpen: true) == [.close])
    }
}

@Suite("Alpaca data: what is subscribed to")
struct PlanTests {
    private static let symbols = (1...40).map { Symbol(unchecked: "S\($0)") }

    @Test("the first symbols have all, the others bars, and that is said")
    func limit() {
        let plan = SubscriptionPlan(Self.symbols, limit: 30)
        #expect(plan.subscription.trades == Self.symbols.prefix(30).map(\.text))
        #expect(plan.subscription.quotes == plan.subscription.trades)
        #expect(plan.subscription.statuses == plan.subscription.trades)
        #expect(plan.subscription.bars == Self.symbols.map(\.text))
        #expect(plan.leftOut?.contains("30 of 40 symbols") == true && plan.leftOut?.contains("S31") == true)
        #expect(SubscriptionPlan(Self.symbols, limit: nil).leftOut == nil)
        #expect(SubscriptionPlan(Self.symbols, limit: 100).streamed == Self.symbols)
    }

    @Test("what is too many becomes 30, then half each time, then bars alone")
    func smaller() {
        var counts: [Int] = []
        var plan: SubscriptionPlan? = SubscriptionPlan(Self.symbols, limit: nil)
        while let next = plan?.smaller {
            counts.append(next.streamed.count)
            #expect(next.symbols == Self.symbols)
            plan = next
        }
        #expect(counts == [30, 15, 7, 3, 1, 0])
    }
}
