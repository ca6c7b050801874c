import AlpacaAPI
import JSON
import Testing
import Trading

@Suite("Alpaca venue: market data by request")
struct HistoryTests {
    /// Five minutes of ALFA from 09:30, closing at 101 to 105, and one of BRVO.
    private func rig() throws -> Rig {
        let rig = try Rig(at: time("2026-03-16T13:30:00Z"))
        for index in 1...5 { try rig.bar("100", "11\(index)", "9\(index)", "10\(index)", volume: 1_000) }
        let start = rig.venue.now
        try rig.venue.apply(
            MarketUpdate(
                at: start + .seconds(60),
                bars: [
                    Bar(
                        symbol: Symbol(unchecked: "BRVO"), start: start, period: .seconds(60), open: .one, high: .one,
                        low: .one, close: .one, volume: .one)
                ]))
        return rig
    }

    private func bars(_ rig: Rig, _ query: String) throws -> Alpaca.HistoryPage<Alpaca.Bar> {
        let response = rig.send("GET", "/v2/stocks/bars?\(query)")
        try #require(response.status == 200, "\(response.text)")
        return try Alpaca.decode(Alpaca.HistoryPage<Alpaca.Bar>.self, from: response.body)
    }

    @Test("minute bars of today where nothing else is asked for; what is not listed has none")
    func minutes() throws {
        let rig = try rig()
        let page = try bars(rig, "symbols=ALFA,BRVO,NOPE&timeframe=1Min")
        #expect(page.bySymbol.entries.map(\.symbol.text) == ["ALFA", "BRVO"])
        #expect(page.bySymbol[alfa]?.map(\.close) == (try (1...5).map { try Price("10\($0)") }))
        #expect(page.bySymbol[alfa]?.first?.time == time("2026-03-16T13:30:00Z"))
        #expect(page.nextPageToken == nil)
    }

