import Orchestration
import Trading

/// One account, one market, one broker, and how long it storms: everything is a function of the seed.
struct Scenario {
    let seed: UInt64
    /// Seeds from here on also have reloads, and policies that use the whole vocabulary. What an earlier seed once showed
    /// stays what it was.
    static let secondEdition: UInt64 = 5_000_000
    var isSecondEdition: Bool { seed >= Self.secondEdition }
    /// Seeds from here on also have a second adapter, and swaps.
    static let thirdEdition: UInt64 = 6_000_000
    var isThirdEdition: Bool { seed >= Self.thirdEdition }
    static let adapters = [PluginName(unchecked: "broker"), PluginName(unchecked: "standby")]
    let symbols: [Symbol]
    let holdings: [(symbol: Symbol, quantity: Quantity, price: Price)]
    let capabilities: BrokerCapabilities
    let characters: [SimulatedPolicy.Character]
    let configuration: CoreConfiguration
    /// Nanoseconds from one move of the market to the next.
    let tick: Int64
    /// The largest ordinary move, in hundredths of a percent.
    let volatility: Int64
    let allowsShort: Bool
    let usesStopLimits: Bool
    let tellsHalts: Bool
    let tellsSums: Bool
    /// Nanoseconds of storm; then it is calm for ``calm``.
    let storm: Int64

    static let account = AccountID(unchecked: "simulated")
    /// Calm enough for stuck requests, questions, restarts and a reconciliation.
    static let calm = 240 * World.second
    /// The longest that a request is under way to the venue.
    static let arrivalLimit = TimeSpan.seconds(20)

    init(seed: UInt64, stormSeconds: Int64?) {
        self.seed = seed
        var dice = Dice(seed: seed, name: "scenario")
        let names = ["ALFA", "BRVO", "CHRL", "DLTA"]
        symbols = names.prefix(Int(dice.between(1, 4))).map(Symbol.init(unchecked:))
        allowsShort = dice.chance(400)
        usesStopLimits = dice.chance(400)
        tellsHalts = dice.chance(500)
        tick = dice.between(2, 10) * World.second
        volatility = dice.between(5, 80)
        storm = (stormSeconds ?? dice.between(300, 420)) * World.second
        var capabilities = Self.capabilities(&dice, symbols)
        var offer = Dice(seed: seed, name: "offer")
        Self.restrict(&capabilities, &offer)
        self.capabilities = capabilities
        tellsSums = !capabilities.canLookUp || dice.chance(700)
        let (short, increment) = (allowsShort, capabilities.quantityIncrement)
        holdings = symbols.map { symbol in
            let price = Price(units: dice.between(2_000, 20_000) * (Price.scale / 100))
            guard dice.chance(800) else { return (symbol, .zero, price) }
            let units = dice.between(1, 300) * (increment < .one ? increment.units * 37 : Quantity.scale)
            return (symbol, Quantity(units: short && dice.chance(300) ? -units : units), price)
        }
        let chosen = SimulatedPolicy.Character.allCases.filter { dice.chance($0 == .guardian ? 850 : 650) }
        characters = chosen.sorted { $0.rawValue < $1.rawValue }
        var configuration = CoreConfiguration(
            account: Self.account, policies: characters.map { PluginName(unchecked: $0.rawValue) })
        configuration.policyBudget = .milliseconds(dice.between(100, 800))
        configuration.commandTimeout = .seconds(dice.between(2, 6))
        configuration.reconcileEveryCycles = dice.between(2, 8)
        configuration.unprotectedLimit = .seconds(dice.between(10, 30))
        configuration.limits.maximumOrderNotional = Money(units: 1_000_000 * Money.scale)
        if dice.chance(250) { configuration.limits.maximumOrdersPerMinute = dice.between(3, 6) }
        if dice.chance(250) {
            configuration.limits.maximumGrossExposure = Ratio(units: dice.between(1, 20) * Ratio.scale / 1_000)
        }
        // A storm is short: what waits is to come back within it.
        configuration.damping.reentryCoolDown = .seconds(20)
        configuration.damping.partialCoolDown = .seconds(30)
        if seed >= Self.thirdEdition { configuration.brokers = Self.adapters }
        self.configuration = configuration
    }

