import JSON
import Supervision
import SystemTime
import Trading
import Wire

/// What holds for a policy: a function from the whole to recommendations.
enum PolicyChecks {
    static let all = [
        Check(
            "policy.answer",
            "evaluate is answered with recommendations that the schema allows, with re and cycle, within the budget",
            in: Section.policies, run: answer),
        Check(
            "policy.same-answer", "the same portfolio gives the same recommendations", in: Section.policies,
            run: sameAnswer),
        Check(
            "policy.same-after-restart", "and the same ones from another process", in: Section.policies,
            needsProcess: true, run: sameAfterRestart),
        Check("policy.no-leak", "what was asked before changes no answer", in: Section.policies, run: noLeak),
        Check(
            "policy.newest",
            "of several questions that wait the newest is answered, within its own budget, and none after it",
            in: Section.policies, run: newest),
        Check(
            "policy.drain-busy", "drain ends what is under way, and is answered with bye", in: Section.life,
            needsProcess: true, run: drainBusy),
        Check(
            "policy.empty", "a portfolio without positions, orders and prices is answered", in: Section.policies,
            run: empty),
        Check(
            "policy.huge", "a portfolio of \(Limits.hugePositions) positions is answered within the budget",
            in: Section.policies, run: huge),
        Check(
            "policy.extreme", "figures at the ends of what can be written are answered, with error at the worst",
            in: Section.json, run: extreme),
        Check(
            "policy.malformed", "what is no portfolio is answered with error and re, and the next one as ever",
            in: Section.json, run: malformed),
        Check(
            "policy.unknown-field", "unknown fields are ignored: the answer is the same", in: Section.json,
            run: unknownField),
        Check(
            "policy.unknown-value", "an unknown advice, section or enum value of a later minor is no reason to end",
            in: Section.versions, run: unknownValue),
    ]

    /// Asks, and reads the answer strictly by the schema.
    static func ask(
        _ harness: PluginHarness, _ scene: PortfolioSnapshot, cycle: Int64 = 1,
        budget: Int64 = Limits.budgetMilliseconds
    ) throws -> JSON {
        var scene = scene
        scene.cycle = cycle
        return try ask(harness, try harness.encoded(scene), cycle: cycle, budget: budget)
    }

    static func ask(_ harness: PluginHarness, _ body: JSON, cycle: Int64, budget: Int64 = Limits.budgetMilliseconds)
        throws
        -> JSON
    {
        try ask(harness, body: body.bytes, cycle: cycle, budget: budget)
    }

    private static func ask(_ harness: PluginHarness, body: [UInt8], cycle: Int64, budget: Int64) throws -> JSON {
        let id = try harness.send(.evaluate, body: body, cycle: cycle, budget: budget)
        return try judged(harness.answer(to: id, "recommendations", within: budget), cycle: cycle)
    }

    /// What is taken of an answer.
    private static func judged(_ message: Message, cycle: Int64) throws -> JSON {
        guard message.header.type == .recommendations else {
            throw Broken("it answered evaluate with \(message.header.type.rawValue): \(message.quoted)")
        }
        guard message.header.cycle == cycle else {
            throw Broken(
                "its answer says cycle \(message.header.cycle.map(String.init) ?? "absent"), the question \(cycle)")
        }
        _ = try message.read(Recommendations.self, strictly: true)
        return try message.tree().canonical
    }

    private static func count(_ answer: JSON) -> Int {
        if case .array(let list)? = answer["recommendations"] { list.count } else { 0 }
    }

    private static func fixtures(_ harness: PluginHarness) throws -> [(name: String, scene: PortfolioSnapshot)] {
        let fixtures = SnapshotFixtures(harness.ready.needs)
        return [
            ("usual", try fixtures.usual()), ("stressed", try fixtures.stressed()), ("friday", try fixtures.friday()),
            ("empty", try fixtures.empty()),
        ]
    }

    private static func answer(_ harness: PluginHarness) throws -> String {
        try harness.open()
        var seen: [String] = []
        for (index, (name, scene)) in try fixtures(harness).enumerated() {
            let sent = monotonicMilliseconds()
            let answer = try ask(harness, scene, cycle: Int64(index + 1))
            seen.append("\(name) \(count(answer)) in \(monotonicMilliseconds() - sent) ms")
        }
        let extra = try harness.listen(milliseconds: 50)
        if let word = extra.first { throw Broken("after its answer it sent \(word.header.type.rawValue) unasked") }
        return "recommendations: \(seen.joined(separator: ", "))"
    }

    private static func sameAnswer(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let all = try fixtures(harness)
        for (name, scene) in all {
            let first = try ask(harness, scene)
            for _ in 0..<3 {
                let again = try ask(harness, scene)
                guard again == first else { throw Broken("the \(name) portfolio twice: \(difference(first, again))") }
            }
        }
        return "\(all.count) portfolios, each four times"
    }

