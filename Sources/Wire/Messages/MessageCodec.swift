import JSON
import Trading

/// Reads and writes the two frames of a message.
package struct MessageCodec {
    private let encoder = WireEncoder()
    private let decoder = WireDecoder()

    package init() {}

    /// - Throws: what the encoder throws for a value that cannot stand on the wire; none of ours is one.
    package func encode(_ value: some Encodable) throws -> [UInt8] { try encoder.encode(value) }

    /// Reads the first frame.
    /// - Throws: ``WireDecodingError`` for an unreadable header, or one with a `crit` that is not understood.
    package func header(_ frames: [[UInt8]]) throws(WireDecodingError) -> Header {
        guard frames.count == 2 else {
            throw WireDecodingError(
                path: JSONPath(), reason: .rejected("a message has two frames, header and body, not \(frames.count)"))
        }
        guard frames[0].count <= SpokenLimits.headerBytes else {
            let why = "a header of \(frames[0].count) bytes, \(SpokenLimits.headerBytes) is the most (I-BOUND-4)"
            throw WireDecodingError(path: JSONPath(), reason: .rejected(why))
        }
        let header = try decoder.decode(Header.self, from: frames[0], unknownFields: .ignore)
        if let strange = header.crit?.first {
            throw WireDecodingError(
                path: JSONPath([.key("crit")]), reason: .rejected("\"\(strange)\" must be understood, and is not"))
        }
        guard header.v == ProtocolVersion.text || Self.isSameMajor(header.v) else {
            throw WireDecodingError(
                path: JSONPath([.key("v")]),
                reason: .rejected("version \(header.v) is spoken there, \(ProtocolVersion.text) here"))
        }
        return header
    }

    /// Two numbers with a point between, the first of them ours.
    private static func isSameMajor(_ version: String) -> Bool {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        let areNumbers = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        return parts.count == 2 && areNumbers && parts[0] == String(ProtocolVersion.major)
    }

    /// What of a header could be read that is not taken: each field by itself, whatever is wrong with the others.
    package struct Name: Sendable, Hashable {
        package var id: String?
        package var cycle: Int64?
        package var type: MessageType?

        package init() {}

        /// `error`, `refused` and `bye` are never answered: two sides would answer each other for ever.
        package var isToBeAnswered: Bool { type != .error && type != .refused && type != .bye }
    }

    /// What an answer to a message can name it by, although its header is not taken.
    package func name(of frames: [[UInt8]]) -> Name {
        var name = Name()
        do {
            guard let first = frames.first, first.count <= SpokenLimits.headerBytes,
                case .object(let members) = try JSONParser.parse(first)
            else { return name }
            for member in members {
                switch (member.key, member.value) {
                case ("id", .string(let text)): name.id = text
                case ("type", .string(let text)): name.type = MessageType(rawValue: text)
                case ("cycle", .number(let text)): name.cycle = Int64(text)
                default: continue
                }
            }
        } catch {
            // The refusal itself says what is wrong with the header.
        }
        return name
    }

    /// Reads a body that carries data: unknown fields are ignored, since minors add.
    package func data<Body: Decodable>(_ type: Body.Type, _ bytes: [UInt8]) throws(WireDecodingError) -> Body {
        try decoder.decode(type, from: bytes, unknownFields: .ignore)
    }

    package func data<Body: Decodable>(_ type: Body.Type, _ tree: JSON) throws(WireDecodingError) -> Body {
        try decoder.decode(type, from: tree, unknownFields: .ignore)
    }

    /// Reads a body that moves money: what is not understood is refused.
    package func command<Body: Decodable>(_ type: Body.Type, _ bytes: [UInt8]) throws(WireDecodingError) -> Body {
        try decoder.decode(type, from: bytes, unknownFields: .refuse)
    }
}
