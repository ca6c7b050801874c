import Foundation
import SeededRandom
import Testing

@testable import PaperExchange

/// A core that trades a moving market through the adapter for Alpaca, at a venue that does what it should not; and kill -9 of core,
/// adapter and venue, swaps of the adapter, and somebody who trades the same account by hand.
///
/// The dice are seeded: the same seed plays the same market and picks the same faults and victims. What the machine makes of it
/// differs from run to run, as with every real process.
final class AlpacaStorm {
    /// What is done to it, and how often.
    enum Deed: String, CaseIterable {
        case faults, mending, adapterKill, coreKill, venueKill, byHand, swap
    }

    let seed: UInt64
    let programs: Programs
    let house: AlpacaHouse
    private(set) var deeds: [Deed: Int] = [:]
    /// At a message of the core, and not at any moment.
    private(set) var exactKills = 0
    private var dice: SplitMix64
    private let tape: String
    private let speed: Int
    private let adapter: String
    private var core: RunningProcess?
    private var clients: [RunningProcess] = []

    /// From there on prices stand still.
    private let movesUntil: String

    /// By the clock outside.
    private static let movingSeconds = 45

    init(seed: UInt64) throws {
        self.seed = seed
        programs = try Programs()
        var dice = SplitMix64(seed: Int64(seed))
        speed = [20, 60, 100][Int(dice.upTo(2))]
        let folder = programs.folder.appendingPathComponent("tape")
        var market = try CrashMarket(folder: folder)
        // Two minutes of the tape are history.
        let moving = 2 + Self.movingSeconds * speed / 60
        try market.write(&dice, moving: moving)
        let end = 13 * 60 + 30 + moving
        movesUntil = String(format: "2026-03-16T%02d:%02d", end / 60, end % 60)
        tape = folder.path
        house = try AlpacaHouse(
            programs, tape: tape, start: "2026-03-16T13:32:00Z", cash: 1_000_000, isKept: true,
            more: [
                "--speed", "\(speed)", "--seed", "\(seed)", "--multiplier", "2", "--latency", "\(dice.upTo(2) * 20)",
            ])
        adapter = String(
            decoding: try JSONSerialization.data(withJSONObject: try house.settings, options: .withoutEscapingSlashes),
            as: UTF8.self)
        self.dice = dice
        for symbol in CrashMarket.longs.prefix(2) { try buy(symbol, 100) }
    }

    // MARK: - The storm

    func rage(deeds wanted: Int) throws {
        try startCore()
        try eventually(seconds: 60, "the positions from before have their stops") {
            try self.house.protectionFaults().isEmpty
        }
        for _ in 0..<wanted {
            try act()
            wait(Int(dice.upTo(2_000)) + 100)
            if core?.process.isRunning != true { try startCore() }
        }
    }

    private func act() throws {
        let deed: Deed =
            switch dice.upTo(15) {
            case 0...4: .faults
            case 5...6: .mending
            case 7...8: .adapterKill
            case 9...10: .coreKill
            case 11...12: .venueKill
            case 13...14: .byHand
            default: .swap
            }
        deeds[deed, default: 0] += 1
        switch deed {
        case .faults: try change(faults: someFaults())
        case .mending: try change(faults: [:])
        case .adapterKill: try killAdapter()
        case .coreKill:
            if dice.upTo(1) == 0 { waitForGrowth(of: programs.journal + "-wal") }
            core?.signal(SIGKILL)
            _ = core?.wait()
            try startCore()
        case .venueKill:
            if dice.upTo(1) == 0 { waitForGrowth(of: house.stateFile) }
            house.killVenue()
            wait(Int(dice.upTo(2)) * 700)
            try house.startVenue()
        case .byHand: try tradeByHand()
        case .swap:
            let name = ["second", "alpaca"][Int(dice.upTo(1))]
            clients.append(
                try RunningProcess(
                    programs, ["broker", "swap", name, "--config", programs.folder.path + "/storm.yaml"]))
        }
    }

    private func someFaults() -> [String: Int64] {
        var rates: [String: Int64] = [:]
        for _ in 0...dice.upTo(3) {
            let fault = Self.faults[Int(dice.upTo(Int64(Self.faults.count - 1)))]
            rates[fault] = [30, 150, 500][Int(dice.upTo(2))]
        }
        return rates
    }

    /// As docs/alpaca-venue.md has them.
    private static let faults = [
        "rate_limited", "server_error", "lost_request", "lost_response", "gateway_timeout", "refused_replacement",
        "own_shares", "lagging_list", "lost_event", "late_event", "repeated_event", "reordered_event", "silent_socket",
        "dropped_socket", "untold_cancel", "replaced_leg",
    ]

    private func change(faults: [String: Int64]) throws {
        let body = String(decoding: try JSONSerialization.data(withJSONObject: faults), as: UTF8.self)
        _ = try house.post("/venue/faults", body)
    }

