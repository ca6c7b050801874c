import Node

extension Replay.Report {
    /// What `bigbrother replay` prints.
    package var lines: [String] {
        let preface =
            comparison == .everyByte
            ? []
            : versions.lines.map { "written    \($0)" } + [
                "compared   commands: orders, settings of plugins, changes of the broker adapter; records may differ from what "
                    + "\(JournalVersion.current) writes"
            ]
        return preface + (difference?.lines ?? sameLines)
    }

    private var sameLines: [String] {
        let same =
            switch comparison {
            case .everyByte: ["identical: \(inputs) inputs gave the same \(effects) effects, byte for byte"]
            case .commands:
                [
                    "same commands: \(inputs) inputs gave the same \(commands) commands",
                    inputsWithOtherRecords == 0
                        ? "  records are the same too, byte for byte"
                        : "  records differ for \(inputsWithOtherRecords) of the inputs",
                ]
            }
        let figures =
            "  cycles \(cycles), decisions \(decisions), state \(stateHash.prefix(16)), chain \(chain)"
        return same + [figures]
    }
}

extension CommandDifference {
    fileprivate var lines: [String] {
        [
            "DIFFERENT at entry \(sequence)", "  journal: \(journal ?? "nothing")", "  replay:  \(replay ?? "nothing")",
        ]
    }
}

extension [JournalVersion.Span] {
    /// One line for each version that wrote a part of the journal.
    package var lines: [String] {
        map { $0.firstEntry == 1 ? "\($0.version)" : "from entry \($0.firstEntry) on \($0.version)" }
    }
}
