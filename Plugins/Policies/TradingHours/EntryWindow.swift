import PluginKit
import Trading
import Wire

/// When something may be entered, by the clock and the calendar of New York.
struct EntryWindow {
    enum Weekday: String, Decodable, CaseIterable {
        case sunday, monday, tuesday, wednesday, thursday, friday, saturday
        init(_ date: CivilTime) { self = Self.allCases[Int(date.weekday)] }
    }

    /// As they are written; what is absent is not limited.
    struct Settings: Decodable {
        var symbols: [Symbol]?
        var from: String?
        var to: String?
        var days: [Weekday]?
        var afterOpen: Span?
        var beforeClose: Span?
    }

    /// Nil: all that no other window names, but what is traded round the clock.
    let symbols: [Symbol]?
    /// Minutes after midnight; nil: with the session.
    private let from: Int64?
    private let to: Int64?
    private let days: [Weekday]?
    private let afterOpen: TimeSpan
    private let beforeClose: TimeSpan

    /// - Parameter place: of the settings, in front of what is wrong about them.
    init(_ settings: Settings, place: String = "") throws {
        symbols = settings.symbols
        from = try settings.from.map { try Self.minute($0, place + "from") }
        to = try settings.to.map { try Self.minute($0, place + "to") }
        days = settings.days
        afterOpen = settings.afterOpen?.value ?? .zero
        beforeClose = settings.beforeClose?.value ?? .zero
        guard (from ?? 0) < (to ?? Self.midnight) else { throw SettingsError("\(place)from is before to") }
        if days?.isEmpty == true { throw SettingsError("\(place)days names one day at least") }
    }

    /// Nil when it may be entered.
    func whyClosed(_ symbol: Symbol, at now: Timestamp) -> String? {
        let local = CivilTime(USEquityCalendar.localTime(now))
        let today = Weekday(local)
        if let days, !days.contains(today) { return "nothing is entered on a \(today.rawValue)" }
        let minute = local.hour * 60 + local.minute
        guard TradingHours(of: symbol) == .usEquity else {
            return outside(minute, from ?? 0, to ?? Self.midnight)
        }
        let session = TradingSession(.usEquity, containing: now)
        guard session.open < session.close, let closing = USEquityCalendar.closingMinute(ofDay: session.day) else {
            return "the exchange has no session today"
        }
        // A short day ends the window too, unless it goes on after the usual close.
        let end = to.map { $0 > Self.usualClose ? $0 : min($0, closing) } ?? closing
        if let why = outside(minute, from ?? USEquityCalendar.openingMinute, end) { return why }
        if now >= session.open, now - session.open < afterOpen {
            return "nothing is entered in the first \(afterOpen) of the session"
        }
        guard now < session.close, session.close - now <= beforeClose else { return nil }
        return "nothing is entered in the last \(beforeClose) of the session"
    }

    private func outside(_ minute: Int64, _ start: Int64, _ end: Int64) -> String? {
        guard minute < start || minute >= end else { return nil }
        return
            "entries are from \(Self.clock(start)) to \(Self.clock(end)) in New York, and it is \(Self.clock(minute))"
    }

    private static let midnight: Int64 = 1_440
    private static let usualClose: Int64 = 960

    /// Of `09:35`; `24:00` is the end of the day.
    static func minute(_ text: String, _ name: String) throws -> Int64 {
        guard let minute = minute(text) else {
            throw SettingsError("\(name) is a time in New York such as \"09:35\", in quotes, not \(text)")
        }
        return minute
    }

    static func minute(_ text: some StringProtocol) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isNumber) }),
            let hour = Int64(parts[0]), let minute = Int64(parts[1]), minute < 60, hour * 60 + minute <= midnight
        else { return nil }
        return hour * 60 + minute
    }

    static func clock(_ minute: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }
}
