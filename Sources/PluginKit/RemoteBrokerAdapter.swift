import SystemTime
import Trading
import Wire

/// What an adapter says of a command, or by itself.
public enum BrokerOutput {
    /// - Parameter answering: the number of the command; nil for what happened by itself. The order of an answer and a state
    ///   name theirs.
    case message(BrokerMessage, answering: Int64? = nil)
    /// A command is carried out as far as it can be: its last word.
    case done(Int64)
    /// Nothing was done for a command, or nobody knows what: its last word.
    case failed(Int64, why: String)
}

/// Whether an adapter can do what its core asks.
public enum BrokerReadiness: Equatable, Sendable {
    /// - Parameter why: for a person, such as `its stream of reports is down`.
    case waiting(why: String)
    case ready
}

/// A broker adapter whose venue is at the other end of a network: a command is answered when the venue has answered, and other
/// commands and reports come in between.
///
/// It has one thread, and never waits: what it waits for is a descriptor or a time, and ``tick(at:)`` follows. The core is
/// told `ready` only when ``readiness`` says so. When it says otherwise later, the session ends with `bye` and the reason: the core
/// sends nothing then, and asks for everything with the next `ready`. What is reported meanwhile is told after that.
public protocol RemoteBrokerAdapter {
    associatedtype Settings: Decodable
    init(settings: Settings, context: AdapterContext) throws
    var readiness: BrokerReadiness { get }
    /// Asked for when it is ready.
    var capabilities: BrokerCapabilities { get }
    /// The highest epoch that was ever seen here; persisted by the adapter before it acts on it.
    var highestEpoch: Int64 { get }
    /// It may be lower: a person has let another core take over. The kit keeps beside it of which journal the core is.
    mutating func fence(at epoch: Int64) throws
    /// - Parameter number: by which its output names the command. It grows, and is of this process.
    /// - Throws: nothing was done then.
    mutating func begin(_ command: OrderCommand, number: Int64, at time: Timestamp) throws -> [BrokerOutput]
    /// A session with the core has ended: nobody waits for the commands under way.
    mutating func sessionEnded()
    /// Readable when ``tick(at:)`` has something to do.
    var descriptors: [CInt] { get }
    /// When ``tick(at:)`` has something to do, by the clock of `time`; nil while only a descriptor says so.
    var nextDue: Timestamp? { get }
    mutating func tick(at time: Timestamp) throws -> [BrokerOutput]
}

extension BrokerMain {
    public static func run<A: RemoteBrokerAdapter>(_ adapter: A.Type, name: String, version: String) -> Never {
        PluginMain.run(RemoteBrokerRole<A>(program: name), name: name, version: version)
    }
}

struct RemoteBrokerRole<A: RemoteBrokerAdapter>: PluginRole {
    static var role: Role { .broker }
    private let program: String
    private var adapter: A?
    private var obedience = Obedience()
    private var clock = GrowingClock()
    /// The message of each command that is under way, by the adapter's number of it.
    private var commands: [Int64: String] = [:]
    private var lastNumber: Int64 = 0
    private var isReady = false
    /// Reports of the time without a session that is ready. What does not fit is found by the core in the lists, and so is what
    /// happened before the first one.
    private var kept: [Answer] = []
    private var wasReady = false

    init(program: String) { self.program = program }

    mutating func start(_ welcome: Welcome) throws -> Ready? {
        endSession()
        if adapter == nil {
            guard !welcome.lockstep else {
                throw SettingsError("time cannot be that of a tape (lockstep): this adapter's venue has its own")
            }
            adapter = try A(
                settings: WireDecoder().decodeSettings(A.Settings.self, from: welcome.settings),
                context: AdapterContext(
                    account: welcome.account, stateDirectory: welcome.stateDirectory, lockstep: welcome.lockstep))
            try obedience.open(path: "\(welcome.stateDirectory)/\(program).core")
        }
        if let epoch = try obedience.welcomed(welcome) { try adapter?.fence(at: epoch) }
        return becomeReady()
    }

