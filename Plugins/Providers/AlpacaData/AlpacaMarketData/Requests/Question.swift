import AlpacaAPI
import Trading

/// What is asked of the vendor by REST. All of it may be asked again.
package enum Question: Equatable, Sendable {
    case calendar(Alpaca.CalendarQuery)
    case actions(Alpaca.CorporateActionsQuery)
    case bars(Alpaca.HistoryQuery)
    case snapshots(Alpaca.LatestQuery)
}

package enum Reply: Equatable, Sendable {
    case calendar([Alpaca.CalendarDay])
    case actions(Alpaca.CorporateActionsPage)
    case bars(Alpaca.HistoryPage<Alpaca.Bar>)
    case snapshots(Alpaca.BySymbol<Alpaca.Snapshot>)
    case failed(Failure)

    package enum Failure: Equatable, Sendable {
        case unauthorized
        /// The plan of this key does not have it.
        case forbidden(String)
        case rateLimited
        /// No answer, or one that cannot be read.
        case other(String)
    }
}

extension Reply.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unauthorized: "the key is refused"
        case .forbidden(let words): words
        case .rateLimited: "too many requests"
        case .other(let words): words
        }
    }
}

/// Questions under way and those to be asked again, each with what it is for.
struct QuestionDesk: Equatable, Sendable {
    enum Purpose: Hashable, Sendable {
        case calendar
        case actions
        case history(Int64)
        case missedBars
        case lastPrices
    }

    private struct Row: Equatable, Sendable {
        let number: Int64
        let question: Question
        var attempts = 0
        /// When it is asked; nil while it is under way.
        var due: Timestamp?
    }

    private var rows: [Purpose: Row] = [:]
    private var lastNumber: Int64 = 0

    func isAsking(_ purpose: Purpose) -> Bool { rows[purpose] != nil }

    var nextDue: Timestamp? { rows.values.compactMap(\.due).min() }

    /// Takes the place of what was asked before for the same.
    mutating func ask(_ question: Question, for purpose: Purpose, at time: Timestamp, attempts: Int = 0) {
        lastNumber += 1
        rows[purpose] = Row(number: lastNumber, question: question, attempts: attempts, due: time)
    }

    mutating func drop(_ purpose: Purpose) { rows[purpose] = nil }

    /// What is to be sent now.
    mutating func takeDue(at time: Timestamp) -> [(Int64, Question)] {
        var due: [(Int64, Question)] = []
        for (purpose, row) in rows.sorted(by: { $0.value.number < $1.value.number }) {
            guard let at = row.due, at <= time else { continue }
            rows[purpose]?.due = nil
            due.append((row.number, row.question))
        }
        return due
    }

    /// - Returns: what it was for; nil for an answer that nobody waits for.
    mutating func answered(_ number: Int64) -> Purpose? {
        guard let purpose = rows.first(where: { $0.value.number == number && $0.value.due == nil })?.key else {
            return nil
        }
        rows[purpose] = nil
        return purpose
    }

    /// - Returns: what it was for, where it is not asked again.
    mutating func failed(_ number: Int64, _ failure: Reply.Failure, at time: Timestamp) -> Purpose? {
        guard let (purpose, row) = rows.first(where: { $0.value.number == number && $0.value.due == nil }) else {
            return nil
        }
        rows[purpose] = nil
        let pause: TimeSpan
        switch failure {
        case .unauthorized, .forbidden: return purpose
        case .rateLimited: pause = .seconds(5)
        case .other: pause = .seconds(1 << Int64(row.attempts))
        }
        guard row.attempts + 1 < Self.mostAttempts else { return purpose }
        ask(row.question, for: purpose, at: time + pause, attempts: row.attempts + 1)
        return nil
    }

    private static let mostAttempts = 3
}