    private func killAdapter() throws {
        guard let core else { return }
        for pid in try children(of: core.process.processIdentifier) {
            guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
                String(decoding: line, as: UTF8.self).contains("broker-alpaca"), let number = Int32(pid)
            else { continue }
            kill(number, SIGKILL)
        }
    }

    // MARK: - By hand

    private func buy(_ symbol: String, _ quantity: Int) throws {
        let order = #"{"symbol":"\#(symbol)","qty":"\#(quantity)","side":"buy","type":"market","time_in_force":"day"}"#
        _ = try house.ask("/v2/orders", ["-X", "POST", "-d", order, "-m", "1"])
    }

    /// Buys more, or cancels whatever rests. The venue may refuse it, or lose it.
    private func tradeByHand() throws {
        let symbol = CrashMarket.longs[Int(dice.upTo(2))]
        guard dice.upTo(2) == 0 else { return try buy(symbol, 10) }
        let orders = try house.ask("/v2/orders?status=open&symbols=\(symbol)", ["-m", "1"])
        guard let rows = try? JSONSerialization.jsonObject(with: orders) as? [[String: Any]],
            let id = rows.first?["id"] as? String
        else { return }
        _ = try house.ask("/v2/orders/\(id)", ["-X", "DELETE", "-m", "1"])
    }

    // MARK: - Calm

    /// Nothing goes wrong any more, and prices stand still: until every position has its stop.
    func calmDown(seconds: Double = 150) throws -> Bool {
        for client in clients { client.signal(SIGKILL) }
        if !house.isVenueRunning { try house.startVenue() }
        try change(faults: [:])
        core?.signal(SIGKILL)
        _ = core?.wait()
        try startCore(calm: true)
        // Several looks in a row: between the end of one step and the next everything is calm for a moment.
        var looks = 0
        let deadline = Date().addingTimeInterval(seconds)
        while looks < 4, Date() < deadline {
            wait(400)
            let isCalm =
                try house.time() > movesUntil && JournalFacts(programs.journal, onlyState: true).isCalm
                && house.protectionFaults().isEmpty
            looks = isCalm ? looks + 1 : 0
        }
        core?.signal(SIGTERM)
        let ending = core?.wait()
        if ending?.code != 0 { Issue.record("seed \(seed): \(ending.map { "\($0)" } ?? "no core")") }
        return looks == 4
    }

    // MARK: - The core

    private func startCore(calm: Bool = false) throws {
        var environment: [String: String] = [:]
        if !calm, dice.upTo(2) == 0 {
            // Once for each start.
            let marker = programs.stateDirectory + "/plugins/crashed"
            if FileManager.default.fileExists(atPath: marker) { try FileManager.default.removeItem(atPath: marker) }
            let moment = ["before", "after"][Int(dice.upTo(1))]
            environment["BIGBROTHER_CRASH"] = "alpaca:command:\(2 + dice.upTo(12)):\(moment)"
            exactKills += 1
        }
        let config = try configuration(calm: calm)
        core = try RunningProcess(programs, ["run", "--config", config, "--json"], environment: environment)
    }

    private func configuration(calm: Bool) throws -> String {
        // The provider goes on where the venue is.
        let now = try house.time().prefix(19)
        let longs = "\(CrashMarket.longs)".replacingOccurrences(of: "\"", with: "")
        return try programs.configuration(
            """
            account: storm
            state: ${state}
            cycle: 250ms
            reconcile_every: 16
            swap_drain: 5s
            swap_limit: 20s
            limits: {maximum_orders_per_minute: 1000000}
            damping: {reentry_cool_down: 0s, partial_cool_down: 0s}
            plugins: ["${tests}"]
            broker: {plugin: alpaca, settings: \(adapter)}
            standby_brokers:
              - {plugin: alpaca, name: second, settings: \(adapter)}
            providers:
              - plugin: tape
                settings: {folders: ["\(tape)"], speed: \(speed), from: "\(now)Z"}
            policies:
              - plugin: stop-loss
                settings: {initial: 0.012, trail: 0.01, trail_from: high_water, breakeven_after_r: 1}
              - plugin: partial-profit
                settings: {ladder: [{at_r: 0.5, take: 0.33}, {at_r: 1, take: 0.5}]}
              - plugin: take-profit
                settings: {at_r: 2, round_to: 0.05}
            \(calm ? "" : "  - {plugin: reenter, settings: {long: \(longs), short: [], quantity: 90}}")
            run: {end_with_tape: false}
            """, name: "storm.yaml")
    }

    /// So that what was just written is all that is known of it; not for ever.
    private func waitForGrowth(of path: String) {
        func size() -> Int64 {
            var status = stat()
            return stat(path, &status) == 0 ? Int64(status.st_size) : 0
        }
        let (before, deadline) = (size(), Date().addingTimeInterval(0.5))
        while Date() < deadline, size() == before { Thread.sleep(forTimeInterval: 0.001) }
    }

    /// No event says that a storm has lasted long enough.
    private func wait(_ milliseconds: Int) { Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000) }
}
