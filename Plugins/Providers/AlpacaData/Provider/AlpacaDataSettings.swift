import AlpacaAPI
import AlpacaKeys
import AlpacaMarketData
import AlpacaTransport
import PluginKit
import Trading

/// What a person configures.
package struct AlpacaDataSettings: Decodable {
    package struct ConditionFile: Decodable {
        package var name: String
        package var file: String
    }

    /// A file with the key, which nobody else may read.
    package var keyFile: String?
    /// Names of variables of the environment with the key, in place of a file.
    package var keyVariable: String?
    package var secretVariable: String?
    /// The key is one of the live account: the calendar is asked for at its host.
    package var live: Bool?
    /// Those that matter most first.
    package var symbols: [Symbol]
    package var feed: String?
    /// How many of them may have trades and quotes.
    package var symbolLimit: Int?
    /// Quotes and trades of so long are one update.
    package var updateMilliseconds: Int64?
    package var conditions: [ConditionFile]?
    /// Other hosts, for tests.
    package var tradingURL: String?
    package var dataURL: String?
    package var streamURL: String?
    /// A file of certificates in place of the system's.
    package var certificates: String?

    enum CodingKeys: String, CodingKey {
        case keyFile = "key_file"
        case keyVariable = "key_variable"
        case secretVariable = "secret_variable"
        case live
        case symbols
        case feed
        case symbolLimit = "symbol_limit"
        case updateMilliseconds = "update_milliseconds"
        case conditions
        case tradingURL = "trading_url"
        case dataURL = "data_url"
        case streamURL = "stream_url"
        case certificates
    }

    /// - Throws: `SettingsError`.
    func options(_ conditions: [ConditionTable]) throws -> MarketFeed.Options {
        guard !symbols.isEmpty else { throw SettingsError("symbols is empty: name those that are held or watched") }
        guard symbols.count <= Self.mostSymbols else {
            throw SettingsError("symbols has \(symbols.count), \(Self.mostSymbols) are the most")
        }
        var seen: Set<Symbol> = []
        for symbol in symbols {
            guard !symbol.isPair else {
                throw SettingsError("\(symbol) is a pair: this provider has US shares alone")
            }
            guard seen.insert(symbol).inserted else { throw SettingsError("\(symbol) stands twice in symbols") }
        }
        let feeds: [Alpaca.Feed] = [.iex, .sip, .delayedSIP]
        guard let feed = feeds.first(where: { $0.rawValue == self.feed ?? "iex" }) else {
            throw SettingsError("feed is iex, sip or delayed_sip, not \"\(self.feed ?? "")\"")
        }
        guard let limit = symbolLimit ?? Self.symbolLimit, limit >= 0 else {
            throw SettingsError("symbol_limit is 0 or more")
        }
        let interval = updateMilliseconds ?? Self.updateMilliseconds
        guard (10...60_000).contains(interval) else { throw SettingsError("update_milliseconds is 10 to 60000") }
        return MarketFeed.Options(
            symbols: symbols, symbolLimit: limit, feed: feed, interval: .milliseconds(interval), conditions: conditions)
    }

    /// As Alpaca's free plan has it.
    private static let symbolLimit: Int? = 30
    private static let updateMilliseconds: Int64 = 250
    /// As many as fit into the query of one request.
    private static let mostSymbols = 1_000

    /// - Throws: `SettingsError`, which names a file or a variable and never what stands there.
    func site() throws -> AlpacaSite {
        let key = AlpacaKey(file: keyFile, keyVariable: keyVariable, secretVariable: secretVariable)
        let credentials = try key.read()
        let trading = tradingURL ?? (live == true ? "https://api.alpaca.markets" : "https://paper-api.alpaca.markets")
        do {
            return try AlpacaSite(
                trading: try WebAddress(trading), data: try WebAddress(dataURL ?? "https://data.alpaca.markets"),
                credentials)
        } catch let error as WebAddressError {
            throw SettingsError("trading_url or data_url: \(error)")
        } catch let error as CredentialsError {
            throw SettingsError("\(key.place): \(error)")
        }
    }

    /// - Throws: `SettingsError`.
    func stream() throws -> WebAddress {
        do throws(WebAddressError) {
            return try WebAddress(streamURL ?? dataURL ?? "https://stream.data.alpaca.markets")
        } catch {
            throw SettingsError("stream_url: \(error)")
        }
    }
}
