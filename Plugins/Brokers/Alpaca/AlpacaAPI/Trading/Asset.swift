import JSON
import Trading

extension Alpaca {
    /// `GET /v2/assets`. Steps of price and size are exact or refused.
    package struct Asset: Record {
        package var id = AssetID("0")
        package var assetClass = Open<AssetClass>("")
        package var exchange: String?
        package var symbol = Symbol(unchecked: "-")
        package var name: String?
        package var status = Open<AssetStatus>("")
        package var isTradable = false
        package var isMarginable: Bool?
        package var isShortable: Bool?
        package var isFractionable: Bool?
        /// In place of the boolean `easy_to_borrow` since 2026-06.
        package var borrowStatus: Open<BorrowStatus>?
        package var isEasyToBorrow: Bool?
        package var attributes: [Open<AssetAttribute>] = []
        package var cusip: String?
        /// In percent.
        package var marginRequirementLong: Ratio?
        package var marginRequirementShort: Ratio?
        package var maintenanceMarginRequirement: Ratio?
        package var minimumOrderSize: Quantity?
        package var minimumTradeIncrement: Quantity?
        package var priceIncrement: Price?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("id", &id)
            try list.required("class", &assetClass)
            try list.optional("exchange", &exchange)
            try list.required("symbol", &symbol)
            try list.optional("name", &name)
            try list.required("status", &status)
            try list.required("tradable", &isTradable)
            try list.optional("marginable", &isMarginable)
            try list.optional("shortable", &isShortable)
            try list.optional("fractionable", &isFractionable)
            try list.optional("borrow_status", &borrowStatus)
            try list.optional("easy_to_borrow", &isEasyToBorrow)
            try list.list("attributes", &attributes)
            try list.optional("cusip", &cusip)
            try list.optional("margin_requirement_long", &marginRequirementLong, .shown)
            try list.optional("margin_requirement_short", &marginRequirementShort, .shown)
            try list.optional("maintenance_margin_requirement", &maintenanceMarginRequirement, .shownNumber)
            try list.optional("min_order_size", &minimumOrderSize)
            try list.optional("min_trade_increment", &minimumTradeIncrement)
            try list.optional("price_increment", &priceIncrement)
        }
    }

    /// The query of `GET /v2/assets`.
    package struct AssetListQuery: Record {
        package var status: Open<AssetStatus>?
        package var assetClass: Open<AssetClass>?
        package var exchange: String?
        package var attributes = Commas<Open<AssetAttribute>>()
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("status", &status)
            try list.optional("asset_class", &assetClass)
            try list.optional("exchange", &exchange)
            try list.some("attributes", &attributes)
        }
    }
}
