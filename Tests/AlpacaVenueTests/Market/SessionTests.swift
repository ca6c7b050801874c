import AlpacaAPI
import Testing
import Trading

@Suite("Alpaca venue: clock and calendar")
struct SessionTests {
    static let clocks = [
        ("2026-03-16T13:29:59Z", false, "2026-03-16T13:30:00Z", "2026-03-16T20:00:00Z"),
        ("2026-03-16T13:30:00Z", true, "2026-03-17T13:30:00Z", "2026-03-16T20:00:00Z"),
        ("2026-03-16T20:00:00Z", false, "2026-03-17T13:30:00Z", "2026-03-17T20:00:00Z"),
        // Good Friday, and the weekend behind it.
        ("2026-04-02T21:00:00Z", false, "2026-04-06T13:30:00Z", "2026-04-06T20:00:00Z"),
        // A short day: the day after Thanksgiving, in winter time.
        ("2026-11-27T15:00:00Z", true, "2026-11-30T14:30:00Z", "2026-11-27T18:00:00Z"),
    ]

    @Test("the clock knows the next opening and the next close", arguments: clocks)
    func clock(now: String, isOpen: Bool, open: String, close: String) throws {
        let rig = try Rig(at: time(now))
        let clock = try Alpaca.decode(Alpaca.MarketClock.self, from: rig.send("GET", "/v2/clock").body)
        #expect(clock.timestamp == time(now))
        #expect(clock.isOpen == isOpen)
        #expect(clock.nextOpen == time(open))
        #expect(clock.nextClose == time(close))
    }

    @Test("the calendar has the days with a session, both ends included")
    func calendar() throws {
        let rig = try Rig()
        let response = rig.send("GET", "/v2/calendar?start=2026-11-25&end=2026-11-30")
        let days = try Alpaca.decode([Alpaca.CalendarDay].self, from: response.body)
        #expect(days.map(\.date.description) == ["2026-11-25", "2026-11-27", "2026-11-30"])
        #expect(days[1].close == Alpaca.TimeOfDay(minutes: 780))
        #expect(days[0].settlementDate?.description == "2026-11-27")
        #expect(rig.send("GET", "/v2/calendar?start=2026-11-30&end=2026-11-25").text == "[]")
        #expect(rig.send("GET", "/v2/calendar?start=soon").status == 422)
        #expect(rig.send("GET", "/v2/calendar?date_type=OTHER").status == 422)
        let settled = rig.send("GET", "/v2/calendar?start=2026-11-27&end=2026-11-27&date_type=SETTLEMENT")
        #expect(
            try Alpaca.decode([Alpaca.CalendarDay].self, from: settled.body).map(\.date.description) == ["2026-11-25"])
    }
}
