import Trading

/// What is believed of the price of one symbol, and by what. The one judgement that marks, stops, equity, limits, sizing and
/// exits rest on.
///
/// Invariants (I-PRICE-1 to 5 in docs/invariants.md):
/// 1. One datum moves no money: what lies far from what is believed is believed when a second witness agrees - a later
///    print, the whole spread, the open and close of one bar.
/// 2. Of each kind the newest counts by its own time, not by its arrival - until nothing newer has come for
///    ``CoreLimits/clockDoubt`` while older data went on: then a clock was set back, or one source is gone.
/// 3. A bid or ask alone, a crossed or absurdly wide quote is no market.
struct PriceEvidence: Sendable, Hashable, Codable {
    /// The newest price that is believed.
    private(set) var believed: Sighting?
    /// Far from it, and not confirmed yet.
    private(set) var unconfirmed: Sighting?
    /// The newest print or close that is believed; nil while the spread alone is known.
    private(set) var last: Price?
    /// The newest quote as it came.
    private var quote: TwoSides?
    /// Since when quotes are crossed or absurdly wide.
    private(set) var unsoundSince: Timestamp?
    /// Since when there is something unconfirmed.
    private var unconfirmedSince: Timestamp?
    /// Where the market was before it jumped last.
    private(set) var jump: Jump?
    /// When something came that was no older by its own time than what was known.
    private var heardAt: Timestamp?
    /// What has come since then is older.
    private var behind: Behind?
    /// When that which is believed came.
    private(set) var believedSince: Timestamp?
    /// How old it was then by its own time.
    private var lag: TimeSpan = .zero

    struct Sighting: Sendable, Hashable, Codable {
        var price: Price
        /// Its own time.
        var at: Timestamp
        var witness: Witness
        /// It was new when it arrived.
        var isFresh: Bool

        /// The sides and the print of one quote are two witnesses where it was new when it came; of an older one they are one.
        func confirms(_ other: Sighting) -> Bool {
            at > other.at || (witness != other.witness && (isFresh || at != other.at))
        }
    }

    enum Witness: String, Sendable, Hashable, Codable { case print, spread, bar }

    struct Jump: Sendable, Hashable, Codable {
        var from: Price
        /// Of what is on its other side, by its own time.
        var at: Timestamp
    }

    private struct TwoSides: Sendable, Hashable, Codable {
        var bid: Price?
        var ask: Price?
        var at: Timestamp
    }

    private struct Behind: Sendable, Hashable, Codable {
        /// When the first of it came.
        var since: Timestamp
        /// The newest of it by its own time.
        var at: Timestamp
    }

    // MARK: - What is believed

    /// Of the newest quote, where that is a market: nil for one side alone, a crossed quote, and an absurd spread.
    private var quoted: (bid: Price, ask: Price)? {
        guard let bid = quote?.bid, let ask = quote?.ask, bid <= ask,
            Int128(ask.units - bid.units) * Int128(Ratio.scale)
                <= Int128(ask.units) * Int128(CoreLimits.widestSpread.units)
        else { return nil }
        return (bid, ask)
    }

    /// The same where it is believed: one that lies far from what is believed is one datum, as a print is.
    var spread: (bid: Price, ask: Price)? {
        guard let quoted, let believed, Self.isNear(Self.middle(quoted), believed.price) else { return nil }
        return quoted
    }

    /// What a share is worth now: the last trade, else the middle of a spread, else what was believed last.
    var price: Price? { last ?? spread.map(Self.middle) ?? believed?.price }

    private static func middle(_ spread: (bid: Price, ask: Price)) -> Price {
        Price(units: spread.bid.units + (spread.ask.units - spread.bid.units) / 2)
    }

    // MARK: - What is seen

