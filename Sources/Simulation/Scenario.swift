import Orchestration
import SeededRandom
import Trading

/// One account, one market, one broker, and how long faults happen: everything is a function of the seed.
struct Scenario {
    let seed: UInt64
    /// Seeds from here on also have reloads, and policies that use the whole vocabulary. What an earlier seed once showed
    /// stays what it was.
    static let secondEdition: UInt64 = 5_000_000
    var isSecondEdition: Bool { seed >= Self.secondEdition }
    /// Seeds from here on also have a second adapter, and swaps.
    static let thirdEdition: UInt64 = 6_000_000
    var isThirdEdition: Bool { seed >= Self.thirdEdition }
    /// Seeds from here on also have prices that are none.
    static let fourthEdition: UInt64 = 130_000_000
    var isFourthEdition: Bool { seed >= Self.fourthEdition }
    /// Seeds from here on also have splits.
    static let splitEdition: UInt64 = 240_000_000
    var hasSplits: Bool { seed >= Self.splitEdition }
    /// Seeds from here on also have a broker that refuses for one symbol what it declares for all: groups, or plain stops.
    static let fifthEdition: UInt64 = 230_000_000
    var isFifthEdition: Bool { seed >= Self.fifthEdition }
    /// What the broker refuses of a symbol, and does not declare.
    enum Refusal: String, CaseIterable { case groups, plainStops }
    let refusals: [Symbol: Refusal]
    /// Seeds from here on also have a broker that tells what cannot be.
    static let badAnswers: UInt64 = 220_000_000
    var hasBadAnswers: Bool { seed >= Self.badAnswers }
    /// Seeds from here on also have other people's hands, dividends, deposits and withdrawals, starts after weeks, bars of
    /// long ago, and required policies that fail while they live.
    static let sixthEdition: UInt64 = 250_000_000
    var isSixthEdition: Bool { seed >= Self.sixthEdition }
    /// Seeds from here on also have entries that a person approves, pauses after losses, and movements of cash with an id.
    static let seventhEdition: UInt64 = 260_000_000
    var isSeventhEdition: Bool { seed >= Self.seventhEdition }
    /// Seeds from here on also have a policy that goes beyond every bound.
    static let hostileEdition: UInt64 = 300_000_000
    var hasAttacker: Bool { seed >= Self.hostileEdition }
    /// Of the seeds from here on every fifth has Alpaca, as its adapter declares it.
    static let alpacaEdition: UInt64 = 306_000_000
    static let attacker = PluginName(unchecked: "attacker")
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
    /// Nanoseconds with faults; then there are none for ``calm``.
    let storm: Int64

    static let account = AccountID(unchecked: "simulated")
    /// Calm enough for stuck requests, questions, restarts and a reconciliation.
    static let calm = 240 * World.second
    /// The longest that a request is under way to the venue.
    static let arrivalLimit = TimeSpan.seconds(20)

    init(seed: UInt64, stormSeconds: Int64?) {
        self.seed = seed
        var random = SplitMix64(seed: seed, name: "scenario")
        let names = ["ALFA", "BRVO", "CHRL", "DLTA"]
        symbols = names.prefix(Int(random.between(1, 4))).map(Symbol.init(unchecked:))
        allowsShort = random.chance(permille: 400)
        usesStopLimits = random.chance(permille: 400)
        tellsHalts = random.chance(permille: 500)
        tick = random.between(2, 10) * World.second
        volatility = random.between(5, 80)
        storm = (stormSeconds ?? random.between(300, 420)) * World.second
        var capabilities = Self.capabilities(&random, symbols)
        var offer = SplitMix64(seed: seed, name: "offer")
        Self.restrict(&capabilities, &offer)
        if seed >= Self.alpacaEdition, seed.isMultiple(of: 5) { capabilities = AlpacaDeclaration.capabilities }
        self.capabilities = capabilities
        var stubborn = SplitMix64(seed: seed, name: "refusals")
        if seed >= Self.fifthEdition, let symbol = symbols.last, stubborn.chance(permille: 600) {
            refusals = [symbol: stubborn.pick(Refusal.allCases)]
        } else {
            refusals = [:]
        }
        tellsSums = !capabilities.canLookUp || random.chance(permille: 700)
        let (short, increment) = (allowsShort, capabilities.quantityIncrement)
        holdings = symbols.map { symbol in
            let price = Price(units: random.between(2_000, 20_000) * (Price.scale / 100))
            guard random.chance(permille: 800) else { return (symbol, .zero, price) }
            let units = random.between(1, 300) * (increment < .one ? increment.units * 37 : Quantity.scale)
            return (symbol, Quantity(units: short && random.chance(permille: 300) ? -units : units), price)
        }
        let chosen = SimulatedPolicy.Character.allCases.filter { random.chance(permille: $0 == .guardian ? 850 : 650) }
        characters = chosen.sorted { $0.rawValue < $1.rawValue }
        var configuration = CoreConfiguration(
            account: Self.account, policies: characters.map { PluginName(unchecked: $0.rawValue) })
        configuration.policyBudget = .milliseconds(random.between(100, 800))
        configuration.commandTimeout = .seconds(random.between(2, 6))
        configuration.reconcileEveryCycles = random.between(2, 8)
        configuration.unprotectedLimit = .seconds(random.between(10, 30))
        configuration.limits.maximumOrderNotional = Money(units: 1_000_000 * Money.scale)
        if random.chance(permille: 250) { configuration.limits.maximumOrdersPerMinute = random.between(3, 6) }
        if random.chance(permille: 250) {
            configuration.limits.maximumGrossExposure = Ratio(units: random.between(1, 20) * Ratio.scale / 1_000)
        }
        // The time with faults is short: what waits is to come back within it.
        configuration.damping.reentryCoolDown = .seconds(20)
        configuration.damping.partialCoolDown = .seconds(30)
        if seed >= Self.thirdEdition { configuration.brokers = Self.adapters }
        if seed >= Self.sixthEdition {
            if characters.contains(.guardian) {
                configuration.requiredPolicies = [PluginName(unchecked: SimulatedPolicy.Character.guardian.rawValue)]
            }
            // The account is too large for its positions to lose so much.
            configuration.limits.maximumDailyLoss = Ratio(units: Ratio.scale / 5)
        }
        if seed >= Self.seventhEdition { Self.ask(&configuration, seed) }
        if seed >= Self.hostileEdition { configuration.policies.append(Self.attacker) }
        self.configuration = configuration
    }

