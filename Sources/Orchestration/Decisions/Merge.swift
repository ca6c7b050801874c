import Trading

/// Merges all advice on one symbol into one plan. A pure function of the SET of advice: order, repetition and grouping
/// change nothing.
///
/// Laws, each tested over random sets:
/// 1. Commutative, associative, idempotent.
/// 2. Reductions take the smallest remaining quantity; one more reducing advice never leaves more.
/// 3. A stop never loosens, but for a reset by its owner.
/// 4. Any veto ends every entry; an exit or a reduction does too.
package struct Merge: Sendable {
    package struct Facts: Sendable {
        /// The position; nil when flat.
        package var position: PositionRecord?
        package var price: Price?
        package var equity: Money
        package var now: Timestamp
        package var quantityIncrement: Quantity
        package var minimumStopMove: Ratio
        /// A price further from the market than this share of it is refused; nil for no such limit.
        package var priceCollar: Ratio?
        /// Why no entry is possible at all (trading state, limits); nil when one is.
        package var entriesRefused: String?

        package init(
            position: PositionRecord?, price: Price?, equity: Money, now: Timestamp,
            quantityIncrement: Quantity = .one, minimumStopMove: Ratio = .zero, priceCollar: Ratio? = nil,
            entriesRefused: String? = nil
        ) {
            self.position = position
            self.price = price
            self.equity = equity
            self.now = now
            self.quantityIncrement = quantityIncrement
            self.minimumStopMove = minimumStopMove
            self.priceCollar = priceCollar
            self.entriesRefused = entriesRefused
        }
    }

    package private(set) var plan: PositionPlan
    package private(set) var dispositions: [Disposition] = []
    /// Rungs of the ladder that this decision takes.
    package private(set) var rungs: [String] = []
    private let facts: Facts
    private var live: [PolicyAdvice] = []
    private var reducesTo: Quantity?

    /// - Throws: ``NumericError`` when the figures overflow.
    package init(
        _ advice: [PolicyAdvice], onto current: PositionPlan, facts: Facts
    ) throws(NumericError) {
        plan = current
        self.facts = facts
        for item in Self.canonical(advice) { sortOut(item) }
        try mergeReductions()
        mergeStops()
        mergeTargets()
        mergeEntries()
        dispositions = Self.sorted(dispositions) { ($0.policy, $0.recommendation) }
    }

    /// Without repetitions, in an order that does not depend on arrival.
    private static func canonical(_ advice: [PolicyAdvice]) -> [PolicyAdvice] {
        sorted(Array(Set(advice))) { ($0.policy, $0.recommendation) }
    }

    /// By priority, policy and text. The text is made for equals only, and once for each: a policy may send thousands.
    private static func sorted<Item>(
        _ items: [Item], by key: (Item) -> (policy: PluginName, recommendation: Recommendation)
    ) -> [Item] {
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

    private mutating func sortOut(_ item: PolicyAdvice) {
        if let until = item.recommendation.validUntil, until < facts.now {
            note(item, .expired, "it was valid until \(until)")
        } else {
            live.append(item)
        }
    }

    private mutating func note(
        _ item: PolicyAdvice, _ outcome: Disposition.Outcome, by: PluginName? = nil, _ why: String
    ) {
        dispositions.append(
            Disposition(
                policy: item.policy, recommendation: item.recommendation, outcome: outcome, by: by, why: why))
    }
}

// MARK: - Reductions

extension Merge {
    private mutating func mergeReductions() throws(NumericError) {
        guard let position = facts.position else { return noteReductionsWithoutPosition() }
        var candidates: [(item: PolicyAdvice, remaining: Quantity)] = []
        for item in live {
            guard let remaining = try remaining(item, of: position) else { continue }
            if remaining < position.size {
                candidates.append((item, remaining))
            } else {
                note(item, .absorbed, "the position of \(position.size) is within it already")
            }
        }
        let winner = candidates.min {
            ($0.remaining, $0.item.recommendation.priority) < ($1.remaining, $1.item.recommendation.priority)
        }
        // A reduction that is still under way counts as one more candidate.
        let underWay = plan.quantityLimit.flatMap { $0 < position.size ? $0 : nil }
        guard let winner else {
            plan.quantityLimit = underWay
            reducesTo = underWay
            return
        }
        let prevails = underWay.map { winner.remaining < $0 } ?? true
        let limit = prevails ? winner.remaining : underWay ?? winner.remaining
        plan.quantityLimit = limit
        reducesTo = limit
        for candidate in candidates {
            noteReduction(candidate.item, candidate.remaining, limit: limit, winner: winner.item, prevails: prevails)
        }
    }

    private mutating func noteReduction(
        _ item: PolicyAdvice, _ remaining: Quantity, limit: Quantity, winner: PolicyAdvice, prevails: Bool
    ) {
        if prevails, item == winner {
            note(item, .taken, limit.isZero ? "the whole position is sold" : "\(limit) shares remain")
            if case .takePartial(_, let rung) = item.recommendation.advice { rungs.append(rung) }
        } else if prevails {
            note(
                item, .absorbed, by: winner.policy,
                "\(winner.recommendation.priority.words) leaves \(limit), which is within the \(remaining) asked for")
        } else {
            note(item, .absorbed, "a reduction to \(limit) is under way already")
        }
    }

    /// The quantity that this advice would leave; nil when it is no reduction or was disposed of.
    private mutating func remaining(
        _ item: PolicyAdvice, of position: PositionRecord
    ) throws(NumericError) -> Quantity? {
        switch item.recommendation.advice {
        case .exit: return .zero
        case .reduceTo(let quantity):
            guard !quantity.isNegative else {
                note(item, .refused, "a quantity of \(quantity) cannot be held; name the size without a sign")
                return nil
            }
            return try quantity.rounded(toMultipleOf: facts.quantityIncrement, .down)
        case .reduceToWeight(let weight):
            guard let price = facts.price, price.isPositive, facts.equity.isPositive, !weight.isNegative else {
                note(item, .refused, "a weight needs a price, an equity above zero and a weight of zero or more")
                return nil
            }
            do {
                let most = try facts.equity.scaled(by: weight, .down).quantity(at: price, .down)
                return try most.rounded(toMultipleOf: facts.quantityIncrement, .down)
            } catch {
                note(item, .refused, "\(error)")
                return nil
            }
        case .takePartial(let fraction, let rung):
            return try partial(item, fraction, rung, of: position)
        case .protect, .resetStop, .target, .enter, .hold, .veto, .release: return nil
        }
    }

    private mutating func partial(
        _ item: PolicyAdvice, _ fraction: Ratio, _ rung: String, of position: PositionRecord
    ) throws(NumericError) -> Quantity? {
        guard fraction.isPositive, fraction <= .one else {
            note(item, .refused, "a fraction lies above 0 and at most at 1, not at \(fraction)")
            return nil
        }
        guard !position.rungsTaken.contains(rung) else {
            note(item, .absorbed, "rung \(rung) was taken before")
            return nil
        }
        let part = try position.size.scaled(by: fraction, .down)
            .rounded(toMultipleOf: facts.quantityIncrement, .down)
        guard part.isPositive else {
            note(item, .refused, "\(fraction) of \(position.size) is less than one tradable unit")
            return nil
        }
        return try position.size - part
    }

    private mutating func noteReductionsWithoutPosition() {
        plan.quantityLimit = nil
        for item in live {
            switch item.recommendation.advice {
            case .exit, .reduceTo, .reduceToWeight, .takePartial: note(item, .absorbed, "nothing is held")
            case .protect, .resetStop, .target, .enter, .hold, .veto, .release: continue
            }
        }
    }
}

// MARK: - Stops

extension Merge {
    private mutating func mergeStops() {
        guard let position = facts.position else { return noteStopsWithoutPosition() }
        applyReset(isLong: position.isLong)
        var protections: [(item: PolicyAdvice, stop: ProtectiveStop)] = []
        for item in live {
            guard case .protect(let stop) = item.recommendation.advice else { continue }
            if let defect = Self.defect(stop, isLong: position.isLong) ?? distance(of: stop) {
                note(item, .refused, defect)
            } else {
                protections.append((item, stop))
            }
        }
        guard let tightest = protections.min(by: { Self.isTighter($0.stop, than: $1.stop, isLong: position.isLong) })
        else { return }
        let moves = isWorthMoving(to: tightest.stop, isLong: position.isLong)
        let before = plan
        if moves {
            plan.stop = tightest.stop
            plan.stopOwner = tightest.item.policy
        }
        for protection in protections {
            noteProtection(protection.item, protection.stop, tightest: tightest.item, moved: moves, before: before)
        }
    }

    private mutating func noteProtection(
        _ item: PolicyAdvice, _ stop: ProtectiveStop, tightest: PolicyAdvice, moved: Bool, before: PositionPlan
    ) {
        if reducesTo?.isZero == true {
            note(item, .absorbed, "the whole position is being sold; the stop stands by in case that fails")
        } else if moved, item == tightest {
            let from = before.stop.map { "from \($0.stopPrice.text(minimumDecimals: 2)) " } ?? ""
            note(item, .taken, "the stop goes \(from)to \(stop.stopPrice.text(minimumDecimals: 2))")
        } else if moved {
            note(item, .absorbed, by: tightest.policy, "a tighter stop is set")
        } else if let standing = before.stop {
            note(
                item, .absorbed, by: before.stopOwner,
                "the stop at \(standing.stopPrice.text(minimumDecimals: 2)) stands; this is looser or too small a move")
        }
    }

    /// The owner may loosen, with its reason; the tightest of several resets holds.
    private mutating func applyReset(isLong: Bool) {
        let owner = plan.stopOwner
        var best: (item: PolicyAdvice, stop: ProtectiveStop)?
        for item in live {
            guard case .resetStop(let stop) = item.recommendation.advice else { continue }
            if let defect = Self.defect(stop, isLong: isLong) ?? distance(of: stop) {
                note(item, .refused, defect)
            } else if let owner, owner != item.policy, owner != PositionPlan.core {
                note(item, .overridden, by: owner, "only \(owner), which set the stop, may reset it")
            } else if let held = best, !Self.isTighter(stop, than: held.stop, isLong: isLong) {
                note(item, .absorbed, by: held.item.policy, "a tighter reset prevails")
            } else {
                if let held = best { note(held.item, .absorbed, by: item.policy, "a tighter reset prevails") }
                best = (item, stop)
            }
        }
        guard let best else { return }
        plan.stop = best.stop
        plan.stopOwner = best.item.policy
        note(best.item, .taken, "its owner resets the stop to \(best.stop.stopPrice.text(minimumDecimals: 2))")
    }

    private func isWorthMoving(to stop: ProtectiveStop, isLong: Bool) -> Bool {
        guard let standing = plan.stop else { return true }
        let gain =
            isLong ? stop.stopPrice.units - standing.stopPrice.units : standing.stopPrice.units - stop.stopPrice.units
        let least = Int128(standing.stopPrice.units) * Int128(facts.minimumStopMove.units) / Int128(Ratio.scale)
        return gain > 0 && Int128(gain) >= least
    }

    /// Tighter is nearer to the market: higher under a long, lower over a short. A plain stop is tighter than a
    /// stop-limit at the same price, since it always executes.
    static func isTighter(_ left: ProtectiveStop, than right: ProtectiveStop, isLong: Bool) -> Bool {
        if left.stopPrice != right.stopPrice { return isLong == (left.stopPrice > right.stopPrice) }
        switch (left.limitPrice, right.limitPrice) {
        case (nil, nil), (_?, nil): return false
        case (nil, _?): return true
        case (let mine?, let other?): return mine != other && isLong == (mine < other)
        }
    }

    /// Why a price is too far from the market to be meant, or nil. A stop that is never reached protects nothing.
    private func distance(_ price: Price?) -> String? {
        guard let price, let collar = facts.priceCollar,
            let market = facts.price ?? facts.position?.averagePrice, market.isPositive
        else { return nil }
        let away = abs(Int128(price.units) - Int128(market.units)) * Int128(Ratio.scale)
        guard away > Int128(market.units) * Int128(collar.units) else { return nil }
        return "the price \(price) is further than \(collar) of it from the market at \(market)"
    }

    private func distance(of stop: ProtectiveStop) -> String? { distance(stop.stopPrice) ?? distance(stop.limitPrice) }

    static func defect(_ stop: ProtectiveStop, isLong: Bool) -> String? {
        guard stop.stopPrice.isPositive else { return "a stop price lies above zero, not at \(stop.stopPrice)" }
        guard let limit = stop.limitPrice else { return nil }
        guard limit.isPositive else { return "a limit price lies above zero, not at \(limit)" }
        let isSound = isLong ? limit <= stop.stopPrice : limit >= stop.stopPrice
        return isSound
            ? nil : "the limit \(limit) of a stop-limit lies beyond its stop \(stop.stopPrice), not before it"
    }

    private mutating func noteStopsWithoutPosition() {
        for item in live {
            switch item.recommendation.advice {
            case .protect, .resetStop: note(item, .absorbed, "nothing is held")
            case .exit, .reduceTo, .reduceToWeight, .takePartial, .target, .enter, .hold, .veto, .release: continue
            }
        }
    }
}

// MARK: - Targets and entries

extension Merge {
    private mutating func mergeTargets() {
        for item in live where item.recommendation.advice == .release {
            let owns = plan.targetOwner == item.policy
            if owns { (plan.target, plan.targetOwner) = (nil, nil) }
            note(
                item, owns ? .taken : .noted,
                owns ? "its target is given up" : "it owns no target; a stop is never released")
        }
        var targets: [(item: PolicyAdvice, price: Price)] = []
        for item in live {
            guard case .target(let price) = item.recommendation.advice else { continue }
            if facts.position == nil {
                note(item, .absorbed, "nothing is held")
            } else if !price.isPositive {
                note(item, .refused, "a target lies above zero, not at \(price)")
            } else if let why = distance(price) {
                note(item, .refused, why)
            } else {
                targets.append((item, price))
            }
        }
        guard let position = facts.position else { return }
        let nearest = targets.min { position.isLong ? $0.price < $1.price : $0.price > $1.price }
        guard let nearest else { return }
        let moves = isTargetWorthMoving(to: nearest.price)
        if moves { (plan.target, plan.targetOwner) = (nearest.price, nearest.item.policy) }
        for target in targets {
            if reducesTo?.isZero == true {
                note(target.item, .absorbed, "the whole position is being sold")
            } else if target.item != nearest.item {
                note(target.item, .absorbed, by: nearest.item.policy, "a nearer target is set")
            } else if moves {
                note(target.item, .taken, "the target is \(target.price.text(minimumDecimals: 2))")
            } else {
                note(target.item, .absorbed, by: plan.targetOwner, "the target stands; this is too small a move")
            }
        }
    }

    private func isTargetWorthMoving(to price: Price) -> Bool {
        guard let standing = plan.target, plan.targetOwner != nil else { return true }
        let move = Int128((price.units - standing.units).magnitude)
        return move > 0 && move >= Int128(standing.units) * Int128(facts.minimumStopMove.units) / Int128(Ratio.scale)
    }

    private mutating func mergeEntries() {
        let veto = live.first { $0.recommendation.advice == .veto }
        for item in live {
            switch item.recommendation.advice {
            case .veto: note(item, .taken, "no entry while it stands")
            case .hold: note(item, .noted, "nothing is asked for")
            case .enter, .protect, .resetStop, .takePartial, .exit, .reduceTo, .reduceToWeight, .target, .release:
                continue
            }
        }
        plan.entry = nil
        var entries: [(item: PolicyAdvice, entry: Entry)] = []
        for item in live {
            guard case .enter(let entry) = item.recommendation.advice else { continue }
            if let veto {
                note(item, .vetoed, by: veto.policy, veto.recommendation.reason)
            } else if let why = refusal(of: entry) {
                note(item, .refused, why)
            } else {
                entries.append((item, entry))
            }
        }
        chooseEntry(entries)
    }

    private mutating func chooseEntry(_ entries: [(item: PolicyAdvice, entry: Entry)]) {
        if entries.contains(where: { $0.entry.side != entries[0].entry.side }) {
            for entry in entries { note(entry.item, .overridden, "policies ask for both sides; none is entered") }
            return
        }
        // `entries` is in canonical order, so that the first of equals is the same whatever the order of arrival.
        guard let smallest = entries.min(by: { $0.entry.quantity < $1.entry.quantity }) else { return }
        plan.entry = smallest.entry
        for entry in entries {
            if entry.item == smallest.item {
                note(
                    entry.item, .taken,
                    "entered with its stop at \(entry.entry.stop.stopPrice.text(minimumDecimals: 2))")
            } else {
                note(entry.item, .absorbed, by: smallest.item.policy, "the smaller entry is taken")
            }
        }
    }

    private func refusal(of entry: Entry) -> String? {
        if let why = facts.entriesRefused { return why }
        if let limit = reducesTo { return "the position is being reduced to \(limit)" }
        guard entry.quantity.isPositive else { return "a quantity lies above zero, not at \(entry.quantity)" }
        guard facts.price != nil || entry.limitPrice != nil else { return "there is no price for it" }
        if let defect = Self.defect(entry.stop, isLong: entry.side == .buy) { return defect }
        if let why = distance(entry.limitPrice) ?? distance(of: entry.stop) ?? distance(entry.target) { return why }
        if let position = facts.position {
            return "\(position.quantity) shares are held already; an entry opens a position, it does not add to one"
        }
        let reference = entry.limitPrice ?? facts.price ?? .zero
        let onLosingSide = entry.side == .buy ? entry.stop.stopPrice < reference : entry.stop.stopPrice > reference
        guard onLosingSide else { return "its stop \(entry.stop.stopPrice) is not on the losing side of \(reference)" }
        guard let target = entry.target else { return nil }
        let onWinningSide = entry.side == .buy ? target > reference : target < reference
        return onWinningSide ? nil : "its target \(target) is not on the winning side of \(reference)"
    }
}
