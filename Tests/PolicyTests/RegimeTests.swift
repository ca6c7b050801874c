import PluginKit
import PluginTesting
import Testing
import Trading

@testable import Regime

@Suite("Regime")
struct RegimeTests {
    private static let spy = #"{"reference": "SPY"}"#

    private func said(_ json: String, _ whole: Whole) throws -> [String] {
        var policy = try PolicyUnderTest(RegimePolicy.self, settings: json)
        return try policy.recommendations(for: try whole.snapshot()).map(\.short)
    }

    private func whole(_ vix: String?, before: String? = nil, age: TimeSpan = .zero) throws -> Whole {
        var whole = Whole()
        let at = Whole.at + TimeSpan(nanoseconds: -age.nanoseconds)
        if let vix { whole.conditions = [MarketCondition(name: "VIX", value: try Ratio(vix), at: at)] }
        if let before { whole.advisories = [try Whole.advisory("regime", before)] }
        return whole
    }

    @Test(
        "thresholds with hysteresis",
        arguments: [
            ("20", nil, "1"), ("30", nil, "2"), ("28", "2", "2"), ("26.9", "2", "1"), ("14", nil, "0"),
            ("16", "0", "0"), ("16.6", "0", "1"), ("16", "1", "1"), ("29.9", "1", "1"), ("35", "0", "2"),
            ("10", "2", "0"),
        ] as [(String, String?, String)])
    func thresholds(vix: String, before: String?, wanted: String) throws {
        let isStressed = wanted == "2"
        #expect(
            try said("{}", try whole(vix, before: before)) == [
                "- advise regime \(wanted)", "- advise stop_scale \(isStressed ? "1.5" : "1")",
                "- advise entry_scale \(isStressed ? "0.5" : "1")",
            ] + (isStressed ? ["- veto"] : []))
    }

    @Test(
        "a reference counts beside VIX: the more nervous of them",
        arguments: [
            ("14", "0.1", "430", nil, "0"), ("14", "0.1", "400", nil, "1"), ("14", "0.2", "430", nil, "1"),
            ("14", "0.3", "430", nil, "2"), ("31", "0.1", "430", nil, "2"), ("20", "0.28", "430", "2", "2"),
            (nil, "0.1", "430", nil, "0"), (nil, "0.35", "400", nil, "2"), ("20", nil, "400", nil, "1"),
            (nil, nil, "430", nil, nil),
        ] as [(String?, String?, String, String?, String?)])
    func reference(vix: String?, volatility: String?, last: String, before: String?, wanted: String?) throws {
        var whole = try whole(vix, before: before)
        let indicators = [("sma(200,1d)", "420")] + (volatility.map { [("volatility(20,1d)", $0)] } ?? [])
        whole.market = [try Whole.view("SPY", last: last, indicators: indicators)]
        #expect(try said(Self.spy, whole).first == wanted.map { "- advise regime \($0)" })
    }

    @Test("beside a second regime policy that is calm, stress is left by the hysteresis all the same")
    func second() throws {
        var whole = try whole("28", before: "2")
        var calm = try Whole.advisory("regime", "0")
        calm.policy = try PluginName("another")
        whole.advisories.append(calm)
        #expect(try said("{}", whole).first == "- advise regime 2")
    }

    @Test("what is unknown or too old is not judged by")
    func unknown() throws {
        #expect(try said("{}", Whole()) == [])
        #expect(try said("{}", try whole("40", age: .seconds(4 * 86_400))).count == 4)
        #expect(try said("{}", try whole("40", age: .seconds(4 * 86_400 + 1))) == [])
        #expect(try said(#"{"condition": "VXN"}"#, try whole("40")) == [])
    }

    @Test("a stressed market may be entered when that is wanted")
    func entries() throws {
        #expect(try said(#"{"no_entries_when_stressed": false}"#, try whole("40")).count == 3)
    }

    @Test("it asks for the market only where a reference is named")
    func needs() throws {
        func needs(_ json: String) throws -> PolicyNeeds {
            try PolicyUnderTest(RegimePolicy.self, settings: json).needs
        }
        #expect(try needs("{}").sections == [.conditions, .advisories] && needs("{}").indicators == nil)
        #expect(try needs(Self.spy).indicators?.map(\.description) == ["volatility(20,1d)", "sma(200,1d)"])
    }

    @Test(
        "settings that make no sense",
        arguments: [
            #"{"calm": 30}"#, #"{"calm_volatility": 0.4}"#, #"{"hysteresis": 1}"#, #"{"stop_scale": 2.1}"#,
            #"{"entry_scale": 0.4}"#, #"{"trend": 0}"#,
        ])
    func wrong(json: String) throws { #expect(throws: SettingsError.self) { try said(json, Whole()) } }
}
