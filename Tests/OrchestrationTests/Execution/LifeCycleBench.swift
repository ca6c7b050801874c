import CoreTestSupport
import Trading

@testable import Orchestration

/// A core with one order in a given status, and every event the way it really comes: reports of the broker as reports, a
/// time-out by the clock or by an answer, the core's own requests through its one door.
struct LifeCycleBench {
    var core = Self.connected
    var order: Order
    let id: ClientOrderID = "bb1.1.ABC.1"
    var now: Timestamp { core.state.now }

    /// Reconciled, 1000 shares held, and no plan: nothing happens but what is delivered.
    private static let connected: Orchestrator = {
        var venue = FakeVenue()
        venue.hold("ABC", 1000, at: "100")
        venue.quote("ABC", "100", "100.02")
        var driver = CoreDriver(venue: venue)
        driver.start([])
        driver.quote("ABC", "100", "100.02")
        driver.connect()
        return driver.core
    }()

    static var sizes: (legal: Int, illegal: Int) {
        let all = OrderStatus.allCases.flatMap { status in
            OrderEvent.allCases.map { OrderLifeCycle.transition(status, $0) }
        }
        let illegal = all.count { $0 == .refused }
        return (all.count - illegal, illegal)
    }

    /// - Parameter before: the status before the pending request, where one is under way.
    init(_ status: OrderStatus, after before: OrderStatus? = nil) {
        let terms = NewOrder(
            clientOrderID: id, symbol: "ABC", side: .sell, type: .stop, quantity: 100, stopPrice: "95", role: .stop)
        order = Order(terms: terms, status: status, submittedAt: core.state.now)
        order.statusBeforePending = status == .pendingCancel || status == .pendingReplace ? before ?? .new : before
        switch status {
        // Ended by the broker's report before all of its executions were reported.
        case .filled: (order.filledQuantity, order.averageFillPrice) = (60, "95")
        case .partiallyFilled: (order.filledQuantity, order.averageFillPrice) = (40, "95")
        case .pendingNew, .accepted, .new, .held, .pendingCancel, .pendingReplace, .suspended, .stopped, .calculated,
            .doneForDay, .unknown, .canceled, .expired, .replaced, .rejected:
            break
        }
        put()
    }

    mutating func put() {
        core.state.portfolio.orders.put(order)
        if order.status.isInFlight { core.expectReport(on: id) }
    }

    // MARK: - Delivering

    mutating func deliver(_ event: OrderEvent) -> [Effect] {
        switch event {
        case .cancelRequested, .replaceRequested: return move(event)
        case .timedOut: return timeOut()
        case .notFound: return order.isWorking ? answerAbsent(arrivalLimit: .zero) : move(event)
        case .accepted, .new, .held, .partialFill, .fill, .pendingCancel, .cancelRejected, .canceled, .expired,
            .pendingReplace, .replaceRejected, .replaced, .restated, .rejected, .suspended, .stopped, .calculated,
            .doneForDay:
            return core.handle(.execution(report(event)), at: now)
        }
    }

    private mutating func move(_ event: OrderEvent) -> [Effect] {
        _ = core.move(&order, by: event)
        core.state.portfolio.orders.put(order)
        return []
    }

    private func report(_ event: OrderEvent) -> ExecutionReport {
        var report = ExecutionReport(clientOrderID: id, event: event, cumulativeQuantity: order.filledQuantity, at: now)
        if event == .restated { report.terms = order.terms }
        let quantity = executed(event)
        guard quantity.isPositive else { return report }
        report.executionID = ExecutionID(unchecked: "x1")
        report.price = "95"
        report.quantity = quantity
        report.cumulativeQuantity = Quantity(units: order.filledQuantity.units + quantity.units)
        return report
    }

