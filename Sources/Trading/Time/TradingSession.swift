/// When something is traded, as far as bars and figures of a day are concerned.
public enum TradingHours: Sendable, Hashable {
    /// 09:30 to 16:00 or 13:00 in New York; see ``USEquityCalendar``.
    case usEquity
    /// Every day from midnight to midnight UTC.
    case continuous

    /// A pair such as `BTC/USD` is traded round the clock, anything else is taken for a US share.
    public init(of symbol: Symbol) {
        self = symbol.isPair ? .continuous : .usEquity
    }

    /// 252 sessions a year with an exchange (what is usual in finance), 365 round the clock.
    public var sessionsPerYear: Int64 {
        switch self {
        case .usEquity: 252
        case .continuous: 365
        }
    }

    /// 390 minutes with an exchange.
    public var secondsPerSession: Int64 {
        switch self {
        case .usEquity: 390 * 60
        case .continuous: 86_400
        }
    }
}

/// One trading day and its regular session.
public struct TradingSession: Sendable, Hashable, Codable {
    /// Days since 1970 on the exchange's calendar.
    public let day: Int64
    /// The whole day: from midnight to midnight where the exchange is.
    public let midnight: Timestamp
    public let nextMidnight: Timestamp
    /// The regular session, `close` excluded; as late as `open` on a day without one.
    public let open: Timestamp
    public let close: Timestamp

    public init(_ hours: TradingHours, containing time: Timestamp) {
        switch hours {
        case .usEquity: self.init(usEquityDay: USEquityCalendar.tradingDay(at: time))
        case .continuous: self.init(utcDay: CivilTime(time).daysSince1970)
        }
    }

    private init(utcDay day: Int64) {
        self.day = day
        midnight = Timestamp(seconds: day * 86_400)
        nextMidnight = midnight + .day
        (open, close) = (midnight, nextMidnight)
    }

    private init(usEquityDay day: Int64) {
        let opening = USEquityCalendar.openingMinute
        self.day = day
        midnight = USEquityCalendar.time(minute: 0, ofDay: day)
        nextMidnight = USEquityCalendar.time(minute: 0, ofDay: day + 1)
        open = USEquityCalendar.time(minute: opening, ofDay: day)
        close = USEquityCalendar.time(minute: USEquityCalendar.closingMinute(ofDay: day) ?? opening, ofDay: day)
    }

    /// When the last regular session that was over by then had ended.
    public static func lastClose(_ hours: TradingHours, by time: Timestamp) -> Timestamp {
        var session = TradingSession(hours, containing: time)
        while session.close > time || session.close <= session.open {
            session = TradingSession(hours, containing: Timestamp(nanoseconds: session.midnight.nanoseconds - 1))
        }
        return session.close
    }

    public func contains(_ time: Timestamp) -> Bool { time >= midnight && time < nextMidnight }

    /// Whether any part of the bar is traded in the regular session.
    public func overlaps(_ bar: Bar) -> Bool { bar.start < close && bar.end > open }

    /// Whether the bar is one of `period` as it stands. A day is 24 hours long, or the regular session; a provider that knows
    /// no short days may end it later.
    public func isWhole(_ bar: Bar, of period: TimeSpan) -> Bool {
        bar.period == period || (period == .day && bar.start == open && bar.end >= close)
    }
}

extension Bar {
    /// Whether it is a bar of `period` as it stands; of a day also one of its symbol's whole regular session.
    public func isWhole(of period: TimeSpan) -> Bool {
        self.period == period || TradingSession(TradingHours(of: symbol), containing: start).isWhole(self, of: period)
    }
}
