import Trading

/// Holds back what a person is to approve first (I-APPR-1). It asks only for what would be done: what a limit, a veto or a
/// stronger wish ends anyway is no question.
struct ApprovalGate {
    let mode: ApprovalMode
    /// How long a question may wait for its answer.
    let expiry: TimeSpan
    let approvals: Approvals

    /// What comes of the advice on one symbol.
    struct Verdict {
        /// What may be done.
        var allowed: [PolicyAdvice] = []
        /// Reductions among it that a person has approved, and how far.
        var approved: [PolicyAdvice: ApprovedReduction] = [:]
        /// What is held back, with what is said of it.
        var held: [PolicyAdvice: Disposition] = [:]
        /// What is wanted, allowed or not.
        var wanted: [Proposal] = []
    }

    /// - Parameters:
    ///   - whole: the merge of all advice, as if everything were approved.
    ///   - advice: the advice.
    func examine(_ whole: Merge, _ advice: [PolicyAdvice], _ symbol: Symbol, cycle: Int64) -> Verdict {
        var verdict = Verdict()
        let outcomes = Dictionary(whole.dispositions.map { ($0.advice, $0) }) { first, _ in first }
        let resolved = Dictionary(whole.live.map { ($0.item, $0.resolved) }) { first, _ in first }
        for item in Merge.canonical(advice) {
            guard item.policy != Handover.person, mode.holds(item.recommendation.priority),
                let outcome = outcomes[item],
                let change = resolved[item].flatMap({ Proposal.Change($0, whole.facts) })
            else {
                verdict.allowed.append(item)
                continue
            }
            let standing = approvals[symbol, change.kind]
            if let standing, isCovered(change, by: standing, whole) {
                verdict.allowed.append(item)
                verdict.approved[item] = ApprovedReduction(standing, of: whole.facts.position)
                verdict.wanted.append(wanted(standing, whole, cycle))
            } else if outcome.outcome == .taken {
                let proposal = proposal(change, item, symbol, whole, cycle)
                verdict.wanted.append(proposal)
                verdict.held[item] = outcome.held(proposal)
            } else {
                verdict.held[item] = outcome
            }
        }
        return verdict
    }

    /// What was approved is an upper bound: a little more than that is not done either.
    func bounded(_ entry: Entry?, _ symbol: Symbol) -> Entry? {
        guard mode != .none, var entry, case .enter(let most)? = approvals[symbol, .enter]?.change else { return entry }
        entry.quantity = min(entry.quantity, most.quantity)
        if let limit = most.limitPrice {
            entry.limitPrice = entry.limitPrice.map { entry.side == .buy ? min($0, limit) : max($0, limit) } ?? limit
        }
        return entry
    }

    private func isCovered(_ change: Proposal.Change, by standing: Proposal, _ whole: Merge) -> Bool {
        guard case .approved = standing.verdict, whole.isAlike(change, standing.change), isSame(standing, whole) else {
            return false
        }
        if change.kind == .reduce, !standing.left.isPositive { return false }
        return whole.facts.now < standing.until || (change.kind == .enter && whole.facts.workingEntry != nil)
    }

    /// It was asked about the position that is there now.
    private func isSame(_ standing: Proposal, _ whole: Merge) -> Bool {
        standing.positionSince == whole.facts.position?.openedAt
            || (standing.id.kind == .enter && whole.facts.workingEntry != nil)
    }

    private func proposal(
        _ change: Proposal.Change, _ item: PolicyAdvice, _ symbol: Symbol, _ whole: Merge, _ cycle: Int64
    ) -> Proposal {
        if let standing = approvals[symbol, change.kind], whole.isAlike(change, standing.change),
            isSame(standing, whole)
        {
            let isOpen = standing.verdict == .pending && whole.facts.now < standing.until
            // A person's no holds for as long as the same is wanted.
            if case .rejected = standing.verdict { return wanted(standing, whole, cycle) }
            if isOpen { return wanted(standing, whole, cycle) }
        }
        return Proposal(
            id: ProposalID(cycle: cycle, symbol: symbol, kind: change.kind), policy: item.policy,
            reason: item.recommendation.reason, change: change, until: whole.facts.now + expiry,
            wantedAt: whole.facts.now, wantedInCycle: cycle,
            positionSince: change.kind == .enter ? nil : whole.facts.position?.openedAt)
    }

