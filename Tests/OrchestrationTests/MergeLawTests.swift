import CoreTestSupport
import Testing
import Trading

@testable import Orchestration

/// Random sets of advice, sound and absurd, on long, short and no positions.
struct RandomAdvice {
    var seed: UInt64
    var random: SeededGenerator
    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
    }

    static let names: [PluginName] = ["a", "b", "c", "d"]

    mutating func position() -> PositionRecord? {
        guard random.chance(85) else { return nil }
        let size = random.number(1...50) * 10 * (random.chance(30) ? -1 : 1)
        var record = PositionRecord(
            symbol: "NVDA", quantity: Quantity(shares: size), averagePrice: "100", openedAt: Timestamp(seconds: 1))
        if random.chance(20) { record.rungsTaken = ["1R"] }
        if random.chance(20) { record.lastPartialAt = Timestamp(seconds: random.number(1...99)) }
        if random.chance(50) { record.initialStop = record.isLong ? "95" : "105" }
        (record.highWaterMark, record.lowWaterMark) = (price(100...120), price(80...100))
        return record
    }

    mutating func plan(for position: PositionRecord?) -> PositionPlan {
        var plan = PositionPlan(id: DecisionID(cycle: 1, symbol: "NVDA"), symbol: "NVDA")
        guard let position else { return plan }
        if random.chance(40) {
            plan.stop = ProtectiveStop(stopPrice: price(position.isLong ? 80...99 : 101...120))
            plan.stopOwner = random.chance(70) ? random.pick(Self.names) : nil
        }
        if random.chance(30) { (plan.target, plan.targetOwner) = (price(90...130), random.pick(Self.names)) }
        if random.chance(20) { plan.quantityLimit = Quantity(shares: random.number(0...400)) }
        return plan
    }

    mutating func facts(_ position: PositionRecord?) -> Merge.Facts {
        var facts = Merge.Facts(
            position: position, price: random.chance(90) ? "100" : nil, equity: "100000", now: Timestamp(seconds: 100),
            quantityIncrement: random.pick([Quantity.one, "0.001", 10]),
            damping: random.pick([Damping.none, Damping()]),
            entriesRefused: random.chance(10) ? "trading is reducing" : nil)
        if random.chance(50) { facts.figures[Self.range] = price(1...5) }
        if random.chance(20) { facts.reentryFrom = Timestamp(seconds: random.number(99...101)) }
        return facts
    }

    private static let range: Indicator = {
        do { return try Indicator("atr(14,1d)") } catch { preconditionFailure("\(error)") }
    }()

    mutating func distance() -> Distance {
        switch random.number(0...3) {
        case 0: .price(price(-1...10))
        case 1: .percent(Ratio(units: random.number(-1...11) * 100_000))
        case 2: .atr(multiple: Ratio(units: random.number(-1...4) * 1_000_000), indicator: Self.range)
        default: .r(Ratio(units: random.number(-2...3) * 1_000_000))
        }
    }

    mutating func price(_ range: ClosedRange<Int64>) -> Price { Price(units: random.number(range) * Price.scale) }

    mutating func advice(_ count: Int) -> [PolicyAdvice] { (0..<count).map { _ in one() } }

    mutating func reducing() -> PolicyAdvice {
        let advice: Advice =
            switch random.number(0...4) {
            case 0: .exit
            case 4:
                .takePartial(
                    PartialAdvice(quantity: Quantity(units: random.number(-1...40) * Quantity.scale), rung: "q"))
            case 1: .reduceTo(quantity: Quantity(units: random.number(-5...500) * Quantity.scale / 2))
            case 2: .reduceToWeight(weight: Ratio(units: random.number(-10_000...600_000)))
            default:
                .takePartial(fraction: Ratio(units: random.number(-1...11) * 100_000), rung: random.pick(["1R", "2R"]))
            }
        return dressed(advice)
    }

    mutating func one() -> PolicyAdvice {
        switch random.number(0...9) {
        case 0...2: return reducing()
        case 3, 4:
            let limit = random.chance(50) ? price(-1...130) : nil
            return dressed(.protect(ProtectiveStop(stopPrice: price(-1...130), limitPrice: limit)))
        case 5 where random.chance(50):
            let from = random.pick(PriceReference.allCases)
            return dressed(.protect(StopAdvice(distance: distance(), from: from)))
        case 5: return dressed(.reset(price(70...130)))
        case 6 where random.chance(50): return dressed(.target(TargetAdvice(distance: distance())))
        case 6: return dressed(.target(price: price(-1...140)))
        case 7 where random.chance(50):
            return dressed(
                .enter(
                    EntryAdvice(
                        side: random.pick(Side.allCases), risk: Ratio(units: random.number(-1...20) * 1_000),
                        stop: StopAdvice(distance: distance()), targetDistance: random.chance(50) ? distance() : nil)))
        case 7:
            return dressed(
                .enter(
                    Entry(
                        side: random.pick(Side.allCases), quantity: Quantity(shares: random.number(-2...50)),
                        limitPrice: random.chance(50) ? price(90...110) : nil,
                        stop: ProtectiveStop(stopPrice: price(80...120)), target: nil)))
        default: return dressed(random.pick([.hold, .veto, .release, .hold]))
        }
    }

    private mutating func dressed(_ advice: Advice) -> PolicyAdvice {
        random.pick(Self.names).says(
            advice, on: "NVDA", random.pick(Urgency.allCases),
            until: random.chance(10) ? Timestamp(seconds: random.number(99...101)) : nil)
    }
}

