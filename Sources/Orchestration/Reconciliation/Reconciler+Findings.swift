import Trading

/// What a broker's snapshot says of one position.
enum PositionFinding: Sendable, Hashable {
    case agrees
    /// The old shares are shown, and a provider has announced new ones.
    case splitNotBooked(ours: Quantity, brokers: Quantity)
    /// It differs, and stays so: the broker's is adopted. Nil for no position there.
    case differs(ours: Quantity, theirs: BrokerPosition?)
    /// It differs for the first time, or otherwise than before.
    case unconfirmed(ours: Quantity, brokers: Quantity)
    /// It stays, and something else that the broker shows says that it is not so.
    case contradicted(Contradiction, byAccount: Bool)
}

/// Why a position that the broker's list shows is not adopted yet.
package struct Contradiction: Sendable, Hashable, Codable {
    package var ours: Quantity
    package var brokers: Quantity
    /// A stop of ours that the broker lists for more than that, or an exit of ours whose fate is unknown; nil where it is the
    /// account's own figures.
    package var order: ClientOrderID?
}

/// Snapshots laid beside our state. Nothing is changed here.
extension Reconciler {
    /// What is to be done about positions, in symbol order; a discrepancy that is being waited for is not named again.
    /// - Parameter isInFlight: what the position of a symbol will be is not known yet.
    func findings(
        in snapshot: BrokerState, positions: [Symbol: PositionRecord], isInFlight: (Symbol) -> Bool,
        queriedAt: Timestamp, now: Timestamp
    ) -> [(symbol: Symbol, finding: PositionFinding)] {
        var theirs: [Symbol: BrokerPosition] = [:]
        for position in snapshot.positions where !position.quantity.isZero { theirs[position.symbol] = position }
        let known = link?.discrepancies ?? [:]
        // Positions and orders may be out of step for seconds: a difference counts when it stays.
        let isInStep = link?.isReconciled != true && reportLag == .zero
        let all = Set(theirs.keys).union(positions.keys).union(known.keys)
        return all.sorted().filter { !isContested($0) }.compactMap { symbol in
            let ours = positions[symbol]?.quantity ?? .zero
            let brokers = theirs[symbol]?.quantity ?? .zero
            guard ours != brokers else { return (symbol, .agrees) }
            let before = known[symbol]
            let isSame = before?.ours == ours && before?.brokers == brokers
            let stays = isSame && queriedAt >= (before?.since ?? queriedAt) + reportLag
            guard !isInFlight(symbol), stays || isInStep else {
                return isSame ? nil : (symbol, .unconfirmed(ours: ours, brokers: brokers))
            }
            return isUnbooked(symbol, theirs[symbol], averages: positions[symbol]?.averagesTold ?? [], now)
                ? (symbol, .splitNotBooked(ours: ours, brokers: brokers))
                : (symbol, .differs(ours: ours, theirs: theirs[symbol]))
        }
    }

    /// Orders are asked about first; until they have been, a position that differs is noted and not judged.
    func firstFindings(
        in snapshot: BrokerState, positions: [Symbol: PositionRecord]
    ) -> [(symbol: Symbol, finding: PositionFinding)] {
        let shown = snapshot.positions.filter { !$0.quantity.isZero }
        return Set(shown.map(\.symbol)).union(positions.keys).sorted().compactMap { symbol in
            let ours = positions[symbol]?.quantity ?? .zero
            let brokers = shown.last { $0.symbol == symbol }?.quantity ?? .zero
            guard !isContested(symbol), discrepancy(of: symbol) == nil, ours != brokers else { return nil }
            return (symbol, .unconfirmed(ours: ours, brokers: brokers))
        }
    }

    /// Discrepancies that nothing of ours explains.
    func openDiscrepancies(isInFlight: (Symbol) -> Bool) -> [Symbol: UnconfirmedDiscrepancy] {
        (link?.discrepancies ?? [:]).filter { !isInFlight($0.key) && !awaitsSplit($0.key) }
    }

    /// Orders of ours that the broker's list does not settle, sorted: each is asked about.
    func orders(of working: [Order], notSettledBy snapshot: BrokerState) -> [ClientOrderID] {
        guard let link else { return [] }
        var theirs: [ClientOrderID: Order] = [:]
        for order in snapshot.openOrders { theirs[order.id] = order }
        let unsettled = working.filter { order in
            // What is in flight gets its own answer; on a new connection it is asked about once. What others ask of theirs
            // shows in the list.
            guard !order.status.isInFlight || (order.isExternal && order.status != .unknown) else {
                return !link.isReconciled && link.round == 0
            }
            guard let other = theirs[order.id] else { return true }
            // A request of somebody else whose end was told before its beginning is over all the same.
            if order.status.isInFlight, !other.status.isInFlight { return true }
            if link.round == 0, order.rests != other.rests { return true }
            return other.filledQuantity != order.filledQuantity || other.terms.quantity != order.terms.quantity
                || other.terms.stopPrice != order.terms.stopPrice || other.terms.limitPrice != order.terms.limitPrice
        }
        return unsettled.map(\.id).sorted()
    }
}

extension Order {
    /// It stands in the market: not waiting for its entry, and not interrupted.
    fileprivate var rests: Bool {
        switch status {
        case .accepted, .held, .suspended, .stopped, .calculated, .doneForDay: false
        case .pendingNew, .new, .partiallyFilled, .pendingCancel, .pendingReplace, .unknown, .filled,
            .canceled, .expired, .replaced, .rejected:
            true
        }
    }
}
