import AlpacaAPI
import JSON
import Trading

extension VenueEndpoint {
    static let orderEndpoints: [VenueEndpoint] = [
        VenueEndpoint("POST", "/v2/orders") { call, account throws(Failure) in
            let request = try call.readBody(Alpaca.OrderRequest.self)
            return VenueResponse(try account.place(request, call.market, at: call.time))
        },
        VenueEndpoint("GET", "/v2/orders") { call, account throws(Failure) in
            VenueResponse(try account.orders.list(try call.read(Alpaca.OrderListQuery.self)))
        },
        VenueEndpoint("DELETE", "/v2/orders") { call, account throws(Failure) in
            VenueResponse(account.cancelAll(at: call.time), status: 207)
        },
        VenueEndpoint("GET", "/v2/orders:by_client_order_id") { call, account throws(Failure) in
            let query = try call.read(ClientOrderQuery.self)
            guard let client = query.clientOrderID else { throw .invalid("client_order_id is required") }
            guard let id = account.orders.id(of: client),
                let order = account.orders.told(id, nested: query.isNested ?? false)
            else { throw .notFound("order not found for \(client)") }
            return VenueResponse(order)
        },
        VenueEndpoint("GET", "/v2/orders/{order_id}") { call, account throws(Failure) in
            let (id, query) = (try call.orderID(), try call.read(ClientOrderQuery.self))
            guard let order = account.orders.told(id, nested: query.isNested ?? false) else {
                throw .notFound("order not found for \(id)")
            }
            return VenueResponse(order)
        },
        VenueEndpoint("PATCH", "/v2/orders/{order_id}") { call, account throws(Failure) in
            let (id, change) = (try call.orderID(), try call.readBody(Alpaca.OrderChange.self))
            return VenueResponse(try account.replace(id, change, call.market, at: call.time))
        },
        VenueEndpoint("DELETE", "/v2/orders/{order_id}") { call, account throws(Failure) in
            try account.cancel(try call.orderID(), at: call.time)
            return VenueResponse(204)
        },
    ]

    static let positionEndpoints: [VenueEndpoint] = [
        VenueEndpoint("GET", "/v2/positions") { call, account throws(Failure) in
            let market = call.market
            return VenueResponse(try call.exact { () throws(NumericError) in try account.positions(market) })
        },
        VenueEndpoint("DELETE", "/v2/positions") { call, account throws(Failure) in
            let query = try call.read(CloseAllQuery.self)
            let rows = try account.closeAll(
                cancelsOrders: query.cancelsOrders ?? false, call.market, at: call.time)
            return VenueResponse(rows, status: 207)
        },
        VenueEndpoint("GET", "/v2/positions/{symbol_or_asset_id}") { call, account throws(Failure) in
            let (symbol, market) = (try call.symbol(), call.market)
            let positions = try call.exact { () throws(NumericError) in try account.positions(market) }
            guard let position = positions.first(where: { $0.symbol == symbol }) else {
                throw .notFound("position does not exist")
            }
            return VenueResponse(position)
        },
        VenueEndpoint("DELETE", "/v2/positions/{symbol_or_asset_id}") { call, account throws(Failure) in
            let (symbol, query) = (try call.symbol(), try call.read(Alpaca.ClosePositionQuery.self))
            return VenueResponse(try account.close(symbol, query, call.market, at: call.time))
        },
    ]

    private struct ClientOrderQuery: Alpaca.Record {
        var clientOrderID: Alpaca.ClientOrderID?
        var isNested: Bool?
        var unknown: [JSON.Member] = []

        mutating func fields(_ list: inout Alpaca.Fields) throws(Alpaca.DecodingError) {
            try list.optional("client_order_id", &clientOrderID)
            try list.optional("nested", &isNested)
        }
    }

    private struct CloseAllQuery: Alpaca.Record {
        var cancelsOrders: Bool?
        var unknown: [JSON.Member] = []

        mutating func fields(_ list: inout Alpaca.Fields) throws(Alpaca.DecodingError) {
            try list.optional("cancel_orders", &cancelsOrders)
        }
    }
}
