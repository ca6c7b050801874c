import AlpacaAPI
import PaperExchange
import Trading

/// Who trades at the venue, and what.
package struct VenueConfiguration: Sendable {
    /// One account and the key that opens it.
    package struct Client: Sendable {
        package var credentials: Alpaca.Credentials
        package var cash: Money
        /// Held at the start.
        package var positions: [BrokerPosition] = []
        /// 1, 2 or 4. Above 1 the account may sell short.
        package var multiplier = Ratio.one

        package init(_ credentials: Alpaca.Credentials, cash: Money) {
            (self.credentials, self.cash) = (credentials, cash)
        }
    }

    /// What is traded.
    package struct Listing: Sendable {
        package var symbol: Symbol
        package var isTradable = true
        package var isFractionable = true
        package var isShortable = true

        package init(_ symbol: Symbol) { self.symbol = symbol }
    }

    package var clients: [Client]
    package var listings: [Listing]
    /// That are announced. They take effect by the market's updates, as a tape has them.
    package var corporateActions: [CorporateAction] = []
    /// Of ids, and of whatever else is left to chance.
    package var seed: Int64 = 1
    /// Of one key; Alpaca's is 200.
    package var requestsPerMinute: Int64 = 200
    /// The largest share of a bar's volume that one account's fills may take, above 0 to 1. Fills of one account do not
    /// count for another.
    package var participation = Ratio.one
    /// Fraction of the price that market and stop fills are worse by.
    package var slippage = Ratio.zero
    package var fees = PaperFees()
    /// Symbols that one socket may subscribe to for trades and quotes; nil for no limit. Alpaca's free plan has 30.
    package var streamedSymbols: Int?
    package var faults = FaultRates()
    /// Of `/stream`.
    package var frames = Frames.binary

    /// Both hold the same JSON.
    package enum Frames: String, CaseIterable, Sendable {
        /// As Alpaca's paper host sends them.
        case binary
        /// As its live host does.
        case text
    }

    package init(clients: [Client], listings: [Listing]) { (self.clients, self.listings) = (clients, listings) }
}

extension VenueConfiguration {
    /// The exchange of one account: what Alpaca's rules leave to a matching engine.
    func exchange(of client: Client, _ number: Int) -> PaperConfiguration {
        var configuration = PaperConfiguration(
            account: AccountID(unchecked: "alpaca-\(number)"), cash: client.cash, positions: client.positions,
            seed: seed, slippage: slippage, participation: participation, sessions: .bySymbol,
            allowShort: client.multiplier > .one,
            marginMultiplier: client.multiplier, quantityIncrement: Quantity(units: 1))
        configuration.fees = fees
        configuration.allowsOneLeg = true
        configuration.replacesHeldLegs = true
        return configuration
    }
}
