import Node
import Trading

/// The core's two clocks: the wall's can jump, the other one cannot.
final class SimulatedClock: Clock {
    private let world: World
    /// How far the wall clock is from the simulated time.
    var jump: Int64 = 0

    /// Monday 2026-03-16 14:00 UTC, inside a regular session.
    static let start = Timestamp(seconds: 1_773_669_600)

    init(_ world: World) { self.world = world }

    var wall: Timestamp { Timestamp(nanoseconds: Self.start.nanoseconds + world.now + world.skipped + jump) }
    var monotonicNanoseconds: Int64 { world.now }
}

extension World {
    /// The true time, as the venue sees it.
    var time: Timestamp { Timestamp(nanoseconds: SimulatedClock.start.nanoseconds + now + skipped) }
}