@Suite("Laws of the merge")
struct MergeLawTests {
    static let runs: UInt64 = 3_000

    @Test("order and repetition change nothing")
    func commutativeAndIdempotent() throws {
        for seed in 0..<Self.runs {
            var source = RandomAdvice(seed: seed)
            let position = source.position()
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...8)))
            let reference = try Merge(advice, onto: plan, facts: facts)
            for _ in 0..<3 {
                let other = try Merge(
                    (advice + advice.prefix(3)).shuffled(using: &source.random), onto: plan, facts: facts)
                try #require(other.plan == reference.plan, "seed \(seed)")
                try #require(other.dispositions == reference.dispositions, "seed \(seed)")
                try #require(other.rungs == reference.rungs, "seed \(seed)")
            }
        }
    }

    @Test("every recommendation is disposed of once")
    func oneDisposition() throws {
        for seed in 0..<Self.runs {
            var source = RandomAdvice(seed: seed)
            let position = source.position()
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...10)))
            let merge = try Merge(advice, onto: plan, facts: facts)
            let disposed = merge.dispositions.map { PolicyAdvice(policy: $0.policy, recommendation: $0.recommendation) }
            try #require(disposed.count == Set(advice).count, "seed \(seed)")
            try #require(Set(disposed) == Set(advice), "seed \(seed)")
        }
    }

    @Test("one more reducing advice never leaves more; what is left is a multiple, and within what is held")
    func monotone() throws {
        for seed in 0..<Self.runs {
            var source = RandomAdvice(seed: seed)
            let position = source.position()
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...6)))
            let size = position?.size ?? .zero
            let before = try Merge(advice, onto: plan, facts: facts)
            let after = try Merge(advice + [source.reducing()], onto: plan, facts: facts)
            try #require((after.plan.quantityLimit ?? size) <= (before.plan.quantityLimit ?? size), "seed \(seed)")
            guard let limit = after.plan.quantityLimit else { continue }
            try #require(limit >= .zero && limit < size, "seed \(seed)")
            let isNew = plan.quantityLimit != limit
            try #require(
                !isNew || limit.isMultiple(of: facts.quantityIncrement), "seed \(seed): \(limit) of \(size)")
        }
    }

    @Test("a stop is never loosened but by a reset of its owner, and never taken away")
    func stopsOnlyTighten() throws {
        for seed in 0..<Self.runs {
            var source = RandomAdvice(seed: seed)
            guard let position = source.position() else { continue }
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...8)))
            let merge = try Merge(advice, onto: plan, facts: facts)
            guard let before = plan.stop else { continue }
            let after = try #require(merge.plan.stop, "seed \(seed)")
            let looser =
                position.isLong ? after.stopPrice < before.stopPrice : after.stopPrice > before.stopPrice
            guard looser else { continue }
            let resets = merge.dispositions.filter {
                if case .resetStop = $0.recommendation.advice { $0.outcome == .taken } else { false }
            }
            try #require(resets.count == 1, "seed \(seed)")
            try #require(plan.stopOwner == nil || plan.stopOwner == resets[0].policy, "seed \(seed)")
        }
    }

    @Test("a veto, a position and a reduction each end every entry")
    func vetoes() throws {
        for seed in 0..<Self.runs {
            var source = RandomAdvice(seed: seed)
            let position = source.position()
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...8)))
            let merge = try Merge(advice, onto: plan, facts: facts)
            if position != nil { try #require(merge.plan.entry == nil, "seed \(seed)") }
            let vetoed = try Merge(
                advice + [PluginName("z").says(.veto, on: nil)], onto: plan, facts: facts)
            try #require(vetoed.plan.entry == nil, "seed \(seed)")
            try #require(vetoed.plan.quantityLimit == merge.plan.quantityLimit, "seed \(seed)")
            try #require(vetoed.plan.stop == merge.plan.stop, "seed \(seed)")
        }
    }

    @Test("policies that answer in any grouping are decided alike")
    func groupings() throws {
        for seed in 0..<500 as Range<UInt64> {
            var source = RandomAdvice(seed: seed)
            let position = source.position()
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(6)
            let cut = Int(source.random.number(0...6))
            let whole = try Merge(advice, onto: plan, facts: facts)
            let grouped = try Merge(Array(advice[cut...]) + Array(advice[..<cut]), onto: plan, facts: facts)
            try #require(whole.plan == grouped.plan, "seed \(seed)")
        }
    }
}
