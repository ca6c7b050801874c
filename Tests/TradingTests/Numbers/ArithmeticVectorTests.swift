import Testing
import Trading

/// One row of `Vectors/arithmetic.jsonl`, made by Python's `fractions`.
private struct Row: Decodable {
    var op: String
    var type: String
    var a: String
    var b: String
    var d: String?
    var r: Rounding?
    var `is`: String

    var left: Int64 { Int64(a) ?? 0 }
    var right: Int64 { Int64(b) ?? 0 }
    var third: Int64 { d.flatMap { Int64($0) } ?? 0 }
    var words: String { "\(op) \(type) \(a) \(b) \(d ?? "") \(r?.rawValue ?? ""), expected \(`is`)" }
}

@Suite("scaled integers against Python's fractions")
struct ArithmeticVectorTests {
    @Test("every row of arithmetic.jsonl has the answer of exact fractions, overflow included")
    func arithmetic() throws {
        let all = try rows(Row.self, "arithmetic.jsonl")
        #expect(all.count > 5_000)
        for row in all {
            let actual =
                switch row.type {
                case "price": answer(Price.self, row)
                case "quantity": answer(Quantity.self, row)
                case "money": answer(Money.self, row)
                default: answer(Ratio.self, row)
                }
            #expect(actual == row.is, "\(row.words)")
        }
    }

    private func answer<Number: ScaledInteger>(_ type: Number.Type, _ row: Row) -> String {
        do {
            return try String(units(type, row))
        } catch {
            switch error {
            case .overflow: return "overflow"
            case .divisionByZero: return "division_by_zero"
            case .malformed: return "malformed"
            }
        }
    }

    private func units<Number: ScaledInteger>(_ type: Number.Type, _ row: Row) throws(NumericError) -> Int64 {
        let (left, right) = (Number(units: row.left), Number(units: row.right))
        let rounding = row.r ?? .halfEven
        return switch row.op {
        case "add": try (left + right).units
        case "subtract": try (left - right).units
        case "negated": try left.negated().units
        case "magnitude": try left.magnitude().units
        case "scaled": try left.scaled(by: Ratio(units: row.right), rounding).units
        case "ratio": try left.ratio(to: right, rounding).units
        case "multiple": try left.rounded(toMultipleOf: right, rounding).units
        case "split": try left.scaled(numerator: row.right, denominator: row.third, rounding).units
        case "times": try Price(units: row.left).times(Quantity(units: row.right), rounding).units
        case "divided": try Money(units: row.left).divided(by: Quantity(units: row.right), rounding).units
        case "quantity": try Money(units: row.left).quantity(at: Price(units: row.right), rounding).units
        default: throw .malformed(type: row.type, text: row.op, why: "no such operation")
        }
    }
}
