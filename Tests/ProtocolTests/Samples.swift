import JSON
import Orchestration
import Trading
import Wire
import Wording

/// One value or more of every message, as the programs send them.
enum Samples {
    static let at = Timestamp(nanoseconds: 1_773_669_660_000_000_000)

    struct Sample {
        let name: String
        let type: MessageType
        let body: any Encodable
    }

    static func all() throws -> [Sample] { try handshake() + fence() + policy() + broker() + provider() + control() }

    private static func handshake() throws -> [Sample] {
        [
            Sample(name: "hello", type: .hello, body: try hello(minor: 0)),
            Sample(
                name: "welcome", type: .welcome,
                body: Welcome(
                    session: "s1.3", account: try AccountID("demo"),
                    settings: .object([JSON.Member(key: "trail", value: .number("0.015"))]),
                    heartbeatMilliseconds: 1_000,
                    lockstep: true, stateDirectory: "/home/me/bigbrother/var/demo/plugins")),
            Sample(name: "hello-minor-1", type: .hello, body: try hello(minor: 1)),
            Sample(name: "hello-minor-2", type: .hello, body: try hello(minor: 2)),
            Sample(
                name: "configure", type: .configure,
                body: Configure(settings: .object([JSON.Member(key: "trail", value: .number("0.02"))]))),
            Sample(
                name: "refused", type: .refused, body: Fault(reason: "the configuration names no policy \"stranger\"")),
            Sample(name: "ready-policy", type: .ready, body: Ready()),
            Sample(name: "ready-broker", type: .ready, body: Ready(capabilities: capabilities)),
            Sample(
                name: "ready-broker-declares-all", type: .ready, body: Ready(capabilities: try everythingDeclared())),
            Sample(name: "ready-broker-day-orders", type: .ready, body: Ready(capabilities: try dayOrders())),
            Sample(name: "heartbeat", type: .heartbeat, body: Empty()),
            Sample(name: "drain", type: .drain, body: Fault(reason: "the core stops")),
            Sample(name: "bye", type: .bye, body: Fault(reason: "drained")),
            Sample(name: "error", type: .error, body: Fault(reason: "recommendations[0].advice: missing")),
        ]
    }

    private static func hello(minor: Int64) throws -> Hello {
        var hello = Hello(
            name: try PluginName("stop-loss"), role: .policy, version: "1.0.0", token: "3w5e11264sg0g")
        hello.speaks = Hello.Version(major: 1, minor: minor)
        return hello
    }

    static let capabilities = BrokerCapabilities(
        orderTypes: OrderType.allCases, timeInForce: TimeInForce.allCases, groups: OrderGroupKind.allCases,
        replacesPrice: true, replacesQuantity: true, reservesShares: true, wantsMarketData: true)

    /// Every field that has a careful default, with another value.
    private static func everythingDeclared() throws -> BrokerCapabilities {
        var all = capabilities
        (all.replacement, all.replacementQuantity) = (.newID, .remaining)
        all.minimumQuantity = .one
        all.assets = [
            BrokerCapabilities.AssetRule(
                symbol: try Symbol("BTC/USD"),
                priceIncrement: PriceIncrement(atOrAboveOne: try Price("0.5"), belowOne: try Price("0.5")),
                quantityIncrement: try Quantity("0.0001"), minimumQuantity: try Quantity("0.001"))
        ]
        (all.idempotency, all.executions, all.replaysEvents) = (.rejectsDuplicates, .cumulative, true)
        all.refusesSelfCross = true
        all.sessions = [.preMarket, .regular, .afterHours]
        (all.arrivalLimit, all.reportLag) = (.seconds(60), .seconds(10))
        all.ordersPerMinute = 200
        return all
    }

    /// Since 1.2.
    private static func dayOrders() throws -> BrokerCapabilities {
        var all = capabilities
        (all.timeInForce, all.dayOrdersEnd) = ([.day], .afterHoursClose)
        var pair = BrokerCapabilities.AssetRule(symbol: try Symbol("BTC/USD"))
        pair.dayOrdersEnd = .midnightUTC
        all.assets = [pair]
        all.minimumNotional = try Money("1")
        all.sessionRules = [BrokerCapabilities.SessionRule(session: .afterHours, orderTypes: [.limit])]
        return all
    }

