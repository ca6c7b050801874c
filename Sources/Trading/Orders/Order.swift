/// An order as it stands: what was asked for, and what has become of it.
public struct Order: Sendable, Hashable, Codable {
    public var terms: NewOrder
    public var groupID: OrderGroupID?
    public var groupKind: OrderGroupKind?
    public var brokerOrderID: BrokerOrderID?
    public var status: OrderStatus
    /// What ``OrderLifeCycle/Transition/restore`` goes back to.
    public var statusBeforePending: OrderStatus?
    /// Executed so far, never more than is asked for unless the broker says so.
    public var filledQuantity: Quantity
    /// Average price of what is executed.
    public var averageFillPrice: Price?
    public var submittedAt: Timestamp
    public var updatedAt: Timestamp
    /// The broker's reason for a refusal or an end.
    public var reason: String?
    /// The order whose place this one takes, or took.
    public var replacesOrder: ClientOrderID?
    /// When the broker gave it these terms; nil while they are those of its submission. An older report changes nothing.
    public var termsAt: Timestamp?

    public init(
        terms: NewOrder, groupID: OrderGroupID? = nil, groupKind: OrderGroupKind? = nil,
        status: OrderStatus = .pendingNew, submittedAt: Timestamp
    ) {
        self.terms = terms
        self.groupID = groupID
        self.groupKind = groupKind
        self.status = status
        filledQuantity = .zero
        self.submittedAt = submittedAt
        updatedAt = submittedAt
    }

    public var id: ClientOrderID { terms.clientOrderID }
    public var symbol: Symbol { terms.symbol }
    public var isWorking: Bool { !status.isTerminal }

    /// What can still be executed: zero once the order is over.
    public var leavesQuantity: Quantity {
        guard isWorking, terms.quantity > filledQuantity else { return .zero }
        return Quantity(units: terms.quantity.units - filledQuantity.units)
    }

    /// Goes through the table, and says what it found there.
    public mutating func apply(_ event: OrderEvent, at time: Timestamp) -> OrderLifeCycle.Transition {
        let transition = OrderLifeCycle.transition(status, event)
        switch transition {
        case .to(let next):
            if next.isInFlight, !status.isInFlight { statusBeforePending = status }
            if !next.isInFlight { statusBeforePending = nil }
            status = ranked(next)
        case .restore:
            status = ranked(statusBeforePending ?? .accepted)
            statusBeforePending = nil
        case .stay: keepWhilePending(event)
        case .refused: return transition
        }
        updatedAt = time
        return transition
    }

    /// An order with fills is never merely new: partially filled outranks it (FIX 4.4, appendix D, OrdStatus).
    private func ranked(_ next: OrderStatus) -> OrderStatus {
        let isOutranked = next == .accepted || next == .new || next == .held
        return isOutranked && filledQuantity.isPositive ? .partiallyFilled : next
    }

    /// What the broker says of the order while a request of ours is pending is what a refusal goes back to.
    private mutating func keepWhilePending(_ event: OrderEvent) {
        guard status.isInFlight,
            case .to(let next) = OrderLifeCycle.transition(statusBeforePending ?? .accepted, event),
            !next.isInFlight, !next.isTerminal
        else { return }
        statusBeforePending = next
    }

    /// Books one execution into the cumulative figures. The caller has seen to it that it is booked once.
    ///
    /// The average stays unknown when it is unknown for what was filled before.
    /// - Throws: ``NumericError``; nothing is booked then.
    public mutating func book(_ quantity: Quantity, at price: Price) throws(NumericError) {
        let total = try filledQuantity + quantity
        if filledQuantity.isZero {
            averageFillPrice = price
        } else if let average = averageFillPrice {
            averageFillPrice = try Price.average((average, filledQuantity), (price, quantity))
        }
        filledQuantity = total
    }

    /// An execution of it did not count: what it brought is taken back.
    ///
    /// The average stays unknown when it cannot be told what is left.
    /// - Throws: ``NumericError``; nothing is taken back then.
    public mutating func unbook(_ quantity: Quantity, at price: Price) throws(NumericError) {
        let rest = Quantity(units: max(0, filledQuantity.units - quantity.units))
        if rest.isZero {
            averageFillPrice = nil
        } else if let average = averageFillPrice {
            let left = try Price.average((average, filledQuantity), (price, quantity.negated()))
            averageFillPrice = left.isPositive ? left : nil
        }
        filledQuantity = rest
    }

    public var words: String {
        orderWords(
            terms.side, terms.quantity, symbol, terms.type, terms.limitPrice, terms.stopPrice, terms.trailAmount)
    }
}

