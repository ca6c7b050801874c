import Trading

/// What concerns the portfolio and no single symbol: exposure is divided among the positions, advisories are taken, and
/// each position's share becomes advice on that symbol like any other, so that the merge by symbol stays the one place
/// where quantities are decided. No more is sold than brings a sum within its limit (I-MERGE-9).
///
/// Shares are counted from what is held when the cycle decides, and not from what other advice will leave: one more
/// reduction elsewhere never leaves more of anything. When it has been made, the next cycle counts anew.
struct PortfolioMerge {
    struct Holding {
        var symbol: Symbol
        var size: Quantity
        /// What is traded in whole multiples of.
        var lot: Quantity
        /// Market value without its sign, in units of ``Money``.
        var value: Int64
        /// Profit as a share of cost.
        var gain: Ratio
    }

    /// Derived advice on single symbols.
    private(set) var advice: [PolicyAdvice] = []
    private(set) var advisories: [Advisory] = []
    private(set) var dispositions: [Disposition] = []
    private let holdings: [Holding]
    private let equity: Money
    private let now: Timestamp
    private let configuration: CoreConfiguration

    /// - Parameter all: recommendations that name no symbol, and advisories that do.
    /// - Throws: ``NumericError`` when the figures of a position overflow.
    init(
        _ all: [PolicyAdvice], _ state: MarkedPortfolio, equity: Money, now: Timestamp,
        configuration: CoreConfiguration, capabilities: BrokerCapabilities? = nil
    ) throws(NumericError) {
        self.equity = equity
        self.now = now
        self.configuration = configuration
        // Nobody asks for them, and of what has a price the equity was counted: no value is too large.
        guard !all.isEmpty || (state.account != nil && !state.isPriced) else {
            holdings = []
            return
        }
        var holdings: [Holding] = []
        for (symbol, record) in state.positions.inOrder {
            let value = try state.marketValue(record).magnitude()
            holdings.append(
                Holding(
                    symbol: symbol, size: record.size, lot: Self.lot(of: record, capabilities),
                    value: value.units,
                    gain: Self.gain(of: record, at: state.market.price(of: symbol))))
        }
        self.holdings = holdings
        for item in Merge.canonical(all) { classify(item) }
    }

    /// Of a sale: where stops are for whole units and the position is, what is left is too.
    private static func lot(of record: PositionRecord, _ capabilities: BrokerCapabilities?) -> Quantity {
        guard let capabilities else { return .one }
        let step = capabilities.quantityIncrement(of: record.symbol)
        let stop = capabilities.quantityIncrement(of: record.symbol, in: .stop)
        return stop > step && stop.isMultiple(of: step) && record.size.isMultiple(of: stop) ? stop : step
    }

    /// As a share of cost, as far as a figure can say it. Shares that cost nothing, as of a spin-off, can lose nothing.
    static func gain(of record: PositionRecord, at price: Price?) -> Ratio {
        let cost = Int128(record.averagePrice.units)
        let sign: Int128 = record.isLong ? 1 : -1
        guard let price, cost != Int128(price.units) else { return .zero }
        guard cost > 0 else { return Ratio(units: record.isLong ? .max : .min) }
        let change = (Int128(price.units) - cost) * sign * Int128(Ratio.scale)
        return Ratio(units: Int64(clamping: Rounding.halfEven.quotient(change, cost)))
    }

    private mutating func classify(_ item: PolicyAdvice) {
        if let until = item.recommendation.validUntil, until < now {
            return note(item, .expired, .validUntil(until))
        }
        switch item.recommendation.advice {
        case .reduceExposure(let exposure): divide(exposure, item)
        case .advise(let advisory): addAdvisory(advisory, item)
        case .veto: note(item, .taken, .vetoEverywhere)
        case .hold: note(item, .noted, .nothingAsked)
        case .protect, .resetStop, .takePartial, .exit, .reduceTo, .reduceToWeight, .target, .enter, .release:
            note(item, .refused, .defect(.noSymbol))
        }
    }

    private mutating func note(_ item: PolicyAdvice, _ outcome: Disposition.Outcome, _ why: DispositionReason) {
        dispositions.append(
            Disposition(
                policy: item.policy, recommendation: item.recommendation, outcome: outcome, by: nil, why: why))
    }
}

// MARK: - Exposure

extension PortfolioMerge {
    private mutating func divide(_ exposure: ExposureAdvice, _ item: PolicyAdvice) {
        guard item.recommendation.symbol == nil else {
            return note(item, .refused, .defect(.exposureWithSymbol))
        }
        guard !exposure.grossWeight.isNegative else {
            return note(item, .refused, .defect(.exposureWithoutBasis))
        }
        let scope = holdings.filter { exposure.symbols?.contains($0.symbol) ?? true }
        let total = scope.reduce(Int128(0)) { $0 + Int128($1.value) }
        // Any share of nothing is nothing, however much it may be.
        let limit = Int128(max(0, equity.units)) * Int128(exposure.grossWeight.units) / Int128(Ratio.scale)
        let weight = Self.weight(total, of: equity)
        guard total > limit else { return note(item, .absorbed, .exposureWithin(weight, positions: scope.count)) }
        var changes: [QuantityOfSymbol] = []
        let most = Self.shares(of: limit, among: scope, exposure.rule)
        for (holding, quantity) in zip(scope, Self.quantities(of: scope, worth: most, in: limit))
        where quantity < holding.size {
            changes.append(QuantityOfSymbol(symbol: holding.symbol, quantity: quantity))
            var part = item
            part.recommendation.symbol = holding.symbol
            part.recommendation.advice = .reduceTo(quantity: quantity)
            advice.append(part)
        }
        let why = DispositionReason.exposureReduced(
            weight, positions: scope.count, rule: exposure.rule, to: changes)
        note(item, .taken, why)
    }

