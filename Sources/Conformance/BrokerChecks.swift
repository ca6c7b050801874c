import Trading
import Wire

/// What holds for a broker adapter: it carries out, and says what became of it.
enum BrokerChecks {
    static let all = [
        Check(
            "broker.capabilities", "ready declares capabilities that the core can plan with", in: Section.brokers,
            run: capabilities),
        Check(
            "broker.rests", "an order away from the market is taken, listed with its own terms, and not filled",
            in: Section.brokers, run: rests),
        Check(
            "broker.fills", "a market order is filled: executions with their ids, a position, and one answer to query",
            in: Section.brokers, run: fills),
        Check(
            "broker.types", "every declared order type is taken, and does what its name says", in: Section.brokers,
            run: types),
        Check("broker.time-in-force", "every declared time in force is kept", in: Section.brokers, run: timesInForce),
        Check(
            "broker.partial", "a part is partial_fill, the whole is fill; sums are exact", in: Section.orders,
            run: partial),
        Check(
            "broker.cancel", "a cancel ends an order with canceled and its count; one that fails is cancel_rejected",
            in: Section.brokers, run: cancel),
        Check(
            "broker.replace", "a replacement is restated with the new terms, or replaced by its successor",
            in: Section.brokers, run: replace),
        Check(
            "broker.replace-rejected", "a replacement that fails is replace_rejected, and the order works on",
            in: Section.brokers, run: replaceRejected),
        Check("broker.oco", "oco: when one is filled the other is canceled", in: Section.brokers, run: oco),
        Check(
            "broker.bracket", "bracket: target and stop are held until the entry is filled", in: Section.brokers,
            run: bracket),
        Check(
            "broker.whole", "a submission is taken or refused as a whole, with rejected and a reason for each order",
            in: Section.brokers, run: whole),
        Check("broker.reserves", "what it says of reserving shares is so", in: Section.brokers, run: reserves),
        Check("broker.self-cross", "what it says of orders against its own is so", in: Section.brokers, run: selfCross),
    ]

    private static func capabilities(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let declared = broker.capabilities
        _ = try broker.state()
        let types = declared.orderTypes.map(\.rawValue).joined(separator: " ")
        let groups = declared.groups.isEmpty ? "none" : declared.groups.map(\.rawValue).joined(separator: " ")
        return
            "types \(types); groups \(groups); times \(declared.timeInForce.map(\.rawValue).joined(separator: " ")); \(declared.idempotency.rawValue)"
    }

    private static func rests(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let terms = try broker.resting()
        try broker.place(terms)
        if broker.capabilities.wantsMarketData { try broker.quote(broker.price(1_010)) }
        let status = try broker.known(terms.clientOrderID).status
        guard [.new, .accepted].contains(status) else { throw Broken("\(terms.words) is \(status.rawValue)") }
        try broker.agrees(since: start)
        let listed = try broker.state().openOrders.first { $0.id == terms.clientOrderID }
        guard listed?.terms.role == terms.role else {
            throw Broken("broker_state gives it the role \(listed?.terms.role.rawValue ?? "?")")
        }
        return "\(terms.words) rests as \(status.rawValue); list, query and words agree"
    }

    private static func fills(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let buy = broker.atMarket(.buy, broker.lots(10))
        try broker.place(buy)
        try broker.until(buy.clientOrderID, "fill of a market order") { $0 == .filled }
        try broker.agrees(since: start)
        let sell = broker.atMarket(.sell, broker.lots(4))
        try broker.place(sell)
        try broker.until(sell.clientOrderID, "fill of a market order") { $0 == .filled }
        try broker.agrees(since: start)
        let price = try broker.known(buy.clientOrderID).averageFillPrice
        return
            "bought \(buy.quantity) at \(price ?? .zero), sold \(sell.quantity), in \(broker.executions.count) executions"
    }

    /// What the desk holds is bought at market, so that it can be sold.
    static func buy(_ broker: BrokerHarness, _ quantity: Quantity) throws {
        let terms = broker.atMarket(.buy, quantity)
        try broker.place(terms)
        try broker.until(terms.clientOrderID, "fill of a market order") { $0 == .filled }
    }

