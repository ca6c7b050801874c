import Foundation
import JSON
import TestSupport
import Testing
import Trading
import Wire

@testable import PluginKit

/// Its venue answers when the test says so.
private struct Distant: RemoteBrokerAdapter {
    struct Settings: Decodable {}

    /// What the venue will have said at the next tick, and what was begun.
    final class Venue {
        nonisolated(unsafe) static var outputs: [BrokerOutput] = []
        nonisolated(unsafe) static var begun: [Int64] = []
        nonisolated(unsafe) static var readiness = BrokerReadiness.ready
        nonisolated(unsafe) static var ended = 0
    }

    var highestEpoch: Int64 = 0

    init(settings: Settings, context: AdapterContext) throws {}

    var readiness: BrokerReadiness { Venue.readiness }
    var capabilities: BrokerCapabilities {
        BrokerCapabilities(
            orderTypes: [.market, .stop], timeInForce: [.day], groups: [], replacesPrice: false,
            replacesQuantity: false, reservesShares: true, wantsMarketData: false)
    }
    mutating func fence(at epoch: Int64) throws { highestEpoch = epoch }
    mutating func begin(_ command: OrderCommand, number: Int64, at time: Timestamp) throws -> [BrokerOutput] {
        if case .cancel = command { throw SettingsError("it cannot be written down") }
        Venue.begun.append(number)
        return []
    }
    mutating func sessionEnded() { Venue.ended += 1 }
    var descriptors: [CInt] { [] }
    var nextDue: Timestamp? { nil }
    mutating func tick(at time: Timestamp) throws -> [BrokerOutput] {
        defer { Venue.outputs = [] }
        return Venue.outputs
    }
}

@Suite("an adapter whose venue answers later", .serialized)
final class RemoteBrokerTests {
    private let folder: String
    private var role = RemoteBrokerRole<Distant>(program: "distant")
    private let welcome: Welcome

    init() throws {
        folder = NSTemporaryDirectory() + "remote-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        welcome = Welcome(
            session: "s1", account: try AccountID("demo"), settings: .object([]), heartbeatMilliseconds: 1_000,
            lockstep: false, stateDirectory: folder)
        (Distant.Venue.outputs, Distant.Venue.begun, Distant.Venue.readiness) = ([], [], .ready)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func message(_ command: OrderCommand, id: String, epoch: Int64 = 1) throws -> Received {
        Received(
            header: Header(type: .command, id: id, session: "s1", epoch: epoch, seq: 1),
            body: try MessageCodec().encode(command), codec: MessageCodec())
    }

    private func report() throws -> BrokerMessage {
        .execution(
            ExecutionReport(
                clientOrderID: try ClientOrderID("bb1.1.NVDA.1"), event: .new, at: Timestamp(nanoseconds: 1)))
    }

    @Test("commands are answered later, in any order, and each once")
    func later() throws {
        #expect(try role.start(welcome) != nil)
        #expect(try role.handle(try message(.reconcile, id: "a")).isEmpty)
        #expect(try role.handle(try message(.reconcile, id: "b")).isEmpty)
        let numbers = Distant.Venue.begun
        Distant.Venue.outputs = [
            .message(try report()), .message(try report(), answering: numbers[1]), .done(numbers[1]),
            .failed(numbers[0], why: "no answer"), .done(numbers[0]), .message(try report(), answering: numbers[1]),
        ]
        let answers = try role.tick()
        #expect(answers.map(\.type) == [.execution, .execution, .done, .error])
        #expect(answers.map(\.re) == [nil, "b", "b", "a"])
    }

    @Test("a command that cannot begin is an error, and nothing is answered to it afterwards")
    func cannotBegin() throws {
        _ = try role.start(welcome)
        let cancel = try message(.cancel(clientOrderID: try ClientOrderID("bb1.1.NVDA.1")), id: "a")
        #expect(throws: SettingsError.self) { try role.handle(cancel) }
        Distant.Venue.outputs = [.done(1)]
        #expect(try role.tick().isEmpty)
    }

    @Test("it is ready when it says so; before that what it reports is for the lists")
    func ready() throws {
        Distant.Venue.readiness = .waiting(why: "its stream is down")
        #expect(try role.start(welcome) == nil)
        #expect(role.worksAlone)
        Distant.Venue.outputs = [.message(try report())]
        #expect(try role.tick().isEmpty)
        #expect(role.becomeReady() == nil)
        #expect(role.reasonToLeave == nil)
        Distant.Venue.readiness = .ready
        #expect(role.becomeReady()?.capabilities != nil)
        #expect(role.takeKept().isEmpty)
    }

    @Test("when it is not ready any more the session ends, and what was asked in it is answered no more")
    func leaves() throws {
        _ = try role.start(welcome)
        _ = try role.handle(try message(.reconcile, id: "a"))
        Distant.Venue.readiness = .waiting(why: "its stream is down")
        #expect(role.reasonToLeave == "its stream is down")
        let ended = Distant.Venue.ended
        role.endSession()
        #expect(Distant.Venue.ended == ended + 1 && role.reasonToLeave == nil)
        Distant.Venue.outputs = [.message(try report(), answering: 1), .done(1), .message(try report())]
        #expect(try role.tick().isEmpty)
        Distant.Venue.readiness = .ready
        #expect(try role.start(welcome) != nil)
        #expect(role.takeKept().map(\.re) == [nil], "what happened meanwhile")
        #expect(role.takeKept().isEmpty)
        _ = try role.handle(try message(.reconcile, id: "b"))
        #expect(Distant.Venue.begun.count == 2 && Set(Distant.Venue.begun).count == 2)
    }

    @Test("a core of an older epoch is refused, and the clock of a tape as well")
    func refused() throws {
        _ = try role.start(welcome)
        _ = try role.handle(try message(.reconcile, id: "a", epoch: 7))
        let older = try message(.reconcile, id: "b", epoch: 6)
        #expect(throws: FencedError.self) { try role.handle(older) }
        var tape = welcome
        tape.lockstep = true
        var other = RemoteBrokerRole<Distant>(program: "other")
        #expect(throws: SettingsError.self) { try other.start(tape) }
    }
}
