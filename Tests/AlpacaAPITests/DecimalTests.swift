import JSON
import SeededRandom
import Testing
import Trading

@testable import AlpacaAPI

@Suite("decimals are exact")
struct DecimalTests {
    @Test(
        "a string and a number are the same, with and without an exponent",
        arguments: [
            ("189.08", "189.08"), ("0", "0"), ("-0", "0"), ("-12.50", "-12.5"), ("1.000000000000", "1"),
            ("100.0", "100"), ("1e2", "100"), ("1.5E+3", "1500"), ("1.25e-2", "0.0125"), ("1e-8", "0.00000001"),
            ("12e-1", "1.2"), ("0.1e1", "1"), ("92233720368.54775807", "92233720368.54775807"), ("0e40", "0"),
        ])
    func exact(text: String, value: String) throws {
        #expect(try read(Price.self, "\"\(text)\"") == Price(value))
        #expect(try read(Price.self, text) == Price(value))
    }

    @Test("what floating point cannot hold stays as it is")
    func noFloat() throws {
        #expect(try read(Money.self, "9007199254740.993001").description == "9007199254740.993001")
        #expect(try read(Quantity.self, "0.1").units == 100_000_000)
        #expect(try read(Quantity.self, "0.300000001").units == 300_000_001)
    }

    @Test(
        "what is no decimal number is refused",
        arguments: [
            "", " 1", "1 ", "+1", ".5", "1.", "01", "--1", "1e", "1e1.5", "0x10", "NaN", "Infinity", "1,000", "1_000",
            "١", "1e41", "1e-41", String(repeating: "1", count: 65), "1.2.3", "e5", "-", "1e+-2",
        ])
    func malformed(text: String) {
        #expect(throws: Alpaca.DecodingError.malformed(text, .decimal)) { try Price.read(.string(text), .shown) }
    }

    @Test("another kind of value is no number", arguments: ["null", "true", "[]", "{}"])
    func kinds(text: String) {
        #expect(defect(of: Price.self, text)?.hasPrefix("expected a decimal number, found ") == true)
    }

    @Test("more decimals than the type has are refused where nothing may be rounded")
    func tooMany() throws {
        #expect(defect(of: Quantity.self, "\"1.0000000001\"") == "\"1.0000000001\" has more than 9 decimals")
        #expect(defect(of: Price.self, "1e-9") == "\"1e-9\" has more than 8 decimals")
        #expect(try read(Quantity.self, "\"1.0000000000000\"") == Quantity("1"), "zeros are none")
    }

    @Test("what does not fit is refused, rounded or not", arguments: [Alpaca.Style.exact, .shown, .spendable])
    func tooLarge(style: Alpaca.Style) {
        for text in ["92233720368.54775808", "1e12", "99999999999999999999999999999999999999999999", "-1e30"] {
            let error = #expect(throws: Alpaca.DecodingError.self) { try Price.read(.string(text), style) }
            #expect(error?.description == "\"\(text)\" is too large for a price")
        }
    }

    @Test(
        "shown figures are rounded half to even, and money to spend down",
        arguments: [
            ("0.0000005", "0", "0"), ("0.0000015", "0.000002", "0.000001"),
            ("0.00000050000000001", "0.000001", "0"), ("0.0000004999", "0", "0"),
            ("-0.0000005", "0", "-0.000001"), ("-0.0000000001", "0", "-0.000001"),
            ("1.9999999", "2", "1.999999"), ("-1.0000015", "-1.000002", "-1.000002"),
            ("1e-30", "0", "0"), ("-1e-30", "0", "-0.000001"), ("245432.61", "245432.61", "245432.61"),
        ])
    func rounded(text: String, shown: String, spendable: String) throws {
        #expect(try Money.read(.string(text), .shown) == Money(shown))
        #expect(try Money.read(.string(text), .spendable) == Money(spendable))
    }

    @Test("an error repeats 64 characters of a long text at most")
    func cut() throws {
        let text = String(repeating: "9", count: 5_000)
        let error = try #require(#expect(throws: Alpaca.DecodingError.self) { try Price.read(.string(text), .exact) })
        guard case .malformed(let kept, .decimal) = error.reason else { return #expect(Bool(false), "\(error)") }
        #expect(kept.utf8.count == 64)
        #expect(error.description.utf8.count < 200)
    }

    @Test("any figure is written and read as itself, as a string and as a number", arguments: 1...4)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let units = Int64(truncatingIfNeeded: random.next()) >> Int64(random.next() % 63)
            // The most negative number has no digits of its own here; no amount is that.
            guard units != .min else { continue }
            for style in [Alpaca.Style.exact, .number, .shown] {
                #expect(try Price.read(Price(units: units).json(style), .exact) == Price(units: units))
                #expect(try Quantity.read(Quantity(units: units).json(style), .exact) == Quantity(units: units))
            }
        }
    }

    @Test("a decimal is written as a string, in market data as a number")
    func styles() throws {
        let price = try Price("189.10")
        #expect(price.json(.exact) == .string("189.1"))
        #expect(price.json(.shownNumber) == .number("189.1"))
    }
}

@Suite("whole numbers and truth")
struct WholeNumberTests {
    @Test("digits, also in a string", arguments: ["0", "-5", "9223372036854775807"])
    func accepted(text: String) throws {
        #expect(try read(Int64.self, text) == Int64(text))
        #expect(try read(Int64.self, "\"\(text)\"") == Int64(text))
    }

    @Test("nothing else", arguments: ["1.0", "1e3", "9223372036854775808", "\"+5\"", "\"\"", "\"five\""])
    func refused(text: String) {
        #expect(defect(of: Int64.self, text)?.hasSuffix("is no whole number") == true)
    }

    @Test("truth is also read out of a query")
    func truth() throws {
        for (text, value) in [
            ("true", true), ("false", false), ("\"True\"", true), ("\"false\"", false), ("\"true\"", true),
        ] {
            #expect(try read(Bool.self, text) == value)
        }
        for text in ["1", "\"yes\"", "\"\"", "null"] { #expect(defect(of: Bool.self, text) != nil) }
    }
}
