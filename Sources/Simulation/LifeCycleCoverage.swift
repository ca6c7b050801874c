import Trading

/// Which entries of the life-cycle table were taken, and how often.
package struct LifeCycleCoverage: Sendable {
    private struct Pair: Hashable {
        var status: OrderStatus
        var event: OrderEvent
    }

    private var counts: [Pair: Int] = [:]

    package init() {}

    package mutating func take(_ status: OrderStatus, _ event: OrderEvent) {
        counts[Pair(status: status, event: event), default: 0] += 1
    }

    package mutating func add(_ other: LifeCycleCoverage) { counts.merge(other.counts, uniquingKeysWith: +) }

    package func count(_ status: OrderStatus, _ event: OrderEvent) -> Int {
        counts[Pair(status: status, event: event)] ?? 0
    }

    private static let pairs = OrderStatus.allCases.flatMap { status in OrderEvent.allCases.map { (status, $0) } }

    private func taken(_ isLegal: Bool) -> (taken: Int, all: Int) {
        let of = Self.pairs.filter { (OrderLifeCycle.transition($0.0, $0.1) != .refused) == isLegal }
        return (of.filter { count($0.0, $0.1) > 0 }.count, of.count)
    }

    /// The table, a line for each event and a column for each status: how often; in brackets what was refused.
    package var lines: [String] {
        let width = 9
        func pad(_ text: String) -> String { String(repeating: " ", count: max(1, width - text.count)) + text }
        let head = String(repeating: " ", count: 17) + OrderStatus.allCases.map { pad(Self.short($0)) }.joined()
        let rows = OrderEvent.allCases.map { event in
            let cells = OrderStatus.allCases.map { status in
                let count = count(status, event)
                let isLegal = OrderLifeCycle.transition(status, event) != .refused
                return pad(count == 0 ? (isLegal ? "." : "(.)") : isLegal ? "\(count)" : "(\(count))")
            }
            return event.rawValue + String(repeating: " ", count: 17 - event.rawValue.count) + cells.joined()
        }
        let (legal, illegal) = (taken(true), taken(false))
        return [head] + rows + [
            "\(legal.taken) of \(legal.all) legal transitions taken, \(illegal.taken) of \(illegal.all) illegal ones tried and refused"
        ]
    }

    private static func short(_ status: OrderStatus) -> String {
        switch status {
        case .pendingNew: "pendNew"
        case .accepted: "accepted"
        case .new: "new"
        case .held: "held"
        case .partiallyFilled: "partial"
        case .pendingCancel: "pendCanc"
        case .pendingReplace: "pendRepl"
        case .suspended: "suspend"
        case .stopped: "stopped"
        case .calculated: "calc"
        case .doneForDay: "doneDay"
        case .unknown: "unknown"
        case .filled: "filled"
        case .canceled: "canceled"
        case .expired: "expired"
        case .replaced: "replaced"
        case .rejected: "rejected"
        }
    }
}

/// Written by the one thread of a simulation.
final class CoverageBox: @unchecked Sendable {
    // A scenario runs on one thread from its start to its end; nothing else sees the box.
    var coverage = LifeCycleCoverage()
}
