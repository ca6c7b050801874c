import Orchestration
import Wire

extension MarketDefect {
    /// The error that its sender gets, with the place in its message.
    var words: String {
        switch self {
        case .bar(let index, let symbol, let defect): "bars[\(index)] of \(symbol): \(defect)"
        case .corporateAction(let index, let defect): "corporate_actions[\(index)]: \(defect)"
        case .quote(let index, let symbol, let field, let price):
            "quotes[\(index)] of \(symbol): \(field.rawValue) must be above zero, it is \(price)"
        case .actionID(let index, let most):
            "corporate_actions[\(index)]: an id has 1 to \(most) bytes without control characters"
        case .conditionName(let index, let most):
            "conditions[\(index)]: a name has 1 to \(most) bytes without control characters"
        }
    }
}

extension MarketDefect {
    /// What it is about, whatever the figure.
    var subject: String {
        switch self {
        case .bar(_, let symbol, _): "bars \(symbol)"
        case .corporateAction, .actionID: "corporate_actions"
        case .quote(_, let symbol, _, _): "quotes \(symbol)"
        case .conditionName: "conditions"
        }
    }
}

extension UnreadableRow {
    /// As ``MarketDefect``.
    var words: String { "\(field)[\(index)]\(name.map { " of \($0)" } ?? ""): \(why)" }
}
