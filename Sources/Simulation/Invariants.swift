import Journal
import Orchestration
import Trading
import Wire
import Wording

/// What must always hold, checked against the venue's books after every event. The first violation ends the scenario.
final class Invariants {
    /// Which promise broke, and how.
    struct Violation {
        var promise: String
        var words: String
    }

    let world: World
    let venue: Venue
    let scenario: Scenario
    /// What the checks of the sixth edition remember.
    var larger = LargerWorld()
    /// And of the seventh.
    var person = AskedPerson()
    private(set) var violation: Violation?
    private(set) var checks = 0
    var onViolation: () -> Void = {}

    private var inFlight = InFlightCommands()
    private var submitted: Set<ClientOrderID> = []
    private var arrived: Set<ClientOrderID> = []
    private var symbols: [ClientOrderID: Symbol] = [:]
    /// When the core has sent each order.
    private(set) var sentAt: [ClientOrderID: Int64] = [:]
    /// The most that a decision sells and enters, and what its orders did.
    var maySell: [String: Int64] = [:]
    private var sold: [String: Int64] = [:]
    var mayEnter: [String: Int64] = [:]
    private var entered: [String: Int64] = [:]
    /// Traded by a person, or come by an entry: beyond what a reduction was decided on.
    private var besides: [Symbol: Int64] = [:]
    /// The newest cycle in which a policy asked for less of a symbol.
    private var asked: [Symbol: Int64] = [:]
    /// Something of the reduction that the core plans was executed: it is finished, whether it is asked for again or not.
    var hasReduced: Set<Symbol> = []
    /// Nanoseconds in which the lists contradicted each other.
    private var contradicted: [Symbol: Int64] = [:]
    /// The core's own limit.
    static let longestContradiction = 900 * World.second
    /// Nanoseconds that a position was without a stop since the broker refused it.
    private var refused: [Symbol: Int64] = [:]
    /// Nanoseconds that one was without a stop while the lists contradicted each other about it, and the market was beyond its stop.
    private var waited: [Symbol: Int64] = [:]
    /// The newest answer of the broker was what cannot be: for so long nothing can be concluded from it.
    private var liedUntil: Int64 = 0
    private static let longestLie = 60 * World.second
    /// P5's clock stands still while stops are refused, one form after the other, and the next try is not overdue. No core can rest
    /// a stop that the broker refuses; to ask for the same again and again spends the budget of orders, and the person was told as
    /// an emergency after the third refusal. What P5 is to find is a core that has stopped trying, or tries the same form for ever:
    /// the venue takes a stop in at least one form, a form is given up after two refusals, the pauses between tries are 1, 2, 4 and
    /// 8 cycles, and cycles follow each other within 10 to 12 s. So a core that goes from form to form is protected within
    /// 180 s of refusals; one that does not is found, as `sameFormAgain` is.
    private static let mostRefused = 180 * World.second
    /// Nanoseconds that a position was without a stop while everything worked.
    private var unprotected: [Symbol: Int64] = [:]
    private(set) var longestUnprotected: Int64 = 0
    private var newestEpoch: Int64 = 0
    private var ordersSent: [Int64] = []
    private var turns = 0
    private var turnsAt: Int64 = 0
    private static let mostTurnsAtOnce = 2_000
    private static let mostSteps = 60

    /// Where a person has traded: what is on offer beyond what is held may be that person's doing, and for so many
    /// nanoseconds while everything worked nobody has mended it.
    private(set) var byHand: [Symbol: (excess: Int64, calm: Int64)] = [:]

    /// While everything works, a position may be without its stop for so long beyond the core's own limit.
    private var protectionSlack: Int64 {
        // A person who allows three orders a minute has to wait for the fourth.
        let isTight = scenario.configuration.limits.maximumOrdersPerMinute < 10
        return (isTight ? 180 : 60) * World.second
    }

    /// New shares for old: the ratio, and what was held before.
    var splits: [Symbol: TrueSplit] = [:]
    /// Splits that the core was told of.
    var announced: [Symbol: Timestamp] = [:]
    /// When a policy asked last for a stop at a level.
    var askedStops: [Symbol: [Price: Int64]] = [:]

    struct TrueSplit {
        var numerator: Int64
        var denominator: Int64
        var held: Quantity
        var at: Int64
        var isKnown: Bool
        var isTold: Bool
        /// By the core's clock it has taken effect then, as far as announcements say; nil where something else has told of it.
        var toldFor: Timestamp?
        /// The core's stop for the old shares.
        var planned: Price?
        /// When the broker's books had the new shares.
        var bookedAt: Int64?
        /// A list that was asked for since then, and since lists can be behind, has reached the core.
        var isListed = false
        /// When the core had either.
        var knownAt: Int64?
    }

