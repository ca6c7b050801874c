import CoreTestSupport
import Testing
import Trading

@testable import Orchestration
@testable import Reporting

@Suite("Round trips, by hand")
struct RoundTripTests {
    @Test("a round trip with partial exits and fees: prices, profit, R, how far it went, and who did what")
    func partials() throws {
        var teller = Teller()
        teller.cycle()
        teller.price("ABC", "100")
        teller.enter(.buy, 100, "ABC", at: "100", stop: "98", charges: "1.00")
        // Up to 106 and down to 99 within a bar that began after the entry.
        teller.bar("ABC", "100", "106", "99", "104")
        teller.decide("ABC", [taken(.takePartial(fraction: "0.5", rung: "2R"), by: "partial-profit")]) { plan in
            plan.stop = ProtectiveStop(stopPrice: "103")
            plan.stopOwner = "stop-loss"
        }
        let half = ClientOrderID("bb0.5.ABC.1")
        teller.act(
            .close(side: .sell, quantity: 50, symbol: "ABC"), "ABC", DecisionID(unchecked: "5.ABC"), [half])
        teller.fill(.sell, 50, "ABC", at: "104", charges: "0.50", order: half)
        let stop = ClientOrderID("bb0.6.ABC.1")
        teller.act(
            .protect(quantity: 50, symbol: "ABC", stop: ProtectiveStop(stopPrice: "103"), target: nil), "ABC",
            DecisionID(unchecked: "6.ABC"), [stop])
        teller.wait(.seconds(600))
        teller.price("ABC", "103")
        teller.fill(.sell, 50, "ABC", at: "103", charges: "0.50", order: stop)
        teller.cycle()
        let report = try teller.report()
        let trade = try #require(report.trades.first)
        #expect(report.trades.count == 1 && trade.closedAt != nil && trade.side == .long)
        #expect(trade.entered == 100 && trade.exited == 100 && trade.held == .zero && trade.partialExits == 1)
        #expect(trade.entryPrice == "100" && trade.exitPrice == "103.5")
        // 50 x 4 + 50 x 3 - 2.00.
        #expect(trade.profit == "348" && trade.charges == "2" && trade.risk == "200")
        #expect(trade.profitInR?.description == "1.74")
        #expect(trade.maximumFavorable == "6" && trade.maximumAdverse == "1")
        #expect(trade.maximumFavorableInR?.value == 3 && trade.maximumAdverseInR?.value == 0.5)
        #expect(trade.heldFor == .seconds(660))
        #expect(trade.enteredBy == "entries" && trade.protectedBy == ["entries", "stop-loss"])
        #expect(trade.reducedBy == ["partial-profit"] && trade.exitedBy == "stop-loss" && trade.exitCause == .stop)
        #expect(report.money.profit == "348" && report.money.realized == "348" && report.money.unexplained == .zero)
        #expect(report.imbalance == 0)
        let lines = Dictionary(uniqueKeysWithValues: report.byPolicy.map { ($0.name, $0) })
        #expect(lines["entries"]?.entered == PolicyLine.Part(count: 1, profit: "348"))
        #expect(lines["stop-loss"]?.stops == PolicyLine.Part(count: 1, profit: "149.5"))
        #expect(lines["partial-profit"]?.reductions == PolicyLine.Part(count: 1, profit: "199.5"))
        #expect(lines["stop-loss"]?.protected == 1)
    }

    @Test("a short gains when the price falls, and its worst is above its entry")
    func short() throws {
        var teller = Teller()
        teller.cycle()
        teller.price("ABC", "50")
        teller.enter(.sell, 200, "ABC", at: "50", stop: "52")
        teller.bar("ABC", "50", "51", "47", "48")
        teller.fill(.buy, 200, "ABC", at: "48")
        teller.cycle()
        let report = try teller.report()
        let trade = try #require(report.trades.first)
        #expect(trade.side == .short && trade.profit == "400" && trade.risk == "400" && trade.profitInR?.value == 1)
        #expect(trade.maximumFavorable == "3" && trade.maximumAdverse == "1")
        #expect(report.imbalance == 0 && report.money.unexplained == .zero)
    }

