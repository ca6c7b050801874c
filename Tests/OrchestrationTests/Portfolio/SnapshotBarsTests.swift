import Testing

@testable import Orchestration

@Suite("The bars of a snapshot have a number (I-BOUND-6)")
struct SnapshotBarsTests {
    @Test(
        "small needs are met in full, and the largest are cut to one size",
        arguments: [
            ([50, 1_000], 1, [50, 1_000]), ([], 100, []), ([1_000, 50], 100, [550, 50]),
            ([1_000, 50, 900], 100, [275, 50, 275]),
            ([1_000, 1_000, 1_000], 30, [666, 667, 667]), ([20], 10_000, [6]), ([1, 1], 100_000, [0, 0]),
        ] as [([Int64], Int, [Int64])])
    func shares(wanted: [Int64], symbols: Int, counts: [Int64]) {
        let given = SnapshotBuilder.barCounts(wanted, symbols: symbols, most: 60_000)
        #expect(given == counts)
        #expect(given.reduce(0, +) * Int64(symbols) <= 60_000)
    }
}
