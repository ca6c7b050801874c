import Foundation
import SeededRandom
import TestSupport
import Testing

@testable import PaperExchange

/// Core, stop-loss policy and broker adapter on three hosts, trading on a lively market, while the network fails.
@Suite(
    "Several hosts", .blocking, .serialized,
    .enabled(if: Hosts.obstacle == nil, "no hosts can be made here: \(Hosts.obstacle ?? "")"))
struct CableTests {
    private let programs: Programs
    private let account: RemoteAccount
    private var market: CrashMarket
    private var dice = SplitMix64(seed: 20_260_316)

    init() throws {
        programs = try Programs()
        market = try CrashMarket(folder: programs.folder.appendingPathComponent("tape"))
        try market.write(&dice)
        account = try RemoteAccount(
            programs, text: Self.text(market, reenters: true), addresses: ("10.77.1.1", "10.77.2.1"))
    }

    private static func text(_ market: CrashMarket, reenters: Bool) -> String {
        let positions = CrashMarket.longs.enumerated().map {
            "{symbol: \($1), quantity: 90, average_price: \(100 + $0 * 10)}"
        }
        let reenter = """
              - plugin: reenter
                settings: {long: \(CrashMarket.longs), short: \(CrashMarket.shorts), quantity: 90}
            """.replacingOccurrences(of: "\"", with: "")
        return """
            account: storm
            state: ${state}
            cycle: 250ms
            policy_budget: 200ms
            command_timeout: 1s
            reconcile_every: 8
            listen: ${listen}
            limits: {maximum_orders_per_minute: 1000000}
            damping: {reentry_cool_down: 0s, partial_cool_down: 0s}
            plugins: ["${tests}"]
            broker:
              plugin: paper
              start: false
              settings:
                account: storm
                cash: 1000000
                sessions: always
                allow_short: true
                reserves_shares: false
                limit_to_quote_size: true
                latency_milliseconds: 10
                latency_jitter_milliseconds: 40
                positions: [\(positions.joined(separator: ", "))]
            providers:
              - plugin: tape
                settings: {folders: ["\(market.folder.path)"], speed: 120}
            policies:
              - plugin: stop-loss
                start: false
                settings: {initial: 0.012, trail: 0.01, trail_from: high_water, breakeven_after_r: 1}
              - plugin: partial-profit
                settings: {ladder: [{at_r: 0.5, take: 0.33}, {at_r: 1, take: 0.5}]}
              - plugin: take-profit
                settings: {at_r: 2, round_to: 0.05}
            \(reenters ? reenter : "")
            run: {end_with_tape: false}
            """
    }

    private func begin(_ hosts: Hosts, _ keys: (broker: String, policy: String)) throws -> [RunningProcess] {
        let core = try account.core(namespace: hosts.core)
        let broker = try account.plugin("broker-paper", "broker", "paper", key: keys.broker, namespace: hosts.broker)
        let policy = try account.plugin(
            "policy-stop-loss", "policy", "stop-loss", key: keys.policy, namespace: hosts.policies)
        return [core, broker, policy]
    }

    private func makeKeys() throws -> (broker: String, policy: String) {
        (try account.key("broker", "paper"), try account.key("policy", "stop-loss"))
    }

    private func trades(_ count: Int) throws {
        let before = try account.entries("execution").count
        try eventually(seconds: 60, "\(count) more words of the broker") {
            try account.entries("execution").count >= before + count
        }
    }

