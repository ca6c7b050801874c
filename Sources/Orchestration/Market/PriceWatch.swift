import Trading

/// What is amiss with the prices of a symbol. Nothing is sold on a price while it lasts.
package enum PriceDoubt: Sendable, Hashable, Codable {
    /// There was none yet.
    case missing
    /// Nothing newer has come since.
    case silent(since: Timestamp)
    /// What comes is no price, or is of a time long ago by its own word; the newest is of this time.
    case old(of: Timestamp)
    /// The quotes are crossed or absurdly wide.
    case noMarket(since: Timestamp)
    /// Far from what is believed, and no second witness agrees.
    case unconfirmed(Price, believed: Price, since: Timestamp)

    fileprivate var kind: Int {
        switch self {
        case .missing: 0
        case .silent: 1
        case .old: 2
        case .noMarket: 3
        case .unconfirmed: 4
        }
    }

    /// Nil where it has no beginning of its own.
    fileprivate var since: Timestamp? {
        switch self {
        case .missing: nil
        case .silent(let since), .old(of: let since), .noMarket(let since), .unconfirmed(_, _, let since): since
        }
    }
}

/// Which held symbols have prices in doubt, and what of that a person was told (I-PRICE-7).
///
/// Invariants:
/// 1. A doubt is reported as a warning, later as an emergency, and again and again while it lasts.
/// 2. Its end is reported when its beginning was.
package struct PriceWatch: Sendable, Hashable, Codable {
    private var doubts: [Symbol: Watched] = [:]

    private struct Watched: Sendable, Hashable, Codable {
        var doubt: PriceDoubt
        /// When it was seen first.
        var since: Timestamp
        /// As it was told last.
        var level: Alert.Level?
        /// When it is told next.
        var dueAt: Timestamp
    }

    /// What there is to tell.
    enum News: Hashable {
        case doubt(PriceDoubt, Alert.Level)
        case over
    }

    package init() {}

    var isEmpty: Bool { doubts.isEmpty }

    /// What is amiss now, in order.
    package var current: [(symbol: Symbol, doubt: PriceDoubt)] { doubts.inOrder.map { ($0.key, $0.value.doubt) } }

    /// - Parameter emergencyAfter: a doubt that lasts so long is an emergency.
    mutating func note(_ doubt: PriceDoubt?, of symbol: Symbol, at now: Timestamp, emergencyAfter: TimeSpan) -> News? {
        guard let doubt else {
            guard !doubts.isEmpty else { return nil }
            return doubts.removeValue(forKey: symbol)?.level != nil ? .over : nil
        }
        var watched = doubts[symbol].flatMap { $0.doubt.kind == doubt.kind ? $0 : nil } ?? begin(doubt, symbol, now)
        watched.doubt = doubt
        defer { doubts[symbol] = watched }
        let isLong = (doubt.since ?? watched.since) + emergencyAfter <= now
        guard now >= watched.dueAt || (isLong && watched.level == .warning) else { return nil }
        watched.level = isLong ? .emergency : .warning
        watched.dueAt = now + CoreLimits.priceDoubtReminder
        return .doubt(doubt, isLong ? .emergency : .warning)
    }

    /// A first price may take a while; the other doubts have been waited for where they are found.
    private func begin(_ doubt: PriceDoubt, _ symbol: Symbol, _ now: Timestamp) -> Watched {
        Watched(
            doubt: doubt, since: now, level: doubts[symbol]?.level,
            dueAt: doubt.since == nil ? now + CoreLimits.priceDoubtPatience : now)
    }

    mutating func forget(except isHeld: (Symbol) -> Bool) {
        guard !doubts.isEmpty else { return }
        doubts = doubts.filter { isHeld($0.key) }
    }
}

extension Orchestrator {
    /// Every held symbol while its market is open: who holds something without a price is told.
    mutating func watchPrices() {
        let (now, patience) = (state.now, state.configuration.limits.maximumPriceSilence.times(3))
        forgetPricesOfOthers()
        for (symbol, doubt) in priceDoubts {
            switch state.prices.note(doubt, of: symbol, at: now, emergencyAfter: patience) {
            case .doubt(let doubt, let level): alert(level, symbol, .priceInDoubt(doubt))
            case .over: alert(.notice, symbol, .priceSound)
            case nil: break
            }
        }
    }

    private mutating func forgetPricesOfOthers() {
        guard !state.prices.isEmpty else { return }
        let held = state.portfolio.positions
        state.prices.forget { held[$0] != nil }
    }

    /// Of what is held and traded now: what is amiss, or that nothing is where something was; in order.
    private var priceDoubts: [(symbol: Symbol, doubt: PriceDoubt?)] {
        let (now, limits) = (state.now, state.configuration.limits)
        func open(_ hours: TradingHours) -> Timestamp { TradingSession(hours, containing: now).open }
        let opens = (usEquity: open(.usEquity), continuous: open(.continuous))
        var found: [(symbol: Symbol, doubt: PriceDoubt?)] = []
        for symbol in state.portfolio.positions.keys
        where !state.market.isHalted(symbol) && state.market.session(of: symbol, at: now) == .regular {
            let doubt = state.market.priceDoubt(
                symbol, at: now, open: TradingHours(of: symbol) == .usEquity ? opens.usEquity : opens.continuous,
                limits: limits)
            if doubt != nil || !state.prices.isEmpty { found.append((symbol, doubt)) }
        }
        return found.sorted { $0.symbol < $1.symbol }
    }
}

extension TimeSpan {
    /// - Parameter count: small; the span is one of a configuration.
    func times(_ count: Int64) -> TimeSpan {
        TimeSpan(nanoseconds: nanoseconds.multipliedReportingOverflow(by: count).partialValue)
    }
}
