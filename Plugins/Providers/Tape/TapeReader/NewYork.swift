import Trading

/// Times of a New York day, whose date files and configurations write as `2014-06-09`.
enum NewYork {
    /// Minutes after midnight on New York's clock.
    enum Clock: Int64 {
        case midnight = 0
        /// Corporate actions take effect as the pre-market opens.
        case preMarketOpen = 240
        case open = 570
        case close = 960
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
        let standard = day + .seconds(5 * 3_600 + clock.rawValue * 60)
        // The clocks change at 06:00 or 07:00 UTC. Midnight (05:00) is before and all the others (from 09:00) are after
        // that, so asking with winter's offset gives the right answer.
        return USEquityCalendar.isDaylightSaving(standard) ? standard + .seconds(-3_600) : standard
    }

    /// The midnight in UTC that stands for the New York date of a time.
    static func day(at time: Timestamp) -> Timestamp {
        Timestamp(seconds: USEquityCalendar.tradingDay(at: time) * 86_400)
    }
}

/// Whether times lie between 09:30 and 16:00 of a weekday. Neighbouring times mostly share their day, so it is kept.
struct RegularHours {
    private var day = Timestamp(nanoseconds: .min)..<Timestamp(nanoseconds: .min)
    private var hours: Range<Timestamp>?

    mutating func contains(_ time: Timestamp) -> Bool {
        if !day.contains(time) {
            let date = NewYork.day(at: time)
            day = NewYork.time(.midnight, on: date)..<NewYork.time(.midnight, on: date + .seconds(86_400))
            let open = NewYork.time(.open, on: date)
            hours = USEquityCalendar.phase(at: open) == .regular ? open..<NewYork.time(.close, on: date) : nil
        }
        return hours?.contains(time) ?? false
    }
}