    private func count(_ type: String, _ name: String) throws -> Int {
        try account.entries(type).filter { $0.contains(#""name":"\#(name)""#) }.count
    }

    /// Until it is gone, and back.
    private func outage(_ cable: Hosts.Cable, _ hosts: Hosts, _ role: String, _ name: String) throws {
        let (gone, ready) = (try count("\(role)_gone", name), try count("\(role)_ready", name))
        try hosts.pull(cable)
        try eventually("\(name) is missed") { try count("\(role)_gone", name) > gone }
        // Without a broker there is nothing to decide about.
        if cable == .policy { try account.cyclesGoOn() }
        try hosts.putBack(cable)
        try eventually(seconds: 30, "\(name) is back") { try count("\(role)_ready", name) > ready }
    }

    /// Both are gone at once, and come back one after the other.
    private func outageOfBoth(_ hosts: Hosts, firstBack first: Hosts.Cable) throws {
        let ends: [Hosts.Cable: (role: String, name: String)] = [
            .broker: ("broker", "paper"), .policy: ("policy", "stop-loss"),
        ]
        let order: [Hosts.Cable] = first == .broker ? [.broker, .policy] : [.policy, .broker]
        let before = try ends.mapValues {
            (gone: try count("\($0.role)_gone", $0.name), ready: try count("\($0.role)_ready", $0.name))
        }
        for cable in order { try hosts.pull(cable) }
        for cable in order {
            guard let end = ends[cable], let before = before[cable] else { continue }
            try eventually("\(end.name) is missed") { try count("\(end.role)_gone", end.name) > before.gone }
        }
        for cable in order {
            guard let end = ends[cable], let before = before[cable] else { continue }
            try hosts.putBack(cable)
            try eventually(seconds: 30, "\(end.name) is back") {
                try count("\(end.role)_ready", end.name) > before.ready
            }
        }
        try eventually(seconds: 30, "everything is protected again") {
            let state = try JournalFacts(programs.journal, onlyState: true).state
            return state.broker?.isReconciled == true && !state.protection.isAnyUnprotected
                && !state.portfolio.positions.isEmpty
        }
    }

    /// Lets the market stand still until nothing is under way, and lays journal and venue side by side.
    private func settle(_ hosts: Hosts, _ keys: (broker: String, policy: String)) throws {
        var (market, dice) = (market, dice)
        try market.write(&dice, calm: true)
        try account.rewrite(Self.text(market, reenters: false))
        let came = (try count("broker_ready", "paper"), try count("policy_ready", "stop-loss"))
        let processes = try begin(hosts, keys)
        try eventually(seconds: 60, "broker and policy are there again") {
            try count("broker_ready", "paper") > came.0 && count("policy_ready", "stop-loss") > came.1
        }
        var isCalm = false
        try eventually(seconds: 90, "the storm is over") {
            isCalm = try JournalFacts(programs.journal, onlyState: true).isCalm
            return isCalm && processes.allSatisfy(\.process.isRunning)
        }
        try account.end(processes[0], Array(processes.dropFirst()))
        let verdict = Verdict(try JournalFacts(programs.journal), try VenueHistory(in: account.venueFolder))
        #expect(verdict.offences.isEmpty, "\(verdict.offences)")
    }

    @Test("the cable is pulled and put back, from broker, policy and both: no order is lost or doubled")
    func pulled() throws {
        defer { programs.remove() }
        let hosts = try Hosts()
        let keys = try makeKeys()
        let processes = try begin(hosts, keys)
        try trades(10)
        // Shorter than anybody's patience: what was under way arrives late, and once.
        try hosts.pull(.broker)
        try account.cyclesGoOn(6)
        try hosts.putBack(.broker)
        try trades(5)
        #expect(try count("broker_gone", "paper") == 0)
        try outage(.broker, hosts, "broker", "paper")
        try trades(10)
        if Tier.isLong {
            try outage(.policy, hosts, "policy", "stop-loss")
            try outageOfBoth(hosts, firstBack: .policy)
            try trades(5)
        }
        try outageOfBoth(hosts, firstBack: .broker)
        try trades(10)
        try account.end(processes[0], Array(processes.dropFirst()))
        try settle(hosts, keys)
    }

    @Test("with packets late, overtaken and lost, trading goes on, and no order is lost or doubled", .nightly)
    func badCable() throws {
        defer { programs.remove() }
        let hosts = try Hosts(areGood: false)
        try hosts.badCable(.policy, programs)
        try hosts.badCable(.broker, programs)
        let keys = try makeKeys()
        let processes = try begin(hosts, keys)
        try account.cyclesGoOn(40)
        try trades(20)
        let asked = try account.entries("policies_answered")
        let heard = asked.filter { !$0.contains("failure") }
        #expect(heard.count > asked.count / 2, "most cycles hear everybody: \(heard.count) of \(asked.count)")
        try account.end(processes[0], Array(processes.dropFirst()))
        try settle(hosts, keys)
    }
}