    // MARK: - Policies

    private static func policy() throws -> [Sample] {
        let nvda = try Symbol("NVDA")
        let stop = ProtectiveStop(stopPrice: try Price("186.23"), limitPrice: try Price("185.67"))
        let advices: [(String, Advice)] =
            [
                ("protect", .protect(stop)), ("reset-stop", .resetStop(ProtectiveStop(stopPrice: try Price("180")))),
                ("take-partial", .takePartial(fraction: try Ratio("0.5"), rung: "2R")), ("exit", .exit),
                ("reduce-to", .reduceTo(quantity: try Quantity("100"))),
                ("reduce-to-weight", .reduceToWeight(weight: try Ratio("0.4"))),
                ("target", .target(price: try Price("194.5"))),
                (
                    "enter",
                    .enter(
                        Entry(
                            side: .buy, quantity: try Quantity("10"), limitPrice: try Price("189"),
                            stop: ProtectiveStop(stopPrice: try Price("186")), target: try Price("195")))
                ), ("hold", .hold), ("release", .release),
            ] + (try relative())
        var samples = [
            Sample(name: "evaluate", type: .evaluate, body: try snapshot(nvda)),
            Sample(name: "evaluate-everything", type: .evaluate, body: try everything(nvda)),
            Sample(name: "ready-policy-needs", type: .ready, body: Ready(needs: try needs())),
        ]
        for (name, advice) in advices {
            let recommendation = Recommendation(
                symbol: nvda, advice: advice, urgency: .high, reason: "because of the figures",
                evidence: [Evidence("profit_in_r", "2.5")], confidence: try Ratio("0.8"), validUntil: at)
            samples.append(
                Sample(name: "recommendations-\(name)", type: .recommendations, body: Recommendations([recommendation]))
            )
        }
        let veto = Recommendation(
            symbol: nil, advice: .veto, urgency: .medium, reason: "the day's loss is 3 % of equity")
        let exposure = Recommendation(
            symbol: nil,
            advice: .reduceExposure(
                ExposureAdvice(grossWeight: try Ratio("0.5"), rule: .largestFirst, symbols: [nvda, try Symbol("AMD")])),
            reason: "two of one kind")
        let advisory = Recommendation(
            symbol: nil, advice: .advise(AdvisoryAdvice(name: "stop_scale", value: try Ratio("1.5"))),
            reason: "VIX is at 31")
        samples.append(
            Sample(
                name: "recommendations-portfolio", type: .recommendations, body: Recommendations([exposure, advisory])))
        samples.append(Sample(name: "recommendations-veto", type: .recommendations, body: Recommendations([veto])))
        samples.append(Sample(name: "recommendations-none", type: .recommendations, body: Recommendations([])))
        return samples
    }

    /// Advice that the core resolves.
    private static func relative() throws -> [(String, Advice)] {
        let range = Distance.atr(multiple: try Ratio("3"), indicator: try Indicator("atr(22,1d)"))
        return [
            ("protect-atr", .protect(StopAdvice(distance: range, from: .highWater, limitOffset: try Ratio("0.003")))),
            ("protect-percent", .protect(StopAdvice(distance: .percent(try Ratio("0.02"))))),
            ("reset-stop-price", .resetStop(StopAdvice(distance: .price(try Price("2.5")), from: .last))),
            ("take-partial-quantity", .takePartial(PartialAdvice(quantity: try Quantity("50"), rung: "a"))),
            ("target-r", .target(TargetAdvice(distance: .r(try Ratio("3"))))),
            (
                "enter-risk",
                .enter(
                    EntryAdvice(
                        side: .buy, risk: try Ratio("0.005"), stop: StopAdvice(distance: range),
                        targetDistance: .r(try Ratio("2"))))
            ),
            (
                "enter-notional",
                .enter(
                    EntryAdvice(
                        side: .sell, notional: try Money("10000"), limitPrice: try Price("189"),
                        stop: StopAdvice(stopPrice: try Price("195"))))
            ),
        ]
    }

