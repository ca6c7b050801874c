/// The portfolio as a whole: what it is exposed to, how it hangs together, how it has fared.
package struct PortfolioView: Sendable, Hashable, Codable {
    /// Market values without their signs, as a share of equity.
    package var grossWeight: Ratio
    /// Longs less shorts, as a share of equity.
    package var netWeight: Ratio
    /// The largest position's share of equity.
    package var largestWeight: Ratio
    /// Herfindahl-Hirschman index: the sum of the squared shares of the gross exposure, from 1/n to 1; 0 when nothing is
    /// held (Hirschman, The Paternity of an Index, American Economic Review 54, 1964).
    package var concentration: Ratio
    /// What is lost, as a share of equity, when every resting stop is hit at its price; a position without one counts in
    /// full.
    package var openRisk: Ratio
    /// Fall of equity from its peak, as a share of the peak.
    package var drawdown: Ratio
    /// Profit of the day as a share of the equity that it began with.
    package var dayReturn: Ratio
    /// Sorted by name; positions without a sector are not in it.
    package var sectors: [SectorView]
    package var correlation: CorrelationView?

    package init(
        grossWeight: Ratio, netWeight: Ratio, largestWeight: Ratio, concentration: Ratio, openRisk: Ratio,
        drawdown: Ratio, dayReturn: Ratio, sectors: [SectorView], correlation: CorrelationView? = nil
    ) {
        self.grossWeight = grossWeight
        self.netWeight = netWeight
        self.largestWeight = largestWeight
        self.concentration = concentration
        self.openRisk = openRisk
        self.drawdown = drawdown
        self.dayReturn = dayReturn
        self.sectors = sectors
        self.correlation = correlation
    }
}

/// All positions of one sector together.
package struct SectorView: Sendable, Hashable, Codable {
    package var name: String
    /// Gross, as a share of equity.
    package var grossWeight: Ratio
    /// Longs less shorts.
    package var netWeight: Ratio
    package var symbols: [Symbol]

    package init(name: String, grossWeight: Ratio, netWeight: Ratio, symbols: [Symbol]) {
        self.name = name
        self.grossWeight = grossWeight
        self.netWeight = netWeight
        self.symbols = symbols
    }
}

/// Something that happened, for policies that learn from it.
package struct HistoryItem: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case decision
        case outcome
        case tradingState = "trading_state"
        case difference
        case emergency
    }
    package var at: Timestamp
    package var kind: Kind
    package var symbol: Symbol?
    /// The decision that it belongs to.
    package var decision: DecisionID?
    package var words: String
    /// Profit that was locked in; of outcomes.
    package var lockedIn: Money?

    package init(
        at: Timestamp, kind: Kind, symbol: Symbol?, decision: DecisionID?, words: String, lockedIn: Money? = nil
    ) {
        self.at = at
        self.kind = kind
        self.symbol = symbol
        self.decision = decision
        self.words = words
        self.lockedIn = lockedIn
    }
}

/// A policy's figure for the others, as the core has taken it.
package struct Advisory: Sendable, Hashable, Codable {
    package var policy: PluginName
    package var symbol: Symbol?
    package var name: String
    package var value: Ratio
    package var reason: String
    package var at: Timestamp
    package var validUntil: Timestamp

    package init(
        policy: PluginName, symbol: Symbol?, name: String, value: Ratio, reason: String, at: Timestamp,
        validUntil: Timestamp
    ) {
        self.policy = policy
        self.symbol = symbol
        self.name = name
        self.value = value
        self.reason = reason
        self.at = at
        self.validUntil = validUntil
    }
}
