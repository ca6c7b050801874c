import Trading

/// The trading state and the kill switch: what the account may do, who said so, and why.
package struct TradingControl: Sendable, Hashable, Codable {
    package private(set) var state: TradingState = .active
    package private(set) var who = "core"
    package private(set) var why = TradingReason.start
    /// Every position is to be closed.
    package private(set) var isFlattening = false
    /// Restricted for nothing but a required policy that is gone: when it is back, so is trading.
    private(set) var awaitsPolicies = false

    mutating func apply(_ control: Control) {
        guard let wanted = control.command.wantedState else { return }
        isFlattening = control.command == .flatten
        state = wanted
        (who, why) = (control.who, .command(command: control.command, words: control.why))
        awaitsPolicies = false
    }

    /// The core's own restriction; it never frees what a person has restricted, nor what a loss or a doubt has. Returns whether anything changed.
    mutating func restrict(to wanted: TradingState, why reason: TradingReason) -> Bool {
        let isStricter: Bool =
            switch (state, wanted) {
            case (.active, .reducing), (.active, .halted), (.reducing, .halted): true
            case (.active, .active), (.reducing, .active), (.reducing, .reducing), (.halted, .active),
                (.halted, .reducing), (.halted, .halted):
                false
            }
        guard isStricter else { return false }
        (state, who, why) = (wanted, "core", reason)
        awaitsPolicies = false
        return true
    }

    /// The core's restriction while a required policy is gone. Returns whether anything changed.
    mutating func awaitPolicies(why reason: TradingReason) -> Bool {
        guard restrict(to: .reducing, why: reason) else { return false }
        awaitsPolicies = true
        return true
    }

    /// They are all back. Returns whether that was what trading was restricted for.
    mutating func policiesAreBack() -> Bool {
        guard awaitsPolicies else { return false }
        (state, who, why, awaitsPolicies) = (.active, "core", .policiesBack, false)
        return true
    }
}

extension Control.Command {
    /// Nil for what concerns no trading state.
    fileprivate var wantedState: TradingState? {
        switch self {
        case .halt: .halted
        case .reduce, .flatten: .reducing
        case .resume: .active
        case .handOver: nil
        }
    }
}