    @Test("what goes beyond flat ends one round trip and begins another")
    func flip() throws {
        var teller = Teller()
        teller.cycle()
        teller.price("ABC", "10")
        teller.fill(.buy, 100, "ABC", at: "10")
        teller.fill(.sell, 150, "ABC", at: "12", charges: "3")
        teller.price("ABC", "11")
        teller.cycle()
        let report = try teller.report()
        #expect(report.trades.map(\.profit) == ["198", "49"])
        #expect(report.trades.map(\.held) == [.zero, "-50"])
        #expect(report.money.realized == "197" && report.money.openAtEnd == "50" && report.imbalance == 0)
    }

    @Test("a split within a trade changes shares and prices and no money")
    func split() throws {
        var teller = Teller()
        teller.price("ABC", "700")
        teller.cycle()
        teller.enter(.buy, 10, "ABC", at: "700", stop: "665")
        teller.bar("ABC", "700", "707", "693", "700")
        teller.nextDay()
        teller.split("ABC", 7, 1, to: "101")
        teller.cycle()
        let open = try #require(try teller.report().trades.first)
        #expect(open.held == 70 && open.entryPrice == "100" && open.profit == "70")
        // Seven dollars of an old share are one of a new one; the fall to a seventh is none.
        #expect(open.maximumFavorable == "1" && open.maximumAdverse == "1")
        teller.fill(.sell, 70, "ABC", at: "102")
        teller.cycle()
        let report = try teller.report()
        let trade = try #require(report.trades.first)
        #expect(trade.profit == "140" && trade.risk == "350" && trade.profitInR?.value == 0.4)
        #expect(trade.maximumFavorable == "2" && report.imbalance == 0 && report.money.unexplained == .zero)
        #expect(report.executions.map(\.quantity) == [10, 70])
    }

    @Test("a reverse split leaves its fraction in cash")
    func reverseSplit() throws {
        var teller = Teller()
        teller.price("ABC", "1")
        teller.cycle()
        teller.fill(.buy, "1000", "ABC", at: "1")
        teller.split("ABC", 1, 20, to: "20")
        teller.cycle()
        #expect(try teller.report().trades.first?.held == 50)
        teller.price("ABC", "21")
        teller.cycle()
        let report = try teller.report()
        #expect(report.trades.first?.profit == "50" && report.money.unexplained == .zero)
    }

    @Test("a dividend is part of the trade: the price that falls by it is no loss")
    func dividend() throws {
        var teller = Teller()
        teller.price("ABC", "50")
        teller.cycle()
        teller.enter(.buy, 100, "ABC", at: "50", stop: "48")
        teller.nextDay()
        teller.dividend("ABC", "0.5")
        teller.cycle()
        let open = try #require(try teller.report().trades.first)
        #expect(open.profit == .zero && open.dividends == "50" && open.maximumAdverse == .zero)
        // It is paid, less a tax of 15 % at its source.
        teller.changeCash(by: "-7.5")
        let movement = CashMovement(
            id: CashMovementID(unchecked: "d1"), kind: .dividend, amount: "42.5", symbol: "ABC", at: teller.now)
        teller.builder.take(.cash(movement: movement, done: .booked), at: teller.now)
        teller.cycle()
        teller.fill(.sell, 100, "ABC", at: "49.5")
        teller.cycle()
        let report = try teller.report()
        #expect(report.trades.first?.profit == "-7.5" && report.money.dividends == "42.5")
        #expect(report.money.unexplained == .zero && report.imbalance == 0)
    }

