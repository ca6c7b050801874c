import JSON
import Trading

extension Alpaca {
    /// An order, and each leg of one. Quantities, limit and stop prices are exact or refused; the average of what was filled is
    /// rounded half to even at its eighth decimal.
    ///
    /// A replaced order goes on under another id: `replacedBy` and `replaces` lead along that chain.
    package struct Order: Record {
        package var id = OrderID("0")
        package var clientOrderID: ClientOrderID?
        package var createdAt: Timestamp?
        package var updatedAt: Timestamp?
        package var submittedAt: Timestamp?
        package var filledAt: Timestamp?
        package var expiredAt: Timestamp?
        package var expiresAt: Timestamp?
        package var canceledAt: Timestamp?
        package var failedAt: Timestamp?
        package var replacedAt: Timestamp?
        package var replacedBy: OrderID?
        package var replaces: OrderID?
        package var assetID: AssetID?
        /// None where the order has several legs of their own symbols.
        package var symbol: Symbol?
        package var assetClass: Open<AssetClass>?
        package var notional: Money?
        /// None where `notional` is given.
        package var quantity: Quantity?
        package var filledQuantity: Quantity?
        package var filledAveragePrice: Price?
        package var orderClass: Open<OrderClass>?
        package var type: Open<OrderType>?
        /// The same under its old name.
        package var orderType: Open<OrderType>?
        package var side: Open<Side>?
        package var timeInForce: Open<TimeInForce>?
        package var limitPrice: Price?
        package var stopPrice: Price?
        package var trailPrice: Price?
        package var trailPercent: Ratio?
        /// The highest or lowest price that a trailing stop has seen.
        package var waterMark: Price?
        package var status = Open<OrderStatus>("")
        package var isExtendedHours: Bool?
        /// None on the stream, and in a list that is not nested.
        package var legs: [Order]?
        package var positionIntent: Open<PositionIntent>?
        package var ratioQuantity: Quantity?
        /// Shared by an entry, its legs and what replaces them; absent on single orders, and on all before 2026-10-08.
        package var groupID: GroupID?
        package var groupRole: Open<GroupRole>?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("id", &id)
            try list.optional("client_order_id", &clientOrderID)
            try times(&list)
            try list.nullable("replaced_by", &replacedBy)
            try list.nullable("replaces", &replaces)
            try list.optional("asset_id", &assetID)
            try list.nullable("symbol", &symbol)
            try list.optional("asset_class", &assetClass)
            try list.nullable("notional", &notional)
            try list.nullable("qty", &quantity)
            try list.optional("filled_qty", &filledQuantity)
            try list.nullable("filled_avg_price", &filledAveragePrice, .shown)
            try list.optional("order_class", &orderClass)
            try list.optional("order_type", &orderType)
            try list.optional("type", &type)
            try list.optional("side", &side)
            try list.optional("position_intent", &positionIntent)
            try list.optional("time_in_force", &timeInForce)
            try list.nullable("limit_price", &limitPrice)
            try list.nullable("stop_price", &stopPrice)
            try list.required("status", &status)
            try list.optional("extended_hours", &isExtendedHours)
            try list.nullable("legs", &legs)
            try list.nullable("trail_percent", &trailPercent)
            try list.nullable("trail_price", &trailPrice)
            try list.nullable("hwm", &waterMark, .shown)
            try list.optional("ratio_qty", &ratioQuantity)
            try list.optional("group_id", &groupID)
            try list.optional("group_role", &groupRole)
        }

        private mutating func times(_ list: inout Fields) throws(DecodingError) {
            try list.optional("created_at", &createdAt)
            try list.optional("updated_at", &updatedAt)
            try list.optional("submitted_at", &submittedAt)
            try list.nullable("filled_at", &filledAt)
            try list.nullable("expired_at", &expiredAt)
            try list.optional("expires_at", &expiresAt)
            try list.nullable("canceled_at", &canceledAt)
            try list.nullable("failed_at", &failedAt)
            try list.nullable("replaced_at", &replacedAt)
        }
    }

    /// One row of `DELETE /v2/orders` (207). In 2019 it had a body as well.
    package struct CanceledOrder: Record {
        package var id = OrderID("0")
        /// An HTTP status.
        package var status = 0
        package var body: JSON?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("id", &id)
            try list.required("status", &status)
            try list.optional("body", &body)
        }
    }
}
