import Trading

extension Merge {
    mutating func mergeEntries() {
        let veto = live.first { $0.resolved == .veto }?.item
        for (item, resolved) in live where resolved == .veto || resolved == .nothing { noteWords(item, resolved) }
        plan.dropEntry()
        plan.endsEntry = nil
        var entries: [(item: PolicyAdvice, entry: Entry)] = []
        for index in live.indices {
            guard case .enter(let entry) = live[index].resolved else { continue }
            let item = live[index].item
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
        endPartlyFilledEntry(isVetoed: veto != nil)
    }

    /// What is filled in part is held, so that no entry is taken. A policy that is silent now leaves the rest working; one
    /// that vetoes, or wants another entry, does not.
    private mutating func endPartlyFilledEntry(isVetoed: Bool) {
        guard facts.position != nil, let standing = facts.workingEntry else { return }
        let asked = live.compactMap { item, resolved -> (item: PolicyAdvice, entry: Entry)? in
            if case .enter(let entry) = resolved { (item, entry) } else { nil }
        }
        let isOther = !asked.isEmpty && !asked.contains { isWorthNoOrder($0, than: standing) }
        if isVetoed || isOther { plan.endsEntry = true }
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
        // The order that works stays for as long as it is what is wanted, but for what is worth no order.
        let standing = (facts.position == nil ? facts.workingEntry : nil).flatMap {
            isWorthNoOrder(smallest, than: $0) ? $0 : nil
        }
        (plan.entry, plan.entryOwner) = (standing ?? smallest.entry, smallest.item.policy)
        plan.entryUntil = smallest.item.recommendation.validUntil
        for entry in entries {
            if entry.item == smallest.item {
                let stop = (standing ?? smallest.entry).stop.stopPrice
                note(entry.item, .taken, .entered(stop: stop))
            } else {
                note(entry.item, .absorbed, by: smallest.item.policy, .smallerEntryTaken)
            }
        }
    }

    /// The wish differs from the order that works by less than an order is worth: each of its prices by less than a stop is
    /// moved for, its quantity by less than a position is reduced for.
    private func isWorthNoOrder(_ wish: (item: PolicyAdvice, entry: Entry), than standing: Entry) -> Bool {
        let entry = wish.entry
        guard entry != standing else { return true }
        func isNear(_ left: Price?, _ right: Price?) -> Bool {
            guard let left, let right else { return left == right }
            return left == right || Self.distance(left, right) < leastMove(of: right, for: wish.item).units
        }
        let change = Quantity(units: abs(entry.quantity.units - standing.quantity.units))
        return entry.side == standing.side
            && (change.isZero || facts.damping.canWait(change, of: standing.quantity, wish.item.recommendation.urgency))
            && isNear(entry.limitPrice, standing.limitPrice) && isNear(entry.target, standing.target)
            && isNear(entry.stop.stopPrice, standing.stop.stopPrice)
            && isNear(entry.stop.limitPrice, standing.stop.limitPrice)
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
        // I-HAND-6: its stop would offer the shares that somebody's order offers already.
        if let claim = facts.claimedByOthers[entry.side.opposite] {
            return .othersWouldClose(entry.side.opposite, claim)
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
