import Trading

/// What an alert reports. Text of a plugin, of the process that runs it or of a person is carried as it came.
package enum AlertReason: Sendable, Hashable, Codable {
    // The run
    case started(epoch: Int64)
    /// No order command leaves in this run.
    case observing
    case stopping(String)
    case clockSetAhead(TimeSpan)
    case configurationChanged(why: String, figures: [ConfigurationChange], others: [String])
    /// It stays as it was until the core is started again.
    case configurationNeedsRestart(String)
    /// Everything stays as it was.
    case configurationNotUsed(String)
    // Plugins
    case policyGone(PluginName, why: String)
    case providerGone(PluginName, why: String)
    /// It was asked for bars from before, and gave none or not all: figures wait for new ones.
    case historyMissing(PluginName, why: String)
    /// So many recommendations of one cycle were not looked at.
    case adviceLeftOut(PluginName, Int64)
    /// It was asked in so many cycles in a row, and has not answered.
    case policySilent(PluginName, cycles: Int64, why: String, isRequired: Bool)
    case policyAnswersAgain(PluginName, after: Int64)
    case settingsTaken(PluginName)
    /// It goes on with the settings that it had.
    case settingsRefused(PluginName, why: String)
    /// What it sent was not taken.
    case protocolViolation(PluginName, why: String)
    case pluginNotice(PluginName, what: String)
    case pluginManaged(PluginName, what: String, who: String, why: String)
    // The broker
    case brokerGone(PluginName, why: String)
    /// Its adapter has answered a command with an error; what became of that is asked.
    case brokerError(PluginName, why: String)
    /// It was asked, and nothing was answered; nil for no adapter at all.
    case brokerSilent(PluginName?, for: TimeSpan, why: String?)
    /// It answers, and its state was not brought together with ours.
    case brokerUnreconciled(PluginName?, for: TimeSpan, why: String?)
    case brokerAnswersAgain(PluginName?, after: TimeSpan)
    /// It obeys another core, and nothing that this one wants is done.
    case brokerFenced(PluginName, FenceFinding)
    /// A person has said that it obeys this one from now on.
    case brokerFreed(PluginName, who: String, why: String)
    /// It is not managed; all other rows are.
    case rowLeftOut(BrokerStateDefect)
    /// Nothing is sent.
    case foreignAccount(AccountID, configured: AccountID)
    /// Nothing is entered.
    case foreignCurrency(String, configured: String)
    /// Nothing of ours explains so much cash, or equity; the figures are not believed yet.
    case accountInDoubt(AccountDoubtCause)
    /// The same for long, and they do not fit together.
    case accountContradicts(AccountDoubtCause)
    case accountAgreesAgain
    /// Cash that was paid in, or out where it is negative: no profit and no loss.
    case moneyMoved(Money)
    case cashMovementNotTaken(CashMovementID, CashDefect)
    /// Fees and taxes of an execution that are more than it was worth.
    case chargesNotTaken(order: ClientOrderID, Money)
    /// The broker has taken an execution back, or says that it was another one.
    case executionCorrected(ExecutionCorrected)
    /// It does so with one that our books do not have, or not like that; its lists are read.
    case correctionOfUnknown(order: ClientOrderID, ExecutionID)
    /// The core does itself what the broker does not.
    case brokerEmulation(PluginName, BrokerEmulation)
    case messagesMissing(PluginName, what: String)
    case brokerLeftDuringCycle(Int64)
    case brokerStateNotTaken(BrokerStateDefect)
    case answerNotTaken(order: ClientOrderID, AnswerDefect)
    case reportNotTaken(order: ClientOrderID, ReportDefect)
    case executionNotTaken(order: ClientOrderID, ReportDefect)
    case reportOnUnknownOrder(order: ClientOrderID, OrderEvent)
    case termsNotTaken(order: ClientOrderID, TermsMismatch)
    /// The order is asked about.
    case reportConflicts(order: ClientOrderID, status: OrderStatus, event: OrderEvent)
    case overfilled(order: ClientOrderID, filled: Quantity, of: Quantity)
    /// Nothing is done on its symbol.
    case orderUnanswered(ClientOrderID)
    /// The cancel is asked for again.
    case cancelStuck(ClientOrderID)
    /// Nobody has said for so long what became of it.
    case orderInDoubt(ClientOrderID, for: TimeSpan)
    /// What the broker shows is held from now on, though nobody has said what became of an order of ours.
    case adoptedInDoubt(ours: Quantity, brokers: Quantity)
    /// The broker has ended it without our asking; its lists are read before anything takes its place.
    case orderEndedByOthers(NewOrder, OrderEvent)
    /// It was ended by the broker's word, and lives.
    case orderLives(ClientOrderID)
    /// Somebody else has moved our stop: a tighter one is the plan's from now on.
    case stopTightenedByOthers(from: Price, to: Price)
    /// A looser one is left as it is for as long as the plan wants the same as before.
    case stopLoosenedByOthers(from: Price, to: Price)
    case targetMovedByOthers(from: Price, to: Price)
    /// Somebody else has made our exit smaller or larger.
    case orderResizedByOthers(ClientOrderID, from: Quantity, to: Quantity)
    /// The broker's list shows less than what else it shows allows.
    case positionContradicted(Contradiction)
    /// A person has handed somebody's order over.
    case orderHandedOver(NewOrder, who: String, why: String)
    case orderNotHandedOver(ClientOrderID)
    /// So many in a row, with the broker's own words about the last; the next tries come later each time.
    case ordersRefused(Int64, why: String?)
    /// What was planned was refused; it rests in another form.
    case protectedOtherwise(ProtectionForm, quantity: Quantity, of: Quantity)
    case commandNotDelivered(why: String)
    case externalShort
    case splitNotBooked(brokers: Quantity, ours: Quantity)
    /// Its figures do not fit, or a dividend is more than half of the price.
    case corporateActionNotApplied(CorporateAction)
    // Swaps
    case swapRefused(SwapRefusal)
    case swapAbandoned(PendingWork)
    case swapEnded(SwapEnd)
    case swapFailed(why: SwapFailure?, old: PluginName)
    /// The old one is taken back.
    case swapRollsBack(SwapFailure, new: PluginName, old: PluginName)
    case brokerNotChosen(PluginName, chosen: PluginName)
    case brokerLeaves(PluginName, why: String)
    case chosenBrokerNotConfigured(PluginName, now: PluginName)
    case swappedInBrokerTrades(PluginName)
    // A person
    case asked(PersonRequest)
    case approvalNeeded(Proposal)
    /// Nobody wants it any more, before anybody has answered.
    case approvalNotNeeded(ProposalID)
    // Actions
    case refusedByRiskGate(ActionSummary, GateRefusal)
    case waitsForBudget(ActionSummary, wait: TimeSpan, perMinute: Int64)
    case obstacle(Obstacle)
    // Protection
    case unprotected(Quantity, for: TimeSpan, nothingSent: NothingSent?)
    /// The broker takes no stop for so much.
    case unprotectable(Quantity, worth: Money)
    case ownStop(at: Price)
    /// The initial stop that the configuration names; the market is through it, so that it would close the position.
    case initialStopNotUsed(at: Price, market: Price)
    /// It gives way to a market exit, where that is configured.
    case stopStuck(isEscalated: Bool)
    // Prices
    /// Nothing is sold on a price of it while it lasts.
    case priceInDoubt(PriceDoubt)
    case priceSound
    // Trading
    case restricted(state: TradingState, why: TradingReason)
    case active(TradingReason)
    /// After a loss: nothing is entered for a while.
    case entriesPaused(EntryPause)
    /// An exit of ours waits at the broker, and halted no cancel is sent.
    case worksWhileHalted(NewOrder)
    /// An exit is worth less than the broker takes: the position cannot be left by it.
    case exitTooSmall(Quantity, least: Money)
    case pauseOver(EntryPause)
    /// So many in five business days, with less equity than that.
    case dayTrades(Int, below: Money, isGuarded: Bool)
    /// It was bought with money that has not settled.
    case soldUnsettled(isGuarded: Bool)
}

