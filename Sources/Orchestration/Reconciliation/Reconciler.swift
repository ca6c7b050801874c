import Trading

/// The adapter that trades, and how far its snapshot and our state agree. It finds; who calls it adopts.
///
/// Invariants:
/// 1. What is known of a connection ends with it.
/// 2. A discrepancy is known only of what was compared since the adapter connected.
package struct Reconciler: Sendable, Hashable, Codable {
    package private(set) var link: BrokerLink?
    /// The adapter obeys another core; nil once it has let this one in.
    package private(set) var fencedOut: FencedOut?
    /// Our books and the broker's have been brought together once; what is found before was there before us.
    private(set) var hasReconciled = false
    /// New shares for old that were announced, and that the broker has not booked yet.
    private var unbooked: [Symbol: UnbookedSplit] = [:]
    /// What the adapter that was connected last declares, also while none is.
    private var lastCapabilities: BrokerCapabilities?
    /// How long the broker has been silent; it outlives a connection.
    package private(set) var watch = BrokerWatch()
    /// Of the account, whatever the connection: the newest last.
    private var cashChanges: [CashChange] = []
    /// As it was told when the newest of them was noted.
    private var notedCash: CashChange?
    /// Positions that something else at the broker contradicts, as they were listed and since when, over connections.
    private var contradicted: [Symbol: Contradicted] = [:]
    /// What was executed of positions that our books have, and is not in them.
    private var unbookedFills = UnbookedFills()

    /// Which connection it is, in this process.
    private(set) var connection = Derived<UInt64>(0)

    private enum CodingKeys: CodingKey {
        case link, fencedOut, hasReconciled, unbooked, lastCapabilities, watch, cashChanges, notedCash, contradicted,
            unbookedFills
    }

    package init() {}

    mutating func watch<Result>(_ body: (inout BrokerWatch) -> Result) -> Result { body(&watch) }

    // MARK: - The connection

    /// - Returns: whether it declares something else than the adapter before. What the broker has refused it refuses whoever of
    ///   them asks (I-REF-1).
    @discardableResult
    mutating func connected(_ name: PluginName, _ capabilities: BrokerCapabilities) -> Bool {
        connection.value += 1
        link = BrokerLink(name: name, capabilities: capabilities)
        fencedOut = nil
        defer { lastCapabilities = capabilities }
        return lastCapabilities.map { $0 != capabilities } ?? false
    }

    mutating func disconnected() { link = nil }

    /// An answer to an older question, which says less than one that was taken, changes nothing any more.
    /// - Returns: whether this one is news.
    mutating func takesAnswer(to number: Int64) -> Bool {
        guard let link, number > link.newestAnswered else { return false }
        self.link?.newestAnswered = number
        return true
    }

    /// - Returns: whether that is news.
    mutating func fenceOut(_ fenced: FencedOut) -> Bool {
        defer { fencedOut = fencedOut?.finding == fenced.finding ? fencedOut : fenced }
        return fencedOut?.broker != fenced.broker || fencedOut?.finding != fenced.finding
    }

    /// The adapter's state is known.
    /// - Returns: whether for the first time since it connected.
    mutating func noteAnswer() -> Bool {
        defer { link?.hasAnswered = true }
        return link?.hasAnswered == false
    }

    /// How long the broker's lists may be behind its reports.
    var reportLag: TimeSpan { link?.capabilities.reportLag ?? .zero }

    // MARK: - Orders that are asked about

    /// A snapshot has left these orders open; each is asked about before positions are compared.
    mutating func awaitAnswers(about orders: [ClientOrderID]) {
        link?.queriedOrders = orders
        link?.round += 1
        if !orders.isEmpty { link?.unansweredRounds = 0 }
    }

    /// The broker has answered about an order.
    /// - Returns: whether it was the last that was awaited.
    mutating func answered(about id: ClientOrderID) -> Bool {
        guard link?.queriedOrders.contains(id) == true else { return false }
        link?.queriedOrders.removeAll { $0 == id }
        return link?.queriedOrders.isEmpty == true
    }

    var hasRoundsLeft: Bool { (link?.round ?? .max) < CoreLimits.reconciliationRounds }

    // MARK: - When the broker is asked again

    /// By then, or earlier: several reasons for it mostly come together.
    mutating func requestSnapshot(by time: Timestamp) {
        let due = min(link?.reconcileDueAt ?? time, time)
        link?.reconcileDueAt = due
    }

    mutating func askAgain(at time: Timestamp) { link?.reconcileDueAt = time }

    package enum Overdue: Sendable, Hashable {
        /// Nobody awaits single orders: the whole state is asked for.
        case snapshot
        /// These are asked about once more.
        case orders([ClientOrderID])
        /// These were asked about too often, and are waited for no longer.
        case silent([ClientOrderID])
    }

    /// What is asked for again now; nil when nothing is due.
    mutating func takeOverdue(at now: Timestamp, repeatAt next: Timestamp) -> Overdue? {
        guard let link, let due = link.reconcileDueAt, due <= now else { return nil }
        guard !link.queriedOrders.isEmpty else { return .snapshot }
        guard link.unansweredRounds < CoreLimits.unansweredRounds else {
            self.link?.queriedOrders = []
            self.link?.unansweredRounds = 0
            return .silent(link.queriedOrders)
        }
        self.link?.unansweredRounds += 1
        self.link?.reconcileDueAt = next
        return .orders(link.queriedOrders)
    }

    var nextDeadline: Timestamp? { link?.reconcileDueAt }

    // MARK: - Positions

    mutating func note(_ finding: PositionFinding, of symbol: Symbol, at now: Timestamp) {
        switch finding {
        case .agrees:
            link?.discrepancies[symbol] = nil
            unbooked[symbol] = nil
        case .splitNotBooked(let ours, let brokers):
            let before = link?.discrepancies[symbol]
            link?.discrepancies[symbol] = before ?? UnconfirmedDiscrepancy(ours: ours, brokers: brokers, since: now)
        case .contradicted(let contradiction, _):
            let before = link?.discrepancies[symbol]
            link?.discrepancies[symbol] =
                before
                ?? UnconfirmedDiscrepancy(ours: contradiction.ours, brokers: contradiction.brokers, since: now)
        case .differs: link?.discrepancies[symbol] = nil
        case .unconfirmed(let ours, let brokers):
            link?.discrepancies[symbol] = UnconfirmedDiscrepancy(ours: ours, brokers: brokers, since: now)
        }
    }

    /// Every position that differs, in order of the symbols.
    var discrepancies: [(symbol: Symbol, ours: Quantity, brokers: Quantity)] {
        (link?.discrepancies ?? [:]).inOrder.map { ($0.key, $0.value.ours, $0.value.brokers) }
    }

    func discrepancy(of symbol: Symbol) -> UnconfirmedDiscrepancy? { link?.discrepancies[symbol] }

    /// Positions that the broker shows and that are not adopted yet: beyond what our books hold of each (I-DOUBT-3).
    var unadopted: [Symbol: Quantity] {
        (link?.discrepancies ?? [:]).compactMapValues { discrepancy in
            let more = Int128(discrepancy.brokers.units.magnitude) - Int128(discrepancy.ours.units.magnitude)
            return more > 0 ? Quantity(units: Int64(clamping: more)) : nil
        }
    }

    // MARK: - Cash

    /// A movement of cash that our books do not explain: what somebody else bought or sold, paid in or was paid.
    /// - Parameter expected: by our books.
    mutating func noteCash(_ cash: Money, expected: Money?, at now: Timestamp) {
        // While a jump is in doubt it is told with every reading, and has come once.
        guard notedCash?.amount != cash else { return }
        notedCash = CashChange(at: now, amount: cash)
        guard let expected, cash != expected else { return }
        move(Int128(cash.units) - Int128(expected.units), at: now)
    }

    /// The same cash has been told for so long.
    func hasToldSameCash(for span: TimeSpan, at now: Timestamp) -> Bool {
        notedCash.map { $0.at + span <= now } ?? false
    }

    /// So much of what came in is explained by now; with a minus, of what went out.
    /// - Parameter parts: it is an estimate, to one part in so many: what differs by less is the same.
    mutating func explainCash(_ money: Money, withinOneIn parts: UInt128? = nil, at now: Timestamp) {
        let explained = Int128(money.units)
        func rest(_ index: Int) -> Int128 { Int128(cashChanges[index].amount.units) - explained }
        // That of the movement which it explains best: what is left of it explains nothing else.
        guard let index = cashChanges.indices.min(by: { rest($0).magnitude < rest($1).magnitude }),
            rest(index).magnitude < explained.magnitude
        else { return move(-explained, at: now, isExpected: true) }
        let isAll = parts.map { rest(index).magnitude <= explained.magnitude / $0 } ?? false
        cashChanges[index].amount = isAll ? .zero : Money(units: Int64(clamping: rest(index)))
    }

    private mutating func move(_ amount: Int128, at now: Timestamp, isExpected: Bool = false) {
        guard amount != 0 else { return }
        let money = Money(units: Int64(clamping: amount))
        cashChanges.append(CashChange(at: now, amount: money, isExpected: isExpected))
        let excess = cashChanges.count - CoreLimits.cashChanges
        if excess > 0 { cashChanges.removeFirst(excess) }
    }

    /// What came in, or with a minus went out, since so long before this time without our doing, the oldest first.
    /// - Parameter earliest: what was noted then, or before, does not count.
    func unexplainedCash(since time: Timestamp, after earliest: Timestamp?) -> [CashChange] {
        cashChanges.filter { movement in
            movement.at + CoreLimits.cashMovementAge >= time && earliest.map { movement.at > $0 } ?? true
        }
    }

    // MARK: - Lists that something else contradicts

    /// - Parameter byAccount: the account's own figures say so, and not an order alone.
    mutating func noteContradiction(
        _ contradiction: Contradiction, of symbol: Symbol, byAccount: Bool, at now: Timestamp
    ) {
        let before = contradicted[symbol].flatMap {
            $0.isStillTold(at: now) && isSameDoubt($0, contradiction, symbol) ? $0 : nil
        }
        contradicted[symbol] = Contradicted(
            ours: contradiction.ours, brokers: contradiction.brokers, since: before?.since ?? now, toldAt: now,
            isByAccount: byAccount || before?.isByAccount == true)
    }

    /// Also where others were told to have traded meanwhile.
    private func isSameDoubt(_ before: Contradicted, _ now: Contradiction, _ symbol: Symbol) -> Bool {
        before.ours == now.ours
            && (before.brokers == now.brokers || isExplainedByFills(now.brokers, from: before.brokers, of: symbol))
    }

    /// The account's own figures have said so of the same list.
    func isContradictedByAccount(_ symbol: Symbol, ours: Quantity, brokers: Quantity) -> Bool {
        guard let before = contradicted[symbol] else { return false }
        return before.isByAccount && before.ours == ours && before.brokers == brokers
    }

    mutating func endContradiction(of symbol: Symbol) { contradicted[symbol] = nil }

    /// What the broker shows is in our books now, or nothing is held any more: what was told before explains no later list.
    mutating func settleUnbookedFills(of symbol: Symbol) { unbookedFills.settle(symbol) }

    /// The list has said the same for so long that it is believed against what contradicts it.
    func isContradictedForTooLong(_ symbol: Symbol, ours: Quantity, brokers: Quantity, at now: Timestamp) -> Bool {
        guard let before = contradicted[symbol], before.ours == ours, before.brokers == brokers,
            before.isStillTold(at: now)
        else { return false }
        return before.since + CoreLimits.contradictionPatience <= now
    }

    mutating func noteUnbookedFill(_ report: ExecutionReport, of terms: NewOrder, booked: Quantity) {
        unbookedFills.note(report, of: terms, booked: booked)
    }

    /// The position that the broker shows is what executions that our books do not have have made of ours.
    func isExplainedByFills(_ brokers: Quantity, from ours: Quantity, of symbol: Symbol) -> Bool {
        unbookedFills.explain(brokers, from: ours, of: symbol)
    }

    /// What was traded of other symbols and is not in our books, as the broker has told it.
    func unbookedFills(beside symbol: Symbol) -> [(symbol: Symbol, bought: Quantity)] { unbookedFills.beside(symbol) }

    // MARK: - The end of a reconciliation

    /// All orders are settled and positions compared.
    mutating func endRounds() {
        link?.round = 0
        link?.reconcileDueAt = nil
    }

    /// A first reconciliation waits for positions that do not stand still.
    /// - Returns: since when.
    mutating func awaitSettling(at now: Timestamp) -> Timestamp {
        let since = link?.unsettledSince ?? now
        link?.unsettledSince = since
        return since
    }

    mutating func agreed(at now: Timestamp) {
        link?.isReconciled = true
        if link?.reconciledAt == nil { link?.reconciledAt = now }
        hasReconciled = true
    }

    // MARK: - What the lists say of themselves

    /// - Returns: what of it is to be told: it is new, or was told long ago.
    mutating func noteList(_ examined: ExaminedState, at now: Timestamp) -> [ListDefect] {
        let subjects = Set(examined.defects.map(\.subject))
        link?.listDefects = examined.defects
        let told = (link?.toldDefects ?? []).filter {
            subjects.contains($0.subject) && now < $0.at + CoreLimits.defectReminder
        }
        link?.toldDefects = told
        let known = Set(told.map(\.subject))
        return examined.defects.filter { !known.contains($0.subject) }
    }

    mutating func told(_ defect: ListDefect, at now: Timestamp) {
        link?.toldDefects.append(ToldDefect(subject: defect.subject, at: now))
    }

    /// The lists contradict themselves about it, or do not say it: nobody knows what is held.
    /// Nothing is asked, differs, or cannot be used.
    var isInAgreement: Bool {
        link?.isReconciled == true && link?.discrepancies.isEmpty == true && link?.listDefects.isEmpty == true
    }

    package func isContested(_ symbol: Symbol) -> Bool {
        link?.listDefects.contains { $0.symbol == symbol } ?? false
    }

    var hasContested: Bool { link?.listDefects.contains { $0.symbol != nil } ?? false }

    // MARK: - Whose account it is

    /// Nothing is sent while the adapter tells another account.
    /// - Returns: whether that is to be told.
    mutating func foreignAccount(_ id: AccountID, at now: Timestamp) -> Bool {
        link?.isReconciled = false
        let before = link?.foreignAccount
        guard before?.id != id || now >= (before?.toldAt ?? now) + CoreLimits.brokerReminder else { return false }
        link?.foreignAccount = ForeignAccount(id: id, toldAt: now)
        return true
    }

    mutating func rightAccount() { link?.foreignAccount = nil }

    /// - Returns: whether it is another than before, and not the configured one.
    mutating func noteCurrency(_ currency: String, configured: String) -> Bool {
        let foreign = currency == configured ? nil : currency
        defer { link?.foreignCurrency = foreign }
        return foreign != nil && foreign != link?.foreignCurrency
    }

    // MARK: - Splits

    /// New shares for old were announced and applied.
    /// - Parameter quantity: what the broker shows until it has booked them.
    mutating func splitAnnounced(_ symbol: Symbol, _ split: Split, quantity: Quantity, at now: Timestamp) {
        unbooked[symbol] = UnbookedSplit(split: split, quantity: quantity, since: now)
    }

    /// The broker has booked new shares for old, or will not.
    /// - Returns: whether that was awaited.
    mutating func splitBooked(_ symbol: Symbol) -> Bool { unbooked.removeValue(forKey: symbol) != nil }

    func awaitsSplit(_ symbol: Symbol) -> Bool { unbooked[symbol] != nil }
    /// Our books have what it makes of the old shares, but for a fraction: nothing was booked since.
    func awaitsSplit(_ symbol: Symbol, madeInto ours: Quantity) -> Bool {
        unbooked[symbol].map { $0.split.explains(ours, from: $0.quantity) } ?? false
    }
    package var awaitsSplits: Bool { !unbooked.isEmpty }

    /// The broker still shows the old shares, and may. Where the split leaves as many, as 3:2 of a single share with the half in
    /// cash, quantities do not tell, and nothing is waited for. Nor where what a share has cost is nearer to a new one's than to
    /// an old one's (I-CORP-14): it has booked the split, and somebody has traded.
    /// - Parameter averages: what a new share has cost, in each way that the broker may count it.
    func isUnbooked(_ symbol: Symbol, _ theirs: BrokerPosition?, averages: [Price], _ now: Timestamp) -> Bool {
        guard let split = unbooked[symbol], let theirs else { return false }
        return split.quantity == theirs.quantity && now < split.since + UnbookedSplit.patience
            && !split.split.explains(theirs.quantity, from: split.quantity)
            && !averages.contains { split.split.isAfter(costing: $0, theirs.averagePrice) }
    }

    /// What the broker shows is what it makes of the shares that were awaited, but for a fraction.
    func hasBooked(_ symbol: Symbol, at brokers: Quantity) -> Bool {
        unbooked[symbol].map { $0.split.explains(brokers, from: $0.quantity) } ?? false
    }

    // MARK: - Time

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        func ahead(_ time: Timestamp) -> Timestamp { min(time + span, now) }
        watch.shift(by: span, now: now)
        cashChanges = cashChanges.map { with($0) { $0.at = ahead($0.at) } }
        contradicted = contradicted.mapValues {
            with($0) { ($0.since, $0.toldAt) = (ahead($0.since), ahead($0.toldAt)) }
        }
        notedCash = notedCash.map { with($0) { $0.at = ahead($0.at) } }
        link = link.map {
            with($0) {
                $0.reconcileDueAt = $0.reconcileDueAt.map { $0 + span }
                $0.reconciledAt = $0.reconciledAt.map(ahead)
                $0.unsettledSince = $0.unsettledSince.map(ahead)
                $0.discrepancies = $0.discrepancies.mapValues { with($0) { $0.since = ahead($0.since) } }
                $0.toldDefects = $0.toldDefects.map { ToldDefect(subject: $0.subject, at: ahead($0.at)) }
                $0.foreignAccount = $0.foreignAccount.map { ForeignAccount(id: $0.id, toldAt: ahead($0.toldAt)) }
            }
        }
    }
}

