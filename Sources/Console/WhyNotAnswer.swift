import Orchestration
import Trading
import Wording

extension WhyNot {
    /// What `why-not --json` prints; docs/explain.md has its shape.
    package struct Answer: Encodable {
        package var symbol: Symbol
        package var from: Timestamp
        package var to: Timestamp
        /// In the window.
        package var cycles: Int
        /// The window has more cycles than one question reads; these are the newest.
        package var isCut = false
        package var happened: [Happened] = []
        /// What is held at the end of the journal; absent for nothing.
        package var standing: Standing?
        package var lastDecision: LastDecision?
        /// The most important first.
        package var reasons: [Reason] = []
        /// Why the state at the end may not be the one that was; absent as a rule.
        package var doubt: String?
        /// Records on the symbol that another version wrote, and this one cannot read; absent for none.
        package var unreadable: [UnreadableRecord]?

        init(symbol: Symbol, from: Timestamp, to: Timestamp, cycles: Int) {
            self.symbol = symbol
            self.from = from
            self.to = to
            self.cycles = cycles
        }
    }
}

extension WhyNot.Answer {
    package struct Happened: Encodable {
        package var at: Timestamp
        package var decision: DecisionID?
        package var headline: String?
        package var steps: Int?
        package var order: ClientOrderID?
        package var words: String

        init(
            at time: Timestamp, decision: DecisionID? = nil, steps: Int? = nil, order: ClientOrderID? = nil,
            words: String
        ) {
            at = time
            self.decision = decision
            self.steps = steps
            self.order = order
            self.words = words
        }
    }

    package struct Standing: Encodable {
        package var quantity: Quantity
        package var averagePrice: Price
        /// At the broker.
        package var stops: [Price]
        package var targets: [Price]
        /// The plan's stop, where none is at the broker.
        package var plannedStop: Price?

        init?(_ symbol: Symbol, _ state: CoreState) {
            guard let record = state.portfolio.positions[symbol] else { return nil }
            let exits = Exits(of: record, in: state.portfolio.orders)
            quantity = record.quantity
            averagePrice = record.averagePrice
            stops = exits.allStops.compactMap(\.terms.stopPrice)
            targets = exits.allTargets.compactMap(\.terms.limitPrice)
            plannedStop = exits.allStops.isEmpty ? state.plans[symbol]?.stop?.stopPrice : nil
        }
    }

    package struct LastDecision: Encodable {
        package var id: DecisionID
        package var at: Timestamp
        package var headline: String

        init?(_ event: Explain.Event) {
            guard case .decision(let decision) = event.record else { return nil }
            id = decision.id
            at = event.at
            headline = decision.headline.words
        }
    }

    package struct Reason: Encodable {
        package enum Kind: String, Encodable, CaseIterable {
            case unknownSymbol = "unknown_symbol"
            case noCycle = "no_cycle"
            case brokerAway = "broker_away"
            case notReconciled = "not_reconciled"
            case brokerSwap = "broker_swap"
            case tradingHalted = "trading_halted"
            case orderInDoubt = "order_in_doubt"
            case waiting
            case riskGate = "risk_gate"
            case orderBudget = "order_budget"
            case refusedByBroker = "refused_by_broker"
            case alert
            case tradingReducing = "trading_reducing"
            case entriesPaused = "entries_paused"
            case notCarriedOut = "not_carried_out"
            case waitingForBars = "waiting_for_bars"
            case recommendation
            case policyMissing = "policy_missing"
            case policyLate = "policy_late"
            case nobodySpoke = "nobody_spoke"
        }
        package var kind: Kind
        package var words: String
        /// Since when it stands, or when it began.
        package var since: Timestamp?
        /// When it was over; absent for what stands at the end of the journal.
        package var until: Timestamp?
        /// In so many cycles of the window; absent for what does not go by cycles.
        package var cycles: Int?
        package var policy: PluginName?
        package var recommendation: Recommendation?
        package var outcome: Disposition.Outcome?
        package var by: PluginName?
        package var why: String?
        /// When it can be followed at the earliest; of what was deferred by a cool-down.
        package var waitsUntil: Timestamp?
        /// The record that has it.
        package var decision: DecisionID?
        /// The name of the alert that said so; absent for what is no alert.
        package var alert: String?

        init(_ kind: Kind, _ words: String, since: Timestamp? = nil, until: Timestamp? = nil, cycles: Int? = nil) {
            self.kind = kind
            self.words = words
            self.since = since
            self.until = until
            self.cycles = cycles
        }
    }
}

