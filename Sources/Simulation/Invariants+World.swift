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
    /// The core's planned stops when they were seen last.
    fileprivate var stops: [Symbol: Price] = [:]

    mutating func answers(_ advice: Recommendations, _ policy: PluginName, _ cycle: Int64) {
        answered[policy, default: []].append(cycle)
        if let many = answered[policy], many.count > 20 { answered[policy] = Array(many.suffix(10)) }
        for recommendation in advice.recommendations {
            guard case .enter = recommendation.advice, let symbol = recommendation.symbol else { continue }
            entries[symbol] = (life, cycle)
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
        // Where the list leaves it out and no stop of ours stands in the market, nothing speaks against the list.
        let size = Int64(venue.held(found.symbol).units.magnitude)
        guard !venue.isUnlisted(found.symbol) || venue.executableStops(found.symbol) >= size else { return }
        fail(
            "E16",
            "\(quantity) \(found.symbol) is adopted; the account has held \(venue.held(found.symbol)) for minutes")
    }

    /// A list that is believed was true within so many nanoseconds.
    fileprivate static let oldestList = 120 * World.second

    // MARK: - Money and dividends

    /// E3: the account is too large for its positions to lose so much; what was paid out is no loss.
    func checkLoss(_ record: Record) {
        guard scenario.isSixthEdition, case .tradingState(_, _, let why) = record, case .dailyLoss = why else { return }
        fail("E3", "a loss that never was: \(why.words)")
    }

    func paysDividend(_ symbol: Symbol, _ amount: Price) { larger.dividends[symbol] = (amount, 0) }

    /// E15: a dividend is applied as it was, once, and with the position its stop.
    func checkDividend(_ record: Record, _ core: CoreState) {
        guard scenario.isSixthEdition else { return }
        defer { for (symbol, plan) in core.plannedStops { larger.stops[symbol] = plan } }
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
}

extension CoreState {
    fileprivate var plannedStops: [(Symbol, Price)] {
        portfolio.positions.keys.sorted().compactMap { symbol in plans[symbol]?.stop.map { (symbol, $0.stopPrice) } }
    }
}

private func + (left: Price, right: Price) -> Price { Price(units: left.units + right.units) }
