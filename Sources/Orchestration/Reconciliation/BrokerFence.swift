import Trading

/// What an adapter says that obeys another core (P8).
package enum FenceFinding: Sendable, Hashable, Codable {
    /// Of another journal: ours is younger, or somebody has begun one beside it.
    case otherJournal(epoch: Int64)
    /// Of this journal, and later than this run: ours is an older copy, or the other one was started after it.
    case laterEpoch(Int64, ours: Int64)
    /// Of this journal, by a run that it does not know: two copies of it have gone on.
    case otherRun(epoch: Int64)
}

/// Since when the adapter obeys another core.
package struct FencedOut: Sendable, Hashable, Codable {
    package let broker: PluginName
    package let finding: FenceFinding
    package let since: Timestamp
}

/// The account is another core's: that is an emergency, and nothing is sent until a person has said which of the two trades.
extension Orchestrator {
    mutating func brokerFenced(_ name: PluginName, _ finding: FenceFinding) {
        guard state.chosenBroker == name else { return }
        let isNews = state.reconciler.fenceOut(FencedOut(broker: name, finding: finding, since: state.now))
        if isNews { alert(.emergency, nil, .brokerFenced(name, finding)) }
        restrict(to: .halted, why: .fenced(name, finding))
    }

    /// A person has said that the adapter is to obey this core.
    mutating func brokerFreed(_ name: PluginName, who: String, why: String) {
        alert(.warning, nil, .brokerFreed(name, who: who, why: why))
    }
}
