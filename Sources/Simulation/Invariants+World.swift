import Orchestration
import Trading
import Wire
import Wording

/// What the checks of the sixth edition remember.
struct LargerWorld {
    /// Starts of the core.
    var life = 0
    /// When a policy asked last for an entry: in which life of the core, and in which cycle.
    fileprivate var entries: [Symbol: (life: Int, cycle: Int64)] = [:]
    /// The newest cycles that each policy has answered.
    fileprivate var answered: [PluginName: [Int64]] = [:]
    /// Stops that a person has moved: from where, and to where.
    fileprivate var moved: [ClientOrderID: (from: Price, to: Price)] = [:]
    /// True dividends, and how often the core has applied them.
    fileprivate var dividends: [Symbol: (amount: Price, applied: Int)] = [:]
    /// The core's planned stops before what it did last.
    fileprivate var stops: [Symbol: Price] = [:]

    mutating func answers(_ advice: Recommendations, _ policy: PluginName, _ cycle: Int64) {
        answered[policy, default: []].append(cycle)
        if let many = answered[policy], many.count > 20 { answered[policy] = Array(many.suffix(10)) }
        for recommendation in advice.recommendations {
            guard case .enter = recommendation.advice, let symbol = recommendation.symbol else { continue }
            // A slow answer to an earlier cycle may leave after that to a later one.
            let newest = entries[symbol].flatMap { $0.life == life ? $0.cycle : nil } ?? cycle
            entries[symbol] = (life, max(newest, cycle))
        }
    }
}

extension Invariants {
    func coreStarts() { larger.life += 1 }

    // MARK: - Entries

    /// E9: no entry is sent that nobody of this run of the core has asked for. E11: none while a required policy is silent.
    func checkEntry(_ order: NewOrder, _ core: CoreState) {
        guard scenario.isSixthEdition, order.role == .entry else { return }
        let decided = core.cycle.isEvaluating ? core.cycle.number - 1 : core.cycle.number
        let last = larger.entries[order.symbol]
        if last?.life != larger.life || last.map({ $0.cycle < decided }) ?? true {
            let when =
                last.map { "in cycle \($0.cycle)\($0.life == larger.life ? "" : ", before this start")" } ?? "never"
            fail("E9", "\(order.words) in cycle \(core.cycle.number); it was asked for \(when)")
        }
        for policy in core.configuration.requiredPolicies
        where larger.answered[policy]?.contains(decided) != true {
            fail("E11", "\(order.words), and \(policy), which is required, has not answered in cycle \(decided)")
        }
    }

    // MARK: - Other people's hands

    /// E6: what is not ours is not touched, unless it was handed over.
    func touchesOthers(_ command: OrderCommand, _ core: CoreState) -> String? {
        guard scenario.isSixthEdition, !core.configuration.managesExternalOrders, !command.isQuery,
            let id = command.orderIDs.first(where: { venue.orders[$0]?.order.terms.role == .external })
        else { return nil }
        return "somebody else's order is touched: \(command.words) (\(id))"
    }

    func movesStop(_ id: ClientOrderID, from: Price, to: Price) { larger.moved[id] = (from, to) }

    /// E7: a stop that a person has moved is not moved back.
    func checkUndone(_ step: ActionTaken) {
        guard case .stopMoves(_, let to) = step.why, let id = step.orders.first, let moved = larger.moved[id],
            to == moved.from, venue.orders[id]?.order.terms.stopPrice == moved.to
        else { return }
        fail("E7", "\(step.action.words) of \(step.symbol): a person has moved \(id) from there")
    }

    // MARK: - Lists

    /// E5 and E16: no position is adopted that the account did not have a moment ago, and none is given up that it has had
    /// all the time, whatever a list says or leaves out.
    func checkAdoption(_ record: Record) {
        guard scenario.hasBadAnswers, case .discrepancy(let found) = record, found.order == nil,
            case .quantity(let quantity) = found.brokers
        else { return }
        switch found.done {
        case .adopted, .adoptedAsSplit: break
        default: return
        }
        guard !venue.hasHeld(quantity, found.symbol, since: world.now - Self.oldestList) else { return }
        // What is given up is gone where the account has come to the other side: a person has sold more than was held.
        if case .quantity(let ours) = found.ours, ours.isNegative != venue.held(found.symbol).isNegative,
            quantity.isZero, !venue.held(found.symbol).isZero
        {
            return
        }
        // Where the list leaves it out and no stop of ours stands in the market, nothing speaks against the list.
        let size = Int64(venue.held(found.symbol).units.magnitude)
        guard !venue.isUnlisted(found.symbol) || venue.executableStops(found.symbol) >= size else { return }
        fail(
            "E16",
            "\(quantity) \(found.symbol) is adopted; the account has held \(venue.held(found.symbol)) for minutes")
    }

    /// A list that is believed was true within so many nanoseconds.
    fileprivate static let oldestList = 120 * World.second

    // MARK: - Prices

    /// E1: nothing is sold at market for a stop that the market has never reached, and no stop is moved to where it has never
    /// been. Of a policy that gives any figures at all this says nothing.
    func checkJustified(_ step: ActionTaken, _ core: CoreState) {
        guard !scenario.characters.contains(.chaos), let range = knownRange(of: step.symbol, core) else { return }
        switch (step.action, step.why) {
        case (.close(let side, _, _), .marketThroughStop(let stop?)):
            // Whoever buys pays the ask, which is a cent above the price.
            let ask = Price(units: range.high.units + Price.scale / 100)
            if side == .sell ? range.low > stop : ask < stop {
                fail(
                    "E1",
                    "\(step.action.words), because \(step.why.words); it was never there: \(range.low) to \(range.high)"
                )
            }
        case (.moveStop(_, let stop), _):
            // A person may have gone over to the other side since it was decided.
            guard let held = core.portfolio.positions[step.symbol]?.quantity else { return }
            if held.isNegative ? stop < range.low : stop > range.high {
                fail(
                    "E1",
                    "\(step.action.words) of \(step.symbol); the market was never there: \(range.low) to \(range.high)")
            }
        default: break
        }
    }

