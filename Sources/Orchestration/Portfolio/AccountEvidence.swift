import Trading

/// What is believed of the broker's account figures: our own books, until a jump that nothing of ours explains has stayed
/// for some readings (I-ACCT-2).
///
/// Invariants:
/// 1. One reading moves nothing: cash and equity jump when the same jump was told ``needed`` times in ``patience`` or more, by
///    one connection.
/// 2. What is then paid in or out is no profit and no loss: see ``EquityMarks``.
package struct AccountEvidence: Sendable, Hashable, Codable {
    /// A jump that is not believed yet.
    package private(set) var doubt: AccountDoubt?
    /// The broker's equity less its cash and the value of what is held, when it was believed last: what it counts and we
    /// do not, such as interest or options.
    private var otherValue: Money?
    /// When it was; nil when positions have changed since otherwise than by our fills.
    private var otherValueAt: Timestamp?
    /// Another than that, told once: lists may be behind the figures.
    private var otherTold: OtherTold?
    /// The most cash that the broker has shown beyond our books since both agreed: what is taken out comes of that first
    /// (I-FLOW-2). One answer that shows less takes none of it back.
    private(set) var beyondBooks: Money = .zero
    /// At first contact: figures that do not fit together, and how often they were told.
    private var opening: Opening?

    private struct Opening: Sendable, Hashable, Codable {
        var account: Account
        var since: Timestamp
        var readings: Int64
    }

    private struct OtherTold: Sendable, Hashable, Codable {
        var value: Money
        var since: Timestamp
    }

    /// Readings that must agree, and their time.
    static let needed: Int64 = 5
    static let patience = TimeSpan.seconds(90)
    /// The same of figures that do not fit together, as when cash jumps and equity does not.
    static let neededWhenOdd: Int64 = 20
    static let patienceWhenOdd = TimeSpan.seconds(900)
    /// Of figures that do not fit together at first contact.
    static let neededAtOpening: Int64 = 5
    private static let openingShare = Ratio(units: 250_000)
    private static let unpricedOpening = Ratio(units: 400_000)
    /// Time to the next reading while there is a doubt.
    static let interval = TimeSpan.seconds(20)
    /// Of the equity: fees, interest and small dividends are adopted without a question.
    private static let smallShare = Ratio(units: 10_000)
    /// Of the equity, by which it may move between two readings while nothing says what it is made of.
    private static let unpricedShare = Ratio(units: 200_000)
    /// Of what is held, by which the broker's prices may be others than ours.
    private static let priceShare = Ratio(units: 50_000)

    package init() {}

    /// One reading, with what our books say at the same moment.
    struct Reading {
        let theirs: Account
        let ours: Account
        /// Held, at our prices; nil while one of them has none.
        let held: Money?
        /// Value that was adopted with positions of this reading: what they cost or brought is in the cash.
        let adopted: Money
        /// Nothing is in flight, and nothing was booked that the reading may not know of.
        let isQuiet: Bool
        let at: Timestamp
        /// The same by the broker's clock.
        let toldAt: Timestamp
    }

    /// Figures that are read for the first time. Where equity is far from cash and what is held, they are read again; what
    /// stays so, for ``interval`` at least, is taken as it is.
    /// - Parameters:
    ///   - held: at average prices where there are no others.
    ///   - isPriced: every position has a price.
    mutating func admitsOpening(
        _ account: Account, held: Money, isPriced: Bool, at now: Timestamp
    ) throws(NumericError) -> Bool {
        let other = try account.equity - account.cash - held
        let isOdd = try Self.isFar(other, account, held, isPriced ? Self.openingShare : Self.unpricedOpening)
        // An account that is worth nothing may be one; it is asked about again, too.
        guard isOdd || !account.equity.isPositive else {
            if isPriced { otherValue = other }
            return true
        }
        var told = opening ?? Opening(account: account, since: now, readings: 0)
        if told.account.cash != account.cash || told.account.equity != account.equity {
            told = Opening(account: account, since: now, readings: 0)
        }
        told.readings += 1
        opening = told
        guard told.readings >= Self.neededAtOpening, told.since + Self.interval <= now else { return false }
        (opening, otherValue) = (nil, isPriced ? other : nil)
        return true
    }

    /// An answer of the broker, be it one of which nothing else is taken: where it says otherwise, what was told before is not
    /// confirmed by being told again.
    mutating func sees(_ account: Account) {
        guard let told = opening?.account, told.cash != account.cash || told.equity != account.equity else { return }
        opening = nil
    }

    /// Another connection, be it of another adapter: what the one before has told confirms nothing of what this one tells.
    /// A person is not told of it once more.
    mutating func connectionBegins() {
        (opening, otherTold) = (nil, nil)
        doubt = doubt.map { $0.anew() }
    }

    /// Equity is far from cash and what is held.
    private static func isFar(
        _ other: Money, _ account: Account, _ held: Money, _ share: Ratio
    ) throws(NumericError) -> Bool {
        let all = try max(account.equity.magnitude(), account.cash.magnitude() + held.magnitude())
        return try other.magnitude() > all.scaled(by: share, .up)
    }

    /// What the broker counts beyond cash and positions; nil when something was booked or adopted since that was measured: it may
    /// have been that.
    func otherValue(bookedAt: Timestamp?) -> Money? {
        guard let otherValueAt, bookedAt.map({ $0 <= otherValueAt }) ?? true else { return nil }
        return otherValue
    }

    mutating func positionAdopted() { otherValueAt = nil }

    /// An answer shows so much cash more, or less, than our books have, be it one that is not judged since something is under
    /// way. Where it is less than half of a jump that is doubted, or goes the other way, that was not told without a break:
    /// trades that are under way are smaller.
    mutating func shows(_ difference: Money) {
        beyondBooks = max(beyondBooks, difference)
        guard case .cash(let told, let ours)? = doubt?.cause else { return }
        let jump = Int128(told.units) - Int128(ours.units)
        let alike = Int128(difference.units) * jump.signum()
        if alike < abs(jump) / 2 { doubt = doubt?.anew() }
    }

    enum Finding: Sendable, Hashable {
        /// Nothing is doubtful.
        /// - Parameter wasDoubted: and that was told.
        case agrees(wasDoubted: Bool)
        /// - Parameter told: what is to be told of it now.
        case doubtful(told: Telling?)
        /// It stayed: so much more cash than our books have.
        case moved(cash: Money)
    }

    enum Telling: Sendable, Hashable {
        case first(AccountDoubtCause)
        case contradicts(AccountDoubtCause)
    }

    mutating func examine(_ reading: Reading) throws(NumericError) -> Finding {
        let cash = try reading.theirs.cash - reading.ours.cash
        let other = try otherValue(of: reading.theirs, held: reading.held)
        let cause = try cause(reading, cash: cash, other: other)
        guard let cause else {
            // What is not adopted yet would count as something else that the broker has.
            defer { (doubt, beyondBooks) = (nil, .zero) }
            if reading.isQuiet, let other { try measure(other, reading) }
            return .agrees(wasDoubted: doubt?.isTold == true)
        }
        guard reading.isQuiet else { return .doubtful(told: nil) }
        let isOdd = try isOdd(reading, other: other)
        var now = doubt ?? AccountDoubt(cause, since: reading.at)
        if try !isAlike(now.cause, cause, reading.ours) {
            now = AccountDoubt(cause, since: reading.at, isTold: now.isTold)
        }
        now.count(isOdd: isOdd, at: reading.at)
        guard now.isConfirmed(at: reading.at) else {
            let told = now.tell()
            doubt = now
            return .doubtful(told: told)
        }
        (doubt, beyondBooks, otherValue, otherValueAt, otherTold) = (nil, .zero, other, reading.at, nil)
        return .moved(cash: cash)
    }

    /// One reading moves this no more than cash: its list may be behind its figures, and what differs is not something else
    /// that the broker has.
    private mutating func measure(_ other: Money, _ reading: Reading) throws(NumericError) {
        let room = try Self.roomForPrices(reading)
        func isNear(_ before: Money) throws(NumericError) -> Bool { try (other - before).magnitude() <= room }
        let isKnown = try otherValue.map(isNear) ?? true
        let isToldAgain = try otherTold.map { told throws(NumericError) in try isNear(told.value) } ?? false
        if isKnown || (isToldAgain && otherTold.map { $0.since + Self.interval <= reading.at } ?? false) {
            (otherValue, otherValueAt, otherTold) = (other, reading.at, nil)
        } else if !isToldAgain {
            otherTold = OtherTold(value: other, since: reading.at)
        }
    }

    /// What cannot be explained; nil when all can.
    private func cause(_ reading: Reading, cash: Money, other: Money?) throws(NumericError) -> AccountDoubtCause? {
        let small = try Self.small(reading)
        let unexplained = try cash + reading.adopted
        if try cash.magnitude() > small, try unexplained.magnitude() > small {
            return .cash(told: reading.theirs.cash, ours: reading.ours.cash)
        }
        guard reading.isQuiet, try isEquityJump(reading, other: other) else { return nil }
        return .equity(told: reading.theirs.equity, ours: reading.ours.equity)
    }

    /// The account as it may be taken when nothing of it is doubted: while something is under way, equity is not judged, and one
    /// that jumps is not taken either.
    func admitted(_ reading: Reading) throws(NumericError) -> Account {
        let other = try otherValue(of: reading.theirs, held: reading.held)
        guard !reading.isQuiet, try isEquityJump(reading, other: other) else { return reading.theirs }
        return with(reading.theirs) { $0.equity = reading.ours.equity }
    }

    private func isEquityJump(_ reading: Reading, other: Money?) throws(NumericError) -> Bool {
        guard reading.held == nil else { return try isOdd(reading, other: other) }
        // Without prices only a jump of the figure itself shows; markets move less between two readings.
        let jump = try (reading.theirs.equity - reading.ours.equity).magnitude()
        return try jump > reading.ours.equity.magnitude().scaled(by: Self.unpricedShare, .up)
    }

    /// Cash and equity do not say the same.
    private func isOdd(_ reading: Reading, other: Money?) throws(NumericError) -> Bool {
        guard let other, let held = reading.held else { return false }
        // The first reading with prices is no measure of itself.
        guard let before = otherValue else { return try Self.isFar(other, reading.theirs, held, Self.openingShare) }
        return try (other - before).magnitude() > Self.small(reading) + Self.roomForPrices(reading)
    }

    private func otherValue(of account: Account, held: Money?) throws(NumericError) -> Money? {
        guard let held else { return nil }
        return try account.equity - account.cash - held
    }

    private func isAlike(
        _ before: AccountDoubtCause, _ now: AccountDoubtCause, _ ours: Account
    ) throws(NumericError) -> Bool {
        let small = try Self.small(ours.equity)
        switch (before, now) {
        case (.cash(let told, let known), .cash(let toldNow, let knownNow)):
            return try ((toldNow - knownNow) - (told - known)).magnitude() <= small
        case (.equity(let told, _), .equity(let toldNow, _)):
            return try (toldNow - told).magnitude() <= told.magnitude().scaled(by: Ratio(units: 50_000), .up)
        case (.cash, .equity), (.equity, .cash): return false
        }
    }

    static func small(_ reading: Reading) throws(NumericError) -> Money {
        guard let held = reading.held else { return try small(reading.ours.equity) }
        return try small(reading.ours.cash + held)
    }

    private static func small(_ equity: Money) throws(NumericError) -> Money {
        try equity.magnitude().scaled(by: smallShare, .up)
    }

    private static func roomForPrices(_ reading: Reading) throws(NumericError) -> Money {
        try (reading.held ?? .zero).magnitude().scaled(by: priceShare, .up)
    }

    // MARK: - Time

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        doubt = doubt.map { $0.shifted(by: span, now: now) }
        opening = opening.map { told in with(told) { $0.since = min($0.since + span, now) } }
        otherValueAt = otherValueAt.map { min($0 + span, now) }
        otherTold = otherTold.map { told in with(told) { $0.since = min($0.since + span, now) } }
    }
}

