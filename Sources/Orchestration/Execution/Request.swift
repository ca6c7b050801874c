import Trading

/// What was asked when, and about which order; nil asks for everything.
package struct PendingQuery: Sendable, Hashable, Codable {
    /// Of the command.
    var number: Int64
    var order: ClientOrderID?
    var queriedAt: Timestamp
}

/// What was asked of the broker for an order.
package struct Request: Sendable, Hashable, Codable {
    enum Kind: String, Sendable, Hashable, Codable {
        /// The order itself; also of one that was found at the broker.
        case submit
        case cancel
        case replace
    }
    var kind: Kind
    /// Of the command. What a question with a lower number finds is older than this request.
    var number: Int64
    /// It left no later than this.
    var leftBy: Timestamp
    var replacement: OrderReplacement?
    /// The adapter had it no later than this, for it has answered what was asked after it: the way to the venue begins
    /// here. Nil while no such answer has come.
    var takenBy: Timestamp?
    /// Cancels and replacements asked for this order, this request counted, whose refusal has not come.
    private var openCancels: Int64 = 0
    private var openReplacements: Int64 = 0
    /// Cancels that were asked for this order in a row, this one counted; nil for another request.
    private var cancelsInARow: Int64?
    /// No report has answered it.
    private var isOpen = true
    /// The broker's time of the newest refusal that has come.
    private var refusedAt: Timestamp?

    init(_ kind: Kind, number: Int64, leftBy: Timestamp, replacement: OrderReplacement? = nil) {
        self.kind = kind
        self.number = number
        self.leftBy = leftBy
        self.replacement = replacement
        cancelsInARow = kind == .cancel ? 1 : nil
    }

    /// How often in a row the cancel was asked for; 0 where nobody here has asked for one.
    var cancels: Int64 { cancelsInARow ?? 0 }

    /// The same request, knowing of those that were made for its order before.
    func following(_ last: Request?) -> Request {
        var next = self
        next.openCancels = (last?.openCancels ?? 0) + (kind == .cancel ? 1 : 0)
        next.openReplacements = (last?.openReplacements ?? 0) + (kind == .replace ? 1 : 0)
        next.refusedAt = last?.refusedAt
        next.cancelsInARow = cancelsInARow.map { $0 + (last?.cancels ?? 0) }
        return next
    }

    /// It was answered, or has not left this process: nobody can refuse it later.
    mutating func close() {
        guard isOpen else { return }
        isOpen = false
        if kind == .cancel { openCancels -= 1 }
        if kind == .replace { openReplacements -= 1 }
    }

    /// Somebody else has changed the order: what was asked for before, and answered, explains no later change.
    mutating func changedByOthers() {
        if !isOpen { replacement = nil }
    }

    /// Whether a refusal must be that of this request. A refusal names its order alone: it may be an old one that comes
    /// late or once more. It is this one's when every earlier request of the kind was answered by a refusal, and the
    /// broker dates it after the last of those. With no cancel or replacement of ours under way it is nobody else's.
    func isRefused(by event: OrderEvent, at time: Timestamp) -> Bool {
        let isNew = refusedAt.map { time > $0 } ?? true
        guard isOpen else { return true }
        return switch kind {
        case .submit: true
        case .cancel: event == .cancelRejected && openCancels == 1 && isNew
        case .replace: event == .replaceRejected && openReplacements == 1 && isNew
        }
    }

    mutating func noteRefusal(at time: Timestamp) {
        close()
        refusedAt = max(refusedAt ?? time, time)
    }
}