    /// When each question for the lists left, by the id of its message.
    var listsAskedFor: [String: Int64] = [:]

    /// What was lost since a position was last in order, by symbol.
    private var losses: [Symbol: Losses] = [:]

    init(_ world: World, _ venue: Venue, _ scenario: Scenario) {
        self.world = world
        self.venue = venue
        self.scenario = scenario
    }

    func fail(_ promise: String, _ words: String) {
        guard violation == nil else { return }
        violation = Violation(promise: promise, words: words)
        onViolation()
    }

    // MARK: - At the venue

    /// P1, after every change: exits that are open never exceed what is held.
    func venueChanged(_ symbol: Symbol) {
        checks += 1
        noteBooking(of: symbol)
        guard byHand[symbol] == nil, let words = excess(symbol) else { return }
        guard !isUntoldSplit(symbol), !wasSentBeforeSplit(symbol) else { return tradesManually(symbol) }
        fail("P1", words)
    }

    /// A person takes shares away under resting exits; no core can prevent that, and ours has to mend it.
    func tradesManually(_ symbol: Symbol) { byHand[symbol] = (0, 0) }

    private func watchManualTrading(
        _ isHealthy: Bool, _ most: Int64, _ span: Int64, _ isContradicted: (Symbol) -> Bool
    ) {
        for symbol in scenario.symbols {
            guard var hand = byHand[symbol] else { continue }
            let words = excess(symbol)
            hand.calm = words == nil ? hand.calm + span : 0
            // Where the lists contradict each other a person was told, and the core waits for its limit (I-DOUBT-2).
            if contradicted[symbol] ?? 0 < Self.longestContradiction, words != nil, isContradicted(symbol) {
                contradicted[symbol, default: 0] += span
                continue
            }
            hand.excess = words == nil || !isHealthy || !isProtectable(symbol) ? 0 : hand.excess + span
            byHand[symbol] = hand.calm > protectionSlack ? nil : hand
            if let words, hand.excess > most { fail("P1", "a person's trade is not mended: \(words)") }
        }
    }

    private func excess(_ symbol: Symbol) -> String? {
        let held = venue.held(symbol).units
        for side in [Side.sell, .buy] {
            let most = side == .sell ? max(0, held) : max(0, -held)
            let offered = venue.offered(symbol, side)
            // What a person offers too much of is that person's doing, as long as nothing of ours comes on top.
            guard offered > most, offered > manualOpenExits(symbol, side) else { continue }
            return "\(symbol): \(Quantity(units: offered)) on offer to \(side.rawValue), \(venue.held(symbol)) held"
        }
        return nil
    }

    private func manualOpenExits(_ symbol: Symbol, _ side: Side) -> Int64 {
        venue.resting(symbol).filter { $0.order.terms.role == .external && $0.order.terms.side == side }
            .reduce(0) { $0 + $1.order.leavesQuantity.units }
    }

    /// The broker reports it; whether that reaches the core is another matter.
    func venueTells(_ report: ExecutionReport) {
        guard let symbol = venue.orders[report.clientOrderID]?.order.symbol else { return }
        losses[symbol, default: Losses()].words.insert(report)
    }

    /// An order arrives once; nobody sends it again.
    func arrives(_ command: OrderCommand) {
        if let symbol = symbol(of: command) { losses[symbol]?.commands -= 1 }
        for id in command.newOrderIDs where !arrived.insert(id).inserted {
            fail("P4", "\(id) arrived at the broker twice")
        }
    }

    /// P8: after a command of a newer core none of an older one is taken.
    func admits(_ epoch: Int64) {
        if epoch < newestEpoch { fail("P8", "epoch \(epoch) is heard after epoch \(newestEpoch)") }
        newestEpoch = max(newestEpoch, epoch)
    }

    /// A decision's orders take off, or open, no more than it decided: nothing is doubled.
    func filled(_ order: Order, _ quantity: Quantity) {
        if order.terms.role == .external {
            besides[order.symbol, default: 0] += quantity.units
            return
        }
        guard let decision = Self.decision(of: order.id) else { return }
        switch order.terms.role {
        case .entry:
            entered[decision, default: 0] += quantity.units
            besides[order.symbol, default: 0] += quantity.units
            guard let most = mayEnter[decision], entered[decision] ?? 0 > most else { return }
            fail(
                "P7",
                "decision \(decision) enters \(Quantity(units: most)), and its orders did \(Quantity(units: entered[decision] ?? 0))"
            )
        case .reduce:
            hasReduced.insert(order.symbol)
            sold[decision, default: 0] += quantity.units
            guard let most = maySell[decision], sold[decision] ?? 0 > most + (besides[order.symbol] ?? 0) else {
                return
            }
            fail(
                "P7",
                "decision \(decision) takes off \(Quantity(units: most)), and its orders did \(Quantity(units: sold[decision] ?? 0))"
            )
        case .stop, .target, .external: return
        }
    }

