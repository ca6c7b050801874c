import Foundation
import SeededRandom
import TestSupport
import Testing
import Trading

private struct TextRow: Decodable {
    var type: String
    var units: String
    var text: String
}

@Suite("decimal text")
struct DecimalTextTests {
    @Test(
        "decimal text is read exactly",
        arguments: [
            ("0", 0), ("0.0", 0), ("-0", 0), ("-0.00", 0), ("1", 100_000_000), ("-1", -100_000_000),
            ("189.08", 18_908_000_000), ("0.00000001", 1), ("-0.00000001", -1), ("1.50000000", 150_000_000),
            ("007", 700_000_000), ("00.5", 50_000_000), ("92233720368.54775807", Int64.max),
            ("-92233720368.54775808", Int64.min), ("0000000000000000000000000000.1", 10_000_000),
        ])
    func good(text: String, units: Int64) throws {
        #expect(try Price(text).units == units)
    }

    @Test(
        "what is no plain decimal number is refused",
        arguments: [
            "", "-", "+", "+1", "--1", "1-", "-+1", ".", "-.", ".5", "-.5", "5.", "-5.", "1.2.3", "1..2", "1,000",
            "1_000",
            " 1", "1 ", "1 000", "\t1", "1\n", "\u{0}", "1\u{0}", "1e3", "1E3", "1e-3", "e", "NaN", "nan", "inf",
            "Infinity",
            "-inf", "0x10", "$5", "5%", "½", "١٢٣", "１２", "1\u{301}", "−5", "\u{FEFF}1", "1.123456789", "1.000000000",
            "0.0000000000000000001", String(repeating: "0", count: 31), String(repeating: "9", count: 31),
            "1." + String(repeating: "0", count: 40),
        ])
    func bad(text: String) {
        let error = #expect(throws: NumericError.self) { try Price(text) }
        guard case .malformed(let type, let shown, let why)? = error else {
            Issue.record("\(text) gave \(String(describing: error))")
            return
        }
        #expect(type == "price" && !why.isEmpty)
        #expect(shown == text.prefix(40))
    }

    @Test(
        "digits that do not fit are an overflow, and never a trap",
        arguments: [
            "9223372036854775808", "-9223372036854775809", "99999999999999999999", String(repeating: "9", count: 29),
            String(repeating: "9", count: 30), "-" + String(repeating: "9", count: 30),
            String(repeating: "9", count: 24) + ".999999",
        ])
    func huge(text: String) {
        func refuses<Number: ScaledInteger>(_ type: Number.Type) {
            let error = #expect(throws: NumericError.self) { try Number(text) }
            guard case .overflow? = error else {
                Issue.record("\(Number.name) \(text): \(String(describing: error))")
                return
            }
        }
        refuses(Price.self)
        refuses(Quantity.self)
        refuses(Money.self)
        refuses(Ratio.self)
    }

    @Test("the shortest text is Python's, both ways")
    func vectors() throws {
        for row in try rows(TextRow.self, "text.jsonl") {
            func check<Number: ScaledInteger>(_ type: Number.Type) throws {
                let number = try Number(units: #require(Int64(row.units)))
                #expect(number.description == row.text)
                #expect(try Number(row.text) == number)
            }
            switch row.type {
            case "price": try check(Price.self)
            case "quantity": try check(Quantity.self)
            case "money": try check(Money.self)
            default: try check(Ratio.self)
            }
        }
    }

    @Test("any figure comes back from its text, and Foundation reads the same number", arguments: Seed.several)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<3_000 {
            let number = Quantity(units: random.units())
            #expect(try Quantity(number.description) == number, "seed \(seed)")
            #expect(try Quantity(number.text(minimumDecimals: Int(random.number(0...9)))) == number, "seed \(seed)")
            let foundation = try #require(Decimal(string: number.description))
            #expect(foundation * 1_000_000_000 == Decimal(number.units), "seed \(seed): \(number)")
        }
    }

    @Test("random bytes are read or refused, and what is read is printed as the same number", arguments: Seed.several)
    func noise(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<5_000 {
            let text = String((0..<random.number(0...34)).map { _ in random.pick(Array("0123456789999..-e ")) })
            guard let number = try? Quantity(text) else { continue }
            #expect(try Quantity(number.description) == number, "seed \(seed): \(text)")
        }
    }

    @Test("there is one zero and it has no sign")
    func zero() throws {
        #expect(try Money("-0").description == "0")
        #expect(try Money("-0.000000").text(minimumDecimals: 2) == "0.00")
        #expect(try Money("-0") == .zero)
    }

    @Test(
        "text has at least the decimals that are asked for",
        arguments: [
            ("189", 2, "189.00"), ("189.1", 2, "189.10"), ("189.123", 2, "189.123"), ("-0.5", 3, "-0.500"),
            ("0", 0, "0"),
            ("0", 8, "0.00000000"),
        ])
    func minimumDecimals(text: String, decimals: Int, expected: String) throws {
        #expect(try Price(text).text(minimumDecimals: decimals) == expected)
    }

    @Test("on the wire a figure is a string; a number or a malformed string is refused")
    func codable() throws {
        #expect(try JSONDecoder().decode([Price].self, from: Data(#"["189.08"]"#.utf8)) == [Price("189.08")])
        #expect(try JSONEncoder().encode([Price("189.080")]) == Data(#"["189.08"]"#.utf8))
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Price].self, from: Data("[189.08]".utf8)) }
        #expect(throws: (any Error).self) { try JSONDecoder().decode([Price].self, from: Data(#"["1e3"]"#.utf8)) }
    }

    @Test(
        "money for people has separators and two decimals",
        arguments: [
            ("1207.005", "1,207.01"), ("-1207.005", "-1,207.01"), ("0", "0.00"), ("-0.004", "0.00"),
            ("999.995", "1,000.00"),
            ("1234567.8", "1,234,567.80"), ("-999999.999999", "-1,000,000.00"),
        ])
    func moneyWords(text: String, expected: String) throws {
        #expect(try Money(text).words == expected)
        #expect(Money(units: .min).words == "-9,223,372,036,854.78")
    }

    @Test(
        "a ratio for people is a percentage or a signed figure",
        arguments: [
            ("0.42", "42 %", "+0.42"), ("0.0155", "1.6 %", "+0.02"), ("-0.0004", "0 %", "+0.00"),
            ("-2.5", "-250 %", "-2.50"),
            ("-0.005", "-0.5 %", "-0.01"),
        ])
    func ratioWords(text: String, percent: String, signed: String) throws {
        #expect(try Ratio(text).percent == percent)
        #expect(try Ratio(text).signed == signed)
    }

    @Test("a realized figure is a profit or a loss, without a sign")
    func profitWords() throws {
        #expect(try Money("602.8308").profitWords == "profit of $602.83")
        #expect(try Money("-1651").profitWords == "loss of $1,651.00")
    }

    @Test(
        "a limit is told with two decimals where it has them",
        arguments: [
            ("0.0305", "3.05 %"), ("0.03", "3 %"), ("0.105", "10.5 %"), ("0.030049", "3 %"), ("-0.0305", "-3.05 %"),
        ])
    func precisePercent(text: String, expected: String) throws {
        #expect(try Ratio(text).precisePercent == expected)
    }
}
