import Trading

/// The account's figures, read after the positions that explain them (I-ACCT-2).
extension Orchestrator {
    /// - Parameter adopted: the value that came with positions of this snapshot, or went with them.
    /// - Returns: whether a cycle may be made of it: what does not fit together at first contact is read again.
    mutating func examineAccount(
        _ snapshot: BrokerState, adopted: Money, queriedAt: Timestamp
    ) throws(NumericError) -> Bool {
        let theirs = snapshot.account
        let known = queriedAt + TimeSpan(nanoseconds: -reportLag.nanoseconds)
        let held = try state.marked.heldValue()
        guard let currency = state.portfolio.account?.currency else { return try openAccount(snapshot, from: known) }
        // Figures of another currency are not compared with ours.
        guard theirs.currency == currency else { return true }
        if let movement = state.portfolio.takeUnclearMovement(shownBy: theirs) {
            try applyCashMovements([movement], isListed: true)
        }
        guard let ours = state.portfolio.account else { return true }
        guard !state.portfolio.isBehindMessages(theirs, knownAt: known) else {
            state.reconciler.requestSnapshot(by: state.now + max(reportLag, .seconds(1)))
            return true
        }
        let reading = AccountEvidence.Reading(
            theirs: theirs, ours: ours, held: state.marked.isPriced ? held : nil, adopted: adopted,
            isQuiet: isQuiet(since: known), at: state.now, toldAt: brokersTime(of: snapshot))
        switch try state.portfolio.examine(reading, from: known, equity: state.marked.equity()) {
        case .agrees(let wasDoubted):
            if wasDoubted { alert(.notice, nil, .accountAgreesAgain) }
        case .doubtful(let told):
            switch told {
            case .first(let cause): alert(.warning, nil, .accountInDoubt(cause))
            case .contradicts(let cause): alert(.emergency, nil, .accountContradicts(cause))
            case nil: break
            }
        case .moved(let cash):
            if !cash.isZero { alert(.warning, nil, .moneyMoved(cash)) }
        }
        return true
    }

    /// I-CASH-1: booked once by their ids, whoever tells of them first.
    /// - Parameter isListed: in a state of the broker, whose figures have them.
    mutating func applyCashMovements(_ movements: [CashMovement], isListed: Bool) throws(NumericError) {
        let sound = movements.filter { movement in
            guard let defect = movement.defect else { return true }
            alert(.warning, movement.symbol, .cashMovementNotTaken(movement.id, defect))
            return false
        }
        let equity = try state.marked.equity()
        for (movement, done) in try state.portfolio.book(sound, isListed: isListed, equity: equity, at: state.now) {
            record(.cash(movement: movement, done: done))
            if done == .wasInCash { state.reconciler.explainCash(movement.amount, at: state.now) }
        }
        guard !isListed, !sound.isEmpty else { return }
        state.risk.noteFill()
        requestReconcile()
    }

    private mutating func openAccount(_ snapshot: BrokerState, from known: Timestamp) throws(NumericError) -> Bool {
        let (listed, arePriced) = try value(of: snapshot.positions)
        // While a position is not adopted yet, our books are worth less than the account.
        let isSettled = state.broker?.discrepancies.isEmpty != false
        let isTaken = try state.portfolio.open(
            snapshot.account, held: listed, isPriced: arePriced && isSettled, from: known,
            told: brokersTime(of: snapshot) + TimeSpan(nanoseconds: -reportLag.nanoseconds), at: state.now)
        guard isTaken else {
            state.reconciler.endRounds()
            state.reconciler.askAgain(at: state.now + .seconds(1))
            return false
        }
        return true
    }

    /// By the clock that dates its movements of cash as well; ours, where that is no time of these days.
    private func brokersTime(of snapshot: BrokerState) -> Timestamp {
        let apart = Int128(snapshot.at.nanoseconds) - Int128(state.now.nanoseconds)
        return abs(apart) <= Int128(CoreLimits.clocksApart.nanoseconds) ? snapshot.at : state.now
    }

    /// What the broker lists, at the market or, where there is no price, at what it has cost.
    func value(of positions: [BrokerPosition]) throws(NumericError) -> (value: Money, arePriced: Bool) {
        var (value, arePriced) = (Money.zero, true)
        for position in positions {
            let price = state.market.price(of: position.symbol)
            arePriced = arePriced && price != nil
            try value += (price ?? position.averagePrice).times(position.quantity)
        }
        return (value, arePriced)
    }

    /// What is doubtful is read again soon.
    mutating func followDoubt() {
        guard state.portfolio.evidence.doubt != nil else { return }
        state.reconciler.requestSnapshot(by: state.now + AccountEvidence.interval)
    }

    /// No position differs that the figures may pay for, and no order is under way that the figures may know of and our books do not, or the other way round.
    private func isQuiet(since known: Timestamp) -> Bool {
        !state.portfolio.orders.allWorking.contains { $0.status.isInFlight || $0.isOverSoon }
            && state.broker?.discrepancies.isEmpty != false
            && state.portfolio.bookedAt.map { $0 <= known } ?? true
    }
}
