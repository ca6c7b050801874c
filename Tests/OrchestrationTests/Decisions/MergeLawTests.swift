import CoreTestSupport
import SeededRandom
import TestSupport
import Testing
import Trading

@testable import Orchestration

/// Random sets of advice, sound and absurd, on long, short and no positions.
struct RandomAdvice {
    var seed: UInt64
    var random: SplitMix64
    init(seed: UInt64) {
        self.seed = seed
        random = SplitMix64(seed: seed)
    }

    static let names: [PluginName] = ["a", "b", "c", "d"]

    mutating func position() -> PositionRecord? {
        guard random.chance(85) else { return nil }
        let size = random.number(1...50) * 10 * (random.chance(30) ? -1 : 1)
        var quantity = Quantity(shares: size)
        // Parts of a share, as splits and fractional trading leave them.
        if random.chance(15) {
            quantity = Quantity(units: quantity.units / 10 + random.number(0...999) * (Quantity.scale / 1_000))
        }
        if quantity.isZero { quantity = "0.3" }
        var record = PositionRecord(
            symbol: "NVDA", quantity: quantity, averagePrice: random.chance(5) ? "0" : "100",
            openedAt: Timestamp(seconds: 1))
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
            entriesRefused: random.chance(10) ? .tradingRestricted(state: .reducing, why: .start) : nil)
        if random.chance(50) { facts.figures[Self.ranges[0]] = price(0...30) }
        if random.chance(50) {
            facts.figures[Self.ranges[1]] = Price(units: random.number(0...200) * Price.scale / 100)
        }
        if random.chance(50) { facts.tickSize = .usEquity }
        if random.chance(10) { facts.equity = random.pick(["0", "-5000"]) }
        if random.chance(10) { facts.minimumQuantity = "5" }
        if random.chance(20) { facts.reentryFrom = Timestamp(seconds: random.number(99...101)) }
        return facts
    }

    private static let ranges: [Indicator] = {
        do { return try [Indicator("atr(14,1d)"), Indicator("atr(14,5m)")] } catch { preconditionFailure("\(error)") }
    }()

    mutating func distance() -> Distance {
        switch random.number(0...3) {
        case 0: .price(price(-1...10))
        case 1: .percent(Ratio(units: random.number(-1...11) * 100_000))
        case 2: .atr(multiple: Ratio(units: random.number(-1...4) * 1_000_000), indicator: random.pick(Self.ranges))
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
        case 5 where random.chance(30):
            return dressed(.resetStop(StopAdvice(distance: distance(), from: random.pick(PriceReference.allCases))))
        case 5:
            let cents = Price(units: random.number(0...30) * Price.scale / 100)
            return dressed(.reset(Price(units: price(70...130).units + (random.chance(50) ? cents.units : 0))))
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

    mutating func protecting() -> PolicyAdvice {
        guard random.chance(50) else {
            return dressed(.stop(Price(units: random.number(7_000...13_000) * Price.scale / 100)))
        }
        return dressed(.protect(StopAdvice(distance: distance(), from: random.pick(PriceReference.allCases))))
    }

    private mutating func dressed(_ advice: Advice) -> PolicyAdvice {
        random.pick(Self.names).says(
            advice, on: "NVDA", random.pick(Urgency.allCases),
            until: random.chance(10) ? Timestamp(seconds: random.number(99...101)) : nil)
    }
}

@Suite("Laws of the merge")
struct MergeLawTests {
    static let runs = Seed.range(gate: 600, nightly: 12_000)

    @Test("order and repetition change nothing")
    func commutativeAndIdempotent() throws {
        for seed in Self.runs {
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
            }
        }
    }

    @Test("every recommendation is disposed of once")
    func oneDisposition() throws {
        for seed in Self.runs {
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
        for seed in Self.runs {
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
            // Of a position with a part of a share, what is sold is whole.
            let sold = try size - limit
            try #require(
                !isNew || limit.isMultiple(of: facts.quantityIncrement)
                    || sold.isMultiple(of: facts.quantityIncrement), "seed \(seed): \(limit) of \(size)")
        }
    }

    @Test("a stop is never loosened but by a reset of its owner, and never taken away")
    func stopsOnlyTighten() throws {
        for seed in Self.runs {
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
        for seed in Self.runs {
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
        for seed in Seed.range(gate: 200, nightly: 4_000) {
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

    @Test("one more advice to protect never leaves a looser stop; a first one is never put off")
    func protectionIsMonotone() throws {
        for seed in Self.runs {
            var source = RandomAdvice(seed: seed)
            guard let position = source.position() else { continue }
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...6)))
            let more = source.protecting()
            let before = try Merge(advice, onto: plan, facts: facts)
            let after = try Merge(advice + [more], onto: plan, facts: facts)
            if let stop = before.plan.stop {
                let other = try #require(after.plan.stop, "seed \(seed)")
                try #require(
                    position.isLong ? other.stopPrice >= stop.stopPrice : other.stopPrice <= stop.stopPrice,
                    "seed \(seed): \(stop.stopPrice) became \(other.stopPrice)")
            }
            let isPutOff = after.dispositions.contains {
                $0.outcome == .deferred && $0.recommendation.priority == .protection
            }
            try #require(!isPutOff || after.plan.stop != nil, "seed \(seed)")
            try #require(after.plan.quantityLimit == before.plan.quantityLimit, "seed \(seed)")
        }
    }

    @Test("the same advice once more, onto what it came to, changes nothing")
    func fixpoint() throws {
        for seed in Self.runs {
            var source = RandomAdvice(seed: seed)
            let position = source.position()
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...8)))
            var plans = [try Merge(advice, onto: plan, facts: facts).plan]
            for _ in 0..<3 { plans.append(try Merge(advice, onto: plans[plans.count - 1], facts: facts).plan) }
            // An owner whose reset another policy has overruled has lost the stop: that takes a second round.
            try #require(plans[2] == plans[1] && plans[3] == plans[2], "seed \(seed): \(plans)")
        }
    }

    @Test("an exit leaves nothing that can be sold, whoever vetoes, waits or wants less")
    func exits() throws {
        for seed in Self.runs {
            var source = RandomAdvice(seed: seed)
            guard let position = source.position() else { continue }
            let (plan, facts) = (source.plan(for: position), source.facts(position))
            let advice = source.advice(Int(source.random.number(0...6)))
            let exit = PluginName("z").says(.exit, on: "NVDA", source.random.pick(Urgency.allCases))
            let merge = try Merge(
                advice + [exit, PluginName("y").says(.veto, on: nil, .emergency)], onto: plan, facts: facts)
            let least = max(facts.quantityIncrement, facts.minimumQuantity)
            try #require(merge.plan.quantityLimit == (position.size < least ? nil : .zero), "seed \(seed)")
            try #require(merge.plan.entry == nil, "seed \(seed)")
        }
    }
}

