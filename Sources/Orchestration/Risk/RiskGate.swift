import Trading

/// An order command that passed the gate. Nothing else can be sent: ``Effect/command(_:)`` takes no other type, and
/// only ``RiskGate`` makes one.
package struct ApprovedCommand: Sendable, Hashable {
    package let command: OrderCommand
    /// Counts the commands of a journal: an answer names the question that it answers, and a question with a lower number
    /// than a request cannot know of it.
    package let number: Int64
    fileprivate init(_ command: OrderCommand, _ number: Int64) {
        self.command = command
        self.number = number
    }
}

/// The last check before the broker: the limits that hold whatever policies and coordinator ask for.
///
/// Invariants:
/// 1. Halted: no request leaves, only questions.
/// 2. Exits that are open never exceed what is held (P1). So an exit can only make a position smaller, and the limits of size,
///    value, exposure and buying power are not asked: a limit that kept a large position from being closed would be a
///    danger, not a protection.
/// 3. An entry passes every limit as things will be when all that is under way has been filled.
struct RiskGate {
    let state: MarkedPortfolio
    let control: TradingControl
    let limits: HardLimits
    let capabilities: BrokerCapabilities
    let now: Timestamp
    let load: RateBudget.Load
    /// What the broker shows beyond our books, and is not adopted yet.
    var unadopted: [Symbol: Quantity] = [:]
    /// Nothing is entered before it is over.
    var pause: EntryPause?
    var accountRules = AccountRules()

    enum Ruling {
        case approved(ApprovedCommand)
        case refused(GateRefusal)
        /// Nothing is wrong with it, but the budget of requests is used up until then.
        case waits(BudgetHold)
    }

    /// Questions change nothing at the broker; they keep to its budget of requests, and pass when halted too.
    static func query(
        _ command: OrderCommand, _ precedence: RateBudget.Precedence, number: Int64, budget: inout RateBudget,
        load: RateBudget.Load, now: Timestamp
    ) -> Ruling {
        precondition(command.isQuery, "only questions pass without a check")
        switch budget.spend(command, precedence, load, at: now) {
        case .granted: return .approved(ApprovedCommand(command, number))
        case .at(let time): return .waits(BudgetHold(precedence: precedence, until: time, since: now))
        case .never: return .refused(.noBudgetForQuery)
        }
    }

    /// - Parameter number: of the command, above those of all before it.
    func check(_ command: OrderCommand, number: Int64, budget: inout RateBudget) throws(NumericError) -> Ruling {
        guard control.state != .halted else {
            return .refused(.tradingHalted(who: control.who, why: control.why))
        }
        switch command {
        case .query, .reconcile, .cancel: break
        case .replace(let replacement):
            if let why = try refusal(of: replacement) { return .refused(why) }
        case .submit(let submission):
            if let why = try refusal(of: submission) { return .refused(why) }
        }
        let precedence = precedence(of: command)
        switch budget.spend(command, precedence, load, at: now) {
        case .granted: return .approved(ApprovedCommand(command, number))
        case .at(let time) where precedence != .entry:
            return .waits(BudgetHold(precedence: precedence, until: time, since: now))
        case .at, .never:
            return .refused(.entryBudget(perMinute: budget.perMinute))
        }
    }

    private func refusal(of submission: OrderSubmission) throws(NumericError) -> GateRefusal? {
        for order in submission.orders {
            if let defect = order.defect(increment: capabilities.priceIncrement(of: order.symbol)) {
                return .order(defect)
            }
            let increment = capabilities.quantityIncrement(of: order.symbol, in: order.type)
            guard order.quantity.isMultiple(of: increment) else {
                return .quantityOffIncrement(order.quantity, increment: increment)
            }
            guard order.quantity >= capabilities.minimumQuantity(of: order.symbol) else {
                return .quantityBelowMinimum(
                    order.quantity, minimum: capabilities.minimumQuantity(of: order.symbol))
            }
            let session = state.market.session(of: order.symbol, at: now)
            guard capabilities.orderTypes(of: order.symbol, in: session).contains(order.type) else {
                return .orderTypeNotTaken(order.type)
            }
            guard capabilities.timeInForce.isEmpty || capabilities.timeInForce.contains(order.timeInForce) else {
                return .timeInForceNotTaken(order.timeInForce)
            }
        }
        // The prices of exits were held against the market when their advice was taken. One that the market has left
        // behind since does no harm, but a position without its stop does.
        guard submission.isEntry else { return oversell(submission) }
        for order in submission.orders {
            if let why = try collar(order.limitPrice ?? order.stopPrice, order.symbol) { return why }
        }
        // Figures that a policy made too large to reckon with are its fault alone, and halt nothing.
        do { return try entryRefusal(submission) } catch { return .figures(error) }
    }

