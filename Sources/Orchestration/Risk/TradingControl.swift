import Trading

/// The trading state and the kill switch: what the account may do, who said so, and why.
package struct TradingControl: Sendable, Hashable, Codable {
    /// Who restricts where no person has.
    package static var core: String { TradingControl().who }

    package private(set) var state: TradingState = .active
    package private(set) var who = "core"
    package private(set) var why = TradingReason.start
    /// Every position is to be closed.
    package private(set) var isFlattening = false
    /// Restricted for nothing but a condition that ends by itself, such as a required policy that is gone: when it is
    /// back, so is trading.
    private(set) var awaitsCondition = false

    mutating func apply(_ control: Control) {
        guard let wanted = control.command.wantedState else { return }
        isFlattening = control.command == .flatten
        state = wanted
        (who, why) = (control.who, .command(command: control.command, words: control.why))
        awaitsCondition = false
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
        (state, who, why) = (wanted, Self.core, reason)
        awaitsCondition = false
        return true
    }

    /// The core's restriction while a required policy is gone or silent, or the account is in another currency. Returns
    /// whether anything changed.
    mutating func awaitCondition(why reason: TradingReason) -> Bool {
        guard restrict(to: .reducing, why: reason) else { return false }
        awaitsCondition = true
        return true
    }

    /// What was awaited is there. Returns whether that was what trading was restricted for.
    mutating func conditionHolds() -> Bool {
        guard awaitsCondition else { return false }
        if case .foreignCurrency = why {
            (state, who, why, awaitsCondition) = (.active, Self.core, .currencyBack, false)
        } else {
            (state, who, why, awaitsCondition) = (.active, Self.core, .policiesBack, false)
        }
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
