import JSON
import Orchestration
import Trading
import Wire

/// The inputs of every cycle go to the journal and come from it by hand; the others the ordinary way.
extension Input: WireDirect {
    package static func write(at address: UnsafeRawPointer, to writer: inout JSONWriter) -> Bool {
        let input = address.assumingMemoryBound(to: Input.self).pointee
        guard input.isFrequent else { return false }
        input.write(to: &writer)
        return true
    }

    private var isFrequent: Bool {
        switch self {
        case .cycleDue, .wake, .market, .execution, .evaluated, .orderAnswer, .brokerState: true
        case .started, .policyReady, .policyGone, .brokerReady, .brokerGone, .providerReady, .providerGone,
            .history, .historyMissing, .cashMovement, .executionCorrection, .commandNotSent, .brokerError,
            .control, .asked, .messageGap, .clockJumped, .protocolViolation, .pluginNotice, .configured, .misconfigured,
            .settingsAnswered,
            .pluginManaged, .stopping, .swapBroker, .brokerLeft, .brokerFailed,
            .brokerFenced, .brokerFreed:
            false
        }
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .cycleDue: writer.object("cycle_due") { _ in }
        case .wake: writer.object("wake") { _ in }
        case .market(let update): writer.field("market", update)
        case .execution(let report): writer.field("execution", report)
        case .evaluated(let cycle, let answers):
            writer.object("evaluated") { writer in
                writer.field("cycle", cycle)
                writer.field("answers", answers)
            }
        case .orderAnswer(let answer, let query):
            writer.object("order_answer") { writer in
                writer.field("answer", answer)
                writer.field("query", query)
            }
        case .brokerState(let state, let query):
            writer.object("broker_state") { writer in
                writer.field("state", state)
                writer.field("query", query)
            }
        case .started, .policyReady, .policyGone, .brokerReady, .brokerGone, .providerReady, .providerGone,
            .history, .historyMissing, .cashMovement, .executionCorrection, .commandNotSent, .brokerError,
            .control, .asked, .messageGap, .clockJumped, .protocolViolation, .pluginNotice, .configured, .misconfigured,
            .settingsAnswered,
            .pluginManaged, .stopping, .swapBroker, .brokerLeft, .brokerFailed,
            .brokerFenced, .brokerFreed:
            preconditionFailure("it goes the ordinary way")
        }
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        if let value = value.only("market") {
            guard let update = MarketUpdate(wire: value) else { return nil }
            self = .market(update)
        } else if let value = value.only("execution") {
            guard let report = ExecutionReport(wire: value) else { return nil }
            self = .execution(report)
        } else if let value = value.only("wake") {
            guard value.fields?.isDone == true else { return nil }
            self = .wake
        } else if let value = value.only("cycle_due") {
            guard value.fields?.isDone == true else { return nil }
            self = .cycleDue
        } else if var fields = value.only("evaluated")?.fields {
            guard let cycle = fields.take("cycle")?.integer,
                let answers = fields.take("answers")?.array(of: PolicyAnswer.self), fields.isDone
            else { return nil }
            self = .evaluated(cycle: cycle, answers: answers)
        } else if var fields = value.only("order_answer")?.fields {
            guard let answer: OrderAnswer = fields.required("answer") else { return nil }
            let query = fields.optional("query") { $0.integer }
            guard fields.isDone else { return nil }
            self = .orderAnswer(answer: answer, query: query)
        } else if var fields = value.only("broker_state")?.fields {
            guard let state: BrokerState = fields.required("state") else { return nil }
            let query = fields.optional("query") { $0.integer }
            guard fields.isDone else { return nil }
            self = .brokerState(state: state, query: query)
        } else {
            return nil
        }
    }
}

extension PolicyAnswer: WireDirect {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("policy", policy)
        writer.field("recommendations", recommendations)
        writer.field("failure", failure)
        writer.field("left_out", leftOut)
        writer.endObject()
    }

    package init?(wire value: WireValue) {
        guard var fields = value.fields, let policy: PluginName = fields.required("policy"),
            let recommendations = fields.take("recommendations")?.array(of: Recommendation.self)
        else { return nil }
        let failure = fields.optional("failure") { $0.string }
        let leftOut = fields.optional("left_out") { $0.integer }
        guard fields.isDone else { return nil }
        self.init(policy: policy, recommendations: recommendations, failure: failure)
        self.leftOut = leftOut
    }
}
