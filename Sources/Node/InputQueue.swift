import Orchestration
import Trading

/// What the core is given with the next turn, each input with its time; and when the core wants to be woken.
struct InputQueue {
    private var queued: [(input: Input, at: Timestamp)] = []
    private var realTime: RealTime
    private var wakeAt: Timestamp?

    init(_ clock: any Clock, notBefore earliest: Timestamp) { realTime = RealTime(clock, notBefore: earliest) }

    var isEmpty: Bool { queued.isEmpty }
    var count: Int { queued.count }

    /// - Parameter tapeTime: the time of a lockstep run; nil: the real time, and a jump of it is named before.
    mutating func append(_ input: Input, tapeTime: Timestamp?, _ clock: any Clock) {
        let time = tapeTime ?? realTime.now(clock)
        if let span = realTime.consumeJump() { queued.append((.clockJumped(by: span), time)) }
        queued.append((input, time))
    }

    mutating func takeAll() -> [(input: Input, at: Timestamp)] {
        defer { queued = [] }
        return queued
    }

    mutating func wake(at time: Timestamp) { wakeAt = time }

    /// In lockstep time passes with the tape, and every input of it wakes: this is for real time alone.
    mutating func consumeDueWake(_ clock: any Clock) -> Bool {
        guard let due = wakeAt, due <= realTime.now(clock) else { return false }
        wakeAt = nil
        return true
    }

    /// Of real time, 0 or more; nil when the core does not wait for a time.
    mutating func millisecondsUntilWake(_ clock: any Clock) -> Int64? {
        guard let wakeAt else { return nil }
        return max(0, (wakeAt - realTime.now(clock)).wholeMilliseconds + 1)
    }
}