/// Something that keeps a position, or a part of it, from being protected, and that is not ours to remove.
package struct Obstacle: Sendable, Hashable, Codable {
    package var order: NewOrder
    /// Shares that this order, and others of the kind, hold and no stop protects; nil where the broker refuses a stop while
    /// the order rests on the other side.
    package var unprotected: Quantity?
}

/// Why nothing is sent for a position that has no working stop.
package enum NothingSent: Sendable, Hashable, Codable {
    case tradingHalted(who: String, why: TradingReason)
    case swap(from: PluginName, to: PluginName)
    case brokerStateUnknown
    /// In its own words.
    case refusedByBroker(String)
    /// Others' orders leave fewer shares than the broker takes in one order.
    case tooFewBesideOthers(least: Quantity)
    /// The broker takes no stop in this session.
    case noStops(SessionPhase)
    case observing
    /// A person has not handed it over.
    case watched
}

/// A figure of the configuration that has changed.
package struct ConfigurationChange: Sendable, Hashable, Codable {
    /// Its key in the configuration file, such as `limits.maximum_daily_loss`.
    package var key: String
    package var from: ConfigurationValue
    package var to: ConfigurationValue
}

package enum ConfigurationValue: Sendable, Hashable, Codable {
    case none
    case count(Int64)
    case flag(Bool)
    case span(TimeSpan)
    case ratio(Ratio)
    case quantity(Quantity)
    case money(Money)
    case range(low: Ratio, high: Ratio)
    case names([String])
    case sectors([Symbol: String])
    case prices([Symbol: Price])
    case modes([Symbol: SymbolMode])
    case drawdown(DrawdownRule)
    case weeklyLoss(WeeklyLossRule)
    case lossStreak(LossStreakRule)
    case dayTrades(DayTradeRule)
}

