import Trading

extension Merge {
    mutating func mergeStops() {
        guard let position = facts.position else { return noteStopsWithoutPosition() }
        applyReset(isLong: position.isLong)
        var protections: [(item: PolicyAdvice, stop: ProtectiveStop)] = []
        for (item, wish) in live {
            guard case .protect(let stop) = wish else { continue }
            if let defect = Self.defect(stop, isLong: position.isLong) ?? distance(of: stop) {
                note(item, .refused, defect)
            } else {
                protections.append((item, stop))
            }
        }
        guard let tightest = protections.min(by: { Self.isTighter($0.stop, than: $1.stop, isLong: position.isLong) })
        else { return }
        let moves = isWorthMoving(tightest.item, to: tightest.stop, isLong: position.isLong)
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
        for (item, wish) in live {
            guard case .resetStop(let stop) = wish else { continue }
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

    private func isWorthMoving(_ item: PolicyAdvice, to stop: ProtectiveStop, isLong: Bool) -> Bool {
        guard let standing = plan.stop else { return true }
        let gain =
            isLong ? stop.stopPrice.units - standing.stopPrice.units : standing.stopPrice.units - stop.stopPrice.units
        let least = facts.damping.leastMove(
            of: standing.stopPrice, grid: facts.grid,
            atr: facts.averageTrueRange(for: item.recommendation.advice))
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
    func distance(_ price: Price?) -> String? {
        guard let price, let collar = facts.priceCollar,
            let market = facts.price ?? facts.position?.averagePrice, market.isPositive
        else { return nil }
        let away = abs(Int128(price.units) - Int128(market.units)) * Int128(Ratio.scale)
        guard away > Int128(market.units) * Int128(collar.units) else { return nil }
        return "the price \(price) is further than \(collar) of it from the market at \(market)"
    }

    func distance(of stop: ProtectiveStop) -> String? { distance(stop.stopPrice) ?? distance(stop.limitPrice) }

    static func defect(_ stop: ProtectiveStop, isLong: Bool) -> String? {
        guard stop.stopPrice.isPositive else { return "a stop price lies above zero, not at \(stop.stopPrice)" }
        guard let limit = stop.limitPrice else { return nil }
        guard limit.isPositive else { return "a limit price lies above zero, not at \(limit)" }
        let isSound = isLong ? limit <= stop.stopPrice : limit >= stop.stopPrice
        return isSound
            ? nil : "the limit \(limit) of a stop-limit lies beyond its stop \(stop.stopPrice), not before it"
    }

    private mutating func noteStopsWithoutPosition() {
        for (item, wish) in live {
            switch wish {
            case .protect, .resetStop: note(item, .absorbed, "nothing is held")
            case .hold, .target, .enter, .veto, .release, .nothing: continue
            }
        }
    }
}
