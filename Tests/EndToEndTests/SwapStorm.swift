import Foundation
import Trading

@testable import PaperExchange

/// Cores that trade a moving market, whose broker is swapped again and again: for one that knows neither groups nor
/// replacements and back, for one that ends, sends nothing, or is not there; and cores that are killed in each stage.
final class SwapStorm {
    static let standby = """
        swap_drain: 4s
        swap_limit: 3s
        standby_brokers:
          - plugin: paper-plain
            settings: {account: storm, cash: 1}
          - plugin: dying-broker
          - plugin: silent-broker
          - plugin: paper
            name: absent
            start: false
            settings: {account: storm, cash: 1}
        """
    static let stages = ["draining", "leaving", "joining", "retreating", "returning"]
    static let failing = ["dying-broker", "silent-broker", "absent"]

    let storm: CrashStorm
    private(set) var deaths: [String: Int] = [:]
    /// What was printed, by how it ended.
    private(set) var replies: [Int32: [String]] = [:]
    private var config = ""

    init(seed: Int64) throws { storm = try CrashStorm(seed: seed, more: Self.standby) }

    /// One core's life: so many swaps, or death in a stage of one.
    func live(swaps: Int, dyingIn stage: String? = nil) throws {
        config = try storm.configuration()
        try storm.market.write(&storm.dice)
        let core = try storm.start(config, stage.map { ["--die-in-swap", $0] } ?? [])
        let fails = stage == "retreating" || stage == "returning"
        for number in 0..<(stage == nil ? swaps : 60) where core.process.isRunning {
            if fails || (stage == nil && number % 4 == 3) {
                try swap(to: Self.failing[fails ? 0 : number / 4 % Self.failing.count], core)
            } else if try !swap(to: "paper-plain", core) {
                try swap(to: "paper", core)
            }
        }
        if core.process.isRunning {
            core.signal(stage == nil && storm.dice.upTo(1) == 0 ? SIGKILL : SIGTERM)
        } else if let stage {
            deaths[stage, default: 0] += 1
        }
        _ = core.wait()
    }

    /// - Returns: false when it trades already.
    @discardableResult
    private func swap(to name: String, _ core: RunningProcess) throws -> Bool {
        while core.process.isRunning {
            let client = try RunningProcess(
                storm.programs, ["broker", "swap", name, "--config", config, "--why", "the storm"])
            while client.process.isRunning, core.process.isRunning { Thread.sleep(forTimeInterval: 0.005) }
            if !core.process.isRunning { client.signal(SIGKILL) }
            let ending = client.wait()
            let words = ending.output + ending.errors
            if words.contains("trades already") { return false }
            // A core that is starting has no socket yet, or is not open to anybody.
            if words.contains("still starting") || words.contains("no core answers") { continue }
            if core.process.isRunning || ending.code == 0 { replies[ending.code, default: []].append(words) }
            return true
        }
        return true
    }
}
