import Trading

/// How many times faster than it was recorded a tape runs.
package struct TapeSpeed: Sendable, Hashable {
    package static let realTime = TapeSpeed(unchecked: 1)
    package let factor: Int64

    /// - Throws: ``TapeError/configuration(key:problem:)`` outside 1 to ``Limits/maximumSpeed``.
    package init(_ factor: Int) throws(TapeError) {
        try require(
            (1...Limits.maximumSpeed).contains(factor), "speed",
            "\(factor) is no speed; write 1 for real time, to \(Limits.maximumSpeed) for as many times faster")
        self.factor = Int64(factor)
    }

    private init(unchecked factor: Int64) { self.factor = factor }
}

/// Plays a tape as if it happened now.
///
/// Each update is moved as a whole, so that its `at` is the time when it is to be published. In real time that is the
/// same offset for all of them. Faster, updates move together but each keeps the shape it has: a minute bar still says
/// that it took a minute. `session` stays that of the recording, whatever the clock on the wall says.
///
/// ```swift
/// let rebase = reader.rebased(to: now)
/// while let update = try reader.next() {
///     wait(until: rebase.due(update.at))
///     publish(rebase(update))
/// }
/// ```
package struct Rebase: Sendable, Hashable {
    package let first: Timestamp
    package let start: Timestamp
    package let speed: TapeSpeed

    /// - Parameters:
    ///   - first: a time of the tape, as a rule ``TapeReader/firstAt``.
    ///   - start: the time it becomes.
    package init(first: Timestamp, start: Timestamp, speed: TapeSpeed = .realTime) {
        self.first = first
        self.start = start
        self.speed = speed
    }

    /// When an update of this time is to be published.
    package func due(_ at: Timestamp) -> Timestamp {
        start + TimeSpan(nanoseconds: (at - first).nanoseconds / speed.factor)
    }

    package func callAsFunction(_ update: MarketUpdate) -> MarketUpdate {
        update.shifted(by: due(update.at) - update.at)
    }
}

extension TapeReader {
    /// How to publish the updates from `start` on.
    package func rebased(to start: Timestamp, speed: TapeSpeed = .realTime) -> Rebase {
        Rebase(first: firstAt, start: start, speed: speed)
    }
}

extension MarketUpdate {
    /// The same with all its times moved.
    package func shifted(by offset: TimeSpan) -> MarketUpdate {
        var update = self
        update.at = at + offset
        update.corporateActions = corporateActions?.map { changed($0) { $0.effectiveAt = $0.effectiveAt + offset } }
        update.conditions = conditions?.map { changed($0) { $0.at = $0.at + offset } }
        update.bars = bars?.map { changed($0) { $0.start = $0.start + offset } }
        update.quotes = quotes?.map { changed($0) { $0.at = $0.at + offset } }
        return update
    }
}

private func changed<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var copy = value
    change(&copy)
    return copy
}
