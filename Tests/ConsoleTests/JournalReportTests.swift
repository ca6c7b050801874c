import CoreTestSupport
import Journal
import JournalTesting
import Node
import Orchestration
import Reporting
import Testing
import Trading

@testable import Console

@Suite("Reports of journals")
struct JournalReportTests {
    /// 100 ABC are held, half of them are sold, and the price goes on.
    private func scene() -> Scene {
        var scene = Scene()
        scene.driver.connect()
        scene.say(stopLoss.says(.stop("95"), on: "ABC"), entry.says(.reduceTo(quantity: 50), on: "ABC"))
        scene.cycles(2)
        scene.say()
        scene.driver.quote("ABC", "104", "104.02", last: "104")
        scene.driver.cycle()
        return scene
    }

    @Test("a journal gives the report that the core's own inputs and records give")
    func same() throws {
        let scene = scene()
        let report = try JournalReport(scene.journal()).report()
        var (core, builder) = (Orchestrator(), ReportBuilder())
        for (input, at) in scene.driver.inputs {
            builder.take(input, at: at)
            for case .record(let record) in core.handle(input, at: at) { builder.take(record, at: at) }
        }
        let other = try builder.report()
        #expect(report.money == other.money && report.executions == other.executions && report.lines == other.lines)
        #expect(report.trades.first?.held == 50 && report.trades.first?.reducedBy == [entry])
        #expect(report.money.openChange == "200" && report.executions.count == 1)
    }

    @Test("a part of it: from a time on, and back from the end")
    func range() throws {
        let scene = scene()
        let journal = try scene.journal()
        let report = try JournalReport(journal).report(since: .last(.seconds(5)))
        #expect(report.cycles == 1 && report.executions.isEmpty && report.trades.first?.held == 50)
        #expect(throws: ReportError.self) {
            try JournalReport(journal).report(since: .time(scene.driver.now), until: .time(scene.driver.now))
        }
    }

    @Test("an empty journal is one sentence")
    func empty() {
        #expect(throws: ReportError.self) { try JournalReport(InMemoryJournal()).report() }
    }

    @Test("what another version wrote, and figures rest on, is refused and named")
    func unreadable() throws {
        let journal = try scene().journal()
        try journal.append(kind: .effect, type: "order", at: 1, body: Array(#"{"order":{"words":"sold"}}"#.utf8))
        try journal.commit()
        let error = #expect(throws: UnreportableEntry.self) { try JournalReport(journal).report() }
        #expect(error?.description.contains("(order) was written by another version") == true)
    }

    @Test("what concerns no figure may be anything")
    func irrelevant() throws {
        let journal = try scene().journal()
        try journal.append(kind: .effect, type: "of_the_future", at: 1, body: Array("{}".utf8))
        try journal.append(kind: .input, type: "of_the_future", at: 1, body: Array("{}".utf8))
        try journal.commit()
        #expect(try JournalReport(journal).report().executions.count == 1)
    }
}
