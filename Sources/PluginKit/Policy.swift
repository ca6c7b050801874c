import JSON
import Trading
import Wire

/// A policy: one function from the whole to recommendations. It executes nothing.
///
/// ```swift
/// struct TakeTheMoney: Policy {
///     struct Settings: Decodable { var atR: Ratio }
///     let settings: Settings
///     init(settings: Settings) { self.settings = settings }
///     func evaluate(_ whole: PortfolioSnapshot) -> [Recommendation] {
///         whole.positions.filter { $0.profitInR ?? .zero >= settings.atR }
///             .map { Recommendation(symbol: $0.symbol, advice: .exit, reason: "it is at \($0.profitInR ?? .zero) R") }
///     }
/// }
/// PolicyMain.run(TakeTheMoney.self, name: "take-the-money", version: "1.0.0")
/// ```
public protocol Policy {
    associatedtype Settings: Decodable
    init(settings: Settings) throws
    /// What it is to be given each cycle; absent: positions, working orders, prices and conditions.
    var needs: PolicyNeeds { get }
    mutating func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation]
}

extension Policy {
    public var needs: PolicyNeeds { PolicyNeeds() }
}

public enum PolicyMain {
    public static func run<P: Policy>(_ policy: P.Type, name: String, version: String) -> Never {
        PluginMain.run(PolicyRole<P>(), name: name, version: version)
    }
}

struct PolicyRole<P: Policy>: PluginRole {
    static var role: Role { .policy }
    private var policies: SymbolPolicies<P>?

    mutating func start(_ welcome: Welcome) throws -> Ready? {
        try configure(welcome.settings)
    }

    mutating func configure(_ settings: JSON) throws -> Ready {
        let policies = try SymbolPolicies<P>(settings: settings)
        self.policies = policies
        return Ready(needs: policies.needs)
    }

    mutating func handle(_ message: Received) throws -> [Answer] {
        guard message.header.type == .evaluate else {
            throw PluginStartError(why: "a policy is asked to evaluate, not \(message.header.type.rawValue)")
        }
        let snapshot = try message.data(PortfolioSnapshot.self)
        let recommendations = try policies?.evaluate(snapshot) ?? []
        return [
            Answer(
                .recommendations, Recommendations(recommendations), re: message.header.id, cycle: message.header.cycle)
        ]
    }

    mutating func nextTickMilliseconds() -> Int64? { nil }
    mutating func tick() throws -> [Answer] { [] }
}
