import JSON
import Messaging
import Orchestration
import Supervision
import Trading
import Wire

/// What arrives: checked for who may say it, decoded, and made an input.
extension Shell {
    func receive(_ frames: [Bytes], from peer: Peer) {
        guard admit(frames, from: peer) else { return }
        let header: Header
        do {
            header = try codec.header(frames)
        } catch {
            return refuse(peer, "\(error)", codec.name(of: frames))
        }
        if let fatalMessage, header.re == fatalMessage { ChildProcess.dieAtOnce() }
        guard let role = Role(rawValue: peer.socket) else { return }
        guard MessageType.allowed(from: role).contains(header.type) else {
            return disconnectForViolation(peer, "a \(role.rawValue) may not send \(header.type.rawValue)")
        }
        switch header.type {
        case .hello: return handleHello(frames[1], header, peer, role)
        case .control: return control(frames[1], header, peer)
        default: break
        }
        guard var session = sessions[peer], session.id == header.session else {
            return header.type.isAnswered ? sendError(peer, "say hello first", re: header.id) : ()
        }
        let gap = session.gap(before: header.seq)
        session.lastHeardMilliseconds = clock.monotonicMilliseconds
        sessions[peer] = session
        if let gap {
            observer.log(session.name.text, gap)
            // What is missing may be its `ready`: it begins again, since nothing else would ever come of it.
            if session.phase == .starting, header.type != .ready { return restartSession(session, gap) }
            if session.role == .broker, session.phase == .ready {
                enqueue(.messageGap(plugin: session.name, what: gap))
            }
        }
        guard session.phase == .ready || header.type.mayPrecedeReady else {
            return handleMalformed(Rejected(header), session, "\(header.type.rawValue) before ready")
        }
        do {
            try handle(frames[1], header, session)
        } catch {
            handleMalformed(Rejected(header), session, "\(header.type.rawValue): \(error)")
        }
    }

    private func restartSession(_ session: PluginSession, _ why: String) {
        endSession(session.peer, why, mayRestart: false)
        sendError(session.peer, "\(why): say hello again", re: nil)
    }

    private func handle(_ body: [UInt8], _ header: Header, _ session: PluginSession) throws {
        switch header.type {
        case .ready:
            let ready = try codec.data(Ready.self, body)
            let isAnswer = handleSettingsAnswer(session, re: header.re, refusal: ready.needs?.defect)
            // New settings may have come before it was ready with the first: this is its word for both.
            if session.phase == .starting { return becomeReady(session, ready) }
            if isAnswer { changeNeeds(of: session, ready) }
        case .heartbeat: break
        case .bye:
            if session.phase == .starting { failBroker(session.name, "it said bye before it was ready") }
            endSession(session.peer, "said bye: \(try codec.data(Fault.self, body).reason)", mayRestart: false)
        case .error: handleError(try codec.data(Fault.self, body).reason, header, session)
        case .recommendations:
            handleRecommendations(try codec.data(Recommendations.self, body).recommendations, header, session)
        case .execution: enqueue(.execution(try codec.command(ExecutionReport.self, body)))
        case .orderAnswer:
            let answer = try codec.command(OrderAnswer.self, body)
            enqueue(.orderAnswer(answer: answer, query: query(header)))
        case .brokerState:
            let truth = try codec.command(BrokerState.self, body)
            enqueue(.brokerState(state: truth, query: query(header)))
        case .done: if let re = header.re { finishBrokerWork(re) }
        case .market: try handleMarket(body)
        case .hello, .welcome, .configure, .refused, .drain, .evaluate, .command, .advance, .control, .controlReply,
            .record:
            break
        }
    }

    /// The number of the core's question that a message answers.
    private func query(_ header: Header) -> Int64? { header.re.flatMap { brokerQueries.removeValue(forKey: $0) } }

    private func handleRecommendations(_ recommendations: [Recommendation], _ header: Header, _ session: PluginSession)
    {
        guard var evaluation, header.cycle == evaluation.cycle, evaluation.isWaiting(for: session.name) else {
            figures.lateAnswers += 1
            pluginFigures[session.name, default: PluginFigures()].late += 1
            return observer.log(
                session.name.text, "an answer to cycle \(header.cycle ?? 0) came too late and was discarded")
        }
        guard recommendations.count <= ShellLimits.recommendations else {
            evaluation.fail(
                session.name, "\(recommendations.count) recommendations, \(ShellLimits.recommendations) is the most")
            self.evaluation = evaluation
            return
        }
        if let asked = askedNanoseconds[session.name] {
            pluginFigures[session.name, default: PluginFigures()].answered(
                after: (clock.monotonicNanoseconds - asked) / 1_000)
        }
        evaluation.answer(session.name, recommendations)
        self.evaluation = evaluation
    }

