import AlpacaAPI

extension Alpaca.Trade {
    /// Whether its price is one at which the market is now. Odd lots, averages, trades of before, prices by contract and prices of
    /// other terms are none; the codes are those of the tapes (CTA and UTP specifications, "Sale Conditions"). What was
    /// canceled or corrected is none either.
    package var isOfMarket: Bool {
        guard price.isPositive, update == nil || update == "corrected" else { return false }
        let excluded = tape == "C" || tape == "O" ? Self.excludedOfUTP : Self.excludedOfCTA
        return !(conditions ?? []).contains { excluded.contains($0) }
    }

    /// Cash, odd lot, next day, prior reference, official close and open, seller, out of sequence, contingent, average, derivatively
    /// priced, qualified contingent, price variation.
    private static let excludedOfBoth: Set<String> = [
        "C", "I", "N", "P", "M", "Q", "R", "U", "V", "Z", "4", "7", "H",
    ]
    /// `B` is an average price here.
    private static let excludedOfCTA = excludedOfBoth.union(["B"])
    /// `W` is the average price; bunched trades out of sequence, stopped stock out of sequence.
    private static let excludedOfUTP = excludedOfBoth.union(["W", "G", "3"])
}

/// What a status says of a symbol, by the codes of its tape.
package enum HaltChange: Equatable, Sendable {
    case halted
    case resumed
    /// An indication, an imbalance, a restriction of short sales: it is traded as before. Quotations that resume too, trading
    /// follows.
    case none

    package init(_ status: Alpaca.TradingStatus) {
        switch (status.tape, status.statusCode) {
        case ("A", "2"), ("B", "2"): self = .halted
        case ("A", "3"), ("B", "3"): self = .resumed
        case ("A", _), ("B", _): self = .none
        // A volatility pause (LULD) is P.
        case (_, "H"), (_, "P"): self = .halted
        case (_, "T"): self = .resumed
        default: self = .none
        }
    }
}