    /// - Returns: the print, when it is believed.
    mutating func see(_ new: Quote, at now: Timestamp, isFresh: Bool = true) -> Price? {
        guard isCurrent(new.at, at: now) else { return nil }
        quote = TwoSides(bid: new.bid, ask: new.ask, at: new.at)
        let isTwoSided = new.bid != nil && new.ask != nil
        unsoundSince = isTwoSided && quoted == nil ? unsoundSince ?? now : nil
        if let quoted {
            witness(Sighting(price: Self.middle(quoted), at: new.at, witness: .spread, isFresh: isFresh))
        }
        guard let print = new.last, !contradicts(print),
            witness(Sighting(price: print, at: new.at, witness: .print, isFresh: isFresh))
        else { return nil }
        last = print
        return print
    }

    /// What a bar tells.
    struct SeenBar {
        var close: Price
        /// Its range, as far as it is believed.
        var low: Price
        var high: Price
    }

    /// - Parameter end: when it was known.
    /// - Returns: nil for history, and for a close that is not believed.
    mutating func see(_ bar: Bar, end: Timestamp, at now: Timestamp, isFresh: Bool = true) -> SeenBar? {
        guard isCurrent(end, at: now, isBar: true) else { return nil }
        let before = believed?.price
        let sighting = Sighting(price: bar.close, at: end, witness: .bar, isFresh: isFresh)
        if let before, !Self.isNear(bar.close, before), Self.isNear(bar.open, bar.close), spread == nil,
            !isOutweighed(sighting)
        {
            // Two trades of one period agree.
            believe(sighting)
        } else if contradicts(bar.close) || !witness(sighting) {
            return nil
        }
        last = bar.close
        let share = spread == nil ? CoreLimits.farFromBelieved : CoreLimits.farFromQuote
        let (high, low) = (max(bar.open, bar.close), min(bar.open, bar.close))
        let top = max(high, before ?? high).moved(by: share)
        let bottom = min(low, before ?? low).moved(by: Ratio(units: -share.units))
        return SeenBar(
            close: bar.close, low: bar.low >= bottom ? bar.low : low, high: bar.high <= top ? bar.high : high)
    }

    /// Whether it is no older by its own time than what is known. What is older is a repetition, history, or a second source
    /// that is behind; when it alone goes on, its time counts from then on.
    private mutating func isCurrent(_ own: Timestamp, at now: Timestamp, isBar: Bool = false) -> Bool {
        let quoted = isBar ? nil : quote?.at
        let newest = believed.map { max($0.at, quoted ?? $0.at) } ?? quoted
        guard let newest, own < newest else {
            (heardAt, behind) = (now, nil)
            return true
        }
        guard let before = behind else {
            behind = Behind(since: now, at: own)
            return false
        }
        guard own > before.at else { return false }
        guard now >= before.since + CoreLimits.clockDoubt else {
            behind?.at = own
            return false
        }
        (quote, heardAt, behind) = (nil, now, nil)
        believed?.at = own
        return true
    }

    /// - Returns: whether it is believed.
    @discardableResult
    private mutating func witness(_ sighting: Sighting) -> Bool {
        guard let current = believed, !Self.isNear(sighting.price, current.price) else {
            believe(sighting)
            return true
        }
        if let other = unconfirmed, Self.isSame(sighting.price, other.price), sighting.confirms(other),
            !isOutweighed(sighting)
        {
            believe(sighting)
            return true
        }
        unconfirmed = sighting
        unconfirmedSince = unconfirmedSince ?? heardAt
        return false
    }

    /// What was old when it came says nothing against what was new when it did within a day, however often: bars of before may
    /// be another share's, or those before a split. Against what was new weeks ago a feed that is always late is the better word.
    private func isOutweighed(_ sighting: Sighting) -> Bool {
        guard believed?.isFresh == true, !sighting.isFresh, let believedSince, let heardAt else { return false }
        return heardAt < believedSince + .day
    }

