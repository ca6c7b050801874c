import Trading

/// Why a paper account cannot start like this: where it stands, what is wrong, what to do.
package struct PaperConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// As the file names it: `positions[2].quantity`.
    package let path: String
    package let problem: String
    package let remedy: String

    package init(path: String, problem: String, remedy: String) {
        self.path = path
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String { "\(path): \(problem); \(remedy)" }
}

extension PaperConfiguration {
    /// Checks every figure, so that an exchange made from it can only fail on numbers too large.
    /// - Throws: ``PaperConfigurationError`` for the first figure that cannot be.
    package func validate() throws(PaperConfigurationError) {
        try require(!currency.isEmpty, "currency", "it is empty", "write an ISO 4217 code such as USD")
        try require(!cash.isNegative, "cash", "it is \(cash)", "write zero or more")
        let latencies = 0...PaperLimits.latencyMilliseconds
        for (path, value) in [
            ("latency_milliseconds", latencyMilliseconds), ("latency_jitter_milliseconds", latencyJitterMilliseconds),
        ] {
            try require(
                latencies.contains(value), path, "it is \(value)", "write 0 to \(latencies.upperBound) milliseconds")
        }
        let half = Ratio(units: Ratio.scale / 2)
        try require(
            slippage >= .zero && slippage <= half, "slippage", "it is \(slippage)",
            "write a fraction from 0 to 0.5, such as 0.0005 for 5 basis points")
        try require(
            participation > .zero && participation <= .one, "participation", "it is \(participation)",
            "write a fraction above 0, 1 at the most")
        let most = Ratio(units: PaperLimits.marginMultiplier * Ratio.scale)
        try require(
            marginMultiplier >= .one && marginMultiplier <= most, "margin_multiplier", "it is \(marginMultiplier)",
            "write 1 for a cash account, \(most) at the most")
        try require(
            quantityIncrement.isPositive, "quantity_increment", "it is \(quantityIncrement)", "write 1 for whole shares"
        )
        try require(
            priceIncrement.atOrAboveOne.isPositive && priceIncrement.belowOne.isPositive, "price_increment",
            "a step is not above zero", "leave it out for cents")
        try validateFees()
        try validateCash()
        try validatePositions()
        try validateOpenOrders()
    }

    private func validateFees() throws(PaperConfigurationError) {
        let amounts = [
            ("per_order", fees.perOrder), ("minimum", fees.minimum), ("maximum", fees.maximum ?? .zero),
            ("sales_per_million", fees.salesPerMillion), ("sales_maximum", fees.salesMaximum ?? .zero),
        ]
        for (name, amount) in amounts {
            try require(!amount.isNegative, "fees.\(name)", "it is \(amount)", "write zero or more")
        }
        for (name, price) in [("per_share", fees.perShare), ("sales_per_share", fees.salesPerShare)] {
            try require(!price.isNegative, "fees.\(name)", "it is \(price)", "write zero or more")
        }
        for (name, part) in [("percent", fees.percent), ("purchase_tax", fees.purchaseTax)] {
            try require(
                part >= .zero && part <= Ratio(units: Ratio.scale / 2), "fees.\(name)", "it is \(part)",
                "write a fraction from 0 to 0.5, such as 0.001 for 0.1 %")
        }
        try require(
            fees.maximum.map { $0 >= fees.minimum } ?? true, "fees.maximum", "it is below the minimum",
            "write \(fees.minimum) or more")
    }

    private func validateCash() throws(PaperConfigurationError) {
        var seen: Set<CashMovementID> = []
        for (index, movement) in cashMovements.enumerated() {
            let path = "cash_movements[\(index)]"
            try require(
                seen.insert(movement.id).inserted, "\(path).id", "\(movement.id) stands there twice",
                "give each movement its own")
            try require(!movement.amount.isZero, "\(path).amount", "it is zero", "leave the movement out")
            let isAdded = movement.kind != .withdrawal || movement.amount.isNegative
            try require(isAdded, "\(path).amount", "a withdrawal is \(movement.amount)", "write it with a minus")
            let isTaken = movement.kind != .deposit || !movement.amount.isNegative
            try require(isTaken, "\(path).amount", "a deposit is \(movement.amount)", "write it without a minus")
            try require(
                (0...PaperLimits.cashMovementSeconds).contains(movement.afterSeconds), "\(path).after_seconds",
                "it is \(movement.afterSeconds)", "write 0 to \(PaperLimits.cashMovementSeconds) seconds")
        }
    }

    private func validatePositions() throws(PaperConfigurationError) {
        var seen: Set<Symbol> = []
        for (index, position) in positions.enumerated() {
            let path = "positions[\(index)]"
            try require(
                seen.insert(position.symbol).inserted, "\(path).symbol", "\(position.symbol) stands there twice",
                "join the two")
            try require(!position.quantity.isZero, "\(path).quantity", "it is zero", "leave the position out")
            try require(
                position.quantity.isMultiple(of: quantityIncrement), "\(path).quantity",
                "\(position.quantity) is no multiple of \(quantityIncrement)", "round it, or set quantity_increment")
            try require(
                allowShort || position.quantity.isPositive, "\(path).quantity",
                "\(position.quantity) is short and allow_short is false", "set allow_short, or write a long position")
            try require(
                position.averagePrice.isPositive, "\(path).average_price", "it is \(position.averagePrice)",
                "write a price above zero")
        }
    }

    private func validateOpenOrders() throws(PaperConfigurationError) {
        var seen: Set<ClientOrderID> = []
        for (index, order) in openOrders.enumerated() {
            let path = "open_orders[\(index)]"
            try require(
                seen.insert(order.clientOrderID).inserted, "\(path).client_order_id",
                "\(order.clientOrderID) stands there twice", "give each order its own")
            try require(
                order.timeInForce == .gtc || order.timeInForce == .day, "\(path).time_in_force",
                "\(order.timeInForce.rawValue) does not rest", "write gtc or day")
        }
    }

    private func require(
        _ condition: Bool, _ path: String, _ problem: @autoclosure () -> String, _ remedy: @autoclosure () -> String
    ) throws(PaperConfigurationError) {
        guard !condition else { return }
        throw PaperConfigurationError(path: path, problem: problem(), remedy: remedy())
    }
}
