import Trading

/// What a file holds.
enum TapeFeed: Hashable {
    /// One bar for each day that had one, known at 16:00 New York time.
    case daily(Symbol)
    /// Minute bars.
    case trades(Symbol)
    /// Bid and ask by the minute.
    case quotes(Symbol)
    /// Daily closes of many symbols.
    ///
    /// Limitation: open, high and low are the close and the volume is 0, so a stop between the day's extremes never
    /// triggers and nothing can be said about liquidity.
    case closes
    /// Daily closes of an index, such as VIX.
    case condition(String)
}

extension TapeFeed {
    /// What the header must be; nil where the columns are symbols.
    var header: String? {
        switch self {
        case .daily, .trades: "timestamp,open,high,low,close,volume"
        case .quotes:
            "timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size"
        case .closes: nil
        case .condition: "timestamp,close"
        }
    }

    /// The order in which feeds of one symbol are read: a quote takes its last price from the trades before it.
    private var rank: Int {
        switch self {
        case .daily: 0
        case .trades: 1
        case .quotes: 2
        case .closes: 3
        case .condition: 4
        }
    }

    var symbol: Symbol? {
        switch self {
        case .daily(let symbol), .trades(let symbol), .quotes(let symbol): symbol
        case .closes, .condition: nil
        }
    }

    /// By symbol, then rank; wide tables last.
    static func precedes(_ left: TapeFeed, _ right: TapeFeed) -> Bool {
        switch (left.symbol, right.symbol) {
        case (let one?, let other?): (one, left.rank) < (other, right.rank)
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): left.rank < right.rank
        }
    }
}

/// What the name of a file says about it.
enum TapeFileName {
    static let patterns = "SYMBOL.csv, SYMBOL-trade.csv, SYMBOL-quote.csv, closes-*.csv, VIX-*.csv (each also .csv.gz)"

    case feed(TapeFeed)
    /// No CSV file, or one that only an entry of `conditions` plays.
    case ignored
    case unknown

    init(_ name: String) {
        var stem = name[...]
        if stem.hasSuffix(".gz") { stem = stem.dropLast(3) }
        guard stem.hasSuffix(".csv"), !stem.hasPrefix(".") else {
            self = .ignored
            return
        }
        stem = stem.dropLast(4)
        if stem.hasPrefix("VIX-") {
            self = .ignored
        } else if stem.hasPrefix("closes-") {
            self = .feed(.closes)
        } else if stem.hasSuffix("-trade") {
            self = Self.symbol(stem.dropLast(6)).map { .feed(.trades($0)) } ?? .unknown
        } else if stem.hasSuffix("-quote") {
            self = Self.symbol(stem.dropLast(6)).map { .feed(.quotes($0)) } ?? .unknown
        } else {
            self = Self.symbol(stem).map { .feed(.daily($0)) } ?? .unknown
        }
    }

    var isIgnored: Bool {
        switch self {
        case .ignored: true
        case .feed, .unknown: false
        }
    }

    /// The slash of a pair, which no file's name can have, stands there as `%2F`.
    private static func symbol(_ text: Substring) -> Symbol? {
        let name = text.split(separator: "%2F", omittingEmptySubsequences: false).joined(separator: "/")
        do throws(IdentityError) { return try Symbol(name) } catch { return nil }
    }
}
