import AlpacaAPI
import JSON
import Trading

extension Failure {
    /// As the data host says it: without a code.
    static func data(_ message: String) -> Failure {
        var failure = Failure(400, 0, message)
        failure.body.code = nil
        return failure
    }

    static func nothing(_ message: String) -> Failure {
        var failure = data(message)
        failure.status = 404
        return failure
    }
}

/// `/v2/stocks`: what the vendor has on a host of its own.
extension VenueEndpoint {
    static let marketEndpoints: [VenueEndpoint] = [
        VenueEndpoint("GET", "/v1/corporate-actions") { call, _ throws(Failure) in
            let query = try call.readData(Alpaca.CorporateActionsQuery.self)
            return VenueResponse(try call.market.actions.page(query, at: call.time))
        },
        VenueEndpoint("GET", "/v2/stocks/bars") { call, _ throws(Failure) in
            VenueResponse(try call.bars(try call.history()))
        },
        VenueEndpoint("GET", "/v2/stocks/bars/latest") { call, _ throws(Failure) in
            VenueResponse(try call.latest { $0.latestBar })
        },
        VenueEndpoint("GET", "/v2/stocks/quotes") { call, _ throws(Failure) in
            VenueResponse(try call.quotes(try call.history()))
        },
        VenueEndpoint("GET", "/v2/stocks/quotes/latest") { call, _ throws(Failure) in
            VenueResponse(try call.latest { $0.latestQuote })
        },
        VenueEndpoint("GET", "/v2/stocks/trades/latest") { call, _ throws(Failure) in
            VenueResponse(try call.latest { $0.latestTrade })
        },
        VenueEndpoint("GET", "/v2/stocks/snapshots") { call, _ throws(Failure) in
            let symbols = try call.latestQuery()
            return VenueResponse(
                Alpaca.BySymbol(
                    symbols.compactMap { symbol in call.market[symbol].map { .init(symbol, $0.snapshot) } }))
        },
        VenueEndpoint("GET", "/v2/stocks/{symbol}/bars") { call, _ throws(Failure) in
            VenueResponse(call.ofOne(try call.bars(try call.history(ofOne: true))))
        },
        VenueEndpoint("GET", "/v2/stocks/{symbol}/bars/latest") { call, _ throws(Failure) in
            VenueResponse(try call.latestOfOne { $0.latestBar })
        },
        VenueEndpoint("GET", "/v2/stocks/{symbol}/quotes") { call, _ throws(Failure) in
            VenueResponse(call.ofOne(try call.quotes(try call.history(ofOne: true))))
        },
        VenueEndpoint("GET", "/v2/stocks/{symbol}/quotes/latest") { call, _ throws(Failure) in
            VenueResponse(try call.latestOfOne { $0.latestQuote })
        },
        VenueEndpoint("GET", "/v2/stocks/{symbol}/trades/latest") { call, _ throws(Failure) in
            VenueResponse(try call.latestOfOne { $0.latestTrade })
        },
        VenueEndpoint("GET", "/v2/stocks/{symbol}/snapshot") { call, _ throws(Failure) in
            let symbol = try call.dataSymbol()
            _ = try call.latestQuery(ofOne: true)
            guard var snapshot = call.market[symbol]?.snapshot else {
                throw .nothing("no snapshot found for \(symbol)")
            }
            snapshot.symbol = symbol
            return VenueResponse(snapshot)
        },
    ]
}

extension VenueCall {
    func readData<Query: Alpaca.Record>(_ type: Query.Type) throws(Failure) -> Query {
        do throws(Alpaca.DecodingError) {
            return try Alpaca.Query.decode(type, from: query)
        } catch {
            throw .data("\(error)")
        }
    }

    /// The symbol in the path. One that is not listed has no data, and is no error.
    func dataSymbol() throws(Failure) -> Symbol {
        do throws(IdentityError) {
            return try Symbol(parameters[0])
        } catch {
            throw .data("invalid symbol: \(parameters[0].prefix(64))")
        }
    }

