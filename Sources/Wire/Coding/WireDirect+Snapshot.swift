import JSON
import Trading

// What policies are given each cycle: the largest of all messages.

extension PortfolioSnapshot: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("cycle", cycle)
        writer.field("at", at)
        writer.field("session", session)
        writer.field("trading_state", tradingState)
        writer.field("account", account)
        writer.field("positions", positions)
        writer.field("orders", orders)
        writer.field("market", market)
        writer.field("conditions", conditions)
        writer.field("finished_orders", finishedOrders)
        writer.field("portfolio", portfolio)
        writer.field("history", history)
        writer.field("advisories", advisories)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let cycle = fields.take("cycle")?.integer,
            let at: Timestamp = fields.required("at"), let session: SessionPhase = fields.required("session"),
            let tradingState: TradingState = fields.required("trading_state"),
            let account: AccountView = fields.required("account"),
            let positions = fields.take("positions")?.array(of: PositionView.self),
            let orders = fields.take("orders")?.array(of: OrderView.self),
            let market = fields.take("market")?.array(of: MarketView.self),
            let conditions = fields.take("conditions")?.array(of: MarketCondition.self)
        else { return nil }
        self.init(
            cycle: cycle, at: at, session: session, tradingState: tradingState, account: account, positions: positions,
            orders: orders, market: market, conditions: conditions)
        finishedOrders = fields.optional("finished_orders") { $0.array(of: OrderView.self) }
        portfolio = fields.optional("portfolio")
        history = fields.optional("history") { $0.array(of: HistoryItem.self) }
        advisories = fields.optional("advisories") { $0.array(of: Advisory.self) }
        guard fields.isDone else { return nil }
    }
}

extension AccountView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", id)
        writer.field("currency", currency)
        writer.field("cash", cash)
        writer.field("equity", equity)
        writer.field("buying_power", buyingPower)
        writer.field("peak_equity", peakEquity)
        writer.field("day_profit", dayProfit)
        writer.field("gross_exposure", grossExposure)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let id: AccountID = fields.required("id"),
            let currency = fields.take("currency")?.string, let cash: Money = fields.required("cash"),
            let equity: Money = fields.required("equity"), let buyingPower: Money = fields.required("buying_power"),
            let peakEquity: Money = fields.required("peak_equity"),
            let dayProfit: Money = fields.required("day_profit"),
            let grossExposure: Money = fields.required("gross_exposure"), fields.isDone
        else { return nil }
        self.init(
            id: id, currency: currency, cash: cash, equity: equity, buyingPower: buyingPower, peakEquity: peakEquity,
            dayProfit: dayProfit, grossExposure: grossExposure)
    }
}

extension PositionView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", symbol)
        writer.field("quantity", quantity)
        writer.field("average_price", averagePrice)
        writer.field("last_price", lastPrice)
        writer.field("market_value", marketValue)
        writer.field("unrealised_profit", unrealizedProfit)
        writer.field("realised_profit", realizedProfit)
        writer.field("initial_stop", initialStop)
        writer.field("risk_per_share", riskPerShare)
        writer.field("profit_in_r", profitInR)
        writer.field("high_water_mark", highWaterMark)
        writer.field("low_water_mark", lowWaterMark)
        writer.field("opened_at", openedAt)
        writer.field("held_for", heldFor)
        writer.field("weight", weight)
        writer.field("protection", protection)
        writer.field("unprotected_since", unprotectedSince)
        writer.field("rungs_taken", rungsTaken)
        writer.field("realised_in_r", realizedInR)
        writer.field("last_partial_at", lastPartialAt)
        writer.field("sector", sector)
        writer.field("price_increment", priceIncrement)
        writer.field("is_adopted", isAdopted)
        writer.field("adopted_price", adoptedPrice)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let symbol: Symbol = fields.required("symbol"),
            let quantity: Quantity = fields.required("quantity"),
            let averagePrice: Price = fields.required("average_price")
        else { return nil }
        let lastPrice: Price? = fields.optional("last_price")
        guard let marketValue: Money = fields.required("market_value"),
            let unrealizedProfit: Money = fields.required("unrealised_profit"),
            let realizedProfit: Money = fields.required("realised_profit")
        else { return nil }
        let initialStop: Price? = fields.optional("initial_stop")
        let riskPerShare: Price? = fields.optional("risk_per_share")
        let profitInR: Ratio? = fields.optional("profit_in_r")
        guard let highWaterMark: Price = fields.required("high_water_mark"),
            let lowWaterMark: Price = fields.required("low_water_mark"),
            let openedAt: Timestamp = fields.required("opened_at"), let heldFor: TimeSpan = fields.required("held_for"),
            let weight: Ratio = fields.required("weight")
        else { return nil }
        let protection: ProtectionView? = fields.optional("protection")
        let unprotectedSince: Timestamp? = fields.optional("unprotected_since")
        guard let rungsTaken = fields.take("rungs_taken")?.strings else { return nil }
        self.init(
            symbol: symbol, quantity: quantity, averagePrice: averagePrice, lastPrice: lastPrice,
            marketValue: marketValue, unrealizedProfit: unrealizedProfit, realizedProfit: realizedProfit,
            initialStop: initialStop, riskPerShare: riskPerShare, profitInR: profitInR, highWaterMark: highWaterMark,
            lowWaterMark: lowWaterMark, openedAt: openedAt, heldFor: heldFor, weight: weight, protection: protection,
            unprotectedSince: unprotectedSince, rungsTaken: rungsTaken)
        realizedInR = fields.optional("realised_in_r")
        lastPartialAt = fields.optional("last_partial_at")
        sector = fields.optional("sector") { $0.string }
        priceIncrement = fields.optional("price_increment")
        isAdopted = fields.optional("is_adopted") { $0.bool }
        adoptedPrice = fields.optional("adopted_price")
        guard fields.isDone else { return nil }
    }
}

