import ArgumentParser
import CommandSupport
import Configuration
import Console
import Foundation
import Journal
import Messaging
import Node
import Orchestration
import SQLiteJournal
import Trading
import Wire
import Wording

/// Where the commands that only read find the journal.
struct JournalOptions: ParsableArguments {
    @Option(help: "The YAML file of the account.") var config: String?
    @Option(help: "The journal itself, instead of the configuration's.") var journal: String?
    @Flag(help: "Print JSON.") var json = false

    /// Known even when the file is wrong by now: what is held can be looked at all the same.
    func path() throws -> String { try journal ?? Home.journal(config) }

    func reader() throws -> SQLiteJournalReader { try SQLiteJournalReader(path: path()) }

    /// The state at the journal's end; what a person must know of how it came about goes to standard error.
    func recovered() throws -> RecoveredCore {
        let reader = try reader()
        let clock = ContinuousClock()
        let start = clock.now
        let recovered = try Recovery.rebuild(from: reader)
        for line in recovered.lines(took: start.duration(to: clock.now)) { Failure.say("bigbrother: \(line)") }
        if let doubt = recovered.doubt { Failure.say("bigbrother: \(doubt)") }
        return recovered
    }

    func state() throws -> CoreState { try recovered().core.state }

    /// What the configuration file says now; nothing where only a journal was named.
    /// - Parameter isRefused: the core has told of it.
    func file(isRefused: Bool) -> (leftOut: [String], defect: [String]) {
        guard journal == nil else { return ([], []) }
        do throws(ConfigurationError) {
            return (try Home.configuration(config).leftOut, [])
        } catch {
            return ([], isRefused ? [] : ["the configuration file cannot be used as it is now: \(error)"])
        }
    }