    private static func types(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let (start, declared) = (try broker.held(), broker.capabilities.orderTypes)
        try buy(broker, broker.lots(40))
        var seen = ["market: filled"]
        for type in OrderType.allCases where type != .market && declared.contains(type) {
            let terms = try sale(broker, type)
            try broker.place(terms)
            guard broker.capabilities.wantsMarketData else {
                try broker.carryOut(.cancel(clientOrderID: terms.clientOrderID))
                try broker.until(terms.clientOrderID, "cancel") { $0 == .canceled }
                seen.append("\(type.rawValue): rested")
                continue
            }
            try broker.quote(broker.price(1_001))
            guard try broker.known(terms.clientOrderID).isWorking else {
                throw Broken("\(terms.words) was executed at \(try broker.price(1_001)), before its price was reached")
            }
            // Its price is reached: from below for a limit, from above for what protects.
            try broker.quote(broker.price(type == .limit ? 1_060 : 940))
            try broker.until(terms.clientOrderID, "fill of \(terms.words) when its price was reached") { $0 == .filled }
            try broker.quote(broker.base)
            seen.append("\(type.rawValue): filled")
        }
        try broker.agrees(since: start)
        return seen.joined(separator: ", ")
    }

    private static func sale(_ broker: BrokerHarness, _ type: OrderType) throws -> NewOrder {
        let quantity = broker.lots(5)
        switch type {
        case .market: return broker.atMarket(.sell, quantity)
        case .limit: return broker.order(.sell, type, quantity, limit: try broker.price(1_050), role: .target)
        case .stop: return broker.order(.sell, type, quantity, stop: try broker.price(950), role: .stop)
        case .stopLimit:
            return broker.order(
                .sell, type, quantity, limit: try broker.price(900), stop: try broker.price(950), role: .stop)
        case .trailingStop: return broker.order(.sell, type, quantity, trail: try broker.price(50), role: .stop)
        }
    }

    private static func timesInForce(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        guard broker.capabilities.orderTypes.contains(.limit) else {
            throw NotApplicable("it declares no limit orders to try them with")
        }
        var seen: [String] = []
        for time in broker.capabilities.timeInForce {
            let terms = broker.order(.buy, .limit, broker.lots(2), limit: try broker.price(500), time, role: .entry)
            try broker.place(terms)
            switch time {
            case .ioc, .fok:
                try broker.until(terms.clientOrderID, "end of an \(time.rawValue) order that nobody takes") {
                    $0 == .canceled || $0 == .expired
                }
            case .day, .gtc:
                guard broker.capabilities.wantsMarketData, harness.plugin.lockstep else {
                    seen.append("\(time.rawValue): rests (the kit cannot move its clock)")
                    continue
                }
                try broker.nextDay()
                let isWorking = try broker.known(terms.clientOrderID).isWorking
                guard isWorking == (time == .gtc) else {
                    throw Broken(
                        "a \(time.rawValue) order \(isWorking ? "still works" : "is over") after the session's end")
                }
            }
            seen.append("\(time.rawValue): \(try broker.known(terms.clientOrderID).status.rawValue)")
        }
        try broker.agrees(since: start)
        return seen.joined(separator: ", ")
    }

    private static func partial(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.wantsMarketData else {
            throw NotApplicable("it takes no market data, so the kit cannot give it a thin market")
        }
        guard broker.capabilities.orderTypes.contains(.limit) else {
            throw NotApplicable("it declares no limit orders")
        }
        let start = try broker.held()
        let terms = broker.order(.buy, .limit, broker.lots(100), limit: try broker.price(990), role: .entry)
        try broker.place(terms)
        for round in 0..<20 {
            try broker.bar(
                low: broker.price(980), high: broker.price(1_000), close: broker.price(995), volume: broker.lots(60))
            try broker.agrees(since: start)
            let order = try broker.known(terms.clientOrderID)
            guard order.isWorking else {
                guard round > 0 else {
                    throw NotApplicable(
                        "\(terms.quantity) were filled at once by a bar of \(broker.lots(60)): it knows no partial fills"
                    )
                }
                return "\(broker.executions.count) executions of one order, \(order.filledQuantity) in all"
            }
        }
        let order = try broker.known(terms.clientOrderID)
        guard order.filledQuantity.isPositive else {
            throw NotApplicable("a bar through its limit filled nothing: it trades on quotes alone")
        }
        try broker.carryOut(.cancel(clientOrderID: terms.clientOrderID))
        try broker.until(terms.clientOrderID, "cancel of the rest") { $0 == .canceled }
        try broker.agrees(since: start)
        return
            "\(order.filledQuantity) of \(terms.quantity) in \(broker.executions.count) executions, the rest canceled"
    }

