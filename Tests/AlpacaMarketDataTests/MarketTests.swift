import AlpacaAPI
import Testing
import Trading

@testable import AlpacaMarketData

@Suite("Alpaca data: bars, hours, corporate actions, conditions")
struct MarketTests {
    private static func calendar(_ rows: String, _ first: String, _ last: String) -> MarketHours {
        MarketHours(decoded([Alpaca.CalendarDay].self, rows), day(first)...day(last))
    }

    /// The 17th closes at 13:00, the 18th not at all, and our calendar knows neither.
    private static let hours = calendar(
        #"[{"date":"2026-03-16","open":"09:30","close":"16:00","session_open":"0400","session_close":"2000"},{"date":"2026-03-17","open":"09:30","close":"13:00","session_open":"0400","session_close":"1700"}]"#,
        "2026-03-14", "2026-03-18")

    @Test(
        "the part of the day is that of the vendor's calendar, and ours beyond it",
        arguments: [
            ("2026-03-16T07:59:00Z", .closed), ("2026-03-16T08:00:00Z", .preMarket), ("2026-03-16T13:30:00Z", .regular),
            ("2026-03-16T20:00:00Z", .afterHours), ("2026-03-17T16:59:00Z", .regular),
            ("2026-03-17T17:00:00Z", .afterHours), ("2026-03-17T21:00:00Z", .closed), ("2026-03-18T15:00:00Z", .closed),
        ] as [(String, SessionPhase)])
    func phases(text: String, phase: SessionPhase) {
        #expect(Self.hours.announced(at: time(text)) == phase)
        #expect(Self.hours.announced(at: time("2026-03-19T15:00:00Z")) == nil)
        #expect(Self.hours.phase(at: time("2026-03-19T15:00:00Z")) == .regular)
    }

