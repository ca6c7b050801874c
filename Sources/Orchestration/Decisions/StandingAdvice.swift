import Trading

/// Advice on a held symbol that has changed nothing and was no news: said again, on the same facts, it changes nothing again, and
/// is not merged anew. The facts are the plan, what was recorded last, orders and position; the price may move as long as it
/// crosses nothing that the merge asks about (see ``Merge``):
/// - Only stops and targets at a price, and words that ask for nothing: nothing in them depends on marks, equity or time.
/// - Stops are on one side of the market and targets on the other, and within the price collar: so none is refused, brought nearer
///   or taken for what closes the position.
/// - Figures are so ordinary that none of those that go with a decision overflows.
///
/// It is no part of the state: a core that has none of it merges, with the same result.
struct StandingAdvice: Sendable {
    /// One policy's advice.
    struct Said: Sendable {
        enum Kind: Sendable, Equatable {
            case stop(ProtectiveStop)
            case target(Price)
            case nothing
        }

        var policy: PluginName
        var kind: Kind
        var urgency: Urgency
    }

    private let said: [Said]
    private let stamps: Facts
    private let position: PositionRecord

    /// What is the same as long as these are.
    struct Facts: Sendable, Equatable {
        var plan: UInt64
        var audit: UInt64
        var orders: UInt64
        var figures: [Indicator: Price]
    }
}

extension StandingAdvice.Said {
    /// Nil for advice of any other kind.
    init?(_ policy: PluginName, _ recommendation: Recommendation) {
        guard let kind = Self.kind(of: recommendation) else { return nil }
        self.init(policy: policy, kind: kind, urgency: recommendation.urgency)
    }

    func isSaid(by recommendation: Recommendation) -> Bool {
        recommendation.urgency == urgency && Self.kind(of: recommendation) == kind
    }

    private static func kind(of recommendation: Recommendation) -> Kind? {
        guard recommendation.validUntil == nil else { return nil }
        switch recommendation.advice {
        case .protect(let stop):
            guard let price = stop.stopPrice, stop.distance == nil, stop.limitOffset == nil else { return nil }
            return .stop(ProtectiveStop(stopPrice: price, limitPrice: stop.limitPrice))
        case .target(let target):
            guard let price = target.price, target.distance == nil else { return nil }
            return .target(price)
        case .hold: return .nothing
        case .resetStop, .takePartial, .exit, .reduceTo, .reduceToWeight, .reduceExposure, .enter, .advise, .veto,
            .release:
            return nil
        }
    }

    /// By which the merge puts advice in order; of two with the same rank their words decide.
    fileprivate func isOfRank(of other: Self) -> Bool {
        guard policy == other.policy else { return false }
        switch (kind, other.kind) {
        case (.stop, .stop), (.target, .target), (.nothing, .nothing): return true
        case (.stop, _), (.target, _), (.nothing, _): return false
        }
    }
}

extension StandingAdvice {
    /// Nil where it may be something else next time.
    /// - Parameter price: of the market.
    init?(_ advice: [PolicyAdvice], _ facts: Facts, _ position: PositionRecord, price: Price, collar: Ratio) {
        var said: [Said] = []
        for item in advice {
            guard let one = Said(item.policy, item.recommendation), !said.contains(where: one.isOfRank) else {
                return nil
            }
            said.append(one)
        }
        (self.said, stamps, self.position) = (said, facts, position)
        guard position.hasOrdinaryFigures, holds(at: price, collar) else { return nil }
    }

    /// Whether the advice of a symbol is the same, on the same facts.
    func isSame(_ advice: AdviceBySymbol, _ places: Range<Int>, _ facts: Facts, _ now: PositionRecord) -> Bool {
        stamps == facts && said.count == places.count && zip(said, places).allSatisfy(advice.says)
            && position.quantity == now.quantity && position.averagePrice == now.averagePrice
            && position.openedAt == now.openedAt && position.initialStop == now.initialStop
            && position.realizedProfit == now.realizedProfit && position.isAdopted == now.isAdopted
    }

    /// The price has crossed nothing.
    func holds(at price: Price, _ collar: Ratio) -> Bool {
        guard PositionRecord.ordinaryPrices.contains(price.units) else { return false }
        return said.allSatisfy { one in
            switch one.kind {
            case .stop(let stop): isBeside(stop.stopPrice, price, isBelow: position.isLong, collar)
            case .target(let target): isBeside(target, price, isBelow: !position.isLong, collar)
            case .nothing: true
            }
        }
    }

    private func isBeside(_ level: Price, _ price: Price, isBelow: Bool, _ collar: Ratio) -> Bool {
        guard isBelow ? level < price : level > price else { return false }
        let away = abs(Int128(price.units) - Int128(level.units)) * Int128(Ratio.scale)
        return away <= Int128(price.units) * Int128(collar.units)
    }
}

extension PositionRecord {
    /// In units: up to a million, and no fractions of fractions of a cent.
    static let ordinaryPrices: Range<Int64> = 1 << 12..<1 << 47

    /// With a price of this kind, and with any stop of an order, no figure about the position overflows.
    fileprivate var hasOrdinaryFigures: Bool {
        Self.ordinaryPrices.contains(averagePrice.units) && quantity.units.magnitude < 1 << 50
            && realizedProfit.units.magnitude < 1 << 42
            && (initialStop == nil
                || (Self.ordinaryPrices.contains(initialStop?.units ?? 0)
                    && riskPerShare.map { $0.units >= 1 << 14 } ?? true))
    }
}