extension PriceIncrement: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("at_or_above_one", atOrAboveOne)
        writer.field("below_one", belowOne)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let atOrAboveOne: Price = fields.required("at_or_above_one"),
            let belowOne: Price = fields.required("below_one"), fields.isDone
        else { return nil }
        self.init(atOrAboveOne: atOrAboveOne, belowOne: belowOne)
    }
}

extension ProtectionView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("stop_price", stopPrice)
        writer.field("stop_limit_price", stopLimitPrice)
        writer.field("stop_quantity", stopQuantity)
        writer.field("target_price", targetPrice)
        writer.field("target_quantity", targetQuantity)
        writer.field("stop_since", stopSince)
        writer.field("stop_distance", stopDistance)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields else { return nil }
        let stopPrice: Price? = fields.optional("stop_price")
        let stopLimitPrice: Price? = fields.optional("stop_limit_price")
        guard let stopQuantity: Quantity = fields.required("stop_quantity") else { return nil }
        let targetPrice: Price? = fields.optional("target_price")
        guard let targetQuantity: Quantity = fields.required("target_quantity") else { return nil }
        self.init(
            stopPrice: stopPrice, stopLimitPrice: stopLimitPrice, stopQuantity: stopQuantity, targetPrice: targetPrice,
            targetQuantity: targetQuantity)
        stopSince = fields.optional("stop_since")
        stopDistance = fields.optional("stop_distance")
        guard fields.isDone else { return nil }
    }
}

extension OrderView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("client_order_id", clientOrderID)
        writer.field("symbol", symbol)
        writer.field("side", side)
        writer.field("type", type)
        writer.field("role", role)
        writer.field("status", status)
        writer.field("quantity", quantity)
        writer.field("filled_quantity", filledQuantity)
        writer.field("limit_price", limitPrice)
        writer.field("stop_price", stopPrice)
        writer.field("average_fill_price", averageFillPrice)
        writer.field("submitted_at", submittedAt)
        writer.field("updated_at", updatedAt)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let id: ClientOrderID = fields.required("client_order_id"),
            let symbol: Symbol = fields.required("symbol"), let side: Side = fields.required("side"),
            let type: OrderType = fields.required("type"), let role: OrderRole = fields.required("role"),
            let status: OrderStatus = fields.required("status"), let quantity: Quantity = fields.required("quantity"),
            let filledQuantity: Quantity = fields.required("filled_quantity")
        else { return nil }
        let limitPrice: Price? = fields.optional("limit_price")
        let stopPrice: Price? = fields.optional("stop_price")
        self.init(
            clientOrderID: id, symbol: symbol, side: side, type: type, role: role, status: status, quantity: quantity,
            filledQuantity: filledQuantity, limitPrice: limitPrice, stopPrice: stopPrice)
        averageFillPrice = fields.optional("average_fill_price")
        submittedAt = fields.optional("submitted_at")
        updatedAt = fields.optional("updated_at")
        guard fields.isDone else { return nil }
    }
}

extension MarketView: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", symbol)
        writer.field("bid", bid)
        writer.field("ask", ask)
        writer.field("last", last)
        writer.field("bar", bar)
        writer.field("is_halted", isHalted)
        writer.field("at", at)
        writer.field("day", day)
        writer.field("series", series)
        writer.field("indicators", indicators)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let symbol: Symbol = fields.required("symbol") else { return nil }
        let bid: Price? = fields.optional("bid")
        let ask: Price? = fields.optional("ask")
        let last: Price? = fields.optional("last")
        let bar: Bar? = fields.optional("bar")
        let isHalted = fields.optional("is_halted") { $0.bool }
        guard let at: Timestamp = fields.required("at") else { return nil }
        self.init(symbol: symbol, bid: bid, ask: ask, last: last, bar: bar, at: at)
        self.isHalted = isHalted
        day = fields.optional("day")
        series = fields.optional("series") { $0.array(of: BarSeries.self) }
        indicators = fields.optional("indicators") { $0.array(of: IndicatorValue.self) }
        guard fields.isDone else { return nil }
    }
}
