import CoreTestSupport
import Testing
import Trading

@testable import Orchestration
@testable import Reporting

@Suite("Equity, payments and figures, by hand")
struct EquityTests {
    @Test("a deposit in the middle is no gain: the return is that of the money that was there")
    func deposit() throws {
        var teller = Teller(cash: "10000")
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 100, "ABC", at: "100")
        teller.nextDay()
        teller.price("ABC", "110")
        teller.cycle()
        // 11,000 become 33,000, and then gain 10 % of 11,000.
        teller.pay(.deposit, "22000")
        teller.nextDay()
        teller.price("ABC", "121")
        teller.cycle()
        let report = try teller.report()
        #expect(report.money.equityAtEnd == "34100" && report.money.deposits == "22000")
        #expect(report.money.profit == "2100" && report.money.unexplained == .zero && report.imbalance == 0)
        let growth = 1.1 * 34_100.0 / 33_000.0
        #expect(abs((report.performance.totalReturn?.value ?? 0) - (growth - 1)) < 1e-12)
        #expect(report.equity.map(\.paid) == [.zero, .zero, "22000"])
        #expect(report.performance.days == 2)
    }

    @Test("a payment within a day is valued where it happens")
    func paymentWithinDay() throws {
        var teller = Teller(cash: "10000")
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 100, "ABC", at: "100")
        // Up 10 %, then as much again is paid in, then up 10 % on half of it.
        teller.price("ABC", "110")
        teller.pay(.deposit, "11000")
        teller.price("ABC", "121")
        teller.cycle()
        let report = try teller.report()
        #expect(abs((report.performance.totalReturn?.value ?? 0) - (1.1 * 1.05 - 1)) < 1e-12)
    }

    @Test("a withdrawal is no loss, and no drawdown")
    func withdrawal() throws {
        var teller = Teller(cash: "10000")
        teller.cycle()
        teller.pay(.withdrawal, "-9000")
        teller.cycle()
        let report = try teller.report()
        #expect(report.performance.totalReturn?.value == 0 && report.performance.drawdownOfCycles == nil)
        #expect(report.money.withdrawals == "-9000" && report.money.profit == .zero)
    }

    @Test("money that moved without a word is paid in, and gets its name when it is told")
    func untold() throws {
        var teller = Teller(cash: "10000")
        teller.cycle()
        teller.changeCash(by: "5000")
        teller.builder.take(
            .alert(Alert(level: .warning, symbol: nil, reason: .moneyMoved("5000"))), at: teller.now)
        teller.cycle()
        var report = try teller.report()
        #expect(report.money.otherPaid == "5000" && report.money.profit == .zero && report.imbalance == 0)
        teller.pay(.deposit, "5000", .wasInCash)
        teller.cycle()
        report = try teller.report()
        #expect(report.money.otherPaid == .zero && report.money.deposits == "5000" && report.imbalance == 0)
        #expect(report.performance.totalReturn?.value == 0)
    }

    @Test("interest that was taken for money paid in is a gain after all")
    func interest() throws {
        var teller = Teller(cash: "10000")
        teller.cycle()
        teller.changeCash(by: "300")
        teller.builder.take(
            .alert(Alert(level: .warning, symbol: nil, reason: .moneyMoved("300"))), at: teller.now)
        teller.cycle()
        teller.pay(.interest, "300", .wasInCash)
        teller.cycle()
        let report = try teller.report()
        #expect(report.money.interest == "300" && report.money.otherPaid == .zero && report.money.profit == "300")
        #expect(report.imbalance == 0 && report.money.unexplained == .zero)
        #expect(abs((report.performance.totalReturn?.value ?? 0) - 0.03) < 1e-12)
    }

    @Test("what nothing explains is shown, and counts as a gain or a loss")
    func unexplained() throws {
        var teller = Teller(cash: "10000")
        teller.cycle()
        teller.changeCash(by: "-12.34")
        teller.cycle()
        let report = try teller.report()
        #expect(report.money.unexplained == "-12.34" && report.money.profit == "-12.34" && report.imbalance == 0)
    }

    @Test("positions that were there count from what they are worth, not from what they had cost")
    func openings() throws {
        var teller = Teller(cash: "10000")
        teller.builder.take(
            .brokerState(
                state: BrokerState(
                    account: Account(id: "test", cash: "10000", equity: "21000", buyingPower: "10000"),
                    positions: [BrokerPosition(symbol: "ABC", quantity: 100, averagePrice: "100")], openOrders: [],
                    at: teller.now), query: nil), at: teller.now)
        teller.builder.take(
            .discrepancy(
                Discrepancy(
                    kind: .openingPosition, symbol: "ABC", ours: .quantity(.zero), brokers: .quantity(100),
                    done: .adopted
                )), at: teller.now)
        func cycle(_ equity: Money) {
            teller.builder.take(.cycleDue, at: teller.now)
            teller.builder.take(
                .cycleStarted(
                    CycleStarted(
                        cycle: 1, trigger: .period, positions: 1, openOrders: 0, equity: equity, asked: [], missing: [])
                ),
                at: teller.now)
        }
        // By the broker's own figure: no price was seen yet.
        cycle("21000")
        teller.price("ABC", "110")
        cycle("21000")
        teller.price("ABC", "112")
        cycle("21200")
        let report = try teller.report()
        #expect(
            report.money.openChange == "200" && report.money.openAtEnd == "1200" && report.money.unexplained == .zero)
        #expect(report.bySymbol.map(\.profit) == ["200"] && report.imbalance == 0)
    }

    @Test("shares that somebody brought into the account are no gain")
    func transfer() throws {
        var teller = Teller(cash: "10000")
        teller.price("ABC", "100")
        teller.cycle()
        teller.builder.take(
            .discrepancy(
                Discrepancy(
                    kind: .manualTrade, symbol: "ABC", ours: .quantity(.zero), brokers: .quantity(50), done: .adopted)),
            at: teller.now)
        teller.changeCash(by: "5000")
        teller.cycle()
        let report = try teller.report()
        #expect(report.money.otherPaid == "5000" && report.performance.totalReturn?.value == 0)
        #expect(report.trades.first?.enteredBy == "broker's figure")
    }

    @Test("a report of a part: what was before has no profit in it, and its positions go on")
    func range() throws {
        var teller = Teller(
            cash: "10000",
            ReportOptions(since: Teller.monday + .day, until: Teller.monday + TimeSpan.seconds(3 * 86_400)))
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 10, "ABC", at: "100")
        for price in ["110", "115", "120", "130"] as [Price] {
            teller.nextDay()
            teller.price("ABC", price)
            teller.cycle()
        }
        let report = try teller.report()
        #expect(report.from == Teller.monday + .day && report.money.equityAtStart == "10100")
        #expect(report.money.equityAtEnd == "10200" && report.money.openChange == "100" && report.imbalance == 0)
        #expect(report.bySymbol.map(\.profit) == ["100"])
    }

    @Test("an empty range, and a journal without a cycle, are one sentence")
    func nothing() {
        let teller = Teller(cash: "1")
        #expect(throws: ReportError.self) { try teller.report() }
        var late = Teller(cash: "1", ReportOptions(since: Teller.monday + .day))
        late.cycle()
        #expect(throws: ReportError.self) { try late.report() }
        var other = Teller(cash: "1", ReportOptions(benchmark: "SPY"))
        other.cycle()
        #expect(throws: ReportError.noPrice(of: "SPY")) { try other.report() }
    }

    @Test("drawdown by days: its depth, its dates, and how long it lasted")
    func drawdown() throws {
        var teller = Teller(cash: "0")
        teller.changeCash(by: "1000")
        for change in ["0", "100", "-220", "100", "150"] as [Money] {
            teller.changeCash(by: change)
            teller.cycle()
            teller.nextDay()
        }
        let drawdown = try #require(try teller.report().performance.drawdown)
        #expect(abs(drawdown.depth.value + 0.2) < 1e-12 && drawdown.lasted == .seconds(3 * 86_400))
        #expect(
            drawdown.bottomAt - drawdown.peakAt == .day
                && drawdown.recoveredAt == drawdown.peakAt + .seconds(3 * 86_400))
    }

    @Test("a weekend is no trading day, but for what is traded round the clock")
    func weekend() throws {
        func report(_ symbol: Symbol) throws -> Report {
            var teller = Teller(cash: "10000")
            teller.price(symbol, "100")
            teller.cycle()
            teller.fill(.buy, 1, symbol, at: "100")
            for _ in 0..<7 {
                teller.nextDay()
                teller.price(symbol, "101")
                teller.cycle()
            }
            return try teller.report()
        }
        let (share, pair) = (try report("ABC"), try report("BTC/USD"))
        #expect(share.performance.days == 5 && share.performance.daysPerYear == 252)
        #expect(pair.performance.days == 7 && pair.performance.daysPerYear == 365)
    }

    @Test("the benchmark is bought at the beginning, through a split and a dividend")
    func benchmark() throws {
        var teller = Teller(cash: "10000", ReportOptions(benchmark: "SPY"))
        teller.price("SPY", "200")
        teller.cycle()
        teller.nextDay()
        teller.price("SPY", "210")
        teller.cycle()
        teller.nextDay()
        let split = CorporateAction(
            id: "1", symbol: "SPY", kind: .split(numerator: 2, denominator: 1), effectiveAt: teller.now)
        teller.price("SPY", "105")
        teller.builder.take(.corporateAction(action: split, done: .splitApplied(held: nil)), at: teller.now)
        let dividend = CorporateAction(id: "2", symbol: "SPY", kind: .dividend(amount: "5"), effectiveAt: teller.now)
        teller.price("SPY", "100")
        teller.builder.take(.corporateAction(action: dividend, done: .dividendNoted), at: teller.now)
        teller.cycle()
        let figures = try #require(try teller.report().benchmark)
        #expect(abs((figures.totalReturn?.value ?? 0) - 0.05) < 1e-12)
    }

    @Test("a price of a hundred million cycles keeps a curve of bounded length, with its end")
    func bounded() {
        var points = Points()
        for index in 0..<50_000 {
            points.append(
                Points.Point(at: Timestamp(seconds: Int64(index)), equity: Double(index), growth: 1, benchmark: nil))
        }
        #expect(points.list.count <= Points.most && points.all.last?.equity == 49_999 && points.all.first?.equity == 0)
    }
}