    /// What the market has been. Of a split that nothing has told the core of yet it knows the old shares' alone.
    private func knownRange(of symbol: Symbol, _ core: CoreState) -> (low: Price, high: Price)? {
        guard let split = splits[symbol], !split.isTold, let before = venue.rangesBefore[symbol],
            core.portfolio.positions[symbol]?.quantity == split.held, split.held != venue.held(symbol)
        else { return venue.range(symbol) }
        return before
    }

    // MARK: - Money and dividends

    /// E3 and E16: no figure of the account is believed that it never had, and no position of another account.
    func coreBelieves(_ core: CoreState) {
        if !hasReduced.isEmpty { hasReduced = hasReduced.filter { core.plans[$0]?.quantityLimit != nil } }
        guard scenario.hasBadAnswers, let account = core.portfolio.account else { return }
        // Executions that are not booked yet, or were missed.
        let slack: Int64 = 500_000 * Money.scale
        // What is told by itself is booked at once, beside what is still in doubt.
        // A correction may not have reached the core.
        let told = venue.movements.map(\.told)
        let (least, most) = venue.cashRange
        let low = Money(units: told.reduce(least.units) { $0 + min(0, $1.min() ?? 0) })
        let high = Money(units: told.reduce(most.units) { $0 + max(0, $1.max() ?? 0) })
        if account.cash.units < low.units - slack || account.cash.units > high.units + slack {
            fail("E3", "cash of \(account.cash) is believed; it was never there: \(low) to \(high)")
        }
        for symbol in core.portfolio.positions.keys.sorted() where !scenario.symbols.contains(symbol) {
            fail("E16", "\(symbol) is in the books; this account never held it")
        }
    }

    /// E3: the account is too large for its positions to lose so much; what was paid out is no loss.
    func checkLoss(_ record: Record) {
        guard scenario.isSixthEdition, case .tradingState(_, _, let why) = record, case .dailyLoss = why else { return }
        fail("E3", "a loss that never was: \(why.words)")
    }

    func paysDividend(_ symbol: Symbol, _ amount: Price) { larger.dividends[symbol] = (amount, 0) }

    /// Several records are of one turn, and seen when all of it is done.
    func coreGoesOn(from before: CoreState) {
        guard scenario.isSixthEdition else { return }
        for (symbol, stop) in before.plannedStops { larger.stops[symbol] = stop }
    }

    /// E15: a dividend is applied as it was, once, and with the position its stop.
    func checkDividend(_ record: Record, _ core: CoreState) {
        guard scenario.isSixthEdition else { return }
        guard case .corporateAction(let action, .dividendApplied) = record, case .dividend(let amount) = action.kind
        else {
            return
        }
        let symbol = action.symbol
        larger.dividends[symbol]?.applied += 1
        guard let truth = larger.dividends[symbol], truth.amount == amount, truth.applied == 1 else {
            return fail("E15", "a dividend of \(amount) on \(symbol) is applied that was none, or once more")
        }
        guard !scenario.characters.contains(.chaos), !venue.held(symbol).isNegative, let before = larger.stops[symbol],
            let after = core.plans[symbol]?.stop?.stopPrice, let price = venue.prices[symbol], before < price + amount,
            after >= before
        else { return }
        fail("E15", "the stop of \(symbol) stays at \(after), which trades without its dividend of \(amount)")
    }

    // MARK: - P5

    /// Nothing outside the core keeps it from being protected or sold now.
    func isProtectable(_ symbol: Symbol) -> Bool {
        guard !venue.halted.contains(symbol), !venue.dark.contains(symbol),
            venue.capabilities.sessions.contains(venue.session)
        else { return false }
        return !venue.resting(symbol).contains { resting in
            let order = resting.order
            let isCrossing = venue.capabilities.refusesSelfCross && order.terms.side != venue.exitSide(symbol)
            return order.terms.type == .market || (isCrossing && order.terms.role == .external)
        }
    }

    /// The stop that was refused last would trigger at once: it is refused for a price that was not told.
    func isBeyondMarket(_ symbol: Symbol) -> Bool {
        let refused = venue.orders.values.map(\.order).filter {
            $0.symbol == symbol && $0.terms.role == .stop && $0.status == .rejected
        }
        return isBeyond(refused.max { $0.updatedAt < $1.updatedAt }?.terms.stopPrice, symbol)
    }

    /// The market has passed a stop at this price for what is held.
    func isBeyond(_ stop: Price?, _ symbol: Symbol) -> Bool {
        guard let stop, let price = venue.prices[symbol] else { return false }
        return venue.held(symbol).isNegative ? price >= stop : price <= stop
    }
}

extension CoreState {
    fileprivate var plannedStops: [(Symbol, Price)] {
        portfolio.positions.keys.sorted().compactMap { symbol in plans[symbol]?.stop.map { (symbol, $0.stopPrice) } }
    }
}

private func + (left: Price, right: Price) -> Price { Price(units: left.units + right.units) }
