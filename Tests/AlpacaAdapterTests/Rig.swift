import AlpacaAPI
import AlpacaVenue
import Foundation
import SeededRandom
import Testing
import Trading

@testable import AlpacaAdapter

/// The desk with a venue instead of a network, and the core's books beside it: all that is told goes through the table of the
/// protocol, and each execution is booked once.
final class Rig {
    var venue: Venue
    var desk: OrderDesk
    private(set) var now: Timestamp
    /// As the core has them.
    private(set) var orders: [ClientOrderID: Order] = [:]
    private(set) var executions: [ExecutionID: (side: Side, quantity: Quantity)] = [:]
    private(set) var answers: [OrderAnswer] = []
    private(set) var states: [BrokerState] = []
    private(set) var finished: [Int64: DeskOutput.Finished] = [:]
    /// Everything that was told, in a few words, since it was taken last.
    private var told: [String] = []
    private(set) var sent: [String] = []
    /// Requests that never arrive.
    var lostMethod: Alpaca.Method?
    /// The adapter's process ends at its next request that changes something.
    var death: Death?
    private(set) var isDead = false
    private var socket: Int64 = 0
    private var kept = KeptRows()

    enum Death { case beforeRequest, afterRequest }
    /// Answers that come at last.
    private var lost: [(tag: Int64, due: Timestamp)] = []

    static let key = Alpaca.Credentials(key: "key", secret: "secret")
    /// How long the program waits for an answer.
    static let timeOut = TimeSpan.seconds(5)

    init(held: Int64 = 0, seed: Int64 = 1, _ change: (inout VenueConfiguration) -> Void = { _ in }) throws {
        var client = VenueConfiguration.Client(Self.key, cash: try Money("1000000"))
        if held > 0 {
            client.positions = [
                BrokerPosition(symbol: alfa, quantity: shares(held), averagePrice: price("100"))
            ]
        }
        var configuration = VenueConfiguration(clients: [client], listings: [.init(alfa)])
        configuration.seed = seed
        configuration.requestsPerMinute = 100_000
        change(&configuration)
        venue = try Venue(configuration, at: start)
        now = start
        desk = OrderDesk(account: AccountID(unchecked: "demo"), at: start)
        try quote("100.00", "100.10")
        listen()
        desk.setReady(true)
    }

    // MARK: - Time and market

    func quote(_ bid: String, _ ask: String) throws {
        try pass(1)
        try venue.apply(
            MarketUpdate(at: now, quotes: [.init(symbol: alfa, bid: price(bid), ask: price(ask), at: now)]))
        pump()
    }

    func bar(_ from: String, _ to: String, volume: Int64) throws {
        let bar = Bar(
            symbol: alfa, start: now, period: .seconds(60), open: price(from), high: max(price(from), price(to)),
            low: min(price(from), price(to)), close: price(to), volume: shares(volume))
        try venue.apply(MarketUpdate(at: bar.end, bars: [bar]))
        now = bar.end
        pump()
    }

    /// Second by second, as the program would be woken.
    func pass(_ seconds: Int64) throws {
        for _ in 0..<seconds {
            now = now + .seconds(1)
            try venue.advance(to: now)
            pump()
        }
    }

    func listen() {
        if socket > 0 { venue.close(socket) }
        socket += 1
        _ = venue.open(socket, path: "/stream")
        venue.receive(Alpaca.encode(Alpaca.TradingStreamCommand.authenticate(Self.key)), from: socket)
        venue.receive(Alpaca.encode(Alpaca.TradingStreamCommand.listen(["trade_updates"])), from: socket)
    }

    /// Another process, with what the one before had written down.
    func restart() throws {
        try kept.save(desk.chains)
        let chains = try kept.read()
        (lost, isDead, death) = ([], false, nil)
        desk = OrderDesk(account: AccountID(unchecked: "demo"), chains: chains, at: now)
        desk.setReady(true)
        listen()
        begin(.reconcile)
    }

    // MARK: - Commands

    @discardableResult
    func submit(_ orders: NewOrder..., as kind: OrderGroupKind? = nil) -> Int64 {
        let group = kind.map { _ in OrderGroupID(unchecked: "g-\(orders[0].clientOrderID)") }
        return begin(.submit(OrderSubmission(orders: orders, groupID: group, groupKind: kind)))
    }

    @discardableResult
    func begin(_ command: OrderCommand) -> Int64 {
        book(command)
        var output = DeskOutput()
        let number = desk.begin(command, at: now, &output)
        carryOut(output)
        pump()
        return number
    }

    /// As the core does before a command leaves.
    private func book(_ command: OrderCommand) {
        switch command {
        case .submit(let submission):
            for terms in submission.orders where orders[terms.clientOrderID] == nil {
                orders[terms.clientOrderID] = Order(
                    terms: terms, groupID: submission.groupID, groupKind: submission.groupKind, submittedAt: now)
            }
        case .replace(let replacement):
            guard let first = orders[replacement.clientOrderID],
                let next = replacement.successor(of: first, counting: .remaining, at: now)
            else { return }
            _ = orders[first.id]?.apply(.replaceRequested, at: now)
            orders[next.id] = next
        case .cancel(let id): _ = orders[id]?.apply(.cancelRequested, at: now)
        case .query, .reconcile: break
        }
    }

    func takeTold() -> [String] {
        defer { told = [] }
        return told
    }

    // MARK: - The network

