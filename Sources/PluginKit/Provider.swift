import SystemTime
import Trading
import Wire

/// A provider: a generator of market updates, each with its time.
public protocol Provider {
    associatedtype Settings: Decodable
    init(settings: Settings, lockstep: Bool) throws
    /// The next update, nil at the end. In real time it is sent when its time has come.
    mutating func next() throws -> MarketUpdate?
    /// Whether it can be asked for bars from before its first update; no, unless it says so.
    var hasHistory: Bool { get }
    /// The newest closed bars of a period before its first update, of each symbol that it publishes: at most `count` of each, with
    /// their own times, none for a symbol that it has none of.
    mutating func history(period: TimeSpan, count: Int64) throws -> [Bar]
    /// How much of its data has been given, 0 to 1; nil, unless it says so: not known.
    var share: Double? { get }
}

extension Provider {
    public var hasHistory: Bool { false }
    public var share: Double? { nil }
    public mutating func history(period: TimeSpan, count: Int64) throws -> [Bar] { [] }
}

extension Provider {
    /// What it has of a request, in pieces, each with whole symbols.
    package mutating func pieces(of request: HistoryRequest) throws -> [HistoryBars] {
        try request.check(isKnown: hasHistory)
        return request.pieces(of: try history(period: request.period, count: request.count))
    }

    /// The next update, in lockstep.
    /// - Throws: also when the tape has ended.
    package mutating func advance() throws -> MarketUpdate {
        guard let update = try next() else { throw PluginStartError(why: "the tape has ended") }
        return update
    }
}

public enum ProviderMain {
    public static func run<P: Provider>(_ provider: P.Type, name: String, version: String) -> Never {
        PluginMain.run(ProviderRole<P>(), name: name, version: version)
    }
}

struct ProviderRole<P: Provider>: PluginRole {
    static var role: Role { .provider }
    private var provider: P?
    private var lockstep = false
    private var waiting: MarketUpdate?
    private var hasEnded = false
    private var fault: (any Error)?
    private var clock = GrowingClock()
    /// Of the newest update, so that time grows with each.
    private var lastAt = Timestamp(nanoseconds: .min)

    mutating func start(_ welcome: Welcome) throws -> Ready? {
        lockstep = welcome.lockstep
        provider = try P(
            settings: WireDecoder().decodeSettings(P.Settings.self, from: welcome.settings), lockstep: welcome.lockstep)
        (waiting, hasEnded, fault) = (nil, false, nil)
        if !lockstep { fetch() }
        if let fault { throw fault }
        return Ready(history: provider?.hasHistory == true ? Empty() : nil)
    }

    mutating func handle(_ message: Received) throws -> [Answer] {
        if message.header.type == .history { return try history(message) }
        guard message.header.type == .advance else {
            throw PluginStartError(why: "a provider is asked to advance, not \(message.header.type.rawValue)")
        }
        guard let update = try provider?.advance() else {
            throw PluginStartError(why: "it was asked before it was welcomed")
        }
        return [Answer(.market, update, re: message.header.id)]
    }

    private mutating func history(_ message: Received) throws -> [Answer] {
        let request = try message.data(HistoryRequest.self)
        return try (provider?.pieces(of: request) ?? []).map { Answer(.bars, $0, re: message.header.id) }
    }

    /// A fault is kept until the updates before it are sent.
    private mutating func fetch() {
        do {
            waiting = try provider?.next()
            hasEnded = waiting == nil
        } catch {
            (waiting, fault) = (nil, error)
        }
        // A clock that was set back stops nothing.
        if let update = waiting {
            waiting = clock.moved(update, after: lastAt)
            lastAt = max(lastAt, waiting?.at ?? lastAt)
        }
    }

    mutating func nextTickMilliseconds() -> Int64? {
        guard !lockstep else { return nil }
        if fault != nil { return monotonicMilliseconds() }
        guard let waiting else { return nil }
        return monotonicMilliseconds() + max(0, (waiting.at - clock.now()).wholeMilliseconds)
    }

    /// - Throws: what the provider's code threw: the process ends, to be started again.
    mutating func tick() throws -> [Answer] {
        if let fault { throw fault }
        guard let update = waiting else { return [] }
        fetch()
        return [Answer(.market, update)]
    }
}
