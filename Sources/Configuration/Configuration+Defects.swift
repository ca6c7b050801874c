import Trading

extension Configuration {
    /// The first figure of the core's own that makes no sense, with its place; nil when all are sound. One that reads well
    /// and switches a protection off is worse than a file that is refused.
    var defect: (place: [String], why: String)? {
        if let why = Self.defect(ofAccount: account.text) { return (["account"], why) }
        if let limits, let defect = limits.defect { return (["limits", defect.key], defect.why) }
        return ranges.lazy.compactMap(\.defect).first ?? stopDefect ?? boundsDefect ?? reconciliationDefect
    }

    /// It is the name of the state folder, where none is named.
    static func defect(ofAccount account: String) -> String? {
        guard account.contains("/") || account.hasPrefix(".") else { return nil }
        return
            "\"\(account.prefix(40))\" is refused, since it names a folder: it has no / and does not begin with a dot"
    }

    private var stopDefect: (place: [String], why: String)? {
        let wrong = (initialStops ?? [:]).filter { !$0.value.isPositive }.keys.min()
        return wrong.map { (["initial_stops", $0.text], "a price lies above zero") }
    }

    private var boundsDefect: (place: [String], why: String)? {
        let bounds = core().advisoryBounds
        guard bounds.low > bounds.high else { return nil }
        return (
            ["advisory_bounds"],
            "low is at most high, such as {low: 0.5, high: 2}, not \(bounds.low) and \(bounds.high)"
        )
    }
}
