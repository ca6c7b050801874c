import Trading

/// Something that is to be asked for.
package struct LookUp: Codable, Equatable, Sendable {
    package enum Subject: Codable, Hashable, Sendable {
        /// `GET /v2/orders/{id}?nested=true`
        case order(BrokerOrderID)
        /// `GET /v2/orders:by_client_order_id`
        case clientOrder(ClientOrderID)
        /// `GET /v2/account/activities/FILL?order_id=`
        case executions(BrokerOrderID)
    }

    var subject: Subject
    var due: Timestamp
    /// Not asked for when the stream has told its end by then.
    var unlessOver = false
}

/// What is to be asked for, each once at a time.
struct LookUps: Codable, Equatable, Sendable {
    private var open: [LookUp] = []

    private static let most = 2_000

    /// When the next is due.
    var nextDue: Timestamp? { open.map(\.due).min() }

    func contains(_ subject: LookUp.Subject) -> Bool { open.contains { $0.subject == subject } }

    mutating func add(_ subject: LookUp.Subject, at time: Timestamp, unlessOver: Bool = false) {
        let lookUp = LookUp(subject: subject, due: time, unlessOver: unlessOver)
        guard open.count < Self.most, !open.contains(lookUp) else { return }
        open.append(lookUp)
    }

    /// In the order in which they fell due.
    mutating func takeDue(at time: Timestamp) -> [LookUp] {
        let due = open.filter { $0.due <= time }.sorted { $0.due < $1.due }
        if !due.isEmpty { open.removeAll { $0.due <= time } }
        return due
    }
}
