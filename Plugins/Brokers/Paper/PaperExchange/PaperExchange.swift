import SeededRandom
import Trading

/// A broker and its market, simulated: orders in, execution reports out. The time and the prices come from outside.
///
///     var exchange = try PaperExchange(configuration, at: start)
///     var reports = try exchange.apply(update)
///     reports += try exchange.submit(submission, at: update.at)
///
/// Invariants, each with a test:
/// - I-VEN-1: A refusal is a report and changes nothing else. A submission is taken or refused as a whole.
/// - I-VEN-2: A client order id names one order for ever. Sent again, it is answered with the status of the first, not
///   with `rejected`: the sender would take that for the fate of the first.
/// - I-VEN-3: Every report is a legal step in ``OrderLifeCycle``, also for somebody who only sees the reports.
/// - I-VEN-4: Nothing is oversold: exits never fill more than is held, and no order turns long into short or short into
///   long.
/// - I-VEN-5: Cash and positions are exactly the start, plus all executions, plus all corporate actions.
/// - I-VEN-6: An order is never filled by what traded before it was asked for.
/// - I-VEN-7: The same configuration and the same calls give the same reports. Written out and read back, it continues
///   alike.
///
/// After a thrown ``NumericError`` the value is half-changed: throw it away and go on from a copy made before.
package struct PaperExchange: Sendable {
    let configuration: PaperConfiguration
    private(set) var now: Timestamp
    var cash: Money
    var holdings: SymbolTable<Holding>
    var markets: SymbolTable<SymbolMarket>
    var book: OrderBook
    /// Set aside for all opening orders that are not filled yet.
    var heldCash: Money
    /// Requests on their way to the venue; first in, first out.
    var line: [Delivery]
    var random: SplitMix64
    /// When day orders end next.
    var nextClose: Timestamp
    /// What a provider has said about the session, and when.
    var announcedSession: AnnouncedSession?
    /// Known and not effective yet, by time and id.
    var awaitedActions: [CorporateAction]
    var knownActions: RecentIDs
    var lastOrderNumber: Int64
    var lastExecutionNumber: Int64

    /// Movements of cash; nil before the first time that the venue sees.
    var ledger: PaperLedger?

    /// Movements that were not told yet.
    package internal(set) var movements: [CashMovement] = []
    /// Reports of the call under way; empty between calls.
    var outbox: [ExecutionReport] = []
    /// Legs that came to life and have not met the market yet; empty between calls.
    var awakened: [Awakened] = []

    /// Opens the account with what it holds and what rests in it.
    /// - Throws: ``PaperConfigurationError`` with the path of the figure, what is wrong and what to do.
    package init(_ configuration: PaperConfiguration, at time: Timestamp) throws(PaperConfigurationError) {
        try configuration.validate()
        self.configuration = configuration
        now = time
        cash = configuration.cash
        holdings = SymbolTable()
        markets = SymbolTable()
        book = OrderBook()
        heldCash = .zero
        line = []
        random = SplitMix64(seed: configuration.seed)
        nextClose = configuration.sessions.nextClose(after: time)
        awaitedActions = []
        knownActions = RecentIDs()
        (lastOrderNumber, lastExecutionNumber) = (0, 0)
        for position in configuration.positions {
            holdings[position.symbol] = Holding(quantity: position.quantity, averagePrice: position.averagePrice)
        }
        for (index, order) in configuration.openOrders.enumerated() {
            try rest(order, path: "open_orders[\(index)]")
        }
    }

    package var capabilities: BrokerCapabilities { configuration.capabilities }

    /// Lets time pass: requests arrive at the venue, day orders end at 16:00 New York, corporate actions take effect.
    /// A time before the present is taken for the present.
    /// - Throws: ``NumericError``; see the type.
    package mutating func advance(to time: Timestamp) throws(NumericError) -> [ExecutionReport] {
        try pass(to: time, closesUntil: time)
        return takeReports()
    }

    /// Takes everything that became known at `update.at`: corporate actions, then bars, then quotes.
    ///
    /// Day orders that end within the time of the bars meet these bars first. A bar or a corporate action with a
    /// `defect`, and a quote older than the present one, are passed over.
    /// - Throws: ``NumericError``; see the type.
    package mutating func apply(_ update: MarketUpdate) throws(NumericError) -> [ExecutionReport] {
        let bars = (update.bars ?? []).filter { $0.defect == nil }
        let closesUntil = bars.map(\.start).min() ?? update.at
        try pass(to: update.at, closesUntil: closesUntil)
        if let session = update.session { announcedSession = AnnouncedSession(phase: session, at: now) }
        for action in update.corporateActions ?? [] { expect(action) }
        try pass(to: update.at, closesUntil: closesUntil)
        for bar in bars { try match(bar) }
        try pass(to: update.at, closesUntil: update.at)
        for quote in update.quotes ?? [] { try match(quote) }
        return takeReports()
    }

    /// Takes an order or a group, or refuses it: `rejected` for each order, with the reason.
    /// - Throws: ``NumericError``; see the type.
    package mutating func submit(
        _ submission: OrderSubmission, at time: Timestamp
    ) throws(NumericError) -> [ExecutionReport] {
        try pass(to: time, closesUntil: time)
        try take(submission)
        return takeReports()
    }

    /// Cancels an order, and with it its group; or answers `cancelRejected`.
    /// - Throws: ``NumericError``; see the type.
    package mutating func cancel(_ id: ClientOrderID, at time: Timestamp) throws(NumericError) -> [ExecutionReport] {
        try pass(to: time, closesUntil: time)
        try takeCancel(id)
        return takeReports()
    }

    /// Changes a working order in place: `restated` with the new terms, or `replaceRejected`. It keeps its priority.
    /// - Throws: ``NumericError``; see the type.
    package mutating func replace(
        _ replacement: OrderReplacement, at time: Timestamp
    ) throws(NumericError) -> [ExecutionReport] {
        try pass(to: time, closesUntil: time)
        try takeReplacement(replacement)
        return takeReports()
    }

    /// What has become of an order, rejected ones included. The newest ``PaperLimits/endedOrders`` are remembered.
    package func query(_ id: ClientOrderID) -> OrderAnswer {
        let entry = book.order(id)
        return OrderAnswer(clientOrderID: id, order: entry?.order, executions: entry?.executions ?? [])
    }

    /// The whole snapshot. It is that of the last call: ``advance(to:)`` first when time has passed.
    /// - Throws: ``NumericError`` when the figures are too large.
    package func state(at time: Timestamp) throws(NumericError) -> BrokerState {
        let account = Account(
            id: configuration.account, currency: configuration.currency, cash: cash, equity: try equity(),
            buyingPower: max(.zero, try buyingPower()))
        let positions = holdings.entries.map {
            BrokerPosition(symbol: $0.symbol, quantity: $0.value.quantity, averagePrice: $0.value.averagePrice)
        }
        return BrokerState(
            account: account, positions: positions, openOrders: book.workingSequences().map { book[$0].order },
            at: time,
            cashMovements: ledger.flatMap { $0.booked.isEmpty ? nil : $0.booked })
    }

    mutating func moveClock(to time: Timestamp) { now = max(now, time) }

    private mutating func takeReports() -> [ExecutionReport] {
        precondition(awakened.isEmpty, "every leg that came to life has met the market")
        defer { outbox = [] }
        return outbox
    }
}

extension PaperExchange: Codable {
    /// Everything but what is empty between calls.
    private enum CodingKeys: String, CodingKey {
        case configuration, now, cash, holdings, markets, book, heldCash, line, random, nextClose, announcedSession
        case awaitedActions, knownActions, lastOrderNumber, lastExecutionNumber, ledger
    }
}
