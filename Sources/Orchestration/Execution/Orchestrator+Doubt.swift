import Trading

/// I-DOUBT-1: doubt has a clock. An order whose fate stays unknown, and somebody's market order that waits, defer what is done
/// on their symbol for a bounded time; then they are planned around, and a person is told.
extension Orchestrator {
    /// Orders of the symbol that have been in doubt for too long.
    func overdueDoubts(of symbol: Symbol) -> Set<ClientOrderID> {
        Set(state.portfolio.orders.working(symbol).map(\.id).filter { isDoubtOverdue($0) })
    }

    func isDoubtOverdue(_ id: ClientOrderID) -> Bool { state.inFlight.isDoubtOverdue(id, at: state.now) }

    /// Called with every input: whoever has waited long enough is told of, and no longer waited for.
    mutating func checkDoubts() {
        for (id, since) in state.inFlight.overdueDoubts(at: state.now) {
            guard let order = state.portfolio.orders[id], order.isWorking else { continue }
            touch(order.symbol)
            guard state.broker != nil else { continue }
            if state.reconciler.discrepancy(of: order.symbol) != nil { requestReconcile() }
            // A market order waits for the open without anybody's fault, and what others ask of theirs is their affair.
            guard order.status.isInFlight, !order.isExternal || order.status == .unknown else { continue }
            requestReconcile()
            alert(doubtLevel(of: order), order.symbol, .orderInDoubt(id, for: state.now - since))
        }
    }

    /// Where shares are at stake.
    private func doubtLevel(of order: Order) -> Alert.Level {
        let isShown = state.reconciler.discrepancy(of: order.symbol) != nil
        return isShown || state.portfolio.positions[order.symbol] != nil ? .emergency : .warning
    }

    /// The broker's list shows an order whose fate has been unknown for too long: that is an answer about it.
    mutating func settleDoubts(_ snapshot: BrokerState, _ query: PendingQuery) throws(NumericError) {
        for theirs in snapshot.openOrders {
            guard let order = state.portfolio.orders[theirs.id], order.isWorking, order.status.isInFlight,
                isDoubtOverdue(order.id), order.filledQuantity == theirs.filledQuantity
            else { continue }
            try resolve(order.id, by: theirs, query)
        }
    }

    /// Orders of ours in doubt for too long that the broker does not list any more, and that have made this difference: the
    /// position shows what they did, and no report books it again.
    /// - Returns: the entry that was filled so, with its stop.
    mutating func endWhatExplains(
        _ symbol: Symbol, _ snapshot: BrokerState, from ours: Quantity, to theirs: Quantity
    ) throws(NumericError) -> Entry? {
        var entry: Entry?
        for order in state.portfolio.orders.working(symbol)
        where !order.isExternal && order.status.isInFlight && isDoubtOverdue(order.id) {
            guard explains(ours, to: theirs, order, snapshot) else { continue }
            if order.terms.role == .entry { entry = state.plans.sentEntry(symbol) }
            note(
                .lostOrder, symbol, order.id, ours: .status(order.status), brokers: .notOpen,
                done: .orderEndedFillsFromPosition)
            deferToPosition(order)
            try process(ExecutionReport(clientOrderID: order.id, event: .canceled, at: state.now))
        }
        return entry
    }

    /// What it could still fill makes the difference, and the broker does not list it any more.
    func explains(_ ours: Quantity, to theirs: Quantity, _ order: Order, _ snapshot: BrokerState) -> Bool {
        let change = Int128(theirs.units) - Int128(ours.units)
        let direction: Int128 = order.terms.side == .buy ? 1 : -1
        return change * direction > 0 && change.magnitude <= UInt128(order.leavesQuantity.units.magnitude)
            && !snapshot.openOrders.contains { $0.id == order.id }
    }
}
