import Trading

/// How far a symbol is handed to BigBrother.
package enum SymbolMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// Policies decide about it.
    case managed
    /// It gets a stop, and nothing else: no exit, no part sold, no target, no entry by a policy.
    case protected
    /// It stays as it is: what rests for it is kept, and no policy changes it.
    case frozen
    /// Nothing is sent for it. What rests stays.
    case watched

    /// Whether a policy's advice may become part of its plan.
    func permits(_ priority: PriorityClass) -> Bool {
        switch self {
        case .managed: true
        case .protected: priority == .protection || priority == .none
        case .frozen, .watched: priority == .none
        }
    }
}

/// What a person asks for one symbol, or for all that is held.
package struct PersonRequest: Sendable, Hashable, Codable {
    package enum Wish: Sendable, Hashable, Codable {
        /// Close the position at market.
        case close
        /// Sell so many shares of a long position, buy back so many of a short one.
        case part(Quantity)
        /// The same by its share of the position, above 0 and at most 1.
        case fraction(Ratio)
        /// A protective stop at this price; a looser one than before is taken, too.
        case stop(Price)
        /// A limit order that takes the profit.
        case target(Price)
        case mode(SymbolMode)
        /// What a policy wants may be done.
        case approve(ProposalID)
        /// It may not.
        case reject(ProposalID)
    }

    /// Nil: all that is held; of modes only.
    package var symbol: Symbol?
    package var wish: Wish
    package var who: String
    package var why: String

    package init(symbol: Symbol?, wish: Wish, who: String, why: String) {
        (self.symbol, self.wish, self.who, self.why) = (symbol, wish, who, why)
    }

    /// It answers a proposal.
    package var isAnswer: Bool {
        switch wish {
        case .approve, .reject: true
        case .close, .part, .fraction, .stop, .target, .mode: false
        }
    }
}

/// Why a person's request cannot be taken.
package enum PersonRefusal: Error, Sendable, Hashable {
    case notHeld(Symbol)
    /// So much is held.
    case tooMuch(Quantity, of: Quantity)
    /// Below one step of what the broker trades.
    case tooSmall(Quantity)
    case noFraction(Ratio)
    /// The market is through it: it would trade at once.
    case throughMarket(Price, market: Price)
    case noPrice(Symbol)
    case notPositive
    case watched(Symbol)
    /// The core observes: nothing is sent, and nothing is kept for a run that trades.
    case observing
    case namesNoSymbol
    /// Another of its kind may stand in its place.
    case noProposal(ProposalID, standing: ProposalID?)
    case answeredAlready(Proposal.Verdict)
    case proposalExpired(ProposalID)
}