    private static func cancel(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        let terms = try broker.resting()
        try broker.place(terms)
        let id = terms.clientOrderID
        try broker.carryOut(.cancel(clientOrderID: id))
        try broker.until(id, "cancel") { $0 == .canceled }
        let again = try broker.carryOut(.cancel(clientOrderID: id)).reports
        guard again.contains(where: { $0.event == .cancelRejected || $0.event == .canceled }) else {
            throw Broken(
                "a second cancel was answered with \(again.isEmpty ? "nothing" : again.map(\.event.rawValue).joined(separator: " ")); canceled or cancel_rejected is right"
            )
        }
        let filled = broker.atMarket(.buy, broker.lots(1))
        try broker.place(filled)
        try broker.until(filled.clientOrderID, "fill") { $0 == .filled }
        for (what, id) in [
            ("an order that is filled", filled.clientOrderID), ("an order that never was", broker.unknownOrder()),
        ] {
            let events = try broker.carryOut(.cancel(clientOrderID: id)).reports.map(\.event)
            guard events.contains(.cancelRejected) else {
                throw Broken(
                    "cancel of \(what) was answered with \(events.isEmpty ? "nothing" : events.map(\.rawValue).joined(separator: " ")); cancel_rejected is right"
                )
            }
        }
        try broker.agrees(since: start)
        return "canceled; again: \(again.first?.event.rawValue ?? ""); filled and unknown orders: cancel_rejected"
    }

    private static func replace(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let declared = broker.capabilities
        guard declared.replacesPrice || declared.replacesQuantity else {
            throw NotApplicable("it declares neither replaces_price nor replaces_quantity")
        }
        let start = try broker.held()
        var seen: [String] = []
        for (what, applies) in [("price", declared.replacesPrice), ("quantity", declared.replacesQuantity)] {
            guard applies else {
                seen.append("\(what): not declared")
                continue
            }
            var terms = try broker.resting()
            try broker.place(terms)
            let isLimit = terms.limitPrice != nil
            var change = OrderReplacement(clientOrderID: terms.clientOrderID)
            if declared.replacement == .newID {
                change.newClientOrderID = ClientOrderID(unchecked: terms.clientOrderID.text + "r")
            }
            if what == "price" {
                if isLimit {
                    change.limitPrice = try broker.price(510)
                } else {
                    change.stopPrice = try broker.price(1_510)
                }
            } else {
                change.quantity = broker.lots(7)
            }
            try broker.carryOut(.replace(change))
            let heir = change.newClientOrderID ?? terms.clientOrderID
            terms.clientOrderID = heir
            (terms.limitPrice, terms.stopPrice) = (
                change.limitPrice ?? terms.limitPrice, change.stopPrice ?? terms.stopPrice
            )
            terms.quantity = change.quantity ?? terms.quantity
            try broker.until(heir, "word on the replacement") { $0 == .new || $0 == .accepted || $0.isTerminal }
            let order = try broker.known(heir)
            guard order.isWorking, order.terms == terms else {
                throw Broken(
                    "after a new \(what) the order is \(order.words), \(order.status.rawValue); \(terms.words) was asked for"
                )
            }
            try broker.agrees(since: start)
            seen.append("\(what): \(order.words)")
        }
        return seen.joined(separator: "; ")
    }