/// A figure that nothing of ours explains.
package enum AccountDoubtCause: Sendable, Hashable, Codable {
    case cash(told: Money, ours: Money)
    case equity(told: Money, ours: Money)
}

/// A jump that is not believed yet.
package struct AccountDoubt: Sendable, Hashable, Codable {
    package let cause: AccountDoubtCause
    package private(set) var since: Timestamp
    private var readings: Int64 = 0
    /// Of them, those in which cash and equity did not say the same.
    private var oddReadings: Int64 = 0
    private(set) var isTold: Bool
    private var isContradictionTold = false

    init(_ cause: AccountDoubtCause, since: Timestamp, isTold: Bool = false) {
        self.cause = cause
        self.since = since
        self.isTold = isTold
    }

    /// None of it counts any more.
    func anew() -> AccountDoubt { with(self) { ($0.readings, $0.oddReadings) = (0, 0) } }

    mutating func count(isOdd: Bool, at now: Timestamp) {
        if readings == 0 { since = now }
        readings += 1
        if isOdd { oddReadings += 1 }
    }

    func isConfirmed(at now: Timestamp) -> Bool {
        let isOdd = oddReadings > 0
        let needed = isOdd ? AccountEvidence.neededWhenOdd : AccountEvidence.needed
        let patience = isOdd ? AccountEvidence.patienceWhenOdd : AccountEvidence.patience
        return readings >= needed && since + patience <= now
    }

    mutating func tell() -> AccountEvidence.Telling? {
        if !isTold {
            isTold = true
            return .first(cause)
        }
        guard oddReadings >= AccountEvidence.needed, !isContradictionTold else { return nil }
        isContradictionTold = true
        return .contradicts(cause)
    }

    func shifted(by span: TimeSpan, now: Timestamp) -> AccountDoubt {
        with(self) { $0.since = min($0.since + span, now) }
    }
}
