import Trading

/// The bars of one period of one symbol, and the figures made of them.
struct PeriodSeries: Sendable, Hashable, Codable {
    let period: TimeSpan
    private(set) var window: Window<Candle>
    private(set) var studies: [Study]
    private var bucket: Bucket?
    /// The newest closed bar was made of shorter ones: a bar of the very period takes its place.
    private var isNewestMade = false

    init(_ plan: SeriesPlan.Period) {
        period = plan.period
        window = Window(capacity: plan.capacity)
        studies = plan.indicators.map { Study($0) }
    }

    /// Keeps what is still wanted. A new figure begins with the bars that are here.
    mutating func follow(_ plan: SeriesPlan.Period, _ hours: TradingHours) {
        let window = window
        studies = plan.indicators.map { indicator in
            if let known = studies.first(where: { $0.indicator == indicator }) { return known }
            var study = Study(indicator)
            for count in 0..<window.count { study.advance(window, count + 1, hours) }
            return study
        }
        self.window.resize(to: plan.capacity)
    }

    /// - Throws: ``NumericError/overflow(type:operation:)`` of the volume.
    mutating func append(
        _ bar: Bar, in session: TradingSession, _ hours: TradingHours
    ) throws(NumericError) {
        if session.isWhole(bar, of: period) {
            takeWhole(bar, key: session.key(of: bar, period), hours)
        } else if let slot = session.slot(of: bar, period) {
            try add(bar, slot, hours)
        }
    }

    /// Closes the bar under way when its time is over.
    mutating func closeBucket(at time: Timestamp, _ hours: TradingHours) {
        if let bucket, bucket.candle.end <= time { close(bucket, hours) }
    }

    private mutating func add(_ bar: Bar, _ slot: Slot, _ hours: TradingHours) throws(NumericError) {
        guard isNew(slot.key, slot.start) else { return }
        if let current = bucket, current.candle.key < slot.key { close(current, hours) }
        if var current = bucket {
            guard current.candle.key == slot.key else { return }
            try current.add(bar)
            bucket = current
        } else {
            bucket = Bucket(bar, slot)
        }
        // Not at the bar's own end: one that was passed over may be ahead of the one that is used.
        if let current = bucket { closeBucket(at: current.coveredUntil, hours) }
    }

    private mutating func takeWhole(_ bar: Bar, key: Int64, _ hours: TradingHours) {
        let candle = Candle(bar, key: key, start: bar.start, end: bar.end)
        if isNewestMade, let newest = window.last, newest.key == key { return restate(candle, hours) }
        guard isNew(key, bar.start) else { return }
        if let current = bucket, current.candle.key < key {
            guard period == .day || bar.start >= current.coveredUntil else { return }
            close(current, hours)
        }
        if let current = bucket, current.candle.key == key { bucket = nil }
        // What is under way is later: this one has to end before it.
        if let current = bucket, bar.end > current.candle.start { return }
        append(candle, hours)
        isNewestMade = false
    }

    /// Whether a bar comes after the newest closed one.
    private func isNew(_ key: Int64, _ start: Timestamp) -> Bool {
        guard let newest = window.last else { return true }
        // Two providers may let the same day begin at different hours.
        return period == .day ? key > newest.key : start >= newest.end
    }

    /// Takes bars that were before, or between, those that are known; the figures are made anew of all of them.
    ///
    /// A figure that is known and would be unknown stays. So does one that never forgets its first bars, where there are
    /// too few for that now: it has seen more than is kept.
    mutating func warm(_ bars: [Candle], _ plan: SeriesPlan.Period, _ hours: TradingHours) {
        var anew = PeriodSeries(plan)
        var (old, new) = ((0..<window.count).map { window[$0] }, bars[...])
        // What is under way is later than any of them.
        if let current = bucket { new = new.prefix { $0.end <= current.candle.start } }
        var total = 0
        while let candle = Self.next(&old, &new) {
            guard anew.isNew(candle.key, candle.start) else { continue }
            anew.append(candle, hours)
            total += 1
        }
        guard anew.window.count >= window.count else { return }
        for index in anew.studies.indices {
            let wanted = anew.studies[index].indicator
            guard var known = studies.first(where: { $0.indicator == wanted }), known.figure != nil else { continue }
            let isForgotten = !wanted.isRecursive || total >= wanted.barsThatMakeItKnown
            if isForgotten, anew.studies[index].figure != nil { continue }
            for later in 0..<anew.window.count where anew.window[later].key > window.last?.key ?? .min {
                known.advance(anew.window, later + 1, hours)
            }
            anew.studies[index] = known
        }
        (anew.bucket, anew.isNewestMade) = (bucket, isNewestMade && anew.window.last?.key == window.last?.key)
        self = anew
    }

    /// The earlier of two rows; of the same bar the one that is known.
    private static func next(_ old: inout [Candle], _ new: inout ArraySlice<Candle>) -> Candle? {
        guard let mine = old.first else { return new.popFirst() }
        guard let theirs = new.first, theirs.key <= mine.key else { return old.removeFirst() }
        guard theirs.key < mine.key else {
            new.removeFirst()
            return old.removeFirst()
        }
        return new.popFirst()
    }

    private mutating func close(_ bucket: Bucket, _ hours: TradingHours) {
        self.bucket = nil
        append(bucket.candle, hours)
        isNewestMade = true
    }

    private mutating func append(_ candle: Candle, _ hours: TradingHours) {
        var candle = candle
        candle.change = window.last.flatMap { Candle.change(from: $0.close, to: candle.close) }
        window.append(candle)
        for index in studies.indices { studies[index].advance(window, window.count, hours) }
    }

    private mutating func restate(_ candle: Candle, _ hours: TradingHours) {
        var candle = candle
        let count = window.count
        candle.change = count > 1 ? Candle.change(from: window[count - 2].close, to: candle.close) : nil
        window[count - 1] = candle
        isNewestMade = false
        for index in studies.indices { studies[index].restate(window, count, hours) }
    }

    /// Of its newest bar; nil when there is none.
    var end: Timestamp? { window.last?.end }

    /// - Throws: ``NumericError/overflow(type:operation:)``.
    mutating func split(
        _ numerator: Int64, _ denominator: Int64, _ hours: TradingHours, changesVolume: Bool = true
    ) throws(NumericError) {
        for index in 0..<window.count {
            window[index] = try window[index].split(numerator, denominator, changesVolume: changesVolume)
        }
        try bucket?.split(numerator, denominator, changesVolume: changesVolume)
        for index in studies.indices { try studies[index].split(numerator, denominator, window, hours) }
    }
}