    private func handleMarket(_ body: [UInt8]) throws {
        let update = try codec.data(MarketUpdate.self, body)
        if let defect = update.defect { throw WireDecodingError(path: JSONPath(), reason: .rejected(defect)) }
        scheduler.providerAnswered()
        if update.isLast == true { scheduler.tapeEnded() }
        // After a restart the tape begins anew; what the core has seen already is passed over.
        if options.lockstep, update.at <= node.core.state.now, node.core.state.now.nanoseconds > 0 { return }
        scheduler.tapeReached(update.at)
        forwards.append(body)
        enqueue(.market(update))
        if options.lockstep { observer.progress(at: update.at, cycle: node.core.state.cycle.number) }
    }

    /// What was not understood is not taken, and the sender is told.
    private func handleMalformed(_ message: Rejected, _ session: PluginSession, _ why: String) {
        pluginFigures[session.name, default: PluginFigures()].refused += 1
        if message.isAnswered { sendError(session.peer, why, re: message.id, cycle: message.cycle) }
        enqueue(.protocolViolation(plugin: session.name, why: why))
        // What says that it belongs elsewhere is not its answer: a later minor may say more than we know.
        if !message.isNamed || message.cycle == evaluation?.cycle {
            evaluation?.fail(session.name, "its answer could not be read: \(why)")
        }
        if session.role == .provider { scheduler.providerAnswered() }
    }

    private func handleError(_ why: String, _ header: Header, _ session: PluginSession) {
        observer.log(session.name.text, why)
        if handleSettingsAnswer(session, re: header.re, refusal: why) { return }
        // At the start a person is there to mend it; later the run must go on.
        if session.phase == .starting, !failBroker(session.name, why), !scheduler.isOpen {
            if options.plugins.contains(where: { $0.name == session.name && $0.isAdopted }) {
                enqueue(.pluginNotice(plugin: session.name, what: "not taken in: \(why)"))
            } else {
                end = end ?? .settingsRefused("\(session.name): \(why)")
            }
        }
        if header.cycle == evaluation?.cycle { evaluation?.fail(session.name, why) }
        if session.role == .broker, let re = header.re { finishBrokerWork(re) }
        if session.role == .provider {
            scheduler.providerAnswered()
            if options.lockstep, !scheduler.hasTapeEnded { end = end ?? .providerLost(why) }
        }
    }

    func sendError(_ peer: Peer, _ why: String, re: String?, cycle: Int64? = nil) {
        if sessions[peer] != nil { return send(.error, Fault(reason: why), to: peer, re: re, cycle: cycle) }
        do {
            let header = Header(type: .error, id: "0", session: "", epoch: epoch, seq: 0, re: re)
            if let failure = sendRaw(header, try codec.encode(Fault(reason: why)), to: peer).failure {
                observer.log("core", "an error was not delivered: \(failure)")
            }
        } catch {
            observer.log("core", "an error cannot be written: \(error)")
        }
    }

    /// A message that cannot even be placed.
    /// - Parameter name: what could be read of its header.
    func refuse(_ peer: Peer?, _ why: String, _ name: MessageCodec.Name = MessageCodec.Name()) {
        guard let peer, let session = sessions[peer] else {
            return logThrottled("a stranger's message was refused: \(why)")
        }
        handleMalformed(Rejected(name), session, why)
    }

    /// Told once a second: anybody on this host may knock.
    private func logThrottled(_ what: String) {
        let now = clock.monotonicMilliseconds
        guard now >= throttledLog.dueMilliseconds else { return throttledLog.suppressed += 1 }
        observer.log(
            "core", what + (throttledLog.suppressed == 0 ? "" : " (and \(throttledLog.suppressed) more before)"))
        throttledLog = (now + ShellLimits.throttledLogMilliseconds, 0)
    }

    /// Rule 4: who says what its role may not say is cut off.
    private func disconnectForViolation(_ peer: Peer, _ why: String) {
        guard let session = sessions[peer] else { return observer.log("core", "a stranger was refused: \(why)") }
        pluginFigures[session.name, default: PluginFigures()].refused += 1
        enqueue(.protocolViolation(plugin: session.name, why: why))
        sendError(peer, why, re: nil)
        endSession(peer, why, mayRestart: true)
        cut(peer, holdMilliseconds: ShellLimits.floodMilliseconds)
    }

    // MARK: - Control

    private func control(_ body: [UInt8], _ header: Header, _ peer: Peer) {
        let reply: ControlReply
        do {
            let request = try codec.command(ControlRequest.self, body)
            if request.command == "swap", let refusal = beginSwap(request, SwapClient(peer: peer, message: header.id)) {
                reply = refusal
            } else if request.command == "swap" {
                return
            } else {
                reply = answer(request)
            }
        } catch {
            reply = ControlReply(accepted: false, message: "\(error)")
        }
        sendReply(reply, to: peer, re: header.id)
    }

