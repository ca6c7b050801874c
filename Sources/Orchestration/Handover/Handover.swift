import Trading

/// What is handed to BigBrother symbol by symbol, and what a person wants done by hand.
///
/// Invariants:
/// 1. A wish of a person lives until it is done, until its position is closed, or until another of its kind replaces it.
/// 2. A mode that a person has named stays until they name another.
package struct Handover: Sendable, Hashable, Codable {
    /// The policy by whose name a person's wishes are decided. No plugin may have it.
    package static let person = PositionPlan.person

    private var modes: [Symbol: SymbolMode] = [:]
    private var wishes: [Symbol: Wishes] = [:]

    /// Of one symbol.
    private struct Wishes: Sendable, Hashable, Codable {
        /// Hold at most so many shares; zero closes.
        var limit: Quantity?
        var stop: Price?
        var target: Price?
        var who: String
        var why: String
    }

    package init() {}

    // MARK: - Modes

    /// - Parameter configured: what the configuration says, where no person has.
    package func mode(of symbol: Symbol, configured: [Symbol: SymbolMode]) -> SymbolMode {
        modes[symbol] ?? configured[symbol] ?? .managed
    }

    mutating func set(_ mode: SymbolMode, of symbol: Symbol) { modes[symbol] = mode }

    // MARK: - Wishes

    package var hasWishes: Bool { !wishes.isEmpty }

    mutating func wish(_ symbol: Symbol, limit: Quantity, _ request: PersonRequest) {
        change(symbol, request) { $0.limit = min($0.limit ?? limit, limit) }
    }

    mutating func wish(_ symbol: Symbol, stop: Price, _ request: PersonRequest) {
        change(symbol, request) { $0.stop = stop }
    }

    mutating func wish(_ symbol: Symbol, target: Price, _ request: PersonRequest) {
        change(symbol, request) { $0.target = target }
    }

    private mutating func change(_ symbol: Symbol, _ request: PersonRequest, _ body: (inout Wishes) -> Void) {
        var value = wishes[symbol] ?? Wishes(who: request.who, why: request.why)
        (value.who, value.why) = (request.who, request.why)
        body(&value)
        wishes[symbol] = value
    }

    /// What is wanted of a symbol by hand is given up.
    mutating func forget(_ symbol: Symbol) { wishes[symbol] = nil }

    /// What a person has asked for and is not done, in order of the symbols.
    package var standing: [StandingWish] {
        wishes.inOrder.map { symbol, wish in
            StandingWish(
                symbol: symbol, limit: wish.limit, stop: wish.stop, target: wish.target, who: wish.who, why: wish.why)
        }
    }

    /// What is done, or has no position any more, is over.
    mutating func settle(_ size: (Symbol) -> Quantity?) {
        for (symbol, wish) in wishes.inOrder {
            guard let held = size(symbol) else {
                wishes[symbol] = nil
                continue
            }
            guard let limit = wish.limit, held <= limit else { continue }
            wishes[symbol]?.limit = nil
            if wish.stop == nil, wish.target == nil { wishes[symbol] = nil }
        }
    }

    /// As recommendations of the policy ``person``, in order; nil for none.
    var answer: PolicyAnswer? {
        guard !wishes.isEmpty else { return nil }
        var recommendations: [Recommendation] = []
        for (symbol, wish) in wishes.inOrder {
            func add(_ advice: Advice) {
                recommendations.append(
                    Recommendation(
                        symbol: symbol, advice: advice, urgency: .high, reason: wish.why,
                        evidence: [Evidence("who", wish.who)]))
            }
            if let limit = wish.limit { add(limit.isZero ? .exit : .reduceTo(quantity: limit)) }
            if let stop = wish.stop { add(.resetStop(StopAdvice(stopPrice: stop))) }
            if let target = wish.target { add(.target(TargetAdvice(price: target))) }
        }
        return PolicyAnswer(policy: Self.person, recommendations: recommendations)
    }
}

/// What a person has asked for by hand of one symbol, and is not done.
package struct StandingWish: Sendable, Hashable {
    package let symbol: Symbol
    /// Hold at most so many; zero closes.
    package let limit: Quantity?
    package let stop: Price?
    package let target: Price?
    /// Who asked last, and why.
    package let who: String
    package let why: String
}
