import JSON
import Trading

extension Alpaca {
    /// The digits of a decimal number: JSON's grammar of a number, exponent included.
    struct Digits {
        private(set) var isNegative = false
        /// Those of the number, one a byte, 0 to 9.
        private(set) var digits: [UInt8] = []
        /// How many of them stand before the point; negative where zeros stand behind it first.
        private(set) var whole = 0

        /// nil for anything else, and for a text beyond `Limits`.
        init?(_ text: String) {
            var rest = Array(text.utf8)[...]
            guard rest.count <= Limits.decimalCharacters else { return nil }
            isNegative = rest.first == UInt8(ascii: "-")
            if isNegative { rest.removeFirst() }
            guard take(from: &rest), digits.count == 1 || digits.first != 0 else { return nil }
            whole = digits.count
            if rest.first == UInt8(ascii: ".") {
                rest.removeFirst()
                guard take(from: &rest) else { return nil }
            }
            guard let byte = rest.first else { return }
            guard byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"),
                let exponent = Int(String(decoding: rest.dropFirst(), as: UTF8.self)),
                exponent.magnitude <= Limits.exponent
            else { return nil }
            whole += exponent
        }

        /// One digit or more.
        private mutating func take(from rest: inout ArraySlice<UInt8>) -> Bool {
            let count = digits.count
            while let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                digits.append(byte - UInt8(ascii: "0"))
                rest.removeFirst()
            }
            return digits.count > count
        }

        /// The number in units of the last of so many decimals.
        /// - Parameter rounding: nil where the number must come out even.
        func units(decimals: Int, _ rounding: Rounding?) -> Units {
            let kept = whole + decimals
            var units: Int128 = 0
            for index in 0..<max(kept, 0) {
                let (product, overflow) = units.multipliedReportingOverflow(by: 10)
                units = product + Int128(index < digits.count ? digits[index] : 0)
                guard !overflow, units <= Int128(Int64.max) else { return .tooLarge }
            }
            // The digit behind the last that is kept, and whether there is anything behind that.
            let next = kept >= 0 && kept < digits.count ? digits[kept] : 0
            let rest = digits.dropFirst(max(kept + 1, 0)).contains { $0 != 0 }
            if next != 0 || rest {
                guard let rounding else { return .inexact }
                // In twentieths of a unit a half is 10, and what is a little more or less than that stays on its side.
                let twentieths = units * 20 + Int128(next) * 2 + (rest ? 1 : 0)
                units = rounding.quotient(isNegative ? -twentieths : twentieths, 20)
            } else if isNegative {
                units = -units
            }
            return Int64(exactly: units).map(Units.units) ?? .tooLarge
        }

        enum Units {
            case units(Int64)
            case inexact
            case tooLarge
        }
    }

    /// The unit in which crypto and bars of many shares are counted: up to 6 decimals, about nine trillion.
    package struct Volume: ScaledInteger {
        package static let decimals = 6
        package static let name = "volume"
        package let units: Int64
        package init(units: Int64) { self.units = units }
    }

    /// So many new for one old, or money for a share; up to 12 decimals, about nine million.
    package struct Rate: ScaledInteger {
        package static let decimals = 12
        package static let name = "rate"
        package let units: Int64
        package init(units: Int64) { self.units = units }
    }
}

extension Alpaca.Value where Self: ScaledInteger {
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> Self {
        let text: String
        switch json {
        case .number(let digits), .string(let digits): text = digits
        case .null, .bool, .array, .object: throw .mismatch("a decimal number", json)
        }
        guard let digits = Alpaca.Digits(text) else { throw .malformed(text, .decimal) }
        switch digits.units(decimals: decimals, style.rounding) {
        case .units(let units): return Self(units: units)
        case .inexact: throw .init(.tooManyDecimals(Alpaca.DecodingError.cut(text), most: decimals))
        case .tooLarge: throw .init(.tooLarge(Alpaca.DecodingError.cut(text), type: name))
        }
    }

    package func json(_ style: Alpaca.Style) -> JSON {
        style.isNumber ? .number(description) : .string(description)
    }
}

extension Price: Alpaca.Value {}
extension Quantity: Alpaca.Value {}
extension Money: Alpaca.Value {}
extension Ratio: Alpaca.Value {}
extension Alpaca.Volume: Alpaca.Value {}
extension Alpaca.Rate: Alpaca.Value {}
