import Foundation
import TestSupport
import Testing

/// What BigBrother does with an account at an Alpaca-compatible venue that was traded before, or is traded by another adapter.
@Suite("An Alpaca account from before, and another adapter for it: real processes", .blocking, .serialized)
struct AlpacaAccountTests {
    private func settings(_ house: AlpacaHouse) throws -> String {
        String(
            decoding: try JSONSerialization.data(withJSONObject: try house.settings, options: .withoutEscapingSlashes),
            as: UTF8.self)
    }

    private func order(_ symbol: String, _ side: String, _ more: String, _ house: AlpacaHouse) throws {
        let order = #"{"symbol":"\#(symbol)","qty":"100","side":"\#(side)",\#(more)}"#
        let answer = try house.post("/v2/orders", order)
        #expect(String(decoding: answer, as: UTF8.self).contains("client_order_id"), "\(answer)")
    }

    /// Requests that may change something.
    private func changes(_ house: AlpacaHouse) throws -> [String: Int] {
        let operations = try #require(try house.get("/venue/requests")["operations"] as? [String: Int])
        return operations.filter { !$0.key.hasPrefix("GET") }
    }

    private func openOrders(_ house: AlpacaHouse) throws -> [String] {
        try house.list("/v2/orders?status=open").map { "\($0.text("id")) \($0.text("qty")) \($0.text("stop_price"))" }
            .sorted()
    }

    @Test("run --observe shows 20 positions and the orders from before, and sends nothing that changes anything")
    func observes() throws {
        let programs = try Programs()
        defer { programs.remove() }
        let symbols = MinuteTape.symbols(20)
        let tape = try MinuteTape.write(symbols, in: programs)
        let house = try AlpacaHouse(
            programs, tape: tape, start: "2026-03-16T13:31:00Z", cash: 1_000_000, more: ["--speed", "60"])
        for symbol in symbols { try order(symbol, "buy", #""type":"market","time_in_force":"day""#, house) }
        let stop = #""type":"stop","stop_price":"60","time_in_force":"gtc""#
        for symbol in symbols.prefix(3) { try order(symbol, "sell", stop, house) }
        let target = #""type":"limit","limit_price":"200","time_in_force":"gtc""#
        try order(symbols[3], "sell", target, house)
        let (changed, resting) = (try changes(house), try openOrders(house))
        let config = try programs.configuration(
            """
            account: observed
            state: ${state}
            cycle: 250ms
            broker: {plugin: alpaca, settings: \(try settings(house))}
            providers:
              - {plugin: tape, settings: {folders: ["\(tape)"], speed: 60, from: "\(try house.time().prefix(19))Z"}}
            policies:
              - {plugin: stop-loss, settings: {initial: 0.02, trail: 0.02, trail_from: high_water}}
            run: {end_with_tape: false}
            """)
        let core = try RunningProcess(programs, ["run", "--observe", "--config", config])
        try eventually(seconds: 60, "all 20 are shown") {
            let shown = try programs.run(["positions", "--config", config]).output
            return symbols.allSatisfy { shown.contains($0) }
        }
        #expect(try programs.run(["status", "--config", config]).output.contains("OBSERVING, nothing is sent"))
        try eventually(seconds: 60, "stop-loss has asked for the stops that are missing") {
            let decisions = try programs.run(["decisions", "--config", config]).output
            return symbols.dropFirst(4).allSatisfy { decisions.contains($0) }
        }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        #expect(try changes(house) == changed)
        #expect(try openOrders(house) == resting)
        #expect(try house.list("/v2/positions").count == 20)
        let journal = try JournalFacts(programs.journal)
        #expect(journal.submitted.isEmpty)
        #expect(journal.state.portfolio.positions.count == 20)
        #expect(journal.state.portfolio.orders.allWorking.count == 4)
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }

    @Test("an adapter of another account is taken back, one of the same account trades: what rests, rests on")
    func swaps() throws {
        let house = try AlpacaHouse(start: "2026-03-16T13:31:00Z")
        defer { house.programs.remove() }
        try order("ALFA", "buy", #""type":"market","time_in_force":"day""#, house)
        let tape = Programs.project.appendingPathComponent("Plugins/Providers/Tape/tapes/demo").path
        let config = try house.programs.configuration(
            """
            account: demo
            state: ${state}
            cycle: 250ms
            swap_drain: 5s
            swap_limit: 20s
            broker: {plugin: alpaca, settings: \(try settings(house))}
            standby_brokers:
              - {plugin: alpaca, name: second, settings: \(try settings(house))}
              - {plugin: paper, settings: {account: demo, cash: 90000}}
            providers:
              - {plugin: tape, settings: {folders: ["\(tape)"], speed: 1}}
            policies:
              - {plugin: stop-loss, settings: {initial: 0.04, trail: 0.04, trail_from: high_water}}
            run: {end_with_tape: false}
            """)
        let core = try RunningProcess(house.programs, ["run", "--config", config])
        try eventually(seconds: 60, "the stop rests") { try openOrders(house).count == 1 }
        try eventually(seconds: 60, "the core knows it") {
            try JournalFacts(house.programs.journal, onlyState: true).isCalm
        }
        let resting = try openOrders(house)
        func swap(_ name: String) throws -> Programs.Ending {
            try house.programs.run(["broker", "swap", name, "--config", config])
        }
        let paper = try swap("paper")
        #expect(paper.code == 2, "\(paper)")
        #expect(try openOrders(house) == resting)
        for name in ["second", "alpaca", "second", "alpaca"] {
            let done = try swap(name)
            #expect(done.code == 0, "\(name): \(done)")
            #expect(try openOrders(house) == resting, "\(name)")
        }
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        #expect(try house.protectionFaults().isEmpty)
        let journal = try JournalFacts(house.programs.journal)
        #expect(journal.swaps.filter { $0.step == .done }.count == 4)
        #expect(journal.swaps.contains { $0.step == .rolledBack })
        let replay = try house.programs.run(["replay", "--journal", house.programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }
}