    @Test(
        "longer bars are made of shorter ones",
        arguments: [
            ("2Min", ["102", "104", "105"]), ("3Min", ["103", "105"]), ("1Hour", ["105"]), ("1Day", ["105"]),
            ("1Week", ["105"]), ("12Month", ["105"]),
        ])
    func frames(frame: String, closes: [String]) throws {
        let rig = try rig()
        let found = try #require(
            try bars(rig, "symbols=ALFA&timeframe=\(frame)&start=2026-01-01T00:00:00Z").bySymbol[alfa])
        #expect(found.map(\.close) == (try closes.map { try Price($0) }))
        #expect(found.reduce(0) { $0 + $1.volume.units } == 5_000 * Alpaca.Volume.scale)
        if closes.count == 1 {
            #expect(found[0].high == (try Price("115")))
            #expect(found[0].low == (try Price("91")))
        }
    }

    @Test(
        "weeks begin on Monday, months with their first day, days at midnight in New York",
        arguments: [
            ("1Day", "2026-03-18T15:00:00Z", "2026-03-18T04:00:00Z"),
            ("1Week", "2026-03-22T15:00:00Z", "2026-03-16T04:00:00Z"),
            ("1Month", "2026-03-18T15:00:00Z", "2026-03-01T05:00:00Z"),
            ("3Month", "2026-06-18T15:00:00Z", "2026-04-01T04:00:00Z"),
            ("4Hour", "2026-03-18T15:59:00Z", "2026-03-18T12:00:00Z"),
        ])
    func starts(frame: String, at: String, start: String) throws {
        let rig = try Rig(at: time("2026-03-16T13:30:00Z"))
        try rig.bar("100", "100", "100", "100", from: time(at))
        let found = try bars(rig, "symbols=ALFA&timeframe=\(frame)&start=2026-01-01T00:00:00Z").bySymbol[alfa]
        // What lies outside of the session is in bars of hours alone.
        #expect(found?.map(\.time) ?? [] == (at.hasPrefix("2026-03-22") ? [] : [time(start)]))
    }

    @Test(
        "pages go on where the one before has ended, across symbols, both ways", arguments: ["asc", "desc"], [1, 2, 5])
    func pages(sort: String, limit: Int) throws {
        let rig = try rig()
        let query = "symbols=ALFA,BRVO&timeframe=1Min&sort=\(sort)"
        var found: [String] = []
        var token: Alpaca.PageToken?
        var count = 0
        repeat {
            let page = try bars(rig, query + "&limit=\(limit)" + (token.map { "&page_token=\($0)" } ?? ""))
            #expect(page.bySymbol.entries.reduce(0) { $0 + $1.value.count } <= limit)
            found += page.bySymbol.entries.flatMap { entry in entry.value.map { "\(entry.symbol) \($0.time)" } }
            token = page.nextPageToken
            count += 1
        } while token != nil && count < 10
        #expect(count == (6 + limit - 1) / limit)
        let whole = try bars(rig, query)
        #expect(found == whole.bySymbol.entries.flatMap { entry in entry.value.map { "\(entry.symbol) \($0.time)" } })
        #expect(found.count == 6)
    }

    @Test("nothing is told from after the present of the venue, and both ends belong to the range")
    func range() throws {
        let rig = try rig()
        let range = "&start=2026-03-16T13:31:00Z&end=2026-03-16T13:33:00Z"
        #expect(try bars(rig, "symbols=ALFA&timeframe=1Min" + range).bySymbol[alfa]?.count == 3)
        let future = "&start=2026-03-16T13:34:00Z&end=2030-01-01T00:00:00Z"
        #expect(try bars(rig, "symbols=ALFA&timeframe=1Min" + future).bySymbol[alfa]?.count == 1)
    }

    @Test("a split is in adjusted prices and volumes, and not in raw ones")
    func split() throws {
        let rig = try rig()
        let at = rig.venue.now + .seconds(60)
        let kind = CorporateAction.Kind.split(numerator: 2, denominator: 1)
        try rig.venue.apply(
            MarketUpdate(at: at, corporateActions: [.init(id: "s", symbol: alfa, kind: kind, effectiveAt: at)]))
        let query = "symbols=ALFA&timeframe=1Min&limit=1"
        #expect(try bars(rig, query).bySymbol[alfa]?.first?.close == (try Price("101")))
        let adjusted = try #require(try bars(rig, query + "&adjustment=split").bySymbol[alfa]?.first)
        #expect(adjusted.close == (try Price("50.5")))
        #expect(adjusted.volume.units == 2_000 * Alpaca.Volume.scale)
    }

    @Test("the last bar, quote and trade, and all of them at once")
    func latest() throws {
        let rig = try rig()
        try rig.quote("105.10", "105.20", after: 30)
        let quotes = try rig.read("GET", "/v2/stocks/quotes/latest?symbols=ALFA,BRVO")["quotes"]
        #expect(quotes?["ALFA"]?["bp"] == .number("105.1"))
        #expect(quotes?["BRVO"] == nil)
        let trade = try rig.read("GET", "/v2/stocks/ALFA/trades/latest")
        #expect(trade["trade"]?["p"] == .number("105"))
        #expect(trade["symbol"] == .string("ALFA"))
        let bar = try rig.read("GET", "/v2/stocks/bars/latest?symbols=ALFA")
        #expect(bar["bars"]?["ALFA"]?["c"] == .number("105"))
        let snapshots = try rig.read("GET", "/v2/stocks/snapshots?symbols=ALFA,NOPE")
        #expect(snapshots["ALFA"]?["dailyBar"]?["o"] == .number("100"))
        #expect(snapshots["ALFA"]?["latestQuote"]?["ap"] == .number("105.2"))
        #expect(snapshots["NOPE"] == nil)
        #expect(try rig.read("GET", "/v2/stocks/ALFA/snapshot")["symbol"] == .string("ALFA"))
        #expect(try rig.read("GET", "/v2/stocks/NOPE/bars/latest", status: 404)["message"] != nil)
        let history = try rig.read("GET", "/v2/stocks/ALFA/quotes")
        guard case .array(let rows)? = history["quotes"] else { return #expect(Bool(false)) }
        #expect(rows.count == 1)
    }

    @Test(
        "a query that is none is 400 without a code",
        arguments: [
            "/v2/stocks/bars", "/v2/stocks/bars?symbols=ALFA", "/v2/stocks/bars?symbols=ALFA&timeframe=60Min",
            "/v2/stocks/bars?symbols=alfa&timeframe=1Min", "/v2/stocks/bars?symbols=ALFA&timeframe=1Min&limit=0",
            "/v2/stocks/bars?symbols=ALFA&timeframe=1Min&limit=10001",
            "/v2/stocks/bars?symbols=ALFA&timeframe=1Min&feed=x",
            "/v2/stocks/bars?symbols=ALFA&timeframe=1Min&page_token=x",
            "/v2/stocks/bars?symbols=ALFA&timeframe=1Min&sort=up",
            "/v2/stocks/bars?symbols=ALFA&timeframe=1Min&start=2026-03-17T00:00:00Z&end=2026-03-16T00:00:00Z",
            "/v2/stocks/bars?symbols=ALFA&timeframe=1Min&currency=EUR", "/v2/stocks/snapshots",
            "/v2/stocks/quotes/latest",
        ])
    func wrong(target: String) throws {
        let rig = try rig()
        let response = rig.send("GET", target)
        #expect(response.status == 400, "\(response.text)")
        #expect(!response.text.contains("code"))
    }

    @Test("market data has a budget of requests of its own")
    func budget() throws {
        let rig = try Rig { $0.requestsPerMinute = 1 }
        #expect(rig.send("GET", "/v2/clock").status == 200)
        #expect(rig.send("GET", "/v2/clock").status == 429)
        #expect(rig.send("GET", "/v2/stocks/snapshots?symbols=ALFA").status == 200)
        #expect(rig.send("GET", "/v2/stocks/snapshots?symbols=ALFA").status == 429)
    }
}
