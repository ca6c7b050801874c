/// Figures of a run that no decision depends on.
package struct RunFigures {
    /// From the question to the performed decision, one for each cycle that asked; the first so many.
    package private(set) var cycleMicroseconds: [Int64] = []
    package private(set) var lateAnswers = 0
    /// Bars of the market that were taken.
    package private(set) var bars: Int64 = 0
    private static let kept = 100_000

    package init() {}

    mutating func cycleTook(microseconds: Int64) {
        if cycleMicroseconds.count < Self.kept { cycleMicroseconds.append(microseconds) }
    }

    mutating func took(bars count: Int) { bars += Int64(count) }

    mutating func answeredLate() { lateAnswers += 1 }

    /// The value that so many of 100 cycles do not exceed; nil without any.
    package func percentile(_ share: Int) -> Int64? {
        guard !cycleMicroseconds.isEmpty else { return nil }
        let sorted = cycleMicroseconds.sorted()
        return sorted[min(sorted.count - 1, sorted.count * share / 100)]
    }
}