    private static func weight(_ value: Int128, of equity: Money) -> ExposureWeight {
        guard equity.isPositive else { return .noEquity }
        let units = value * Int128(Ratio.scale) / Int128(equity.units)
        return Int64(exactly: units).map { .share(Ratio(units: $0)) } ?? .beyondFigures
    }

    /// The most that each may be worth, in the order of `scope`.
    static func shares(of limit: Int128, among scope: [Holding], _ rule: ExposureAdvice.Rule) -> [Int128] {
        switch rule {
        case .proportional:
            let total = scope.reduce(Int128(0)) { $0 + Int128($1.value) }
            return scope.map { total == 0 ? 0 : Int128($0.value) * limit / total }
        case .largestFirst:
            let cap = level(limit, scope.map { Int128($0.value) }.sorted(by: >))
            return scope.map { min(Int128($0.value), cap) }
        case .weakestFirst:
            var excess = scope.reduce(-limit) { $0 + Int128($1.value) }
            var most = scope.map { Int128($0.value) }
            let order = scope.indices.sorted { (scope[$0].gain, scope[$0].symbol) < (scope[$1].gain, scope[$1].symbol) }
            for index in order where excess > 0 {
                let part = min(excess, most[index])
                most[index] -= part
                excess -= part
            }
            return most
        }
    }

    /// What is left of each when whole lots are sold: at first enough of each, then of all that this sells too much the
    /// lots with the largest remainders are kept, as long as the sum stays within the limit.
    private static func quantities(of scope: [Holding], worth most: [Int128], in limit: Int128) -> [Quantity] {
        var parts = zip(scope, most).map { LotSale(of: $0, worth: $1) }
        var room = parts.reduce(limit) { $0 - $1.valueLeft }
        let order = parts.indices.sorted { left, right in
            let (one, other) = (parts[left].remainder, parts[right].remainder)
            return one == other ? scope[left].symbol < scope[right].symbol : one > other
        }
        for index in order where parts[index].lots > 0 {
            let before = parts[index].valueLeft
            let kept = with(parts[index]) { $0.lots -= 1 }
            guard kept.valueLeft - before <= room else { continue }
            room -= kept.valueLeft - before
            parts[index] = kept
        }
        return parts.map(\.left)
    }

    /// Whole lots of one holding that are sold.
    private struct LotSale {
        let holding: Holding
        var lots: Int128
        /// What is sold beyond what has to be, in parts of a million of a lot.
        let remainder: Int128

        init(of holding: Holding, worth most: Int128) {
            self.holding = holding
            let (size, lot) = (Int128(holding.size.units), Int128(max(1, holding.lot.units)))
            guard most < Int128(holding.value), holding.value > 0 else {
                (lots, remainder) = (0, 0)
                return
            }
            let excess = size - size * most / Int128(holding.value)
            let sellable = size / lot
            lots = min((excess + lot - 1) / lot, sellable)
            remainder = max(0, lots * lot - excess) * 1_000_000 / lot
        }

        var left: Quantity {
            Quantity(units: Int64(Int128(holding.size.units) - lots * Int128(max(1, holding.lot.units))))
        }

        var valueLeft: Int128 {
            holding.size.isZero ? 0 : Int128(holding.value) * Int128(left.units) / Int128(holding.size.units)
        }
    }

    /// The common height to which the largest are cut, so that all together come to the limit.
    private static func level(_ limit: Int128, _ descending: [Int128]) -> Int128 {
        var rest = descending.reduce(0, +)
        for (index, value) in descending.enumerated() {
            rest -= value
            let cap = (limit - rest) / Int128(index + 1)
            let next = index + 1 < descending.count ? descending[index + 1] : 0
            if limit >= rest, cap >= next { return cap }
        }
        return 0
    }
}

// MARK: - Advisories

extension PortfolioMerge {
    private mutating func addAdvisory(_ advisory: AdvisoryAdvice, _ item: PolicyAdvice) {
        guard !advisory.name.isEmpty, advisory.name.utf8.count <= 64 else {
            return note(item, .refused, .defect(.advisoryName))
        }
        guard advisories.count(where: { $0.policy == item.policy }) < CoreLimits.advisories else {
            return note(item, .refused, .defect(.tooManyAdvisories(CoreLimits.advisories)))
        }
        let value = advisory.isScale ? configuration.advisoryBounds.clamped(advisory.value) : advisory.value
        advisories.append(
            Advisory(
                policy: item.policy, symbol: item.recommendation.symbol, name: advisory.name, value: value,
                reason: item.recommendation.reason, at: now,
                validUntil: item.recommendation.validUntil ?? now + configuration.advisoryLife))
        note(item, .taken, value == advisory.value ? .advisoryPublished : .advisoryBounded(value))
    }
}

extension AdvisoryAdvice {
    /// Multiplies somebody's threshold: kept within hard bounds.
    fileprivate var isScale: Bool { name.hasSuffix("_scale") }
}

/// Bounds of the figures by which one policy scales the thresholds of others.
package struct AdvisoryBounds: Sendable, Hashable, Codable {
    package var low = Ratio(units: 500_000)
    package var high = Ratio(units: 2_000_000)
    package init() {}
    func clamped(_ value: Ratio) -> Ratio { max(low, min(high, value)) }
}

/// What came of the recommendations that concern the portfolio as a whole.
package struct PortfolioDecision: Sendable, Hashable, Codable {
    package var cycle: Int64
    package var dispositions: [Disposition]
}
