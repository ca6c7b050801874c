import Glibc
import JSON
import Supervision
import SystemTime
import Trading
import Wire

/// What holds for every plugin, whatever its role: from hello to the end of its process.
enum LifeChecks {
    static let all = [
        Check(
            "life.hello",
            "hello is the first message, with the launch line's name and token, and is repeated until it is answered",
            in: Section.life, needsProcess: true, run: hello),
        Check("life.heartbeat", "a heartbeat is answered with heartbeat and re", in: Section.life, run: heartbeat),
        Check(
            "life.crit", "what stands in crit and is not understood makes the message refused, with error and re",
            in: Section.notUnderstood, run: crit),
        Check(
            "life.version", "a message of another major version is refused with error, and the session goes on",
            in: Section.notUnderstood, run: version),
        Check(
            "life.frames", "a message that is not two frames of JSON is refused with error, and the session goes on",
            in: Section.notUnderstood, run: frames),
        Check(
            "life.re", "an error names what it answers: the id, and the cycle, as far as the header can be read",
            in: Section.notUnderstood, run: named),
        Check(
            "life.session", "a message of another session is dropped: nothing is answered, nothing is done",
            in: Section.notUnderstood, run: otherSession),
        Check(
            "life.never-answered", "an error is not answered, nor is one that cannot be read",
            in: Section.notUnderstood, run: neverAnswered),
        Check(
            "life.role", "a message that is not for its role is refused with error and re, and nothing else is done",
            in: Section.notUnderstood, run: role),
        Check("life.refused", "who is refused exits with 3", in: Section.start, needsProcess: true, run: refused),
        Check(
            "life.hello-again",
            "when the core is silent for three heartbeats and two seconds, hello is said again on a fresh socket; the session that follows is the next core's",
            in: Section.life, run: helloAgain),
        Check(
            "life.drain", "drain is answered with bye, and the process exits with 0", in: Section.life,
            needsProcess: true, run: drain),
        Check(
            "life.orphan", "when standard input ends, the core is gone: the process exits with 0",
            in: Section.start, needsProcess: true, run: orphan),
    ]

    private static func hello(_ harness: PluginHarness) throws -> String {
        try harness.startPlugin()
        let first = try harness.greeting()
        guard first.message.header.seq == 1 else {
            throw Broken("its first message has the seq \(first.message.header.seq), 1 is right")
        }
        let second = try harness.greeting(within: 5_000)
        let pause = second.message.atMilliseconds - first.message.atMilliseconds
        try harness.welcome(second)
        let message = try harness.next("ready")
        guard message.header.type == .ready else {
            throw Broken("it answered welcome with \(message.header.type.rawValue): \(message.quoted)")
        }
        let hello = first.hello
        return
            "\(hello.name) \(hello.version) speaks \(hello.speaks.major).\(hello.speaks.minor); unanswered, it said hello again after \(pause) ms"
    }

    private static func heartbeat(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let sent = monotonicMilliseconds()
        let id = try harness.send(.heartbeat, .object([]))
        let limit = sent + Limits.answerMilliseconds
        while monotonicMilliseconds() < limit {
            if let answer = harness.conversation?.answeredBeats.first(where: { $0.re == id }) {
                return "answered after \(answer.atMilliseconds - sent) ms"
            }
            if let message = try harness.listen(milliseconds: 20).first {
                throw Broken("it answered with \(message.header.type.rawValue): \(message.quoted)")
            }
        }
        throw Broken("no heartbeat with re \(id) within \(Limits.answerMilliseconds) ms")
    }

    /// A question that the role knows, by which it is seen that the session goes on.
    static func question(_ harness: PluginHarness) throws -> (type: MessageType, body: JSON) {
        switch harness.plugin.role {
        case .policy: (.evaluate, try harness.encoded(SnapshotFixtures(harness.ready.needs).usual()))
        case .broker: (.command, JSON.object([JSON.Member(key: "reconcile", value: .object([]))]))
        case .provider, .control: (.advance, .object([]))
        }
    }

    /// It answers as before.
    static func goesOn(_ harness: PluginHarness) throws {
        if harness.plugin.role == .provider, !harness.plugin.lockstep { return _ = try harness.listen() }
        let (type, body) = try question(harness)
        let id = try harness.send(type, body, cycle: type == .evaluate ? 1 : nil, budget: Limits.budgetMilliseconds)
        let message = try harness.answer(to: id, "answer to the next \(type.rawValue)")
        guard message.header.type != .error else {
            throw Broken("after that it answers a sound \(type.rawValue) with error: \(message.quoted)")
        }
        if harness.plugin.role == .broker { _ = try harness.rest(of: id, "reconcile") }
    }

