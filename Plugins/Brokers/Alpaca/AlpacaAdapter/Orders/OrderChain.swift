import Trading

/// One order of the core, and the orders of the venue that carry it out one after another.
///
/// The venue gives a new order whenever it replaces one, also by itself: the stop of a group that is reached is replaced by
/// another order, which is filled.
package struct OrderChain: Codable, Equatable, Sendable {
    /// What an order is within its submission.
    package enum Part: String, Codable, Sendable { case single, entry, target, stop }

    /// One order of the venue.
    struct Link: Codable, Equatable, Sendable {
        let id: BrokerOrderID
        /// By the venue's count.
        var filled = Quantity.zero
        var replacedBy: BrokerOrderID?
        var isOver = false
    }

    /// What follows from something that the venue has said.
    struct Outcome: Equatable {
        var reports: [ExecutionReport] = []
        /// It does not fit what is known: the order is to be looked up.
        var isDoubtful = false
    }

    /// As the core has been told.
    package private(set) var order: Order
    package let part: Part
    /// Oldest first.
    private(set) var links: [Link] = []
    /// Those that count, in the order in which they became known.
    package private(set) var executions: [ExecutionReport] = []
    /// Those that counted once.
    private(set) var undone: [ExecutionID] = []
    /// The terms are told with the first report.
    private var isAnnounced: Bool

    init(_ order: Order, part: Part) {
        (self.order, self.part) = (order, part)
        // The core knows its own terms; of what takes the place of another order the venue's hold.
        isAnnounced = order.terms.role != .external && order.replacesOrder == nil
    }

    var id: ClientOrderID { order.id }
    var isExternal: Bool { order.terms.role == .external }
    /// The venue's order that works now, or did last.
    var current: BrokerOrderID? { links.last?.id }

    /// The venue works it, as far as is known; what was filled of one that is over may still be on its way here.
    var restsAtVenue: Bool { order.isWorking && links.last?.isOver == false }

    // MARK: - Counting

    private func booked(_ link: BrokerOrderID) -> Quantity {
        Self.sum(executions.lazy.filter { $0.brokerOrderID == link }.compactMap(\.quantity))
    }

    /// It counts, or counted once.
    func knows(_ execution: ExecutionID?) -> Bool {
        execution.map { id in hasUndone(id) || executions.contains { $0.executionID == id } } ?? false
    }

    func hasUndone(_ execution: ExecutionID) -> Bool { undone.contains(execution) }

    private var booked: Quantity { Self.sum(executions.lazy.compactMap(\.quantity)) }

    /// Filled by the venue's count, which may be ahead of the executions that are known.
    package var counted: Quantity { Self.sum(links.lazy.map { max($0.filled, booked($0.id)) }) }

    /// The venue's orders of which it counts more than the known executions.
    var linksWithMissingExecutions: [BrokerOrderID] { links.filter { $0.filled > booked($0.id) }.map(\.id) }

    /// Quantities are checked against the order's before they are counted, so the sum stays far from overflow.
    private static func sum(_ quantities: some Sequence<Quantity>) -> Quantity {
        Quantity(units: quantities.reduce(0) { $0 &+ $1.units })
    }

    // MARK: - What the venue says

    mutating func take(_ news: VenueNews) -> Outcome {
        // It was given up as never taken, and is there all the same.
        if order.status == .rejected, links.isEmpty { order.status = .unknown }
        let index = link(news)
        var outcome = Outcome()
        announceTerms(news)
        if let execution = news.execution { book(execution, news, index, &outcome) }
        if news.event?.endsOrder == true { links[index].isOver = true }
        if index == links.count - 1, let event = news.event { move(by: event, news, &outcome) }
        if index == links.count - 1 { restate(news, &outcome) }
        return outcome
    }

    /// Where the order stands in the chain. One that is seen after its successor goes before it.
    private mutating func link(_ news: VenueNews) -> Int {
        var index = links.firstIndex { $0.id == news.id }
        if index == nil {
            let place = links.firstIndex { $0.id == news.replacedBy } ?? links.count
            links.insert(Link(id: news.id), at: place)
            index = place
        }
        let found = index ?? 0
        links[found].filled = max(links[found].filled, news.filled)
        links[found].replacedBy = news.replacedBy ?? links[found].replacedBy
        order.brokerOrderID = current
        return found
    }

    /// The venue has put another order in the place of the last one, of which nothing more is known yet.
    mutating func append(_ id: BrokerOrderID) {
        guard !links.contains(where: { $0.id == id }) else { return }
        links.append(Link(id: id))
        order.brokerOrderID = id
    }

    /// Books an execution once, and only as far as the venue's own count of the order has room for it.
    private mutating func book(
        _ execution: VenueNews.Execution, _ news: VenueNews, _ index: Int, _ outcome: inout Outcome
    ) {
        guard !executions.contains(where: { $0.executionID == execution.id }), !undone.contains(execution.id) else {
            return
        }
        let room = links[index].filled.units &- booked(links[index].id).units
        guard execution.quantity.units <= room else { return outcome.isDoubtful = true }
        var changed = order
        do throws(NumericError) {
            try changed.book(execution.quantity, at: execution.price)
        } catch {
            return outcome.isDoubtful = true
        }
        order = changed
        var report = report(.partialFill, news)
        (report.executionID, report.quantity, report.price) = (execution.id, execution.quantity, execution.price)
        report.brokerOrderID = links[index].id
        executions.append(report)
        let isWhole = counted >= order.terms.quantity || news.event == .fill && index == links.count - 1
        report.event = isWhole || order.status == .filled ? .fill : .partialFill
        report.cumulativeQuantity = counted
        executions[executions.count - 1] = report
        _ = order.apply(report.event, at: news.at)
        outcome.reports.append(report)
    }

    /// The status, where the table has a way from the present one. What is repeated or comes late has none, and changes nothing.
    private mutating func move(by event: OrderEvent, _ news: VenueNews, _ outcome: inout Outcome) {
        switch event {
        // Fills are told by their executions; whose turn it is after a replacement is for the owner of all chains.
        case .partialFill, .fill, .replaced, .restated: return
        case .accepted, .new, .held, .cancelRequested, .pendingCancel, .cancelRejected, .canceled, .expired,
            .replaceRequested, .pendingReplace, .replaceRejected, .rejected, .suspended, .stopped, .calculated,
            .doneForDay, .timedOut, .notFound:
            break
        }
        let before = order.status
        switch order.apply(event, at: news.at) {
        case .to, .restore: if order.status != before { outcome.reports.append(report(event, news)) }
        case .stay: break
        case .refused: outcome.isDoubtful = true
        }
    }

    /// A successor has the terms that the venue gave it.
    private mutating func announceTerms(_ news: VenueNews) {
        guard !isAnnounced, !isExternal, news.type == order.terms.type else { return }
        order.terms.quantity = news.quantity ?? order.terms.quantity
        order.terms.limitPrice = news.limitPrice ?? order.terms.limitPrice
        order.terms.stopPrice = news.stopPrice ?? order.terms.stopPrice
    }

    /// Other terms than the core knows: a leg that shrank with its sibling, or somebody else's change. A stop that is reached
    /// becomes an order of another type; that is how it is carried out, and no change of what was asked for.
    private mutating func restate(_ news: VenueNews, _ outcome: inout Outcome) {
        guard order.isWorking, !order.status.isInFlight, news.type == order.terms.type, let rest = news.quantity,
            news.at >= order.termsAt ?? order.submittedAt
        else { return }
        var terms = order.terms
        terms.quantity = Quantity(units: Self.sum(links.dropLast().lazy.map(\.filled)).units &+ rest.units)
        terms.limitPrice = news.limitPrice ?? terms.limitPrice
        terms.stopPrice = news.stopPrice ?? terms.stopPrice
        guard terms != order.terms else { return }
        (order.terms, order.termsAt) = (terms, news.at)
        _ = order.apply(.restated, at: news.at)
        var report = report(.restated, news)
        report.terms = terms
        outcome.reports.append(report)
    }

    private mutating func report(_ event: OrderEvent, _ news: VenueNews) -> ExecutionReport {
        // Executions are told by themselves, and a count that is ahead of them only where nothing follows.
        let count = event.endsOrder || news.execution != nil ? counted : booked
        var report = ExecutionReport(
            clientOrderID: id, brokerOrderID: news.id, event: event, cumulativeQuantity: count, reason: news.reason,
            at: news.at)
        if !isAnnounced { report.terms = order.terms }
        isAnnounced = true
        return report
    }

    // MARK: - Requests of the core

    /// A request is under way, or its outcome is known; nil where the table has no way for it.
    mutating func request(_ event: OrderEvent, reason: String? = nil, at time: Timestamp) -> ExecutionReport? {
        switch order.apply(event, at: time) {
        case .to, .restore: break
        case .stay, .refused: return nil
        }
        order.reason = reason ?? order.reason
        return ExecutionReport(
            clientOrderID: id, brokerOrderID: current, event: event, cumulativeQuantity: counted, reason: reason,
            at: time)
    }

    /// Its present status once more, for a client order id that came a second time.
    func status(at time: Timestamp) -> ExecutionReport {
        if let last = executions.last, order.status == .partiallyFilled || order.status == .filled { return last }
        return ExecutionReport(
            clientOrderID: id, brokerOrderID: current, event: order.status.event, cumulativeQuantity: counted,
            reason: order.reason, at: time)
    }

    // MARK: - Corrections

    /// An execution does not count any more, or was another one.
    mutating func correct(
        _ previous: ExecutionID, to execution: VenueNews.Execution?, _ news: VenueNews
    ) -> ExecutionCorrection? {
        guard let index = executions.firstIndex(where: { $0.executionID == previous }) else {
            // It may still come, and does not count then.
            if !undone.contains(previous) { undone.append(previous) }
            return nil
        }
        let first = executions[index]
        var changed = order
        do throws(NumericError) {
            if let quantity = first.quantity, let price = first.price { try changed.unbook(quantity, at: price) }
            if let execution { try changed.book(execution.quantity, at: execution.price) }
        } catch {
            return nil
        }
        order = changed
        executions.remove(at: index)
        undone.append(previous)
        var corrected: ExecutionCorrection.Corrected?
        if let execution {
            var report = first
            (report.executionID, report.quantity, report.price) = (execution.id, execution.quantity, execution.price)
            executions.insert(report, at: index)
            undone.removeAll { $0 == execution.id }
            corrected = .init(executionID: execution.id, quantity: execution.quantity, price: execution.price)
        }
        // The highest count holds, but for what is taken back.
        if let link = links.firstIndex(where: { $0.id == first.brokerOrderID }) {
            links[link].filled = max(news.filled, booked(links[link].id))
        }
        return ExecutionCorrection(
            clientOrderID: id, executionID: previous, corrected: corrected, reason: news.reason, at: news.at)
    }
}

extension OrderStatus {
    /// The report of it that the core's table takes as true and unchanged.
    fileprivate var event: OrderEvent {
        switch self {
        case .pendingNew, .accepted, .unknown: .accepted
        case .new, .partiallyFilled, .filled: .new
        case .held: .held
        case .pendingCancel: .pendingCancel
        case .pendingReplace: .pendingReplace
        case .suspended: .suspended
        case .stopped: .stopped
        case .calculated: .calculated
        case .doneForDay: .doneForDay
        case .canceled: .canceled
        case .expired: .expired
        case .replaced: .replaced
        case .rejected: .rejected
        }
    }
}
