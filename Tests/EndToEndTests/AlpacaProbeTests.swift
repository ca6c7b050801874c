import AlpacaDriver
import Foundation
import JSON
import TestSupport
import Testing

/// `Probes` has what `bigbrother doctor --live-probe` wrote about venues: each is held against `alpaca-venue`, so that what the vendor does
/// and our venue does not, or the other way round, is named here. docs/connect-alpaca.md says how one is added.
@Suite("How venues behave, as the probe of doctor has it", .blocking, .serialized)
struct AlpacaProbeTests {
    private func configuration(_ house: AlpacaHouse, live: Bool = false) throws -> String {
        var settings = try house.settings
        settings["probe_symbols"] = ["CHRL"]
        if live { settings["live"] = true }
        let text = String(
            decoding: try JSONSerialization.data(withJSONObject: settings, options: .withoutEscapingSlashes),
            as: UTF8.self)
        return try house.programs.configuration(
            """
            account: demo
            state: ${state}
            broker: {plugin: alpaca, settings: \(text)}
            """)
    }

    /// The record and what was said. It lies where the command was started.
    private func probe(_ house: AlpacaHouse, _ config: String) throws -> (record: ProbeRecord?, said: Programs.Ending) {
        let folder = house.programs.folder.appendingPathComponent("record-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let binary = Programs.binaries.appendingPathComponent("bigbrother").path
        let words = ["-c", "cd '\(folder.path)' && exec \"$@\"", "sh", binary, "doctor", config, "--live-probe"]
        let said = try RunningProcess(house.programs, words, program: "/bin/sh").wait(seconds: 120)
        guard let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).first else {
            return (nil, said)
        }
        return (try read(folder.appendingPathComponent(name)), said)
    }

    private func read(_ file: URL) throws -> ProbeRecord {
        try ProbeRecord(try JSONParser.parse(Array(try Data(contentsOf: file)), takesExponents: true))
    }

    @Test("alpaca-venue does what every record says, and nothing that was placed or bought stays behind")
    func records() throws {
        let house = try AlpacaHouse()
        defer { house.programs.remove() }
        let (made, said) = try probe(house, try configuration(house))
        #expect(said.code == 0, "\(said)")
        #expect(!(said.output + said.errors).contains(AlpacaHouse.secret))
        let record = try #require(made)
        #expect(
            record.steps.filter { $0.omitted == nil && !$0.exchanges.isEmpty }.count >= 12,
            "\(record.steps.map(\.name))")
        let folder = Programs.project.appendingPathComponent("Tests/EndToEndTests/Probes")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
        #expect(!files.isEmpty)
        for file in files {
            let differences = try read(folder.appendingPathComponent(file)).differences(from: record)
            #expect(differences.isEmpty, "\(file): \(differences)")
        }
        #expect(try house.list("/v2/orders?status=open").isEmpty)
        #expect(try house.list("/v2/positions").isEmpty)
    }

    @Test("a status, a code or an event that differs is named with its step")
    func differences() throws {
        let path = Programs.project.appendingPathComponent("Tests/EndToEndTests/Probes/alpaca-venue.json")
        let record = try read(path)
        #expect(record.differences(from: record).isEmpty)
        var other = record
        other.steps[0].exchanges[0].status = 503
        other.steps[0].events.removeLast()
        let found = record.differences(from: other)
        #expect(found.count == 2 && found[0].contains("POST 503") && found[1].contains("told"), "\(found)")
        #expect(try ProbeRecord(record.json) == record)
    }

    @Test("with real money nothing is placed")
    func realMoney() throws {
        let house = try AlpacaHouse()
        defer { house.programs.remove() }
        let (record, said) = try probe(house, try configuration(house, live: true))
        #expect(record == nil && said.code == 2 && said.output.contains("never run with real money"), "\(said)")
        #expect(try house.list("/v2/orders?status=all").isEmpty)
    }
}