    @Test("a bar that began before the entry says nothing of the trade's range")
    func barOfBefore() throws {
        var teller = Teller()
        teller.cycle()
        let start = teller.now
        teller.wait(.seconds(30))
        teller.fill(.buy, 100, "ABC", at: "100")
        let bar = Bar(
            symbol: "ABC", start: start, period: .seconds(60), open: "90", high: "110", low: "90", close: "101",
            volume: 1)
        teller.wait(.seconds(30))
        teller.builder.take(.market(MarketUpdate(at: teller.now, bars: [bar])), at: teller.now)
        let trade = try #require(try teller.report().trades.first)
        #expect(trade.maximumFavorable == "1" && trade.maximumAdverse == .zero)
    }

    @Test("a price far off counts when a second one agrees")
    func wrongPrint() throws {
        var teller = Teller()
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 100, "ABC", at: "100")
        teller.price("ABC", "1")
        teller.price("ABC", "101")
        #expect(try teller.report().trades.first?.maximumAdverse == .zero)
        teller.price("ABC", "20")
        teller.price("ABC", "21")
        #expect(try teller.report().trades.first?.maximumAdverse == "79")
    }

    @Test("an order of somebody else is nobody's decision")
    func external() throws {
        var teller = Teller()
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 10, "ABC", at: "100", order: "by-hand-1")
        teller.fill(.sell, 10, "ABC", at: "101", order: "by-hand-2")
        let report = try teller.report()
        #expect(report.trades.first?.enteredBy == "other orders" && report.byPolicy.map(\.name) == ["other orders"])
    }

    // MARK: - Corrections

    @Test("a corrected price changes the trade that it belongs to, also one that is over")
    func correctedPrice() throws {
        var teller = Teller()
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 100, "ABC", at: "100")
        let sale = teller.fill(.sell, 100, "ABC", at: "105")
        teller.fill(.buy, 10, "ABC", at: "100")
        teller.correct(sale, .sell, "ABC", (100, "105"), to: (100, "104"))
        teller.cycle()
        let report = try teller.report()
        #expect(report.trades.map(\.profit) == ["400", .zero] && report.trades.first?.exitPrice == "104")
        #expect(report.money.realized == "400" && report.imbalance == 0 && report.money.unexplained == .zero)
    }

    @Test("a sale that is taken back opens its trade again")
    func bust() throws {
        var teller = Teller()
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 100, "ABC", at: "100")
        let sale = teller.fill(.sell, 100, "ABC", at: "105")
        teller.correct(sale, .sell, "ABC", (100, "105"), to: nil)
        teller.price("ABC", "102")
        teller.cycle()
        let report = try teller.report()
        #expect(report.trades.map(\.held) == [100] && report.trades.first?.profit == "200")
        #expect(report.imbalance == 0 && report.money.unexplained == .zero && report.money.openAtEnd == "200")
    }

    @Test("an entry that is taken back was no trade")
    func bustOfEntry() throws {
        var teller = Teller()
        teller.price("ABC", "100")
        teller.cycle()
        let entry = teller.fill(.buy, 100, "ABC", at: "100")
        teller.price("ABC", "103")
        teller.correct(entry, .buy, "ABC", (100, "100"), to: nil)
        teller.cycle()
        let report = try teller.report()
        #expect(report.trades.isEmpty && report.money.profit == .zero && report.money.unexplained == .zero)
    }

    @Test("fewer shares than were told, when the trade is long over: the difference is in the present position")
    func lateQuantity() throws {
        var teller = Teller()
        teller.price("ABC", "100")
        teller.cycle()
        teller.fill(.buy, 100, "ABC", at: "100")
        let sale = teller.fill(.sell, 100, "ABC", at: "105")
        teller.fill(.buy, 10, "ABC", at: "100")
        teller.correct(sale, .sell, "ABC", (100, "105"), to: (90, "105"))
        teller.price("ABC", "101")
        teller.cycle()
        let report = try teller.report()
        #expect(report.trades.last?.held == 20 && report.imbalance == 0 && report.money.unexplained == .zero)
    }
}

private func taken(_ advice: Advice, by policy: PluginName) -> Disposition {
    Disposition(
        policy: policy, recommendation: Recommendation(symbol: "ABC", advice: advice, reason: "the test"),
        outcome: .taken,
        by: nil, why: .nothingAsked, until: nil)
}