    /// `bb<start of the run>.<cycle>.<symbol>.<step>` -> `<cycle>.<symbol>`.
    static func decision(of id: ClientOrderID) -> String? {
        let parts = id.text.split(separator: ".")
        return parts.count >= 4 ? parts[1...2].joined(separator: ".") : nil
    }

    // MARK: - What reaches the core

    /// The core goes on only when time does.
    func turn(_ input: String) {
        turns = turnsAt == world.now ? turns + 1 : 0
        turnsAt = world.now
        if turns > Self.mostTurnsAtOnce {
            fail("liveness", "the core goes round and round at one moment: \(input)")
        }
    }

    func coreSends(_ command: OrderCommand, id: String, body: [UInt8], journal: SimulatedJournal, core: CoreState?) {
        checks += 1
        if case .reconcile = command { listsAskedFor[id] = world.now }
        if !journal.commands.contains(body) { fail("P3", "not durable and sent: \(command.words)") }
        if !command.isQuery, let why = overBudget(command) { fail("P9", why) }
        for id in command.newOrderIDs where !submitted.insert(id).inserted { fail("P4", "\(id) was sent twice") }
        if let core, let why = forbidden(command, core.control.state) { fail("P9", why) }
        if let core, let why = touchesOthers(command, core) { fail("E6", why) }
        if let why = undeclared(command) { fail("capabilities", "the broker does not offer this: \(why)") }
        if case .submit(let submission) = command {
            for order in submission.orders {
                symbols[order.clientOrderID] = order.symbol
                sentAt[order.clientOrderID] = world.now
                checkStop(order, core)
                if let core {
                    checkEntry(order, core)
                    checkApproval(order, core)
                    checkPause(order, core)
                }
                if let core, order.role == .reduce {
                    let isReached = allowWholeExit(order, core)
                    if !isReached { checkAsked(order, core) }
                }
            }
        }
        let symbol = symbol(of: command)
        if let symbol { losses[symbol, default: Losses()].commands += 1 }
        if let why = inFlight.sent(command, id: id, symbol: symbol, at: world.now, venue: world.time) {
            fail("P2", why)
        }
    }

    private func symbol(of command: OrderCommand) -> Symbol? {
        command.orderIDs.first.flatMap { symbols[$0] ?? venue.orders[$0]?.order.symbol }
    }

    /// No minute sees more orders than the limit allows.
    private func overBudget(_ command: OrderCommand) -> String? {
        guard !command.newOrderIDs.isEmpty else { return nil }
        ordersSent.removeAll { $0 <= world.now - 60 * World.second }
        ordersSent.append(world.now)
        let most = scenario.configuration.limits.maximumOrdersPerMinute
        return ordersSent.count > most ? "\(ordersSent.count) orders in a minute, \(most) is the limit" : nil
    }

    /// The wall's clock is no measure of a minute while nobody watches it jump.
    func clockJumps() { ordersSent = [] }

    /// What lists have said before nobody looked for so long says nothing of the time since: the core's limit begins anew.
    func weeksPass() { contradicted = [:] }

    /// What a person or a limit has stopped, stays stopped.
    private func forbidden(_ command: OrderCommand, _ state: TradingState) -> String? {
        guard !command.isQuery, state != .active else { return nil }
        if state == .halted { return "trading is halted, and the core sends: \(command.words)" }
        guard case .submit(let submission) = command, submission.orders.contains(where: { $0.role == .entry }) else {
            return nil
        }
        return "trading is reducing, and the core enters: \(command.words)"
    }

    /// Nothing is asked for that the adapter has not declared, or that it does not do safely.
    private func undeclared(_ command: OrderCommand) -> String? {
        let offer = venue.capabilities
        switch command {
        case .cancel, .query, .reconcile: return nil
        case .submit(let submission):
            if let kind = submission.groupKind, !offer.groups.contains(kind) { return kind.rawValue }
            let times = submission.orders.first { !offer.timeInForce.contains($0.timeInForce) }?.timeInForce.rawValue
            return submission.orders.first { !offer.orderTypes.contains($0.type) }?.type.rawValue ?? times
        case .replace(let replacement):
            if offer.replacement == .cancelNew || offer.replacement == .notAtomic { return "a safe replacement" }
            if (replacement.newClientOrderID != nil) != (offer.replacement == .newID) { return "a successor" }
            if replacement.quantity != nil, !offer.replacesQuantity { return "another quantity" }
            return !offer.replacesPrice && replacement.quantity == nil ? "another price" : nil
        }
    }

