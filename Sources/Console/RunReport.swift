import Orchestration
import Trading
import Wording

/// What a run came to, from its records alone.
package struct RunReport: Encodable {
    package var cycles: Int64 = 0
    package var decisions: Int64 = 0
    package var steps: Int64 = 0
    package var fills: Int64 = 0
    package var rejectedByBroker: Int64 = 0
    package var refusedByRiskGate: Int64 = 0
    /// Times at which more shares were on offer than held.
    package var oversold: Int64 = 0
    package var emergencies: Int64 = 0
    package var differences: Int64 = 0
    package var corporateActions: Int64 = 0
    /// Fees and taxes of executions, as told with them or by their corrections.
    package var charges = Money.zero
    /// Cash that came and went otherwise, by kind: negative where more went.
    package var cash: [String: Money] = [:]
    package var longestUnprotected = TimeSpan.zero
    package var longestUnprotectedSymbol: Symbol?
    package var policies: [PluginName: PolicyScore] = [:]
    package var trades: [Trade] = []
    /// Of a run that observes.
    package var observed: [ObservedAction] = []
    /// The newest decision on each symbol that changed its plan.
    package private(set) var newestDecisions: [Symbol: Decision] = [:]
    /// Days on which a symbol was held, by UTC date, added up over the symbols.
    package var positionDays: Int64 = 0
    /// Submissions, cancels and replacements; each leg of a group is one.
    package var orderRequests: Int64 = 0
    /// Largest fall of equity from its peak before, as a share of that peak, seen at the start of a cycle.
    package var maximumDrawdown = Ratio.zero
    private var peakEquity = Money.zero
    private var lastDay: [Symbol: Int64] = [:]
    var lastTime: Timestamp?

    package struct PolicyScore: Encodable {
        package var answers: Int64 = 0
        package var failures: Int64 = 0
        package var taken: Int64 = 0
        package var absorbed: Int64 = 0
        package var other: Int64 = 0
    }

    package struct Trade: Encodable {
        package var at: Timestamp
        package var words: String
    }

    private enum CodingKeys: String, CodingKey {
        case cycles, decisions, steps, fills, rejectedByBroker, refusedByRiskGate, oversold, emergencies, differences
        case corporateActions, charges, cash, longestUnprotected, longestUnprotectedSymbol, policies, trades, observed,
            positionDays,
            orderRequests
        case maximumDrawdown
    }

    package init() {}

    package mutating func add(_ record: Record, state: CoreState) {
        switch record {
        case .cycleStarted(let start):
            cycles += 1
            watch(start.equity)
            countDays(state)
        case .policiesAnswered(_, let heard):
            for answer in heard {
                if answer.failure == nil {
                    policies[answer.policy, default: PolicyScore()].answers += 1
                } else {
                    policies[answer.policy, default: PolicyScore()].failures += 1
                }
            }
        case .decision(let decision):
            decisions += 1
            add(decision.dispositions)
            if decision.plan.id == decision.id { newestDecisions[decision.symbol] = decision }
        case .portfolio(let decision): add(decision.dispositions)
        case .action(let step):
            steps += 1
            orderRequests += Int64(step.orders.count)
            checkOffer(step.symbol, state)
        case .order(let change): add(change, state)
        case .unprotected(let time): noteUnprotected(time.symbol, for: time.lasted)
        case .discrepancy: differences += 1
        case .corporateAction: corporateActions += 1
        case .cash(let movement, let done): add(movement, done)
        case .correction(let correction):
            trades.append(Trade(at: state.now, words: correction.words))
            count((correction.after?.charges ?? .zero).units, less: correction.before.charges.units)
        case .alert(let alert):
            if alert.level == .emergency { emergencies += 1 }
            if alert.kind == .riskGate { refusedByRiskGate += 1 }
        case .waiting(let waiting):
            if let action = ObservedAction(waiting, state) { observed.append(action) }
        case .outcome, .tradingState, .swap, .dispositions: break
        }
    }

    /// A time without a stop that has not ended counts up to now.
    package mutating func close(_ state: CoreState) {
        for index in observed.indices { observed[index].value(state) }
        for symbol in state.protection.unprotected {
            if let since = state.protection.unprotectedSince(symbol) { noteUnprotected(symbol, for: state.now - since) }
        }
    }

    private mutating func noteUnprotected(_ symbol: Symbol, for span: TimeSpan) {
        if span > longestUnprotected { (longestUnprotected, longestUnprotectedSymbol) = (span, symbol) }
    }

    private mutating func add(_ dispositions: [Disposition]) {
        for disposition in dispositions {
            switch disposition.outcome {
            case .taken: policies[disposition.policy, default: PolicyScore()].taken += 1
            case .absorbed: policies[disposition.policy, default: PolicyScore()].absorbed += 1
            default: policies[disposition.policy, default: PolicyScore()].other += 1
            }
        }
    }

    private mutating func add(_ change: OrderChanged, _ state: CoreState) {
        switch change.event {
        case .fill, .partialFill:
            fills += 1
            trades.append(Trade(at: state.now, words: change.words))
            if case .fill(_, _, _, _, _, let told?) = change.note { count(told.units, less: 0) }
        case .rejected: rejectedByBroker += 1
        default: break
        }
        checkOffer(change.symbol, state)
    }

    private mutating func add(_ movement: CashMovement, _ done: CashDone) {
        var change = movement.amount.units
        switch done {
        case .booked, .wasInCash: break
        case .corrected(let before): change = Self.sum(change, -before.units)
        case .wasThereBefore: return
        }
        let known = cash[movement.kind.rawValue] ?? .zero
        cash[movement.kind.rawValue] = Money(units: Self.sum(known.units, change))
    }

    private mutating func count(_ units: Int64, less other: Int64) {
        charges = Money(units: Self.sum(charges.units, Self.sum(units, -other)))
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 { Int64(clamping: Int128(left) + Int128(right)) }

    private mutating func watch(_ equity: Money) {
        peakEquity = max(peakEquity, equity)
        guard peakEquity.isPositive else { return }
        do { maximumDrawdown = max(maximumDrawdown, try (peakEquity - equity).ratio(to: peakEquity)) } catch { return }
    }

    private mutating func countDays(_ state: CoreState) {
        let day = state.now.nanoseconds / TimeSpan.day.nanoseconds
        for symbol in state.portfolio.positions.keys where lastDay.updateValue(day, forKey: symbol) != day {
            positionDays += 1
        }
    }

    /// P1, watched from outside the gate.
    private mutating func checkOffer(_ symbol: Symbol, _ state: CoreState) {
        guard let position = state.portfolio.positions[symbol] else { return }
        if state.portfolio.orders.openExitQuantity(symbol, side: position.exitSide) > position.size { oversold += 1 }
    }
}

extension RunReport {
    /// Nil when nothing was held.
    var requestsPerPositionDay: Ratio? {
        guard positionDays > 0 else { return nil }
        do { return try Quantity(shares: orderRequests).ratio(to: Quantity(shares: positionDays)) } catch { return nil }
    }

    private var cashWords: String {
        let movements = cash.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.dollars)" }
        return (["fees and taxes of trades \(charges.dollars)"] + movements).joined(separator: ", ")
    }

    /// The report for a person.
    package func lines(_ state: CoreState) throws(NumericError) -> [String] {
        var lines = ["", "REPORT"]
        lines.append("  positions")
        lines += Tables.positions(state).map { "    " + $0 }
        if state.portfolio.positions.isEmpty { lines.append("    none") }
        if !trades.isEmpty { lines.append("  trades (\(trades.count))") }
        for trade in trades.prefix(40) { lines.append("    \(trade.at.inMilliseconds)  \(trade.words)") }
        if trades.count > 40 { lines.append("    ... and \(trades.count - 40) more") }
        if state.run.isObserving {
            lines.append(
                "  observed             nothing was sent\(observed.isEmpty ? ", and nothing would have been" : "")")
            lines += observed.suffix(40).map { "    " + $0.line }
            if observed.count > 40 {
                lines.append("    ... and \(observed.count - 40) before (bigbrother why-not SYMBOL)")
            }
        }
        let equity = try state.marked.equity()
        var open = Money.zero
        for record in state.portfolio.positions.values.sorted(by: { $0.symbol < $1.symbol }) {
            try open += record.unrealizedProfit(at: state.market.price(of: record.symbol) ?? record.averagePrice)
        }
        lines.append(
            "  profit               realized \(state.portfolio.realizedProfit.dollars), open \(open.dollars), equity \(equity.dollars)"
        )
        if !charges.isZero || !cash.isEmpty { lines.append("  costs and cash       \(cashWords)") }
        lines.append("  decisions by policy")
        for (name, score) in policies.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "    \(name.text.padded(18)) taken \(score.taken), absorbed \(score.absorbed), other \(score.other); answered \(score.answers), missing \(score.failures)"
            )
        }
        let symbol = longestUnprotectedSymbol.map { " (\($0))" } ?? ""
        lines.append("  cycles \(cycles), decisions \(decisions), steps \(steps), fills \(fills)")
        if let perDay = requestsPerPositionDay {
            lines.append("  order requests       \(orderRequests), \(perDay) for a position and day")
        }
        lines.append("  largest drawdown     \(maximumDrawdown.percent) of the peak")
        lines.append("  longest unprotected  \(longestUnprotected)\(symbol)")
        lines.append("  refused orders       \(rejectedByBroker) by the broker, \(refusedByRiskGate) by the risk gate")
        lines.append("  oversell             \(oversold)")
        lines.append(
            "  corporate actions    \(corporateActions), discrepancies with the broker \(differences), emergencies \(emergencies)"
        )
        return lines
    }
}
