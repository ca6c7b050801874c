import Trading

/// How a paper account starts and how its market behaves. Everything but `account` and `cash` has a default.
package struct PaperConfiguration: Sendable, Hashable, Codable {
    package var account: AccountID
    /// ISO 4217. Default `USD`.
    package var currency: String
    package var cash: Money
    /// Held at the start. Default none.
    package var positions: [BrokerPosition]
    /// Resting before the program starts, perhaps placed by hand (role `foreign`). Default none.
    package var openOrders: [NewOrder]
    /// Seed of the jitter. Default 1.
    package var seed: Int64
    /// From our request to the venue. Default 0: at once.
    package var latencyMilliseconds: Int64
    /// At most so much is added to the latency, at random. Default 0.
    package var latencyJitterMilliseconds: Int64
    /// Fraction of the price that market and stop fills are worse by, rounded against us to the tick. Default 0.
    package var slippage: Ratio
    /// The largest share of a bar's volume that all our fills may take, above 0 to 1. Default 0.1.
    package var participation: Ratio
    /// Fills against a quote take no more than its size. Default false.
    package var limitToQuoteSize: Bool
    /// An order meets no price that was known when it came: the next bar or quote is the first. Default false.
    package var fillsAtNextBar = false
    /// Default ``PaperSessions/usEquity``.
    package var sessions: PaperSessions
    /// Default false.
    package var allowShort: Bool
    /// Refuse an order that could trade with one of our own. Default true, as brokers do.
    package var refuseWashTrades: Bool
    /// Buying power is equity times this, less exposure; for 1 and without shorts that is the cash. Default 1.
    package var marginMultiplier: Ratio
    /// Groups that are offered. Default all.
    package var groups: [OrderGroupKind]
    /// Default true.
    package var replacesPrice: Bool
    /// Default true.
    package var replacesQuantity: Bool
    /// A resting exit holds its shares. Default true.
    package var reservesShares: Bool
    /// Default ``PriceIncrement/usEquity``.
    package var priceIncrement: PriceIncrement
    /// Smallest step of a quantity. Default 1.
    package var quantityIncrement: Quantity
    /// What is taken for trades. Default nothing.
    package var fees = PaperFees()
    /// A group of kind `bracket` may have one leg: a target or a stop (Alpaca's OTO). Default false.
    package var allowsOneLeg = false
    /// A leg that waits for its entry can be changed. Default false.
    package var replacesHeldLegs = false
    /// Cash that comes or goes by itself. Default none.
    package var cashMovements: [PaperCash] = []

    package init(
        account: AccountID, currency: String = "USD", cash: Money, positions: [BrokerPosition] = [],
        openOrders: [NewOrder] = [], seed: Int64 = 1, latencyMilliseconds: Int64 = 0,
        latencyJitterMilliseconds: Int64 = 0, slippage: Ratio = .zero, participation: Ratio = Self.tenth,
        limitToQuoteSize: Bool = false, sessions: PaperSessions = .usEquity, allowShort: Bool = false,
        refuseWashTrades: Bool = true, marginMultiplier: Ratio = .one,
        groups: [OrderGroupKind] = OrderGroupKind.allCases, replacesPrice: Bool = true, replacesQuantity: Bool = true,
        reservesShares: Bool = true, priceIncrement: PriceIncrement = .usEquity, quantityIncrement: Quantity = .one
    ) {
        self.account = account
        self.currency = currency
        self.cash = cash
        self.positions = positions
        self.openOrders = openOrders
        self.seed = seed
        self.latencyMilliseconds = latencyMilliseconds
        self.latencyJitterMilliseconds = latencyJitterMilliseconds
        self.slippage = slippage
        self.participation = participation
        self.limitToQuoteSize = limitToQuoteSize
        self.sessions = sessions
        self.allowShort = allowShort
        self.refuseWashTrades = refuseWashTrades
        self.marginMultiplier = marginMultiplier
        self.groups = groups
        self.replacesPrice = replacesPrice
        self.replacesQuantity = replacesQuantity
        self.reservesShares = reservesShares
        self.priceIncrement = priceIncrement
        self.quantityIncrement = quantityIncrement
    }

    package static let tenth = Ratio(units: Ratio.scale / 10)

    /// A pair has a price of its own kind where shares and pairs are traded side by side.
    func priceIncrement(of symbol: Symbol) -> PriceIncrement {
        let least = Price(units: 1)
        return sessions == .bySymbol && symbol.isPair
            ? PriceIncrement(atOrAboveOne: least, belowOne: least) : priceIncrement
    }

    var hasLatency: Bool { latencyMilliseconds > 0 || latencyJitterMilliseconds > 0 }

    package var capabilities: BrokerCapabilities {
        var capabilities = BrokerCapabilities(
            orderTypes: OrderType.allCases, timeInForce: TimeInForce.allCases, groups: groups,
            replacesPrice: replacesPrice, replacesQuantity: replacesQuantity, reservesShares: reservesShares,
            wantsMarketData: true, priceIncrement: priceIncrement, quantityIncrement: quantityIncrement)
        // It is the venue itself: what it was asked it has done, or will never do, and its lists are never behind.
        capabilities.idempotency = .rejectsDuplicates
        capabilities.arrivalLimit = .zero
        capabilities.reportLag = .zero
        capabilities.refusesSelfCross = refuseWashTrades
        capabilities.sessions = sessions == .always ? SessionPhase.allCases : [.regular]
        return capabilities
    }
}

extension PaperConfiguration {
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, or fallback: Value) throws -> Value {
            try fields.decodeIfPresent(Value.self, forKey: key) ?? fallback
        }
        self.init(
            account: try fields.decode(AccountID.self, forKey: .account),
            cash: try fields.decode(Money.self, forKey: .cash))
        currency = try value(.currency, or: currency)
        positions = try value(.positions, or: positions)
        openOrders = try value(.openOrders, or: openOrders)
        seed = try value(.seed, or: seed)
        latencyMilliseconds = try value(.latencyMilliseconds, or: latencyMilliseconds)
        latencyJitterMilliseconds = try value(.latencyJitterMilliseconds, or: latencyJitterMilliseconds)
        slippage = try value(.slippage, or: slippage)
        participation = try value(.participation, or: participation)
        limitToQuoteSize = try value(.limitToQuoteSize, or: limitToQuoteSize)
        sessions = try value(.sessions, or: sessions)
        allowShort = try value(.allowShort, or: allowShort)
        refuseWashTrades = try value(.refuseWashTrades, or: refuseWashTrades)
        marginMultiplier = try value(.marginMultiplier, or: marginMultiplier)
        groups = try value(.groups, or: groups)
        replacesPrice = try value(.replacesPrice, or: replacesPrice)
        replacesQuantity = try value(.replacesQuantity, or: replacesQuantity)
        reservesShares = try value(.reservesShares, or: reservesShares)
        priceIncrement = try value(.priceIncrement, or: priceIncrement)
        quantityIncrement = try value(.quantityIncrement, or: quantityIncrement)
        fillsAtNextBar = try value(.fillsAtNextBar, or: fillsAtNextBar)
        allowsOneLeg = try value(.allowsOneLeg, or: allowsOneLeg)
        replacesHeldLegs = try value(.replacesHeldLegs, or: replacesHeldLegs)
        fees = try value(.fees, or: fees)
        cashMovements = try value(.cashMovements, or: cashMovements)
    }
}
