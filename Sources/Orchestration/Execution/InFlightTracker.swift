import Trading

/// What was sent to the broker and is not answered: requests, queries, and the times at which an order is asked about.
///
/// Invariants:
/// 1. A command's number is above those of all before it.
/// 2. A request is known for every working order that was sent or found, and for no order that is over.
/// 3. Each query is answered once.
/// 4. Doubt is known of orders that work and are in flight, or that should be over at once.
package struct InFlightTracker: Sendable, Hashable, Codable {
    /// Commands of this journal so far.
    private var commandCount: Int64 = 0
    /// The newest request for each order that is not over.
    private var requests: [ClientOrderID: Request] = [:]
    /// When an order is asked about.
    private var deadlines = DeadlineIndex<ClientOrderID, Timestamp>()
    /// Queries without an answer, oldest first.
    private var queries: [PendingQuery] = []
    /// What an order had filled when it was adopted: that is in the position, and no late report books it again.
    private var adoptedFills: [ClientOrderID: Quantity] = [:]
    /// Orders whose end nobody saw: what they filled is taken from the position, and never booked from a late report.
    private var unseenEnds: [ClientOrderID] = []
    /// Since when nobody has known what becomes of an order, without a break.
    private var doubts = DeadlineIndex<ClientOrderID, Doubt>()
    /// Orders that somebody else has ended, as far as the broker's word goes.
    private var endings: [ClientOrderID: Ending] = [:]

    package init() {}

    // MARK: - Requests

    /// The number of the next command.
    mutating func nextCommandNumber() -> Int64 {
        commandCount += 1
        return commandCount
    }

    /// A request leaves; a report is expected by then.
    mutating func send(_ request: Request, for id: ClientOrderID, reportBy deadline: Timestamp) {
        requests[id] = request.following(requests[id])
        deadlines[id] = deadline
        if doubts[id] == nil { doubts[id] = Doubt(since: request.leftBy) }
    }

    func request(for id: ClientOrderID) -> Request? { requests[id] }

    /// A command for the order did not leave this process.
    mutating func commandNotSent(for id: ClientOrderID) { requests[id]?.close() }

    /// A report has answered the request that is under way.
    mutating func reported(_ id: ClientOrderID) { requests[id]?.close() }

    mutating func changedByOthers(_ id: ClientOrderID) { requests[id]?.changedByOthers() }

    /// The broker has refused the request that is under way.
    mutating func refused(_ id: ClientOrderID, at time: Timestamp) { requests[id]?.noteRefusal(at: time) }

    /// The order is at the venue: what is asked of it from now on starts there.
    mutating func reachedVenue(_ id: ClientOrderID, at time: Timestamp) { requests[id]?.takenBy = time }

    /// The adapter has answered what was asked after the request, and so had it no later than now.
    mutating func adapterAnswered(about id: ClientOrderID, at time: Timestamp) {
        if requests[id]?.takenBy == nil { requests[id]?.takenBy = time }
    }

    /// The adapter has seen this epoch: whatever an older one sent and it has not taken by now it will refuse.
    mutating func fenceOlderEpochs(at time: Timestamp) {
        requests = requests.mapValues { with($0) { $0.leftBy = time } }
    }

    // MARK: - Deadlines

    /// A report on the order is expected by then.
    mutating func expectReport(on id: ClientOrderID, by deadline: Timestamp) { deadlines[id] = deadline }

    /// An order in flight is asked about until its state is known, and a market order until it is over: it takes no time,
    /// so that silence means a report that was lost. One that was given up and lives is followed like one that was found.
    mutating func follow(_ order: Order, at now: Timestamp, reportBy deadline: Timestamp) {
        // What others ask of their orders is theirs to await.
        let isInFlight = order.isExternal ? order.status == .unknown : order.status.isInFlight
        if !isInFlight, !order.isOverSoon {
            deadlines[order.id] = nil
            doubts[order.id] = nil
        } else {
            if deadlines[order.id] == nil { deadlines[order.id] = deadline }
            if doubts[order.id] == nil { doubts[order.id] = Doubt(since: now) }
        }
        if !order.isWorking {
            requests[order.id] = nil
            doubts[order.id] = nil
        } else if requests[order.id] == nil {
            requests[order.id] = Request(.submit, number: commandCount, leftBy: now)
        }
    }

    mutating func stopWaiting(for id: ClientOrderID) { deadlines[id] = nil }

    func isWaiting(for id: ClientOrderID) -> Bool { deadlines[id] != nil }

    /// Orders to be asked about now, in order. One stays due until it is given another time.
    mutating func due(at now: Timestamp) -> [ClientOrderID] { deadlines.due(at: now).map(\.key) }

    /// Orders that are waited for, in order.
    var waiting: [ClientOrderID] { deadlines.keys.sorted() }

    /// Their number.
    package var waitingCount: Int { deadlines.count }

    var nextDeadline: Timestamp? { [deadlines.notBefore, doubts.notBefore].compactMap { $0 }.min() }

    // MARK: - Doubt

    /// I-DOUBT-1: doubt has a clock. After its limit nothing is deferred for the order any more.
    package func isDoubtOverdue(_ id: ClientOrderID, at now: Timestamp) -> Bool {
        doubts[id].map { $0.since + CoreLimits.doubtLimit <= now } ?? false
    }

    func isInDoubt(_ id: ClientOrderID) -> Bool { doubts[id] != nil }

    /// In doubt for longer than the limit, or for another reminder since that was told, with since when; in order.
    mutating func overdueDoubts(at now: Timestamp) -> [(order: ClientOrderID, since: Timestamp)] {
        let due = doubts.due(at: now)
        for (id, _) in due { doubts[id]?.dueAt = now + CoreLimits.doubtReminder }
        return due.map { ($0.key, $0.value.since) }
    }

    // MARK: - Ends that nobody here asked for

    /// The broker's word is that somebody else has ended it.
    mutating func endedByOthers(_ id: ClientOrderID, toldAt time: Timestamp, known: (ClientOrderID) -> Bool) {
        endings = endings.filter { known($0.key) }
        endings[id] = Ending(toldAt: time, commandCount: commandCount)
    }

    /// Its end was told, and nobody here had asked for it.
    func isEndedByOthers(_ id: ClientOrderID) -> Bool { endings[id] != nil }

    /// The broker dates a sign of life after the end that it told.
    func livesAgain(_ id: ClientOrderID, toldAt time: Timestamp) -> Bool {
        endings[id].map { time > $0.toldAt } ?? false
    }

    /// The question left after the end of the order was told: a list that shows it all the same is right.
    func isAsked(_ query: PendingQuery, afterEndOf id: ClientOrderID) -> Bool {
        endings[id].map { query.number > $0.commandCount } ?? false
    }

    // MARK: - Queries

    /// A query leaves, about an order or, with nil, about everything.
    mutating func query(_ number: Int64, about order: ClientOrderID?, at time: Timestamp) {
        queries.append(PendingQuery(number: number, order: order, queriedAt: time))
        // Without an answer for so long, there will be none.
        if queries.count > CoreLimits.openQueries { queries.removeFirst(CoreLimits.openQueries / 2) }
    }

    /// Nil when no query of this number waits for an answer.
    mutating func answered(_ number: Int64?) -> PendingQuery? {
        guard let index = queries.firstIndex(where: { $0.number == number }) else { return nil }
        return queries.remove(at: index)
    }

    /// The connection that was asked is no more.
    mutating func dropQueries() { queries = [] }

    func isWaitingForAnswer(since time: Timestamp) -> Bool { queries.contains { $0.queriedAt > time } }

    var queryCount: Int { queries.count }

    // MARK: - What is in the position already

    /// An order is taken over as it stands at the broker.
    mutating func adopt(_ order: Order, at time: Timestamp, known: (ClientOrderID) -> Bool) {
        adoptedFills = adoptedFills.filter { known($0.key) }
        if order.filledQuantity.isPositive { adoptedFills[order.id] = order.filledQuantity }
        unseenEnds.removeAll { $0 == order.id }
        requests[order.id] = Request(.submit, number: commandCount, leftBy: time)
    }

    /// Filled before it was adopted; nil for an order of ours.
    func adoptedFill(of id: ClientOrderID) -> Quantity? { adoptedFills[id] }

    mutating func endUnseen(_ id: ClientOrderID, known: (ClientOrderID) -> Bool) {
        unseenEnds.removeAll { !known($0) || $0 == id }
        unseenEnds.append(id)
    }

    func hasUnseenEnd(_ id: ClientOrderID) -> Bool { unseenEnds.contains(id) }
    func hasUnseenEnd(where matches: (ClientOrderID) -> Bool) -> Bool { unseenEnds.contains(where: matches) }

    // MARK: - Time

    /// The clock went ahead, and no time has passed.
    mutating func shift(by span: TimeSpan, now: Timestamp) {
        func ahead(_ time: Timestamp) -> Timestamp { min(time + span, now) }
        deadlines.update { $0 + span }
        doubts.update { $0.shifted(by: span, now: now) }
        requests = requests.mapValues {
            with($0) {
                $0.leftBy = ahead($0.leftBy)
                $0.takenBy = $0.takenBy.map(ahead)
            }
        }
        queries = queries.map { with($0) { $0.queriedAt = ahead($0.queriedAt) } }
    }
}

/// Since when nobody knows what becomes of an order.
struct Doubt: Sendable, Hashable, Codable, HasDueTime {
    var since: Timestamp
    /// When a person is told, or told again.
    var dueAt: Timestamp

    init(since: Timestamp) {
        self.since = since
        dueAt = since + CoreLimits.doubtLimit
    }

    func shifted(by span: TimeSpan, now: Timestamp) -> Doubt {
        with(self) {
            $0.since = min(since + span, now)
            $0.dueAt = dueAt + span
        }
    }
}

/// The end of an order that nobody here has asked for.
struct Ending: Sendable, Hashable, Codable {
    /// By the broker's clock.
    var toldAt: Timestamp
    /// Commands before it.
    var commandCount: Int64
}
