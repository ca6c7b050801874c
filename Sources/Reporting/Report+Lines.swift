import Trading

extension PolicyLine {
    /// By name.
    static func lines(_ trips: [RoundTrip], _ executions: [Execution]) throws(NumericError) -> [PolicyLine] {
        struct Line { var parts = [Execution.Cause: (count: Int, profit: Sum)](), protected = 0 }
        var lines: [String: Line] = [:]
        func add(_ cause: Execution.Cause, _ profit: Sum, to name: String) {
            let before = lines[name, default: Line()].parts[cause] ?? (0, .zero)
            lines[name, default: Line()].parts[cause] = (before.count + 1, before.profit + profit)
        }
        for trip in trips {
            if let first = trip.executions.first { add(.entry, trip.profit, to: first.by) }
            for policy in trip.protectedBy { lines[policy.text, default: Line()].protected += 1 }
        }
        for execution in executions where !execution.isOpening {
            // What nobody here has decided made a position smaller all the same.
            let cause: Execution.Cause =
                switch execution.cause {
                case .stop, .target: execution.cause
                case .entry, .reduction, .external, .opening, .adopted: .reduction
                }
            add(cause, execution.realized, to: execution.by)
        }
        var result: [PolicyLine] = []
        for (name, line) in lines.sorted(by: { $0.key < $1.key }) {
            func part(_ cause: Execution.Cause) throws(NumericError) -> Part {
                guard let part = line.parts[cause] else { return Part() }
                return Part(count: part.count, profit: try part.profit.money())
            }
            result.append(
                PolicyLine(
                    name: name, entered: try part(.entry), stops: try part(.stop), targets: try part(.target),
                    reductions: try part(.reduction), protected: line.protected))
        }
        return result
    }
}

extension SymbolLine {
    static func lines(
        _ trips: [RoundTrip], _ executions: [Execution], _ beginning: Beginning
    ) throws(NumericError) -> [SymbolLine] {
        struct Line { var trades = 0, wins = 0, profit = Sum.zero, realized = Sum.zero, charges = Sum.zero }
        var lines: [Symbol: Line] = [:]
        for trip in trips {
            var line = lines[trip.symbol] ?? Line()
            line.trades += 1
            if trip.isFlat, trip.profit > .zero { line.wins += 1 }
            line.profit += trip.open + trip.dividends
            lines[trip.symbol] = line
        }
        for execution in executions {
            var line = lines[execution.symbol] ?? Line()
            line.realized += execution.realized
            line.profit += execution.realized
            line.charges += execution.charges
            lines[execution.symbol] = line
        }
        for symbol in lines.keys {
            lines[symbol]?.profit -= (beginning.open[symbol] ?? .zero) + (beginning.dividends[symbol] ?? .zero)
        }
        var result: [SymbolLine] = []
        for (symbol, line) in lines.sorted(by: { $0.key < $1.key }) {
            result.append(
                SymbolLine(
                    symbol: symbol, trades: line.trades, wins: line.wins, profit: try line.profit.money(),
                    realized: try line.realized.money(), charges: try line.charges.money()))
        }
        return result
    }
}

extension MonthLine {
    static func lines(
        _ growth: DailyGrowth, start: EquityCurve.Reading, _ trades: [Trade]
    ) throws(NumericError) -> [MonthLine] {
        var lines: [MonthLine] = []
        var (equity, unit) = (start.equity, 1.0)
        var (monthEquity, monthUnit, paid) = (equity, unit, Sum.zero)
        for day in growth.days {
            let month = String(DailyGrowth.text(day.day).prefix(7))
            if lines.last?.month != month {
                (monthEquity, monthUnit, paid) = (equity, unit, .zero)
                lines.append(
                    MonthLine(month: month, profit: .zero, paid: .zero, monthlyReturn: Figure(0), trades: 0))
            }
            paid += day.paid
            (equity, unit) = (day.equity, day.growth)
            lines[lines.count - 1].profit = try (equity - monthEquity - paid).money()
            lines[lines.count - 1].paid = try paid.money()
            lines[lines.count - 1].monthlyReturn = Figure(monthUnit > 0 ? unit / monthUnit - 1 : 0)
        }
        for trade in trades {
            guard let end = trade.closedAt else { continue }
            let month = DailyGrowth.text(USEquityCalendar.tradingDay(at: end)).prefix(7)
            if let place = lines.lastIndex(where: { $0.month <= month }) { lines[place].trades += 1 }
        }
        return lines
    }
}

extension TaxLot {
    /// Of one round trip, which begins and ends with nothing: what is first in it is first of the symbol.
    static func lots(of trip: RoundTrip) throws(NumericError) -> [TaxLot] {
        struct Open { var at: Timestamp, quantity: Int64, value: Sum }
        var (queue, lots) = ([Open](), [TaxLot]())
        for execution in trip.executions {
            let size = Int64(execution.change.units.magnitude)
            let isOpening = execution.change.isNegative != trip.isLong
            // Charges make a purchase dearer, and a sale bring less.
            let net = execution.value.magnitude + (execution.side == .buy ? execution.charges : -execution.charges)
            guard !isOpening else {
                queue.append(Open(at: execution.at, quantity: size, value: net))
                continue
            }
            var (left, value) = (size, net)
            while left > 0, var first = queue.first {
                let part = min(left, first.quantity)
                let cost = first.value.share(Quantity(units: part), of: Quantity(units: first.quantity))
                let proceeds = value.share(Quantity(units: part), of: Quantity(units: left))
                lots.append(try lot(trip, part, from: first.at, to: execution.at, opened: cost, ended: proceeds))
                first.quantity -= part
                first.value -= cost
                (left, value) = (left - part, value - proceeds)
                if first.quantity == 0 { queue.removeFirst() } else { queue[0] = first }
            }
        }
        for open in queue {
            lots.append(try lot(trip, open.quantity, from: open.at, to: nil, opened: open.value, ended: nil))
        }
        return lots
    }

    private static func lot(
        _ trip: RoundTrip, _ units: Int64, from: Timestamp, to: Timestamp?, opened: Sum, ended: Sum?
    ) throws(NumericError) -> TaxLot {
        let (bought, sold) = trip.isLong ? (Optional(opened), ended) : (ended, Optional(opened))
        var gain: Money?
        if let bought, let sold { gain = try (sold - bought).money() }
        return TaxLot(
            symbol: trip.symbol, quantity: Quantity(units: units), isShort: !trip.isLong, acquiredAt: from, soldAt: to,
            cost: try (bought ?? .zero).money(), proceeds: try sold?.money(), gain: gain,
            isLongTerm: to.map { trip.isLong && isOverAYear(from, $0) })
    }

    /// The day after the same date of the next year has begun.
    private static func isOverAYear(_ from: Timestamp, _ to: Timestamp) -> Bool {
        var date = CivilTime(USEquityCalendar.localTime(from))
        (date.hour, date.minute, date.second, date.nanosecond) = (0, 0, 0, 0)
        date.year += 1
        return CivilTime(USEquityCalendar.localTime(to)).daysSince1970 > date.daysSince1970
    }
}
