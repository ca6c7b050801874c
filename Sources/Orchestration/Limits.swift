import Trading

/// What the core is given at its start. It is part of the journal, so that a replay decides alike.
package struct CoreConfiguration: Sendable, Hashable, Codable {
    package var account: AccountID
    /// Of all figures, ISO 4217; an account in another one is not entered into.
    package var currency = "USD"
    /// Time is that of a tape, and the venue a simulated one: nobody's money waits for a core.
    package var isLockstep = false
    /// Time from cycle to cycle.
    package var cyclePeriod: TimeSpan = .seconds(10)
    /// How long policies may take over their answer.
    package var policyBudget: TimeSpan = .milliseconds(500)
    /// An order command without the broker's report for so long is in flight.
    package var commandTimeout: TimeSpan = .seconds(5)
    /// Ask for the broker's whole snapshot every so many cycles; events keep us in step in between.
    package var reconcileEveryCycles: Int64 = 30
    /// A position without a working stop for longer is an emergency that the core answers itself.
    package var unprotectedLimit: TimeSpan = .seconds(30)
    /// Distance of that emergency stop, as a share of the price.
    package var defaultStop = Ratio(units: 50_000)
    /// What cannot be protected, as it is no whole unit, and is worth less than this is not told of.
    package var dust = Money(units: Money.scale)
    /// A stop that the market has reached and that does not execute for so long is given up for a market exit.
    package var stopPatience: TimeSpan = .seconds(10)
    /// Whether that is done; else it stays, and an alert says so.
    package var escalatesStops = true
    package var damping = Damping()
    /// What advisories called `..._scale` may be.
    package var advisoryBounds = AdvisoryBounds()
    /// An advisory without an end of its own is forgotten after so long.
    package var advisoryLife: TimeSpan = .seconds(300)
    /// Sectors of symbols, for exposure by sector.
    package var sectors: [Symbol: String] = [:]
    /// Cycles that events may start, beyond those that the period starts, in one period.
    package var urgentCyclesPerPeriod: Int64 = 4
    /// Policies that the configuration names, sorted.
    package var policies: [PluginName]
    /// Of these, those that the account is not to be added to without; sorted.
    package var requiredPolicies: [PluginName] = []
    /// The adapters that may trade: first the one that does at the first start, then those that can be swapped in.
    package var brokers: [PluginName] = []
    /// How long a swap waits until nothing is under way at the old adapter; then it is given up.
    package var swapDrain: TimeSpan = .seconds(10)
    /// How long the new one may take to be ready and to agree with our books; then the old one is taken back.
    package var swapLimit: TimeSpan = .seconds(30)
    /// Other people's orders that would close a position are managed like its own; else they are left as they are and planned
    /// around.
    package var managesExternalOrders = false
    /// Stops that positions had before BigBrother came; R is counted from them.
    package var initialStops: [Symbol: Price] = [:]
    /// How far symbols are handed to BigBrother; those that are not named are managed.
    package var symbolModes: [Symbol: SymbolMode] = [:]
    /// What a person is asked before it is done.
    package var approval = ApprovalMode.none
    /// So long a question waits for its answer, and an approval for what it allows.
    package var approvalExpiry: TimeSpan = .seconds(900)
    package var limits = HardLimits()

    package init(account: AccountID, policies: [PluginName]) {
        self.account = account
        self.policies = policies.sorted()
    }
}