@Suite("Laws of the portfolio's part")
struct PortfolioLawTests {
    private func holdings(_ random: inout SplitMix64) -> MarkedPortfolio {
        var (held, market) = ([PositionRecord](), Market())
        for index in 0..<Int(random.number(0...6)) {
            let symbol = Symbol(unchecked: "S\(index)")
            let side: Int64 = random.chance(30) ? -1 : 1
            let units = random.chance(20) ? random.number(1...999) : random.number(1...500) * 1_000
            held.append(
                PositionRecord(
                    symbol: symbol, quantity: Quantity(units: side * units * (Quantity.scale / 1_000)),
                    averagePrice: Price(units: random.number(0...3) * 50 * Price.scale),
                    openedAt: Timestamp(seconds: 1)))
            guard random.chance(80) else { continue }
            let quote = Quote(
                symbol: symbol, last: Price(units: random.number(1...200) * Price.scale), at: Timestamp(seconds: 1))
            market.apply(MarketUpdate(at: Timestamp(seconds: 1), quotes: [quote]))
        }
        return MarkedPortfolio(Portfolio(positions: held), market)
    }

    private func advice(_ random: inout SplitMix64) -> PolicyAdvice {
        let name: PluginName = random.pick(["a", "b", "c"])
        let advice: Advice =
            switch random.number(0...5) {
            case 0: .veto
            case 1:
                .advise(
                    AdvisoryAdvice(
                        name: random.pick(["x_scale", "y"]), value: Ratio(units: random.number(-9...9) * 500_000)))
            case 2: random.pick([.exit, .hold, .release, .stop("95")])
            default:
                .reduceExposure(
                    ExposureAdvice(
                        grossWeight: Ratio(units: random.number(-1...20) * 100_000),
                        rule: random.pick(ExposureAdvice.Rule.allCases),
                        symbols: random.chance(30) ? [Symbol(unchecked: "S\(random.number(0...6))"), "S1", "S1"] : nil))
            }
        return name.says(advice, on: nil, random.pick(Urgency.allCases))
    }

    @Test("order and repetition change nothing, every word has its fate, and one more never leaves more of anything")
    func laws() throws {
        for seed in Seed.range(gate: 600, nightly: 12_000) {
            var random = SplitMix64(seed: seed)
            let state = holdings(&random)
            let equity: Money = random.pick(["100000", "100000", "1", "0", "-5000"])
            let all = (0..<Int(random.number(0...5))).map { _ in advice(&random) }
            func merged(_ advice: [PolicyAdvice]) throws -> PortfolioMerge {
                try PortfolioMerge(
                    advice, state, equity: equity, now: Timestamp(seconds: 10),
                    configuration: CoreConfiguration(account: "test", policies: []))
            }
            let one = try merged(all)
            let other = try merged((all + all.prefix(2)).shuffled(using: &random))
            try #require(one.advice == other.advice && one.dispositions == other.dispositions, "seed \(seed)")
            try #require(one.advisories == other.advisories, "seed \(seed)")
            try #require(one.dispositions.count == Set(all).count, "seed \(seed)")
            let more = try merged(all + [advice(&random)])
            for (symbol, record) in state.positions {
                func left(_ merge: PortfolioMerge) -> Quantity {
                    merge.advice.filter { $0.recommendation.symbol == symbol }.compactMap {
                        if case .reduceTo(let quantity) = $0.recommendation.advice { quantity } else { nil }
                    }.min() ?? record.size
                }
                try #require(left(more) <= left(one), "seed \(seed), \(symbol)")
                try #require(left(one) <= record.size && left(one) >= .zero, "seed \(seed), \(symbol)")
            }
        }
    }
}
