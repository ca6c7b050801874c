import Foundation
import SeededRandom
import TestSupport
import Testing
import Trading

@Suite("hours of the US equity market against Foundation's New York")
struct USEquityCalendarTests {
    private let newYork: TimeZone
    private let calendar: Calendar
    private static let first: Int64 = 883_612_800  // 1998-01-01
    private static let last: Int64 = 1_924_991_999  // 2030-12-31

    init() throws {
        newYork = try #require(TimeZone(identifier: "America/New_York"))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = newYork
        self.calendar = calendar
    }

    @Test("the offset of every hour from 1998 to 2030, and of one second before it")
    func everyHour() {
        var wrong: [String] = []
        for second in stride(from: Self.first, through: Self.last, by: 3_600) {
            for second in [second - 1, second] where !agrees(second) { wrong.append("\(second)") }
        }
        #expect(wrong.isEmpty, "\(wrong.count) differ, \(wrong.prefix(10))")
    }

    @Test("each switch of daylight saving happens at the very second")
    func switches() throws {
        var date = Date(timeIntervalSince1970: TimeInterval(Self.first))
        var count = 0
        while let next = newYork.nextDaylightSavingTimeTransition(after: date),
            next.timeIntervalSince1970 < TimeInterval(Self.last)
        {
            let second = Int64(next.timeIntervalSince1970)
            #expect(agrees(second - 1) && agrees(second) && agrees(second + 1), "\(next)")
            #expect(
                USEquityCalendar.isDaylightSaving(Timestamp(nanoseconds: second * 1_000_000_000 - 1))
                    != USEquityCalendar.isDaylightSaving(Timestamp(seconds: second)), "\(next)")
            (date, count) = (next, count + 1)
        }
        #expect(count == 66)
    }

    private func agrees(_ second: Int64) -> Bool {
        let offset = USEquityCalendar.localTime(Timestamp(seconds: second)) - Timestamp(seconds: second)
        let date = Date(timeIntervalSince1970: TimeInterval(second))
        return Int(offset.wholeSeconds) == newYork.secondsFromGMT(for: date)
    }

    @Test("the phase and the trading day are those of New York's clock", arguments: Seed.several)
    func phases(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            var second = random.number(Self.first...Self.last)
            // Half of them on the edge of a minute, where a phase may begin or end.
            if random.chance(50) { second = second / 1_800 * 1_800 - random.number(0...1) }
            let date = Date(timeIntervalSince1970: TimeInterval(second))
            let local = calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
            let time = Timestamp(seconds: second)
            #expect(USEquityCalendar.phase(at: time) == expectedPhase(local), "seed \(seed): \(time)")
            let day = CivilTime.date(daysSince1970: USEquityCalendar.tradingDay(at: time))
            #expect([Int(day.year), Int(day.month), Int(day.day)] == [local.year, local.month, local.day], "\(time)")
        }
    }

    private func expectedPhase(_ local: DateComponents) -> SessionPhase {
        guard let weekday = local.weekday, let hour = local.hour, let minute = local.minute, (2...6).contains(weekday),
            let close = closingHour(local)
        else { return .closed }
        let clock = hour * 100 + minute
        if clock < 400 || clock >= (close + 4) * 100 { return .closed }
        return clock < 930 ? .preMarket : clock < close * 100 ? .regular : .afterHours
    }

    /// Which days are sessions is what ``holidays(year:closed:short:)`` and the real days are for.
    private func closingHour(_ local: DateComponents) -> Int? {
        let date = CivilTime(year: Int64(local.year!), month: Int64(local.month!), day: Int64(local.day!))
        return USEquityCalendar.closingMinute(ofDay: date.daysSince1970).map { Int($0) / 60 }
    }

    /// As the NYSE has published them; 2025 with the mourning for President Carter.
    @Test(
        "holidays and short days are those of the exchange",
        arguments: [
            (
                2024, "1-1 1-15 2-19 3-29 5-27 6-19 7-4 9-2 11-28 12-25", "7-3 11-29 12-24"
            ),
            (2025, "1-1 1-9 1-20 2-17 4-18 5-26 6-19 7-4 9-1 11-27 12-25", "7-3 11-28 12-24"),
            (2026, "1-1 1-19 2-16 4-3 5-25 6-19 7-3 9-7 11-26 12-25", "11-27 12-24"),
            (2027, "1-1 1-18 2-15 3-26 5-31 6-18 7-5 9-6 11-25 12-24", "11-26"),
            (2022, "1-17 2-21 4-15 5-30 6-20 7-4 9-5 11-24 12-26", "11-25"),
        ] as [(Int64, String, String)])
    func holidays(year: Int64, closed: String, short: String) {
        var found = (closed: [String](), short: [String]())
        let first = CivilTime(year: year, month: 1, day: 1).daysSince1970
        for day in first..<CivilTime(year: year + 1, month: 1, day: 1).daysSince1970 {
            let date = CivilTime.date(daysSince1970: day)
            guard (1...5).contains(date.weekday) else { continue }
            switch USEquityCalendar.closingMinute(ofDay: day) {
            case nil: found.closed.append("\(date.month)-\(date.day)")
            case 780: found.short.append("\(date.month)-\(date.day)")
            default: break
            }
        }
        #expect(found.closed.joined(separator: " ") == closed)
        #expect(found.short.joined(separator: " ") == short)
    }

    @Test(
        "a phase begins with its first second",
        arguments: [
            ("2014-06-09T07:59:59Z", SessionPhase.closed), ("2014-06-09T08:00:00Z", .preMarket),
            ("2014-06-09T13:29:59.999999999Z", .preMarket), ("2014-06-09T13:30:00Z", .regular),
            ("2014-06-09T19:59:59Z", .regular), ("2014-06-09T20:00:00Z", .afterHours),
            ("2014-06-10T00:00:00Z", .closed),
            ("2014-12-09T14:30:00Z", .regular), ("2014-12-09T14:29:59Z", .preMarket), ("2014-06-08T15:00:00Z", .closed),
            ("2014-06-07T15:00:00Z", .closed), ("2014-11-27T15:00:00Z", .closed), ("2014-11-28T17:59:59Z", .regular),
            ("2014-11-28T18:00:00Z", .afterHours), ("2014-11-28T22:00:00Z", .closed),
            ("2007-03-12T13:30:00Z", .regular), ("2006-03-13T13:30:00Z", .preMarket),
        ])
    func edges(text: String, phase: SessionPhase) throws {
        #expect(USEquityCalendar.phase(at: try #require(Timestamp(rfc3339: text))) == phase)
    }
}
