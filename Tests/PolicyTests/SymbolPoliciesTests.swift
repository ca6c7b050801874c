import JSON
import PluginKit
import Testing
import Trading
import Wire

/// Recommends its text for every position, of another symbol, and of the portfolio.
private struct Probe: Policy {
    struct Settings: Decodable {
        var word: String?
        var list: [Int]?
    }
    var settings: Settings
    init(settings: Settings) throws {
        guard settings.word != "bad" else { throw SettingsError("word: it is bad") }
        self.settings = settings
    }

    func evaluate(_ snapshot: PortfolioSnapshot) throws -> [Recommendation] {
        let reason = "\(settings.word ?? "none") \(settings.list ?? [])"
        return (snapshot.positions.map { Optional($0.symbol) } + [try Symbol("OTHER"), nil]).map {
            Recommendation(symbol: $0, advice: .hold, urgency: .low, reason: reason)
        }
    }
}

@Suite("Settings of single symbols")
struct SymbolPoliciesTests {
    private func said(_ settings: String) throws -> [String] {
        var policies = try SymbolPolicies<Probe>(settings: try JSONParser.parse(Array(settings.utf8)))
        return try policies.evaluate(try Case().snapshot()).map { "\($0.symbol?.text ?? "all"): \($0.reason)" }
    }

    @Test("a symbol's own settings are laid over the others, key by key; the rest is said by the first policy")
    func merged() throws {
        #expect(try said(#"{"word":"a"}"#) == ["NVDA: a []", "OTHER: a []", "all: a []"])
        #expect(
            try said(#"{"word":"a","list":[1],"symbols":{"NVDA":{"word":"b"}}}"#) == [
                "OTHER: a [1]", "all: a [1]", "NVDA: b [1]",
            ])
        #expect(
            try said(#"{"list":[1,2],"symbols":{"OTHER":{"list":[3]},"NVDA":{"word":"b"},"GONE":{}}}"#) == [
                "all: none [1, 2]", "NVDA: b [1, 2]", "OTHER: none [3]",
            ])
    }

    @Test(
        "what is wrong is told with its symbol",
        arguments: [
            (#"{"symbols":{"NVDA":{"word":"bad"}}}"#, "symbols.NVDA: word: it is bad"),
            (#"{"symbols":{"NVDA":{"wrd":"x"}}}"#, "symbols.NVDA: unknown field \"wrd\""),
            (#"{"symbols":{"NVDA":3}}"#, "symbols.NVDA: write settings"), (#"{"symbols":[]}"#, "symbols: write"),
            (#"{"symbols":{"nvda":{}}}"#, "symbols: "),
        ])
    func wrong(settings: String, words: String) throws {
        let error = #expect(throws: SettingsError.self) { _ = try said(settings) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
}
