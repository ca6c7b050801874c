import Orchestration
import Trading
import Wording

/// What a person should look at, as far as the journal knows: `status` ends with 1 while there is any of it (I-STAT-1).
package struct Attention: Sendable, Hashable {
    /// One sentence each, the gravest first.
    package private(set) var reasons: [String] = []
    private let state: CoreState
    private let isRunning: Bool
    private let troubles: ConfigurationTroubles

    /// - Parameters:
    ///   - isRunning: a core is at work on the journal.
    ///   - wall: what time it is here.
    ///   - troubles: what the journal knows beyond the state.
    ///   - leftOut: plugins that the configuration finds and cannot use, each with the reason.
    package init(
        _ state: CoreState, isRunning: Bool, wall: Timestamp, troubles: ConfigurationTroubles = .init(),
        leftOut: [String] = []
    ) {
        self.state = state
        self.isRunning = isRunning
        self.troubles = troubles
        watchCore(wall)
        watchPositions()
        watchBroker()
        watchAccount()
        watchPolicies()
        watchConfiguration(leftOut)
        for proposal in state.approvals.pending where isRunning && state.now < proposal.until {
            reasons.append("\(proposal.id.symbol): \(proposal.words); \(proposal.commands)")
        }
    }

    package static func == (left: Attention, right: Attention) -> Bool { left.reasons == right.reasons }
    package func hash(into hasher: inout Hasher) { hasher.combine(reasons) }

    /// What may be said of protection now.
    package var protection: String {
        let unprotected = state.protection.unprotected
        if state.portfolio.positions.isEmpty { return "nothing is held" + unconfirmed }
        guard unprotected.isEmpty else {
            return "NO STOP: \(unprotected.map(\.text).joined(separator: ", "))" + unconfirmed
        }
        return isConfirmed
            ? "every position has a working stop"
            : "every position had a working stop when it was looked at last"
                + unconfirmed
    }

    /// The broker's state and ours agreed within the time in which they are to be compared.
    package var isConfirmed: Bool {
        guard state.reconciler.fencedOut == nil, !isRefused else { return false }
        guard let agreed = state.reconciler.watch.agreedAt, state.reconciler.watch.silentSince == nil else {
            return state.reconciler.watch.silentSince.map { state.now <= $0 + Self.patience } ?? false
                && state.reconciler.watch.agreedAt != nil
        }
        // A tape's cycles are as far apart as its bars, and its venue is asked in every so many of them.
        return state.configuration.isLockstep || state.now - agreed <= longestAge
    }

    /// Since it connected it has said errors in place of its state.
    private var isRefused: Bool { state.broker?.isReconciled == false && state.reconciler.watch.failure != nil }

    /// Nil for never.
    package var age: TimeSpan? { state.reconciler.watch.agreedAt.map { state.now - $0 } }

    private var unconfirmed: String {
        guard !isConfirmed else { return "" }
        guard let age else { return "; the broker's state was never known" }
        return "; NOT CONFIRMED for \(age)"
    }

    /// Two comparisons, and a minute for them.
    private var longestAge: TimeSpan {
        let configuration = state.configuration
        let cycles = Int128(max(1, configuration.reconcileEveryCycles)) * 2
        let nanoseconds = Int128(max(0, configuration.cyclePeriod.nanoseconds)) * cycles
        return TimeSpan(nanoseconds: Int64(clamping: nanoseconds + Int128(Self.patience.nanoseconds)))
    }

    private static let patience = TimeSpan.seconds(60)

    // MARK: - The reasons

    /// A core in real time writes something in every cycle.
    private mutating func watchCore(_ wall: Timestamp) {
        guard isRunning, !state.configuration.isLockstep else { return }
        let silence = wall - state.now
        let most = Self.patience.nanoseconds.addingReportingOverflow(state.configuration.cyclePeriod.nanoseconds)
        guard !most.overflow, silence.nanoseconds > most.partialValue else { return }
        reasons.append("the core that is at work has done nothing for \(silence)")
    }

    private var unprotectable: [(symbol: Symbol, quantity: Quantity)] {
        state.portfolio.positions.keys.sorted().compactMap { symbol in
            state.protection.unprotectable(symbol).map { (symbol, $0) }
        }
    }

    private mutating func watchPositions() {
        let limit = state.configuration.unprotectedLimit
        for symbol in state.protection.unprotected {
            guard let since = state.protection.unprotectedSince(symbol) else { continue }
            // While nothing may be sent, waiting mends nothing.
            guard state.now - since >= limit || state.control.state == .halted else { continue }
            reasons.append("\(symbol) has no working stop for all its shares, for \(state.now - since)")
        }
        for symbol in state.portfolio.positions.keys.sorted() {
            for reason in state.holds.reportedReasons(of: symbol) {
                switch reason {
                case .stopStuck: reasons.append("\(symbol): the market is through its stop, and it does not execute")
                case .obstacle(let obstacle):
                    let order = obstacle.order.clientOrderID
                    reasons.append(
                        obstacle.unprotected.map {
                            "\(symbol): \($0) shares have no stop, since \(order) of somebody else holds them: cancel it at the broker, or `bigbrother hand-over \(order)`"
                        } ?? "\(symbol): no stop can be placed while \(order) rests on the other side")
                case .contradiction(let found):
                    reasons.append(
                        "\(symbol): the broker lists \(found.brokers), our books have \(found.ours), and \(found.witness) otherwise"
                    )
                case .refusedByRiskGate, .orderBudget, .splitNotBooked, .protectedOtherwise: continue
                }
            }
        }
        for (symbol, quantity) in unprotectable {
            reasons.append("\(symbol): the broker takes no stop for \(quantity) of it")
        }
        for (symbol, doubt) in state.prices.current { reasons.append("\(symbol): \(doubt.words)") }
    }

    private mutating func watchBroker() {
        let watch = state.reconciler.watch
        if !isRunning, !state.configuration.isLockstep,
            !state.portfolio.positions.isEmpty || state.portfolio.orders.workingCount > 0
        {
            reasons.append("no core is at work, and the account has positions or orders")
        }
        if let fenced = state.reconciler.fencedOut {
            reasons.append(
                "the broker \(fenced.broker) obeys another core, for \(state.now - fenced.since): \(fenced.finding.words). Nothing that this one wants is done: end one of the two; if this one is to trade, `bigbrother broker free \(fenced.broker)`"
            )
        }
        if let broker = state.broker {
            if let foreign = broker.foreignAccount {
                reasons.append(
                    "the broker tells the account \(foreign.id), the configuration names \(state.configuration.account): nothing is sent"
                )
            }
            for defect in broker.listDefects.prefix(20) {
                reasons.append("a row of the broker's lists is left out: \(defect.defect.words)")
            }
        } else if isRunning, state.reconciler.fencedOut == nil {
            reasons.append("no broker is connected: nothing can be sent")
        }
        guard isRunning, !isConfirmed, state.reconciler.fencedOut == nil else { return }
        let why = watch.failure.map { ": \($0)" } ?? ""
        if let since = watch.silentSince, state.now - since >= Self.patience {
            reasons.append("the broker has not answered for \(state.now - since)\(why)")
        } else if let age {
            reasons.append("the broker's state and ours agreed last \(age) ago\(why)")
        } else {
            reasons.append("the broker's state was never known\(why)")
        }
    }

    private mutating func watchAccount() {
        let control = state.control
        let isHalted = control.state == .halted && !state.portfolio.positions.isEmpty
        if control.state != .active, control.who == TradingControl.core || isHalted {
            let nothing = isHalted ? "; nothing is sent until `bigbrother resume`" : ""
            reasons.append("trading is \(control.state.rawValue) (\(control.who)): \(control.why.words)\(nothing)")
        }
        if state.portfolio.evidence.doubt != nil {
            reasons.append("the account's figures are in doubt; those before are kept")
        }
    }

    /// Policies that the configuration names, and that are not connected; none where no core is at work.
    package var missingPolicies: [PluginName] {
        guard isRunning else { return [] }
        let ready = Set(state.policies)
        return state.configuration.policies.filter { !ready.contains($0) }
    }

    private mutating func watchPolicies() {
        let missing = missingPolicies
        for name in missing {
            reasons.append(
                "policy \(name) is not at work\(left(name)); nobody decides in its place, and its stops stay as they are: bigbrother plugins"
            )
        }
        for name in state.plugins.silent(of: state.configuration.policies, cycles: 3) where !missing.contains(name) {
            reasons.append("policy \(name) does not answer")
        }
        guard isRunning, !state.configuration.isLockstep else { return }
        for name in troubles.providers {
            reasons.append("provider \(name) is not at work\(left(name)); its prices stand still: bigbrother plugins")
        }
    }

    private func left(_ name: PluginName) -> String {
        troubles.gone[name].map { ", for \(state.now - $0.at) (\($0.why))" } ?? ""
    }

    /// What a person has written down, and is not in force.
    private mutating func watchConfiguration(_ leftOut: [String]) {
        if let refused = troubles.file {
            reasons.append(
                "the configuration file was refused \(state.now - refused.at) ago, and what was in force before it holds: \(refused.why)"
            )
        }
        for (name, refused) in troubles.settings.sorted(by: { $0.key < $1.key }) {
            reasons.append("\(name) goes on with the settings that it had, and refuses the new ones: \(refused.why)")
        }
        for why in leftOut { reasons.append("a plugin is left out: \(why)") }
    }
}
