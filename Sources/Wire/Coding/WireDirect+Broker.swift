import JSON
import Trading

// What the broker says.

extension BrokerState: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("account", account)
        writer.field("positions", positions)
        writer.field("open_orders", openOrders)
        writer.field("at", at)
        writer.field("left_out", leftOut)
        writer.field("cash_movements", cashMovements)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let account: Account = fields.required("account"),
            let positions = fields.take("positions")?.array(of: BrokerPosition.self),
            let openOrders = fields.take("open_orders")?.array(of: Order.self),
            let at: Timestamp = fields.required("at")
        else { return nil }
        let leftOut: [LeftOutRow]? = fields.optional("left_out") { $0.array(of: LeftOutRow.self) }
        let cashMovements = fields.optional("cash_movements") { $0.array(of: CashMovement.self) }
        guard fields.isDone else { return nil }
        self.init(
            account: account, positions: positions, openOrders: openOrders, at: at, leftOut: leftOut,
            cashMovements: cashMovements)
    }
}

extension LeftOutRow: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("list", list.rawValue)
        writer.field("name", name)
        writer.field("reason", reason)
        writer.field("symbol", symbol)
        writer.field("client_order_id", clientOrderID)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let list = fields.take("list")?.string.flatMap(List.init(rawValue:)),
            let name = fields.take("name")?.string, let reason = fields.take("reason")?.string
        else { return nil }
        let symbol: Symbol? = fields.optional("symbol")
        let clientOrderID: ClientOrderID? = fields.optional("client_order_id")
        guard fields.isDone else { return nil }
        self.init(list: list, name: name, reason: reason, symbol: symbol, clientOrderID: clientOrderID)
    }
}

extension Account: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", id)
        writer.field("currency", currency)
        writer.field("cash", cash)
        writer.field("equity", equity)
        writer.field("buying_power", buyingPower)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let id: AccountID = fields.required("id"),
            let currency = fields.take("currency")?.string, let cash: Money = fields.required("cash"),
            let equity: Money = fields.required("equity"), let buyingPower: Money = fields.required("buying_power"),
            fields.isDone
        else { return nil }
        self.init(id: id, currency: currency, cash: cash, equity: equity, buyingPower: buyingPower)
    }
}

extension BrokerPosition: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", symbol)
        writer.field("quantity", quantity)
        writer.field("average_price", averagePrice)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let symbol: Symbol = fields.required("symbol"),
            let quantity: Quantity = fields.required("quantity"),
            let averagePrice: Price = fields.required("average_price"), fields.isDone
        else { return nil }
        self.init(symbol: symbol, quantity: quantity, averagePrice: averagePrice)
    }
}

extension OrderAnswer: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("client_order_id", clientOrderID)
        writer.field("order", order)
        writer.field("executions", executions)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let id: ClientOrderID = fields.required("client_order_id") else { return nil }
        let order: Order? = fields.optional("order")
        guard let executions = fields.take("executions")?.array(of: ExecutionReport.self), fields.isDone else {
            return nil
        }
        self.init(clientOrderID: id, order: order, executions: executions)
    }
}

extension ExecutionReport: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("client_order_id", clientOrderID)
        writer.field("broker_order_id", brokerOrderID)
        writer.field("event", event)
        writer.field("execution_id", executionID)
        writer.field("price", price)
        writer.field("quantity", quantity)
        writer.field("cumulative_quantity", cumulativeQuantity)
        writer.field("average_price", averagePrice)
        writer.field("reason", reason)
        writer.field("terms", terms)
        writer.field("fees", fees)
        writer.field("taxes", taxes)
        writer.field("at", at)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let id: ClientOrderID = fields.required("client_order_id") else { return nil }
        let brokerOrderID: BrokerOrderID? = fields.optional("broker_order_id")
        guard let event: OrderEvent = fields.required("event") else { return nil }
        let executionID: ExecutionID? = fields.optional("execution_id")
        let price: Price? = fields.optional("price")
        let quantity: Quantity? = fields.optional("quantity")
        let cumulativeQuantity: Quantity? = fields.optional("cumulative_quantity")
        let averagePrice: Price? = fields.optional("average_price")
        let reason = fields.optional("reason") { $0.string }
        let terms: NewOrder? = fields.optional("terms")
        let fees: Money? = fields.optional("fees")
        let taxes: Money? = fields.optional("taxes")
        guard let at: Timestamp = fields.required("at"), fields.isDone else { return nil }
        self.init(
            clientOrderID: id, brokerOrderID: brokerOrderID, event: event, executionID: executionID, price: price,
            quantity: quantity, cumulativeQuantity: cumulativeQuantity, averagePrice: averagePrice, reason: reason,
            terms: terms, fees: fees, taxes: taxes, at: at)
    }
}

