import Messaging
import Testing
import Trading
import Wire

@testable import Node

@Suite("What one peer can cause has a rate (I-BOUND-5)")
struct BudgetTests {
    @Test("twenty notices at once, then one each ten seconds, and how many were not told is told")
    func notices() {
        var budget = NoticeBudget()
        let first = (0..<100).map { _ in budget.consume(now: 5) }
        #expect(first.filter { $0 == .told(unsaid: 0) }.count == 20 && first.suffix(80).allSatisfy { $0 == .unsaid })
        #expect(budget.consume(now: 10_004) == .unsaid)
        #expect(budget.consume(now: 10_005) == .told(unsaid: 81))
        #expect(budget.consume(now: 10_006) == .unsaid)
        let later = (0..<100).filter { _ in budget.consume(now: .max - 1) != .unsaid }
        #expect(later.count == 20, "no more than that is saved up")
    }

    @Test("a flood of nonsense is answered and logged, and a fixed part of it reaches the journal")
    func violations() throws {
        let talk = Talk()
        let policy = Talk.peer(.policy)
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        for _ in 0..<300 { talk.say(policy, "recommendations", "nonsense", session: "s1.1", fields: #","cycle":1"#) }
        try talk.run()
        #expect(try talk.inputs("protocol_violation").count == 20)
        #expect(talk.reasons(to: policy).count == 300)
    }

    @Test("what it did wrong before hides nothing of its end: the cut is told")
    func cut() throws {
        let talk = Talk()
        let policy = Talk.peer(.policy)
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        for _ in 0..<1_100 { talk.say(policy, "recommendations", "nonsense", session: "s1.1", fields: #","cycle":1"#) }
        try talk.run()
        let told = try talk.inputs("protocol_violation")
        #expect(told.count == 21 && told.last?.contains("it floods the core") == true)
    }

    @Test("hello after hello is a flood")
    func hellos() throws {
        let talk = Talk()
        let policy = Talk.peer(.policy)
        for number in 1...100 {
            talk.hello(policy, "p1")
            talk.say(policy, "ready", session: "s1.\(number)")
        }
        talk.pass(milliseconds: 200)
        try talk.run()
        #expect(talk.answers(to: policy, .welcome).count < 50)
        let told = try talk.inputs("protocol_violation").filter { $0.contains("it floods the core") }
        #expect(told.count == 5, "each session is cut, and five cuts are told at once")
    }

    @Test("commands have a rate, and nobody's flood keeps a person from a halt")
    func control() {
        var rate = ControlRate()
        let (flood, person): (Int32, Int32) = (99, 10)
        func taken(_ command: String, by process: Int32?, now: Int64) -> Int {
            (0..<1_000).filter { _ in rate.consume(command, from: process, now: now) == nil }.count
        }
        #expect(taken("sell", by: flood, now: 0) == 50)
        #expect(rate.consume("reload", from: flood, now: 0)?.contains("nothing was done") == true)
        #expect(rate.consume("sell", from: person, now: 0) == nil, "a flood takes half at most")
        for command in ["halt", "reduce", "flatten", "resume"] {
            #expect(taken(command, by: flood, now: 0) == 10, "\(command)")
            #expect(rate.consume(command, from: person, now: 0) == nil, "a person's \(command) beside a flood of it")
        }
        #expect(taken("sell", by: flood, now: 1_000) == 5 && taken("halt", by: flood, now: 1_000) == 1)
        #expect(rate.consume("halt", from: person, now: 1_000) == nil)
    }

    @Test("all processes together have a rate too, however many there are, and so has what is remembered of them")
    func controlOfAll() {
        var rate = ControlRate()
        let halts = (1...5_000).filter { rate.consume("halt", from: $0, now: 0) == nil }.count
        let sales = (1...5_000).filter { rate.consume("sell", from: $0, now: 0) == nil }.count
        #expect(halts == 50 && sales == 100 && rate.rememberedCount <= ControlRate.remembered)
        #expect((1...5_000).filter { rate.consume("halt", from: $0, now: 1_000) == nil }.count == 5)
        var unknown = ControlRate()
        #expect((0..<100).filter { _ in unknown.consume("halt", from: nil, now: 0) == nil }.count == 10)
    }

    @Test("before a hello 272 KiB are heard, and one byte more ends the connection (I-BOUND-5)", arguments: [0, 1])
    func beforeHello(more: Int) throws {
        let talk = Talk()
        let policy = Talk.peer(.policy)
        var cuts: [Peer] = []
        talk.rig.onCut = { cuts.append($0) }
        talk.hello(policy, "p1")
        let other = Talk.peer(.policy, "b")
        let header = #"{"v":"1.1","type":"ready","id":"m1","session":"","epoch":0,"seq":1}"#
        let body = String(repeating: " ", count: SpokenLimits.messageBytesBeforeHello - header.utf8.count + more)
        talk.say(other, "ready", body)
        try talk.run()
        #expect(talk.reasons(to: other).contains { $0.contains("say hello first") } == (more == 0))
        #expect(cuts == (more == 0 ? [] : [other]))
        #expect(talk.answers(to: policy, .welcome).count == 1)
    }

    @Test("a connection that the transport has ended for too much is a flood of the plugin whose it was")
    func ended() throws {
        let talk = Talk()
        let policy = Talk.peer(.policy)
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        talk.ended(policy, "more than 8192 KiB came")
        talk.ended(nil, "more than 288 KiB came")
        try talk.run()
        #expect(
            try talk.inputs("protocol_violation").contains { $0.contains("it floods the core (more than 8192 KiB") })
    }

    @Test("what is not taken is said to whoever asked")
    func refused() throws {
        let talk = Talk()
        let person = Talk.peer(.control)
        for _ in 0..<150 { talk.say(person, "control", #"{"command":"ping","who":"x","why":"y"}"#) }
        talk.say(person, "control", #"{"command":"halt","who":"x","why":"y"}"#)
        try talk.run()
        let replies = talk.sent.filter { $0.header.type == .controlReply }.map {
            String(decoding: $0.body, as: UTF8.self)
        }
        #expect(replies.count == 151 && replies.filter { $0.contains("nothing was done") }.count > 90)
        #expect(try talk.inputs("control").count == 1)
    }
}
