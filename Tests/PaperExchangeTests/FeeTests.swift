import Testing
import Trading

@testable import PaperExchange

@Suite("Fees, taxes and movements of cash")
struct FeeTests {
    private func fees(_ change: (inout PaperFees) -> Void) -> PaperFees {
        var fees = PaperFees()
        change(&fees)
        return fees
    }

    @Test("nothing is taken, and nothing told, where nothing is configured")
    func none() throws {
        var harness = try ExchangeHarness(holding(100, at: "50"))
        try harness.quote("50", "50", last: "50")
        try harness.submit(order("a", .sell, 100))
        #expect(try harness.state().account.cash == money("105000"))
        #expect(harness.reports.allSatisfy { $0.fees == nil && $0.taxes == nil })
    }

    @Test("per order, per share and per cent are added, with a least and a most, in cents rounded up")
    func commission() throws {
        let plain = fees { ($0.perShare, $0.minimum, $0.maximum) = (price("0.005"), money("1"), money("2")) }
        #expect(try plain.charges(.buy, shares(10), value: money("500")).fees == money("1"))
        #expect(try plain.charges(.buy, shares(300), value: money("500")).fees == money("1.5"))
        #expect(try plain.charges(.buy, shares(301), value: money("500")).fees == money("1.51"))
        #expect(try plain.charges(.buy, shares(9_000), value: money("500")).fees == money("2"))
        let other = fees { ($0.perOrder, $0.percent) = (money("4.9"), Ratio(units: 2_500)) }
        #expect(try other.charges(.sell, shares(1), value: money("1000")).fees == money("7.4"))
    }

    @Test("regulators take of sales, and the state of purchases")
    func sides() throws {
        let fees = fees {
            ($0.salesPerMillion, $0.salesPerShare, $0.salesMaximum) = (money("27.8"), price("0.000166"), money("8.3"))
            $0.purchaseTax = Ratio(units: 5_000)
        }
        let sale = try fees.charges(.sell, shares(1_000), value: money("100000"))
        #expect(sale.fees == money("2.95") && sale.taxes == .zero)
        #expect(try fees.charges(.sell, shares(1_000_000), value: money("1")).fees == money("8.31"))
        let purchase = try fees.charges(.buy, shares(1_000), value: money("100000"))
        #expect(purchase.fees == .zero && purchase.taxes == money("500"))
    }

    @Test("the parts of an order cost together what the whole costs")
    func parts() throws {
        var harness = try ExchangeHarness(
            holding(100, at: "50") {
                $0.fees.perShare = price("0.005")
                $0.fees.minimum = money("1")
                $0.limitToQuoteSize = true
            })
        try harness.quote("50", "50", last: "50", sizes: 1)
        try harness.submit(order("a", .sell, 3))
        for second in 1...2 { try harness.quote("50", "50", sizes: 1, at: at(Int64(second))) }
        let told = harness.reports.compactMap(\.fees)
        #expect(told.count == 3)
        #expect(told.reduce(0) { $0 + $1.units } == Money.scale)
        #expect(try harness.state().account.cash == money("100149"))
    }

    @Test("a deposit comes once, at its time, is told and listed")
    func movement() throws {
        var configuration = configured { _ in }
        configuration.cashMovements = [
            PaperCash(id: CashMovementID(unchecked: "d"), kind: .deposit, amount: money("500"), afterSeconds: 60)
        ]
        var exchange = try PaperExchange(configuration, at: Timestamp(nanoseconds: 0))
        _ = try exchange.advance(to: at(0))
        _ = try exchange.advance(to: at(59))
        #expect(exchange.takeMovements().isEmpty)
        #expect(try exchange.state(at: at(59)).cashMovements == nil)
        _ = try exchange.advance(to: at(60))
        let told = exchange.takeMovements()
        #expect(told.map(\.amount) == [money("500")] && told.first?.at == at(60))
        _ = try exchange.advance(to: at(600))
        let state = try exchange.state(at: at(600))
        #expect(state.cashMovements == told && state.account.cash == money("100500"))
    }

    @Test("a dividend is told as a movement, with the symbol")
    func dividend() throws {
        var harness = try ExchangeHarness(holding(100))
        try harness.act(.dividend(amount: price("0.5")))
        let movement = try #require(try harness.state().cashMovements?.first)
        #expect(movement.kind == .dividend && movement.amount == money("50") && movement.symbol == nvda)
    }

    @Test(
        "what cannot be is refused with its place",
        arguments: [
            (
                "fees.per_order",
                { @Sendable (configuration: inout PaperConfiguration) in configuration.fees.perOrder = Money(units: -1)
                }
            ),
            ("fees.percent", { @Sendable configuration in configuration.fees.percent = .one }),
            (
                "fees.maximum",
                { @Sendable configuration in
                    (configuration.fees.minimum, configuration.fees.maximum) = (Money(units: 2), Money(units: 1))
                }
            ),
            (
                "cash_movements[0].amount",
                { @Sendable configuration in
                    configuration.cashMovements = [
                        PaperCash(
                            id: CashMovementID(unchecked: "d"), kind: .withdrawal, amount: Money(units: 5),
                            afterSeconds: 1)
                    ]
                }
            ),
        ] as [(String, @Sendable (inout PaperConfiguration) -> Void)])
    func refused(_ bad: (path: String, change: @Sendable (inout PaperConfiguration) -> Void)) {
        let error = #expect(throws: PaperConfigurationError.self) {
            try configured { bad.change(&$0) }.validate()
        }
        #expect(error?.path == bad.path)
    }
}
