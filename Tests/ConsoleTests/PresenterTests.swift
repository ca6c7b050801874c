import CoreTestSupport
import Foundation
import Orchestration
import Testing
import Trading

@testable import Console

@Suite("What a run prints")
struct PresenterTests {
    /// What is printed of the records of a scene.
    private func printed(
        _ driver: CoreDriver, standing: TradingControl? = nil, detail: Presenter.Detail = .cycles
    ) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("out-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
        let presenter = Presenter(
            detail: detail, isTerminal: false, logFile: nil, standing: standing,
            output: try FileHandle(forWritingTo: file))
        for record in driver.records { presenter.observe(record, state: driver.state) }
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func control(_ command: Control.Command) -> Input {
        .control(Control(command: command, who: "me@desk", why: "lunch"))
    }

    @Test("a restriction of the core is a danger, one of a person is marked, to trade again is not")
    func tradingState() throws {
        var scene = Scene()
        scene.driver.connect()
        for command in [.halt, .resume, .reduce] as [Control.Command] { scene.driver.send(control(command)) }
        let lines = try printed(scene.driver).filter { $0.contains("trading is") }
        #expect(lines.map { String($0.prefix(2)) } == [" !", "  ", " !"], "\(lines)")
    }

    @Test("only what held before this run is said to be so still")
    func standing() throws {
        var scene = Scene()
        scene.driver.send(control(.halt))
        let first = try printed(scene.driver)
        #expect(!first.contains { $0.contains("still") }, "the halt is of this run: \(first)")
        #expect(first.contains { $0.hasPrefix(" ! trading is halted") && $0.contains("me@desk") })
        let next = try printed(scene.driver, standing: scene.driver.state.control)
        #expect(next.contains { $0.hasPrefix("!! trading is still halted (me@desk: ") }, "\(next)")
        var resumed = scene
        resumed.driver.send(control(.resume))
        #expect(try !printed(scene.driver, standing: resumed.driver.state.control).contains { $0.contains("still") })
    }

    @Test("an alert has its level's mark, its symbol and its name, and times have milliseconds at most")
    func alerts() throws {
        var scene = Scene()
        scene.say()
        scene.driver.connect()
        scene.cycles(6)
        let lines = try printed(scene.driver)
        #expect(
            lines.contains { $0.hasPrefix("!! ABC: no policy protects it") && $0.hasSuffix("[own_stop]") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("   started, epoch 1 [started]") })
        for line in lines { #expect(line.firstMatch(of: #/\d\.\d{4,}Z/#) == nil, "\(line)") }
    }

    @Test(
        "of a position that is found it is said what is done with it",
        arguments: [
            (.managed, "it gets a stop; `bigbrother manage ABC` hands it over"), (.watched, "nothing is sent for it"),
            (.protected, "it gets a stop, and nothing else"), (.frozen, "what rests for it is kept"),
        ] as [(SymbolMode, String)])
    func found(mode: SymbolMode, words: String) throws {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        var driver = CoreDriver(venue: venue)
        driver.start([]) { $0.symbolModes = mode == .managed ? [:] : ["ABC": mode] }
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        let lines = try printed(driver).filter { $0.contains("Found at broker") }
        #expect(lines.count == 1 && lines[0].hasSuffix(words), "\(lines)")
    }

    @Test("a position that is handed over in the configuration is managed")
    func managed() throws {
        var venue = FakeVenue()
        venue.hold("ABC", 100, at: "100")
        var driver = CoreDriver(venue: venue)
        driver.start([]) { $0.initialStops = ["ABC": "95"] }
        driver.quote("ABC", "100", "100.02", last: "100")
        driver.connect()
        let lines = try printed(driver)
        #expect(lines.contains { $0.hasSuffix("100 ABC @ 100.00, now managed") }, "\(lines)")
    }
}
