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

    static let phases = [
        ("2026-03-16T07:59:00Z", "closed", "2026-03-16T08:00:00Z"),
        ("2026-03-16T08:00:00Z", "pre", "2026-03-16T13:30:00Z"),
        ("2026-03-16T13:30:00Z", "core", "2026-03-16T20:00:00Z"),
        ("2026-03-16T20:00:00Z", "post", "2026-03-17T00:00:00Z"),
        ("2026-03-21T12:00:00Z", "closed", "2026-03-23T08:00:00Z"),
        ("2026-11-27T18:00:00Z", "post", "2026-11-27T22:00:00Z"),
    ]

    @Test("a market's clock knows the phase, and until when it lasts", arguments: phases)
    func phase(now: String, phase: String, until: String) throws {
        let rig = try Rig(at: time(now))
        let answer = try Alpaca.decode(
            Alpaca.VenueClocks.self, from: rig.send("GET", "/v3/clock?markets=NYSE,XNAS").body)
        #expect(answer.clocks.map(\.market.mic) == ["XNYS", "XNAS"])
        #expect(answer.clocks.map(\.phase.description) == [phase, phase])
        #expect(answer.clocks.first?.phaseUntil == time(until))
        #expect(rig.send("GET", "/v3/clock?markets=BOATS").status == 400)
        #expect(rig.send("GET", "/v3/clock").status == 400)
        let moved = rig.send("GET", "/v3/clock?markets=IEX&time=2026-03-16T13:30:00Z").text
        #expect(moved.contains(#""phase":"core""#))
    }

    @Test("a market's calendar has a week where no end is asked for")
    func marketCalendar() throws {
        let rig = try Rig(at: time("2026-11-25T12:00:00Z"))
        let calendar = try Alpaca.decode(
            Alpaca.VenueCalendar.self, from: rig.send("GET", "/v3/calendar/NYSE").body)
        #expect(
            calendar.days.map(\.date.description) == [
                "2026-11-25", "2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02",
            ])
        #expect(calendar.days[1].coreEnd == time("2026-11-27T18:00:00Z"))
        #expect(rig.send("GET", "/v3/calendar/NYSE?timezone=CET").status == 400)
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
