import SeededRandom
import Trading
import Wire

/// The market: prices walk, jump and stand still; the venue trades on them at once, they reach the core later.
final class SimulatedProvider: SimulatedPlugin {
    private let venue: Venue
    private let faults: FaultInjector
    private let scenario: Scenario
    private var random: SplitMix64
    var isCalm = false
    /// Of these nothing is told before the market opens.
    private var dark: Set<Symbol> = [] {
        didSet { if scenario.isSixthEdition { venue.dark = dark } }
    }
    /// How far the core's clock is from the time; announcements are dated by it, since they take effect by it.
    var clockOffset: () -> Int64 = { 0 }
    private var clock: Int64 { world.time.nanoseconds + (scenario.isSixthEdition ? clockOffset() : 0) }
    /// The time of what is told. Whoever dates a corporate action dates prices by the same clock: else nobody could tell
    /// which of them are from before it.
    private var now: Timestamp {
        wasSplit.isEmpty && wasPaid.isEmpty ? world.time : Timestamp(nanoseconds: clock)
    }
    /// When a night ends in which there is a corporate action; nil by day.
    private(set) var morning: Int64?
    /// What was split, once in a scenario.
    private var wasSplit: Set<Symbol> = []
    /// Announcements, and from when on they are told.
    private var announcements: [(from: Int64, action: CorporateAction)] = []
    /// As it is told now: a clock that stood still while its core was dead would make it later.
    private func dated(_ action: CorporateAction) -> CorporateAction {
        var action = action
        action.effectiveAt = Timestamp(nanoseconds: action.effectiveAt.nanoseconds + clock - world.time.nanoseconds)
        return action
    }
    /// What has paid a dividend, once in a scenario.
    private var wasPaid: Set<Symbol> = []
    /// Corporate actions that are announced or under way and have not taken effect.
    private var pending = 0
    var isSettled: Bool { pending == 0 && announcements.isEmpty && dark.isEmpty }
    var onDividend: (_ symbol: Symbol, _ amount: Price) -> Void = { _, _ in }
    /// An announcement has reached the core.
    var onTold: (CorporateAction) -> Void = { _ in }
    var onSplit: (_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64) -> Void = { _, _, _ in }

    init(_ world: World, _ venue: Venue, _ faults: FaultInjector, _ scenario: Scenario) {
        self.venue = venue
        self.faults = faults
        self.scenario = scenario
        random = SplitMix64(seed: scenario.seed, name: "market")
        super.init(PluginName(unchecked: "tape"), .provider, world)
        tick()
    }

    override func isReady() {
        if scenario.isSixthEdition, faults.hits(.history, 300) { sendHistory() }
        publish()
    }

    /// Bars of an hour ago, when the market was elsewhere: of use to indicators alone.
    private func sendHistory() {
        let first = now.nanoseconds - 5_400 * World.second
        let bars = scenario.symbols.flatMap { symbol -> [Bar] in
            guard let price = venue.prices[symbol] else { return [] }
            let percent: Int64 = faults.pick(.history, [55, 80, 125, 170])
            let then = Price(units: price.units / 100 * percent)
            return (0..<Int64(20)).map { number in
                Bar(
                    symbol: symbol, start: Timestamp(nanoseconds: first + number * 60 * World.second),
                    period: .seconds(60), open: then, high: Price(units: then.units / 100 * 103),
                    low: Price(units: then.units / 100 * 97), close: then, volume: .one)
            }
        }
        send(.market, MarketUpdate(at: now, bars: bars.sorted { ($0.start, $0.symbol) < ($1.start, $1.symbol) }))
    }

    private func tick() {
        world.after(scenario.tick) { [weak self] in
            guard let self else { return }
            turnSession()
            for symbol in scenario.symbols { move(symbol) }
            for symbol in scenario.symbols { venue.match(symbol) }
            if isConnected { publish() }
            tick()
        }
    }

    private func turnSession() {
        guard venue.session == .regular, faults.hits(.close, scenario.hasSplits ? 20 : 5) else { return }
        venue.open(faults.pick(.close, [.closed, .afterHours]))
        let isLong = splitOverNight() || (scenario.isSixthEdition && payOverNight())
        let night = isLong ? 240 : faults.between(.close, 20, 120)
        if isLong { morning = world.now + night * World.second }
        world.after(night * World.second) { [weak self] in
            guard let self else { return }
            morning = nil
            venue.endDay()
            venue.open(.regular)
            dark = []
            for symbol in scenario.symbols { venue.match(symbol) }
            if isConnected { publish() }
        }
    }

    /// Where the market is closed, and for long enough that the core can see the broker's lists before it opens.
    private func splitOverNight() -> Bool {
        guard scenario.hasSplits, !venue.capabilities.sessions.contains(venue.session),
            faults.hits(.splits, 700), let symbol = scenario.symbols.first(where: { !wasSplit.contains($0) }),
            let price = venue.prices[symbol]
        else { return false }
        let ratios = [(2, 1), (3, 2), (3, 1), (7, 1), (1, 2), (1, 4), (1, 15)].filter { ratio in
            (20...1_000).contains(price.units / Price.scale * Int64(ratio.1) / Int64(ratio.0))
        }
        guard !ratios.isEmpty else { return false }
        let (numerator, denominator) = faults.pick(.splits, ratios)
        wasSplit.insert(symbol)
        dark.insert(symbol)
        plan(symbol, Int64(numerator), Int64(denominator), in: faults.between(.splits, 5, 30))
        return true
    }

