import AlpacaAPI
import PaperExchange
import Trading

extension VenueAccount {
    /// What the exchange reports, in the orders and for the streams.
    mutating func take(_ reports: [ExecutionReport]) {
        for report in reports {
            guard let id = orders.id(at: report.clientOrderID) else { continue }
            take(report, id)
        }
    }

    private mutating func take(_ report: ExecutionReport, _ id: Alpaca.OrderID) {
        switch report.event {
        case .accepted: tellTaken(id, at: report.at)
        case .new: takeNew(report, id)
        case .partialFill, .fill: takeFill(report, id)
        case .canceled: takeEnd(.canceled, id, at: report.at)
        case .expired: takeEnd(.expired, id, at: report.at)
        case .restated: takeTerms(report, id)
        // A waiting leg is told when it lives; without latency nothing is ever pending; refusals are answers of requests.
        case .held, .cancelRequested, .pendingCancel, .cancelRejected, .replaceRequested, .pendingReplace,
            .replaceRejected, .rejected, .replaced, .suspended, .stopped, .calculated, .doneForDay, .timedOut,
            .notFound:
            break
        }
    }

    private mutating func tellTaken(_ id: Alpaca.OrderID, at time: Timestamp) {
        switch orders[id]?.order.status.known {
        case .pendingNew: tell(.pendingNew, id, at: time)
        case .accepted: tell(.accepted, id, at: time)
        default: break
        }
    }

    /// The venue works it from now on; outside of the session from the next one on.
    private mutating func takeNew(_ report: ExecutionReport, _ id: Alpaca.OrderID) {
        guard !staysHeld(id) else { return }
        guard Sessions.isOpen(orders[id]?.order.symbol, at: report.at) else {
            orders.change(id) { $0.order.status = .known(.accepted) }
            awaitingOpen.append(report.clientOrderID)
            return
        }
        becomeNew(report.clientOrderID, at: report.at)
    }

    /// The stop of two legs is told as `held` as long as it rests.
    private func staysHeld(_ id: Alpaca.OrderID) -> Bool {
        guard let entry = orders[id], entry.order.groupRole == .known(.stopLoss) else { return false }
        return entry.order.orderClass == .known(.bracket) || entry.order.orderClass == .known(.oco)
    }

    mutating func becomeNew(_ exchangeID: Trading.ClientOrderID, at time: Timestamp) {
        guard let id = orders.id(at: exchangeID), let entry = orders[id], entry.isWorking,
            entry.order.status != .known(.new), entry.order.status != .known(.partiallyFilled)
        else { return }
        orders.change(id) {
            $0.order.status = .known(.new)
            $0.order.updatedAt = time
        }
        tell(.new, id, at: time)
    }

    private mutating func takeFill(_ report: ExecutionReport, _ id: Alpaca.OrderID) {
        let id = replacedLeg(id, at: report.at)
        guard let price = report.price, let quantity = report.quantity, let entry = orders[id] else { return }
        let before = entry.order.filledQuantity ?? .zero
        let filled = Quantity(units: before.units &+ quantity.units)
        let isWhole = report.event == .fill
        let average = Self.average(entry.order.filledAveragePrice, before, price, quantity)
        let after = held(entry.order.symbol, after: report, side: entry.order.side)
        orders.change(id) {
            $0.order.filledQuantity = filled
            $0.order.filledAveragePrice = average
            $0.order.status = .known(isWhole ? .filled : .partiallyFilled)
            $0.order.updatedAt = report.at
            if isWhole { $0.order.filledAt = report.at }
        }
        tell(isWhole ? .fill : .partialFill, id, at: report.at, report, position: after)
        guard let update = outbox.last else { return }
        let opensShort = entry.order.positionIntent == .known(.sellToOpen)
        activities.book(update, isShort: opensShort, &ids)
        log(executionOf: update)
    }

    /// The order that a stop of a group is filled under: by a fault another one than it rested as.
    private mutating func replacedLeg(_ id: Alpaca.OrderID, at time: Timestamp) -> Alpaca.OrderID {
        guard let leg = orders[id], leg.order.groupRole == .known(.stopLoss), leg.order.status == .known(.held),
            faults.draws(.replacedLeg)
        else { return id }
        var next = leg.order
        next.id = Alpaca.OrderID(ids.uuid())
        next.clientOrderID = Alpaca.ClientOrderID(ids.uuid())
        next.replaces = id
        (next.createdAt, next.updatedAt, next.submittedAt) = (time, time, time)
        _ = succeed(leg, next, filled: leg.filledBefore, at: time)
        becomeNew(leg.exchangeID, at: time)
        return next.id
    }

    private static func average(_ old: Price?, _ filled: Quantity, _ price: Price, _ quantity: Quantity) -> Price {
        guard let old, filled.isPositive else { return price }
        do throws(NumericError) {
            return try Price.average((old, filled), (price, quantity))
        } catch {
            // Of figures that the exchange has multiplied before: it does not happen.
            return price
        }
    }

    /// The position after this execution: that of the exchange is the one after all of them.
    private mutating func held(
        _ symbol: Symbol?, after report: ExecutionReport, side: Alpaca.Open<Alpaca.Side>?
    ) -> Quantity {
        guard let symbol, let quantity = report.quantity else { return .zero }
        let before = told[symbol] ?? .zero
        let units = side == .known(.sell) ? before.units &- quantity.units : before.units &+ quantity.units
        told[symbol] = Quantity(units: units)
        return Quantity(units: units)
    }

    private mutating func takeEnd(_ event: Alpaca.TradeEvent, _ id: Alpaca.OrderID, at time: Timestamp) {
        orders.change(id) {
            $0.order.updatedAt = time
            if event == .canceled {
                ($0.order.status, $0.order.canceledAt) = (.known(.canceled), time)
            } else {
                ($0.order.status, $0.order.expiredAt) = (.known(.expired), time)
            }
        }
        tell(event, id, at: time)
    }

    /// The venue has changed the order by itself: a sibling was filled in part.
    private mutating func takeTerms(_ report: ExecutionReport, _ id: Alpaca.OrderID) {
        guard let terms = report.terms, let entry = orders[id] else { return }
        orders.change(id) {
            $0.order.quantity = Quantity(units: terms.quantity.units &- entry.filledBefore.units)
            ($0.order.limitPrice, $0.order.stopPrice) = (terms.limitPrice, terms.stopPrice)
            $0.order.updatedAt = report.at
        }
        tell(.restated, id, at: report.at)
    }

    /// Puts an event on the stream.
    /// - Parameters:
    ///   - execution: of a fill.
    ///   - position: after it.
    mutating func tell(
        _ event: Alpaca.TradeEvent, _ id: Alpaca.OrderID, at time: Timestamp, _ execution: ExecutionReport? = nil,
        position: Quantity? = nil
    ) {
        guard let order = orders.told(id, nested: false) else { return }
        var update = Alpaca.TradeUpdate()
        update.event = .known(event)
        update.order = order
        (update.timestamp, update.at) = (time, time)
        update.eventID = Alpaca.EventID(ids.ulid(at: time))
        if event != .pendingNew, event != .accepted { update.executionID = Alpaca.ExecutionID(ids.uuid()) }
        update.price = execution?.price
        update.quantity = execution?.quantity
        update.positionQuantity = position
        outbox.append(update)
        events.append(update)
        if let row = events.rows.last { eventOutbox.append(row) }
    }
}
