import Trading

/// I-DOUBT-2: a list of positions that shows less than a stop of ours at the same broker still holds is not believed at once, nor
/// one that an order whose fate is unknown may have made smaller. It is waited for, for a bounded time, and a person is told;
/// nothing is canceled meanwhile. Cash that came in for the shares is the witness that they were sold.
extension Orchestrator {
    func examined(_ finding: PositionFinding, of symbol: Symbol, _ snapshot: BrokerState) -> PositionFinding {
        guard case .differs(let ours, let theirs) = finding, let record = state.portfolio.positions[symbol],
            !isWaitedForTooLong(symbol), !mustMatchPrevious(symbol)
        else { return finding }
        let brokers = theirs?.quantity ?? .zero
        // What stands on the other side is no hole in a list.
        guard brokers.isZero || brokers.isNegative == ours.isNegative else { return finding }
        let left = Quantity(units: Int64(clamping: brokers.units.magnitude))
        guard left < record.size, theirs.flatMap({ Split(from: record, to: $0) }) == nil else { return finding }
        let witness =
            orderInDoubt(record, snapshot, to: brokers)
            ?? (isPaidFor(record, to: brokers) ? nil : stopBeyond(left, record, snapshot))
        guard let witness else { return finding }
        return .contradicted(Contradiction(ours: ours, brokers: brokers, order: witness))
    }

    private func isWaitedForTooLong(_ symbol: Symbol) -> Bool {
        guard let since = state.reconciler.discrepancy(of: symbol)?.since else { return false }
        return since + CoreLimits.contradictionPatience <= state.now
    }

    /// An exit of ours whose fate is unknown, and which does not explain the difference by itself.
    private func orderInDoubt(
        _ record: PositionRecord, _ snapshot: BrokerState, to brokers: Quantity
    ) -> ClientOrderID? {
        let doubtful = state.portfolio.orders.working(record.symbol).filter { order in
            order.isExit && order.status.isInFlight && order.terms.side == record.exitSide
                && isDoubtOverdue(order.id)
        }
        guard !doubtful.contains(where: { explains(record.quantity, to: brokers, $0, snapshot) }) else { return nil }
        return doubtful.first?.id
    }

    /// A stop of ours that the broker lists, for more than is left by its list of positions.
    private func stopBeyond(_ left: Quantity, _ record: PositionRecord, _ snapshot: BrokerState) -> ClientOrderID? {
        snapshot.openOrders.first { order in
            order.symbol == record.symbol && state.portfolio.orders[order.id]?.isExit == true
                && order.terms.type.isStop && order.status.isExecutable
                && order.terms.side == record.exitSide && order.leavesQuantity > left
        }?.id
    }

    /// Cash came in for the shares, or went out for those of a short, and about as much as they are worth, alone or with what
    /// else differs: in one reading, or in some that followed one another. A deposit of a hundred times as much has sold
    /// nothing.
    private func isPaidFor(_ record: PositionRecord, to brokers: Quantity) -> Bool {
        let since = state.reconciler.discrepancy(of: record.symbol)?.since ?? state.now
        let movements = state.reconciler.unexplainedCash(since: since)
        let others = state.reconciler.discrepancies.filter { $0.symbol != record.symbol }
            .reduce(Int128(0)) { $0 + worth(of: $1.symbol, from: $1.ours, to: $1.brokers) }
        let mine = worth(of: record.symbol, from: record.quantity, to: brokers)
        guard mine != 0 else { return false }
        return movements.indices.contains { first in
            var cash = Int128(0)
            return movements[first...].contains { movement in
                cash += movement
                return [0, others].contains { (cash - $0 - mine).magnitude <= mine.magnitude / Self.priceMoves }
            }
        }
    }

    /// Since it was sold the price may have moved by one part in so many.
    private static let priceMoves: UInt128 = 4

    /// Units of money that a sale from the one to the other quantity brings; a purchase costs them.
    private func worth(of symbol: Symbol, from ours: Quantity, to brokers: Quantity) -> Int128 {
        let price = state.market.price(of: symbol) ?? state.portfolio.positions[symbol]?.averagePrice ?? .zero
        let sold = Int128(ours.units) - Int128(brokers.units)
        // Both factors are below 2^64, and are scaled one by one, so that no product overflows.
        return Int128(price.units) * sold / Int128(Quantity.scale) * Int128(Money.scale) / Int128(Price.scale)
    }

    /// What was traded elsewhere is adopted: its cash explains nothing else.
    mutating func noteCashOf(_ symbol: Symbol, from ours: Quantity, to brokers: Quantity) {
        let money = Money(units: Int64(clamping: worth(of: symbol, from: ours, to: brokers)))
        state.reconciler.explainCash(money, at: state.now)
    }

    mutating func tellContradiction(_ contradiction: Contradiction, of symbol: Symbol) {
        guard state.holds.report(.contradiction(contradiction), of: symbol) else { return }
        alert(.emergency, symbol, .positionContradicted(contradiction))
    }
}
