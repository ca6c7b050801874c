import Messaging
import Orchestration
import Supervision
import Trading
import Wire

/// A person at the running core: commands, and the plugins that one looks at, stops and starts again.
extension LiveNode {
    func handleControl(_ body: [UInt8], _ header: Header, _ peer: Peer) {
        let client = ControlServer.Client(peer: peer, message: header.id)
        let process = transport.process(of: peer)
        if let process, Family.comesFromUs(process) {
            let why = "a process that a plugin has started gives no commands"
            observer.log("core", "a command of process \(process) was refused: \(why)")
            return sendReply(ControlReply(accepted: false, message: why), to: client)
        }
        do {
            let request = try codec.command(ControlRequest.self, body)
            if let why = control.admit(request.command, from: process, now: clock.monotonicMilliseconds) {
                return sendReply(ControlReply(accepted: false, message: why), to: client)
            }
            guard let reply = answer(try ControlCommand(request), request, client) else { return }
            sendReply(reply, to: client)
        } catch {
            sendReply(ControlReply(accepted: false, message: "\(error)"), to: client)
        }
    }

    func sendReply(_ reply: ControlReply, to client: ControlServer.Client) {
        do {
            let answer = Header(type: .controlReply, id: "c", session: "", epoch: epoch, seq: 1, re: client.message)
            if let why = sendRaw(answer, try codec.encode(reply), to: client.peer).failure { logThrottled(why) }
        } catch {
            observer.log("core", "a reply cannot be written: \(error)")
        }
    }

    /// - Returns: nil when the answer comes later.
    private func answer(_ command: ControlCommand, _ request: ControlRequest, _ client: ControlServer.Client)
        -> ControlReply?
    {
        switch command {
        case .ping: return ControlReply(accepted: true, message: "epoch \(epoch), cycle \(state.cycle.number)")
        case .plugins: return ControlReply(accepted: true, message: "epoch \(epoch)", plugins: pluginStatuses)
        case .reload: return reload(why: "\(request.why) (\(request.who))")
        case .freeBroker(let name): return free(name, request)
        case .swapBroker(let name): return beginSwap(to: name, request, client)
        case .managePlugin(let name, let management): return manage(name, management, request)
        case .handOver(let order): return handOver(order, request)
        case .asked(let request): return ask(request)
        case .trading(let command):
            guard command != .flatten || !state.run.isObserving else {
                return ControlReply(accepted: false, message: PersonRefusal.observing.words)
            }
            if command == .resume, let fenced = state.reconciler.fencedOut {
                return ControlReply(accepted: false, message: words(fenced))
            }
            enqueue(.control(Control(command: command, who: request.who, why: request.why)))
            return ControlReply(accepted: true, message: words(command))
        }
    }

    private func words(_ fenced: FencedOut) -> String {
        "\(fenced.broker) obeys another core (\(fenced.finding.words)): end one of the two; if this one is to trade, say `bigbrother broker free \(fenced.broker)` first"
    }

    private func handOver(_ id: ClientOrderID, _ request: ControlRequest) -> ControlReply {
        guard let order = state.portfolio.orders[id], order.isWorking else {
            return ControlReply(accepted: false, message: "there is no order \"\(id)\" that works")
        }
        guard order.terms.role == .external else {
            return ControlReply(accepted: false, message: "\(id) is an order of this core already")
        }
        enqueue(.control(Control(command: .handOver, order: id, who: request.who, why: request.why)))
        return ControlReply(accepted: true, message: "\(id) (\(order.words)) is managed from now on")
    }

    /// Something that concerns a symbol; refused here where it cannot be taken as things stand.
    private func ask(_ request: PersonRequest) -> ControlReply {
        if let refusal = state.objection(to: request) { return ControlReply(accepted: false, message: refusal.words) }
        let words = words(request)
        enqueue(.asked(request))
        return ControlReply(accepted: true, message: words)
    }

    /// What a person reads who has asked for it; by the state before it.
    private func words(_ request: PersonRequest) -> String {
        if request.isAnswer { return request.wish.words + nothingSent }
        let subject = request.symbol.map { "\($0): " } ?? "all that is held: "
        if case .mode(let mode) = request.wish { return subject + words(mode, of: request.symbol) }
        let follow = request.symbol.map { "; `bigbrother why-not \($0)` says what comes of it" } ?? ""
        let hindrances = state.hindrances(of: request).map { "; \($0.words)" }.joined()
        return "\(subject)\(request.wish.words), decided at once\(hindrances)\(follow)\(nothingSent)"
    }

    /// - Parameter symbol: nil for all that is held.
    private func words(_ mode: SymbolMode, of symbol: Symbol?) -> String {
        let isHeld = symbol.map { state.portfolio.positions[$0] != nil } ?? true
        let absent = isHeld ? "" : " (no \(symbol?.text ?? "") is held now)"
        guard mode == .watched else { return mode.words + absent }
        let symbols = symbol.map { [$0] } ?? state.portfolio.positions.keys.sorted()
        let left = symbols.map(state.release).flatMap { release in
            release.words.map { symbol == nil ? "; \(release.symbol): \($0)" : "; \($0)" }
        }
        return mode.words + absent + left.joined()
    }

