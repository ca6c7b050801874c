import JSON
import Trading

extension Alpaca {
    package enum CorporateActionKind: String, Word {
        case capitalGainsDistribution = "capital_gains_distribution"
        case cashDividend = "cash_dividend"
        case cashMerger = "cash_merger"
        case forwardSplit = "forward_split"
        case nameChange = "name_change"
        case partialCall = "partial_call"
        case redemption
        case reorganization
        case reverseSplit = "reverse_split"
        case rightsDistribution = "rights_distribution"
        case spinOff = "spin_off"
        case stockAndCashMerger = "stock_and_cash_merger"
        case stockDividend = "stock_dividend"
        case stockMerger = "stock_merger"
        case unitSplit = "unit_split"
        case worthlessRemoval = "worthless_removal"

        /// In a list.
        var plural: String { rawValue + "s" }

        /// In a stream of events, where a call has a name of its own.
        var eventType: String {
            (self == .partialCall ? "equity_partial_call" : rawValue) + "_corporateaction_event"
        }
    }

    /// One corporate action; each kind has some of these. Rates are rounded half to even at their twelfth decimal: one third is
    /// inexact before it comes here.
    package struct CorporateAction: Record {
        package var id = ReferenceID("0")
        package var symbol: Symbol?
        package var cusip: String?
        package var oldSymbol: Symbol?
        package var newSymbol: Symbol?
        package var sourceSymbol: Symbol?
        package var acquirerSymbol: Symbol?
        package var acquireeSymbol: Symbol?
        package var alternateSymbol: Symbol?
        /// So many new for so many old.
        package var oldRate: Rate?
        package var newRate: Rate?
        package var sourceRate: Rate?
        package var acquirerRate: Rate?
        package var acquireeRate: Rate?
        package var alternateRate: Rate?
        /// Money or shares for each.
        package var rate: Rate?
        package var cashRate: Rate?
        package var longTermRate: Rate?
        package var shortTermRate: Rate?
        package var currency: String?
        package var isSpecial: Bool?
        package var isForeign: Bool?
        package var subType: String?
        package var processDate: Day?
        package var exDate: Day?
        package var recordDate: Day?
        package var payableDate: Day?
        package var effectiveDate: Day?
        package var expirationDate: Day?
        package var dueBillRedemptionDate: Day?
        package var stockMovements: [JSON] = []
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("id", &id)
            try list.optional("symbol", &symbol)
            try list.optional("cusip", &cusip)
            try list.optional("old_symbol", &oldSymbol)
            try list.optional("new_symbol", &newSymbol)
            try list.optional("source_symbol", &sourceSymbol)
            try list.optional("acquirer_symbol", &acquirerSymbol)
            try list.optional("acquiree_symbol", &acquireeSymbol)
            try list.optional("alternate_symbol", &alternateSymbol)
            try rates(&list)
            try list.optional("currency", &currency)
            try list.optional("special", &isSpecial)
            try list.optional("foreign", &isForeign)
            try list.optional("sub_type", &subType)
            try list.optional("process_date", &processDate)
            try list.optional("ex_date", &exDate)
            try list.optional("record_date", &recordDate)
            try list.optional("payable_date", &payableDate)
            try list.optional("effective_date", &effectiveDate)
            try list.optional("expiration_date", &expirationDate)
            try list.optional("due_bill_redemption_date", &dueBillRedemptionDate)
            try list.some("stock_movements", &stockMovements)
        }

        /// Numbers in a list, strings in a stream of events.
        private mutating func rates(_ list: inout Fields) throws(DecodingError) {
            var style = list.style
            style.rounding = .halfEven
            try list.optional("old_rate", &oldRate, style)
            try list.optional("new_rate", &newRate, style)
            try list.optional("source_rate", &sourceRate, style)
            try list.optional("acquirer_rate", &acquirerRate, style)
            try list.optional("acquiree_rate", &acquireeRate, style)
            try list.optional("alternate_rate", &alternateRate, style)
            try list.optional("rate", &rate, style)
            try list.optional("cash_rate", &cashRate, style)
            try list.optional("long_term_rate", &longTermRate, style)
            try list.optional("short_term_rate", &shortTermRate, style)
        }
    }

    /// A page of `GET /v1/corporate-actions`. What cannot be read costs its own row only.
    package struct CorporateActionsPage: Record {
        package var byKind: [CorporateActionKind: Rows<CorporateAction>] = [:]
        /// Kinds that are not known here.
        package var otherKinds: [JSON.Member] = []
        package var nextPageToken: PageToken?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            var kinds = Kinds(byKind: byKind, unknown: otherKinds)
            try list.required("corporate_actions", &kinds)
            (byKind, otherKinds) = (kinds.byKind, kinds.unknown)
            try list.nullable("next_page_token", &nextPageToken)
        }

        private struct Kinds: Record {
            var byKind: [CorporateActionKind: Rows<CorporateAction>] = [:]
            var unknown: [JSON.Member] = []

            init() {}
            init(byKind: [CorporateActionKind: Rows<CorporateAction>], unknown: [JSON.Member]) {
                (self.byKind, self.unknown) = (byKind, unknown)
            }

            mutating func fields(_ list: inout Fields) throws(DecodingError) {
                for kind in CorporateActionKind.allCases {
                    var rows = byKind[kind] ?? Rows()
                    try list.some(kind.plural, &rows, .shownNumber)
                    byKind[kind] = rows.rows.isEmpty ? nil : rows
                }
            }
        }
    }

    package enum EventAction: String, Word { case insert, update, delete }

    /// One event of `GET /v1beta1/events/corporate-actions`.
    package struct CorporateActionEvent: Record {
        /// The cursor.
        package var eventID = EventID("0")
        /// As it came; see ``kind``.
        package var eventType = ""
        package var at = Timestamp(nanoseconds: 0)
        package var action = Open<EventAction>("")
        package var region: String?
        package var corporateAction = CorporateAction()
        package var unknown: [JSON.Member] = []

        package init() {}

        /// nil for a kind that is not known here.
        package var kind: CorporateActionKind? { CorporateActionKind.allCases.first { $0.eventType == eventType } }

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("event_id", &eventID)
            try list.required("event_type", &eventType)
            try list.required("at", &at)
            try list.required("action", &action)
            try list.optional("region", &region)
            try list.required("ca", &corporateAction, .shown)
        }
    }

    /// The query of `GET /v1/corporate-actions`.
    package struct CorporateActionsQuery: Record {
        package var symbols = Commas<Symbol>()
        package var cusips = Commas<String>()
        package var types = Commas<Open<CorporateActionKind>>()
        package var ids = Commas<ReferenceID>()
        package var start: Day?
        package var end: Day?
        package var limit: Int?
        package var sort: Open<SortDirection>?
        package var pageToken: PageToken?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.some("symbols", &symbols)
            try list.some("cusips", &cusips)
            try list.some("types", &types)
            try list.some("ids", &ids)
            try list.optional("start", &start)
            try list.optional("end", &end)
            try list.optional("limit", &limit)
            try list.optional("sort", &sort)
            try list.optional("page_token", &pageToken)
        }
    }
}
