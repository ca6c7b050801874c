import HeapModule
import Trading
import Wire

/// Simulated time and everything that is to happen in it, in the order of time and then of asking.
///
/// Nothing here reads a clock: ten minutes pass as fast as their events can be worked through.
final class World {
    /// Nanoseconds since the scenario began; it never goes back.
    private(set) var now: Int64 = 0
    /// What has passed beside, while nothing happened.
    private(set) var skipped: Int64 = 0
    /// Of all simulated plugins: what a codec learned about types and names is of use to the next.
    let codec = MessageCodec()
    private var queue = Heap<Scheduled>()
    private var count: UInt64 = 0

    private struct Scheduled: Comparable {
        var time: Int64
        var number: UInt64
        var action: () -> Void

        static func < (left: Scheduled, right: Scheduled) -> Bool {
            (left.time, left.number) < (right.time, right.number)
        }
        static func == (left: Scheduled, right: Scheduled) -> Bool { left.number == right.number }
    }

    static let millisecond: Int64 = 1_000_000
    static let second: Int64 = 1_000_000_000

    /// Does something later; at once means after what is due now.
    func after(_ nanoseconds: Int64, _ action: @escaping () -> Void) {
        count += 1
        queue.insert(Scheduled(time: now + max(0, nanoseconds), number: count, action: action))
    }

    /// Weeks pass in a moment.
    func skip(_ nanoseconds: Int64) { skipped += nanoseconds }

    /// Nothing more happens; what was planned is forgotten, and what it held with it.
    func end() { queue = Heap() }

    /// Lets time pass to the next event, at most until `limit`. Returns false when the limit came first.
    func step(until limit: Int64) -> Bool {
        guard let next = queue.min, next.time <= limit else {
            now = max(now, limit)
            return false
        }
        _ = queue.popMin()
        now = next.time
        next.action()
        return true
    }
}
