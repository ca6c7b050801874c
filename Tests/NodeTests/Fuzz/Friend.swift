import CoreTestSupport
import Messaging
import Orchestration
import Trading
import Wire

/// A plugin that behaves: it says hello, is ready, and answers at once.
final class Friend {
    let name: PluginName
    let role: Role
    let peer: Peer
    private let codec: MessageCodec
    private var venue = FakeVenue(cash: "74935.96")
    private var session = ""
    private var sent: Int64 = 0
    private(set) var epoch: Int64 = 0
    private var helloAt: Int64 = 0
    private var marketAt: Int64 = 0
    private var heardAt: Int64 = 0
    private let lockstep: Bool
    /// What it has to say, oldest first.
    private var outbox: [[Bytes]] = []

    init(_ name: PluginName, _ role: Role, _ codec: MessageCodec, lockstep: Bool) {
        (self.name, self.role, self.codec, self.lockstep) = (name, role, codec, lockstep)
        peer = Peer(socket: role.rawValue, id: PeerID(fromTransport: Array("friend \(name)".utf8)))
        venue.hold("NVDA", 287, at: "184.8644")
        venue.quote("NVDA", "189.08", "189.09")
    }

    var hasWords: Bool { !outbox.isEmpty }

    func takeMessage() -> [Bytes]? { outbox.isEmpty ? nil : outbox.removeFirst() }

    /// The core is another one: its session is over.
    func restart() { (session, helloAt, outbox) = ("", 0, []) }

    /// What it does of itself as time passes.
    func tend(_ now: Int64, _ wall: Timestamp) {
        if !session.isEmpty, now - heardAt > 35_000_000_000 { session = "" }
        if session.isEmpty, now >= helloAt {
            helloAt = now + 1_000_000_000
            sent = 0
            say(.hello, Hello(name: name, role: role, version: "1.0.0"))
        }
        venue.now = wall
        guard role == .provider, !lockstep, !session.isEmpty, now >= marketAt else { return }
        marketAt = now + 500_000_000
        say(.market, market(wall))
    }

    private func market(_ at: Timestamp) -> MarketUpdate {
        MarketUpdate(
            at: at, session: .regular,
            quotes: [Quote(symbol: "NVDA", bid: "189.08", ask: "189.09", last: "189.07", at: at)])
    }

    func receive(_ header: Header, _ body: Bytes, _ now: Int64, _ wall: Timestamp) throws {
        heardAt = now
        epoch = header.epoch
        switch header.type {
        case .welcome:
            session = header.session
            let capabilities = role == .broker ? venue.capabilities : nil
            say(.ready, Ready(capabilities: capabilities), re: header.id)
        case .heartbeat: say(.heartbeat, Empty(), re: header.id)
        case .evaluate:
            let advice = Recommendation(
                symbol: "NVDA", advice: .stop("186.23", limit: "185.30"), urgency: .high, reason: "the friend's")
            say(.recommendations, Recommendations([advice]), re: header.id, cycle: header.cycle)
        case .command:
            for word in venue.execute(try codec.command(OrderCommand.self, body)) { say(word, re: header.id) }
            say(.done, Empty(), re: header.id)
        case .market: say(.done, Empty(), re: header.id)
        case .advance: say(.market, market(wall), re: header.id)
        case .error where header.session != session, .refused: session = ""
        default: break
        }
    }

    private func say(_ word: Input, re: String) {
        switch word {
        case .execution(let report): say(.execution, report, re: re)
        case .orderAnswer(let answer, _): say(.orderAnswer, answer, re: re)
        case .brokerState(let state, _): say(.brokerState, state, re: re)
        default: break
        }
    }

    private func say(_ type: MessageType, _ body: some Encodable, re: String? = nil, cycle: Int64? = nil) {
        sent += 1
        let header = Header(
            type: type, id: "f\(sent)", session: type == .hello ? "" : session, epoch: epoch, seq: sent, cycle: cycle,
            re: re)
        do { outbox.append([try codec.encode(header), try codec.encode(body)]) } catch {
            preconditionFailure("what a friend says can be written: \(error)")
        }
    }
}
