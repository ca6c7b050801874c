import JSON
import Messaging
import Orchestration
import Trading
import Wire

/// What arrives: checked for who may say it, decoded, and made an input.
extension LiveNode {
    func receive(_ frames: [Bytes], from peer: Peer) {
        guard admit(frames, from: peer) else { return }
        let header: Header
        do {
            header = try codec.header(frames)
        } catch {
            return refuse(peer, "\(error)", codec.name(of: frames))
        }
        #if DEBUG
            faults.received(re: header.re)
        #endif
        guard let role = Role(rawValue: peer.socket) else { return }
        guard MessageType.allowed(from: role).contains(header.type) else {
            return disconnect(peer, for: "a \(role.rawValue) may not send \(header.type.rawValue)")
        }
        let excess = excess(frames[1].count, of: header.type, from: role)
        if let excess, header.type == .hello || header.type == .control {
            return refuse(peer, excess, codec.name(of: frames))
        }
        switch header.type {
        case .hello: return handleHello(frames[1], header, peer, role)
        case .control: return handleControl(frames[1], header, peer)
        default: break
        }
        guard let (session, gap) = sessions.received(header, from: peer, now: clock.monotonicMilliseconds) else {
            return header.type.isAnswered ? sendError(peer, "say hello first", re: header.id) : ()
        }
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
        if let excess { return handleUnreadable(header, session, excess) }
        do {
            try handle(frames[1], header, session)
        } catch {
            handleUnreadable(header, session, "\(header.type.rawValue): \(error)")
        }
    }

    private func handleUnreadable(_ header: Header, _ session: PluginSession, _ why: String) {
        handleMalformed(Rejected(header), session, why)
        // The start would wait in vain for another one.
        guard header.type == .ready, session.phase == .starting, session.role == .policy, !scheduler.isOpen,
            !configuration.core.requiredPolicies.contains(session.name)
        else { return }
        leaveOutAtStart(session, because: "its ready cannot be read: \(why)", else: why)
    }

    /// How long a body may be, before any of it is read (I-BOUND-4).
    private func excess(_ bytes: Int, of type: MessageType, from role: Role) -> String? {
        let most: Int
        switch type {
        case .recommendations: most = AdviceBounds(state).answerBytes(state)
        // Lists of what may be ten thousand symbols; the whole message has its limit.
        case .market, .bars, .brokerState, .orderAnswer: return nil
        case .ready where role == .broker: return nil
        case .control: most = SpokenLimits.requestBytes
        case .hello, .welcome, .configure, .refused, .ready, .heartbeat, .drain, .bye, .error, .evaluate, .command,
            .execution, .cashMovement, .executionCorrection, .done, .advance, .history, .controlReply, .record:
            most = SpokenLimits.bodyBytes
        }
        return bytes <= most ? nil : "\(type.rawValue) of \(bytes) bytes, \(most) is the most here (I-BOUND-4)"
    }

    private func restartSession(_ session: PluginSession, _ why: String) {
        sessionEnded(session.peer, why, mayRestart: false)
        sendError(session.peer, "\(why): say hello again", re: nil)
    }

    private func handle(_ body: [UInt8], _ header: Header, _ session: PluginSession) throws {
        switch header.type {
        case .ready:
            let ready = try codec.data(Ready.self, body)
            let isAnswer = handleSettingsAnswer(session, re: header.re, refusal: defect(of: ready.needs, by: session))
            // New settings may have come before it was ready with the first: this answers both.
            if session.phase == .starting { return becomeReady(session, ready) }
            if isAnswer { changeNeeds(of: session, ready) }
        case .heartbeat: break
        case .bye:
            if session.phase == .starting { failBroker(session.name, "it said bye before it was ready") }
            sessionEnded(session.peer, "said bye: \(try reason(body))", mayRestart: false)
        case .error:
            let fault = try codec.data(Fault.self, body)
            if session.role == .broker, let fence = fault.fence { return handleFence(fence, session) }
            handleError(fault.reason.sentence, header, session)
        case .recommendations:
            let recommendations = try codec.data(Recommendations.self, body).recommendations
            handleRecommendations(recommendations, cycle: header.cycle, re: header.id, session)
        case .execution: enqueue(.execution(try codec.command(ExecutionReport.self, body)))
        case .orderAnswer:
            let answer = try codec.command(OrderAnswer.self, body)
            enqueue(.orderAnswer(answer: answer, query: broker.answered(header.re)))
        case .brokerState:
            let snapshot = try codec.command(BrokerState.self, body)
            enqueue(.brokerState(state: snapshot, query: broker.answered(header.re)))
        case .cashMovement: enqueue(.cashMovement(try codec.command(CashMovement.self, body)))
        case .executionCorrection:
            enqueue(.executionCorrection(try codec.command(ExecutionCorrection.self, body)))
        case .done: if let re = header.re { finishBrokerWork(re) }
        case .market: try handleMarket(body, header, session)
        case .bars:
            let piece = try codec.data(HistoryBars.self, body)
            if let why = history.received(piece, re: header.re, from: session.name) {
                sendError(session.peer, why, re: header.id)
            }
        case .history, .hello, .welcome, .configure, .refused, .drain, .evaluate, .command, .advance, .control,
            .controlReply,
            .record:
            break
        }
    }

