import AlpacaAPI
import AlpacaTransport
import Glibc
import JSON
import PluginKit
import Trading

/// Finds out how a venue behaves, with small orders on a paper account: far limits, replacements, cancels, a pair of exits, refusals and
/// look-ups. What it has placed is canceled, and what it has bought is sold, at the end.
///
/// The record is what ``ProbeRecord`` says; each step of it is a fact that the adapter or `alpaca-venue` relies on.
struct AlpacaProbe {
    private let caller: Caller
    private let tell: (ExaminationFinding) -> Void
    private var record: ProbeRecord
    private let symbol: Symbol
    private let price: Price
    /// Half of it, a third of it, and twice as much, on the tick.
    private let below, lower, above: Price
    /// Of this probe alone.
    private let prefix: String
    private var lastOrder = 0
    private var placed: [Alpaca.OrderID] = []
    private let isMarketOpen: Bool

    /// Symbols that cost little and trade much.
    private static let candidates = ["F", "T", "PFE", "KO", "BAC", "INTC"]

    /// - Throws: where the stream cannot be heard, or nothing can be traded.
    init(_ caller: Caller, symbols: [Symbol]?, _ tell: @escaping (ExaminationFinding) -> Void) throws {
        (self.caller, self.tell) = (caller, tell)
        let candidates = symbols ?? Self.candidates.map { Symbol(unchecked: $0) }
        let held = Set(try caller.ask(.positions).elements.map(\.symbol))
        var query = Alpaca.OrderListQuery()
        (query.status, query.isNested, query.limit) = (.known(.open), true, 500)
        let ordered = Set(try caller.ask(.orders(query)).elements.compactMap(\.symbol))
        let free = candidates.filter { !held.contains($0) && !ordered.contains($0) }
        guard let chosen = free.first else {
            throw SettingsError("every symbol of the probe is held or has orders: \(candidates.map(\.text))")
        }
        symbol = chosen
        price = try Self.price(of: chosen, caller)
        let tick = PriceIncrement.usEquity
        below = try tick.rounded(Price(units: price.units / 2), .down)
        lower = try tick.rounded(Price(units: price.units / 3), .down)
        above = try tick.rounded(try price + price, .up)
        isMarketOpen = try caller.ask(.clock).isOpen
        let time = wallClock()
        prefix = "probe-\(time.nanoseconds / 1_000_000_000)"
        record = ProbeRecord(venue: caller.site.trading.description, at: "\(time)", symbol: chosen.text)
    }

    private static func price(of symbol: Symbol, _ caller: Caller) throws -> Price {
        var query = Alpaca.LatestQuery()
        query.symbols = Alpaca.Commas([symbol])
        let found = try caller.ask(.stockSnapshots(query)).entries.first { $0.symbol == symbol }?.value
        let prices = [found?.latestTrade?.price, found?.dailyBar?.close, found?.previousDailyBar?.close]
        guard let price = prices.compactMap({ $0 }).first(where: \.isPositive) else {
            throw SettingsError("\(symbol) has no price")
        }
        return price
    }

    /// - Returns: what was seen, with everything that could be tried.
    mutating func run() throws -> ProbeRecord {
        try caller.listen()
        say(
            "probe", true,
            "with \(symbol) at \(price), one share at a time, the market is \(isMarketOpen ? "open" : "closed")")
        // Whatever happens, what rests is taken back.
        defer { cleanUp() }
        restAndChange()
        refusals()
        exits()
        return record
    }

    private func say(_ what: String, _ isOK: Bool, _ words: String) {
        tell(ExaminationFinding(what, isOK: isOK, words))
    }

    // MARK: - Steps

    private mutating func restAndChange() {
        var order: Alpaca.Order?
        step("limit far below the market") { probe in
            order = probe.place(probe.limit(.buy, probe.below, as: probe.nextID()))
            probe.await(order?.id, [.new])
        }
        guard let first = order else { return }
        step("look-up by client order id") { probe in
            probe.call(.get, .order(clientOrderID: first.clientOrderID ?? Alpaca.ClientOrderID("")))
        }
        step("client order id twice") { probe in
            _ = probe.place(probe.limit(.buy, probe.below, as: first.clientOrderID?.text ?? ""))
        }
        var second: Alpaca.Order?
        step("replacement of the price") { probe in
            second = probe.change(first.id, ["limit_price": probe.text(probe.lower)], as: probe.nextID())
            probe.await(first.id, [.replaced])
            probe.call(.get, .order(first.id))
            if let id = second?.id { probe.call(.get, .order(id)) }
        }
        guard var last = second ?? order else { return }
        step("replacement that changes nothing") { probe in
            last = probe.change(last.id, ["limit_price": probe.text(probe.lower)], as: probe.nextID()) ?? last
        }
        step("cancel, and once more") { probe in
            probe.cancel(last.id)
            probe.await(last.id, [.canceled])
            probe.cancel(last.id)
            probe.call(.get, .order(last.id))
        }
    }

