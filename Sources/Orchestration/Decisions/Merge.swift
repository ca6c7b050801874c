import Trading

/// Merges all advice on one symbol into one plan. A pure function of the SET of advice: order, repetition and grouping
/// change nothing.
///
/// Laws, each tested over random sets:
/// 1. Commutative, associative, idempotent.
/// 2. Reductions take the smallest remaining quantity; one more reducing advice never leaves more.
/// 3. A policy's level never loosens, but for its own reset; what rests is the tightest of all levels. The core's own stop
///    gives way to the first level of a policy, and to nothing else.
/// 4. Any veto ends every entry; an exit or a reduction does too.
/// 5. What is too small or too soon to be worth an order waits (``Damping``), and never keeps another reduction back.
package struct Merge: Sendable {
    package struct Facts: Sendable {
        /// The position; nil when flat.
        package var position: PositionRecord?
        package var price: Price?
        package var equity: Money
        package var now: Timestamp
        package var quantityIncrement: Quantity
        /// Of stops, where it is another one: what is held beyond its multiples has no stop.
        package var stopIncrement: Quantity?
        /// Less than this is not traded.
        package var minimumQuantity: Quantity = .zero
        /// Of prices; nil when no broker has declared it.
        package var tickSize: PriceIncrement?
        /// Average true ranges that are known of this symbol.
        package var figures: [Indicator: Price] = [:]
        package var damping: Damping
        /// A price further from the market than this share of it is refused; nil for no such limit.
        package var priceCollar: Ratio?
        /// Its position was closed, and it is not entered before this.
        package var reentryFrom: Timestamp?
        /// Why no entry is possible at all; nil when one is.
        package var entriesRefused: DispositionReason?
        /// What other people's orders of each side may still take of the symbol; a side without any is left out.
        package var claimedByOthers: [Side: Quantity] = [:]
        /// The reduction of the plan is finished, whether anybody asks for it again or not: a person wants it, an order of
        /// it works in a market that trades, or something of it was executed.
        package var isReductionUnderWay = false
        /// The entry whose order works; with a position, after it was filled in part.
        package var workingEntry: Entry?
        /// The advice was made from a snapshot of before the position was adopted anew, split or opened.
        package var isOvertaken = false
        /// Reductions that a person has approved, and how far.
        var approved: [PolicyAdvice: ApprovedReduction] = [:]
        /// How far the symbol is handed over.
        package var mode = SymbolMode.managed

        package init(
            position: PositionRecord?, price: Price?, equity: Money, now: Timestamp,
            quantityIncrement: Quantity = .one, tickSize: PriceIncrement? = nil, damping: Damping = .none,
            priceCollar: Ratio? = nil, entriesRefused: DispositionReason? = nil
        ) {
            self.position = position
            self.price = price
            self.equity = equity
            self.now = now
            self.quantityIncrement = quantityIncrement
            self.tickSize = tickSize
            self.damping = damping
            self.priceCollar = priceCollar
            self.entriesRefused = entriesRefused
        }
    }

    package internal(set) var plan: PositionPlan
    package private(set) var dispositions: [Disposition] = []
    let facts: Facts
    /// What is neither expired nor refused, with what it comes to here.
    private(set) var live: [(item: PolicyAdvice, resolved: AdviceResolver.ResolvedAdvice)] = []
    var reducesTo: Quantity?
    /// When nothing is held: what a policy would hold at most, and which.
    var entersAtMost: (quantity: Quantity, policy: PluginName)?

    /// - Throws: ``NumericError`` when the figures overflow.
    package init(
        _ advice: [PolicyAdvice], onto current: PositionPlan, facts: Facts
    ) throws(NumericError) {
        plan = current
        self.facts = facts
        for item in Self.canonical(advice) { classify(item) }
        try mergeReductions()
        mergeStops()
        mergeTargets()
        mergeEntries()
        dispositions = Self.sorted(dispositions) { ($0.policy, $0.recommendation) }
    }

    /// Without repetitions, in an order that does not depend on arrival.
    static func canonical(_ advice: [PolicyAdvice]) -> [PolicyAdvice] {
        sorted(withoutRepetitions(advice)) { ($0.policy, $0.recommendation) }
    }

    /// A few are compared with each other: to hash all their words takes longer.
    private static func withoutRepetitions(_ advice: [PolicyAdvice]) -> [PolicyAdvice] {
        guard advice.count <= 8 else { return Array(Set(advice)) }
        let isEachOther = advice.indices.allSatisfy { index in
            advice[..<index].allSatisfy { $0.policy != advice[index].policy || $0 != advice[index] }
        }
        return isEachOther ? advice : Array(Set(advice))
    }

    /// By priority, policy and text. The text is made for equals only, and once for each: a policy may send thousands.
    private static func sorted<Item>(
        _ items: [Item], by key: (Item) -> (policy: PluginName, recommendation: Recommendation)
    ) -> [Item] {
        let ranks = items.map { item in
            let (policy, recommendation) = key(item)
            return (recommendation.priority, policy)
        }
        if zip(ranks, ranks.dropFirst()).allSatisfy({ $0 < $1 }) { return items }
        let ranked = items.map { item in
            let (policy, recommendation) = key(item)
            return (item: item, rank: (recommendation.priority, policy))
        }.sorted { $0.rank < $1.rank }
        var result: [Item] = []
        var start = 0
        while start < ranked.count {
            let end = ranked[start...].firstIndex { $0.rank != ranked[start].rank } ?? ranked.count
            let equals = ranked[start..<end].map(\.item)
            result += equals.count == 1 ? equals : sortedByText(equals, by: key)
            start = end
        }
        return result
    }

    private static func sortedByText<Item>(
        _ items: [Item], by key: (Item) -> (policy: PluginName, recommendation: Recommendation)
    ) -> [Item] {
        items.map { (item: $0, text: key($0).recommendation.text) }.sorted { $0.text < $1.text }.map(
            \.item)
    }

    private mutating func classify(_ item: PolicyAdvice) {
        if let until = item.recommendation.validUntil, until < facts.now {
            return note(item, .expired, .validUntil(until))
        }
        // What asks for nothing, and what only keeps from entering, was no picture of the position.
        // A person has not decided on that picture either.
        if facts.isOvertaken, item.recommendation.priority != .none, item.policy != Handover.person {
            return note(item, .expired, .snapshotOvertaken)
        }
        guard facts.mode.permits(item.recommendation.priority) || item.policy == Handover.person else {
            return note(item, .refused, .symbolMode(facts.mode))
        }
        do throws(AdviceDefect) {
            live.append((item, bounded(try AdviceResolver(facts: facts).resolve(item.recommendation.advice), item)))
        } catch {
            note(item, .refused, .defect(error))
        }
    }

    /// I-APPR-1: no more of a reduction than a person has approved.
    private func bounded(
        _ resolved: AdviceResolver.ResolvedAdvice, _ item: PolicyAdvice
    ) -> AdviceResolver.ResolvedAdvice {
        guard case .hold(let remaining, let rung) = resolved, let approved = facts.approved[item] else {
            return resolved
        }
        return .hold(atMost: max(remaining, approved.remaining), rung: rung)
    }

    mutating func note(
        _ item: PolicyAdvice, _ outcome: Disposition.Outcome, by: PluginName? = nil, _ why: DispositionReason,
        until: Timestamp? = nil
    ) {
        dispositions.append(
            Disposition(
                policy: item.policy, recommendation: item.recommendation, outcome: outcome, by: by, why: why,
                until: until))
    }
}
