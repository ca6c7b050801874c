/// What a policy would do. It recommends states of a position, never actions on orders, and it executes nothing.
package struct Recommendation: Sendable, Hashable, Codable {
    /// Absent for the portfolio as a whole (a veto of all entries).
    package var symbol: Symbol?
    package var advice: Advice
    package var urgency: Urgency
    /// For a person: one sentence.
    package var reason: String
    /// The figures behind the reason, for a machine.
    package var evidence: [Evidence]?
    /// 0 to 1.
    package var confidence: Ratio?
    package var validUntil: Timestamp?

    package init(
        symbol: Symbol?, advice: Advice, urgency: Urgency = .medium, reason: String, evidence: [Evidence]? = nil,
        confidence: Ratio? = nil, validUntil: Timestamp? = nil
    ) {
        self.symbol = symbol
        self.advice = advice
        self.urgency = urgency
        self.reason = reason
        self.evidence = evidence
        self.confidence = confidence
        self.validUntil = validUntil
    }
}

package struct Evidence: Sendable, Hashable, Codable {
    package var name: String
    package var value: String
    package init(_ name: String, _ value: some CustomStringConvertible) {
        self.name = name
        self.value = value.description
    }
}

package enum Urgency: String, Sendable, Codable, CaseIterable, Comparable {
    case low
    case medium
    case high
    case emergency

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        case .emergency: 3
        }
    }
    package static func < (left: Urgency, right: Urgency) -> Bool { left.rank < right.rank }
}

package enum Advice: Sendable, Hashable, Codable {
    /// A protective stop under a long (over a short) position. Only ever tightens.
    case protect(ProtectiveStop)
    /// A new stop that may be looser; only the policy that owns the stop may, with its reason.
    case resetStop(ProtectiveStop)
    /// Sell this part of the position once. `rung` names the step of a ladder; each is taken once.
    case takePartial(fraction: Ratio, rung: String)
    case exit
    /// Hold at most so many shares (size, sign left out).
    case reduceTo(quantity: Quantity)
    /// Hold at most this share of equity.
    case reduceToWeight(weight: Ratio)
    /// Take profit here with a resting limit.
    case target(price: Price)
    /// Open or add, always with the stop that it will have.
    case enter(Entry)
    /// Nothing is to be done, and why.
    case hold
    /// No new entry.
    case veto
    /// Give up an earlier recommendation of this policy (its stop or target).
    case release
}

package struct ProtectiveStop: Sendable, Hashable, Codable {
    package var stopPrice: Price
    /// Present: a stop-limit. Absent: a plain stop.
    package var limitPrice: Price?
    package init(stopPrice: Price, limitPrice: Price? = nil) {
        self.stopPrice = stopPrice
        self.limitPrice = limitPrice
    }
}

package struct Entry: Sendable, Hashable, Codable {
    package var side: Side
    package var quantity: Quantity
    /// Absent: at market.
    package var limitPrice: Price?
    package var stop: ProtectiveStop
    package var target: Price?
    package init(
        side: Side, quantity: Quantity, limitPrice: Price? = nil, stop: ProtectiveStop, target: Price? = nil
    ) {
        self.side = side
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.stop = stop
        self.target = target
    }
}

/// The order in which recommendations outrank each other; the smallest raw value is first.
package enum PriorityClass: Int, Sendable, Codable, CaseIterable, Comparable {
    case emergency = 0
    case protection
    case exit
    case partialProfit
    case riskReduction
    case target
    case entry
    case none

    package static func < (left: PriorityClass, right: PriorityClass) -> Bool { left.rawValue < right.rawValue }

    package var words: String {
        switch self {
        case .emergency: "emergency"
        case .protection: "protection"
        case .exit: "exit"
        case .partialProfit: "partial profit"
        case .riskReduction: "risk reduction"
        case .target: "target"
        case .entry: "entry"
        case .none: "no action"
        }
    }
}

extension Recommendation {
    package var priority: PriorityClass {
        switch advice {
        case .protect, .resetStop: .protection
        case .exit: urgency == .emergency ? .emergency : .exit
        case .takePartial: .partialProfit
        case .reduceTo, .reduceToWeight: urgency == .emergency ? .emergency : .riskReduction
        case .target: .target
        case .enter: .entry
        case .hold, .veto, .release: .none
        }
    }
}
