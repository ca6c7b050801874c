import Trading

extension Merge {
    mutating func mergeStops() {
        guard let position = facts.position else { return noteStopsWithoutPosition() }
        applyReset(isLong: position.isLong)
        var protections: [(item: PolicyAdvice, stop: ProtectiveStop)] = []
        for (item, resolved) in live {
            guard case .protect(let stop) = resolved else { continue }
            if let defect = Self.defect(stop, isLong: position.isLong) ?? distance(of: stop) {
                note(item, .refused, .defect(defect))
            } else {
                protections.append((item, stop))
            }
        }
        let standing = plan.stop
        // Each by its own figure: one that waits keeps no other back.
        let worth = protections.filter { reasonToStay($0.item, at: $0.stop, isLong: position.isLong) == nil }
        let tightest = worth.min { Self.isTighter($0.stop, than: $1.stop, isLong: position.isLong) }
        if let tightest { (plan.stop, plan.stopOwner) = (tightest.stop, tightest.item.policy) }
        for (item, stop) in protections {
            noteProtection(item, stop, tightest: tightest, standing: standing, isLong: position.isLong)
        }
    }

    private mutating func noteProtection(
        _ item: PolicyAdvice, _ stop: ProtectiveStop, tightest: (item: PolicyAdvice, stop: ProtectiveStop)?,
        standing: ProtectiveStop?, isLong: Bool
    ) {
        if reducesTo?.isZero == true {
            note(item, .absorbed, .stopStandsBy)
        } else if let tightest, item == tightest.item {
            note(item, .taken, .stopMoves(from: standing?.stopPrice, to: stop.stopPrice))
        } else if let tightest, !Self.isTighter(stop, than: tightest.stop, isLong: isLong) {
            note(item, .absorbed, by: tightest.item.policy, .tighterStopSet)
        } else if let plan = plan.stop, plan.stopPrice != stop.stopPrice,
            Self.isTighter(stop, than: plan, isLong: isLong)
        {
            let why = reasonToStay(item, at: stop, isLong: isLong) ?? .stopNoTighter(standing: plan.stopPrice)
            note(item, .deferred, why)
        } else if let plan = plan.stop {
            note(item, .absorbed, by: self.plan.stopOwner, .stopNoTighter(standing: plan.stopPrice))
        }
    }

    /// The owner may loosen, with its reason; the tightest of several resets holds.
    private mutating func applyReset(isLong: Bool) {
        let owner = plan.stopOwner
        var best: (item: PolicyAdvice, stop: ProtectiveStop)?
        for (item, resolved) in live {
            guard case .resetStop(let stop) = resolved else { continue }
            if let defect = Self.defect(stop, isLong: isLong) ?? distance(of: stop) {
                note(item, .refused, .defect(defect))
            } else if let owner, owner != item.policy, owner != PositionPlan.core {
                note(item, .overridden, by: owner, .notStopOwner(owner: owner))
            } else if let held = best, !Self.isTighter(stop, than: held.stop, isLong: isLong) {
                note(item, .absorbed, by: held.item.policy, .tighterResetPrevails)
            } else {
                if let held = best { note(held.item, .absorbed, by: item.policy, .tighterResetPrevails) }
                best = (item, stop)
            }
        }
        guard let best else { return }
        // The tightest holds also when it is too near to what stands to be worth an order.
        if owner == best.item.policy, let why = reasonToStay(best.item, resetTo: best.stop) {
            let isThere = plan.stop == best.stop
            return note(best.item, isThere ? .absorbed : .deferred, by: isThere ? owner : nil, why)
        }
        plan.stop = best.stop
        plan.stopOwner = best.item.policy
        note(best.item, .taken, .stopReset(to: best.stop.stopPrice))
    }

    /// Why the stop is not tightened to this; nil when it is worth an order, or none stands yet.
    private func reasonToStay(_ item: PolicyAdvice, at stop: ProtectiveStop, isLong: Bool) -> DispositionReason? {
        guard let standing = plan.stop else { return nil }
        let gain = Int128(stop.stopPrice.units) - Int128(standing.stopPrice.units)
        let least = leastMove(of: standing.stopPrice, for: item)
        guard gain * (isLong ? 1 : -1) < max(1, least.units) else { return nil }
        return Self.moveTooSmall(of: .stop, at: standing.stopPrice, least, isUp: isLong)
    }

    /// The same of a reset, which goes either way. A stop-limit that becomes a plain stop, or the reverse, does not wait.
    private func reasonToStay(_ item: PolicyAdvice, resetTo stop: ProtectiveStop) -> DispositionReason? {
        guard let standing = plan.stop else { return nil }
        guard stop != standing else { return .stopThereAlready }
        guard (stop.limitPrice == nil) == (standing.limitPrice == nil) else { return nil }
        let least = leastMove(of: standing.stopPrice, for: item)
        let move = max(
            Self.distance(stop.stopPrice, standing.stopPrice),
            Self.distance(stop.limitPrice ?? .zero, standing.limitPrice ?? .zero))
        return move < least.units ? Self.moveTooSmall(of: .stop, at: standing.stopPrice, least, isUp: nil) : nil
    }

    func leastMove(of price: Price, for item: PolicyAdvice) -> (units: Int128, rule: Damping.Rule) {
        facts.damping.leastMove(
            of: price, tickSize: facts.tickSize, atr: facts.averageTrueRange(for: item.recommendation.advice))
    }

    static func distance(_ left: Price, _ right: Price) -> Int128 { abs(Int128(left.units) - Int128(right.units)) }

    /// What stands, and from where on it would be moved.
    static func moveTooSmall(
        of level: ProtectionLevel, at standing: Price, _ least: (units: Int128, rule: Damping.Rule), isUp: Bool?
    ) -> DispositionReason {
        func price(_ units: Int128) -> Price? { Int64(exactly: units).map { Price(units: $0) } }
        let from = isUp.flatMap { price(Int128(standing.units) + ($0 ? least.units : -least.units)) }
        let until = from.map(MoveThreshold.at) ?? price(least.units).map(MoveThreshold.by) ?? .beyondFigures
        return .moveTooSmall(of: level, at: standing, until: until, rule: least.rule)
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
    func distance(_ price: Price?) -> AdviceDefect? {
        guard let price, let collar = facts.priceCollar,
            let market = facts.price ?? facts.position?.averagePrice, market.isPositive
        else { return nil }
        let away = abs(Int128(price.units) - Int128(market.units)) * Int128(Ratio.scale)
        guard away > Int128(market.units) * Int128(collar.units) else { return nil }
        return .priceTooFar(price, market: market, collar: collar)
    }

    func distance(of stop: ProtectiveStop) -> AdviceDefect? { distance(stop.stopPrice) ?? distance(stop.limitPrice) }

    static func defect(_ stop: ProtectiveStop, isLong: Bool) -> AdviceDefect? {
        guard stop.stopPrice.isPositive else { return .stopPriceNotPositive(stop.stopPrice) }
        guard let limit = stop.limitPrice else { return nil }
        guard limit.isPositive else { return .limitPriceNotPositive(limit) }
        let isSound = isLong ? limit <= stop.stopPrice : limit >= stop.stopPrice
        return isSound ? nil : .limitBeforeStop(limit: limit, stop: stop.stopPrice)
    }

    private mutating func noteStopsWithoutPosition() {
        for (item, resolved) in live {
            switch resolved {
            case .protect, .resetStop: note(item, .absorbed, .nothingHeld)
            case .hold, .target, .enter, .veto, .release, .nothing: continue
            }
        }
    }
}
