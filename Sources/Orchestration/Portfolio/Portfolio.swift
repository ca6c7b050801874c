import Trading

/// What is held, what is ordered, and what came of it.
///
/// Invariants:
/// 1. A position has shares, and stands under its own symbol.
/// 2. What is paid in or out is no profit and no loss: see ``EquityMarks``.
package struct Portfolio: Sendable, Hashable, Codable {
    package private(set) var account: Account?
    /// What is believed of its figures.
    package private(set) var evidence = AccountEvidence()
    /// When an execution was booked last.
    private(set) var bookedAt: Timestamp?
    /// What the broker counts beyond cash and positions, as far as that is known of the positions as they are.
    var otherValue: Money? { evidence.otherValue(bookedAt: bookedAt) }
    /// What entries cost that the account's buying power may not know of yet.
    private(set) var openings = Openings()
    package private(set) var positions: [Symbol: PositionRecord] = [:]
    package internal(set) var orders = OrderStore()
    /// Equity that losses are measured against.
    package private(set) var marks = EquityMarks()
    /// Profit realized since the journal began.
    package private(set) var realizedProfit: Money = .zero
    /// What shares trade without and the broker has not paid: it counts as cash.
    private(set) var dividends = DividendsDue()
    /// Movements of cash that the broker has told.
    private var cashBook = CashBook()
    /// Positions that were closed lately, newest last: an execution that is taken back brings one back.
    private var closed: [PositionRecord] = []
    /// Shares that were handed out for others, and that the broker does not show yet.
    private var spunOff: [SpunOff] = []

    package init(account: Account? = nil, positions: [PositionRecord] = []) {
        self.account = account
        for record in positions { self.positions[record.symbol] = record }
    }

    // MARK: - What the broker reports

    /// - Parameter time: the account's figures are from then or later, and know of everything before it.
    private mutating func adopt(_ account: Account, from time: Timestamp) {
        self.account = account
        openings.drop(before: time)
    }

    /// The first figures.
    /// - Parameter told: by the broker's clock they are from then or later.
    /// - Returns: whether they are taken; else they are to be read again.
    mutating func open(
        _ account: Account, held: Money, isPriced: Bool, from time: Timestamp, told: Timestamp, at now: Timestamp
    ) throws(NumericError) -> Bool {
        guard try evidence.admitsOpening(account, held: held, isPriced: isPriced, at: now) else { return false }
        adopt(account, from: time)
        cashBook.open(at: told)
        return true
    }

    /// An answer of the broker, be it one of which nothing else is taken.
    mutating func sees(_ account: Account) { evidence.sees(account) }

    /// The cash of an answer whose movements of cash are booked, be it one of which nothing else is taken.
    mutating func sees(cash: Money) {
        guard let ours = account?.cash else { return }
        evidence.shows(Money(units: Int64(clamping: Int128(cash.units) - Int128(ours.units))))
    }

    /// The broker's adapter has connected.
    mutating func connectionBegins() { evidence.connectionBegins() }

    /// A position is as the broker shows it, and what the broker counted beyond positions may have been that.
    mutating func positionAdopted() { evidence.positionAdopted() }

    /// The broker's figures, laid beside ours. What is not believed yet lets nothing be bought for it; nothing is sold for
    /// it either.
    /// - Parameters:
    ///   - time: the figures are from then or later.
    ///   - equity: by our books, with what was adopted of this reading where that has a price.
    mutating func examine(
        _ told: AccountEvidence.Reading, from time: Timestamp, equity: Money
    ) throws(NumericError) -> AccountEvidence.Finding {
        let before = told.held == nil ? equity : try equity - told.adopted
        let reading = try withoutPaidDividends(told)
        let finding = try evidence.examine(reading)
        switch finding {
        case .agrees:
            // Shares that came in, or went out, without a price in cash.
            let unpaid = try reading.theirs.cash - reading.ours.cash + reading.adopted
            let isMoved = try unpaid.magnitude() > AccountEvidence.small(reading)
            if isMoved { try paid(unpaid, before: before) } else { try marks.settle(equity) }
            if reading.isQuiet { cashBook.noteUnexplained(unpaid, isMoved ? .moved : .small, at: reading.toldAt) }
            adopt(try evidence.admitted(reading), from: time)
            cashBook.figuresAgree(from: reading.toldAt + (time - reading.at))
        case .moved(let cash):
            try paid(cash + reading.adopted, before: before)
            cashBook.noteUnexplained(cash, .moved, at: reading.toldAt)
            adopt(reading.theirs, from: time)
        case .doubtful:
            account?.buyingPower = min(reading.ours.buyingPower, reading.theirs.buyingPower)
            // What was adopted without its price in cash came from outside, until the cash says otherwise.
            try paid(reading.adopted, before: before)
        }
        return finding
    }

    // MARK: - Movements of cash

    /// Books what is new of movements that the broker has told. Those of its state are in its figures, which are read next.
    /// - Parameters:
    ///   - isListed: in the broker's state; else it is a message of its own.
    ///   - equity: by our books.
    /// - Returns: those that were not known, and what was done about each.
    mutating func book(
        _ movements: [CashMovement], isListed: Bool, equity: Money, at now: Timestamp
    ) throws(NumericError) -> [(movement: CashMovement, done: CashDone)] {
        var told: [(movement: CashMovement, done: CashDone)] = []
        var equity = equity
        if account != nil { cashBook.open(at: now) }
        let all = cashBook.take(movements, hasBooks: account != nil, isListed: isListed)
        try bookSeen(all.filter { $0.done != .wasThereBefore }, equity: equity)
        for news in all {
            guard news.done != .wasThereBefore else {
                told.append((news.movement, news.done))
                continue
            }
            for part in news.parts {
                try book(part, isInCash: news.isInCash, equity: equity)
                if news.isInCash == nil { try equity += part.amount }
            }
            if !isListed, news.isInCash == nil {
                cashBook.noteMessage(try news.amount(), at: now)
                bookedAt = now
            }
            told.append((news.movement, news.done))
        }
        return told
    }

    /// What was taken for a gain or loss of the day, and was none; a peak that it has made stands. A deposit and a withdrawal that came
    /// to little together are one flow: equity has never had the one without the other.
    private mutating func bookSeen(_ news: [CashBook.News], equity: Money) throws(NumericError) {
        var seen = Money.zero
        for one in news { try seen += one.flowInCash() }
        if !seen.isZero { try paid(seen, before: equity - seen, isInPeaks: !seen.isNegative) }
    }

    /// - Parameter isInCash: how our cash had it already; nil when it had not.
    private mutating func book(
        _ part: CashMovement, isInCash: CashBook.Unexplained.How?, equity: Money
    ) throws(NumericError) {
        if isInCash == nil {
            try account?.cash += part.amount
            try account?.equity += part.amount
            if part.amount.isNegative, let power = account?.buyingPower {
                account?.buyingPower = try power + part.amount
            }
        }
        guard part.kind.isProfit else {
            if isInCash == nil { try paid(part.amount, before: equity) }
            return
        }
        // It was taken for money paid in or out.
        if isInCash == .moved { try paid(part.amount.negated(), before: equity) }
        if part.kind == .dividend, isInCash == .dividendDue { return }
        if part.kind == .dividend, let symbol = part.symbol {
            if dividends.pay(part.amount, of: symbol) { return }
            cashBook.notePaidDividend(part.amount, of: symbol, at: part.at)
        }
        try countProfit(part.amount, of: part.symbol)
    }

    /// It moves what losses are measured against (I-FLOW-1, I-FLOW-2).
    private mutating func paid(_ flow: Money, before: Money, isInPeaks: Bool = false) throws(NumericError) {
        try marks.paid(flow, before: before, beyond: evidence.beyondBooks, isInPeaks: isInPeaks)
    }

    private mutating func countProfit(_ profit: Money, of symbol: Symbol?) throws(NumericError) {
        try realizedProfit += profit
        if let symbol { try positions[symbol]?.realizedProfit += profit }
    }

    /// A reading that does not have yet what the broker has told of its cash since.
    func isBehindMessages(_ theirs: Account, knownAt time: Timestamp) -> Bool {
        guard let cash = account?.cash, theirs.cash != cash else { return false }
        return cashBook.messages(since: time).contains { cash.units.addingClamped(-$0.units) == theirs.cash.units }
    }

    /// A movement that was told before our books began, and that a figure shows them to lack: it is to be booked now.
    mutating func takeUnclearMovement(shownBy theirs: Account) -> CashMovement? {
        account.flatMap { cashBook.takeUnclear(Money(units: theirs.cash.units.addingClamped(-$0.cash.units))) }
    }

    /// A dividend that was due and is paid is cash that our books expect.
    private mutating func withoutPaidDividends(
        _ reading: AccountEvidence.Reading
    ) throws(NumericError) -> AccountEvidence.Reading {
        let change = try reading.theirs.cash - reading.ours.cash
        let paid = try change - dividends.settle(change, at: reading.at)
        guard !paid.isZero else { return reading }
        cashBook.noteUnexplained(paid, .dividendDue, at: reading.toldAt)
        var ours = reading.ours
        try ours.cash += paid
        account?.cash = ours.cash
        return AccountEvidence.Reading(
            theirs: reading.theirs, ours: ours, held: reading.held, adopted: reading.adopted, isQuiet: reading.isQuiet,
            at: reading.at, toldAt: reading.toldAt)
    }

    /// The broker's quantity and average price replace ours.
    /// - Parameters:
    ///   - origin: of a position that was not held on this side.
    /// - Returns: the position as it is now when it was held on this side before; nil for a new one.
    mutating func adopt(
        _ theirs: BrokerPosition, at now: Timestamp, as origin: PositionRecord.Origin
    ) -> PositionRecord? {
        guard var record = positions[theirs.symbol], record.isLong == theirs.quantity.isPositive else {
            var record = PositionRecord(
                symbol: theirs.symbol, quantity: theirs.quantity, averagePrice: theirs.averagePrice, openedAt: now)
            record.origin = origin
            positions[theirs.symbol] = record
            return nil
        }
        record.adopt(theirs)
        positions[theirs.symbol] = record
        return record
    }

    /// A person has named the initial stop of a position that was there before. It holds once it was held against the market.
    mutating func nameStop(_ stop: Price, of symbol: Symbol) {
        guard let record = positions[symbol], record.origin == .opening, record.initialStop == nil else { return }
        positions[symbol]?.namedStop = stop
    }

    /// A price that is believed, of now.
    /// - Returns: the stop that a person has named, when the market is through it.
    mutating func see(price: Price, of symbol: Symbol) -> Price? { positions[symbol]?.see(price: price) }

    /// The broker's list shows what our books have.
    /// - Parameter price: of a share now; nil when that is not known.
    mutating func noteListed(_ symbol: Symbol, at price: Price?, _ time: Timestamp) {
        positions[symbol]?.noteListed(at: price, time)
    }

    /// The broker holds none of it.
    mutating func close(_ symbol: Symbol) { positions[symbol] = nil }

    // MARK: - Executions

    /// Books an execution into position, cash and the realized profit; returns what it did.
    /// - Parameters:
    ///   - charges: fees and taxes: a loss of the position.
    ///   - isEntry: by an entry of ours; what any other order opens was opened by somebody else.
    mutating func book(
        _ side: Side, _ size: Quantity, _ symbol: Symbol, at price: Price, charges: Money = .zero, time: Timestamp,
        bookedAt: Timestamp, initialStop: Price?, isEntry: Bool = true
    ) throws(NumericError) -> BookedExecution.Figures {
        self.bookedAt = bookedAt
        let change = side == .buy ? size : try size.negated()
        try account?.cash -= price.times(change) + charges
        let opened = try opening(change, symbol)
        if opened.isPositive { try openings.add(price.times(opened), at: bookedAt) }
        var figures = BookedExecution.Figures(
            side: side, quantity: size, price: price, charges: charges, closed: try size - opened,
            basis: positions[symbol]?.averagePrice ?? price, realized: .zero, at: time)
        guard var record = positions[symbol] else {
            open(symbol, change, at: price, time: time, initialStop: initialStop, isEntry: isEntry)
            figures.realized = try charge(charges, to: symbol)
            return figures
        }
        let after = try record.quantity + change
        let flips = !after.isZero && after.isNegative != record.quantity.isNegative
        let closing = flips ? try record.quantity.negated() : change
        let realized = try record.book(closing, at: price) - charges
        try record.realizedProfit -= charges
        try realizedProfit += realized
        keep(record, of: symbol)
        if flips { open(symbol, after, at: price, time: time, initialStop: nil, isEntry: false) }
        figures.realized = realized
        return figures
    }

    private mutating func keep(_ record: PositionRecord, of symbol: Symbol) {
        guard record.quantity.isZero else { return positions[symbol] = record }
        positions[symbol] = nil
        closed.removeAll { $0.symbol == symbol }
        closed.append(record)
        if closed.count > CoreLimits.closedPositions { closed.removeFirst() }
    }

    /// - Returns: what it is of profit.
    private mutating func charge(_ charges: Money, to symbol: Symbol) throws(NumericError) -> Money {
        let profit = try charges.negated()
        try realizedProfit += profit
        try positions[symbol]?.realizedProfit += profit
        return profit
    }

    /// How much of a change opens or adds, and does not close.
    private func opening(_ change: Quantity, _ symbol: Symbol) throws(NumericError) -> Quantity {
        let held = positions[symbol]?.quantity ?? .zero
        let closes = held.isNegative != change.isNegative
        return closes ? max(.zero, try change.magnitude() - held.magnitude()) : try change.magnitude()
    }

    private mutating func open(
        _ symbol: Symbol, _ quantity: Quantity, at price: Price, time: Timestamp, initialStop: Price?, isEntry: Bool
    ) {
        var record = PositionRecord(symbol: symbol, quantity: quantity, averagePrice: price, openedAt: time)
        record.initialStop = initialStop
        if !isEntry { (record.origin, record.adoptedPrice) = (.found, price) }
        record.unprotectedSince = time
        positions[symbol] = record
    }

    // MARK: - Executions that are taken back

    /// An execution did not count: cash, position and profit are as without it.
    /// - Parameter bookedAt: now.
    mutating func takeBack(
        _ figures: BookedExecution.Figures, of symbol: Symbol, bookedAt: Timestamp
    ) throws(NumericError) {
        self.bookedAt = bookedAt
        try account?.cash += figures.price.times(figures.change(of: figures.quantity)) + figures.charges
        try realizedProfit -= figures.realized
        let opened = try figures.quantity - figures.closed
        if opened.isPositive { try takeBackOpening(figures, opened, of: symbol, at: bookedAt) }
        if figures.closed.isPositive { try takeBackClosing(figures, of: symbol, at: bookedAt) }
        if figures.closed.isZero { try positions[symbol]?.realizedProfit += figures.charges }
    }

    /// Shares that it brought were never there.
    private mutating func takeBackOpening(
        _ figures: BookedExecution.Figures, _ opened: Quantity, of symbol: Symbol, at now: Timestamp
    ) throws(NumericError) {
        let change = try figures.change(of: opened)
        guard var record = positions[symbol], record.quantity.isNegative == change.isNegative, record.size >= opened
        else { return try trade(change.negated(), symbol, at: figures.price, now) }
        try record.remove(change, at: figures.price)
        keep(record, of: symbol)
    }

    /// Shares that it took away are there, at what they had cost, with the memory of their position.
    private mutating func takeBackClosing(
        _ figures: BookedExecution.Figures, of symbol: Symbol, at now: Timestamp
    ) throws(NumericError) {
        let change = try figures.change(of: figures.closed).negated()
        guard positions[symbol].map({ $0.quantity.isNegative == change.isNegative }) ?? true else {
            return try trade(change, symbol, at: figures.basis, now)
        }
        guard var record = positions[symbol] ?? closed.last(where: { $0.symbol == symbol }) else {
            return open(symbol, change, at: figures.basis, time: now, initialStop: nil, isEntry: false)
        }
        closed.removeAll { $0.symbol == symbol }
        if positions[symbol] == nil { record.unprotectedSince = now }
        try record.add(change, at: figures.basis)
        try record.realizedProfit -= figures.realized
        positions[symbol] = record
    }

    /// As it was after its last execution.
    func lastClosed(_ symbol: Symbol) -> PositionRecord? { closed.last { $0.symbol == symbol } }

    /// What else was traded since stands on the other side: the totals are right, whatever is realized.
    private mutating func trade(
        _ change: Quantity, _ symbol: Symbol, at price: Price, _ now: Timestamp
    ) throws(NumericError) {
        let cash = account?.cash
        _ = try book(
            change.isNegative ? .sell : .buy, change.magnitude(), symbol, at: price, time: now, bookedAt: now,
            initialStop: nil, isEntry: false)
        if let cash { account?.cash = cash }
    }

    // MARK: - What is decided and observed of a position

    /// A person wants it managed.
    mutating func handOver(_ symbol: Symbol) { positions[symbol]?.isHandedOver = true }

    /// What was found at the broker is what an entry of ours has bought: R is counted from the stop that it brought.
    mutating func entered(_ symbol: Symbol, stop: Price) {
        guard var record = positions[symbol], record.isAdopted else { return }
        (record.origin, record.initialStop) = (.entered, stop)
        positions[symbol] = record
    }

    /// Rungs of the profit ladder are taken: something of each was executed.
    mutating func take(rungs: [String], of symbol: Symbol, at now: Timestamp) {
        guard !rungs.isEmpty, var record = positions[symbol] else { return }
        record.rungsTaken = (record.rungsTaken + rungs).sorted()
        record.lastPartialAt = now
        positions[symbol] = record
    }

    /// - Parameter time: nil when a stop rests for all of it.
    mutating func unprotected(_ symbol: Symbol, since time: Timestamp?) { positions[symbol]?.unprotectedSince = time }

    // MARK: - Corporate actions

    /// - Parameter price: of after a split, when prices of after it have moved the marks.
    mutating func restate(
        _ symbol: Symbol, by restatement: Restatement, seen price: Price? = nil
    ) throws(NumericError) {
        try positions[symbol]?.restate(by: restatement, seen: price)
    }

    /// The broker's quantity was adopted before the action was known; its average may follow a day later.
    mutating func keepQuantity(of record: PositionRecord) {
        positions[record.symbol]?.keepQuantity(of: record)
    }

    /// The position was found as it is after the action.
    mutating func keepFigures(of record: PositionRecord) {
        positions[record.symbol]?.keepFigures(of: record)
    }

    /// Shares trade without it from now on.
    mutating func expectDividend(_ amount: Money, of symbol: Symbol, at now: Timestamp) throws(NumericError) {
        guard let paid = cashBook.takePaidDividend(of: symbol, due: amount, at: now) else {
            return dividends.add(amount, of: symbol, at: now)
        }
        // Paid before anybody announced it: it was counted as profit then, and lowers what the shares have cost now.
        try countProfit(paid.negated(), of: symbol)
    }

    /// So much of what is held is in shares that the broker does not show yet.
    /// - Parameter equity: by our books, with their value.
    mutating func spinOff(_ shares: SpunOff, equity: Money) throws(NumericError) {
        try paid(shares.value.negated(), before: equity)
        spunOff.append(shares)
        if spunOff.count > CoreLimits.awaitedSpinOffs { spunOff.removeFirst() }
    }

    /// The broker shows them.
    /// - Parameters:
    ///   - value: what they are worth.
    ///   - equity: by our books, without it.
    mutating func takeSpunOff(
        _ symbol: Symbol, value: Money, equity: Money, at now: Timestamp
    ) throws(NumericError) -> SpunOff? {
        spunOff.removeAll { $0.since + CoreLimits.longestSpinOff <= now }
        guard let place = spunOff.firstIndex(where: { $0.symbol == symbol }) else { return nil }
        try paid(value, before: equity)
        return spunOff.remove(at: place)
    }

    /// A position that had vanished is back under another symbol.
    mutating func restore(_ record: PositionRecord, as other: Symbol) { positions[other] = record.renamed(other) }

    /// - Precondition: nothing is held of the other.
    mutating func rename(_ symbol: Symbol, to other: Symbol) {
        precondition(positions[other] == nil)
        positions[other] = positions.removeValue(forKey: symbol)?.renamed(other)
    }

    // MARK: - Market and equity

    /// Prices that just became believed move the water marks of positions that were there then.
    /// - Returns: stops that a person has named and that the market is through.
    mutating func updateWaterMarks(_ marks: [PriceMark]) -> [RefusedStop] {
        var refused: [RefusedStop] = []
        for mark in marks {
            guard let openedAt = positions[mark.symbol]?.openedAt, mark.end >= openedAt,
                let stop = positions[mark.symbol]?.see(mark)
            else { continue }
            refused.append(RefusedStop(symbol: mark.symbol, stop: stop, market: mark.price))
        }
        return refused
    }

    /// What everything is worth now, on this trading day. What the day began with is kept, so that a restart within the day
    /// does not forget a loss.
    mutating func noteEquity(_ equity: Money, day: Int64) throws(NumericError) {
        try marks.note(equity, day: day, isConfirmed: evidence.doubt == nil)
    }

    /// A pause after a loss is over.
    mutating func countAnew(_ kind: LossCause.Kind) { marks.countAnew(kind) }

    // MARK: - Time

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        orders.shift(by: span, now: now)
        openings.shift(by: span, now: now)
        cashBook.shift(by: span, now: now)
        evidence.shift(by: span, now: now)
        bookedAt = bookedAt.map { min($0 + span, now) }
    }
}

/// An initial stop that a person has named, and that the market is through.
struct RefusedStop {
    var symbol: Symbol
    var stop: Price
    var market: Price
}
