/// What a policy would do. It recommends states of a position, never actions on orders, and it executes nothing.
public struct Recommendation: Sendable, Hashable, Codable {
    /// Absent for the portfolio as a whole: a veto of all entries, an exposure, an advisory.
    public var symbol: Symbol?
    public var advice: Advice
    public var urgency: Urgency
    /// For a person: one sentence.
    public var reason: String
    /// The figures behind the reason, for a machine.
    public var evidence: [Evidence]?
    /// 0 to 1.
    public var confidence: Ratio?
    public var validUntil: Timestamp?

    public init(
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

public struct Evidence: Sendable, Hashable, Codable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: some CustomStringConvertible) {
        self.name = name
        self.value = value.description
    }
}

public enum Urgency: String, Sendable, Codable, CaseIterable, Comparable {
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
    public static func < (left: Urgency, right: Urgency) -> Bool { left.rank < right.rank }
}

/// The vocabulary. Amounts that depend on the market or the account are resolved by the core, each cycle anew.
public enum Advice: Sendable, Hashable, Codable {
    /// A protective stop under a long (over a short) position. Only ever tightens.
    case protect(StopAdvice)
    /// A new stop that may be looser; only the policy that owns the stop may, with its reason.
    case resetStop(StopAdvice)
    /// Sell a part of the position once.
    case takePartial(PartialAdvice)
    case exit
    /// Hold at most so many shares (size, sign left out).
    case reduceTo(quantity: Quantity)
    /// Hold at most this share of equity.
    case reduceToWeight(weight: Ratio)
    /// Hold at most this share of equity in several positions together. Names no symbol.
    case reduceExposure(ExposureAdvice)
    /// Take profit here with a resting limit.
    case target(TargetAdvice)
    /// Open a position, always with the stop that it will have.
    indirect case enter(EntryAdvice)
    /// A figure for the other policies; they find it in the next cycle's `advisories`.
    case advise(AdvisoryAdvice)
    /// Nothing is to be done, and why.
    case hold
    /// No new entry.
    case veto
    /// Give up an earlier recommendation of this policy (its target).
    case release
}

// MARK: - Levels

/// How far from a reference. Exactly one way is named.
public enum Distance: Sendable, Hashable, Codable {
    /// In money a share, above zero.
    case price(Price)
    /// As a share of the reference price, above 0 and below 1.
    case percent(Ratio)
    /// So many average true ranges; the policy declares the indicator in its needs.
    case atr(multiple: Ratio, indicator: Indicator)
    /// So many R: multiples of the distance from average price to initial stop.
    case r(Ratio)
}

/// What a distance is counted from.
public enum PriceReference: String, Sendable, Hashable, Codable, CaseIterable {
    /// Average price of the position; of an entry, its limit or the market.
    case average
    /// The best price since the position was opened: the highest of a long, the lowest of a short. The stop trails.
    case highWater = "high_water"
    /// The last price.
    case last
}

/// A protective stop by its price, or by its distance.
public struct StopAdvice: Sendable, Hashable, Codable {
    public var stopPrice: Price?
    /// Present: a stop-limit with this limit. Absent with `limitOffset`: a plain stop.
    public var limitPrice: Price?
    public var distance: Distance?
    /// Absent: `average`.
    public var from: PriceReference?
    /// Of a stop-limit: distance of the limit beyond the stop, as a share of it.
    public var limitOffset: Ratio?

    public init(stopPrice: Price, limitPrice: Price? = nil) {
        self.stopPrice = stopPrice
        self.limitPrice = limitPrice
    }

    public init(distance: Distance, from: PriceReference = .average, limitOffset: Ratio? = nil) {
        self.distance = distance
        self.from = from
        self.limitOffset = limitOffset
    }

    public init(_ stop: ProtectiveStop) { self.init(stopPrice: stop.stopPrice, limitPrice: stop.limitPrice) }

    public init(
        stopPrice: Price?, limitPrice: Price?, distance: Distance?, from: PriceReference?, limitOffset: Ratio?
    ) {
        self.stopPrice = stopPrice
        self.limitPrice = limitPrice
        self.distance = distance
        self.from = from
        self.limitOffset = limitOffset
    }
}

/// A profit target by its price, or by its distance from the average price.
public struct TargetAdvice: Sendable, Hashable, Codable {
    public var price: Price?
    public var distance: Distance?
    public init(price: Price) { self.price = price }
    public init(distance: Distance) { self.distance = distance }
}

// MARK: - Sizes

/// A part of a position by its fraction or its quantity: exactly one.
public struct PartialAdvice: Sendable, Hashable, Codable {
    /// Above 0, at most 1.
    public var fraction: Ratio?
    public var quantity: Quantity?
    /// The step of a ladder; each is taken once.
    public var rung: String

    public init(fraction: Ratio, rung: String) {
        self.fraction = fraction
        self.rung = rung
    }
    public init(quantity: Quantity, rung: String) {
        self.quantity = quantity
        self.rung = rung
    }
}

