import Backtesting
import CommandSupport
import Console
import Foundation
import Node
import ShippedPlugins
import Synchronization
import TapeReader
import Trading

/// Runs back-tests, shows how far they are, and ends them when a person says so.
struct Bench {
    private let options: TapeOptions
    private let journal: String?
    private let usesProcesses: Bool
    private let line: ProgressLine
    /// Two at least, whatever the machine says.
    private let width = max(1, ProcessInfo.processInfo.activeProcessorCount)

    init(_ options: TapeOptions, journal: String?, usesProcesses: Bool = false, isQuiet: Bool) throws {
        self.options = options
        self.journal = journal.map(TapeOptions.absolute)
        self.usesProcesses = usesProcesses
        line = ProgressLine(isShown: !isQuiet && isatty(2) == 1)
        if let journal = self.journal, FileManager.default.fileExists(atPath: journal) {
            throw SettingError("--journal \(journal) is there already; name a new folder, or remove it")
        }
        Interruption.listen()
    }

    func backtest(_ combination: Combination, from: String? = nil, until: String? = nil) throws -> Backtest {
        let state = journal ?? Scratch.folder()
        var change = try options.change(combination, state: state)
        if let from { change.from = from }
        if let until { change.until = until }
        var backtest = Backtest(
            path: TapeOptions.absolute(options.config), home: Home.project, binaries: Home.binaries, change: change,
            makers: ShippedPlugins.byProgram, journal: journal == nil ? .none : .file,
            isCancelled: { Interruption.isAsked })
        backtest.usesProcesses = usesProcesses
        return backtest
    }

    /// Of a command that keeps no journal of its own.
    static func backtest(_ config: String, _ combination: Combination) throws -> Backtest {
        Interruption.listen()
        return Backtest(
            path: TapeOptions.absolute(config), home: Home.project, binaries: Home.binaries,
            change: ConfigurationChange(state: Scratch.folder(), combination: combination),
            makers: ShippedPlugins.byProgram, journal: .none, isCancelled: { Interruption.isAsked })
    }

    func run(_ combination: Combination) throws -> Backtest.Result {
        try run([try backtest(combination)])[0]
    }

    /// - Returns: in the order given; the run of one that failed is an error.
    func run(_ backtests: [Backtest]) throws -> [Backtest.Result] {
        // What cannot be read is told once, before anything runs.
        if let first = backtests.first { _ = try first.load() }
        defer { Scratch.remove() }
        let outcomes = Grid(backtests).run(width: width) { line.show($0) }
        line.clear()
        let results = try outcomes.map { try $0.get() }
        for case .settingsRefused(let why) in results.map(\.end) { throw SettingError(why) }
        for case .providerLost(let why) in results.map(\.end) { throw SettingError("the tape: \(why)") }
        if Interruption.isAsked { throw SettingError("interrupted; there is no result") }
        return results
    }

    /// A grid; where it takes long, a person is asked first.
    func run(_ combinations: [Combination], isAgreed: Bool) throws -> [(Combination, Backtest.Result)] {
        let first = try run(combinations[0])
        let seconds = first.seconds * Double(combinations.count - 1) / Double(width)
        if !isAgreed, combinations.count > 20, seconds > 60 {
            try Question.ask(
                "\(combinations.count) runs take about \(ProgressLine.words(seconds)) on \(width) cores", yes: "--yes")
        }
        let rest = try run(combinations.dropFirst().map { try backtest($0) })
        return Array(zip(combinations, [first] + rest))
    }

    /// Days since 1970 that the tape has, from its first to the one after its last.
    func span() throws -> Range<Int64> {
        guard let from = options.from, let until = options.until,
            let first = Timestamp(rfc3339: from), let end = Timestamp(rfc3339: until), first < end
        else { throw SettingError("--walk-forward: give --from and --until, each as a date such as 2014-06-09") }
        return first.nanoseconds / Self.day..<end.nanoseconds / Self.day
    }

