import Orchestration
import Trading
import Wording

extension Explain {
    /// What `explain --json` prints; docs/explain.md has its shape.
    package struct Explanation: Encodable {
        package enum Kind: String, Encodable {
            case cycle
            case decision
            case order
        }
        package var id: String
        package var kind: Kind
        package var cycle: Cycle?
        package var order: OrderExplanation?
        /// Of a cycle: all. Of an order: the one that placed it.
        package var decisions: [DecisionExplanation]
        /// Records that another version wrote, and this one cannot read; absent for none.
        package var unreadable: [UnreadableRecord]?
    }
}

extension Explain.Explanation {
    package struct Cycle: Encodable {
        package var number: Int64
        package var at: Timestamp
        package var trigger: String
        package var positions: Int
        package var openOrders: Int
        package var equity: Money
        package var policies: [PolicyResponse] = []
        /// What was recommended for the portfolio as a whole, and what became of it.
        package var portfolio: [RecommendationFate] = []
        /// Configured, and not connected.
        package var missing: [PluginName]

        init(_ start: CycleStarted, at time: Timestamp) {
            number = start.cycle
            at = time
            trigger = start.trigger.words
            positions = start.positions
            openOrders = start.openOrders
            equity = start.equity
            missing = start.missing
        }
    }

    package struct DecisionExplanation: Encodable {
        package var id: String
        package var at: Timestamp
        package var symbol: Symbol?
        /// Absent for a plan that the core made itself: its own stop, or a flatten.
        package var headline: String?
        package var facts: DecisionFacts?
        /// In the order in which a person reads them: taken first.
        package var recommendations: [RecommendationFate] = []
        package var intended: [String] = []
        package var steps: [Step] = []
        /// What stood in its way: refusals, waiting, emergencies.
        package var obstacles: [Note] = []
        package var outcomes: [Note] = []
        package var unprotected: [UnprotectedTime] = []

        init(id: String, at time: Timestamp) {
            self.id = id
            at = time
        }

        mutating func apply(_ decision: Decision, at time: Timestamp) {
            at = time
            symbol = decision.symbol
            headline = decision.headline.words
            facts = decision.facts
            intended = decision.intended.map(\.words)
            recommendations = decision.dispositions.map(RecommendationFate.init).enumerated()
                .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
        }
    }

    /// What one policy said, and what became of it.
    package struct RecommendationFate: Encodable {
        package var policy: PluginName
        /// In words: `protect with a stop at 186.23`.
        package var advice: String
        package var urgency: Urgency
        package var reason: String
        package var outcome: Disposition.Outcome
        package var by: PluginName?
        package var why: String
        /// When it can be followed at the earliest; of what was deferred by a cool-down.
        package var until: Timestamp?
        package var recommendation: Recommendation

        init(_ disposition: Disposition) {
            policy = disposition.policy
            advice = disposition.recommendation.words
            urgency = disposition.recommendation.urgency
            reason = disposition.recommendation.reason
            outcome = disposition.outcome
            by = disposition.by
            why = disposition.why.words
            until = disposition.until
            recommendation = disposition.recommendation
        }

        fileprivate var rank: Int { outcome.readingRank }
    }

    package struct Step: Encodable {
        /// Of the journal's entry.
        package var sequence: Int64
        package var number: Int64
        package var at: Timestamp
        package var words: String
        package var why: String
        package var orders: [OrderExplanation]
    }

    package struct OrderExplanation: Encodable {
        package struct Entry: Encodable {
            /// Of the journal's entry.
            package var sequence: Int64
            package var at: Timestamp
            /// Absent for a difference between our books and the broker's.
            package var event: OrderEvent?
            package var status: OrderStatus?
            package var words: String
        }
        package var id: ClientOrderID
        package var words: [Entry] = []
        /// Whose step placed it; absent for one that was found at the broker.
        package var placedBy: DecisionID?
        /// Whose later step changed or canceled it.
        package var changedBy: DecisionID?

        init(_ id: ClientOrderID, _ events: [Explain.Event], besides decision: DecisionID?) {
            self.id = id
            for event in events {
                switch event.record {
                case .order(let change):
                    words.append(
                        Entry(
                            sequence: event.sequence, at: event.at, event: change.event, status: change.status,
                            words: change.words))
                case .action(let step):
                    // An id names the plan that made it; see ``Orchestrator``.
                    if id.text.contains(".\(step.decision).") {
                        placedBy = step.decision
                    } else if step.decision != decision {
                        changedBy = step.decision
                    }
                case .discrepancy(let discrepancy):
                    words.append(
                        Entry(
                            sequence: event.sequence, at: event.at,
                            words: "\(discrepancy.kind.rawValue.spaced), \(discrepancy.done.words)"))
                case .correction(let correction):
                    words.append(Entry(sequence: event.sequence, at: event.at, words: correction.words))
                case .cycleStarted, .policiesAnswered, .decision, .portfolio, .dispositions, .waiting, .unprotected,
                    .outcome,
                    .corporateAction, .cash,
                    .tradingState, .swap, .alert:
                    continue
                }
            }
        }
    }

    /// Something that was recorded at a time.
    package struct Note: Encodable {
        package var at: Timestamp
        package var words: String
        /// The name of the alert that said so; absent for what is no alert.
        package var alert: String?
        package var outcome: Outcome?

        init(at time: Timestamp, _ words: String, alert: String? = nil) {
            at = time
            self.words = words
            self.alert = alert
        }

        init(at time: Timestamp, _ outcome: Outcome) {
            at = time
            words = "\(outcome.words), \(outcome.realizedByDecision.profitWords), \(outcome.remaining) shares left"
            self.outcome = outcome
        }
    }
}

extension Disposition.Outcome {
    /// By name, so that an outcome that joins the list is shown at its end and breaks nothing here.
    private static let reading = [
        "taken", "absorbed", "overridden", "vetoed", "deferred", "expired", "refused", "noted",
    ]
    var readingRank: Int { Self.reading.firstIndex(of: rawValue) ?? Self.reading.count }
}

extension String {
    /// `missed_fill` is `missed fill`.
    var spaced: String { replacing("_", with: " ") }
    package var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
