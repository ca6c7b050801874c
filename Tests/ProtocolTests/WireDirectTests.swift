import Testing
import Trading

@testable import Wire

/// What goes to the wire by itself gives what Codable would give.
struct WireDirectTests {
    /// The ordinary way: through `encode(to:)` and `init(from:)` of the value itself.
    private struct Ordinary<Value: Codable>: Codable {
        var value: Value
        init(_ value: Value) { self.value = value }
        init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }

    private func compare<Value: Codable & Equatable>(_ value: Value) throws {
        #expect(Value.self is any WireDirect.Type)
        try comparesRead(value)
        let ordinary = try WireEncoder().encode(Ordinary(value))
        let direct = try WireEncoder().encode(value)
        #expect(String(decoding: direct, as: UTF8.self) == String(decoding: ordinary, as: UTF8.self))
        #expect(try WireDecoder().decode(Value.self, from: direct, unknownFields: .refuse) == value)
    }

    @Test(
        "amounts",
        arguments: [0, 1, -1, 9, 10, 100_000_000, -100_000_000, 123_456_789, 1_000_000_000, -5_000_000, 18_908_000_000]
            + [.max, .min, .max - 1, 999_999_999_999_999_999, 1_000_000_000_000_000_000] as [Int64])
    func amounts(units: Int64) throws {
        try compare(Price(units: units))
        try compare(Quantity(units: units))
        try compare(Money(units: units))
        try compare(Ratio(units: units))
        try compare(Timestamp(nanoseconds: units))
        try compare(TimeSpan(nanoseconds: units))
    }

    @Test("names and words")
    func words() throws {
        try compare(Symbol("BRK.B"))
        try compare(ClientOrderID("bb1.2.NVDA.3"))
        try compare(PluginName("with\"quote\\"))
        for status in OrderStatus.allCases { try compare(status) }
        for event in OrderEvent.allCases { try compare(event) }
        for type in OrderType.allCases { try compare(type) }
        for role in OrderRole.allCases { try compare(role) }
        for type in MessageType.allCases { try compare(type) }
    }

    /// What we write is read without the ordinary way, or nothing is gained. (Rare ones that go the ordinary way always
    /// are not among these.)
    private func comparesRead<Value: Codable & Equatable>(_ value: Value) throws {
        guard let type = Value.self as? any WireDirect.Type, !(value is CorporateAction), !(value is MarketUpdate)
        else {
            return
        }
        let decoding = WireDecoding()
        try decoding.load(try WireEncoder().encode(value), maximumBytes: .max)
        if let read = type.init(wire: WireValue(decoding: decoding, token: 0)) {
            #expect(read as? Value == value)
        } else {
            #expect(Self.isRare(value), "\(Value.self) is never read directly")
        }
    }

    private static func isRare(_ value: Any) -> Bool {
        switch value {
        case let header as Header: header.crit != nil
        case is Advice, is Recommendation: true
        case let price as any ScaledInteger: price.units.magnitude > 99_999_999_999
        case let time as Timestamp: time.nanoseconds == .min
        case let span as TimeSpan: span.nanoseconds == .min
        default: false
        }
    }

    /// With a value for every field, so that one that is new and forgotten is seen.
    private func compareWhole<Value: Codable & Equatable>(_ value: Value) throws {
        for (name, field) in Mirror(reflecting: value).children {
            #expect("\(field)" != "nil", "the sample of \(Value.self) leaves out \(name ?? "a field")")
        }
        try compare(value)
    }