    private static func capabilities(_ dice: inout Dice, _ symbols: [Symbol]) -> BrokerCapabilities {
        var groups: [OrderGroupKind] = []
        if dice.chance(600) { groups.append(.oco) }
        if groups.contains(.oco), dice.chance(700) { groups.append(.bracket) }
        let replaces = dice.chance(600)
        var capabilities = BrokerCapabilities(
            orderTypes: [.market, .limit, .stop, .stopLimit], timeInForce: [.day, .gtc], groups: groups,
            replacesPrice: replaces, replacesQuantity: replaces && dice.chance(600),
            reservesShares: dice.chance(600), wantsMarketData: false,
            quantityIncrement: dice.chance(200) ? Quantity(units: Quantity.scale / 1_000) : .one)
        capabilities.arrivalLimit = arrivalLimit
        vary(&capabilities, &dice, symbols)
        return capabilities
    }

    /// What real brokers differ in.
    private static func vary(_ capabilities: inout BrokerCapabilities, _ dice: inout Dice, _ symbols: [Symbol]) {
        capabilities.replacement = dice.pick([.inPlace, .inPlace, .newID, .newID, .cancelNew, .notAtomic])
        capabilities.replacementQuantity = dice.chance(600) ? .total : .remaining
        capabilities.idempotency = dice.pick([.rejectsDuplicates, .lookUp, .none])
        capabilities.executions = dice.chance(700) ? .each : .cumulative
        capabilities.replaysEvents = dice.chance(600)
        capabilities.refusesSelfCross = dice.chance(400)
        if dice.chance(200) { capabilities.sessions = [.regular, .afterHours] }
        if dice.chance(200) { capabilities.ordersPerMinute = dice.between(60, 200) }
        if dice.chance(150), let symbol = symbols.first {
            let step = Price(units: Price.scale / 20)
            capabilities.assets = [
                BrokerCapabilities.AssetRule(
                    symbol: symbol, priceIncrement: PriceIncrement(atOrAboveOne: step, belowOne: step),
                    minimumQuantity: Quantity(shares: dice.between(2, 5)))
            ]
        }
    }

    /// Brokers that do not take every type of order, or not for every time.
    private static func restrict(_ capabilities: inout BrokerCapabilities, _ dice: inout Dice) {
        if dice.chance(150) { capabilities.timeInForce = dice.pick([[.day], [.gtc]]) }
        if dice.chance(150) {
            capabilities.orderTypes = dice.pick([
                [.market, .limit, .stop], [.market, .limit, .stopLimit], [.market, .stop], [.market, .stopLimit],
            ])
        }
    }

    /// For a person who looks at a failure.
    var words: [String] {
        let kinds = capabilities.groups.map(\.rawValue).joined(separator: " and ")
        let broker = [
            kinds.isEmpty ? "no groups" : kinds,
            capabilities.replacesPrice
                ? "replaces \(capabilities.replacement.rawValue), quantity \(capabilities.replacementQuantity.rawValue)"
                : "cannot replace",
            capabilities.reservesShares ? "reserves shares" : "does not reserve shares",
            "client ids \(capabilities.idempotency.rawValue)", "executions \(capabilities.executions.rawValue)",
            capabilities.refusesSelfCross ? "refuses wash trades" : "",
            capabilities.replaysEvents ? "replays events" : "",
        ].filter { !$0.isEmpty }
        let held = holdings.map { "\($0.quantity) \($0.symbol) at \($0.price)" }
        return [
            "broker: " + broker.joined(separator: ", "),
            "holds " + held.joined(separator: ", "),
            "policies " + characters.map(\.rawValue).joined(separator: ", "),
        ]
    }
}
