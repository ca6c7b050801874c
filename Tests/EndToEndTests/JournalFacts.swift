import Journal
import Node
import Orchestration
import SQLiteJournal
import Trading
import Wire

/// What a journal says: the core's state at its end, and what it has commanded.
struct JournalFacts {
    private(set) var state: CoreState
    private(set) var submitted: [ClientOrderID] = []
    private(set) var epochs: [Int64] = []
    private(set) var entries: [Entry] = []
    private(set) var swaps: [SwapProgress] = []
    /// Stretches in which a position had no stop.
    private(set) var unprotected: [UnprotectedTime] = []
    /// Positions of ours that differed from the broker's, and were adopted from it.
    private(set) var adopted: [Discrepancy] = []

    /// An order command or an execution, with its place.
    struct Entry {
        enum Content {
            case command(OrderCommand)
            case execution(ExecutionReport)
        }
        var sequence: Int64
        var at: Timestamp
        var content: Content
    }

    /// - Parameter onlyState: is enough to wait for calm.
    init(_ path: String, onlyState: Bool = false) throws {
        let reader = try SQLiteJournalReader(path: path)
        state = try Recovery.recover(from: reader).state
        guard !onlyState else { return }
        let decoder = WireDecoder()
        let beginnings =
            try reader.entries(type: "started", limit: 1_000_000)
            + reader.entries(type: "engage_broker", limit: 1_000_000)
        for entry in beginnings.sorted(by: { $0.sequence < $1.sequence }) {
            if entry.type == "engage_broker" {
                epochs.append(try decoder.decode(BrokerEngagement.self, from: entry.body, unknownFields: .refuse).epoch)
            } else if case .started(let start) = try decoder.decode(
                Input.self, from: entry.body, unknownFields: .refuse)
            {
                epochs.append(start.epoch)
            }
        }
        for entry in try reader.entries(type: "swap", limit: 1_000_000) {
            if case .swap(let told) = try decoder.decode(Record.self, from: entry.body, unknownFields: .refuse) {
                swaps.append(told)
            }
        }
        for entry in try reader.entries(type: "unprotected", limit: 1_000_000) {
            if case .unprotected(let time) = try decoder.decode(Record.self, from: entry.body, unknownFields: .refuse) {
                unprotected.append(time)
            }
        }
        for entry in try reader.entries(type: "command", limit: 1_000_000) {
            let command = try decoder.decode(OrderCommand.self, from: entry.body, unknownFields: .refuse)
            if case .submit(let submission) = command { submitted += submission.orders.map(\.clientOrderID) }
            entries.append(
                Entry(sequence: entry.sequence, at: Timestamp(nanoseconds: entry.at), content: .command(command)))
        }
        for entry in try reader.entries(type: "execution", limit: 1_000_000) {
            if case .execution(let report) = try decoder.decode(Input.self, from: entry.body, unknownFields: .refuse) {
                entries.append(
                    Entry(sequence: entry.sequence, at: Timestamp(nanoseconds: entry.at), content: .execution(report)))
            }
        }
        for entry in try reader.entries(type: "discrepancy", limit: 1_000_000) {
            guard
                case .discrepancy(let found) = try decoder.decode(Record.self, from: entry.body, unknownFields: .refuse),
                found.kind == .manualTrade || found.kind == .openingPosition
            else { continue }
            adopted.append(found)
        }
        entries.sort { $0.sequence < $1.sequence }
    }

    /// Nothing is under way, and every position has its stop.
    var isCalm: Bool {
        let orders = state.portfolio.orders
        return state.broker?.isReconciled == true && !state.protection.isAnyUnprotected
            && !orders.allWorking.contains { $0.status.isInFlight || $0.status == .accepted }
            && state.portfolio.positions.values.allSatisfy { position in
                let stops = orders.working(position.symbol).filter { $0.terms.type.isStop && $0.status == .new }
                return stops.reduce(0) { $0 + $1.leavesQuantity.units } == position.size.units
                    && !orders.working(position.symbol).contains { $0.terms.type == .market }
            }
    }
}
