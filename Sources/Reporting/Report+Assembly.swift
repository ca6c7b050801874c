import Trading

extension Report {
    init(_ end: ReportBuilder) throws {
        guard let start = end.curve.start, let last = end.curve.last else {
            throw ReportError.nothing(end.options, seen: Timestamp(nanoseconds: 0))
        }
        let trips = Self.trips(end)
        let isContinuous = !trips.isEmpty && trips.allSatisfy { TradingHours(of: $0.symbol) == .continuous }
        let days = DailyGrowth(end.curve.days, isContinuous: isContinuous)
        (account, currency) = (end.account, end.currency)
        (from, to, cycles) = (start.at, last.at, end.counts.cycles)
        let counted = trips.flatMap(\.executions).filter { $0.ordinal > end.beginning.ordinal }
        executions = counted.sorted { ($0.ordinal, $0.trade) < ($1.ordinal, $1.trade) }
        let before = trips.flatMap(\.executions).filter { $0.ordinal <= end.beginning.ordinal }
        ledgerExecutions = before.sorted { ($0.ordinal, $0.trade) < ($1.ordinal, $1.trade) } + executions
        cashEvents = end.counts.events
        money = try Statement(end, trips, executions)
        performance = Performance(days, end.curve, end: last.at)
        exposure = ExposureFigures(
            average: Figure(end.curve.exposure.average), averageNet: Figure(end.curve.exposure.averageNet),
            highest: Figure(end.curve.exposure.highest), timeInMarket: Figure(end.curve.exposure.timeInMarket))
        let stretches = end.counts.unprotected
        unprotected = UnprotectedFigures(
            stretches: stretches.stretches, total: stretches.total, longest: stretches.longest,
            symbol: stretches.symbol)
        if let benchmark = end.benchmark {
            self.benchmark = try BenchmarkFigures(benchmark.symbol, days)
        }
        trades = try trips.map { trip throws(NumericError) in try Trade(trip, end: last.at) }
        trading = try TradeFigures(trips, executions, days, to: last.at)
        byPolicy = try PolicyLine.lines(trips, executions)
        bySymbol = try SymbolLine.lines(trips, executions, end.beginning)
        byMonth = try MonthLine.lines(days, start: start, trades)
        equity = try days.equityRows(start: start)
        curve = Self.points(end.curve.points.all)
        taxLots = try trips.flatMap { trip throws(NumericError) in try TaxLot.lots(of: trip) }
            .filter { lot in lot.soldAt.map { $0 >= start.at } ?? true }
    }

    /// Those of which something came after the beginning, or that are held; the earliest end first, what is open last.
    private static func trips(_ end: ReportBuilder) -> [RoundTrip] {
        let over = end.ledger.closed.filter { trip in
            trip.executions.contains { $0.ordinal > end.beginning.ordinal }
        }
        func key(_ trip: RoundTrip) -> (Int64, Int) { (trip.executions.last?.ordinal ?? 0, trip.number) }
        return over.sorted { key($0) < key($1) } + end.ledger.open.values.sorted { $0.number < $1.number }
    }

    private static func points(_ points: [Points.Point]) -> [CurvePoint] {
        var peak = 0.0
        return points.map { point in
            peak = max(peak, point.growth)
            return CurvePoint(
                at: point.at, equity: point.equity, growth: point.growth,
                drawdown: peak > 0 ? point.growth / peak - 1 : 0, benchmark: point.benchmark)
        }
    }
}

extension Statement {
    fileprivate init(
        _ end: ReportBuilder, _ trips: [RoundTrip], _ executions: [Execution]
    ) throws(NumericError) {
        guard let start = end.curve.start, let last = end.curve.last else { throw .divisionByZero(type: Money.name) }
        let open = end.ledger.open.values.reduce(Sum.zero) { $0 + $1.open }
        let openBefore = end.beginning.open.values.reduce(Sum.zero, +)
        let all = end.ledger.closed + Array(end.ledger.open.values)
        let dividends =
            all.reduce(Sum.zero) { $0 + $1.dividends } - end.beginning.dividends.values.reduce(Sum.zero, +)
        let gains = end.counts.gains
        let traded = last.profit - start.profit - end.counts.cashProfit
        func paid(_ kind: CashMovement.Kind?) -> Sum { end.counts.paid[kind] ?? .zero }
        equityAtStart = try start.equity.money()
        equityAtEnd = try last.equity.money()
        realized = try (traded - dividends - (open - openBefore)).money()
        openChange = try (open - openBefore).money()
        openAtEnd = try open.money()
        self.dividends = try (dividends + (gains[.dividend] ?? .zero)).money()
        interest = try (gains[.interest] ?? .zero).money()
        fees = try (gains[.fee] ?? .zero).money()
        taxes = try (gains[.tax] ?? .zero).money()
        deposits = try paid(.deposit).money()
        withdrawals = try paid(.withdrawal).money()
        otherPaid = try (paid(.other) + paid(nil)).money()
        unexplained = try end.curve.unexplained.money()
        profit = try (last.equity - start.equity - end.curve.paid).money()
        charges = try executions.reduce(Sum.zero) { $0 + $1.charges }.money()
    }
}

