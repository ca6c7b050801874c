import Orchestration
import Trading
import Wording

/// What the checks of the seventh edition remember.
struct AskedPerson {
    /// The last entry of each symbol that a person has approved, and until when that holds.
    fileprivate var approved: [Symbol: Approval] = [:]
    /// The wall's clock was set back: a core that starts anew cannot know how long it was gone.
    fileprivate var isClockBack = false
    /// Movements of cash that the core has taken into its books.
    fileprivate var taken: Set<CashMovementID> = []
    /// Those that it has taken for a part of the first figures; that may turn out to be wrong once.
    fileprivate var before: Set<CashMovementID> = []
}

private struct Approval {
    let entry: Entry
    /// Nanoseconds of the scenario.
    let until: Int64
    /// By the core's clock.
    let endsAt: Timestamp
}

extension Invariants {
    func clockIsSetBack() { person.isClockBack = true }

    /// Another question is open: what was approved before was another thing.
    func personIsAsked(about symbol: Symbol) { person.approved[symbol] = nil }

    func personApproves(_ entry: Entry, _ symbol: Symbol, for span: TimeSpan, at coreTime: Timestamp) {
        person.approved[symbol] = Approval(entry: entry, until: world.now + span.nanoseconds, endsAt: coreTime + span)
    }

    /// The core's clock may be a little behind, or a command may be on its way.
    private static let approvalSlack = 2 * World.second

    /// E8: nothing is entered that a person was to approve and has not, no more of it, at no worse a price, and not when the
    /// approval is over.
    func checkApproval(_ order: NewOrder, _ core: CoreState) {
        guard core.configuration.approval != .none, order.role == .entry else { return }
        guard let approval = person.approved[order.symbol] else {
            return fail("E8", "\(order.words), which nobody has approved")
        }
        let (entry, until) = (approval.entry, approval.until)
        let isWorse =
            entry.limitPrice.map { most in
                order.limitPrice.map { order.side == .buy ? $0 > most : $0 < most } ?? true
            } ?? false
        if order.side != entry.side || order.quantity > entry.quantity || isWorse {
            return fail("E8", "\(order.words); approved was \(entry.side.rawValue) \(entry.quantity)")
        }
        guard world.now > until + Self.approvalSlack, !person.isClockBack || core.now > approval.endsAt else { return }
        fail("E8", "\(order.words); the approval was over \((world.now - until) / World.second) s ago")
    }

    /// P9: nothing is entered in a pause after losses.
    func checkPause(_ order: NewOrder, _ core: CoreState) {
        guard order.role == .entry, let pause = core.losses.pause(at: core.now) else { return }
        fail("P9", "\(order.words), and entries pause after losses (\(pause.cause.kind.rawValue))")
    }

    /// E3: a movement of cash is booked once, by its id.
    func checkCash(_ record: Record) {
        guard case .cash(let movement, let done) = record else { return }
        switch done {
        case .corrected: return
        case .wasThereBefore:
            guard !person.before.insert(movement.id).inserted || person.taken.contains(movement.id) else { return }
            fail("E3", "\(movement.kind.rawValue) \(movement.id) of \(movement.amount) was told before")
        case .booked, .wasInCash:
            guard !person.taken.insert(movement.id).inserted else { return }
            fail("E3", "\(movement.kind.rawValue) \(movement.id) of \(movement.amount) is booked once more")
        }
    }
}