    private mutating func refusals() {
        step("a client order id that nobody has") { probe in
            probe.call(.get, .order(clientOrderID: Alpaca.ClientOrderID(probe.nextID())))
        }
        step("a price off the tick") { probe in
            let text = probe.below.units >= Price.scale ? "\(probe.below)1" : "\(probe.below)"
            _ = probe.place(
                probe.order([("side", "buy"), ("type", "limit"), ("limit_price", text)], as: probe.nextID()))
        }
        step("a sale of what is not held") { probe in
            _ = probe.place(
                probe.order(
                    [("side", "sell"), ("type", "stop"), ("stop_price", probe.text(probe.below))], as: probe.nextID()))
        }
    }

    private mutating func exits() {
        guard isMarketOpen else {
            for name in ["purchase at market", "pair of exits", "wash trade"] {
                record.steps.append(.init(name: name, omitted: "the market is closed"))
            }
            return say("probe", true, "exits are tried when the market is open: run it again then")
        }
        var bought: Alpaca.Order?
        step("purchase at market") { probe in
            bought = probe.place(
                probe.order([("side", "buy"), ("type", "market")], as: probe.nextID(), inForce: "day"))
            probe.await(bought?.id, [.fill])
        }
        guard bought != nil else { return }
        var pair: Alpaca.Order?
        step("pair of exits") { probe in
            var body = probe.order([("side", "sell"), ("type", "limit")], as: probe.nextID())
            body.append(.init(key: "order_class", value: .string("oco")))
            body.append(.init(key: "take_profit", value: probe.leg("limit_price", probe.above)))
            body.append(.init(key: "stop_loss", value: probe.leg("stop_price", probe.below)))
            pair = probe.place(body)
            probe.await(pair?.id, [.new])
            guard let pair else { return }
            probe.call(.get, .order(pair.id, nested: true))
            if let stop = pair.legs?.first {
                _ = probe.change(stop.id, ["stop_price": probe.text(probe.lower)], as: probe.nextID())
                probe.await(stop.id, [.replaced])
            }
        }
        // Legs of a group are exempt, so a single order rests.
        step("wash trade") { probe in
            if let pair {
                probe.cancel(pair.id)
                probe.await(pair.id, [.canceled])
            }
            let sale = probe.place(probe.limit(.sell, probe.above, as: probe.nextID()))
            probe.await(sale?.id, [.new])
            _ = probe.place(probe.limit(.buy, probe.above, as: probe.nextID()))
        }
    }

    // MARK: - Requests

    private func text(_ price: Price) -> String { "\(price)" }

    private mutating func nextID() -> String {
        lastOrder += 1
        return "\(prefix)-\(lastOrder)"
    }

    private func order(
        _ fields: [(String, String)], as id: String, of quantity: Quantity = .one, inForce: String = "gtc"
    ) -> [JSON.Member] {
        let common = [
            ("symbol", symbol.text), ("qty", "\(quantity)"), ("time_in_force", inForce), ("client_order_id", id),
        ]
        return (common + fields).map { JSON.Member(key: $0.0, value: .string($0.1)) }
    }

    private func limit(_ side: Alpaca.Side, _ price: Price, as id: String) -> [JSON.Member] {
        order([("side", side.rawValue), ("type", "limit"), ("limit_price", text(price))], as: id)
    }

    private func leg(_ key: String, _ price: Price) -> JSON {
        .object([JSON.Member(key: key, value: .string(text(price)))])
    }

    private mutating func place(_ body: [JSON.Member]) -> Alpaca.Order? {
        let found = exchange(.post, "/v2/orders", .object(body))
        if let found { placed.append(found.id) }
        return found
    }

