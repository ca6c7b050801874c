import Foundation
import SeededRandom
import TestSupport
import Testing

@testable import PaperExchange

/// Core, policies, broker adapter and provider on four hosts, and a fifth one that means no good. `RemoteTests` has each of its attacks
/// from the core's own host at the gate.
@Suite(
    "Other hosts that mean no good", .nightly, .blocking, .serialized,
    .enabled(if: Hosts.obstacle == nil, "no hosts can be made here: \(Hosts.obstacle ?? "")"))
struct AttackTests {
    private let programs: Programs
    private let account: RemoteAccount

    init() throws {
        programs = try Programs()
        // Prices stand still, so that nothing happens but what the test does.
        var market = try CrashMarket(folder: programs.folder.appendingPathComponent("tape"))
        var dice = SplitMix64(seed: 20_260_316)
        try market.write(&dice, calm: true)
        account = try RemoteAccount(
            programs, text: Self.text(market), addresses: (Hosts.Cable.policy.near, Hosts.Cable.broker.near),
            providerAddress: Hosts.Cable.provider.near)
    }

    private static func text(_ market: CrashMarket) -> String {
        """
        account: hosts
        state: ${state}
        cycle: 500ms
        policy_budget: 400ms
        listen: ${listen}
        limits: {maximum_quote_age: 2s}
        damping: {reentry_cool_down: 0s}
        broker:
          plugin: paper
          start: false
          settings:
            account: hosts
            cash: 100000
            sessions: always
            positions: [{symbol: ALFA, quantity: 90, average_price: 100}]
        providers:
          - plugin: tape
            start: false
            settings: {folders: ["\(market.folder.path)"], speed: 120}
        policies:
          - {plugin: stop-loss, start: false, settings: {initial: 0.05}}
          - {plugin: churn, start: false}
          - {plugin: liar, start: false}
          - {plugin: flooder, start: false}
        run: {end_with_tape: false}
        """
    }

    /// Everybody, at work.
    private struct Account {
        let hosts: Hosts
        let core: RunningProcess
        let broker: RunningProcess
        let provider: RunningProcess
        let churn: RunningProcess
        var stopLoss: RunningProcess
        /// Of the fifth host: they are let in, and keep the protocol until a test says otherwise.
        let liar: RunningProcess
        let flooder: RunningProcess
        let liarKey: String
        let stolenKey: String
    }

    private func begin() throws -> Account {
        let hosts = try Hosts([.policy, .broker, .provider, .stranger])
        let keys = try ["churn", "liar", "flooder", "stop-loss"].map { ($0, try account.key("policy", $0)) }
        let key = Dictionary(uniqueKeysWithValues: keys)
        func policy(_ name: String, _ mode: String, later: String? = nil, _ host: Hosts.Cable) throws -> RunningProcess
        {
            try account.stranger(mode, later: later, name: name, key: key[name] ?? "", namespace: hosts[host])
        }
        let core = try account.core(namespace: hosts.core)
        let begun = Account(
            hosts: hosts, core: core,
            broker: try account.plugin(
                "broker-paper", "broker", "paper", key: account.key("broker", "paper"), namespace: hosts.broker),
            provider: try account.plugin(
                "provider-tape", "provider", "tape", key: account.key("provider", "tape"), namespace: hosts[.provider]),
            churn: try policy("churn", "churn", .policy),
            stopLoss: try account.plugin(
                "policy-stop-loss", "policy", "stop-loss", key: key["stop-loss"] ?? "", namespace: hosts.policies),
            liar: try policy("liar", "fine", later: "broker", .stranger),
            flooder: try policy("flooder", "fine", later: "flood", .stranger), liarKey: key["liar"] ?? "",
            stolenKey: key["stop-loss"] ?? "")
        try bought(2)
        return begun
    }

