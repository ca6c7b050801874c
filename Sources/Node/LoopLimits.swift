/// What the loop allows others.
enum LoopLimits {
    /// Recommendations of one policy in one cycle.
    static let recommendations = 100_000
    /// What a hello counts for in what a plugin may say.
    static let messagesForHello: Int64 = 25
    /// Lines of a changed configuration that are told.
    static let changesTold = 200
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
    /// How long the key of one that floods, or sends what another role may send, is not let in.
    static let floodMilliseconds: Int64 = 60_000
    /// The same of one that says too much before its hello; a process of this host waits longer each time (I-SOCK-12).
    static let excessMilliseconds: Int64 = 1_000
    /// How often an alert says that a key is used by two hosts.
    static let rivalMilliseconds: Int64 = 60_000
    /// How often the log reports messages that belong to no session.
    static let throttledLogMilliseconds: Int64 = 1_000
    /// How often errors of one provider are told.
    static let errorMilliseconds: Int64 = 60_000
    /// How long a plugin may take over new settings.
    static let settingsMilliseconds: Int64 = 10_000
    /// Symbols of which it is told that a row of an update was left out.
    static let leftOutRows = 1_000
    /// As what a trouble of the journal is told, once in a run.
    static let journalSubject = "journal"
    /// How long providers may take over history before the run goes on without.
    static let historyMilliseconds: Int64 = 10_000
    /// Bars of history that are kept until the core takes them.
    static let historyBars = 500_000
    /// A turn that takes longer is time in which the core did not listen.
    static let busyMilliseconds: Int64 = 200
    /// Where every plugin works inside this process: from one look for signals to the next.
    static let lookMilliseconds: Int64 = 20
    /// From one look for processes that a plugin has left behind to the next.
    static let straysMilliseconds: Int64 = 1_000
    /// On a busy machine a plugin may be slow and not lost.
    static let graceMilliseconds: Int64 = 2_000
    /// How long a simulated broker may work on one message, and how long the tape waits for one that was lost.
    static let lockstepPatienceMilliseconds: Int64 = 20_000
}

/// signal(7)
enum SignalNumber {
    static let hangup: Int32 = 1
    static let kill: Int32 = 9
    static let terminate: Int32 = 15
}
