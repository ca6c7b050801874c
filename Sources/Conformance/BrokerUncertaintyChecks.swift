import Foundation
import JSON
import Supervision
import Trading
import Wire

/// What holds for a broker adapter when something is lost, late, doubled or wrong.
enum BrokerUncertaintyChecks {
    static let all = [
        Check(
            "broker.done", "each command and each market is answered with exactly one done, with its re",
            in: Section.brokers, run: done),
        Check(
            "broker.duplicate-id",
            "a client order id that is known is not placed again: it is told what the order is now",
            in: Section.brokers, run: duplicate),
        Check(
            "broker.query-unknown", "query about an order that it never had is answered without order",
            in: Section.brokers, run: queryUnknown),
        Check(
            "broker.lost-acknowledgement", "when its words are lost, query and reconcile tell all of it",
            in: Section.brokers, run: lostWords),
        Check(
            "broker.fill-first", "a fill that is there before anything else is told, by its words or by query",
            in: Section.orders, run: fillFirst),
        Check(
            "broker.cancel-fill-race",
            "a cancel and a fill at once end in one of both, and position and executions agree", in: Section.orders,
            run: race),
        Check(
            "broker.epoch", "a command of an older epoch is refused with error, also by the next process",
            in: Section.brokers, needsProcess: true, run: epoch),
        Check(
            "broker.strict",
            "a command with an unknown field or value, a key twice, or a number for a decimal is refused, and nothing placed",
            in: Section.json, run: strict),
        Check(
            "broker.decimals", "prices and quantities come back as they were sent, and sums of them are exact",
            in: Section.json, run: decimals),
        Check(
            "broker.reconcile",
            "broker_state is the whole: account, positions, and every order that is not over, foreign ones included",
            in: Section.brokers, run: reconcile),
        Check(
            "broker.transitions", "every step of an order that was seen is in the table", in: Section.orders,
            run: transitions),
    ]

    private static func done(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        var ids: [String] = []
        for _ in 0..<5 {
            ids.append(try broker.send(.reconcile))
            if broker.capabilities.wantsMarketData { ids.append(try broker.sendQuote(broker.base)) }
        }
        for id in ids { _ = try broker.take(id, "one of \(ids.count) messages at once") }
        if let extra = try harness.listen().first(where: { $0.header.type == .done || $0.header.type == .brokerState })
        {
            throw Broken("a second \(extra.header.type.rawValue) came, with re \(extra.header.re ?? "absent")")
        }
        return "\(ids.count) messages at once, \(ids.count) done, in their order"
    }

    private static func duplicate(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let waiting = try broker.resting()
        try broker.place(waiting)
        let bought = broker.atMarket(.buy, broker.lots(3))
        try broker.place(bought)
        try broker.until(bought.clientOrderID, "fill") { $0 == .filled }
        var larger = waiting
        larger.quantity = broker.lots(20)
        for (what, terms) in [
            ("the same order", waiting), ("a filled order", bought), ("other terms under the same id", larger),
        ] {
            let words = try broker.ask(.submit(OrderSubmission(orders: [terms])))
            if words.reports.contains(where: { $0.event == .rejected }) {
                throw Broken("\(what), sent again, was answered with rejected: that is taken for the fate of the first")
            }
            guard !words.reports.isEmpty || words.error != nil else {
                throw Broken("\(what), sent again, was answered with nothing but done")
            }
        }
        if broker.capabilities.wantsMarketData { try broker.quote(broker.base) }
        try broker.agrees(since: start)
        return "sent again while it rests, when it is filled, and with other terms: one order each, one fill"
    }

    private static func queryUnknown(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.canLookUp else {
            throw NotApplicable("idempotency none: an order that is not open cannot be looked up")
        }
        let answer = try broker.query(broker.unknownOrder())
        guard answer.order == nil, answer.executions.isEmpty else {
            throw Broken("it knows an order that nobody placed: \(answer.order?.words ?? "")")
        }
        return "order_answer without order"
    }

    private static func lostWords(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let waiting = try broker.resting()
        let bought = broker.atMarket(.buy, broker.lots(3))
        var words: [String] = []
        for terms in [waiting, bought] {
            let id = try harness.send(
                .command, try harness.encoded(OrderCommand.submit(OrderSubmission(orders: [terms]))))
            // What it says is as good as lost.
            _ = try harness.rest(of: id, "submit")
            broker.expect(terms)
        }
        if broker.capabilities.wantsMarketData { try broker.passOver(broker.sendQuote(broker.base)) }
        for terms in [waiting, bought] {
            guard let found = try broker.adopt(terms.clientOrderID) else {
                throw Broken("query does not know \(terms.words), which it had taken")
            }
            guard found.terms == terms else {
                throw Broken("query tells other terms: \(found.words); \(terms.words) was asked for")
            }
            words.append("\(terms.type.rawValue): \(found.status.rawValue)")
        }
        try broker.agrees(since: start)
        return "its words were passed over; query told \(words.joined(separator: ", "))"
    }

