import Foundation
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

    @Test("the phase and the trading day are those of New York's clock", arguments: seeds)
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
        guard let weekday = local.weekday, let hour = local.hour, let minute = local.minute, (2...6).contains(weekday)
        else { return .closed }
        let clock = hour * 100 + minute
        if clock < 400 || clock >= 2_000 { return .closed }
        return clock < 930 ? .preMarket : clock < 1_600 ? .regular : .afterHours
    }

    @Test(
        "a phase begins with its first second",
        arguments: [
            ("2014-06-09T07:59:59Z", SessionPhase.closed), ("2014-06-09T08:00:00Z", .preMarket),
            ("2014-06-09T13:29:59.999999999Z", .preMarket), ("2014-06-09T13:30:00Z", .regular),
            ("2014-06-09T19:59:59Z", .regular), ("2014-06-09T20:00:00Z", .afterHours),
            ("2014-06-10T00:00:00Z", .closed),
            ("2014-12-09T14:30:00Z", .regular), ("2014-12-09T14:29:59Z", .preMarket), ("2014-06-08T15:00:00Z", .closed),
            ("2014-06-07T15:00:00Z", .closed), ("2007-03-12T13:30:00Z", .regular), ("2006-03-13T13:30:00Z", .preMarket),
        ])
    func edges(text: String, phase: SessionPhase) throws {
        #expect(USEquityCalendar.phase(at: try #require(Timestamp(rfc3339: text))) == phase)
    }
}
