import PaperAdapter
import PaperExchange
import PluginKit
import Trading

/// The paper venue with fewer capabilities: no groups and no replacements, as many brokers have it. It keeps the same file
/// as `paper`, and so trades the same account: to try what becomes of working orders when one is swapped for the other.
package struct PlainPaperAdapter: BrokerAdapter {
    private var paper: PaperAdapter

    package init(settings: PaperConfiguration, context: AdapterContext) throws {
        paper = try PaperAdapter(settings: settings, context: context)
    }

    package var capabilities: BrokerCapabilities {
        var plain = paper.capabilities
        plain.groups = []
        plain.replacesPrice = false
        plain.replacesQuantity = false
        return plain
    }

    package var highestEpoch: Int64 { paper.highestEpoch }
    package mutating func fence(at epoch: Int64) throws { try paper.fence(at: epoch) }

    package mutating func handle(_ command: OrderCommand, at time: Timestamp) throws -> [BrokerMessage] {
        switch command {
        case .submit(let submission) where submission.groupID != nil:
            return submission.orders.map { refuse($0.clientOrderID, .rejected, "no groups here", at: time) }
        case .replace(let replacement):
            return [refuse(replacement.clientOrderID, .replaceRejected, "no replacements here", at: time)]
        case .submit, .cancel, .query, .reconcile: return try paper.handle(command, at: time).map(withoutGroups)
        }
    }

    package mutating func market(_ update: MarketUpdate) throws -> [BrokerMessage] {
        try paper.market(update).map(withoutGroups)
    }

    package mutating func tick(at time: Timestamp) throws -> [BrokerMessage] {
        try paper.tick(at: time).map(withoutGroups)
    }

    private func refuse(_ id: ClientOrderID, _ event: OrderEvent, _ why: String, at time: Timestamp) -> BrokerMessage {
        .execution(ExecutionReport(clientOrderID: id, event: event, reason: why, at: time))
    }

    /// What this adapter does not support it does not report either.
    private func withoutGroups(_ message: BrokerMessage) -> BrokerMessage {
        func plain(_ order: Order) -> Order {
            var order = order
            order.groupID = nil
            order.groupKind = nil
            return order
        }
        switch message {
        case .execution, .cash, .correction: return message
        case .answer(var answer):
            answer.order = answer.order.map(plain)
            return .answer(answer)
        case .state(var state):
            state.openOrders = state.openOrders.map(plain)
            return .state(state)
        }
    }
}
