import AlpacaAPI
import Trading

/// Openings and closes of the market for shares, in the words of the API.
enum Sessions {
    /// The first opening of a regular session after `time`.
    static func nextOpen(after time: Timestamp) -> Timestamp {
        next(after: time) { TradingSession(.usEquity, containing: $0).open }
    }

    /// The first end of a regular session after `time`.
    static func nextClose(after time: Timestamp) -> Timestamp {
        next(after: time) { TradingSession(.usEquity, containing: $0).close }
    }

    private static func next(after time: Timestamp, _ moment: (Timestamp) -> Timestamp) -> Timestamp {
        var day = USEquityCalendar.tradingDay(at: time)
        while true {
            let noon = USEquityCalendar.time(minute: 720, ofDay: day)
            if USEquityCalendar.closingMinute(ofDay: day) != nil {
                let found = moment(noon)
                if found > time { return found }
            }
            day += 1
        }
    }

    static func isOpen(at time: Timestamp) -> Bool { USEquityCalendar.phase(at: time) == .regular }

    /// Pairs are traded round the clock.
    static func isOpen(_ symbol: Symbol?, at time: Timestamp) -> Bool { symbol?.isPair ?? false || isOpen(at: time) }

    static func clock(at time: Timestamp) -> Alpaca.MarketClock {
        var clock = Alpaca.MarketClock()
        clock.timestamp = time
        clock.isOpen = isOpen(at: time)
        clock.nextOpen = nextOpen(after: time)
        clock.nextClose = nextClose(after: time)
        return clock
    }

    /// Years for which the calendar is answered.
    static let firstDay = CivilTime(year: 1990, month: 1, day: 1).daysSince1970
    static let lastDay = CivilTime(year: 2029, month: 12, day: 31).daysSince1970

    /// Which date of a day the ends of a query mean.
    private enum DateType: String {
        case trading = "TRADING"
        case settlement = "SETTLEMENT"
    }

    static func calendar(_ query: Alpaca.CalendarQuery) throws(Failure) -> [Alpaca.CalendarDay] {
        let first = max(firstDay, query.start?.daysSince1970 ?? firstDay)
        let last = min(lastDay, query.end?.daysSince1970 ?? lastDay)
        guard first <= last else { return [] }
        guard case .string(let word)? = query.unknown.first(where: { $0.key == "date_type" })?.value else {
            return (first...last).compactMap(day)
        }
        switch DateType(rawValue: word) {
        case .trading: return (first...last).compactMap(day)
        // The longest weekend has four days.
        case .settlement:
            return (max(firstDay, first - 7)...last).compactMap(day).filter { day in
                day.settlementDate.map { (first...last).contains($0.daysSince1970) } ?? false
            }
        case nil: throw .invalid("invalid date_type: \(word)")
        }
    }

    /// nil on a day without a session.
    private static func day(_ number: Int64) -> Alpaca.CalendarDay? {
        guard let close = USEquityCalendar.closingMinute(ofDay: number) else { return nil }
        var day = Alpaca.CalendarDay()
        day.date = Alpaca.Day(daysSince1970: number)
        day.open = Alpaca.TimeOfDay(minutes: USEquityCalendar.openingMinute)
        day.close = Alpaca.TimeOfDay(minutes: close)
        day.sessionOpen = Alpaca.TimeOfDay(minutes: 240)
        day.sessionClose = Alpaca.TimeOfDay(minutes: close + 240)
        day.settlementDate = settlement(ofDay: number)
        return day
    }

    /// Shares settle a trading day later (SEC Rule 15c6-1 since 2024-05-28).
    static func settlement(ofDay number: Int64) -> Alpaca.Day {
        var settlement = number + 1
        while USEquityCalendar.closingMinute(ofDay: settlement) == nil { settlement += 1 }
        return Alpaca.Day(daysSince1970: settlement)
    }

    /// The last day with a session before the one that `time` belongs to.
    static func previousDay(at time: Timestamp) -> Alpaca.Day {
        var day = USEquityCalendar.tradingDay(at: time) - 1
        while USEquityCalendar.closingMinute(ofDay: day) == nil { day -= 1 }
        return Alpaca.Day(daysSince1970: day)
    }
}
