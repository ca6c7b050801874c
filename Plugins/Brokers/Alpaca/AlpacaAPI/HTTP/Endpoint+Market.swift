import JSON
import Trading

extension Alpaca {
    /// Which market's data: the paths differ, the shapes do not.
    package enum DataMarket: String, Sendable {
        case stocks = "/v2/stocks"
        case crypto = "/v1beta3/crypto/us"
    }
}

extension Alpaca.Endpoint {
    /// Bars, quotes or trades of some time, by pages.
    package static func history<Datum>(
        _ market: Alpaca.DataMarket, _ query: Alpaca.HistoryQuery
    ) -> Self where Response == Alpaca.HistoryPage<Datum> {
        Self(.get, market.rawValue + "/" + Datum.plural, at: .data, query: query)
    }

    /// The last bar, quote or trade.
    package static func latest<Datum>(
        _ market: Alpaca.DataMarket, _ query: Alpaca.LatestQuery
    ) -> Self where Response == Alpaca.Latest<Datum> {
        let path =
            switch market {
            case .stocks: market.rawValue + "/" + Datum.plural + "/latest"
            case .crypto: market.rawValue + "/latest/" + Datum.plural
            }
        return Self(.get, path, at: .data, query: query)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.BySymbol<Alpaca.Snapshot> {
    package static func stockSnapshots(_ query: Alpaca.LatestQuery) -> Self {
        Self(.get, "/v2/stocks/snapshots", at: .data, query: query)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.CryptoSnapshots {
    package static func cryptoSnapshots(_ query: Alpaca.LatestQuery) -> Self {
        Self(.get, "/v1beta3/crypto/us/snapshots", at: .data, query: query)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.CorporateActionsPage {
    package static func corporateActions(_ query: Alpaca.CorporateActionsQuery) -> Self {
        Self(.get, "/v1/corporate-actions", at: .data, query: query)
    }
}

extension Alpaca.Endpoint where Response == Alpaca.CorporateActionEvent {
    package static func corporateActionEvents(_ query: Alpaca.EventQuery) -> Self {
        Self(.get, "/v1beta1/events/corporate-actions", at: .data, query: query, isEventStream: true)
    }
}
