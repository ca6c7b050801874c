import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("New shares for old, recognized by the figures")
struct SplitRecognitionTests {
    private struct Figures {
        var held: Quantity
        var average: Price
        var after: Quantity
        var newAverage: Price
    }

    private func split(_ figures: Figures) -> String? {
        let ours = PositionRecord(
            symbol: "ABC", quantity: figures.held, averagePrice: figures.average, openedAt: Timestamp(seconds: 0))
        let theirs = BrokerPosition(symbol: "ABC", quantity: figures.after, averagePrice: figures.newAverage)
        return Split(from: ours, to: theirs).map { "\($0.numerator):\($0.denominator)" }
    }

    @Test(
        "quantity and average price say it, and what is no whole share is paid in cash",
        arguments: [
            ("100", "700", "700", "100", "7:1"), ("101", "150", "151", "100", "3:2"),
            ("101", "150", "202", "75", "2:1"),
            ("287", "10", "14", "200", "1:20"), ("1000", "0.35", "66", "5.21", "1:15"),
            ("33", "12", "2", "180", "1:15"), ("100", "20", "40", "50", "2:5"),
            ("-287", "10", "-14", "200", "1:20"), ("-101", "150", "-151", "100", "3:2"),
            ("287", "10", "14", "205", "1:20"), ("287", "10", "15", "200", "1:20"),
            ("14.35", "10", "43.05", "3.3333", "3:1"),
            ("7", "50", "10", "33.33", "3:2"), ("1000", "4", "100", "40", "1:10"),
            ("150", "64.78", "10", "971.7", "1:15"), ("40", "1", "1200", "0.0333", "30:1"),
            ("-14.25", "34.4", "-3.562", "137.6", "1:4"),
            ("0.7777", "90", "0.2592", "270", "1:3"), ("1.333", "75", "1.999", "50", "3:2"),
        ] as [(Quantity, Price, Quantity, Price, String)])
    func recognized(held: Quantity, average: Price, after: Quantity, newAverage: Price, expected: String) {
        #expect(split(Figures(held: held, average: average, after: after, newAverage: newAverage)) == expected)
    }

    @Test(
        "a dividend that our average is lowered by, and the broker's is not, makes no other ratio of it",
        arguments: [
            ("21", "119.27", "10.83", "5", "477.08", "1:4"), ("21", "119.27", "10.83", "5", "433.76", "1:4"),
            ("100", "700", "25", "700", "100", "7:1"),
            ("-101", "150", "3", "-151", "100", "3:2"),
        ] as [(Quantity, Price, Price, Quantity, Price, String)])
    func afterDividend(
        held: Quantity, average: Price, dividend: Price, after: Quantity, newAverage: Price, expected: String
    ) throws {
        var ours = PositionRecord(
            symbol: "ABC", quantity: held, averagePrice: average, openedAt: Timestamp(seconds: 0))
        try ours.restate(by: .dividend(dividend))
        let theirs = BrokerPosition(symbol: "ABC", quantity: after, averagePrice: newAverage)
        #expect(Split(from: ours, to: theirs).map { "\($0.numerator):\($0.denominator)" } == expected)
    }

    @Test(
        "what somebody bought or sold is none",
        arguments: [
            ("100", "100", "200", "100"), ("100", "100", "50", "100"), ("100", "100", "200", "99"),
            ("100", "100", "200", "75"), ("100", "100", "-100", "100"), ("0.001", "50000", "0.5", "25000"),
            ("100", "0", "50", "0"), ("14.25", "34.4", "3.562", "34.4"),
            ("14.25", "34.4", "3.662", "137.6"), ("10", "100", "15", "90"), ("1", "100", "2", "60"),
            ("100", "100", "100", "50"), ("7", "100", "6", "112.5"),
        ] as [(Quantity, Price, Quantity, Price)])
    func trades(held: Quantity, average: Price, after: Quantity, newAverage: Price) {
        #expect(split(Figures(held: held, average: average, after: after, newAverage: newAverage)) == nil)
    }

    @Test(
        "after a split another one is recognized that takes it back, or, until it is booked, makes a usual ratio of both (I-CORP-12)",
        arguments: [
            ((1, 2), (25, 29), false, false), ((1, 2), (25, 29), true, false), ((1, 2), (4, 5), false, false),
            ((2, 1), (1, 2), false, true), ((3, 2), (2, 3), true, true), ((3, 1), (2, 3), true, true),
            ((3, 1), (2, 3), false, false), ((2, 1), (13, 14), true, false),
        ] as [((Int64, Int64), (Int64, Int64), Bool, Bool)])
    func second(first: (Int64, Int64), then: (Int64, Int64), isAwaited: Bool, may: Bool) {
        var actions = CorporateActions()
        let now = Timestamp(seconds: 1_000_000)
        actions.noteApplied(.split(numerator: first.0, denominator: first.1), of: "ABC", at: now)
        actions.noteApplied(.dividend(amount: "1"), of: "ABC", at: now)
        let split = Split(then.0, then.1)
        #expect(actions.mayFollow(split, of: "ABC", isAwaited: isAwaited, at: now + .seconds(3_600)) == may)
        #expect(actions.mayFollow(split, of: "XYZ", isAwaited: isAwaited, at: now))
        #expect(actions.mayFollow(split, of: "ABC", isAwaited: isAwaited, at: now + .seconds(6 * 86_400)))
    }

