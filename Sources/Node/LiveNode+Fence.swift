import Messaging
import Orchestration
import Trading
import Wire
import Wording

/// Which core an adapter obeys (P8): what it is told of this one, what it says of another, and how a person frees it.
extension LiveNode {
    /// To a broker adapter; nil to any other plugin.
    func identity(for role: Role) -> CoreIdentity? {
        guard role == .broker else { return nil }
        return broker.lineage.map { CoreIdentity(journal: $0.journal, run: $0.run, epoch: epoch) }
    }

    /// The adapter is welcomed by a core that a person lets take over.
    func takesOver(_ name: PluginName, _ role: Role) -> Bool? { role == .broker && broker.freed == name ? true : nil }

    /// - Returns: whether it obeys another core: then it is not used, and a person hears of it.
    func refuseFenced(_ session: PluginSession, _ ready: Ready) -> Bool {
        guard session.role == .broker else { return false }
        // It was welcomed as one that is freed; a kit of an earlier minor may not have understood it.
        if broker.freed == session.name, ready.fence?.journal == broker.lineage?.journal { return false }
        guard let fence = ready.fence, let finding = finding(fence) else { return false }
        noteFenced(session, finding)
        return true
    }

    /// The adapter refuses a command, since it obeys another core.
    func handleFence(_ fence: CoreIdentity, _ session: PluginSession) {
        noteFenced(session, finding(fence) ?? .laterEpoch(fence.epoch, ours: epoch))
        sessionEnded(session.peer, "it obeys another core", mayRestart: false)
    }

    private func noteFenced(_ session: PluginSession, _ finding: FenceFinding) {
        observer.log(session.name.text, "it obeys another core: \(finding.words)")
        guard !failBroker(session.name, "it obeys another core: \(finding.words)") else { return }
        enqueue(.brokerFenced(name: session.name, finding: finding))
    }

    /// - Returns: nil when it has obeyed nobody but this core and those before it.
    private func finding(_ fence: CoreIdentity) -> FenceFinding? {
        if let journal = fence.journal, let ours = broker.lineage?.journal, journal != ours {
            return .otherJournal(epoch: fence.epoch)
        }
        if fence.epoch > epoch { return .laterEpoch(fence.epoch, ours: epoch) }
        guard let run = fence.run, let lineage = broker.lineage else { return nil }
        let isKnown = fence.epoch == epoch ? run == lineage.run : lineage.knows(run: run)
        return isKnown ? nil : .otherRun(epoch: fence.epoch)
    }

    // MARK: - A person frees it

    func free(_ name: PluginName, _ request: ControlRequest) -> ControlReply {
        if let why = objection(toFreeing: name) { return ControlReply(accepted: false, message: why) }
        guard var taking = broker.lineage else {
            return ControlReply(accepted: false, message: "this core has no identity that an adapter could obey")
        }
        taking.takeOver()
        do {
            // Durable with the turn that follows, and before the adapter is welcomed again.
            try node.setMetadata(Lineage.key, taking.journal)
        } catch {
            return ControlReply(accepted: false, message: "nothing was changed: \(error)")
        }
        broker.free(name, for: taking)
        enqueue(.brokerFreed(name: name, who: request.who, why: request.why))
        welcomeAgain(name)
        let halted =
            state.control.state == .halted ? "; then look at positions and orders, and say `bigbrother resume`" : ""
        return ControlReply(
            accepted: true,
            message:
                "\(name) is told to obey this core, and no other that it has obeyed before\(halted); `bigbrother status` says whether it does"
        )
    }

    private func objection(toFreeing name: PluginName) -> String? {
        guard configuration.spec(name, .broker) != nil else { return "the configuration names no broker \"\(name)\"" }
        guard state.reconciler.fencedOut?.broker == name else {
            return "\(name) obeys no other core as far as this one knows; nothing is to be freed"
        }
        return nil
    }

    /// A process of ours is started again; another one says hello again when it is told to.
    private func welcomeAgain(_ name: PluginName) {
        if processes.contains(name) { return processes.kill(name, because: "a person has freed it") }
        guard let session = sessions.session(name, .broker) else { return }
        sessionEnded(session.peer, "a person has freed it", mayRestart: false)
        sendError(session.peer, "say hello again", re: nil)
    }
}
