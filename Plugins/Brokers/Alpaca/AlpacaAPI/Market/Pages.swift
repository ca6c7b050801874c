import JSON
import Trading

extension Alpaca {
    /// A page of history of several symbols: a limit counts the data of all of them, so a symbol may go on with the next page.
    package struct HistoryPage<Datum: MarketDatum>: Record {
        package var bySymbol = BySymbol<[Datum]>()
        package var nextPageToken: PageToken?
        package var currency: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.list(Datum.plural, &bySymbol)
            try list.nullable("next_page_token", &nextPageToken)
            try list.optional("currency", &currency)
        }
    }

    /// A page of history of one symbol.
    package struct HistoryOfOne<Datum: MarketDatum>: Record {
        package var data: [Datum] = []
        package var symbol = Symbol(unchecked: "-")
        package var nextPageToken: PageToken?
        package var currency: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.list(Datum.plural, &data)
            try list.required("symbol", &symbol)
            try list.nullable("next_page_token", &nextPageToken)
            try list.optional("currency", &currency)
        }
    }

    /// The last of several symbols. What is not known has no entry.
    package struct Latest<Datum: MarketDatum>: Record {
        package var bySymbol = BySymbol<Datum>()
        package var currency: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.list(Datum.plural, &bySymbol)
            try list.optional("currency", &currency)
        }
    }

    package struct LatestOfOne<Datum: MarketDatum>: Record {
        package var datum: Datum?
        package var symbol = Symbol(unchecked: "-")
        package var currency: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional(Datum.singular, &datum)
            try list.required("symbol", &symbol)
            try list.optional("currency", &currency)
        }
    }

    /// Crypto's snapshots. Those of stocks are the map alone.
    package struct CryptoSnapshots: Record {
        package var bySymbol = BySymbol<Snapshot>()
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.list("snapshots", &bySymbol)
        }
    }

    package enum Feed: String, Word {
        case sip, iex, boats, overnight, otc
        /// Fifteen minutes late.
        case delayedSIP = "delayed_sip"
    }

    package enum Adjustment: String, Word { case raw, split, dividend, all }

    /// The length of a bar: 1 to 59 minutes, 1 to 23 hours, a day, a week, 1, 2, 3, 4, 6 or 12 months.
    package struct TimeFrame: Value, Hashable {
        package enum Unit: String, Word {
            case minute = "Min"
            case hour = "Hour"
            case day = "Day"
            case week = "Week"
            case month = "Month"
        }

        package let count: Int
        package let unit: Unit

        /// nil where the vendor has no such bars.
        package init?(_ count: Int, _ unit: Unit) {
            let isThere =
                switch unit {
                case .minute: (1...59).contains(count)
                case .hour: (1...23).contains(count)
                case .day, .week: count == 1
                case .month: [1, 2, 3, 4, 6, 12].contains(count)
                }
            guard isThere else { return nil }
            (self.count, self.unit) = (count, unit)
        }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> TimeFrame {
            let text = try String.read(json, style)
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let word = text.dropFirst(digits.count)
            let short = ["T": Unit.minute, "H": .hour, "D": .day, "W": .week, "M": .month]
            // ccxt writes `1min`, and the vendor takes it.
            let long = Unit.allCases.first { $0.rawValue.lowercased() == word.lowercased() }
            guard let count = Int(digits), let unit = long ?? short[String(word)],
                let frame = TimeFrame(count, unit)
            else { throw .malformed(text, .timeFrame) }
            return frame
        }

        package func json(_ style: Style) -> JSON { .string(String(count) + unit.rawValue) }
    }

    /// The query of a history: bars, quotes or trades. Both ends are included.
    package struct HistoryQuery: Record {
        package var symbols = Commas<Symbol>()
        /// Of bars.
        package var timeFrame: TimeFrame?
        package var start: Timestamp?
        package var end: Timestamp?
        /// 1,000 where it is absent, 10,000 at most, of all symbols together.
        package var limit: Int?
        package var adjustment: Open<Adjustment>?
        /// The day by whose names symbols are meant.
        package var asOf: Day?
        package var feed: Open<Feed>?
        package var currency: String?
        package var sort: Open<SortDirection>?
        package var pageToken: PageToken?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.list("symbols", &symbols)
            try list.optional("timeframe", &timeFrame)
            try list.optional("start", &start)
            try list.optional("end", &end)
            try list.optional("limit", &limit)
            try list.optional("adjustment", &adjustment)
            try list.optional("asof", &asOf)
            try list.optional("feed", &feed)
            try list.optional("currency", &currency)
            try list.optional("sort", &sort)
            try list.optional("page_token", &pageToken)
        }

        /// The page after one with this token; nil after the last.
        package func next(_ token: PageToken?) -> HistoryQuery? {
            guard let token else { return nil }
            var query = self
            query.pageToken = token
            return query
        }
    }

    /// The query of the last of something.
    package struct LatestQuery: Record {
        package var symbols = Commas<Symbol>()
        package var feed: Open<Feed>?
        package var currency: String?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.list("symbols", &symbols)
            try list.optional("feed", &feed)
            try list.optional("currency", &currency)
        }
    }
}
