import Trading

/// The times at which a tape gives an update though nothing happened: every step from the first bar or quote of a New
/// York day to its last.
struct StepClock {
    private let step: TimeSpan
    private var origin = Timestamp(nanoseconds: .min)
    /// The midnight that ends the day of ``origin``.
    private var dayEnd = Timestamp(nanoseconds: .min)

    init(step: TimeSpan) { self.step = step }

    /// The next time after `last`, if it comes before `next`, the next update anyway.
    /// - Parameter market: when the next bar or quote is known; on another day, this one's clock has stopped.
    func tick(after last: Timestamp, before next: Timestamp, market: Timestamp) -> Timestamp? {
        guard market < dayEnd, last >= origin else { return nil }
        let steps = (last - origin).nanoseconds / step.nanoseconds + 1
        let tick = origin + TimeSpan(nanoseconds: steps * step.nanoseconds)
        return tick < next ? tick : nil
    }

    /// A bar or quote was given: a new day begins with its first.
    mutating func note(market: Timestamp) {
        guard market >= dayEnd else { return }
        origin = market
        dayEnd = NewYork.time(.midnight, on: NewYork.day(at: market) + .seconds(86_400))
    }
}
