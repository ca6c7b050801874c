import Testing
import Trading

@Suite("defects of orders and reports")
struct OrderDefectTests {
    @Test(
        "each order type takes its own prices and no others",
        arguments: OrderType.allCases, [false, true])
    func prices(type: OrderType, isComplete: Bool) throws {
        for bits in 0..<8 {
            let (limit, stop, trail) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
            let isRight =
                switch type {
                case .market: !limit && !stop && !trail
                case .limit: limit && !stop && !trail
                case .stop: !limit && stop && !trail
                case .stopLimit: limit && stop && !trail
                case .trailingStop: !limit && trail
                }
            guard isRight == isComplete else { continue }
            let order = try terms(
                type: type, limit: limit ? "189.08" : nil, stop: stop ? "186.23" : nil, trail: trail ? "2.85" : nil)
            let defect = order.defect(increment: .usEquity)
            #expect((defect == nil) == isRight, "\(type) \(limit) \(stop) \(trail): \(defect?.description ?? "none")")
            switch defect {
            case nil: continue
            case .fieldMissing(let of, _), .fieldNotTaken(let of, _): #expect(of == type)
            case let other?: Issue.record("\(other)")
            }
        }
    }

    @Test(
        "quantities and prices above zero, prices on the increment",
        arguments: [
            ("0", "189.08", .quantityNotPositive(.zero)),
            ("-1", "189.08", .quantityNotPositive(Quantity(shares: -1))),
            ("1", "0", .priceNotPositive(field: "limit_price", price: .zero)),
            ("1", "-0.01", .priceNotPositive(field: "limit_price", price: cents(-1))),
            ("1", "189.085", .priceOffTick(field: "limit_price", price: mills(189_085), tickSize: cents(1))),
            (
                "1", "0.99995",
                .priceOffTick(
                    field: "limit_price", price: Price(units: Price.scale / 100_000 * 99_995),
                    tickSize: Price(units: Price.scale / 10_000))
            ), ("1", "0.9999", nil),
            ("1", "1", nil), ("0.000000001", "189.08", nil),
        ] as [(String, String, OrderDefect?)])
    func figures(quantity: String, limit: String, expected: OrderDefect?) throws {
        #expect(try terms(quantity: quantity, limit: limit).defect(increment: .usEquity) == expected)
    }

    @Test("stop and trail are looked at as the limit is")
    func otherPrices() throws {
        #expect(
            try terms(type: .stop, limit: nil, stop: "186.231").defect(increment: .usEquity)
                == .priceOffTick(field: "stop_price", price: mills(186_231), tickSize: cents(1)))
        #expect(
            try terms(type: .trailingStop, limit: nil, trail: "-1").defect(increment: .usEquity)
                == .priceNotPositive(field: "trail_amount", price: cents(-100)))
    }

    @Test("an increment of zero refuses every price and does not trap")
    func zeroIncrement() throws {
        let nothing = PriceIncrement(atOrAboveOne: .zero, belowOne: .zero)
        #expect(try terms().defect(increment: nothing) != nil)
    }

    @Test(
        "a fill needs its execution, price and quantity",
        arguments: [
            (OrderEvent.fill, "e1", "189.08", "1", nil), (.partialFill, "e1", "189.08", "1", nil),
            (.fill, nil, "189.08", "1", .fillWithout(field: "execution_id")),
            (.partialFill, "e1", nil, "1", .fillWithout(field: "price")),
            (.fill, "e1", "0", "1", .fillWithout(field: "price")),
            (.fill, "e1", "-1", "1", .fillWithout(field: "price")),
            (.fill, "e1", "189.08", nil, .fillWithout(field: "quantity")),
            (.fill, "e1", "189.08", "0", .fillWithout(field: "quantity")),
            (.fill, "e1", "189.08", "-1", .fillWithout(field: "quantity")), (.new, nil, nil, nil, nil),
            (.canceled, "e1", nil, nil, nil),
            (.canceled, "e1", "189.08", "-1", .quantityNotPositive(Quantity(shares: -1))),
            (.restated, nil, "0", nil, .priceNotPositive(.zero)),
        ] as [(OrderEvent, String?, String?, String?, ReportDefect?)])
    func reports(event: OrderEvent, execution: String?, price: String?, quantity: String?, expected: ReportDefect?)
        throws
    {
        let report = ExecutionReport(
            clientOrderID: try ClientOrderID("bb-1"), event: event,
            executionID: try execution.map { try ExecutionID($0) }, price: try price.map { try Price($0) },
            quantity: try quantity.map { try Quantity($0) }, at: Timestamp(seconds: 0))
        #expect(report.defect == expected)
    }

    @Test("a cumulative quantity is not negative")
    func cumulative() throws {
        var report = ExecutionReport(clientOrderID: try ClientOrderID("bb-1"), event: .new, at: Timestamp(seconds: 0))
        report.cumulativeQuantity = try Quantity("-1")
        #expect(report.defect == .sumNegative(Quantity(shares: -1)))
        report.cumulativeQuantity = .zero
        #expect(report.defect == nil)
    }
}

private func cents(_ count: Int64) -> Price { Price(units: Price.scale / 100 * count) }
private func mills(_ count: Int64) -> Price { Price(units: Price.scale / 1_000 * count) }
