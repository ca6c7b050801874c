import AlpacaAPI
import AlpacaVenue
import ArgumentParser
import TapeReader
import Trading

/// `alpaca-venue`: the venue on a port of this host.
@main
struct VenueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alpaca-venue",
        abstract: "A server with the API of Alpaca over a tape, to try a client offline.",
        discussion: """
            It listens on 127.0.0.1 alone. One port has all: trading REST (/v2/orders, /v2/positions, ...), the stream of \
            trade updates (/stream), data REST (/v2/stocks/...) and the streams of market data (/v2/iex, /v2/sip). What is not there is answered 404. The list is in docs/alpaca-venue.md.

            The time of the venue is that of the tape. With --speed 0 it stands until somebody moves it:
              curl -X POST http://127.0.0.1:8900/venue/advance -d '{"seconds": 60}'
            """)

    @Option(help: "Of 127.0.0.1; 0 for any that is free, which is printed.")
    var port = 8900

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Accounts: key, secret, and cash (default 100000).", valueName: "key:secret[:cash]"))
    var keys: [String] = ["demo-key:demo-secret"]

    @Option(parsing: .upToNextOption, help: "Folders with the files of a tape; see Plugins/Providers/Tape/README.md.")
    var tape: [String]

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Splits, new shares for old.", valueName: "SYMBOL:2026-03-17:4:1"))
    var split: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Dividends, cash for each share.", valueName: "SYMBOL:2026-03-17:0.47"))
    var dividend: [String] = []

    @Option(help: "Of the tape: the venue's time begins here, such as 2026-03-16T14:00:00Z. Default: its first update.")
    var start: String?

    @Option(help: "How many times as fast as it was recorded; 0 to stand still until it is moved.")
    var speed: Int64 = 1

    @Option(help: "Of ids and chance.")
    var seed: Int64 = 1

    @Option(help: "Milliseconds on the way of each response and each frame.")
    var latency: Int64 = 0

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "What goes wrong, so many times in a thousand: \(Fault.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "name=permille"))
    var faults: [String] = []

    @Option(help: "1, 2 or 4 times the equity can be bought; above 1 accounts may sell short.")
    var multiplier: Int64 = 1

    @Option(
        help: ArgumentHelp(
            "Keeps accounts and clock: whoever starts the venue with it and the same options again goes on from there.",
            valueName: "file"))
    var state: String?

    @Option(help: "Requests a minute for each key.")
    var rateLimit: Int64 = 200

    @Option(help: "Frames of /stream: binary, as Alpaca's paper host has them, or text, as its live host.")
    var frames = "binary"

    @Option(help: "Symbols that a socket may hear trades and quotes of; 30 with Alpaca's free plan. Default: no limit.")
    var streamSymbols: Int?

    @Option(parsing: .upToNextOption, help: "Symbols of which only whole shares are traded.")
    var notFractionable: [String] = []

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port \(port): a port is 0 to 65535") }
        guard (0...100_000).contains(speed) else { throw ValidationError("--speed \(speed): write 0 to 100000") }
        guard [1, 2, 4].contains(multiplier) else {
            throw ValidationError("--multiplier \(multiplier): write 1, 2 or 4")
        }
        guard (1...1_000_000).contains(rateLimit) else {
            throw ValidationError("--rate-limit \(rateLimit): write 1 to 1000000")
        }
        guard VenueConfiguration.Frames(rawValue: frames) != nil else {
            throw ValidationError("--frames \(frames): write binary or text")
        }
        guard (0...60_000).contains(latency) else { throw ValidationError("--latency \(latency): write 0 to 60000") }
        _ = try rates()
        if let start, Timestamp(rfc3339: start) == nil {
            throw ValidationError("--start \(start): write a time such as 2026-03-16T14:00:00Z")
        }
    }

    func run() throws {
        var tapeConfiguration = TapeConfiguration(folders: tape)
        tapeConfiguration.corporateActions = try actions()
        let reader = try TapeReader(tapeConfiguration)
        let begin = start.flatMap { Timestamp(rfc3339: $0) } ?? reader.firstAt
        let whole = Set(notFractionable)
        let listings = reader.symbols.map { symbol in
            var listing = VenueConfiguration.Listing(symbol)
            listing.isFractionable = !whole.contains(symbol.text)
            return listing
        }
        var configuration = VenueConfiguration(clients: try keys.map(client), listings: listings)
        (configuration.seed, configuration.requestsPerMinute) = (seed, rateLimit)
        configuration.corporateActions = try tapeConfiguration.actions()
        configuration.faults = try rates()
        configuration.streamedSymbols = streamSymbols
        configuration.frames = VenueConfiguration.Frames(rawValue: frames) ?? .binary
        let venue = try Venue(configuration, at: min(begin, reader.firstAt))
        let log = try state.map { path throws(VenueLogError) in try VenueLog(path: path, options: stateOptions) }
        let host = try VenueHost(venue, reader, from: begin, speed: speed, latency: latency, log: log)
        try VenueServer(host).run(port: port)
    }

    /// All that decides what comes of what comes in. Of the keys their number and cash: a secret stands in no file.
    private var stateOptions: String {
        let cash = keys.map { $0.split(separator: ":").dropFirst(2).joined() }
        let parts: [String] =
            ["seed=\(seed)", "start=\(start ?? "")", "multiplier=\(multiplier)", "rate-limit=\(rateLimit)"]
            + ["tape=\(tape)", "cash=\(cash)", "split=\(split)", "dividend=\(dividend)", "faults=\(faults)"]
            + ["not-fractionable=\(notFractionable)"]
        return parts.joined(separator: " ").replacing("\n", with: " ")
    }

    private func rates() throws -> FaultRates {
        let pairs = faults.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            return (name: parts.first ?? "", permille: parts.count == 2 ? Int64(parts[1]) ?? -1 : -1)
        }
        guard let rates = FaultRates(pairs) else {
            throw ValidationError("--faults: write names with 0 to 1000, such as lost_event=50")
        }
        return rates
    }

    /// The tape looks at dates and figures.
    private func actions() throws -> [TapeConfiguration.Action] {
        try split.map { text in
            let parts = text.split(separator: ":", maxSplits: 2).map(String.init)
            guard parts.count == 3 else { throw ValidationError("--split \(text): write SYMBOL:2026-03-17:4:1") }
            return .init(symbol: try Symbol(parts[0]), date: parts[1], split: parts[2])
        }
            + dividend.map { text in
                let parts = text.split(separator: ":", maxSplits: 2).map(String.init)
                guard parts.count == 3 else {
                    throw ValidationError("--dividend \(text): write SYMBOL:2026-03-17:0.47")
                }
                return .init(symbol: try Symbol(parts[0]), date: parts[1], dividend: parts[2])
            }
    }

    private func client(_ text: String) throws -> VenueConfiguration.Client {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw ValidationError("--keys: an account is key:secret or key:secret:cash")
        }
        do {
            let cash = try Money(parts.count == 3 ? parts[2] : "100000")
            var client = VenueConfiguration.Client(
                Alpaca.Credentials(key: parts[0], secret: parts[1]), cash: cash)
            client.multiplier = Ratio(units: multiplier * Ratio.scale)
            return client
        } catch {
            throw ValidationError("--keys \(parts[0]): the cash is \(error)")
        }
    }
}
