import Trading

/// Tables as comma-separated values (RFC 4180, lines end with LF): the first line names the columns. Times are RFC 3339 in UTC, amounts exact decimals;
/// what there is not is empty.
package struct CSVFile: Sendable, Hashable {
    /// `trades.csv`.
    package var name: String
    package var text: String

    init(_ name: String, _ columns: [String], _ rows: some Sequence<[Cell]>) {
        self.name = name
        var text = columns.joined(separator: ",") + "\n"
        for row in rows {
            precondition(row.count == columns.count, "\(name): a row has as many cells as there are columns")
            text += row.map(\.text).joined(separator: ",") + "\n"
        }
        self.text = text
    }

    /// One value.
    enum Cell {
        case number(String?)
        /// What others have named. A spreadsheet is not to take it for a formula.
        case words(String?)

        var text: String {
            switch self {
            case .number(let text): return text ?? ""
            case .words(let text):
                guard let text, let first = text.unicodeScalars.first else { return "" }
                let isFormula = "=+-@\t\r".unicodeScalars.contains(first)
                return Self.quoted(isFormula ? "'" + text : text)
            }
        }

        private static func quoted(_ text: String) -> String {
            guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
            return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }

        static func value(_ value: (some CustomStringConvertible)?) -> Cell { .number(value.map { "\($0)" }) }
        static func money(_ sum: Sum) throws(NumericError) -> Cell { .number(try sum.money().description) }
    }
}

extension Report {
    /// `trades.csv`, `executions.csv`, `equity.csv`, `tax-lots.csv` and `cash.csv`.
    /// - Throws: ``NumericError``.
    package func csv() throws(NumericError) -> [CSVFile] {
        [tradesCSV, try executionsCSV(), equityCSV, taxLotsCSV, try cashCSV()]
    }

    private var tradesCSV: CSVFile {
        CSVFile(
            "trades.csv",
            [
                "number", "symbol", "side", "opened_at", "closed_at", "entered", "exited", "held", "entry_price",
                "exit_price", "partial_exits", "profit", "realized", "unrealized", "dividends", "charges", "risk",
                "profit_in_r", "maximum_favorable", "maximum_adverse", "maximum_favorable_in_r", "maximum_adverse_in_r",
                "held_seconds", "entered_by", "protected_by", "reduced_by", "exited_by", "exit_cause",
            ],
            trades.map { trade in
                [
                    .value(trade.number), .words(trade.symbol.text), .words(trade.side.rawValue),
                    .value(trade.openedAt), .value(trade.closedAt), .value(trade.entered), .value(trade.exited),
                    .value(trade.held), .value(trade.entryPrice), .value(trade.exitPrice),
                    .value(trade.partialExits), .value(trade.profit), .value(trade.realized), .value(trade.open),
                    .value(trade.dividends), .value(trade.charges), .value(trade.risk), .value(trade.profitInR),
                    .value(trade.maximumFavorable), .value(trade.maximumAdverse),
                    .value(trade.maximumFavorableInR), .value(trade.maximumAdverseInR),
                    .value(trade.heldFor.wholeSeconds), .words(trade.enteredBy), .words(Self.list(trade.protectedBy)),
                    .words(Self.list(trade.reducedBy)), .words(trade.exitedBy), .words(trade.exitCause?.rawValue),
                ]
            })
    }

    private static func list(_ names: [PluginName]) -> String { names.map(\.text).joined(separator: " ") }

    private func executionsCSV() throws(NumericError) -> CSVFile {
        var rows: [[CSVFile.Cell]] = []
        for execution in executions {
            rows.append([
                .value(execution.at), .value(execution.trade), .words(execution.symbol.text),
                .words(execution.side.rawValue), .value(execution.quantity), .value(execution.price),
                try .money(execution.value), try .money(execution.charges), try .money(execution.realized),
                .words(execution.cause.rawValue), .words(execution.policy?.text), .words(execution.decision?.text),
                .words(execution.order?.text), .words(execution.execution?.text),
            ])
        }
        return CSVFile(
            "executions.csv",
            [
                "at", "trade", "symbol", "side", "quantity", "price", "value", "charges", "realized", "cause", "policy",
                "decision", "order", "execution",
            ], rows)
    }

    private var equityCSV: CSVFile {
        CSVFile(
            "equity.csv",
            [
                "day", "at", "equity", "paid", "growth", "return", "drawdown", "gross_exposure", "net_exposure",
                "benchmark",
            ],
            equity.map { row in
                [
                    .value(row.day), .value(row.at), .value(row.equity), .value(row.paid), .value(row.growth),
                    .value(row.dailyReturn), .value(row.drawdown), .value(row.grossExposure),
                    .value(row.netExposure), .value(row.benchmark),
                ]
            })
    }

    private var taxLotsCSV: CSVFile {
        CSVFile(
            "tax-lots.csv",
            ["symbol", "quantity", "side", "acquired_at", "sold_at", "cost", "proceeds", "gain", "term"],
            taxLots.map { lot in
                [
                    .words(lot.symbol.text), .value(lot.quantity), .words(lot.isShort ? "short" : "long"),
                    .value(lot.acquiredAt), .value(lot.soldAt), .value(lot.cost), .value(lot.proceeds),
                    .value(lot.gain), .words(lot.isLongTerm.map { $0 ? "long" : "short" }),
                ]
            })
    }

    private func cashCSV() throws(NumericError) -> CSVFile {
        var rows: [[CSVFile.Cell]] = []
        for event in cashEvents {
            rows.append([
                .value(event.at), .words(event.kind), try .money(event.amount), .words(event.symbol?.text),
            ])
        }
        return CSVFile("cash.csv", ["at", "kind", "amount", "symbol"], rows)
    }
}
