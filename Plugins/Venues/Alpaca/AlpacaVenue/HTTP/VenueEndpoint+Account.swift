import AlpacaAPI
import JSON
import Trading

extension VenueEndpoint {
    static let accountEndpoints: [VenueEndpoint] = [
        VenueEndpoint("GET", "/v2/account") { call, account throws(Failure) in
            let market = call.market
            return VenueResponse(try call.exact { () throws(NumericError) in try account.picture(market) })
        },
        VenueEndpoint("GET", "/v2/account/configurations") { _, account throws(Failure) in
            VenueResponse(account.settings)
        },
        VenueEndpoint("PATCH", "/v2/account/configurations") { call, account throws(Failure) in
            try account.configure(try call.readBody(Alpaca.AccountConfiguration.self))
            return VenueResponse(account.settings)
        },
        VenueEndpoint("GET", "/v2/account/activities") { call, account throws(Failure) in
            VenueResponse(try account.activities.list(try call.activityQuery()))
        },
        VenueEndpoint("GET", "/v2/account/activities/{activity_type}") { call, account throws(Failure) in
            var query = try call.activityQuery()
            guard query.types.elements.isEmpty, query.category == nil else {
                throw .invalid("activity_types and category cannot be used with a type in the path")
            }
            query.types = Alpaca.Commas([Alpaca.Open(call.parameters[0])])
            return VenueResponse(try account.activities.list(query))
        },
        VenueEndpoint("GET", "/v2/clock") { call, _ throws(Failure) in VenueResponse(Sessions.clock(at: call.time)) },
        VenueEndpoint("GET", "/v2/calendar") { call, _ throws(Failure) in
            VenueResponse(try Sessions.calendar(try call.read(Alpaca.CalendarQuery.self)))
        },
        VenueEndpoint("GET", "/v3/clock") { call, _ throws(Failure) in
            let query = try call.read(MarketsQuery.self)
            guard !query.markets.elements.isEmpty else { throw Failure(400, 40_010_001, "markets is required") }
            var answer = Alpaca.VenueClocks()
            for name in query.markets.elements {
                answer.clocks.append(Markets.clock(try Markets.market(name), at: query.time ?? call.time))
            }
            return VenueResponse(answer)
        },
        VenueEndpoint("GET", "/v3/calendar/{market}") { call, _ throws(Failure) in
            let market = try Markets.market(call.parameters[0])
            let query = try call.read(Alpaca.CalendarQuery.self)
            if case .string(let zone)? = query.unknown.first(where: { $0.key == "timezone" })?.value, zone != "UTC" {
                throw Failure(400, 40_010_001, "invalid timezone: \(zone)")
            }
            return VenueResponse(Markets.calendar(market, query, at: call.time))
        },
        VenueEndpoint("GET", "/v2/assets") { call, _ throws(Failure) in
            let query = try call.read(Alpaca.AssetListQuery.self)
            guard !query.attributes.elements.isEmpty || !call.has("attributes") else {
                throw .invalid("attributes is empty")
            }
            return VenueResponse(try call.market.assets(query))
        },
        VenueEndpoint("GET", "/v2/assets/{symbol_or_asset_id}") { call, _ throws(Failure) in
            guard let series = call.market[try call.symbol()] else { throw .notFound("asset not found") }
            return VenueResponse(series.asset)
        },
    ]
}

private struct MarketsQuery: Alpaca.Record {
    var markets = Alpaca.Commas<String>()
    var time: Timestamp?
    var unknown: [JSON.Member] = []

    mutating func fields(_ list: inout Alpaca.Fields) throws(Alpaca.DecodingError) {
        try list.some("markets", &markets)
        try list.optional("time", &time)
    }
}

extension MarketRecord {
    /// `GET /v2/assets`.
    func assets(_ query: Alpaca.AssetListQuery) throws(Failure) -> [Alpaca.Asset] {
        if case .other(let word)? = query.status { throw .invalid("invalid status: \(word)") }
        if case .other(let word)? = query.assetClass { throw .invalid("invalid asset_class: \(word)") }
        for case .other(let word) in query.attributes.elements { throw .invalid("invalid attribute: \(word)") }
        return symbols.compactMap { self[$0]?.asset }.filter { asset in
            (query.status == nil || asset.status == query.status)
                && (query.assetClass == nil || asset.assetClass == query.assetClass)
                && (query.exchange == nil || asset.exchange == query.exchange)
                && query.attributes.elements.allSatisfy { asset.attributes.contains($0) }
        }
    }
}