    private func payOverNight() -> Bool {
        guard !venue.capabilities.sessions.contains(venue.session), faults.hits(.dividends, 700),
            let symbol = scenario.symbols.first(where: { !wasPaid.contains($0) && !wasSplit.contains($0) }),
            let price = venue.prices[symbol]
        else { return false }
        let cent = Price.scale / 100
        let amount = Price(units: price.units / 100 * faults.between(.dividends, 1, 20) / cent * cent)
        guard amount.isPositive, price.units - amount.units > 6 * Price.scale else { return false }
        wasPaid.insert(symbol)
        dark.insert(symbol)
        let seconds = faults.between(.dividends, 5, 30)
        for (number, delay) in dividendAnnouncements(seconds).enumerated() {
            let effective = Timestamp(nanoseconds: world.time.nanoseconds + seconds * World.second)
            announcements.append(
                (
                    world.now + delay * World.second,
                    CorporateAction(
                        id: "dividend \(number)", symbol: symbol, kind: .dividend(amount: amount),
                        effectiveAt: effective)
                ))
        }
        let lowersOrders = faults.between(.dividends, 0, 2) > 0
        let paidIn = faults.between(.dividends, 1, 60)
        pending += 1
        // The core's clock may be set ahead.
        onDividend(symbol, amount)
        world.after(seconds * World.second) { [weak self] in
            guard let self else { return }
            pending -= 1
            venue.goWithoutDividend(symbol, amount, lowersOrders: lowersOrders, paidIn: paidIn)
        }
        return true
    }

    /// After how many seconds each is told.
    private func dividendAnnouncements(_ seconds: Int64) -> [Int64] {
        switch faults.between(.dividends, 0, 4) {
        case 0: [seconds + faults.between(.dividends, 5, 300)]
        case 1: []
        case 2: [0, faults.between(.dividends, 0, 60)]
        default: [0]
        }
    }

    private func plan(_ symbol: Symbol, _ numerator: Int64, _ denominator: Int64, in seconds: Int64) {
        func announce(after delay: Int64, _ id: String) {
            let effective = Timestamp(nanoseconds: world.time.nanoseconds + seconds * World.second)
            announcements.append(
                (
                    world.now + delay * World.second,
                    CorporateAction(
                        id: id, symbol: symbol, kind: .split(numerator: numerator, denominator: denominator),
                        effectiveAt: effective)
                ))
        }
        var booked = seconds
        switch faults.between(.splits, 0, 4) {
        case 0: announce(after: 0, "early")
        case 1: announce(after: seconds + faults.between(.splits, 5, 150), "late")
        case 2: break
        case 3:
            announce(after: 0, "early")
            booked += faults.between(.splits, 1, 40)
        default:
            announce(after: 0, "one")
            announce(after: seconds + faults.between(.splits, 0, 60), "another")
        }
        pending += 1
        world.after(max(seconds, booked) * World.second) { [weak self] in self?.pending -= 1 }
        world.after(seconds * World.second) { [weak self] in
            self?.onSplit(symbol, numerator, denominator)
            self?.venue.restatePrices(symbol, numerator, denominator)
        }
        world.after(booked * World.second) { [weak self] in self?.venue.bookSplit(symbol, numerator, denominator) }
    }

    private func move(_ symbol: Symbol) {
        if faults.hits(.halts, 3) {
            venue.setHalted(symbol, true)
            world.after(faults.between(.halts, 5, 60) * World.second) { [weak self] in
                self?.venue.setHalted(symbol, false)
                self?.venue.match(symbol)
            }
        }
        guard !venue.halted.contains(symbol), !dark.contains(symbol), !isCalm, let price = venue.prices[symbol] else {
            return
        }
        var tenthsOfPercent = random.between(-scenario.volatility, scenario.volatility)
        if faults.hits(.gaps, 4) { tenthsOfPercent = faults.between(.gaps, -1_500, 1_500) }
        let step = Price.scale / 100
        let moved = price.units / 10_000 * (10_000 + tenthsOfPercent) / step * step
        venue.price(symbol, Price(units: min(max(moved, 5 * Price.scale), 2_000 * Price.scale)))
    }

    /// As markets and feeds tell it now and then. The venue trades at what is true.
    private func distorted(_ quote: Quote) -> Quote {
        guard scenario.isFourthEdition, faults.hits(.badPrices, 15), let truth = quote.last else { return quote }
        var quote = quote
        func share(_ percent: Int64) -> Price { Price(units: max(1, truth.units / 100 * percent)) }
        switch faults.between(.badPrices, 0, 4) {
        case 0: quote.last = share(faults.pick(.badPrices, [1, 10, 60, 140, 1_000]))
        case 1: (quote.bid, quote.ask) = (share(1), share(20_000))
        case 2: quote.bid = share(60)
        case 3: quote.bid = share(130)
        default:
            // Of an hour ago, by its own time.
            quote.at = Timestamp(nanoseconds: max(0, quote.at.nanoseconds - 3_600 * World.second))
            (quote.bid, quote.ask, quote.last) = (share(70), share(70), share(70))
        }
        return quote
    }

    private func publish() {
        let step = Price.scale / 100
        let told = announcements.filter { $0.from <= world.now }.map { dated($0.action) }
        announcements.removeAll { $0.from <= world.now }
        let quotes = scenario.symbols.filter { !dark.contains($0) }.compactMap { symbol in
            venue.prices[symbol].map {
                distorted(
                    Quote(
                        symbol: symbol, bid: $0, ask: Price(units: $0.units + step), last: $0,
                        isHalted: scenario.tellsHalts && venue.halted.contains(symbol) ? true : nil, at: now))
            }
        }
        send(
            .market,
            MarketUpdate(
                at: now, session: venue.session, corporateActions: told.isEmpty ? nil : told, quotes: quotes)
        ) { [weak self] in for action in told { self?.onTold(action) } }
    }
}
