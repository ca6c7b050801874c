import Orchestration
import Trading

extension Invariants {
    /// - Parameter isKnown: the core's books have the position as it is. Of one that it learns of later, and of whose split
    ///   nobody tells it, it has no figure but the price of before.
    /// - Parameter planned: the core's stop for the old shares.
    func splits(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64, isKnown: Bool, planned: Price?) {
        splits[symbol] = TrueSplit(
            numerator: numerator, denominator: denominator, held: venue.held(symbol), at: world.now, isKnown: isKnown,
            isTold: announced[symbol] != nil, toldFor: announced[symbol], planned: planned)
        // What was decided on the old shares is another number of new ones.
        for key in maySell.keys where key.hasSuffix("." + symbol.text) { maySell[key] = .max / 2 }
        for key in mayEnter.keys where key.hasSuffix("." + symbol.text) { mayEnter[key] = .max / 2 }
    }

    /// E15: a split is applied as it was, once, and nothing else is taken for one.
    func checkSplit(_ record: Record) {
        switch record {
        case .corporateAction(let action, .splitApplied(let held?)):
            guard let split = splits[action.symbol], split.isKnown else { return }
            let exact = Int128(split.held.units) * Int128(split.numerator)
            let far = abs(Int128(held.units) * Int128(split.denominator) - exact)
            guard byHand[action.symbol] == nil, far > Int128(Quantity.scale) * Int128(split.denominator) else { return }
            fail(
                "E15",
                "\(split.held) \(action.symbol) were split \(split.numerator):\(split.denominator), and are \(held)")
        case .discrepancy(let found):
            guard case .adoptedAsSplit(let numerator, let denominator) = found.done else { return }
            guard let split = splits[found.symbol] else {
                return fail(
                    "E15", "\(found.symbol) was not split, and the core takes it for \(numerator):\(denominator)")
            }
            // Where the broker took back what was announced too early, it is the other way round.
            let isSame = numerator * split.denominator == denominator * split.numerator
            let isBack = numerator * split.numerator == denominator * split.denominator
            if !isSame, !isBack {
                fail(
                    "E15",
                    "\(found.symbol): \(split.numerator):\(split.denominator) taken for \(numerator):\(denominator)")
            }
        default: return
        }
    }

    /// The announcement of a split has reached the core.
    func hears(of action: CorporateAction) {
        guard case .split = action.kind else { return }
        let (symbol, time) = (action.symbol, action.effectiveAt)
        announced[symbol] = min(announced[symbol] ?? time, time)
        guard let split = splits[symbol], !split.isTold || split.toldFor != nil else { return }
        tells(of: symbol, at: announced[symbol])
    }

    /// The end of an order that the venue ended for a split has reached the core.
    func hearsOfSplit(_ symbol: Symbol) { tells(of: symbol, at: nil) }

    private func tells(of symbol: Symbol, at time: Timestamp?) {
        splits[symbol]?.isTold = true
        splits[symbol]?.toldFor = time
        knowsSplit(symbol)
    }

    private func knowsSplit(_ symbol: Symbol) {
        if splits[symbol]?.knownAt == nil { splits[symbol]?.knownAt = world.now }
    }

    func noteBooking(of symbol: Symbol) {
        guard let split = splits[symbol], split.bookedAt == nil, venue.held(symbol) != split.held else { return }
        splits[symbol]?.bookedAt = world.now
    }

    func hearsList(askedForBy id: String?) {
        guard let id, let asked = listsAskedFor.removeValue(forKey: id) else { return }
        for (symbol, split) in splits {
            guard let booked = split.bookedAt else { continue }
            guard asked >= booked + venue.capabilities.reportLag.nanoseconds else { continue }
            splits[symbol]?.isListed = true
            knowsSplit(symbol)
        }
    }

