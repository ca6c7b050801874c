import CoreTestSupport
import JSON
import Journal
import JournalTesting
import Messaging
import Orchestration
import NodeRig
import Testing
import Trading
import Wire

@testable import Node

/// A live loop, and what plugins say to it message by message. Sessions are named s1.1, s1.2 ... in the order of their hellos.
final class Talk {
    let rig = Rig()
    let journal = InMemoryJournal()
    private let codec = MessageCodec()
    private(set) var sent: [(peer: Peer, header: Header, body: Bytes)] = []
    private var steps: [() -> [(peer: Peer, frames: [Bytes])]] = []
    private var ends: [Int: (peer: Peer?, why: String)] = [:]
    private var sequence: [Peer: Int64] = [:]
    var settings: [JSON] = []

    static func peer(_ role: Role, _ name: String = "a") -> Peer {
        Peer(socket: role.rawValue, id: PeerID(fromTransport: Array(name.utf8)))
    }

    /// A message for the next wait, or for the same one as the step before.
    func say(
        _ peer: Peer, _ type: String, _ body: String = "{}", session: String = "", seq: Int64? = nil,
        fields: String = "", together: Bool = false
    ) {
        let number = seq ?? (sequence[peer] ?? 0) + 1
        sequence[peer] = number == .max ? 0 : number
        let header =
            #"{"v":"1.1","type":"\#(type)","id":"m\#(number)","session":"\#(session)","epoch":0,"seq":\#(number)\#(fields)}"#
        let message = (peer: peer, frames: [Array(header.utf8), Array(body.utf8)])
        if together, let last = steps.popLast() {
            steps.append { last() + [message] }
        } else {
            steps.append { [message] }
        }
    }

    func raw(_ peer: Peer, _ text: String) { steps.append { [(peer: peer, frames: [Array(text.utf8), []])] } }

    /// The transport has ended a connection.
    func ended(_ peer: Peer?, _ why: String) {
        ends[steps.count] = (peer, why)
        steps.append { [] }
    }

    func hello(_ peer: Peer, _ name: String, minor: Int64 = 1, together: Bool = false) {
        sequence[peer] = 0
        let body =
            #"{"name":"\#(name)","role":"\#(peer.socket)","version":"1","speaks":{"major":1,"minor":\#(minor)}}"#
        say(peer, "hello", body, together: together)
    }

    func pass(milliseconds: Int64) {
        steps.append { [rig] in
            rig.pass(milliseconds: milliseconds)
            return []
        }
    }

