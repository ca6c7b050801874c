/// The portfolio as a whole: what it is exposed to, how it hangs together, how it has fared.
public struct PortfolioView: Sendable, Hashable, Codable {
    /// Market values without their signs, as a share of equity.
    public var grossWeight: Ratio
    /// Longs less shorts, as a share of equity.
    public var netWeight: Ratio
    /// The largest position's share of equity.
    public var largestWeight: Ratio
    /// Herfindahl-Hirschman index: the sum of the squared shares of the gross exposure, from 1/n to 1; 0 when nothing is
    /// held (Hirschman, The Paternity of an Index, American Economic Review 54, 1964).
    public var concentration: Ratio
    /// What is lost, as a share of equity, when every resting stop is hit at its price; a position without one counts in
    /// full.
    public var openRisk: Ratio
    /// Fall of equity from its peak, as a share of the peak.
    public var drawdown: Ratio
    /// Profit of the day as a share of the equity that it began with.
    public var dayReturn: Ratio
    /// Sorted by name; positions without a sector are not in it.
    public var sectors: [SectorView]
    public var correlation: CorrelationView?

    public init(
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
public struct SectorView: Sendable, Hashable, Codable {
    public var name: String
    /// Gross, as a share of equity.
    public var grossWeight: Ratio
    /// Longs less shorts.
    public var netWeight: Ratio
    public var symbols: [Symbol]

    public init(name: String, grossWeight: Ratio, netWeight: Ratio, symbols: [Symbol]) {
        self.name = name
        self.grossWeight = grossWeight
        self.netWeight = netWeight
        self.symbols = symbols
    }
}

/// Something that happened, for policies that learn from it.
public struct HistoryItem: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case decision
        case outcome
        case tradingState = "trading_state"
        case difference
        case emergency
    }
    public var at: Timestamp
    public var kind: Kind
    public var symbol: Symbol?
    /// The decision that it belongs to.
    public var decision: DecisionID?
    public var words: String
    /// Profit realized; of outcomes.
    public var lockedIn: Money?

    public init(
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
public struct Advisory: Sendable, Hashable, Codable {
    public var policy: PluginName
    public var symbol: Symbol?
    public var name: String
    public var value: Ratio
    public var reason: String
    public var at: Timestamp
    public var validUntil: Timestamp

    public init(
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
