import Trading

extension Merge {
    mutating func mergeStops() {
        guard let position = facts.position else { return noteStopsWithoutPosition() }
        let isLong = position.isLong
        var levels = StopLevels(of: plan, isLong: isLong)
        applyResets(to: &levels, position)
        let standing = plan.stop
        let protections = soundProtections(levels, position)
        // The core's own stop was set because no policy had a say; from the first one that has, it is not counted.
        if !protections.isEmpty, plan.stopOwner == PositionPlan.core { plan.dropStop() }
        // Each by its own figure: one that waits keeps no other back.
        let worth = protections.filter { reasonToStay($0.item, at: $0.stop, isLong: isLong) == nil }
        let tightest = worth.min { Self.isTighter($0.stop, than: $1.stop, isLong: isLong) }
        if let tightest { (plan.stop, plan.stopOwner) = (tightest.stop, tightest.item.policy) }
        for (item, stop) in protections {
            let isWorth = levels.level(of: item.policy).map { isWorthMoving($0, to: stop, item, isLong) } ?? true
            if isWorth { levels.tighten(item.policy, to: stop) }
        }
        levels.store(in: &plan)
        for (item, stop) in protections {
            noteProtection(item, stop, tightest: tightest, standing: standing, isLong: isLong)
        }
    }

    /// What can be followed, each within the price collar.
    private mutating func soundProtections(
        _ levels: StopLevels, _ position: PositionRecord
    ) -> [(item: PolicyAdvice, stop: ProtectiveStop)] {
        var sound: [(item: PolicyAdvice, stop: ProtectiveStop)] = []
        for index in live.indices {
            guard case .protect(let stop) = live[index].resolved else { continue }
            let item = live[index].item
            let own = levels.level(of: item.policy)
            if let defect = Self.defect(stop, isLong: position.isLong) ?? distanceBeyondMarket(stop, position) {
                note(item, .refused, .defect(defect))
            } else if own == nil, let price = marketThrough(stop, position) {
                note(item, .refused, .defect(.stopNotOnLosingSide(stop: stop.stopPrice, of: price)))
            } else if let own, !Self.isTighter(stop, than: own, isLong: position.isLong) {
                // The edge of the collar follows the market; a stop that stands does not.
                sound.append((item, stop))
            } else {
                sound.append((item, withinCollar(stop, isLong: position.isLong)))
            }
        }
        return sound
    }

    /// I-FIRST-1: the market is at or beyond the first stop that a policy gives to a position that nobody here has opened. That is no
    /// reason to close it: the policy knows neither when nor why it was opened.
    private func marketThrough(_ stop: ProtectiveStop, _ position: PositionRecord) -> Price? {
        guard position.isAdopted, let price = facts.price else { return nil }
        return (position.isLong ? price <= stop.stopPrice : price >= stop.stopPrice) ? price : nil
    }

