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

    private static func capabilities(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let declared = desk.capabilities
        _ = try desk.state()
        let types = declared.orderTypes.map(\.rawValue).joined(separator: " ")
        let groups = declared.groups.isEmpty ? "none" : declared.groups.map(\.rawValue).joined(separator: " ")
        return
            "types \(types); groups \(groups); times \(declared.timeInForce.map(\.rawValue).joined(separator: " ")); \(declared.idempotency.rawValue)"
    }

    private static func rests(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let start = try desk.held()
        let terms = try desk.resting()
        try desk.place(terms)
        if desk.capabilities.wantsMarketData { try desk.quote(desk.price(1_010)) }
        let status = try desk.known(terms.clientOrderID).status
        guard [.new, .accepted].contains(status) else { throw Broken("\(terms.words) is \(status.rawValue)") }
        try desk.agrees(since: start)
        let listed = try desk.state().openOrders.first { $0.id == terms.clientOrderID }
        guard listed?.terms.role == terms.role else {
            throw Broken("broker_state gives it the role \(listed?.terms.role.rawValue ?? "?")")
        }
        return "\(terms.words) rests as \(status.rawValue); list, query and words agree"
    }

    private static func fills(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let start = try desk.held()
        let buy = desk.atMarket(.buy, desk.lots(10))
        try desk.place(buy)
        try desk.until(buy.clientOrderID, "fill of a market order") { $0 == .filled }
        try desk.agrees(since: start)
        let sell = desk.atMarket(.sell, desk.lots(4))
        try desk.place(sell)
        try desk.until(sell.clientOrderID, "fill of a market order") { $0 == .filled }
        try desk.agrees(since: start)
        let price = try desk.known(buy.clientOrderID).averageFillPrice
        return
            "bought \(buy.quantity) at \(price ?? .zero), sold \(sell.quantity), in \(desk.executions.count) executions"
    }

    /// What the desk holds is bought at market, so that it can be sold.
    static func buy(_ desk: Desk, _ quantity: Quantity) throws {
        let terms = desk.atMarket(.buy, quantity)
        try desk.place(terms)
        try desk.until(terms.clientOrderID, "fill of a market order") { $0 == .filled }
    }

    private static func types(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let (start, declared) = (try desk.held(), desk.capabilities.orderTypes)
        try buy(desk, desk.lots(40))
        var seen = ["market: filled"]
        for type in OrderType.allCases where type != .market && declared.contains(type) {
            let terms = try sale(desk, type)
            try desk.place(terms)
            guard desk.capabilities.wantsMarketData else {
                try desk.carryOut(.cancel(clientOrderID: terms.clientOrderID))
                try desk.until(terms.clientOrderID, "cancel") { $0 == .canceled }
                seen.append("\(type.rawValue): rested")
                continue
            }
            try desk.quote(desk.price(1_001))
            guard try desk.known(terms.clientOrderID).isWorking else {
                throw Broken("\(terms.words) was executed at \(try desk.price(1_001)), before its price was reached")
            }
            // Its price is reached: from below for a limit, from above for what protects.
            try desk.quote(desk.price(type == .limit ? 1_060 : 940))
            try desk.until(terms.clientOrderID, "fill of \(terms.words) when its price was reached") { $0 == .filled }
            try desk.quote(desk.base)
            seen.append("\(type.rawValue): filled")
        }
        try desk.agrees(since: start)
        return seen.joined(separator: ", ")
    }

    private static func sale(_ desk: Desk, _ type: OrderType) throws -> NewOrder {
        let quantity = desk.lots(5)
        switch type {
        case .market: return desk.atMarket(.sell, quantity)
        case .limit: return desk.order(.sell, type, quantity, limit: try desk.price(1_050), role: .target)
        case .stop: return desk.order(.sell, type, quantity, stop: try desk.price(950), role: .stop)
        case .stopLimit:
            return desk.order(.sell, type, quantity, limit: try desk.price(900), stop: try desk.price(950), role: .stop)
        case .trailingStop: return desk.order(.sell, type, quantity, trail: try desk.price(50), role: .stop)
        }
    }

    private static func timesInForce(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let start = try desk.held()
        guard desk.capabilities.orderTypes.contains(.limit) else {
            throw NotConcerned("it declares no limit orders to try them with")
        }
        var seen: [String] = []
        for time in desk.capabilities.timeInForce {
            let terms = desk.order(.buy, .limit, desk.lots(2), limit: try desk.price(500), time, role: .entry)
            try desk.place(terms)
            switch time {
            case .ioc, .fok:
                try desk.until(terms.clientOrderID, "end of an \(time.rawValue) order that nobody takes") {
                    $0 == .canceled || $0 == .expired
                }
            case .day, .gtc:
                guard desk.capabilities.wantsMarketData, stage.subject.lockstep else {
                    seen.append("\(time.rawValue): rests (the kit cannot move its clock)")
                    continue
                }
                try desk.nextDay()
                let isWorking = try desk.known(terms.clientOrderID).isWorking
                guard isWorking == (time == .gtc) else {
                    throw Broken(
                        "a \(time.rawValue) order \(isWorking ? "still works" : "is over") after the session's end")
                }
            }
            seen.append("\(time.rawValue): \(try desk.known(terms.clientOrderID).status.rawValue)")
        }
        try desk.agrees(since: start)
        return seen.joined(separator: ", ")
    }

    private static func partial(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        guard desk.capabilities.wantsMarketData else {
            throw NotConcerned("it takes no market data, so the kit cannot give it a thin market")
        }
        guard desk.capabilities.orderTypes.contains(.limit) else { throw NotConcerned("it declares no limit orders") }
        let start = try desk.held()
        let terms = desk.order(.buy, .limit, desk.lots(100), limit: try desk.price(990), role: .entry)
        try desk.place(terms)
        for round in 0..<20 {
            try desk.bar(low: desk.price(980), high: desk.price(1_000), close: desk.price(995), volume: desk.lots(60))
            try desk.agrees(since: start)
            let order = try desk.known(terms.clientOrderID)
            guard order.isWorking else {
                guard round > 0 else {
                    throw NotConcerned(
                        "\(terms.quantity) were filled at once by a bar of \(desk.lots(60)): it knows no partial fills")
                }
                return "\(desk.executions.count) executions of one order, \(order.filledQuantity) in all"
            }
        }
        let order = try desk.known(terms.clientOrderID)
        guard order.filledQuantity.isPositive else {
            throw NotConcerned("a bar through its limit filled nothing: it trades on quotes alone")
        }
        try desk.carryOut(.cancel(clientOrderID: terms.clientOrderID))
        try desk.until(terms.clientOrderID, "cancel of the rest") { $0 == .canceled }
        try desk.agrees(since: start)
        return "\(order.filledQuantity) of \(terms.quantity) in \(desk.executions.count) executions, the rest canceled"
    }

    private static func cancel(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let start = try desk.held()
        let terms = try desk.resting()
        try desk.place(terms)
        let id = terms.clientOrderID
        try desk.carryOut(.cancel(clientOrderID: id))
        try desk.until(id, "cancel") { $0 == .canceled }
        let again = try desk.carryOut(.cancel(clientOrderID: id)).reports
        guard again.contains(where: { $0.event == .cancelRejected || $0.event == .canceled }) else {
            throw Broken(
                "a second cancel was answered with \(again.isEmpty ? "nothing" : again.map(\.event.rawValue).joined(separator: " ")); canceled or cancel_rejected is right"
            )
        }
        let filled = desk.atMarket(.buy, desk.lots(1))
        try desk.place(filled)
        try desk.until(filled.clientOrderID, "fill") { $0 == .filled }
        for (what, id) in [
            ("an order that is filled", filled.clientOrderID), ("an order that never was", desk.stranger()),
        ] {
            let events = try desk.carryOut(.cancel(clientOrderID: id)).reports.map(\.event)
            guard events.contains(.cancelRejected) else {
                throw Broken(
                    "cancel of \(what) was answered with \(events.isEmpty ? "nothing" : events.map(\.rawValue).joined(separator: " ")); cancel_rejected is right"
                )
            }
        }
        try desk.agrees(since: start)
        return "canceled; again: \(again.first?.event.rawValue ?? ""); filled and unknown orders: cancel_rejected"
    }

    private static func replace(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let declared = desk.capabilities
        guard declared.replacesPrice || declared.replacesQuantity else {
            throw NotConcerned("it declares neither replaces_price nor replaces_quantity")
        }
        let start = try desk.held()
        var seen: [String] = []
        for (what, applies) in [("price", declared.replacesPrice), ("quantity", declared.replacesQuantity)] {
            guard applies else {
                seen.append("\(what): not declared")
                continue
            }
            var terms = try desk.resting()
            try desk.place(terms)
            let isLimit = terms.limitPrice != nil
            var change = OrderReplacement(clientOrderID: terms.clientOrderID)
            if declared.replacement == .newID {
                change.newClientOrderID = ClientOrderID(unchecked: terms.clientOrderID.text + "r")
            }
            if what == "price" {
                if isLimit { change.limitPrice = try desk.price(510) } else { change.stopPrice = try desk.price(1_510) }
            } else {
                change.quantity = desk.lots(7)
            }
            try desk.carryOut(.replace(change))
            let heir = change.newClientOrderID ?? terms.clientOrderID
            terms.clientOrderID = heir
            (terms.limitPrice, terms.stopPrice) = (
                change.limitPrice ?? terms.limitPrice, change.stopPrice ?? terms.stopPrice
            )
            terms.quantity = change.quantity ?? terms.quantity
            try desk.until(heir, "word on the replacement") { $0 == .new || $0 == .accepted || $0.isTerminal }
            let order = try desk.known(heir)
            guard order.isWorking, order.terms == terms else {
                throw Broken(
                    "after a new \(what) the order is \(order.words), \(order.status.rawValue); \(terms.words) was asked for"
                )
            }
            try desk.agrees(since: start)
            seen.append("\(what): \(order.words)")
        }
        return seen.joined(separator: "; ")
    }

    private static func replaceRejected(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let declared = desk.capabilities
        let terms = try desk.resting()
        try desk.place(terms)
        try desk.carryOut(.cancel(clientOrderID: terms.clientOrderID))
        try desk.until(terms.clientOrderID, "cancel") { $0 == .canceled }
        var seen: [String] = []
        for (what, id) in [("canceled", terms.clientOrderID), ("unknown", desk.stranger())] {
            var change = OrderReplacement(clientOrderID: id, quantity: desk.lots(3))
            if declared.replacement == .newID {
                let heir = desk.stranger()
                change.newClientOrderID = heir
            }
            let words = try desk.ask(.replace(change))
            let events = words.reports.map(\.event)
            guard events.contains(.replaceRejected) else {
                throw Broken(
                    "replacing an order that is \(what) was answered with \(words.error.map { "error: \($0)" } ?? events.map(\.rawValue).joined(separator: " ")); replace_rejected is right"
                )
            }
            seen.append("\(what): replace_rejected")
        }
        if !declared.replacesPrice || !declared.replacesQuantity {
            let working = try desk.resting()
            try desk.place(working)
            let change = OrderReplacement(
                clientOrderID: working.clientOrderID, quantity: declared.replacesQuantity ? nil : desk.lots(3),
                limitPrice: declared.replacesPrice || working.limitPrice == nil ? nil : try desk.price(510))
            let words = try desk.ask(.replace(change))
            guard words.reports.contains(where: { $0.event == .replaceRejected }) || words.error != nil else {
                throw Broken("it declares no such replacement, and did not refuse one")
            }
            seen.append("not declared: refused")
        }
        return seen.joined(separator: ", ")
    }

    private static func exits(_ desk: Desk, _ quantity: Quantity) throws -> (target: NewOrder, stop: NewOrder) {
        let hasStop = desk.capabilities.orderTypes.contains(.stop)
        let stop = desk.order(
            .sell, hasStop ? .stop : .stopLimit, quantity, limit: hasStop ? nil : try desk.price(900),
            stop: try desk.price(950), role: .stop)
        return (desk.order(.sell, .limit, quantity, limit: try desk.price(1_050), role: .target), stop)
    }

    private static func oco(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        guard desk.capabilities.groups.contains(.oco) else { throw NotConcerned("it declares no oco groups") }
        let start = try desk.held()
        try buy(desk, desk.lots(20))
        let (target, stop) = try exits(desk, desk.lots(10))
        try desk.submit([target, stop], group: .oco)
        for leg in [target, stop] {
            try desk.until(leg.clientOrderID, "word on a leg") { $0 != .pendingNew && $0 != .accepted }
        }
        try desk.agrees(since: start)
        guard desk.capabilities.wantsMarketData else {
            try desk.carryOut(.cancel(clientOrderID: target.clientOrderID))
            try desk.until(target.clientOrderID, "cancel") { $0 == .canceled }
            return "both legs rested (the kit cannot move its market)"
        }
        try desk.quote(desk.price(1_060))
        try desk.until(target.clientOrderID, "fill of the target") { $0 == .filled }
        try desk.until(stop.clientOrderID, "end of the stop when its target is filled") { $0 == .canceled }
        try desk.agrees(since: start)
        try desk.quote(desk.base)
        let (second, protection) = try exits(desk, desk.lots(10))
        try desk.submit([second, protection], group: .oco)
        try desk.until(protection.clientOrderID, "word on a leg") { $0 != .pendingNew && $0 != .accepted }
        try desk.quote(desk.price(940))
        try desk.until(protection.clientOrderID, "fill of the stop") { $0 == .filled }
        try desk.until(second.clientOrderID, "end of the target when its stop is filled") { $0 == .canceled }
        try desk.agrees(since: start)
        return "target filled, stop canceled; stop filled, target canceled"
    }

    private static func bracket(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        guard desk.capabilities.groups.contains(.bracket) else { throw NotConcerned("it declares no brackets") }
        guard desk.capabilities.orderTypes.contains(.limit) else {
            throw NotConcerned("it declares no limit orders to enter with")
        }
        let start = try desk.held()
        let entry = desk.order(.buy, .limit, desk.lots(10), limit: try desk.price(980), role: .entry)
        let (target, stop) = try exits(desk, desk.lots(10))
        try desk.submit([entry, target, stop], group: .bracket)
        try desk.until(entry.clientOrderID, "word on the entry") { $0 != .pendingNew && $0 != .accepted }
        for leg in [target, stop] {
            let status = try desk.known(leg.clientOrderID).status
            guard status == .held else {
                throw Broken("before its entry is filled, \(leg.words) is \(status.rawValue); held is right")
            }
        }
        try desk.agrees(since: start)
        guard desk.capabilities.wantsMarketData else { return "the legs are held (the kit cannot move its market)" }
        try desk.quote(desk.price(975))
        try desk.until(entry.clientOrderID, "fill of the entry") { $0 == .filled }
        for leg in [target, stop] {
            try desk.until(leg.clientOrderID, "life of a leg when its entry is filled") { $0 == .new }
        }
        try desk.quote(desk.price(1_060))
        try desk.until(target.clientOrderID, "fill of the target") { $0 == .filled }
        try desk.until(stop.clientOrderID, "end of the stop") { $0 == .canceled }
        try desk.agrees(since: start)
        return "held, then both at work, then one filled and the other canceled"
    }

    private static func whole(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        let start = try desk.held()
        // Nothing costs zero, and nobody sells what is no multiple of the step.
        let bad = desk.order(.buy, .limit, desk.lots(1), limit: .zero, role: .entry)
        let single = try desk.ask(.submit(OrderSubmission(orders: [bad])))
        try refused(single, [bad], desk)
        var seen = "a limit of 0: refused"
        if desk.capabilities.groups.contains(.oco) {
            try buy(desk, desk.lots(10))
            var (target, stop) = try exits(desk, desk.lots(10))
            stop.stopPrice = .zero
            let words = try desk.ask(
                .submit(
                    OrderSubmission(
                        orders: [target, stop], groupID: OrderGroupID(unchecked: "g-whole"), groupKind: .oco)))
            try refused(words, [target, stop], desk)
            target.clientOrderID = desk.stranger()
            seen += "; a sound target with a stop at 0: both refused"
        }
        let state = try desk.state()
        let left = state.openOrders.filter { order in desk.orders[order.id] != nil }
        guard left.isEmpty else {
            throw Broken("of a refused submission \(left.map(\.words).joined(separator: ", ")) rests")
        }
        _ = start
        return seen
    }

    private static func refused(_ words: Desk.Words, _ orders: [NewOrder], _ desk: Desk) throws {
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

    private static func reserves(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        guard desk.capabilities.reservesShares else { throw NotConcerned("it declares reserves_shares false") }
        guard desk.capabilities.orderTypes.contains(.limit) else {
            throw NotConcerned("it declares no limit orders to try it with")
        }
        guard try desk.held().isZero else {
            throw NotConcerned("\(desk.symbol) is held already; the kit cannot tell what is free")
        }
        try buy(desk, desk.lots(10))
        let first = desk.order(.sell, .limit, desk.lots(10), limit: try desk.price(1_050), role: .target)
        try desk.place(first)
        let second = desk.order(.sell, .limit, desk.lots(10), limit: try desk.price(1_060), role: .target)
        try refused(try desk.submit([second]), [second], desk)
        return "all shares are on offer, and a second sale of them was refused"
    }

    private static func selfCross(_ stage: Stage) throws -> String {
        let desk = try Desk(stage)
        guard desk.capabilities.refusesSelfCross else { throw NotConcerned("it declares refuses_self_cross false") }
        guard desk.capabilities.orderTypes.contains(.limit) else {
            throw NotConcerned("it declares no limit orders to try it with")
        }
        try buy(desk, desk.lots(10))
        try desk.place(desk.order(.sell, .limit, desk.lots(5), limit: try desk.price(1_050), role: .target))
        let against = desk.order(.buy, .limit, desk.lots(5), limit: try desk.price(1_060), role: .entry)
        try refused(try desk.submit([against]), [against], desk)
        return "a buy above a resting sale of its own was refused"
    }
}
