import Orchestration
import Trading
import Wire

/// The border of the journal: what others have written is made to fit before it becomes an input (I-BOUND-3).
extension Input {
    /// The same with every sentence that somebody else wrote cut and cleaned; names were checked before.
    var bounded: Input {
        switch self {
        case .started, .policyReady, .brokerReady, .providerReady, .cycleDue, .market, .history, .wake, .clockJumped,
            .brokerLeft, .brokerFenced:
            self
        case .brokerFreed(let name, let who, let why):
            .brokerFreed(name: name, who: who.sentence, why: why.sentence)
        case .policyGone(let name, let why): .policyGone(name: name, why: why.sentence)
        case .brokerGone(let name, let why): .brokerGone(name: name, why: why.sentence)
        case .providerGone(let name, let why): .providerGone(name: name, why: why.sentence)
        case .evaluated(let cycle, let answers): .evaluated(cycle: cycle, answers: answers.map(\.bounded))
        case .historyMissing(let provider, let why): .historyMissing(provider: provider, why: why.sentence)
        case .execution(let report): .execution(report.bounded)
        case .orderAnswer(let answer, let query): .orderAnswer(answer: answer.bounded, query: query)
        case .brokerState(let state, let query): .brokerState(state: state.bounded, query: query)
        case .cashMovement(let movement): .cashMovement(movement.bounded)
        case .executionCorrection(let correction): .executionCorrection(correction.bounded)
        case .brokerError(let name, let query, let why): .brokerError(name: name, query: query, why: why.sentence)
        case .commandNotSent(let command, let why): .commandNotSent(command: command, why: why.sentence)
        case .control(let control): .control(control.bounded)
        case .asked(let request): .asked(request.bounded)
        case .messageGap(let plugin, let what): .messageGap(plugin: plugin, what: what.sentence)
        case .protocolViolation(let plugin, let why): .protocolViolation(plugin: plugin, why: why.sentence)
        case .pluginNotice(let plugin, let what): .pluginNotice(plugin: plugin, what: what.sentence)
        case .configured(let change): .configured(change.bounded)
        case .misconfigured(let why): .misconfigured(why: why.sentence)
        case .settingsAnswered(let plugin, let refusal):
            .settingsAnswered(plugin: plugin, refusal: refusal.map(\.sentence))
        case .pluginManaged(let plugin, let what, let who, let why):
            .pluginManaged(plugin: plugin, what: what, who: who.sentence, why: why.sentence)
        case .stopping(let why): .stopping(why: why.sentence)
        case .swapBroker(let request):
            .swapBroker(SwapRequest(to: request.to, who: request.who.sentence, why: request.why.sentence))
        case .brokerFailed(let name, let why): .brokerFailed(name: name, why: why.sentence)
        }
    }
}

extension String {
    /// See ``SpokenLimits/sentence``.
    var sentence: String { foreign(atMost: SpokenLimits.sentence) }
}

extension Value {
    fileprivate func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}

/// What has a reason in somebody else's words.
private protocol Value {}
extension PolicyAnswer: Value {}
extension ExecutionReport: Value {}
extension OrderAnswer: Value {}
extension Order: Value {}
extension BrokerState: Value {}
extension CashMovement: Value {}
extension ExecutionCorrection: Value {}
extension Control: Value {}
extension PersonRequest: Value {}
extension Reconfiguration: Value {}

extension PolicyAnswer {
    fileprivate var bounded: PolicyAnswer {
        failure == nil ? self : with { $0.failure = failure?.sentence }
    }
}

extension ExecutionReport {
    fileprivate var bounded: ExecutionReport { reason == nil ? self : with { $0.reason = reason?.sentence } }
}

extension Order {
    fileprivate var bounded: Order { reason == nil ? self : with { $0.reason = reason?.sentence } }
}

extension OrderAnswer {
    fileprivate var bounded: OrderAnswer {
        with {
            $0.order = order?.bounded
            $0.executions = executions.map(\.bounded)
        }
    }
}

extension BrokerState {
    fileprivate var bounded: BrokerState {
        with {
            // Nearly no order has one, and there may be ten thousand.
            if openOrders.contains(where: { $0.reason != nil }) { $0.openOrders = openOrders.map(\.bounded) }
            $0.leftOut = leftOut?.map { row in
                LeftOutRow(
                    list: row.list, name: row.name, reason: row.reason, symbol: row.symbol,
                    clientOrderID: row.clientOrderID)
            }
            $0.cashMovements = cashMovements?.map(\.bounded)
        }
    }
}

extension CashMovement {
    fileprivate var bounded: CashMovement { reason == nil ? self : with { $0.reason = reason?.sentence } }
}

extension ExecutionCorrection {
    fileprivate var bounded: ExecutionCorrection { reason == nil ? self : with { $0.reason = reason?.sentence } }
}

extension Control {
    fileprivate var bounded: Control {
        with { ($0.who, $0.why) = (who.sentence, why.sentence) }
    }
}

extension PersonRequest {
    fileprivate var bounded: PersonRequest {
        with { ($0.who, $0.why) = (who.sentence, why.sentence) }
    }
}

extension Reconfiguration {
    fileprivate var bounded: Reconfiguration {
        with {
            $0.why = why.sentence
            $0.changes = Self.bounded(changes)
            $0.needsRestart = Self.bounded(needsRestart)
        }
    }

    private static func bounded(_ lines: [String]) -> [String] {
        guard lines.count > LoopLimits.changesTold else { return lines.map(\.sentence) }
        let kept = lines.prefix(LoopLimits.changesTold - 1).map(\.sentence)
        return kept + ["and \(lines.count - kept.count) more"]
    }
}
