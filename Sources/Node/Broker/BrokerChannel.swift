import Orchestration
import Trading
import Wire

/// A command that is durable, on its way to the adapter.
struct BrokerCommand {
    let command: OrderCommand
    /// The core's number of it.
    let number: Int64
    /// As it stands in the journal; nil where there is none.
    let body: [UInt8]?
}

/// An update for a venue that trades on what we see.
struct ForwardedMarket {
    let update: MarketUpdate
    /// The bytes as they came, when all of them is taken.
    let body: [UInt8]?

    /// Without what an adapter of the minors before 2 does not know.
    func body(inMinor minor: Int64, _ codec: MessageCodec) throws -> [UInt8] {
        guard minor < ProtocolVersion.minorOfCashFlows else { return try body ?? codec.encode(update) }
        let first = update.spoken(inMinor: 0)
        return try first == update ? body ?? codec.encode(update) : codec.encode(first)
    }
}

/// The adapter that trades: what it works on, what waits until it has a place, and how one adapter gives way to another.
///
/// It sends nothing: ``next()`` says what may leave, and the loop says what became of it.
struct BrokerChannel {
    /// Since when the adapter works on a message, in milliseconds.
    private var unanswered: [String: Int64] = [:]
    /// Queries among them, with the core's number.
    private var queries: [String: Int64] = [:]
    /// Commands that wait until the adapter has finished with others; first in, first out.
    private var backlog: [BrokerCommand] = []
    /// Market data that the adapter gets as soon as it is durable here.
    private var market: [ForwardedMarket] = []
    /// Lockstep: the adapter is lost, and until then the tape waits for it to come back.
    private var awaitedUntilMilliseconds: Int64?
    /// The adapter that was asked to leave.
    private var departure: Departure?
    /// Adapters that have said hello and do not trade.
    private var standby: Set<PluginName> = []
    /// Which core this is; another one when a person lets it take an adapter over. Nil: adapters go by the epoch alone.
    private(set) var lineage: Lineage?
    /// The adapter that obeys this core from its next welcome on, since a person has said so.
    private(set) var freed: PluginName?

    init(lineage: Lineage? = nil) { self.lineage = lineage }

    private struct Departure {
        let name: PluginName
        /// Then it is killed, or its session ended.
        let untilMilliseconds: Int64
        /// That it is gone was an input of the core.
        var isReported = false
    }

    var isIdle: Bool { unanswered.isEmpty }
    var unansweredCount: Int { unanswered.count }
    var queryCount: Int { queries.count }
    var backlogCount: Int { backlog.count }
    var marketCount: Int { market.count }
    var standbyCount: Int { standby.count }

    // MARK: - Commands

    mutating func append(_ command: BrokerCommand) { backlog.append(command) }

    /// Takes the command that may leave now: so many are under way at once and no more.
    mutating func next() -> BrokerCommand? {
        guard !backlog.isEmpty, unanswered.count < LoopLimits.commandsUnderWay else { return nil }
        return backlog.removeFirst()
    }

    /// - Parameter id: of the message.
    mutating func sent(_ command: BrokerCommand, as id: String, now: Int64) {
        unanswered[id] = now
        if command.command.isQuery { queries[id] = command.number }
    }

    /// The adapter has finished with a message: what waits may go.
    mutating func finished(_ id: String) {
        unanswered[id] = nil
        queries[id] = nil
    }

    /// The number of the core's query that a message answers.
    /// - Parameter re: the message that it names.
    mutating func answered(_ re: String?) -> Int64? { re.flatMap { queries.removeValue(forKey: $0) } }

    /// The report that the adapter has finished can be lost: a place is not kept for ever. What became of the command is
    /// the core's to find out.
    mutating func expire(now: Int64) {
        for (id, since) in unanswered where now - since > LoopLimits.commandMilliseconds { finished(id) }
    }

    /// For how long the adapter has worked on the oldest message.
    func oldestMilliseconds(now: Int64) -> Int64? { unanswered.values.min().map { now - $0 } }

    // MARK: - The market for a venue that trades on what we see

    mutating func appendMarket(_ update: ForwardedMarket) { market.append(update) }

    mutating func takeMarket() -> [ForwardedMarket] {
        defer { market = [] }
        return market
    }

    mutating func sentMarket(as id: String, now: Int64) { unanswered[id] = now }

    // MARK: - Which core is obeyed

    /// - Parameter taking: this core from here on.
    mutating func free(_ name: PluginName, for taking: Lineage) { (freed, lineage) = (name, taking) }

    /// The adapter obeys this core.
    mutating func obeys(_ name: PluginName) { if freed == name { freed = nil } }

    // MARK: - The session

    mutating func sessionReady() { awaitedUntilMilliseconds = nil }

    /// - Returns: the commands that waited: they have not left.
    mutating func sessionEnded(now: Int64) -> [BrokerCommand] {
        (unanswered, queries) = ([:], [:])
        awaitedUntilMilliseconds = now + LoopLimits.lockstepPatienceMilliseconds
        defer { backlog = [] }
        return backlog
    }

    /// A tape that ran on would leave the venue behind, and a run could end with a plan half done.
    func isAwaited(now: Int64) -> Bool { awaitedUntilMilliseconds.map { now < $0 } ?? false }

    // MARK: - Swap

    /// - Returns: whether it is the first hello of this adapter, that does not trade.
    mutating func standBy(_ name: PluginName) -> Bool { standby.insert(name).inserted }

    mutating func dismiss(_ name: PluginName, untilMilliseconds: Int64) {
        departure = Departure(name: name, untilMilliseconds: untilMilliseconds)
    }

    mutating func engage(_ name: PluginName) {
        departure = nil
        standby.remove(name)
    }

    func isLeaving(_ name: PluginName) -> Bool { departure?.name == name }

    /// The adapter whose end the core waits for, and whether its time is over.
    func pendingDeparture(now: Int64) -> (name: PluginName, isOver: Bool)? {
        guard let departure, !departure.isReported else { return nil }
        return (departure.name, now >= departure.untilMilliseconds)
    }

    mutating func reportDeparture() { departure?.isReported = true }
}
