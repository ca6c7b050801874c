import JSON
import Testing
import Trading
import Wire

@testable import PluginKit

/// Its prices come when the test says so.
private struct Distant: LiveProvider {
    struct Settings: Decodable {}

    nonisolated(unsafe) static var outputs: [ProviderOutput] = []
    nonisolated(unsafe) static var asked: [Int64] = []
    nonisolated(unsafe) static var made = 0
    nonisolated(unsafe) static var due: Timestamp?

    init(settings: Settings, at time: Timestamp) throws { Self.made += 1 }

    var hasHistory: Bool { true }
    mutating func askHistory(
        period: TimeSpan, count: Int64, number: Int64, at time: Timestamp
    ) throws -> [ProviderOutput] {
        if period == .day { throw SettingsError("it has no days") }
        Self.asked.append(number)
        return []
    }
    var descriptors: [CInt] { [7] }
    var nextDue: Timestamp? { Self.due }
    mutating func tick(at time: Timestamp) throws -> [ProviderOutput] {
        defer { Self.outputs = [] }
        return Self.outputs
    }
}

@Suite("a provider whose prices come when they come", .serialized)
struct LiveProviderTests {
    private var role = LiveProviderRole<Distant>()
    private let alfa = Symbol(unchecked: "ALFA")

    init() { (Distant.outputs, Distant.asked, Distant.made, Distant.due) = ([], [], 0, nil) }

    private func welcome(lockstep: Bool = false) throws -> Welcome {
        Welcome(
            session: "s1", account: try AccountID("demo"), settings: .object([]), heartbeatMilliseconds: 1_000,
            lockstep: lockstep, stateDirectory: "/nowhere")
    }

    private func message(_ type: MessageType, _ body: some Encodable, id: String) throws -> Received {
        Received(
            header: Header(type: type, id: id, session: "s1", epoch: 1, seq: 1), body: try MessageCodec().encode(body),
            codec: MessageCodec())
    }

    private func request(_ period: TimeSpan = .seconds(60), _ count: Int64 = 2, id: String) throws -> Received {
        try message(.history, HistoryRequest(period: period, count: count), id: id)
    }

    private func bar(_ minute: Int64) -> Bar {
        let price = Price(units: Price.scale)
        return Bar(
            symbol: alfa, start: Timestamp(seconds: minute * 60), period: .seconds(60), open: price, high: price,
            low: price, close: price, volume: .one)
    }

    @Test("it is ready at once with its history, watched by its descriptor, and knows no time of a tape")
    mutating func begins() throws {
        #expect(throws: SettingsError.self) { try LiveProviderRole<Distant>().starting(welcome(lockstep: true)) }
        #expect(role.descriptors.isEmpty)
        let ready = try role.start(welcome())
        #expect(ready?.history != nil && role.descriptors == [7])
        #expect(role.nextTickMilliseconds() == nil)
    }

    @Test("updates are told without being asked, in their order")
    mutating func updates() throws {
        _ = try role.start(welcome())
        Distant.outputs = [1, 2].map { .update(MarketUpdate(at: Timestamp(seconds: $0))) }
        let answers = try role.tick()
        #expect(answers.map(\.type) == [.market, .market] && answers.allSatisfy { $0.re == nil })
        #expect(answers.compactMap { ($0.body as? MarketUpdate)?.at.nanoseconds } == [1_000_000_000, 2_000_000_000])
        #expect(try role.tick().isEmpty)
    }

    @Test("history is answered later, by the message that asked, the newest of each symbol")
    mutating func history() throws {
        _ = try role.start(welcome())
        #expect(try role.handle(request(id: "c5")).isEmpty)
        #expect(try role.handle(request(id: "c6")).isEmpty)
        Distant.outputs = [
            .failed(Distant.asked[1], why: "no network"), .history(Distant.asked[0], [bar(3), bar(1), bar(2)]),
            .history(Distant.asked[0], [bar(1)]), .history(99, []),
        ]
        let answers = try role.tick()
        #expect(answers.map(\.type) == [.error, .bars] && answers.map(\.re) == ["c6", "c5"])
        let bars = try #require(answers[1].body as? HistoryBars)
        #expect(bars.bars.map(\.start) == [bar(2).start, bar(3).start] && bars.isLast == true)
    }

    @Test("what cannot be asked, and an advance, are errors")
    mutating func errors() throws {
        _ = try role.start(welcome())
        #expect(throws: (any Error).self) { try LiveProviderTests.handled(&role, request(.day, id: "c1")) }
        #expect(throws: (any Error).self) { try LiveProviderTests.handled(&role, request(.seconds(60), 0, id: "c2")) }
        #expect(throws: (any Error).self) { try LiveProviderTests.handled(&role, message(.advance, Empty(), id: "c3")) }
        #expect(Distant.asked.isEmpty)
    }

    private static func handled(_ role: inout LiveProviderRole<Distant>, _ message: Received) throws {
        _ = try role.handle(message)
    }

    @Test("each session has a provider of its own, and none waits for what another asked")
    mutating func sessions() throws {
        _ = try role.start(welcome())
        _ = try role.handle(request(id: "c5"))
        role.endSession()
        #expect(role.descriptors.isEmpty)
        _ = try role.start(welcome())
        #expect(Distant.made == 2)
        Distant.outputs = [.history(Distant.asked[0], [bar(1)])]
        #expect(try role.tick().isEmpty)
    }
}

extension LiveProviderRole {
    fileprivate func starting(_ welcome: Welcome) throws {
        var copy = self
        _ = try copy.start(welcome)
    }
}
