import AlpacaAPI
import Trading

/// What is asked for by REST, and what its answers say.
extension MarketFeed {
    private enum Periods {
        static let calendar = TimeSpan.seconds(6 * 3_600)
        static let actions = TimeSpan.seconds(1_800)
        /// Without a stream.
        static let prices = TimeSpan.seconds(10)
        /// Days before today and after.
        static let daysBefore: Int64 = 7
        static let daysAfter: Int64 = 14
        /// What a stream has not told after so long it does not tell any more.
        static let deaf = TimeSpan.seconds(10)
        static let filling = TimeSpan.seconds(20)
        /// Bars.
        static let mostMissed = 100_000
    }

    mutating func askWhatIsDue(at time: Timestamp) {
        let today = USEquityCalendar.tradingDay(at: time)
        let (first, last) = (
            Alpaca.Day(daysSince1970: today - Periods.daysBefore), Alpaca.Day(daysSince1970: today + Periods.daysAfter)
        )
        if calendarDue <= time {
            calendarDue = time + Periods.calendar
            var query = Alpaca.CalendarQuery()
            (query.start, query.end) = (first, last)
            desk.ask(.calendar(query), for: .calendar, at: time)
        }
        if actionsDue <= time {
            actionsDue = time + Periods.actions
            var query = Alpaca.CorporateActionsQuery()
            (query.symbols, query.start, query.end) = (Alpaca.Commas(options.symbols), first, last)
            query.limit = 1_000
            desk.ask(.actions(query), for: .actions, at: time)
        }
        if !connection.isStreaming, pricesDue <= time {
            pricesDue = time + Periods.prices
            if hours.phase(at: time) != .closed { askLastPrices(at: time) }
        }
    }

    mutating func askLastPrices(at time: Timestamp) {
        guard !desk.isAsking(.lastPrices) else { return }
        var query = Alpaca.LatestQuery()
        query.symbols = Alpaca.Commas(plan.streamed.isEmpty ? plan.symbols : plan.streamed)
        query.feed = .known(options.feed)
        desk.ask(.snapshots(query), for: .lastPrices, at: time)
    }

    /// Of the time without a stream, and since the process began. They are as they were traded (`raw`), as those of the stream.
    mutating func askMissedBars(at time: Timestamp) {
        let isDelayed = options.feed == .delayedSIP
        let until = isDelayed ? time + .seconds(-BarHistory.delaySeconds) : time
        guard let range = bars.beginFilling(until: until) else { return }
        var query = Alpaca.HistoryQuery()
        (query.symbols, query.timeFrame) = (Alpaca.Commas(options.symbols), Alpaca.TimeFrame(1, .minute))
        (query.start, query.end, query.limit) = (range.lowerBound, range.upperBound, 10_000)
        (query.adjustment, query.feed) = (.known(.raw), .known(isDelayed ? .sip : options.feed))
        (missed, missedQuery, missedDue) = ([], query, time + Periods.filling)
        desk.ask(.bars(query), for: .missedBars, at: time)
    }

    // MARK: - History for the core

    /// - Parameter number: by which the answer names it.
    package mutating func askHistory(
        _ period: TimeSpan, _ count: Int64, number: Int64, at time: Timestamp
    ) -> [Action] {
        let history = BarHistory(number, period, count, of: options.symbols, options.feed, hours, at: time)
        guard let history else { return [.history(number, [])] }
        histories[number] = history
        return advance(to: time)
    }

    mutating func beginHistories(at time: Timestamp) -> [Action] {
        guard mayGiveHistory(at: time) else { return [] }
        for (number, history) in histories where !desk.isAsking(.history(number)) {
            desk.ask(.bars(history.query), for: .history(number), at: time)
        }
        return []
    }

    // MARK: - Answers

    /// - Parameter number: of ``Action/ask(_:_:)``.
    package mutating func take(_ reply: Reply, to number: Int64, at time: Timestamp) -> [Action] {
        if case .failed(let failure) = reply {
            guard let purpose = desk.failed(number, failure, at: time) else { return advance(to: time) }
            return fail(purpose, failure, at: time) + advance(to: time)
        }
        guard let purpose = desk.answered(number) else { return advance(to: time) }
        var actions: [Action] = []
        switch (purpose, reply) {
        case (.calendar, .calendar(let days)):
            let today = USEquityCalendar.tradingDay(at: time)
            let hours = MarketHours(days, (today - Periods.daysBefore)...(today + Periods.daysAfter))
            takeHours(hours, at: time)
        case (.actions, .actions(let page)): actions += take(page, at: time)
        case (.history(let core), .bars(let page)): actions += take(page, core, at: time)
        case (.missedBars, .bars(let page)): takeMissed(page, at: time)
        case (.lastPrices, .snapshots(let rows)): actions += take(rows, at: time)
        default: actions += fail(purpose, .other("the answer is one to another question"), at: time)
        }
        return actions + advance(to: time)
    }

