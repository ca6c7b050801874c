import Trading

extension Merge {
    mutating func mergeEntries() {
        let veto = live.first { $0.resolved == .veto }?.item
        for (item, resolved) in live where resolved == .veto || resolved == .nothing { noteWords(item, resolved) }
        (plan.entry, plan.entryOwner) = (nil, nil)
        var entries: [(item: PolicyAdvice, entry: Entry)] = []
        for (item, resolved) in live {
            guard case .enter(let entry) = resolved else { continue }
            if let veto {
                note(item, .vetoed, by: veto.policy, veto.recommendation.reason)
            } else if let why = refusal(of: entry) {
                note(item, .refused, why)
            } else if let from = facts.reentryFrom, facts.now < from {
                let why =
                    "it was closed a moment ago, and is not entered again before \(from) (\(Damping.Rule.reentry))"
                note(item, .deferred, why, until: from)
            } else {
                entries.append((item, entry))
            }
        }
        chooseEntry(entries)
    }

    private mutating func noteWords(_ item: PolicyAdvice, _ resolved: AdviceResolver.ResolvedAdvice) {
        if resolved == .veto { return note(item, .taken, "no entry while it stands") }
        switch item.recommendation.advice {
        case .advise, .reduceExposure: note(item, .noted, "it concerns the portfolio, and is told there")
        default: note(item, .noted, "nothing is asked for")
        }
    }

    private mutating func chooseEntry(_ entries: [(item: PolicyAdvice, entry: Entry)]) {
        if entries.contains(where: { $0.entry.side != entries[0].entry.side }) {
            for entry in entries { note(entry.item, .overridden, "policies ask for both sides; none is entered") }
            return
        }
        // `entries` is in canonical order, so that the first of equals is the same whatever the order of arrival.
        guard let smallest = entries.min(by: { $0.entry.quantity < $1.entry.quantity }) else { return }
        (plan.entry, plan.entryOwner) = (smallest.entry, smallest.item.policy)
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
        if let most = entersAtMost, entry.quantity > most.quantity {
            return "\(most.policy) would hold \(most.quantity) at most, and \(entry.quantity) would be reduced at once"
        }
        guard entry.quantity.isPositive else { return "a quantity lies above zero, not at \(entry.quantity)" }
        guard facts.price != nil || entry.limitPrice != nil else { return "there is no price for it" }
        if let defect = Self.defect(entry.stop, isLong: entry.side == .buy) { return defect }
        if let why = distance(entry.limitPrice) ?? distance(of: entry.stop) ?? distance(entry.target) { return why }
        if let position = facts.position {
            return "\(position.quantity) shares are held already; an entry opens a position, it does not add to one"
        }
        let reference = entry.limitPrice ?? facts.price ?? .zero
        // A limit beyond the market is filled at the market.
        for price in [reference, facts.price].compactMap({ $0 }) {
            let onLosingSide = entry.side == .buy ? entry.stop.stopPrice < price : entry.stop.stopPrice > price
            guard onLosingSide else { return "its stop \(entry.stop.stopPrice) is not on the losing side of \(price)" }
        }
        guard let target = entry.target else { return nil }
        let onWinningSide = entry.side == .buy ? target > reference : target < reference
        return onWinningSide ? nil : "its target \(target) is not on the winning side of \(reference)"
    }
}
