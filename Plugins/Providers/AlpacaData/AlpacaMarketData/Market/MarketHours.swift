import AlpacaAPI
import Trading

/// The parts of the exchange's days by the vendor's calendar, which knows early closes and days of mourning before our own does;
/// beyond the days that it was asked for, by ours.
struct MarketHours: Equatable, Sendable {
    private var days: [Int64: Alpaca.CalendarDay] = [:]
    private var known: ClosedRange<Int64>?

    init() {}

    /// - Parameter range: days since 1970 that were asked for; those that are not listed have no session.
    init(_ rows: [Alpaca.CalendarDay], _ range: ClosedRange<Int64>) {
        known = range
        for row in rows { days[row.date.daysSince1970] = row }
    }

    /// By the vendor's word; nil where it has said nothing of that day.
    func announced(at time: Timestamp) -> SessionPhase? {
        let day = USEquityCalendar.tradingDay(at: time)
        guard known?.contains(day) == true else { return nil }
        guard let row = days[day] else { return .closed }
        let minute = CivilTime(USEquityCalendar.localTime(time))
        switch minute.hour * 60 + minute.minute {
        case row.first..<row.open.minutes: return .preMarket
        case row.open.minutes..<row.close.minutes: return .regular
        case row.close.minutes..<row.last: return .afterHours
        default: return .closed
        }
    }

    func phase(at time: Timestamp) -> SessionPhase { announced(at: time) ?? USEquityCalendar.phase(at: time) }

    /// The regular session of a day; nil on a day without one.
    func session(ofDay day: Int64) -> (open: Timestamp, close: Timestamp)? {
        let minutes: (open: Int64, close: Int64)
        if known?.contains(day) == true {
            guard let row = days[day], row.open < row.close else { return nil }
            minutes = (row.open.minutes, row.close.minutes)
        } else {
            guard let close = USEquityCalendar.closingMinute(ofDay: day) else { return nil }
            minutes = (USEquityCalendar.openingMinute, close)
        }
        return (
            USEquityCalendar.time(minute: minutes.open, ofDay: day),
            USEquityCalendar.time(minute: minutes.close, ofDay: day)
        )
    }

    /// The first minute after `time` in which a part of the day may begin, by either calendar.
    func nextChange(after time: Timestamp) -> Timestamp {
        let today = USEquityCalendar.tradingDay(at: time)
        for day in today...(today + 1) {
            // 20:00 and 17:00 are the ends of after hours by our own calendar, 04:00 and 09:30 the beginnings.
            var minutes: Set<Int64> = [0, 240, USEquityCalendar.openingMinute]
            if let close = USEquityCalendar.closingMinute(ofDay: day) { minutes.formUnion([close, close + 240]) }
            if let row = days[day] { minutes.formUnion([row.first, row.open.minutes, row.close.minutes, row.last]) }
            let changes = minutes.map { USEquityCalendar.time(minute: $0, ofDay: day) }
            if let next = changes.filter({ $0 > time }).min() { return next }
        }
        return time + .day
    }

    /// As many regular sessions before `time` as hold so many bars, and one more; from the open of the first.
    /// - Parameter seconds: of one bar.
    func start(ofBars count: Int64, seconds: Int64, before time: Timestamp) -> Timestamp {
        var day = USEquityCalendar.tradingDay(at: time)
        var left = count
        // Ten years hold more than a thousand days with a session.
        for _ in 0..<3_660 where left > 0 {
            if let session = session(ofDay: day), session.open < time {
                let length = (min(session.close, time) - session.open).wholeSeconds
                left -= seconds >= 86_400 ? 1 : length / seconds
            }
            day -= 1
        }
        while true {
            if let session = session(ofDay: day) { return session.open }
            day -= 1
        }
    }
}

extension Alpaca.CalendarDay {
    fileprivate var first: Int64 { min(sessionOpen?.minutes ?? 240, open.minutes) }
    fileprivate var last: Int64 { max(sessionClose?.minutes ?? close.minutes + 240, close.minutes) }
}