    private func buys() throws -> Int {
        try account.entries("command").filter { $0.contains("BRVO") && $0.contains(#""side":"buy""#) }.count
    }

    /// Until entries go out.
    private func bought(_ count: Int) throws {
        let before = try buys()
        try eventually(seconds: 30, "\(count) more entries") { try buys() >= before + count }
    }

    /// What is done while the others answer, in every cycle from its beginning to so many cycles after its end.
    private func whileOthersAreHeard(cycles: Int = 3, _ body: () throws -> Void) throws {
        let count = try account.entries("policies_answered").count
        try body()
        try account.cyclesGoOn(cycles)
        #expect(try account.missed(["stop-loss", "churn"], since: count) == [])
    }

    private func count(_ type: String, _ words: String) throws -> Int {
        try account.entries(type).filter { $0.contains(words) }.count
    }

    @Test(
        "a provider's cable, a liar, a stranger, floods and a stolen key: refused or cut, told, and the others are heard"
    )
    func attacks() throws {
        defer { programs.remove() }
        var account = try begin()
        defer { for process in [account.liar, account.flooder] { process.signal(SIGKILL) } }
        try pricesStop(account)
        try whileOthersAreHeard { try lie(account) }
        let stranger = try knock(account)
        try whileOthersAreHeard { try flood(account) }
        try whileOthersAreHeard { try connect(account) }
        stranger.signal(SIGKILL)
        try steal(&account)
        try self.account.end(account.core, [account.broker, account.provider, account.churn, account.stopLoss])
    }

    /// The provider's cable: what is entered needs a price that is fresh.
    private func pricesStop(_ account: Account) throws {
        try account.hosts.pull(.provider)
        try self.account.wait("alert", #""price_old":{"_0":"BRVO""#)
        let entered = try buys()
        try self.account.wait("provider_gone", "tape")
        try self.account.cyclesGoOn()
        #expect(try buys() == entered, "no entry by an old price")
        try account.hosts.putBack(.provider)
        try eventually(seconds: 30, "prices come again") { try count("provider_ready", "tape") == 2 }
        try bought(1)
    }

    private func lie(_ account: Account) throws {
        account.liar.signal(SIGUSR1)
        try self.account.wait(
            "alert", #""protocol_violation":{"_0":"liar","why":"a policy may not send execution""#)
        try self.account.wait("policy_gone", "a policy may not send execution")
        // Nor does its key come in where brokers do.
        let knocking = try self.account.stranger(
            "fine", name: "liar", key: account.liarKey, endpoint: self.account.brokerEndpoint,
            namespace: account.hosts[.stranger])
        let far = Hosts.Cable.stranger.far
        try self.account.wait(
            "alert", "the key of policy liar knocked at the broker socket from \(far) and was refused")
        knocking.signal(SIGKILL)
    }

    private func knock(_ account: Account) throws -> RunningProcess {
        let key = try self.account.key("policy", "theirs", isAllowed: false)
        let stranger = try self.account.stranger(
            "fine", name: "theirs", key: key, namespace: account.hosts[.stranger])
        try self.account.wait("alert", "an unauthenticated peer with the unknown key")
        #expect(try count("alert", "from \(Hosts.Cable.stranger.far) was refused at the policy socket") == 1)
        return stranger
    }

    private func flood(_ account: Account) throws {
        account.flooder.signal(SIGUSR1)
        try self.account.wait("alert", "it floods the core (more than 1000 messages", seconds: 15)
        try self.account.wait("policy_gone", "it floods the core")
    }

    private func connect(_ account: Account) throws {
        let mark = programs.folder.appendingPathComponent("connected").path
        let port = self.account.policyEndpoint.split(separator: ":").last ?? ""
        let script = """
            import pathlib, socket, time
            held, begin = [], time.monotonic()
            while len(held) < 2000 and time.monotonic() - begin < 8:
                try: held.append(socket.create_connection(("\(Hosts.Cable.policy.near)", \(port)), 0.2))
                except OSError: pass
            pathlib.Path("\(mark)").touch()
            time.sleep(60)
            """
        let flooding = try RunningProcess(
            programs, ["-c", script], program: "/usr/bin/python3", namespace: account.hosts[.stranger])
        defer { flooding.signal(SIGKILL) }
        try eventually("they are connected") { FileManager.default.fileExists(atPath: mark) }
        try self.account.wait(
            "alert", "to the policy socket have said nothing, the newest is from \(Hosts.Cable.stranger.far)")
        let files = "/proc/\(account.core.process.processIdentifier)/fd"
        try eventually("what was cut is closed") {
            try FileManager.default.contentsOfDirectory(atPath: files).count < 200
        }
    }

    /// The key of stop-loss, used by the fifth host too: its owner keeps the session; revoked, both are cut.
    private func steal(_ account: inout Account) throws {
        let far = (owner: Hosts.Cable.policy.far, thief: Hosts.Cable.stranger.far)
        var thief: RunningProcess?
        // It has a connection for five seconds, without a session.
        try whileOthersAreHeard(cycles: 1) {
            thief = try self.account.stranger(
                "fine", name: "stop-loss", key: account.stolenKey, namespace: account.hosts[.stranger])
            let told = "the key of policy stop-loss is used from \(far.thief), while \(far.owner) has the session"
            try self.account.wait("alert", told)
        }
        let begin = Date()
        try self.account.revoke("policy", "stop-loss")
        let revoked = try self.account.keysChanged()
        try self.account.wait("policy_gone", "its key has been revoked")
        try self.account.wait("alert", "a connection from \(far.thief) was cut: its key has been revoked")
        for (type, words) in [("policy_gone", "its key has been revoked"), ("alert", "from \(far.thief) was cut")] {
            let late = try self.account.times(type, words).map { $0.timeIntervalSince(revoked) }
            #expect(revoked > begin && late.count == 1 && late.allSatisfy { $0 < 1 }, "\(words) after \(late) s")
        }
        account.stopLoss.signal(SIGKILL)
        account.stopLoss = try self.account.plugin(
            "policy-stop-loss", "policy", "stop-loss", key: self.account.key("policy", "stop-loss", isNew: true),
            namespace: account.hosts.policies)
        try eventually(seconds: 30, "the owner is back") { try count("policy_ready", "stop-loss") == 2 }
        try whileOthersAreHeard { try self.account.cyclesGoOn(2) }
        thief?.signal(SIGKILL)
    }
}
