import JSON
import Trading

extension Alpaca.Endpoint where Response == Alpaca.Account {
    package static var account: Self { Self(.get, "/v2/account") }
}

extension Alpaca.Endpoint where Response == Alpaca.AccountConfiguration {
    package static var configuration: Self { Self(.get, "/v2/account/configurations") }

    package static func configure(_ change: Alpaca.AccountConfiguration) -> Self {
        Self(.patch, "/v2/account/configurations", body: change)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.Rows<Alpaca.Position> {
    package static var positions: Self { Self(.get, "/v2/positions") }
}

extension Alpaca.Endpoint where Response == Alpaca.Position {
    package static func position(_ symbol: Symbol) -> Self {
        Self(.get, "/v2/positions/" + Alpaca.Query.escaped(symbol.text))
    }
}

extension Alpaca.Endpoint where Response == Alpaca.Rows<Alpaca.ClosedPosition> {
    package static func closeAllPositions(cancelOrders: Bool) -> Self {
        Self(.delete, "/v2/positions?cancel_orders=" + (cancelOrders ? "true" : "false"))
    }
}

extension Alpaca.Endpoint where Response == Alpaca.Rows<Alpaca.CanceledOrder> {
    package static var cancelAllOrders: Self { Self(.delete, "/v2/orders") }
}

extension Alpaca.Endpoint where Response == Alpaca.Rows<Alpaca.Order> {
    package static func orders(_ query: Alpaca.OrderListQuery) -> Self { Self(.get, "/v2/orders", query: query) }
}

extension Alpaca.Endpoint where Response == Alpaca.Order {
    package static func order(_ id: Alpaca.OrderID, nested: Bool = false) -> Self {
        Self(.get, path(id) + (nested ? "?nested=true" : ""))
    }

    /// How to find out what became of a request without an answer.
    package static func order(clientOrderID id: Alpaca.ClientOrderID) -> Self {
        Self(.get, "/v2/orders:by_client_order_id?client_order_id=" + Alpaca.Query.escaped(id.text))
    }

    package static func place(_ order: Alpaca.OrderRequest) -> Self { Self(.post, "/v2/orders", body: order) }

    /// The answer is the order that is to take its place; until the stream says `replaced` both may be filled.
    package static func replace(_ id: Alpaca.OrderID, _ change: Alpaca.OrderChange) -> Self {
        Self(.patch, path(id), body: change)
    }

    package static func closePosition(_ symbol: Symbol, _ query: Alpaca.ClosePositionQuery) -> Self {
        Self(.delete, "/v2/positions/" + Alpaca.Query.escaped(symbol.text), query: query)
    }

    fileprivate static func path(_ id: Alpaca.OrderID) -> String { "/v2/orders/" + Alpaca.Query.escaped(id.text) }
}

extension Alpaca.Endpoint where Response == Alpaca.Nothing {
    package static func cancel(_ id: Alpaca.OrderID) -> Self {
        Self(.delete, Alpaca.Endpoint<Alpaca.Order>.path(id))
    }
}

extension Alpaca.Endpoint where Response == Alpaca.Rows<Alpaca.Asset> {
    package static func assets(_ query: Alpaca.AssetListQuery) -> Self { Self(.get, "/v2/assets", query: query) }
}

extension Alpaca.Endpoint where Response == Alpaca.Asset {
    package static func asset(_ symbol: Symbol) -> Self {
        Self(.get, "/v2/assets/" + Alpaca.Query.escaped(symbol.text))
    }
}

extension Alpaca.Endpoint where Response == Alpaca.MarketClock {
    package static var clock: Self { Self(.get, "/v2/clock") }
}

extension Alpaca.Endpoint where Response == [Alpaca.CalendarDay] {
    package static func calendar(_ query: Alpaca.CalendarQuery) -> Self { Self(.get, "/v2/calendar", query: query) }
}

extension Alpaca.Endpoint where Response == Alpaca.VenueClocks {
    /// - Parameter markets: MICs or names such as `BOATS`, for the session at night.
    package static func clocks(of markets: [String]) -> Self {
        Self(.get, "/v3/clock?markets=" + Alpaca.Query.escaped(markets.joined(separator: ",")))
    }
}

extension Alpaca.Endpoint where Response == Alpaca.VenueCalendar {
    package static func calendar(of market: String, _ query: Alpaca.CalendarQuery) -> Self {
        Self(.get, "/v3/calendar/" + Alpaca.Query.escaped(market), query: query)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.Rows<Alpaca.Activity> {
    package static func activities(_ query: Alpaca.ActivityQuery) -> Self {
        Self(.get, "/v2/account/activities", query: query)
    }

    package static func activities(of type: Alpaca.ActivityType, _ query: Alpaca.ActivityQuery) -> Self {
        Self(.get, "/v2/account/activities/" + type.rawValue, query: query)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.TradeUpdate {
    /// Not in the OpenAPI; the vendor's Go client uses it, so it is tried at the start.
    package static func tradeEvents(_ query: Alpaca.EventQuery) -> Self {
        Self(.get, "/v2/events/trades", query: query, isEventStream: true)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.ActivityEvent {
    package static func activityEvents(_ query: Alpaca.EventQuery) -> Self {
        Self(.get, "/v2beta1/events/activities", query: query, isEventStream: true)
    }
}