    private static func crit(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let (type, body) = try question(harness)
        let id = try harness.send(
            type, body, cycle: type == .evaluate ? 1 : nil, budget: Limits.budgetMilliseconds,
            crit: ["never_heard_of"], extra: [JSON.Member(key: "never_heard_of", value: .bool(true))])
        let message = try harness.next("error")
        guard message.header.type == .error else {
            throw Broken(
                "it answered \(type.rawValue) with \(message.header.type.rawValue), as if it knew \"never_heard_of\"")
        }
        guard message.header.re == id else {
            throw Broken("its error has re \(message.header.re ?? "absent"), the message's id is \(id)")
        }
        try goesOn(harness)
        return "error: \(try message.reason())"
    }

    private static func version(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let (type, body) = try question(harness)
        guard let talk = harness.conversation else { throw Broken("there is no session with it") }
        var header = Header(
            type: type, id: "v2", session: talk.session, epoch: harness.epoch, seq: talk.sent + 1,
            cycle: type == .evaluate ? 1 : nil, budgetMilliseconds: Limits.budgetMilliseconds)
        header.v = "2.0"
        harness.conversation?.sent += 1
        harness.conversation?.asked["v2"] = type
        try harness.post([try harness.codec.encode(header), body.bytes])
        let message = try harness.next("error")
        guard message.header.type == .error else {
            throw Broken("it answered a message of version 2.0 with \(message.header.type.rawValue)")
        }
        try goesOn(harness)
        return "error: \(try message.reason())"
    }

    private static func frames(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let good = try harness.codec.encode(
            Header(
                type: .heartbeat, id: "x", session: harness.conversation?.session ?? "", epoch: harness.epoch, seq: 0))
        let strange: [(String, [[UInt8]])] = [
            ("one frame", [good]), ("three frames", [good, Array("{}".utf8), Array("{}".utf8)]),
            ("a header that is no JSON", [Array("{\"v\":".utf8), Array("{}".utf8)]),
            ("a header that is a list", [Array("[]".utf8), Array("{}".utf8)]),
            ("two empty frames", [[], []]),
            (
                "an unknown type",
                [
                    Array(String(decoding: good, as: UTF8.self).replacing("heartbeat", with: "dance").utf8),
                    Array("{}".utf8),
                ]
            ),
        ]
        harness.conversation?.asked["x"] = .heartbeat
        for (what, frames) in strange {
            try harness.post(frames)
            let message = try harness.next("error after \(what)")
            guard message.header.type == .error else {
                throw Broken("it answered \(what) with \(message.header.type.rawValue)")
            }
        }
        try goesOn(harness)
        return "\(strange.count) of \(strange.count) answered with error"
    }

    private static func named(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let session = harness.conversation?.session ?? ""
        let text = "{\"v\":\"1.1\",\"id\":\"named\",\"session\":\"\(session)\",\"epoch\":\(harness.epoch),\"seq\":0"
        let strange = [
            ("a header without a type", text + ",\"cycle\":7}", Int64(7)),
            ("a header of an unknown type", text + ",\"type\":\"dance\",\"cycle\":7}", 7),
            ("a header whose cycle is a text", text + ",\"type\":\"evaluate\",\"cycle\":\"7\"}", nil),
        ]
        harness.conversation?.asked["named"] = .heartbeat
        for (what, header, cycle) in strange {
            try harness.post([Array(header.utf8), Array("{}".utf8)])
            let message = try harness.answer(to: "named", "error after \(what)")
            guard message.header.type == .error else {
                throw Broken("it answered \(what) with \(message.header.type.rawValue)")
            }
            // A broker and a provider belong to no cycle.
            guard harness.plugin.role != .policy || message.header.cycle == cycle else {
                throw Broken(
                    "its error after \(what) has the cycle \(message.header.cycle.map(String.init) ?? "absent")")
            }
        }
        try goesOn(harness)
        return "\(strange.count) of \(strange.count) named"
    }

    private static func otherSession(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let (type, body) = try question(harness)
        let foreign: [(MessageType, JSON)] = [
            (type, body), (.heartbeat, .object([])),
            (.drain, .object([JSON.Member(key: "reason", value: .string("of another session"))])),
        ]
        for (type, body) in foreign {
            let header = Header(
                type: type, id: "other", session: "s0.0", epoch: harness.epoch, seq: 1,
                cycle: type == .evaluate ? 1 : nil, budgetMilliseconds: Limits.budgetMilliseconds)
            harness.conversation?.asked["other"] = type
            try harness.post([try harness.codec.encode(header), body.bytes])
            let heard = try harness.listen(milliseconds: 100)
            if let answer = heard.first(where: { $0.header.re == "other" || $0.header.type == .bye }) {
                throw Broken("it answered a \(type.rawValue) of another session with \(answer.header.type.rawValue)")
            }
            if harness.conversation?.answeredBeats.contains(where: { $0.re == "other" }) == true {
                throw Broken("it answered a heartbeat of another session")
            }
        }
        try goesOn(harness)
        return "\(foreign.map(\.0.rawValue).joined(separator: ", ")) of another session dropped"
    }