    func sendReply(_ reply: ControlReply, to peer: Peer, re: String) {
        do {
            let answer = Header(type: .controlReply, id: "c", session: "", epoch: epoch, seq: 1, re: re)
            if let why = sendRaw(answer, try codec.encode(reply), to: peer).failure { observer.log("core", why) }
        } catch {
            observer.log("core", "a reply cannot be written: \(error)")
        }
    }

    private func answer(_ request: ControlRequest) -> ControlReply {
        if request.command == "ping" {
            return ControlReply(accepted: true, message: "epoch \(epoch), cycle \(node.core.state.cycle.number)")
        }
        if request.command == "plugins" {
            return ControlReply(accepted: true, message: "epoch \(epoch)", plugins: pluginStatuses)
        }
        if request.command.hasPrefix("plugin_") { return manage(request) }
        if request.command == "reload" { return reload(why: "\(request.why) (\(request.who))") }
        guard let command = Control.Command(rawValue: request.command) else {
            return ControlReply(
                accepted: false,
                message: "\"\(request.command)\" is none of halt, reduce, resume, flatten, reload, swap, plugins")
        }
        enqueue(.control(Control(command: command, who: request.who, why: request.why)))
        return ControlReply(accepted: true, message: words(command))
    }

    /// What a person reads who gave the command.
    private func words(_ command: Control.Command) -> String {
        switch command {
        case .halt: return "Halted: no orders are sent"
        case .reduce: return "Reducing: positions may only become smaller"
        case .resume: return "Resumed: trading is active"
        case .flatten:
            let count = node.core.state.portfolio.positions.count
            return "Flattening: closing \(count) \(count == 1 ? "position" : "positions") at market"
        }
    }
}

enum ShellLimits {
    /// Recommendations of one policy in one cycle.
    static let recommendations = 100_000
    /// Messages that the broker works on at once.
    static let commandsUnderWay = 64
    /// The longest that one of them counts as worked on.
    static let commandMilliseconds: Int64 = 60_000
    /// From one look at the configuration file to the next.
    static let configurationMilliseconds: Int64 = 1_000
    /// From one look at the list of keys to the next.
    static let keysMilliseconds: Int64 = 500
    /// How long a connection from another host may be without a session, and how many messages it may send so.
    static let unauthenticatedMilliseconds: Int64 = 5_000
    static let unauthenticatedMessages = 32
    /// How long the key of one that floods, or speaks for another role, is not let in.
    static let floodMilliseconds: Int64 = 60_000
    /// How often a person is told that a key is used by two hosts.
    static let rivalMilliseconds: Int64 = 60_000
    /// How often the log tells of messages that belong to nobody.
    static let throttledLogMilliseconds: Int64 = 1_000
    /// How long a plugin may take over new settings.
    static let settingsMilliseconds: Int64 = 10_000
}

/// What is known of a message that was not taken.
private struct Rejected {
    var id: String?
    var cycle: Int64?
    /// Its id and cycle could be read.
    var isNamed = true
    var isAnswered = true

    init(_ name: MessageCodec.Name) {
        (id, cycle, isNamed, isAnswered) = (name.id, name.cycle, name.id != nil, name.isToBeAnswered)
    }

    init(_ header: Header) { (id, cycle, isAnswered) = (header.id, header.cycle, header.type.isAnswered) }
}

extension MessageType {
    /// Nobody answers an error or a last word, or two would never end.
    fileprivate var isAnswered: Bool { self != .error && self != .bye }

    /// Whether a plugin may say it before it has said that it is ready: all but its answers.
    fileprivate var mayPrecedeReady: Bool {
        switch self {
        case .hello, .ready, .heartbeat, .bye, .error: true
        case .welcome, .configure, .refused, .drain, .evaluate, .recommendations, .command, .execution, .orderAnswer,
            .brokerState, .done, .advance, .market, .control, .controlReply, .record:
            false
        }
    }
}

extension MarketUpdate {
    /// Why these figures can be no market, or nil.
    var defect: String? {
        for (index, bar) in (bars ?? []).enumerated() {
            if let defect = bar.defect { return "bars[\(index)] of \(bar.symbol): \(defect)" }
        }
        for (index, action) in (corporateActions ?? []).enumerated() {
            if let defect = action.defect { return "corporate_actions[\(index)]: \(defect)" }
        }
        for (index, quote) in (quotes ?? []).enumerated() {
            for (name, price) in [("bid", quote.bid), ("ask", quote.ask), ("last", quote.last)] {
                if let price, !price.isPositive {
                    return "quotes[\(index)] of \(quote.symbol): \(name) must be above zero, it is \(price)"
                }
            }
        }
        return nil
    }
}