extension AlertReason {
    /// By which a program may recognize it; nil for what is none of these.
    package var kind: Alert.Kind? {
        switch self {
        case .restricted, .entriesPaused: .restricted
        case .brokerGone: .brokerGone
        case .swapEnded(.oldNotBack): .brokerGone
        case .brokerSilent: .brokerSilent
        case .brokerFenced: .brokerFenced
        case .foreignAccount, .foreignCurrency, .accountContradicts, .accountInDoubt, .moneyMoved,
            .cashMovementNotTaken:
            .account
        case .policySilent: .policySilent
        case .brokerStateNotTaken, .brokerUnreconciled, .brokerError, .rowLeftOut, .answerNotTaken, .termsNotTaken,
            .overfilled, .chargesNotTaken, .correctionOfUnknown:
            .brokerDoubtful
        case .ordersRefused: .refusedByBroker
        case .orderUnanswered, .cancelStuck, .orderInDoubt, .adoptedInDoubt: .orderStuck
        case .positionContradicted: .brokerDoubtful
        case .orderEndedByOthers, .orderLives, .stopTightenedByOthers, .stopLoosenedByOthers, .targetMovedByOthers,
            .orderResizedByOthers, .executionCorrected:
            .changedByOthers
        case .protectedOtherwise: nil
        case .refusedByRiskGate: .riskGate
        case .waitsForBudget: .orderBudget
        case .unprotected, .unprotectable: .unprotected
        case .ownStop: .ownStop
        case .initialStopNotUsed: .initialStop
        case .stopStuck: .stopStuck
        case .obstacle: .obstacle
        case .externalShort: .externalShort
        case .splitNotBooked: .splitNotBooked
        case .corporateActionNotApplied: .corporateAction
        case .pluginNotice: .pluginNotice
        case .priceInDoubt: .priceInDoubt
        case .started, .observing, .asked, .approvalNeeded, .approvalNotNeeded, .stopping, .clockSetAhead,
            .configurationChanged, .configurationNeedsRestart,
            .configurationNotUsed, .policyGone, .providerGone, .historyMissing, .adviceLeftOut, .settingsTaken,
            .settingsRefused,
            .protocolViolation,
            .pluginManaged, .policyAnswersAgain, .brokerAnswersAgain, .accountAgreesAgain, .brokerEmulation,
            .messagesMissing, .brokerLeftDuringCycle, .brokerFreed, .reportNotTaken,
            .executionNotTaken, .reportOnUnknownOrder, .reportConflicts, .commandNotDelivered, .swapRefused,
            .swapAbandoned, .swapEnded, .swapFailed, .swapRollsBack, .brokerNotChosen, .brokerLeaves,
            .chosenBrokerNotConfigured, .swappedInBrokerTrades, .priceSound, .active, .pauseOver, .dayTrades,
            .worksWhileHalted, .exitTooSmall,
            .soldUnsettled,
            .orderHandedOver,
            .orderNotHandedOver:
            nil
        }
    }
}
