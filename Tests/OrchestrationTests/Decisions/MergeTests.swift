import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

@Suite("The merge, case by case")
struct MergeTests {
    private let stopLoss: PluginName = "stop-loss"
    private let partial: PluginName = "partial-profit"
    private let risk: PluginName = "portfolio-risk"

    private func record(_ quantity: Quantity) -> PositionRecord {
        PositionRecord(symbol: "NVDA", quantity: quantity, averagePrice: "100", openedAt: Timestamp(seconds: 1))
    }
    private var empty: PositionPlan { PositionPlan(id: DecisionID(cycle: 1, symbol: "NVDA"), symbol: "NVDA") }

    private func merge(
        _ advice: [PolicyAdvice], _ quantity: Quantity? = 100, onto plan: PositionPlan? = nil, price: Price? = "110",
        _ change: (inout PositionRecord) -> Void = { _ in }
    ) throws -> Merge {
        var position = quantity.map(record)
        if var changed = position {
            change(&changed)
            position = changed
        }
        return try Merge(
            advice, onto: plan ?? empty,
            facts: Merge.Facts(position: position, price: price, equity: "100000", now: Timestamp(seconds: 100)))
    }

    private func outcome(_ merge: Merge, of policy: PluginName) -> [Disposition.Outcome] {
        merge.dispositions.filter { $0.policy == policy }.map(\.outcome)
    }

    @Test("three policies that contradict each other get one plan")
    func contradiction() throws {
        let merged = try merge([
            stopLoss.says(.stop("105"), on: "NVDA"),
            partial.says(.takePartial(fraction: "0.5", rung: "1R"), on: "NVDA"),
            risk.says(.reduceTo(quantity: 80), on: "NVDA"),
        ])
        #expect(merged.plan.quantityLimit == 50)
        #expect(merged.plan.stop?.stopPrice == "105")
        #expect(merged.plan.rungs == ["1R"])
        #expect(outcome(merged, of: risk) == [.absorbed])
        #expect(merged.dispositions.first { $0.policy == risk }?.by == partial)
    }

    @Test("an exit absorbs a partial, and its rung is not used up")
    func exitAbsorbs() throws {
        let merged = try merge([
            risk.says(.exit, on: "NVDA"), partial.says(.takePartial(fraction: "0.5", rung: "1R"), on: "NVDA"),
        ])
        #expect(merged.plan.quantityLimit == .zero)
        #expect(merged.plan.rungs == nil)
        #expect(outcome(merged, of: partial) == [.absorbed])
    }

    @Test("half of one share is refused")
    func oneShare() throws {
        let merged = try merge([partial.says(.takePartial(fraction: "0.5", rung: "1R"), on: "NVDA")], 1)
        #expect(merged.plan.quantityLimit == nil)
        #expect(outcome(merged, of: partial) == [.refused])
    }

    @Test("a rung that was taken is absorbed")
    func rungTwice() throws {
        let merged = try merge([partial.says(.takePartial(fraction: "0.5", rung: "1R"), on: "NVDA")]) {
            $0.rungsTaken = ["1R"]
        }
        #expect(merged.plan.quantityLimit == nil)
        #expect(outcome(merged, of: partial) == [.absorbed])
    }

    @Test(
        "a policy loosens its own stop, and no other: neither what was found at the broker nor the core's own",
        arguments: [("stop-loss", true), ("other", false), (nil, false), ("core", false)] as [(PluginName?, Bool)])
    func resets(owner: PluginName?, isAllowed: Bool) throws {
        var plan = empty
        plan.stop = ProtectiveStop(stopPrice: "105")
        plan.stopOwner = owner
        let merged = try merge([stopLoss.says(.reset("101"), on: "NVDA")], onto: plan)
        #expect(merged.plan.stop?.stopPrice == (isAllowed ? "101" : "105"))
        #expect(outcome(merged, of: stopLoss) == [isAllowed ? .taken : .overridden])
    }

