import JSON
import Trading
import Wire

/// Numbers, and the bounds that they keep.
extension SettingSchema {
    struct Misfit: Error { let why: String }

    /// The value in whole units of its type, so that two of one type can be compared exactly.
    func magnitude(_ value: JSON) throws(Misfit) -> Int64 {
        let text: String
        switch value {
        case .number(let digits): text = digits
        case .string(let words): text = words
        case .null, .bool, .array, .object: throw Misfit(why: "write \(remedy), not \(value.kindName)")
        }
        do {
            switch type {
            case .price: return try Price(text).units
            case .quantity: return try Quantity(text).units
            case .duration:
                guard let span = Span(text: text) else { throw Misfit(why: "\"\(text)\" \(Span.remedy)") }
                return span.value.nanoseconds
            case .integer:
                guard let number = Int64(text) else { throw Misfit(why: "\"\(text)\" is no whole number") }
                return number
            case .decimal, .boolean, .text, .list, .object, .choice: return try Ratio(text).units
            }
        } catch let misfit as Misfit {
            throw misfit
        } catch {
            throw Misfit(why: "\(error)")
        }
    }

    private var remedy: String {
        switch type {
        case .price: "a price"
        case .quantity: "a quantity"
        case .duration: "a length of time such as 10s"
        case .integer: "a whole number"
        case .decimal, .boolean, .text, .list, .object, .choice: "a number"
        }
    }

    func checkBounds(_ units: Int64, of what: String? = nil) throws(Misfit) {
        let bounds: [(limit: JSON?, words: String, holds: (Int64, Int64) -> Bool)] = [
            (minimum, "at least", { $0 >= $1 }), (maximum, "at most", { $0 <= $1 }),
            (exclusiveMinimum, "above", { $0 > $1 }), (exclusiveMaximum, "below", { $0 < $1 }),
        ]
        for bound in bounds {
            guard let limit = bound.limit else { continue }
            guard bound.holds(units, try boundary(limit)) else {
                let share = type == .decimal && isShare ? Ratio(units: units).wordsIfPercent : ""
                throw Misfit(why: "it must be \(range)\(what.map { " \($0)" } ?? "")\(share)")
            }
        }
    }

    /// It has no value that would be a per cent: what is far above it was meant as one.
    private var isShare: Bool {
        guard case .number(let text)? = maximum ?? exclusiveMaximum, let most = Int64(text) else { return false }
        return most <= 4
    }

    private func boundary(_ limit: JSON) throws(Misfit) -> Int64 {
        guard type == .list else { return try magnitude(limit) }
        guard case .number(let text) = limit, let count = Int64(text) else {
            throw Misfit(why: "a bound of a list is a whole number")
        }
        return count
    }

    /// `above 0 and below 1`, for people; empty without bounds.
    var range: String {
        [(exclusiveMinimum, "above"), (minimum, "at least"), (exclusiveMaximum, "below"), (maximum, "at most")]
            .compactMap { limit, words in limit.map { "\(words) \($0.plain)" } }.joined(separator: " and ")
    }
}

extension SettingSchema {
    /// What is wrong with the schema itself, and where; nil when it is sound. Bounds and the default must be values of it.
    func defect(at place: JSONPath) -> SettingDefect? {
        do {
            for (key, limit) in [
                ("minimum", minimum), ("maximum", maximum), ("exclusive_minimum", exclusiveMinimum),
                ("exclusive_maximum", exclusiveMaximum),
            ] {
                guard let limit else { continue }
                do throws(Misfit) { _ = try boundary(limit) } catch {
                    throw SettingDefect(place.adding(.key(key)), error.why)
                }
            }
            if type == .choice, (choices ?? []).isEmpty { throw SettingDefect(place, "name its `choices`") }
            if let value = `default` { try check(value, at: place.adding(.key("default"))) }
        } catch {
            return error as? SettingDefect ?? SettingDefect(place, "\(error)")
        }
        for (key, field) in (fields ?? [:]).sorted(by: { $0.key < $1.key }) {
            if let defect = field.defect(at: place.adding(.key("fields")).adding(.key(key))) { return defect }
        }
        return items?.defect(at: place.adding(.key("items")))
    }
}

extension JSON {
    /// As a person writes it in YAML.
    package var plain: String {
        switch self {
        case .string(let text): text
        case .null, .bool, .number, .array, .object: String(decoding: bytes, as: UTF8.self)
        }
    }
}
