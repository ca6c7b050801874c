import CommandSupport
import Configuration
import Console
import FileTrust
import Foundation
import Journal
import Keys
import Messaging
import Node
import Orchestration
import SQLiteJournal
import Supervision
import Wire
import ZeroMQTransport

/// One run of the core: opens journal and sockets, recovers, runs the live loop, and returns how it ended.
struct Running {
    let loaded: LoadedConfiguration
    var cycles: Int64?
    var paceMilliseconds: Int64?
    /// Nothing that concerns an order is sent.
    var isObserving = false
    /// Who wants it to begin halted.
    var haltedBy: String?
    var detail: Presenter.Detail
    /// A limit on the journal's size, as a full disk would set it.
    var maximumJournalBytes: Int64?
    #if DEBUG
        var faults = FaultPoints()
    #endif

    struct Result {
        var end: RunEnd
        var state: CoreState
        var report: RunReport
        var head: JournalHead
        var figures: RunFigures
        var plugins: [PluginStatus]
        var journalBytes: Int64
    }

    func run() throws -> Result {
        for folder in [loaded.stateDirectory, loaded.pluginDirectory] {
            try FileTrust.check(folder)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileTrust.check(folder: folder)
        }
        let journal = try SQLiteJournal(path: loaded.journalPath, maximumBytes: maximumJournalBytes)
        defer { journal.close() }
        guard loaded.configuration.clock != .lockstep else { return try run(on: journal) }
        let lock = try AccountLock(loaded.configuration.account, configuration: loaded.file.path)
        return try withExtendedLifetime(lock) { try run(on: journal) }
    }

    private func run(on journal: SQLiteJournal) throws -> Result {
        let recovered = try recover(journal)
        let keeper = try KeyKeeper(KeyStore(stateDirectory: loaded.stateDirectory))
        let hub = try ZeroMQHub(directory: loaded.socketDirectory, listener: try listener(keeper))
        let core = try recovered.core.trusted()
        let presenter = Presenter(
            detail: detail, isTerminal: isatty(1) == 1, logFile: openLog().map { LogFile($0, path: logPath) },
            standing: core.state.control)
        let signals = Signals()
        let endpoints = try Dictionary(uniqueKeysWithValues: ZeroMQHub.socketNames.map { ($0, try hub.endpoint($0)) })
        var options = options(keeper)
        options.childrenBefore = Family.adoptOrphans()
        options.lineage = try Lineage.begin(in: journal, at: SystemClock().wall)
        let live = LiveNode(
            node: Node(
                core: core, journal: journal, isSnapshotDue: !recovered.core.unusable.isEmpty),
            transport: hub, clock: SystemClock(), observer: presenter,
            options: options, configuration: WatchedConfiguration(loaded),
            endpoint: { endpoints[$0.rawValue] ?? "" },
            signals: (signals.descriptor, { signals.next() }))
        for why in loaded.leftOut {
            presenter.line(" ! a plugin is left out: \(why)")
            presenter.log("core", "left out: \(why)")
        }
        for line in recovered.lines { presenter.log("core", line) }
        let end = try live.run()
        var report = presenter.report
        report.close(live.state)
        return Result(
            end: end, state: live.state, report: report, head: journal.head, figures: live.figures,
            plugins: live.pluginStatuses,
            journalBytes: Self.size(of: loaded.journalPath) + Self.size(of: loaded.journalPath + "-wal"))
    }

    /// The core as the journal has it. What a person must know of how it came about is said at once, before anything is sent.
    private func recover(_ journal: SQLiteJournal) throws -> (core: RecoveredCore, lines: [String]) {
        let clock = ContinuousClock()
        let start = clock.now
        let shows = isatty(2) == 1
        // Nobody trades on books that are not those that were written; `doctor` looks at all of it.
        try journal.verifyChain(from: .newest(JournalLimits.verifiedAtStart))
        let core = try Recovery.rebuild(from: journal) { if shows { Failure.progress("rebuilt from \($0) inputs") } }
        let lines = core.lines(took: start.duration(to: clock.now))
        for line in lines { Failure.say("bigbrother: \(line)") }
        return (core, lines)
    }

    /// Where other hosts come in, once it is proven that unauthenticated peers do not.
    private func listener(_ keeper: KeyKeeper) throws -> RemoteListener? {
        guard !loaded.listeners.isEmpty else { return nil }
        let store = KeyStore(stateDirectory: loaded.stateDirectory)
        return try RemoteListener(endpoints: loaded.listeners, keys: try store.serverKeys(), authority: keeper)
    }

    private static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private var logPath: String { loaded.stateDirectory + "/bigbrother.log" }

    private func openLog() -> FileHandle? {
        // Closed on exec, or every plugin could write the core's log.
        let descriptor = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        return descriptor >= 0 ? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true) : nil
    }

    private func options(_ keeper: KeyKeeper) -> LiveNodeOptions {
        let configuration = loaded.configuration
        var options = LiveNodeOptions(
            plugins: loaded.specs, core: configuration.core(), lockstep: configuration.clock == .lockstep,
            stateDirectory: loaded.pluginDirectory)
        options.maximumCycles = cycles ?? configuration.run?.cycles
        options.paceMilliseconds = paceMilliseconds ?? configuration.run?.pace?.value.wholeMilliseconds ?? 0
        options.fixed = loaded.fixed
        options.isObserving = isObserving
        options.haltedBy = haltedBy
        // A tape waits for whoever works: a turn over ten thousand positions takes seconds, in which no peer counts as lost.
        if options.lockstep { options.heartbeatMilliseconds = 10_000 }
        #if DEBUG
            options.faults = faults
        #endif
        options.endsWithTape = configuration.run?.endWithTape ?? true
        options.keys = keeper
        // What tells a plugin on another host where the core is must not mislead those that the core starts.
        options.environment = ChildEnvironment(
            ProcessInfo.processInfo.environment.filter { !LaunchVariable.all.contains($0.key) })
        return options
    }
}
