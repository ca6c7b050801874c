import Trading

/// Plays market data out of CSV files: all that was known at a time is one update, in the order of time.
///
/// - I-TAPE-1: Times increase strictly from update to update. A bar and a quote are known at their end, never before.
/// - I-TAPE-2: In an update: corporate actions by id, conditions by name, bars and quotes by symbol; a quote's `last`
///   is the close of the trade bar of the same minute, or absent.
/// - I-TAPE-3: The tape is its bars and quotes. It begins with the first (or with that day's corporate actions at 04:00
///   New York time) and ends with the last: conditions from before ride in the first update, the latest of each name
///   and with their own time; what would come behind the last is not played.
/// - I-TAPE-4: The same files and configuration give the same updates.
/// - I-TAPE-5: Memory does not grow with the files: one buffer and one row of each.
/// - I-TAPE-6: After an error there are no more updates, and all before it were whole. An error comes with the call
///   after the last whole update, so `isLast` is never said of a tape that broke off.
package struct TapeReader: ~Copyable {
    /// The time of the first update.
    package let firstAt: Timestamp
    /// Sorted by symbol, so that one pass over them gives bars and quotes in order. With a few hundred files at most,
    /// looking at all of them each time is faster than keeping a heap.
    private let markets: [TapeCursor]
    /// When the due row of each of ``markets`` is known; the end of time where there is none.
    private var marketTimes: [Timestamp]
    /// The least of ``marketTimes``.
    private var market: Timestamp
    private let conditions: [TapeCursor]
    /// Whose bars and quotes it has, in their order.
    package var symbols: [Symbol] { Set(markets.flatMap(\.symbols)).sorted() }
    private let hasTables: Bool
    private let until: Timestamp
    private var actions: ActionSchedule
    private var clock: StepClock?
    private var lastAt = Timestamp(nanoseconds: .min)
    private var failure: TapeError?

    /// Checks the configuration, opens the files and reads the first row of each.
    /// - Throws: ``TapeError``.
    package init(_ configuration: TapeConfiguration) throws(TapeError) {
        let plan = try configuration.plan()
        let markets = try Self.openMarkets(plan)
        let conditions = try Self.openConditions(plan)
        let times = markets.map { $0.knownAt ?? endOfTime }
        guard let first = times.min(), first < endOfTime else {
            throw .configuration(
                key: "folders", problem: "no bar or quote lies in the window; change from, until or regular_only")
        }
        self.markets = markets
        until = plan.window.until
        self.conditions = conditions
        marketTimes = times
        market = first
        hasTables = markets.contains { $0.feed == .closes }
        actions = ActionSchedule(plan.actions, window: plan.window, firstMarket: first)
        clock = plan.step.map(StepClock.init)
        firstAt = min(first, actions.nextAt ?? endOfTime)
    }

    /// About how much of the tape was played, 0 to 1: by time where the tape has an end, else by the bytes of one of its files.
    package var share: Double {
        guard lastAt >= firstAt else { return 0 }
        if until < endOfTime, until > firstAt {
            return min(1, max(0, Double((lastAt - firstAt).wholeSeconds) / Double((until - firstAt).wholeSeconds)))
        }
        return markets.first?.share ?? 1
    }

    /// The next update; nil after the last.
    /// - Throws: ``TapeError/row(file:line:problem:)``, ``TapeError/file(_:line:problem:remedy:)``,
    ///   ``TapeError/system(code:call:path:)``; the same again with each further call.
    package mutating func next() throws(TapeError) -> MarketUpdate? {
        if let failure { throw failure }
        guard market < endOfTime else { return nil }
        let at = nextTime
        var update = MarketUpdate(at: at, session: USEquityCalendar.phase(at: at))
        update.corporateActions = actions.take(at: at)
        update.conditions = takeConditions(upTo: at)
        if at == market {
            clock?.note(market: at)
            takeMarket(at, into: &update)
            if failure == nil, market == endOfTime { update.isLast = true }
        }
        lastAt = at
        return update
    }

    private var nextTime: Timestamp {
        var time = min(market, actions.nextAt ?? endOfTime)
        // Before the first update they only wait for it.
        if lastAt >= firstAt {
            for cursor in conditions {
                if let known = cursor.knownAt, known < time { time = known }
            }
        }
        return clock?.tick(after: lastAt, before: time, market: market) ?? time
    }

    private mutating func takeConditions(upTo time: Timestamp) -> [MarketCondition]? {
        var taken: [MarketCondition]?
        for cursor in conditions {
            var latest: MarketCondition?
            while failure == nil, let known = cursor.knownAt, known <= time {
                if case .condition(let condition) = cursor.row { latest = condition }
                advance(cursor)
            }
            if let latest { taken = (taken ?? []) + [latest] }
        }
        return taken
    }

    private mutating func takeMarket(_ time: Timestamp, into update: inout MarketUpdate) {
        var bars: [Bar] = []
        var quotes: [Quote] = []
        market = endOfTime
        for index in markets.indices {
            if marketTimes[index] > time {
                market = min(market, marketTimes[index])
                continue
            }
            let cursor = markets[index]
            switch cursor.row {
            case .bar(let bar): bars.append(bar)
            case .closes(let closes): bars += closes
            case .quote(var quote):
                if let bar = bars.last, bar.symbol == quote.symbol, bar.period == .seconds(60) {
                    quote.last = bar.close
                }
                quotes.append(quote)
            case .condition, .none: break
            }
            advance(cursor)
            marketTimes[index] = cursor.knownAt ?? endOfTime
            market = min(market, marketTimes[index])
        }
        // A wide table has its symbols in the order of its columns.
        if hasTables { bars.sort { ($0.symbol, $1.period) < ($1.symbol, $0.period) } }
        if !bars.isEmpty { update.bars = bars }
        if !quotes.isEmpty { update.quotes = quotes }
    }

    /// Keeps the first error for the next call.
    private mutating func advance(_ cursor: TapeCursor) {
        do throws(TapeError) {
            try cursor.advance()
        } catch {
            if failure == nil { failure = error }
        }
    }
}

private let endOfTime = Timestamp(nanoseconds: .max)