    /// The broker has made the shares fewer, and nothing has told the core of it: no announcement, no end of an order, no list. What
    /// rests for the old ones by then no core can know to be too much; it has to mend it, as after a trade by hand.
    func isUntoldSplit(_ symbol: Symbol) -> Bool {
        guard let split = splits[symbol], split.numerator < split.denominator, split.bookedAt != nil else {
            return false
        }
        return !split.isTold && !split.isListed
    }

    /// An order for the old shares was on its way when the broker made them fewer, or when the core learned of it: no core can call it
    /// back, and ours has to end it once it knows that it rests.
    func wasSentBeforeSplit(_ symbol: Symbol) -> Bool {
        guard let split = splits[symbol], split.numerator < split.denominator, let bookedAt = split.bookedAt else {
            return false
        }
        let knownAt = max(bookedAt, split.knownAt ?? bookedAt)
        return venue.resting(symbol).contains { sentAt[$0.order.id].map { $0 < knownAt } ?? false }
    }

    /// The core's books have the new shares. Before the broker has booked them too, both still show the old ones.
    private func isBooked(_ split: TrueSplit, _ symbol: Symbol, _ core: CoreState?) -> Bool {
        let held = venue.held(symbol)
        return held != split.held && core?.portfolio.positions[symbol]?.quantity == held
    }

    /// An announcement takes effect by the core's clock, which stands still where it was set back and the core starts again.
    private func hasHeard(of split: TrueSplit, _ core: CoreState?) -> Bool {
        guard split.isTold, let time = split.toldFor, let core else { return split.isTold }
        return time <= core.now
    }

    /// What the core takes for the market has been there, before the split or after it. All that it was told may be bars of an hour
    /// ago: whether a stop is for the old shares shows in none that is counted from those.
    private func knowsMarket(_ symbol: Symbol, _ core: CoreState?) -> Bool {
        guard let market = core?.market, let price = market.price(of: symbol), !market.isFresh(symbol) else {
            return true
        }
        return [venue.range(symbol), venue.rangesBefore[symbol]].compactMap(\.self).contains { range in
            range.low.units / 50 * 49 <= price.units && price.units <= range.high.units / 50 * 51
        }
    }

    /// Where a policy wants a stop now.
    func noteStop(_ recommendation: Recommendation) {
        guard let symbol = recommendation.symbol else { return }
        switch recommendation.advice {
        case .protect(let stop), .resetStop(let stop):
            guard let level = stop.stopPrice else { return }
            askedStops[symbol, default: [:]][level] = world.now
        case .exit, .takePartial, .reduceTo, .reduceToWeight, .reduceExposure, .target, .enter, .advise, .hold, .veto,
            .release:
            return
        }
    }

    /// No stop that was meant for the old shares is sent for the new ones, once anything has told the core of them: an
    /// announcement, the end of its order, or the new shares themselves. One that a policy has asked for since the split was is
    /// that policy's affair, as of one that sends any figures at all.
    func checkStop(_ order: NewOrder, _ core: CoreState?) {
        guard let split = splits[order.symbol], split.isKnown, world.now < split.at + 600 * World.second,
            !scenario.characters.contains(.chaos), order.role == .stop, let stop = order.stopPrice,
            let price = venue.prices[order.symbol],
            hasHeard(of: split, core) || isBooked(split, order.symbol, core), knowsMarket(order.symbol, core),
            askedStops[order.symbol]?[stop].map({ $0 < split.at }) ?? true
        else { return }
        let isBeyond =
            order.side == .sell ? stop.units > price.units / 4 * 5 : stop.units < price.units / 5 * 4
        if isBeyond, !split.isRestated(stop) {
            fail("E15", "a stop at \(stop) for \(order.symbol), which is at \(price) after its split")
        }
    }
}

extension Invariants.TrueSplit {
    /// It is what the split makes of the stop that was planned before, wherever that stood: a policy may have asked for one that
    /// the market had passed.
    fileprivate func isRestated(_ stop: Price) -> Bool {
        guard let planned else { return false }
        let exact = Int128(planned.units) * Int128(denominator) / Int128(numerator)
        return abs(exact - Int128(stop.units)) <= Int128(Price.scale / 10)
    }
}