    private static func needs() throws -> PolicyNeeds {
        PolicyNeeds(
            sections: SnapshotSection.allCases, bars: [BarNeed(period: .seconds(300), count: 20)],
            indicators: [try Indicator("atr(22,1d)")],
            correlation: CorrelationNeed(period: .seconds(86_400), length: 60))
    }

    private static func everything(_ nvda: Symbol) throws -> PortfolioSnapshot {
        var whole = try snapshot(nvda)
        whole.positions[0].realizedInR = try Ratio("0.5")
        whole.positions[0].lastPartialAt = at
        whole.positions[0].sector = "semiconductors"
        whole.positions[0].priceIncrement = PriceIncrement(
            atOrAboveOne: try Price("0.01"), belowOne: try Price("0.00000001"))
        whole.positions[0].protection?.stopSince = at
        whole.positions[0].protection?.stopDistance = try Ratio("0.015")
        whole.orders[0].submittedAt = at
        whole.orders[0].updatedAt = at
        var over = whole.orders[0]
        (over.status, over.filledQuantity, over.averageFillPrice) = (.filled, over.quantity, try Price("194.5"))
        whole.finishedOrders = [over]
        whole.market[0].day = DayView(
            open: try Price("188"), high: try Price("189.1"), low: try Price("187.5"), volume: try Quantity("1000000"),
            previousClose: try Price("187"), vwap: try Price("188.7"), gap: try Ratio("0.005348"),
            distanceToVWAP: try Ratio("0.001961"))
        whole.market[0].series = [BarSeries(period: .seconds(60), bars: [try bar(nvda)])]
        whole.market[0].indicators = [
            IndicatorValue(indicator: try Indicator("atr(22,1d)"), figure: .price(try Price("3.21"))),
            IndicatorValue(indicator: try Indicator("volatility(20,1d)"), figure: .ratio(try Ratio("0.31"))),
        ]
        whole.portfolio = PortfolioView(
            grossWeight: try Ratio("0.42"), netWeight: try Ratio("0.42"), largestWeight: try Ratio("0.42"),
            concentration: .one, openRisk: try Ratio("0.42"), drawdown: .zero, dayReturn: .zero,
            sectors: [
                SectorView(
                    name: "semiconductors", grossWeight: try Ratio("0.42"), netWeight: try Ratio("0.42"),
                    symbols: [nvda])
            ],
            correlation: CorrelationView(
                period: .seconds(86_400), length: 60, symbols: [try Symbol("AMD"), nvda],
                rows: [[.one, try Ratio("0.8")], [try Ratio("0.8"), .one]]))
        whole.history = [
            HistoryItem(
                at: at, kind: .outcome, symbol: nvda, decision: try DecisionID("1.NVDA"), words: "sold 143 at 189.08",
                lockedIn: try Money("602.83"))
        ]
        whole.advisories = [
            Advisory(
                policy: try PluginName("regime"), symbol: nil, name: "stop_scale", value: try Ratio("1.5"),
                reason: "VIX is at 31", at: at, validUntil: at)
        ]
        return whole
    }

    private static func snapshot(_ nvda: Symbol) throws -> PortfolioSnapshot {
        let position = PositionView(
            symbol: nvda, quantity: try Quantity("287"), averagePrice: try Price("184.8644"),
            lastPrice: try Price("189.07"),
            marketValue: try Money("54263.09"), unrealizedProfit: try Money("1207.0072"), realizedProfit: .zero,
            initialStop: try Price("183.1822"), riskPerShare: try Price("1.6822"), profitInR: try Ratio("2.500059"),
            highWaterMark: try Price("189.07"), lowWaterMark: try Price("184.8644"), openedAt: at,
            heldFor: .seconds(600),
            weight: try Ratio("0.419999"),
            protection: ProtectionView(
                stopPrice: nil, stopLimitPrice: nil, stopQuantity: .zero, targetPrice: try Price("194.37"),
                targetQuantity: try Quantity("287")), unprotectedSince: at, rungsTaken: ["1R"])
        return PortfolioSnapshot(
            cycle: 1, at: at, session: .regular, tradingState: .active,
            account: AccountView(
                id: try AccountID("demo"), currency: "USD", cash: try Money("74934.91"), equity: try Money("129198"),
                buyingPower: try Money("74934.91"), peakEquity: try Money("129198"), dayProfit: .zero,
                grossExposure: try Money("54263.09")),
            positions: [position], orders: [try orderView()],
            market: [
                MarketView(
                    symbol: nvda, bid: try Price("189.08"), ask: try Price("189.09"), last: try Price("189.07"),
                    bar: try bar(nvda), at: at)
            ], conditions: [MarketCondition(name: "VIX", value: try Ratio("18.5"), at: at)])
    }