    private mutating func noteProtection(
        _ item: PolicyAdvice, _ stop: ProtectiveStop, tightest: (item: PolicyAdvice, stop: ProtectiveStop)?,
        standing: ProtectiveStop?, isLong: Bool
    ) {
        if reducesTo?.isZero == true {
            note(item, .absorbed, .stopStandsBy)
        } else if let tightest, item == tightest.item {
            note(item, .taken, reasonTaken(item, stop, standing))
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

    private func reasonTaken(
        _ item: PolicyAdvice, _ stop: ProtectiveStop, _ standing: ProtectiveStop?
    ) -> DispositionReason {
        for case (item, .protect(let wanted)) in live where wanted.stopPrice != stop.stopPrice {
            return .stopAtCollar(wanted: wanted.stopPrice, at: stop.stopPrice)
        }
        return .stopMoves(from: standing?.stopPrice, to: stop.stopPrice)
    }

    /// I-MERGE-3: a policy may loosen its own level, with its reason, and no further than to the tightest of the others. Of several
    /// resets of a policy the tightest holds.
    private mutating func applyResets(to levels: inout StopLevels, _ position: PositionRecord) {
        let isLong = position.isLong
        var best: [PluginName: (item: PolicyAdvice, stop: ProtectiveStop)] = [:]
        for index in live.indices {
            guard case .resetStop(let wanted) = live[index].resolved else { continue }
            let item = live[index].item
            let stop = withinCollar(wanted, isLong: isLong)
            if let defect = Self.defect(wanted, isLong: isLong) ?? distanceBeyondMarket(wanted, position) {
                note(item, .refused, .defect(defect))
            } else if levels.level(of: item.policy) == nil, let standing = plan.stop, !yields(to: item.policy),
                !Self.isTighter(stop, than: standing, isLong: isLong)
            {
                note(item, .overridden, by: plan.stopOwner, reasonNotOwner(standing))
            } else if let held = best[item.policy], !Self.isTighter(stop, than: held.stop, isLong: isLong) {
                note(item, .absorbed, by: item.policy, .tighterResetPrevails)
            } else {
                if let held = best[item.policy] { note(held.item, .absorbed, by: item.policy, .tighterResetPrevails) }
                best[item.policy] = (item, stop)
            }
        }
        reset(&levels, best.inOrder.map(\.value))
    }

    private mutating func reset(
        _ levels: inout StopLevels, _ resets: [(item: PolicyAdvice, stop: ProtectiveStop)]
    ) {
        var taken: [PolicyAdvice] = []
        for (item, stop) in resets {
            let own = levels.level(of: item.policy)
            // The tightest holds also when it is too near to what stands to be worth an order.
            if let own, let why = reasonToStay(item, at: own, resetTo: stop) {
                let isThere = own == stop
                note(item, isThere ? .absorbed : .deferred, by: isThere ? item.policy : nil, why)
            } else {
                levels.set(item.policy, to: stop)
                taken.append(item)
            }
        }
        guard !taken.isEmpty, let tightest = levels.tightest(preferring: plan.stopOwner) else { return }
        let before = plan.stop
        if plan.stop != tightest.stop || plan.stopOwner != tightest.owner {
            (plan.stop, plan.stopOwner) = (tightest.stop, tightest.owner)
        }
        for item in taken {
            if tightest.owner == item.policy || before != tightest.stop {
                note(item, .taken, .stopReset(to: tightest.stop.stopPrice))
            } else {
                note(item, .overridden, by: tightest.owner, reasonNotOwner(tightest.stop))
            }
        }
    }

    /// The core's own stop was made because nobody had a say: a person who has one may loosen it.
    private func yields(to policy: PluginName) -> Bool {
        plan.stopOwner == PositionPlan.core && policy == PositionPlan.person
    }

    private func reasonNotOwner(_ standing: ProtectiveStop) -> DispositionReason {
        plan.stopOwner.map { .notStopOwner(owner: $0) } ?? .stopNoTighter(standing: standing.stopPrice)
    }

    private func isWorthMoving(
        _ level: ProtectiveStop, to stop: ProtectiveStop, _ item: PolicyAdvice, _ isLong: Bool
    ) -> Bool {
        let gain = Int128(stop.stopPrice.units) - Int128(level.stopPrice.units)
        return gain * (isLong ? 1 : -1) >= max(1, leastMove(of: level.stopPrice, for: item).units)
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
    private func reasonToStay(
        _ item: PolicyAdvice, at standing: ProtectiveStop, resetTo stop: ProtectiveStop
    ) -> DispositionReason? {
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

    /// The same of a stop for what is held, where it lies beyond the market: it would close the position, and cannot be
    /// meant. On the losing side it is brought within the collar, see ``withinCollar(_:isLong:)``.
    private func distanceBeyondMarket(_ stop: ProtectiveStop, _ position: PositionRecord) -> AdviceDefect? {
        let market = facts.price ?? position.averagePrice
        guard let defect = distance(stop.stopPrice) else { return nil }
        return (position.isLong ? stop.stopPrice > market : stop.stopPrice < market) ? defect : nil
    }

    /// I-MERGE-6: a stop that is further from the market than the price collar stands at the collar's edge. Refused, it would leave the
    /// position to the core's own stop, which is tighter by far. An average price is no market.
    private func withinCollar(_ stop: ProtectiveStop, isLong: Bool) -> ProtectiveStop {
        guard let market = facts.price, distance(stop.stopPrice) != nil, let collar = facts.priceCollar else {
            return stop
        }
        do throws(NumericError) {
            let most = try market.scaled(by: collar, .down)
            let edge = isLong ? try market - most : try market + most
            let price = facts.tickSize?.nearest(edge, isLong ? .up : .down) ?? edge
            guard price.isPositive, isLong ? price > stop.stopPrice : price < stop.stopPrice else { return stop }
            let isLimitSound = stop.limitPrice.map { isLong ? $0 <= price : $0 >= price } ?? true
            return ProtectiveStop(stopPrice: price, limitPrice: isLimitSound ? stop.limitPrice : nil)
        } catch { return stop }
    }

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