    private var nothingSent: String {
        if state.control.state == .halted { return " (trading is halted: nothing is sent before `resume`)" }
        return state.broker == nil ? " (no broker is connected: nothing is sent before one is)" : ""
    }

    /// What a person reads who gave the command.
    private func words(_ command: Control.Command) -> String {
        switch command {
        case .halt: return "Halted: no orders are sent"
        case .reduce: return "Reducing: positions may only become smaller"
        case .resume: return "Resumed: trading is active"
        case .handOver: return "Handed over"
        case .flatten:
            let held = state.portfolio.positions.keys.sorted()
            let watched = held.filter { state.mode(of: $0) == .watched }
            let count = held.count - watched.count
            let left =
                watched.isEmpty ? "" : "; left alone, since watched: \(watched.map(\.text).joined(separator: ", "))"
            let hindrances = state.hindrancesOfFlattening.map { "; \($0.words)" }.joined()
            let away = state.broker == nil ? " (no broker is connected: nothing is sent before one is)" : ""
            return
                "Flattening: closing \(count) \(count == 1 ? "position" : "positions") at market\(left)\(hindrances)\(away)"
        }
    }

    // MARK: - Plugins

    package var pluginStatuses: [PluginStatus] {
        configuration.plugins.map { spec in
            var status = PluginStatus(
                name: spec.name, role: spec.role, state: pluginState(of: spec),
                isRequired: configuration.core.requiredPolicies.contains(spec.name))
            let figures = statistics[spec.name]
            status.version = figures.version
            status.process = processes.pid(of: spec.name)
            (status.latencyP50, status.latencyP99) = (figures.latency(percentile: 50), figures.latency(percentile: 99))
            (status.answers, status.late, status.missed) = (figures.answers, figures.late, figures.missed)
            (status.refused, status.restarts) = (figures.refused, figures.restarts)
            return status
        }
    }

    private func pluginState(of spec: PluginSpec) -> PluginStatus.State {
        let session = sessions.session(spec.name, spec.role)
        if session?.phase == .ready { return .ready }
        if !isEngaged(spec) { return .standby }
        if processes.isStopped(spec.name) { return .stopped }
        guard processes.contains(spec.name) else { return session == nil ? .absent : .starting }
        if processes.isQuarantined(spec.name) || processes.isLeftOut(spec.name) { return .quarantined }
        return processes.isRunning(spec.name) ? .starting : .waiting
    }

    private func manage(_ name: PluginName, _ management: ControlCommand.Management, _ request: ControlRequest)
        -> ControlReply
    {
        guard let spec = configuration.spec(name) else {
            let names = configuration.plugins.map(\.name.text).joined(separator: ", ")
            return ControlReply(accepted: false, message: "there is no plugin \"\(name)\"; there are \(names)")
        }
        if let why = objection(to: management, spec) { return ControlReply(accepted: false, message: why) }
        let what: String
        switch management {
        case .stop:
            stopPlugin(spec)
            what = "is stopped"
        case .start:
            startAgain(spec)
            what = "is started"
        case .restart:
            stopPlugin(spec)
            startAgain(spec)
            what = "is restarted"
        }
        enqueue(.pluginManaged(plugin: name, what: what, who: request.who, why: request.why))
        return ControlReply(accepted: true, message: "\(name) \(what)")
    }

    private func objection(to management: ControlCommand.Management, _ spec: PluginSpec) -> String? {
        if spec.role == .provider, options.lockstep {
            return "\(spec.name) is the clock of this run, which would end without it"
        }
        if spec.role == .broker, let swap = state.swap {
            return "\(swap.from) is being swapped for \(swap.to); wait for the end of that"
        }
        if !isEngaged(spec) { return "\(spec.name) stands by; `bigbrother broker swap \(spec.name)` lets it trade" }
        switch (management, processes.isStopped(spec.name)) {
        case (.stop, _) where spec.role == .broker:
            return "without \(spec.name) nothing can be protected or closed; say `halt` to send nothing"
        case (.stop, true): return "\(spec.name) is stopped already"
        case (.start, false) where !processes.isQuarantined(spec.name) && !processes.isLeftOut(spec.name):
            return "\(spec.name) is not stopped"
        case (.stop, false), (.start, _), (.restart, _): return nil
        }
    }

    private func stopPlugin(_ spec: PluginSpec) {
        processes.stop(spec.name)
        requestStop(spec, "a person has stopped it")
    }

    /// One that is still on its way out is started when it has gone.
    private func startAgain(_ spec: PluginSpec) {
        processes.allow(spec.name)
        if !processes.isRunning(spec.name) { startChild(spec) }
    }
}