    private static func orderView() throws -> OrderView {
        let order = try order()
        return OrderView(
            clientOrderID: order.id, symbol: order.symbol, side: order.terms.side, type: order.terms.type,
            role: order.terms.role, status: order.status, quantity: order.terms.quantity,
            filledQuantity: order.filledQuantity, limitPrice: order.terms.limitPrice, stopPrice: order.terms.stopPrice)
    }

    private static func bar(_ symbol: Symbol) throws -> Bar {
        Bar(
            symbol: symbol, start: at, period: .seconds(60), open: try Price("189.07"), high: try Price("189.1"),
            low: try Price("189"), close: try Price("189.07"), volume: try Quantity("50000"))
    }

    // MARK: - Brokers

    private static func terms(_ id: String, _ type: OrderType, limit: String?, stop: String?, role: OrderRole) throws
        -> NewOrder
    {
        NewOrder(
            clientOrderID: try ClientOrderID(id), symbol: try Symbol("NVDA"), side: .sell, type: type,
            quantity: try Quantity("144"), limitPrice: try limit.map { try Price($0) },
            stopPrice: try stop.map { try Price($0) },
            role: role)
    }

    private static func order() throws -> Order {
        Order(
            terms: try terms("bb0.1.NVDA.3a", .limit, limit: "194.5", stop: nil, role: .target),
            groupID: try OrderGroupID("bb0.1.NVDA.3"), groupKind: .oco, status: .new, submittedAt: at)
    }

