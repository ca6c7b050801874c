import ArgumentParser
import CommandSupport
import Console
import Foundation
import Orchestration
import Reporting
import Trading

/// Which part of a journal a report is of.
struct RangeOptions: ParsableArguments {
    @OptionGroup var since: SinceOptions
    @Option(help: "Nothing after it counts: a time, or a date, which counts whole (UTC); or 2h, 3d before the end.")
    var until: String?

    func parsedUntil() throws -> Since? {
        guard let until else { return nil }
        guard let parsed = Since(until) else {
            throw ValidationError(
                "--until takes a time such as 2026-03-16T14:00:00Z, a date such as 2026-03-16, or 2h, 3d before the journal's end, not \(until)"
            )
        }
        guard case .time(let time) = parsed, until.utf8.count == 10 else { return parsed }
        return .time(Timestamp(nanoseconds: (time + .day).nanoseconds - 1))
    }

    func report(_ options: JournalOptions, benchmark: String? = nil) throws -> Report {
        let symbol = try benchmark.map { try Symbol($0) }
        return try JournalReport(options.reader()).report(
            since: since.parsed(), until: parsedUntil(), benchmark: symbol)
    }
}

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "What the account came to: returns, drawdown, trades, policies.",
        discussion: """
            From the whole journal, or a part of it. docs/report.md says what each figure is, and
            by which formula. Figures that need more days than there are stand as -.
            """)
    @OptionGroup var options: JournalOptions
    @OptionGroup var range: RangeOptions
    @Option(help: "Compare with buying and holding this symbol, by the prices in the journal.") var benchmark: String?
    @Option(help: "Write trades, executions, equity, tax lots and cash as tables into this folder.") var csv: String?
    @Option(help: "Write one page with pictures, which needs nothing else, into this file.") var html: String?
    @Option(help: "Write a ledger for beancount into this file.") var beancount: String?

    func run() throws {
        try Failure.guarding {
            let report = try range.report(options, benchmark: benchmark)
            if let csv { try ReportFiles.write(report.csv().map { ($0.name, $0.text) }, into: csv) }
            if let html { try ReportFiles.write(report.html, to: html) }
            if let beancount { try ReportFiles.write(report.beancount(), to: beancount) }
            guard !options.json else { return try options.printJSON(report) }
            for line in report.lines { print(line.onOneLine) }
            for path in [csv, html, beancount].compactMap({ $0 }) { print("written: \(path)") }
        }
    }
}

struct TradesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trades", abstract: "Round trips: entry, exits, R, how far it went, and who did what.")
    @OptionGroup var options: JournalOptions
    @OptionGroup var range: RangeOptions
    @Option(help: "Of this symbol only.") var symbol: String?
    @Option(help: "The newest so many.") var last: Int?

    func run() throws {
        try Failure.guarding {
            if let last, last < 1 { throw ValidationError("--last takes 1 or more, not \(last)") }
            let symbol = try symbol.map { try Symbol($0) }
            let all = try range.report(options).trades.filter { symbol == nil || $0.symbol == symbol }
            let trades = Array(all.suffix(last ?? .max))
            guard !options.json else { return try options.printJSON(trades) }
            guard !trades.isEmpty else {
                let what = symbol.map { " in \($0)" } ?? ""
                Failure.say("bigbrother: no trade\(what) was made in that time, and nothing was held")
                throw ExitCode(Failure.badInput)
            }
            for line in trades.flatMap(\.lines) { print(line.onOneLine) }
        }
    }
}

struct EquityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "equity", abstract: "Equity by day: what was paid in, return, drawdown, exposure.")
    @OptionGroup var options: JournalOptions
    @OptionGroup var range: RangeOptions
    @Option(help: "The newest so many days.") var last: Int?

    func run() throws {
        try Failure.guarding {
            if let last, last < 1 { throw ValidationError("--last takes 1 or more, not \(last)") }
            let rows = Array(try range.report(options).equity.suffix(last ?? .max))
            guard !options.json else { return try options.printJSON(rows) }
            print(EquityRow.head)
            for row in rows { print(row.line) }
        }
    }
}

/// What is written of an account is for its owner alone: mode 0600, in a folder of mode 0700. A file of before is replaced as a whole.
enum ReportFiles {
    static func write(_ files: [(name: String, text: String)], into folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ReportFileError(path: folder, why: (error as NSError).localizedDescription)
        }
        for file in files { try write(file.text, to: folder + "/" + file.name) }
    }

    /// By a file beside it: open(2), write(2), rename(2).
    static func write(_ text: String, to path: String) throws {
        let beside = "\(path).\(getpid()).new"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw ReportFileError(path: path, why: String(cString: strerror(errno))) }
        let failure = put(Array(text.utf8), into: descriptor)
        close(descriptor)
        guard failure == 0, rename(beside, path) == 0 else {
            let why = String(cString: strerror(failure == 0 ? errno : failure))
            unlink(beside)
            throw ReportFileError(path: path, why: why)
        }
    }

    /// - Returns: errno(3), or 0.
    private static func put(_ bytes: [UInt8], into descriptor: Int32) -> Int32 {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return errno }
            done += count
        }
        return 0
    }
}

struct ReportFileError: Error, CustomStringConvertible {
    let path: String
    let why: String
    var description: String { "\(path) cannot be written: \(why); name another place" }
}
