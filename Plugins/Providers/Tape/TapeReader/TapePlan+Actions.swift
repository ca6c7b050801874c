import Trading

extension TapeConfiguration {
    /// The corporate actions, read and sorted.
    /// - Throws: ``TapeError/configuration(key:problem:)``.
    package func actions() throws(TapeError) -> [CorporateAction] {
        let entries = corporateActions ?? []
        try require(
            entries.count <= Limits.maximumCorporateActions, "corporate_actions",
            "\(entries.count) are too many; keep \(Limits.maximumCorporateActions) at the most")
        var actions: [CorporateAction] = []
        var ids: Set<String> = []
        for (index, entry) in entries.enumerated() {
            let key = "corporate_actions[\(index)]"
            let action = try entry.action(key)
            try require(ids.insert(action.id).inserted, key, "\(action.id) stands here twice; take one out")
            try require(
                symbols?.contains(entry.symbol) ?? true, "\(key).symbol",
                "\(entry.symbol) is not among symbols; add it there or take the action out")
            actions.append(action)
        }
        return actions.sorted { ($0.effectiveAt, $0.id) < ($1.effectiveAt, $1.id) }
    }
}

extension TapeConfiguration.Action {
    fileprivate func action(_ key: String) throws(TapeError) -> CorporateAction {
        guard date.utf8.count == 10, let day = NewYork.read(date) else {
            throw .configuration(
                key: "\(key).date", problem: "\(quoted(date.utf8)) is no date; write such as 2014-06-09")
        }
        let (word, kind) = try kind(key)
        let action = CorporateAction(
            id: "\(date).\(symbol).\(word)", symbol: symbol, kind: kind,
            effectiveAt: NewYork.time(.preMarketOpen, on: day))
        if let defect = action.defect {
            throw .configuration(key: "\(key).\(word)", problem: "\(defect); correct it")
        }
        return action
    }

    private func kind(_ key: String) throws(TapeError) -> (word: String, CorporateAction.Kind) {
        switch (split, dividend) {
        case (let text?, nil):
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let numerator = Int64(parts[0]), let denominator = Int64(parts[1]) else {
                throw .configuration(
                    key: "\(key).split", problem: "\(quoted(text.utf8)) is no split; write new:old shares, such as 7:1")
            }
            return ("split", .split(numerator: numerator, denominator: denominator))
        case (nil, let text?):
            do throws(NumericError) {
                return ("dividend", .dividend(amount: try Price(text)))
            } catch {
                throw .configuration(key: "\(key).dividend", problem: "\(error)")
            }
        case (nil, nil), (_?, _?):
            throw .configuration(key: key, problem: "it needs either split or dividend; write one of the two")
        }
    }
}
