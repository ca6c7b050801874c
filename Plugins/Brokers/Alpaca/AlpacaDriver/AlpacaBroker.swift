import AlpacaAPI
import AlpacaAdapter
import AlpacaTransport
import Glibc
import PluginKit
import Trading

/// The adapter for Alpaca: the desk and its rules with sockets, a clock and a file.
///
/// It is ready only while the stream of trade updates is listened to and what was missed before is known (I-AA-6). One thread has
/// everything; what it waits for is one descriptor and a time.
package struct AlpacaBroker: RemoteBrokerAdapter {
    let account: AccountID
    /// As Alpaca names it.
    let accountNumber: String
    let site: AlpacaSite
    let transport: Transport
    let memory: AdapterMemory
    var desk: OrderDesk
    var stream: Readiness
    var setup: AccountSetup
    var queue: RequestQueue<Outgoing>
    var cash: CashBook
    package private(set) var highestEpoch: Int64

    /// Requests under way, by the tag of the transport.
    var underWay: [Int64: Outgoing] = [:]
    /// The socket of the stream.
    var streamTag: Int64?
    var feed: ActivityFeed
    /// Its connection.
    var feedTag: Int64?
    private var lastTag: Int64 = 0
    /// The core's commands, by the desk's number: the kit's number of each.
    private var commands: [Int64: Int64] = [:]
    /// Lists that nobody but this adapter has asked for: whether the stream waits for it to be ready.
    var ownLists: [Int64: Bool] = [:]
    private var outputs: [BrokerOutput] = []
    /// Why the stream is down, for a person.
    var streamFault = "it is being opened"
    /// It was ready once: what is wrong from then on may pass.
    var hasBegun = false
    var watch: StreamWatch
    var chores: Chores
    /// Of activities that come in pages.
    var pages: [Alpaca.NonTradeActivity] = []
    private var savedAt = Timestamp(nanoseconds: 0)

    package init(settings: AlpacaSettings, context: AdapterContext) throws {
        Self.forbidCoreDumps()
        let now = wallClock()
        (account, site) = (context.account, try settings.site())
        accountNumber = settings.accountNumber ?? context.account.text
        memory = try AdapterMemory(folder: context.stateDirectory, account: context.account)
        let contents = try memory.read()
        (highestEpoch, cash) = (contents.epoch, contents.cash)
        desk = OrderDesk(account: context.account, chains: contents.chains, at: now)
        do throws(TransportError) {
            transport = try Transport(authorities: settings.certificates)
        } catch {
            throw SettingsError("there is no network: \(error)")
        }
        (stream, setup) = (Readiness(at: now), AccountSetup(at: now))
        feed = ActivityFeed(from: contents.cursor, at: now)
        queue = RequestQueue(requestsPerMinute: try settings.checkedRequests())
        (watch, chores) = (StreamWatch(at: now), Chores(at: now))
    }

    /// The key is in this process alone, and in no file that it leaves behind: setrlimit(2).
    private static func forbidCoreDumps() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        if setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) != 0 { log("warning", "core dumps are allowed") }
    }

    // MARK: - What the kit asks

    package var readiness: BrokerReadiness {
        guard setup.isComplete else {
            return .waiting(why: "the account cannot be read: \(setup.failure ?? "there was no answer yet")")
        }
        if let obstacle = setup.obstacle { return .waiting(why: obstacle) }
        return stream.isReady ? .ready : .waiting(why: "the stream of trade updates is down: \(streamFault)")
    }

    package var capabilities: BrokerCapabilities {
        var declaration = Declaration()
        declaration.requestsPerMinute = queue.requestsPerMinute
        let takesParts = setup.configuration?.isFractionalTradingEnabled != false
        declaration.assets = takesParts ? setup.assets ?? [] : []
        return declaration.capabilities
    }

    package mutating func fence(at epoch: Int64) throws {
        highestEpoch = epoch
        try save()
    }

    package mutating func begin(_ command: OrderCommand, number: Int64, at time: Timestamp) throws -> [BrokerOutput] {
        var output = DeskOutput()
        let work = desk.begin(command, in: phase(at: time), at: time, &output)
        commands[work] = number
        absorb(output, at: time)
        try send(at: time)
        return try takeOutputs(at: time)
    }

    package mutating func sessionEnded() { commands = [:] }

    package var descriptors: [CInt] { [transport.descriptor] }

    package var nextDue: Timestamp? {
        var dues = [stream.nextDue, desk.nextDue, queue.nextDue, setup.nextDue, chores.nextDue]
        if !setup.isComplete { dues[0] = nil }
        if stream.isReady { dues.append(watch.nextDue) }
        if setup.isComplete { dues.append(feed.nextDue.map(ownTime)) }
        return dues.compactMap { $0 }.min()
    }

    package mutating func tick(at time: Timestamp) throws -> [BrokerOutput] {
        for event in transport.take() { try take(event, at: time) }
        for part in setup.take(at: time) { ask(for: part, at: time) }
        if setup.isComplete { try carryOut(stream.advance(to: time), at: time) }
        try lookAfterStream(at: time)
        followEvents(at: time)
        doChores(at: time)
        var output = DeskOutput()
        desk.advance(to: time, &output)
        absorb(output, at: time)
        try send(at: time)
        if !memory.isSaved, savedAt + .seconds(1) <= time { try save(at: time) }
        return try takeOutputs(at: time)
    }

    /// Of the venue's clock.
    func venueTime(_ time: Timestamp) -> Timestamp { setup.skew.map { time + $0 } ?? time }

    private func ownTime(_ time: Timestamp) -> Timestamp {
        setup.skew.map { time + TimeSpan(nanoseconds: -$0.nanoseconds) } ?? time
    }

    func phase(at time: Timestamp) -> SessionPhase { USEquityCalendar.phase(at: venueTime(time)) }

    // MARK: - What the desk says

    mutating func absorb(_ output: DeskOutput, at time: Timestamp) {
        if !output.reports.isEmpty || !output.requests.isEmpty { memory.markChanged() }
        for report in output.reports {
            switch report {
            case .execution(let report): outputs.append(.message(.execution(report)))
            case .correction(let correction): outputs.append(.message(.correction(correction)))
            case .answer(let answer, let work):
                if let number = commands[work] { outputs.append(.message(.answer(answer), answering: number)) }
            case .state(let state, let work):
                guard let number = commands[work] else { continue }
                var state = state
                state.cashMovements = cash.listed.isEmpty ? nil : cash.listed
                outputs.append(.message(.state(state), answering: number))
            }
        }
        for request in output.requests {
            let web = site.request(request.method, request.target, request.body)
            enqueue(Outgoing(purpose: .desk(request.tag, request.call), request: web), at: time)
        }
        for finished in output.finished { finish(finished, at: time) }
    }

    private mutating func finish(_ finished: DeskOutput.Finished, at time: Timestamp) {
        if let waits = ownLists.removeValue(forKey: finished.command) {
            return listed(finished.failure, streamWaits: waits, at: time)
        }
        guard let number = commands.removeValue(forKey: finished.command) else { return }
        outputs.append(finished.failure.map { .failed(number, why: $0) } ?? .done(number))
    }

    mutating func tell(_ message: BrokerMessage) { outputs.append(.message(message)) }

    /// What the core books is on the disk before: an execution that was told once is known for ever, whatever tells of it again.
    private mutating func takeOutputs(at time: Timestamp) throws -> [BrokerOutput] {
        if !memory.isSaved, outputs.contains(where: \.isBooked) { try save(at: time) }
        defer { outputs = [] }
        return outputs
    }

    // MARK: - What leaves

    mutating func nextTag() -> Int64 {
        lastTag += 1
        return lastTag
    }

    mutating func enqueue(_ outgoing: Outgoing, at time: Timestamp) {
        queue.append(outgoing, as: outgoing.urgency, at: time)
    }

    private mutating func send(at time: Timestamp) throws {
        for overdue in queue.takeOverdue(at: time) {
            guard case .desk(let tag, _) = overdue.purpose else { continue }
            var output = DeskOutput()
            desk.take(.notSent("no request of this minute was left for it"), of: tag, at: time, &output)
            absorb(output, at: time)
        }
        for outgoing in queue.take(at: time) {
            if outgoing.urgency == .order, !memory.isSaved { try save(at: time) }
            let tag = nextTag()
            if case .events = outgoing.purpose { feedTag = tag } else { underWay[tag] = outgoing }
            transport.send(outgoing.request, tag: tag)
        }
    }

    private mutating func save(at time: Timestamp) throws {
        try save()
        savedAt = time
    }

    private func save() throws {
        var contents = AdapterMemory.Contents(account: account)
        (contents.epoch, contents.chains, contents.cash) = (highestEpoch, desk.chains, cash)
        contents.cursor = feed.cursor
        try memory.save(contents)
    }
}

extension BrokerOutput {
    /// The core books something by it.
    fileprivate var isBooked: Bool {
        guard case .message(let message, _) = self else { return false }
        switch message {
        case .execution(let report): return report.executionID != nil
        case .answer(let answer): return !answer.executions.isEmpty
        case .correction, .cash: return true
        case .state(let state): return state.cashMovements != nil
        }
    }
}
