import Trading

/// The corporate actions that are still to come.
struct ActionSchedule {
    private var waiting: ArraySlice<CorporateAction>
    /// The New York midnight before the first of them.
    private var dayStart: Timestamp?

    /// Leaves out what took effect before the tape: the positions that it starts with have it already.
    /// - Parameter actions: sorted by day.
    init(_ actions: [CorporateAction], window: TapeWindow, firstMarket: Timestamp) {
        let firstDay = NewYork.time(.midnight, on: NewYork.day(at: firstMarket))
        waiting = actions.drop { $0.effectiveAt < firstDay || $0.effectiveAt < window.from }
        settle()
    }

    var nextAt: Timestamp? { waiting.first?.effectiveAt }

    /// Those of the day of `time`, which is an update of that day. They take effect with it at the latest.
    mutating func take(at time: Timestamp) -> [CorporateAction]? {
        guard let start = dayStart, start <= time else { return nil }
        var taken: [CorporateAction] = []
        while let start = dayStart, start <= time, var action = waiting.popFirst() {
            action.effectiveAt = min(action.effectiveAt, time)
            taken.append(action)
            settle()
        }
        return taken
    }

    private mutating func settle() {
        dayStart = waiting.first.map { NewYork.time(.midnight, on: NewYork.day(at: $0.effectiveAt)) }
    }
}
