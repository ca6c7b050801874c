import Trading

/// P2 from outside: which command of each symbol has had no answer yet.
struct Flight {
    private struct Departed {
        var at: Int
        var ids: Set<ClientOrderID>
        /// Orders that come into being by it: any word on them says that it was taken.
        var newIDs: Set<ClientOrderID>
    }

    private var clock = 0
    private var commands: [Symbol: Departed] = [:]
    /// When each question left, by the id of its message.
    private var questions: [String: Int] = [:]

    /// A command leaves the core. Returns the violation that this is, if it is one.
    mutating func depart(_ command: OrderCommand, id: String, symbol: Symbol?) -> String? {
        clock += 1
        switch command {
        case .query, .reconcile: questions[id] = clock
        case .submit, .cancel, .replace:
            guard let symbol else { return "a command on an order that nobody knows: \(command.orderIDs)" }
            defer {
                commands[symbol] = Departed(
                    at: clock, ids: Set(command.orderIDs), newIDs: Set(command.newOrderIDs))
            }
            if let other = commands[symbol] {
                return "a command on \(command.orderIDs.sorted()) left while \(other.ids.sorted()) was unanswered"
            }
        }
        return nil
    }

    /// The connection or the core is gone: what is in doubt is in the core's books, and not here any more.
    mutating func forgetAll() {
        commands = [:]
        questions = [:]
    }

    mutating func hear(_ answer: OrderAnswer, to question: String?) {
        let id = answer.clientOrderID
        // An order that is over has no request under way any more, whenever it was asked about.
        if answer.order?.isWorking == false { forget { $0.ids.contains(id) } }
        guard let question, let asked = questions.removeValue(forKey: question) else { return }
        forget { $0.ids.contains(id) && $0.at < asked }
    }

    mutating func hearState(to question: String?) {
        guard let question, let asked = questions.removeValue(forKey: question) else { return }
        forget { $0.at < asked }
    }

    mutating func hear(_ report: ExecutionReport) {
        let id = report.clientOrderID
        switch report.event {
        case .accepted, .new, .held, .partialFill, .suspended, .stopped, .calculated, .doneForDay:
            forget { $0.newIDs.contains(id) }
        case .canceled, .cancelRejected, .replaceRejected, .restated, .rejected, .expired, .replaced, .fill:
            forget { $0.ids.contains(id) }
        case .cancelRequested, .pendingCancel, .replaceRequested, .pendingReplace, .timedOut, .notFound: return
        }
    }

    private mutating func forget(_ isAnswered: (Departed) -> Bool) {
        for (symbol, command) in commands where isAnswered(command) { commands[symbol] = nil }
    }
}

extension OrderCommand {
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
