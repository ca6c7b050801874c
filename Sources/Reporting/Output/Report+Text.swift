import Trading

extension Report {
    /// Round trips that the report itself lists; `bigbrother trades` has all.
    private static let tradesShown = 20
    private static let linesShown = 15

    /// For a person, in lines of at most 80 columns.
    package var lines: [String] {
        let head =
            "REPORT  \(account.map { "\($0)  " } ?? "")\(Text.minute(from)) to \(Text.minute(to)) UTC, \(currency)"
        return [head, ""] + moneyLines + [""] + performanceLines + [""] + tradingLines + policyLines + symbolLines
            + monthLines + tradeLines
    }

    // MARK: - Money

    private var moneyLines: [String] {
        var rows: [(String, Money)] = [
            ("realized by trades", money.realized), ("unrealized, change", money.openChange),
        ]
        let others: [(String, Money)] = [
            ("dividends", money.dividends), ("interest", money.interest), ("fees of the account", money.fees),
            ("taxes", money.taxes), ("not explained", money.unexplained),
        ]
        rows += others.filter { !$0.1.isZero }
        let paid: [(String, Money)] = [
            ("deposits", money.deposits), ("withdrawals", money.withdrawals),
            ("other money and shares", money.otherPaid),
        ].filter { !$0.1.isZero }
        func line(_ name: String, _ amount: Money, isSigned: Bool = true) -> String {
            Text.padded(name, 26) + Text.right(isSigned ? Text.signed(amount) : amount.words, 18)
        }
        var lines = [line("equity at the beginning", money.equityAtStart, isSigned: false)]
        lines += rows.map { line("  " + $0.0, $0.1) } + paid.map { line("  " + $0.0, $0.1) }
        lines.append(line("equity at the end", money.equityAtEnd, isSigned: false))
        if !paid.isEmpty { lines.append(line("profit without payments", money.profit)) }
        if !money.charges.isZero { lines.append(line("fees and taxes of trades", money.charges, isSigned: false)) }
        return lines
    }

    // MARK: - Performance

    private var performanceLines: [String] {
        let days = performance.days == 1 ? "1 daily return" : "\(performance.days) daily returns"
        var lines = [
            "PERFORMANCE  \(days), \(cycles) cycles",
            Self.row(
                ("total return", Text.percent(performance.totalReturn, isSigned: true)),
                ("volatility a year", Text.percent(performance.volatility))),
            Self.row(
                ("a year (CAGR)", Text.percent(performance.cagr, isSigned: true)),
                ("Sharpe", Text.number(performance.sharpe))),
            Self.row(
                ("best day", Text.percent(performance.bestDay, isSigned: true)),
                ("Sortino", Text.number(performance.sortino))),
            Self.row(
                ("worst day", Text.percent(performance.worstDay, isSigned: true)),
                ("Calmar", Text.number(performance.calmar))),
            Self.row(
                ("exposure, average", Text.percent(exposure.average, decimals: 1)),
                ("exposure, highest", Text.percent(exposure.highest, decimals: 1))),
            Self.row(
                ("time in the market", Text.percent(exposure.timeInMarket, decimals: 1)),
                ("turnover", Text.number(trading.turnover))),
        ]
        lines += Self.drawdown("drawdown of days", performance.drawdown)
        lines += Self.drawdown("drawdown of cycles", performance.drawdownOfCycles)
        lines.append(Self.field("without a stop", unprotectedWords))
        lines += benchmarkLines
        if performance.days < Figures.Needs.year {
            lines.append(
                "  (-: volatility, Sharpe, Sortino need \(Figures.Needs.dispersion) daily returns, CAGR and Calmar \(Figures.Needs.year))"
            )
        }
        return lines
    }

    private var unprotectedWords: String {
        guard unprotected.stretches > 0 else { return "never" }
        let symbol = unprotected.symbol.map { " (\($0))" } ?? ""
        return "\(unprotected.total) in \(unprotected.stretches) stretches, the longest \(unprotected.longest)\(symbol)"
    }

