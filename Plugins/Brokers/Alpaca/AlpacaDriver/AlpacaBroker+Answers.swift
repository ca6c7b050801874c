import AlpacaAPI
import AlpacaAdapter
import AlpacaTransport
import PluginKit
import Trading

/// What comes in.
extension AlpacaBroker {
    mutating func take(_ event: TransportEvent, at time: Timestamp) throws {
        if event.tag == streamTag { return try takeFromStream(event, at: time) }
        if event.tag == feedTag { return takeFromFeed(event, at: time) }
        switch event {
        case .answered(let tag, let response):
            guard let outgoing = underWay.removeValue(forKey: tag) else { return }
            queue.answered(response.status, response.headers, at: time)
            try take(response, of: outgoing, at: time)
        case .failed(let tag, let failure):
            guard let outgoing = underWay.removeValue(forKey: tag) else { return }
            queue.lost()
            take(failure, of: outgoing, at: time)
        case .opened, .item, .message, .pong, .closed: break
        }
    }

    private mutating func take(_ response: WebResponse, of outgoing: Outgoing, at time: Timestamp) throws {
        if response.status == 401 { try carryOut(stream.take(.unauthorized, at: time), at: time) }
        switch outgoing.purpose {
        case .desk(let tag, let call):
            takeAccount(response, call)
            var output = DeskOutput()
            let answer = AdapterAnswer.response(
                status: response.status, headers: response.headers, body: response.body)
            desk.take(answer, of: tag, at: time, &output)
            if call.isOrderList, output.reports.contains(where: \.isExecution) { watch.listed(news: time) }
            absorb(output, at: time)
        case .setup(let part): try take(response, of: part, at: time)
        case .clock: takeClock(response, at: time)
        case .activities(let query): takeActivities(response, query, at: time)
        case .events: break
        }
    }

    /// Its state and flags are looked at with each list.
    private mutating func takeAccount(_ response: WebResponse, _ call: AdapterRequest.Call) {
        guard call.isAccount, (200...299).contains(response.status) else { return }
        let before = setup.obstacle
        do throws(Alpaca.DecodingError) {
            setup.refresh(try Alpaca.decode(Alpaca.Account.self, from: response.body))
        } catch {
            // The desk reads the same bytes, and says what is wrong with them.
        }
        if let obstacle = setup.obstacle, obstacle != before { log("error", obstacle) }
    }

    private mutating func take(_ failure: WebFailure, of outgoing: Outgoing, at time: Timestamp) {
        switch outgoing.purpose {
        case .desk(let tag, _):
            var output = DeskOutput()
            let answer: AdapterAnswer
            switch failure {
            case .notSent(let words): answer = .notSent(words)
            case .lost, .ended: answer = .lost
            }
            desk.take(answer, of: tag, at: time, &output)
            absorb(output, at: time)
        case .setup(let part):
            setup.failed(part, "\(failure)", at: time)
            log("warning", "\(site.trading): \(failure)")
        case .clock, .activities, .events: break
        }
    }

    // MARK: - The account before the stream

    mutating func ask(for part: AccountSetup.Part, at time: Timestamp) {
        let request: WebRequest
        switch part {
        case .account: request = site.request(.account)
        case .configuration: request = site.request(.configuration)
        case .clock: request = site.request(.clock)
        case .assets:
            var query = Alpaca.AssetListQuery()
            (query.status, query.assetClass) = (.known(.active), .known(.usEquity))
            request = site.request(.assets(query))
        }
        enqueue(Outgoing(purpose: .setup(part), request: request), at: time)
    }

    private mutating func take(_ response: WebResponse, of part: AccountSetup.Part, at time: Timestamp) throws {
        guard (200...299).contains(response.status) else {
            let refusal = Alpaca.Refusal(status: response.status, headers: response.headers, body: response.body)
            if response.status == 401 || response.status == 403 { throw keyRefused(refusal.words) }
            return setup.failed(part, refusal.words, at: time)
        }
        do throws(Alpaca.DecodingError) {
            try setup.take(part, response.body, at: time)
        } catch {
            return setup.failed(part, "its answer cannot be read: \(error)", at: time)
        }
        if part == .account { try setup.check(accountNumber) }
        guard setup.isComplete else { return }
        if let obstacle = setup.obstacle { throw SettingsError(obstacle) }
        let ahead = (setup.skew ?? .zero).wholeMilliseconds
        let assets = setup.assets?.count ?? 0
        log("info", "\(site.trading): account \(accountNumber), \(assets) assets, clock \(ahead) ms ahead")
    }

    func keyRefused(_ words: String) -> SettingsError {
        SettingsError(
            "\(site.trading) refuses the key (\(words)). Keys of the paper account and of the real one are others")
    }
}

extension AdapterReport {
    var isExecution: Bool {
        switch self {
        case .execution: true
        case .correction, .answer, .state: false
        }
    }
}
