import Trading

/// Times of a New York day, whose date files and configurations write as `2014-06-09`.
enum NewYork {
    /// Minutes after midnight on New York's clock.
    enum Clock: Int64 {
        case midnight = 0
        /// Corporate actions take effect as the pre-market opens.
        case preMarketOpen = 240
        case open = 570
        /// Cboe's VIX closes a quarter of an hour after the shares.
        case indexClose = 975
    }

    /// A date (as its midnight in UTC) or a time in UTC, within ``Limits/years``.
    static func read(_ text: String) -> Timestamp? {
        guard let time = Timestamp(rfc3339: text), Limits.years.contains(CivilTime(time).year) else { return nil }
        return time
    }

    /// - Parameter day: the date's midnight in UTC.
    static func time(_ clock: Clock, on day: Timestamp) -> Timestamp {
        USEquityCalendar.time(minute: clock.rawValue, ofDay: CivilTime(day).daysSince1970)
    }

    /// The end of the session; 16:00 on a day that should have none and has a row all the same.
    /// - Parameter day: the date's midnight in UTC.
    static func close(on day: Timestamp) -> Timestamp {
        let number = CivilTime(day).daysSince1970
        return USEquityCalendar.time(minute: USEquityCalendar.closingMinute(ofDay: number) ?? 960, ofDay: number)
    }

    /// The midnight in UTC that stands for the New York date of a time.
    static func day(at time: Timestamp) -> Timestamp {
        Timestamp(seconds: USEquityCalendar.tradingDay(at: time) * 86_400)
    }
}

/// Whether times lie in a regular session. Neighboring times mostly share their day, so it is kept.
struct RegularHours {
    private var day = Timestamp(nanoseconds: .min)..<Timestamp(nanoseconds: .min)
    private var hours: Range<Timestamp>?

    mutating func contains(_ time: Timestamp) -> Bool {
        if !day.contains(time) {
            let date = NewYork.day(at: time)
            day = NewYork.time(.midnight, on: date)..<NewYork.time(.midnight, on: date + .seconds(86_400))
            let open = NewYork.time(.open, on: date)
            hours = USEquityCalendar.phase(at: open) == .regular ? open..<NewYork.close(on: date) : nil
        }
        return hours?.contains(time) ?? false
    }
}
