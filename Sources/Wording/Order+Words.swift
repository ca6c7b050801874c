import Orchestration
import Trading

extension OrderChanged {
    package var words: String {
        switch note {
        case .terms(let order): order.words
        case .reason(let reason): reason
        case .fill(let side, let quantity, let symbol, let price, let realized, let charges):
            "\(side.pastTense) \(quantity) \(symbol) at \(price.inCents)"
                + (realized.isZero ? "" : ", \(realized.profitWords)")
                + (charges.map { $0.isZero ? "" : $0.chargeWords } ?? "")
        case .noReport(let limit): "no report within \(limit); the broker is asked"
        case .fillsDiffer(let brokers?, let ours):
            "\(brokers) filled by the broker's count, \(ours) by ours; the broker is asked"
        case .fillsDiffer(nil, _): "without a count of what is filled; the broker is asked"
        }
    }
}

extension Outcome {
    /// `sold 143 at 189.08 by reduce order`.
    package var words: String {
        "\(execution.side.pastTense) \(execution.quantity) at \(execution.averagePrice.inCents) by \(execution.role.rawValue) order"
    }
}

extension UnprotectedTime.End {
    package var words: String {
        switch self {
        case .positionClosed: "the position was closed"
        case .stopRests: "a stop rests at the broker"
        }
    }
}

extension CorporateActionDone {
    /// - Parameter action: what it was done about.
    package func words(_ action: CorporateAction) -> String {
        switch self {
        case .dividendNoted: "\(action.words); the broker books the cash"
        case .dividendApplied(let due):
            "\(action.words); stop, target, R and marks are lowered by it, \(due) \(due.isNegative ? "owed" : "due")"
        case .splitApplied(let held):
            "\(action.words)\(held.map { ", \($0) held now" } ?? ""); stop, target and R are restated"
        case .splitBookedBefore: "\(action.words); the broker has booked it before"
        case .spinOffApplied(let expected):
            expected.map {
                "\(action.words); stop, target, R and marks are lowered by their part, \($0) of the new shares are expected"
            } ?? "\(action.words); nothing of it is held"
        case .awaited: "\(action.words); it takes effect at \(action.effectiveAt.inMilliseconds)"
        case .appliedBefore: "\(action.words); it was applied before"
        case .symbolChangeAwaited: "\(action.words); the position follows when the broker shows it"
        case .notApplied: "\(action.words); its figures do not fit, and nothing was changed"
        }
    }
}

extension CorporateAction {
    package var words: String {
        switch kind {
        case .split(let numerator, let denominator): "\(numerator):\(denominator) split of \(symbol)"
        case .dividend(let amount): "dividend of \(amount.inCents) a share on \(symbol)"
        case .symbolChange(let other, let numerator, let denominator):
            numerator == denominator
                ? "\(symbol) is \(other) now"
                : "\(symbol) becomes \(other), \(numerator) shares for \(denominator)"
        case .spinOff(let other, let numerator, let denominator, let share):
            "\(other) is spun off \(symbol), \(numerator) shares for \(denominator) and \(share.percent) of its cost"
        }
    }
}

extension CycleTrigger {
    package var words: String {
        switch self {
        case .period: "period"
        case .reconciled: "the broker's state and ours agree"
        case .asked: "a person's request"
        case .filled(let role, let symbol): "\(role.rawValue) of \(symbol) filled"
        }
    }
}

extension Money {
    /// `, fees and taxes of $1.20`.
    fileprivate var chargeWords: String {
        isNegative ? ", a rebate of \(unsignedDollars)" : ", fees and taxes of \(unsignedDollars)"
    }
}

extension Side {
    fileprivate var pastTense: String { self == .sell ? "sold" : "bought" }
}
