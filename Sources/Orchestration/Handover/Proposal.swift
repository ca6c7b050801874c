import Trading

/// What waits for a person's approval before it is done.
package enum ApprovalMode: String, Sendable, Hashable, Codable, CaseIterable {
    case none
    /// Entries.
    case entries
    /// Whatever policies want but protection: entries, exits, parts, reductions and targets. Stops, and exits and reductions
    /// of urgency `emergency`, never wait for anybody.
    case all

    func holds(_ priority: PriorityClass) -> Bool {
        switch priority {
        case .emergency, .protection, .none: false
        case .entry: self != .none
        case .exit, .partialProfit, .riskReduction, .target: self == .all
        }
    }
}

/// `DECISION.KIND`, such as `25.NVDA.enter`: the decision that proposed it first, and what it would do.
package struct ProposalID: Sendable, Hashable, Codable, CustomStringConvertible {
    package let decision: DecisionID
    package let symbol: Symbol
    package let kind: Proposal.Kind

    init(cycle: Int64, symbol: Symbol, kind: Proposal.Kind) {
        (decision, self.symbol, self.kind) = (DecisionID(cycle: cycle, symbol: symbol), symbol, kind)
    }

    /// Nil for what is no such id.
    package init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 3, let cycle = Int64(parts[0]), cycle >= 0, "\(cycle)" == parts[0],
            let kind = Proposal.Kind(rawValue: String(parts[parts.count - 1]))
        else { return nil }
        do {
            self.init(cycle: cycle, symbol: try Symbol(parts[1..<parts.count - 1].joined(separator: ".")), kind: kind)
        } catch {
            return nil
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ProposalID(text: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: text)
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package var description: String { "\(decision).\(kind.rawValue)" }
}

/// One thing that a policy wants and a person is asked about.
package struct Proposal: Sendable, Hashable, Codable {
    /// Of one symbol there is at most one of each kind.
    package enum Kind: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable, Comparable {
        case enter, reduce, target
        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Change: Sendable, Hashable, Codable {
        case enter(Entry)
        /// Hold at most so many of what was held then; zero closes.
        case reduce(to: Quantity, of: Quantity)
        case target(Price)

        package var kind: Kind {
            switch self {
            case .enter: .enter
            case .reduce: .reduce
            case .target: .target
            }
        }

        /// The most shares that may be traded for it; nil for a target.
        var most: Quantity? {
            switch self {
            case .enter(let entry): entry.quantity
            case .reduce(let remaining, let size): size.less(remaining)
            case .target: nil
            }
        }
    }

    package enum Verdict: Sendable, Hashable, Codable {
        case pending
        case approved(who: String)
        case rejected(who: String)
    }

    package var id: ProposalID
    package var policy: PluginName
    /// As the policy put it.
    package var reason: String
    package var change: Change
    package internal(set) var verdict = Verdict.pending
    /// The end of its validity: of the question, then of the approval. Something that works already is not ended by it.
    package internal(set) var until: Timestamp
    /// When it was wanted last.
    var wantedAt: Timestamp
    var wantedInCycle: Int64
    /// When the position that it concerns was opened; nil for an entry.
    var positionSince: Timestamp?
    /// Shares that were sold, or bought back, since it was asked.
    private(set) var spent: Quantity = .zero

    /// What is left of its shares.
    var left: Quantity { (change.most ?? .zero).less(spent) }

    mutating func spend(_ quantity: Quantity) {
        spent = Quantity(units: spent.units.addingClamped(quantity.units))
    }
}
