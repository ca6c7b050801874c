import Trading

extension TapeReader {
    /// The bar and quote files, each at its first row.
    static func openMarkets(_ plan: TapePlan) throws(TapeError) -> [TapeCursor] {
        var cursors: [TapeCursor] = []
        var daily: [Symbol: String] = [:]
        var found: Set<Symbol> = []
        for file in try TapeFolder.files(of: plan) {
            let cursor = try TapeCursor(file, plan, symbols: plan.symbols)
            try noteDaily(cursor, file.path, &daily)
            found.formUnion(cursor.symbols)
            if cursor.symbols.isEmpty { continue }
            try cursor.advance()
            cursors.append(cursor)
        }
        for (index, symbol) in (plan.symbols ?? []).enumerated() {
            try require(
                found.contains(symbol), "symbols[\(index)]",
                "no file of the folders has \(symbol); add one or take the symbol out")
        }
        try require(!cursors.isEmpty, "folders", "there is no file such as \(TapeFileName.patterns); add one")
        return cursors
    }

    /// The files of conditions by name, each at its first row.
    static func openConditions(_ plan: TapePlan) throws(TapeError) -> [TapeCursor] {
        var cursors: [TapeCursor] = []
        for condition in plan.conditions {
            let file = TapeFile(feed: .condition(condition.name), path: condition.file)
            let cursor = try TapeCursor(file, plan, symbols: nil)
            try cursor.advance()
            cursors.append(cursor)
        }
        return cursors
    }

    /// A symbol has daily bars once, be it in a file of its own or in a wide table.
    private static func noteDaily(
        _ cursor: TapeCursor, _ path: String, _ daily: inout [Symbol: String]
    ) throws(TapeError) {
        switch cursor.feed {
        case .daily, .closes: break
        case .trades, .quotes, .condition: return
        }
        for symbol in cursor.symbols {
            if let other = daily.updateValue(path, forKey: symbol) {
                throw .configuration(
                    key: "folders", problem: "\(symbol) has daily bars in \(other) and in \(path); keep one of them")
            }
        }
    }
}

extension TapeCursor {
    /// Whose bars and quotes the file has, without those that are not wanted.
    var symbols: [Symbol] { feed.symbol.map { [$0] } ?? columns.compactMap(\.self) }
}
