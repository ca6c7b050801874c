import Trading

/// A person is asked, and answers.
extension Orchestrator {
    /// Nil when nobody has to be asked. What is only observed is not sent, whatever anybody says.
    var approvalGate: ApprovalGate? {
        let configuration = state.configuration
        guard configuration.approval != .none, !state.run.isObserving else { return nil }
        return ApprovalGate(
            mode: configuration.approval, expiry: configuration.approvalExpiry, approvals: state.approvals)
    }

    /// What policies want in this cycle; a person is told of what is new.
    mutating func propose(_ wanted: [Proposal]) {
        for proposal in wanted {
            let isNew = state.approvals[proposal.id] == nil
            state.approvals.want(proposal)
            if isNew { alert(.warning, proposal.id.symbol, .approvalNeeded(proposal)) }
        }
    }

    /// What nobody wants any more, or nobody has answered in time.
    mutating func dropUnwantedProposals(_ cycle: Int64) {
        let now = state.now
        let positions = state.portfolio.positions
        let over = state.approvals.drop { proposal in
            // An entry opens a position, everything else is about the one that was there.
            positions[proposal.id.symbol]?.openedAt != proposal.positionSince
                || (cycle - proposal.wantedInCycle >= CoreLimits.wishCycles
                    && now - proposal.wantedAt >= CoreLimits.shortestWish)
        }
        for proposal in over { alert(.notice, proposal.id.symbol, .approvalNotNeeded(proposal.id)) }
    }

    mutating func answerProposal(_ request: PersonRequest) {
        let now = state.now
        switch request.wish {
        case .approve(let id):
            state.approvals.decide(id, .approved(who: request.who), until: now + state.configuration.approvalExpiry)
        case .reject(let id):
            guard let until = state.approvals[id]?.until else { return }
            state.approvals.decide(id, .rejected(who: request.who), until: until)
        case .close, .part, .fraction, .stop, .target, .mode: break
        }
    }
}

extension CoreState {
    func objection(toAnswer id: ProposalID) -> PersonRefusal? {
        guard let proposal = approvals[id] else {
            return .noProposal(id, standing: approvals[id.symbol, id.kind]?.id)
        }
        guard proposal.verdict == .pending else { return .answeredAlready(proposal.verdict) }
        return now < proposal.until ? nil : .proposalExpired(id)
    }
}
