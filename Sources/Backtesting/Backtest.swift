import Configuration
import Console
import Foundation
import Hosting
import Journal
import Keys
import Messaging
import Node
import Orchestration
import SQLiteJournal
import Trading
import Wire
import ZeroMQTransport

/// One run of the core over a tape, with policies, venue and tape called inside this process where they can be.
package struct Backtest: Sendable {
    package typealias Maker = @Sendable () -> HostedPlugin

    /// Of the account.
    package var path: String
    package var home: String
    package var binaries: String
    package var change: ConfigurationChange
    /// What can be called, by the name of the program that it is otherwise.
    package var makers: [String: Maker]
    package var journal: JournalChoice
    /// Every plugin has a process of its own, as when an account is traded.
    package var usesProcesses = false
    /// Begins in the middle, with a core that has lived already; nil: with a fresh one.
    package var start: StartPoint?
    /// Keeps what every policy said, for ``LookAhead``.
    package var keepsAnswers = false
    /// Ends the run early; asked now and then.
    package var isCancelled: @Sendable () -> Bool
    package let progress = Progress()

    package enum JournalChoice: Hashable, Sendable {
        case none
        case file
    }

    package init(
        path: String, home: String, binaries: String, change: ConfigurationChange, makers: [String: Maker],
        journal: JournalChoice, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.path, self.home, self.binaries, self.change) = (path, home, binaries, change)
        (self.makers, self.journal, self.isCancelled) = (makers, journal, isCancelled)
    }

    package struct Result: Sendable {
        package var end: RunEnd
        package var report: RunReport
        package var curve: EquityCurve
        package var log: [String]
        /// Why orders waited, and what was warned of, with how often; most often first.
        package var keptBack: [(why: String, times: Int)]
        package var answers: [AnswerTrace]
        package var equity: Money
        package var realizedProfit: Money
        package var cycles: Int64
        package var fillsAtNextBar: Bool
        package var bars: Int64
        package var seconds: Double
        /// Nil without a journal.
        package var head: JournalHead?
        package var course: Course
        /// Plugins that had a process.
        package var processes: [String]

        package var barsPerSecond: Double { seconds > 0 ? Double(bars) / seconds : 0 }
        package var firstEquity: Money { curve.first ?? equity }
        /// Of the equity at the first cycle; 0.1 is 10 %.
        package var gain: Double {
            firstEquity.units > 0 ? Double(equity.units) / Double(firstEquity.units) - 1 : 0
        }
    }

    /// - Throws: ``ConfigurationError``, ``JournalError`` and what the sockets throw.
    package func run() throws -> Result {
        let loaded = try load()
        var hosted = hosted(loaded)
        if let start, let provider = loaded.specs.first(where: { $0.role == .provider }) {
            hosted[provider.name] = .provider(start.provider())
        }
        let apart = loaded.specs.filter { hosted[$0.name] == nil }
        let state = loaded.stateDirectory
        let needsFolder = journal == .file || !apart.isEmpty
        if needsFolder {
            for folder in [state, loaded.pluginDirectory] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        }
        let file = journal == .file ? try SQLiteJournal(path: loaded.journalPath) : nil
        defer { file?.close() }
        let hub = apart.isEmpty ? nil : try ZeroMQHub(directory: loaded.socketDirectory, listener: nil)
        let endpoints = try hub.map { hub in
            try Dictionary(uniqueKeysWithValues: ZeroMQHub.socketNames.map { ($0, try hub.endpoint($0)) })
        }
        let observer = BacktestObserver(progress: progress, keepsCourse: start != nil) { [hosted] in hosted.share }
        let answers = AnswerKeeper()
        let node = Node(core: start?.core ?? Orchestrator(), journal: file)
        if keepsAnswers { node.watch = { answers.take($0, at: $1) } }
        let live = LiveNode(
            node: node, transport: hub ?? NoTransport(), clock: BacktestClock(),
            observer: observer, options: options(loaded, hosted, publishes: hub != nil),
            endpoint: { endpoints?[$0.rawValue] ?? "" },
            signals: (-1, { [isCancelled] in isCancelled() ? 2 : nil }))
        let clock = ContinuousClock()
        let start = clock.now
        let end = try live.run()
        let took = start.duration(to: clock.now)
        var report = observer.report
        report.close(live.state)
        return Result(
            end: end, report: report, curve: observer.equity, log: observer.log,
            keptBack: observer.keptBack.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) },
            answers: answers.traces,
            equity: try live.state.marked.equity(),
            realizedProfit: live.state.portfolio.realizedProfit, cycles: live.state.cycle.number,
            fillsAtNextBar: loaded.configuration.broker.settings?["fills_at_next_bar"] == .bool(true),
            bars: live.figures.bars,
            seconds: Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18,
            head: file?.head, course: observer.course, processes: apart.map(\.name.text))
    }

    /// - Throws: ``ConfigurationError``.
    package func load() throws(ConfigurationError) -> LoadedConfiguration {
        try LoadedConfiguration(path: path, home: home, binaries: binaries) { tree throws(ConfigurationError) in
            try change.apply(tree, path: path)
        }
    }

    /// The project's own programs; a program of another folder that has such a name stays a process.
    func hosted(_ loaded: LoadedConfiguration) -> [PluginName: HostedPlugin] {
        guard !usesProcesses else { return [:] }
        var hosted: [PluginName: HostedPlugin] = [:]
        for spec in loaded.specs {
            if let maker = maker(spec) { hosted[spec.name] = maker() }
        }
        return hosted
    }

    func maker(_ spec: PluginSpec) -> Maker? {
        guard let program = spec.program, program.executable.hasPrefix(binaries + "/") else { return nil }
        return makers[String(program.executable.dropFirst(binaries.count + 1))]
    }

    private func options(
        _ loaded: LoadedConfiguration, _ hosted: [PluginName: HostedPlugin], publishes: Bool
    ) -> LiveNodeOptions {
        var options = LiveNodeOptions(
            plugins: loaded.specs, core: loaded.configuration.core(), lockstep: true,
            stateDirectory: loaded.pluginDirectory)
        options.heartbeatMilliseconds = 10_000
        options.hosted = hosted
        options.publishesRecords = publishes
        options.environment = ChildEnvironment(ProcessInfo.processInfo.environment)
        return options
    }
}

/// Where a run begins that does not begin at the beginning.
package struct StartPoint: Sendable {
    package var core: Orchestrator
    package var provider: @Sendable () -> any HostedProvider
}

extension [PluginName: HostedPlugin] {
    /// How much of the tape was played, 0 to 1; nil where nobody says.
    fileprivate var share: Double? {
        for case .provider(let provider) in values { return provider.share }
        return nil
    }
}

/// Nobody is outside.
private final class NoTransport: Transport {
    func send(_ frames: [Bytes], to peer: Peer) throws(MessagingError) { throw .closed }
    func publish(_ frames: [Bytes]) throws(MessagingError) {}
    func wait(milliseconds: Int, descriptors: [CInt]) throws(MessagingError) -> Arrivals {
        if milliseconds > 0 { usleep(UInt32(milliseconds) * 1_000) }
        return Arrivals()
    }
    func cut(_ peer: Peer, holdMilliseconds: Int) {}
    func address(of peer: Peer) -> String? { nil }
}

/// The host's, for what is measured; the core's time is the tape's.
private struct BacktestClock: Clock {
    var wall: Timestamp { Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9)) }
    var monotonicNanoseconds: Int64 { Int64(DispatchTime.now().uptimeNanoseconds) }
}