    private var benchmarkLines: [String] {
        guard let benchmark else { return [] }
        return [
            Self.row(
                ("\(benchmark.symbol), held", Text.percent(benchmark.totalReturn, isSigned: true)),
                ("its volatility", Text.percent(benchmark.volatility))),
            Self.row(
                ("its CAGR", Text.percent(benchmark.cagr, isSigned: true)),
                ("its Sharpe", Text.number(benchmark.sharpe))),
            Self.row(
                ("its drawdown", Text.percent(benchmark.largestDrawdown)),
                ("correlation, beta", "\(Text.number(benchmark.correlation)), \(Text.number(benchmark.beta))")),
        ]
    }

    private static func drawdown(_ name: String, _ drawdown: DrawdownFigures?) -> [String] {
        guard let drawdown else { return [field(name, "none")] }
        let end = drawdown.recoveredAt.map { "made good \(Text.minute($0))" } ?? "not made good"
        return [
            field(name, "\(Text.percent(drawdown.depth)) over \(drawdown.lasted), \(end)"),
            field("", "from \(Text.minute(drawdown.peakAt)) to \(Text.minute(drawdown.bottomAt))"),
        ]
    }

    private static func field(_ name: String, _ value: String) -> String { "  " + Text.padded(name, 20) + value }

    private static func row(_ left: (String, String), _ right: (String, String)) -> String {
        "  " + Text.padded(left.0, 20) + Text.right(left.1, 14) + "    " + Text.padded(right.0, 20)
            + Text.right(right.1, 14)
    }

    // MARK: - Trading

    private var tradingLines: [String] {
        guard trading.closed + trading.open > 0 else { return ["TRADES  none", ""] }
        func money(_ amount: Money?) -> String { amount.map(Text.signed) ?? "-" }
        var lines = [
            "TRADES  \(trading.closed) over, \(trading.open) open, \(trading.executions) execution\(trading.executions == 1 ? "" : "s")",
            Self.row(
                ("win rate", Text.percent(trading.winRate, decimals: 1)),
                ("profit factor", Text.number(trading.profitFactor))),
            Self.row(
                ("expectancy", money(trading.expectancy)),
                ("in R (of \(trading.withR))", Text.number(trading.expectancyInR, isSigned: true))),
            Self.row(("average win", money(trading.averageWin)), ("average loss", money(trading.averageLoss))),
            Self.row(("best", money(trading.best)), ("worst", money(trading.worst))),
            Self.field("held on average", trading.averageHeld?.description ?? "-"),
        ]
        if (1..<30).contains(trading.closed) {
            lines.append("  (few trades: these figures say little of what comes)")
        }
        return lines + [""]
    }

    private var policyLines: [String] {
        guard !byPolicy.isEmpty else { return [] }
        func part(_ part: PolicyLine.Part) -> String {
            part.count == 0
                ? Text.right("-", 15) : Text.right("\(part.count)", 3) + Text.right(Text.signed(part.profit), 12)
        }
        let head =
            "BY POLICY           "
            + ["opened", "by stops", "by targets", "reduced"].map { Text.right($0, 15) }.joined()
        let acted = byPolicy.filter { [$0.entered, $0.stops, $0.targets, $0.reductions].contains { $0.count > 0 } }
        let rows = acted.prefix(Self.linesShown).map { line in
            Text.padded("  " + String(line.name.prefix(17)), 20) + part(line.entered) + part(line.stops)
                + part(line.targets) + part(line.reductions)
        }
        return [head] + rows + [""]
    }

    private var symbolLines: [String] {
        guard !bySymbol.isEmpty else { return [] }
        let head =
            "BY SYMBOL           trades   wins" + Text.right("profit", 16) + Text.right("realized", 16)
            + Text.right("charges", 15)
        let rows = bySymbol.prefix(Self.linesShown).map { line in
            Text.padded("  \(line.symbol)", 20) + Text.right("\(line.trades)", 6) + Text.right("\(line.wins)", 7)
                + Text.right(Text.signed(line.profit), 16) + Text.right(Text.signed(line.realized), 16)
                + Text.right(line.charges.words, 15)
        }
        let more = bySymbol.count - rows.count
        return [head] + rows
            + (more > 0 ? ["  ... and \(more) more (--json, --csv, --html)"] : []) + [""]
    }