    /// Of an error or a bye: cut and cleaned before anybody looks at it.
    private func reason(_ body: [UInt8]) throws -> String { try codec.data(Fault.self, body).reason.sentence }

    /// - Parameter re: the message's id; nil for what a hosted policy said.
    func handleRecommendations(
        _ recommendations: [Recommendation], cycle number: Int64?, re: String?, _ session: PluginSession
    ) {
        let fitting = FittingAdvice(recommendations)
        let acceptance = cycle.accept(
            fitting.recommendations, leftOut: fitting.leftOut, of: session.name, cycle: number,
            within: AdviceBounds(state), nowNanoseconds: clock.monotonicNanoseconds)
        if let defect = fitting.defect {
            statistics.refused(session.name)
            sendError(session.peer, "left out: \(defect) (I-BOUND-3)", re: re)
        }
        switch acceptance {
        case .tooMany: return
        case .accepted(let microseconds):
            if let microseconds { statistics.answered(session.name, after: microseconds) }
        case .tooLate:
            figures.answeredLate()
            statistics.answeredLate(session.name)
            observer.log(
                session.name.text, "an answer to cycle \(number ?? 0) came too late and was discarded")
        }
    }

    private func handleMarket(_ body: [UInt8], _ header: Header, _ session: PluginSession) throws {
        let (update, unreadable) = try codec.market(body)
        take(ReadMarket(update: update, unreadable: unreadable, body: body), re: header.id, session)
    }

    /// - Parameter re: the message's id; nil for what a hosted provider said.
    func take(_ read: ReadMarket, re: String?, _ session: PluginSession) {
        let update = state.followed(read.update.withoutMarketDefects)
        let isWhole = read.unreadable.isEmpty && update == read.update
        if !isWhole { refuseRows(read.unreadable, read.update.marketDefects, re, session) }
        let admission = state.admission(of: update, isFromTape: options.lockstep)
        scheduler.providerAnswered()
        if update.isLast == true { scheduler.tapeEnded() }
        guard admission == .accepted else { return }
        scheduler.tapeReached(update.at, startsCycle: read.startsCycle)
        figures.took(bars: update.bars?.count ?? 0)
        broker.appendMarket(ForwardedMarket(update: update, body: isWhole ? read.body : nil))
        enqueue(.market(update))
        if options.lockstep { observer.progress(at: update.at, cycle: state.cycle.number) }
    }

    /// Rows that are left out: their sender gets an error each time, and a person is told of each symbol once.
    private func refuseRows(
        _ unreadable: [UnreadableRow], _ defects: [MarketDefect], _ re: String?, _ session: PluginSession
    ) {
        statistics.refused(session.name)
        let rows =
            unreadable.map { (key: "\($0.field) \($0.name ?? "")", words: $0.words) }
            + defects.map { (key: $0.subject, words: $0.words) }
        guard let first = rows.first else { return }
        let more = rows.count > 1 ? ", and \(rows.count - 1) more" : ""
        sendError(session.peer, "left out: \(first.words)\(more)", re: re)
        for row in rows where told.insert("\(session.name) \(row.key)", atMost: LoopLimits.leftOutRows) {
            reportViolation(by: session.name, "left out: \(row.words)")
        }
    }

    /// What was not understood is not taken, and its sender gets an error.
    private func handleMalformed(_ message: Rejected, _ session: PluginSession, _ why: String) {
        statistics.refused(session.name)
        if message.isAnswered { sendError(session.peer, why, re: message.id, cycle: message.cycle) }
        reportViolation(by: session.name, why)
        // What says that it belongs elsewhere is not its answer: a later minor may say more than we know.
        if !message.isNamed || message.cycle == cycle.number {
            failPolicy(session.name, "its answer could not be read: \(why)")
        }
        if session.role == .provider { scheduler.providerAnswered() }
    }

    /// Told and journaled so often as one plugin may cause it, else logged (I-BOUND-5).
    func reportViolation(by plugin: PluginName, _ why: String) {
        report(plugin, why, statistics.consumeNotice(of: plugin, now: clock.monotonicMilliseconds))
    }

    /// That it was cut is the news that a person needs, whatever it did wrong a moment before.
    func reportCut(of plugin: PluginName, _ why: String) {
        report(plugin, why, statistics.consumeCut(of: plugin, now: clock.monotonicMilliseconds))
    }

    private func report(_ plugin: PluginName, _ why: String, _ verdict: NoticeBudget.Verdict) {
        switch verdict {
        case .told(let unsaid):
            let more = unsaid == 0 ? "" : " (and \(unsaid) more before)"
            enqueue(.protocolViolation(plugin: plugin, why: why.sentence + more))
        case .unsaid: observer.log(plugin.text, why.sentence)
        }
    }

