import JSON
import Trading

extension Alpaca {
    /// Server-sent events out of bytes as they come (https://html.spec.whatwg.org/multipage/server-sent-events.html): lines that end
    /// in LF, CR or both, comments, ids, events of several lines.
    ///
    /// After an error nothing more can be read from it: what is under way is lost, and the connection with it.
    package struct EventStream: Sendable {
        /// What came.
        package enum Item: Equatable, Sendable {
            case event(Event)
            case comment(Comment)
            /// How long to wait before the next connection, in milliseconds.
            case retry(Int64)
        }

        package struct Event: Equatable, Sendable {
            /// `message` where it has none of its own.
            package var name: String
            /// The last that was told, with this event or one before.
            package var id: String?
            package var data: String
        }

        /// Lines that begin with a colon; here they mean something.
        package enum Comment: Equatable, Sendable {
            /// Nothing has happened, and the connection stands.
            case heartbeat(String)
            /// Events were dropped, since they were read too slowly: there is a gap.
            case readTooSlowly(String)
            /// The server closes the connection.
            case serverError(String)

            init(_ text: String) {
                let lower = text.lowercased()
                if lower.contains("too slowly") || lower.contains("dropped") {
                    self = .readTooSlowly(text)
                } else if lower.contains("internal server error") {
                    self = .serverError(text)
                } else {
                    self = .heartbeat(text)
                }
            }
        }

        package enum Fault: Error, Equatable, Sendable {
            /// A line or an event is longer than `Limits.eventBytes`.
            case tooLong
            case invalidUTF8
        }

        private var line: [UInt8] = []
        private var lastWasReturn = false
        private var isFirstLine = true
        private var name = ""
        private var data = ""
        private var hasData = false
        private var lastID: String?

        package init() {}

        /// - Throws: ``Fault``.
        package mutating func append(_ bytes: some Sequence<UInt8>) throws(Fault) -> [Item] {
            var items: [Item] = []
            for byte in bytes {
                defer { lastWasReturn = byte == UInt8(ascii: "\r") }
                switch byte {
                case UInt8(ascii: "\n") where lastWasReturn: continue
                case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                    if let item = try endLine() { items.append(item) }
                default:
                    guard line.count < Limits.eventBytes else { throw .tooLong }
                    line.append(byte)
                }
            }
            return items
        }

        private mutating func endLine() throws(Fault) -> Item? {
            defer {
                line.removeAll(keepingCapacity: true)
                isFirstLine = false
            }
            if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
            guard !line.isEmpty else { return endEvent() }
            guard let text = String(validating: line, as: UTF8.self) else { throw .invalidUTF8 }
            let colon = text.firstIndex(of: ":")
            var value = colon.map { text[text.index(after: $0)...] } ?? ""
            if value.first == " " { value.removeFirst() }
            switch text[..<(colon ?? text.endIndex)] {
            case "": return .comment(Comment(String(value)))
            case "data":
                guard data.utf8.count + value.utf8.count < Limits.eventBytes else { throw .tooLong }
                if hasData { data += "\n" }
                data += value
                hasData = true
            case "event": name = String(value)
            case "id" where !value.utf8.contains(0): lastID = value.isEmpty ? nil : String(value)
            case "retry" where !value.isEmpty && value.utf8.allSatisfy { (0x30...0x39).contains($0) }:
                return Int64(value).map(Item.retry)
            default: break
            }
            return nil
        }

        private mutating func endEvent() -> Item? {
            defer { (name, data, hasData) = ("", "", false) }
            guard hasData else { return nil }
            return .event(Event(name: name.isEmpty ? "message" : name, id: lastID, data: data))
        }
    }

    /// How far a stream of events has been read, and where to begin again.
    package struct EventCursor: Equatable, Sendable {
        package private(set) var last: ULID?

        package init(last: ULID? = nil) { self.last = last }

        /// Keeps the latest: a stream that is repeated does not lead back, and an id that is no ULID leads nowhere.
        package mutating func advance(to id: EventID) {
            guard let id = ULID(id.text), last.map({ $0.milliseconds <= id.milliseconds }) ?? true else { return }
            last = id
        }

        /// From some time before the last event: ids of one millisecond are in no order, and events may have been written late.
        /// What is told again is known by its execution or reference id.
        package func resumption(overlap: TimeSpan) -> EventQuery? {
            guard let last else { return nil }
            var query = EventQuery()
            query.since = Timestamp(nanoseconds: last.time.nanoseconds) + TimeSpan(nanoseconds: -overlap.nanoseconds)
            return query
        }
    }

    /// The query of a stream of events. `since` and `sinceID` never stand together, an end needs the beginning of its kind, and
    /// without a beginning nothing of the past is told.
    package struct EventQuery: Record {
        package var since: Timestamp?
        package var until: Timestamp?
        package var sinceID: ULID?
        package var untilID: ULID?
        package var unknown: [JSON.Member] = []

        package init() {}

        package mutating func fields(_ list: inout Fields) throws(DecodingError) {
            try list.optional("since", &since)
            try list.optional("until", &until)
            try list.optional("since_id", &sinceID)
            try list.optional("until_id", &untilID)
        }

        /// Whether the vendor takes it.
        package var isConsistent: Bool {
            !(since != nil && sinceID != nil) && !(until != nil && since == nil) && !(untilID != nil && sinceID == nil)
        }
    }
}
