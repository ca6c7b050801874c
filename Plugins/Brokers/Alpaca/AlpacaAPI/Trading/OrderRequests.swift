import JSON
import Trading

extension Alpaca {
    /// The body of `POST /v2/orders`. It has every shape that the vendor takes; whether the parts go together is for who sends it
    /// or answers it.
    package struct OrderRequest: Record {
        package struct TakeProfit: Record {
            package var limitPrice = Price.zero
            package var unknown: [JSON.Member] = []

            package init() {}
            package init(limitPrice: Price) { self.limitPrice = limitPrice }

            package mutating func fields(_ list: inout Fields) throws(DecodingError) {
                try list.required("limit_price", &limitPrice)
            }
        }

        package struct StopLoss: Record {
            package var stopPrice = Price.zero
            package var limitPrice: Price?
            package var unknown: [JSON.Member] = []

            package init() {}
            package init(stopPrice: Price, limitPrice: Price? = nil) {
                (self.stopPrice, self.limitPrice) = (stopPrice, limitPrice)
            }

            package mutating func fields(_ list: inout Fields) throws(DecodingError) {
                try list.required("stop_price", &stopPrice)
                try list.optional("limit_price", &limitPrice)
            }
        }

        package struct Leg: Record {
            package var symbol = Symbol(unchecked: "-")
            package var ratioQuantity = Quantity.zero
            package var side: Open<Side>?
            package var positionIntent: Open<PositionIntent>?
            package var unknown: [JSON.Member] = []

            package init() {}

            package mutating func fields(_ list: inout Fields) throws(DecodingError) {
                try list.required("symbol", &symbol)
                try list.required("ratio_qty", &ratioQuantity)
                try list.optional("side", &side)
                try list.optional("position_intent", &positionIntent)
            }
        }

        package var symbol: Symbol?
        package var quantity: Quantity?
        /// In place of a quantity; the vendor books two decimals.
        package var notional: Money?
        package var side: Open<Side>?
        package var type = Open<OrderType>.known(.market)
        package var timeInForce = Open<TimeInForce>.known(.day)
        package var limitPrice: Price?
        package var stopPrice: Price?
        package var trailPrice: Price?
        /// 1.5 is 1.5 %.
        package var trailPercent: Ratio?
        package var isExtendedHours: Bool?
        package var clientOrderID: ClientOrderID?
        package var orderClass: Open<OrderClass>?
        package var takeProfit: TakeProfit?
        package var stopLoss: StopLoss?
        package var positionIntent: Open<PositionIntent>?
        package var legs: [Leg] = []
        /// Where an order is routed, and by which algorithm.
        package var advancedInstructions: JSON?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("symbol", &symbol)
            try list.optional("qty", &quantity)
            try list.optional("notional", &notional)
            try list.optional("side", &side)
            try list.required("type", &type)
            try list.required("time_in_force", &timeInForce)
            try list.optional("limit_price", &limitPrice)
            try list.optional("stop_price", &stopPrice)
            try list.optional("trail_price", &trailPrice)
            try list.optional("trail_percent", &trailPercent)
            try list.optional("extended_hours", &isExtendedHours)
            try list.optional("client_order_id", &clientOrderID)
            try list.optional("order_class", &orderClass)
            try list.optional("take_profit", &takeProfit)
            try list.optional("stop_loss", &stopLoss)
            try list.optional("position_intent", &positionIntent)
            try list.some("legs", &legs)
            try list.optional("advanced_instructions", &advancedInstructions)
        }
    }

    /// The body of `PATCH /v2/orders/{id}`: what is to change. The answer is another order.
    package struct OrderChange: Record {
        package var quantity: Quantity?
        package var notional: Money?
        package var timeInForce: Open<TimeInForce>?
        package var limitPrice: Price?
        package var stopPrice: Price?
        /// The trail of a trailing stop, in the unit that it has.
        package var trail: Price?
        package var clientOrderID: ClientOrderID?
        package var advancedInstructions: JSON?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("qty", &quantity)
            try list.optional("notional", &notional)
            try list.optional("time_in_force", &timeInForce)
            try list.optional("limit_price", &limitPrice)
            try list.optional("stop_price", &stopPrice)
            try list.optional("trail", &trail)
            try list.optional("client_order_id", &clientOrderID)
            try list.optional("advanced_instructions", &advancedInstructions)
        }
    }

    /// The query of `GET /v2/orders`. Both ends are exclusive and compare the time of submission.
    package struct OrderListQuery: Record {
        package var status: Open<OrderListStatus>?
        /// 50 where it is absent, 500 at most.
        package var limit: Int?
        package var after: Timestamp?
        package var until: Timestamp?
        package var direction: Open<SortDirection>?
        /// Legs inside their order. Without it, held legs are not among the open ones.
        package var isNested: Bool?
        package var symbols = Commas<Symbol>()
        package var side: Open<Side>?
        package var assetClasses = Commas<Open<AssetClass>>()
        /// Not together with `after` and `until`.
        package var beforeOrderID: OrderID?
        package var afterOrderID: OrderID?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("status", &status)
            try list.optional("limit", &limit)
            try list.optional("after", &after)
            try list.optional("until", &until)
            try list.optional("direction", &direction)
            try list.optional("nested", &isNested)
            try list.some("symbols", &symbols)
            try list.optional("side", &side)
            try list.some("asset_class", &assetClasses)
            try list.optional("before_order_id", &beforeOrderID)
            try list.optional("after_order_id", &afterOrderID)
        }
    }

    /// The query of `DELETE /v2/positions/{symbol}`: all of it, so many, or so much of it.
    package struct ClosePositionQuery: Record {
        package var quantity: Quantity?
        /// 0 to 100.
        package var percentage: Ratio?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("qty", &quantity)
            try list.optional("percentage", &percentage)
        }
    }
}
