import SeededRandom
import TestSupport
import Testing
import Trading

/// One row of `Vectors/averages.jsonl`: fills as units of price and quantity, and the exact average.
private struct Row: Decodable {
    var fills: [[String]]
    var total: String
    var average: String
}

@Suite("the average price of an order")
struct BookingTests {
    @Test("is within half a unit for each fill of the exact fraction")
    func exactFractions() throws {
        for row in try rows(Row.self, "averages.jsonl") {
            var order = try order(quantity: "9000000000")
            for fill in row.fills {
                try order.book(
                    Quantity(units: #require(Int64(fill[1]))), at: Price(units: #require(Int64(fill[0]))))
            }
            let expected = try #require(Int64(row.average))
            let actual = try #require(order.averageFillPrice).units
            #expect(String(order.filledQuantity.units) == row.total)
            #expect((actual - expected).magnitude <= UInt64(row.fills.count + 1) / 2, "\(row)")
        }
    }

    @Test(
        "of one fill is its price, however small the quantity",
        arguments: [
            ("0.000000001", "61234.56789012"), ("0.000000123", "61234.56789012"), ("9000000000", "0.00000001"),
            ("100", "189.08"), ("0.333333333", "3.33333333"),
        ])
    func oneFill(quantity: String, price: String) throws {
        var order = try order(quantity: "9000000000")
        try order.book(Quantity(quantity), at: Price(price))
        #expect(try order.averageFillPrice == Price(price))
        #expect(try order.filledQuantity == Quantity(quantity))
    }

    @Test(
        "of fills at one price is that price, and it always lies between the least and the most",
        arguments: Seed.several)
    func bounds(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            var (order, same) = (try order(), try order())
            let price = Price(units: random.number(1...1 << 45))
            var prices: [Price] = []
            for _ in 0..<random.number(1...20) {
                let quantity = Quantity(units: random.number(1...1 << random.number(1...45)))
                prices.append(Price(units: random.number(1...1 << 45)))
                try order.book(quantity, at: prices[prices.count - 1])
                try same.book(quantity, at: price)
                #expect(same.averageFillPrice == price, "seed \(seed)")
                let average = try #require(order.averageFillPrice)
                #expect(try #require(prices.min()) <= average, "seed \(seed)")
                #expect(try #require(prices.max()) >= average, "seed \(seed)")
            }
        }
    }

    @Test("stays unknown when the order came to us half filled and nobody said at what price")
    func unknownAverage() throws {
        var order = try order()
        order.filledQuantity = try Quantity("50")
        try order.book(Quantity("10"), at: Price("189.08"))
        #expect(order.averageFillPrice == nil)
        #expect(try order.filledQuantity == Quantity("60"))
    }

    @Test("a quantity beyond 64 bits is an error, and books nothing")
    func overflow() throws {
        var order = try order()
        try order.book(Quantity(units: .max), at: Price(units: .max))
        let before = order
        #expect(throws: NumericError.self) { try order.book(.one, at: .one) }
        #expect(order == before)
    }

    @Test("two shorts average as two longs do, and parts that cancel out have no average")
    func weighted() throws {
        let (ten, twenty) = (try Price("10"), try Price("20"))
        #expect(try Price.average((ten, Quantity("1")), (twenty, Quantity("3"))) == Price("17.5"))
        #expect(try Price.average((ten, Quantity("-1")), (twenty, Quantity("-3"))) == Price("17.5"))
        #expect(throws: NumericError.divisionByZero(type: "quantity")) {
            try Price.average((ten, Quantity("1")), (twenty, Quantity("-1")))
        }
        #expect(throws: NumericError.self) {
            try Price.average((Price(units: .min), Quantity(units: .min)), (Price(units: .min), Quantity(units: .min)))
        }
    }
}
