import AlpacaAPI
import PaperExchange
import Trading

extension VenueAccount {
    /// The exchange's reason in Alpaca's words, with the figures that stand beside them.
    func failure(_ reason: String, _ terms: NewOrder, _ market: MarketRecord) -> Failure {
        if reason.hasPrefix("insufficient qty") {
            return insufficientQuantity(terms.symbol, terms.side, requested: terms.quantity)
        }
        if reason.hasPrefix("insufficient buying power") { return insufficientFunds(terms, market) }
        if reason.hasPrefix("potential wash trade") { return washTrade(terms) }
        if reason.hasPrefix("opposite side opening order") {
            return .forbidden(
                terms.side == .sell
                    ? "cannot open a short sell while a long buy order is open"
                    : "cannot open a long buy while a short sell order is open")
        }
        if reason.hasPrefix("order parameters are not changed") { return .forbidden(reason) }
        return .unprocessable(reason)
    }

    func insufficientQuantity(_ symbol: Symbol, _ side: Trading.Side, requested: Quantity) -> Failure {
        if symbol.isPair {
            let free = Quantity(units: max(0, held(symbol).units - exchange.heldForOrders(symbol).units))
            return insufficientBalance(of: symbol.text.split(separator: "/").first, requested, free)
        }
        let held = held(symbol)
        let isExit = side == .sell ? held.isPositive : held.isNegative
        let existing = isExit ? Quantity(units: Int64(clamping: held.units.magnitude)) : .zero
        let reserved = isExit ? exchange.heldForOrders(symbol) : .zero
        let free = Quantity(units: max(0, existing.units - reserved.units))
        var failure = Failure.forbidden(
            "insufficient qty available for order (requested: \(requested), available: \(free))")
        failure.body.available = free
        failure.body.existingQuantity = existing
        failure.body.heldForOrders = reserved
        failure.body.symbol = symbol
        failure.body.relatedOrders = orders.working.filter {
            guard let entry = orders[$0] else { return false }
            return entry.order.symbol == symbol && entry.order.side == Alpaca.Open(side.rawValue)
        }
        return failure
    }

    /// Of one side of a pair.
    private func insufficientBalance(
        of currency: Substring?, _ requested: some Alpaca.Value & CustomStringConvertible,
        _ available: some Alpaca.Value & CustomStringConvertible
    ) -> Failure {
        let name = String(currency ?? "")
        return Failure.forbidden(
            "insufficient balance for \(name) (requested: \(requested), available: \(available))"
        ).with("available", available).with("balance", available).with("symbol", name)
    }

    private func insufficientFunds(_ terms: NewOrder, _ market: MarketRecord) -> Failure {
        var failure = Failure.forbidden("insufficient buying power")
        do throws(NumericError) {
            let account = try exchange.state(at: now).account
            if terms.symbol.isPair, let price = terms.limitPrice ?? market[terms.symbol]?.price {
                let cost = try price.times(terms.quantity)
                return insufficientBalance(of: terms.symbol.text.split(separator: "/").last, cost, account.buyingPower)
            }
            failure = failure.with("buying_power", account.buyingPower)
            if let price = terms.limitPrice ?? terms.stopPrice ?? market[terms.symbol]?.price {
                failure = failure.with("cost_basis", try price.times(terms.quantity))
            }
        } catch {
            // Without its figures the refusal is the same.
        }
        return failure
    }

    private func washTrade(_ terms: NewOrder) -> Failure {
        var failure = Failure.forbidden("potential wash trade detected. use complex orders")
        let opposite = orders.working.compactMap { orders[$0]?.order }.first {
            $0.symbol == terms.symbol && $0.side == Alpaca.Open(terms.side.opposite.rawValue)
                && $0.orderClass == .known(.simple) && $0.type != .known(.trailingStop)
        }
        failure.body.existingOrderID = opposite?.id
        let type = opposite?.type?.description ?? "limit"
        failure.body.rejectReason = "opposite side \(type) order exists"
        return failure
    }
}
