import Messaging
import Orchestration
import Trading
import Wire

/// One hostile connection: it follows the protocol as far as it likes, so that it gets into every phase, and says anything.
final class Stranger {
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

    func message(_ dice: inout Dice) -> [Bytes] {
        if role == .control { return control(&dice) }
        var (type, body) = dice.percent(80) ? next(&dice) : anything(&dice)
        for _ in 0..<(dice.percent(15) ? dice.below(3) + 1 : 0) { body = grammar.change(body, &dice) }
        if type == "hello" { (session, sequence) = dice.percent(90) ? ("", 0) : (session, sequence) }
        if type == "ready" { hasSaidReady = true }
        sequence = sequence == .max ? 1 : sequence + 1
        return wire(header(type, &dice), body, &dice)
    }

    /// What a well-behaved plugin would say now.
    private func next(_ dice: inout Dice) -> (String, JSON) {
        if session.isEmpty { return ("hello", hello(&dice)) }
        if !hasSaidReady { return ("ready", ready(&dice)) }
        guard let question = questions.last, dice.percent(70) else { return idle(&dice) }
        switch question.type {
        case .evaluate: return ("recommendations", grammar.body(of: "recommendations", &dice))
        case .command:
            let type = dice.pick(["done", "done", "execution", "order_answer", "broker_state"])
            return (type, grammar.body(of: type, &dice))
        case .configure: return dice.percent(70) ? ("ready", ready(&dice)) : ("error", fault("no such settings"))
        case .advance: return ("market", grammar.body(of: "market", &dice))
        case .market: return ("done", .object([]))
        default: return ("heartbeat", .object([]))
        }
    }

    private func idle(_ dice: inout Dice) -> (String, JSON) {
        let types: [String] =
            switch role {
            case .policy: ["heartbeat", "recommendations"]
            case .broker: ["heartbeat", "execution", "order_answer", "broker_state", "done"]
            case .provider: ["heartbeat", "market", "market"]
            case .control: ["control"]
            }
        let type = dice.pick(types)
        return (type, grammar.body(of: type, &dice))
    }

    private func anything(_ dice: inout Dice) -> (String, JSON) {
        switch dice.below(12) {
        case 0, 1: return ("hello", hello(&dice))
        case 2: return ("ready", ready(&dice))
        case 3: return ("bye", fault("enough"))
        case 4: return ("error", fault("something is wrong"))
        case 5: return (dice.pick(["suspend", "", "Hello", "hello\u{0}", "record "]), .object([]))
        case 6, 7: return (dice.pick(MessageType.allCases).rawValue, grammar.body(&dice).body)
        case 8, 9: return idle(&dice)
        default: return grammar.body(&dice)
        }
    }

    private func hello(_ dice: inout Dice) -> JSON {
        // Under a name that it may say it is sound, mostly; as another it says a role or major that is wrong.
        let isTheirs = dice.percent(90)
        let name = isTheirs ? dice.pick(names) : dice.pick(["good", "nobody", "desk", "tape", ""])
        let other = dice.pick(Role.allCases.filter { $0 != role })
        let claimed = isTheirs && dice.percent(95) ? role : other
        var members: [(String, JSON)] = [
            ("name", .string(name)), ("role", .string(claimed.rawValue)), ("version", .string("1.0.0")),
            (
                "speaks",
                .object([
                    JSON.Member(key: "major", value: .integer(dice.percent(95) ? 1 : dice.pick(Grammar.oddIntegers))),
                    JSON.Member(
                        key: "minor",
                        value: .integer(dice.percent(90) ? Int64(dice.below(2)) : dice.pick(Grammar.oddIntegers))),
                ])
            ),
        ]
        if dice.percent(10) { members.append(("token", .string(dice.pick(["", "x", "3w5e11264sg0g"])))) }
        return .object(members.map { JSON.Member(key: $0.0, value: $0.1) })
    }