    private static let stop = ProtectiveStop(stopPrice: Price(units: 18_623_000_000), limitPrice: Price(units: 1))
    private static let at = Timestamp(seconds: 1_763_000_000)
    private static let symbol = Symbol(unchecked: "NVDA")
    private static let bar = Bar(
        symbol: symbol, start: at, period: .seconds(60), open: .one, high: .one, low: .one, close: .one, volume: .one)
    private static let advice: [Advice] = [
        .protect(stop), .protect(ProtectiveStop(stopPrice: .one)), .resetStop(stop),
        .takePartial(fraction: Ratio(units: 500_000), rung: "r\"1"), .exit, .reduceTo(quantity: Quantity(shares: 7)),
        .reduceToWeight(weight: .one), .target(price: .one),
        .enter(Entry(side: .buy, quantity: .one, limitPrice: .one, stop: stop, target: .one)),
        .enter(Entry(side: .sell, quantity: .one, stop: stop)), .hold, .veto, .release,
        .protect(StopAdvice(distance: .percent(.one), from: .highWater, limitOffset: .one)),
        .protect(StopAdvice(distance: .r(.one), from: .last)), .resetStop(StopAdvice(distance: .price(.one))),
        .protect(StopAdvice(distance: range)), .target(TargetAdvice(distance: .percent(.one))),
        .takePartial(PartialAdvice(quantity: .one, rung: "a")),
        .enter(
            EntryAdvice(
                side: .buy, notional: .one, limitPrice: .one, stop: StopAdvice(distance: .percent(.one)),
                targetDistance: .r(.one))),
        .enter(EntryAdvice(side: .buy, risk: .one, stop: StopAdvice(stop))),
        .reduceExposure(ExposureAdvice(grossWeight: .one, rule: .weakestFirst, symbols: [symbol])),
        .reduceExposure(ExposureAdvice(grossWeight: .one)),
        .advise(AdvisoryAdvice(name: "stop_scale", value: .one)),
    ]
    private static let range: Distance = {
        do { return .atr(multiple: .one, indicator: try Indicator("atr(14,1d)")) } catch { return .r(.zero) }
    }()

    @Test("what policies say", arguments: advice)
    func recommendations(advice: Advice) throws {
        try compare(advice)
        let least = Recommendation(symbol: nil, advice: advice, reason: "a\nb")
        let whole = Recommendation(
            symbol: Self.symbol, advice: advice, urgency: .high, reason: "\"é\"",
            evidence: [Evidence("a", 1), Evidence("b", 2)],
            confidence: .one, validUntil: Self.at)
        try compare(least)
        try compareWhole(whole)
        try compareWhole(Evidence("a", "b"))
    }

    @Test("the text by which equals are put in order tells every two apart")
    func texts() {
        let texts = Self.advice.map { Recommendation(symbol: nil, advice: $0, reason: "a").text }
        #expect(Set(texts).count == Self.advice.count)
    }

    @Test("what providers say")
    func market() throws {
        let quote = Quote(
            symbol: Self.symbol, bid: .one, ask: .one, bidSize: .one, askSize: .one, last: .one, isHalted: true,
            at: Self.at)
        let condition = MarketCondition(name: "VIX", value: .one, at: Self.at)
        let actions: [CorporateAction.Kind] = [.split(numerator: 7, denominator: 1), .dividend(amount: .one)]
        let corporateActions = actions.map {
            CorporateAction(id: "x", symbol: Self.symbol, kind: $0, effectiveAt: Self.at)
        }
        try compareWhole(quote)
        try compare(Quote(symbol: Self.symbol, at: Self.at))
        try compareWhole(Self.bar)
        try compareWhole(condition)
        for action in corporateActions { try compareWhole(action) }
        try compareWhole(
            MarketUpdate(
                at: Self.at, session: .regular, corporateActions: corporateActions, conditions: [condition],
                bars: [Self.bar], quotes: [quote], isLast: true))
        try compare(MarketUpdate(at: Self.at, quotes: []))
    }