    func history(ofOne: Bool = false) throws(Failure) -> Alpaca.HistoryQuery {
        var query = try readData(Alpaca.HistoryQuery.self)
        if ofOne { query.symbols = Alpaca.Commas([try dataSymbol()]) }
        guard !query.symbols.elements.isEmpty else { throw .data("symbols is required") }
        try check(query.feed, query.currency)
        if let start = query.start, let end = query.end, start > end { throw .data("end should not be before start") }
        return query
    }

    private func check(_ feed: Alpaca.Open<Alpaca.Feed>?, _ currency: String?) throws(Failure) {
        if case .other(let word)? = feed { throw .data("invalid feed: \(word)") }
        guard currency ?? "USD" == "USD" else { throw .data("currency must be USD") }
    }

    /// From the day's beginning to now where nothing else is asked for.
    private func range(_ query: Alpaca.HistoryQuery) -> ClosedRange<Timestamp>? {
        let midnight = USEquityCalendar.time(minute: 0, ofDay: USEquityCalendar.tradingDay(at: time))
        let (start, end) = (query.start ?? midnight, query.end ?? time)
        return start <= end ? start...end : nil
    }

    func bars(_ query: Alpaca.HistoryQuery) throws(Failure) -> Alpaca.HistoryPage<Alpaca.Bar> {
        guard let frame = query.timeFrame else { throw .data("timeframe is required") }
        if case .other(let word)? = query.adjustment { throw .data("invalid adjustment: \(word)") }
        let adjustment = query.adjustment?.known ?? .raw
        let market = market
        let range = range(query)
        return try HistoryPages<Alpaca.Bar>(query).page(query.symbols.elements) { symbol throws(Failure) in
            guard let series = market[symbol], let range else { return [] }
            guard adjustment == .raw || adjustment == .split || !series.paysDividends else {
                throw .data("this venue does not adjust for dividends")
            }
            do throws(NumericError) {
                return try series.bars(frame, range, isAdjusted: adjustment != .raw).map {
                    ($0.bar.start, $0.told)
                }
            } catch {
                throw Failure(500, 50_010_000, "internal server error occurred")
            }
        }
    }

    func quotes(_ query: Alpaca.HistoryQuery) throws(Failure) -> Alpaca.HistoryPage<Alpaca.Quote> {
        let market = market
        let range = range(query)
        return try HistoryPages<Alpaca.Quote>(query).page(query.symbols.elements) { symbol throws(Failure) in
            guard let series = market[symbol], let range else { return [] }
            return series.quotes.filter { range.contains($0.at) }.map { ($0.at, Alpaca.Quote($0)) }
        }
    }

    func ofOne<Datum>(_ page: Alpaca.HistoryPage<Datum>) -> Alpaca.HistoryOfOne<Datum> {
        var one = Alpaca.HistoryOfOne<Datum>()
        one.symbol = Symbol(unchecked: String(parameters[0].prefix(Symbol.maximumLength)))
        one.data = page.bySymbol.entries.first?.value ?? []
        one.nextPageToken = page.nextPageToken
        return one
    }

    // MARK: - The last of something

    func latestQuery(ofOne: Bool = false) throws(Failure) -> [Symbol] {
        let query = try readData(Alpaca.LatestQuery.self)
        try check(query.feed, query.currency)
        guard ofOne || !query.symbols.elements.isEmpty else { throw .data("symbols is required") }
        return Set(query.symbols.elements).sorted()
    }

    func latest<Datum>(_ datum: (MarketSeries) -> Datum?) throws(Failure) -> Alpaca.Latest<Datum> {
        var latest = Alpaca.Latest<Datum>()
        latest.bySymbol = Alpaca.BySymbol(
            try latestQuery().compactMap { symbol in market[symbol].flatMap(datum).map { .init(symbol, $0) } })
        return latest
    }

    func latestOfOne<Datum>(_ datum: (MarketSeries) -> Datum?) throws(Failure) -> Alpaca.LatestOfOne<Datum> {
        _ = try latestQuery(ofOne: true)
        var latest = Alpaca.LatestOfOne<Datum>()
        latest.symbol = try dataSymbol()
        guard let found = market[latest.symbol].flatMap(datum) else {
            throw .nothing("no \(Datum.singular) found for \(latest.symbol)")
        }
        latest.datum = found
        return latest
    }
}
