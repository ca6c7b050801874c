import Journal
import Orchestration
import Trading
import Wire

/// Inputs and effects as journal entries: a type, a canonical JSON body, and the keys under which `explain` finds them.
package struct EntryCodec {
    struct Coded {
        var type: String
        var body: [UInt8]
        var mentions: [String]
    }

    /// Types of the effects that leave the core and have consequences.
    static let commandTypeNames: Set<String> = ["command", "configure", "dismiss_broker", "engage_broker"]
    /// Those of the effects that are no record of the core about itself.
    fileprivate static let unrecordedTypeNames = commandTypeNames.union(["evaluate", "wake_at"])

    private let encoder = WireEncoder()
    private let decoder = WireDecoder(maximumBytes: JournalLimits.bodyBytes)

    package init() {}

    func encode(_ input: Input) throws -> Coded {
        Coded(type: input.typeName, body: try encoder.encode(input), mentions: input.mentions)
    }

    package func decodeInput(_ body: [UInt8]) throws -> Input {
        try decoder.decode(Input.self, from: body, unknownFields: .refuse)
    }

    package func decodeRecord(_ body: [UInt8]) throws -> Record {
        try decoder.decode(Record.self, from: body, unknownFields: .refuse)
    }

    func encode(_ snapshot: PortfolioSnapshot) throws -> [UInt8] { try encoder.encode(snapshot) }
    func encode(_ state: CoreState) throws -> [UInt8] { try encoder.encode(state) }
    func encode(_ version: JournalVersion) throws -> [UInt8] { try encoder.encode(version) }

    /// The body that is journaled, and the snapshot's bytes where the effect carries one: those are sent as they are, and
    /// stand in the journal by their SHA-256, since they follow from the inputs.
    func encode(_ effect: Effect) throws -> (entry: Coded, snapshot: [UInt8]?) {
        switch effect {
        case .evaluate(let cycle, let policies, let budget, let snapshot):
            let bytes = try encoder.encode(snapshot)
            let body = EvaluateEntry(
                cycle: cycle, policies: policies, budget: budget, snapshotBytes: bytes.count,
                snapshotSHA256: ChainHash(digestOf: bytes).description)
            return (Coded(type: "evaluate", body: try encoder.encode(body), mentions: ["cycle:\(cycle)"]), bytes)
        case .command(let approved):
            return (
                Coded(
                    type: "command", body: try encoder.encode(approved.command), mentions: approved.command.mentions),
                nil
            )
        case .configure(let settings):
            return (Coded(type: "configure", body: try encoder.encode(settings), mentions: []), nil)
        case .dismissBroker(let name):
            return (Coded(type: "dismiss_broker", body: try encoder.encode(name), mentions: []), nil)
        case .engageBroker(let engagement):
            return (Coded(type: "engage_broker", body: try encoder.encode(engagement), mentions: []), nil)
        case .wake(let time):
            return (Coded(type: "wake_at", body: try encoder.encode(time), mentions: []), nil)
        case .record(let record):
            return (
                Coded(type: record.typeName, body: try encoder.encode(record), mentions: record.mentions), nil
            )
        }
    }
}

private struct EvaluateEntry: Encodable {
    var cycle: Int64
    var policies: [PluginName]
    var budget: TimeSpan
    var snapshotBytes: Int
    var snapshotSHA256: String
}

// MARK: - Names and mentions

extension Input {
    var isAnswers: Bool {
        if case .evaluated = self { return true }
        return false
    }

    var typeName: String {
        switch self {
        case .started: "started"
        case .policyReady: "policy_ready"
        case .policyGone: "policy_gone"
        case .brokerReady: "broker_ready"
        case .brokerGone: "broker_gone"
        case .providerReady: "provider_ready"
        case .providerGone: "provider_gone"
        case .cycleDue: "cycle_due"
        case .evaluated: "evaluated"
        case .market: "market"
        case .history: "history"
        case .historyMissing: "history_missing"
        case .execution: "execution"
        case .orderAnswer: "order_answer"
        case .brokerState: "broker_state"
        case .cashMovement: "cash_movement"
        case .executionCorrection: "execution_correction"
        case .commandNotSent: "command_not_sent"
        case .brokerError: "broker_error"
        case .control: "control"
        case .asked: "asked"
        case .wake: "wake"
        case .messageGap: "message_gap"
        case .clockJumped: "clock_jumped"
        case .protocolViolation: "protocol_violation"
        case .pluginNotice: "plugin_notice"
        case .configured: "configured"
        case .misconfigured: "misconfigured"
        case .settingsAnswered: "settings_answered"
        case .pluginManaged: "plugin_managed"
        case .stopping: "stopping"
        case .swapBroker: "swap_broker"
        case .brokerLeft: "broker_left"
        case .brokerFailed: "broker_failed"
        case .brokerFenced: "broker_fenced"
        case .brokerFreed: "broker_freed"
        }
    }