    @Test("the snapshot")
    func snapshot() throws {
        let account = AccountView(
            id: AccountID(unchecked: "a"), currency: "USD", cash: .one, equity: .one, buyingPower: .one,
            peakEquity: .one,
            dayProfit: .zero, grossExposure: .one)
        var protection = ProtectionView(
            stopPrice: .one, stopLimitPrice: .one, stopQuantity: .one, targetPrice: .one, targetQuantity: .zero)
        (protection.stopSince, protection.stopDistance) = (Self.at, .one)
        var position = PositionView(
            symbol: Self.symbol, quantity: .one, averagePrice: .one, lastPrice: .one, marketValue: .one,
            unrealizedProfit: .one, realizedProfit: .one, initialStop: .one, riskPerShare: .one, profitInR: .one,
            highWaterMark: .one, lowWaterMark: .one, openedAt: Self.at, heldFor: .seconds(5), weight: .one,
            protection: protection, unprotectedSince: Self.at, rungsTaken: ["r1", "r2"])
        (position.realizedInR, position.lastPartialAt, position.sector) = (.one, Self.at, "s")
        (position.isAdopted, position.adoptedPrice) = (true, .one)
        position.priceIncrement = PriceIncrement(atOrAboveOne: .one, belowOne: .one)
        var order = OrderView(
            clientOrderID: ClientOrderID(unchecked: "bb1"), symbol: Self.symbol, side: .sell, type: .stopLimit,
            role: .stop,
            status: .new, quantity: .one, filledQuantity: .zero, limitPrice: .one, stopPrice: .one)
        order.averageFillPrice = .one
        (order.submittedAt, order.updatedAt) = (Self.at, Self.at)
        var view = MarketView(symbol: Self.symbol, bid: .one, ask: .one, last: .one, bar: Self.bar, at: Self.at)
        view.isHalted = true
        view.day = DayView(
            open: .one, high: .one, low: .one, volume: .one, previousClose: .one, vwap: .one, gap: .one,
            distanceToVWAP: .one)
        view.series = [BarSeries(period: .seconds(60), bars: [Self.bar])]
        view.indicators = [
            IndicatorValue(indicator: try Indicator("atr(14,1d)"), figure: .price(.one)),
            IndicatorValue(indicator: try Indicator("volatility(20,5m)"), figure: .ratio(.one)),
        ]
        if let day = view.day { try compareWhole(day) }
        for value in view.indicators ?? [] { try compareWhole(value) }
        try compareWhole(account)
        try compareWhole(protection)
        try compareWhole(position)
        try compareWhole(order)
        try compareWhole(view)
        try compare(MarketView(symbol: Self.symbol, bid: nil, ask: nil, last: nil, bar: nil, at: Self.at))
        var snapshot = PortfolioSnapshot(
            cycle: 1, at: Self.at, session: .closed, tradingState: .active, account: account, positions: [position],
            orders: [order], market: [view], conditions: [MarketCondition(name: "VIX", value: .one, at: Self.at)])
        try compare(snapshot)
        snapshot.finishedOrders = [order]
        snapshot.portfolio = try portfolio()
        snapshot.history = [
            HistoryItem(
                at: Self.at, kind: .tradingState, symbol: Self.symbol, decision: DecisionID(unchecked: "1.NVDA"),
                words: "w",
                lockedIn: .one), HistoryItem(at: Self.at, kind: .emergency, symbol: nil, decision: nil, words: ""),
        ]
        snapshot.advisories = [
            Advisory(
                policy: PluginName(unchecked: "a"), symbol: Self.symbol, name: "x", value: .one, reason: "r",
                at: Self.at, validUntil: Self.at)
        ]
        try compareWhole(snapshot)
        for item in snapshot.history?.prefix(1) ?? [] { try compareWhole(item) }
        for advisory in snapshot.advisories ?? [] { try compareWhole(advisory) }
    }

    private func portfolio() throws -> PortfolioView {
        let sector = SectorView(name: "s", grossWeight: .one, netWeight: .one, symbols: [Self.symbol])
        let view = PortfolioView(
            grossWeight: .one, netWeight: .one, largestWeight: .one, concentration: .one, openRisk: .one,
            drawdown: .one, dayReturn: .one, sectors: [sector],
            correlation: CorrelationView(
                period: .seconds(60), length: 5, symbols: [Self.symbol], rows: [[.one, .zero], []]))
        try compareWhole(view)
        try compareWhole(sector)
        return view
    }

    @Test("what the broker says")
    func broker() throws {
        let terms = NewOrder(
            clientOrderID: ClientOrderID(unchecked: "bb1"), symbol: Self.symbol, side: .sell, type: .stopLimit,
            quantity: .one, limitPrice: .one, stopPrice: .one, trailAmount: .one, timeInForce: .day, role: .stop)
        var order = Order(
            terms: terms, groupID: OrderGroupID(unchecked: "g"), groupKind: .oco, status: .pendingCancel,
            submittedAt: Self.at)
        try compare(order)
        order.brokerOrderID = BrokerOrderID(unchecked: "b")
        order.statusBeforePending = .new
        order.averageFillPrice = .one
        order.updatedAt = Timestamp(nanoseconds: 5)
        order.reason = "because"
        order.replacesOrder = ClientOrderID(unchecked: "bb0")
        order.termsAt = Self.at
        let report = ExecutionReport(
            clientOrderID: order.id, brokerOrderID: order.brokerOrderID, event: .fill,
            executionID: ExecutionID(unchecked: "x"), price: .one, quantity: .one, cumulativeQuantity: .one,
            averagePrice: .one, reason: "because", terms: terms, fees: .one, taxes: .one, at: Self.at)
        let account = Account(id: AccountID(unchecked: "a"), cash: .one, equity: .one, buyingPower: .one)
        let position = BrokerPosition(symbol: Self.symbol, quantity: .one, averagePrice: .one)
        try compareWhole(terms)
        try compareWhole(order)
        try compareWhole(report)
        try compare(ExecutionReport(clientOrderID: order.id, event: .new, at: Self.at))
        try compareWhole(account)
        try compareWhole(position)
        try compareWhole(OrderAnswer(clientOrderID: order.id, order: order, executions: [report]))
        try compare(OrderAnswer(clientOrderID: order.id, order: nil, executions: []))
        let movement = CashMovement(
            id: CashMovementID(unchecked: "d"), kind: .dividend, amount: .one, symbol: Self.symbol, reason: "because",
            at: Self.at)
        try compareWhole(movement)
        let row = LeftOutRow(
            list: .openOrders, name: "hand 7", reason: "no id", symbol: Self.symbol,
            clientOrderID: ClientOrderID(unchecked: "x7"))
        try compareWhole(row)
        try compareWhole(
            BrokerState(
                account: account, positions: [position], openOrders: [order], at: Self.at, leftOut: [row],
                cashMovements: [movement]))
    }