/// The adapter that trades, since it connected.
package struct BrokerLink: Sendable, Hashable, Codable {
    package let name: PluginName
    package let capabilities: BrokerCapabilities
    /// Its snapshot and our state were brought together since it connected; nothing is sent before.
    package fileprivate(set) var isReconciled = false
    /// When that was first.
    fileprivate(set) var reconciledAt: Timestamp?
    /// Orders asked about whose answer is awaited, sorted.
    fileprivate(set) var queriedOrders: [ClientOrderID] = []
    fileprivate(set) var round = 0
    /// How often what is asked about orders was asked without an answer to all of it.
    fileprivate var unansweredRounds = 0
    /// When what was asked is asked again: a message can be lost.
    fileprivate var reconcileDueAt: Timestamp?
    /// It has answered since it connected, and so refuses whatever an older epoch still has under way.
    fileprivate var hasAnswered = false
    /// The number of the newest question of which the answer was taken.
    fileprivate var newestAnswered: Int64 = 0
    /// Since when a first reconciliation waits for positions that do not stand still.
    fileprivate var unsettledSince: Timestamp?
    /// Positions that differ; adopted when they still do after the time that lists may be behind.
    fileprivate(set) var discrepancies: [Symbol: UnconfirmedDiscrepancy] = [:]
    /// Rows of its newest lists that cannot be used.
    package fileprivate(set) var listDefects: [ListDefect] = []
    /// Of them, what was told, and when.
    fileprivate var toldDefects: [ToldDefect] = []
    /// It tells another account than the one that is to be traded.
    package fileprivate(set) var foreignAccount: ForeignAccount?
    /// The currency of the account, where it is not the configured one.
    package fileprivate(set) var foreignCurrency: String?

    fileprivate init(name: PluginName, capabilities: BrokerCapabilities) {
        self.name = name
        self.capabilities = capabilities
    }
}