    private static func sameAfterRestart(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let all = try fixtures(harness)
        let before = try all.map { try ask(harness, $0.scene) }
        try harness.open()
        // The other way round, so that what is kept between questions shows too.
        for index in all.indices.reversed() {
            let after = try ask(harness, all[index].scene)
            guard after == before[index] else {
                throw Broken(
                    "the \(all[index].name) portfolio, from another process: \(difference(before[index], after))")
            }
        }
        return "\(all.count) portfolios, the same from two processes"
    }

    private static func noLeak(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let all = try fixtures(harness)
        for (name, scene) in all {
            let first = try ask(harness, scene)
            for (other, between) in all where other != name {
                _ = try ask(harness, between, cycle: 2)
                let again = try ask(harness, scene)
                guard again == first else {
                    throw Broken("the \(name) portfolio before and after the \(other) one: \(difference(first, again))")
                }
            }
        }
        return "\(all.count) portfolios, each asked about again after each other"
    }

    private static func difference(_ first: JSON, _ second: JSON) -> String {
        guard case .array(let left)? = first["recommendations"], case .array(let right)? = second["recommendations"]
        else {
            return "\(first.short) and \(second.short)"
        }
        let pair = zip(left, right).first { $0 != $1 }
        let words = pair.map {
            "\(String(decoding: $0.bytes.prefix(160), as: UTF8.self)) and \(String(decoding: $1.bytes.prefix(160), as: UTF8.self))"
        }
        return words ?? "\(left.count) and \(right.count) recommendations"
    }

    /// The core gives a question up by asking the next one; there is no other message for it.
    private static func newest(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let body = try harness.encoded(SnapshotFixtures(harness.ready.needs).usual())
        _ = try ask(harness, body, cycle: 1)
        var ids: [String: Int64] = [:]
        var last = ""
        let sent = monotonicMilliseconds()
        for cycle in 2...Int64(Limits.burst + 1) {
            last = try harness.send(
                .evaluate, body.setting("cycle", to: .integer(cycle)), cycle: cycle, budget: Limits.budgetMilliseconds)
            ids[last] = cycle
        }
        var answered = 0
        while true {
            let left = sent + Limits.budgetMilliseconds - monotonicMilliseconds()
            guard let message = try harness.nextOrNothing(within: left) else {
                throw Broken(
                    "\(Limits.burst) questions waited; \(answered) older ones were answered, the newest was not within \(Limits.budgetMilliseconds) ms"
                )
            }
            guard let re = message.header.re, let cycle = ids[re] else {
                throw Broken("\(message.header.type.rawValue) with re \(message.header.re ?? "absent") answers nothing")
            }
            // It may say that it gave an older one up.
            if message.header.type == .error, re != last { continue }
            _ = try judged(message, cycle: cycle)
            answered += 1
            if re == last { break }
        }
        let took = monotonicMilliseconds() - sent
        if let late = try harness.listen().first(where: { $0.header.type == .recommendations }) {
            throw Broken("after the newest it answered cycle \(late.header.cycle ?? 0)")
        }
        return "\(Limits.burst) questions at once: \(answered) answered, the newest last, after \(took) ms"
    }

    private static func drainBusy(_ harness: PluginHarness) throws -> String {
        let body = try hugeBody(harness)
        try harness.send(.evaluate, body: body, cycle: 1, budget: Limits.answerMilliseconds)
        try harness.send(.drain, .object([JSON.Member(key: "reason", value: .string("the check drains"))]))
        var finished = false
        while let message = try harness.nextOrEnd(within: Limits.exitMilliseconds) {
            if message.header.type == .recommendations { finished = true }
            guard message.header.type == .bye else { continue }
            let ending = try harness.ending(after: "bye")
            guard ending == .exited(0) else { throw Broken("it said bye and \(ending)") }
            return
                "\(finished ? "it answered what was under way" : "it gave up what was under way"), said bye and exited with 0"
        }
        throw Broken("it ended without bye")
    }

    private static func empty(_ harness: PluginHarness) throws -> String {
        try harness.open()
        return "\(count(try ask(harness, try SnapshotFixtures(harness.ready.needs).empty()))) recommendations"
    }

    /// Made, to its last byte, before the session in which it is sent: while it is made the core sends nothing.
    private static func hugeBody(_ harness: PluginHarness) throws -> [UInt8] {
        let body = try harness.codec.encode(SnapshotFixtures(harness.open().needs).huge())
        try harness.open()
        return body
    }

    private static func huge(_ harness: PluginHarness) throws -> String {
        let body = try hugeBody(harness)
        let sent = monotonicMilliseconds()
        let answer = try ask(harness, body: body, cycle: 1, budget: Limits.hugeBudgetMilliseconds)
        return "\(body.count / 1_000) kB, \(count(answer)) recommendations in \(monotonicMilliseconds() - sent) ms"
    }

