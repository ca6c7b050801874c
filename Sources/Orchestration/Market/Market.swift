import Trading

/// The newest price facts of each symbol, and figures about the market as a whole.
package struct Market: Sendable, Hashable, Codable {
    private var symbols: [Symbol: Listing] = [:]
    package private(set) var conditions: [String: MarketCondition] = [:]
    /// By a provider's word.
    private var announced: AnnouncedSession?
    /// The part of the exchange's day when it was looked at last; see ``advance(to:)``.
    private var exchangePhase: SessionPhase = .closed
    /// Since when it has been that; nil while there was no other.
    private var phaseSince: Timestamp?
    /// Bars and indicators that policies ask for.
    package private(set) var series = MarketSeries()
    /// The part of the exchange's day in the minute that was looked at last: calendars are slow, and everybody asks.
    private var knownPhase = Derived<KnownPhase?>(nil)

    private enum CodingKeys: CodingKey { case symbols, conditions, announced, exchangePhase, phaseSince, series }

    private struct KnownPhase: Sendable {
        var minute: Int64
        var phase: SessionPhase

        static func minute(of time: Timestamp) -> Int64 { time.nanoseconds / 60_000_000_000 }
    }

    /// What is known of one symbol.
    fileprivate struct Listing: Sendable, Hashable, Codable {
        /// As policies are given it: sides of a quote that is a market, the last price that is believed.
        var view: MarketView?
        var evidence = PriceEvidence()
        /// Its prices may still be those of the old shares.
        var preSplit: PreSplitPrice?
        /// When the last corporate action took effect: what is older speaks of the shares before it.
        var restatedAt: Timestamp?
    }

    /// The broker has booked a split that no provider has told of: the last price before it.
    fileprivate struct PreSplitPrice: Sendable, Hashable, Codable {
        var price: Price
        var split: Split
        var until: Timestamp
    }

    package init() {}

    package subscript(symbol: Symbol) -> MarketView? { symbols[symbol]?.view }
    /// Symbols of which anything is known.
    package var symbolCount: Int { symbols.count }

    /// Of every symbol that has a price, in order.
    package var views: [MarketView] { symbols.keys.sorted().compactMap { symbols[$0]?.view } }

    /// What a share is worth now: the last trade, else the middle of bid and ask.
    package func price(of symbol: Symbol) -> Price? { symbols[symbol]?.evidence.price }

    /// The same, where it is no older than this.
    func price(of symbol: Symbol, notBefore earliest: Timestamp) -> Price? {
        guard let evidence = symbols[symbol]?.evidence, let at = evidence.believed?.at, at >= earliest else {
            return nil
        }
        return evidence.price
    }

    /// Where a market order of this side would trade: in the spread, where that is a market.
    package func executable(_ symbol: Symbol, side: Side) -> Price? {
        guard let evidence = symbols[symbol]?.evidence else { return nil }
        return evidence.spread.map { side == .sell ? $0.bid : $0.ask } ?? evidence.price
    }

    /// Everything that a share is said to be worth now, or that could be had for it: nil where there is no price, or none that
    /// anybody would trade at.
    func priceRange(of symbol: Symbol) -> ClosedRange<Price>? {
        guard let evidence = symbols[symbol]?.evidence, let price = evidence.price, evidence.unsoundSince == nil,
            !isHalted(symbol)
        else { return nil }
        guard let spread = evidence.spread else { return price...price }
        return min(price, spread.bid)...max(price, spread.ask)
    }

    /// What is believed was new when it arrived: it says where the market was then, and may be acted on.
    package func isFresh(_ symbol: Symbol) -> Bool { symbols[symbol]?.evidence.believed?.isFresh ?? false }

    /// I-PRICE-10: what is believed was told since this part of the day began. What the one before has left says nothing of the
    /// market that opens, and may be the price of old shares.
    func isOfThisSession(_ symbol: Symbol) -> Bool {
        guard let phaseSince, TradingHours(of: symbol) != .continuous else { return true }
        return symbols[symbol]?.evidence.believedSince.map { $0 >= phaseSince } ?? false
    }

    /// Since when its quotes are crossed or absurdly wide.
    func spreadUnsoundSince(_ symbol: Symbol) -> Timestamp? { symbols[symbol]?.evidence.unsoundSince }

    /// What is amiss with its prices at this time.
    /// - Parameter open: of the session of its kind that contains this time.
    func priceDoubt(_ symbol: Symbol, at now: Timestamp, open: Timestamp, limits: HardLimits) -> PriceDoubt? {
        guard let evidence = symbols[symbol]?.evidence, evidence.believed != nil else { return .missing }
        return evidence.doubt(at: now, open: open, rhythm: symbols[symbol]?.view?.bar?.period, limits: limits)
    }

    /// Policies are given it.
    func isShown(_ symbol: Symbol) -> Bool { symbols[symbol]?.view != nil }

    func isHalted(_ symbol: Symbol) -> Bool { symbols[symbol]?.view?.isHalted == true }

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan) {
        for symbol in symbols.keys.sorted() { symbols[symbol]?.evidence.shift(by: span) }
        phaseSince = phaseSince.map { $0 + span }
    }

    // MARK: - The part of the day

    /// By the calendar of what the symbol is; for an exchange a provider's word refines it (I-PRICE-6).
    package func session(of symbol: Symbol, at now: Timestamp) -> SessionPhase {
        TradingHours(of: symbol) == .continuous ? .regular : exchangeSession(at: now)
    }

    /// As policies are told it: that of the exchange, unless all that is held is traded round the clock.
    package func session(holding symbols: some Collection<Symbol>, at now: Timestamp) -> SessionPhase {
        let isContinuous = !symbols.isEmpty && symbols.allSatisfy { TradingHours(of: $0) == .continuous }
        return isContinuous ? .regular : exchangeSession(at: now)
    }

    private func exchangeSession(at now: Timestamp) -> SessionPhase {
        if let known = knownPhase.value, known.minute == KnownPhase.minute(of: now) { return known.phase }
        return announced?.phase(at: now) ?? USEquityCalendar.phase(at: now)
    }

    /// It is this time: called with every input, and when a provider has announced another phase. Phases begin with a minute.
    mutating func look(at now: Timestamp, isAnnounced: Bool = false) {
        let minute = KnownPhase.minute(of: now)
        guard isAnnounced || knownPhase.value?.minute != minute, now.nanoseconds >= 0 else { return }
        knownPhase.value = nil
        knownPhase.value = KnownPhase(minute: minute, phase: exchangeSession(at: now))
    }

    /// - Returns: whether the exchange's day has come to another part.
    mutating func advance(to now: Timestamp) -> Bool {
        let (phase, before) = (exchangeSession(at: now), exchangePhase)
        guard phase != before else { return false }
        if before == .regular { series.close(at: now) }
        (exchangePhase, phaseSince) = (phase, now)
        return true
    }

    /// Takes what a provider says, but for prices of shares from before a split.
    /// - Parameter maximumAge: what is older by its own time when it arrives is a mark, and nothing is done on it.
    /// - Returns: what was taken, the prices that are believed by it, and whether the session is another.
    @discardableResult
    mutating func apply(
        _ received: MarketUpdate, maximumAge: TimeSpan = .seconds(60), now: Timestamp? = nil
    ) -> (update: MarketUpdate, marks: [PriceMark], isOtherSession: Bool) {
        let fresh = Timestamp(nanoseconds: received.at.nanoseconds - maximumAge.nanoseconds)
        let update = withoutPreSplitPrices(received, freshFrom: fresh)
        let now = now ?? update.at
        var marks: [PriceMark] = []
        if let session = update.session {
            announced = AnnouncedSession(phase: session, at: now)
            look(at: now, isAnnounced: true)
        }
        let isOtherSession = advance(to: now)
        for condition in update.conditions ?? [] { conditions[condition.name] = condition }
        for bar in update.bars ?? [] {
            see(bar, at: update.at, now: now, freshFrom: fresh, &marks)
            series.append(bar, at: update.at)
        }
        for quote in update.quotes ?? [] {
            see(quote, at: min(update.at, now), now: now, freshFrom: fresh, &marks)
        }
        return (update, marks, isOtherSession)
    }

    private mutating func see(
        _ bar: Bar, at time: Timestamp, now: Timestamp, freshFrom fresh: Timestamp, _ marks: inout [PriceMark]
    ) {
        guard bar.end > symbols[bar.symbol]?.restatedAt ?? bar.start else { return }
        let end = min(bar.start + bar.period, time)
        let seen = symbols[bar.symbol, default: Listing()].see(bar, end: end, at: now, isFresh: end >= fresh)
        guard let seen else { return }
        marks.append(
            PriceMark(
                symbol: bar.symbol, price: seen.close, low: seen.low, high: seen.high, start: bar.start, end: end))
    }

    private mutating func see(
        _ quote: Quote, at time: Timestamp, now: Timestamp, freshFrom fresh: Timestamp, _ marks: inout [PriceMark]
    ) {
        guard quote.at >= symbols[quote.symbol]?.restatedAt ?? quote.at else { return }
        let print = symbols[quote.symbol, default: Listing()].see(
            quote, noLaterThan: time, at: now, isFresh: quote.at >= fresh)
        if let print { marks.append(PriceMark(symbol: quote.symbol, price: print, at: quote.at)) }
    }

    mutating func track(_ needs: PolicyNeeds) {
        series.track(
            indicators: needs.indicators ?? [], bars: (needs.bars ?? []).map { (period: $0.period, count: $0.count) },
            correlation: needs.correlation.map { (period: $0.period, length: $0.length) }, day: needs.wants(.day))
    }

    /// Bars from before: figures are made of them, and they are no prices.
    mutating func warm(_ bars: [Bar], at now: Timestamp) {
        let symbols = Dictionary(grouping: bars, by: \.symbol)
        for (symbol, bars) in symbols.inOrder { series.warm(symbol, bars, at: now) }
    }

    func day(_ symbol: Symbol) -> DayView? { series.day(symbol, last: price(of: symbol)) }

    /// What was known are prices of the old shares, and more of them may come until the provider notices too. Which shares a price
    /// is of shows beside what an old one was worth when that was new; bars of before may be of either (I-CORP-11).
    /// - Parameter listed: an old share's when the broker's list last had as many as our books.
    mutating func expectPreSplitPrices(_ symbol: Symbol, _ split: Split, listed: Price?, until: Timestamp) {
        let old = freshPrice(of: symbol) ?? listed ?? price(of: symbol)
        let before = old.map { PreSplitPrice(price: $0, split: split, until: until) }
        let preSplit = before ?? symbols[symbol]?.preSplit
        symbols[symbol] = preSplit.map { Listing(preSplit: $0) }
    }

    /// What a share is worth now, where nothing speaks against it.
    func undisputedPrice(of symbol: Symbol) -> Price? {
        symbols[symbol]?.evidence.unconfirmed == nil ? price(of: symbol) : nil
    }

    /// The same, where it was new when it arrived.
    func freshPrice(of symbol: Symbol) -> Price? { isFresh(symbol) ? price(of: symbol) : nil }

    /// The market has jumped by as much as this split makes of a price.
    func hasJumped(by split: Split, _ symbol: Symbol, since earliest: Timestamp) -> Bool {
        guard let evidence = symbols[symbol]?.evidence, let jump = evidence.jump, jump.at >= earliest,
            let price = evidence.price
        else { return false }
        return !split.isPreSplit(price, before: jump.from)
    }

    /// The price that is believed, where it is newer than an action that takes effect now.
    func priceAfter(_ effectiveAt: Timestamp, of symbol: Symbol) -> Price? {
        isOfOldShares(symbol, effectiveAt) ? nil : price(of: symbol)
    }

    /// What an old share was worth: as it was seen before the split, or as what was seen after it comes to; nil while nothing
    /// is known.
    func priceBefore(_ split: Split, at effectiveAt: Timestamp, of symbol: Symbol) throws(NumericError) -> Price? {
        guard let after = priceAfter(effectiveAt, of: symbol) else { return price(of: symbol) }
        return try after.scaled(numerator: split.numerator, denominator: split.denominator, .halfEven)
    }

    /// What was seen is of both shares.
    mutating func forgetSeries(_ symbol: Symbol) { series.forget(symbol) }

    /// The split that the broker has booked was then: every price from now on is one of the new shares, but for those from
    /// before it.
    mutating func dateSplit(_ symbol: Symbol, at effectiveAt: Timestamp) {
        var listing = symbols[symbol] ?? Listing()
        listing.preSplit = nil
        listing.restatedAt = max(listing.restatedAt ?? effectiveAt, effectiveAt)
        symbols[symbol] = listing
    }

    /// Every price from now on is one of the new shares.
    mutating func endPreSplitPrices(_ symbol: Symbol) { symbols[symbol]?.preSplit = nil }

    /// Prices that are those of the old shares are no move of the market, and are left out. What was old when it came, as bars of
    /// before, may be one of either.
    private mutating func withoutPreSplitPrices(
        _ update: MarketUpdate, freshFrom fresh: Timestamp
    ) -> MarketUpdate {
        let concerns =
            update.bars?.contains { isPreSplit($0.symbol) } == true
            || update.quotes?.contains { isPreSplit($0.symbol) } == true
        guard concerns else { return update }
        var update = update
        update.bars?.removeAll { isPreSplit($0.symbol) && $0.end < fresh }
        update.quotes?.removeAll { isPreSplit($0.symbol) && $0.at < fresh }
        for bar in update.bars ?? [] { checkPreSplitPrice(at: bar.close, of: bar.symbol, at: update.at) }
        for quote in update.quotes ?? [] {
            checkPreSplitPrice(at: quote.last ?? quote.bid ?? quote.ask, of: quote.symbol, at: update.at)
        }
        update.bars?.removeAll { isPreSplit($0.symbol) }
        update.quotes?.removeAll { isPreSplit($0.symbol) }
        return update
    }

    private func isPreSplit(_ symbol: Symbol) -> Bool { symbols[symbol]?.preSplit != nil }

    private mutating func checkPreSplitPrice(at price: Price?, of symbol: Symbol, at time: Timestamp) {
        guard let old = symbols[symbol]?.preSplit, let price else { return }
        if time >= old.until || !old.split.isPreSplit(price, before: old.price) { endPreSplitPrices(symbol) }
    }

    // MARK: - Corporate actions

    /// After a split the old prices mean nothing as they stand.
    mutating func split(_ symbol: Symbol, _ split: Split, effectiveAt: Timestamp) throws(NumericError) {
        try restate(symbol, by: .split(split), effectiveAt: effectiveAt)
        if isOfOldShares(symbol, effectiveAt) {
            splitSeries(symbol, split)
        } else {
            // Told late: what was seen since is of both.
            series.forget(symbol)
        }
    }

    /// The broker has not split it: what was restated is what it was, and what was seen since stays.
    /// - Parameter split: what makes old shares of new ones again.
    mutating func takeBack(_ split: Split, of symbol: Symbol) throws(NumericError) {
        guard let restatedAt = symbols[symbol]?.restatedAt else { return }
        try self.split(symbol, split, effectiveAt: restatedAt)
    }

    /// Bars and indicators alone.
    mutating func splitSeries(_ symbol: Symbol, _ split: Split) {
        series.split(symbol, numerator: split.numerator, denominator: split.denominator)
    }

    /// Shares trade without it from then on.
    mutating func payDividend(_ symbol: Symbol, _ amount: Price, effectiveAt: Timestamp) throws(NumericError) {
        let before = price(of: symbol)
        try restate(symbol, by: .dividend(amount), effectiveAt: effectiveAt)
        series.payDividend(symbol, amount, of: before, effectiveAt: effectiveAt)
    }

    /// The same of shares of another company that are handed out.
    mutating func spinOff(
        _ symbol: Symbol, _ restatement: Restatement, effectiveAt: Timestamp
    ) throws(NumericError) {
        let before = price(of: symbol)
        try restate(symbol, by: restatement, effectiveAt: effectiveAt)
        guard let before, isOfOldShares(symbol, effectiveAt) else { return series.forget(symbol) }
        series.payDividend(
            symbol, try before - restatement.price(before), of: before, effectiveAt: effectiveAt)
    }

    private func isOfOldShares(_ symbol: Symbol, _ effectiveAt: Timestamp) -> Bool {
        (symbols[symbol]?.evidence.believed?.at ?? effectiveAt) <= effectiveAt
    }

    private mutating func restate(
        _ symbol: Symbol, by restatement: Restatement, effectiveAt: Timestamp
    ) throws(NumericError) {
        guard var listing = symbols[symbol] else { return }
        listing.restatedAt = max(listing.restatedAt ?? effectiveAt, effectiveAt)
        listing.preSplit = nil
        if isOfOldShares(symbol, effectiveAt) {
            try listing.evidence.restate(by: restatement)
            listing.view?.bar = nil
            if let view = listing.view { listing.show(symbol, at: view.at) { _ in } }
        }
        symbols[symbol] = listing
    }

    /// The shares stand under another symbol.
    mutating func rename(_ symbol: Symbol, to other: Symbol) {
        series.rename(symbol, to: other)
        guard symbols[other]?.evidence.price == nil, var listing = symbols.removeValue(forKey: symbol) else {
            return symbols[symbol] = nil
        }
        if let view = listing.view {
            listing.view = MarketView(symbol: other, bid: nil, ask: nil, last: nil, bar: nil, at: view.at)
            listing.show(other, at: view.at) { _ in }
        }
        symbols[other] = listing
    }
}

