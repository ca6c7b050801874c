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

    private func configuration(_ house: AlpacaHouse) throws -> String {
        let settings = String(
            decoding: try JSONSerialization.data(withJSONObject: try house.settings, options: .withoutEscapingSlashes),
            as: UTF8.self)
        let tape = Programs.project.appendingPathComponent("Plugins/Providers/Tape/tapes/demo").path
        return try house.programs.configuration(
            """
            account: demo
            state: \(house.programs.folder.path)/state
            cycle: 500ms
            run: {end_with_tape: false}
            broker: {plugin: alpaca, settings: \(settings)}
            standby_brokers:
              - {plugin: alpaca, name: second, settings: \(settings)}
            providers:
              - {plugin: tape, settings: {folders: ["\(tape)"], speed: 1}}
            policies:
              - {plugin: stop-loss, settings: {initial: 0.04, trail: 0.04, trail_from: high_water}}
            """)
    }

    /// Open orders that sell, by somebody who asks beside the adapter.
    private func stops(_ house: AlpacaHouse) throws -> [String] {
        try house.list("/v2/orders?status=open").filter { $0["side"] as? String == "sell" }.map {
            "\($0["symbol"] ?? "") \($0["type"] ?? "") \($0["qty"] ?? "")"
        }
    }

    private func adapter(of core: RunningProcess) throws -> Int32? {
        try children(of: core.process.processIdentifier).first { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map {
                String(decoding: $0, as: UTF8.self).contains("broker-alpaca")
            } ?? false
        }.flatMap { Int32($0) }
    }

    @Test("where the stream of trade updates tells nothing, the events of the account do")
    func events() throws {
        let house = try AlpacaHouse(start: "2026-03-16T13:31:00Z")
        defer { house.programs.remove() }
        let buy = #"{"symbol":"ALFA","qty":"100","side":"buy","type":"market","time_in_force":"day"}"#
        _ = try house.post("/v2/orders", buy)
        let config = try configuration(house)
        let core = try RunningProcess(house.programs, ["run", "--config", config])
        try eventually(seconds: 60, "first contact") { try stops(house) == ["ALFA stop 100"] }
        _ = try house.post("/venue/faults", #"{"lost_event":1000}"#)
        let asked = Date()
        let sale = try house.programs.run(["sell", "ALFA", "--quantity", "10", "--yes", "--config", config])
        #expect(sale.code == 0, "\(sale)")
        // Without a word of the stream the lists are read after a minute.
        try eventually(seconds: 45, "the core knows what was sold, and its stop is for the rest") {
            let known = try house.programs.run(["positions", "--config", config])
            return try known.output.contains("90") && stops(house) == ["ALFA stop 90"]
        }
        print("events: \(Date().timeIntervalSince(asked)) s")
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        #expect(try house.leaks().isEmpty)
    }

    @Test("a position gets its stop and keeps it, once, over kill -9 of adapter and core, a lost stream and a swap")
    func protects() throws {
        let house = try AlpacaHouse(start: "2026-03-16T13:31:00Z")
        defer { house.programs.remove() }
        let buy = #"{"symbol":"ALFA","qty":"100","side":"buy","type":"market","time_in_force":"day"}"#
        _ = try house.post("/v2/orders", buy)
        let config = try configuration(house)
        let one = ["ALFA stop 100"]
        func start() throws -> RunningProcess {
            try RunningProcess(house.programs, ["run", "--config", config])
        }
        func agrees(_ what: String) throws {
            try eventually(seconds: 60, "\(what): one stop rests, and the core knows it") {
                let known = try house.programs.run(["status", "--config", config])
                return try stops(house) == one && known.output.contains("stop 96.") && known.code == 0
            }
        }
        let first = try start()
        try agrees("first contact")

        kill(try #require(try adapter(of: first)), SIGKILL)
        try eventually("another adapter") { try adapter(of: first) != nil }
        try agrees("after kill -9 of the adapter")

        _ = try house.post("/venue/faults", #"{"dropped_socket":1000}"#)
        let more = #"{"symbol":"BRVO","qty":"10","side":"buy","type":"market","time_in_force":"day"}"#
        _ = try house.post("/v2/orders", more)
        _ = try house.post("/venue/faults", "{}")
        try eventually(seconds: 60, "what was bought while the stream was down gets its stop") {
            try Set(stops(house)) == ["ALFA stop 100", "BRVO stop 10"]
        }

        let swap = try house.programs.run(["broker", "swap", "second", "--config", config])
        #expect(swap.code == 0, "\(swap)")
        #expect(try stops(house).count == 2)

        first.signal(SIGKILL)
        _ = first.wait()
        let second = try start()
        try eventually(seconds: 60, "the next core agrees") {
            let known = try house.programs.run(["status", "--config", config])
            return known.output.contains("stop 96.") && known.output.contains("stop 48.")
        }
        second.signal(SIGTERM)
        let ending = second.wait()
        #expect(try Set(stops(house)) == ["ALFA stop 100", "BRVO stop 10"])
        #expect(try house.list("/v2/orders?status=all").filter { $0["side"] as? String == "sell" }.count == 2)
        #expect(try house.leaks().isEmpty)
        #expect(!(ending.output + ending.errors).contains(AlpacaHouse.secret))
        let replay = try house.programs.run([
            "replay", "--journal", house.programs.folder.path + "/state/journal.sqlite",
        ])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }
}
