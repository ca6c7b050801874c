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
                note(item, .vetoed, by: veto.policy, .vetoed(veto.recommendation.reason))
            } else if let why = refusal(of: entry) {
                note(item, .refused, why)
            } else if let from = facts.reentryFrom, facts.now < from {
                note(item, .deferred, .reentryCoolDown(until: from), until: from)
            } else {
                entries.append((item, entry))
            }
        }
        chooseEntry(entries)
    }

    private mutating func noteWords(_ item: PolicyAdvice, _ resolved: AdviceResolver.ResolvedAdvice) {
        if resolved == .veto { return note(item, .taken, .vetoStands) }
        switch item.recommendation.advice {
        case .advise, .reduceExposure: note(item, .noted, .concernsPortfolio)
        default: note(item, .noted, .nothingAsked)
        }
    }

    private mutating func chooseEntry(_ entries: [(item: PolicyAdvice, entry: Entry)]) {
        if entries.contains(where: { $0.entry.side != entries[0].entry.side }) {
            for entry in entries { note(entry.item, .overridden, .bothSidesAsked) }
            return
        }
        // `entries` is in canonical order, so that the first of equals is the same whatever the order of arrival.
        guard let smallest = entries.min(by: { $0.entry.quantity < $1.entry.quantity }) else { return }
        (plan.entry, plan.entryOwner) = (smallest.entry, smallest.item.policy)
        for entry in entries {
            if entry.item == smallest.item {
                note(entry.item, .taken, .entered(stop: entry.entry.stop.stopPrice))
            } else {
                note(entry.item, .absorbed, by: smallest.item.policy, .smallerEntryTaken)
            }
        }
    }

    private func refusal(of entry: Entry) -> DispositionReason? {
        if let why = facts.entriesRefused { return why }
        if let limit = reducesTo { return .positionReducing(to: limit) }
        if let most = entersAtMost, entry.quantity > most.quantity {
            return .wouldBeReduced(by: most.policy, to: most.quantity, entered: entry.quantity)
        }
        guard entry.quantity.isPositive else { return .defect(.quantityNotPositive(entry.quantity)) }
        guard facts.price != nil || entry.limitPrice != nil else { return .defect(.noPrice) }
        if let defect = Self.defect(entry.stop, isLong: entry.side == .buy) { return .defect(defect) }
        if let why = distance(entry.limitPrice) ?? distance(of: entry.stop) ?? distance(entry.target) {
            return .defect(why)
        }
        if let position = facts.position {
            return .alreadyHeld(position.quantity)
        }
        let reference = entry.limitPrice ?? facts.price ?? .zero
        // A limit beyond the market is filled at the market.
        for price in [reference, facts.price].compactMap({ $0 }) {
            let onLosingSide = entry.side == .buy ? entry.stop.stopPrice < price : entry.stop.stopPrice > price
            guard onLosingSide else { return .defect(.stopNotOnLosingSide(stop: entry.stop.stopPrice, of: price)) }
        }
        guard let target = entry.target else { return nil }
        let onWinningSide = entry.side == .buy ? target > reference : target < reference
        return onWinningSide ? nil : .defect(.targetNotOnWinningSide(target: target, of: reference))
    }
}