    /// Where the market is through the stop, or at a target that the broker cannot work, everything goes.
    /// - Returns: whether it does.
    private func allowWholeExit(_ order: NewOrder, _ core: CoreState) -> Bool {
        guard let plan = core.plans[order.symbol], let decision = Self.decision(of: order.clientOrderID) else {
            return false
        }
        let market = core.market
        let prices = [market.price(of: order.symbol), market.executable(order.symbol, side: order.side)].compactMap {
            $0
        }
        let isSale = order.side == .sell
        func isBeyond(_ level: Price?, _ isBelow: Bool) -> Bool {
            level.map { level in prices.contains { isBelow ? $0 <= level : $0 >= level } } ?? false
        }
        let isStopped = isBeyond(plan.stop?.stopPrice, isSale)
        let isAtTarget = isBeyond(plan.target, !isSale)
        guard isStopped || isAtTarget else { return false }
        maySell[decision] = .max / 2
        return true
    }

    /// A policy has said this.
    func policyAsks(_ advice: Recommendations, of policy: PluginName, cycle: Int64) {
        larger.answers(advice, policy, cycle)
        for recommendation in advice.recommendations {
            noteStop(recommendation)
            switch recommendation.advice {
            case .exit, .takePartial, .reduceTo, .reduceToWeight, .reduceExposure:
                // A slow answer to an earlier cycle may leave after that to a later one.
                for symbol in recommendation.symbol.map({ [$0] }) ?? scenario.symbols {
                    asked[symbol] = max(asked[symbol] ?? cycle, cycle)
                }
            case .protect, .resetStop, .target, .enter, .advise, .hold, .veto, .release: break
            }
        }
    }

    /// E9: a reduction of which nothing was executed is begun only as long as somebody asks for it.
    private func checkAsked(_ order: NewOrder, _ core: CoreState) {
        guard scenario.isFifthEdition, core.plans[order.symbol]?.quantityLimit != nil, !core.control.isFlattening
        else { return }
        let last = asked[order.symbol]
        guard !hasReduced.contains(order.symbol), last.map({ $0 < core.cycle.number - 1 }) ?? true else { return }
        let when = last.map { "in cycle \($0)" } ?? "never"
        fail("E9", "\(order.words) in cycle \(core.cycle.number); it was asked for \(when)")
    }

    /// The order, and those of its group.
    private func legs(with id: ClientOrderID) -> [ClientOrderID] {
        guard let group = venue.orders[id]?.order.groupID else { return [id] }
        return venue.orders.values.filter { $0.order.groupID == group }.map(\.order.id)
    }

    func coreHears(_ word: SimulatedAdapter.BrokerReport) {
        switch word {
        case .execution(let report):
            // One cancels the other: the end of its partner was asked for with it.
            let isAsked = legs(with: report.clientOrderID).contains { inFlight.isAsked($0) }
            inFlight.received(report)
            if report.event == .canceled, !isAsked, let symbol = symbols[report.clientOrderID], splits[symbol] != nil {
                hearsOfSplit(symbol)
            }
            for symbol in losses.keys { losses[symbol]?.words.remove(report) }
        case .answer(let answer, let id): inFlight.received(answer, to: id)
        case .state(let id):
            hearsList(askedForBy: id)
            inFlight.receivedState(to: id)
        }
    }

    /// The broker's lists and figures have reached the core, true or not.
    func venueTellsState(isTrue: Bool) { liedUntil = isTrue ? world.now : world.now + Self.longestLie }

    func connectionEnds() {
        inFlight.clear()
        listsAskedFor = [:]
    }