    /// By the clock where an answer is awaited; where the order rests, by an answer that knows nothing of it too early;
    /// else by a count that is above ours.
    private mutating func timeOut() -> [Effect] {
        if order.status == .unknown || !order.isWorking {
            var word = report(.accepted)
            word.cumulativeQuantity = Quantity(units: order.filledQuantity.units + 1)
            return core.handle(.execution(word), at: now)
        }
        guard order.status.isInFlight else { return answerAbsent(arrivalLimit: .seconds(30)) }
        return core.handle(.wake, at: now + core.state.configuration.commandTimeout)
    }

    private mutating func answerAbsent(arrivalLimit: TimeSpan) -> [Effect] {
        if let link = core.state.broker {
            var capabilities = link.capabilities
            capabilities.arrivalLimit = arrivalLimit
            capabilities.reportLag = arrivalLimit
            core.state.reconciler.connected(link.name, capabilities)
            core.state.reconciler.agreed(at: Timestamp(nanoseconds: 0))
        }
        core.state.inFlight.send(Request(.submit, number: 1, leftBy: now), for: id, reportBy: now)
        let number = core.state.inFlight.nextCommandNumber() + 1
        core.state.inFlight.query(number, about: id, at: now)
        let answer = OrderAnswer(clientOrderID: id, order: nil, executions: [])
        return core.handle(.orderAnswer(answer: answer, query: number), at: now)
    }

    // MARK: - Expecting

    /// Shares that the event's execution sells.
    func executed(_ event: OrderEvent) -> Quantity {
        switch event {
        case .partialFill: 10
        case .fill: Quantity(units: order.terms.quantity.units - order.filledQuantity.units)
        case .accepted, .new, .held, .cancelRequested, .pendingCancel, .cancelRejected, .canceled, .expired,
            .replaceRequested, .pendingReplace, .replaceRejected, .replaced, .restated, .rejected, .suspended,
            .stopped, .calculated, .doneForDay, .timedOut, .notFound:
            .zero
        }
    }

    /// An order with fills is partially filled, not merely new.
    func expected(_ transition: OrderLifeCycle.Transition) -> OrderStatus {
        func ranked(_ status: OrderStatus) -> OrderStatus {
            let isOutranked = status == .accepted || status == .new || status == .held
            return isOutranked && order.filledQuantity.isPositive ? .partiallyFilled : status
        }
        return switch transition {
        case .to(let next): ranked(next)
        case .restore: ranked(order.statusBeforePending ?? .accepted)
        case .stay, .refused: order.status
        }
    }

    /// What was sold since then, when the cash shows the same as the position; nil when they do not agree.
    func booked(since before: Portfolio) -> Quantity? {
        let after = core.state.portfolio
        let sold = (before.positions["ABC"]?.quantity.units ?? 0) - (after.positions["ABC"]?.quantity.units ?? 0)
        let received = (after.account?.cash.units ?? 0) - (before.account?.cash.units ?? 0)
        let price: Price = "95"
        guard let worth = try? price.times(Quantity(units: sold)), worth.units == received else { return nil }
        return Quantity(units: sold)
    }

    /// It is reported that the report and the order's status exclude each other.
    func tellsConflict(in effects: [Effect]) -> Bool {
        effects.contains {
            guard case .record(.alert(let alert)) = $0,
                case .reportConflicts(order: id, status: _, event: _) = alert.reason
            else {
                return false
            }
            return alert.symbol == "ABC"
        }
    }

    func asks(in effects: [Effect]) -> Bool {
        effects.contains {
            if case .command(let approved) = $0 { approved.command == .query(clientOrderID: id) } else { false }
        }
    }

    /// Commands that change something at the broker.
    func requests(in effects: [Effect]) -> [OrderCommand] {
        effects.compactMap {
            guard case .command(let approved) = $0, !approved.command.isQuery else { return nil }
            return approved.command
        }
    }
}

extension OrderEvent {
    /// A request of ours: refused by the table before anything leaves, so that there is nothing to ask about.
    var isOurRequest: Bool { self == .cancelRequested || self == .replaceRequested }
}
