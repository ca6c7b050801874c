import Foundation
import SeededRandom

@testable import PaperExchange

/// A lively market for a crash test: quotes of a random walk, written as a tape before each start of the core, so that the
/// market goes on while the core is not running.
struct CrashMarket {
    static let longs = ["ALFA", "BRVO", "CHRL"]
    static let shorts = ["DLTA", "ECHO"]
    static var symbols: [String] { longs + shorts }
    /// A minute of the tape takes 50 ms, and half a second when the market is calm: a session lasts three minutes then.
    static func speed(calm: Bool) -> Int { calm ? 120 : 1_200 }

    let folder: URL
    /// In cents.
    private var prices: [String: Int64]

    init(folder: URL) throws {
        self.folder = folder
        prices = Dictionary(uniqueKeysWithValues: Self.symbols.enumerated().map { ($1, 10_000 + Int64($0) * 1_000) })
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// The next piece of tape. What a core lives to see of it is a part; the walk goes on from there.
    /// - Parameters:
    ///   - calm: prices stand still.
    ///   - moving: of a whole session, so many minutes until they do.
    mutating func write(_ dice: inout SplitMix64, calm: Bool = false, moving: Int? = nil) throws {
        let header =
            "timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size"
        for symbol in Self.symbols {
            var price = prices[symbol] ?? 10_000
            var rows = [header]
            for row in 0..<(calm || moving != nil ? 385 : 160) {
                // Half a percent to either side, and home again over the long run.
                let pull = ((prices[symbol] ?? price) > 14_000 ? -1 : (prices[symbol] ?? price) < 7_000 ? 1 : 0) * 5
                if !calm, row < moving ?? .max { price += price * (Int64(dice.upTo(100)) - 50 + Int64(pull)) / 10_000 }
                if row == 12 { prices[symbol] = price }
                rows.append(Self.row(row, price, 20 + dice.upTo(150)))
            }
            let file = folder.appendingPathComponent("\(symbol)-quote.csv")
            try rows.joined(separator: "\n").appending("\n").write(to: file, atomically: true, encoding: .utf8)
        }
    }

    private static func row(_ minute: Int, _ price: Int64, _ size: Int64) -> String {
        // 2026-03-16 is a Monday; the regular session begins at 13:30 UTC.
        let time = 13 * 60 + 30 + minute
        func text(_ cents: Int64) -> String { "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)" }
        let (bid, ask) = (text(price - 1), text(price + 1))
        let at = String(format: "2026-03-16T%02d:%02d:00Z", time / 60, time % 60)
        return "\(at),\(bid),\(bid),\(bid),\(bid),\(size),\(ask),\(ask),\(ask),\(ask),\(size)"
    }
}
