import PluginKit
import Trading
import Wire

/// What is done about events of a kind, or while a provider's condition says that there is one.
struct EventRule: Decodable {
    enum Action: String, Decodable {
        /// Nothing is entered.
        case entries
        /// A part is sold, once for each event.
        case reduce
        case close
    }

    var kind: Event.Kind
    /// Nothing is entered so long before it; whole days are sessions of the exchange.
    var before: Span?
    /// The same after it.
    var after: Span?
    var action: Action?
    /// Of `reduce`: what is sold; a default of one half.
    var fraction: Ratio?
    /// So long before it something is sold, or the stop tightened; a default of 30 minutes. Before the close where the event comes
    /// when the exchange is closed.
    var lead: Span?
    /// The stop is brought so near to the last price.
    var tightenStop: Ratio?

    static let defaults = [
        EventRule(kind: .earnings, before: Span(.day), after: Span(.day)),
        EventRule(kind: .macro, before: Span(.seconds(1_800)), after: Span(.seconds(1_800))),
    ]
}

struct ConditionRule: Decodable {
    /// Of the condition.
    var name: String
    /// There is an event while its value is above this; a default of 0.
    var above: Ratio?
    /// An older value says nothing; a default of 1 hour.
    var maximumAge: Span?
    /// Whom it concerns; absent: all.
    var symbols: [Symbol]?
    var action: EventRule.Action?
    var fraction: Ratio?
    var tightenStop: Ratio?
}

/// What is to be done with a position.
struct Measure {
    var action: EventRule.Action
    var fraction: Ratio
    var tightenStop: Ratio?

    init(_ action: EventRule.Action?, _ fraction: Ratio?, _ tightenStop: Ratio?, place: String) throws {
        self.action = action ?? .entries
        self.fraction = fraction ?? Ratio(units: Ratio.scale / 2)
        self.tightenStop = tightenStop
        guard self.fraction.isPositive, self.fraction < .one else {
            throw SettingsError("\(place).fraction is a share above 0 and below 1, such as 0.5, not \(self.fraction)")
        }
        if let tightenStop, !tightenStop.isPositive || tightenStop >= .one {
            throw SettingsError("\(place).tighten_stop is a share of the price above 0 and below 1, not \(tightenStop)")
        }
    }
}

// MARK: - When

extension EventRule {
    /// Of what is traded round the clock days are days; else they are sessions.
    func entriesRest(_ event: Event, _ hours: TradingHours) -> Range<Timestamp> {
        let start = Self.back(event.start, before?.value ?? .zero, hours)
        let end = Self.forth(event, after?.value ?? .zero, hours)
        return start..<max(start, end)
    }

    /// When a position is looked at for it. One without a time is met before its day, and on it as long as it may be ahead.
    func isDue(_ event: Event, _ hours: TradingHours, at now: Timestamp) -> Bool {
        let ahead = Self.lastMoment(before: event.start, hours)
        let from = Self.back(ahead, lead?.value ?? .seconds(1_800), hours)
        return now >= from && now < event.end
    }

    /// The last moment before it at which something can be sold.
    private static func lastMoment(before start: Timestamp, _ hours: TradingHours) -> Timestamp {
        guard hours == .usEquity else { return start }
        var session = TradingSession(.usEquity, containing: start)
        if session.open < session.close, start > session.open { return min(start, session.close) }
        repeat {
            session = TradingSession(.usEquity, containing: session.midnight + .seconds(-3_600))
        } while session.open == session.close
        return session.close
    }

    private static func back(_ time: Timestamp, _ span: TimeSpan, _ hours: TradingHours) -> Timestamp {
        guard hours == .usEquity, let days = span.wholeDays else {
            return time + TimeSpan(nanoseconds: -span.nanoseconds)
        }
        return USEquityCalendar.time(minute: 0, ofDay: session(days, from: USEquityCalendar.tradingDay(at: time), -1))
    }

    private static func forth(_ event: Event, _ span: TimeSpan, _ hours: TradingHours) -> Timestamp {
        guard hours == .usEquity, let days = span.wholeDays else { return event.end + span }
        return USEquityCalendar.time(minute: 0, ofDay: session(days, from: event.day, 1) + 1)
    }

    /// The day of the session that is so many after, or before, a day.
    private static func session(_ count: Int64, from day: Int64, _ step: Int64) -> Int64 {
        var (found, day) = (Int64(0), day)
        while found < count {
            day += step
            if USEquityCalendar.closingMinute(ofDay: day) != nil { found += 1 }
        }
        return day
    }
}

extension TimeSpan {
    /// Nil for none, and for what is not written in days.
    fileprivate var wholeDays: Int64? {
        guard self > .zero, nanoseconds % TimeSpan.day.nanoseconds == 0 else { return nil }
        return nanoseconds / TimeSpan.day.nanoseconds
    }
}