    private mutating func change(_ id: Alpaca.OrderID, _ fields: [String: String], as next: String) -> Alpaca.Order? {
        let named = fields.merging(["client_order_id": next]) { first, _ in first }
        let members = named.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: .string($0.value)) }
        let endpoint = Alpaca.Endpoint.replace(id, Alpaca.OrderChange())
        let found = exchange(.patch, endpoint.target, .object(members))
        if let found { placed.append(found.id) }
        return found
    }

    private mutating func cancel(_ id: Alpaca.OrderID) {
        _ = exchange(.delete, Alpaca.Endpoint.cancel(id).target, nil)
    }

    private mutating func call(_ method: Alpaca.Method, _ endpoint: Alpaca.Endpoint<Alpaca.Order>) {
        _ = exchange(method, endpoint.target, nil)
    }

    /// - Returns: the order of the answer, where it has one.
    private mutating func exchange(_ method: Alpaca.Method, _ target: String, _ body: JSON?) -> Alpaca.Order? {
        let begun = wallClock()
        do {
            let response = try caller.send(caller.site.request(method, target, body?.bytes))
            note(method, target, body, response, (wallClock() - begun).wholeMilliseconds)
            guard (200...299).contains(response.status), !response.body.isEmpty else { return nil }
            return try Alpaca.decode(Alpaca.Order.self, from: response.body)
        } catch {
            if !record.steps.isEmpty { record.steps[record.steps.count - 1].omitted = "\(error)" }
            return nil
        }
    }

    private mutating func note(
        _ method: Alpaca.Method, _ target: String, _ body: JSON?, _ response: WebResponse, _ milliseconds: Int64
    ) {
        guard !record.steps.isEmpty else { return }
        var answer: JSON?
        do { answer = response.body.isEmpty ? nil : try JSONParser.parse(response.body, takesExponents: true) } catch {
            answer = .string(String(decoding: response.body.prefix(1_000), as: UTF8.self))
        }
        record.steps[record.steps.count - 1].exchanges.append(
            .init(
                method: method.rawValue, target: target, body: body, status: response.status,
                milliseconds: milliseconds, answer: answer))
    }

    // MARK: - The stream

    /// Runs one step: what the stream says meanwhile is of it.
    private mutating func step(_ name: String, _ body: (inout AlpacaProbe) -> Void) {
        let (first, begun) = (caller.heard.count, wallClock())
        record.steps.append(.init(name: name))
        body(&self)
        // What comes a little later belongs here, too.
        caller.hear(within: Self.quiet) { false }
        let index = record.steps.count - 1
        record.steps[index].events = caller.heard[first...].compactMap { heard in
            guard case .tradeUpdate = heard.message, let data = heard.json["data"] else { return nil }
            return .init(milliseconds: (heard.at - begun).wholeMilliseconds, data: data)
        }
        let done = record.steps[index]
        let answers = done.exchanges.map { "\($0.method) \($0.status) in \($0.milliseconds) ms" }
        let events = done.events.map { "\($0.name) after \($0.milliseconds) ms" }
        let words = (answers + events + [done.omitted].compactMap { $0 }).joined(separator: ", ")
        say("probe", done.omitted == nil, "\(name): \(words)")
    }

    private static let quiet = TimeSpan.milliseconds(500)

    private mutating func await(_ id: Alpaca.OrderID?, _ events: [Alpaca.TradeEvent]) {
        guard let id else { return }
        let isHeard = caller.hear(within: Caller.patience) {
            caller.heard.contains { heard in
                guard case .tradeUpdate(let update) = heard.message, update.order.id == id else { return false }
                return events.contains { update.event == .known($0) }
            }
        }
        if !isHeard, !record.steps.isEmpty {
            record.steps[record.steps.count - 1].omitted =
                "the stream did not tell \(events.map(\.rawValue)) within 10 s"
        }
    }

    // MARK: - The end

    private mutating func cleanUp() {
        record.steps.append(.init(name: "clean-up"))
        for _ in 0..<Self.mostSweeps {
            for id in placed { cancel(id) }
            caller.hear(within: Self.quiet) { false }
            do {
                let held = try caller.ask(.positions).elements.first { $0.symbol == symbol }
                guard let held, held.quantity.isPositive else { return }
                _ = place(
                    order([("side", "sell"), ("type", "market")], as: nextID(), of: held.quantity, inForce: "day"))
                caller.hear(within: Self.quiet) { false }
            } catch {
                say("probe", false, "what was bought of \(symbol) may still be held: \(error)")
                return
            }
        }
        say("probe", false, "what was bought of \(symbol) is still held: sell it at Alpaca")
    }

    private static let mostSweeps = 5
}