/// Limits that hold whatever a policy recommends. Absent means no limit of that kind.
package struct HardLimits: Sendable, Hashable, Codable {
    /// Shares of one order that enters.
    package var maximumOrderQuantity: Quantity?
    /// Value of one order that enters.
    package var maximumOrderNotional: Money?
    /// Submissions and replacements in a minute, `6` to `1000000`; entries may use only half of it, so that exits always
    /// find room. What the broker declares as `orders_per_minute` holds beside it. See ``RateBudget``.
    package var maximumOrdersPerMinute: Int64 = 200
    /// Value of one position after an entry.
    package var maximumPositionNotional: Money?
    /// The same as a share of equity, up to 4.
    package var maximumPositionWeight: Ratio?
    /// Gross exposure after an entry, as a share of equity, up to 10.
    package var maximumGrossExposure: Ratio?
    /// When the day's loss reaches this share of the equity that the day began with, up to 1, entries end
    /// (`reducing`).
    package var maximumDailyLoss: Ratio?
    /// After a fall of equity from its peak nothing is entered for a while, below. See ``LossWatch``.
    package var drawdownPause: DrawdownRule?
    /// The same after a loss since the week began, below.
    package var weeklyLossPause: WeeklyLossRule?
    /// The same after losing positions in a row, below.
    package var lossStreakPause: LossStreakRule?
    /// No entry that could not be closed on its day without one day trade too many, below; `{}` switches it on with its
    /// defaults.
    package var dayTrades: DayTradeRule?
    /// Nothing is bought with the proceeds of sales before they have settled.
    package var settledCashOnly = false
    /// Only these may be entered.
    package var symbols: [Symbol]?
    /// The largest distance of an order's price from the market, as a share of the market price, `0.01` to `1`; what
    /// happens beyond it: [limits](limits.md#the-limits).
    package var priceCollar = Ratio(units: 500_000)
    /// An entry whose market price is older than this, or dated further ahead, is refused; `1s` to `1h`, in lockstep up to
    /// `31d`.
    package var maximumQuoteAge: TimeSpan = .seconds(60)
    /// A held symbol without news of its price for longer than this, while its market is open, raises an alert; after
    /// three times as long, an emergency; `1s` to `1d`, in lockstep up to `31d`.
    package var maximumPriceSilence: TimeSpan = .seconds(300)

    package init() {}
}

// MARK: - Reading

// What an older journal does not name has its default: the field came later.

extension CoreConfiguration {
    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        self.init(account: try keys.decode(AccountID.self, forKey: .account), policies: [])
        try keys.read(&currency, .currency)
        try keys.read(&isLockstep, .isLockstep)
        try keys.read(&cyclePeriod, .cyclePeriod)
        try keys.read(&policyBudget, .policyBudget)
        try keys.read(&commandTimeout, .commandTimeout)
        try keys.read(&reconcileEveryCycles, .reconcileEveryCycles)
        try keys.read(&unprotectedLimit, .unprotectedLimit)
        try keys.read(&defaultStop, .defaultStop)
        try keys.read(&dust, .dust)
        try keys.read(&stopPatience, .stopPatience)
        try keys.read(&escalatesStops, .escalatesStops)
        try keys.read(&damping, .damping)
        try keys.read(&advisoryBounds, .advisoryBounds)
        try keys.read(&advisoryLife, .advisoryLife)
        try keys.read(&sectors, .sectors)
        try keys.read(&urgentCyclesPerPeriod, .urgentCyclesPerPeriod)
        try keys.read(&policies, .policies)
        try keys.read(&requiredPolicies, .requiredPolicies)
        try keys.read(&brokers, .brokers)
        try keys.read(&swapDrain, .swapDrain)
        try keys.read(&swapLimit, .swapLimit)
        try keys.read(&initialStops, .initialStops)
        // Before there was a choice they were managed: what an older journal did must come out again.
        managesExternalOrders = try keys.decodeIfPresent(Bool.self, forKey: .managesExternalOrders) ?? true
        try keys.read(&symbolModes, .symbolModes)
        try keys.read(&approval, .approval)
        try keys.read(&approvalExpiry, .approvalExpiry)
        try keys.read(&limits, .limits)
    }
}

extension HardLimits {
    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        maximumOrderQuantity = try keys.decodeIfPresent(Quantity.self, forKey: .maximumOrderQuantity)
        maximumOrderNotional = try keys.decodeIfPresent(Money.self, forKey: .maximumOrderNotional)
        try keys.read(&maximumOrdersPerMinute, .maximumOrdersPerMinute)
        maximumPositionNotional = try keys.decodeIfPresent(Money.self, forKey: .maximumPositionNotional)
        maximumPositionWeight = try keys.decodeIfPresent(Ratio.self, forKey: .maximumPositionWeight)
        maximumGrossExposure = try keys.decodeIfPresent(Ratio.self, forKey: .maximumGrossExposure)
        maximumDailyLoss = try keys.decodeIfPresent(Ratio.self, forKey: .maximumDailyLoss)
        drawdownPause = try keys.decodeIfPresent(DrawdownRule.self, forKey: .drawdownPause)
        weeklyLossPause = try keys.decodeIfPresent(WeeklyLossRule.self, forKey: .weeklyLossPause)
        lossStreakPause = try keys.decodeIfPresent(LossStreakRule.self, forKey: .lossStreakPause)
        dayTrades = try keys.decodeIfPresent(DayTradeRule.self, forKey: .dayTrades)
        try keys.read(&settledCashOnly, .settledCashOnly)
        symbols = try keys.decodeIfPresent([Symbol].self, forKey: .symbols)
        try keys.read(&priceCollar, .priceCollar)
        try keys.read(&maximumQuoteAge, .maximumQuoteAge)
        try keys.read(&maximumPriceSilence, .maximumPriceSilence)
    }
}

