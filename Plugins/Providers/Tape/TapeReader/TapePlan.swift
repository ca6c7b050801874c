import Trading

/// A configuration that was checked: texts are read, what was left out has its value.
struct TapePlan {
    var folders: [String]
    var symbols: [Symbol]?
    var window: TapeWindow
    var step: TimeSpan?
    /// Of each bar out of a wide table.
    var closesVolume: Quantity
    /// Sorted by name.
    var conditions: [TapeConfiguration.Condition]
    /// Sorted by day, then id; effective at 04:00 New York time of that day.
    var actions: [CorporateAction]
}

/// Which rows of the files belong to the tape.
struct TapeWindow {
    var from = Timestamp(nanoseconds: .min)
    var until = Timestamp(nanoseconds: .max)
    var regularOnly = false
}

extension TapeConfiguration {
    /// Checks everything that can be checked without opening a file.
    /// - Throws: ``TapeError/configuration(key:problem:)`` for the first key that is wrong.
    package func validate() throws(TapeError) { _ = try plan() }

    func plan() throws(TapeError) -> TapePlan {
        try checkFolders()
        try checkSymbols()
        try checkConditions()
        let step = try stepSeconds.map { seconds throws(TapeError) in
            try require(
                (1...Limits.maximumStepSeconds).contains(seconds), "step_seconds",
                "\(seconds) is no step; write 1 to \(Limits.maximumStepSeconds), or leave it out for one update per bar"
            )
            return TimeSpan.seconds(Int64(seconds))
        }
        return TapePlan(
            folders: folders, symbols: symbols, window: try window(), step: step,
            closesVolume: try volumeOfCloses(), conditions: (conditions ?? []).sorted { $0.name < $1.name },
            actions: try actions())
    }

    private func volumeOfCloses() throws(TapeError) -> Quantity {
        let shares = closesVolume ?? 0
        try require(
            (0...Limits.maximumClosesVolume).contains(shares), "closes_volume",
            "\(shares) is no volume; write 0 to \(Limits.maximumClosesVolume) shares")
        return Quantity(shares: shares)
    }

    private func checkFolders() throws(TapeError) {
        try require(
            (1...Limits.maximumFolders).contains(folders.count), "folders",
            "\(folders.count) folders are named; name 1 to \(Limits.maximumFolders) that hold CSV files")
        for (index, folder) in folders.enumerated() {
            try require(isPath(folder), "folders[\(index)]", "the path is empty or has a NUL; write the folder's path")
            try require(
                !folders[..<index].contains(folder), "folders[\(index)]",
                "\(quoted(folder.utf8)) is named twice; take one out")
        }
    }

    private func checkSymbols() throws(TapeError) {
        guard let symbols else { return }
        try require(
            (1...Limits.maximumSymbols).contains(symbols.count), "symbols",
            "\(symbols.count) symbols are named; name 1 to \(Limits.maximumSymbols), or leave the key out for all")
        var seen: Set<Symbol> = []
        for (index, symbol) in symbols.enumerated() {
            try require(seen.insert(symbol).inserted, "symbols[\(index)]", "\(symbol) is named twice; take one out")
        }
    }

    private func checkConditions() throws(TapeError) {
        let conditions = conditions ?? []
        try require(
            conditions.count <= Limits.maximumConditions, "conditions",
            "\(conditions.count) conditions are too many; keep \(Limits.maximumConditions) at the most")
        for (index, condition) in conditions.enumerated() {
            let key = "conditions[\(index)]"
            try require(!condition.name.isEmpty, "\(key).name", "the name is empty; write one such as VIX")
            try require(
                isPath(condition.file), "\(key).file", "the path is empty or has a NUL; write the path of a CSV file")
            try require(
                !conditions[..<index].contains { $0.name == condition.name }, "\(key).name",
                "\(quoted(condition.name.utf8)) is named twice; take one out")
        }
    }

    private func window() throws(TapeError) -> TapeWindow {
        var window = TapeWindow()
        if let from { window.from = try time(from, "from") }
        if let until { window.until = try time(until, "until") }
        window.regularOnly = regularOnly ?? false
        try require(
            window.from < window.until, "until", "it is not after from, so no row is left; write a later time")
        return window
    }

    private func time(_ text: String, _ key: String) throws(TapeError) -> Timestamp {
        guard let time = NewYork.read(text) else {
            throw .configuration(
                key: key,
                problem: "\(quoted(text.utf8)) is no time; write such as 2014-06-09 or 2014-06-09T13:30:00Z")
        }
        return text.utf8.count == 10 ? NewYork.time(.midnight, on: time) : time
    }
}

func require(_ condition: Bool, _ key: String, _ problem: @autoclosure () -> String) throws(TapeError) {
    guard condition else { throw .configuration(key: key, problem: problem()) }
}

private func isPath(_ text: String) -> Bool { !text.isEmpty && !text.utf8.contains(0) }
