import Trading

/// What keeps an action from being sent, where an alert reports it.
package enum HoldReason: Sendable, Hashable, Codable {
    /// Somebody else's order stands in the way, or an order that no action can remove.
    case obstacle(Obstacle)
    /// The risk gate refused the action.
    case refusedByRiskGate(ActionSummary)
    /// The action waits for the budget of requests.
    case orderBudget(ActionSummary)
    /// The broker has not booked a split.
    case splitNotBooked(brokers: Quantity)
    /// The market is through a resting stop that does not execute.
    case stopStuck
    /// The broker's list of positions contradicts what else it shows.
    case contradiction(Contradiction)
    /// The broker refused protection as it was planned; it rests in this form.
    case protectedOtherwise(ProtectionForm)

    package enum Kind: String, Sendable, Codable, CaseIterable {
        case obstacle, refusedByRiskGate, orderBudget, splitNotBooked, stopStuck, contradiction
        case protectedOtherwise
    }

    package var kind: Kind {
        switch self {
        case .obstacle: .obstacle
        case .refusedByRiskGate: .refusedByRiskGate
        case .orderBudget: .orderBudget
        case .splitNotBooked: .splitNotBooked
        case .stopStuck: .stopStuck
        case .contradiction: .contradiction
        case .protectedOtherwise: .protectedOtherwise
        }
    }
}

extension HoldReason {
    /// Books and broker have each a figure of their own for the position.
    var isAboutQuantity: Bool { kind == .contradiction || kind == .splitNotBooked }

    /// Whether this is the alert that reported it.
    package func isReported(by alert: Alert) -> Bool {
        switch (self, alert.reason) {
        case (.obstacle(let mine), .obstacle(let told)): mine == told
        case (.refusedByRiskGate(let mine), .refusedByRiskGate(let told, _)): mine == told
        case (.orderBudget(let mine), .waitsForBudget(let told, _, _)): mine == told
        case (.contradiction(let mine), .positionContradicted(let told)): mine == told
        case (.splitNotBooked, .splitNotBooked), (.stopStuck, .stopStuck): true
        case (.protectedOtherwise(let mine), .protectedOtherwise(let told, _, _)): mine == told
        default: false
        }
    }
}

/// At most one reason of each kind, in a fixed order.
struct ReportedReasons: Sendable, Hashable, Codable {
    private(set) var all: [HoldReason] = []

    /// - Returns: whether it differs from the one of its kind that was there.
    mutating func insert(_ reason: HoldReason) -> Bool {
        guard !all.contains(reason) else { return false }
        remove(reason.kind)
        all.append(reason)
        all.sort { Self.rank($0.kind) < Self.rank($1.kind) }
        return true
    }

    mutating func remove(_ kind: HoldReason.Kind) { all.removeAll { $0.kind == kind } }

    private static func rank(_ kind: HoldReason.Kind) -> Int { HoldReason.Kind.allCases.firstIndex(of: kind) ?? 0 }
}
