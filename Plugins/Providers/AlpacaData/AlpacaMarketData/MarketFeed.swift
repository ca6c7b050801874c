import AlpacaAPI
import Trading

/// Alpaca's market data as a provider publishes them: what the stream and the answers say goes in, updates, requests and words on
/// the socket come out. It has no socket, no clock and no key.
///
///     actions = feed.advance(to: now)             // when `nextDue` has come
///     actions = feed.take(bytes, at: now)         // a frame of the stream
///     actions = feed.take(.snapshots(rows), to: 7, at: now)
///     actions = feed.askHistory(period, count, number: 1, at: now)
///
/// - I-AMD-1 to 4: see ``DataConnection`` and ``SymbolBoard``.
/// - I-AMD-5: Every price keeps its own time, however late it comes: the core sees by it that a feed is delayed.
/// - I-AMD-6: Corporate actions of the last days are told before any history, which is in the shares of now.
package struct MarketFeed: Sendable {
    package struct Options: Equatable, Sendable {
        /// Those that matter most first.
        package var symbols: [Symbol]
        /// How many of them may have trades and quotes; nil for all.
        package var symbolLimit: Int?
        /// `iex`, `sip` or `delayed_sip`.
        package var feed: Alpaca.Feed
        /// Quotes and trades of so long are one update.
        package var interval: TimeSpan
        package var conditions: [ConditionTable]

        package init(
            symbols: [Symbol], symbolLimit: Int? = 30, feed: Alpaca.Feed = .iex,
            interval: TimeSpan = .milliseconds(250), conditions: [ConditionTable] = []
        ) {
            (self.symbols, self.symbolLimit, self.feed) = (symbols, symbolLimit, feed)
            (self.interval, self.conditions) = (interval, conditions)
        }
    }

    package enum Action: Equatable, Sendable {
        case connect
        /// The key and its secret, which are not known here.
        case authenticate
        case subscribe(Alpaca.Subscription)
        case ping
        case close
        case ask(Int64, Question)
        case update(MarketUpdate)
        case history(Int64, [Trading.Bar])
        case historyFailed(Int64, why: String)
        case tell(Level, String)
    }

    package enum Level: String, Sendable { case info, warning, error }

    let options: Options
    let followed: Set<Symbol>
    private(set) var plan: SubscriptionPlan
    var connection: DataConnection
    var boards: [Symbol: SymbolBoard]
    var bars: BarBook
    var hours = MarketHours()
    var desk = QuestionDesk()
    /// Of the core, by its number.
    var histories: [Int64: BarHistory] = [:]
    /// Bars of the pages that have come of what was missed.
    var missed: [(symbol: Symbol, bar: Alpaca.Bar)] = []
    var missedQuery: Alpaca.HistoryQuery?
    /// When newer bars wait no longer for those.
    var missedDue: Timestamp?
    private(set) var conditions: [ConditionTable]
    /// Told with the next update.
    var actions: [Trading.CorporateAction] = []
    var knownActions: [String: Trading.CorporateAction] = [:]
    /// History waits for it.
    var haveActionsCome = false
    private var conditionTimes: [String: Timestamp] = [:]
    private let began: Timestamp
    private var toldAt: Timestamp
    private var phaseDue: Timestamp
    var calendarDue: Timestamp
    var actionsDue: Timestamp
    var pricesDue: Timestamp
    var holesDue: Timestamp
    /// Told a person once.
    private var toldWords: Set<String> = []

    package init(_ options: Options, at time: Timestamp) {
        self.options = options
        followed = Set(options.symbols)
        plan = SubscriptionPlan(options.symbols, limit: options.symbolLimit)
        connection = DataConnection(at: time)
        boards = Dictionary(uniqueKeysWithValues: followed.map { ($0, SymbolBoard($0)) })
        bars = BarBook(options.symbols, at: time)
        conditions = options.conditions
        began = time
        toldAt = Timestamp(nanoseconds: time.nanoseconds - options.interval.nanoseconds)
        (phaseDue, calendarDue, actionsDue, pricesDue, holesDue) = (time, time, time, time, time)
    }

    package var isStreaming: Bool { connection.isStreaming }

    // MARK: - Time

    /// When ``advance(to:)`` has something to do.
    package var nextDue: Timestamp {
        var due = min(connection.nextDue, phaseDue, calendarDue, actionsDue)
        if !connection.isStreaming { due = min(due, pricesDue) }
        if let asked = desk.nextDue { due = min(due, asked) }
        if let missedDue { due = min(due, missedDue) }
        if let day = bars.nextDay(hours) { due = min(due, day) }
        if hasNews { due = min(due, toldAt + options.interval) }
        if !haveActionsCome, !histories.isEmpty { due = min(due, began + Limits.actionsPatience) }
        for table in conditions { if let next = table.nextChange(after: toldAt) { due = min(due, next) } }
        return due
    }

    private var hasNews: Bool { !actions.isEmpty || bars.hasNews || boards.values.contains(where: \.hasNews) }

    package mutating func advance(to time: Timestamp) -> [Action] {
        var actions = perform(
            connection.advance(to: time, isMarketOpen: hours.phase(at: time) == .regular), at: time)
        askWhatIsDue(at: time)
        if let missedDue, missedDue <= time { endFilling(at: time) }
        bars.closeDays(hours, at: time)
        if let update = takeUpdate(at: time) { actions.append(.update(update)) }
        actions += beginHistories(at: time)
        return actions + desk.takeDue(at: time).map { .ask($0, $1) }
    }

    private enum Limits {
        /// So long history waits for corporate actions; the core waits for ten seconds.
        static let actionsPatience = TimeSpan.seconds(3)
    }

    /// Whether history may be asked for: what it is in the shares of is known, or cannot be found out in time.
    func mayGiveHistory(at time: Timestamp) -> Bool { haveActionsCome || began + Limits.actionsPatience <= time }

    // MARK: - What is told

    /// Everything that is news, where its time has come.
    private mutating func takeUpdate(at time: Timestamp) -> MarketUpdate? {
        let isUrgent = !actions.isEmpty || bars.hasNews || phaseDue <= time
        let conditions = newConditions(at: time)
        guard isUrgent || !conditions.isEmpty || (hasNews && toldAt + options.interval <= time) else { return nil }
        let closed = bars.takeNews()
        let at = max(time, closed.map(\.end).max() ?? time, toldAt + TimeSpan(nanoseconds: 1))
        let quotes = followed.sorted().compactMap { boards[$0]?.row(at: at) }
        var update = MarketUpdate(at: at, session: hours.announced(at: at))
        if !actions.isEmpty { update.corporateActions = actions }
        if !conditions.isEmpty { update.conditions = conditions }
        if !closed.isEmpty { update.bars = closed }
        if !quotes.isEmpty { update.quotes = quotes }
        (actions, toldAt, phaseDue) = ([], at, max(phaseDue, hours.nextChange(after: at)))
        let isEmpty =
            update.session == nil && update.corporateActions == nil && update.conditions == nil && update.bars == nil
            && update.quotes == nil
        return isEmpty ? nil : update
    }

    private mutating func newConditions(at time: Timestamp) -> [MarketCondition] {
        conditions.compactMap { table in
            guard let condition = table.condition(at: time), conditionTimes[table.name] != condition.at else {
                return nil
            }
            conditionTimes[table.name] = condition.at
            return condition
        }
    }

    /// The files were read again.
    package mutating func take(_ conditions: [ConditionTable], at time: Timestamp) -> [Action] {
        self.conditions = conditions
        return advance(to: time)
    }

    /// The parts of the day are another: they are told at once.
    mutating func takeHours(_ hours: MarketHours, at time: Timestamp) {
        guard hours != self.hours else { return }
        (self.hours, phaseDue) = (hours, time)
    }

    // MARK: - Words

    mutating func tellOnce(_ level: Level, _ text: String) -> [Action] {
        guard toldWords.count < 1_000, toldWords.insert(text).inserted else { return [] }
        return [.tell(level, text)]
    }

    /// - Returns: false when there is none that is smaller.
    mutating func shrinkPlan() -> Bool {
        guard let smaller = plan.smaller else { return false }
        plan = smaller
        return true
    }
}
