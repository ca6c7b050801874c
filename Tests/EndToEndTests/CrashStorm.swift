import Foundation
import SeededRandom
import Testing

@testable import PaperExchange

/// Real processes, trading in real time on a market that moves, and kill -9 of any of them at random moments.
///
/// The dice are seeded: the same seed plays the same market and picks the same victims and moments. What the machine makes
/// of it differs a little from run to run, as with every real process.
final class CrashStorm {
    let programs: Programs
    private(set) var kills: [String: Int] = [:]
    private(set) var starts = 0
    /// From the start of a core to its first message at the venue, for those that were not killed before.
    private(set) var startMilliseconds: [Int] = []
    var dice: SplitMix64
    var market: CrashMarket
    /// More of the configuration, such as brokers that stand by.
    private let more: String
    private let mark = "BIGBROTHER_CRASH_TEST=\(UUID().uuidString)"

    init(seed: Int64, more: String = "") throws {
        self.more = more
        programs = try Programs()
        dice = SplitMix64(seed: seed)
        market = try CrashMarket(folder: programs.folder.appendingPathComponent("tape"))
    }

    var killed: Int { kills.values.reduce(0, +) }
    var venueFolder: String { programs.stateDirectory + "/plugins" }

    /// Starts a core and kills, again and again, until the number is reached.
    func rage(kills wanted: Int) throws {
        let config = try configuration()
        while killed < wanted {
            try market.write(&dice)
            let core = try start(config)
            try live(with: core)
        }
    }

    /// Lets a core work undisturbed on a market that stands still, until nothing is under way any more.
    /// - Returns: whether that came to pass, and the core ended as it should.
    func calmDown(seconds: Double = 120) throws -> Bool {
        try market.write(&dice, calm: true)
        let core = try start(try configuration(calm: true))
        var isCalm = false
        // The journal of the last core may be calm already: this one has to be at work, with its children.
        try eventually(seconds: seconds, "the storm is over") {
            guard try self.survivors.count > 1 else { return false }
            isCalm = try JournalFacts(self.programs.journal, onlyState: true).isCalm
            return isCalm
        }
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
        return isCalm && ending.code == 0
    }

    func start(_ config: String, _ arguments: [String] = []) throws -> RunningProcess {
        starts += 1
        let parts = mark.split(separator: "=").map(String.init)
        return try RunningProcess(
            programs, ["run", "--config", config, "--json"] + arguments,
            environment: [parts[0]: parts[1], "BIGBROTHER_KEEP_VENUE_LOGS": "1"])
    }

    /// Processes of this test that run, the core among them.
    var survivors: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
                guard Int32(name) != nil, let data = FileManager.default.contents(atPath: "/proc/\(name)/environ")
                else { return false }
                return data.range(of: Data(mark.utf8)) != nil
            }
        }
    }
}

// MARK: - One life of a core

extension CrashStorm {
    private func live(with core: RunningProcess) throws {
        let (before, began) = (Self.inode(venueLog), Date())
        // Some die while they start; most trade first.
        if dice.upTo(9) < 2 {
            wait(for: .aWhile(milliseconds: Int(dice.upTo(400))), core)
        } else {
            poll(core, atMost: 5_000) { Self.inode(self.venueLog) != before && self.venueHas("{\"epoch\"", after: 0) }
            startMilliseconds.append(Int(Date().timeIntervalSince(began) * 1_000))
            if dice.upTo(11) == 0 { try outliveChild(core) }
            wait(for: moment(), core)
        }
        for _ in 0..<[0, 0, 0, 1, 1, 1, 1, 2, 2, 3][Int(dice.upTo(9))] {
            try killChild(of: core)
            wait(for: .aWhile(milliseconds: Int(dice.upTo(60))), core)
        }
        guard core.process.isRunning else {
            let ending = core.wait()
            Issue.record("the core ended by itself, after kills \(kills): \(ending)")
            return
        }
        core.signal(SIGKILL)
        kills["core", default: 0] += 1
        _ = core.wait()
    }

    /// A child goes, and the core lives long enough to start it again.
    private func outliveChild(_ core: RunningProcess) throws {
        wait(for: .aWhile(milliseconds: Int(dice.upTo(300))), core)
        try killChild(of: core)
        wait(for: .aWhile(milliseconds: 1_000 + Int(dice.upTo(700))), core)
    }

