#if DEBUG
    import ArgumentParser
    import Node

    /// Where a crash test lets the core end itself; a release build has none of it.
    struct FaultOptions: ParsableArguments {
        @Option(help: "Kill -9 itself once this entry is durable.") var dieAfterEntry: Int64?
        @Option(help: "Kill -9 itself when the broker's first report on this order command (1, 2, ...) comes, unread.")
        var dieBeforeAnswer: Int64?
        @Option(help: "Kill -9 itself once this stage of a broker's swap is durable.") var dieInSwap: String?

        var points: FaultPoints {
            var points = FaultPoints()
            points.afterEntry = dieAfterEntry
            points.beforeAnswer = dieBeforeAnswer
            points.inSwap = dieInSwap
            return points
        }
    }
#endif