    private static func fillFirst(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        guard broker.capabilities.orderTypes.contains(.limit) else {
            throw NotApplicable("it declares no limit orders")
        }
        let terms = broker.order(.buy, .limit, broker.lots(4), limit: try broker.price(1_040), role: .entry)
        let submit = try broker.send(.submit(OrderSubmission(orders: [terms])))
        // The market and the question are there before any report on the order.
        let market = broker.capabilities.wantsMarketData ? try broker.sendQuote(broker.price(1_000)) : nil
        let query = try broker.send(.query(clientOrderID: terms.clientOrderID))
        let first = try broker.take(submit, "submit").reports.map(\.event.rawValue)
        if let market { _ = try broker.take(market, "market") }
        let answer = try broker.take(query, "query").answer
        try broker.until(terms.clientOrderID, "fill of a limit that the market is through") { $0 == .filled }
        guard answer?.order != nil else { throw Broken("query, sent right behind the order, does not know it") }
        try broker.agrees(since: start)
        return
            "its words on the order: \(first.joined(separator: ", ")); query right behind it: \(answer?.order?.status.rawValue ?? "")"
    }

    private static func race(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.wantsMarketData else {
            throw NotApplicable("it takes no market data, so the kit cannot make a fill meet a cancel")
        }
        guard broker.capabilities.orderTypes.contains(.limit) else {
            throw NotApplicable("it declares no limit orders")
        }
        let start = try broker.held()
        var ends: [String] = []
        for fillsFirst in [true, false] {
            try broker.quote(broker.base)
            let terms = broker.order(.buy, .limit, broker.lots(4), limit: try broker.price(960), role: .entry)
            try broker.place(terms)
            let id = terms.clientOrderID
            let messages =
                fillsFirst
                ? [try broker.sendQuote(broker.price(950)), try broker.send(.cancel(clientOrderID: id))]
                : [try broker.send(.cancel(clientOrderID: id)), try broker.sendQuote(broker.price(950))]
            for message in messages { _ = try broker.take(message, "cancel and fill at once") }
            try broker.until(id, "end of an order that was filled and canceled at once") { $0.isTerminal }
            try broker.agrees(since: start)
            ends.append("\(fillsFirst ? "fill" : "cancel") first: \(try broker.known(id).status.rawValue)")
        }
        return ends.joined(separator: ", ")
    }

    private static func epoch(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let newest = harness.epoch + 4
        try harness.raise(to: newest)
        _ = try broker.state()
        let terms = try broker.resting()
        let refusal = try broker.ask(.submit(OrderSubmission(orders: [terms])), epoch: newest - 1)
        guard let why = refusal.error else {
            throw Broken("after epoch \(newest) it carried out a command of epoch \(newest - 1)")
        }
        guard try broker.state().openOrders.allSatisfy({ $0.id != terms.clientOrderID }) else {
            throw Broken("it refused the older epoch and placed its order")
        }
        try broker.reopen { try $0.open() }
        let later = try broker.ask(.reconcile, epoch: newest - 1)
        guard later.error != nil else {
            throw Broken("the next process answered epoch \(newest - 1): the highest epoch was not kept")
        }
        _ = try broker.state()
        return "epoch \(newest - 1) after \(newest): \(why); the next process too"
    }

