import Glibc
import Node
import Trading

/// clock_gettime(2): the wall's time, and one that never jumps.
package struct SystemClock: Clock {
    package init() {}

    package var wall: Timestamp { Timestamp(nanoseconds: Self.nanoseconds(CLOCK_REALTIME)) }
    package var monotonicNanoseconds: Int64 { Self.nanoseconds(CLOCK_MONOTONIC) }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
