import Orchestration
import Trading

/// A person who is asked, and the broker's cash desk (seeds from ``Scenario/seventhEdition`` on).
extension Simulator {
    /// Says yes after a moment; now and then late, no, or nothing.
    func askPerson(_ proposal: Proposal) {
        guard scenario.isSeventhEdition, case .enter(let entry) = proposal.change else { return }
        let symbol = proposal.id.symbol
        invariants.personIsAsked(about: symbol)
        var (seconds, isYes): (Int64, Bool) = (2, true)
        if faults.hits(.approvals, 100) {
            switch faults.between(.approvals, 0, 3) {
            case 0: return
            case 1: isYes = false
            default: seconds = faults.between(.approvals, 5, 150)
            }
        }
        world.after(seconds * World.second) { [unowned self] in
            guard !isOver, let transport, !transport.isDead, let core = node?.core.state else { return }
            if isYes, let standing = core.approvals[proposal.id], standing.verdict == .pending,
                core.now < standing.until
            {
                invariants.personApproves(entry, symbol, for: core.configuration.approvalExpiry, at: core.now)
            }
            say(isYes ? "approve" : "reject", proposal: "\(proposal.id)")
        }
    }

    /// Fees, interest, taxes, and what is paid in or out: with an id, listed at once or later, told beside the list or not, and
    /// put right now and then.
    func moveCash() {
        let kind = faults.pick(.cashMovements, [CashMovement.Kind.fee, .interest, .tax, .deposit, .withdrawal])
        let most = max(0, venue.cash.units - 5_000_000 * Money.scale)
        let cents = faults.between(.cashMovements, 1, 500_000) * (Money.scale / 100)
        let percent = faults.between(.cashMovements, 1, 50)
        let units: Int64 =
            switch kind {
            case .fee, .tax, .other, .dividend: -cents
            case .interest: cents
            case .deposit: venue.cash.units / 100 * percent
            case .withdrawal: -(most / 100 * percent)
            }
        guard units != 0 else { return }
        let movement = venue.book(
            kind, Money(units: units), listedAfter: faults.pick(.cashMovements, [0, 0, 5, 60]) * World.second)
        story("\(kind.rawValue) \(movement.id): \(movement.amount)")
        tell(movement)
        guard faults.between(.cashMovements, 0, 4) == 0 else { return }
        world.after(faults.between(.cashMovements, 20, 120) * World.second) { [unowned self] in
            guard !isOver, faults.isStorm else { return }
            let right = venue.correct(movement.id, to: Money(units: units / 2))
            story("it was \(right.amount), of \(right.id)")
            connected.tell(right)
        }
    }

    private func tell(_ movement: CashMovement) {
        switch faults.between(.cashMovements, 0, 3) {
        case 0: break
        case 1: connected.tell(movement)
        case 2: for _ in 0..<2 { connected.tell(movement) }
        default:
            world.after(faults.between(.cashMovements, 5, 120) * World.second) { [unowned self] in
                // Told as it is by then.
                if !isOver, let now = venue.movement(movement.id) { connected.tell(now) }
            }
        }
    }
}
