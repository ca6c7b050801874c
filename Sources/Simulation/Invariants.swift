import Journal
import Orchestration
import Trading
import Wire

/// What must always hold, checked against the venue's truth after every event. The first violation ends the scenario.
final class Invariants {
    /// Which promise broke, and how.
    struct Violation {
        var promise: String
        var words: String
    }

    private let world: World
    private let venue: Venue
    private let scenario: Scenario
    private(set) var violation: Violation?
    private(set) var checks = 0
    var onViolation: () -> Void = {}

    private var flight = Flight()
    private var submitted: Set<ClientOrderID> = []
    private var arrived: Set<ClientOrderID> = []
    private var symbols: [ClientOrderID: Symbol] = [:]
    /// The most that each decision may take off, and what its orders took.
    private var mayReduce: [String: Int64] = [:]
    private var mayEnter: [String: Int64] = [:]
    private var reduced: [String: Int64] = [:]
    private var boughtByHand: [Symbol: Int64] = [:]
    /// Nanoseconds that a position was without a stop while everything worked.
    private var naked: [Symbol: Int64] = [:]
    private(set) var longestNaked: Int64 = 0

    /// While everything works, a position may be without its stop for so long beyond the core's own limit.
    static let nakedSlack = 90 * World.second

    init(_ world: World, _ venue: Venue, _ scenario: Scenario) {
        self.world = world
        self.venue = venue
        self.scenario = scenario
    }

    func fail(_ promise: String, _ words: String) {
        guard violation == nil else { return }
        violation = Violation(promise: promise, words: words)
        onViolation()
    }

    // MARK: - At the venue

    /// P1, after every change: exits on offer never exceed what is held.
    func venueChanged(_ symbol: Symbol) {
        checks += 1
        let held = venue.held(symbol).units
        for side in [Side.sell, .buy] {
            let most = side == .sell ? max(0, held) : max(0, -held)
            let offered = venue.offered(symbol, side)
            // A person's own purchase is no exit of ours.
            guard offered > most, side == venue.exitSide(symbol) || offered > byHand(symbol, side) else { continue }
            fail(
                "P1", "\(symbol): \(Quantity(units: offered)) on offer to \(side.rawValue), \(venue.held(symbol)) held")
        }
    }

    private func byHand(_ symbol: Symbol, _ side: Side) -> Int64 {
        venue.resting(symbol).filter { $0.order.terms.role == .foreign && $0.order.terms.side == side }
            .reduce(0) { $0 + $1.order.leavesQuantity.units }
    }

    /// An order arrives once; nobody sends it again.
    func arrives(_ command: OrderCommand) {
        guard case .submit(let submission) = command else { return }
        for order in submission.orders where !arrived.insert(order.clientOrderID).inserted {
            fail("P4", "\(order.clientOrderID) arrived at the broker twice")
        }
    }

    /// A decision's orders take off, or open, no more than it decided: nothing is doubled.
    func filled(_ report: ExecutionReport) {
        guard let order = venue.orders[report.clientOrderID]?.order, let quantity = report.quantity else { return }
        if order.terms.role == .foreign {
            boughtByHand[order.symbol, default: 0] += quantity.units
            return
        }
        guard order.terms.role == .reduce || order.terms.role == .entry,
            let decision = Self.decision(of: report.clientOrderID)
        else { return }
        reduced[decision, default: 0] += quantity.units
        let table = order.terms.role == .entry ? mayEnter : mayReduce
        let most = (table[decision] ?? .max / 2) + (boughtByHand[order.symbol] ?? 0)
        let done = reduced[decision] ?? 0
        if done > most {
            fail(
                "P7",
                "decision \(decision) \(order.terms.role.rawValue)s \(Quantity(units: most)), and its orders did \(Quantity(units: done))"
            )
        }
    }

    /// `bb<first start>.<cycle>.<symbol>.<step>` -> `<cycle>.<symbol>`.
    private static func decision(of id: ClientOrderID) -> String? {
        let parts = id.text.split(separator: ".")
        return parts.count >= 4 ? parts[1...2].joined(separator: ".") : nil
    }

    // MARK: - At the core's door

    func coreSends(_ command: OrderCommand, body: [UInt8], journal: SimulatedJournal) {
        checks += 1
        if !journal.commands.contains(body) { fail("P3", "not durable and sent: \(command.words)") }
        if case .submit(let submission) = command {
            for order in submission.orders {
                symbols[order.clientOrderID] = order.symbol
                if !submitted.insert(order.clientOrderID).inserted {
                    fail("P4", "\(order.clientOrderID) was sent twice")
                }
            }
        }
        let symbol = command.orderIDs.first.flatMap { symbols[$0] ?? venue.orders[$0]?.order.symbol }
        if let why = flight.depart(command, symbol: symbol) { fail("P2", why) }
    }

    func coreHears(_ word: SimulatedAdapter.BrokerWord) {
        switch word {
        case .execution(let report): flight.hear(report)
        case .answer(let answer): flight.hear(answer)
        case .state: flight.hearState()
        }
    }

    func connectionEnds() { flight.forgetAll() }

    func coreRecords(_ record: Record) {
        guard case .decision(let decision) = record else { return }
        let key = decision.id.text
        let held = Int64(decision.facts.quantity.units.magnitude)
        if let limit = decision.plan.quantityLimit { mayReduce[key] = max(0, held - limit.units) }
        if let entry = decision.plan.entry { mayEnter[key] = entry.quantity.units }
    }

    // MARK: - P5

    /// Called every second with whether core, adapter and broker are at work together.
    func watch(isHealthy: Bool, limit: TimeSpan, span: Int64) {
        for symbol in scenario.symbols {
            let held = venue.held(symbol)
            let size = venue.capabilities.tradable(Quantity(units: Int64(held.units.magnitude)))
            let isLeaving = venue.resting(symbol).contains { $0.order.terms.type == .market }
            guard isHealthy, size.isPositive, venue.protected(symbol) < size.units, !isLeaving else {
                naked[symbol] = 0
                continue
            }
            naked[symbol, default: 0] += span
            longestNaked = max(longestNaked, naked[symbol] ?? 0)
            if naked[symbol] ?? 0 > limit.nanoseconds + Self.nakedSlack {
                fail(
                    "P5",
                    "\(held) \(symbol) without a full stop for \((naked[symbol] ?? 0) / World.second) s while everything works"
                )
            }
        }
    }
}