    mutating func becomeReady() -> Ready? {
        guard let adapter, adapter.readiness == .ready else { return nil }
        (isReady, wasReady) = (true, true)
        return Ready(capabilities: adapter.capabilities, fence: obedience.kept(highest: adapter.highestEpoch))
    }

    mutating func takeKept() -> [Answer] {
        defer { kept = [] }
        return kept
    }

    var reasonToLeave: String? {
        guard isReady, case .waiting(let why)? = adapter?.readiness else { return nil }
        return why
    }

    mutating func endSession() {
        (isReady, commands) = (false, [:])
        adapter?.sessionEnded()
    }

    mutating func handle(_ message: Received) throws -> [Answer] {
        guard let highest = adapter?.highestEpoch, message.header.type == .command else {
            throw PluginStartError(why: "a broker adapter of its own time knows no \(message.header.type.rawValue)")
        }
        let epoch = message.header.epoch
        try obedience.admit(epoch: epoch, highest: highest)
        if epoch > highest { try adapter?.fence(at: epoch) }
        let command = try message.command(OrderCommand.self)
        lastNumber += 1
        commands[lastNumber] = message.header.id
        do {
            return answers(try adapter?.begin(command, number: lastNumber, at: clock.now()) ?? [])
        } catch {
            commands[lastNumber] = nil
            throw error
        }
    }

    var descriptors: [CInt] { adapter?.descriptors ?? [] }
    var worksAlone: Bool { adapter != nil }

    mutating func nextTickMilliseconds() -> Int64? {
        guard let due = adapter?.nextDue else { return nil }
        return monotonicMilliseconds() + max(0, (due - clock.now()).wholeMilliseconds)
    }

    mutating func tick() throws -> [Answer] { answers(try adapter?.tick(at: clock.now()) ?? []) }

    /// - Returns: what may be said now.
    private mutating func answers(_ outputs: [BrokerOutput]) -> [Answer] {
        var answers: [Answer] = []
        for output in outputs {
            switch output {
            case .message(let message, let number):
                let re = number.flatMap { commands[$0] }
                // Nobody waits any more for what was asked in a session before.
                if number == nil || re != nil { answers.append(message.answer(re: re)) }
            case .done(let number):
                if let re = commands.removeValue(forKey: number) { answers.append(Answer(.done, Empty(), re: re)) }
            case .failed(let number, let why):
                guard let re = commands.removeValue(forKey: number) else { continue }
                log("warning", "a command was not carried out: \(why)")
                answers.append(Answer(.error, Fault(reason: why), re: re))
            }
        }
        guard !isReady else { return answers }
        if wasReady { kept += answers.prefix(max(0, RemoteLimits.kept - kept.count)) }
        return []
    }
}

private enum RemoteLimits {
    static let kept = 10_000
}

/// Which core an adapter obeys, in the file and by the newest `welcome`.
struct Obedience {
    private var fence: CoreFence?
    /// As the newest `welcome` has it.
    private var core: CoreIdentity?

    mutating func open(path: String) throws { fence = try CoreFence(path: path) }

    /// - Returns: the epoch that the adapter is to keep, where a person has let this core take over.
    mutating func welcomed(_ welcome: Welcome) throws -> Int64? {
        core = welcome.core
        guard welcome.takesOver == true, let core else { return nil }
        try fence?.takeOver(by: core)
        return core.epoch
    }

    /// P8: a core of an older epoch, or of another journal, is refused whatever it asks.
    mutating func admit(epoch: Int64, highest: Int64) throws {
        try fence?.admit(epoch: epoch, of: core, highest: highest)
    }

    /// Nil before the first command.
    func kept(highest: Int64) -> CoreIdentity? {
        guard let kept = fence?.kept, kept.epoch >= highest else {
            return highest > 0 ? CoreIdentity(journal: nil, run: nil, epoch: highest) : nil
        }
        return kept
    }
}
