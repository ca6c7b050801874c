import AlpacaAPI
import PaperExchange
import Trading

extension VenueAccount {
    /// Takes an order or a group, or refuses it.
    /// - Returns: the order as it was taken; what it has traded at once is told by the stream and the next request.
    mutating func place(
        _ request: Alpaca.OrderRequest, _ market: MarketRecord, at time: Timestamp
    ) throws(Failure) -> Alpaca.Order {
        let terms = try OrderTerms(request, market)
        try checkRights(terms, market)
        try check(request.clientOrderID)
        guard orders.count + 3 <= VenueLimits.orders else { throw .forbidden("too many orders") }
        guard let series = market[terms.symbol] else {
            throw .unprocessable("could not find asset \"\(terms.symbol)\"")
        }
        try checkIntent(request.positionIntent, terms)
        var maker = DraftMaker(
            terms: terms, time: time, asset: series.asset, held: held(terms.symbol), price: series.price, ids: ids,
            nextExchangeNumber: lastExchangeNumber + 1)
        let draft = try maker.make()
        (ids, lastExchangeNumber) = (maker.ids, maker.nextExchangeNumber - 1)
        return try submit(draft, market, at: time)
    }

    private mutating func submit(
        _ draft: Draft, _ market: MarketRecord, at time: Timestamp
    ) throws(Failure) -> Alpaca.Order {
        let first = draft.parts[0]
        let submission = OrderSubmission(
            orders: draft.parts.map(\.terms),
            groupID: draft.groupKind.map { _ in OrderGroupID(unchecked: "g\(first.terms.clientOrderID)") },
            groupKind: draft.groupKind)
        let reports = try exact { account throws(NumericError) in try account.exchange.submit(submission, at: time) }
        if let refused = reports.first(where: { $0.event == .rejected }) {
            throw failure(refused.reason ?? "", first.terms, market)
        }
        for part in draft.parts {
            if let fraction = part.trailFraction {
                _ = exchange.amend(part.terms.clientOrderID, trailFraction: fraction)
            }
        }
        insert(draft)
        let answer = orders.told(first.order.id, nested: true)
        take(reports)
        guard let answer else { preconditionFailure("an order that was taken is there") }
        return answer
    }

    private mutating func insert(_ draft: Draft) {
        let ids = draft.parts.map(\.order.id)
        for (index, part) in draft.parts.enumerated() {
            lastNumber += 1
            orders.insert(
                VenueOrder(
                    order: part.order, number: lastNumber, exchangeID: part.terms.clientOrderID, filledBefore: .zero,
                    parent: index == 0 ? nil : ids[0], legs: index == 0 ? Array(ids.dropFirst()) : []))
        }
    }

    // MARK: - Checks

    func check(_ client: Alpaca.ClientOrderID?) throws(Failure) {
        guard let client else { return }
        guard client.text.count <= VenueLimits.clientOrderID else {
            throw .invalid("client_order_id must be no more than \(VenueLimits.clientOrderID) characters")
        }
        guard orders.id(of: client) == nil else { throw .invalid("client_order_id must be unique") }
    }

    private func checkRights(_ terms: OrderTerms, _ market: MarketRecord) throws(Failure) {
        if settings.isTradingSuspended == true { throw .forbidden("new orders are rejected by user request") }
        if terms.isFractional, settings.isFractionalTradingEnabled == false {
            throw .forbidden("account is not allowed to trade fractional shares")
        }
        let held = held(terms.symbol)
        guard terms.side == .sell, !held.isPositive else { return }
        if terms.symbol.isPair { throw insufficientQuantity(terms.symbol, .sell, requested: terms.quantity) }
        if settings.isShortingForbidden == true {
            throw held.isZero && multiplier == .one
                ? insufficientQuantity(terms.symbol, .sell, requested: terms.quantity)
                : .forbidden("account is not allowed to short")
        }
        guard market[terms.symbol]?.asset.isShortable == true else {
            throw .unprocessable("asset \"\(terms.symbol)\" cannot be sold short")
        }
        if terms.isFractional { throw .unprocessable("fractional orders cannot be sold short") }
    }

    private func checkIntent(_ word: Alpaca.Open<Alpaca.PositionIntent>?, _ terms: OrderTerms) throws(Failure) {
        guard let word else { return }
        let held = held(terms.symbol)
        let isRight =
            switch word.known {
            case .buyToOpen: terms.side == .buy && !held.isNegative
            case .buyToClose: terms.side == .buy && held.isNegative
            case .sellToOpen: terms.side == .sell && !held.isPositive
            case .sellToClose: terms.side == .sell && held.isPositive
            case nil: false
            }
        guard isRight else {
            throw .unprocessable("position intent mismatch, inferred: \(intent(terms)), specified: \(word)")
        }
    }

    private func intent(_ terms: OrderTerms) -> String {
        let held = held(terms.symbol)
        switch terms.side {
        case .buy: return held.isNegative ? "buy_to_close" : "buy_to_open"
        case .sell: return held.isPositive ? "sell_to_close" : "sell_to_open"
        }
    }

    /// Asks the exchange for something. Figures that are too large for it are found while it judges the request, before it has
    /// changed anything: what it takes is bounded by the money and the shares that are there.
    mutating func exact<Result>(
        _ action: (inout VenueAccount) throws(NumericError) -> Result
    ) throws(Failure) -> Result {
        do throws(NumericError) {
            return try action(&self)
        } catch {
            throw .invalid("figures are too large: \(error)")
        }
    }
}
