import CoreTestSupport
import Orchestration
import Testing
import Trading

@testable import Console

@Suite("The list of alerts")
struct AlertListTests {
    /// No policy protects what is held: the core sets its own stop after thirty seconds.
    private func unprotected() -> Scene {
        var scene = Scene()
        scene.say()
        scene.driver.connect()
        scene.cycles(6)
        return scene
    }

    @Test("every alert has its name, level, symbol and sentence, the newest last")
    func list() throws {
        let answer = try AlertList(unprotected().journal()).alerts()
        #expect(!answer.isCut && answer.items.first?.name == "started")
        #expect(answer.items.map(\.sequence) == answer.items.map(\.sequence).sorted())
        let stop = try #require(answer.items.first { $0.name == "own_stop" })
        #expect(stop.level == .emergency && stop.symbol == "ABC" && stop.words.contains("the core's own stop is at"))
        #expect(stop.line.contains("emergency  own_stop") && stop.line.contains("ABC: no policy protects it"))
    }

    @Test("by level: it and what is graver; by symbol; the newest so many, which says that there are more")
    func filters() throws {
        let list = AlertList(try unprotected().journal())
        let all = try list.alerts().items
        let grave = try list.alerts(level: .emergency).items
        #expect(grave.map(\.name) == all.filter { $0.level == .emergency }.map(\.name) && !grave.isEmpty)
        #expect(try list.alerts(level: .warning).items.allSatisfy { $0.level != .notice })
        #expect(try list.alerts(symbol: "ABC").items.allSatisfy { $0.symbol == "ABC" })
        let last = try list.alerts(last: 1)
        #expect(last.isCut && last.items.map(\.sequence) == all.suffix(1).map(\.sequence))
        #expect(try !list.alerts(last: all.count).isCut)
    }

    @Test("since a time, or so long before the journal's end")
    func since() throws {
        let scene = unprotected()
        let list = AlertList(try scene.journal())
        let stop = try #require(try list.alerts().items.first { $0.name == "own_stop" })
        #expect(try list.alerts(since: .time(stop.at)).items.allSatisfy { $0.at >= stop.at })
        #expect(try list.alerts(since: .time(stop.at)).items.contains { $0.name == "own_stop" })
        let before = scene.driver.now - stop.at
        let shorter = TimeSpan(nanoseconds: before.nanoseconds - 1)
        #expect(try list.alerts(since: .last(before)).items.contains { $0.name == "own_stop" })
        #expect(try !list.alerts(since: .last(shorter)).items.contains { $0.name == "own_stop" })
        #expect(try list.alerts(since: .time(scene.driver.now + .day)).items.isEmpty)
    }

    @Test("explain and why-not name the alerts that they tell of")
    func names() throws {
        var scene = Scene(holding: 0) { $0.maximumOrderQuantity = 5 }
        scene.say(entry.says(.buy(10, stop: "95"), on: "ABC"))
        scene.driver.connect()
        let journal = try scene.journal()
        let lines = try #require(try Explain(journal).explanation(of: "1.ABC")).lines
        #expect(lines.contains { $0.hasSuffix("[refused_by_risk_gate]") }, "\(lines)")
        #expect(try WhyNot(journal).answer("ABC").text.contains("[refused_by_risk_gate]"))
    }
}
