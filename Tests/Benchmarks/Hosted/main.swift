import Backtesting
import CommandSupport
import EnterAgain
import Foundation
import Hosting
import ShippedPlugins
import Trading
import Wire

// For `scripts/bench`: `bigbrother backtest` with one more policy that can be called, and with what the benchmark reads: figures,
// fills, and memory on the way.
//
//     bench-hosted CONFIG [--processes] [--fills FILE]

struct Figures: Encodable {
    var end: String
    /// From before the configuration is read to after the last bar.
    var milliseconds: Int64
    /// Of this process and of those that it started and that have ended.
    var processorMilliseconds: Int64
    var cycles: Int64
    var bars: Int64
    var orders: Int64
    var fills: Int64
    var decisions: Int64
    var oversold: Int64
    var equity: Money
    var processes: [String]
    /// Of this process: at a tenth of the tape, and at its end. Nil for a tape that was over too soon.
    var kilobytesEarly: Int64?
    var kilobytesLate: Int64?
    var keptBack: [String]
    var log: [String]
}

/// Resident memory now.
func residentKilobytes() throws -> Int64? {
    let lines = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n")
    return lines.first { $0.hasPrefix("VmRSS:") }.flatMap { line in
        line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int64($0) }
    }
}

func processorMilliseconds() -> Int64 {
    [RUSAGE_SELF.rawValue, RUSAGE_CHILDREN.rawValue].reduce(0) { sum, who in
        var usage = rusage()
        getrusage(who, &usage)
        return sum
            + [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Int64($1.tv_sec) * 1_000 + Int64($1.tv_usec) / 1_000 }
    }
}

func run(_ arguments: [String]) throws {
    var (words, fillsPath, usesProcesses) = (arguments[...], String?.none, false)
    guard let config = words.popFirst() else { throw SettingError("bench-hosted: name a configuration") }
    while let word = words.popFirst() {
        switch word {
        case "--processes": usesProcesses = true
        case "--fills": fillsPath = words.popFirst()
        default: throw SettingError("bench-hosted: \(word) is not known")
        }
    }
    let state = FileManager.default.temporaryDirectory.appendingPathComponent("bench-hosted-\(getpid())").path
    var change = ConfigurationChange(state: state, combination: Combination.all(of: [])[0])
    change.fills = .nextBar
    var makers = ShippedPlugins.byProgram
    makers["policy-enter-again"] = { .hosting(EnterAgainPolicy.self) }
    var backtest = Backtest(
        path: config, home: Home.project, binaries: Home.binaries, change: change, makers: makers, journal: .none)
    backtest.usesProcesses = usesProcesses
    let (clock, progress) = (ContinuousClock(), backtest.progress)
    let (begin, processor) = (clock.now, processorMilliseconds())
    var early: Int64?
    let outcome = Grid([backtest]).run(width: 1) { _ in
        guard early == nil, progress.share >= 0.1 else { return }
        do { early = try residentKilobytes() } catch { Failure.say("bench-hosted: \(error)") }
    }
    let result = try outcome[0].get()
    let took = begin.duration(to: clock.now)
    let figures = Figures(
        end: result.end.description,
        milliseconds: took.components.seconds * 1_000 + took.components.attoseconds / 1_000_000_000_000_000,
        processorMilliseconds: processorMilliseconds() - processor, cycles: result.cycles, bars: result.bars,
        orders: result.report.orderRequests, fills: result.report.fills,
        decisions: result.report.decisions, oversold: result.report.oversold, equity: result.equity,
        processes: result.processes, kilobytesEarly: early, kilobytesLate: try residentKilobytes(),
        keptBack: result.keptBack.prefix(10).map { "\($0.times) x \($0.why)" }, log: result.log)
    if let fillsPath {
        let lines = result.report.trades.map { "\($0.at.description) \($0.words)\n" }
        try lines.joined().write(toFile: fillsPath, atomically: true, encoding: .utf8)
    }
    if FileManager.default.fileExists(atPath: state) { try FileManager.default.removeItem(atPath: state) }
    print(String(decoding: try WireEncoder().encode(figures), as: UTF8.self))
}

do {
    try run(Array(CommandLine.arguments.dropFirst()))
} catch {
    Failure.say("bench-hosted: \(error)")
    exit(1)
}
