import Trading

extension Merge {
    mutating func mergeReductions() throws(NumericError) {
        guard let position = facts.position else { return noteReductionsWithoutPosition() }
        var candidates: [(item: PolicyAdvice, remaining: Quantity)] = []
        for index in live.indices {
            guard case .hold(let remaining, let rung) = live[index].resolved else { continue }
            let item = live[index].item
            if let rung, position.rungsTaken.contains(rung) {
                note(item, .absorbed, .rungTaken(rung))
            } else if remaining >= position.size {
                note(item, .absorbed, .withinAlready(size: position.size))
            } else if !isTradable(position.size, over: remaining) {
                note(item, .absorbed, .aboveByLessThanOneLot(size: position.size))
            } else if let wait = try reasonToWait(item, remaining, isPartial: rung != nil, position) {
                note(item, .deferred, wait.why, until: wait.until)
            } else {
                candidates.append((item, remaining))
            }
        }
        let winner = candidates.min {
            ($0.remaining, $0.item.recommendation.priority) < ($1.remaining, $1.item.recommendation.priority)
        }
        // A reduction that is under way counts as one more candidate. One of which nothing was done lives only as long as
        // somebody asks for it.
        let underWay =
            facts.isReductionUnderWay
            ? plan.quantityLimit.flatMap { isTradable(position.size, over: $0) ? $0 : nil } : nil
        if underWay == nil { plan.dropReduction() }
        reducesTo = underWay
        // The order that works goes on. Should it end without a fill, nothing takes its place.
        if let underWay { plan.isReductionWithdrawn = winner.map { $0.remaining <= underWay } == true ? nil : true }
        guard let winner else { return }
        let prevails = underWay.map { winner.remaining < $0 } ?? true
        let limit = prevails ? winner.remaining : underWay ?? winner.remaining
        if prevails {
            plan.quantityLimit = limit
            plan.quantityLimitUntil = winner.item.recommendation.validUntil
            plan.approvedUntil = facts.approved[winner.item]?.until
            if case .takePartial(let part) = winner.item.recommendation.advice {
                plan.rungs = ((plan.rungs ?? []) + [part.rung]).sorted()
            }
        }
        reducesTo = limit
        for candidate in candidates {
            noteReduction(candidate.item, candidate.remaining, limit: limit, winner: winner.item, prevails: prevails)
        }
    }

    private mutating func noteReduction(
        _ item: PolicyAdvice, _ remaining: Quantity, limit: Quantity, winner: PolicyAdvice, prevails: Bool
    ) {
        if prevails, item == winner {
            note(item, .taken, .targetPosition(limit))
        } else if prevails {
            note(
                item, .absorbed, by: winner.policy,
                .reductionPrevails(winner.recommendation.priority, leaves: limit, asked: remaining))
        } else {
            note(item, .absorbed, .reductionUnderWay(to: limit))
        }
    }

    /// What cannot be sold is nothing to reduce: else it would keep the reduction alive for what is bought later.
    private func isTradable(_ size: Quantity, over limit: Quantity) -> Bool {
        limit < size
            && size.units - limit.units >= max(facts.quantityIncrement.units, facts.minimumQuantity.units)
    }

    private func reasonToWait(
        _ item: PolicyAdvice, _ remaining: Quantity, isPartial: Bool, _ position: PositionRecord
    ) throws(NumericError) -> (why: DispositionReason, until: Timestamp?)? {
        if isPartial, item.recommendation.urgency < .emergency, let last = position.lastPartialAt {
            let from = last + facts.damping.partialCoolDown
            if facts.now < from {
                return (.partialCoolDown(last: last, until: from), from)
            }
        }
        let part = try position.size - remaining
        guard !isPartial, remaining.isPositive,
            facts.damping.canWait(part, of: position.size, item.recommendation.urgency)
        else { return nil }
        return (.reductionTooSmall(part, of: position.size), nil)
    }

    private mutating func noteReductionsWithoutPosition() {
        plan.dropReduction()
        for index in live.indices {
            guard case .hold(let most, let rung) = live[index].resolved else { continue }
            let item = live[index].item
            note(item, .absorbed, .nothingHeld)
            // A part of nothing says nothing; advice to hold less concerns what is entered too.
            if rung == nil, entersAtMost.map({ most < $0.quantity }) ?? true { entersAtMost = (most, item.policy) }
        }
    }
}