    private static func neverAnswered(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let reason = JSON.object([JSON.Member(key: "reason", value: .string("the check says so"))])
        var strange = Header(
            type: .error, id: "strange", session: harness.conversation?.session ?? "", epoch: harness.epoch, seq: 1)
        strange.v = "2.0"
        harness.conversation?.asked["strange"] = .error
        let id = try harness.send(.error, reason)
        try harness.post([try harness.codec.encode(strange), reason.bytes])
        if let answer = try harness.listen(milliseconds: 100).first(where: {
            $0.header.re == id || $0.header.re == "strange"
        }) {
            let which = answer.header.re == id ? "an error" : "an error of version 2.0"
            throw Broken("it answered \(which) with \(answer.header.type.rawValue)")
        }
        try goesOn(harness)
        return "nothing was said to an error, nor to one of version 2.0"
    }

    private static func role(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let foreign: [(MessageType, JSON)] = [
            (.command, .object([JSON.Member(key: "reconcile", value: .object([]))])), (.advance, .object([])),
            (.evaluate, try harness.encoded(try SnapshotFixtures(nil).empty())),
        ]
        let own = try question(harness).type
        var seen: [String] = []
        for (type, body) in foreign where type != own {
            let id = try harness.send(type, body, cycle: type == .evaluate ? 1 : nil, budget: Limits.budgetMilliseconds)
            let message = try harness.answer(to: id, "error after \(type.rawValue)")
            guard message.header.type == .error else {
                throw Broken(
                    "it answered \(type.rawValue), which is not for its role, with \(message.header.type.rawValue)")
            }
            seen.append(type.rawValue)
            if harness.plugin.role == .broker { _ = try harness.listen(milliseconds: 50) }
        }
        try goesOn(harness)
        return "\(seen.joined(separator: " and ")) answered with error"
    }

    private static func refused(_ harness: PluginHarness) throws -> String {
        try harness.startPlugin()
        let greeting = try harness.greeting()
        try harness.refuse(greeting, why: "the check refuses every plugin")
        let ending = try harness.ending(after: "refused")
        guard ending == .exited(3) else { throw Broken("it \(ending); 3 is right, by which a person sees why it went") }
        return "exited with 3"
    }

    private static func helloAgain(_ harness: PluginHarness) throws -> String {
        try harness.open()
        try goesOn(harness)
        harness.dropCore()
        let gone = monotonicMilliseconds()
        try harness.startCore()
        harness.beats = false
        let limit = 3 * Limits.heartbeatMilliseconds + 2_000 + Limits.helloAgainMilliseconds
        let greeting = try harness.greeting(within: limit)
        let silence = greeting.message.atMilliseconds - gone
        guard silence >= 3 * Limits.heartbeatMilliseconds else {
            throw Broken(
                "it said hello again after \(silence) ms; three heartbeats are \(3 * Limits.heartbeatMilliseconds) ms")
        }
        harness.beats = true
        try harness.welcome(greeting)
        let message = try harness.next("ready")
        guard message.header.type == .ready else {
            throw Broken("it answered the second welcome with \(message.header.type.rawValue): \(message.quoted)")
        }
        try goesOn(harness)
        return "hello again after \(silence) ms, and it answers the new core"
    }

    private static func drain(_ harness: PluginHarness) throws -> String {
        try harness.open()
        try goesOn(harness)
        let sent = monotonicMilliseconds()
        try harness.send(.drain, .object([JSON.Member(key: "reason", value: .string("the check drains"))]))
        let message = try harness.next("bye", within: Limits.exitMilliseconds)
        guard message.header.type == .bye else {
            throw Broken("it answered drain with \(message.header.type.rawValue)")
        }
        let ending = try harness.ending(after: "bye")
        guard ending == .exited(0) else { throw Broken("it said bye and \(ending); 0 is right\(harness.testimony)") }
        return "bye, and exited with 0 after \(monotonicMilliseconds() - sent) ms"
    }

    private static func orphan(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let sent = monotonicMilliseconds()
        harness.endInput()
        let ending = try harness.ending(after: "the end of its standard input")
        guard ending == .exited(0) else { throw Broken("it \(ending); 0 is right\(harness.testimony)") }
        return "exited with 0 after \(monotonicMilliseconds() - sent) ms"
    }
}

extension PluginHarness {
    func encoded(_ value: some Encodable) throws -> JSON { try JSONParser.parse(try codec.encode(value)) }

    /// Everything up to the one `done` of a command or a market update.
    func rest(of id: String, _ what: String) throws -> [Message] {
        var messages: [Message] = []
        while true {
            let message = try next("done of \(what)")
            messages.append(message)
            if message.header.type == .done, message.header.re == id { return messages }
            if message.header.type == .error, message.header.re == id { return messages }
        }
    }
}

extension Message {
    /// Of `error`, `bye` or `refused`.
    func reason() throws -> String { try read(Fault.self).reason }
}
