import AlpacaAPI
import PaperExchange
import Trading

/// One account: its exchange, its orders, and what has been booked.
///
/// - I-AV-1: A request that is refused changes nothing.
/// - I-AV-2: Every report of the exchange about an order goes to the last order of its chain, and each execution is booked once.
struct VenueAccount: Sendable {
    let id: Alpaca.AccountID
    let number: String
    let multiplier: Ratio
    let createdAt: Timestamp
    var exchange: PaperExchange
    var orders = OrderStore()
    var activities = ActivityLog()
    var events = EventLog()
    private(set) var settings: Alpaca.AccountConfiguration
    /// At the end of the last regular session.
    private(set) var lastEquity: Money
    private(set) var lastDay: Alpaca.Day
    private(set) var lastHeld: [Symbol: BrokerPosition]
    private(set) var now: Timestamp
    var ids: IDSource
    var faults: FaultSource
    var lastExchangeNumber: Int64 = 0
    var lastNumber: Int64 = 0
    /// Of orders that were taken while the market was closed: they become `new` as it opens.
    var awaitingOpen: [Trading.ClientOrderID] = []
    /// Positions as the executions that were told make them.
    var told: [Symbol: Quantity]
    /// What the streams have not been told.
    var outbox: [Alpaca.TradeUpdate] = []
    var eventOutbox: [EventLog.Row] = []

    init(
        _ client: VenueConfiguration.Client, _ configuration: VenueConfiguration, number index: Int, at time: Timestamp
    ) throws(PaperConfigurationError) {
        var ids = IDSource(seed: configuration.seed &* 1_000_003 &+ Int64(index))
        id = Alpaca.AccountID(ids.uuid())
        number = "PA" + String(ids.uuid().filter { $0 != "-" }.prefix(10)).uppercased()
        multiplier = client.multiplier
        createdAt = time
        now = time
        exchange = try PaperExchange(configuration.exchange(of: client, index), at: time)
        settings = Alpaca.AccountConfiguration()
        settings.isOvernightTradingDisabled = false
        settings.isFractionalTradingEnabled = true
        settings.maximumMarginMultiplier = client.multiplier
        settings.isShortingForbidden = client.multiplier == .one
        settings.isEntryIntoPartnershipsForbidden = false
        settings.isTradingSuspended = false
        settings.confirmationMail = "all"
        do throws(NumericError) {
            lastEquity = try exchange.state(at: time).account.equity
        } catch {
            lastEquity = client.cash
        }
        lastDay = Sessions.previousDay(at: time)
        lastHeld = Dictionary(client.positions.map { ($0.symbol, $0) }, uniquingKeysWith: { $1 })
        told = lastHeld.mapValues(\.quantity)
        self.ids = ids
        faults = FaultSource(configuration.faults, seed: configuration.seed &+ 4_000 &+ Int64(index))
    }

    // MARK: - Time and market

    /// Lets time pass: openings, orders that end, cash that moves.
    /// - Throws: `NumericError`; the account is half-changed then.
    mutating func advance(to time: Timestamp) throws(NumericError) {
        guard time > now else { return }
        openMarket(by: time)
        take(try exchange.advance(to: time))
        try settle(at: time)
    }

    /// Takes what became known of the market.
    /// - Throws: `NumericError`; the account is half-changed then.
    mutating func apply(_ update: MarketUpdate) throws(NumericError) {
        // A day that is over ends before the bars of another one are known; the last bar of a day comes before its end.
        let begin = update.bars?.map(\.start).min() ?? update.at
        if begin > now { try advance(to: min(begin, update.at)) }
        openMarket(by: update.at)
        take(try exchange.apply(update))
        for action in update.corporateActions ?? [] { told[action.symbol] = exchange.position(action.symbol) }
        try settle(at: update.at)
    }

    /// The opening comes before whatever trades after it.
    private mutating func openMarket(by time: Timestamp) {
        let open = Sessions.isOpen(at: now) ? now : Sessions.nextOpen(after: now)
        if open <= time { becomeNew(at: open) }
    }

    private mutating func becomeNew(at time: Timestamp) {
        let waiting = awaitingOpen
        awaitingOpen = []
        for exchangeID in waiting { becomeNew(exchangeID, at: time) }
    }

    /// A `gtc` order ends ninety days after it was placed.
    private mutating func endOldOrders(at time: Timestamp) throws(NumericError) {
        let old = orders.working.compactMap { orders[$0] }.filter {
            $0.order.timeInForce == .known(.gtc) && $0.order.expiresAt.map { $0 <= time } ?? false
        }
        for entry in old { take(try exchange.cancel(entry.exchangeID, at: time)) }
    }

    /// Days that are over, cash that came or went, trailing stops that moved.
    private mutating func settle(at time: Timestamp) throws(NumericError) {
        try endOldOrders(at: time)
        while Sessions.nextClose(after: now) <= time { try close(at: Sessions.nextClose(after: now)) }
        now = max(now, time)
        for movement in exchange.takeMovements() {
            activities.book(movement, &ids)
            log(movement)
        }
        for id in orders.working {
            guard let entry = orders[id], entry.order.type == .known(.trailingStop),
                let trail = try exchange.trail(of: entry.exchangeID)
            else { continue }
            orders.change(id) { ($0.order.waterMark, $0.order.stopPrice) = (trail.best, trail.stop) }
        }
    }

    private mutating func close(at time: Timestamp) throws(NumericError) {
        let state = try exchange.state(at: time)
        lastEquity = state.account.equity
        lastDay = Alpaca.Day(daysSince1970: USEquityCalendar.tradingDay(at: time))
        lastHeld = Dictionary(state.positions.map { ($0.symbol, $0) }, uniquingKeysWith: { $1 })
        now = time
    }

    // MARK: - Settings

    mutating func configure(_ change: Alpaca.AccountConfiguration) throws(Failure) {
        if let mail = change.confirmationMail, mail != "all", mail != "none" {
            throw .invalid("invalid trade_confirm_email: \(mail)")
        }
        if let multiplier = change.maximumMarginMultiplier, ![1, 2, 4].contains(multiplier.units / Ratio.scale) {
            throw .invalid("invalid max_margin_multiplier: \(multiplier)")
        }
        if change.maximumMarginMultiplier != nil, change.maximumMarginMultiplier != settings.maximumMarginMultiplier {
            throw .unprocessable("max_margin_multiplier cannot be changed at this venue")
        }
        if change.maximumOptionsTradingLevel != nil {
            throw .unprocessable("options are not offered by this venue")
        }
        settings.isOvernightTradingDisabled = change.isOvernightTradingDisabled ?? settings.isOvernightTradingDisabled
        settings.isFractionalTradingEnabled = change.isFractionalTradingEnabled ?? settings.isFractionalTradingEnabled
        settings.isShortingForbidden = change.isShortingForbidden ?? settings.isShortingForbidden
        settings.isEntryIntoPartnershipsForbidden =
            change.isEntryIntoPartnershipsForbidden ?? settings.isEntryIntoPartnershipsForbidden
        settings.isTradingSuspended = change.isTradingSuspended ?? settings.isTradingSuspended
        settings.confirmationMail = change.confirmationMail ?? settings.confirmationMail
    }

    /// Signed.
    func held(_ symbol: Symbol) -> Quantity { exchange.position(symbol) }
}