    private static func broker() throws -> [Sample] {
        let id = try ClientOrderID("bb0.1.NVDA.2")
        let group = OrderSubmission(
            orders: [
                try terms("bb0.1.NVDA.3a", .limit, limit: "194.5", stop: nil, role: .target),
                try terms("bb0.1.NVDA.3b", .stopLimit, limit: "185.67", stop: "186.23", role: .stop),
            ], groupID: try OrderGroupID("bb0.1.NVDA.3"), groupKind: .oco)
        let fill = ExecutionReport(
            clientOrderID: id, brokerOrderID: try BrokerOrderID("demo-o2"), event: .fill,
            executionID: try ExecutionID("demo-x1"), price: try Price("189.08"), quantity: try Quantity("143"),
            cumulativeQuantity: try Quantity("143"), at: at)
        let commands: [(String, OrderCommand)] = [
            (
                "submit",
                .submit(
                    OrderSubmission(orders: [try terms("bb0.1.NVDA.2", .market, limit: nil, stop: nil, role: .reduce)]))
            ),
            ("submit-oco", .submit(group)), ("cancel", .cancel(clientOrderID: id)),
            ("replace", .replace(OrderReplacement(clientOrderID: id, stopPrice: try Price("187.1")))),
            (
                "replace-new-id",
                .replace(
                    OrderReplacement(
                        clientOrderID: id, newClientOrderID: try ClientOrderID("bb0.2.NVDA.1"),
                        quantity: try Quantity("100"), limitPrice: try Price("186.5"), stopPrice: try Price("187.1")))
            ),
            ("query", .query(clientOrderID: id)), ("reconcile", .reconcile),
        ]
        let account = Account(
            id: try AccountID("demo"), cash: try Money("101973.35"), equity: try Money("129199.43"),
            buyingPower: try Money("101973.35"))
        let state = BrokerState(
            account: account,
            positions: [
                BrokerPosition(
                    symbol: try Symbol("NVDA"), quantity: try Quantity("144"), averagePrice: try Price("184.8644"))
            ],
            openOrders: [try order()], at: at)
        return commands.map { Sample(name: "command-\($0.0)", type: .command, body: $0.1) } + [
            Sample(name: "execution-fill", type: .execution, body: fill),
            Sample(
                name: "execution-rejected", type: .execution,
                body: ExecutionReport(
                    clientOrderID: id, event: .rejected,
                    reason: "insufficient qty available for order (requested: 143, available: 0, held_for_orders: 287)",
                    at: at)),
            Sample(
                name: "execution-restated", type: .execution,
                body: ExecutionReport(clientOrderID: id, event: .restated, terms: try order().terms, at: at)),
            Sample(
                name: "execution-cumulative", type: .execution,
                body: ExecutionReport(
                    clientOrderID: id, event: .partialFill, cumulativeQuantity: try Quantity("100"),
                    averagePrice: try Price("189.0833"), at: at)),
            Sample(
                name: "execution-canceled", type: .execution,
                body: ExecutionReport(
                    clientOrderID: id, event: .canceled, cumulativeQuantity: try Quantity("43"), at: at)),
            Sample(
                name: "order-answer-successor", type: .orderAnswer,
                body: OrderAnswer(clientOrderID: id, order: try successor(), executions: [])),
            Sample(
                name: "order-answer", type: .orderAnswer,
                body: OrderAnswer(clientOrderID: id, order: try order(), executions: [fill])),
            Sample(
                name: "order-answer-never-had-it", type: .orderAnswer,
                body: OrderAnswer(clientOrderID: id, order: nil, executions: [])),
            Sample(name: "broker-state", type: .brokerState, body: state),
        ] + (try cashFlows(id, state)) + [
            Sample(name: "done", type: .done, body: Empty())
        ]
    }

    /// Since 1.2.
    private static func cashFlows(_ id: ClientOrderID, _ state: BrokerState) throws -> [Sample] {
        let dividend = CashMovement(
            id: try CashMovementID("20260316::a1"), kind: .dividend, amount: try Money("36"),
            symbol: try Symbol("NVDA"), at: at)
        let deposit = CashMovement(
            id: try CashMovementID("20260316::a2"), kind: .deposit, amount: try Money("5000"), reason: "ACH", at: at)
        var listing = state
        listing.cashMovements = [dividend, deposit]
        return [
            Sample(
                name: "execution-fill-with-fees", type: .execution,
                body: ExecutionReport(
                    clientOrderID: id, event: .fill, executionID: try ExecutionID("demo-x1"),
                    price: try Price("189.08"), quantity: try Quantity("143"), cumulativeQuantity: try Quantity("143"),
                    fees: try Money("1.75"), taxes: try Money("0.02"), at: at)),
            Sample(name: "cash-movement-dividend", type: .cashMovement, body: dividend),
            Sample(
                name: "cash-movement-fee", type: .cashMovement,
                body: CashMovement(
                    id: try CashMovementID("20260316::a3"), kind: .fee, amount: try Money("-0.12"),
                    reason: "TAF fee for 143 shares", at: at)),
            Sample(name: "broker-state-cash-movements", type: .brokerState, body: listing),
            Sample(
                name: "execution-correction-bust", type: .executionCorrection,
                body: ExecutionCorrection(
                    clientOrderID: id, executionID: try ExecutionID("demo-x1"), reason: "clearly erroneous", at: at)),
            Sample(
                name: "execution-correction", type: .executionCorrection,
                body: ExecutionCorrection(
                    clientOrderID: id, executionID: try ExecutionID("demo-x1"),
                    corrected: ExecutionCorrection.Corrected(
                        executionID: try ExecutionID("demo-x2"), quantity: try Quantity("100"),
                        price: try Price("189.1"), fees: try Money("1.25")), at: at)),
        ]
    }

    private static func successor() throws -> Order {
        var order = try order()
        order.replacesOrder = try ClientOrderID("bb0.1.NVDA.2")
        order.termsAt = at
        return order
    }