    private func ready(_ dice: inout Dice) -> JSON {
        switch role {
        case .broker: dice.percent(85) ? grammar.body(of: "ready", &dice) : .object([])
        case .policy: dice.percent(30) ? grammar.body(of: "ready", &dice) : .object([])
        case .provider, .control: .object([])
        }
    }

    private func fault(_ why: String) -> JSON { .object([JSON.Member(key: "reason", value: .string(why))]) }

    private func control(_ dice: inout Dice) -> [Bytes] {
        let commands = [
            "halt", "reduce", "resume", "resume", "flatten", "reload", "reload", "ping", "plugins", "plugin_stop",
            "plugin_start", "plugin_restart", "swap", "dance", "",
        ]
        var members = [
            JSON.Member(key: "command", value: .string(dice.pick(commands))),
            JSON.Member(key: "who", value: .string("somebody")), JSON.Member(key: "why", value: .string("the fuzzer")),
        ]
        if dice.percent(60) { members.append(JSON.Member(key: "plugin", value: .string(dice.pick(names)))) }
        var body = JSON.object(members)
        if dice.percent(15) { body = grammar.change(body, &dice) }
        let type = dice.percent(92) ? "control" : dice.pick(MessageType.allCases).rawValue
        return wire(header(type, &dice), body, &dice)
    }

    // MARK: - The header, and what becomes of the bytes

    private func header(_ type: String, _ dice: inout Dice) -> JSON {
        let question = questions.isEmpty ? nil : (dice.percent(80) ? questions.last : dice.pick(questions))
        let foreign = dice.pick(earlier + ["", "s1.1", "s1.2", "s1.3", "s2.1", "x"])
        var members: [(String, JSON)] = [
            ("v", .string(dice.percent(95) ? "1.1" : dice.pick(["1.0", "1.99", "2.0", "1", "0.1", "1.", "x"]))),
            ("type", .string(type)),
            ("id", .string(dice.percent(92) ? "p\(sequence)" : dice.pick(["p1", "p2"] + Grammar.oddTexts))),
            ("session", .string(dice.percent(92) || type == "hello" ? session : foreign)),
            ("epoch", .integer(dice.percent(92) ? epoch : dice.pick(Grammar.oddIntegers))),
            ("seq", .integer(seq(&dice))),
        ]
        if let question, dice.percent(90) {
            members.append(
                ("re", .string(dice.percent(90) ? question.id : dice.pick(["s1.1-1", "s1.2-2", "never", ""]))))
            if let cycle = question.cycle, dice.percent(90) {
                members.append(("cycle", .integer(dice.percent(90) ? cycle : dice.pick(Grammar.oddIntegers))))
            }
        }
        if dice.percent(2) { members.append(("crit", .array([.string("x")]))) }
        if dice.percent(3) { members.append(("trace", odd(&dice))) }
        if dice.percent(1) { members.append(("budget_milliseconds", .integer(dice.pick(Grammar.oddIntegers)))) }
        return .object(members.map { JSON.Member(key: $0.0, value: $0.1) })
    }

    private func odd(_ dice: inout Dice) -> JSON { grammar.odd(&dice) }

    private func seq(_ dice: inout Dice) -> Int64 {
        guard dice.percent(8) else { return sequence }
        if dice.percent(50) { return dice.pick(Grammar.oddIntegers) }
        return sequence - 2 + Int64(dice.below(8))
    }

    private func wire(_ header: JSON, _ body: JSON, _ dice: inout Dice) -> [Bytes] {
        var header = header
        if dice.percent(4) { header = grammar.change(header, &dice) }
        var frames = [header.bytes, body.bytes]
        switch dice.below(100) {
        case 0...2: frames = grammar.frames(frames, &dice)
        case 3...5: frames[0] = grammar.damage(frames[0], &dice)
        case 6...8: frames[1] = grammar.damage(frames[1], &dice)
        case 9 where dice.percent(10):
            frames[0] =
                Array(#"{"x":""#.utf8) + Bytes(repeating: 97, count: 1 << 20) + Array(#"","#.utf8)
                + frames[0].dropFirst()
        default: break
        }
        return frames
    }
}
