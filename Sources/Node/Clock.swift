import Trading

/// Time as the loop needs it: the wall's for what happens, and one that never jumps for waiting.
package protocol Clock {
    var wall: Timestamp { get }
    var monotonicNanoseconds: Int64 { get }
}

extension Clock {
    var monotonicMilliseconds: Int64 { monotonicNanoseconds / 1_000_000 }
}

/// The wall's time that never goes back: after a backward jump it goes on with the clock that cannot jump, so that no
/// deadline of the core stands still. A forward jump is named, so that no deadline of the core has passed by it.
struct RealTime {
    private var anchor: (time: Timestamp, nanoseconds: Int64)
    private var jump = TimeSpan.zero
    /// Less is the ordinary correction of a clock.
    private static let tolerance = TimeSpan.milliseconds(100)

    init(_ clock: any Clock, notBefore earliest: Timestamp) {
        anchor = (max(clock.wall, earliest), clock.monotonicNanoseconds)
    }

    mutating func now(_ clock: any Clock) -> Timestamp {
        let nanoseconds = clock.monotonicNanoseconds
        let steady = anchor.time + TimeSpan(nanoseconds: nanoseconds - anchor.nanoseconds)
        let wall = clock.wall
        if wall - steady > Self.tolerance {
            jump = TimeSpan(nanoseconds: jump.nanoseconds + (wall - steady).nanoseconds)
        }
        anchor = (max(steady, wall), nanoseconds)
        return anchor.time
    }

    /// How far the wall's clock has jumped ahead since this was asked last; nil when it has not.
    mutating func consumeJump() -> TimeSpan? {
        defer { jump = .zero }
        return jump > .zero ? jump : nil
    }
}