    private static func strict(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        func body(_ terms: NewOrder) throws -> JSON {
            try harness.encoded(OrderCommand.submit(OrderSubmission(orders: [terms])))
        }
        var bodies: [(String, [UInt8])] = []
        for (what, change) in changes {
            let command = try body(broker.resting())
            guard let submit = command["submit"], case .array(let orders)? = submit["orders"], let order = orders.first
            else { continue }
            let changed = submit.setting("orders", to: .array([change(order)]))
            bodies.append((what, command.setting("submit", to: changed).bytes))
        }
        let plain = try body(broker.resting())
        let beside = plain["submit"]?.setting("hurry", to: .bool(true))
        bodies += [
            ("an unknown field beside orders", plain.setting("submit", to: beside).bytes),
            ("a command that there is not", Array(#"{"dance":{}}"#.utf8)),
            ("two commands in one", plain.setting("reconcile", to: .object([])).bytes),
            ("no JSON", Array(#"{"submit":"#.utf8)),
            ("a key twice", text(plain, replacing: #""symbol":"#, by: #""symbol":"OTHER","symbol":"#)),
        ]
        var taken: [String] = []
        for (what, bytes) in bodies {
            let id = try harness.send(.command, body: bytes)
            let words = try harness.rest(of: id, "error for \(what)")
            let isRefused = words.contains { $0.header.type == .error && $0.header.re == id }
            if !isRefused { taken.append(what) }
        }
        let rests = try broker.state().openOrders.filter {
            $0.id.text.hasPrefix("\(harness.shared.nonce).\(harness.number).")
        }
        guard rests.isEmpty else {
            throw Broken(
                "it placed \(rests.map(\.words).joined(separator: ", ")) although it had to refuse: \(taken.joined(separator: ", "))"
            )
        }
        guard taken.isEmpty else { throw Broken("not answered with error: \(taken.joined(separator: ", "))") }
        return "\(bodies.count) commands refused with error, nothing placed"
    }

    private static let changes: [(String, @Sendable (JSON) -> JSON)] = [
        ("an unknown field of an order", { $0.setting("iceberg", to: .string("10")) }),
        ("an unknown side", { $0.setting("side", to: .string("borrow")) }),
        ("an unknown type", { $0.setting("type", to: .string("pegged")) }),
        ("an unknown time in force", { $0.setting("time_in_force", to: .string("whenever")) }),
        ("a quantity that is a number", { $0.setting("quantity", to: .number("10")) }),
        ("a quantity with an exponent", { $0.setting("quantity", to: .string("1e1")) }),
        ("no quantity", { $0.setting("quantity", to: nil) }),
    ]

    private static func text(_ value: JSON, replacing part: String, by other: String) -> [UInt8] {
        Array(String(decoding: value.bytes, as: UTF8.self).replacingOccurrences(of: part, with: other).utf8)
    }

    private static func decimals(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let grid = broker.capabilities.priceIncrement(of: broker.symbol)
        var count = 0
        if broker.capabilities.orderTypes.contains(.limit) {
            // Prices that no binary fraction is equal to.
            for units in [1, 3, 7, 11, 29, 115, 435, 841, 1_999] as [Int64] {
                let exact = Price(units: grid.atOrAboveOne.units * units)
                let price = exact >= .one ? exact : Price(units: grid.belowOne.units * units)
                guard price < (try broker.price(900)) else { continue }
                try broker.place(broker.order(.buy, .limit, broker.lots(units), limit: price, role: .entry))
                count += 1
            }
            try broker.agrees(since: start)
        }
        for lots in [1, 2, 4] as [Int64] { try buyAndSettle(broker, broker.lots(lots)) }
        try broker.agrees(since: start)
        return
            "\(count) prices and quantities the same in words, list and query; \(broker.lots(1)) + \(broker.lots(2)) + \(broker.lots(4)) bought are \(try broker.bought())"
    }

    private static func buyAndSettle(_ broker: BrokerHarness, _ quantity: Quantity) throws {
        try BrokerChecks.buy(broker, quantity)
    }

    private static func reconcile(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        for _ in 0..<3 { try broker.place(broker.resting()) }
        try broker.agrees(since: start)
        let state = try broker.state()
        let resting = broker.orders.values.filter(\.isWorking).map(\.id).sorted()
        for id in resting where !state.openOrders.contains(where: { $0.id == id }) {
            throw Broken("broker_state does not list \(id), which rests")
        }
        guard let foreign = harness.plugin.guide.foreignOrders, !foreign.isEmpty else {
            return "3 of our orders listed; check.json names no foreign_orders, so none was looked for"
        }
        for id in foreign {
            guard let order = state.openOrders.first(where: { $0.id.text == id }) else {
                throw Broken("broker_state does not list the foreign order \(id)")
            }
            guard order.terms.role == .external else {
                throw Broken("the foreign order \(id) is listed as \(order.terms.role.rawValue)")
            }
        }
        return
            "3 of our orders and \(foreign.count) foreign listed, \(state.positions.count) positions, equity \(state.account.equity)"
    }

    private static func transitions(_ harness: PluginHarness) throws -> String {
        let seen = harness.shared.transitions
        guard !seen.isEmpty else { throw NotApplicable("no other check of orders was run") }
        let possible = OrderStatus.allCases.flatMap { status in
            OrderEvent.allCases.filter { !$0.isOurs && OrderLifeCycle.transition(status, $0) != .refused }.map {
                "\(status.rawValue)+\($0.rawValue)"
            }
        }
        return
            "\(seen.count) of the \(possible.count) that the table allows, none that it does not: \(seen.sorted().joined(separator: " "))"
    }
}
