import JSON
import Trading

extension Alpaca {
    /// Has one way to JSON and back.
    package protocol Value: Equatable, Sendable {
        /// - Throws: ``DecodingError`` with the path from this value inwards.
        static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Self
        func json(_ style: Style) -> JSON
        /// What stands for no value, beside null.
        static var none: JSON? { get }
    }

    /// A value that may be empty: where it is absent or null, it is.
    package protocol Collected: Value {
        init()
    }

    /// How a field stands in JSON, and what becomes of decimals that its type does not have.
    package struct Style: Sendable {
        /// nil: they are refused.
        package var rounding: Rounding?
        /// Whether a decimal is written as a JSON number, as in market data, and not as a string. Both are read.
        package var isNumber = false
        /// Whether a time of day is written without a colon. Both are read.
        package var isCompact = false

        /// A string of digits; what does not fit exactly is refused.
        package static let exact = Style()
        /// A string; rounded half to even. For averages, values at market and what else is only shown.
        package static let shown = Style(rounding: .halfEven)
        /// A string; rounded down. For money that may be spent.
        package static let spendable = Style(rounding: .down)
        /// A JSON number; what does not fit exactly is refused.
        package static let number = Style(isNumber: true)
        /// A JSON number; rounded half to even.
        package static let shownNumber = Style(rounding: .halfEven, isNumber: true)
        package static let compact = Style(isCompact: true)
    }
}

extension Alpaca.Value {
    package static var none: JSON? { nil }
}

extension JSON: Alpaca.Value {
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> JSON { json }
    package func json(_ style: Alpaca.Style) -> JSON { self }
}

extension String: Alpaca.Value {
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> String {
        guard case .string(let text) = json else { throw .mismatch("a string", json) }
        return text
    }

    package func json(_ style: Alpaca.Style) -> JSON { .string(self) }
}

extension Bool: Alpaca.Value {
    /// Also in a string, as in a query and in some activities; Python writes it with a capital.
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> Bool {
        switch json {
        case .bool(let value): return value
        case .string("true"), .string("True"): return true
        case .string("false"), .string("False"): return false
        case .string(let text): throw .malformed(text, .truth)
        case .null, .number, .array, .object: throw .mismatch("true or false", json)
        }
    }

    package func json(_ style: Alpaca.Style) -> JSON { .bool(self) }
}

/// Whole numbers, also in a string, as in a query. `3.0` is none.
extension Alpaca.Value where Self: FixedWidthInteger {
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> Self {
        switch json {
        case .number(let text), .string(let text):
            // `Int("+5")` is 5; nobody writes that.
            guard let value = Self(text), !text.utf8.starts(with: "+".utf8) else {
                throw .malformed(text, .wholeNumber)
            }
            return value
        case .null, .bool, .array, .object: throw .mismatch("a whole number", json)
        }
    }

    package func json(_ style: Alpaca.Style) -> JSON { .integer(self) }
}

extension Int: Alpaca.Value {}
extension Int64: Alpaca.Value {}
extension UInt64: Alpaca.Value {}

extension Symbol: Alpaca.Value {
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> Symbol {
        let text = try String.read(json, style)
        do throws(IdentityError) {
            return try Symbol(text)
        } catch {
            throw .malformed(text, .symbol)
        }
    }

    package func json(_ style: Alpaca.Style) -> JSON { .string(text) }

    /// An order of several legs has a symbol without letters.
    package static var none: JSON? { .string("") }
}

extension Array: Alpaca.Value, Alpaca.Collected where Element: Alpaca.Value {
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> [Element] {
        guard case .array(let elements) = json else { throw .mismatch("an array", json) }
        var values: [Element] = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(Alpaca.DecodingError) {
                values.append(try Element.read(element, style))
            } catch {
                throw error.within(.index(index))
            }
        }
        return values
    }

    package func json(_ style: Alpaca.Style) -> JSON { .array(map { $0.json(style) }) }
}