    @Test("it is looked at again when either calendar comes to another part of the day")
    func changes() {
        var now = time("2026-03-17T12:00:00Z")
        var seen: [String] = []
        for _ in 0..<4 {
            now = Self.hours.nextChange(after: now)
            seen.append("\(now)")
        }
        #expect(
            seen == ["2026-03-17T13:30:00Z", "2026-03-17T17:00:00Z", "2026-03-17T20:00:00Z", "2026-03-17T21:00:00Z"])
    }

    @Test("bars are told once, in order, and none of the future")
    func bars() {
        var book = BarBook([alfa], at: start)
        #expect(book.take(bar("100", "101", at: start), of: alfa, at: later(60)) == nil)
        _ = book.take(bar("100", "101", at: start), of: alfa, at: later(61))
        _ = book.take(bar("90", "91", at: later(-60)), of: alfa, at: later(61))
        #expect(book.take(bar("101", "102", at: later(60)), of: alfa, at: later(100))?.contains("ends only") == true)
        #expect(book.take(bar("0", "102", at: later(60)), of: alfa, at: later(120))?.contains("above zero") == true)
        let news = book.takeNews()
        #expect(news.map(\.start) == [start] && news[0].period == .seconds(60) && news[0].close == price("101"))
        #expect(news[0].volume == Quantity(shares: 10) && book.takeNews().isEmpty)
    }

    @Test("bars that were missed are told before newer ones")
    func filling() {
        var book = BarBook([alfa, chrl], at: start)
        _ = book.take(bar("100", "101", at: start), of: alfa, at: later(60))
        _ = book.takeNews()
        #expect(book.beginFilling(until: later(200)) == start...later(200))
        _ = book.take(bar("103", "104", at: later(180)), of: alfa, at: later(240))
        #expect(!book.hasNews)
        book.fill(
            [
                (alfa, bar("102", "103", at: later(120))), (alfa, bar("100", "101", at: start)),
                (chrl, bar("5", "5", at: later(60))),
            ],
            at: later(241))
        #expect(
            book.takeNews().map { "\($0.symbol) \(($0.start - start).wholeSeconds)" } == [
                "CHRL 60", "ALFA 120", "ALFA 180",
            ])
        #expect(book.beginFilling(until: later(100)) == nil)
    }

    @Test("a day's bar is told once, when its session is over, as the regular session")
    func days() {
        var book = BarBook([alfa], at: start)
        let midnight = time("2026-03-17T04:00:00Z")
        book.take(day: bar("100", "101", at: midnight), of: alfa)
        book.closeDays(Self.hours, at: time("2026-03-17T17:04:59Z"))
        #expect(!book.hasNews && book.nextDay(Self.hours) == time("2026-03-17T17:05:00Z"))
        book.take(day: bar("100", "105", at: midnight), of: alfa)
        book.closeDays(Self.hours, at: time("2026-03-17T17:05:00Z"))
        let news = book.takeNews()
        #expect(news.map(\.close) == [price("105")] && news[0].start == time("2026-03-17T13:30:00Z"))
        #expect(news[0].end == time("2026-03-17T17:00:00Z"))
        book.take(day: bar("100", "106", at: midnight), of: alfa)
        book.closeDays(Self.hours, at: time("2026-03-17T17:06:00Z"))
        #expect(!book.hasNews && book.nextDay(Self.hours) == nil)
    }

    @Test("splits, dividends, names and mergers are told at 04:00 of their day; what has no kind is said")
    func actions() {
        let page = decoded(
            Alpaca.CorporateActionsPage.self,
            #"""
            {"corporate_actions":{
             "forward_splits":[{"id":"s1","symbol":"ALFA","new_rate":7,"old_rate":2,"process_date":"2026-03-17","ex_date":"2026-03-17"}],
             "reverse_splits":[{"id":"s2","symbol":"CHRL","new_rate":1,"old_rate":20,"process_date":"2026-03-17","ex_date":"2026-03-17"}],
             "stock_dividends":[{"id":"s3","symbol":"ALFA","rate":0.05,"process_date":"2026-03-18","ex_date":"2026-03-18"}],
             "cash_dividends":[{"id":"d1","symbol":"ALFA","rate":0.47,"special":false,"foreign":false,"process_date":"2026-03-19","ex_date":"2026-03-18"},
                               {"id":"d2","symbol":"OTHER","rate":0.47,"special":false,"foreign":false,"process_date":"2026-03-19","ex_date":"2026-03-18"}],
             "name_changes":[{"id":"n1","old_symbol":"CHRL","new_symbol":"CHRX","process_date":"2026-03-20"}],
             "stock_mergers":[{"id":"m1","acquirer_symbol":"BIG","acquirer_rate":0.3333333333,"acquiree_symbol":"ALFA","acquiree_rate":1,"process_date":"2026-03-20","effective_date":"2026-03-20"}],
             "spin_offs":[{"id":"o1","source_symbol":"ALFA","source_rate":1,"new_symbol":"SPUN","new_rate":0.5,"process_date":"2026-03-21","ex_date":"2026-03-21"}],
             "novelties":[]},"next_page_token":null}
            """#)
        let read = ActionReading(page, following: [alfa, chrl])
        let told = Dictionary(uniqueKeysWithValues: read.actions.map { ($0.id, $0) })
        #expect(told.keys.sorted() == ["d1", "m1", "n1", "s1", "s2", "s3"])
        #expect(told["s1"]?.kind == .split(numerator: 7, denominator: 2))
        #expect(told["s1"]?.effectiveAt == time("2026-03-17T08:00:00Z"))
        #expect(told["s2"]?.kind == .split(numerator: 1, denominator: 20))
        #expect(told["s3"]?.kind == .split(numerator: 21, denominator: 20))
        #expect(told["d1"]?.kind == .dividend(amount: price("0.47")))
        #expect(told["d1"]?.effectiveAt == time("2026-03-18T08:00:00Z"))
        #expect(told["n1"]?.kind == .symbolChange(to: Symbol(unchecked: "CHRX"), numerator: 1, denominator: 1))
        #expect(told["m1"]?.kind == .symbolChange(to: Symbol(unchecked: "BIG"), numerator: 1, denominator: 3))
        #expect(read.untold == ["spin off of ALFA on 2026-03-21", "kinds that are not known here: novelties"])
    }

    @Test("a condition is the newest close that is known")
    func conditions() throws {
        let table = try ConditionTable("VIX", "timestamp,close\n2026-03-13,18.5\n2026-03-14,.\n2026-03-16,20.25\n")
        #expect(table.condition(at: time("2026-03-13T20:14:00Z")) == nil)
        #expect(table.condition(at: start)?.value == Ratio(units: 18_500_000))
        #expect(table.nextChange(after: start) == time("2026-03-16T20:15:00Z"))
        #expect(table.condition(at: time("2026-03-16T20:15:00Z"))?.value == Ratio(units: 20_250_000))
        #expect(throws: ConditionError.self) { try ConditionTable("VIX", "timestamp,close\n2026-03-13,abc\n") }
        #expect(throws: ConditionError.self) { try ConditionTable("VIX", "date,vix\n") }
    }
}

@Suite("Alpaca data: bars from before")
struct HistoryTests {
    @Test(
        "bars are asked for that lie on those of the core",
        arguments: [
            ("1m", "1Min"), ("5m", "5Min"), ("15m", "15Min"), ("30m", "30Min"), ("1h", "30Min"), ("4h", "30Min"),
            ("20m", "10Min"), ("45m", "15Min"), ("7m", "1Min"), ("1d", "1Day"), ("30s", nil), ("90s", nil),
        ] as [(String, String?)])
    func frames(period: String, frame: String?) {
        #expect(BarHistory.frame(TimeSpan(barPeriod: period)!)?.json(.exact) == frame.map { .string($0) })
    }

    private static func history(_ period: TimeSpan, _ count: Int64, _ feed: Alpaca.Feed = .iex) -> BarHistory {
        BarHistory(1, period, count, of: [alfa, chrl], feed, MarketHours(), at: start)!
    }

    @Test("it begins as many sessions ago as hold the bars, over weekends, and one more")
    func range() {
        #expect(Self.history(.seconds(60), 20).query.start == time("2026-03-13T13:30:00Z"))
        #expect(Self.history(.seconds(60), 200).query.start == time("2026-03-12T13:30:00Z"))
        #expect(Self.history(.day, 1).query.start == time("2026-03-13T04:00:00Z"))
        // The 16th of February is a holiday.
        #expect(Self.history(.day, 20).query.start == time("2026-02-13T05:00:00Z"))
        let query = Self.history(.day, 1, .delayedSIP).query
        #expect(query.feed == .known(.sip) && query.end == later(-900) && query.adjustment == .known(.split))
    }

    @Test("pages are followed to the end, and the newest whole bars are given")
    func pages() {
        var history = Self.history(.seconds(3_600), 2)
        var page = Alpaca.HistoryPage<Alpaca.Bar>()
        page.bySymbol.entries = [
            .init(
                alfa,
                [
                    bar("9", "9", at: time("2026-03-13T13:00:00Z")), bar("10", "11", at: time("2026-03-13T13:30:00Z")),
                    bar("11", "12", at: time("2026-03-13T14:00:00Z")),
                    bar("12", "13", at: time("2026-03-13T14:30:00Z")),
                ])
        ]
        page.nextPageToken = Alpaca.PageToken("more")
        let next = history.take(page)
        #expect(next?.pageToken == Alpaca.PageToken("more") && next?.start == history.query.start)
        page.bySymbol.entries = [
            .init(
                alfa,
                [
                    bar("13", "14", at: time("2026-03-13T15:00:00Z")),
                    bar("20", "21", at: time("2026-03-13T20:00:00Z")),
                    bar("30", "31", at: time("2026-03-16T13:30:00Z")),
                ])
        ]
        page.nextPageToken = nil
        #expect(history.take(page) == nil)
        let bars = history.bars
        #expect(bars.map(\.start) == [time("2026-03-13T13:30:00Z"), time("2026-03-13T14:30:00Z")])
        #expect(bars.map(\.open) == [price("10"), price("12")] && bars.map(\.close) == [price("12"), price("14")])
        #expect(bars.allSatisfy { $0.period == .seconds(3_600) && $0.volume == Quantity(shares: 20) })
    }

    @Test("a day is its regular session, and the one under way is none")
    func days() {
        var history = Self.history(.day, 5)
        var page = Alpaca.HistoryPage<Alpaca.Bar>()
        page.bySymbol.entries = [
            .init(
                alfa,
                [
                    bar("9", "9", at: time("2026-03-13T04:00:00Z")), bar("10", "11", at: time("2026-03-16T04:00:00Z")),
                ])
        ]
        #expect(history.take(page) == nil)
        #expect(history.bars.map(\.start) == [time("2026-03-13T13:30:00Z")])
        #expect(history.bars.allSatisfy { $0.isWhole(of: .day) })
    }
}
