import ArgumentParser
import Backtesting
import CommandSupport
import Configuration
import Foundation
import SQLiteJournal
import Trading
import Wire

struct WhatIfCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "what-if", abstract: "Run what was recorded again, with something changed.",
        discussion: """
            The journal of an account, live or paper, is shown to the core again. While
            its commands are those that were given, everything is as recorded. At the
            first other command the two part, and the recorded market goes on against
            the paper broker, which begins with the positions and stops of that moment.
            Without a change every decision is the recorded one.

              bigbrother what-if --config my.yaml --set stop-loss.trail=0.015
              bigbrother what-if --config my.yaml --without take-profit --from 2026-03-01
            """)

    @Option(help: "The YAML file of the account.") var config: String
    @Option(help: "The journal itself, instead of the configuration's.") var journal: String?
    @Option(help: "The change holds from here on: 2026-03-16T14:00:00Z or 2026-03-16.") var from: String?
    @Option(help: "What comes at this moment or later is not looked at.") var until: String?
    @Option(help: "NAME=VALUE: what is other than in the file.") var set: [String] = []
    @Option(help: "A policy that is left out.") var without: [String] = []
    @Option(help: "The folder of a policy that is added.") var with: [String] = []
    @Option(help: "How many decisions are shown, from the parting on.") var last = 40
    @Flag(help: "Print the result as JSON.") var json = false

    func run() throws {
        try Failure.guarding {
            let settings = try set.map { try Setting($0) }
            guard Combination.count(of: settings) == 1 else {
                throw SettingError("--set: one value each; a grid is what `bigbrother backtest` is for")
            }
            let path = try journal.map(TapeOptions.absolute) ?? Home.journal(config)
            let reader = try SQLiteJournal.openReadOnly(path)
            defer { Closing.close(reader) }
            let what = WhatIf(
                reader, base: try backtest(Combination.all(of: [])[0], isChanged: false),
                changed: try backtest(Combination.all(of: settings)[0], isChanged: true),
                from: try from.map { try Self.time($0, "--from") },
                until: try until.map { try Self.time($0, "--until") })
            let result = try what.run()
            if json { return print(String(decoding: try WireEncoder().encode(WhatIfJSON(result)), as: UTF8.self)) }
            for line in WhatIfText.lines(result, last: last) { print(line) }
        }
    }

    private func backtest(_ combination: Combination, isChanged: Bool) throws -> Backtest {
        var backtest = try Bench.backtest(config, combination)
        backtest.change.hasOwnMarket = true
        if isChanged {
            backtest.change.without = without
            backtest.change.with = with.map(TapeOptions.absolute)
        }
        return backtest
    }

    private static func time(_ text: String, _ option: String) throws -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw SettingError("\(option) \(text): write such as 2026-03-16 or 2026-03-16T14:00:00Z")
        }
        return time
    }
}

private enum Closing {
    static func close(_ reader: SQLiteJournalReader) {
        do { try reader.close() } catch { Failure.say("bigbrother: \(error)") }
    }
}

/// What parts the two, for a person.
enum WhatIfText {
    static func lines(_ result: WhatIf.Result, last: Int) -> [String] {
        guard let parting = result.parting else {
            return [
                "  followed             \(result.followed) inputs: with this every decision and command is the recorded one",
                "  equity               \(result.recordedEquity)",
            ]
        }
        var lines = [
            "  part at              \(parting.at.inMilliseconds), entry \(parting.sequence): from here on it gives other commands"
        ]
        let recorded = result.recorded.steps.filter { $0.at >= parting.at }
        let pairs = Self.pairs(recorded, result.other.steps)
        for (step, isRecorded) in pairs.prefix(last) {
            let by = step.by.isEmpty ? "" : " (\(step.by.map(\.text).joined(separator: ", ")))"
            let mark = isRecorded ? "- recorded" : "+ changed "
            lines.append("  \(mark)  \(step.at.inMilliseconds)  \(step.symbol.text.padded(6)) \(step.words)\(by)")
        }
        if pairs.count > last { lines.append("  and \(pairs.count - last) more; --last \(pairs.count) shows them") }
        let difference = Money(units: result.equity.units - result.recordedEquity.units)
        lines += [
            "  recorded             equity \(result.recordedEquity) at the last cycle",
            "  with the change      equity \(result.equity), against the paper broker's fills",
            "  difference           \(difference.units > 0 ? "+" : "")\(difference)",
        ]
        return lines
    }

    /// Decisions that only one of the two made, by time.
    static func pairs(_ recorded: [Course.Step], _ other: [Course.Step]) -> [(step: Course.Step, isRecorded: Bool)] {
        let (one, two) = (Set(recorded.map(Key.init)), Set(other.map(Key.init)))
        let mine = recorded.filter { !two.contains(Key($0)) }.map { ($0, true) }
        let theirs = other.filter { !one.contains(Key($0)) }.map { ($0, false) }
        return (mine + theirs).enumerated().sorted { ($0.element.0.at, $0.offset) < ($1.element.0.at, $1.offset) }
            .map { ($0.element.0, $0.element.1) }
    }

    /// What makes two decisions the same: another run numbers them in another way, and is a nanosecond late at the parting.
    private struct Key: Hashable {
        let second: Int64
        let symbol: Symbol
        let words: String

        init(_ step: Course.Step) {
            (second, symbol, words) = (step.at.nanoseconds / 1_000_000_000, step.symbol, step.words)
        }
    }
}

/// The same for a program.
private struct WhatIfJSON: Encodable {
    struct Step: Encodable {
        var at: Timestamp
        var symbol: Symbol
        var decision: String
        var words: String
        var by: [PluginName]
        var recorded: Bool
    }

    var partsAt: Timestamp?
    var partsAtEntry: Int64?
    var inputs: Int64
    var equityRecorded: Money
    var equityChanged: Money
    var ended: String
    var decisions: [Step]

    init(_ result: WhatIf.Result) {
        (partsAt, partsAtEntry, inputs) = (result.parting?.at, result.parting?.sequence, result.followed)
        (equityRecorded, equityChanged, ended) = (result.recordedEquity, result.equity, result.ended)
        guard let parting = result.parting else {
            decisions = []
            return
        }
        let recorded = result.recorded.steps.filter { $0.at >= parting.at }
        decisions = WhatIfText.pairs(recorded, result.other.steps).map { step, isRecorded in
            Step(
                at: step.at, symbol: step.symbol, decision: step.decision, words: step.words, by: step.by,
                recorded: isRecorded)
        }
    }
}