extension Market.Listing {
    /// - Returns: what of the bar is believed.
    fileprivate mutating func see(
        _ bar: Bar, end: Timestamp, at now: Timestamp, isFresh: Bool
    ) -> PriceEvidence.SeenBar? {
        let seen = evidence.see(bar, end: end, at: now, isFresh: isFresh)
        show(bar.symbol, at: end) { if end >= $0.at { $0.bar = bar } }
        return seen
    }

    /// - Parameter time: dated ahead of the core it would keep out whatever is true until then.
    /// - Returns: the print that is believed.
    fileprivate mutating func see(
        _ quote: Quote, noLaterThan time: Timestamp, at now: Timestamp, isFresh: Bool
    ) -> Price? {
        let print = evidence.see(with(quote) { $0.at = min($0.at, time) }, at: now, isFresh: isFresh)
        show(quote.symbol, at: quote.at) { $0.isHalted = quote.isHalted == true ? true : nil }
        return print
    }

    /// What is believed now, and what else is known.
    fileprivate mutating func show(_ symbol: Symbol, at time: Timestamp, _ change: (inout MarketView) -> Void) {
        if view == nil { view = MarketView(symbol: symbol, bid: nil, ask: nil, last: nil, bar: nil, at: time) }
        view?.show(evidence, at: time, change)
    }
}

extension MarketView {
    fileprivate mutating func show(_ evidence: PriceEvidence, at time: Timestamp, _ change: (inout MarketView) -> Void)
    {
        change(&self)
        let spread = evidence.spread
        (bid, ask, last) = (spread?.bid, spread?.ask, evidence.last)
        at = max(at, time)
    }
}

/// A price that is believed, for the marks of a position.
struct PriceMark {
    var symbol: Symbol
    var price: Price
    /// The range of a bar; the price itself for a print.
    var low: Price
    var high: Price
    /// Of a bar its beginning.
    var start: Timestamp
    var end: Timestamp

    init(symbol: Symbol, price: Price, low: Price, high: Price, start: Timestamp, end: Timestamp) {
        (self.symbol, self.price, self.low, self.high) = (symbol, price, low, high)
        (self.start, self.end) = (start, end)
    }

    init(symbol: Symbol, price: Price, at time: Timestamp) {
        self.init(symbol: symbol, price: price, low: price, high: price, start: time, end: time)
    }

    var isBar: Bool { start < end }
}
