import JSON
import Trading

extension Alpaca {
    /// An object of the API: one declaration of its fields, by which it is read and written.
    package protocol Record: Value {
        /// Before anything has been read.
        init()
        /// What came and has no field here.
        var unknown: [JSON.Member] { get set }
        mutating func fields(_ list: inout Fields) throws(DecodingError)
    }

    /// The fields of one record while it is read or written.
    package struct Fields {
        private let source: [JSON.Member]?
        /// That of the record as a whole.
        package let style: Style
        private var taken: UInt128 = 0
        /// Where to look next: fields mostly come in the order in which they are asked for.
        private var cursor = 0
        private(set) var written: [JSON.Member] = []

        /// To write.
        init(_ style: Style) { (source, self.style) = (nil, style) }

        init(reading members: [JSON.Member], _ style: Style) throws(DecodingError) {
            guard members.count <= Limits.fields else { throw DecodingError(.tooManyFields(members.count)) }
            (source, self.style) = (members, style)
        }

        /// What nobody has asked for.
        var rest: [JSON.Member] {
            guard let source, taken.nonzeroBitCount < source.count else { return [] }
            return source.indices.filter { taken & 1 << UInt128($0) == 0 }.map { source[$0] }
        }

        /// nil for null as well.
        private mutating func take(_ key: String, from source: [JSON.Member]) -> JSON? {
            for step in source.indices {
                let index = cursor + step < source.count ? cursor + step : cursor + step - source.count
                guard source[index].key == key else { continue }
                cursor = index + 1
                taken |= 1 << UInt128(index)
                let value = source[index].value
                return value.isNull ? nil : value
            }
            return nil
        }

        private func read<Value: Alpaca.Value>(
            _ key: String, _ json: JSON, _ style: Style
        ) throws(DecodingError) -> Value {
            do throws(DecodingError) {
                return try Value.read(json, style)
            } catch {
                throw error.within(.key(key))
            }
        }

        /// A field that must be there.
        package mutating func required<Value: Alpaca.Value>(
            _ key: String, _ value: inout Value, _ style: Style = .exact
        ) throws(DecodingError) {
            guard let source else { return written.append(.init(key: key, value: value.json(style))) }
            guard let json = take(key, from: source) else {
                throw DecodingError(.missing, path: JSONPath([.key(key)]))
            }
            value = try read(key, json, style)
        }

        /// A field that may be absent or null. It is written where it has a value.
        package mutating func optional<Value: Alpaca.Value>(
            _ key: String, _ value: inout Value?, _ style: Style = .exact
        ) throws(DecodingError) {
            guard let source else {
                if let value { written.append(.init(key: key, value: value.json(style))) }
                return
            }
            guard let json = take(key, from: source), json != Value.none else { return value = nil }
            value = try read(key, json, style)
        }

        /// A field that may be absent or null. Without a value, null is written.
        package mutating func nullable<Value: Alpaca.Value>(
            _ key: String, _ value: inout Value?, _ style: Style = .exact
        ) throws(DecodingError) {
            if source == nil, value == nil { return written.append(.init(key: key, value: .null)) }
            try optional(key, &value, style)
        }

        /// A list that is empty where it is absent or null. An empty one is written.
        package mutating func list<Value: Collected>(
            _ key: String, _ value: inout Value, _ style: Style = .exact
        ) throws(DecodingError) {
            guard let source else { return written.append(.init(key: key, value: value.json(style))) }
            value = if let json = take(key, from: source) { try read(key, json, style) } else { Value() }
        }

        /// The same, left out where it is empty.
        package mutating func some<Value: Collected>(
            _ key: String, _ value: inout Value, _ style: Style = .exact
        ) throws(DecodingError) {
            if source == nil, value == Value() { return }
            try list(key, &value, style)
        }

        mutating func append(_ members: [JSON.Member]) { written += members }
    }
}

extension Alpaca.Record {
    package static func read(_ json: JSON, _ style: Alpaca.Style) throws(Alpaca.DecodingError) -> Self {
        guard case .object(let members) = json else { throw .mismatch("an object", json) }
        var fields = try Alpaca.Fields(reading: members, style)
        var record = Self()
        try record.fields(&fields)
        record.unknown = fields.rest
        return record
    }

    package func json(_ style: Alpaca.Style) -> JSON {
        var record = self
        var fields = Alpaca.Fields(style)
        do throws(Alpaca.DecodingError) {
            try record.fields(&fields)
        } catch {
            preconditionFailure("nothing is refused while writing: \(error)")
        }
        fields.append(unknown)
        return .object(fields.written)
    }
}
