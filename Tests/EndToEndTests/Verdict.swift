import Orchestration
import Trading

@testable import PaperExchange

/// What is wrong when the journal and the venue's own history lie side by side after calm.
struct Verdict {
    private(set) var offences: [String]

    init(_ journal: JournalFacts, _ venue: VenueHistory) {
        offences = venue.offences
        orders(journal, venue)
        epochs(journal, venue)
        positions(journal, venue)
        books(journal, venue)
        executions(journal, venue)
    }

    private mutating func expect(_ isSo: Bool, _ what: @autoclosure () -> String) {
        if !isSo { offences.append(what()) }
    }

    /// P3, P4: the venue got nothing that is not in the journal, and nothing twice.
    private mutating func orders(_ journal: JournalFacts, _ venue: VenueHistory) {
        let commanded = Set(journal.submitted)
        expect(commanded.count == journal.submitted.count, "the journal names an order twice")
        var seen = Set<ClientOrderID>()
        for order in venue.submissions.flatMap(\.orders) {
            expect(commanded.contains(order.clientOrderID), "\(order.clientOrderID) is at the venue and in no journal")
            expect(seen.insert(order.clientOrderID).inserted, "\(order.clientOrderID) was submitted twice")
        }
        for reason in venue.rejections where reason.contains("insufficient qty") || reason.contains("unique") {
            expect(false, "the venue had to refuse \(reason)")
        }
    }

    /// P8: each start is an epoch of its own, and the venue never saw an older one again.
    private mutating func epochs(_ journal: JournalFacts, _ venue: VenueHistory) {
        for (name, epochs) in [("journal", journal.epochs), ("venue", venue.epochs)] {
            expect(zip(epochs, epochs.dropFirst()).allSatisfy { $0 < $1 }, "epochs of the \(name): \(epochs)")
        }
        expect(Set(venue.epochs).isSubset(of: journal.epochs), "the venue saw an epoch that no start had")
    }

    private mutating func positions(_ journal: JournalFacts, _ venue: VenueHistory) {
        let control = journal.state.control
        expect(control.state == .active, "trading is \(control.state.rawValue): \(control.why)")
        let ours = journal.state.portfolio.positions.mapValues(\.quantity)
        let theirs = Dictionary(
            uniqueKeysWithValues: venue.exchange.holdings.entries.map { ($0.symbol, $0.value.quantity) })
        expect(ours == theirs, "positions: ours \(ours), the venue's \(theirs)")
        let cash = journal.state.portfolio.account?.cash
        expect(cash == venue.exchange.cash, "cash: ours \(cash ?? .zero), the venue's \(venue.exchange.cash)")
        // What the account began with is adopted once; after that our own books keep step with every execution.
        let adopted = journal.adopted.map(\.symbol)
        expect(Set(adopted).count == adopted.count, "positions had to be adopted: \(journal.adopted)")
        for (symbol, quantity) in theirs {
            let covered = venue.protected(symbol)
            expect(
                covered.units.magnitude == quantity.units.magnitude,
                "\(symbol): \(quantity) held, \(covered) under a stop")
        }
    }

    private mutating func books(_ journal: JournalFacts, _ venue: VenueHistory) {
        let ours = Dictionary(uniqueKeysWithValues: journal.state.portfolio.orders.allWorking.map { ($0.id, $0) })
        let theirs = venue.exchange.book.workingSequences().map { venue.exchange.book[$0].order }
        expect(ours.count == theirs.count, "working orders: ours \(ours.keys), the venue's \(theirs.map(\.id))")
        for order in theirs {
            guard let mine = ours[order.id] else { continue }
            let (here, there) = (Self.words(mine), Self.words(order))
            expect(here == there, "\(order.id): here \(here), at the venue \(there)")
        }
    }

    private static func words(_ order: Order) -> String {
        "\(order.words), \(order.status.rawValue), \(order.leavesQuantity) open"
    }

    /// Each execution is in our books once: no order is filled by more or less here than there.
    private mutating func executions(_ journal: JournalFacts, _ venue: VenueHistory) {
        expect(Set(venue.executions).count == venue.executions.count, "an execution id came twice")
        for order in journal.state.portfolio.orders.orders.values.sorted(by: { $0.id < $1.id }) {
            let theirs = venue.exchange.book.order(order.id)?.order
            expect(
                theirs?.filledQuantity ?? .zero == order.filledQuantity,
                "\(order.id): filled \(order.filledQuantity) here, \(theirs?.filledQuantity ?? .zero) at the venue")
        }
    }
}
