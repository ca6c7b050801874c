import AlpacaAPI
import JSON
import Trading

/// `/v3/clock` and `/v3/calendar`: the exchanges for shares, which all keep the same hours.
enum Markets {
    private static let known: [(mic: String, acronym: String, name: String)] = [
        ("XNYS", "NYSE", "New York Stock Exchange"), ("XNAS", "NASDAQ", "NASDAQ"),
        ("IEXG", "IEX", "Investors Exchange"),
    ]

    /// - Throws: a ``Failure`` for a market that is not here.
    static func market(_ name: String) throws(Failure) -> Alpaca.VenueClock.Market {
        guard let found = known.first(where: { $0.mic == name || $0.acronym == name }) else {
            throw Failure(400, 40_010_001, "unknown market: \(name.prefix(64))")
        }
        var market = Alpaca.VenueClock.Market()
        (market.mic, market.acronym, market.name) = (found.mic, found.acronym, found.name)
        market.timezone = "America/New_York"
        return market
    }

    static func clock(_ market: Alpaca.VenueClock.Market, at time: Timestamp) -> Alpaca.VenueClock {
        let day = USEquityCalendar.tradingDay(at: time)
        var clock = Alpaca.VenueClock()
        (clock.market, clock.timestamp) = (market, time)
        clock.isMarketDay = USEquityCalendar.closingMinute(ofDay: day) != nil
        (clock.nextMarketOpen, clock.nextMarketClose) = (
            Sessions.nextOpen(after: time), Sessions.nextClose(after: time)
        )
        clock.phase = .known(phase(at: time))
        clock.phaseUntil = nextPhase(after: time)
        return clock
    }

    private static func phase(at time: Timestamp) -> Alpaca.MarketPhase {
        switch USEquityCalendar.phase(at: time) {
        case .preMarket: .pre
        case .regular: .core
        case .afterHours: .post
        case .closed: .closed
        }
    }

    private static func nextPhase(after time: Timestamp) -> Timestamp {
        var day = USEquityCalendar.tradingDay(at: time)
        while true {
            if let close = USEquityCalendar.closingMinute(ofDay: day) {
                let minutes = [240, USEquityCalendar.openingMinute, close, close + 240]
                let times = minutes.map { USEquityCalendar.time(minute: $0, ofDay: day) }
                if let next = times.first(where: { $0 > time }) { return next }
            }
            day += 1
        }
    }

    /// The days of a week where no end is asked for.
    static func calendar(
        _ market: Alpaca.VenueClock.Market, _ query: Alpaca.CalendarQuery, at time: Timestamp
    ) -> Alpaca.VenueCalendar {
        let today = USEquityCalendar.tradingDay(at: time)
        let first = max(Sessions.firstDay, query.start?.daysSince1970 ?? today)
        let last = min(Sessions.lastDay, query.end?.daysSince1970 ?? first + 7)
        var calendar = Alpaca.VenueCalendar()
        calendar.market = market
        if first <= last { calendar.days = (first...last).compactMap(day) }
        return calendar
    }

    private static func day(_ number: Int64) -> Alpaca.VenueDay? {
        guard let close = USEquityCalendar.closingMinute(ofDay: number) else { return nil }
        func time(_ minute: Int64) -> Timestamp { USEquityCalendar.time(minute: minute, ofDay: number) }
        var day = Alpaca.VenueDay()
        day.date = Alpaca.Day(daysSince1970: number)
        (day.preStart, day.preEnd) = (time(240), time(USEquityCalendar.openingMinute))
        (day.coreStart, day.coreEnd) = (time(USEquityCalendar.openingMinute), time(close))
        (day.postStart, day.postEnd) = (time(close), time(close + 240))
        day.settlementDate = Sessions.settlement(ofDay: number)
        return day
    }
}
