import Orchestration

extension MarketDefect {
    /// The error that its sender gets, with the place in its message.
    var words: String {
        switch self {
        case .bar(let index, let symbol, let defect): "bars[\(index)] of \(symbol): \(defect)"
        case .corporateAction(let index, let defect): "corporate_actions[\(index)]: \(defect)"
        case .quote(let index, let symbol, let field, let price):
            "quotes[\(index)] of \(symbol): \(field.rawValue) must be above zero, it is \(price)"
        }
    }
}
