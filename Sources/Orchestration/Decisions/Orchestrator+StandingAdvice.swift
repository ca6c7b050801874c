import Trading

/// What is said again and changes nothing is not decided anew; see ``StandingAdvice``.
struct StandingDecisions: Sendable {
    private var ground: Ground?
    private var symbols: [Symbol: StandingAdvice] = [:]

    /// What all of them rest on.
    struct Ground: Sendable, Equatable {
        var damping: Damping
        var collar: Ratio
        var capabilities: BrokerCapabilities?
    }

    /// On another ground nothing of before stands.
    mutating func begin(on ground: Ground) {
        guard ground != self.ground else { return }
        (self.ground, symbols) = (ground, [:])
    }

    subscript(symbol: Symbol) -> StandingAdvice? {
        get { symbols[symbol] }
        set { if newValue != nil || !symbols.isEmpty { symbols[symbol] = newValue } }
    }

    /// Of so many at most: one policy may name another symbol in every cycle.
    mutating func bound(by count: Int) { if symbols.count > 2 * count + 1_000 { symbols = [:] } }
}

extension Orchestrator {
    mutating func prepareStandingAdvice() {
        standing.begin(
            on: StandingDecisions.Ground(
                damping: state.configuration.damping, collar: state.configuration.limits.priceCollar,
                capabilities: state.broker?.capabilities))
        standing.bound(by: state.portfolio.positions.count)
    }

    /// Whether what is said of the symbol now changes nothing, because it was said before and changed nothing.
    func stands(_ symbol: Symbol, _ advice: AdviceBySymbol, _ places: Range<Int>) -> Bool {
        guard let known = standing[symbol], mayStand(symbol), let record = state.portfolio.positions[symbol],
            let price = state.market.price(of: symbol)
        else { return false }
        return known.isSame(advice, places, standingFacts(symbol), record)
            && known.holds(at: price, state.configuration.limits.priceCollar)
    }

    /// The long way.
    func isConfirmed(_ symbol: Symbol, _ advice: [PolicyAdvice], _ engine: DecisionEngine) -> Bool {
        do throws(NumericError) {
            var copy = self
            return copy.apply(try engine.decide(symbol, advice, state.plans))
        } catch { return false }
    }

    private func mayStand(_ symbol: Symbol) -> Bool {
        state.configuration.approval == .none && state.mode(of: symbol) == .managed
            && !state.cycle.overtaken.contains(symbol)
    }

    private func standingFacts(_ symbol: Symbol) -> StandingAdvice.Facts {
        StandingAdvice.Facts(
            plan: state.plans.stamp(of: symbol), audit: state.audit.stamp(of: symbol),
            orders: state.portfolio.orders.stamp(of: symbol), figures: state.market.series.ranges(of: symbol))
    }

    /// - Parameter isQuiet: it has changed nothing, and nothing of it was recorded.
    mutating func noteStanding(_ decision: DecisionEngine.SymbolDecision, isQuiet: Bool) {
        let symbol = decision.decision.symbol
        standing[symbol] = isQuiet ? standingAdvice(decision) : nil
    }

    private func standingAdvice(_ decision: DecisionEngine.SymbolDecision) -> StandingAdvice? {
        let symbol = decision.decision.symbol
        guard let advice = decision.advice, mayStand(symbol), let record = state.portfolio.positions[symbol],
            decision.decision.plan.quantityLimit == nil, let price = state.market.price(of: symbol),
            state.portfolio.orders.working(symbol).allSatisfy(\.hasOrdinaryStop)
        else { return nil }
        return StandingAdvice(
            advice, standingFacts(symbol), record, price: price, collar: state.configuration.limits.priceCollar)
    }
}

extension Order {
    fileprivate var hasOrdinaryStop: Bool {
        terms.stopPrice.map { PositionRecord.ordinaryPrices.contains($0.units) } ?? true
    }
}
