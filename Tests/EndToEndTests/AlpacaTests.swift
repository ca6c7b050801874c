import Foundation
import TestSupport
import Testing

@Suite("The adapter for Alpaca, at a venue with its API: real processes", .blocking, .serialized)
struct AlpacaTests {
    /// A minute and a half: what became of an order that never arrived is known 30 s later.
    @Test(
        "it keeps the protocol with 50 ms on the way of each answer",
        arguments: Tier.volume(gate: [50], nightly: [0, 50, 300]))
    func keepsTheProtocol(latency: Int) throws {
        let house = try AlpacaHouse(more: ["--latency", "\(latency)"])
        defer { house.programs.remove() }
        let file = house.programs.folder.appendingPathComponent("settings.json")
        try JSONSerialization.data(withJSONObject: try house.settings).write(to: file)
        let folder = Programs.project.appendingPathComponent("Plugins/Brokers/Alpaca").path
        let ending = try house.programs.run(["check", folder, "--settings", file.path], seconds: 300)
        #expect(ending.code == 0, "\(ending.output.split(separator: "\n").filter { $0.contains("FAIL") })")
        #expect(ending.output.contains("alpaca keeps the protocol"))
        #expect(!(ending.output + ending.errors).contains(AlpacaHouse.secret))
    }
}
