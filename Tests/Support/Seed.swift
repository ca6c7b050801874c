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
}
