import JSON
import PluginKit
import Trading
import Wire

/// A policy as the core runs it, without a process: settings and a portfolio in, recommendations out.
///
/// ```swift
/// var policy = try PolicyUnderTest(TrailingStop.self, settings: #"{"trail": 0.03}"#)
/// var portfolio = try PortfolioSnapshot.testing()
/// try portfolio.hold("ABC", "100", average: "90", last: "110")
/// #expect(try policy.recommendations(for: portfolio).map(\.advice.kind) == ["protect"])
/// ```
public struct PolicyUnderTest<P: Policy> {
    private var policies: SymbolPolicies<P>

    /// - Parameter settings: JSON. They are read as those of an account: what the policy does not know is refused, and with `symbols`
    ///   there is one policy more for each symbol that has settings of its own.
    /// - Throws: what keeps the plugin from starting: no JSON, a setting that is unknown or of another type, or what the policy itself
    ///   refuses.
    public init(_ policy: P.Type, settings: String = "{}") throws {
        policies = try SymbolPolicies(settings: try JSONParser.parse(Array(settings.utf8)))
    }

    /// What it asks to be given each cycle.
    public var needs: PolicyNeeds { policies.needs }

    /// What the core reads of its answer to this portfolio.
    ///
    /// The policy sees the sections that it ``needs``, and no others.
    /// - Throws: what the policy throws; `WireDecodingError` for a recommendation that the core would refuse to read.
    public mutating func recommendations(for portfolio: PortfolioSnapshot) throws -> [Recommendation] {
        let answer = Recommendations(try policies.evaluate(portfolio.limited(to: needs)))
        let body = try WireEncoder().encode(answer)
        return try WireDecoder().decode(Recommendations.self, from: body, unknownFields: .refuse).recommendations
    }
}
