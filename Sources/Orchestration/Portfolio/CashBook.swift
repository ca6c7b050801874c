import Trading

/// Movements of cash by the broker's ids: each is booked once, however often it is told, and whatever our cash had of it
/// before it was told.
///
/// What happened when is judged by the broker's clock alone: by it movements are dated, and its states too. Ours may be an
/// hour off.
///
/// Invariants (I-CASH-1 to 4 in docs/invariants.md):
/// 1. A movement is booked once by its id; told again with other figures, the difference is.
/// 2. What was there before our books is in their first figures, and is not booked.
/// 3. Cash that was adopted without a reason is not booked once more when its reason is told.
package struct CashBook: Sendable, Hashable, Codable {
    /// When our books have their first figures from, by the broker's clock.
    private var openedAt: Timestamp?
    private var known: [CashMovementID: Known] = [:]
    /// Those that are known, oldest first.
    private var order: [CashMovementID] = []
    /// Times of those in ``order``.
    private var times: [Timestamp] = []
    /// Time of the newest that was forgotten: what is older and not known is taken for known.
    private var forgottenAt: Timestamp?
    /// Told by themselves before our books began, and so late that the first figures may not have them, newest last.
    private var unclear: [CashMovement] = []
    /// Cash that was adopted without a reason, newest last.
    private var unexplained: [Unexplained] = []
    /// Dividends that came before anybody announced them, newest last.
    private var paid: [PaidDividend] = []
    /// What messages have told lately, newest last.
    private var messages: [Message] = []

    private struct Known: Sendable, Hashable, Codable {
        var kind: CashMovement.Kind
        var amount: Money
        var symbol: Symbol?
        /// Nothing of it was booked: it was there before.
        var isBefore: Bool
    }

    struct Unexplained: Sendable, Hashable, Codable {
        enum How: String, Sendable, Codable {
            /// Too little to be asked about: it counts as a gain or a loss.
            case small
            /// As money that was brought or taken away.
            case moved
            /// As the payment of a dividend that was due.
            case dividendDue = "dividend_due"
        }
        var amount: Money
        var how: How
        /// By the broker's clock.
        var at: Timestamp
    }

    private struct PaidDividend: Sendable, Hashable, Codable {
        var symbol: Symbol
        var amount: Money
        var at: Timestamp
    }

    private struct Message: Sendable, Hashable, Codable {
        var amount: Money
        var at: Timestamp
    }

    /// A movement that is not known, or not like that.
    struct News {
        var movement: CashMovement
        var done: CashDone
        /// What is to be booked: for a correction the first comes back, and what it is after all follows.
        var parts: [CashMovement]
        /// How our cash has it already; nil when it has not.
        var isInCash: Unexplained.How?

        /// Paid in or out, and in our cash already as what was too little to ask about.
        func flowInCash() throws(NumericError) -> Money {
            var total = Money.zero
            guard isInCash == .small || isInCash == .dividendDue else { return total }
            for part in parts where !part.kind.isProfit { try total += part.amount }
            return total
        }

        func amount() throws(NumericError) -> Money {
            var total = Money.zero
            for part in parts { try total += part.amount }
            return total
        }
    }

    package init() {}

    /// Our books begin with the account's figures of then, by the broker's clock.
    mutating func open(at time: Timestamp) {
        guard openedAt == nil else { return }
        openedAt = time
        unclear.removeAll { $0.at < time }
    }

    /// The broker's figures are as ours, and have all that happened before this: our books had it from the beginning.
    mutating func figuresAgree(from time: Timestamp) { unclear.removeAll { $0.at < time } }

    /// Of what was told before our books began, the one of which a figure shows that they lack it: exactly that amount. It is
    /// not known any more, so that it is booked as any other.
    mutating func takeUnclear(_ lacking: Money) -> CashMovement? {
        guard !lacking.isZero, let place = unclear.lastIndex(where: { $0.amount == lacking }) else { return nil }
        let movement = unclear.remove(at: place)
        known[movement.id] = nil
        if let place = order.firstIndex(of: movement.id) {
            order.remove(at: place)
            times.remove(at: place)
        }
        return movement
    }

    // MARK: - What the broker tells

    /// - Parameters:
    ///   - hasBooks: an account was read before; else all of these are in what is read first.
    ///   - isListed: in a state of the broker, whose figures have them.
    mutating func take(_ movements: [CashMovement], hasBooks: Bool, isListed: Bool) -> [News] {
        if !hasBooks { noteUnclear(movements, isListed: isListed) }
        var news = movements.suffix(CoreLimits.cashMovementsTold).compactMap { take($0, hasBooks: hasBooks) }
        for index in news.indices where news[index].done == .booked {
            news[index].isInCash = takeUnexplained(news[index].movement.amount, before: news[index].movement.at)
        }
        explainTogether(&news)
        for index in news.indices where news[index].isInCash != nil { news[index].done = .wasInCash }
        for index in news.indices {
            // What the account was put right by may have been adopted before anybody told why.
            guard case .corrected(let before) = news[index].done else { continue }
            let change = Int64(clamping: Int128(news[index].movement.amount.units) - Int128(before.units))
            news[index].isInCash = takeUnexplained(Money(units: change), before: news[index].movement.at)
        }
        return news
    }

    private mutating func take(_ movement: CashMovement, hasBooks: Bool) -> News? {
        let isBefore = !hasBooks || openedAt.map { movement.at < $0 } ?? true
        let now = Known(
            kind: movement.kind, amount: movement.amount, symbol: movement.symbol, isBefore: isBefore)
        guard let before = known[movement.id] else {
            if let forgottenAt, movement.at <= forgottenAt { return nil }
            remember(now, movement)
            return News(
                movement: movement, done: isBefore ? .wasThereBefore : .booked, parts: isBefore ? [] : [movement])
        }
        guard before.amount != now.amount || before.kind != now.kind || before.symbol != now.symbol,
            !(before.amount.isZero && now.amount.isZero)
        else { return nil }
        known[movement.id] = with(now) { $0.isBefore = false }
        if !before.kind.isProfit, !now.kind.isProfit {
            // What was paid is one sum: paid back and paid anew, it may take more than there is, and shares of that say nothing.
            let change = Int64(clamping: Int128(now.amount.units) - Int128(before.amount.units))
            return News(
                movement: movement, done: .corrected(from: before.amount),
                parts: [with(movement) { $0.amount = Money(units: change) }])
        }
        let first = CashMovement(
            id: movement.id, kind: before.kind, amount: Money(units: Int64(clamping: -Int128(before.amount.units))),
            symbol: before.symbol, at: movement.at)
        return News(movement: movement, done: .corrected(from: before.amount), parts: [first, movement])
    }

    private mutating func noteUnclear(_ movements: [CashMovement], isListed: Bool) {
        let ids = Set(movements.map(\.id))
        unclear.removeAll { ids.contains($0.id) }
        if !isListed { unclear = (unclear + movements).suffix(CoreLimits.cashMessages) }
    }

    private mutating func remember(_ value: Known, _ movement: CashMovement) {
        known[movement.id] = value
        order.append(movement.id)
        times.append(movement.at)
        guard order.count > CoreLimits.knownCashMovements else { return }
        known[order.removeFirst()] = nil
        let time = times.removeFirst()
        forgottenAt = max(forgottenAt ?? time, time)
    }

    // MARK: - What our cash has already

    /// So much more, or less, cash than our books have was adopted.
    /// - Parameter time: by the broker's clock.
    mutating func noteUnexplained(_ amount: Money, _ how: Unexplained.How, at time: Timestamp) {
        guard !amount.isZero else { return }
        unexplained.append(Unexplained(amount: amount, how: how, at: time))
        if unexplained.count > CoreLimits.unexplainedCash { unexplained.removeFirst() }
    }

    /// It was adopted when it had happened, and no longer ago than reports of it take.
    private mutating func takeUnexplained(_ amount: Money, before time: Timestamp) -> Unexplained.How? {
        let place = unexplained.lastIndex { jump in
            jump.amount == amount && time <= jump.at && jump.at <= time + CoreLimits.cashReportDelay
        }
        return place.map { unexplained.remove(at: $0).how }
    }

    /// A dividend and its tax come as one sum.
    private mutating func explainTogether(_ news: inout [News]) {
        let open = news.indices.filter { news[$0].done == .booked && news[$0].isInCash == nil }
        guard open.count > 1, let latest = open.map({ news[$0].movement.at }).max() else { return }
        let sum = Money(units: open.reduce(Int64(0)) { $0.addingClamped(news[$1].movement.amount.units) })
        guard !sum.isZero, let how = takeUnexplained(sum, before: latest) else { return }
        for index in open { news[index].isInCash = how }
    }

    // MARK: - Messages

    /// Told by itself: lists may not have it yet.
    mutating func noteMessage(_ amount: Money, at now: Timestamp) {
        messages.append(Message(amount: amount, at: now))
        if messages.count > CoreLimits.cashMessages { messages.removeFirst() }
    }

    /// What messages since then come to: the newest alone, the two newest together, and so on.
    func messages(since time: Timestamp) -> [Money] {
        var sums: [Money] = []
        for message in messages.reversed() where message.at > time {
            sums.append(Money(units: (sums.last?.units ?? 0).addingClamped(message.amount.units)))
        }
        return sums
    }

    // MARK: - Dividends

    mutating func notePaidDividend(_ amount: Money, of symbol: Symbol, at time: Timestamp) {
        paid.append(PaidDividend(symbol: symbol, amount: amount, at: time))
        if paid.count > CoreLimits.paidDividends { paid.removeFirst() }
    }

    /// A dividend is announced that was paid before.
    mutating func takePaidDividend(of symbol: Symbol, due: Money, at now: Timestamp) -> Money? {
        let place = paid.firstIndex {
            $0.symbol == symbol && $0.at + CoreLimits.dividendPaidBefore >= now
                && DividendsDue.isPaid(due, by: $0.amount, of: symbol)
        }
        return place.map { paid.remove(at: $0).amount }
    }

    // MARK: - Time

    /// Our clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        messages = messages.map { with($0) { $0.at = min($0.at + span, now) } }
    }
}

/// What was done about a movement of cash.
package enum CashDone: Sendable, Hashable, Codable {
    /// It is in our cash from now on.
    case booked
    /// Our cash had it already, without knowing what it was.
    case wasInCash
    /// It is in the figures that our books began with.
    case wasThereBefore
    /// It was told before with another amount, or as something else.
    case corrected(from: Money)
}
