import JSON
import Trading

extension Alpaca {
    /// `GET /v2/positions`. Quantities are exact or refused; the average price is rounded half to even at its eighth decimal,
    /// values and percentages at their sixth.
    package struct Position: Record {
        package var assetID = AssetID("0")
        package var symbol = Symbol(unchecked: "-")
        package var exchange: String?
        package var assetClass = Open<AssetClass>("")
        /// Negative where `side` is short.
        package var quantity = Quantity.zero
        /// What no working order holds.
        package var quantityAvailable: Quantity?
        package var side = Open<PositionSide>("")
        package var averageEntryPrice = Price.zero
        package var currentPrice: Price?
        package var lastDayPrice: Price?
        package var changeToday: Ratio?
        package var marketValue: Money?
        package var costBasis: Money?
        package var unrealized: Money?
        package var unrealizedFraction: Ratio?
        package var unrealizedIntraday: Money?
        package var unrealizedIntradayFraction: Ratio?
        package var isMarginable: Bool?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("asset_id", &assetID)
            try list.required("symbol", &symbol)
            try list.optional("exchange", &exchange)
            try list.required("asset_class", &assetClass)
            try list.required("qty", &quantity)
            try list.optional("qty_available", &quantityAvailable)
            try list.required("side", &side)
            try list.required("avg_entry_price", &averageEntryPrice, .shown)
            try list.optional("current_price", &currentPrice, .shown)
            try list.optional("lastday_price", &lastDayPrice, .shown)
            try list.optional("change_today", &changeToday, .shown)
            try list.optional("market_value", &marketValue, .shown)
            try list.optional("cost_basis", &costBasis, .shown)
            try list.optional("unrealized_pl", &unrealized, .shown)
            try list.optional("unrealized_plpc", &unrealizedFraction, .shown)
            try list.optional("unrealized_intraday_pl", &unrealizedIntraday, .shown)
            try list.optional("unrealized_intraday_plpc", &unrealizedIntradayFraction, .shown)
            try list.optional("asset_marginable", &isMarginable)
        }
    }

    /// One row of `DELETE /v2/positions` (207): the order that closes, or why there is none.
    package struct ClosedPosition: Record {
        package var symbol = Symbol(unchecked: "-")
        /// An HTTP status.
        package var status = 0
        /// An ``Order`` where `status` is 200, an ``ErrorBody`` otherwise.
        package var body: JSON?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("symbol", &symbol)
            try list.required("status", &status)
            try list.optional("body", &body)
        }
    }
}
