import Orchestration
import Trading

/// What brokers differ in, as the venue's capabilities declare it.
extension FakeVenue {
    /// Where orders are found by their ids while they are open alone, nobody knows of one that is over.
    func answer(about id: ClientOrderID) -> OrderAnswer {
        guard capabilities.canLookUp || orders[id]?.isWorking == true else {
            return OrderAnswer(clientOrderID: id, order: nil, executions: [])
        }
        return OrderAnswer(clientOrderID: id, order: orders[id], executions: executions[id] ?? [])
    }

    /// Each with an id of its own, or the sum so far with its average price.
    func execution(of order: Order, _ quantity: Quantity, _ price: Price, number: Int64) -> ExecutionReport {
        var report = ExecutionReport(
            clientOrderID: order.id, event: order.status == .filled ? .fill : .partialFill,
            cumulativeQuantity: order.filledQuantity, at: now)
        switch capabilities.executions {
        case .each:
            report.executionID = ExecutionID(unchecked: "e\(number)")
            (report.price, report.quantity) = (price, quantity)
        case .cumulative: report.averagePrice = order.averageFillPrice
        }
        return report
    }

    /// What this broker would not take, beside what the test wants refused.
    func refusal(of submission: OrderSubmission) -> String? {
        for terms in submission.orders {
            guard terms.quantity >= capabilities.minimumQuantity(of: terms.symbol) else { return "below the minimum" }
            guard terms.quantity.isMultiple(of: capabilities.quantityIncrement(of: terms.symbol)) else {
                return "no multiple of the increment"
            }
            if let defect = terms.defect(increment: capabilities.priceIncrement(of: terms.symbol)) {
                return defect.description
            }
            let other = working(terms.symbol).first { $0.terms.side != terms.side && $0.status != .held }
            if capabilities.refusesSelfCross, let other { return "\(other.id) rests on the other side" }
        }
        return nil
    }

    mutating func refusalAtMarket(of submission: OrderSubmission) -> String? {
        guard faults.refusesMarketOrders > 0, submission.orders.contains(where: { $0.type == .market }) else {
            return nil
        }
        faults.refusesMarketOrders -= 1
        return "refused by the test"
    }

    /// The first ends and its successor rests, in one moment.
    mutating func succeed(_ order: Order, _ replacement: OrderReplacement) -> [Input] {
        guard var next = replacement.successor(of: order, counting: capabilities.replacementQuantity, at: now) else {
            return [word(order.id, .replaceRejected, "a successor needs an id")]
        }
        var first = order
        first.status = .replaced
        first.updatedAt = now
        next.status = .new
        orders[first.id] = first
        orders[next.id] = next
        noteOffer(order.symbol, "replacement")
        return [
            word(first.id, .replaced),
            .execution(
                ExecutionReport(
                    clientOrderID: next.id, event: .new, cumulativeQuantity: .zero, terms: next.terms, at: now)),
        ]
    }
}

// MARK: - What brokers do by themselves

extension FakeVenue {
    /// The list of executions is behind: the order is known as it is, and what filled it is not reported.
    package mutating func forgetExecutions(of id: ClientOrderID) { executions[id] = nil }
}
