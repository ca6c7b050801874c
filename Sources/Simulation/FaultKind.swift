/// What can go wrong in a scenario. Each can be switched off by its name, which is how a failing seed is made smaller.
package enum FaultKind: String, CaseIterable, Sendable {
    /// kill -9 of the core: between turns, between the commit and its effects, between two effects.
    case coreCrash = "core-crash"
    /// kill -9 of the broker adapter, with requests under way.
    case adapterCrash = "adapter-crash"
    case policyCrash = "policy-crash"
    /// A commit fails, and the turn is on the disk or is not.
    case disk
    /// The wall's clock jumps forward or back.
    case clockJump = "clock-jump"
    /// Messages between core and plugins are lost.
    case messageLoss = "message-loss"
    case messageDelay = "message-delay"
    /// The connection to the adapter breaks and comes back.
    case disconnect
    /// Reports of the broker are lost, repeated, or come in another order.
    case eventLoss = "event-loss"
    case eventDuplicate = "event-duplicate"
    case eventReorder = "event-reorder"
    /// A request to the broker is lost, or arrives long after everybody has given it up.
    case requestLoss = "request-loss"
    case requestDelay = "request-delay"
    case cancelRefused = "cancel-refused"
    /// A stop is elected and does not execute.
    case stopForgotten = "stop-forgotten"
    case cancelStuck = "cancel-stuck"
    case replaceRefused = "replace-refused"
    case orderRefused = "order-refused"
    /// An order is suspended, stopped, done for the day, or expires; or the broker says something that means nothing.
    case malformedReports = "odd-words"
    /// Positions and orders are reported out of step for some seconds.
    case outOfStep = "out-of-step"
    case partialFills = "partial-fills"
    /// Somebody trades the account by hand.
    case manualTrades = "manual-trades"
    case halts
    /// The session ends in the middle of the scenario, and begins again.
    case close
    case gaps
    /// A policy that sends wrong figures, floods, hangs or sends what cannot be read.
    case malicious
    /// Somebody says halt, reduce, flatten, resume.
    case control
    /// Commands of a core process that has ended arrive after its successor has taken over.
    case staleCommands = "stale-commands"
    /// The configuration is changed while the core is at work: figures, policies that leave and come back, a broken file.
    case reload
    /// Somebody swaps the broker's adapter for the one that stands by, or back.
    case swap
    /// A provider tells what is no market: a wrong print, stub and crossed quotes, a quote of long ago.
    case badPrices = "bad-prices"
    /// New shares for old while the market is closed: announced ahead, late, twice or never, booked by the broker before,
    /// at or after its time, with what is no whole share in cash.
    case splits
    /// The broker tells a wrong figure of the account, another account or currency, a symbol twice, or a row that cannot be
    /// said; or its adapter answers with an error. Once, or some times in a row.
    case badAnswers = "bad-answers"
    /// Other people place orders that stay, move, resize and end ours; the broker tells an order as over that lives, and
    /// leaves a position out of its list.
    case otherHands = "other-hands"
    /// Cash for each share, which trades without it from one morning on: announced ahead, late, twice or never. The broker
    /// lowers resting orders by it, or does not.
    case dividends
    /// Somebody pays in or takes out a part of the account.
    case cashFlows = "cash-flows"
    /// The core is started again after weeks, in another market.
    case longPause = "long-pause"
    /// A provider sends bars of long ago when it is there.
    case history
    /// A required policy does not answer, or answers what cannot be read, for some cycles, and its process lives.
    case silentGuard = "silent-guard"
    /// A person who is asked for approval answers late, says no, or says nothing.
    case approvals
    /// Fees, interest, taxes, and money that is paid in or out, with an id: listed at once or late, told twice, put right.
    case cashMovements = "cash-movements"
    /// A policy that tries to stop the core, by more of everything than anybody may say.
    case hostile
}