extension Performance {
    fileprivate init(_ days: DailyGrowth, _ curve: EquityCurve, end: Timestamp) {
        let (returns, perYear) = (days.returns, Double(days.perYear))
        self.days = returns.count
        daysPerYear = days.perYear
        totalReturn = Figure(curve.growth - 1)
        cagr = Figure(Figures.cagr(returns, perYear: perYear))
        volatility = Figure(Figures.volatility(returns, perYear: perYear))
        sharpe = Figure(Figures.sharpe(returns, perYear: perYear))
        sortino = Figure(Figures.sortino(returns, perYear: perYear))
        calmar = Figure(Figures.calmar(returns, perYear: perYear))
        (bestDay, worstDay) = (Figure(returns.max()), Figure(returns.min()))
        drawdown = days.drawdown.map { DrawdownFigures($0, end: end) }
        drawdownOfCycles = curve.drawdown.deepest.map { DrawdownFigures($0, end: end) }
    }
}

extension BenchmarkFigures {
    fileprivate init(_ symbol: Symbol, _ days: DailyGrowth) throws(ReportError) {
        guard let total = days.benchmarkTotal else { throw .noPrice(of: symbol) }
        let (returns, perYear) = (days.benchmarkReturns, Double(days.perYear))
        self.symbol = symbol
        totalReturn = Figure(total)
        cagr = Figure(Figures.cagr(returns, perYear: perYear))
        volatility = Figure(Figures.volatility(returns, perYear: perYear))
        sharpe = Figure(Figures.sharpe(returns, perYear: perYear))
        largestDrawdown = Figure(Figures.largestDrawdown(returns))
        correlation = Figure(Figures.correlation(days.returns, returns))
        beta = Figure(Figures.beta(days.returns, returns))
    }
}

extension TradeFigures {
    fileprivate init(
        _ trips: [RoundTrip], _ executions: [Execution], _ days: DailyGrowth, to end: Timestamp
    ) throws(NumericError) {
        let over = trips.filter(\.isFlat)
        let (won, lost) = (over.filter { $0.profit > .zero }, over.filter { $0.profit < .zero })
        func total(_ list: [RoundTrip]) -> Sum { list.reduce(Sum.zero) { $0 + $1.profit } }
        func mean(_ list: [RoundTrip]) throws(NumericError) -> Money? {
            try list.isEmpty
                ? nil : total(list).share(Quantity(units: 1), of: Quantity(units: Int64(list.count))).money()
        }
        (closed, open) = (over.count, trips.count - over.count)
        (wins, losses) = (won.count, lost.count)
        winRate = over.isEmpty ? nil : Figure(Double(wins) / Double(closed))
        let (gains, falls) = (total(won), total(lost))
        (grossProfit, grossLoss) = (try gains.money(), try falls.money())
        profitFactor = falls.isZero ? nil : Figure(gains.double / -falls.double)
        expectancy = try mean(over)
        let multiples = over.compactMap { trip in
            trip.risk.flatMap { $0.isPositive ? trip.profit.double / $0.double : nil }
        }
        withR = multiples.count
        expectancyInR = multiples.isEmpty ? nil : Figure(Figures.mean(multiples))
        (averageWin, averageLoss) = (try mean(won), try mean(lost))
        best = try over.map(\.profit).max()?.money()
        worst = try over.map(\.profit).min()?.money()
        let times = over.map { trip in Int128(((trip.executions.last?.at ?? end) - trip.openedAt).nanoseconds) }
        averageHeld =
            times.isEmpty ? nil : TimeSpan(nanoseconds: Int64(clamping: times.reduce(0, +) / Int128(times.count)))
        self.executions = executions.count
        let bought = executions.reduce(Sum.zero) { $0 + ($1.side == .buy ? $1.value.magnitude : .zero) }
        let sold = executions.reduce(Sum.zero) { $0 + ($1.side == .sell ? $1.value.magnitude : .zero) }
        (self.bought, self.sold) = (try bought.money(), try sold.money())
        let average = days.averageEquity
        turnover = average > 0 ? Figure(min(bought, sold).double / average) : nil
    }
}
