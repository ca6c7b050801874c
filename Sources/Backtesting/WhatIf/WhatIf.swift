import Configuration
import Journal
import Node
import Orchestration
import Trading
import Wire

/// A recorded account once more, with something changed.
///
/// As long as the changed core gives the commands that were given, it is shown what was recorded: the broker's reports, and of
/// policies that are unchanged the answers. So a run without a change gives the recorded decisions, whatever the venue was. At the
/// first input at which it gives other commands the two part: from there on the recorded market is played against the paper
/// venue, which begins with the positions and stops of that moment.
package struct WhatIf {
    private let inputs: RecordedInputs
    private let base: Backtest
    private let changed: Backtest
    private let from: Timestamp?
    private let until: Timestamp?

    /// - Parameters:
    ///   - base: the configuration as it is.
    ///   - changed: the same with the change.
    ///   - from: the change holds from here on; nil: from the beginning.
    ///   - until: what comes at this moment or later is not looked at.
    package init(
        _ journal: any JournalReader, base: Backtest, changed: Backtest, from: Timestamp?, until: Timestamp?
    ) {
        inputs = RecordedInputs(journal)
        (self.base, self.changed, self.from, self.until) = (base, changed, from, until)
    }

    package struct Parting: Sendable {
        /// Of the input in the journal.
        package var sequence: Int64
        package var at: Timestamp
    }

    package struct Result: Sendable {
        /// Nil: the same commands to the end.
        package var parting: Parting?
        package var recorded: Course
        /// With the change, from the parting on.
        package var other: Course
        package var recordedEquity: Money
        package var equity: Money
        package var ended: String
        /// Inputs that were followed.
        package var followed: Int64
    }

    /// - Throws: ``ConfigurationError``, ``JournalError``, ``WhatIfError``.
    package func run() throws -> Result {
        let change = try Change(base, changed, from: from)
        var recorded = Course()
        var parting: Parting?
        var count: Int64 = 0
        let follower = try Follower(change)
        var last = Timestamp(nanoseconds: 0)
        try inputs.forEach(before: until) { item in
            count += 1
            last = item.at
            if parting == nil, try parts(item, follower, change) {
                parting = Parting(sequence: item.sequence, at: item.at)
                recorded.forgetSteps()
            }
            for record in item.records { recorded.take(record, at: item.at) }
            return true
        }
        guard let worth = recorded.equity else {
            throw WhatIfError("the journal has no cycle\(until.map { " before \($0.inMilliseconds)" } ?? "")")
        }
        if let from, last < from {
            throw WhatIfError("the journal ends at \(last.inMilliseconds), before the change is to hold")
        }
        guard let parting else {
            return Result(
                parting: nil, recorded: recorded, other: recorded, recordedEquity: worth, equity: worth,
                ended: "the journal's end", followed: count)
        }
        let run = try goOn(from: parting, change)
        return Result(
            parting: parting, recorded: recorded, other: run.course, recordedEquity: worth, equity: run.equity,
            ended: run.end.description, followed: count)
    }

    /// Whether the changed core does something else from this input on. What a policy with a process of its own says can be heard in
    /// a run only, so that such a change parts the two at once.
    private func parts(_ item: RecordedInputs.Item, _ follower: Follower, _ change: Change) throws -> Bool {
        if change.hasProcess, change.holds(at: item.at), case .evaluated = item.input { return true }
        let codec = WireEncoder()
        return try follower.take(item).map { try codec.encode($0) } != item.commands
    }

    // MARK: - After the parting

    private func goOn(from parting: Parting, _ change: Change) throws -> Backtest.Result {
        let follower = try Follower(change)
        try inputs.forEach(before: until) { item in
            guard item.sequence < parting.sequence else { return false }
            _ = try follower.take(item)
            return true
        }
        let state = follower.core.state
        var backtest = changed
        backtest.change.venue = Venue.settings(of: state)
        let at = max(state.now, parting.at) + TimeSpan(nanoseconds: 1)
        let (journal, until) = (inputs.journal, until)
        let period = state.configuration.isLockstep ? nil : state.configuration.cyclePeriod
        let market = try RecordedMarket(
            journal, first: Venue.prices(of: state, at: at), after: parting.sequence, before: until, period: period)
        nonisolated(unsafe) let provider = market
        backtest.start = StartPoint(core: follower.core, provider: { provider })
        return try backtest.run()
    }
}

package struct WhatIfError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// What is other: policies that are gone, new or have other settings, and figures of the core.
struct Change {
    var removed: Set<PluginName> = []
    /// New, or with other settings, as they are called.
    var asked: [PluginName: (spec: PluginSpec, maker: Backtest.Maker)] = [:]
    var added: [PluginName] = []
    /// One that is new, or has other settings, has a process of its own.
    private(set) var hasProcess = false
    /// Nil: as it was recorded.
    var core: CoreConfiguration?
    /// Likewise, where nothing else is other.
    private var policiesOfCore: [PluginName]?
    var from: Timestamp?

