import Supervision
import Trading
import Wire

/// The processes of the plugins that the core starts: when each is started, ended and started again.
///
/// It owns them, and returns what has happened; what that means for sessions, swap and core the loop decides.
struct ProcessTable {
    private var children: [PluginName: Child] = [:]
    /// Plugins that a person has stopped, those that are started elsewhere too.
    private var stopped: Set<PluginName> = []
    /// Policies that refused their settings: they are not started again until these change, or a person says so.
    private var leftOut: Set<PluginName> = []
    private let environment: ChildEnvironment
    /// What a child reads first: where the core is, and the token.
    private let launchLine: (PluginSpec, _ token: String) throws -> [UInt8]

    /// This process adopts what its plugins leave behind, but for these children that it had before; nil: it does not.
    private let childrenBefore: Set<Int32>?
    private var straysDueMilliseconds = Int64.min

    init(
        environment: ChildEnvironment, childrenBefore: Set<Int32>? = nil,
        launchLine: @escaping (PluginSpec, _ token: String) throws -> [UInt8]
    ) {
        self.environment = environment
        self.childrenBefore = childrenBefore
        self.launchLine = launchLine
    }

    // MARK: - Who is there

    /// Sorted.
    var names: [PluginName] { children.keys.sorted() }
    var count: Int { children.count }
    var stoppedCount: Int { stopped.count }
    func contains(_ name: PluginName) -> Bool { children[name] != nil }
    func isRunning(_ name: PluginName) -> Bool { children[name]?.process != nil }
    func isQuarantined(_ name: PluginName) -> Bool { children[name]?.isQuarantined == true }
    func isLeftOut(_ name: PluginName) -> Bool { leftOut.contains(name) }
    func isStopped(_ name: PluginName) -> Bool { stopped.contains(name) }
    func pid(of name: PluginName) -> Int64? { (children[name]?.process?.pid).map(Int64.init) }
    /// Whether a hello comes from the process that was started (I-CHILD-2): with its token, over a connection of its own session.
    /// Where nobody can say whose connection it is, the token works once.
    /// - Parameter process: at the other end; nil: not known.
    mutating func admits(_ token: String?, from process: Int32?, as name: PluginName) -> Bool {
        guard let child = children[name], let token, token == child.token else { return false }
        if let process { return isOwn(process, of: name) }
        defer { children[name]?.isTokenUsed = true }
        return !child.isTokenUsed
    }
    var nextRestartMilliseconds: Int64 { children.values.compactMap(\.restartAtMilliseconds).min() ?? .max }
    /// Whether a process is the one that was started, or comes from it.
    func isOwn(_ process: Int32, of name: PluginName) -> Bool {
        children[name]?.process.map { Family.isInSession(process, of: $0.pid) } ?? false
    }
    /// Readable when a child has written, or ended.
    var outputDescriptors: [CInt] { names.compactMap { children[$0]?.process?.outputDescriptor } }
    /// Without those that have ended.
    var openOutputDescriptors: [CInt] { alive.map(\.outputDescriptor) }
    var isAnyAlive: Bool { !alive.isEmpty }
    private var alive: [ChildProcess] { children.values.compactMap(\.process).filter { $0.poll() == nil } }

    // MARK: - Starting

    enum Start {
        case started(pid: Int64)
        case failed(String)
    }

    /// A plugin that is to run from now on; its failures are counted from here.
    mutating func add(_ spec: PluginSpec) {
        leftOut.remove(spec.name)
        children[spec.name] = Child(spec: spec)
    }

    /// - Returns: nil for a plugin that has no program here.
    mutating func start(_ name: PluginName, now: Int64) -> Start? {
        guard var child = children[name], let program = child.spec.program else { return nil }
        child.token = Self.randomToken()
        child.isTokenUsed = false
        child.restartAtMilliseconds = nil
        child.killedBecause = nil
        child.restarts.started(atMilliseconds: now)
        defer { children[name] = child }
        do {
            let process = try ChildProcess(
                executable: program.executable, arguments: program.arguments, directory: program.directory,
                environment: environment.variables(naming: program.environment), limits: program.limits)
            process.writeLine(try launchLine(child.spec, child.token))
            child.process = process
            return .started(pid: Int64(process.pid))
        } catch {
            return .failed("\(error)")
        }
    }

