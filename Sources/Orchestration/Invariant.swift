import Trading

/// What must hold of the core's state after every input. The simulator looks after every record, and calls what does not hold a
/// violation.
package enum Invariant: Sendable, Hashable {
    /// A working order that was sent, or found, has a request.
    case orderWithoutRequest(ClientOrderID)
    /// Only an order in flight, or one that should be over at once, is waited for.
    case waitsForOrderAtRest(ClientOrderID)
    /// An order whose end nobody saw is over: no report and no answer about it is taken any more.
    case unseenEndOfWorkingOrder(ClientOrderID)
    /// Only what is held is unprotected.
    case unprotectedWithoutPosition(Symbol)
    /// The market is through a stop only while one of a position rests (I-STEP-6).
    case breachWithoutStop(Symbol)
    /// A plan stands under its own symbol.
    case planOfAnotherSymbol(Symbol)
    /// A position has shares.
    case emptyPosition(Symbol)
    /// A position stands under its own symbol.
    case positionOfAnotherSymbol(Symbol)
    /// The adapter that is connected is the one that trades.
    case brokerNotChosen(PluginName)
    /// The stage of a swap says which adapter trades, and whether it has a deadline.
    case swapOutOfStep(BrokerSwap.Stage)
}

extension CoreState {
    /// The first that does not hold; nil when all do.
    package var brokenInvariant: Invariant? {
        for order in portfolio.orders.allWorking where inFlight.request(for: order.id) == nil {
            return .orderWithoutRequest(order.id)
        }
        for order in portfolio.orders.allWorking where inFlight.hasUnseenEnd(order.id) {
            return .unseenEndOfWorkingOrder(order.id)
        }
        for id in inFlight.waiting {
            guard let order = portfolio.orders[id], order.status.isInFlight || order.isOverSoon else {
                return .waitsForOrderAtRest(id)
            }
        }
        for symbol in protection.unprotected where portfolio.positions[symbol] == nil {
            return .unprotectedWithoutPosition(symbol)
        }
        for symbol in protection.breached {
            let stops = portfolio.positions[symbol].map { Exits(of: $0, in: portfolio.orders).stops }
            if stops?.isEmpty ?? true { return .breachWithoutStop(symbol) }
        }
        for (symbol, record) in portfolio.positions.inOrder {
            if record.quantity.isZero { return .emptyPosition(symbol) }
            if record.symbol != symbol { return .positionOfAnotherSymbol(symbol) }
        }
        if let plan = plans.misplaced { return .planOfAnotherSymbol(plan) }
        return brokenInvariantOfBroker
    }

    private var brokenInvariantOfBroker: Invariant? {
        if let swap, !swapMachine.isInStep { return .swapOutOfStep(swap.stage) }
        guard let broker, let chosenBroker, broker.name != chosenBroker else { return nil }
        return .brokerNotChosen(broker.name)
    }
}