    // MARK: - Providers, control, telemetry

    private static func provider() throws -> [Sample] {
        let aapl = try Symbol("AAPL")
        let quote = Quote(
            symbol: aapl, bid: try Price("92.4"), ask: try Price("92.42"), bidSize: try Quantity("500"),
            askSize: try Quantity("300"), last: try Price("92.41"), at: at)
        return [
            Sample(name: "advance", type: .advance, body: Empty()),
            Sample(name: "ready-provider-history", type: .ready, body: Ready(history: Empty())),
            Sample(name: "history", type: .history, body: HistoryRequest(period: .seconds(60), count: 200)),
            Sample(name: "bars", type: .bars, body: HistoryBars(bars: [try bar(aapl)], isLast: true)),
            Sample(
                name: "market", type: .market,
                body: MarketUpdate(
                    at: at, session: .regular,
                    conditions: [MarketCondition(name: "VIX", value: try Ratio("11.15"), at: at)],
                    bars: [try bar(aapl)], quotes: [quote])),
            Sample(
                name: "market-split", type: .market,
                body: MarketUpdate(
                    at: at,
                    corporateActions: [
                        CorporateAction(
                            id: "2014-06-09.AAPL.split", symbol: aapl, kind: .split(numerator: 7, denominator: 1),
                            effectiveAt: at),
                        CorporateAction(
                            id: "d1", symbol: aapl, kind: .dividend(amount: try Price("0.47")), effectiveAt: at),
                    ])),
            Sample(
                name: "market-symbol-change", type: .market,
                body: MarketUpdate(
                    at: at,
                    corporateActions: [
                        CorporateAction(
                            id: "r1", symbol: try Symbol("FB"),
                            kind: .symbolChange(to: try Symbol("META"), numerator: 1, denominator: 1), effectiveAt: at)
                    ])),
            Sample(
                name: "market-spin-off", type: .market,
                body: MarketUpdate(
                    at: at,
                    corporateActions: [
                        CorporateAction(
                            id: "s1", symbol: try Symbol("GE"),
                            kind: .spinOff(
                                to: try Symbol("GEV"), numerator: 1, denominator: 4, costShare: try Ratio("0.183")),
                            effectiveAt: at)
                    ])),
            Sample(
                name: "market-halted", type: .market,
                body: MarketUpdate(
                    at: at, quotes: [Quote(symbol: aapl, last: try Price("92.41"), isHalted: true, at: at)])),
            Sample(name: "market-last", type: .market, body: MarketUpdate(at: at, isLast: true)),
        ]
    }

    private static func control() throws -> [Sample] {
        var approval = ControlRequest(command: "approve", who: "me", why: "a good price")
        approval.proposal = "25.NVDA.enter"
        return [
            Sample(name: "control", type: .control, body: ControlRequest(command: "halt", who: "me", why: "a storm")),
            Sample(
                name: "control-swap", type: .control,
                body: ControlRequest(
                    command: "swap", plugin: try PluginName("alpaca"), who: "me", why: "the other one is cheaper")),
            Sample(name: "control-approve", type: .control, body: approval),
            Sample(
                name: "record-swap", type: .record,
                body: try published(
                    .swap(
                        SwapProgress(
                            step: .rolledBack, from: try PluginName("paper"), to: try PluginName("alpaca"), who: "me",
                            why: "the other one is cheaper", epoch: 3, frozen: .milliseconds(1_250),
                            event: .rolledBack(why: .notStarted("its process ended with exit code 1")))))),
            Sample(
                name: "control-reply", type: .controlReply, body: ControlReply(accepted: true, message: "halt is taken")
            ),
            Sample(
                name: "record-alert", type: .record,
                body: try published(
                    .alert(
                        Alert(
                            level: .warning, symbol: nil,
                            reason: .policyGone(try PluginName("stop-loss"), why: "killed by signal 9"))))),
        ]
    }

    /// As those get it who watch.
    private static func published(_ record: Record) throws -> JSON {
        try JSONParser.parse(Telemetry.body(of: record, MessageCodec().encode(record)))
    }
}
