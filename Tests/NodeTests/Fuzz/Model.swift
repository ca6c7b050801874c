import Messaging
import Node
import Orchestration
import Trading
import Wire

/// Who may send what, from the messages alone: what PROTOCOL.md promises, written a second time and more simply.
///
/// It may allow more than the live loop (which also ends sessions by time); it never allows less.
struct Model {
    struct Session {
        let id: String
        let peer: Peer
        let name: PluginName
        let role: Role
        let minor: Int64
        var isReady = false
        var isOver = false
        /// When it was asked to leave.
        var drainedAt: Int64?
        var sent: Int64 = 0
    }

    let codec: MessageCodec
    let specs: [PluginSpec]
    let drainNanoseconds: Int64
    private(set) var sessions: [Peer: Session] = [:]
    /// The newest hello of a peer, which a welcome answers.
    private var hellos: [Peer: Hello] = [:]
    /// Plugins that were inputs of the core as ready.
    private var announced: Set<PluginName> = []
    private var everReady: Set<PluginName> = []
    private var owedSettings: [PluginName: Int] = [:]
    /// The cycle that each policy was asked about last, and its first answer to that.
    private var asked: [PluginName: Int64] = [:]
    private var recommendations: [PluginName: (cycle: Int64?, body: Bytes, isTheirs: Bool)] = [:]
    /// Inputs that the messages since the last turn may cause.
    private var allowed: [String: Int] = [:]
    private var newest: (type: String, header: Bytes, body: Bytes)?
    /// Lockstep keeps inputs back until the broker has finished.
    let keepsInputs: Bool
    /// `bye` and `error`, which nobody may answer: by whom, and their id.
    private var unanswerable: (peer: Peer, id: String)?
    private(set) var accepted: [(type: String, bytes: Bytes)] = []

    init(_ codec: MessageCodec, _ specs: [PluginSpec], drainMilliseconds: Int64, keepsInputs: Bool) {
        (self.codec, self.specs, self.keepsInputs) = (codec, specs, keepsInputs)
        drainNanoseconds = drainMilliseconds * 1_000_000
    }

    mutating func takeAccepted() -> [(type: String, bytes: Bytes)] {
        defer { accepted = [] }
        return accepted
    }

    // MARK: - What the core says

    /// - Returns: what is wrong with it.
    mutating func sent(_ header: Header, _ body: Bytes, to peer: Peer, _ now: Int64) -> String? {
        if header.type == .error, let unanswerable, unanswerable.peer == peer, unanswerable.id == header.re {
            return "an answer to an error, or a last word"
        }
        if header.type == .welcome { return welcomed(header, body, peer) }
        guard !header.session.isEmpty, var session = sessions[peer] else {
            return header.session.isEmpty ? nil : "\(header.type) to a peer without a session"
        }
        session.sent += 1
        if header.type == .drain, session.drainedAt == nil { session.drainedAt = now }
        if header.type == .evaluate { (asked[session.name], recommendations[session.name]) = (header.cycle, nil) }
        if header.type == .configure {
            owedSettings[session.name, default: 0] += 1
        }
        sessions[peer] = session
        guard header.session == session.id else { return "\(header.type) for \(header.session), it is \(session.id)" }
        guard header.seq == session.sent else { return "its message \(session.sent) has the number \(header.seq)" }
        if header.type == .configure, session.minor < 1 || session.role == .broker {
            return "configure to a \(session.role) of minor \(session.minor)"
        }
        let needsReady = [.evaluate, .command, .advance, .market].contains(header.type)
        return needsReady && !session.isReady ? "\(header.type) to \(session.name), which is not ready" : nil
    }

    private mutating func welcomed(_ header: Header, _ body: Bytes, _ peer: Peer) -> String? {
        guard let hello = hellos[peer] else { return "welcome without a hello" }
        guard let spec = specs.first(where: { $0.name == hello.name && $0.role == hello.role }) else {
            return "welcome to \(hello.role) \(hello.name), which the configuration does not name"
        }
        guard hello.role.rawValue == peer.socket, hello.speaks.major == 1, hello.speaks.minor >= 0 else {
            return "welcome to \(hello) at \(peer.socket)"
        }
        guard spec.program == nil else { return "welcome to \(hello.name), whose token nobody knows" }
        guard sessions.values.allSatisfy({ $0.id != header.session }) else { return "the session is not new" }
        for (other, session) in sessions where session.name == hello.name { sessions[other]?.isOver = true }
        var session = Session(
            id: header.session, peer: peer, name: hello.name, role: hello.role, minor: hello.speaks.minor)
        session.sent = 1
        sessions[peer] = session
        if let newest, newest.type == "hello" { accept(newest) }
        return header.seq == 1 ? nil : "welcome is message \(header.seq)"
    }

    private mutating func accept(_ message: (type: String, header: Bytes, body: Bytes)) {
        accepted += [("header", message.header), (message.type, message.body)]
    }

    // MARK: - What is said to the core

    mutating func restart() {
        (sessions, hellos, announced, owedSettings, asked, recommendations) = ([:], [:], [], [:], [:], [:])
        everReady = []
    }