    func printJSON(_ value: some Encodable) throws {
        print(String(decoding: try WireEncoder().encode(value), as: UTF8.self))
    }
}

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the account holds, what protects it, and whether a core is at work.",
        discussion: """
            Ends with 0 when all is well, with 1 when something needs a person (it is said
            under "attention"), and with 2 when nothing is known of the account.
            """)
    @OptionGroup var options: JournalOptions

    private struct Status: Encodable {
        var account: AccountID
        var running: String?
        var tradingState: TradingState
        var why: String
        /// Until when nothing is entered, and why; one sentence each.
        var pauses: [String]
        /// What a person has asked for by hand, and is not done.
        var asked: [String]
        var cycle: Int64
        var epoch: Int64
        var at: Timestamp
        var equity: Money
        var cash: Money
        var realizedProfit: Money
        var positions: Int
        var openOrders: Int
        var unprotected: [Symbol]
        /// Positions, orders and figures were the broker's within the time in which they are to be compared.
        var confirmed: Bool
        /// When they were last; absent: never.
        var confirmedAt: Timestamp?
        /// What a person should look at; the exit code is 1 while there is any.
        var attention: [String]
        /// Policies that the configuration names, and that are not at work in the core that is.
        var missingPolicies: [PluginName]
        /// Why the configuration file was refused when it was read again; absent when what it says is in force.
        var configurationRefused: String?
        var broker: String?
        /// What the core does itself because the broker does not.
        var emulated: [String]
        var policies: [PluginName]
        /// The run that is at work, or was the last one, sends nothing.
        var observing: Bool
        /// Who wrote the journal, oldest first.
        var journal: [JournalVersion.Span]
        /// Its size, how fast it grows, and for how long there is room.
        var growth: JournalGrowth
    }

    func run() throws {
        var code: Int32 = 0
        try Failure.guarding {
            let recovered = try options.recovered()
            let state = recovered.core.state
            let running = Lock.holder(of: try options.path())
            let reader = try options.reader()
            let troubles = try ConfigurationTroubles(reader)
            let growth = try JournalSize.growth(of: reader)
            let file = options.file(isRefused: troubles.file != nil)
            let attention = Attention(
                state, isRunning: running != nil, wall: SystemClock().wall, troubles: troubles, leftOut: file.leftOut)
            let status = Status(
                account: state.configuration.account, running: running,
                tradingState: state.control.state, why: state.control.why.words,
                pauses: state.losses.pauses(at: state.now).map(\.words),
                asked: state.handover.standing.map(\.words), cycle: state.cycle.number,
                epoch: state.epoch,
                at: state.now, equity: try state.marked.equity(), cash: state.portfolio.account?.cash ?? .zero,
                realizedProfit: state.portfolio.realizedProfit, positions: state.portfolio.positions.count,
                openOrders: state.portfolio.orders.workingCount, unprotected: state.protection.withoutFullStop,
                confirmed: attention.isConfirmed, confirmedAt: state.reconciler.watch.agreedAt,
                attention: attention.reasons + file.defect + (recovered.unreadable.map { [$0.words] } ?? [])
                    + (growth.attention.map { [$0] } ?? []),
                missingPolicies: attention.missingPolicies,
                configurationRefused: troubles.file?.why,
                broker: state.broker?.name.text,
                emulated: state.broker?.capabilities.emulations.map(\.description) ?? [],
                policies: state.policies, observing: state.run.isObserving, journal: recovered.spans,
                growth: growth)
            let isKnown = state.portfolio.account != nil || state.reconciler.fencedOut != nil
            code = !isKnown ? Failure.badInput : status.attention.isEmpty ? 0 : 1
            guard !options.json else { return try options.printJSON(status) }
            Self.say(
                "account    \(status.account), epoch \(status.epoch), cycle \(status.cycle) at \(status.at.inMilliseconds)"
            )
            Self.say("core       \(status.running.map { "running: \($0)" } ?? "not running")")
            let observing = status.observing ? "OBSERVING, nothing is sent; it would be " : ""
            Self.say("trading    \(observing)\(status.tradingState.rawValue) (\(state.control.who): \(status.why))")
            for words in status.pauses { Self.say("           \(words)") }
            Self.say(
                "equity     \(status.equity.dollars), cash \(status.cash.dollars), realized \(status.realizedProfit.dollars)"
            )
            Self.say(
                "broker     \(status.broker ?? "none is connected: nothing can be sent; all else is as it was last told")"
            )
            if let swap = state.swap {
                Self.say(
                    "           \(swap.from) is being swapped for \(swap.to): \(swap.stage.rawValue); no order is sent")
            }
            for words in status.emulated { Self.say("           \(words)") }
            if let words = state.configuration.withoutPoliciesWords { Self.say("policies   \(words)") }
            Self.say("positions  \(status.positions), open orders \(status.openOrders)")
            for words in status.asked { Self.say("asked      \(words)") }
            Self.say("protection \(attention.protection)")
            for line in Tables.positions(state) { Self.say("  " + line) }
            for reason in status.attention { Self.say("attention  \(reason)") }
            for line in status.journal.lines { Self.say("journal    \(line)") }
            Self.say("           \(growth.words)")
        }
        if code != 0 { throw ExitCode(code) }
    }
}

extension StatusCommand {
    /// Names, reasons and paths of others have no power over a terminal.
    fileprivate static func say(_ line: String) { print(line.onOneLine) }
}

/// Whether a core is at work on a journal.
enum Lock {
    static func holder(of journal: String) -> String? {
        switch SQLiteJournal.lockState(of: journal) {
        case .free: nil
        case .held(let holder): holder?.description ?? "a process that did not say who it is"
        }
    }
}

struct PositionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "positions", abstract: "Positions with R, profit, water marks and protection.")
    @OptionGroup var options: JournalOptions

    func run() throws {
        try Failure.guarding {
            let state = try options.state()
            if options.json {
                let builder = try PositionList(state)
                return try options.printJSON(builder.positions)
            }
            let lines = Tables.positions(state)
            for line in lines.isEmpty ? ["no positions"] : lines { print(line.onOneLine) }
        }
    }
}

