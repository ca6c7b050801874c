import Messaging
import Orchestration
import Trading
import Wire

/// Plugins that work inside this process (``HostedPlugin``).
///
/// - I-INPROC-1: A run gives the same journal whether a plugin is hosted or has a process. What a hosted one says is taken at
///   the moment at which the loop would have taken its messages: reports of the broker together, after all that caused them;
///   answers of policies when no report is left.
extension LiveNode {
    func startHosted(_ spec: PluginSpec) {
        guard let plugin = hosted[spec.name] else { return }
        statistics.saidHello(spec.name, version: ProtocolVersion.text)
        let session = sessions.openHosted(spec, HostedPlugins.peer(spec), now: clock.monotonicMilliseconds)
        let welcome = Welcome(
            session: session.id, account: configuration.core.account, settings: spec.settings,
            heartbeatMilliseconds: options.heartbeatMilliseconds, lockstep: options.lockstep,
            stateDirectory: options.stateDirectory, core: identity(for: spec.role))
        do {
            let ready: Ready
            switch plugin {
            case .policy(let policy): ready = try policy.start(welcome)
            case .broker(let broker): ready = try broker.start(welcome)
            case .provider(let provider): ready = try provider.start(welcome)
            }
            becomeReady(session, ready)
        } catch {
            failHosted(session, "settings: \(error)")
        }
    }

    /// As if it had sent an error.
    private func failHosted(_ session: PluginSession, _ why: String, re: String? = nil, cycle: Int64? = nil) {
        let header = Header(type: .error, id: "", session: session.id, epoch: epoch, seq: 0, cycle: cycle, re: re)
        handleError(Fault(reason: why).reason.sentence, header, session)
    }

    // MARK: - Policies

    /// - Returns: whether it is one, and has answered.
    func askHosted(_ session: PluginSession, _ cycle: Int64, _ snapshot: PortfolioSnapshot) -> Bool {
        guard let policy = hosted.policy(session.name) else { return false }
        do {
            let part = snapshot.limited(to: session.needs ?? PolicyNeeds())
            let recommendations = try policy.evaluate(part)
            handleRecommendations(recommendations, cycle: cycle, re: nil, session)
        } catch {
            failHosted(session, "\(error)", cycle: cycle)
        }
        return true
    }

    // MARK: - The broker

    /// - Returns: whether it is one, and the command is done.
    func handHosted(_ command: BrokerCommand, _ session: PluginSession) -> Bool {
        guard let broker = hosted.broker(session.name) else { return false }
        let query = command.command.isQuery ? command.number : nil
        do {
            take(try broker.handle(command.command), query: query)
        } catch {
            enqueue(.brokerError(name: session.name, query: query, why: Fault(reason: "\(error)").reason.sentence))
        }
        return true
    }

    func forwardHosted(_ update: MarketUpdate, _ session: PluginSession) -> Bool {
        guard let broker = hosted.broker(session.name) else { return false }
        do {
            take(try broker.market(update), query: nil)
        } catch {
            enqueue(.brokerError(name: session.name, query: nil, why: Fault(reason: "\(error)").reason.sentence))
        }
        return true
    }

    /// - Parameter query: the question that the first answer among them answers.
    private func take(_ reports: [BrokerReport], query: Int64?) {
        var query = query
        for report in reports {
            let input = report.input(query: report.answersQuery ? query : nil)
            if report.answersQuery { query = nil }
            scheduler.isOpen ? enqueue(input) : hosted.keepEarly(input)
        }
    }

    // MARK: - The provider

    func advanceHosted(_ session: PluginSession) -> Bool {
        guard let provider = hosted.provider(session.name) else { return false }
        do {
            let update = try provider.next()
            let read = ReadMarket(
                update: update, unreadable: [], body: nil, startsCycle: provider.startsCycle)
            take(read, re: nil, session)
        } catch {
            failHosted(session, "\(error)")
        }
        return true
    }

    func askHosted(_ session: PluginSession, _ request: HistoryRequest) -> Bool {
        guard let provider = hosted.provider(session.name) else { return false }
        let id = "\(session.id)-\(request.period)"
        history.asked(session.name, request, as: id, now: clock.monotonicMilliseconds)
        do {
            for piece in try provider.history(request) {
                if let why = history.received(piece, re: id, from: session.name) {
                    observer.log(session.name.text, why)
                }
            }
        } catch {
            history.fail(session.name, Fault(reason: "\(error)").reason.sentence)
        }
        return true
    }
}
