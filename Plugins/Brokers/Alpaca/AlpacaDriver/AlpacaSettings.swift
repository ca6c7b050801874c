import AlpacaAPI
import AlpacaKeys
import AlpacaTransport
import PluginKit
import Trading

/// What a person configures.
package struct AlpacaSettings: Decodable {
    /// A file with the key, which nobody else may read.
    package var keyFile: String?
    /// Names of variables of the environment with the key, in place of a file.
    package var keyVariable: String?
    package var secretVariable: String?
    /// As Alpaca names it; absent: as the core's configuration names the account.
    package var accountNumber: String?
    /// Real money. Without it the paper host is asked, and its keys are others.
    package var live: Bool?
    /// Other hosts, for tests.
    package var tradingURL: String?
    package var dataURL: String?
    /// A file of certificates in place of the system's.
    package var certificates: String?
    /// What `doctor --live-probe` trades; absent: a cheap share that is not held.
    package var probeSymbols: [Symbol]?
    /// Requests that the account has in a minute, as long as the venue does not say.
    package var requestsPerMinute: Int64?

    enum CodingKeys: String, CodingKey {
        case keyFile = "key_file"
        case keyVariable = "key_variable"
        case secretVariable = "secret_variable"
        case accountNumber = "account_number"
        case live
        case tradingURL = "trading_url"
        case dataURL = "data_url"
        case certificates
        case probeSymbols = "probe_symbols"
        case requestsPerMinute = "requests_per_minute"
    }

    package init() {}

    /// - Throws: `SettingsError`, which names a file or a variable and never what stands there.
    package func site() throws -> AlpacaSite {
        let trading = tradingURL ?? (live == true ? "https://api.alpaca.markets" : "https://paper-api.alpaca.markets")
        let data = dataURL ?? (tradingURL == nil ? "https://data.alpaca.markets" : trading)
        let key = AlpacaKey(file: keyFile, keyVariable: keyVariable, secretVariable: secretVariable)
        do {
            return try AlpacaSite(
                trading: try WebAddress(trading), data: try WebAddress(data), try key.read())
        } catch let error as WebAddressError {
            throw SettingsError("trading_url or data_url: \(error)")
        } catch let error as CredentialsError {
            throw SettingsError("\(key.place): \(error)")
        }
    }

    func checkedRequests() throws -> Int64 {
        let count = requestsPerMinute ?? 200
        guard (60...100_000).contains(count) else {
            throw SettingsError("requests_per_minute is \(count); write 60 to 100000")
        }
        return count
    }
}