    init(_ base: Backtest, _ changed: Backtest, from: Timestamp?) throws {
        let (before, after) = (try base.load(), try changed.load())
        self.from = from
        let old = Dictionary(uniqueKeysWithValues: before.specs.map { ($0.name, $0) })
        let new = after.specs.filter { $0.role == .policy }
        removed = Set(before.specs.filter { $0.role == .policy }.map(\.name)).subtracting(new.map(\.name))
        for spec in new where old[spec.name]?.settings != spec.settings || old[spec.name]?.program != spec.program {
            guard let maker = changed.maker(spec) else {
                hasProcess = true
                continue
            }
            asked[spec.name] = (spec, maker)
            if old[spec.name] == nil { added.append(spec.name) }
        }
        let other = after.configuration.core()
        var one = before.configuration.core()
        if one.policies != other.policies { policiesOfCore = other.policies }
        (one.policies, one.requiredPolicies) = (other.policies, other.requiredPolicies)
        if one != other { core = other }
    }

    /// What the core is given instead of a recorded configuration.
    func configuration(_ recorded: CoreConfiguration) -> CoreConfiguration {
        var new = core ?? recorded
        new.isLockstep = recorded.isLockstep
        new.brokers = recorded.brokers
        if let policiesOfCore {
            new.policies = policiesOfCore
            new.requiredPolicies = new.requiredPolicies.filter(policiesOfCore.contains)
        }
        return new
    }

    func holds(at time: Timestamp) -> Bool { from.map { time >= $0 } ?? true }
}

/// Shows a core what was recorded, with what is changed.
final class Follower {
    private(set) var core = Orchestrator()
    private let change: Change
    private var policies: [PluginName: (policy: any HostedPolicy, needs: PolicyNeeds)] = [:]
    private var snapshot: PortfolioSnapshot?
    private var wasAsked: [PluginName] = []
    private var isChanged = false

    init(_ change: Change) throws {
        self.change = change
        for (name, asked) in change.asked {
            guard case .policy(let policy) = asked.maker() else { continue }
            let welcome = Welcome(
                session: "what-if", account: AccountID(unchecked: "none"), settings: asked.spec.settings,
                heartbeatMilliseconds: 1_000, lockstep: true, stateDirectory: "/nonexistent")
            policies[name] = (policy, try policy.start(welcome).needs ?? PolicyNeeds())
        }
    }

    /// - Returns: the order commands that the core gives.
    func take(_ item: RecordedInputs.Item) throws -> [OrderCommand] {
        var commands: [OrderCommand] = []
        if change.from != nil, !isChanged, change.holds(at: item.at) {
            isChanged = true
            for input in beginning() { commands += handle(input, at: item.at) }
        }
        for input in try changed(item.input, at: item.at) { commands += handle(input, at: item.at) }
        return commands
    }

    private func handle(_ input: Input, at time: Timestamp) -> [OrderCommand] {
        var commands: [OrderCommand] = []
        for effect in core.handle(input, at: time) {
            switch effect {
            case .command(let approved): commands.append(approved.command)
            case .evaluate(_, let policies, _, let snapshot): (wasAsked, self.snapshot) = (policies, snapshot)
            default: break
            }
        }
        return commands
    }

    /// Of a change that begins in the middle.
    private func beginning() -> [Input] {
        var inputs: [Input] = []
        let new = change.configuration(core.state.configuration)
        if new != core.state.configuration {
            inputs.append(.configured(Reconfiguration(why: "what-if", configuration: new)))
        }
        for name in change.removed.sorted() { inputs.append(.policyGone(name: name, why: "what-if")) }
        for name in change.asked.keys.sorted() {
            inputs.append(.policyReady(name: name, needs: policies[name]?.needs))
        }
        return inputs
    }

    /// What the core is given in place of a recorded input.
    private func changed(_ input: Input, at time: Timestamp) throws -> [Input] {
        guard change.holds(at: time) else { return [input] }
        switch input {
        case .started(var start):
            start.configuration = change.configuration(start.configuration)
            return [.started(start)]
        case .policyReady(let name, _) where change.removed.contains(name): return []
        case .policyGone(let name, _) where change.removed.contains(name): return []
        case .policyReady(let name, _) where policies[name] != nil:
            return [.policyReady(name: name, needs: policies[name]?.needs)]
        case .brokerReady:
            let added = change.added.sorted().filter { !core.state.policies.contains($0) }
            return added.map { .policyReady(name: $0, needs: policies[$0]?.needs) } + [input]
        case .evaluated(let cycle, let answers):
            let kept = answers.filter { !change.removed.contains($0.policy) && policies[$0.policy] == nil }
            let new = try policies.keys.filter(wasAsked.contains).map { try answer(of: $0) }
            return [.evaluated(cycle: cycle, answers: (kept + new).sorted { $0.policy < $1.policy })]
        default: return [input]
        }
    }

    private func answer(of name: PluginName) throws -> PolicyAnswer {
        guard let (policy, needs) = policies[name], let snapshot else {
            return PolicyAnswer(policy: name, recommendations: [], failure: "not asked")
        }
        do {
            let recommendations = try policy.evaluate(snapshot.limited(to: needs))
            return PolicyAnswer(policy: name, recommendations: recommendations)
        } catch {
            return PolicyAnswer(policy: name, recommendations: [], failure: "\(error)")
        }
    }
}
