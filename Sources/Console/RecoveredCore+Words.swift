import Node

extension RecoveredCore {
    /// What a person must know of how the state came about; nothing when it came from the newest snapshot.
    /// - Parameter took: how long it took.
    package func lines(took: Duration) -> [String] {
        guard let first = unusable.first else { return [] }
        let snapshots =
            unusable.count == 1
            ? "the snapshot at entry \(first.sequence) cannot be used"
            : "\(unusable.count) snapshots cannot be used, the newest at entry \(first.sequence)"
        let start =
            snapshot == 0 ? "from all \(inputs) inputs" : "from the snapshot at entry \(snapshot) and \(inputs) inputs"
        return [
            "\(snapshots), because \(first.defect.words): the state was rebuilt \(start), in \(took.words)\(difference == nil && unreadable == nil ? "; nothing is lost" : "")"
        ]
    }

    /// For those who only look: the state is not the one that was.
    package var doubt: String? {
        if let unreadable { return "what is shown is the account before that: \(unreadable.words)" }
        return difference.map {
            "what is shown is what this version makes of the inputs; from entry \($0.sequence) on it would have given other "
                + "commands than were given, so positions and orders may be others (`bigbrother replay` shows the difference)"
        }
    }
}

extension SnapshotDefect {
    /// Another version of the program wrote it, as happens with an upgrade.
    package var isExpected: Bool {
        if case .otherFormat = self { true } else { false }
    }

    /// As the end of "because ...".
    package var words: String {
        switch self {
        case .otherFormat(let number): "it has state format \(number), and this version has \(StateFormat.current)"
        case .damaged: "it is damaged"
        case .notSealed: "it is not the one that was written (`bigbrother doctor` looks at the whole journal)"
        case .unreadable(let why): "it cannot be read (\(why))"
        }
    }
}

extension Duration {
    /// `3.2 s`.
    fileprivate var words: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