    private static func replaceRejected(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let declared = broker.capabilities
        let terms = try broker.resting()
        try broker.place(terms)
        try broker.carryOut(.cancel(clientOrderID: terms.clientOrderID))
        try broker.until(terms.clientOrderID, "cancel") { $0 == .canceled }
        var seen: [String] = []
        for (what, id) in [("canceled", terms.clientOrderID), ("unknown", broker.unknownOrder())] {
            var change = OrderReplacement(clientOrderID: id, quantity: broker.lots(3))
            if declared.replacement == .newID {
                let heir = broker.unknownOrder()
                change.newClientOrderID = heir
            }
            let words = try broker.ask(.replace(change))
            let events = words.reports.map(\.event)
            guard events.contains(.replaceRejected) else {
                throw Broken(
                    "replacing an order that is \(what) was answered with \(words.error.map { "error: \($0)" } ?? events.map(\.rawValue).joined(separator: " ")); replace_rejected is right"
                )
            }
            seen.append("\(what): replace_rejected")
        }
        if !declared.replacesPrice || !declared.replacesQuantity {
            let working = try broker.resting()
            try broker.place(working)
            let change = OrderReplacement(
                clientOrderID: working.clientOrderID, quantity: declared.replacesQuantity ? nil : broker.lots(3),
                limitPrice: declared.replacesPrice || working.limitPrice == nil ? nil : try broker.price(510))
            let words = try broker.ask(.replace(change))
            guard words.reports.contains(where: { $0.event == .replaceRejected }) || words.error != nil else {
                throw Broken("it declares no such replacement, and did not refuse one")
            }
            seen.append("not declared: refused")
        }
        return seen.joined(separator: ", ")
    }

    private static func exits(_ broker: BrokerHarness, _ quantity: Quantity) throws -> (
        target: NewOrder, stop: NewOrder
    ) {
        let hasStop = broker.capabilities.orderTypes.contains(.stop)
        let stop = broker.order(
            .sell, hasStop ? .stop : .stopLimit, quantity, limit: hasStop ? nil : try broker.price(900),
            stop: try broker.price(950), role: .stop)
        return (broker.order(.sell, .limit, quantity, limit: try broker.price(1_050), role: .target), stop)
    }

    private static func oco(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.groups.contains(.oco) else { throw NotApplicable("it declares no oco groups") }
        let start = try broker.held()
        try buy(broker, broker.lots(20))
        let (target, stop) = try exits(broker, broker.lots(10))
        try broker.submit([target, stop], group: .oco)
        for leg in [target, stop] {
            try broker.until(leg.clientOrderID, "word on a leg") { $0 != .pendingNew && $0 != .accepted }
        }
        try broker.agrees(since: start)
        guard broker.capabilities.wantsMarketData else {
            try broker.carryOut(.cancel(clientOrderID: target.clientOrderID))
            try broker.until(target.clientOrderID, "cancel") { $0 == .canceled }
            return "both legs rested (the kit cannot move its market)"
        }
        try broker.quote(broker.price(1_060))
        try broker.until(target.clientOrderID, "fill of the target") { $0 == .filled }
        try broker.until(stop.clientOrderID, "end of the stop when its target is filled") { $0 == .canceled }
        try broker.agrees(since: start)
        try broker.quote(broker.base)
        let (second, protection) = try exits(broker, broker.lots(10))
        try broker.submit([second, protection], group: .oco)
        try broker.until(protection.clientOrderID, "word on a leg") { $0 != .pendingNew && $0 != .accepted }
        try broker.quote(broker.price(940))
        try broker.until(protection.clientOrderID, "fill of the stop") { $0 == .filled }
        try broker.until(second.clientOrderID, "end of the target when its stop is filled") { $0 == .canceled }
        try broker.agrees(since: start)
        return "target filled, stop canceled; stop filled, target canceled"
    }

