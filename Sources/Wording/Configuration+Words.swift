import Orchestration
import Trading

extension CoreConfiguration {
    /// What an account without policies has; nil where there are some.
    package var withoutPoliciesWords: String? {
        guard policies.isEmpty else { return nil }
        return
            "no policy is configured, so only the core's own protection acts: a position that has had no working stop for \(unprotectedLimit) gets one \(defaultStop.percent) from the market, which nothing moves; limits and what you do by hand hold; nothing takes a profit, and nothing is entered"
    }
}

extension ConfigurationChange {
    /// `limits.price_collar 0.1 -> 0.2`.
    package var words: String { "\(key) \(from.words) -> \(to.words)" }
}

extension ConfigurationValue {
    package var words: String {
        let text = text
        return text.isEmpty ? "none" : text
    }

    private var text: String {
        switch self {
        case .none: ""
        case .count(let count): "\(count)"
        case .flag(let flag): "\(flag)"
        case .span(let span): span.exact
        case .ratio(let ratio): "\(ratio)"
        case .quantity(let quantity): "\(quantity)"
        case .money(let money): "\(money)"
        case .range(let low, let high): "\(low) to \(high)"
        case .names(let names): names.joined(separator: ", ")
        case .sectors(let sectors): Self.list(sectors) { $0 }
        case .prices(let prices): Self.list(prices) { $0.inCents }
        case .modes(let modes): Self.list(modes) { $0.rawValue }
        case .drawdown(let rule): rule.words
        case .weeklyLoss(let rule): rule.words
        case .lossStreak(let rule): rule.words
        case .dayTrades(let rule): rule.words
        }
    }

    private static func list<Value>(_ values: [Symbol: Value], _ text: (Value) -> String) -> String {
        values.sorted { $0.key < $1.key }.map { "\($0.key) \(text($0.value))" }.joined(separator: ", ")
    }
}

extension TimeSpan {
    /// To the millisecond, so that no difference is rounded away.
    fileprivate var exact: String {
        wholeMilliseconds % 1_000 == 0 ? "\(wholeSeconds) s" : "\(wholeMilliseconds) ms"
    }
}
