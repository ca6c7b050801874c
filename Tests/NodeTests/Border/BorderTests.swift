import JournalTesting
import Orchestration
import Testing
import Trading
import Wire

@testable import Node

/// What a policy says in one cycle, as the journal has it afterwards.
@Suite("The border of the journal (I-BOUND-3, I-BOUND-4)")
struct BorderTests {
    private let policy = Talk.peer(.policy)

    /// The journaled answer of `p1`, and the errors that it got.
    private func answer(_ body: String, type: String = "recommendations") throws -> (entry: String, errors: [String]) {
        let talk = Talk()
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1")
        talk.reconciledBroker("s1.2")
        talk.say(policy, type, body, session: "s1.1", fields: #","cycle":1,"re":"s1.1-2""#)
        try talk.run()
        let entries = try talk.inputs("evaluated")
        #expect(entries.count == 1)
        return (entries.first ?? "", talk.reasons(to: policy))
    }

    private static func advice(_ advice: String, reason: String = "x", more: String = "") -> String {
        #"{"recommendations":[{"symbol":"NVDA","advice":\#(advice),"urgency":"low","reason":"\#(reason)"\#(more)}]}"#
    }

    @Test("a reason is cut and cleaned, and its recommendation counts")
    func reason() throws {
        let long = try answer(Self.advice(#"{"hold":{}}"#, reason: String(repeating: "r", count: 900_000)))
        #expect(long.entry.contains("… (900000 bytes)") && long.entry.utf8.count < 1_000 && long.errors.isEmpty)
        let wild = try answer(Self.advice(#"{"hold":{}}"#, reason: #"a\u0000b\u001b[2Jc\nd"#))
        #expect(wild.entry.contains(#""reason":"a\\u{0}b\\u{1b}[2Jc\\nd""#), "\(wild.entry)")
    }

    @Test("evidence has its number and its bytes")
    func evidence() throws {
        let one = #"{"name":"\#(String(repeating: "n", count: 500))","value":"\#(String(repeating: "v", count: 500))"}"#
        let all = Array(repeating: one, count: 500).joined(separator: ",")
        let (entry, _) = try answer(Self.advice(#"{"hold":{}}"#, more: #","evidence":[\#(all)]"#))
        #expect(entry.utf8.count < 32 * 250 + 500 && entry.contains("… (500 bytes)"))
    }

    @Test(
        "what is named by what cannot be a name is left out and told; the rest of the answer counts",
        arguments: [
            #"{"take_partial":{"fraction":"0.1","rung":"LONG"}}"#,
            #"{"take_partial":{"fraction":"0.1","rung":"a\u0000"}}"#,
            #"{"take_partial":{"fraction":"0.1","rung":""}}"#, #"{"advise":{"name":"LONG","value":"1"}}"#,
        ])
    func names(advice: String) throws {
        let bad = advice.replacing("LONG", with: String(repeating: "n", count: 65))
        let body = Self.advice(bad).replacing(
            "}]}", with: #"},{"symbol":"NVDA","advice":{"hold":{}},"urgency":"low","reason":"stays"}]}"#)
        let (entry, errors) = try answer(body)
        #expect(entry.contains("stays") && entry.contains(#""left_out":1"#) && !entry.contains("0.1"), "\(entry)")
        #expect(errors.count == 1 && errors[0].contains("recommendations[0]") && errors[0].contains("1 to 64 bytes"))
    }

    @Test("an answer that is longer than what is known allows is refused unread: its policy is missing from the cycle")
    func tooLong() throws {
        let body = Self.advice(#"{"hold":{}}"#, reason: String(repeating: "r", count: SpokenLimits.answerBytes))
        let (entry, errors) = try answer(body)
        #expect(entry.contains("is the most here (I-BOUND-4)") && entry.utf8.count < 500, "\(entry.prefix(500))")
        #expect(errors.contains { $0.contains("I-BOUND-4") })
    }

    @Test("an error is one sentence")
    func error() throws {
        let (entry, _) = try answer(#"{"reason":"\#(String(repeating: #"\n"#, count: 100_000))"}"#, type: "error")
        #expect(entry.contains(#"\\n\\n"#) && entry.contains("… (100000 bytes)") && entry.utf8.count < 1_200)
    }

    @Test("every sentence of somebody else fits in every input that has one")
    func inputs() throws {
        let long = String(repeating: "\0", count: 100_000)
        let report = ExecutionReport(
            clientOrderID: ClientOrderID(unchecked: "o"), event: .rejected, reason: long, at: Timestamp(seconds: 1))
        let movement = CashMovement(
            id: CashMovementID(unchecked: "c"), kind: .fee, amount: .zero, reason: long, at: Timestamp(seconds: 1))
        let inputs: [Input] = [
            .policyGone(name: "p", why: long), .brokerGone(name: "p", why: long), .providerGone(name: "p", why: long),
            .evaluated(cycle: 1, answers: [PolicyAnswer(policy: "p", recommendations: [], failure: long)]),
            .historyMissing(provider: "p", why: long), .execution(report),
            .orderAnswer(
                answer: OrderAnswer(
                    clientOrderID: report.clientOrderID, order: nil, executions: [report, report]), query: nil),
            .cashMovement(movement), .brokerError(name: "p", query: nil, why: long),
            .control(Control(command: .halt, who: long, why: long)),
            .asked(PersonRequest(symbol: nil, wish: .mode(.managed), who: long, why: long)),
            .messageGap(plugin: "p", what: long), .protocolViolation(plugin: "p", why: long),
            .pluginNotice(plugin: "p", what: long), .misconfigured(why: long),
            .configured(
                Reconfiguration(
                    why: long, configuration: CoreConfiguration(account: "a", policies: []),
                    changes: Array(repeating: "x", count: 10_000))),
            .settingsAnswered(plugin: "p", refusal: long),
            .pluginManaged(plugin: "p", what: "is stopped", who: long, why: long), .stopping(why: long),
            .swapBroker(SwapRequest(to: "p", who: long, why: long)), .brokerFailed(name: "p", why: long),
        ]
        let codec = EntryCodec()
        for input in inputs {
            let body = try codec.encode(input.bounded).body
            #expect(body.count < 10_000, "\(input.typeName): \(body.count)")
            #expect(input.bounded.bounded == input.bounded, "\(input.typeName)")
            #expect(try codec.decodeInput(body) == input.bounded)
        }
    }

    enum Needs: String, CaseIterable {
        case unread, periods, bars, sections

        var body: String {
            switch self {
            case .unread: BorderTests.bars(40_000, of: 1_000)
            case .periods: BorderTests.bars(51, of: 1)
            case .bars: BorderTests.bars(11, of: 1_000)
            case .sections:
                #"{"needs":{"sections":[\#(Array(repeating: #""market""#, count: 51).joined(separator: ","))]}}"#
            }
        }

        var words: String {
            switch self {
            case .unread: "I-BOUND-4"
            case .periods: "at most 50 periods"
            case .bars: "I-BOUND-6"
            case .sections: "at most 50 sections"
            }
        }
    }

    @Test(
        "a policy that needs more than is given is left out with the rule's number, and the run goes on",
        arguments: Needs.allCases)
    func needs(_ needs: Needs) throws {
        let talk = Talk()
        talk.hello(policy, "p1")
        talk.say(policy, "ready", needs.body, session: "s1.1")
        talk.pass(milliseconds: 200)
        #expect(try talk.run() == .signal(15))
        #expect(try talk.inputs("policy_ready").isEmpty)
        let told = try talk.inputs("plugin_notice")
        #expect(told.contains { $0.contains("left out") && $0.contains(needs.words) }, "\(told)")
    }

    @Test("what all policies need together is bounded as well")
    func sum() throws {
        let talk = Talk()
        let other = Talk.peer(.policy, "b")
        talk.hello(policy, "p1")
        talk.say(policy, "ready", Self.bars(10, of: 1_000), session: "s1.1")
        talk.hello(other, "p2")
        talk.say(other, "ready", Self.bars(10, of: 1_000, from: 9), session: "s1.2")
        talk.pass(milliseconds: 200)
        try talk.run()
        #expect(try talk.inputs("policy_ready").count == 2, "19,000 bars of all periods")
        #expect(PolicyNeeds.defectOfSum(Self.needs(21)) != nil && PolicyNeeds.defectOfSum(Self.needs(20)) == nil)
    }

    private static func bars(_ periods: Int, of count: Int, from first: Int = 0) -> String {
        let rows = (first..<first + periods).map { #"{"period":"\#($0 + 1)000000000","count":\#(count)}"# }
        return #"{"needs":{"bars":[\#(rows.joined(separator: ","))]}}"#
    }

    private static func needs(_ periods: Int) -> [PolicyNeeds] {
        (1...periods).map { PolicyNeeds(bars: [BarNeed(period: .seconds(Int64($0)), count: 1_000)]) }
    }

    @Test("a header has its bytes")
    func header() throws {
        let talk = Talk()
        talk.hello(policy, "p1")
        talk.say(policy, "ready", session: "s1.1", fields: #","x":"\#(String(repeating: "x", count: 20_000))""#)
        try talk.run()
        #expect(talk.reasons(to: policy).contains { $0.contains("a header of") && $0.contains("I-BOUND-4") })
    }
}