    private func wanted(_ proposal: Proposal, _ whole: Merge, _ cycle: Int64) -> Proposal {
        with(proposal) { ($0.wantedAt, $0.wantedInCycle) = (whole.facts.now, cycle) }
    }
}

/// How far a person has approved a reduction.
struct ApprovedReduction {
    /// So much remains at least: as many as were shown, and so many that no more shares go than they said yes to.
    let remaining: Quantity
    let until: Timestamp

    fileprivate init?(_ proposal: Proposal, of position: PositionRecord?) {
        guard case .reduce(let shown, _) = proposal.change, let position else { return nil }
        remaining = max(shown, position.size.less(proposal.left))
        until = proposal.until
    }
}

extension Proposal.Change {
    /// Nil for what changes nothing by itself.
    fileprivate init?(_ resolved: AdviceResolver.ResolvedAdvice, _ facts: Merge.Facts) {
        switch resolved {
        case .enter(let entry): self = .enter(entry)
        case .hold(let remaining, _): self = .reduce(to: remaining, of: facts.position?.size ?? .zero)
        case .target(let price): self = .target(price)
        case .protect, .resetStop, .veto, .release, .nothing: return nil
        }
    }
}

extension Merge {
    /// They differ by less than an order is worth, or the new one does less of the same.
    fileprivate func isAlike(_ change: Proposal.Change, _ standing: Proposal.Change) -> Bool {
        switch (change, standing) {
        case (.enter(let entry), .enter(let other)): isWithin(entry, other) || isNear(entry, other)
        case (.reduce(let remaining, _), .reduce(let other, let size)):
            remaining >= other || facts.damping.isSmall(other.less(remaining), of: size)
        case (.target(let price), .target(let other)): distanceIsSmall(price, other)
        case (.enter, _), (.reduce, _), (.target, _): false
        }
    }

    /// No larger, at no worse a price, and with no more at risk.
    private func isWithin(_ entry: Entry, _ most: Entry) -> Bool {
        guard entry.side == most.side, entry.quantity <= most.quantity else { return false }
        let isBuy = entry.side == .buy
        let (stop, other) = (entry.stop.stopPrice, most.stop.stopPrice)
        guard isBuy ? stop >= other : stop <= other else { return false }
        guard let limit = most.limitPrice else { return true }
        return entry.limitPrice.map { isBuy ? $0 <= limit : $0 >= limit } ?? false
    }

    private func isNear(_ entry: Entry, _ other: Entry) -> Bool {
        let change = Quantity(units: abs(entry.quantity.units - other.quantity.units))
        return entry.side == other.side && (entry.limitPrice == nil) == (other.limitPrice == nil)
            && facts.damping.isSmall(change, of: other.quantity)
            && distanceIsSmall(entry.stop.stopPrice, other.stop.stopPrice)
            && (entry.limitPrice.map { distanceIsSmall($0, other.limitPrice ?? $0) } ?? true)
    }

    private func distanceIsSmall(_ price: Price, _ other: Price) -> Bool {
        let least = facts.damping.leastMove(
            of: other, tickSize: facts.tickSize, atr: facts.figures.inOrder.first?.value)
        return Self.distance(price, other) <= least.units
    }
}

extension Damping {
    fileprivate func isSmall(_ part: Quantity, of size: Quantity) -> Bool {
        part.isZero || canWait(part, of: size, .medium)
    }
}

extension Disposition {
    var advice: PolicyAdvice { PolicyAdvice(policy: policy, recommendation: recommendation) }

    fileprivate func held(_ proposal: Proposal) -> Disposition {
        with(self) {
            switch proposal.verdict {
            case .rejected(let who): ($0.outcome, $0.why) = (.refused, .rejected(proposal.id, who: who))
            case .pending, .approved:
                ($0.outcome, $0.why) = (.deferred, .awaitsApproval(proposal.id, until: proposal.until))
            }
        }
    }
}