    @Test("after a split that nothing was restated for only that one is recognized (I-CORP-13)")
    func passedBy() {
        var actions = CorporateActions()
        let now = Timestamp(seconds: 1_000_000)
        actions.notePassedBy(.split(numerator: 2, denominator: 1), of: "ABC", at: now, isInPrice: true)
        #expect(
            actions.isInPrice(Split(4, 2), of: "ABC", at: now) && !actions.isInPrice(Split(3, 2), of: "ABC", at: now))
        #expect(actions.mayFollow(Split(4, 2), of: "ABC", isAwaited: false, at: now))
        #expect(!actions.mayFollow(Split(3, 2), of: "ABC", isAwaited: false, at: now))
        #expect(!actions.mayFollow(Split(1, 2), of: "ABC", isAwaited: false, at: now))
    }

    @Test(
        "a trade at another price after a split is no second one: the stop stays where it is", arguments: [true, false])
    func tradedAfterwards(isAnnounced: Bool) {
        var driver = protected()
        driver.policies = { _ in [] }
        driver.venue.split("ABC", 1, 2)
        if isAnnounced {
            let action = CorporateAction(
                id: "a", symbol: "ABC", kind: .split(numerator: 1, denominator: 2), effectiveAt: driver.now)
            driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        }
        func look() {
            for _ in 0..<4 {
                driver.cycle()
                driver.reconcile()
            }
        }
        look()
        driver.quote("ABC", "200", "200.02", last: "200")
        #expect(driver.position("ABC")?.quantity == 50 && driver.plan("ABC")?.stop?.stopPrice == "190")
        // What was bought of the old shares shows late: the cost is the same, and the shares are fewer.
        let ends = driver.venue.working("ABC").flatMap { driver.venue.drop($0.id) }
        driver.venue.wasTradedByHand = true
        driver.venue.hold("ABC", 40, at: "250")
        for end in ends { driver.send(end) }
        look()
        #expect(driver.position("ABC")?.quantity == 40)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "190")
        #expect(driver.differences.last { $0.order == nil }?.kind == .manualTrade)
        driver.expectSound()
    }

    @Test("an execution of old shares that is told after an announced split makes no second one of it (I-CORP-12)")
    func toldLate() {
        let order = NewOrder(
            clientOrderID: "by-hand", symbol: "ABC", side: .buy, type: .limit, quantity: 20, limitPrice: "90",
            role: .external)
        var driver = protected {
            $0.capabilities.reservesShares = false
            $0.rest(order)
        }
        driver.policies = { _ in [] }
        let action = CorporateAction(
            id: "a", symbol: "ABC", kind: .split(numerator: 1, denominator: 2), effectiveAt: driver.now)
        driver.send(.market(MarketUpdate(at: driver.now, corporateActions: [action])))
        driver.venue.split("ABC", 1, 2)
        driver.venue.wasTradedByHand = true
        driver.venue.hold("ABC", 60, at: "196")
        driver.send(
            .execution(
                ExecutionReport(
                    clientOrderID: "by-hand", event: .fill, executionID: ExecutionID(unchecked: "h1"), price: "88",
                    quantity: 20, cumulativeQuantity: 20, at: driver.now)))
        #expect(driver.position("ABC")?.quantity == 70, "20 old shares, booked as new ones")
        for _ in 0..<4 {
            driver.cycle()
            driver.reconcile()
        }
        #expect(driver.position("ABC")?.quantity == 60)
        #expect(driver.plan("ABC")?.stop?.stopPrice == "190")
        #expect(driver.differences.last { $0.order == nil }?.kind == .manualTrade)
    }

    @Test("no ratio that companies do not choose is guessed from figures, however well they fit")
    func unusual() {
        #expect(split(Figures(held: "116", average: "66.95", after: "166", newAverage: "46.78")) == nil, "not 23:16")
        #expect(split(Figures(held: "160", average: "69", after: "230", newAverage: "48")) == nil, "nor here")
        #expect(split(Figures(held: "90", average: "83", after: "83", newAverage: "89.38")) == nil, "not 13:14")
        #expect(split(Figures(held: "134", average: "69", after: "115", newAverage: "80.04")) == nil, "not 25:29")
        #expect(split(Figures(held: "100", average: "21", after: "105", newAverage: "20")) == "21:20", "a dividend")
        #expect(split(Figures(held: "105", average: "41", after: "107", newAverage: "40.2")) == nil, "not 41:40")
        #expect(split(Figures(held: "10.001", average: "90", after: "10", newAverage: "100")) == nil, "not 9:10")
    }
}
