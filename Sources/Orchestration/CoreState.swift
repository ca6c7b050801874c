import Trading

/// Everything that the core remembers: what a snapshot holds, and what a replay must reach again.
package struct CoreState: Sendable, Hashable, Codable {
    package private(set) var configuration = CoreConfiguration(account: AccountID(unchecked: "none"), policies: [])
    package internal(set) var run = Run()
    /// Policies and providers.
    package internal(set) var plugins = PluginRegistry()
    package internal(set) var cycle = EvaluationCycle()
    package internal(set) var market = Market()
    /// What is amiss with the prices of what is held.
    package internal(set) var prices = PriceWatch()
    package internal(set) var portfolio = Portfolio()
    package internal(set) var plans = PlanStore()
    package internal(set) var control = TradingControl()
    /// What is handed over symbol by symbol, and what a person wants done by hand.
    package internal(set) var handover = Handover()
    /// What a person is asked before it is done.
    package internal(set) var approvals = Approvals()
    /// How far the broker's snapshot and our state agree.
    package internal(set) var reconciler = Reconciler()
    /// What was announced, and what was applied, of new shares for old and the like.
    package internal(set) var actions = CorporateActions()
    /// Which adapter trades.
    package internal(set) var swapMachine = SwapMachine()
    /// What was sent and is not answered.
    package internal(set) var inFlight = InFlightTracker()
    /// Why symbols are left alone for the moment.
    package internal(set) var holds = SymbolHolds()
    /// What is unprotected, since when.
    package internal(set) var protection = ProtectionMonitor()
    /// What was recorded last, and what policies are given of it.
    package internal(set) var audit = AuditTrail()
    /// What the limits remember.
    package internal(set) var risk = RiskState()
    /// Losses over more than a day, and the pauses that they began.
    package internal(set) var losses = LossWatch()
    /// Day trades, and money that is not settled yet.
    package internal(set) var accountRules = AccountRules()

    package init() {}

    /// What the core is given at its start.
    /// - Returns: the configuration before.
    mutating func configure(_ new: CoreConfiguration) -> CoreConfiguration {
        defer { configuration = new }
        return configuration
    }

    /// What it is given while it is at work. An account is never changed under a core that holds its positions, nor are the
    /// adapters that may trade it.
    /// - Returns: the configuration before.
    mutating func reconfigure(_ new: CoreConfiguration) -> CoreConfiguration {
        let kept = configuration
        return configure(
            with(new) {
                $0.account = kept.account
                $0.currency = kept.currency
                $0.isLockstep = kept.isLockstep
                $0.brokers = kept.brokers
            })
    }

    package var now: Timestamp { run.now }
    package var epoch: Int64 { run.epoch }
    /// Policies that are ready, sorted.
    package var policies: [PluginName] { plugins.policies }
    /// The adapter that trades, while it is connected.
    package var broker: BrokerLink? { reconciler.link }
    /// The adapter that trades, or is to.
    package var chosenBroker: PluginName? { swapMachine.chosenBroker }
    package var swap: BrokerSwap? { swapMachine.current }

    /// The part of a quantity that the broker takes; all of it while there is none.
    func tradable(_ quantity: Quantity, of symbol: Symbol) -> Quantity {
        reconciler.link?.capabilities.tradable(quantity, of: symbol) ?? quantity
    }

    /// The same in orders of this type.
    func tradable(_ quantity: Quantity, of symbol: Symbol, in type: OrderType) -> Quantity {
        reconciler.link?.capabilities.tradable(quantity, of: symbol, in: type) ?? quantity
    }

    package var marked: MarkedPortfolio { MarkedPortfolio(portfolio, market) }

    var earliestDeadline: Timestamp? {
        [
            inFlight.nextDeadline, protection.nextDeadline(patience: configuration.stopPatience, after: now),
            plans.nextWishEnd, reconciler.nextDeadline, reconciler.watch.nextDeadline, actions.nextDue,
            holds.nextBudgetTime, risk.nextQueryTime, swapMachine.nextDeadline,
        ].compactMap { $0 }.min()
    }
}
