import AlpacaAPI
import AlpacaMarketData
import AlpacaTransport
import PluginKit
import Trading

/// Alpaca's prices over the network: a ``MarketFeed`` with its socket and its requests.
///
/// - I-AT-2 holds here too: the key goes into headers and the first message of the stream, and nowhere else.
package struct AlpacaDataProvider: LiveProvider {
    private var feed: MarketFeed
    private let transport: Transport
    private let site: AlpacaSite
    private let stream: WebAddress
    private let streamTarget: String
    private var files: ConditionFiles
    private var lastTag: Int64 = 0
    private var socket: Int64?
    /// Requests under way, with the feed's number of each.
    private var questions: [Int64: (number: Int64, question: Question)] = [:]

    package init(settings: AlpacaDataSettings, at time: Timestamp) throws {
        files = try ConditionFiles(settings.conditions ?? [], at: time)
        let options = try settings.options(files.tables)
        (site, stream) = (try settings.site(), try settings.stream())
        streamTarget = "/v2/" + options.feed.rawValue
        transport = try Transport(authorities: settings.certificates)
        feed = MarketFeed(options, at: time)
    }

    package var hasHistory: Bool { true }
    package var descriptors: [CInt] { [transport.descriptor] }
    package var nextDue: Timestamp? { files.due.map { min($0, feed.nextDue) } ?? feed.nextDue }

    package mutating func askHistory(
        period: TimeSpan, count: Int64, number: Int64, at time: Timestamp
    ) throws -> [ProviderOutput] {
        perform(feed.askHistory(period, count, number: number, at: time))
    }

    package mutating func tick(at time: Timestamp) throws -> [ProviderOutput] {
        var outputs: [ProviderOutput] = []
        for event in transport.take() { outputs += perform(take(event, at: time)) }
        if files.readAgain(at: time) { outputs += perform(feed.take(files.tables, at: time)) }
        return outputs + perform(feed.advance(to: time))
    }

    // MARK: - What has happened

    private mutating func take(_ event: TransportEvent, at time: Timestamp) -> [MarketFeed.Action] {
        if event.tag == socket { return takeSocket(event, at: time) }
        guard let (number, question) = questions.removeValue(forKey: event.tag) else { return [] }
        switch event {
        case .answered(_, let response): return feed.take(question.reply(response), to: number, at: time)
        case .failed(_, let failure): return feed.take(.failed(.other("\(failure)")), to: number, at: time)
        case .opened, .item, .message, .pong, .closed: return []
        }
    }

    private mutating func takeSocket(_ event: TransportEvent, at time: Timestamp) -> [MarketFeed.Action] {
        switch event {
        case .opened: return feed.opened(at: time)
        case .message(_, let bytes, _): return feed.take(frame: bytes, at: time)
        case .pong: return feed.ponged(at: time)
        case .failed(_, let failure), .closed(_, let failure):
            log("info", "the stream of market data: \(failure)")
            socket = nil
            return feed.closed(at: time)
        case .answered, .item: return []
        }
    }

    // MARK: - What is done

    private mutating func perform(_ actions: [MarketFeed.Action]) -> [ProviderOutput] {
        actions.flatMap { perform($0) }
    }

    private mutating func perform(_ action: MarketFeed.Action) -> [ProviderOutput] {
        switch action {
        case .connect:
            closeSocket()
            let tag = nextTag()
            socket = tag
            transport.openSocket(WebRequest(.get, streamTarget, at: stream), tag: tag)
        case .authenticate: say(.authenticate(site.credentials))
        case .subscribe(let subscription): say(.subscribe(subscription))
        case .ping: if let socket { transport.ping(socket) }
        case .close: closeSocket()
        case .ask(let number, let question):
            let tag = nextTag()
            questions[tag] = (number, question)
            transport.send(question.request(at: site), tag: tag)
        case .update(let update): return [.update(update)]
        case .history(let number, let bars): return [.history(number, bars)]
        case .historyFailed(let number, let why): return [.failed(number, why: why)]
        case .tell(let level, let text): log(level.rawValue, text)
        }
        return []
    }

    private mutating func nextTag() -> Int64 {
        lastTag += 1
        return lastTag
    }

    private func say(_ command: Alpaca.DataStreamCommand) {
        if let socket { transport.send(command.json(.exact).bytes, to: socket) }
    }

    private mutating func closeSocket() {
        if let socket { transport.cancel(socket) }
        socket = nil
    }
}

extension Question {
    fileprivate func request(at site: AlpacaSite) -> WebRequest {
        switch self {
        case .calendar(let query): site.request(.calendar(query))
        case .actions(let query): site.request(.corporateActions(query))
        case .bars(let query): site.request(Self.bars(query))
        case .snapshots(let query): site.request(.stockSnapshots(query))
        }
    }

    private static func bars(_ query: Alpaca.HistoryQuery) -> Alpaca.Endpoint<Alpaca.HistoryPage<Alpaca.Bar>> {
        .history(.stocks, query)
    }

    fileprivate func reply(_ response: WebResponse) -> Reply {
        guard (200...299).contains(response.status) else {
            let refusal = Alpaca.Refusal(status: response.status, headers: response.headers, body: response.body)
            switch response.status {
            case 401: return .failed(.unauthorized)
            case 429: return .failed(.rateLimited)
            case 400...499: return .failed(.forbidden("status \(refusal.status): \(refusal.message)"))
            default: return .failed(.other("status \(refusal.status)"))
            }
        }
        do throws(Alpaca.DecodingError) {
            switch self {
            case .calendar(let query): return .calendar(try Alpaca.Endpoint.calendar(query).decode(response.body))
            case .actions(let query): return .actions(try Alpaca.Endpoint.corporateActions(query).decode(response.body))
            case .bars(let query): return .bars(try Self.bars(query).decode(response.body))
            case .snapshots(let query):
                return .snapshots(try Alpaca.Endpoint.stockSnapshots(query).decode(response.body))
            }
        } catch {
            return .failed(.other("the answer cannot be read: \(error)"))
        }
    }
}
