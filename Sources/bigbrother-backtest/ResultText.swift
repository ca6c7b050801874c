import Backtesting
import Console
import Foundation
import Journal
import Trading

/// One run for a person.
enum ResultText {
    static func lines(_ result: Backtest.Result) -> [String] {
        var lines = [
            row("equity", "\(result.firstEquity) to \(result.equity), \(percent(result.gain))"),
            row("largest fall", percent(-share(result.report.maximumDrawdown))),
            row("Sharpe ratio", result.curve.sharpe.map { figure($0) } ?? "- (fewer than 20 days, or nothing moved)"),
            row("realized profit", "\(result.realizedProfit), fees \(result.report.charges)"),
            row(
                "decisions",
                "\(result.report.decisions), \(result.report.orderRequests) order requests, \(result.report.fills) fills"
            ),
            row("longest unprotected", unprotected(result)),
            row(
                "fills",
                result.fillsAtNextBar
                    ? "from the next bar on" : "at the price of the decision's bar; --fills next-bar is more careful"),
            row("ended", "\(result.end)"),
            row(
                "market",
                "\(result.cycles) cycles, \(result.bars) bars in \(figure(result.seconds)) s, \(Int(result.barsPerSecond)) a second"
            ),
        ]
        if !result.processes.isEmpty { lines.append(row("own processes", result.processes.joined(separator: ", "))) }
        if let head = result.head { lines.append(row("journal", "\(head.sequence) entries, hash \(head.chain)")) }
        if result.report.fills < fewFills {
            lines.append(" ! \(result.report.fills) fills say little: what differs may be chance")
        }
        for (why, times) in result.keptBack.prefix(3) { lines.append("   \(times) x \(why)") }
        return lines + result.log.map { "   \($0)" }
    }

    /// Below so many a result is told to mean little; a usual rule of thumb for the least sample of a mean.
    static let fewFills: Int64 = 30

    private static func unprotected(_ result: Backtest.Result) -> String {
        let report = result.report
        return "\(report.longestUnprotected)\(report.longestUnprotectedSymbol.map { " (\($0))" } ?? "")"
    }

    private static func row(_ name: String, _ value: String) -> String {
        "  " + name.padding(toLength: 21, withPad: " ", startingAt: 0) + value
    }

    static func percent(_ share: Double) -> String { String(format: "%+.2f %%", share * 100) }
    static func figure(_ value: Double) -> String { String(format: "%.2f", value) }
    static func share(_ ratio: Ratio) -> Double { Double(ratio.units) / Double(Ratio.scale) }
}

/// One run for a program.
struct ResultJSON: Encodable {
    var settings: String?
    var end: String
    var equityBefore: Money
    var equity: Money
    var realizedProfit: Money
    var charges: Money
    /// Largest fall of equity from its peak before, as a share of that.
    var maximumDrawdown: Ratio
    /// Of daily returns, for a year, with six decimals; null for fewer than 20 days.
    var sharpe: String?
    var cycles: Int64
    var bars: Int64
    var decisions: Int64
    var orderRequests: Int64
    var fills: Int64
    var oversold: Int64
    var longestUnprotected: TimeSpan
    var fillsAtNextBar: Bool
    var milliseconds: Int64
    var barsPerSecond: Int64
    var journalEntries: Int64?
    var journalHash: String?
    var processes: [String]
    var report: RunReport

    init(_ result: Backtest.Result, settings: String? = nil) {
        self.settings = settings
        end = result.end.description
        (equityBefore, equity, realizedProfit) = (result.firstEquity, result.equity, result.realizedProfit)
        (charges, maximumDrawdown) = (result.report.charges, result.report.maximumDrawdown)
        sharpe = result.curve.sharpe.map { String(format: "%.6f", $0) }
        (cycles, bars, decisions) = (result.cycles, result.bars, result.report.decisions)
        (orderRequests, fills, oversold) = (result.report.orderRequests, result.report.fills, result.report.oversold)
        fillsAtNextBar = result.fillsAtNextBar
        longestUnprotected = result.report.longestUnprotected
        milliseconds = Int64(result.seconds * 1_000)
        barsPerSecond = Int64(result.barsPerSecond)
        journalEntries = result.head?.sequence
        journalHash = result.head.map { "\($0.chain)" }
        processes = result.processes
        report = result.report
    }
}
