import SeededRandom
import TestSupport
import Testing
import Trading

@Suite("scaled integers over random figures")
struct ArithmeticPropertyTests {
    private static let cases = 3_000

    @Test("products and quotients agree with full-width long arithmetic under every rounding", arguments: Seed.several)
    func longArithmetic(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<Self.cases {
            let (a, b, c) = (random.units(), random.units(), random.units())
            for rounding in Rounding.allCases {
                let words: Comment = "seed \(seed): \(a) \(b) \(c) \(rounding)"
                let price = Price(units: a)
                #expect(
                    units { () throws(NumericError) in try price.times(Quantity(units: b), rounding) }
                        == reference(a, b, over: 100_000_000_000, rounding), words)
                #expect(
                    units { () throws(NumericError) in try price.scaled(by: Ratio(units: b), rounding) }
                        == reference(a, b, over: 1_000_000, rounding), words)
                guard c != 0 else { continue }
                #expect(
                    units { () throws(NumericError) in
                        try price.scaled(numerator: b, denominator: c, rounding)
                    } == reference(a, b, over: c, rounding), words)
                #expect(
                    units { () throws(NumericError) in try price.ratio(to: Price(units: c), rounding) }
                        == reference(a, 1_000_000, over: c, rounding), words)
                #expect(
                    units { () throws(NumericError) in try Money(units: a).divided(by: Quantity(units: c), rounding) }
                        == reference(a, 100_000_000_000, over: c, rounding), words)
                #expect(
                    units { () throws(NumericError) in try Money(units: a).quantity(at: Price(units: c), rounding) }
                        == reference(a, 100_000_000_000, over: c, rounding), words)
            }
        }
    }

    @Test("what is added can be taken away again, and order does not matter", arguments: Seed.several)
    func sums(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<Self.cases {
            let (a, b) = (Money(units: random.units()), Money(units: random.units()))
            guard let sum = units({ () throws(NumericError) in try a + b }) else {
                #expect(a.isNegative == b.isNegative, "seed \(seed): only equal signs overflow, \(a) + \(b)")
                continue
            }
            #expect(try (Money(units: sum) - b) == a, "seed \(seed)")
            #expect(try (b + a).units == sum, "seed \(seed)")
            var running = a
            try running += b
            try running -= b
            #expect(running == a, "seed \(seed)")
        }
    }

    @Test(
        "a multiple of a step is one, lies next to the number, and is on the side that the rounding names",
        arguments: Seed.several)
    func multiples(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<Self.cases {
            let number = Quantity(units: random.units() / 4)
            let step = Quantity(units: max(1, (random.units() / 4).magnitude).asUnits)
            for rounding in Rounding.allCases {
                let words: Comment = "seed \(seed): \(number) to \(step) \(rounding)"
                let rounded = try number.rounded(toMultipleOf: step, rounding)
                #expect(rounded.isMultiple(of: step), words)
                #expect((rounded.units - number.units).magnitude < step.units.magnitude, words)
                #expect(try rounded.rounded(toMultipleOf: step, rounding) == rounded, words)
                switch rounding {
                case .down: #expect(rounded <= number, words)
                case .up: #expect(rounded >= number, words)
                case .towardZero: #expect(rounded.units.magnitude <= number.units.magnitude, words)
                case .awayFromZero: #expect(rounded.units.magnitude >= number.units.magnitude, words)
                case .halfEven, .halfAwayFromZero:
                    #expect((rounded.units - number.units).magnitude <= step.units.magnitude.half, words)
                }
            }
        }
    }

    @Test("a split and its reverse split lose at most one unit for each old share")
    func splits() throws {
        let held = Quantity(shares: 143)
        let after = try held.scaled(numerator: 7, denominator: 1, .towardZero)
        #expect(after == Quantity(shares: 1_001))
        #expect(try after.scaled(numerator: 1, denominator: 7, .towardZero) == held)
        #expect(try Price("645.57").scaled(numerator: 1, denominator: 7, .halfEven) == Price("92.22428571"))
    }

    @Test("any step and any number may be asked whether they fit, the extremes included")
    func isMultiple() throws {
        #expect(!Price.one.isMultiple(of: .zero))
        #expect(Price.zero.isMultiple(of: .one))
        #expect(Price(units: .min).isMultiple(of: Price(units: -1)))
        #expect(Price(units: .min).isMultiple(of: Price(units: .min)))
        #expect(try Price("189.08").isMultiple(of: Price("0.01")))
        #expect(try !Price("189.085").isMultiple(of: Price("0.01")))
    }

    @Test("messages of the errors name figures and type")
    func messages() throws {
        #expect(throws: NumericError.overflow(type: "price", operation: "92233720368.54775807 + 1")) {
            try Price(units: .max) + .one
        }
        #expect(throws: NumericError.divisionByZero(type: "quantity")) { try Money.one.divided(by: .zero) }
        #expect(throws: NumericError.divisionByZero(type: "price")) { try Money.one.quantity(at: .zero, .down) }
        #expect(throws: NumericError.divisionByZero(type: "amount of money")) {
            try Money.one.ratio(to: .zero)
        }
    }
}

@Suite("price increments")
struct PriceIncrementTests {
    @Test(
        "US prices are rounded to cents, below one dollar to hundredths of a cent",
        arguments: [
            ("189.085", Rounding.down, "189.08"), ("189.085", .up, "189.09"), ("189.085", .halfEven, "189.08"),
            ("1", .up, "1"), ("1.00000001", .up, "1.01"), ("1.00999999", .down, "1"), ("0.99999999", .up, "1"),
            ("0.99999999", .down, "0.9999"), ("0.00001", .down, "0"), ("0.00001", .up, "0.0001"),
        ])
    func rounded(price: String, rounding: Rounding, expected: String) throws {
        #expect(try PriceIncrement.usEquity.rounded(Price(price), rounding) == Price(expected))
    }

    @Test("what is rounded stands on the increment, even where it crosses one dollar", arguments: Seed.several)
    func standsOnTheIncrement(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let price = Price(units: random.chance(50) ? random.number(1...200_000_000) : random.number(1...1 << 50))
            for rounding in Rounding.allCases {
                let rounded = try PriceIncrement.usEquity.rounded(price, rounding)
                let step = PriceIncrement.usEquity.step(for: rounded)
                #expect(rounded.isMultiple(of: step), "seed \(seed): \(price) \(rounding)")
            }
        }
    }
}

private func units<Number: ScaledInteger>(_ work: () throws(NumericError) -> Number) -> Int64? {
    do { return try work().units } catch { return nil }
}

extension UInt64 {
    fileprivate var asUnits: Int64 { Int64(self) }
    /// Rounded down: twice the distance is never more than the step.
    fileprivate var half: UInt64 { self / 2 }
}
