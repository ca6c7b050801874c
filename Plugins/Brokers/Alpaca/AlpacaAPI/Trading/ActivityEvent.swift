import JSON
import Trading

extension Alpaca {
    /// One event of `GET /v2beta1/events/activities`.
    package struct ActivityEvent: Record {
        package enum Details: Value {
            case trade(TradeDetails)
            case other(BookingDetails)

            package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Details {
                // The types of activities grow; that an execution says what kind of one it is does not change.
                if json["execution_type"] != nil { return .trade(try TradeDetails.read(json, style)) }
                return .other(try BookingDetails.read(json, style))
            }

            package func json(_ style: Style) -> JSON {
                switch self {
                case .trade(let details): details.json(style)
                case .other(let details): details.json(style)
                }
            }
        }

        /// The cursor.
        package var eventID = EventID("0")
        /// The key by which it is booked once; of an execution its id.
        package var referenceID = ReferenceID("0")
        /// What a correction or a bust is about.
        package var previousID: ReferenceID?
        package var at = Timestamp(nanoseconds: 0)
        package var activityType = Open<ActivityType>("")
        package var subType: String?
        package var executedAt: Timestamp?
        package var status: Open<ActivityStatus>?
        package var settleDate: Day?
        package var currency: String?
        /// Rounded half to even at its sixth decimal.
        package var netAmount: Money?
        package var quantity: Quantity?
        /// Rounded half to even at its eighth decimal.
        package var price: Price?
        package var details = Details.other(BookingDetails())
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("event_id", &eventID)
            try list.required("ref_id", &referenceID)
            try list.optional("previous_id", &previousID)
            try list.required("at", &at)
            try list.required("activity_type", &activityType)
            try list.optional("activity_subtype", &subType)
            try list.optional("executed_at", &executedAt)
            try list.optional("status", &status)
            try list.optional("settle_date", &settleDate)
            try list.optional("currency", &currency)
            try list.optional("net_amount", &netAmount, .shown)
            try list.optional("qty", &quantity)
            try list.optional("price", &price, .shown)
            try list.required("details", &details)
        }
    }

    package enum ExecutionType: String, Word {
        case fill
        case tradeCorrect = "trade_correct"
        case tradeBust = "trade_bust"
    }

    package struct TradeDetails: Record {
        package var orderID = OrderID("0")
        package var clientOrderID: ClientOrderID?
        package var side = Open<Side>("")
        package var symbol = Symbol(unchecked: "-")
        package var assetID: AssetID?
        package var leavesQuantity: Quantity?
        package var cumulativeQuantity: Quantity?
        package var orderStatus: Open<OrderStatus>?
        package var executionType = Open<ExecutionType>("")
        /// Rounded half to even at its sixth decimal.
        package var commission: Money?
        package var cusip: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("order_id", &orderID)
            try list.optional("client_order_id", &clientOrderID)
            try list.required("side", &side)
            try list.required("symbol", &symbol)
            try list.optional("asset_id", &assetID)
            try list.optional("leaves_qty", &leavesQuantity)
            try list.optional("cum_qty", &cumulativeQuantity)
            try list.optional("order_status", &orderStatus)
            try list.required("execution_type", &executionType)
            try list.optional("commission", &commission, .shown)
            try list.optional("cusip", &cusip)
        }
    }

    /// What fees, transfers, dividends and corporate actions say of themselves; each kind has some of these. Rates are rounded
    /// half to even at their twelfth decimal, payouts at their sixth; quantities are exact or refused.
    package struct BookingDetails: Record {
        package var systemDate: Day?
        package var groupID: GroupID?
        package var parentID: ReferenceID?
        package var journalID: ReferenceID?
        package var transferID: ReferenceID?
        package var bankTransactionID: ReferenceID?
        package var corporateActionID: ReferenceID?
        package var symbol: Symbol?
        package var cusip: String?
        package var oldSymbol: Symbol?
        package var newSymbol: Symbol?
        package var oldRate: Rate?
        package var newRate: Rate?
        package var rate: Rate?
        package var cashRate: Rate?
        package var cashPayout: Money?
        package var entitledQuantity: Quantity?
        package var oldQuantity: Quantity?
        package var newQuantity: Quantity?
        package var positionDate: Day?
        package var exDate: Day?
        package var recordDate: Day?
        package var payableDate: Day?
        package var effectiveDate: Day?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("system_date", &systemDate)
            try list.optional("group_id", &groupID)
            try list.optional("parent_id", &parentID)
            try list.optional("journal_id", &journalID)
            try list.optional("transfer_id", &transferID)
            try list.optional("bank_transaction_id", &bankTransactionID)
            try list.optional("ca_id", &corporateActionID)
            try list.optional("symbol", &symbol)
            try list.optional("cusip", &cusip)
            try list.optional("old_symbol", &oldSymbol)
            try list.optional("new_symbol", &newSymbol)
            try list.optional("old_rate", &oldRate, .shown)
            try list.optional("new_rate", &newRate, .shown)
            try list.optional("rate", &rate, .shown)
            try list.optional("cash_rate", &cashRate, .shown)
            try list.optional("cash_payout", &cashPayout, .shown)
            try list.optional("entitled_qty", &entitledQuantity)
            try list.optional("old_qty", &oldQuantity)
            try list.optional("new_qty", &newQuantity)
            try list.optional("position_date", &positionDate)
            try list.optional("ex_date", &exDate)
            try list.optional("record_date", &recordDate)
            try list.optional("payable_date", &payableDate)
            try list.optional("effective_date", &effectiveDate)
        }
    }
}