    func handleError(_ why: String, _ header: Header, _ session: PluginSession) {
        observer.log(session.name.text, why)
        if handleSettingsAnswer(session, re: header.re, refusal: why) { return }
        if history.asks(header.re), history.fail(session.name, why) { return }
        if session.phase == .starting, !failBroker(session.name, why), !scheduler.isOpen {
            leaveOutAtStart(session, because: "it refuses its settings: \(why)", else: why)
        }
        if header.cycle == cycle.number { failPolicy(session.name, why) }
        if session.role == .broker, session.phase == .ready {
            let query = broker.answered(header.re)
            enqueue(.brokerError(name: session.name, query: query, why: why))
            if let re = header.re { finishBrokerWork(re) }
        }
        if session.role == .provider {
            scheduler.providerAnswered()
            noteProviderError(session, why)
            if options.lockstep, !scheduler.hasTapeEnded { finish(.providerLost(why)) }
        }
    }

    /// Without what it needs a run does not begin: a person is there to mend it. A policy that nobody requires is left out and
    /// told; the others protect the account meanwhile (I-GUARD-4).
    /// - Parameter words: of the end of the run, where it ends.
    func leaveOutAtStart(_ session: PluginSession, because why: String, else words: String) {
        guard session.role == .policy, !configuration.core.requiredPolicies.contains(session.name) else {
            return finish(.settingsRefused("\(session.name): \(words)"))
        }
        processes.leaveOut(session.name)
        sessionEnded(session.peer, why, mayRestart: true)
        // One that is started elsewhere may come again and again.
        guard case .told = statistics.consumeCut(of: session.name, now: clock.monotonicMilliseconds) else { return }
        let remedy = "it is started again when they change, or with `bigbrother plugin start \(session.name)`"
        enqueue(.pluginNotice(plugin: session.name, what: "left out, since \(why). \(remedy)"))
    }

    /// A policy that was asked and gives no answer has missed the cycle, whatever it sent instead.
    private func failPolicy(_ name: PluginName, _ why: String) {
        if cycle.isWaiting(for: name) { statistics.missedCycle(name) }
        cycle.fail(name, why)
    }

    /// What a provider in real time says went wrong is told, and not only logged: its prices may stand still from here on.
    private func noteProviderError(_ session: PluginSession, _ why: String) {
        guard !options.lockstep, session.phase == .ready,
            statistics.tellsError(of: session.name, now: clock.monotonicMilliseconds)
        else { return }
        enqueue(.pluginNotice(plugin: session.name, what: why))
    }

    func sendError(_ peer: Peer, _ why: String, re: String?, cycle: Int64? = nil) {
        if hosted.contains(peer) { return observer.log("core", why) }
        if sessions[peer] != nil { return send(.error, Fault(reason: why), to: peer, re: re, cycle: cycle) }
        do {
            let header = Header(type: .error, id: "0", session: "", epoch: epoch, seq: 0, re: re)
            if let failure = sendRaw(header, try codec.encode(Fault(reason: why)), to: peer).failure {
                logThrottled("an error was not delivered: \(failure)")
            }
        } catch {
            observer.log("core", "an error cannot be written: \(error)")
        }
    }

    /// A message that cannot even be placed.
    /// - Parameter name: what could be read of its header.
    func refuse(_ peer: Peer?, _ why: String, _ name: MessageCodec.Name = MessageCodec.Name()) {
        guard let peer, let session = sessions[peer] else {
            return logThrottled("a message of an unauthenticated peer was refused: \(why)")
        }
        handleMalformed(Rejected(name), session, why)
    }

    /// Logged once a second: anybody on this host may connect.
    func logThrottled(_ what: String) {
        if let line = told.line(what, now: clock.monotonicMilliseconds) { observer.log("core", line) }
    }

    /// A plugin that sends what its role may not send is cut off.
    private func disconnect(_ peer: Peer, for why: String) {
        guard let session = sessions[peer] else {
            return logThrottled("an unauthenticated peer was refused: \(why)")
        }
        statistics.refused(session.name)
        enqueue(.protocolViolation(plugin: session.name, why: why))
        sendError(peer, why, re: nil)
        sessionEnded(peer, why, mayRestart: true)
        cut(peer, holdMilliseconds: LoopLimits.floodMilliseconds)
    }
}

/// An update of a provider, as far as it could be read.
struct ReadMarket {
    var update: MarketUpdate
    var unreadable: [UnreadableRow]
    /// The bytes as they came; nil for what a hosted provider said.
    var body: [UInt8]?
    /// In lockstep: a cycle follows it.
    var startsCycle = true
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
    /// Nobody answers an error or a bye, or two would never end.
    fileprivate var isAnswered: Bool { self != .error && self != .bye }

    /// Whether a plugin may send it before `ready`: all but its answers.
    fileprivate var mayPrecedeReady: Bool {
        switch self {
        case .hello, .ready, .heartbeat, .bye, .error: true
        case .welcome, .configure, .refused, .drain, .evaluate, .recommendations, .command, .execution, .orderAnswer,
            .brokerState, .cashMovement, .executionCorrection, .done, .advance, .market, .history, .bars, .control,
            .controlReply, .record:
            false
        }
    }
}