extension CashMovement: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", id)
        writer.field("kind", kind.rawValue)
        writer.field("amount", amount)
        writer.field("symbol", symbol)
        writer.field("reason", reason)
        writer.field("at", at)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let id: CashMovementID = fields.required("id"),
            let kind = fields.take("kind")?.string, let amount: Money = fields.required("amount")
        else { return nil }
        let symbol: Symbol? = fields.optional("symbol")
        let reason = fields.optional("reason") { $0.string }
        guard let at: Timestamp = fields.required("at"), fields.isDone else { return nil }
        self.init(
            id: id, kind: Kind(rawValue: kind) ?? .other, amount: amount, symbol: symbol, reason: reason, at: at)
    }
}

extension NewOrder: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("client_order_id", clientOrderID)
        writer.field("symbol", symbol)
        writer.field("side", side)
        writer.field("type", type)
        writer.field("quantity", quantity)
        writer.field("limit_price", limitPrice)
        writer.field("stop_price", stopPrice)
        writer.field("trail_amount", trailAmount)
        writer.field("time_in_force", timeInForce)
        writer.field("role", role)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let id: ClientOrderID = fields.required("client_order_id"),
            let symbol: Symbol = fields.required("symbol"), let side: Side = fields.required("side"),
            let type: OrderType = fields.required("type"), let quantity: Quantity = fields.required("quantity")
        else { return nil }
        let limitPrice: Price? = fields.optional("limit_price")
        let stopPrice: Price? = fields.optional("stop_price")
        let trailAmount: Price? = fields.optional("trail_amount")
        guard let timeInForce: TimeInForce = fields.required("time_in_force"),
            let role: OrderRole = fields.required("role"), fields.isDone
        else { return nil }
        self.init(
            clientOrderID: id, symbol: symbol, side: side, type: type, quantity: quantity, limitPrice: limitPrice,
            stopPrice: stopPrice, trailAmount: trailAmount, timeInForce: timeInForce, role: role)
    }
}

extension Order: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("terms", terms)
        writer.field("group_id", groupID)
        writer.field("group_kind", groupKind)
        writer.field("broker_order_id", brokerOrderID)
        writer.field("status", status)
        writer.field("status_before_pending", statusBeforePending)
        writer.field("filled_quantity", filledQuantity)
        writer.field("average_fill_price", averageFillPrice)
        writer.field("submitted_at", submittedAt)
        writer.field("updated_at", updatedAt)
        writer.field("reason", reason)
        writer.field("replaces_order", replacesOrder)
        writer.field("terms_at", termsAt)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let terms: NewOrder = fields.required("terms") else { return nil }
        let groupID: OrderGroupID? = fields.optional("group_id")
        let groupKind: OrderGroupKind? = fields.optional("group_kind")
        let brokerOrderID: BrokerOrderID? = fields.optional("broker_order_id")
        guard let status: OrderStatus = fields.required("status") else { return nil }
        let statusBeforePending: OrderStatus? = fields.optional("status_before_pending")
        guard let filledQuantity: Quantity = fields.required("filled_quantity") else { return nil }
        let averageFillPrice: Price? = fields.optional("average_fill_price")
        guard let submittedAt: Timestamp = fields.required("submitted_at"),
            let updatedAt: Timestamp = fields.required("updated_at")
        else { return nil }
        self.init(terms: terms, status: status, submittedAt: submittedAt)
        self.groupID = groupID
        self.groupKind = groupKind
        self.brokerOrderID = brokerOrderID
        self.statusBeforePending = statusBeforePending
        self.filledQuantity = filledQuantity
        self.averageFillPrice = averageFillPrice
        self.updatedAt = updatedAt
        reason = fields.optional("reason") { $0.string }
        replacesOrder = fields.optional("replaces_order")
        termsAt = fields.optional("terms_at")
        guard fields.isDone else { return nil }
    }
}
