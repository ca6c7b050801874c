import AlpacaAPI
import JSON
import Trading

/// `/v1beta3/crypto`: public with the vendor, so no key is asked for.
extension VenueEndpoint {
    /// Whether a path is answered without a key.
    static func isPublic(_ path: String) -> Bool { path.hasPrefix("/v1beta3/crypto/") }

    static let cryptoEndpoints: [VenueEndpoint] = [
        VenueEndpoint("GET", "/v1beta3/crypto/{loc}/bars") { call, _ throws(Failure) in
            try call.checkPlace()
            return VenueResponse(try call.bars(try call.history()))
        },
        VenueEndpoint("GET", "/v1beta3/crypto/{loc}/latest/bars") { call, _ throws(Failure) in
            try call.checkPlace()
            return VenueResponse(try call.latest { $0.latestBar })
        },
        VenueEndpoint("GET", "/v1beta3/crypto/{loc}/quotes") { call, _ throws(Failure) in
            try call.checkPlace()
            return VenueResponse(try call.quotes(try call.history()))
        },
        VenueEndpoint("GET", "/v1beta3/crypto/{loc}/latest/quotes") { call, _ throws(Failure) in
            try call.checkPlace()
            return VenueResponse(try call.latest { $0.latestQuote })
        },
        VenueEndpoint("GET", "/v1beta3/crypto/{loc}/latest/trades") { call, _ throws(Failure) in
            try call.checkPlace()
            return VenueResponse(try call.latest { $0.latestTrade })
        },
        VenueEndpoint("GET", "/v1beta3/crypto/{loc}/snapshots") { call, _ throws(Failure) in
            try call.checkPlace()
            var snapshots = Alpaca.CryptoSnapshots()
            snapshots.bySymbol = Alpaca.BySymbol(
                try call.latestQuery().compactMap { symbol in
                    call.market[symbol].map { .init(symbol, $0.snapshot) }
                })
            return VenueResponse(snapshots)
        },
    ]
}

extension VenueCall {
    /// There is one market, that of the tape.
    fileprivate func checkPlace() throws(Failure) {
        guard parameters[0] == "us" else { throw .data("invalid location: \(parameters[0].prefix(64))") }
    }
}