    @Test("a short position is the mirror of a long one")
    func short() throws {
        let merged = try merge(
            [
                stopLoss.says(.stop("120"), on: "NVDA"), risk.says(.stop("115"), on: "NVDA"),
                partial.says(.target(price: "90"), on: "NVDA"), risk.says(.target(price: "95"), on: "NVDA"),
                risk.says(.reduceTo(quantity: 60), on: "NVDA"),
            ], -100)
        #expect(merged.plan.stop?.stopPrice == "115")
        #expect(merged.plan.target == "95")
        #expect(merged.plan.quantityLimit == 60)
    }

    @Test(
        "advice is valid until its time, and expired after it",
        arguments: [(Int64(99), Disposition.Outcome.expired), (100, .taken), (101, .taken)])
    func expiry(until: Int64, expected: Disposition.Outcome) throws {
        let merged = try merge([risk.says(.exit, on: "NVDA", until: Timestamp(seconds: until))])
        #expect(outcome(merged, of: risk) == [expected])
    }

    @Test("without a price a weight is refused, and so is an entry at market")
    func noPrice() throws {
        let merged = try merge([risk.says(.reduceToWeight(weight: "0.1"), on: "NVDA")], price: nil)
        #expect(outcome(merged, of: risk) == [.refused])
        let entry = try merge([risk.says(.buy(10, stop: "90"), on: "NVDA")], nil, price: nil)
        #expect(entry.plan.entry == nil)
        #expect(outcome(entry, of: risk) == [.refused])
    }

    @Test("a weight of equity becomes a number of shares, rounded down")
    func weight() throws {
        let merged = try merge([risk.says(.reduceToWeight(weight: "0.0999"), on: "NVDA")])
        #expect(merged.plan.quantityLimit == 90)
    }

    @Test("policies that want both sides enter neither")
    func bothSides() throws {
        let short = Advice.enter(Entry(side: .sell, quantity: 5, stop: ProtectiveStop(stopPrice: "120")))
        let merged = try merge([risk.says(.buy(10, stop: "90"), on: "NVDA"), partial.says(short, on: "NVDA")], nil)
        #expect(merged.plan.entry == nil)
        #expect(merged.dispositions.map(\.outcome) == [.overridden, .overridden])
    }

    @Test("the stop of an entry lies on the losing side", arguments: [("90", true), ("110", false), ("111", false)])
    func entryStop(stop: String, isTaken: Bool) throws {
        let merged = try merge([risk.says(.buy(10, stop: try Price(stop)), on: "NVDA")], nil)
        #expect((merged.plan.entry != nil) == isTaken)
    }

    @Test(
        "a stop moves only when it is worth an order", arguments: [("105.1", false), ("105.105", true), ("104", false)])
    func smallMoves(price: String, moves: Bool) throws {
        var plan = empty
        plan.stop = ProtectiveStop(stopPrice: "105")
        let merged = try Merge(
            [stopLoss.says(.stop(try Price(price)), on: "NVDA")], onto: plan,
            facts: Merge.Facts(
                position: record(100), price: "110", equity: "100000", now: Timestamp(seconds: 1),
                damping: .none.with { $0.minimumStopMove = "0.001" }))
        #expect((merged.plan.stop?.stopPrice != "105") == moves)
    }

    @Test("a target is given up by its owner alone, and a stop by nobody")
    func release() throws {
        var plan = empty
        plan.stop = ProtectiveStop(stopPrice: "105")
        plan.stopOwner = stopLoss
        (plan.target, plan.targetOwner) = ("120", partial)
        let merged = try merge([stopLoss.says(.release, on: "NVDA"), partial.says(.release, on: "NVDA")], onto: plan)
        #expect(merged.plan.target == nil)
        #expect(merged.plan.stop?.stopPrice == "105")
        #expect(outcome(merged, of: partial) == [.taken])
        #expect(outcome(merged, of: stopLoss) == [.noted])
    }

    @Test("thousands of recommendations of one policy are merged in a moment")
    func flood() throws {
        var advice: [PolicyAdvice] = []
        for number in 1...5_000 as ClosedRange<Int64> {
            advice.append(stopLoss.says(.stop(Price(units: number * 10_000_000)), on: "NVDA"))
        }
        let clock = ContinuousClock()
        let spent = try clock.measure { _ = try merge(advice) }
        #expect(spent < .seconds(5), "\(spent)")
    }
}