    private func refusal(of replacement: OrderReplacement) throws(NumericError) -> GateRefusal? {
        guard let order = state.orders[replacement.clientOrderID] else { return .unknownOrder }
        if order.terms.role == .entry,
            let why = try collar(replacement.stopPrice ?? replacement.limitPrice, order.symbol)
        {
            return why
        }
        guard let quantity = replacement.quantity, quantity > order.terms.quantity else { return nil }
        return .replacementAsksMore
    }

    /// P1: what working and unknown exits could take, plus this, is never more than is held.
    private func oversell(_ submission: OrderSubmission) -> GateRefusal? {
        guard let first = submission.orders.first else { return .emptySubmission }
        guard let position = state.positions[first.symbol] else { return .nothingHeld(first.symbol) }
        guard submission.orders.allSatisfy({ $0.side == position.exitSide && $0.symbol == first.symbol }) else {
            return .exitOnWrongSide(first.symbol)
        }
        let leaves = submission.orders.map(\.quantity.units)
        let asked = submission.groupKind == .oco ? leaves.max() ?? 0 : leaves.reduce(0, +)
        let openExitQuantity = state.orders.openExitQuantity(first.symbol, side: position.exitSide)
        guard [openExitQuantity, Quantity(units: asked)].total <= position.size else {
            return .oversell(held: position.size, open: openExitQuantity, asked: Quantity(units: asked))
        }
        return nil
    }

    private func collar(_ price: Price?, _ symbol: Symbol) throws(NumericError) -> GateRefusal? {
        guard let price, let market = state.market.price(of: symbol), market.isPositive else { return nil }
        let distance = try (price - market).magnitude().ratio(to: market)
        guard distance > limits.priceCollar else { return nil }
        return .priceTooFar(price, away: distance, market: market, limit: limits.priceCollar)
    }
}

// MARK: - Who comes first

extension RiskGate {
    func precedence(of command: OrderCommand) -> RateBudget.Precedence {
        switch command {
        case .query, .reconcile: return .query
        case .cancel(let id):
            guard let order = state.orders[id], order.terms.role != .entry else { return .exit }
            // Where no stop rests the cancel is the way to one.
            return isProtected(order.symbol) ? .cancel : .exit
        case .replace(let replacement):
            guard let order = state.orders[replacement.clientOrderID] else { return .reduction }
            return isOverCommitted(order.symbol) || !isProtected(order.symbol) ? .exit : .reduction
        case .submit(let submission):
            guard let first = submission.orders.first, !submission.isEntry else { return .entry }
            let closes = state.positions[first.symbol].map { first.quantity >= $0.size } ?? false
            return closes || !isProtected(first.symbol) ? .exit : .reduction
        }
    }

    private func isProtected(_ symbol: Symbol) -> Bool {
        guard let position = state.positions[symbol] else { return true }
        let wanted = capabilities.tradable(position.size, of: symbol)
        return Exits(of: position, in: state.orders).protectedQuantity >= wanted
    }

    /// More exits rest than there are shares: to be mended before anything else.
    private func isOverCommitted(_ symbol: Symbol) -> Bool {
        guard let position = state.positions[symbol] else { return false }
        return state.orders.openExitQuantity(symbol, side: position.exitSide) > position.size
    }
}

extension OrderSubmission {
    /// It opens a position, or adds to one.
    var isEntry: Bool { orders.contains { $0.role == .entry } }
}
