import SystemTime
import Trading
import Wire

/// What an adapter is given at its start.
public struct AdapterContext {
    public var account: AccountID
    /// Where it may keep files that outlive it.
    public var stateDirectory: String
    /// Time is the market data's, not the wall's.
    public var lockstep: Bool
    /// Nothing need outlive this process, as in a back-test.
    public var isEphemeral = false

    /// For tests of an adapter; the kit makes it from `welcome`.
    public init(account: AccountID, stateDirectory: String, lockstep: Bool) {
        self.account = account
        self.stateDirectory = stateDirectory
        self.lockstep = lockstep
    }
}

/// What an adapter sends to the core.
public enum BrokerMessage {
    case execution(ExecutionReport)
    case answer(OrderAnswer)
    case state(BrokerState)
    /// Cash that came or went by no execution; told once by its id, and best listed in the state for some days, too.
    case cash(CashMovement)
    /// An execution that does not count any more, or was another one.
    case correction(ExecutionCorrection)
}

/// A broker adapter: carries out commands at one venue, and reports.
public protocol BrokerAdapter {
    associatedtype Settings: Decodable
    init(settings: Settings, context: AdapterContext) throws
    var capabilities: BrokerCapabilities { get }
    /// The highest epoch that was ever seen here; persisted by the adapter before it acts on it.
    var highestEpoch: Int64 { get }
    /// It may be lower: a person has let another core take over. The kit keeps beside it of which journal the core is.
    mutating func fence(at epoch: Int64) throws
    mutating func handle(_ command: OrderCommand, at time: Timestamp) throws -> [BrokerMessage]
    mutating func market(_ update: MarketUpdate) throws -> [BrokerMessage]
    /// What happened at the venue by itself until now.
    mutating func tick(at time: Timestamp) throws -> [BrokerMessage]
}

public enum BrokerMain {
    public static func run<A: BrokerAdapter>(_ adapter: A.Type, name: String, version: String) -> Never {
        PluginMain.run(BrokerRole<A>(program: name), name: name, version: version)
    }
}

struct BrokerRole<A: BrokerAdapter>: PluginRole {
    static var role: Role { .broker }
    /// Of the program: two adapters of one account, each of its own kind, keep a file each.
    private let program: String
    private var adapter: A?
    private var obedience = Obedience()
    private var lockstep = false
    private var marketTime = Timestamp(nanoseconds: 0)
    private var nextTick: Int64 = 0
    private static var tickMilliseconds: Int64 { 20 }

    init(program: String) { self.program = program }

    mutating func start(_ welcome: Welcome) throws -> Ready? {
        lockstep = welcome.lockstep
        if adapter == nil {
            adapter = try A(
                settings: WireDecoder().decodeSettings(A.Settings.self, from: welcome.settings),
                context: AdapterContext(
                    account: welcome.account, stateDirectory: welcome.stateDirectory, lockstep: welcome.lockstep))
            try obedience.open(path: "\(welcome.stateDirectory)/\(program).core")
        }
        if let epoch = try obedience.welcomed(welcome) { try adapter?.fence(at: epoch) }
        let highest = adapter?.highestEpoch ?? 0
        return Ready(capabilities: adapter?.capabilities, fence: obedience.kept(highest: highest))
    }

    mutating func handle(_ message: Received) throws -> [Answer] {
        guard adapter != nil else { throw PluginStartError(why: "it was asked before it was welcomed") }
        let results: [BrokerMessage]
        switch message.header.type {
        case .command: results = try command(message)
        case .market:
            let update = try message.data(MarketUpdate.self)
            marketTime = max(marketTime, update.at)
            results = try adapter?.market(update) ?? []
        default: throw PluginStartError(why: "a broker adapter knows no \(message.header.type.rawValue)")
        }
        return results.map { $0.answer(re: message.header.id) } + [Answer(.done, Empty(), re: message.header.id)]
    }

    /// P8: a core of an older epoch, or of another journal, is refused whatever it asks.
    private mutating func command(_ message: Received) throws -> [BrokerMessage] {
        let epoch = message.header.epoch
        let highest = adapter?.highestEpoch ?? 0
        try obedience.admit(epoch: epoch, highest: highest)
        if epoch > highest { try adapter?.fence(at: epoch) }
        let (command, time) = (try message.command(OrderCommand.self), now)
        return try adapter?.handle(command, at: time) ?? []
    }

    private var now: Timestamp { lockstep ? marketTime : wallClock() }

    mutating func nextTickMilliseconds() -> Int64? { lockstep ? nil : nextTick }

    mutating func tick() throws -> [Answer] {
        nextTick = monotonicMilliseconds() + Self.tickMilliseconds
        let time = now
        return try adapter?.tick(at: time).map { $0.answer(re: nil) } ?? []
    }
}

extension BrokerMessage {
    func answer(re: String?) -> Answer {
        switch self {
        case .execution(let report): Answer(.execution, report, re: re)
        case .answer(let answer): Answer(.orderAnswer, answer, re: re)
        case .state(let state): Answer(.brokerState, state, re: re)
        case .cash(let movement): Answer(.cashMovement, movement, re: re)
        case .correction(let correction): Answer(.executionCorrection, correction, re: re)
        }
    }
}
