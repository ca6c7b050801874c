import Trading

/// A row with its meaning.
enum TapeRow {
    case bar(Bar)
    /// `last` is not in the file, see ``TapeReader``.
    case quote(Quote)
    /// In the order of the columns.
    case closes([Bar])
    case condition(MarketCondition)
    /// A date without a value, or a row outside the window.
    case none
}

/// One file and the row that is due in it. A class for its identity: it owns an open file.
final class TapeCursor {
    let feed: TapeFeed
    /// Of a wide table: its symbols by column, nil where the symbol is not wanted.
    private(set) var columns: [Symbol?] = []
    private(set) var row = TapeRow.none
    /// When ``row`` is known; nil when the file has ended.
    private(set) var knownAt: Timestamp?
    private var file: CSVFile
    private let window: TapeWindow
    private let closesVolume: Quantity
    private var regularHours = RegularHours()
    /// The time of the row before, to see that times increase.
    private var lastTime: Timestamp?

    /// Opens a file and checks its header. ``advance()`` gets the first row.
    /// - Parameter symbols: those wanted of a wide table; nil is all.
    /// - Throws: ``TapeError``.
    init(_ source: TapeFile, _ plan: TapePlan, symbols: [Symbol]?) throws(TapeError) {
        feed = source.feed
        window = plan.window
        closesVolume = plan.closesVolume
        file = try CSVFile(path: source.path)
        try readHeader(symbols)
    }

    /// How much of its file was read, 0 to 1.
    var share: Double { file.share }

    /// Moves on to the next row of the window.
    /// - Throws: ``TapeError`` for the first row that is wrong, also where the window would have left it out.
    func advance() throws(TapeError) {
        while true {
            guard try file.nextRow() else { return end() }
            let (time, known) = try readRow()
            if let lastTime, time <= lastTime {
                throw file.bad("\(quoted(file.text(0).utf8)) is not after the row before it")
            }
            lastTime = time
            if known >= window.until { return end() }
            if case .none = row { continue }
            guard isInside(time, known) else { continue }
            knownAt = known
            return
        }
    }

    private func end() {
        knownAt = nil
        row = .none
    }

    /// Conditions of earlier days are kept: the last one is what was known as the tape begins.
    private func isInside(_ time: Timestamp, _ known: Timestamp) -> Bool {
        if case .condition = feed { return true }
        guard known >= window.from else { return false }
        return !window.regularOnly || regularHours.contains(time)
    }

    /// Reads the fields into ``row``; its beginning and when it is known.
    private func readRow() throws(TapeError) -> (time: Timestamp, known: Timestamp) {
        switch feed {
        case .trades(let symbol):
            let start = try file.minute(0)
            let bar = try file.bar(symbol, start, minute)
            row = .bar(bar)
            return (start, bar.end)
        case .quotes(let symbol):
            let start = try file.minute(0)
            row = .quote(try file.quote(symbol, at: start + minute))
            return (start, start + minute)
        case .daily(let symbol):
            let day = try file.tradingDay()
            row = .bar(try file.bar(symbol, day.start, day.period))
            return (day.start, day.end)
        case .closes:
            let day = try file.tradingDay()
            let bars = try file.closes(columns, day, volume: closesVolume)
            row = bars.isEmpty ? .none : .closes(bars)
            return (day.start, day.end)
        case .condition(let name):
            let known = NewYork.time(.indexClose, on: try file.date(0))
            let value = try file.conditionValue()
            row = value.map { .condition(MarketCondition(name: name, value: $0, at: known)) } ?? .none
            return (known, known)
        }
    }

    private func readHeader(_ wanted: [Symbol]?) throws(TapeError) {
        let expected = feed.header ?? "timestamp,SYMBOL,SYMBOL..."
        guard try file.nextRow() else {
            throw .file(
                file.name, line: 1, problem: "the file is empty",
                remedy: "Fetch it again, or take it away; its header would be \(expected)")
        }
        guard feed.header == nil else {
            if file.rowText != feed.header { throw unknownHeader(expected) }
            return
        }
        guard file.fieldCount > 1, file.text(0) == "timestamp" else { throw unknownHeader(expected) }
        var seen: Set<Symbol> = []
        for column in 1..<file.fieldCount {
            let symbol: Symbol
            do throws(IdentityError) { symbol = try Symbol(file.text(column)) } catch { throw unknownHeader(expected) }
            guard seen.insert(symbol).inserted else { throw unknownHeader("each symbol once") }
            columns.append(wanted?.contains(symbol) ?? true ? symbol : nil)
        }
    }

    private func unknownHeader(_ expected: String) -> TapeError {
        .file(
            file.name, line: 1, problem: "\(quoted(file.rowText.utf8)) is no header of this file",
            remedy: "Expected \(expected)")
    }
}

private let minute = TimeSpan.seconds(60)
