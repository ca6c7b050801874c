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
        #expect(try talk.inputs("protocol_violation").contains { $0.contains("it floods the core") })
    }

    @Test("commands have a rate, and nobody's flood keeps a person from a halt")
    func control() {
        var rate = ControlRate()
        let taken = (0..<10_000).filter { _ in rate.consume("sell", now: 0) == nil }
        #expect(taken.count == 100)
        #expect(rate.consume("reload", now: 0)?.contains("nothing was done") == true)
        for command in ["halt", "reduce", "flatten", "resume"] {
            #expect((0..<100).filter { _ in rate.consume(command, now: 0) == nil }.count == 10, "\(command)")
        }
        #expect((0..<100).filter { _ in rate.consume("sell", now: 1_000) == nil }.count == 10)
        #expect((0..<100).filter { _ in rate.consume("halt", now: 1_000) == nil }.count == 1)
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
        #expect(replies.count == 151 && replies.filter { $0.contains("nothing was done") }.count > 40)
        #expect(try talk.inputs("control").count == 1)
    }
}