    private func killChild(of core: RunningProcess) throws {
        var names: [(pid: String, name: String)] = []
        for pid in try children(of: core.process.processIdentifier).sorted() {
            let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            let program = String(decoding: line.prefix { $0 != 0 }, as: UTF8.self)
            // Between fork and exec it has no name yet.
            names.append((pid, program.split(separator: "/").last.map(String.init) ?? "unborn"))
        }
        // The adapter is the most interesting one.
        let adapters = names.filter { $0.name == "broker-paper" }
        let victims = !adapters.isEmpty && dice.upTo(1) == 0 ? adapters : names.sorted { $0.name < $1.name }
        guard !victims.isEmpty else { return }
        let victim = victims[Int(dice.upTo(Int64(victims.count - 1)))]
        guard let pid = Int32(victim.pid), kill(pid, SIGKILL) == 0 else { return }
        kills[victim.name, default: 0] += 1
    }

    private enum Moment {
        case aWhile(milliseconds: Int)
        /// The core has just made something durable.
        case journalGrows
        /// The venue has just been asked something.
        case venueHears(String)
    }

    private func moment() -> Moment {
        switch dice.upTo(9) {
        case 0...2: .aWhile(milliseconds: Int(dice.upTo(600)))
        case 3...5: .journalGrows
        case 6: .venueHears("{\"cancel\"")
        case 7: .venueHears("{\"replace\"")
        default: .venueHears("{\"submit\"")
        }
    }

    /// Waits for the moment, and not for ever: what does not come is no reason to stop killing.
    private func wait(for moment: Moment, _ core: RunningProcess) {
        switch moment {
        case .aWhile(let milliseconds): poll(core, atMost: milliseconds) { false }
        case .journalGrows:
            poll(core, atMost: Int(dice.upTo(400))) { false }
            let size = Self.size(programs.journal + "-wal")
            poll(core, atMost: 500) { Self.size(self.programs.journal + "-wal") != size }
        case .venueHears(let word):
            let size = Self.size(venueLog)
            poll(core, atMost: 900) { self.venueHas("\n" + word, after: size - 1) }
        }
    }

    private var venueLog: String { venueFolder + "/paper-venue.log" }

    private func poll(_ core: RunningProcess, atMost milliseconds: Int, until isSo: () -> Bool) {
        let deadline = Date().addingTimeInterval(Double(milliseconds) / 1_000)
        while Date() < deadline, core.process.isRunning, !isSo() { Thread.sleep(forTimeInterval: 0.001) }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func size(_ path: String) -> Int { status(path).map { Int($0.st_size) } ?? 0 }
    private static func inode(_ path: String) -> UInt64 { status(path).map { UInt64($0.st_ino) } ?? 0 }

    private func venueHas(_ text: String, after offset: Int) -> Bool {
        guard Self.size(venueLog) > offset, let handle = FileHandle(forReadingAtPath: venueLog) else { return false }
        defer { try? handle.close() }
        try? handle.seek(toOffset: UInt64(max(0, offset)))
        return (try? handle.readToEnd())?.range(of: Data(text.utf8)) != nil
    }
}

// MARK: - Configuration

extension CrashStorm {
    func configuration(calm: Bool = false) throws -> String {
        let positions = CrashMarket.longs.enumerated().map {
            "{symbol: \($1), quantity: 90, average_price: \(100 + $0 * 10)}"
        }
        let reenter = """
              - plugin: reenter
                settings: {long: \(CrashMarket.longs), short: \(CrashMarket.shorts), quantity: 90}
            """.replacingOccurrences(of: "\"", with: "")
        return try programs.configuration(
            """
            account: storm
            state: ${state}
            cycle: 250ms
            policy_budget: 200ms
            command_timeout: 1s
            reconcile_every: 8
            limits: {maximum_orders_per_minute: 1000000}
            damping: {reentry_cool_down: 0s, partial_cool_down: 0s}
            plugins: ["${tests}"]
            \(more)
            broker:
              plugin: paper
              settings:
                account: storm
                cash: 1000000
                sessions: always
                allow_short: true
                reserves_shares: false
                limit_to_quote_size: true
                latency_milliseconds: 10
                latency_jitter_milliseconds: 40
                positions: [\(positions.joined(separator: ", "))]
            providers:
              - plugin: tape
                settings: {folders: ["\(market.folder.path)"], speed: \(CrashMarket.speed(calm: calm))}
            policies:
              - plugin: stop-loss
                settings: {initial: 0.012, trail: 0.01, trail_from: high_water, breakeven_after_r: 1}
              - plugin: partial-profit
                settings: {ladder: [{at_r: 0.5, take: 0.33}, {at_r: 1, take: 0.5}]}
              - plugin: take-profit
                settings: {at_r: 2, round_to: 0.05}
              - plugin: portfolio-risk
                settings: {maximum_weight: 0.40}
            \(calm ? "" : reenter)
            run: {end_with_tape: false}
            """, name: calm ? "calm.yaml" : "storm.yaml")
    }
}
