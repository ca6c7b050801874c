import Simulation
import Trading

/// What many scenarios came to.
struct SimulationReport {
    private(set) var scenarios = 0
    private(set) var failures = 0
    private(set) var coverage = LifeCycleCoverage()
    var seconds = 0.0
    private var starts = 0
    private var cycles: Int64 = 0
    private var commands = 0
    private var fills = 0
    private var checks = 0
    private var simulatedSeconds: Int64 = 0
    private var longestUnprotectedSeconds: Int64 = 0
    private var injectedFaults: [FaultKind: Int] = [:]

    mutating func add(_ outcome: Simulation.Outcome) {
        scenarios += 1
        failures += outcome.promise == nil ? 0 : 1
        coverage.add(outcome.coverage)
        starts += outcome.starts
        cycles += outcome.cycles
        commands += outcome.commands
        fills += outcome.fills
        checks += outcome.checks
        simulatedSeconds += outcome.simulated / 1_000_000_000
        longestUnprotectedSeconds = max(longestUnprotectedSeconds, outcome.longestUnprotected / 1_000_000_000)
        for injectedFault in outcome.injectedFaults { injectedFaults[injectedFault.fault, default: 0] += 1 }
    }

    var lines: [String] {
        let came = FaultKind.allCases.compactMap { fault in injectedFaults[fault].map { "\(fault.rawValue) \($0)" } }
        let rate = seconds > 0 ? Int(Double(scenarios) / seconds * 60) : 0
        return [
            "scenarios   \(scenarios), \(failures) failed; \(simulatedSeconds / 3_600) h \(simulatedSeconds % 3_600 / 60) min simulated in \(Int(seconds)) s, \(rate) scenarios a minute",
            "work        \(starts) starts of the core, \(cycles) cycles, \(commands) commands, \(fills) fills, \(checks) checks",
            "unprotected \(longestUnprotectedSeconds) s at the longest while everything worked",
            "faults      " + came.joined(separator: ", "),
        ]
    }
}

/// One failure in words: how to repeat it, and what led to it.
struct FailureReport {
    private let small: Minimizer.Result
    private let all: Int
    private let seed: UInt64
    /// Lines of the scenario's log that are shown.
    private static let most = 60

    init(_ outcome: Simulation.Outcome, _ small: Minimizer.Result) {
        seed = outcome.seed
        all = outcome.injectedFaults.count
        self.small = small
    }

    var lines: [String] {
        let names =
            small.injectedFaults.isEmpty ? "none" : small.injectedFaults.map(\.description).joined(separator: ",")
        let symbols = ["ALFA", "BRVO", "CHRL", "DLTA"]
        let culprit = symbols.first { small.outcome.violation?.contains($0) == true }
        let story = small.outcome.story.filter { line in
            culprit == nil || line.contains(culprit ?? "") || !symbols.contains { line.contains($0) }
        }
        return [
            "repeat it: scripts/simulate --seed \(seed) --only \(names) --story",
            "\(small.injectedFaults.count) of its \(all) faults are enough (\(small.runs) runs to find out):",
            "\(small.outcome.promise ?? "nothing") broke: \(small.outcome.violation ?? "")",
        ] + small.outcome.scenario + (story.count > Self.most ? ["..."] : []) + story.suffix(Self.most)
    }
}