    private mutating func take(_ page: Alpaca.CorporateActionsPage, at time: Timestamp) -> [Action] {
        let read = ActionReading(page, following: followed)
        for action in read.actions where knownActions[action.symbol.text + "|" + action.id] != action {
            knownActions[action.symbol.text + "|" + action.id] = action
            actions.append(action)
        }
        haveActionsCome = true
        if let token = page.nextPageToken {
            let today = USEquityCalendar.tradingDay(at: time)
            var query = Alpaca.CorporateActionsQuery()
            (query.symbols, query.limit, query.pageToken) = (Alpaca.Commas(options.symbols), 1_000, token)
            query.start = Alpaca.Day(daysSince1970: today - Periods.daysBefore)
            query.end = Alpaca.Day(daysSince1970: today + Periods.daysAfter)
            desk.ask(.actions(query), for: .actions, at: time)
        }
        return read.untold.flatMap {
            tellOnce(.warning, "the core is not told of: \($0); look at positions and orders in it")
        }
    }

    private mutating func take(
        _ page: Alpaca.HistoryPage<Alpaca.Bar>, _ number: Int64, at time: Timestamp
    ) -> [Action] {
        guard var history = histories[number] else { return [] }
        if let next = history.take(page) {
            histories[number] = history
            desk.ask(.bars(next), for: .history(number), at: time)
            return []
        }
        histories[number] = nil
        return [.history(number, history.bars)]
    }

    private mutating func takeMissed(_ page: Alpaca.HistoryPage<Alpaca.Bar>, at time: Timestamp) {
        for entry in page.bySymbol.entries { missed += entry.value.map { (entry.symbol, $0) } }
        guard missed.count < Periods.mostMissed, let next = missedQuery?.next(page.nextPageToken) else {
            return endFilling(at: time)
        }
        desk.ask(.bars(next), for: .missedBars, at: time)
    }

    /// With what has come: newer bars wait no longer.
    mutating func endFilling(at time: Timestamp) {
        desk.drop(.missedBars)
        bars.fill(missed, at: time)
        (missed, missedQuery, missedDue) = ([], nil, nil)
    }

    /// Prices as of their own times; where one is newer than what the stream has told, the stream is deaf.
    private mutating func take(_ rows: Alpaca.BySymbol<Alpaca.Snapshot>, at time: Timestamp) -> [Action] {
        var isBehind = false
        for entry in rows.entries {
            let known = boards[entry.symbol]?.newest
            let trade = entry.value.latestTrade.flatMap { $0.isOfMarket ? $0 : nil }
            let newest = [trade?.time, entry.value.latestQuote?.time].compactMap { $0 }.max()
            if let known, let newest, newest > known + Periods.deaf, newest + Periods.deaf <= time { isBehind = true }
            if let quote = entry.value.latestQuote { _ = boards[entry.symbol]?.take(quote) }
            if let trade { _ = boards[entry.symbol]?.take(trade) }
        }
        return perform(connection.take(.probed(isBehind: isBehind), at: time), at: time)
    }

    private mutating func fail(
        _ purpose: QuestionDesk.Purpose, _ failure: Reply.Failure, at time: Timestamp
    ) -> [Action] {
        switch purpose {
        case .calendar:
            return [.tell(.warning, "Alpaca's calendar cannot be had (\(failure)): ours counts")]
        case .actions:
            haveActionsCome = true
            return [.tell(.warning, "corporate actions cannot be had: \(failure)")]
        case .history(let number):
            histories[number] = nil
            return [.historyFailed(number, why: "bars from before cannot be had: \(failure)")]
        case .missedBars:
            endFilling(at: time)
            return [.tell(.warning, "bars that were missed cannot be had: \(failure)")]
        case .lastPrices:
            // Whether the stream is deaf is not known then.
            return tellOnce(.warning, "last prices cannot be had: \(failure)")
                + perform(connection.take(.probed(isBehind: false), at: time), at: time)
        }
    }
}
