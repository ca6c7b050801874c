import Trading

/// A length of time as people write it: `10s`, `500ms`, `5m`, `2h`, `30d`.
package struct Span: Decodable, Hashable, Sendable {
    package var value: TimeSpan

    package init(_ value: TimeSpan) { self.value = value }

    /// Nil for text that is no length of time.
    package init?(text: String) {
        let units: [(String, Int64)] = [
            ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        for (unit, factor) in units {
            guard text.hasSuffix(unit), let count = Int64(text.dropLast(unit.count)),
                (0...min(1_000_000, Self.mostMilliseconds / factor)).contains(count)
            else { continue }
            self.init(.milliseconds(count * factor))
            return
        }
        return nil
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let span = Span(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" \(Self.remedy)")
        }
        self = span
    }

    /// A hundred years: what is longer is no length of time that anybody means, and does not fit.
    private static let mostMilliseconds: Int64 = 36_525 * 86_400_000

    package static let remedy = "is no length of time; write it as 500ms, 10s, 5m or 2h"
}