/// A row that is left out, and when that was told.
private struct ToldDefect: Sendable, Hashable, Codable {
    let subject: ListDefect
    let at: Timestamp
}

package struct ForeignAccount: Sendable, Hashable, Codable {
    package let id: AccountID
    fileprivate(set) var toldAt: Timestamp
}

/// A position that our books and the broker do not agree on.
package struct UnconfirmedDiscrepancy: Sendable, Hashable, Codable {
    let ours: Quantity
    let brokers: Quantity
    fileprivate(set) var since: Timestamp
}

private struct Contradicted: Sendable, Hashable, Codable {
    let ours: Quantity
    let brokers: Quantity
    var since: Timestamp
    /// By the newest list.
    var toldAt: Timestamp
    var isByAccount: Bool

    /// What was told before nobody looked for long, as before a night without a core, says nothing of the time since.
    func isStillTold(at now: Timestamp) -> Bool { now <= toldAt + CoreLimits.contradictionPatience }
}

/// Cash that came or went without our doing.
struct CashChange: Sendable, Hashable, Codable {
    fileprivate var at: Timestamp
    fileprivate(set) var amount: Money
    /// It has not come: what it is to be laid against was adopted before its cash, if any comes.
    fileprivate(set) var isExpected = false

    var units: Int128 { Int128(amount.units) }
    /// It has come.
    var isWitness: Bool { !isExpected && !amount.isZero }
}

/// New shares for old that were announced, and that the broker has not booked.
struct UnbookedSplit: Sendable, Hashable, Codable {
    let split: Split
    /// What the broker shows until it has booked it.
    let quantity: Quantity
    let since: Timestamp
    /// Brokers book overnight. One that still shows the old shares later has not split them.
    static let patience = TimeSpan.seconds(86_400)
}