    private mutating func believe(_ sighting: Sighting) {
        if let last, !Self.isNear(last, sighting.price) { self.last = nil }
        // Bars of before are no market that it has jumped from, or to.
        if let before = believed, before.isFresh, sighting.isFresh,
            !Self.isWithin(CoreLimits.jump, before.price, sighting.price)
        {
            jump = Jump(from: before.price, at: sighting.at)
        }
        believed = sighting
        believedSince = heardAt
        lag = heardAt.map { max(.zero, $0 - sighting.at) } ?? .zero
        (unconfirmed, unconfirmedSince) = (nil, nil)
    }

    /// Whether the standing spread speaks against it.
    private func contradicts(_ price: Price) -> Bool {
        guard let spread else { return false }
        let width = Price(units: spread.ask.units - spread.bid.units)
        let room = max(width, spread.ask.part(CoreLimits.farFromSpread))
        return price.units > spread.ask.units.addingClamped(room.units) || price.units < spread.bid.units - room.units
    }

    private static func isNear(_ price: Price, _ other: Price) -> Bool {
        isWithin(CoreLimits.farFromBelieved, price, other)
    }

    private static func isSame(_ price: Price, _ other: Price) -> Bool {
        isWithin(CoreLimits.farFromSpread, price, other)
    }

    private static func isWithin(_ share: Ratio, _ price: Price, _ other: Price) -> Bool {
        abs(Int128(price.units) - Int128(other.units)) * Int128(Ratio.scale)
            <= Int128(max(price.units, other.units)) * Int128(share.units)
    }

    // MARK: - What is amiss

    /// - Parameters:
    ///   - open: of the session that is under way; silence before it counts for nothing.
    ///   - rhythm: period of the bars that are told; prices come no more often.
    func doubt(at now: Timestamp, open: Timestamp, rhythm: TimeSpan?, limits: HardLimits) -> PriceDoubt? {
        guard let believed, let heardAt else { return .missing }
        let isDaily = rhythm.map { $0 >= .day } ?? false
        let patience = max(
            limits.maximumPriceSilence, isDaily ? CoreLimits.dailySilence : rhythm.map { $0.times(3) } ?? .zero)
        if now - max(heardAt, isDaily ? heardAt : open) > patience { return .silent(since: heardAt) }
        if let unsoundSince, unsoundSince + CoreLimits.priceDoubtPatience <= now {
            return .noMarket(since: unsoundSince)
        }
        if let unconfirmed, let unconfirmedSince, unconfirmedSince + CoreLimits.priceDoubtPatience <= now {
            return .unconfirmed(unconfirmed.price, believed: believed.price, since: unconfirmedSince)
        }
        let age = (now - max(believedSince ?? heardAt, open)).nanoseconds + lag.nanoseconds
        let isOld = age > limits.maximumQuoteAge.nanoseconds + patience.nanoseconds
        return isOld && !isDaily ? .old(of: believed.at) : nil
    }

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan) {
        heardAt = heardAt.map { $0 + span }
        believedSince = believedSince.map { $0 + span }
        unsoundSince = unsoundSince.map { $0 + span }
        unconfirmedSince = unconfirmedSince.map { $0 + span }
        if let before = behind { behind = Behind(since: before.since + span, at: before.at) }
    }

    // MARK: - Corporate actions

    /// What was believed of the shares before it, said of those after it.
    mutating func restate(by restatement: Restatement) throws(NumericError) {
        if let price = try restatement.price(believed?.price) { believed?.price = price }
        (unconfirmed, unconfirmedSince, jump) = (nil, nil, nil)
        last = try restatement.price(last)
        guard var sides = quote else { return }
        sides.bid = try restatement.price(sides.bid)
        sides.ask = try restatement.price(sides.ask)
        quote = sides
    }
}

extension Price {
    /// This share of it, clamped to what a price can say.
    fileprivate func part(_ share: Ratio) -> Price {
        Price(units: Int64(clamping: Int128(units) * Int128(share.units) / Int128(Ratio.scale)))
    }

    fileprivate func moved(by share: Ratio) -> Price { Price(units: units.addingClamped(part(share).units)) }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 { Int64(clamping: Int128(self) + Int128(other)) }
}
