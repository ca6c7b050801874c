import JSON
import Messaging
import Testing
import Trading
import Wire

@testable import Node

@Suite("Sessions")
struct SessionTableTests {
    private let peer = Peer(socket: "policy", id: PeerID(fromTransport: [1]))

    private func opened(at now: Int64 = 0) -> SessionTable {
        var table = SessionTable(heartbeatMilliseconds: 1_000)
        let hello = Hello(name: "p1", role: .policy, version: "1")
        _ = table.open(hello, .policy, peer, epoch: 3, firstSequence: 1, now: now)
        return table
    }

    private func header(_ sequence: Int64, session: String = "s3.1") -> Header {
        Header(type: .heartbeat, id: "x", session: session, epoch: 3, seq: sequence)
    }

    @Test("a message of another session is nobody's, and what is missing before one is named")
    func sequence() {
        var table = opened()
        #expect(table.received(header(2, session: "s3.2"), from: peer, now: 1) == nil)
        #expect(table.received(header(2), from: peer, now: 1)?.gap == nil)
        #expect(table.received(header(5), from: peer, now: 1)?.gap == "messages 3 to 4 are missing")
        #expect(table.received(header(4), from: peer, now: 1)?.gap == "message 4 came after 5")
    }

    @Test("a heart-beat is due once a period, and silence of three of them is a hang")
    func heartbeats() throws {
        var table = opened()
        #expect(table.poll(now: 999).isEmpty)
        guard case .heartbeat(peer) = try #require(table.poll(now: 1_000).first) else { return #expect(Bool(false)) }
        #expect(table.poll(now: 1_001).isEmpty)
        _ = table.received(header(2), from: peer, now: 1_500)
        let patience = 3_000 + LoopLimits.graceMilliseconds
        guard case .heartbeat = try #require(table.poll(now: 1_500 + patience).first) else {
            return #expect(Bool(false))
        }
        guard case .hung(let session, let silent) = try #require(table.poll(now: 1_501 + patience).first) else {
            return #expect(Bool(false))
        }
        #expect(session.name == "p1" && silent == patience + 1)
    }

    @Test("who was asked to leave is given its time")
    func leaves() throws {
        var table = opened()
        table.leave(peer, byMilliseconds: 300)
        #expect(table.poll(now: 299).isEmpty)
        guard case .overstayed = try #require(table.poll(now: 300).first) else { return #expect(Bool(false)) }
    }

    @Test("saying hello again gives nobody more to say")
    func rate() {
        var table = opened()
        let excess = (0..<1_001).map { _ in table.consume(bytes: 1, of: peer, now: 0) }
        #expect(excess.dropLast().allSatisfy { $0 == nil } && excess.last != nil)
        #expect(table.end(peer) != nil && table.end(peer) == nil)
        _ = table.open(
            Hello(name: "p1", role: .policy, version: "1"), .policy, peer, epoch: 3, firstSequence: 1, now: 0)
        #expect(table[peer]?.id == "s3.2")
        #expect(table.consume(bytes: 1, of: peer, now: 0) != nil)
    }

    @Test("settings are answered by the message that names them")
    func settings() {
        var table = opened()
        table.settingsSent(PendingSettings(id: "m1", settings: .object([]), sinceMilliseconds: 10), to: peer)
        #expect(table.settingsAnswered(nil, by: peer) == nil && table.settingsAnswered("m2", by: peer) == nil)
        #expect(table.overdueSettings(now: 10 + LoopLimits.settingsMilliseconds).isEmpty)
        #expect(table.overdueSettings(now: 11 + LoopLimits.settingsMilliseconds).count == 1)
        let answered = table.settingsAnswered("m1", by: peer)
        #expect(answered?.id == "m1" && table.pendingSettingsCount == 0)
    }
}
