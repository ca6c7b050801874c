import Trading

/// What was proposed to a person, and what they said.
///
/// Invariants:
/// 1. One proposal of a kind for each symbol. Another that differs by more than an order is worth replaces it, under another id.
/// 2. An approval covers what was proposed, and no more of it: no larger entry, no worse limit, and in all orders together
///    no more shares of a reduction.
/// 3. What nobody wants any more is forgotten, whatever was said of it.
package struct Approvals: Sendable, Hashable, Codable {
    private var proposals: [Symbol: [Proposal.Kind: Proposal]] = [:]

    package init() {}

    /// In order of symbol and kind.
    package var all: [Proposal] { proposals.inOrder.flatMap { $0.value.inOrder.map(\.value) } }

    /// Those that a person is to answer.
    package var pending: [Proposal] { all.filter { $0.verdict == .pending } }

    package subscript(symbol: Symbol, kind: Proposal.Kind) -> Proposal? { proposals[symbol]?[kind] }

    package subscript(id: ProposalID) -> Proposal? {
        self[id.symbol, id.kind].flatMap { $0.id == id ? $0 : nil }
    }

    /// It is wanted now.
    mutating func want(_ proposal: Proposal) {
        proposals[proposal.id.symbol, default: [:]][proposal.id.kind] = proposal
    }

    /// - Parameter until: the end of an approval.
    mutating func decide(_ id: ProposalID, _ verdict: Proposal.Verdict, until: Timestamp) {
        guard var proposal = self[id] else { return }
        (proposal.verdict, proposal.until) = (verdict, until)
        want(proposal)
    }

    /// So many shares of the position were traded to make it smaller, by whoever's wish.
    mutating func reduced(_ symbol: Symbol, by quantity: Quantity) {
        guard var proposal = self[symbol, .reduce] else { return }
        proposal.spend(quantity)
        want(proposal)
    }

    /// - Returns: those that nobody has answered, and that end.
    mutating func drop(where isOver: (Proposal) -> Bool) -> [Proposal] {
        let over = all.filter(isOver)
        for proposal in over {
            proposals[proposal.id.symbol]?[proposal.id.kind] = nil
            if proposals[proposal.id.symbol]?.isEmpty == true { proposals[proposal.id.symbol] = nil }
        }
        return over.filter { $0.verdict == .pending }
    }
}
