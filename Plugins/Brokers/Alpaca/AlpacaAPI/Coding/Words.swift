import JSON
import Trading

extension Alpaca {
    /// A list of words of the API.
    package protocol Word: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == String {}

    /// A word of a list that the vendor may make longer at any time.
    package enum Open<Known: Word>: Value, Hashable, CustomStringConvertible {
        case known(Known)
        /// As it came.
        case other(String)

        package init(_ text: String) { self = Known(rawValue: text).map(Open.known) ?? .other(text) }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> Self {
            let text = try String.read(json, style)
            guard text.utf8.count <= Limits.idBytes else { throw .malformed(text, .text) }
            return Self(text)
        }

        package func json(_ style: Style) -> JSON { .string(description) }

        package var description: String {
            switch self {
            case .known(let word): word.rawValue
            case .other(let text): text
            }
        }

        /// nil for a word that is not known.
        package var known: Known? {
            if case .known(let word) = self { word } else { nil }
        }
    }

    /// The vendor's id of something: text that is compared and never taken apart. A number is taken as its digits.
    package struct ID<Named>: Value, Hashable, Comparable, CustomStringConvertible {
        package let text: String

        /// - Precondition: what `read` accepts.
        package init(_ text: String) {
            precondition(Self.isValid(text), "no id")
            self.text = text
        }

        package static func read(_ json: JSON, _ style: Style) throws(DecodingError) -> ID {
            switch json {
            case .string(let text), .number(let text):
                guard isValid(text) else { throw .malformed(text, .id) }
                return ID(text)
            case .null, .bool, .array, .object: throw .mismatch("an id", json)
            }
        }

        package func json(_ style: Style) -> JSON { .string(text) }
        package static var none: JSON? { .string("") }

        /// 1 to 512 bytes without control characters. Somebody else's order may have blanks in its client order id.
        private static func isValid(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.count <= Limits.idBytes && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        }

        package var description: String { text }
        package static func < (left: ID, right: ID) -> Bool { left.text < right.text }
    }

    /// Names of what has ids.
    package enum Client {}
    package enum Event {}
    package enum Execution {}
    package enum Group {}
    package enum Page {}
    package enum Reference {}

    package typealias OrderID = ID<Order>
    /// What whoever sent the order calls it: 1 to 128 characters, of ours and of others.
    package typealias ClientOrderID = ID<Client>
    package typealias AssetID = ID<Asset>
    /// Of an event in a stream of events: a ULID, but what cannot be read as one must not cost the event.
    package typealias EventID = ID<Event>
    package typealias ExecutionID = ID<Execution>
    package typealias GroupID = ID<Group>
    package typealias ActivityID = ID<Activity>
    /// Of the next page of a list.
    package typealias PageToken = ID<Page>
    /// Of something in the broker's books.
    package typealias ReferenceID = ID<Reference>
}
