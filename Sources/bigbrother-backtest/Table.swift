import Backtesting
import Foundation
import Wire

/// A grid: one line for each combination, the best first, and how much the best one means.
struct Table {
    private let rows: [(Combination, Backtest.Result)]

    init(_ rows: [(Combination, Backtest.Result)]) { self.rows = rows.sorted { $0.1.score > $1.1.score } }

    func show(json: Bool) throws {
        guard !json else {
            let results = rows.map { ResultJSON($0.1, settings: $0.0.words) }
            return print(String(decoding: try WireEncoder().encode(results), as: UTF8.self))
        }
        let width = max(8, rows.map(\.0.words.count).max() ?? 0)
        print("settings".padded(width) + "     gain    fall  Sharpe   fills  orders  fees")
        for (combination, result) in rows {
            let figures = [
                ResultText.percent(result.gain).leading(9),
                ResultText.percent(-ResultText.share(result.report.maximumDrawdown)).leading(8),
                (result.curve.sharpe.map { ResultText.figure($0) } ?? "-").leading(6),
                "\(result.report.fills)".leading(6), "\(result.report.orderRequests)".leading(6),
                "\(result.report.charges)",
            ]
            print(combination.words.padded(width) + " " + figures.joined(separator: "  "))
        }
        for line in warnings { print(line) }
    }

    /// Of many tries the best is good by chance alone.
    private var warnings: [String] {
        var lines: [String] = []
        let sharpes = rows.compactMap { $0.1.curve.sharpe }
        if let best = rows.first?.1, sharpes.count > 1 {
            let daily = sharpes.map { $0 / 252.0.squareRoot() }
            if let sure = DeflatedSharpe.probability(of: best.curve.returns, among: daily) {
                let words = String(format: "%.0f %%", sure * 100)
                lines.append(
                    "   The best of \(rows.count) tries can look good by chance: the probability that it is better than nothing is \(words) (deflated Sharpe ratio)."
                )
            }
        }
        if let fills = rows.map(\.1.report.fills).min(), fills < ResultText.fewFills {
            lines.append(" ! \(fills) fills say little: what differs may be chance")
        }
        return lines
    }
}

extension Backtest.Result {
    /// The Sharpe ratio; where there is none, the gain.
    var score: Double { curve.sharpe ?? gain }
}

extension String {
    func padded(_ width: Int) -> String { count < width ? self + String(repeating: " ", count: width - count) : self }
    func leading(_ width: Int) -> String { count < width ? String(repeating: " ", count: width - count) + self : self }
}
