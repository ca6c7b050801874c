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
            #expect((defect == nil) == isRight, "\(type) \(limit) \(stop) \(trail): \(defect ?? "none")")
            if let defect {
                #expect(defect.contains(" order needs ") || defect.contains(" order takes no "))
                #expect(defect.contains(type.rawValue))
            }
        }
    }

    @Test(
        "quantities and prices above zero, prices on the increment",
        arguments: [
            ("0", "189.08", "quantity must be above zero, it is 0"),
            ("-1", "189.08", "quantity must be above zero, it is -1"),
            ("1", "0", "limit_price must be above zero, it is 0"),
            ("1", "-0.01", "limit_price must be above zero, it is -0.01"),
            ("1", "189.085", "limit_price 189.085 is no multiple of the increment 0.01"),
            ("1", "0.99995", "limit_price 0.99995 is no multiple of the increment 0.0001"), ("1", "0.9999", nil),
            ("1", "1", nil), ("0.000000001", "189.08", nil),
        ] as [(String, String, String?)])
    func figures(quantity: String, limit: String, expected: String?) throws {
        #expect(try terms(quantity: quantity, limit: limit).defect(increment: .usEquity) == expected)
    }

    @Test("stop and trail are looked at as the limit is")
    func otherPrices() throws {
        #expect(
            try terms(type: .stop, limit: nil, stop: "186.231").defect(increment: .usEquity)
                == "stop_price 186.231 is no multiple of the increment 0.01")
        #expect(
            try terms(type: .trailingStop, limit: nil, trail: "-1").defect(increment: .usEquity)
                == "trail_amount must be above zero, it is -1")
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
            (.fill, nil, "189.08", "1", "a fill needs an execution_id"),
            (.partialFill, "e1", nil, "1", "a fill needs a price above zero"),
            (.fill, "e1", "0", "1", "a fill needs a price above zero"),
            (.fill, "e1", "-1", "1", "a fill needs a price above zero"),
            (.fill, "e1", "189.08", nil, "a fill needs a quantity above zero"),
            (.fill, "e1", "189.08", "0", "a fill needs a quantity above zero"),
            (.fill, "e1", "189.08", "-1", "a fill needs a quantity above zero"), (.new, nil, nil, nil, nil),
            (.canceled, "e1", nil, nil, nil), (.canceled, "e1", "189.08", "-1", "a quantity is above zero, not -1"),
            (.restated, nil, "0", nil, "a price is above zero, not 0"),
        ] as [(OrderEvent, String?, String?, String?, String?)])
    func reports(event: OrderEvent, execution: String?, price: String?, quantity: String?, expected: String?) throws {
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
        #expect(report.defect == "cumulative_quantity is negative")
        report.cumulativeQuantity = .zero
        #expect(report.defect == nil)
    }
}
