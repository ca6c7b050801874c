import Trading

/// P2 from outside: which command of each symbol has had no answer yet.
struct InFlightCommands {
    private struct SentCommand {
        var at: Int
        var ids: Set<ClientOrderID>
        /// Orders that come into being by it: any report on them says that it was taken.
        var newIDs: Set<ClientOrderID>
        var time: Int64
    }

    private struct Doubt {
        /// When the first request left.
        var since: Int64
        /// When the last one left, by the venue's clock.
        var askedAt: Timestamp
        /// That one brings the order into being.
        var isBeginning: Bool
    }

    /// After so many nanoseconds without an answer a stop may leave for what the order cannot sell (I-DOUBT-1), and nothing
    /// else. P2 is there so that no two commands sell the same shares, or undo each other. After a minute a position without
    /// a stop is the greater danger; that the stop offers nothing that the order may still sell is seen by P1 at the venue,
    /// which is as strict as before. The core's clock begins when the command leaves, and may be set ahead by a little less
    /// than what it takes for a jump.
    private static let doubtLimit = 58 * World.second

    private var clock = 0
    private var commands: [Symbol: SentCommand] = [:]
    /// Since when each order has had a request whose outcome nothing has told: a request that is repeated begins no new doubt,
    /// nor does a new connection.
    private var inDoubt: [ClientOrderID: Doubt] = [:]
    /// When each question left, by the id of its message.
    private var queries: [String: Int] = [:]

    /// A command leaves the core. Returns the violation that this is, if it is one.
    mutating func sent(_ command: OrderCommand, id: String, symbol: Symbol?, at time: Int64, venue: Timestamp)
        -> String?
    {
        clock += 1
        switch command {
        case .query, .reconcile: queries[id] = clock
        case .submit, .cancel, .replace:
            guard let symbol else { return "a command on an order that nobody knows: \(command.orderIDs)" }
            defer {
                for id in command.orderIDs {
                    inDoubt[id] = Doubt(
                        since: inDoubt[id]?.since ?? time, askedAt: venue,
                        isBeginning: command.newOrderIDs.contains(id))
                }
                commands[symbol] = SentCommand(
                    at: clock, ids: Set(command.orderIDs), newIDs: Set(command.newOrderIDs),
                    time: command.orderIDs.compactMap { inDoubt[$0]?.since }.min() ?? time)
            }
            if let other = commands[symbol], time < other.time + Self.doubtLimit || !command.protects {
                return "a command on \(command.orderIDs.sorted()) left while \(other.ids.sorted()) was unanswered"
            }
        }
        return nil
    }

    /// The connection or the core is gone: what is in flight is in the core's books, and not here any more.
    mutating func clear() {
        commands = [:]
        queries = [:]
    }

    mutating func received(_ answer: OrderAnswer, to query: String?) {
        let id = answer.clientOrderID
        if answer.order?.status.isInFlight == false { inDoubt[id] = nil }
        // An order that is over has no request under way any more, whenever it was asked about.
        if answer.order?.isWorking == false { remove { $0.ids.contains(id) } }
        guard let query, let asked = queries.removeValue(forKey: query) else { return }
        remove { $0.ids.contains(id) && $0.at < asked }
    }

    mutating func receivedState(to query: String?) {
        guard let query, let asked = queries.removeValue(forKey: query) else { return }
        remove { $0.at < asked }
    }

    mutating func received(_ report: ExecutionReport) {
        let id = report.clientOrderID
        switch report.event {
        case .accepted, .new, .held, .partialFill, .suspended, .stopped, .calculated, .doneForDay:
            if inDoubt[id]?.isBeginning == true { inDoubt[id] = nil }
            remove { $0.newIDs.contains(id) }
        case .canceled, .cancelRejected, .replaceRejected, .restated, .rejected, .expired, .replaced, .fill:
            // What was said before the last request is no answer to it.
            if let doubt = inDoubt[id], report.at >= doubt.askedAt { inDoubt[id] = nil }
            remove { $0.ids.contains(id) }
        case .cancelRequested, .pendingCancel, .replaceRequested, .pendingReplace, .timedOut, .notFound: return
        }
    }

    /// A cancel or a replacement of it has no answer yet, or none but that it is under way: its end may be what was asked for.
    func isAsked(_ id: ClientOrderID) -> Bool {
        inDoubt[id]?.isBeginning == false
            || commands.values.contains { $0.ids.contains(id) && !$0.newIDs.contains(id) }
    }

    private mutating func remove(_ isAnswered: (SentCommand) -> Bool) {
        for (symbol, command) in commands where isAnswered(command) { commands[symbol] = nil }
    }
}

extension OrderCommand {
    /// It brings a stop, maybe with its target, and touches nothing that rests.
    fileprivate var protects: Bool {
        guard case .submit(let submission) = self else { return false }
        let roles = submission.orders.map(\.role)
        return roles.contains(.stop) && roles.allSatisfy { $0 == .stop || $0 == .target }
    }

    /// The orders that it changes; none for a question.
    var orderIDs: [ClientOrderID] {
        switch self {
        case .submit(let submission): submission.orders.map(\.clientOrderID)
        case .cancel(let id): [id]
        case .replace(let replacement):
            [replacement.clientOrderID] + (replacement.newClientOrderID.map { [$0] } ?? [])
        case .query, .reconcile: []
        }
    }

    /// The orders that come into being by it.
    var newOrderIDs: [ClientOrderID] {
        switch self {
        case .submit(let submission): submission.orders.map(\.clientOrderID)
        case .replace(let replacement): replacement.newClientOrderID.map { [$0] } ?? []
        case .cancel, .query, .reconcile: []
        }
    }

    var words: String {
        switch self {
        case .submit(let submission):
            "submit " + submission.orders.map { "\($0.clientOrderID): \($0.words)" }.joined(separator: " + ")
        case .cancel(let id): "cancel \(id)"
        case .replace(let replacement):
            "replace \(replacement.clientOrderID):"
                + (replacement.quantity.map { " quantity \($0)" } ?? "")
                + (replacement.limitPrice.map { " limit \($0)" } ?? "")
                + (replacement.stopPrice.map { " stop \($0)" } ?? "")
        case .query(let id): "query \(id)"
        case .reconcile: "reconcile"
        }
    }
}

/// Commands that did not arrive at the broker, and reports of the broker that did not arrive at the core. Each may cost the
/// core the time after which it may believe that there is nothing to come, and no more.
struct Losses {
    var commands: Int64 = 0
    var words: Set<ExecutionReport> = []

    var count: Int64 { max(0, commands) + Int64(words.count) }
}
