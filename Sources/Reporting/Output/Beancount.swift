import Trading

/// The account as a ledger of plain text that `bean-check` (beancount 3) takes: every execution, dividend and payment, first in first out.
///
/// It ends with a balance of the cash: what was there at the beginning and all that followed must come to it.
struct Beancount {
    private let report: Report
    private var names: [Symbol: String] = [:]

    init(_ report: Report) {
        self.report = report
        var taken: Set<String> = []
        for symbol in Set(report.ledgerExecutions.map(\.symbol)).sorted() {
            var name = Self.commodity(symbol)
            while !taken.insert(name).inserted { name += "1" }
            names[symbol] = name
        }
    }

    /// - Throws: ``NumericError``.
    func text() throws(NumericError) -> String {
        let root = "Broker"
        let dates = report.ledgerExecutions.map { Self.date($0.at) } + [Self.date(report.from)]
        let first = dates.min() ?? Self.date(report.from)
        var lines = [
            "; \(Self.plain(report.account?.text ?? "account")), \(report.from) to \(report.to), by bigbrother report",
            "option \"operating_currency\" \"\(currency)\"",
            "option \"booking_method\" \"FIFO\"", "",
        ]
        let accounts =
            ["Assets:\(root):Cash"] + names.sorted { $0.key < $1.key }.map { account($0.key) }
            + [
                "Equity:Opening", "Equity:Payments", "Equity:Unexplained", "Income:Gains", "Income:Dividends",
                "Income:Interest", "Expenses:Charges", "Expenses:Fees", "Expenses:Taxes",
            ]
        lines += accounts.map { "\(first) open \($0)" }
        for (symbol, name) in names.sorted(by: { $0.key < $1.key }) {
            lines += ["\(first) commodity \(name)", "  symbol: \"\(symbol)\""]
        }
        lines +=
            [""]
            + transaction(first, "opening balance", [("Assets:\(root):Cash", try opening()), ("Equity:Opening", nil)])
        var dated: [(at: Timestamp, lines: [String])] = []
        for execution in report.ledgerExecutions { dated.append((execution.at, try entry(execution))) }
        for event in report.cashEvents where !event.isShares { dated.append((event.at, try entry(event))) }
        let sorted = dated.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        lines += sorted.flatMap(\.element.lines)
        if !report.money.unexplained.isZero {
            lines += transaction(
                Self.date(report.to), "not explained",
                [("Assets:\(root):Cash", report.money.unexplained), ("Equity:Unexplained", nil)])
        }
        lines.append("\(Self.date(report.to + .day)) balance Assets:\(root):Cash  \(try cashAtEnd()) \(currency)")
        return lines.joined(separator: "\n") + "\n"
    }

    private var currency: String { report.currency.count >= 2 ? report.currency : "USD" }

    // MARK: - Cash

    private func cashAtEnd() throws(NumericError) -> Money {
        try report.money.equityAtEnd - (report.equity.last?.netExposure ?? .zero)
    }

    /// So much that what follows comes to the cash at the end of the beginning: executions of before have moved theirs already.
    private func opening() throws(NumericError) -> Money {
        var cash = Sum(report.money.equityAtStart) - Sum(report.equity.first?.netExposure ?? .zero)
        for execution in report.ledgerExecutions.prefix(report.ledgerExecutions.count - report.executions.count)
        where execution.cause != .opening {
            cash += execution.value + execution.charges
        }
        return try cash.money()
    }

    // MARK: - Entries

    private func entry(_ execution: Execution) throws(NumericError) -> [String] {
        let name = names[execution.symbol] ?? execution.symbol.text
        let value = try execution.value.magnitude.money()
        let sold = execution.change
        let posting =
            execution.isOpening
            ? "\(sold) \(name) {{\(value) \(currency)}}" : "\(sold) \(name) {} @@ \(value) \(currency)"
        let paid = try (-(execution.value + execution.charges)).money()
        var lines = [
            "\(Self.date(execution.at)) * \"\(execution.side.rawValue) \(execution.quantity) \(execution.symbol)\" \"\(Self.plain(execution.by)), \(execution.cause.rawValue)\"",
            "  \(account(execution.symbol))  \(posting)",
        ]
        let source = execution.cause == .opening ? "Equity:Opening" : "Assets:Broker:Cash"
        lines.append("  \(source)  \(paid) \(currency)")
        if !execution.charges.isZero {
            lines.append("  Expenses:Charges  \(try execution.charges.money()) \(currency)")
        }
        if !execution.isOpening { lines.append("  Income:Gains") }
        return lines + [""]
    }

    private func entry(_ event: CashEvent) throws(NumericError) -> [String] {
        let other =
            switch event.kind {
            case "dividend": "Income:Dividends"
            case "interest": "Income:Interest"
            case "fee": "Expenses:Fees"
            case "tax": "Expenses:Taxes"
            default: "Equity:Payments"
            }
        let words = event.kind + (event.symbol.map { " \($0)" } ?? "")
        return transaction(
            Self.date(event.at), words, [("Assets:Broker:Cash", try event.amount.money()), (other, nil)])
    }

    private func transaction(_ date: String, _ words: String, _ postings: [(String, Money?)]) -> [String] {
        ["\(date) * \"\(Self.plain(words))\""]
            + postings.map { "  \($0.0)" + ($0.1.map { "  \($0) \(currency)" } ?? "") } + [""]
    }

    // MARK: - Names

    private func account(_ symbol: Symbol) -> String {
        let name = names[symbol] ?? symbol.text
        return "Assets:Broker:S-" + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }

    /// A commodity begins with a letter, ends with a letter or digit, and has two of them at least.
    private static func commodity(_ symbol: Symbol) -> String {
        var name = String(symbol.text.map { "/_".contains($0) ? "-" : $0 })
        if name.first?.isLetter != true { name = "X" + name }
        if name.count < 2 || name.last.map({ !$0.isLetter && !$0.isNumber }) ?? true { name += ".X" }
        return String(name.prefix(23)) + (name.count > 23 ? "X" : "")
    }

    private static func plain(_ text: String) -> String {
        String(text.map { $0 == "\"" || $0 == "\\" || $0.isNewline ? "'" : $0 })
    }

    private static func date(_ time: Timestamp) -> String { USEquityCalendar.localTime(time).dateText }
}

extension Report {
    /// See ``Beancount``.
    /// - Throws: ``NumericError``.
    package func beancount() throws(NumericError) -> String { try Beancount(self).text() }
}