    /// Until nothing is under way.
    private func pump() {
        guard !isDead else { return }
        var output = DeskOutput()
        for entry in lost where entry.due <= now { desk.take(.lost, of: entry.tag, at: now, &output) }
        lost.removeAll { $0.due <= now }
        carryOut(output)
        while true {
            var output = DeskOutput()
            for frame in venue.takeFrames() { take(frame, &output) }
            desk.advance(to: now, &output)
            if isDead { return }
            if output.requests.isEmpty, output.reports.isEmpty, output.finished.isEmpty { return }
            carryOut(output)
        }
    }

    private func take(_ frame: VenueFrame, _ output: inout DeskOutput) {
        if frame.closes { return listen() }
        guard frame.socket == socket else { return }
        do {
            let message = try Alpaca.decode(Alpaca.TradingStreamMessage.self, from: frame.bytes)
            if case .tradeUpdate(let update) = message { desk.take(update, at: now, &output) }
        } catch {
            Issue.record(error)
        }
    }

    private func carryOut(_ first: DeskOutput) {
        var pending = [first]
        while !isDead, let output = pending.popLast() {
            output.reports.forEach(take)
            for done in output.finished { finished[done.command] = done }
            for request in output.requests where !isDead {
                var next = DeskOutput()
                answer(request, &next)
                pending.insert(next, at: 0)
            }
        }
    }

    private func answer(_ request: AdapterRequest, _ output: inout DeskOutput) {
        sent.append("\(request.method.rawValue) \(request.target)")
        if request.method == lostMethod { return lost.append((request.tag, now + Self.timeOut)) }
        let isLast = death != nil && request.method != .get
        if isLast { isDead = true }
        if isLast, death == .beforeRequest { return }
        let response = venue.answer(
            VenueRequest(
                request.method.rawValue, request.target, headers: Self.key.headers, body: request.body ?? [],
                receivedAt: now))
        if isLast { return }
        if response.isWithheld {
            lost.append((request.tag, now + Self.timeOut))
        } else {
            desk.take(
                .response(status: response.status, headers: response.headers, body: response.body), of: request.tag,
                at: now, &output)
        }
    }

    // MARK: - The core's books

    private func take(_ report: AdapterReport) {
        switch report {
        case .execution(let report): take(report)
        case .answer(let answer, _):
            answers.append(answer)
            answer.executions.forEach(take)
            orders[answer.clientOrderID]?.status = answer.order?.status ?? .rejected
        case .state(let state, _): states.append(state)
        case .correction: break
        }
        if case .execution = report { told += words([report]) }
    }

    private func take(_ report: ExecutionReport) {
        #expect(report.defect == nil)
        let id = report.clientOrderID
        if let terms = report.terms, orders[id] == nil {
            orders[id] = Order(terms: terms, submittedAt: now)
        }
        guard var order = orders[id] else {
            Issue.record("a report about \(id), which nobody has placed")
            return
        }
        if let execution = report.executionID, let quantity = report.quantity, let cost = report.price {
            guard executions[execution] == nil else { return }
            executions[execution] = (order.terms.side, quantity)
            do { try order.book(quantity, at: cost) } catch { Issue.record(error) }
        }
        let before = order.status
        if order.apply(report.event, at: report.at) == .refused, before != .rejected {
            Issue.record("\(words([.execution(report)])) of an order that is \(before)")
        }
        if let terms = report.terms { order.terms = terms }
        orders[id] = order
        followReplacement(of: order, report.event)
    }

    /// What is reported on one of an order and its successor concerns the other.
    private func followReplacement(of order: Order, _ event: OrderEvent) {
        if let first = order.replacesOrder, orders[first]?.isWorking == true {
            _ = orders[first]?.apply(event == .rejected ? .replaceRejected : .replaced, at: now)
        }
        let next = orders.values.first { $0.replacesOrder == order.id && $0.status == .pendingNew }
        guard let next else { return }
        if order.status == .replaced {
            _ = orders[next.id]?.apply(.accepted, at: now)
        } else if !order.isWorking || event == .replaceRejected {
            _ = orders[next.id]?.apply(.rejected, at: now)
        }
    }

    /// By all that was told.
    func position(from held: Int64) -> Quantity {
        let units = executions.values.reduce(Int64(0)) {
            $0 + ($1.side == .buy ? $1.quantity.units : -$1.quantity.units)
        }
        return Quantity(units: shares(held).units + units)
    }

    /// As the venue has it.
    func heldAtVenue() throws -> Quantity {
        let response = venue.answer(
            VenueRequest("GET", "/v2/positions/ALFA", headers: Self.key.headers, receivedAt: now))
        guard response.status == 200 else { return .zero }
        return try Alpaca.decode(Alpaca.Position.self, from: response.body).quantity
    }

    /// By the person who owns the account, at the venue's own site.
    func byHand(_ method: Alpaca.Method, _ target: String, _ body: String = "") {
        _ = venue.answer(
            VenueRequest(
                method.rawValue, target, headers: Self.key.headers, body: Array(body.utf8), receivedAt: now))
        pump()
    }

    func openAtVenue() throws -> [Alpaca.Order] {
        let response = venue.answer(
            VenueRequest(
                "GET", "/v2/orders?status=open&nested=true&limit=500", headers: Self.key.headers, receivedAt: now))
        let rows = try Alpaca.decode([Alpaca.Order].self, from: response.body)
        let all = rows + rows.flatMap { $0.legs ?? [] }
        return all.filter { $0.status.known?.isTerminal == false }
    }

    func change(_ fault: String, _ permille: Int64) throws { try change([(fault, permille)]) }

    func change(_ rates: [(String, Int64)]) throws {
        venue.change(try #require(FaultRates(rates.map { (name: $0.0, permille: $0.1) })))
    }

    func mend() { venue.change(FaultRates()) }
}
