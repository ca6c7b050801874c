import Testing
import Trading

@testable import Wire

@Suite("What an earlier minor does not know is not said to it")
struct MinorTests {
    private let at = Timestamp(nanoseconds: 1_773_669_660_000_000_000)
    private let id = ClientOrderID(unchecked: "a")

    private var fill: ExecutionReport {
        ExecutionReport(
            clientOrderID: id, event: .fill, executionID: ExecutionID(unchecked: "x"), price: Price(units: 1),
            quantity: .one, fees: Money(units: 5), taxes: Money(units: 1), at: at)
    }

    private var movement: CashMovement {
        CashMovement(id: CashMovementID(unchecked: "d"), kind: .deposit, amount: Money(units: 1), at: at)
    }

    @Test("fees, movements, corrections and rows that are left out are of minor 2", arguments: [0, 1] as [Int64])
    func earlier(minor: Int64) throws {
        #expect(fill.spoken(inMinor: minor)?.fees == nil && fill.spoken(inMinor: minor)?.taxes == nil)
        let answer = OrderAnswer(clientOrderID: id, order: nil, executions: [fill]).spoken(inMinor: minor)
        #expect(answer?.executions.first?.fees == nil)
        let account = Account(id: AccountID(unchecked: "a"), cash: .zero, equity: .zero, buyingPower: .zero)
        let state = BrokerState(
            account: account, positions: [], openOrders: [], at: at,
            leftOut: [LeftOutRow(list: .positions, name: "x", reason: "y")], cashMovements: [movement])
        let spoken = state.spoken(inMinor: minor)
        #expect(spoken?.leftOut == nil && spoken?.cashMovements == nil)
        #expect(movement.spoken(inMinor: minor) == nil)
        let bust = ExecutionCorrection(clientOrderID: id, executionID: ExecutionID(unchecked: "x"), at: at)
        #expect(bust.spoken(inMinor: minor) == nil)
        #expect(state.spoken(inMinor: 2) == state && bust.spoken(inMinor: 2) == bust && fill.spoken(inMinor: 2) == fill)
    }

    @Test("a movement of a kind that is not known is read as other, by either way of reading")
    func unknownKind() throws {
        let body = #"{"id":"d","kind":"lottery","amount":"5","at":"1773669660000000000"}"#
        let codec = MessageCodec()
        #expect(try codec.command(CashMovement.self, Array(body.utf8)).kind == .other)
        let state =
            #"{"account":{"id":"a","currency":"USD","cash":"1","equity":"1","buying_power":"1"},"positions":[],"open_orders":[],"at":"1773669660000000000","cash_movements":[\#(body)]}"#
        #expect(try codec.command(BrokerState.self, Array(state.utf8)).cashMovements?.first?.kind == .other)
    }

    @Test(
        "the minor of a version",
        arguments: [("1.2", 2), ("1.0", 0), ("1.99", 99), ("1", nil), ("1.x", nil)] as [(String, Int64?)])
    func minor(of version: String, is minor: Int64?) {
        #expect(ProtocolVersion.minor(of: version) == minor)
    }
}