extension KeyedDecodingContainer {
    /// Leaves the default where there is none.
    fileprivate func read<Value: Decodable>(_ value: inout Value, _ key: Key) throws {
        if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
    }
}

/// The sizes of what the core remembers.
enum CoreLimits {
    /// Finished orders kept for late fills and queries; the journal has the rest.
    static let finishedOrders = 2_000
    /// A price that differs by more than this share from the one that is believed needs a second witness. Beyond it stocks
    /// move a few times in a year, and the second witness comes within seconds.
    static let farFromBelieved = Ratio(units: 200_000)
    /// From one price to the next a stock moves by less on nearly every day: a split may be what it was.
    static let jump = Ratio(units: 100_000)
    /// Of a bar's range, where quotes are known beside it.
    static let farFromQuote = Ratio(units: 50_000)
    /// A print further than this outside a standing spread is not believed; two witnesses agree within it.
    static let farFromSpread = Ratio(units: 20_000)
    /// A spread wider than this share of its ask is no market.
    static let widestSpread = Ratio(units: 100_000)
    /// So long no market order goes into a crossed or absurd quote; then whoever waits is let go.
    static let unsoundSpreadPatience = TimeSpan.seconds(60)
    /// When nothing newer has come for so long, older data that go on count from then on.
    static let clockDoubt = TimeSpan.seconds(60)
    /// A price that is unconfirmed, or no market, for so long is told.
    static let priceDoubtPatience = TimeSpan.seconds(60)
    /// It is told again after so long.
    static let priceDoubtReminder = TimeSpan.seconds(1_800)
    /// Between two bars of a day: a long weekend.
    static let dailySilence = TimeSpan.seconds(5 * 86_400)
    /// A booking of the broker and an announcement, or two announcements, are about the same corporate action when no more
    /// than this lies between them: a weekend with a holiday.
    static let actionsApart = TimeSpan.seconds(5 * 86_400)
    /// Corporate actions that were announced and are not effective yet.
    static let awaitedActions = 10_000
    /// Corporate actions that were applied, kept to know them again.
    static let appliedActions = 500
    /// Movements of cash by their ids, and those of one message of the broker.
    static let knownCashMovements = 4_096
    static let cashMovementsTold = 1_000
    /// A broker's clock may be so far from ours: an hour that a clock was set by, or a time zone that an adapter mistakes.
    static let clocksApart = TimeSpan.seconds(86_400)
    /// Cash that was adopted without a reason, and how much later its reason may be told.
    static let unexplainedCash = 64
    static let cashReportDelay = TimeSpan.seconds(5 * 86_400)
    /// Movements that were told by themselves, and that lists may not have yet.
    static let cashMessages = 32
    /// Dividends that were paid and not announced, and how long an announcement is taken for one of them.
    static let paidDividends = 64
    static let dividendPaidBefore = TimeSpan.seconds(60 * 86_400)
    /// Positions that were closed lately: an execution that is taken back brings one back.
    static let closedPositions = 64
    /// Shares that were handed out for others, and how long they are waited for.
    static let awaitedSpinOffs = 64
    static let longestSpinOff = TimeSpan.seconds(30 * 86_400)
    /// Positions that vanished, and how long another symbol may take to be shown after, or before, the old one is gone.
    static let vanishedPositions = 64
    static let symbolChangeDelay = TimeSpan.seconds(86_400)
    /// Dividends that the broker has not paid yet.
    static let dividendsDue = 500
    /// What is not paid by then is not waited for.
    static let longestDividendDue = TimeSpan.seconds(90 * 86_400)
    /// What a tax at the source leaves of a dividend, at least.
    static let leastDividendPaid = Ratio(units: 600_000)
    /// What policies asked for so many cycles ago, and longer ago than this, is not begun before they are asked again.
    static let wishCycles: Int64 = 3
    static let shortestWish = TimeSpan.seconds(60)
    /// Rejections of one symbol in a row after which it is left alone until the next cycle, but for what was not refused yet.
    static let rejectionsBeforeHold: Int64 = 3
    /// Refusals of protection in one form after which the next simpler form is tried.
    static let refusalsOfForm: Int64 = 2
    /// A rejection that is older keeps no symbol waiting.
    static let refusalAge = TimeSpan.seconds(60)
    /// Cycles to the next try of what was refused again and again, at most.
    static let longestBackoff: Int64 = 32
    /// The same of a stop, which is missed more.
    static let longestBackoffOfProtection: Int64 = 16
    /// A stop that is further than this from the one that was refused is another order, and is tried at once.
    static let otherStop = Ratio(units: 50_000)
    /// The same of a part that was refused so often that it goes on being refused.
    static let longestBackoffOfPart: Int64 = 512
    /// Time-outs after which a cancel that the broker has and does not carry out is asked for again: so many the first time,
    /// so many more each time, and no more than ``longestStuckCancel``.
    static let stuckCancelTimeouts: Int64 = 2
    static let longestStuckCancel: Int64 = 6
    /// So long an order whose fate is not known, or somebody's market order that waits, defers the adoption and the protection
    /// of its symbol; then it is planned around.
    static let doubtLimit = TimeSpan.seconds(60)
    /// How often a person is told again of an order whose fate is not known.
    static let doubtReminder = TimeSpan.seconds(300)
    /// How often a person is told again of somebody's order that keeps shares from being protected.
    static let obstacleReminder = TimeSpan.seconds(21_600)
    /// So long a list that shows less than what our own resting exits hold is waited for.
    static let contradictionPatience = TimeSpan.seconds(900)
    /// Movements of cash that our books do not explain, and how long they may explain a position.
    static let cashChanges = 32
    static let cashMovementAge = TimeSpan.seconds(900)
    /// What the venue makes of a price counts as the same within so many of the declared ticks.
    static let roundingTicks: Int64 = 10
    /// Cycles in a row without a required policy's answer after which trading is `reducing`, and after which any policy's
    /// silence is an alert.
    static let silentCycles: Int64 = 3
    /// Without any answer of the broker for so long a person is told, as an emergency.
    static let brokerSilence = TimeSpan.seconds(30)
    /// Asked for, and not brought together with ours for so long: the same.
    static let unreconciled = TimeSpan.seconds(60)
    /// While it lasts it is told again.
    static let brokerReminder = TimeSpan.seconds(300)
    /// Different words of the adapter that are told in one silence.
    static let brokerWords = 8
    /// Rows of the broker's lists that are told with one reading; the others follow.
    static let toldDefects = 20
    static let defectReminder = TimeSpan.seconds(86_400)
    /// Questions that wait for an answer.
    static let openQueries = 10_000
    /// Costs of entries that the broker's buying power may not know of yet; more are added up.
    static let openings = 1_000
    /// Time-outs after which a reconciliation goes on without the answers that are missing.
    static let unansweredRounds = 6
    /// Advisories of one policy at a time.
    static let advisories = 256
    /// Symbols of which it is remembered what was reported, beyond those that are held or recommended for.
    static let reportedSymbols = 10_000
    /// Recommendations of one policy in one cycle about symbols that are neither held, planned, ordered nor quoted.
    static let adviceOnOthers = 256
    /// The same about one symbol, and without a symbol.
    static let adviceOnSymbol = 32
    static let adviceOnAll = 1_000
    /// Bars of all symbols and periods in one snapshot: some 10 of the 16 MiB of a message.
    static let barsInSnapshot: Int64 = 60_000
    /// Bytes of the name of a condition, and of the id of a corporate action.
    static let conditionName = 64
    static let actionID = 128
    /// Conditions, and symbols, that are followed; rows of others are left out.
    static let conditions = 1_000
    static let marketSymbols = 50_000
    /// Things that happened, for the section `history`.
    static let history = 200
    /// Orders that are over, for the section `finished_orders`.
    static let finishedOrdersShown = 100
    /// Rounds of questions in one reconciliation before it is called failed.
    static let reconciliationRounds = 10
}

extension Dictionary where Key: Comparable {
    /// In key order: the one way in which the core walks a dictionary.
    var inOrder: [(key: Key, value: Value)] { sorted { $0.key < $1.key } }
}
