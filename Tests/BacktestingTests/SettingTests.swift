import Testing

@testable import Backtesting

@Suite("Settings of a back-test")
struct SettingTests {
    @Test("a setting has a path and values; commas in brackets part nothing")
    func reading() throws {
        let one = try Setting("stop-loss.trail=0.01,0.015")
        #expect(one.path == ["stop-loss", "trail"])
        #expect(one.values == ["0.01", "0.015"])
        let ladder = try Setting("partial-profit.ladder=[{at_r: 1, take: 0.5}],[]")
        #expect(ladder.values == ["[{at_r: 1, take: 0.5}]", "[]"])
    }

    @Test("what is none is refused", arguments: ["trail", "=1", "a..b=1", "a.b=", "a.b=1,,2", "a.b=1,1"])
    func refused(_ text: String) {
        #expect(throws: SettingError.self) { try Setting(text) }
    }

    @Test("a grid has every combination, the last setting varying fastest")
    func grid() throws {
        let settings = [try Setting("a.x=1,2"), try Setting("b=3,4,5")]
        #expect(Combination.count(of: settings) == 6)
        let words = Combination.all(of: settings).map(\.words)
        #expect(words == ["a.x=1 b=3", "a.x=1 b=4", "a.x=1 b=5", "a.x=2 b=3", "a.x=2 b=4", "a.x=2 b=5"])
        #expect(Combination.all(of: []).map(\.words) == [""])
    }

    @Test("more combinations than a number can say are none")
    func tooMany() throws {
        let values = (1...1_000).map(String.init).joined(separator: ",")
        let settings = try (1...7).map { try Setting("s\($0)=\(values)") }
        #expect(Combination.count(of: settings) == nil)
    }
}
