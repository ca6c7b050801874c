import Trading

/// I-DOUBT-2: a list of positions that shows less than a stop of ours at the same broker still holds, or than the account is worth
/// by its own figures, is not believed at once, nor one that an order whose fate is unknown may have made smaller. It is waited
/// for, for a bounded time, and a person is told; nothing is canceled meanwhile. Cash that came in for the shares is the witness
/// that they were sold.
extension Orchestrator {
    func examined(
        _ finding: PositionFinding, of symbol: Symbol, _ snapshot: BrokerState
    ) throws(NumericError) -> PositionFinding {
        guard case .differs(let ours, let theirs) = finding, let record = state.portfolio.positions[symbol],
            !mustMatchPrevious(symbol)
        else { return finding }
        let brokers = theirs?.quantity ?? .zero
        // What stands on the other side is no hole in a list.
        guard brokers.isZero || brokers.isNegative == ours.isNegative else { return finding }
        let left = brokers.magnitude
        guard left < record.size, theirs.flatMap({ Split(from: record, to: $0) }) == nil,
            !state.reconciler.isContradictedForTooLong(symbol, ours: ours, brokers: brokers, at: state.now)
        else { return finding }
        func contradicted(by order: ClientOrderID?, account: Bool = false) -> PositionFinding {
            .contradicted(Contradiction(ours: ours, brokers: brokers, order: order), byAccount: account)
        }
        if let order = orderInDoubt(record, snapshot, to: brokers) { return contradicted(by: order) }
        if state.reconciler.isExplainedByFills(brokers, from: ours, of: symbol) { return finding }
        let stop = stopBeyond(left, record, snapshot)
        switch try accountSays(record, to: brokers, snapshot) {
        case .isHeld: return contradicted(by: stop, account: true)
        // A row that is there, and says less, is no hole.
        case .fitsNothing where brokers.isZero && !explainsUnseenEnd(record, to: brokers):
            return contradicted(by: stop)
        case .isGone: return finding
        case .nothing, .fitsNothing:
            // As where prices are missing since a new start: cash alone does not outweigh what the figures have said.
            if state.reconciler.isContradictedByAccount(symbol, ours: ours, brokers: brokers) {
                return contradicted(by: stop)
            }
            let isWorthMore = try isWorthMore(record, to: brokers, snapshot)
            // While new shares of another symbol are awaited the account's worth tells of nothing, and cash alone is too little.
            let isWitnessed = isPaidFor(record, to: brokers) && !isWorthMore && !state.reconciler.awaitsSplits
            return isWitnessed ? finding : stop.map { contradicted(by: $0) } ?? finding
        }
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

    /// An exit of ours has ended, nobody saw how, and may have done it.
    private func explainsUnseenEnd(_ record: PositionRecord, to brokers: Quantity) -> Bool {
        let sold = record.size.less(brokers.magnitude)
        return state.portfolio.orders.orders.values.contains { order in
            order.symbol == record.symbol && order.isExit && order.terms.side == record.exitSide
                && order.leavesQuantity >= sold && state.inFlight.hasUnseenEnd(order.id)
        }
    }

    /// A stop of ours that the broker lists, for more than is left by its list of positions. One for more than our books have, left
    /// over as by a split, does not tell how many are held: it is a witness only where the list shows none.
    private func stopBeyond(_ left: Quantity, _ record: PositionRecord, _ snapshot: BrokerState) -> ClientOrderID? {
        snapshot.openOrders.first { order in
            order.symbol == record.symbol && state.portfolio.orders[order.id]?.isExit == true
                && order.terms.type.isStop && order.status.isExecutable
                && order.terms.side == record.exitSide && order.leavesQuantity > left
                && (left.isZero || order.leavesQuantity <= record.size)
        }?.id
    }

    private enum AccountFigures { case isHeld, isGone, nothing, fitsNothing }

    /// What the account is worth beyond its cash is worth of positions: of those that the list shows, or of these shares as
    /// well. By figures alone nothing is gone, since an adapter may have made its equity from the list: cash has moved, too.
    private func accountSays(
        _ record: PositionRecord, to brokers: Quantity, _ snapshot: BrokerState
    ) throws(NumericError) -> AccountFigures {
        let mine = worth(of: record.symbol, from: record.quantity, to: brokers)
        // Less than a share of some is a fraction that was paid in cash.
        guard mine != 0, record.size.less(brokers.magnitude) >= min(record.size, .one) else { return .nothing }
        // Nor do figures tell of shares that are worth less than prices make all positions differ by.
        guard mine.magnitude > grossWorth(with: snapshot) / Self.markNoise else { return .nothing }
        guard let (beyond, arePriced) = try worthBeyondList(snapshot) else { return .fitsNothing }
        let change = try equityChange(snapshot).magnitude
        let isSteady = state.reconciler.hasToldSameCash(for: AccountEvidence.patience, at: state.now)
        // More than all that is held has come or gone with this reading: it says nothing of some shares.
        guard isSteady || change <= grossWorth(with: snapshot) else { return .fitsNothing }
        let (held, gone) = distances(of: beyond, from: mine, record.symbol, snapshot)
        guard min(held, gone) <= mine.magnitude / Self.priceMoves else {
            let isNoise = min(held, gone) <= grossWorth(with: snapshot) / Self.markNoise
            return isNoise || !arePriced || state.market.price(of: record.symbol) == nil ? .nothing : .fitsNothing
        }
        if held < gone, held <= gone / Self.clearly { return .isHeld }
        // Or neither clearly, as where the shares have another symbol now.
        guard gone < held, gone <= held / Self.clearly else { return .nothing }
        let noise = max(mine.magnitude / Self.priceMoves, grossWorth(with: snapshot) / Self.markNoise)
        // A sale turns shares into cash, and leaves the account worth as much as before.
        return change <= noise && hasCashMoved(record.symbol, by: mine) ? .isGone : .nothing
    }

    /// Something is held that the list does not show, be it these shares, some of them or others: the cash may have come for what
    /// else has changed.
    private func isWorthMore(
        _ record: PositionRecord, to brokers: Quantity, _ snapshot: BrokerState
    ) throws(NumericError) -> Bool {
        guard let (beyond, arePriced) = try worthBeyondList(snapshot), arePriced else { return false }
        let mine = worth(of: record.symbol, from: record.quantity, to: brokers)
        let noise = max(mine.magnitude / Self.priceMoves, grossWorth(with: snapshot) / Self.markNoise)
        return beyond.signum() == mine.signum() && beyond.magnitude > noise
    }

    /// How far what the account is worth beyond the list is from the worth of these shares, and from nothing, whichever of the
    /// others that differ are gone as well, and whatever the list does not show yet of what others were told to have traded.
    private func distances(
        of beyond: Int128, from mine: Int128, _ symbol: Symbol, _ snapshot: BrokerState
    ) -> (held: UInt128, gone: UInt128) {
        let traded = state.reconciler.unbookedFills(beside: symbol).map {
            worth(of: $0.symbol, from: $0.bought, to: .zero)
        }
        let others = sums(of: differences(from: snapshot).filter { $0.symbol != symbol }.map(\.worth) + traded)
        func distance(_ expected: Int128) -> UInt128 {
            others.map { (beyond - expected - $0).magnitude }.min() ?? .max
        }
        return (distance(mine), distance(0))
    }

    /// Units of money that the account is worth more than by our books.
    private func equityChange(_ snapshot: BrokerState) throws(NumericError) -> Int128 {
        let other = (state.portfolio.otherValue ?? .zero).units
        return try Int128(snapshot.account.equity.units) - Int128(state.marked.equity().units) - Int128(other)
    }

    /// In the same direction, and by no less.
    private func hasCashMoved(_ symbol: Symbol, by worth: Int128) -> Bool {
        let least = worth.magnitude - worth.magnitude / Self.priceMoves
        return unexplainedCash(for: symbol).contains {
            $0.isWitness && $0.units.signum() == worth.signum() && $0.units.magnitude >= least
        }
    }

    /// One of two explanations counts when the other one is so many times as far away.
    private static let clearly: UInt128 = 4

    /// The broker's prices and ours may make all positions together differ by one part in so many.
    private static let markNoise: UInt128 = 50

    /// Each of them may be so or not: every sum of some of them, or with many that of all and of none.
    private func sums(of worths: [Int128]) -> [Int128] {
        guard worths.count <= 6 else { return [0, worths.reduce(0, +)] }
        return worths.reduce([0]) { sums, worth in sums + sums.map { $0 + worth } }
    }

    /// Units of money that the account is worth beyond its cash, what the list shows, and what it was worth beyond them when
    /// all agreed, as where it holds what no list shows; nil in another currency. What has no price yet counts with what it
    /// has cost.
    private func worthBeyondList(
        _ snapshot: BrokerState
    ) throws(NumericError) -> (worth: Int128, arePriced: Bool)? {
        guard snapshot.account.currency == state.configuration.currency else { return nil }
        let listed = try value(of: snapshot.positions)
        let unlisted = state.portfolio.otherValue ?? .zero
        let beyondCash = Int128(snapshot.account.equity.units) - Int128(snapshot.account.cash.units)
        return (beyondCash - Int128(listed.value.units) - Int128(unlisted.units), listed.arePriced)
    }

    /// All that is listed, and what our books have beyond that, long or short.
    private func grossWorth(with snapshot: BrokerState) -> UInt128 {
        let listed = snapshot.positions.map { worth(of: $0.symbol, from: $0.quantity, to: .zero).magnitude }
        return listed.reduce(0, +) + differences(from: snapshot).map(\.worth.magnitude).reduce(0, +)
    }

    /// What each symbol of which the list shows another quantity than our books is worth less there, in symbol order.
    private func differences(from snapshot: BrokerState) -> [(symbol: Symbol, worth: Int128)] {
        var listed: [Symbol: Quantity] = [:]
        for position in snapshot.positions { listed[position.symbol] = position.quantity }
        return Set(listed.keys).union(state.portfolio.positions.keys).sorted().compactMap { symbol in
            let (ours, theirs) = (state.portfolio.positions[symbol]?.quantity ?? .zero, listed[symbol] ?? .zero)
            return ours == theirs ? nil : (symbol, worth(of: symbol, from: ours, to: theirs))
        }
    }

    /// What came in before a list has shown the shares came for something else, but for the time that lists may be behind.
    private func unexplainedCash(for symbol: Symbol) -> [CashChange] {
        let listedAt = state.portfolio.positions[symbol]?.listedAt.map {
            $0 + TimeSpan(nanoseconds: -reportLag.nanoseconds)
        }
        return state.reconciler.unexplainedCash(
            since: state.reconciler.discrepancy(of: symbol)?.since ?? state.now, after: listedAt)
    }

    /// Cash came in for the shares, or went out for those of a short, and about as much as they are worth, alone or with what
    /// else differs: in one reading, or in some that followed one another. A deposit of a hundred times as much has sold
    /// nothing.
    private func isPaidFor(_ record: PositionRecord, to brokers: Quantity) -> Bool {
        let movements = unexplainedCash(for: record.symbol)
        let others = state.reconciler.discrepancies.filter { $0.symbol != record.symbol }
            .reduce(Int128(0)) { $0 + worth(of: $1.symbol, from: $1.ours, to: $1.brokers) }
        let mine = worth(of: record.symbol, from: record.quantity, to: brokers)
        guard mine != 0 else { return false }
        // What brought far more brings more or less than its price by as much as these are worth.
        let isSeen = mine.magnitude > others.magnitude / Self.sinceSold
        return movements.indices.contains { first in
            var (cash, isWitnessed) = (Int128(0), false)
            return movements[first...].contains { movement in
                cash += movement.units
                isWitnessed = isWitnessed || movement.isWitness
                return isWitnessed
                    && (isSeen ? [0, others] : [0]).contains {
                        (cash - $0 - mine).magnitude <= mine.magnitude / Self.sinceSold
                    }
            }
        }
    }

    /// Others have traded what the broker shows otherwise than our books, as far as their executions or the cash say.
    func isTradedByOthers(_ record: PositionRecord, to brokers: Quantity) -> Bool {
        state.reconciler.isExplainedByFills(brokers, from: record.quantity, of: record.symbol)
            || isPaidFor(record, to: brokers)
    }

    /// Prices of ours and of the broker may differ by one part in so many.
    private static let priceMoves: UInt128 = 4

    /// Since it was sold the price may have moved by one part in so many. Of a wider range any fee is the price of some shares.
    private static let sinceSold: UInt128 = 16

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
        state.reconciler.explainCash(money, withinOneIn: Self.sinceSold, at: state.now)
    }