// MARK: - For a person

extension WhyNot.Answer {
    /// At most so many lines; `--json` has all.
    private static let most = 12

    package var lines: [String] {
        let span = "from \(from.words) to \(to.clock(beside: from))"
        var lines = [
            "\(symbol), \(span): \(Presenter.count(cycles, "cycle"))\(isCut ? " (the newest; there are more)" : "")."
        ]
        lines += happenedLines
        lines.append(standingLine)
        let told = reasons.count <= Self.most - lines.count ? reasons.count : Self.most - lines.count - 1
        for reason in reasons.prefix(told) { lines.append("  " + reason.line(of: cycles, beside: to)) }
        if reasons.count > told {
            lines.append("  ... and \(reasons.count - told) lesser reasons (--json)")
        }
        if reasons.isEmpty { lines.append("  The journal has no reason why more should have happened.") }
        return lines
    }

    private var happenedLines: [String] {
        guard !happened.isEmpty else { return ["Nothing happened to it."] }
        var lines = ["Something did happen:"]
        for item in happened.suffix(3) {
            let time = item.at.clock(beside: to)
            if let decision = item.decision {
                let steps = item.steps.map { Presenter.count($0, "step") } ?? ""
                lines.append(
                    "  \(time)  \(item.headline ?? "a plan of the core"), \(steps), the last: \(item.words): bigbrother explain \(decision)"
                )
            } else {
                lines.append("  \(time)  \(item.words)\(item.order.map { ": bigbrother explain \($0)" } ?? "")")
            }
        }
        if happened.count > 3 { lines.append("  ... and \(happened.count - 3) before (--json)") }
        return lines
    }

    private var standingLine: String {
        let last =
            lastDecision.map { "the last decision is \($0.id) (\($0.headline)) of \($0.at.clock(beside: to))" }
            ?? "no decisions on \(symbol) yet"
        guard let standing else { return "Nothing is held; \(last)." }
        let stops = standing.stops.map { $0.text(minimumDecimals: 2) }.joined(separator: ", ")
        let targets = standing.targets.map { $0.text(minimumDecimals: 2) }.joined(separator: ", ")
        let planned = standing.plannedStop.map { " (planned at \($0.text(minimumDecimals: 2)))" } ?? ""
        let exits =
            "\(stops.isEmpty ? "NO STOP\(planned)" : "stop \(stops)")\(targets.isEmpty ? "" : ", target \(targets)")"
        return "Held: \(standing.quantity) at \(standing.averagePrice.text(minimumDecimals: 2)), \(exits); \(last)."
    }
}

extension WhyNot.Answer.Reason {
    fileprivate func line(of all: Int, beside end: Timestamp) -> String {
        var line =
            cycles.map { $0 == all ? "in all \(all) cycles: \(words)" : "in \($0) of \(all) cycles: \(words)" } ?? words
        if let alert { line += " [\(alert)]" }
        if let since {
            let decision = decision.map { ", told by \($0)" } ?? ""
            line +=
                until.map {
                    since.nanoseconds > 0
                        ? " (\(since.clock(beside: end)) to \($0.clock(beside: since))\(decision))"
                        : " (from the start to \($0.clock(beside: end))\(decision))"
                }
                ?? (since.nanoseconds > 0
                    ? " (since \(since.clock(beside: end))\(decision))" : " (from the start on\(decision))")
        }
        return line
    }
}
