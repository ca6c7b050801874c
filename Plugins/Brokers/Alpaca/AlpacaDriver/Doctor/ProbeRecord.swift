import AlpacaAPI
import JSON

/// What a venue did when it was asked for certain things: written by `bigbrother doctor --live-probe`, and compared with what another
/// venue does. It holds no key and no account.
package struct ProbeRecord: Equatable, Sendable {
    /// One request and its answer.
    package struct Exchange: Equatable, Sendable {
        package var method: String
        package var target: String
        package var body: JSON?
        package var status: Int
        package var milliseconds: Int64
        package var answer: JSON?
    }

    /// One word of the stream of trade updates.
    package struct Event: Equatable, Sendable {
        /// Since the step began.
        package var milliseconds: Int64
        package var data: JSON

        package var name: String { data["event"]?.word ?? "" }
    }

    package struct Step: Equatable, Sendable {
        package var name: String
        package var exchanges: [Exchange] = []
        package var events: [Event] = []
        /// Why it was not tried, or could not be finished.
        package var omitted: String?
    }

    package var venue: String
    package var at: String
    package var symbol: String
    package var steps: [Step] = []

    // MARK: - JSON

    package var json: JSON {
        .object([
            .init(key: "venue", value: .string(venue)), .init(key: "at", value: .string(at)),
            .init(key: "symbol", value: .string(symbol)), .init(key: "steps", value: .array(steps.map(\.json))),
        ])
    }

    /// - Throws: `RecordDefect` for what is no record.
    package init(_ json: JSON) throws(RecordDefect) {
        guard let venue = json["venue"]?.word, let at = json["at"]?.word, let symbol = json["symbol"]?.word,
            case .array(let steps)? = json["steps"]
        else { throw RecordDefect("a record has venue, at, symbol and steps") }
        (self.venue, self.at, self.symbol) = (venue, at, symbol)
        for step in steps { self.steps.append(try Step(step)) }
    }

    package init(venue: String, at: String, symbol: String) {
        (self.venue, self.at, self.symbol) = (venue, at, symbol)
    }

    // MARK: - Comparing

    /// Where another venue did something else: statuses, codes of refusals, and the order of the events. Times, prices and ids
    /// are not compared, nor is what one of the two has left out.
    package func differences(from other: ProbeRecord) -> [String] {
        steps.flatMap { step -> [String] in
            guard step.omitted == nil,
                let twin = other.steps.first(where: { $0.name == step.name && $0.omitted == nil })
            else { return [] }
            return step.differences(from: twin)
        }
    }
}

/// Why something is no record of a probe.
package struct RecordDefect: Error, Equatable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

extension ProbeRecord.Step {
    fileprivate var json: JSON {
        var members: [JSON.Member] = [
            .init(key: "name", value: .string(name)), .init(key: "exchanges", value: .array(exchanges.map(\.json))),
            .init(
                key: "events",
                value: .array(
                    events.map {
                        .object([
                            .init(key: "milliseconds", value: .integer($0.milliseconds)),
                            .init(key: "data", value: $0.data),
                        ])
                    })),
        ]
        if let omitted { members.append(.init(key: "omitted", value: .string(omitted))) }
        return .object(members)
    }

    fileprivate init(_ json: JSON) throws(RecordDefect) {
        guard let name = json["name"]?.word, case .array(let exchanges)? = json["exchanges"],
            case .array(let events)? = json["events"]
        else { throw RecordDefect("a step has name, exchanges and events") }
        self.init(name: name, omitted: json["omitted"]?.word)
        for exchange in exchanges { self.exchanges.append(try .init(exchange)) }
        for event in events {
            guard let text = event["milliseconds"]?.word, let time = Int64(text), let data = event["data"] else {
                throw RecordDefect("\(name): an event has milliseconds and data")
            }
            self.events.append(.init(milliseconds: time, data: data))
        }
    }

    fileprivate func differences(from other: Self) -> [String] {
        var found: [String] = []
        let (mine, theirs) = (exchanges.map(\.outcome), other.exchanges.map(\.outcome))
        if mine != theirs { found.append("\(name): answered \(mine), and elsewhere \(theirs)") }
        let (told, toldElsewhere) = (events.map(\.name), other.events.map(\.name))
        if told != toldElsewhere { found.append("\(name): told \(told), and elsewhere \(toldElsewhere)") }
        return found
    }
}

extension ProbeRecord.Exchange {
    /// `POST 422 40010001`.
    fileprivate var outcome: String {
        ([method, String(status)] + [answer?["code"]?.word].compactMap { $0 }).joined(separator: " ")
    }

    fileprivate var json: JSON {
        var members: [JSON.Member] = [
            .init(key: "method", value: .string(method)), .init(key: "target", value: .string(target)),
        ]
        if let body { members.append(.init(key: "body", value: body)) }
        members += [
            .init(key: "status", value: .integer(status)), .init(key: "milliseconds", value: .integer(milliseconds)),
        ]
        if let answer { members.append(.init(key: "answer", value: answer)) }
        return .object(members)
    }

    fileprivate init(_ json: JSON) throws(RecordDefect) {
        guard let method = json["method"]?.word, let target = json["target"]?.word,
            let status = json["status"].flatMap({ Int(($0.word ?? "")) }),
            let milliseconds = json["milliseconds"].flatMap({ Int64(($0.word ?? "")) })
        else { throw RecordDefect("an exchange has method, target, status and milliseconds") }
        self.init(
            method: method, target: target, body: json["body"], status: status, milliseconds: milliseconds,
            answer: json["answer"])
    }
}

extension JSON {
    /// Of a string or a number; nil of what is neither.
    fileprivate var word: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .null, .bool, .array, .object: nil
        }
    }
}
