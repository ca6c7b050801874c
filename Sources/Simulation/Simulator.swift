import Journal
import Messaging
import Node
import Orchestration
import Trading
import Wire
import Wording

/// What a scenario came to.
package struct Outcome: Sendable {
    package var seed: UInt64
    /// The promise that broke, and how; nil when all held.
    package var promise: String?
    package var violation: String?
    package var starts = 0
    package var cycles: Int64 = 0
    package var commands = 0
    /// Another adapter traded in the end.
    package var swaps = 0
    package var fills = 0
    package var checks = 0
    /// Nanoseconds.
    package var simulated: Int64 = 0
    package var longestUnprotected: Int64 = 0
    package var chain = ""
    /// What went wrong by the simulator's doing, in its order.
    package var injectedFaults: [InjectedFault] = []
    package var coverage = LifeCycleCoverage()
    /// The last things that happened, when they were asked for.
    package var story: [String] = []
    package var scenario: [String] = []
}

/// Runs one scenario: the real core and the real live loop, under a simulated clock, network, broker and disk.
package final class Simulator {
    package struct Options: Sendable {
        /// Hazards that are left out.
        package var without: Set<FaultKind> = []
        /// Of all mishaps these alone come; nil: all.
        package var only: Set<InjectedFault>?
        package var stormSeconds: Int64?
        /// Keep what happened, for a person.
        package var tells = false
        /// Compare a replay of the whole journal at the end.
        package var replays = true
        package init() {}
    }

    /// Far more often than in a real journal, so that starts begin in the middle of plans.
    private static let snapshotEvery: Int64 = 300
    let options: Options
    let scenario: Scenario
    let world = World()
    let faults: FaultInjector
    let venue: Venue
    let clock: SimulatedClock
    let journal = SimulatedJournal()
    let adapter: SimulatedAdapter
    /// The one that trades, and one that stands by where the scenario has it.
    let adapters: [SimulatedAdapter]
    let provider: SimulatedProvider
    let policies: [SimulatedPolicy]
    /// Nil in seeds before it came.
    let attacker: SimulatedAttacker?
    let configuration: SimulatedConfiguration
    let invariants: Invariants
    let codec = MessageCodec()
    var transport: SimulatedTransport?
    var node: Node?
    /// The state as of the last commit: what a start must find again.
    var durable: CoreState?
    let box = CoverageBox()
    var signal: Int32?
    var isOver = false
    /// What the journal has of the attacker's faults in this life of the core, and since when.
    var faultsTold: Int64 = 0
    var faultsToldSince: Int64 = 0
    /// From then on nothing happens by the simulator's doing.
    private var calmFrom: Int64
    /// The core's time at its last commit, and the true time then.
    var coreTime: (told: Int64, at: Int64)?
    var outcome: Outcome

    package static func run(seed: UInt64, _ options: Options = Options()) -> Outcome {
        Simulator(seed: seed, options).run()
    }

    private init(seed: UInt64, _ options: Options) {
        self.options = options
        scenario = Scenario(seed: seed, stormSeconds: options.stormSeconds)
        faults = FaultInjector(seed: seed, without: options.without, only: options.only)
        clock = SimulatedClock(world)
        venue = Venue(
            world: world, faults: faults, capabilities: scenario.capabilities, tellsSums: scenario.tellsSums,
            cash: Money(units: 10_000_000 * Money.scale))
        venue.refusals = scenario.refusals
        venue.listsMovements = scenario.isSeventhEdition
        for holding in scenario.holdings {
            if holding.quantity.isZero {
                venue.list(holding.symbol, at: holding.price)
            } else {
                venue.open(holding.symbol, holding.quantity, at: holding.price)
            }
        }
        adapter = SimulatedAdapter(world, venue, faults, seed: seed)
        adapters =
            [adapter]
            + (scenario.isThirdEdition
                ? [SimulatedAdapter(world, venue, faults, seed: seed, name: Scenario.adapters[1])] : [])
        provider = SimulatedProvider(world, venue, faults, scenario)
        let (world, venue, faults, scenario) = (world, venue, faults, scenario)
        policies = scenario.characters.map { SimulatedPolicy($0, world, venue, faults, scenario) }
        attacker = scenario.hasAttacker ? SimulatedAttacker(world, faults, scenario) : nil
        invariants = Invariants(world, venue, scenario)
        for policy in policies {
            let name = policy.name
            policy.onAdvice = { [invariants] in invariants.policyAsks($0, of: name, cycle: $1) }
        }
        configuration = SimulatedConfiguration(
            scenario.configuration,
            (adapters + [provider] + policies + (attacker.map { [$0] } ?? [])).map {
                PluginSpec(name: $0.name, role: $0.role, settings: .object([]), program: nil)
            }, faults)
        calmFrom = scenario.storm
        outcome = Outcome(seed: seed)
        outcome.scenario = scenario.words
    }

    var plugins: [SimulatedPlugin] { adapters + [provider] + policies + (attacker.map { [$0] } ?? []) }
    var connected: SimulatedAdapter { adapters.first(where: \.isConnected) ?? adapter }

    // MARK: - The course of a scenario

    private func run() -> Outcome {
        wire()
        plan()
        while !isOver {
            live()
            // The machine is without a core for a moment.
            let downUntil = world.now + faults.between(.coreCrash, 100, 8_000) * World.millisecond
            while !isOver, world.step(until: downUntil) {}
            if scenario.isSixthEdition, !isOver, faults.hits(.longPause, 150) { pauseForWeeks() }
        }
        finish()
        world.end()
        return outcome
    }

    /// One life of the core, from its start to its end or death.
    private func live() {
        outcome.starts += 1
        invariants.coreStarts()
        faultsTold = 0
        faultsToldSince = world.now
        journal.crash()
        let transport = SimulatedTransport(world, faults)
        self.transport = transport
        prepare(transport)
        do {
            var core = try Recovery.recover(from: journal)
            if let durable, core.state != durable {
                return invariants.fail("P7", "a start found another state than the last commit left")
            }
            let box = box
            core.witness = { status, event, _ in box.coverage.take(status, event) }
            let node = Node(core: core, journal: journal, snapshotEvery: Self.snapshotEvery)
            self.node = node
            let live = LiveNode(
                node: node, transport: transport, clock: clock, observer: self, options: liveOptions,
                configuration: configuration, endpoint: { _ in "" }, signals: (-1, { [unowned self] in signal }))
            for plugin in plugins {
                plugin.coreStarted(transport, after: faults.wireDelay() + World.millisecond)
            }
            _ = try live.run()
        } catch {
            story("the core dies: \(error)")
        }
        transport.kill()
        node = nil
        for plugin in plugins { plugin.coreDied() }
        invariants.connectionEnds()
    }

    private var liveOptions: LiveNodeOptions {
        var options = LiveNodeOptions(
            plugins: configuration.plugins, core: configuration.core, lockstep: false, stateDirectory: "")
        options.heartbeatMilliseconds = 10_000
        options.startMilliseconds = 3_000
        options.drainMilliseconds = 100
        return options
    }

    /// Looks at everything once a second, and plans the time with faults, the calm after it, and the end.
    private func plan() {
        watch()
        storm()
        world.after(scenario.storm) { [unowned self] in endStorm() }
        world.after(scenario.storm + Scenario.calm) { [unowned self] in end() }
    }

    private func watch() {
        world.after(World.second) { [unowned self] in
            guard !isOver else { return }
            let state = node?.core.state
            checkStrangers()
            invariants.watch(
                isHealthy: isHealthy, limit: scenario.configuration.unprotectedLimit, span: World.second,
                isContradicted: { state?.isContradicted($0) ?? false },
                plannedStop: { state?.plans[$0]?.stop?.stopPrice },
                isRefused: { symbol in state.map { $0.holds.isProtectionRefused(symbol, in: $0.cycle.number) } ?? false
                },
                knowsPrice: { [venue] in
                    state?.market.price(of: $0) == venue.prices[$0] && state?.market.isFresh($0) == true
                },
                isToldUnprotectable: { state?.isToldUnprotectable($0, $1) ?? false })
            watch()
        }
    }

    private var isHealthy: Bool {
        guard let state = node?.core.state, connected.isConnected, let broker = state.broker else { return false }
        return broker.isReconciled && state.control.state != .halted
    }

    /// The faults are over: everything works, a person resumes trading, and policies and market stand still.
    private func endStorm() {
        story("the storm is over")
        faults.isStorm = false
        if let morning = provider.morning {
            // New shares do not come in the middle of the day, nor does a market open without a price.
            calmFrom = morning
        } else {
            venue.open(.regular)
        }
        for symbol in scenario.symbols {
            venue.setHalted(symbol, false)
            // Whoever placed an order by hand on the other side has read the alarm, and takes it back.
            for order in venue.resting(symbol).map(\.order)
            where order.terms.role == .external && order.terms.side != venue.exitSide(symbol) {
                venue.cancelManually(order.id)
            }
        }
        for policy in policies { policy.isCalm = true }
        provider.isCalm = true
        for plugin in plugins { plugin.restart() }
        if scenario.isSecondEdition { configuration.restore() }
        resumeUntilTaken()
    }

    /// A plan may be under way at the very moment that is looked at: it gets the time to come to its end.
    /// Where the broker's lists contradict each other, until the core's limit for that is over as well.
    private func end(looks: Int = 8, contradictedFor waited: Int64 = 0) {
        guard world.now >= calmFrom + Scenario.calm else {
            return world.after(calmFrom + Scenario.calm - world.now) { [unowned self] in if !isOver { end() } }
        }
        if let state = node?.core.state, scenario.symbols.contains(where: { state.isContradicted($0) }),
            waited < Invariants.longestContradiction + 60 * World.second
        {
            return world.after(5 * World.second) { [unowned self] in
                if !isOver { end(looks: looks, contradictedFor: waited + 5 * World.second) }
            }
        }
        let defects =
            node.map { Convergence(core: $0.core.state, venue: venue, symbols: scenario.symbols).defects }
            ?? ["no core is at work"]
        if !defects.isEmpty, looks > 1 {
            return world.after(5 * World.second) { [unowned self] in
                if !isOver { end(looks: looks - 1) }
            }
        }
        isOver = true
        if !defects.isEmpty { invariants.fail("liveness", defects.joined(separator: "; ")) }
        signal = 15
    }

    private func finish() {
        if options.replays, invariants.violation == nil { replay() }
        outcome.promise = invariants.violation?.promise
        outcome.violation = invariants.violation?.words
        outcome.checks = invariants.checks
        outcome.longestUnprotected = invariants.longestUnprotected
        outcome.simulated = world.now
        outcome.cycles = durable?.cycle.number ?? 0
        outcome.chain = journal.head.chain.description
        outcome.injectedFaults = faults.injectedFaults
        outcome.coverage = box.coverage
    }

    /// P11: the journal gives the same effects and the same state again.
    private func replay() {
        do {
            let report = try Replay.run(journal)
            if let difference = report.difference {
                invariants.fail(
                    "P11",
                    "entry \(difference.sequence): \(difference.journal ?? "nothing") in the journal, \(difference.replay ?? "nothing") in the replay"
                )
            }
        } catch {
            invariants.fail("P11", "the journal cannot be replayed: \(error)")
        }
    }

    func story(_ words: @autoclosure () -> String) {
        guard options.tells else { return }
        let tenths = world.now / (World.second / 1000)
        outcome.story.append("\(tenths / 1000).\(String(tenths % 1000 + 1000).dropFirst())  \(words())")
    }
}