    private static func extreme(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let id = try harness.send(
            .evaluate, try harness.encoded(SnapshotFixtures(harness.ready.needs).extreme()), cycle: 1,
            budget: Limits.budgetMilliseconds)
        let message = try harness.answer(to: id, "answer to extreme figures", within: Limits.budgetMilliseconds)
        if message.header.type != .error { _ = try judged(message, cycle: 1) }
        try LifeChecks.goesOn(harness)
        return message.header.type == .error ? "error: \(try message.reason())" : "recommendations"
    }

    private static func malformed(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let sound = try harness.encoded(SnapshotFixtures(harness.ready.needs).usual())
        let plain = try ask(harness, sound, cycle: 1)
        let bodies: [(String, [UInt8])] = [
            ("no JSON", Array("{\"cycle\":1,".utf8)), ("nothing", []), ("a list", Array("[]".utf8)),
            ("an object without fields", Array("{}".utf8)),
            ("positions that are text", sound.setting("positions", to: .string("many")).bytes),
            ("NaN", sound.bytes.dropLast() + Array(",\"later\":NaN}".utf8)),
            ("a key twice", sound.bytes.dropLast() + Array(",\"at\":\"1\"}".utf8)),
            (
                "nesting without end",
                sound.bytes.dropLast() + Array(",\"later\":".utf8) + [UInt8](repeating: 91, count: 100_000)
            ),
        ]
        var taken: [String] = []
        for (what, bytes) in bodies {
            let message = try word(harness, bytes, what)
            if message.header.type != .error { taken.append(what) }
        }
        // What it does not look at it need not refuse; but it must not reckon with it.
        for (what, price) in [
            ("a price that is a number", JSON.number("189.07")), ("a price with an exponent", .string("1.8907e2")),
        ] {
            let message = try word(harness, replaced(sound, price: price), what)
            if message.header.type != .error, try judged(message, cycle: 1) != plain {
                taken.append("\(what), and reckoned with it")
            }
        }
        guard taken.isEmpty else {
            throw Broken("it answered as if it were a portfolio: \(taken.joined(separator: ", "))")
        }
        try LifeChecks.goesOn(harness)
        return "\(bodies.count) bodies answered with error"
    }

    private static func word(_ harness: PluginHarness, _ bytes: [UInt8], _ what: String) throws -> Message {
        let id = try harness.send(.evaluate, body: bytes, cycle: 1, budget: Limits.budgetMilliseconds)
        return try harness.answer(to: id, "error for \(what)", within: Limits.budgetMilliseconds)
    }

    /// With another average price of the first position.
    private static func replaced(_ sound: JSON, price: JSON) -> [UInt8] {
        guard case .array(var positions)? = sound["positions"], !positions.isEmpty else { return sound.bytes }
        positions[0] = positions[0].setting("average_price", to: price)
        return sound.setting("positions", to: .array(positions)).bytes
    }

    private static func unknownField(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let sound = try harness.encoded(SnapshotFixtures(harness.ready.needs).usual())
        let plain = try ask(harness, sound, cycle: 1)
        let (strange, count) = sprinkled(sound)
        let id = try harness.send(
            .evaluate, strange, cycle: 1, budget: Limits.budgetMilliseconds,
            extra: [JSON.Member(key: "of_a_later_minor", value: .object([]))])
        let answer = try judged(harness.answer(to: id, "recommendations", within: Limits.budgetMilliseconds), cycle: 1)
        guard answer == plain else { throw Broken("with unknown fields: \(difference(plain, answer))") }
        return "\(count) unknown fields, the same answer"
    }

    /// A field that nobody knows in every object.
    private static func sprinkled(_ value: JSON) -> (JSON, Int) {
        switch value {
        case .null, .bool, .number, .string: return (value, 0)
        case .array(let items):
            let all = items.map(sprinkled)
            return (.array(all.map(\.0)), all.map(\.1).reduce(0, +))
        case .object(let members):
            let all = members.map { member in
                let (value, count) = sprinkled(member.value)
                return (JSON.Member(key: member.key, value: value), count)
            }
            let new = JSON.Member(key: "of_a_later_minor", value: .object([JSON.Member(key: "x", value: .string("y"))]))
            return (.object(all.map(\.0) + [new]), all.map(\.1).reduce(1, +))
        }
    }

    private static func unknownValue(_ harness: PluginHarness) throws -> String {
        try harness.open()
        let body = try harness.encoded(SnapshotFixtures(harness.ready.needs).usual()).setting(
            "session", to: .string("lunch_break"))
        let id = try harness.send(.evaluate, body, cycle: 1, budget: Limits.budgetMilliseconds)
        let message = try harness.answer(to: id, "answer", within: Limits.budgetMilliseconds)
        if message.header.type != .error { _ = try judged(message, cycle: 1) }
        try LifeChecks.goesOn(harness)
        return message.header.type == .error
            ? "error: \(try message.reason())" : "recommendations, as if it did not matter"
    }
}