    func coreRecords(_ record: Record, _ core: CoreState) {
        if case .action(let step) = record, step.number > Self.mostSteps {
            fail(
                "liveness",
                "decision \(step.decision) has taken \(step.number) steps: \(step.action.words), because \(step.why.words)"
            )
        }
        if case .action(let step) = record {
            checkJustified(step, core)
            checkUndone(step)
        }
        checkLoss(record)
        checkSplit(record)
        checkAdoption(record)
        checkCash(record)
        // Another position than it was decided on: what is beyond the limit is another amount.
        if case .discrepancy(let difference) = record, difference.order == nil {
            for key in maySell.keys where key.hasSuffix("." + difference.symbol.text) { maySell[key] = .max / 2 }
        }
        guard case .decision(let decision) = record else { return }
        let key = decision.id.text
        if let limit = decision.plan.quantityLimit {
            let size = Int64(decision.facts.quantity.units.magnitude)
            // It is written down after its orders have left: what let everything go meanwhile stands.
            maySell[key] = limit.isZero ? .max / 2 : max(maySell[key] ?? 0, size - limit.units)
        }
        if let entry = decision.plan.entry { mayEnter[key] = entry.quantity.units }
    }

    /// No share is in our books that did not change hands.
    func coreBooks(_ change: OrderChanged, _ core: CoreState) {
        guard let ours = core.portfolio.orders[change.order]?.filledQuantity,
            let theirs = venue.orders[change.order]?.order.filledQuantity, ours > theirs
        else { return }
        fail("P6", "\(change.order): \(ours) filled in our books, \(theirs) at the broker")
    }

    // MARK: - P5

    /// Called every second with whether core, adapter and broker are at work together.
    /// - Parameters:
    ///   - isContradicted: the core has told that the broker's lists contradict each other about the symbol.
    ///   - plannedStop: the core's.
    ///   - isRefused: the broker has refused stops of the symbol, has taken none since, and the next try is not overdue.
    ///   - knowsPrice: the newest price has reached the core, and was new then.
    ///   - isToldUnprotectable: the core has told that no stop can be had for this part, or it is dust.
    func watch(
        isHealthy: Bool, limit: TimeSpan, span: Int64, isContradicted: (Symbol) -> Bool,
        plannedStop: (Symbol) -> Price?, isRefused: (Symbol) -> Bool, knowsPrice: (Symbol) -> Bool,
        isToldUnprotectable: (Symbol, Quantity) -> Bool
    ) {
        watchManualTrading(isHealthy, limit.nanoseconds + protectionSlack, span, isContradicted)
        for symbol in scenario.symbols {
            let held = venue.held(symbol)
            let size = venue.capabilities.tradable(Quantity(units: Int64(held.units.magnitude)), of: symbol)
            // What a person's own orders hold is that person's to protect (E6).
            let claimed = venue.exitSide(symbol).map { manualOpenExits(symbol, $0) } ?? 0
            // Nor is there an order for what they leave, where that is less than the broker takes.
            let isFree = venue.capabilities.tradable(Quantity(units: max(0, size.units - claimed)), of: symbol)
                .isPositive
            // Nor for what a stop for whole shares leaves, where a person was told of that part.
            let left = Quantity(units: max(0, size.units - claimed - venue.protected(symbol)))
            let isOdd = isToldUnprotectable(symbol, left) && venue.capabilities.tradable(left, of: symbol).isZero
            guard isHealthy, size.isPositive, isFree, left.isPositive, !isOdd, isProtectable(symbol) else {
                unprotected[symbol] = 0
                refused[symbol] = 0
                waited[symbol] = 0
                losses[symbol] = nil
                continue
            }
            if world.now < liedUntil || venue.isUnlisted(symbol) { continue }
            if isRefused(symbol), !knowsPrice(symbol), isBeyondMarket(symbol) { continue }
            // No stop can rest there, and for a size that is not known nothing is sold (I-DOUBT-4); a person was told.
            if isContradicted(symbol), isBeyond(plannedStop(symbol), symbol),
                waited[symbol] ?? 0 < Self.longestContradiction
            {
                waited[symbol, default: 0] += span
                continue
            }
            if isRefused(symbol), refused[symbol] ?? 0 < Self.mostRefused {
                refused[symbol, default: 0] += span
                continue
            }
            unprotected[symbol, default: 0] += span
            longestUnprotected = max(longestUnprotected, unprotected[symbol] ?? 0)
            if unprotected[symbol] ?? 0 > limit.nanoseconds + protectionSlack + allowance(symbol) {
                fail(
                    "P5",
                    "\(held) \(symbol) without a full stop for \((unprotected[symbol] ?? 0) / World.second) s while everything works"
                )
            }
        }
    }

    /// For each loss: a time-out, the longest way to the broker, lists that are behind, and the questions in between.
    private func allowance(_ symbol: Symbol) -> Int64 {
        let each = Scenario.arrivalLimit.nanoseconds + venue.capabilities.reportLag.nanoseconds + 15 * World.second
        return (losses[symbol]?.count ?? 0) * each
    }
}