    @Test("the header")
    func header() throws {
        var header = Header(
            type: .orderAnswer, id: "a", session: "s", epoch: 1, seq: 2, cycle: 3, re: "b", budgetMilliseconds: 4)
        try compare(header)
        header.crit = ["x"]
        try compareWhole(header)
        try compare(Header(type: .hello, id: "a", session: "", epoch: .max, seq: .min))
    }

    @Test(
        "objects that stand otherwise than we write them are read all the same",
        arguments: [
            #"{"at":"5","symbol":"A","bid":"1"}"#, #"{"symbol":"A","bid":null,"at":"5"}"#,
            #"{"symbol":"A","bid":"1","strange":1,"at":"5"}"#, #"{"symbol":"A","at":"5","strange":1}"#,
            #"{"symbol":"A"}"#,
            #"{"symbol":"A","bid":"x","at":"5"}"#, #"{"symbol":"A","bid":1,"at":"5"}"#, "[]", "{}", #"{"at":"5"}"#,
            #"{"symbol":"A","at":"5","at":"6"}"#, #"{"\u0073ymbol":"A","at":"5"}"#,
        ])
    func otherwise(json: String) throws {
        #expect(try refusal(Quote.self, json) == refusal(Ordinary<Quote>.self, json))
        for unknown in [WireDecoder.UnknownFields.ignore, .refuse] {
            let direct = try? WireDecoder().decode(Quote.self, from: Array(json.utf8), unknownFields: unknown)
            let ordinary = try? WireDecoder().decode(
                Ordinary<Quote>.self, from: Array(json.utf8), unknownFields: unknown)
            #expect(direct == ordinary?.value)
        }
    }

    private func refusal<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> String {
        do throws(WireDecodingError) {
            _ = try WireDecoder().decode(type, from: Array(text.utf8), unknownFields: .refuse)
            return "taken"
        } catch { return error.description }
    }

    @Test(
        "what is no such value is refused with the same words",
        arguments: [
            "", "-", ".", "1.", ".5", "-.5", "1..2", "1.2.3", "+1", "1e5", " 1", "1 ", "--1", "1-", "00", "01", "-0",
            "0.0",
            "007.5", "1.123456789", "1.1234567891", "9223372036854775807", "9223372036854775808", "é", "nvda", "A B",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "999999999999999999999999999999", "9999999999999999999999999999999",
            "buy", "BUY",
        ])
    func refusals(text: String) throws {
        for json in ["\"\(text)\"", "\"\\u0031\(text)\"", "12", "null", "[]"] {
            #expect(try refusal(Price.self, json) == refusal(Ordinary<Price>.self, json))
            #expect(try refusal(Quantity.self, json) == refusal(Ordinary<Quantity>.self, json))
            #expect(try refusal(Timestamp.self, json) == refusal(Ordinary<Timestamp>.self, json))
            #expect(try refusal(Symbol.self, json) == refusal(Ordinary<Symbol>.self, json))
            #expect(try refusal(ClientOrderID.self, json) == refusal(Ordinary<ClientOrderID>.self, json))
            #expect(try refusal(Side.self, json) == refusal(Ordinary<Side>.self, json))
        }
    }
}