    private static func ask(_ configuration: inout CoreConfiguration, _ seed: UInt64) {
        var random = SplitMix64(seed: seed, name: "approval")
        if random.chance(permille: 500) {
            configuration.approval = .entries
            configuration.approvalExpiry = .seconds(random.between(15, 90))
        }
        guard random.chance(permille: 500) else { return }
        var rule = LossStreakRule(losses: random.between(1, 2))
        rule.pause = .seconds(random.between(30, 120))
        configuration.limits.lossStreakPause = rule
    }

    private static func capabilities(_ random: inout SplitMix64, _ symbols: [Symbol]) -> BrokerCapabilities {
        var groups: [OrderGroupKind] = []
        if random.chance(permille: 600) { groups.append(.oco) }
        if groups.contains(.oco), random.chance(permille: 700) { groups.append(.bracket) }
        let replaces = random.chance(permille: 600)
        var capabilities = BrokerCapabilities(
            orderTypes: [.market, .limit, .stop, .stopLimit], timeInForce: [.day, .gtc], groups: groups,
            replacesPrice: replaces, replacesQuantity: replaces && random.chance(permille: 600),
            reservesShares: random.chance(permille: 600), wantsMarketData: false,
            quantityIncrement: random.chance(permille: 200) ? Quantity(units: Quantity.scale / 1_000) : .one)
        capabilities.arrivalLimit = arrivalLimit
        vary(&capabilities, &random, symbols)
        return capabilities
    }

    /// What real brokers differ in.
    private static func vary(
        _ capabilities: inout BrokerCapabilities, _ random: inout SplitMix64, _ symbols: [Symbol]
    ) {
        capabilities.replacement = random.pick([.inPlace, .inPlace, .newID, .newID, .cancelNew, .notAtomic])
        capabilities.replacementQuantity = random.chance(permille: 600) ? .total : .remaining
        capabilities.idempotency = random.pick([.rejectsDuplicates, .lookUp, .none])
        capabilities.executions = random.chance(permille: 700) ? .each : .cumulative
        capabilities.replaysEvents = random.chance(permille: 600)
        capabilities.refusesSelfCross = random.chance(permille: 400)
        if random.chance(permille: 200) { capabilities.sessions = [.regular, .afterHours] }
        if random.chance(permille: 200) { capabilities.ordersPerMinute = random.between(60, 200) }
        if random.chance(permille: 150), let symbol = symbols.first {
            let step = Price(units: Price.scale / 20)
            capabilities.assets = [
                BrokerCapabilities.AssetRule(
                    symbol: symbol, priceIncrement: PriceIncrement(atOrAboveOne: step, belowOne: step),
                    minimumQuantity: Quantity(shares: random.between(2, 5)))
            ]
        }
    }

    /// Brokers that do not take every type of order, or not for every time.
    private static func restrict(_ capabilities: inout BrokerCapabilities, _ random: inout SplitMix64) {
        if random.chance(permille: 150) { capabilities.timeInForce = random.pick([[.day], [.gtc]]) }
        if random.chance(permille: 150) {
            capabilities.orderTypes = random.pick([
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
