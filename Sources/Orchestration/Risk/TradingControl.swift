import Trading

/// The trading state and the kill switch: what the account may do, who said so, and why.
package struct TradingControl: Sendable, Hashable, Codable {
    package private(set) var state: TradingState = .active
    package private(set) var who = "core"
    package private(set) var why = "start"
    /// Every position is to be closed.
    package private(set) var isFlattening = false

    mutating func apply(_ control: Control) {
        isFlattening = control.command == .flatten
        state =
            switch control.command {
            case .halt: .halted
            case .reduce, .flatten: .reducing
            case .resume: .active
            }
        (who, why) = (control.who, control.why)
    }

    /// The core's own restriction; it never frees what a person has restricted. Returns whether anything changed.
    mutating func restrict(to wanted: TradingState, why reason: String) -> Bool {
        let isStricter: Bool =
            switch (state, wanted) {
            case (.active, .reducing), (.active, .halted), (.reducing, .halted): true
            case (.active, .active), (.reducing, .active), (.reducing, .reducing), (.halted, .active),
                (.halted, .reducing), (.halted, .halted):
                false
            }
        guard isStricter else { return false }
        (state, who, why) = (wanted, "core", reason)
        return true
    }
}
