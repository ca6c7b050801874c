import SystemTime
import Trading
import Wire

/// What a live provider says.
public enum ProviderOutput: Equatable {
    /// What has become known. Its time is no later than that of the call, but for what a clock elsewhere is ahead.
    case update(MarketUpdate)
    /// The answer to a request for bars from before, by its number: the newest of each symbol that it publishes, none for a symbol that
    /// it has none of.
    case history(Int64, [Bar])
    /// Bars from before cannot be had.
    case failed(Int64, why: String)
}

/// A provider whose prices come from elsewhere when they come, and whose history takes a round trip.
///
/// It has one thread, and never waits: what it waits for is a descriptor or a time, and ``tick(at:)`` follows. It is made anew for
/// each session with the core, in real time alone.
public protocol LiveProvider {
    associatedtype Settings: Decodable
    init(settings: Settings, at time: Timestamp) throws
    /// Whether it can be asked for bars from before its first update.
    var hasHistory: Bool { get }
    /// - Parameter number: by which its output names the request.
    mutating func askHistory(
        period: TimeSpan, count: Int64, number: Int64, at time: Timestamp
    ) throws -> [ProviderOutput]
    /// Readable when ``tick(at:)`` has something to do.
    var descriptors: [CInt] { get }
    /// When ``tick(at:)`` has something to do, by the clock of `time`; nil while only a descriptor says so.
    var nextDue: Timestamp? { get }
    /// - Throws: the process ends, to be started again.
    mutating func tick(at time: Timestamp) throws -> [ProviderOutput]
}

extension ProviderMain {
    public static func run<P: LiveProvider>(_ provider: P.Type, name: String, version: String) -> Never {
        PluginMain.run(LiveProviderRole<P>(), name: name, version: version)
    }
}

struct LiveProviderRole<P: LiveProvider>: PluginRole {
    static var role: Role { .provider }
    private var provider: P?
    private var clock = GrowingClock()
    /// Requests under way, by the provider's number of each, with the messages that they are.
    private var requests: [Int64: (request: HistoryRequest, message: String)] = [:]
    private var lastNumber: Int64 = 0

    mutating func start(_ welcome: Welcome) throws -> Ready? {
        guard !welcome.lockstep else {
            throw SettingsError("time cannot be that of a tape (lockstep): this provider's market has its own")
        }
        endSession()
        let settings = try WireDecoder().decodeSettings(P.Settings.self, from: welcome.settings)
        let provider = try P(settings: settings, at: clock.now())
        self.provider = provider
        return Ready(history: provider.hasHistory ? Empty() : nil)
    }

    mutating func endSession() { (provider, requests) = (nil, [:]) }

    mutating func handle(_ message: Received) throws -> [Answer] {
        guard message.header.type == .history else {
            throw PluginStartError(why: "a provider of its own time knows no \(message.header.type.rawValue)")
        }
        let request = try message.data(HistoryRequest.self)
        try request.check(isKnown: provider?.hasHistory == true)
        lastNumber += 1
        requests[lastNumber] = (request, message.header.id)
        do {
            return answers(
                try provider?.askHistory(
                    period: request.period, count: request.count, number: lastNumber, at: clock.now()) ?? [])
        } catch {
            requests[lastNumber] = nil
            throw error
        }
    }

    var descriptors: [CInt] { provider?.descriptors ?? [] }

    mutating func nextTickMilliseconds() -> Int64? {
        guard let due = provider?.nextDue else { return nil }
        return monotonicMilliseconds() + max(0, (due - clock.now()).wholeMilliseconds)
    }

    mutating func tick() throws -> [Answer] { answers(try provider?.tick(at: clock.now()) ?? []) }

    private mutating func answers(_ outputs: [ProviderOutput]) -> [Answer] {
        outputs.flatMap { output -> [Answer] in
            switch output {
            case .update(let update): return [Answer(.market, update)]
            case .history(let number, let bars):
                guard let (request, re) = requests.removeValue(forKey: number) else { return [] }
                return request.pieces(of: bars).map { Answer(.bars, $0, re: re) }
            case .failed(let number, let why):
                guard let (_, re) = requests.removeValue(forKey: number) else { return [] }
                log("warning", why)
                return [Answer(.error, Fault(reason: why), re: re)]
            }
        }
    }
}

extension HistoryRequest {
    /// - Parameter isKnown: whether there is any history.
    /// - Throws: for what the core never asks.
    func check(isKnown: Bool) throws {
        guard isKnown, (1...BarNeed.most).contains(count), period.isBarPeriod else {
            throw PluginStartError(why: "history of \(count) bars of \(period) cannot be given")
        }
    }

    /// The newest of each symbol that are whole bars of this period, in pieces with whole symbols.
    func pieces(of bars: [Bar]) -> [HistoryBars] {
        let symbols = Dictionary(grouping: bars.filter { $0.isWhole(of: period) }, by: \.symbol)
        var pieces: [[Bar]] = [[]]
        for (_, rows) in symbols.sorted(by: { $0.key < $1.key }) {
            let newest = rows.sorted { $0.start < $1.start }.suffix(Int(count))
            if pieces[pieces.count - 1].count + newest.count > HistoryBars.most { pieces.append([]) }
            pieces[pieces.count - 1] += newest
        }
        return pieces.enumerated().map { index, bars in
            HistoryBars(bars: bars, isLast: index == pieces.count - 1 ? true : nil)
        }
    }
}