    private static func bracket(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.groups.contains(.bracket) else { throw NotApplicable("it declares no brackets") }
        guard broker.capabilities.orderTypes.contains(.limit) else {
            throw NotApplicable("it declares no limit orders to enter with")
        }
        let start = try broker.held()
        let entry = broker.order(.buy, .limit, broker.lots(10), limit: try broker.price(980), role: .entry)
        let (target, stop) = try exits(broker, broker.lots(10))
        try broker.submit([entry, target, stop], group: .bracket)
        try broker.until(entry.clientOrderID, "word on the entry") { $0 != .pendingNew && $0 != .accepted }
        for leg in [target, stop] {
            let status = try broker.known(leg.clientOrderID).status
            guard status == .held else {
                throw Broken("before its entry is filled, \(leg.words) is \(status.rawValue); held is right")
            }
        }
        try broker.agrees(since: start)
        guard broker.capabilities.wantsMarketData else { return "the legs are held (the kit cannot move its market)" }
        try broker.quote(broker.price(975))
        try broker.until(entry.clientOrderID, "fill of the entry") { $0 == .filled }
        for leg in [target, stop] {
            try broker.until(leg.clientOrderID, "life of a leg when its entry is filled") { $0 == .new }
        }
        try broker.quote(broker.price(1_060))
        try broker.until(target.clientOrderID, "fill of the target") { $0 == .filled }
        try broker.until(stop.clientOrderID, "end of the stop") { $0 == .canceled }
        try broker.agrees(since: start)
        return "held, then both at work, then one filled and the other canceled"
    }

    private static func whole(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        let start = try broker.held()
        // Nothing costs zero, and nobody sells what is no multiple of the step.
        let bad = broker.order(.buy, .limit, broker.lots(1), limit: .zero, role: .entry)
        let single = try broker.ask(.submit(OrderSubmission(orders: [bad])))
        try refused(single, [bad], broker)
        var seen = "a limit of 0: refused"
        if broker.capabilities.groups.contains(.oco) {
            try buy(broker, broker.lots(10))
            var (target, stop) = try exits(broker, broker.lots(10))
            stop.stopPrice = .zero
            let words = try broker.ask(
                .submit(
                    OrderSubmission(
                        orders: [target, stop], groupID: OrderGroupID(unchecked: "g-whole"), groupKind: .oco)))
            try refused(words, [target, stop], broker)
            target.clientOrderID = broker.unknownOrder()
            seen += "; a sound target with a stop at 0: both refused"
        }
        let state = try broker.state()
        let left = state.openOrders.filter { order in broker.orders[order.id] != nil }
        guard left.isEmpty else {
            throw Broken("of a refused submission \(left.map(\.words).joined(separator: ", ")) rests")
        }
        _ = start
        return seen
    }

    private static func refused(_ words: BrokerHarness.Reports, _ orders: [NewOrder], _ broker: BrokerHarness) throws {
        if words.error != nil { return }
        for terms in orders {
            let report = words.reports.first { $0.clientOrderID == terms.clientOrderID && $0.event == .rejected }
            guard let report else {
                throw Broken(
                    "\(terms.words) was answered with \(words.reports.map(\.event.rawValue).joined(separator: " ")); rejected is right"
                )
            }
            guard report.reason?.isEmpty == false else { throw Broken("\(terms.words) was rejected without a reason") }
        }
    }

    private static func reserves(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.reservesShares else { throw NotApplicable("it declares reserves_shares false") }
        guard broker.capabilities.orderTypes.contains(.limit) else {
            throw NotApplicable("it declares no limit orders to try it with")
        }
        guard try broker.held().isZero else {
            throw NotApplicable("\(broker.symbol) is held already; the kit cannot tell what is free")
        }
        try buy(broker, broker.lots(10))
        let first = broker.order(.sell, .limit, broker.lots(10), limit: try broker.price(1_050), role: .target)
        try broker.place(first)
        let second = broker.order(.sell, .limit, broker.lots(10), limit: try broker.price(1_060), role: .target)
        try refused(try broker.submit([second]), [second], broker)
        return "all shares are on offer, and a second sale of them was refused"
    }

    private static func selfCross(_ harness: PluginHarness) throws -> String {
        let broker = try BrokerHarness(harness)
        guard broker.capabilities.refusesSelfCross else { throw NotApplicable("it declares refuses_self_cross false") }
        guard broker.capabilities.orderTypes.contains(.limit) else {
            throw NotApplicable("it declares no limit orders to try it with")
        }
        try buy(broker, broker.lots(10))
        try broker.place(broker.order(.sell, .limit, broker.lots(5), limit: try broker.price(1_050), role: .target))
        let against = broker.order(.buy, .limit, broker.lots(5), limit: try broker.price(1_060), role: .entry)
        try refused(try broker.submit([against]), [against], broker)
        return "a buy above a resting sale of its own was refused"
    }
}
