import Foundation

/// What tests that roll dice begin with: the same in every run, so that a merge is not stopped by chance, and another one each night:
/// `scripts/test-long` says it in `BIGBROTHER_SEED`, and prints it.
package enum Seed {
    package static let value: UInt64 = {
        guard let text = ProcessInfo.processInfo.environment["BIGBROTHER_SEED"] else { return 20_261_130 }
        guard let seed = UInt64(text), seed <= Int64.max else {
            preconditionFailure("BIGBROTHER_SEED is a whole number from 0 to 2^63-1, not \(text)")
        }
        return seed
    }()

    /// Those of a property test: fixed ones, those that once failed, and the run's own. A failing case is named by its seed.
    package static let several: [UInt64] = [1, 2, 3, 20_260_101, value]

    /// The seeds of a random test: the same few at the gate, and each night so many from ``value`` on.
    package static func range(gate: UInt64, nightly: UInt64) -> Range<UInt64> {
        // Small enough to be multiplied.
        let first = value % 1_000_000_000
        return Tier.isLong ? first..<first + nightly : 0..<gate
    }
}