    mutating func delivered(_ frames: [Bytes], from peer: Peer, isTheirs: Bool, _ now: Int64) {
        if !keepsInputs { allowed = [:] }
        (newest, unanswerable) = (nil, nil)
        do {
            let header = try codec.header(frames)
            guard let role = Role(rawValue: peer.socket) else { return }
            unanswerable = header.type == .error || header.type == .bye ? (peer, header.id) : nil
            newest = isTheirs ? (header.type.rawValue, frames[0], frames[1]) : nil
            guard MessageType.allowed(from: role).contains(header.type) else {
                sessions[peer]?.isOver = true
                return
            }
            if header.type == .hello {
                hellos[peer] = nil
                hellos[peer] = try codec.data(Hello.self, frames[1])
            } else if header.type == .control {
                _ = try codec.command(ControlRequest.self, frames[1])
                for type in ["control", "swap_broker", "plugin_managed", "configured", "misconfigured"] {
                    allowed[type] = 1
                }
            } else if let session = sessions[peer], !session.isOver, session.id == header.session {
                try take(header, frames[1], session, isTheirs, now)
            }
        } catch {
            // What cannot be read allows nothing.
        }
    }

    private mutating func take(_ header: Header, _ body: Bytes, _ session: Session, _ isTheirs: Bool, _ now: Int64)
        throws
    {
        if let drained = session.drainedAt, now - drained > drainNanoseconds + 1_500_000_000 { return }
        switch header.type {
        case .ready:
            let ready = try codec.data(Ready.self, body)
            if session.role == .broker, ready.capabilities == nil || ready.capabilities?.defect != nil { return }
            guard ready.needs?.defect == nil else { return }
            sessions[session.peer]?.isReady = true
            everReady.insert(session.name)
            if let newest { accept(newest) }
        case .bye:
            _ = try codec.data(Fault.self, body)
            sessions[session.peer]?.isOver = true
        case .recommendations:
            _ = try codec.data(Recommendations.self, body)
            if session.isReady, header.cycle == asked[session.name], recommendations[session.name] == nil {
                recommendations[session.name] = (header.cycle, body, isTheirs)
            }
        case .execution:
            _ = try codec.command(ExecutionReport.self, body)
            allow(header, session)
        case .orderAnswer:
            _ = try codec.command(OrderAnswer.self, body)
            allow(header, session)
        case .brokerState:
            let isWhole = try codec.command(BrokerState.self, body).leftOut == nil
            allow(header, session, isWhole: isWhole)
        case .cashMovement:
            _ = try codec.command(CashMovement.self, body)
            allow(header, session)
        case .executionCorrection:
            _ = try codec.command(ExecutionCorrection.self, body)
            allow(header, session)
        case .market:
            let (_, leftOut) = try codec.market(body)
            allow(header, session, isWhole: leftOut.isEmpty)
        default: break
        }
    }

    /// - Parameter isWhole: no row is left out; only then must the schema accept it as it is.
    private mutating func allow(_ header: Header, _ session: Session, isWhole: Bool = true) {
        if !isWhole { newest = nil }
        if session.isReady { allowed[header.type.rawValue, default: 0] += 1 }
    }

    // MARK: - What the core was given

    /// - Returns: what is wrong with it.
    mutating func took(_ input: Input, _ type: String) -> String? {
        switch input {
        case .policyReady(let name, _), .providerReady(let name), .brokerReady(let name, _):
            announced.insert(name)
            // Its session may be over by now: then its end follows.
            guard everReady.contains(name) else { return "\(name) was never ready" }
        case .policyGone(let name, _), .providerGone(let name, _), .brokerGone(let name, _):
            guard announced.remove(name) != nil else { return "\(name) was not there" }
        case .execution, .executionCorrection, .cashMovement, .orderAnswer, .brokerState, .market:
            guard let count = allowed[type], count > 0 else { return "nobody who may say so has said so" }
            allowed[type] = count - 1
            if let newest, newest.type == type { accept(newest) }
        case .control, .asked, .swapBroker, .pluginManaged, .configured, .misconfigured:
            guard allowed[type] != nil else { return "nobody has asked for it" }
        case .settingsAnswered(let name, let refusal):
            // To a peer that is gone nothing is sent, and the live loop answers itself.
            if refusal?.hasPrefix("not sent") == true || refusal?.hasPrefix("it takes settings at") == true { break }
            guard let owed = owedSettings[name], owed > 0 else { return "\(name) was not given any" }
            owedSettings[name] = owed - 1
        case .evaluated(let cycle, let answers):
            for answer in answers where answer.failure == nil {
                guard let said = recommendations[answer.policy], said.cycle == cycle else {
                    return "\(answer.policy) has not said so"
                }
                if said.isTheirs { accepted.append(("recommendations", said.body)) }
            }
        case .messageGap(let name, _):
            // Its last message may have come with it.
            guard sessions.values.contains(where: { $0.name == name && $0.isReady }) else {
                return "\(name) is not ready"
            }
        // Nobody of these says that it has history, and bars that nobody asked for are no input.
        case .history, .historyMissing: return "nobody was asked for history"
        case .started, .cycleDue, .pluginNotice, .commandNotSent, .brokerError, .wake, .clockJumped, .protocolViolation,
            .stopping,
            .brokerLeft,
            .brokerFailed, .brokerFenced, .brokerFreed:
            break
        }
        return nil
    }
}
