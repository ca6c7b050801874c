import Supervision
import Trading
import Wire

/// What follows when processes of plugins start, fail and end.
extension LiveNode {
    func startChildren() {
        for spec in configuration.plugins where isEngaged(spec) {
            hosted.contains(spec.name) ? startHosted(spec) : startChild(spec)
        }
    }

    func startChild(_ spec: PluginSpec) {
        guard spec.program != nil else {
            return observer.log("core", "the \(spec.role.rawValue) \(spec.name) is started elsewhere and awaited")
        }
        processes.add(spec)
        startProcess(of: spec.name)
    }

    private func startProcess(of name: PluginName) {
        switch processes.start(name, now: clock.monotonicMilliseconds) {
        case nil: return
        case .started(let pid): observer.log("core", "started \(name), process \(pid)")
        case .failed(let why):
            observer.log("core", "\(name): \(why)")
            planRestart(name, after: "it was not started: \(why)")
            failBroker(name, "its process does not start: \(why)")
        }
    }

    /// Lines of all children, endings, and restarts that are due.
    func pollProcesses() {
        logOutputs()
        let now = clock.monotonicMilliseconds
        endStrays(now: now)
        for name in processes.names {
            switch processes.poll(name, now: now) {
            case nil: continue
            case .restartDue: startProcess(of: name)
            case .left(let role, let ending):
                processEnded(name, role, ending)
                startIfNamedAgain(name)
            case .ended(let role, let ending, let why):
                processEnded(name, role, ending)
                let cause = why.map { " by the core, since \($0)" } ?? ""
                if end == nil { planRestart(name, after: "it \(ending)\(cause)") }
                failBroker(name, "its process \(ending)")
            }
        }
    }

    /// What a plugin has started ends with it, also what has left its group: else it would go on beside the next one's.
    private func endStrays(now: Int64) {
        let count = processes.endStrays(now: now)
        if count > 0 { observer.log("core", "\(count) processes that a plugin had started and left were killed") }
    }

    private func processEnded(_ name: PluginName, _ role: Role, _ ending: ChildProcess.Ending) {
        observer.log("core", "\(name) \(ending)")
        guard let session = sessions.session(name, role) else { return }
        sessionEnded(session.peer, "its process \(ending)", mayRestart: false)
    }

    /// The configuration may name it again by now.
    private func startIfNamedAgain(_ name: PluginName) {
        guard end == nil, !processes.isStopped(name) else { return }
        if let spec = configuration.spec(name), isEngaged(spec) { startChild(spec) }
    }

    func logOutputs() {
        for (name, line) in processes.readOutput() { observer.log(name.text, line) }
    }

    private func planRestart(_ name: PluginName, after why: String) {
        switch processes.planRestart(name, now: clock.monotonicMilliseconds) {
        case nil: return
        case .restart(let delay):
            statistics.restarted(name)
            observer.log("core", "\(name) is started again in \(delay) ms")
        case .quarantine(let failures, let span):
            let what = Self.words(failures, span, why)
            observer.log("core", "\(name) is quarantined: \(what)")
            enqueue(
                .pluginNotice(
                    plugin: name, what: "quarantined: \(what). `bigbrother plugin start \(name)` frees it"))
        case .restartPatiently(let failures, let span, let delay):
            let what = Self.words(failures, span, why)
            statistics.restarted(name)
            observer.log("core", "\(name) is started again in \(delay) ms: \(what)")
            enqueue(
                .pluginNotice(
                    plugin: name,
                    what: "\(what). It is tried again every \(delay / 1_000) s; until then \(lack(of: name))"))
        }
    }

    /// What is missing while a plugin that is never given up is away.
    private func lack(of name: PluginName) -> String {
        configuration.spec(name)?.role == .provider
            ? "its prices stand still" : "nothing can be sent, and what rests at the broker rests"
    }

    private static func words(_ failures: Int, _ milliseconds: Int64, _ why: String) -> String {
        "its process ended or failed to start \(failures) times in \((milliseconds + 500) / 1_000) s; the last time \(why)"
    }

    // MARK: - Leaving

    /// Asked to leave; its process is killed when it does not go in its time.
    func requestStop(_ spec: PluginSpec, _ why: String) {
        let session = sessions.session(spec.name, spec.role)
        let leavesBy = clock.monotonicMilliseconds + options.drainMilliseconds
        if let session { send(.drain, Fault(reason: why), to: session.peer) }
        guard !processes.requestStop(spec.name, byMilliseconds: leavesBy) else { return }
        // One that was started elsewhere cannot be killed; its session can be ended. An adapter has its swap for that.
        guard let session, spec.role != .broker else { return }
        sessions.leave(session.peer, byMilliseconds: leavesBy)
    }

    /// A stop: everybody is asked to finish, and given a limited time for it.
    func drainPlugins() {
        for session in sessions.all { send(.drain, Fault(reason: "the core stops"), to: session.peer) }
        let deadline = clock.monotonicMilliseconds + options.drainMilliseconds
        while clock.monotonicMilliseconds < deadline {
            logOutputs()
            // Who was started elsewhere has no process here that ends: its bye is waited for, or a packet that was lost on
            // the way would end with the core instead of being sent again.
            let isAwaited = sessions.all.contains {
                $0.role != .control && !$0.isHosted && !processes.isRunning($0.name)
            }
            guard processes.isAnyAlive || isAwaited else { return }
            do {
                let arrivals = try transport.wait(milliseconds: 20, descriptors: processes.openOutputDescriptors)
                for message in arrivals.messages where isBye(message.frames) { _ = sessions.end(message.peer) }
            } catch {
                return observer.log("core", "the drain was cut short: \(error)")
            }
        }
    }

    /// What cannot be read is no bye, and nothing more is reported.
    private func isBye(_ frames: [[UInt8]]) -> Bool {
        do { return try codec.header(frames).type == .bye } catch { return false }
    }

    func endProcesses() {
        processes.endAll(clock) { [transport] in
            do { _ = try transport.wait(milliseconds: 10, descriptors: []) } catch { return false }
            return true
        }
        logOutputs()
        processes.removeAll()
        endStrays(now: .max)
    }
}
