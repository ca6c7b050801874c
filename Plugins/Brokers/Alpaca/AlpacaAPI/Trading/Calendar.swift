import JSON
import Trading

extension Alpaca {
    /// `GET /v2/clock`: the exchange's clock.
    package struct MarketClock: Record {
        package var timestamp = Timestamp(nanoseconds: 0)
        package var isOpen = false
        package var nextOpen = Timestamp(nanoseconds: 0)
        package var nextClose = Timestamp(nanoseconds: 0)
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("timestamp", &timestamp)
            try list.required("is_open", &isOpen)
            try list.required("next_open", &nextOpen)
            try list.required("next_close", &nextClose)
        }
    }

    /// One day of `GET /v2/calendar`, by New York's clock. Days without a session are not listed.
    package struct CalendarDay: Record {
        package var date = Day(daysSince1970: 0)
        package var open = TimeOfDay(minutes: 0)
        package var close = TimeOfDay(minutes: 0)
        /// From pre-market to the end of after hours.
        package var sessionOpen: TimeOfDay?
        package var sessionClose: TimeOfDay?
        package var settlementDate: Day?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("date", &date)
            try list.required("open", &open)
            try list.required("close", &close)
            try list.optional("session_open", &sessionOpen, .compact)
            try list.optional("session_close", &sessionClose, .compact)
            try list.optional("settlement_date", &settlementDate)
        }
    }

    /// The query of `GET /v2/calendar`; both ends are included.
    package struct CalendarQuery: Record {
        package var start: Day?
        package var end: Day?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("start", &start)
            try list.optional("end", &end)
        }
    }

    package enum MarketPhase: String, Word { case closed, pre, core, lunch, post }

    /// One market of `GET /v3/clock`.
    package struct VenueClock: Record {
        package struct Market: Record {
            /// `XNYS`.
            package var mic: String?
            package var acronym: String?
            package var name: String?
            package var timezone: String?
            package var unknown: [JSON.Member] = []

            package init() {}

            package mutating func fields(_ list: inout Fields) throws(DecodingError) {
                try list.optional("mic", &mic)
                try list.optional("acronym", &acronym)
                try list.optional("name", &name)
                try list.optional("timezone", &timezone)
            }
        }

        package var market = Market()
        package var timestamp = Timestamp(nanoseconds: 0)
        package var isMarketDay = false
        package var nextMarketOpen: Timestamp?
        package var nextMarketClose: Timestamp?
        package var phase = Open<MarketPhase>("")
        package var phaseUntil: Timestamp?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("market", &market)
            try list.required("timestamp", &timestamp)
            try list.required("is_market_day", &isMarketDay)
            try list.optional("next_market_open", &nextMarketOpen)
            try list.optional("next_market_close", &nextMarketClose)
            try list.required("phase", &phase)
            try list.optional("phase_until", &phaseUntil)
        }
    }

    package struct VenueClocks: Record {
        package var clocks: [VenueClock] = []
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.list("clocks", &clocks)
        }
    }

    /// One day of `GET /v3/calendar/{market}`, with its offset in each time.
    package struct VenueDay: Record {
        package var date = Day(daysSince1970: 0)
        package var coreStart = Timestamp(nanoseconds: 0)
        package var coreEnd = Timestamp(nanoseconds: 0)
        package var preStart: Timestamp?
        package var preEnd: Timestamp?
        package var lunchStart: Timestamp?
        package var lunchEnd: Timestamp?
        package var postStart: Timestamp?
        package var postEnd: Timestamp?
        package var settlementDate: Day?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("date", &date)
            try list.required("core_start", &coreStart)
            try list.required("core_end", &coreEnd)
            try list.optional("pre_start", &preStart)
            try list.optional("pre_end", &preEnd)
            try list.optional("lunch_start", &lunchStart)
            try list.optional("lunch_end", &lunchEnd)
            try list.optional("post_start", &postStart)
            try list.optional("post_end", &postEnd)
            try list.optional("settlement_date", &settlementDate)
        }
    }

    package struct VenueCalendar: Record {
        package var market = VenueClock.Market()
        package var days: [VenueDay] = []
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.required("market", &market)
            try list.list("calendar", &days)
        }
    }
}
