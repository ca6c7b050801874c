import AlpacaAPI
import Trading

extension MarketSeries {
    /// Bars of any length whose first moment lies in a range, by time; the last one may be under way.
    ///
    /// Minutes and hours are counted from midnight, in New York or, round the clock, UTC; weeks begin on Monday.
    /// - Parameter isAdjusted: for the splits that are known by now.
    /// - Throws: `NumericError`.
    func bars(
        _ frame: Alpaca.TimeFrame, _ range: ClosedRange<Timestamp>, isAdjusted: Bool
    ) throws(NumericError) -> [TradedBar] {
        let source: [TradedBar]
        switch frame.unit {
        case .minute, .hour: source = minutes.map { TradedBar($0) }
        case .day, .week, .month: source = days + (today.map { [$0] } ?? [])
        }
        var found: [TradedBar] = []
        for part in source {
            let start = start(of: frame, part.bar.start)
            guard range.contains(start) else { continue }
            var part = part
            if isAdjusted { for split in splits where part.bar.start < split.at { part = try part.restated(split) } }
            if let last = found.indices.last, found[last].bar.start == start {
                found[last].extend(by: part)
            } else {
                found.append(part.starting(at: start))
            }
        }
        return found
    }

    /// The first moment of the bar of this length that holds `time`.
    private func start(of frame: Alpaca.TimeFrame, _ time: Timestamp) -> Timestamp {
        let day = TradingSession(hours, containing: time).day
        func midnight(_ day: Int64) -> Timestamp {
            switch hours {
            case .usEquity: USEquityCalendar.time(minute: 0, ofDay: day)
            case .continuous: Timestamp(seconds: day * 86_400)
            }
        }
        switch frame.unit {
        case .minute, .hour:
            let length = Int64(frame.count) * (frame.unit == .minute ? 60 : 3_600)
            let passed = (time - midnight(day)).wholeSeconds
            return midnight(day) + .seconds(passed / length * length)
        case .day: return midnight(day)
        case .week: return midnight(day - (CivilTime.date(daysSince1970: day).weekday + 6) % 7)
        case .month:
            var date = CivilTime.date(daysSince1970: day)
            date.day = 1
            date.month -= (date.month - 1) % Int64(frame.count)
            return midnight(date.daysSince1970)
        }
    }
}

extension Alpaca.Quote {
    init(_ quote: Trading.Quote) {
        self.init()
        time = quote.at
        (bidPrice, bidSize) = (quote.bid ?? .zero, Alpaca.Volume(quote.bidSize ?? .zero))
        (askPrice, askSize) = (quote.ask ?? .zero, Alpaca.Volume(quote.askSize ?? .zero))
        guard !quote.symbol.isPair else { return }
        (bidExchange, askExchange, conditions, tape) = ("V", "V", ["R"], "C")
    }
}

extension Alpaca.Trade {
    init(_ symbol: Symbol, _ price: Price, _ size: Quantity, at time: Timestamp) {
        self.init()
        (self.price, self.size, self.time) = (price, Alpaca.Volume(size), time)
        // No tape has the numbers of trades: the time names one.
        id = UInt64(clamping: time.nanoseconds / 1_000_000)
        if symbol.isPair { takerSide = "B" } else { (exchange, conditions, tape) = ("V", ["@"], "C") }
    }
}

extension Alpaca.Volume {
    /// Rounded half to even at its sixth decimal.
    init(_ quantity: Quantity) {
        let step = Int128(Quantity.scale / Alpaca.Volume.scale)
        self.init(units: Int64(clamping: Rounding.halfEven.quotient(Int128(quantity.units), step)))
    }
}

extension MarketSeries {
    var latestBar: Alpaca.Bar? { minutes.last.map { TradedBar($0).told } }
    var latestQuote: Alpaca.Quote? { quote.map { Alpaca.Quote($0) } }
    var latestTrade: Alpaca.Trade? { last.map { Alpaca.Trade(asset.symbol, $0.price, $0.size, at: $0.at) } }

    var snapshot: Alpaca.Snapshot {
        var snapshot = Alpaca.Snapshot()
        (snapshot.latestTrade, snapshot.latestQuote, snapshot.minuteBar) = (latestTrade, latestQuote, latestBar)
        snapshot.dailyBar = today?.told
        snapshot.previousDailyBar = days.last?.told
        return snapshot
    }
}
