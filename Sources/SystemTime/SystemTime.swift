import Glibc

// clock_gettime(2). What the core takes for the time is an input; these are for sockets, processes and programs.

/// Of a clock that never jumps, from any beginning.
package func monotonicNanoseconds() -> Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

/// Of a clock that never jumps, from any beginning.
package func monotonicMilliseconds() -> Int64 { monotonicNanoseconds() / 1_000_000 }

/// Of the wall's clock, since 1970 in UTC. It can be set back.
package func wallNanoseconds() -> Int64 { nanoseconds(of: CLOCK_REALTIME) }

private func nanoseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
