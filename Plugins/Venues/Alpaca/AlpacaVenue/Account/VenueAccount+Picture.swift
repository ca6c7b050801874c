import AlpacaAPI
import JSON
import PaperExchange
import Trading

/// What the account looks like from outside.
extension VenueAccount {
    /// `GET /v2/account`.
    func picture(_ market: MarketRecord) throws(NumericError) -> Alpaca.Account {
        let state = try exchange.state(at: now)
        var (long, short) = (Money.zero, Money.zero)
        for position in state.positions {
            let value = try (market[position.symbol]?.price ?? position.averagePrice).times(position.quantity)
            if value.isNegative { try short += value } else { try long += value }
        }
        let exposure = try long - short
        var account = Alpaca.Account()
        account.id = id
        account.accountNumber = number
        account.status = .known(.active)
        account.cryptoStatus = .known(market.symbols.contains(where: \.isPair) ? .active : .inactive)
        account.currency = "USD"
        account.cash = state.account.cash
        (account.equity, account.portfolioValue) = (state.account.equity, state.account.equity)
        account.lastEquity = lastEquity
        account.balanceAsOf = lastDay
        account.buyingPower = state.account.buyingPower
        account.regulationTBuyingPower = state.account.buyingPower
        account.nonMarginableBuyingPower = max(.zero, min(state.account.cash, state.account.buyingPower))
        account.optionsBuyingPower = .zero
        account.multiplier = multiplier
        (account.longMarketValue, account.shortMarketValue) = (long, short)
        // Regulation T: half of what is held.
        account.initialMargin = try exposure.scaled(by: Ratio(units: Ratio.scale / 2), .halfEven)
        account.maintenanceMargin = try exposure.scaled(by: Ratio(units: Ratio.scale * 3 / 10), .halfEven)
        account.lastMaintenanceMargin = .zero
        (account.sma, account.accruedFees, account.pendingRegulatoryFees) = (.zero, .zero, .zero)
        account.intradayAdjustments = .zero
        account.createdAt = createdAt
        (account.optionsApprovedLevel, account.optionsTradingLevel) = (0, 0)
        account.isShortingEnabled = settings.isShortingForbidden != true
        account.isTradingBlocked = false
        account.areTransfersBlocked = false
        account.isAccountBlocked = false
        account.isTradingSuspendedByUser = settings.isTradingSuspended ?? false
        return account
    }

    /// `GET /v2/positions`.
    func positions(_ market: MarketRecord) throws(NumericError) -> [Alpaca.Position] {
        var found: [Alpaca.Position] = []
        for position in try exchange.state(at: now).positions { found.append(try self.position(position, market)) }
        return found
    }

    private func position(
        _ held: BrokerPosition, _ market: MarketRecord
    ) throws(NumericError) -> Alpaca.Position {
        let series = market[held.symbol]
        let (average, quantity) = (held.averagePrice, held.quantity)
        let price = series?.price ?? average
        let previous = series?.previousClose(at: now) ?? price
        let (value, cost) = (try price.times(quantity), try average.times(quantity))
        let gain = try value - cost
        // What was held at the last close counts from there, what came since from what it has cost.
        let old = lastHeld[held.symbol]
        let before = old?.quantity.isNegative == quantity.isNegative ? old?.quantity ?? .zero : .zero
        let carried = before.units.magnitude < quantity.units.magnitude ? before : quantity
        let paid = try (old?.averagePrice ?? average).times(carried)
        let base = try previous.times(carried) + cost - paid
        let today = try value - base
        var position = Alpaca.Position()
        if let asset = series?.asset {
            (position.assetID, position.exchange) = (asset.id, asset.exchange)
            (position.assetClass, position.isMarginable) = (asset.assetClass, asset.isMarginable)
        }
        position.symbol = held.symbol
        position.quantity = quantity
        let reserved = exchange.heldForOrders(held.symbol)
        position.quantityAvailable = quantity.isNegative ? try quantity + reserved : try quantity - reserved
        position.side = .known(quantity.isNegative ? .short : .long)
        (position.averageEntryPrice, position.currentPrice, position.lastDayPrice) = (average, price, previous)
        position.changeToday = try price.ratio(to: previous) - .one
        (position.marketValue, position.costBasis) = (value, cost)
        (position.unrealized, position.unrealizedIntraday) = (gain, today)
        position.unrealizedFraction = cost.isZero ? .zero : try gain.ratio(to: cost.magnitude())
        position.unrealizedIntradayFraction = base.isZero ? .zero : try today.ratio(to: base.magnitude())
        return position
    }

    // MARK: - Closing

    /// The order that closes a position, or so much of it.
    mutating func close(
        _ symbol: Symbol, _ query: Alpaca.ClosePositionQuery, _ market: MarketRecord, at time: Timestamp
    ) throws(Failure) -> Alpaca.Order {
        let held = held(symbol)
        guard !held.isZero else { throw .notFound("position does not exist") }
        let whole = Quantity(units: Int64(clamping: held.units.magnitude))
        var request = Alpaca.OrderRequest()
        request.symbol = symbol
        request.side = held.isPositive ? .known(.sell) : .known(.buy)
        request.quantity = try quantity(query, of: whole)
        if symbol.isPair { request.timeInForce = .known(.gtc) }
        return try place(request, market, at: time)
    }

    private func quantity(_ query: Alpaca.ClosePositionQuery, of whole: Quantity) throws(Failure) -> Quantity {
        switch (query.quantity, query.percentage) {
        case (nil, nil): return whole
        case (_?, _?): throw .invalid("only one of qty or percentage is accepted")
        case (let quantity?, nil):
            guard quantity.isPositive else { throw .invalid("qty must be > 0") }
            return quantity
        case (nil, let percentage?):
            guard percentage.isPositive, percentage <= Ratio(units: 100 * Ratio.scale) else {
                throw .invalid("percentage must be > 0 and <= 100")
            }
            do throws(NumericError) {
                return try whole.scaled(numerator: percentage.units, denominator: 100 * Ratio.scale, .down)
            } catch {
                throw .invalid("invalid percentage")
            }
        }
    }

    /// Closes what is held, each position on its own.
    mutating func closeAll(
        cancelsOrders: Bool, _ market: MarketRecord, at time: Timestamp
    ) throws(Failure) -> [Alpaca.ClosedPosition] {
        if cancelsOrders { _ = cancelAll(at: time) }
        let held = try exact { account throws(NumericError) in try account.exchange.state(at: time).positions }
        return held.map { position in
            var row = Alpaca.ClosedPosition()
            row.symbol = position.symbol
            do throws(Failure) {
                let order = try close(position.symbol, Alpaca.ClosePositionQuery(), market, at: time)
                (row.status, row.body) = (200, order.json(.exact))
            } catch {
                (row.status, row.body) = (error.status, error.body.json(.exact))
            }
            return row
        }
    }
}
