import Foundation
import SeededRandom
import TestSupport
import Testing
import Trading

private let foundation: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
}()

@Suite("civil time against Foundation")
struct CivilTimeTests {
    /// 1678-01-01 and the last second of 2261.
    private static let range: ClosedRange<Int64> = -9_214_560_000...9_214_646_399

    @Test("date, time of day and weekday are Foundation's", arguments: Seed.several)
    func fields(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            try expectSame(
                second: random.number(Self.range), nanosecond: random.number(0...999_999_999), "seed \(seed)")
        }
    }

    @Test("both sides of every end of February, from 1678 to 2261")
    func leapDays() throws {
        for year in Int64(1678)...2261 {
            let march = CivilTime(year: year, month: 3, day: 1).timestamp.nanoseconds / 1_000_000_000
            for second in [march - 86_401, march - 86_400, march - 1, march, march + 86_399] {
                try expectSame(second: second, nanosecond: 0, "\(year)")
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            #expect((Timestamp(rfc3339: "\(year)-02-29") != nil) == isLeap, "\(year)")
        }
    }

    private func expectSame(second: Int64, nanosecond: Int64, _ words: Comment) throws {
        let time = Timestamp(nanoseconds: second * 1_000_000_000 + nanosecond)
        let civil = CivilTime(time)
        let theirs = foundation.dateComponents(
            [.era, .year, .month, .day, .hour, .minute, .second, .weekday],
            from: Date(timeIntervalSince1970: TimeInterval(second)))
        let ours = [civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.weekday + 1]
        let expected = [
            theirs.year, theirs.month, theirs.day, theirs.hour, theirs.minute, theirs.second, theirs.weekday,
        ]
        #expect(ours.map { Int($0) } == expected.compactMap { $0 }, words)
        #expect(civil.nanosecond == nanosecond, words)
        #expect(civil.timestamp == time, words)
        #expect(Timestamp(rfc3339: time.description) == time, words)
        let text = Date(timeIntervalSince1970: TimeInterval(second)).formatted(.iso8601)
        #expect(Timestamp(nanoseconds: second * 1_000_000_000).description == text, words)
        #expect(text.hasPrefix(time.dateText), words)
    }

    @Test(
        "RFC 3339 is read to the nanosecond",
        arguments: [
            ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000000001Z", 1),
            ("1969-12-31T23:59:59.999999999Z", -1), ("2014-06-09T13:30:00.5Z", 1_402_320_600_500_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000_000), ("1970-01-01T00:00:00.120Z", 120_000_000),
        ])
    func reads(text: String, nanoseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2014", "2014-06", "2014-6-9", "2014-06-09T", "2014-06-09Z", "2014-06-09T13:30", "2014-06-09T13:30Z",
            "2014-06-09T13:30:00", "2014-06-09T13:30:0Z", "2014-06-09T13:30:Z", "2014-06-09T13:30:00.Z",
            "2014-06-09T13:30:00.1234567890Z", "2014-06-09T13:30:00+00:00", "2014-06-09T13:30:00-04:00",
            "2014-06-09 13:30:00Z", "2014-06-09T13:30:00ZZ", "2014-06-09T13:30:00.5", "2014-06-09T24:00:00Z",
            "2014-06-09T13:60:00Z", "2014-06-09T13:30:60Z", "2014-00-09", "2014-13-09", "2014-06-00", "2014-06-31",
            "2014-02-29", "1900-02-29", "2100-02-29", "1677-12-31", "2262-01-01", "+014-06-09", "-014-06-09",
            "２０14-06-09", "2014-06-09T13:30:00.-5Z", "2014/06/09", " 2014-06-09", "2014-06-09 ", "20140609T133000Z",
            "2014-06-09T13:30:00.5Z5Z",
        ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(
        "the ends of time are printed, counted and taken apart without a trap",
        arguments: [
            (Int64.min, "1677-09-21T00:12:43.145224192Z"), (.min + 1, "1677-09-21T00:12:43.145224193Z"),
            (.max, "2262-04-11T23:47:16.854775807Z"), (.max - 1, "2262-04-11T23:47:16.854775806Z"),
        ])
    func ends(nanoseconds: Int64, text: String) {
        let time = Timestamp(nanoseconds: nanoseconds)
        #expect(time.description == text)
        #expect(CivilTime(time).timestamp == time)
        _ = USEquityCalendar.phase(at: time)
        _ = USEquityCalendar.tradingDay(at: time)
    }

    @Test("a date beyond the ends of time is the end")
    func saturates() {
        #expect(CivilTime(year: 2262, month: 11, day: 1).timestamp.nanoseconds == .max)
        #expect(CivilTime(year: 1677, month: 4, day: 1).timestamp.nanoseconds == .min)
        let (end, start) = (Timestamp(nanoseconds: .max), Timestamp(nanoseconds: .min))
        #expect(end + .seconds(1) == end && start + .seconds(-1) == start)
        #expect((end - start).nanoseconds == .max && (start - end).nanoseconds == .min)
        #expect((Timestamp(seconds: 5) - Timestamp(seconds: 2)) == .seconds(3))
    }

    @Test(
        "a span for people has its two largest parts",
        arguments: [
            (0, "0 ms"), (850, "850 ms"), (12_000, "12 s"), (12_999, "12 s"), (60_000, "1 min"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"), (3_600_000, "1 h"), (356_400_000, "4 d 3 h"), (86_400_000, "1 d"),
            (-850, "-850 ms"),
            (-200_000, "-3 min 20 s"),
        ])
    func spans(milliseconds: Int64, text: String) {
        #expect(TimeSpan.milliseconds(milliseconds).description == text)
    }

    @Test(
        "on the wire a time is a string of digits in its one form",
        arguments: [
            ("\"0\"", 0), ("\"-1\"", -1), ("\"9223372036854775807\"", Int64.max),
            ("\"-9223372036854775808\"", Int64.min),
            ("\"-0\"", nil), ("\"+1\"", nil), ("\"01\"", nil), ("\"\"", nil), ("\"9223372036854775808\"", nil),
            ("1", nil),
            ("\"1.0\"", nil), ("\"1e3\"", nil), ("\" 1\"", nil),
        ] as [(String, Int64?)])
    func codable(json: String, nanoseconds: Int64?) throws {
        let bytes = Data("[\(json)]".utf8)
        let time = try? JSONDecoder().decode([Timestamp].self, from: bytes).first
        let span = try? JSONDecoder().decode([TimeSpan].self, from: bytes).first
        #expect(time?.nanoseconds == nanoseconds && span?.nanoseconds == nanoseconds)
        if let time { #expect(try JSONEncoder().encode([time]) == bytes) }
    }
}
