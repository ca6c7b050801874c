import Trading

/// An order command that passed the gate. Nothing else can be sent: ``Effect/command(_:)`` takes no other type, and
/// only ``RiskGate`` makes one.
package struct ApprovedCommand: Sendable, Hashable {
    package let command: OrderCommand
    /// Counts the commands of a journal: an answer names the question that it answers, and a question with a lower number
    /// than a request cannot know of it.
    package let number: Int64
    fileprivate init(_ command: OrderCommand, _ number: Int64) {
        self.command = command
        self.number = number
    }
}

/// The last door before the broker: the limits that hold whatever policies and coordinator want.
struct RiskGate {
    let state: PortfolioState
    let control: TradingControl
    let limits: HardLimits
    let capabilities: BrokerCapabilities

    enum Verdict {
        case approved(ApprovedCommand)
        case refused(String)
    }

    /// Questions change nothing, and are always allowed.
    static func question(_ command: OrderCommand, number: Int64) -> ApprovedCommand {
        switch command {
        case .query, .reconcile: ApprovedCommand(command, number)
        case .submit, .cancel, .replace: preconditionFailure("only questions pass without a check")
        }
    }

    /// - Parameter number: of the command, above those of all before it.
    func check(_ command: OrderCommand, number: Int64, ordersLastMinute: Int64) throws(NumericError) -> Verdict {
        guard control.state != .halted else {
            return .refused("trading is halted by \(control.who): \(control.why)")
        }
        // A cancel frees shares for protection; it is no order, and never waits for one's turn.
        if case .cancel = command { return .approved(ApprovedCommand(command, number)) }
        let isEntry = isEntry(command)
        let most = isEntry ? limits.maximumOrdersPerMinute / 2 : limits.maximumOrdersPerMinute
        guard ordersLastMinute < most else {
            return .refused("\(ordersLastMinute) orders in the last minute, \(most) is the limit")
        }
        switch command {
        case .query, .reconcile, .cancel: break
        case .replace(let replacement):
            if let why = try refusal(of: replacement) { return .refused(why) }
        case .submit(let submission):
            if let why = try refusal(of: submission, isEntry: isEntry) { return .refused(why) }
        }
        return .approved(ApprovedCommand(command, number))
    }

    private func isEntry(_ command: OrderCommand) -> Bool {
        guard case .submit(let submission) = command else { return false }
        return submission.orders.contains { $0.role == .entry }
    }

    private func refusal(of submission: OrderSubmission, isEntry: Bool) throws(NumericError) -> String? {
        for order in submission.orders {
            if let defect = order.defect(increment: capabilities.priceIncrement(of: order.symbol)) { return defect }
            guard order.quantity.isMultiple(of: capabilities.quantityIncrement(of: order.symbol)) else {
                return
                    "quantity \(order.quantity) is no multiple of \(capabilities.quantityIncrement(of: order.symbol))"
            }
            guard order.quantity >= capabilities.minimumQuantity(of: order.symbol) else {
                return
                    "quantity \(order.quantity) is below the least, \(capabilities.minimumQuantity(of: order.symbol))"
            }
            guard capabilities.orderTypes.contains(order.type) else {
                return "the broker takes no \(order.type.rawValue) orders"
            }
        }
        // The prices of exits were held against the market when their advice was taken. One that the market has left
        // behind since does no harm, but a position without its stop does.
        guard isEntry else { return oversell(submission) }
        for order in submission.orders {
            if let why = try collar(order.limitPrice ?? order.stopPrice, order.symbol) { return why }
        }
        // Figures that a policy made too large to reckon with are its fault alone, and halt nothing.
        do { return try entryRefusal(submission) } catch { return "\(error)" }
    }

    private func refusal(of replacement: OrderReplacement) throws(NumericError) -> String? {
        guard let order = state.orders[replacement.clientOrderID] else { return "the order is not known" }
        if order.terms.role == .entry,
            let why = try collar(replacement.stopPrice ?? replacement.limitPrice, order.symbol)
        {
            return why
        }
        guard let quantity = replacement.quantity, quantity > order.terms.quantity else { return nil }
        return "a replacement never asks for more than the order did"
    }

    /// P1: what working and unknown exits could take, plus this, is never more than is held.
    private func oversell(_ submission: OrderSubmission) -> String? {
        guard let first = submission.orders.first else { return "an empty submission" }
        guard let position = state.positions[first.symbol] else { return "nothing is held of \(first.symbol)" }
        guard submission.orders.allSatisfy({ $0.side == position.exitSide && $0.symbol == first.symbol }) else {
            return "an exit of \(first.symbol) must be on the side that closes it"
        }
        let leaves = submission.orders.map(\.quantity.units)
        let asked = submission.groupKind == .oco ? leaves.max() ?? 0 : leaves.reduce(0, +)
        let reserved = state.orders.reserved(first.symbol, side: position.exitSide)
        guard reserved.units + asked <= position.size.units else {
            return
                "it would oversell: \(position.size) held, \(reserved) already offered, \(Quantity(units: asked)) asked"
        }
        return nil
    }

    private func collar(_ price: Price?, _ symbol: Symbol) throws(NumericError) -> String? {
        guard let price, let market = state.market.price(symbol), market.isPositive else { return nil }
        let distance = try (price - market).magnitude().ratio(to: market)
        guard distance > limits.priceCollar else { return nil }
        return "the price \(price) is \(distance) away from the market at \(market), \(limits.priceCollar) is the limit"
    }

    private func entryRefusal(_ submission: OrderSubmission) throws(NumericError) -> String? {
        guard control.state == .active else { return "no entries while trading is \(control.state.rawValue)" }
        guard let entry = submission.orders.first(where: { $0.role == .entry }) else { return nil }
        if let allowed = limits.symbols, !allowed.contains(entry.symbol) {
            return "\(entry.symbol) is not among the symbols that may be entered"
        }
        if let most = limits.maximumOrderQuantity, entry.quantity > most {
            return "quantity \(entry.quantity) is above the limit of \(most)"
        }
        guard let price = entry.limitPrice ?? state.market.executable(entry.symbol, side: entry.side) else {
            return "there is no price to check it against"
        }
        let notional = try price.times(entry.quantity)
        if let most = limits.maximumOrderNotional, notional > most {
            return "its value of \(notional) is above the limit of \(most)"
        }
        if let account = state.account, entry.side == .buy, notional > account.buyingPower {
            return "its value of \(notional) is above the buying power of \(account.buyingPower)"
        }
        return try exposureRefusal(adding: notional)
    }

    private func exposureRefusal(adding notional: Money) throws(NumericError) -> String? {
        guard let most = limits.maximumGrossExposure else { return nil }
        var gross = notional
        for (_, record) in state.positions.inOrder { try gross += state.marketValue(record).magnitude() }
        let allowed = try state.equity().scaled(by: most, .down)
        return gross > allowed ? "gross exposure would be \(gross), \(allowed) is the limit" : nil
    }
}
