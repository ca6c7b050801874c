import Foundation
import Testing

/// `scripts/test` guards a merge; `scripts/test-long` runs what takes too long for that, as `BIGBROTHER_LONG=1` says.
package enum Tier {
    package static let isLong = ProcessInfo.processInfo.environment["BIGBROTHER_LONG"] == "1"

    /// How much of something: what guards a merge has its smaller volume at the gate, and no promise is left to the night alone.
    package static func volume<Volume>(gate: Volume, nightly: Volume) -> Volume { isLong ? nightly : gate }
}

extension Trait where Self == ConditionTrait {
    /// Part of `scripts/test-long`, and skipped elsewhere.
    package static var nightly: Self { .enabled(if: Tier.isLong, "part of scripts/test-long") }
}
