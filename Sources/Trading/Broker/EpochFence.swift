/// P8, one writer: the highest epoch that an adapter has seen. Whoever carries a lower one is a core whose successor is
/// already at work.
///
/// The adapter persists ``highest`` before it acts on a command that raised it.
public struct EpochFence: Sendable, Hashable, Codable {
    public private(set) var highest: Int64

    public init(highest: Int64 = 0) { self.highest = highest }

    public func admits(_ epoch: Int64) -> Bool { epoch >= highest }

    /// Returns whether it rose, and so has to be persisted.
    @discardableResult
    public mutating func raise(to epoch: Int64) -> Bool {
        guard epoch > highest else { return false }
        highest = epoch
        return true
    }
}