/// Several positions together are to be worth no more than a share of equity.
public struct ExposureAdvice: Sendable, Hashable, Codable {
    /// Which positions give way.
    public enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
        /// Each by the same share.
        case proportional
        /// The largest by market value until it is enough.
        case largestFirst = "largest_first"
        /// The one that has lost most, as a share of its cost, until it is enough.
        case weakestFirst = "weakest_first"
    }
    /// Market values without their signs, as a share of equity: 0 or more.
    public var grossWeight: Ratio
    public var rule: Rule
    /// Of which positions; absent: of all.
    public var symbols: [Symbol]?

    public init(grossWeight: Ratio, rule: Rule = .proportional, symbols: [Symbol]? = nil) {
        self.grossWeight = grossWeight
        self.rule = rule
        self.symbols = symbols
    }
}

/// A new position, its size by quantity, by value or by risk: exactly one.
public struct EntryAdvice: Sendable, Hashable, Codable {
    public var side: Side
    public var quantity: Quantity?
    /// Value of the position, above zero.
    public var notional: Money?
    /// What is lost at the stop, as a share of equity: above 0, at most 0.1.
    public var risk: Ratio?
    /// Absent: at market.
    public var limitPrice: Price?
    public var stop: StopAdvice
    public var target: Price?
    /// Of a target by its distance, instead of its price; R is the distance to the stop.
    public var targetDistance: Distance?

    public init(
        side: Side, quantity: Quantity? = nil, notional: Money? = nil, risk: Ratio? = nil, limitPrice: Price? = nil,
        stop: StopAdvice, target: Price? = nil, targetDistance: Distance? = nil
    ) {
        self.side = side
        self.quantity = quantity
        self.notional = notional
        self.risk = risk
        self.limitPrice = limitPrice
        self.stop = stop
        self.target = target
        self.targetDistance = targetDistance
    }
}

/// A figure with a name, such as `stop_scale` 1.5 in a nervous market.
public struct AdvisoryAdvice: Sendable, Hashable, Codable {
    public var name: String
    public var value: Ratio
    public init(name: String, value: Ratio) {
        self.name = name
        self.value = value
    }
}

// MARK: - What the core makes of it

/// A stop with its prices resolved.
public struct ProtectiveStop: Sendable, Hashable, Codable {
    public var stopPrice: Price
    /// Present: a stop-limit. Absent: a plain stop.
    public var limitPrice: Price?
    public init(stopPrice: Price, limitPrice: Price? = nil) {
        self.stopPrice = stopPrice
        self.limitPrice = limitPrice
    }
}

/// An entry with its size and prices resolved.
public struct Entry: Sendable, Hashable, Codable {
    public var side: Side
    public var quantity: Quantity
    /// Absent: at market.
    public var limitPrice: Price?
    public var stop: ProtectiveStop
    public var target: Price?
    public init(
        side: Side, quantity: Quantity, limitPrice: Price? = nil, stop: ProtectiveStop, target: Price? = nil
    ) {
        self.side = side
        self.quantity = quantity
        self.limitPrice = limitPrice
        self.stop = stop
        self.target = target
    }
}

extension Advice {
    public static func protect(_ stop: ProtectiveStop) -> Advice { .protect(StopAdvice(stop)) }
    public static func resetStop(_ stop: ProtectiveStop) -> Advice { .resetStop(StopAdvice(stop)) }
    public static func takePartial(fraction: Ratio, rung: String) -> Advice {
        .takePartial(PartialAdvice(fraction: fraction, rung: rung))
    }
    public static func target(price: Price) -> Advice { .target(TargetAdvice(price: price)) }
    public static func enter(_ entry: Entry) -> Advice {
        .enter(
            EntryAdvice(
                side: entry.side, quantity: entry.quantity, limitPrice: entry.limitPrice, stop: StopAdvice(entry.stop),
                target: entry.target))
    }
}

extension Advice {
    /// It concerns no single position.
    public var isForPortfolio: Bool {
        switch self {
        case .reduceExposure, .advise: true
        case .protect, .resetStop, .takePartial, .exit, .reduceTo, .reduceToWeight, .target, .enter, .hold, .veto,
            .release:
            false
        }
    }

    /// Its name in the protocol.
    public var kind: String {
        switch self {
        case .protect: "protect"
        case .resetStop: "reset_stop"
        case .takePartial: "take_partial"
        case .exit: "exit"
        case .reduceTo: "reduce_to"
        case .reduceToWeight: "reduce_to_weight"
        case .reduceExposure: "reduce_exposure"
        case .target: "target"
        case .enter: "enter"
        case .advise: "advise"
        case .hold: "hold"
        case .veto: "veto"
        case .release: "release"
        }
    }
}

/// The order in which recommendations outrank each other; the smallest raw value is first.
public enum PriorityClass: Int, Sendable, Codable, CaseIterable, Comparable {
    case emergency = 0
    case protection
    case exit
    case partialProfit
    case riskReduction
    case target
    case entry
    case none

    public static func < (left: PriorityClass, right: PriorityClass) -> Bool { left.rawValue < right.rawValue }
}

extension Recommendation {
    public var priority: PriorityClass {
        switch advice {
        case .protect, .resetStop: .protection
        case .exit: urgency == .emergency ? .emergency : .exit
        case .takePartial: .partialProfit
        case .reduceTo, .reduceToWeight, .reduceExposure: urgency == .emergency ? .emergency : .riskReduction
        case .target: .target
        case .enter: .entry
        case .advise, .hold, .veto, .release: .none
        }
    }
}