struct OrdersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Open orders; with --all, ended ones too.")
    @OptionGroup var options: JournalOptions
    @Flag(help: "Ended orders too.") var all = false

    func run() throws {
        try Failure.guarding {
            let state = try options.state()
            if options.json {
                let book = state.portfolio.orders
                let orders = all ? book.orders.values.sorted { $0.id < $1.id } : book.allWorking
                return try options.printJSON(orders)
            }
            let lines = Tables.orders(state, all: all)
            for line in lines.isEmpty ? ["no orders"] : lines { print(line.onOneLine) }
        }
    }
}

struct DecisionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions", abstract: "What was decided, and why.",
        discussion: """
            Plans that the core made itself, such as its own stop for a position that no
            policy protects, are among them, with the first thing that was done.
            """)
    @OptionGroup var options: JournalOptions
    @Option(help: "Of this symbol only.") var symbol: String?
    @OptionGroup var time: SinceOptions
    @Option(help: "The newest so many.") var last = 20

    func run() throws {
        try Failure.guarding {
            if let symbol { _ = try Symbol(symbol) }
            let explain = Explain(try options.reader())
            let events = try explain.decisions(symbol: symbol, since: time.parsed(), last: last)
            defer { for line in explain.unreadable.lines { Failure.say(line) } }
            guard !options.json else { return try options.printJSON(events) }
            if events.isEmpty, explain.unreadable.isEmpty { print("no decisions") }
            for event in events { if let line = Self.line(event) { print(line.onOneLine) } }
        }
    }
}

extension DecisionsCommand {
    fileprivate static func line(_ event: Explain.Event) -> String? {
        let time = event.at.inMilliseconds
        // A plan that the core made itself has no decision.
        if case .action(let step) = event.record {
            return "\(time)  \(step.decision.text.padded(14)) a plan of the core itself: \(step.action.words)"
        }
        guard case .decision(let decision) = event.record else { return nil }
        let taken = decision.dispositions.filter { $0.outcome == .taken }.map(\.policy.text)
        let by = taken.isEmpty ? "" : " (\(Set(taken).sorted().joined(separator: ", ")))"
        return "\(time)  \(decision.id.text.padded(14)) \(decision.headline.words)\(by)"
    }
}

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Why: a decision (42.NVDA), an order, or a cycle (42), and what followed.")
    @Argument(help: "A decision's id, a client order id, or a cycle's number.") var id: String
    @OptionGroup var options: JournalOptions

    func run() throws {
        try Failure.guarding {
            let explain = Explain(try options.reader())
            guard let explanation = try explain.explanation(of: id) else {
                guard explain.unreadable.isEmpty else { return try show(explain.unreadable) }
                Failure.say(
                    "bigbrother: the journal knows no cycle, decision or order \"\(id)\"; `bigbrother decisions` lists what it knows"
                )
                throw ExitCode(Failure.badInput)
            }
            guard !options.json else { return try options.printJSON(explanation) }
            for line in explanation.lines + explain.unreadable.lines { print(line) }
        }
    }

    private func show(_ unreadable: [UnreadableRecord]) throws {
        guard !options.json else { return try options.printJSON(unreadable) }
        for line in unreadable.lines { print(line) }
    }
}

struct WhyNotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why-not", abstract: "Why nothing happened to a symbol: what blocked it, and since when.",
        discussion: "Without --since: in the journal's last hour.")
    @Argument(help: "The symbol.") var symbol: String
    @OptionGroup var time: SinceOptions
    @OptionGroup var options: JournalOptions

    func run() throws {
        try Failure.guarding {
            let answer = try WhyNot(options.reader()).answer(Symbol(symbol), since: time.parsed() ?? .anHour)
            guard !options.json else { return try options.printJSON(answer) }
            for line in answer.lines + (answer.unreadable ?? []).lines { print(line.onOneLine) }
            if let doubt = answer.doubt { Failure.say("bigbrother: \(doubt)") }
        }
    }
}
