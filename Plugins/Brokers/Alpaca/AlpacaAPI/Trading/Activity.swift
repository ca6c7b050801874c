import JSON
import Trading

extension Alpaca {
    /// What was booked on an account (`GET /v2/account/activities`): an execution, or cash and shares that came or went otherwise.
    package enum Activity: Value {
        case trade(TradeActivity)
        case other(NonTradeActivity)

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Activity {
            if json["activity_type"] == .string(ActivityType.fill.rawValue) {
                return .trade(try TradeActivity.read(json, style))
            }
            return .other(try NonTradeActivity.read(json, style))
        }

        package func json(_ style: Style) -> JSON {
            switch self {
            case .trade(let activity): activity.json(style)
            case .other(let activity): activity.json(style)
            }
        }

        package var id: ActivityID {
            switch self {
            case .trade(let activity): activity.id
            case .other(let activity): activity.id
            }
        }
    }

    package enum ActivityType: String, Word {
        case fill = "FILL"
        case transaction = "TRANS"
        case miscellaneous = "MISC"
        case transferOfCash = "ACATC"
        case transferOfSecurities = "ACATS"
        case cryptoFee = "CFEE"
        case capitalGain = "CGD"
        case cashDeposit = "CSD"
        case cashWithdrawal = "CSW"
        case dividend = "DIV"
        case dividendLongTermGain = "DIVCGL"
        case dividendShortTermGain = "DIVCGS"
        case dividendFee = "DIVFEE"
        case dividendForeignTax = "DIVFT"
        case dividendNonResident = "DIVNRA"
        case dividendReturnOfCapital = "DIVROC"
        case dividendWithheld = "DIVTW"
        case dividendExempt = "DIVTXEX"
        case fee = "FEE"
        case interest = "INT"
        case interestNonResident = "INTNRA"
        case interestWithheld = "INTTW"
        case journal = "JNL"
        case journalOfCash = "JNLC"
        case journalOfSecurities = "JNLS"
        case merger = "MA"
        case nameChange = "NC"
        case optionAssignment = "OPASN"
        case optionCorporateAction = "OPCA"
        case optionCashSettlement = "OPCSH"
        case optionExercise = "OPEXC"
        case optionExpiry = "OPEXP"
        case optionTrade = "OPTRD"
        case passThroughCharge = "PTC"
        case passThroughRebate = "PTR"
        case reorganization = "REO"
        case oldReorganization = "REORG"
        case spinOff = "SPIN"
        case split = "SPLIT"
        case freeOfPayment = "FOPT"
        case onChain = "OCT"
        case memoPost = "MEM"
    }

    package enum FillType: String, Word {
        case fill
        case partialFill = "partial_fill"
    }

    package enum ActivityStatus: String, Word { case executed, correct, canceled }

    /// One execution. Its quantity is exact or refused; its price is rounded half to even at its eighth decimal, since an
    /// execution that is not booked is worse than half of a hundred-millionth.
    package struct TradeActivity: Record {
        package var id = ActivityID("0")
        package var activityType = Open<ActivityType>.known(.fill)
        package var type: Open<FillType>?
        package var orderID: OrderID?
        package var orderStatus: Open<OrderStatus>?
        package var symbol = Symbol(unchecked: "-")
        package var side = Open<Side>("")
        package var quantity = Quantity.zero
        package var price = Price.zero
        package var cumulativeQuantity: Quantity?
        package var leavesQuantity: Quantity?
        package var transactionTime = Timestamp(nanoseconds: 0)
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("activity_type", &activityType)
            try list.required("id", &id)
            try list.optional("type", &type)
            try list.optional("order_id", &orderID)
            try list.optional("order_status", &orderStatus)
            try list.required("symbol", &symbol)
            try list.required("side", &side)
            try list.required("qty", &quantity)
            try list.required("price", &price, .shown)
            try list.optional("cum_qty", &cumulativeQuantity)
            try list.optional("leaves_qty", &leavesQuantity)
            try list.required("transaction_time", &transactionTime)
        }
    }

    /// Cash or shares that came or went without an order. The amount is rounded half to even at its sixth decimal.
    package struct NonTradeActivity: Record {
        package var id = ActivityID("0")
        package var activityType = Open<ActivityType>("")
        package var subType: String?
        package var date: Day?
        package var createdAt: Timestamp?
        /// Negative where it left the account.
        package var netAmount: Money?
        package var currency: String?
        package var perShareAmount: Rate?
        package var quantity: Quantity?
        package var price: Price?
        package var symbol: Symbol?
        package var cusip: String?
        package var status: Open<ActivityStatus>?
        package var details: String?
        /// Shared by what was booked for one reason.
        package var groupID: GroupID?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("activity_type", &activityType)
            try list.required("id", &id)
            try list.optional("activity_sub_type", &subType)
            try list.optional("date", &date)
            try list.optional("created_at", &createdAt)
            try list.optional("net_amount", &netAmount, .shown)
            try list.optional("currency", &currency)
            try list.optional("per_share_amount", &perShareAmount, .shown)
            try list.optional("qty", &quantity)
            try list.optional("price", &price, .shown)
            try list.optional("symbol", &symbol)
            try list.optional("cusip", &cusip)
            try list.optional("status", &status)
            try list.optional("description", &details)
            try list.optional("group_id", &groupID)
        }
    }

    package enum ActivityCategory: String, Word {
        case trade = "trade_activity"
        case nonTrade = "non_trade_activity"
    }

    /// The query of `GET /v2/account/activities` and `/v2/account/activities/{type}`.
    package struct ActivityQuery: Record {
        /// Not together with `category`.
        package var types = Commas<Open<ActivityType>>()
        package var category: Open<ActivityCategory>?
        package var orderID: OrderID?
        package var date: Day?
        package var until: Timestamp?
        package var after: Timestamp?
        package var direction: Open<SortDirection>?
        /// 100 at most.
        package var pageSize: Int?
        /// The id of the last activity of the page before.
        package var pageToken: ActivityID?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.some("activity_types", &types)
            try list.optional("category", &category)
            try list.optional("order_id", &orderID)
            try list.optional("date", &date)
            try list.optional("until", &until)
            try list.optional("after", &after)
            try list.optional("direction", &direction)
            try list.optional("page_size", &pageSize)
            try list.optional("page_token", &pageToken)
        }

        /// The page after `page`, or nil after the last.
        /// - Throws: ``DecodingError`` of the last row where that could not be read: there is no way past it by paging.
        package func next(after page: Rows<Activity>) throws(DecodingError) -> ActivityQuery? {
            guard page.rows.count >= pageSize ?? 100, let last = page.rows.last else { return nil }
            var query = self
            query.pageToken = try last.get().id
            return query
        }
    }
}
