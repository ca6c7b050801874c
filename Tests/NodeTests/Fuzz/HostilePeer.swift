import JSON
import Messaging
import Orchestration
import SeededRandom
import Trading
import Wire

/// One hostile connection: it follows the protocol as far as it likes, so that it gets into every phase, and says anything.
final class HostilePeer {
    let peer: Peer
    let role: Role
    private let codec: MessageCodec
    private let grammar: Grammar
    /// Names that it may say hello as.
    private let names: [String]
    private(set) var session = ""
    private var earlier: [String] = []
    private var sequence: Int64 = 0
    private var epoch: Int64 = 0
    private var hasSaidReady = false
    /// What the core asked, newest last.
    private var questions: [Header] = []

    init(_ peer: Peer, _ role: Role, names: [String], _ grammar: Grammar, _ codec: MessageCodec) {
        (self.peer, self.role, self.names, self.grammar, self.codec) = (peer, role, names, grammar, codec)
    }

    func receive(_ header: Header) {
        epoch = max(epoch, header.epoch)
        switch header.type {
        case .welcome:
            if !session.isEmpty { earlier = (earlier + [session]).suffix(3) }
            (session, hasSaidReady, questions) = (header.session, false, [])
        case .evaluate, .command, .configure, .advance, .heartbeat, .market:
            questions = (questions + [header]).suffix(4)
        default: break
        }
    }

    // MARK: - What it says

    func message(_ random: inout SplitMix64) -> [Bytes] {
        if role == .control { return control(&random) }
        var (type, body) = random.chance(80) ? next(&random) : anything(&random)
        for _ in 0..<(random.chance(15) ? random.below(3) + 1 : 0) { body = grammar.change(body, &random) }
        if random.chance(1), random.chance(50) { (type, body) = excess(&random) }
        if type == "hello" { (session, sequence) = random.chance(90) ? ("", 0) : (session, sequence) }
        if type == "ready" { hasSaidReady = true }
        sequence = sequence == .max ? 1 : sequence + 1
        return wire(header(type, &random), body, &random)
    }

    /// What a well-behaved plugin would say now.
    private func next(_ random: inout SplitMix64) -> (String, JSON) {
        if session.isEmpty { return ("hello", hello(&random)) }
        if !hasSaidReady { return ("ready", ready(&random)) }
        guard let question = questions.last, random.chance(70) else { return idle(&random) }
        switch question.type {
        case .evaluate: return ("recommendations", grammar.body(of: "recommendations", &random))
        case .command:
            let type = random.pick(["done", "done", "execution", "order_answer", "broker_state"])
            return (type, grammar.body(of: type, &random))
        case .configure: return random.chance(70) ? ("ready", ready(&random)) : ("error", fault("no such settings"))
        case .advance: return ("market", grammar.body(of: "market", &random))
        case .market: return ("done", .object([]))
        default: return ("heartbeat", .object([]))
        }
    }

    private func idle(_ random: inout SplitMix64) -> (String, JSON) {
        let types: [String] =
            switch role {
            case .policy: ["heartbeat", "recommendations"]
            case .broker: ["heartbeat", "execution", "order_answer", "broker_state", "done"]
            case .provider: ["heartbeat", "market", "market"]
            case .control: ["control"]
            }
        let type = random.pick(types)
        return (type, grammar.body(of: type, &random))
    }

    private func anything(_ random: inout SplitMix64) -> (String, JSON) {
        switch random.below(12) {
        case 0, 1: return ("hello", hello(&random))
        case 2: return ("ready", ready(&random))
        case 3: return ("bye", fault("enough"))
        case 4: return ("error", fault("something is wrong"))
        case 5: return (random.pick(["suspend", "", "Hello", "hello\u{0}", "record "]), .object([]))
        case 6, 7: return (random.pick(MessageType.allCases).rawValue, grammar.body(&random).body)
        case 8, 9: return idle(&random)
        default: return grammar.body(&random)
        }
    }

    /// More of it than anybody may say: what each is bounded by is in PROTOCOL.md.
    private func excess(_ random: inout SplitMix64) -> (String, JSON) {
        let letter = random.pick(["x", "\n", "\u{0}", "\u{1b}", "\u{202e}"])
        let long = JSON.string(String(repeating: letter, count: random.pick([600, 20_000, 60_000])))
        func object(_ members: (String, JSON)...) -> JSON {
            .object(members.map { JSON.Member(key: $0.0, value: $0.1) })
        }
        func row(_ symbol: String, _ advice: JSON, _ reason: JSON) -> JSON {
            object(("symbol", .string(symbol)), ("advice", advice), ("urgency", .string("low")), ("reason", reason))
        }
        let hold = object(("hold", .object([])))
        switch random.below(7) {
        case 0: return (random.pick(["error", "bye"]), object(("reason", long)))
        case 1:
            let evidence = JSON.array((0..<300).map { _ in object(("name", .string("n")), ("value", .string("v"))) })
            var wordy = row("ABC", hold, long)
            if case .object(let members) = wordy {
                wordy = .object(members + [JSON.Member(key: "evidence", value: evidence)])
            }
            return ("recommendations", object(("recommendations", .array([wordy]))))
        case 2:
            let part = object(("take_partial", object(("fraction", .string("0.1")), ("rung", long))))
            return ("recommendations", object(("recommendations", .array([row("ABC", part, .string("x"))]))))
        case 3:
            let rows = (0..<random.pick([300, 3_000])).map { row("X\($0)", hold, .string("r\($0)")) }
            return ("recommendations", object(("recommendations", .array(rows))))
        case 4:
            let bars = (1...random.pick([51, 2_000])).map {
                object(("period", .string("\($0)000000000")), ("count", .integer(1_000)))
            }
            return ("ready", object(("needs", object(("bars", .array(bars))))))
        case 5:
            return (
                random.pick(MessageType.allCases).rawValue,
                object(("x", .string(String(repeating: "x", count: 300_000))))
            )
        default: return ("hello", object(("name", long), ("role", .string(role.rawValue)), ("version", long)))
        }
    }