/// One report of the broker about one order.
public struct ExecutionReport: Sendable, Hashable, Codable {
    public var clientOrderID: ClientOrderID
    public var brokerOrderID: BrokerOrderID?
    public var event: OrderEvent
    /// Present on fills: the key for booking once.
    public var executionID: ExecutionID?
    /// Of this execution.
    public var price: Price?
    /// Of this execution.
    public var quantity: Quantity?
    /// Executed in all, as the broker counts.
    public var cumulativeQuantity: Quantity?
    /// Of all that is executed, where the broker reports sums (`cumulative`) instead of executions.
    public var averagePrice: Price?
    public var reason: String?
    /// The terms as they are now: on `restated`, and on the first report about an order that the core has not placed.
    public var terms: NewOrder?
    /// What the broker and the venue took for this execution, in the account's currency; negative for a rebate. Since
    /// protocol 1.2.
    public var fees: Money?
    /// What the state took for it. Since protocol 1.2.
    public var taxes: Money?
    public var at: Timestamp

    public init(
        clientOrderID: ClientOrderID, brokerOrderID: BrokerOrderID? = nil, event: OrderEvent,
        executionID: ExecutionID? = nil, price: Price? = nil, quantity: Quantity? = nil,
        cumulativeQuantity: Quantity? = nil, averagePrice: Price? = nil, reason: String? = nil,
        terms: NewOrder? = nil, fees: Money? = nil, taxes: Money? = nil, at: Timestamp
    ) {
        self.clientOrderID = clientOrderID
        self.brokerOrderID = brokerOrderID
        self.event = event
        self.executionID = executionID
        self.price = price
        self.quantity = quantity
        self.cumulativeQuantity = cumulativeQuantity
        self.averagePrice = averagePrice
        self.reason = reason
        self.terms = terms
        self.fees = fees
        self.taxes = taxes
        self.at = at
    }

    /// Why this report cannot be true of any order, or nil.
    public var defect: ReportDefect? { defect(telling: .each) }

    /// - Parameter fills: how the broker reports them.
    public func defect(telling fills: BrokerCapabilities.Executions) -> ReportDefect? {
        // A broker that says `not_found` of an order that lives would have it placed twice.
        if event.isOurs { return .eventOfTheCore(event) }
        let isFill = event == .fill || event == .partialFill
        if isFill, fills == .cumulative {
            guard cumulativeQuantity?.isPositive == true else { return .fillWithout(field: "cumulative_quantity") }
            guard averagePrice?.isPositive == true else { return .fillWithout(field: "average_price") }
        } else if isFill {
            if executionID == nil { return .fillWithout(field: "execution_id") }
            if price?.isPositive != true { return .fillWithout(field: "price") }
            if quantity?.isPositive != true { return .fillWithout(field: "quantity") }
        }
        // An execution is booked by its figures, whatever the event says.
        if let price, !price.isPositive { return .priceNotPositive(price) }
        if let quantity, !quantity.isPositive { return .quantityNotPositive(quantity) }
        if let cumulativeQuantity, cumulativeQuantity.isNegative { return .sumNegative(cumulativeQuantity) }
        return nil
    }
}

/// Why a report cannot be true of any order; fields by their names on the wire.
public enum ReportDefect: Sendable, Hashable, Codable, CustomStringConvertible {
    /// An event that only the core itself may see, such as a time-out.
    case eventOfTheCore(OrderEvent)
    /// A fill without this field, or with one that is not above zero.
    case fillWithout(field: String)
    case priceNotPositive(Price)
    case quantityNotPositive(Quantity)
    case sumNegative(Quantity)

    public var description: String {
        switch self {
        case .eventOfTheCore(let event): "\(event.rawValue) is the core's own event; no broker reports it"
        case .fillWithout(let field) where field == "execution_id": "a fill needs an execution_id"
        case .fillWithout(let field): "a fill needs \(field) above zero"
        case .priceNotPositive(let price): "a price is above zero, not \(price)"
        case .quantityNotPositive(let quantity): "a quantity is above zero, not \(quantity)"
        case .sumNegative(let sum): "cumulative_quantity is negative: \(sum)"
        }
    }
}

// MARK: - Sums

extension ExecutionReport {
    /// What came since the last report, where the broker reports sums: an execution that is named by the sum, so that the
    /// same report twice is booked once. Nil when it has nothing new.
    /// - Throws: ``NumericError`` when the figures overflow.
    public func execution(beyond order: Order) throws(NumericError) -> ExecutionReport? {
        guard let sum = cumulativeQuantity, let average = averagePrice, sum > order.filledQuantity else { return nil }
        let fresh = try sum - order.filledQuantity
        var report = self
        report.executionID = ExecutionID(unchecked: "\(order.id)@\(sum)")
        report.quantity = fresh
        report.price = average
        // The new part's price is what makes the old average the new one; a rounded average may leave none.
        if order.filledQuantity.isPositive, let before = order.averageFillPrice {
            let part = try Price.average((average, sum), (before, order.filledQuantity.negated()))
            report.price = part.isPositive ? part : average
        }
        return report
    }
}
