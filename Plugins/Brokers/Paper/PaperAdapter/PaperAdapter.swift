import PaperExchange
import PluginKit
import Trading

/// The paper broker: the exchange simulator behind the adapter's protocol, with its state on the disk.
package struct PaperAdapter: BrokerAdapter {
    private var exchange: PaperExchange
    /// Nil where nothing need outlive the process.
    private var log: VenueLog?
    package private(set) var highestEpoch: Int64

    package init(settings: PaperConfiguration, context: AdapterContext) throws {
        highestEpoch = 0
        if context.isEphemeral {
            exchange = try Self.exchange(settings, context)
            return
        }
        let log = try VenueLog(path: context.stateDirectory + "/paper-venue.log")
        let lines = try log.read()
        if lines.isEmpty {
            exchange = try Self.exchange(settings, context)
        } else {
            (exchange, highestEpoch) = try Self.replay(lines)
        }
        try log.begin(with: exchange, epoch: highestEpoch)
        self.log = log
    }

    private static func exchange(_ settings: PaperConfiguration, _ context: AdapterContext) throws -> PaperExchange {
        try settings.validate()
        guard settings.account == context.account else {
            throw SettingsError(
                "account: the paper account is \(settings.account), the core trades \(context.account)")
        }
        return try PaperExchange(settings, at: Timestamp(nanoseconds: 0))
    }

    private static func replay(_ lines: [VenueLog.Line]) throws -> (PaperExchange, Int64) {
        guard case .snapshot(var exchange, var epoch)? = lines.first else {
            throw SettingsError(
                "the venue's log does not begin with a snapshot; move it away to begin a new paper account")
        }
        for line in lines.dropFirst() {
            switch line {
            case .snapshot(let newer, let at): (exchange, epoch) = (newer, at)
            case .epoch(let seen): epoch = seen
            case .submit(let submission, let time): _ = try exchange.submit(submission, at: time)
            case .cancel(let id, let time): _ = try exchange.cancel(id, at: time)
            case .replace(let replacement, let time): _ = try exchange.replace(replacement, at: time)
            case .market(let update): _ = try exchange.apply(update)
            case .advance(let time): _ = try exchange.advance(to: time)
            }
        }
        // They are in the list.
        _ = exchange.takeMovements()
        return (exchange, epoch)
    }

    package var capabilities: BrokerCapabilities { exchange.capabilities }

    package mutating func fence(at epoch: Int64) throws {
        try log?.append(.epoch(epoch))
        highestEpoch = epoch
    }

    package mutating func handle(_ command: OrderCommand, at time: Timestamp) throws -> [BrokerMessage] {
        if let log, log.isLong { try log.begin(with: exchange, epoch: highestEpoch) }
        switch command {
        case .submit(let submission):
            try log?.append(.submit(submission, at: time))
            return told(try exchange.submit(submission, at: time))
        case .cancel(let id):
            try log?.append(.cancel(id, at: time))
            return told(try exchange.cancel(id, at: time))
        case .replace(let replacement):
            try log?.append(.replace(replacement, at: time))
            return told(try exchange.replace(replacement, at: time))
        case .query(let id): return [.answer(exchange.query(id))]
        case .reconcile: return [.state(try exchange.state(at: time))]
        }
    }

    package mutating func market(_ update: MarketUpdate) throws -> [BrokerMessage] {
        if let log, log.isLong { try log.begin(with: exchange, epoch: highestEpoch) }
        try log?.append(.market(update))
        return told(try exchange.apply(update))
    }

    /// Latencies that are over, day orders that expire. What changes no report is not written.
    package mutating func tick(at time: Timestamp) throws -> [BrokerMessage] {
        var next = exchange
        let reports = try next.advance(to: time)
        guard !reports.isEmpty || !next.movements.isEmpty else { return [] }
        try log?.append(.advance(to: time))
        exchange = next
        return told(reports)
    }

    /// With what came and went by no execution.
    private mutating func told(_ reports: [ExecutionReport]) -> [BrokerMessage] {
        reports.map { .execution($0) } + exchange.takeMovements().map { .cash($0) }
    }
}
