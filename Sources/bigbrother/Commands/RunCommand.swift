import ArgumentParser
import CommandSupport
import Configuration
import Console
import Foundation
import Journal
import Keys
import Node
import SQLiteJournal
import Trading
import Wire
import Wording

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Manage the account until it is stopped (Ctrl-C).",
        discussion: """
            Opens the journal, starts the plugins that the configuration names, and
            cycles. Without --config it runs the embedded demonstration: a paper broker
            and a tape of six symbols that ships with the project.

            Stop it with Ctrl-C: plugins are asked to finish, the journal is closed, and
            what protects your positions stays at the broker. Start it again and it goes
            on where it was.
            """)

    @Option(help: "The YAML file of the account.") var config: String?
    @Option(help: "End after so many cycles.") var cycles: Int64?
    @Option(help: "Milliseconds from one lockstep update to the next, so that a person can follow.") var pace: Int64?
    @Option(help: "What is shown: cycles, or progress for long tapes.") var show: String?
    @Flag(help: "Begin with a new journal and paper account; the old ones are kept as <state>.old-1 and so on.")
    var fresh = false
    @Flag(help: "Read and decide everything, and send nothing; the report says what would have been done.")
    var observe = false
    @Flag(help: "Begin halted: nothing is sent until `bigbrother resume`.") var halted = false
    @Option(help: "The account's id: agrees to manage it with real money, where a terminal would ask for it.")
    var account: String?
    @Flag(help: "Print the report as JSON.") var json = false
    @Option(help: ArgumentHelp("Refuse to let the journal grow beyond so many bytes.", visibility: .hidden))
    var maximumJournalBytes: Int64?
    #if DEBUG
        @OptionGroup(visibility: .hidden) var faults: FaultOptions
    #endif

    func run() throws {
        try Failure.guarding {
            let loaded = try Home.configuration(config)
            let contact = FirstContact(loaded)
            let isAgreed = observe ? false : try contact.ask(named: account)
            if fresh || config == nil { try Self.moveAside(loaded, isDemonstration: config == nil) }
            if isAgreed { try contact.record() }
            let detail = try show.map { text in
                guard let detail = Presenter.Detail(rawValue: text) else {
                    throw ValidationError("--show takes cycles or progress, not \(text)")
                }
                return detail
            }
            let paced = (pace ?? loaded.configuration.run?.pace?.value.wholeMilliseconds ?? 0) > 0
            let quiet = loaded.configuration.clock == .lockstep && !paced
            var running = Running(loaded: loaded, detail: json ? .silent : detail ?? (quiet ? .progress : .cycles))
            running.cycles = cycles
            running.paceMilliseconds = pace
            running.maximumJournalBytes = maximumJournalBytes
            running.isObserving = observe
            running.haltedBy = halted ? ControlOptions.person : nil
            #if DEBUG
                running.faults = faults.points
            #endif
            if !json { Self.announce(loaded, isObserving: observe) }
            let result = try running.run()
            try Self.finish(result, loaded, json: json)
        }
    }

    /// Before what the run prints, also where that is no terminal.
    private static func announce(_ loaded: LoadedConfiguration, isObserving: Bool) {
        let names = loaded.specs.map(\.name.text).joined(separator: ", ")
        let verb = isObserving ? "observes" : "manages"
        var lines = ["BigBrother \(verb) \(loaded.configuration.account): \(names)"]
        if let words = loaded.configuration.core().withoutPoliciesWords { lines.append("   \(words)") }
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// An account's files are never deleted: they wait as `<state>.old-1`, `.old-2` and so on; a demonstration keeps its
    /// last ones only. Keys are no part of what begins anew. A core that is at work keeps its own: two must never trade one account.
    static func moveAside(_ loaded: LoadedConfiguration, isDemonstration: Bool) throws {
        let (folder, files) = (loaded.stateDirectory, FileManager.default)
        guard files.fileExists(atPath: folder) else { return }
        if case .held(let holder) = SQLiteJournal.lockState(of: loaded.journalPath) {
            throw JournalError.heldBy(path: loaded.journalPath, holder: holder)
        }
        var number = 1
        if isDemonstration {
            if files.fileExists(atPath: "\(folder).old-1") { try files.removeItem(atPath: "\(folder).old-1") }
        } else {
            while files.fileExists(atPath: "\(folder).old-\(number)") { number += 1 }
        }
        let old = "\(folder).old-\(number)"
        try files.moveItem(atPath: folder, toPath: old)
        // Who comes in from other hosts, and whom they come to, does not begin anew: they would all be shut out.
        let (before, after) = (KeyStore(stateDirectory: old).folder, KeyStore(stateDirectory: folder).folder)
        guard files.fileExists(atPath: before) else { return }
        try files.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try files.moveItem(atPath: before, toPath: after)
    }

    /// The report, or why there is none.
    static func finish(_ result: Running.Result, _ loaded: LoadedConfiguration, json: Bool) throws {
        if case .settingsRefused(let why) = result.end {
            Failure.say("bigbrother: \(loaded.file.path): \(why)")
            throw ExitCode(Failure.badInput)
        }
        try show(result, loaded, json: json)
        guard result.end.isFailure else { return }
        Failure.say("bigbrother: \(result.end)")
        throw ExitCode(Failure.badInput)
    }

    private static func show(_ result: Running.Result, _ loaded: LoadedConfiguration, json: Bool) throws {
        if json {
            print(String(decoding: try WireEncoder().encode(RunJSON(result)), as: UTF8.self))
            return
        }
        for line in try result.report.lines(result.state) { print(line) }
        print("  ended                \(result.end)")
        print(
            "  journal              \(loaded.journalPath), \(result.head.sequence) entries, hash \(result.head.chain)")
    }
}

private struct RunJSON: Encodable {
    var end: String
    var report: RunReport
    var realizedProfit: Money
    var equity: Money
    var journalEntries: Int64
    var journalHash: String
    var figures: Figures

    /// Of this run and this machine; no part of the journal.
    struct Figures: Encodable {
        var cycleMicrosecondsP50: Int64?
        var cycleMicrosecondsP99: Int64?
        var journalBytes: Int64
        var residentKilobytesAtMost: Int64
        var lateAnswers: Int64
        /// From question to answer of each policy, and what else `bigbrother plugins` shows.
        var plugins: [PluginStatus]
    }

    init(_ result: Running.Result) throws {
        end = result.end.description
        report = result.report
        realizedProfit = result.state.portfolio.realizedProfit
        equity = try result.state.marked.equity()
        journalEntries = result.head.sequence
        journalHash = result.head.chain.description
        figures = Figures(
            cycleMicrosecondsP50: result.figures.percentile(50), cycleMicrosecondsP99: result.figures.percentile(99),
            journalBytes: result.journalBytes, residentKilobytesAtMost: Self.residentKilobytes,
            lateAnswers: Int64(result.figures.lateAnswers), plugins: result.plugins)
    }

    /// proc_pid_status(5): the most memory that this program has held. getrusage(2) would count that of its parent before it
    /// began.
    private static var residentKilobytes: Int64 {
        let status = FileManager.default.contents(atPath: "/proc/self/status") ?? Data()
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int64($0) } ?? 0
    }
}
