import JSON
import Testing
import Trading
import Wire

@testable import Node
@testable import Orchestration

/// Inputs that go to the journal by hand stand there as Codable would write them.
struct EntryCodecTests {
    private struct Ordinary<Value: Codable>: Codable {
        var value: Value
        init(_ value: Value) { self.value = value }
        init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }

    private static let at = Timestamp(seconds: 1_763_000_000)
    private static let id = ClientOrderID(unchecked: "bb1.2.NVDA.3")
    private static let answers = [
        PolicyAnswer(policy: PluginName(unchecked: "a"), recommendations: [], failure: "late"),
        PolicyAnswer(
            policy: PluginName(unchecked: "b"),
            recommendations: [Recommendation(symbol: Symbol(unchecked: "NVDA"), advice: .exit, reason: "x")]),
    ]
    private static let state = BrokerState(
        account: Account(id: AccountID(unchecked: "a"), cash: .one, equity: .one, buyingPower: .one), positions: [],
        openOrders: [], at: at)

    @Test("a state in which a person is asked can be written, and read back", arguments: Proposal.Kind.allCases)
    func proposals(kind: Proposal.Kind) throws {
        let change: Proposal.Change =
            switch kind {
            case .enter: .enter(Entry(side: .buy, quantity: .one, stop: ProtectiveStop(stopPrice: .one)))
            case .reduce: .reduce(to: .zero, of: .one)
            case .target: .target(.one)
            }
        var approvals = Approvals()
        approvals.want(
            Proposal(
                id: ProposalID(cycle: 25, symbol: Symbol(unchecked: "NVDA"), kind: kind),
                policy: PluginName(unchecked: "a"), reason: "so", change: change, until: Self.at, wantedAt: Self.at,
                wantedInCycle: 25))
        let bytes = try WireEncoder().encode(approvals)
        #expect(try WireDecoder().decode(Approvals.self, from: bytes, unknownFields: .refuse) == approvals)
    }

    static let inputs: [Input] = [
        .cycleDue, .wake, .market(MarketUpdate(at: at)),
        .execution(ExecutionReport(clientOrderID: id, event: .new, at: at)),
        .evaluated(cycle: 7, answers: answers),
        .orderAnswer(answer: OrderAnswer(clientOrderID: id, order: nil, executions: []), query: nil),
        .orderAnswer(answer: OrderAnswer(clientOrderID: id, order: nil, executions: []), query: 5),
        .brokerState(state: state, query: nil), .brokerState(state: state, query: 6),
        // These go the ordinary way.
        .policyReady(name: PluginName(unchecked: "a")), .messageGap(plugin: PluginName(unchecked: "a"), what: "1"),
        .pluginNotice(plugin: "a", what: "its process ended"),
        .stopping(why: "w"), .control(Control(command: .halt, who: "I", why: "so")),
        .commandNotSent(command: .query(clientOrderID: id), why: "gone"),
        .configured(
            Reconfiguration(
                why: "w", configuration: CoreConfiguration(account: AccountID(unchecked: "a"), policies: []),
                settings: [PluginSettings(plugin: PluginName(unchecked: "p"), settings: #"{"a":0.1}"#)], changes: ["c"],
                needsRestart: ["r"])), .misconfigured(why: "x"),
        .pluginManaged(plugin: "a", what: "is stopped", who: "me", why: "w"),
        .settingsAnswered(plugin: PluginName(unchecked: "a"), refusal: nil),
        .settingsAnswered(plugin: PluginName(unchecked: "a"), refusal: "no"),
        .swapBroker(SwapRequest(to: PluginName(unchecked: "b"), who: "I", why: "so")),
        .cashMovement(
            CashMovement(
                id: CashMovementID(unchecked: "d"), kind: .fee, amount: Money(units: -1), at: Timestamp(nanoseconds: 1))
        ),
        .executionCorrection(
            ExecutionCorrection(
                clientOrderID: ClientOrderID(unchecked: "a"), executionID: ExecutionID(unchecked: "x"),
                at: Timestamp(nanoseconds: 1))),
        .brokerLeft(name: PluginName(unchecked: "b")), .brokerFailed(name: PluginName(unchecked: "b"), why: "x"),
        .brokerFenced(name: PluginName(unchecked: "b"), finding: .laterEpoch(9, ours: 3)),
        .brokerFenced(name: PluginName(unchecked: "b"), finding: .otherJournal(epoch: 2)),
        .brokerFreed(name: PluginName(unchecked: "b"), who: "me", why: "so"),
    ]

    @Test("an input is written and read as Codable would", arguments: inputs)
    func input(_ input: Input) throws {
        let direct = try EntryCodec().encode(input).body
        let ordinary = try WireEncoder().encode(Ordinary(input))
        #expect(String(decoding: direct, as: UTF8.self) == String(decoding: ordinary, as: UTF8.self))
        #expect(try EntryCodec().decodeInput(direct) == input)
        #expect(
            try WireDecoder().decode(Ordinary<Input>.self, from: direct, unknownFields: .refuse).value == input)
    }

    @Test("every field of an answer is written")
    func answer() throws {
        var answer = PolicyAnswer(policy: PluginName(unchecked: "a"), recommendations: [], failure: "late")
        answer.leftOut = 3
        let tree = try JSONParser.parse(try WireEncoder().encode(answer))
        guard case .object(let members) = tree else {
            Issue.record("it is no object")
            return
        }
        #expect(members.count == Mirror(reflecting: answer).children.count)
    }

    @Test("what an input does not know is refused")
    func strange() throws {
        for json in [
            #"{"wake":{"strange":1}}"#, #"{"wake":{},"market":{}}"#, #"{"market":{"at":"5","strange":1}}"#, "{}",
        ] {
            #expect(throws: (any Error).self) { try EntryCodec().decodeInput(Array(json.utf8)) }
        }
    }
}
