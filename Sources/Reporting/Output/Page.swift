import Trading

/// The report as one page that needs nothing else: no script, no font, no picture from anywhere.
struct Page {
    private let report: Report
    private static let most = 500
    private static let points = 1_200

    init(_ report: Report) { self.report = report }

    var html: String {
        let name = report.account.map { $0.text } ?? "account"
        let title = "\(name), \(report.from.dateText) to \(report.to.dateText)"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(Markup.escaped(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <header><h1>\(Markup.escaped(name))</h1>
            <p>\(Text.minute(report.from)) to \(Text.minute(report.to)) UTC, \(report.cycles) cycles, \(Markup.escaped(report.currency))</p></header>
            \(tiles)
            \(curves)
            \(statement)
            \(months)
            \(policies)
            \(symbols)
            \(trades)
            <footer>By bigbrother report. Every figure is explained in docs/report.md. Figures that need more days than there are stand as -.</footer>
            </body>
            </html>

            """
    }

    // MARK: - Figures

    private var tiles: String {
        let figures = report.performance
        var tiles: [(String, String)] = [
            ("profit", Text.signed(report.money.profit)),
            ("total return", Text.percent(figures.totalReturn, isSigned: true)),
            ("a year (CAGR)", Text.percent(figures.cagr, isSigned: true)),
            ("largest drawdown", Text.percent((figures.drawdown ?? figures.drawdownOfCycles)?.depth)),
            ("volatility", Text.percent(figures.volatility)), ("Sharpe", Text.number(figures.sharpe)),
            ("Sortino", Text.number(figures.sortino)), ("Calmar", Text.number(figures.calmar)),
            ("trades over", "\(report.trading.closed)"),
            ("win rate", Text.percent(report.trading.winRate, decimals: 1)),
            ("expectancy", report.trading.expectancyInR.map { Text.number($0, isSigned: true) + " R" } ?? "-"),
            ("profit factor", Text.number(report.trading.profitFactor)),
            ("exposure", Text.percent(report.exposure.average, decimals: 1)),
            ("turnover", Text.number(report.trading.turnover)),
            ("without a stop", report.unprotected.stretches == 0 ? "never" : report.unprotected.total.description),
            ("charges", report.money.charges.words),
        ]
        if let benchmark = report.benchmark {
            tiles += [
                ("\(benchmark.symbol), held", Text.percent(benchmark.totalReturn, isSigned: true)),
                ("beta", Text.number(benchmark.beta)),
            ]
        }
        let cells = tiles.map { name, value in
            "<div class=\"tile\"><span>\(Markup.escaped(name))</span><b class=\"\(Markup.sign(of: value))\">\(Markup.escaped(value))</b></div>"
        }
        return "<section class=\"tiles\">\n" + cells.joined(separator: "\n") + "\n</section>"
    }

    // MARK: - Curves

    private var thinned: [CurvePoint] {
        let all = report.curve
        guard all.count > Self.points else { return all }
        let stride = (all.count + Self.points - 1) / Self.points
        return all.enumerated().compactMap { $0.offset % stride == 0 || $0.offset == all.count - 1 ? $0.element : nil }
    }

    private var curves: String {
        let points = thinned
        let times = points.map(\.at)
        var lines = [Chart.Line(name: "account", style: "account", values: points.map { ($0.growth - 1) * 100 })]
        if let benchmark = report.benchmark {
            let values = points.map { (($0.benchmark ?? 1) - 1) * 100 }
            lines.append(Chart.Line(name: benchmark.symbol.text + ", held", style: "benchmark", values: values))
        }
        func percent(_ value: Double, _ step: Double) -> String {
            Figure.text(value, decimals: step < 0.1 ? 2 : step < 1 ? 1 : 0) + " %"
        }
        let equity = Chart.panel(
            "Equity, \(report.currency)", times: times,
            [Chart.Line(name: "equity", style: "account", values: points.map(\.equity))], height: 230
        ) { value, step in
            Figure.text(value, decimals: step < 1 ? 2 : 0)
        }
        let growth = Chart.panel("Return, without payments", times: times, lines, height: 230, label: percent)
        let drawdown = Chart.panel(
            "Drawdown from the peak before", times: times,
            [Chart.Line(name: "drawdown", style: "drawdown", values: points.map { $0.drawdown * 100 })], height: 130,
            isArea: true, label: percent)
        return "<section><h2>Equity</h2>\n\(equity)\n\(growth)\n\(drawdown)\n</section>"
    }

    private var statement: String {
        let money = report.money
        let rows: [(String, Money)] = [
            ("equity at the beginning", money.equityAtStart), ("realized by trades", money.realized),
            ("unrealized, change", money.openChange), ("dividends", money.dividends), ("interest", money.interest),
            ("fees of the account", money.fees), ("taxes", money.taxes), ("deposits", money.deposits),
            ("withdrawals", money.withdrawals), ("other money and shares", money.otherPaid),
            ("not explained", money.unexplained), ("equity at the end", money.equityAtEnd),
        ]
        let shown = rows.enumerated().filter { $0.offset < 3 || $0.offset == rows.count - 1 || !$0.element.1.isZero }
        let cells = shown.map { place, row -> [Markup.Cell] in
            let isEquity = place == 0 || place == rows.count - 1
            return [.words(row.0), isEquity ? .figure(row.1.words) : .signed(Text.signed(row.1))]
        }
        return "<section><h2>Where it came from</h2>\n\(Markup.table(["", "#\(report.currency)"], cells))</section>"
    }

    // MARK: - Tables

    /// A row for each year, a column for each month.
    private var months: String {
        let years = Set(report.byMonth.map { String($0.month.prefix(4)) }).sorted()
        let byName = Dictionary(report.byMonth.map { ($0.month, $0) }) { first, _ in first }
        let rows = years.map { year in
            var (cells, growth): ([Markup.Cell], Double) = ([.words(year)], 1)
            for month in 1...12 {
                guard let line = byName["\(year)-\(month < 10 ? "0" : "")\(month)"] else {
                    cells.append(.figure(""))
                    continue
                }
                growth *= 1 + line.monthlyReturn.value
                cells.append(.signed(Text.percent(line.monthlyReturn, decimals: 1, isSigned: true)))
            }
            return cells + [.signed(Text.percent(Figure(growth - 1), decimals: 1, isSigned: true))]
        }
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "year"]
        return "<section><h2>Months</h2>\n\(Markup.table([""] + names.map { "#" + $0 }, rows))</section>"
    }

    private var policies: String {
        guard !report.byPolicy.isEmpty else { return "" }
        func cells(_ part: PolicyLine.Part) -> [Markup.Cell] {
            part.count == 0
                ? [.figure(""), .figure("")] : [.figure("\(part.count)"), .signed(Text.signed(part.profit))]
        }
        let rows = report.byPolicy.map { line in
            [.words(line.name)] + cells(line.entered) + [.figure(line.protected == 0 ? "" : "\(line.protected)")]
                + cells(line.stops) + cells(line.targets) + cells(line.reductions)
        }
        let bars = report.byPolicy.compactMap { line -> (name: String, value: Double, text: String)? in
            let units = line.stops.profit.units + line.targets.profit.units + line.reductions.profit.units
            guard line.stops.count + line.targets.count + line.reductions.count > 0 else { return nil }
            let money = Money(units: units)
            return (line.name, Sum(money).double, Text.signed(money))
        }
        let head = [
            "", "#opened", "#their profit", "#protected", "#stops", "#by stops", "#targets", "#by targets",
            "#reductions",
            "#by reductions",
        ]
        return
            "<section><h2>Policies</h2>\n\(Chart.bars("Realized by exits", bars))\n\(Markup.table(head, rows))</section>"
    }

    private var symbols: String {
        guard !report.bySymbol.isEmpty else { return "" }
        let ranked = report.bySymbol.sorted { ($1.profit, $0.symbol) < ($0.profit, $1.symbol) }
        let shown = ranked.count > 40 ? ranked.prefix(20) + ranked.suffix(20) : ranked[...]
        let bars = shown.map { (name: $0.symbol.text, value: Sum($0.profit).double, text: Text.signed($0.profit)) }
        let rows = report.bySymbol.prefix(Self.most).map { line -> [Markup.Cell] in
            [
                .words(line.symbol.text), .figure("\(line.trades)"), .figure("\(line.wins)"),
                .signed(Text.signed(line.profit)), .signed(Text.signed(line.realized)), .figure(line.charges.words),
            ]
        }
        let title = ranked.count > 40 ? "Profit, the best and the worst 20" : "Profit"
        let table = Markup.table(["", "#trades", "#wins", "#profit", "#realized", "#charges"], Array(rows))
        return "<section><h2>Symbols</h2>\n\(Chart.bars(title, bars))\n\(table)\(cut(report.bySymbol.count))</section>"
    }

    private var trades: String {
        let rows = report.trades.suffix(Self.most).reversed().map { trade -> [Markup.Cell] in
            [
                .figure("\(trade.number)"), .words(trade.symbol.text), .words(trade.side.rawValue),
                .words(Text.minute(trade.openedAt)), .words(trade.closedAt.map(Text.minute) ?? "open"),
                .figure(trade.entered.description), .figure(Text.price(trade.entryPrice)),
                .figure(Text.price(trade.exitPrice)), .signed(Text.signed(trade.profit)),
                .signed(Text.number(trade.profitInR, isSigned: true)),
                .figure(Text.number(trade.maximumFavorableInR)), .figure(Text.number(trade.maximumAdverseInR)),
                .words(trade.heldFor.description), .words(trade.enteredBy),
                .words(trade.protectedBy.map(\.text).joined(separator: ", ")),
                .words(trade.reducedBy.map(\.text).joined(separator: ", ")),
                .words(trade.exitedBy.map { "\(trade.exitCause?.rawValue ?? ""): \($0)" } ?? ""),
            ]
        }
        let head = [
            "#", "", "side", "opened", "over", "#shares", "#entry", "#exit", "#profit", "#R", "#MFE in R", "#MAE in R",
            "held", "entered by", "protected by", "reduced by", "exit",
        ]
        return "<section><h2>Trades</h2>\n\(Markup.table(head, Array(rows)))\(cut(report.trades.count))</section>"
    }

    private func cut(_ count: Int) -> String {
        count > Self.most ? "<p>\(Self.most) of \(count) are shown; --csv has all.</p>" : ""
    }
}

extension Page {
    fileprivate static let style = """
        :root{--bg:#fbfbfa;--fg:#1d2228;--soft:#66707a;--line:#dfe3e6;--card:#fff;--a:#1f6feb;--b:#b2761b;--gain:#1a7f4b;--loss:#c0392b}
        @media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e7ea;--soft:#95a0aa;--line:#2c3238;--card:#1b1f23;--a:#6aa9ff;--b:#e0a94f;--gain:#4cc38a;--loss:#ff7b6b}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:24px 20px 48px;max-width:1100px;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,sans-serif}
        h1{font-size:24px;margin:0}h2{font-size:17px;margin:34px 0 10px}
        header p,footer,figcaption{color:var(--soft);margin:2px 0 0}footer{margin-top:40px;font-size:12px}
        .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:8px;margin-top:18px}
        .tile{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:8px 10px}
        .tile span{display:block;color:var(--soft);font-size:12px}.tile b{font-size:17px;font-weight:600;font-variant-numeric:tabular-nums}
        figure{margin:0 0 14px;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:8px 10px}
        figcaption{font-size:12px;margin:0 0 4px}svg{display:block;width:100%;height:auto}
        svg text{fill:var(--soft);font:11px system-ui,sans-serif}svg .y,svg .name,svg .value{text-anchor:end}svg .x{text-anchor:middle}svg .value,svg .name{fill:var(--fg)}
        .grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
        .line{fill:none;stroke:var(--a);stroke-width:1.6;stroke-linejoin:round}.line.benchmark{stroke:var(--b)}.line.drawdown{stroke:var(--loss)}
        .area{fill:var(--loss);opacity:.18}rect.gain{fill:var(--gain)}rect.loss{fill:var(--loss)}
        .key{margin-left:10px}.key.account{color:var(--a)}.key.benchmark{color:var(--b)}
        .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}
        th,td{text-align:left;padding:4px 8px;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:500}
        .n{text-align:right;font-variant-numeric:tabular-nums}td.gain,b.gain{color:var(--gain)}td.loss,b.loss{color:var(--loss)}
        @media print{body{max-width:none}figure,.tile{break-inside:avoid}}
        """
}

extension Report {
    /// See ``Page``.
    package var html: String { Page(self).html }
}