    private static let day: Int64 = 86_400_000_000_000

    /// Once over the whole tape, once over two thirds of it.
    func checkLookAhead(_ combination: Combination) throws {
        var whole = try backtest(combination)
        whole.keepsAnswers = true
        let long = try run([whole])[0]
        guard let first = long.answers.first?.at, let last = long.answers.last?.at, first < last else {
            throw SettingError("--check-look-ahead: no policy was asked twice; take a longer tape")
        }
        let end = first + TimeSpan(nanoseconds: (last - first).nanoseconds / 3 * 2)
        var short = try backtest(combination, until: end.description)
        let copies = FileManager.default.temporaryDirectory.appendingPathComponent("bigbrother-tape-\(getpid())").path
        try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: false)
        defer {
            do { try FileManager.default.removeItem(atPath: copies) } catch { Failure.say("bigbrother: \(error)") }
        }
        let folders = ConfigurationChange.folders(of: try whole.load().file.tree)
        short.change.replaced = Array(zip(folders, try TapeCut.copy(folders, to: copies, until: end)))
        short.keepsAnswers = true
        let cut = try run([short])[0]
        let findings = LookAhead.findings(whole: long.answers, cut: cut.answers, before: end)
        guard !findings.isEmpty else {
            return print("Without what came after \(end.inMilliseconds) every policy says the same up to it.")
        }
        for finding in findings {
            print(
                "\(finding.policy) knows what comes later: at \(finding.at.inMilliseconds) it says something else on a tape that ends at \(end.inMilliseconds)."
            )
        }
        throw SettingError("\(findings.count) of the policies look ahead; their results mean nothing")
    }
}

/// Folders for sockets and for the files of plugins that have a process; each run has its own.
private enum Scratch {
    private static let made = Mutex<[String]>([])

    static func folder() -> String {
        made.withLock { folders in
            let name = "bigbrother-backtest-\(getpid())-\(folders.count)"
            let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
            folders.append(path)
            return path
        }
    }

    static func remove() {
        made.withLock { folders in
            for folder in folders where FileManager.default.fileExists(atPath: folder) {
                do { try FileManager.default.removeItem(atPath: folder) } catch {
                    Failure.say("bigbrother: \(folder) was left: \(error)")
                }
            }
            folders = []
        }
    }
}

/// Ctrl-C.
private enum Interruption {
    private static let asked = Atomic<Bool>(false)
    static var isAsked: Bool { asked.load(ordering: .relaxed) }

    static func listen() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in Interruption.asked.store(true, ordering: .relaxed) }
        }
    }
}

/// One line on standard error that is written over: a bar, the share that is done, the time left.
final class ProgressLine {
    private let isShown: Bool
    private let started = Date()

    init(isShown: Bool) { self.isShown = isShown }

    func show(_ share: Double) {
        guard isShown else { return }
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        let passed = Date().timeIntervalSince(started)
        let left = share > 0.01 && passed > 1 ? ", \(Self.words(passed / share * (1 - share))) left" : ""
        write("\r\u{1B}[K[\(bar)] \(Int(share * 100)) %\(left)")
    }

    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    /// `42 s`, `3 min`, `2 h 10 min`.
    static func words(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole < 100 { return "\(whole) s" }
        if whole < 6_000 { return "\(whole / 60) min" }
        return "\(whole / 3_600) h \(whole / 60 % 60) min"
    }
}

enum Question {
    /// - Parameter yes: the option that agrees beforehand.
    /// - Throws: ``SettingError`` when nobody agrees.
    static func ask(_ what: String, yes: String) throws {
        guard isatty(0) == 1 else { throw SettingError("\(what); \(yes) agrees to that") }
        FileHandle.standardError.write(Data("\(what). Go on? [y/N] ".utf8))
        guard readLine()?.lowercased().hasPrefix("y") == true else { throw SettingError("nothing more was run") }
    }
}
