import Node
import SystemTime
import Trading

/// The clocks of this machine.
package struct SystemClock: Clock {
    package init() {}

    package var wall: Timestamp { Timestamp(nanoseconds: wallNanoseconds()) }
    package var monotonicNanoseconds: Int64 { SystemTime.monotonicNanoseconds() }
}