    /// A broker that holds nothing connects, and reports so when the core asks at the end of the start.
    func reconciledBroker(_ session: String) {
        let peer = Self.peer(.broker)
        hello(peer, "desk")
        let capabilities =
            #"{"capabilities":{"order_types":["market","stop"],"time_in_force":["gtc"],"groups":[],"replaces_price":false,"replaces_quantity":false,"reserves_shares":true,"wants_market_data":false,"price_increment":{"at_or_above_one":"0.01","below_one":"0.0001"},"quantity_increment":"1"}}"#
        say(peer, "ready", capabilities, session: session)
        pass(milliseconds: 200)
        pass(milliseconds: 1)
        let account = #"{"id":"test","currency":"USD","cash":"1","equity":"1","buying_power":"1"}"#
        say(
            peer, "broker_state",
            #"{"account":\#(account),"positions":[],"open_orders":[],"at":"1773669600000000000"}"#, session: session,
            fields: #","re":"\#(session)-2""#)
        say(peer, "done", session: session, fields: #","re":"\#(session)-2""#)
    }

    /// Runs all that was said; then the core stops.
    @discardableResult
    func run(_ change: (inout LiveNodeOptions) -> Void = { _ in }) throws -> RunEnd {
        var core = CoreConfiguration(account: "test", policies: ["p1", "p2"])
        core.brokers = ["desk"]
        let plugins: [(PluginName, Role)] = [("p1", .policy), ("p2", .policy), ("desk", .broker), ("tape", .provider)]
        var options = LiveNodeOptions(
            plugins: plugins.map { PluginSpec(name: $0.0, role: $0.1, settings: .object([]), program: nil) },
            core: core, lockstep: false, stateDirectory: "")
        options.startMilliseconds = 100
        options.drainMilliseconds = 100
        options.heartbeatMilliseconds = 60_000
        change(&options)
        rig.onSend = { [unowned self] frames, peer in
            do { sent.append((peer, try codec.header(frames), frames[1])) } catch { Issue.record("\(error)") }
        }
        var step = 0
        rig.onWait = { [unowned self] _ in
            rig.pass(milliseconds: 1)
            var arrivals = Arrivals()
            guard step < steps.count else {
                rig.signal = 15
                return arrivals
            }
            arrivals.messages = steps[step]()
            arrivals.ended = ends[step].map { [$0] } ?? []
            step += 1
            return arrivals
        }
        let source = Settings(core: options.core, plugins: options.plugins)
        let live = rig.live(Node(core: Orchestrator(), journal: journal), options, source)
        let end = try live.run()
        #expect(try Replay.run(journal).isIdentical)
        return end
    }

    func inputs(_ type: String) throws -> [String] {
        try journal.entries(type: type, limit: 1_000).filter { $0.kind == .input }.map {
            String(decoding: $0.body, as: UTF8.self)
        }
    }

    func answers(to peer: Peer, _ type: MessageType) -> [Header] {
        sent.filter { $0.peer == peer && $0.header.type == type }.map(\.header)
    }

    func reasons(to peer: Peer) -> [String] {
        sent.filter { $0.peer == peer && [.error, .refused].contains($0.header.type) }.map {
            String(decoding: $0.body, as: UTF8.self)
        }
    }
}

/// With every reload p1 has other settings.
private final class Settings: ConfigurationSource {
    private let core: CoreConfiguration
    private let plugins: [PluginSpec]
    private var loads = 0

    init(core: CoreConfiguration, plugins: [PluginSpec]) { (self.core, self.plugins) = (core, plugins) }

    func hasChanged() -> Bool { false }
    func load() throws -> ConfigurationTarget {
        loads += 1
        let changed = plugins.map { spec in
            var spec = spec
            if spec.name == "p1" { spec.settings = .object([JSON.Member(key: "trail", value: .integer(loads))]) }
            return spec
        }
        return ConfigurationTarget(core: core, plugins: changed, fixed: [:])
    }
}

/// What `scripts/fuzz --handshake` found, one by one.
@Suite("A session, from hello to bye, with plugins that do not keep to it")
struct SessionTests {
    private let talk = Talk()
    private let policy = Talk.peer(.policy)

    @Test(
        "a message with the largest number there is has no next one, and the core lives",
        arguments: [Int64.max, .min, -1])
    func largest(number: Int64) throws {
        talk.say(
            policy, "hello", #"{"name":"p1","role":"policy","version":"1","speaks":{"major":1,"minor":1}}"#, seq: number
        )
        talk.say(policy, "ready", session: "s1.1", seq: number)
        talk.say(policy, "heartbeat", session: "s1.1", seq: 1)
        talk.say(policy, "heartbeat", session: "s1.1", seq: number)
        talk.pass(milliseconds: 200)
        try talk.run()
        #expect(try talk.inputs("policy_ready").count == 1)
    }

    @Test("a connection has one name: a hello under another is refused, and the first goes on")
    func otherName() throws {
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        talk.pass(milliseconds: 200)
        talk.hello(policy, "p2")
        talk.pass(milliseconds: 20)
        try talk.run()
        #expect(talk.answers(to: policy, .welcome).count == 1)
        #expect(talk.reasons(to: policy).contains { $0.contains("this connection is p1's") })
        #expect(try talk.inputs("policy_ready").count == 1 && talk.inputs("policy_gone").isEmpty)
    }

    // MARK: - History

    private static let needs = #"{"needs":{"sections":["market"],"indicators":["sma(3,1m)"]}}"#
    private static let bar =
        #"{"symbol":"ABC","start":"1000000000","period":"60000000000","open":"9","high":"9","low":"9","close":"9","volume":"1"}"#

    /// A policy that needs an average, and a provider that has history or not.
    private func begin(_ ready: String) {
        talk.hello(policy, "p1")
        talk.say(policy, "ready", Self.needs, session: "s1.1")
        talk.hello(tape, "tape", minor: 2)
        talk.say(tape, "ready", ready, session: "s1.2")
        talk.pass(milliseconds: 200)
        talk.pass(milliseconds: 1)
    }

    private var tape: Peer { Talk.peer(.provider) }

    @Test("a provider that can is asked once, and the core is given its bars before the broker, piece by piece")
    func history() throws {
        begin(#"{"history":{}}"#)
        let re = #","re":"s1.2-2""#
        talk.say(tape, "bars", #"{"bars":[\#(Self.bar)]}"#, session: "s1.2", fields: re)
        talk.say(tape, "bars", #"{"bars":[\#(Self.bar)],"is_last":true}"#, session: "s1.2", fields: re)
        talk.reconciledBroker("s1.3")
        try talk.run()
        let asked = talk.sent.filter { $0.header.type == .history }.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(asked == [#"{"period":"60000000000","count":4}"#])
        #expect(try talk.inputs("history").count == 2 && talk.inputs("history_missing").isEmpty)
        let order = try talk.journal.entries(from: 1, limit: 1_000).filter { $0.kind == .input }.map(\.type)
        let (ready, history) = (order.firstIndex(of: "policy_ready"), order.firstIndex(of: "history"))
        let broker = order.firstIndex(of: "broker_ready")
        #expect(try #require(ready) < #require(history) && #require(history) < #require(broker))
    }

    @Test("one that does not answer in time, says an error or leaves: the run goes on without, and says so")
    func noHistory() throws {
        for fault in ["silence", "error", "bye"] {
            let test = SessionTests()
            test.begin(#"{"history":{}}"#)
            switch fault {
            case "error":
                test.talk.say(
                    test.tape, "error", #"{"reason":"no such bars"}"#, session: "s1.2", fields: #","re":"s1.2-2""#)
            case "bye": test.talk.say(test.tape, "bye", #"{"reason":"enough"}"#, session: "s1.2")
            default: test.talk.pass(milliseconds: 10_000)
            }
            test.talk.pass(milliseconds: 1)
            try test.talk.run()
            #expect(try test.talk.inputs("history_missing").count == 1, "\(fault)")
            #expect(try test.talk.inputs("policy_ready").count == 1, "\(fault)")
        }
    }

    @Test("one that does not say that it can is not asked, and bars that nobody asked for are refused")
    func notAsked() throws {
        begin("{}")
        talk.say(tape, "bars", #"{"bars":[\#(Self.bar)],"is_last":true}"#, session: "s1.2")
        try talk.run()
        #expect(!talk.sent.contains { $0.header.type == .history })
        #expect(try talk.inputs("history").isEmpty)
        #expect(talk.reasons(to: tape).contains { $0.contains("they answer no question") })
    }

    @Test("whose settings are wrong at the start ends it when it is required, and else is left out and told")
    func refusesSettings() throws {
        for isRequired in [false, true] {
            let talk = Talk()
            talk.hello(policy, "p1")
            talk.say(policy, "error", #"{"reason":"I take nothing"}"#, session: "s1.1", fields: #","re":"s1.1-1""#)
            talk.pass(milliseconds: 200)
            let end = try talk.run { if isRequired { $0.core.requiredPolicies = ["p1"] } }
            #expect(end == (isRequired ? .settingsRefused("p1: I take nothing") : .signal(15)), "\(end)")
            #expect(
                try talk.inputs("plugin_notice").contains {
                    $0.contains("left out, since it refuses its settings: I take nothing")
                } == !isRequired)
        }
    }

    @Test("there is no negative minor")
    func negativeMinor() throws {
        talk.hello(policy, "p1", minor: -1)
        try talk.run()
        #expect(talk.reasons(to: policy).contains { $0.contains("there is no minor version -1") })
    }

    @Test(
        "before ready a plugin has nothing to say about orders, prices or positions",
        arguments: [
            (Role.broker, "desk", "execution", #"{"client_order_id":"a","event":"new","at":"1773669660000000000"}"#),
            (.broker, "desk", "order_answer", #"{"client_order_id":"a","executions":[]}"#),
            (.broker, "desk", "done", "{}"),
            (.provider, "tape", "market", #"{"at":"1773669660000000000"}"#),
            (.policy, "p1", "recommendations", #"{"recommendations":[]}"#),
        ])
    func beforeReady(role: Role, name: String, type: String, body: String) throws {
        let peer = Talk.peer(role)
        talk.hello(peer, name)
        talk.say(peer, type, body, session: "s1.1")
        try talk.run()
        #expect(talk.reasons(to: peer) == [#"{"reason":"\#(type) before ready"}"#])
        #expect(try talk.inputs(type).isEmpty && talk.inputs("protocol_violation").count == 1)
    }

    @Test(
        "settings that come before the first ready are answered by it: the core hears of the plugin once, at the start's end"
    )
    func settingsFirst() throws {
        let person = Talk.peer(.control)
        talk.hello(policy, "p1")
        talk.say(person, "control", #"{"command":"reload","who":"me","why":"a test"}"#)
        talk.say(policy, "ready", session: "s1.1", fields: #","re":"s1.1-2""#)
        talk.pass(milliseconds: 20)
        talk.say(policy, "heartbeat", session: "s1.1")
        talk.pass(milliseconds: 200)
        talk.pass(milliseconds: 20)
        try talk.run()
        #expect(talk.answers(to: policy, .configure).map(\.id) == ["s1.1-2"])
        #expect(try talk.inputs("settings_answered") == [#"{"settings_answered":{"plugin":"p1"}}"#])
        #expect(try talk.inputs("policy_ready").count == 1)
        let order = try talk.journal.entries(from: 1, limit: 1_000).filter { $0.kind == .input }.map(\.type)
        #expect(order.firstIndex(of: "settings_answered")! < order.firstIndex(of: "policy_ready")!, "\(order)")
    }

    @Test("configure is never sent to a plugin of minor 0, not even when it says hello in the moment of the reload")
    func configureRace() throws {
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        talk.pass(milliseconds: 200)
        talk.say(Talk.peer(.control), "control", #"{"command":"reload","who":"me","why":"a test"}"#)
        talk.hello(policy, "p1", minor: 0, together: true)
        talk.pass(milliseconds: 20)
        try talk.run()
        #expect(talk.answers(to: policy, .welcome).count == 2 && talk.answers(to: policy, .configure).isEmpty)
        #expect(try talk.inputs("settings_answered").contains { $0.contains("at its start only") })
    }

    @Test(
        "an adapter that wants market data is sent what its minor knows, and nothing that it could fall over",
        arguments: [0, 1, 2] as [Int64])
    func marketOfMinor(minor: Int64) throws {
        talk.hello(Talk.peer(.broker), "desk", minor: minor)
        let capabilities =
            #"{"capabilities":{"order_types":["market","stop"],"time_in_force":["gtc"],"groups":[],"replaces_price":false,"replaces_quantity":false,"reserves_shares":true,"wants_market_data":true,"price_increment":{"at_or_above_one":"0.01","below_one":"0.0001"},"quantity_increment":"1"}}"#
        talk.say(Talk.peer(.broker), "ready", capabilities, session: "s1.1")
        talk.hello(Talk.peer(.provider), "tape")
        talk.say(Talk.peer(.provider), "ready", session: "s1.2")
        talk.pass(milliseconds: 200)
        talk.pass(milliseconds: 1)
        let split =
            #"{"id":"a","symbol":"ABC","kind":{"split":{"numerator":2,"denominator":1}},"effective_at":"1773669660000000000"}"#
        let rename =
            #"{"id":"b","symbol":"FB","kind":{"symbol_change":{"to":"META","numerator":1,"denominator":1}},"effective_at":"1773669660000000000"}"#
        talk.say(
            Talk.peer(.provider), "market", #"{"at":"1773669660000000000","corporate_actions":[\#(split),\#(rename)]}"#,
            session: "s1.2")
        talk.pass(milliseconds: 1)
        try talk.run()
        let bodies = talk.sent.filter { $0.header.type == .market }.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies.count == 1 && bodies.first?.contains("split") == true, "\(bodies)")
        #expect(bodies.first?.contains("symbol_change") == (minor >= 2))
    }

    @Test("who was started elsewhere, is asked to leave and stays, is not heard any more")
    func stays() throws {
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        talk.pass(milliseconds: 200)
        talk.say(Talk.peer(.control), "control", #"{"command":"plugin_stop","plugin":"p1","who":"me","why":"a test"}"#)
        talk.pass(milliseconds: 50)
        talk.say(policy, "heartbeat", session: "s1.1")
        talk.pass(milliseconds: 100)
        talk.pass(milliseconds: 20)
        talk.say(policy, "heartbeat", session: "s1.1")
        try talk.run()
        #expect(talk.answers(to: policy, .drain).count == 1)
        #expect(try talk.inputs("policy_gone").contains { $0.contains("it did not leave within 100 ms") })
        #expect(talk.reasons(to: policy) == [#"{"reason":"say hello first"}"#])
    }

    @Test("whoever comes and goes without end floods the core too")
    func comesAndGoes() throws {
        for count in 1...700 {
            talk.hello(policy, "p1", together: count > 1)
            talk.say(policy, "ready", session: "s1.\(count)", together: true)
            talk.say(policy, "bye", #"{"reason":"a while"}"#, session: "s1.\(count)", together: true)
        }
        try talk.run()
        #expect(try talk.inputs("protocol_violation").contains { $0.contains("it floods the core") })
    }

    @Test("messages that belong to nobody are told once a second, with how many there were")
    func knocking() throws {
        var lines: [String] = []
        talk.rig.onLog = { _, line in lines.append(line) }
        for _ in 0..<50 { talk.raw(policy, "no header") }
        talk.pass(milliseconds: 1_000)
        talk.raw(policy, "no header")
        try talk.run()
        let told = lines.filter { $0.contains("a message of an unauthenticated peer was refused") }
        #expect(told.count == 2 && told.last?.contains("(and 49 more before)") == true, "\(told)")
    }

    @Test("a type that a later minor may have is answered with its id and cycle, and ends nobody's answer")
    func unknownType() throws {
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        talk.reconciledBroker("s1.2")
        talk.pass(milliseconds: 1)
        talk.say(policy, "forecast", session: "s1.1", fields: #","cycle":7"#)
        talk.say(policy, "recommendations", #"{"recommendations":[]}"#, session: "s1.1", fields: #","cycle":1"#)
        talk.pass(milliseconds: 20)
        try talk.run()
        let error = try #require(talk.answers(to: policy, .error).first)
        #expect(error.re == "m3" && error.cycle == 7)
        #expect(
            try talk.inputs("evaluated")
                == [#"{"evaluated":{"cycle":1,"answers":[{"policy":"p1","recommendations":[]}]}}"#])
    }

    @Test("errors and last words are never answered, whatever is wrong with them", arguments: ["error", "bye"])
    func neverAnswered(type: String) throws {
        talk.say(policy, type, #"{"reason":"no session"}"#, session: "s1.1")
        talk.hello(policy, "p1")
        talk.say(policy, type, "[]", session: "s1.1")
        try talk.run()
        #expect(talk.reasons(to: policy).isEmpty)
    }
}
