import SystemTime
import Trading
import Wire

/// A provider: a generator of market updates, each with its time.
public protocol Provider {
    associatedtype Settings: Decodable
    init(settings: Settings, lockstep: Bool) throws
    /// The next update, nil at the end. In real time it is sent when its time has come.
    mutating func next() throws -> MarketUpdate?
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

    mutating func start(_ welcome: Welcome) throws -> Ready {
        lockstep = welcome.lockstep
        provider = try P(
            settings: WireDecoder().decodeSettings(P.Settings.self, from: welcome.settings), lockstep: welcome.lockstep)
        (waiting, hasEnded) = (nil, false)
        if !lockstep { try fetch() }
        return Ready()
    }

    mutating func handle(_ message: Received) throws -> [Answer] {
        guard message.header.type == .advance else {
            throw PluginStartError(why: "a provider is asked to advance, not \(message.header.type.rawValue)")
        }
        guard let update = try provider?.next() else { throw PluginStartError(why: "the tape has ended") }
        return [Answer(.market, update, re: message.header.id)]
    }

    private mutating func fetch() throws {
        waiting = try provider?.next()
        hasEnded = waiting == nil
    }

    func nextTickMilliseconds() -> Int64? {
        guard !lockstep, let waiting else { return nil }
        return monotonicMilliseconds() + max(0, (waiting.at - wallClock()).wholeMilliseconds)
    }

    mutating func tick() throws -> [Answer] {
        guard let update = waiting else { return [] }
        try fetch()
        return [Answer(.market, update)]
    }
}
