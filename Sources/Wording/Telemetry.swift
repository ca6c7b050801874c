import JSON
import Orchestration
import Trading

/// A record for telemetry: in the shape that protocol 1.0 gave it, with sentences where the journal has
/// typed cases.
package enum Telemetry {
    /// - Parameter typed: the record as it is journaled.
    /// - Throws: ``JSONError`` when that is no JSON.
    package static func body(of record: Record, _ typed: [UInt8]) throws(JSONError) -> [UInt8] {
        guard let fields = record.words, case .object(let members) = try JSONParser.parse(typed),
            let member = members.first, members.count == 1
        else { return typed }
        var payload = member.value
        for (key, value) in fields { payload = payload.setting(key, to: value) }
        return JSON.object([JSON.Member(key: member.key, value: payload)]).bytes
    }
}

extension Record {
    /// The fields that are words, by their names on the wire; a nil value takes a field out. Nil when the record has none.
    fileprivate var words: [(String, JSON?)]? {
        switch self {
        case .cycleStarted(let start): [("trigger", .string(start.trigger.words))]
        case .policiesAnswered: nil
        case .decision(let decision):
            [
                ("headline", .string(decision.headline.words)),
                ("intended", .array(decision.intended.map { .string($0.words) })),
                ("dispositions", .array(decision.dispositions.map(\.why.words).map(JSON.string))),
            ]
        case .portfolio(let portfolio):
            [("dispositions", .array(portfolio.dispositions.map(\.why.words).map(JSON.string)))]
        case .dispositions(let told): [("items", .array(told.items.map(\.why.words).map(JSON.string)))]
        case .action(let action):
            [
                ("action", nil), ("words", .string(action.action.words)), ("why", .string(action.why.words)),
            ]
        case .waiting(let waiting): [("why", waiting.why.map { .string($0.words) })]
        case .order(let order): [("note", nil), ("words", .string(order.words))]
        case .unprotected(let time): [("ended_by", .string(time.endedBy.words))]
        case .outcome(let outcome): [("execution", nil), ("words", .string(outcome.words))]
        case .discrepancy(let found):
            [
                ("ours", .string(found.ours.words)), ("brokers", .string(found.brokers.words)),
                ("done", .string(found.done.words)),
            ]
        case .corporateAction(let action, let done): [("done", nil), ("words", .string(done.words(action)))]
        case .cash(let movement, let done): [("done", nil), ("words", .string(done.words(movement)))]
        case .correction(let correction): [("words", .string(correction.words))]
        case .tradingState(_, _, let why): [("why", .string(why.wordsWithCommand))]
        case .swap(let progress): [("event", nil), ("words", .string(progress.words))]
        case .alert(let alert):
            [
                ("reason", nil), ("text", .string(alert.text)), ("kind", alert.kind.map { .string($0.rawValue) }),
            ]
        }
    }
}

extension JSON {
    /// With another value of a field, in its place or at the end. An array of objects gets the strings as their `why`.
    fileprivate func setting(_ key: String, to value: JSON?) -> JSON {
        guard case .object(var members) = self else { return self }
        let place = members.firstIndex { $0.key == key }
        guard var value else {
            if let place { members.remove(at: place) }
            return .object(members)
        }
        if key == "dispositions" || key == "items", let place, case .array(let items) = members[place].value,
            case .array(let words) = value
        {
            value = .array(zip(items, words).map { $0.setting("why", to: $1) })
        }
        if let place { members[place].value = value } else { members.append(Member(key: key, value: value)) }
        return .object(members)
    }
}