    /// Only the lists are waited for, since they are contradicted or a split is not booked, and they show some shares on the side
    /// that our books have: these get their stop meanwhile (I-DOUBT-4), since the wait can last a quarter of an hour, or a day. Only
    /// against a market that is known now: it may be that of other shares than the plan's.
    func holdsAgreedShares(_ symbol: Symbol) -> Bool {
        guard state.holds.awaitsSnapshot(symbol), !state.holds.isPaused(symbol, in: state.cycle.number),
            isTraded(symbol), state.market.isFresh(symbol),
            state.holds.reportedReasons(of: symbol).contains(where: \.isAboutQuantity),
            let ours = state.portfolio.positions[symbol]?.quantity, let brokers = unconfirmedQuantity(of: symbol)
        else { return false }
        return !brokers.isZero && brokers.isNegative == ours.isNegative
    }

    /// An order that nobody here has placed. Whether its fills are in the position that we have adopted, no event can
    /// show: the report may be new, or be repeated after a reconnect. The broker's lists are authoritative about both.
    mutating func noteUnknownOrder(_ report: ExecutionReport) {
        alert(.notice, report.terms?.symbol, .reportOnUnknownOrder(order: report.clientOrderID, report.event))
        guard let terms = report.terms else { return requestReconcile() }
        noteUnbookedFill(report, of: terms)
        awaitBrokerSnapshot(of: terms.symbol)
    }

    /// What was executed before a list has shown the position is in our books: it is told again after a reconnect.
    /// - Parameters:
    ///   - terms: of the order.
    ///   - booked: what our books have of it.
    mutating func noteUnbookedFill(_ report: ExecutionReport, of terms: NewOrder, booked: Quantity = .zero) {
        guard let record = state.portfolio.positions[terms.symbol],
            record.listedAt.map({ report.at + reportLag > $0 }) ?? true
        else { return }
        state.reconciler.noteUnbookedFill(report, of: terms, booked: booked)
    }

    mutating func endContradiction(of symbol: Symbol) {
        state.holds.endReport(.contradiction, of: symbol)
        state.reconciler.endContradiction(of: symbol)
    }

    mutating func tellContradiction(_ contradiction: Contradiction, of symbol: Symbol, byAccount: Bool) {
        state.reconciler.noteContradiction(contradiction, of: symbol, byAccount: byAccount, at: state.now)
        guard state.holds.report(.contradiction(contradiction), of: symbol) else { return }
        alert(.emergency, symbol, .positionContradicted(contradiction))
    }
}

extension Quantity {
    fileprivate var magnitude: Quantity { Quantity(units: Int64(clamping: units.magnitude)) }
}
