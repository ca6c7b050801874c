import Foundation
import SeededRandom

@testable import PaperExchange

/// The quotes of a session by the minute, of as many symbols as are wanted.
enum MinuteTape {
    /// XAA, XAB and so on; 676 at most.
    static func symbols(_ count: Int) -> [String] {
        func letter(_ index: Int) -> String { String(UnicodeScalar(UInt8(65 + index))) }
        return (0..<count).map { "X\(letter($0 / 26))\(letter($0 % 26))" }
    }

    /// - Parameter move: by which each symbol walks to either side in a minute at most, in hundredths of a percent.
    /// - Returns: the folder.
    static func write(_ symbols: [String], move: Int64 = 20, in programs: Programs) throws -> String {
        let folder = programs.folder.appendingPathComponent("tape")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var dice = SplitMix64(seed: 17)
        for symbol in symbols {
            var price: Int64 = 10_000
            var rows = [
                "timestamp,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size"
            ]
            for minute in 0..<390 {
                price += price * (Int64(dice.upTo(2 * move)) - move) / 10_000
                let (bid, ask) = (text(price - 1), text(price + 1))
                // 2026-03-16 is a Monday; the regular session begins at 13:30 UTC.
                let time = 13 * 60 + 30 + minute
                let at = String(format: "2026-03-16T%02d:%02d:00Z", time / 60, time % 60)
                rows.append("\(at),\(bid),\(bid),\(bid),\(bid),5000,\(ask),\(ask),\(ask),\(ask),5000")
            }
            try rows.joined(separator: "\n").appending("\n").write(
                to: folder.appendingPathComponent("\(symbol)-quote.csv"), atomically: true, encoding: .utf8)
        }
        return folder.path
    }

    private static func text(_ cents: Int64) -> String {
        "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
}
