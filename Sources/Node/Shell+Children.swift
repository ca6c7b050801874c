import Supervision
import Trading
import Wire

/// A plugin's process, and when it is started again.
struct PluginChild {
    let spec: PluginSpec
    var process: ChildProcess?
    /// Proves that a hello comes from the process that we started.
    var token = ""
    var restarts = RestartPolicy()
    var restartAtMilliseconds: Int64?
    var isQuarantined = false
    /// Why the core itself ended the process that runs.
    var killedBecause: String?
    /// It was asked to leave, is not started again, and is killed when it has not gone by then.
    var leavesByMilliseconds: Int64?
}

extension Shell {
    func startChildren() {
        for spec in options.plugins where isEngaged(spec) { startChild(spec) }
    }

    func startChild(_ spec: PluginSpec) {
        guard spec.program != nil else {
            return observer.log("core", "the \(spec.role.rawValue) \(spec.name) is started elsewhere and awaited")
        }
        children[spec.name] = PluginChild(spec: spec)
        start(spec.name)
    }

    private func start(_ name: PluginName) {
        guard var child = children[name], let program = child.spec.program else { return }
        child.token = Self.randomToken()
        child.restartAtMilliseconds = nil
        child.killedBecause = nil
        child.restarts.started(atMilliseconds: clock.monotonicMilliseconds)
        defer { children[name] = child }
        do {
            let process = try ChildProcess(
                executable: program.executable, arguments: program.arguments, directory: program.directory,
                environment: options.environment)
            let launch = Launch(endpoint: endpoint(child.spec.role), name: name, token: child.token)
            process.writeLine(try codec.encode(launch))
            child.process = process
            observer.log("core", "started \(name), process \(process.pid)")
        } catch {
            observer.log("core", "\(name): \(error)")
            plan(&child, after: "it was not started: \(error)")
            failBroker(name, "its process does not start: \(error)")
        }
    }

    /// Unguessable; not part of any decision, so it may come from the system.
    private static func randomToken() -> String {
        (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    }

    /// Lines of all children, endings, and restarts that are due.
    func pollChildren() {
        pollOutputs()
        let now = clock.monotonicMilliseconds
        for name in children.keys.sorted() {
            guard var child = children[name] else { continue }
            if let process = child.process, let ending = process.poll() {
                child.process = nil
                observer.log("core", "\(name) \(ending)")
                let peer = sessions.first { $0.value.name == name && $0.value.role == child.spec.role }?.key
                if let peer { endSession(peer, "its process \(ending)", mayRestart: false) }
                guard child.leavesByMilliseconds == nil else {
                    hasLeft(name)
                    continue
                }
                let cause = child.killedBecause.map { " by the core, since \($0)" } ?? ""
                if end == nil { plan(&child, after: "it \(ending)\(cause)") }
                failBroker(name, "its process \(ending)")
                children[name] = child
            } else if let leavesBy = child.leavesByMilliseconds {
                if now >= leavesBy { child.process?.signal(ShellSignals.kill) }
            } else if let due = child.restartAtMilliseconds, due <= now {
                start(name)
            }
        }
    }

    /// The configuration may name it again by now.
    private func hasLeft(_ name: PluginName) {
        children[name] = nil
        guard end == nil, !stopped.contains(name) else { return }
        if let spec = options.plugins.first(where: { $0.name == name }), isEngaged(spec) { startChild(spec) }
    }

    func pollOutputs() {
        for name in children.keys.sorted() {
            for line in children[name]?.process?.readLines() ?? [] { observer.log(name.text, line) }
        }
    }

    private func plan(_ child: inout PluginChild, after why: String) {
        let now = clock.monotonicMilliseconds
        switch child.restarts.failed(atMilliseconds: now, jitter: Int64.random(in: 0...1_000)) {
        case .restart(let delay):
            child.restartAtMilliseconds = now + delay
            pluginFigures[child.spec.name, default: PluginFigures()].restarts += 1
            observer.log("core", "\(child.spec.name) is started again in \(delay) ms")
        case .quarantine(let failures, let milliseconds):
            let what =
                "its process ended or failed to start \(failures) times in \((milliseconds + 500) / 1_000) s; the last time \(why)"
            guard child.spec.role != .broker else { return scheduleRetry(&child, what) }
            child.isQuarantined = true
            observer.log("core", "\(child.spec.name) is quarantined: \(what)")
            enqueue(
                .pluginNotice(
                    plugin: child.spec.name,
                    what: "quarantined: \(what). `bigbrother plugin start \(child.spec.name)` frees it"))
        }
    }

    /// Without its adapter an account can be neither protected nor left, so that nobody waits for a person.
    private func scheduleRetry(_ child: inout PluginChild, _ what: String) {
        let delay = RestartPolicy.longestDelayMilliseconds
        child.restartAtMilliseconds = clock.monotonicMilliseconds + delay
        pluginFigures[child.spec.name, default: PluginFigures()].restarts += 1
        observer.log("core", "\(child.spec.name) is started again in \(delay) ms: \(what)")
        enqueue(
            .pluginNotice(
                plugin: child.spec.name,
                what:
                    "\(what). It is tried again every \(delay / 1_000) s; until then nothing can be sent, and what rests at the broker rests"
            ))
    }

    /// Nothing is left behind: asked, then told, then killed.
    func endChildren() {
        for child in children.values { child.process?.closeInput() }
        for (signal, milliseconds) in [
            (Int32(0), Int64(500)), (ShellSignals.terminate, 1_000), (ShellSignals.kill, 5_000),
        ] {
            let alive = children.values.compactMap(\.process).filter { $0.poll() == nil }
            guard !alive.isEmpty else { break }
            if signal != 0 { for process in alive { process.signal(signal) } }
            let deadline = clock.monotonicMilliseconds + milliseconds
            while clock.monotonicMilliseconds < deadline, alive.contains(where: { $0.poll() == nil }) {
                do { _ = try transport.wait(milliseconds: 10, descriptors: []) } catch { break }
            }
        }
        pollOutputs()
        children = [:]
    }
}