    private func hello(_ random: inout SplitMix64) -> JSON {
        // Under a name that it may say it is sound, mostly; as another it says a role or major that is wrong.
        let isTheirs = random.chance(90)
        let name = isTheirs ? random.pick(names) : random.pick(["good", "nobody", "desk", "tape", ""])
        let other = random.pick(Role.allCases.filter { $0 != role })
        let claimed = isTheirs && random.chance(95) ? role : other
        var members: [(String, JSON)] = [
            ("name", .string(name)), ("role", .string(claimed.rawValue)), ("version", .string("1.0.0")),
            (
                "speaks",
                .object([
                    JSON.Member(
                        key: "major", value: .integer(random.chance(95) ? 1 : random.pick(Grammar.oddIntegers))),
                    JSON.Member(
                        key: "minor",
                        value: .integer(random.chance(90) ? Int64(random.below(2)) : random.pick(Grammar.oddIntegers))),
                ])
            ),
        ]
        if random.chance(10) { members.append(("token", .string(random.pick(["", "x", "3w5e11264sg0g"])))) }
        return .object(members.map { JSON.Member(key: $0.0, value: $0.1) })
    }

    private func ready(_ random: inout SplitMix64) -> JSON {
        switch role {
        case .broker: random.chance(85) ? grammar.body(of: "ready", &random) : .object([])
        case .policy: random.chance(30) ? grammar.body(of: "ready", &random) : .object([])
        case .provider, .control: .object([])
        }
    }

    private func fault(_ why: String) -> JSON { .object([JSON.Member(key: "reason", value: .string(why))]) }

    private func control(_ random: inout SplitMix64) -> [Bytes] {
        let commands = [
            "halt", "reduce", "resume", "resume", "flatten", "reload", "reload", "ping", "plugins", "plugin_stop",
            "plugin_start", "plugin_restart", "swap", "dance", "",
        ]
        var members = [
            JSON.Member(key: "command", value: .string(random.pick(commands))),
            JSON.Member(key: "who", value: .string("somebody")), JSON.Member(key: "why", value: .string("the fuzzer")),
        ]
        if random.chance(60) { members.append(JSON.Member(key: "plugin", value: .string(random.pick(names)))) }
        var body = JSON.object(members)
        if random.chance(15) { body = grammar.change(body, &random) }
        let type = random.chance(92) ? "control" : random.pick(MessageType.allCases).rawValue
        return wire(header(type, &random), body, &random)
    }

    // MARK: - The header, and what becomes of the bytes

    private func header(_ type: String, _ random: inout SplitMix64) -> JSON {
        let question = questions.isEmpty ? nil : (random.chance(80) ? questions.last : random.pick(questions))
        let foreign = random.pick(earlier + ["", "s1.1", "s1.2", "s1.3", "s2.1", "x"])
        var members: [(String, JSON)] = [
            ("v", .string(random.chance(95) ? "1.1" : random.pick(["1.0", "1.99", "2.0", "1", "0.1", "1.", "x"]))),
            ("type", .string(type)),
            ("id", .string(random.chance(92) ? "p\(sequence)" : random.pick(["p1", "p2"] + Grammar.oddTexts))),
            ("session", .string(random.chance(92) || type == "hello" ? session : foreign)),
            ("epoch", .integer(random.chance(92) ? epoch : random.pick(Grammar.oddIntegers))),
            ("seq", .integer(seq(&random))),
        ]
        if let question, random.chance(90) {
            members.append(
                ("re", .string(random.chance(90) ? question.id : random.pick(["s1.1-1", "s1.2-2", "never", ""]))))
            if let cycle = question.cycle, random.chance(90) {
                members.append(("cycle", .integer(random.chance(90) ? cycle : random.pick(Grammar.oddIntegers))))
            }
        }
        if random.chance(2) { members.append(("crit", .array([.string("x")]))) }
        if random.chance(3) { members.append(("trace", odd(&random))) }
        if random.chance(1) { members.append(("budget_milliseconds", .integer(random.pick(Grammar.oddIntegers)))) }
        return .object(members.map { JSON.Member(key: $0.0, value: $0.1) })
    }

    private func odd(_ random: inout SplitMix64) -> JSON { grammar.odd(&random) }

    private func seq(_ random: inout SplitMix64) -> Int64 {
        guard random.chance(8) else { return sequence }
        if random.chance(50) { return random.pick(Grammar.oddIntegers) }
        return sequence - 2 + Int64(random.below(8))
    }

    private func wire(_ header: JSON, _ body: JSON, _ random: inout SplitMix64) -> [Bytes] {
        var header = header
        if random.chance(4) { header = grammar.change(header, &random) }
        var frames = [header.bytes, body.bytes]
        switch random.below(100) {
        case 0...2: frames = grammar.frames(frames, &random)
        case 3...5: frames[0] = grammar.damage(frames[0], &random)
        case 6...8: frames[1] = grammar.damage(frames[1], &random)
        case 9 where random.chance(10):
            frames[0] =
                Array(#"{"x":""#.utf8) + Bytes(repeating: 97, count: 1 << 20) + Array(#"","#.utf8)
                + frames[0].dropFirst()
        default: break
        }
        return frames
    }
}