extension CoreState {
    /// The broker's lists contradict each other about the symbol, and a person was told.
    fileprivate func isContradicted(_ symbol: Symbol) -> Bool {
        holds.reportedReasons(of: symbol).contains { if case .contradiction = $0 { true } else { false } }
    }

    /// The core has told that no stop can be had for this part, or it is dust.
    fileprivate func isToldUnprotectable(_ symbol: Symbol, _ part: Quantity) -> Bool {
        if let told = protection.unprotectable(symbol) { return told >= part }
        guard let price = market.price(of: symbol) else { return false }
        do { return try price.times(part) < configuration.dust } catch { return false }
    }
}

extension Simulator: RunObserver {
    package func observe(_ record: Record, state: CoreState) {
        invariants.coreRecords(record, state)
        if let broken = state.brokenInvariant { invariants.fail("invariant", "\(broken)") }
        invariants.coreBelieves(state)
        invariants.checkDividend(record, state)
        if case .order(let change) = record { invariants.coreBooks(change, state) }
        if case .swap(let told) = record { takeSwap(told) }
        switch record {
        case .alert(let alert):
            if case .approvalNeeded(let proposal) = alert.reason { askPerson(proposal) }
            story("core: \(alert.symbol.map { "\($0): " } ?? "")\(alert.text)")
        case .action(let step):
            story("core: step \(step.number) of \(step.decision): \(step.action.words), because \(step.why.words)")
        case .discrepancy(let difference):
            story(
                "core: \(difference.symbol) differs (\(difference.kind.rawValue)): ours \(difference.ours), the broker's \(difference.brokers): \(difference.done)"
            )
        case .decision(let decision):
            let plan = decision.plan
            story(
                "core: decision \(decision.id): \(decision.headline.words); most \(plan.quantityLimit?.description ?? "-"), stop \(plan.stop?.stopPrice.description ?? "-"), target \(plan.target?.description ?? "-"), entry \(plan.entry.map { "\($0.quantity)" } ?? "-")"
            )
        case .waiting(let waiting):
            if let why = waiting.why { story("core: \(waiting.symbol) waits: \(why.words)") }
        case .cash(let movement, let done):
            story("core: \(movement.kind.rawValue) \(movement.id) of \(movement.amount): \(done)")
        case .order(let change): story("core: \(change.order) \(change.event.rawValue), now \(change.status.rawValue)")
        default: break
        }
    }
    package func log(_ source: String, _ line: String) { story("\(source): \(line)") }
    package func progress(at time: Timestamp, cycle: Int64) {}
}
