import Trading

/// The table of ``OrderLifeCycle`` as text: a line for each event, a column for each status.
enum LifeCycleMatrix {
    static var text: String {
        let live = OrderStatus.allCases.filter { !$0.isTerminal }
        let over = OrderStatus.allCases.filter(\.isTerminal)
        return """
            The life of an order: what each event (line) does in each status (column).

              .        the status stays          <        back to the status before the pending request
              -        refused, and the broker is asked   otherwise the new status

            NOT OVER
            \(block(live))

            OVER
            \(block(over))

            """
    }

    private static func block(_ statuses: [OrderStatus]) -> String {
        let head = padded("", 18) + statuses.map { padded(short($0), 9) }.joined()
        let lines = OrderEvent.allCases.map { event in
            padded(event.rawValue, 18)
                + statuses.map { padded(cell(OrderLifeCycle.transition($0, event)), 9) }.joined()
        }
        return ([head] + lines).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private static func cell(_ transition: OrderLifeCycle.Transition) -> String {
        switch transition {
        case .to(let status): short(status)
        case .stay: "."
        case .restore: "<"
        case .refused: "-"
        }
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

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