    /// Unguessable; not part of any decision, so it may come from the system.
    private static func randomToken() -> String {
        (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    }

    // MARK: - After a failure

    enum Retry {
        case restart(afterMilliseconds: Int64)
        /// It is not started again until a person says so.
        case quarantine(failures: Int, withinMilliseconds: Int64)
        /// Without its adapter an account can be neither protected nor left, and without prices nobody looks after it, so that
        /// nobody waits for a person.
        case restartPatiently(failures: Int, withinMilliseconds: Int64, afterMilliseconds: Int64)
    }

    /// Plans what follows after a plugin has failed. Nil for one that is not to run any more.
    mutating func planRestart(_ name: PluginName, now: Int64) -> Retry? {
        guard var child = children[name], !leftOut.contains(name) else { return nil }
        defer { children[name] = child }
        switch child.restarts.failed(atMilliseconds: now, jitter: Int64.random(in: 0...1_000)) {
        case .restart(let delay):
            child.restartAtMilliseconds = now + delay
            return .restart(afterMilliseconds: delay)
        case .quarantine(let failures, let span) where child.spec.role != .policy:
            let delay = RestartPolicy.longestDelayMilliseconds
            child.restartAtMilliseconds = now + delay
            return .restartPatiently(failures: failures, withinMilliseconds: span, afterMilliseconds: delay)
        case .quarantine(let failures, let span):
            child.isQuarantined = true
            return .quarantine(failures: failures, withinMilliseconds: span)
        }
    }

    // MARK: - Leaving

    mutating func stop(_ name: PluginName) { stopped.insert(name) }
    mutating func leaveOut(_ name: PluginName) { leftOut.insert(name) }
    mutating func takeIn(_ name: PluginName) { leftOut.remove(name) }
    mutating func allow(_ name: PluginName) { stopped.remove(name) }

    /// It is asked to leave, is not started again, and is killed when it has not gone by then.
    /// - Returns: false when no process of it runs.
    mutating func requestStop(_ name: PluginName, byMilliseconds: Int64) -> Bool {
        guard isRunning(name) else {
            children[name] = nil
            return false
        }
        children[name]?.leavesByMilliseconds = byMilliseconds
        return true
    }

    /// What it does is not to be relied on any more; its end is a failure as any other.
    mutating func kill(_ name: PluginName, because why: String) {
        guard let process = children[name]?.process else { return }
        children[name]?.killedBecause = why
        process.signal(SignalNumber.kill)
    }

    // MARK: - What has happened

    enum Event {
        /// - Parameter killedBecause: why the core itself ended it; nil when it did not.
        case ended(Role, ChildProcess.Ending, killedBecause: String?)
        /// It had been asked to.
        case left(Role, ChildProcess.Ending)
        case restartDue
    }

    mutating func poll(_ name: PluginName, now: Int64) -> Event? {
        guard let child = children[name] else { return nil }
        if let process = child.process, let ending = process.poll() {
            guard child.leavesByMilliseconds == nil else {
                children[name] = nil
                return .left(child.spec.role, ending)
            }
            children[name]?.process = nil
            return .ended(child.spec.role, ending, killedBecause: child.killedBecause)
        }
        if let leavesBy = child.leavesByMilliseconds {
            if now >= leavesBy { child.process?.signal(SignalNumber.kill) }
            return nil
        }
        return child.restartAtMilliseconds.map { $0 <= now } == true ? .restartDue : nil
    }

    /// What the children have written since the last call.
    func readOutput() -> [(name: PluginName, line: String)] {
        names.flatMap { name in (children[name]?.process?.readLines() ?? []).map { (name, $0) } }
    }

    /// Nothing is left behind: asked to end, then SIGTERM, then SIGKILL.
    /// - Parameter pause: a moment; false: there is no waiting any more.
    func endAll(_ clock: any Clock, pause: () -> Bool) {
        for child in children.values { child.process?.closeInput() }
        let steps: [(signal: Int32, milliseconds: Int64)] = [
            (0, 500), (SignalNumber.terminate, 1_000), (SignalNumber.kill, 5_000),
        ]
        for (signal, milliseconds) in steps {
            let processes = alive
            guard !processes.isEmpty else { return }
            if signal != 0 { for process in processes { process.signal(signal) } }
            let deadline = clock.monotonicMilliseconds + milliseconds
            while clock.monotonicMilliseconds < deadline, processes.contains(where: { $0.poll() == nil }), pause() {}
        }
    }

    mutating func removeAll() { children = [:] }

    /// Helpers that have outlived the plugin that started them; looked for now and then.
    /// - Returns: how many were killed.
    mutating func endStrays(now: Int64) -> Int {
        guard let childrenBefore, now >= straysDueMilliseconds else { return 0 }
        straysDueMilliseconds = now &+ LoopLimits.straysMilliseconds
        let own = Set(children.values.compactMap { $0.process?.pid })
        return Family.endStrays(besides: own.union(childrenBefore)).count
    }
}

/// One plugin that the core starts, with its process while it has one.
private struct Child {
    let spec: PluginSpec
    var process: ChildProcess?
    var token = ""
    var isTokenUsed = false
    var restarts = RestartPolicy()
    var restartAtMilliseconds: Int64?
    var isQuarantined = false
    /// Why the core itself ended the process that runs.
    var killedBecause: String?
    var leavesByMilliseconds: Int64?

    init(spec: PluginSpec) { self.spec = spec }
}