    var mentions: [String] {
        switch self {
        case .evaluated(let cycle, _): ["cycle:\(cycle)"]
        case .execution(let report): ["order:\(report.clientOrderID)"]
        case .orderAnswer(let answer, _): ["order:\(answer.clientOrderID)"]
        case .executionCorrection(let correction): ["order:\(correction.clientOrderID)"]
        case .commandNotSent(let command, _): command.mentions
        case .started, .policyReady, .policyGone, .brokerReady, .brokerGone, .providerReady, .providerGone, .cycleDue,
            .market, .history, .historyMissing, .brokerState, .cashMovement, .brokerError, .control, .asked, .wake,
            .messageGap, .clockJumped, .protocolViolation,
            .pluginNotice,
            .configured,
            .misconfigured,
            .settingsAnswered, .pluginManaged, .stopping, .swapBroker, .brokerLeft, .brokerFailed,
            .brokerFenced, .brokerFreed:
            []
        }
    }
}

extension OrderCommand {
    var mentions: [String] {
        switch self {
        case .submit(let submission): submission.orders.map { "order:\($0.clientOrderID)" }
        case .cancel(let id), .query(let id): ["order:\(id)"]
        case .replace(let replacement): ["order:\(replacement.clientOrderID)"]
        case .reconcile: []
        }
    }
}

extension Record {
    /// The type under which the journal keeps it.
    package var typeName: String {
        switch self {
        case .cycleStarted: "cycle_started"
        case .policiesAnswered: "policies_answered"
        case .decision: "decision"
        case .portfolio: "portfolio"
        case .dispositions: "dispositions"
        case .action: "action"
        case .waiting: "waiting"
        case .order: "order"
        case .unprotected: "unprotected"
        case .outcome: "outcome"
        case .discrepancy: "discrepancy"
        case .corporateAction: "corporate_action"
        case .cash: "cash"
        case .correction: "correction"
        case .tradingState: "trading_state"
        case .swap: "swap"
        case .alert: "alert"
        }
    }

    var mentions: [String] {
        switch self {
        case .cycleStarted(let start): ["cycle:\(start.cycle)"]
        case .policiesAnswered(let cycle, _): ["cycle:\(cycle)"]
        case .decision(let decision):
            ["decision:\(decision.id)", "cycle:\(decision.cycle)", "symbol:\(decision.symbol)"]
        case .portfolio(let decision): ["cycle:\(decision.cycle)"]
        case .dispositions(let told): ["cycle:\(told.cycle)", "symbol:\(told.symbol)"]
        case .action(let step):
            ["decision:\(step.decision)", "symbol:\(step.symbol)"] + step.orders.map { "order:\($0)" }
        case .waiting(let waiting):
            ["symbol:\(waiting.symbol)"] + (waiting.decision.map { ["decision:\($0)"] } ?? [])
        case .order(let change): ["order:\(change.order)", "symbol:\(change.symbol)"]
        case .unprotected(let time): ["symbol:\(time.symbol)"]
        case .outcome(let outcome): ["decision:\(outcome.decision)", "symbol:\(outcome.symbol)"]
        case .discrepancy(let discrepancy):
            ["symbol:\(discrepancy.symbol)"] + (discrepancy.order.map { ["order:\($0)"] } ?? [])
        case .corporateAction(let action, _): ["symbol:\(action.symbol)"]
        case .cash(let movement, _): movement.symbol.map { ["symbol:\($0)"] } ?? []
        case .correction(let correction): ["order:\(correction.order)", "symbol:\(correction.symbol)"]
        case .tradingState, .swap: []
        case .alert(let alert): alert.symbol.map { ["symbol:\($0)"] } ?? []
        }
    }
}

extension JournalEntry {
    /// A record of the core about itself, also of a type that other versions write and this one does not know.
    package var isRecord: Bool { kind == .effect && !EntryCodec.unrecordedTypeNames.contains(type) }
}