    private var monthLines: [String] {
        let head = "BY MONTH            trades          profit          return         paid in"
        let shown = byMonth.suffix(Self.linesShown)
        let rows = shown.map { line in
            Text.padded("  \(line.month)", 20) + Text.right("\(line.trades)", 6)
                + Text.right(Text.signed(line.profit), 16)
                + Text.right(Text.percent(line.monthlyReturn, isSigned: true), 16) + Text.right(line.paid.words, 16)
        }
        let before = byMonth.count - shown.count
        return [head] + (before > 0 ? ["  ... and \(before) before (--json, --html)"] : []) + rows
    }

    // MARK: - Round trips

    private var tradeLines: [String] {
        guard !trades.isEmpty else { return [] }
        let shown = trades.suffix(Self.tradesShown)
        let before = trades.count - shown.count
        let head = "LAST TRADES       opened        shares     entry      exit       profit      R"
        let more = before > 0 ? ["  ... and \(before) before (bigbrother trades)"] : []
        return ["", head] + more + shown.map(\.row)
    }
}

extension Trade {
    fileprivate var row: String {
        let name = Text.padded("  \(symbol.text.prefix(9))", 11) + Text.padded(side.rawValue, 7)
        let shares = Text.right(entered.description, 10)
        let prices =
            Text.right(Text.price(entryPrice), 10) + Text.right(closedAt == nil ? "open" : Text.price(exitPrice), 10)
        return name + openedAt.dateText + shares + prices + Text.right(Text.signed(profit), 13)
            + Text.right(Text.number(profitInR, isSigned: true), 7)
    }

    /// All about it, for a person.
    package var lines: [String] {
        let held = closedAt.map { "to \(Text.minute($0))" } ?? "open, \(held) held"
        var result = [
            Text.padded("\(number)", 5) + "\(symbol) \(side.rawValue), \(Text.minute(openedAt)) \(held) (\(heldFor))"
        ]
        let exit = exitPrice.map { " out at \(Text.price($0))" } ?? ""
        let parts = partialExits > 0 ? ["\(partialExits) partial exit\(partialExits == 1 ? "" : "s")"] : []
        let r = profitInR.map { " (\(Text.number($0, isSigned: true)) R)" } ?? ""
        result += Text.wrapped(
            ["\(entered) in at \(Text.price(entryPrice))\(exit)"] + parts + ["profit \(Text.signed(profit))\(r)"]
                + (charges.isZero ? [] : ["charges \(charges.words)"])
                + (dividends.isZero ? [] : ["dividends \(Text.signed(dividends))"]), indent: 5)
        result += Text.wrapped(
            [
                "best \(maximumFavorable.isZero ? "" : "+")\(Text.price(maximumFavorable))\(Self.inR(maximumFavorableInR)) a share",
                "worst \(maximumAdverse.isZero ? "" : "-")\(Text.price(maximumAdverse))\(Self.inR(maximumAdverseInR))",
            ], indent: 5)
        func list(_ names: [PluginName]) -> String { names.map(\.text).joined(separator: " and ") }
        result += Text.wrapped(
            ["entered by \(enteredBy)"] + (protectedBy.isEmpty ? [] : ["protected by \(list(protectedBy))"])
                + (reducedBy.isEmpty ? [] : ["reduced by \(list(reducedBy))"])
                + (exitedBy.map { ["exit: \(exitCause?.rawValue ?? "-") of \($0)"] } ?? []), indent: 5)
        return result
    }

    private static func inR(_ figure: Figure?) -> String { figure.map { " (\(Text.number($0)) R)" } ?? "" }
}

extension EquityRow {
    package static let head =
        "day                   equity       paid in     return   drawdown      exposure"

    /// One day, in 80 columns.
    package var line: String {
        Text.padded(day, 10) + Text.right(equity.words, 18) + Text.right(paid.isZero ? "" : Text.signed(paid), 14)
            + Text.right(Text.percent(dailyReturn, isSigned: true), 11) + Text.right(Text.percent(drawdown), 11)
            + Text.right(grossExposure.words, 16)
    }
}
