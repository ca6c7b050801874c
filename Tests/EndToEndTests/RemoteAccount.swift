import Foundation
import SQLiteJournal
import Testing

/// An account whose broker and stop-loss policy are started elsewhere and come in by tcp, with the keys for them.
struct RemoteAccount {
    let programs: Programs
    let config: String
    /// Where the policies, and the broker, come in.
    let policyEndpoint: String
    let brokerEndpoint: String
    /// Nil where the provider is the core's own.
    let providerEndpoint: String?
    private let listen: String
    private var keys: URL { programs.folder.appendingPathComponent("keys") }
    var venueFolder: String { programs.folder.appendingPathComponent("venue").path }

    /// - Parameters:
    ///   - addresses: of the core, for the policies' network and the broker's.
    ///   - providerAddress: for the provider's, where one comes in.
    ///   - text: the configuration; `${listen}` is replaced.
    init(
        _ programs: Programs, text: String = RemoteAccount.text,
        addresses: (String, String) = ("127.0.0.1", "127.0.0.1"), providerAddress: String? = nil
    ) throws {
        self.programs = programs
        policyEndpoint = "tcp://\(addresses.0):\(try Self.freePort())"
        brokerEndpoint = "tcp://\(addresses.1):\(try Self.freePort())"
        providerEndpoint = try providerAddress.map { "tcp://\($0):\(try Self.freePort())" }
        let provider = providerEndpoint.map { ", provider: \"\($0)\"" } ?? ""
        listen = "{policy: \"\(policyEndpoint)\", broker: \"\(brokerEndpoint)\"\(provider)}"
        config = try programs.configuration(text.replacingOccurrences(of: "${listen}", with: listen))
        for folder in [keys.path, venueFolder] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    /// Writes another configuration in the place of the one that the account was made with.
    func rewrite(_ text: String) throws {
        _ = try programs.configuration(text.replacingOccurrences(of: "${listen}", with: listen))
    }

    /// The scenario in real time; cycles of half a second.
    static let text = """
        account: faults
        state: ${state}
        cycle: 500ms
        policy_budget: 400ms
        listen: ${listen}
        broker:
          plugin: paper
          start: false
          settings:
            account: faults
            cash: 74934.91
            sessions: always
            positions: [{symbol: NVDA, quantity: 287, average_price: 184.8644}]
        initial_stops: {NVDA: 183.1822}
        providers:
          - plugin: tape
            settings: {folders: ["${home}/Plugins/Providers/Tape/tapes/nvda"], speed: 60}
        policies:
          - plugin: stop-loss
            start: false
            settings: {trail: 0.015, trail_from: last, limit_offset: 0.003}
          - plugin: theirs
            start: false
          - plugin: take-profit
        run: {end_with_tape: false}
        """

    /// A port that nobody has; the system gives it out again late.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) + getsockname(descriptor, $0, &size)
            }
        }
        try #require(result == 0)
        return UInt16(bigEndian: address.sin_port)
    }

    // MARK: - Keys

    /// Makes a key, and allows it unless it is to be an unknown one.
    /// - Parameter isNew: it takes the place of the one that the name has.
    /// - Returns: the path of the secret half.
    func key(_ role: String, _ name: String, isAllowed: Bool = true, isNew: Bool = false) throws -> String {
        let secret = keys.appendingPathComponent("\(role)-\(name).secret")
        if isNew {
            for file in [secret, secret.deletingPathExtension().appendingPathExtension("public")] {
                try FileManager.default.removeItem(at: file)
            }
        }
        let made = try programs.run(["keys", "new", role, name, "--folder", keys.path])
        #expect(made.code == 0, "\(made)")
        if isAllowed { try allow(role, name) }
        return secret.path
    }

    func allow(_ role: String, _ name: String) throws {
        let file = keys.appendingPathComponent("\(role)-\(name).public").path
        let allowed = try programs.run(["keys", "allow", file, "--config", config])
        #expect(allowed.code == 0, "\(allowed)")
    }

    func revoke(_ role: String, _ name: String) throws {
        let revoked = try programs.run(["keys", "revoke", role, name, "--config", config])
        #expect(revoked.code == 0 && revoked.output.contains("is revoked"), "\(revoked)")
    }

    /// When the list of keys was changed last.
    func keysChanged() throws -> Date {
        let path = programs.stateDirectory + "/keys/allowed.json"
        return try #require(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    }

    private var serverKey: String { programs.stateDirectory + "/keys/core-core.public" }

    private func endpoint(_ role: String) -> String {
        switch role {
        case "broker": brokerEndpoint
        case "provider": providerEndpoint ?? ""
        default: policyEndpoint
        }
    }

    /// What a plugin on another host is given.
    func environment(_ role: String, _ name: String, key: String) -> [String: String] {
        [
            "BIGBROTHER_ENDPOINT": endpoint(role), "BIGBROTHER_NAME": name,
            "BIGBROTHER_SERVER_KEY": serverKey, "BIGBROTHER_KEY_FILE": key, "BIGBROTHER_STATE": venueFolder,
            "BIGBROTHER_KEEP_VENUE_LOGS": "1",
        ]
    }

    // MARK: - Processes

    func core(namespace: String? = nil, _ arguments: [String] = []) throws -> RunningProcess {
        try RunningProcess(programs, ["run", "--config", config] + arguments, namespace: namespace)
    }

    func plugin(_ program: String, _ role: String, _ name: String, key: String, namespace: String? = nil) throws
        -> RunningProcess
    {
        try RunningProcess(
            programs, [], program: program, namespace: namespace, environment: environment(role, name, key: key))
    }

    /// The policy in another language, that behaves as the mode says.
    /// - Parameter later: as what it behaves after SIGUSR1.
    func stranger(
        _ mode: String, later: String? = nil, name: String, key: String, endpoint: String? = nil,
        namespace: String? = nil
    ) throws -> RunningProcess {
        var environment = environment("policy", name, key: key)
        if let endpoint { environment["BIGBROTHER_ENDPOINT"] = endpoint }
        let script = Programs.project.path + "/Tests/EndToEndTests/Plugins/remote/remote.py"
        return try RunningProcess(
            programs, [script, mode] + (later.map { [$0] } ?? []), program: "/usr/bin/python3", namespace: namespace,
            environment: environment)
    }

    /// The example of the Python kit, with the key that the name has already.
    func pythonKit(name: String) throws -> RunningProcess {
        let kit = Programs.project.path + "/Plugins/Kits/python"
        var environment = environment("policy", name, key: keys.appendingPathComponent("policy-\(name).secret").path)
        environment["PYTHONPATH"] = kit + "/src"
        return try RunningProcess(
            programs, [kit + "/examples/trailing-stop/trailing_stop.py"], program: "/usr/bin/python3",
            environment: environment)
    }

    // MARK: - What became of it

    func entries(_ type: String) throws -> [String] {
        try JournalText.entries(programs.journal, type: type)
    }

    /// When it was journaled.
    func times(_ type: String, _ words: String) throws -> [Date] {
        try JournalText.lines(programs.journal, type: type).filter { $0.text.contains(words) }
            .map { Date(timeIntervalSince1970: Double($0.at) / 1e9) }
    }

    func wait(_ type: String, _ words: String, seconds: Double = 30) throws {
        try eventually(seconds: seconds, "\(type): \(words)") {
            try entries(type).contains { $0.contains(words) }
        }
    }

    /// The cycles from a number of them on in which a policy was asked and has not answered as it should, by the journal.
    func missed(_ policies: [String], since count: Int) throws -> [String] {
        try entries("policies_answered").dropFirst(count).filter { heard in
            policies.contains { policy in
                guard let range = heard.range(of: #""policy":"\#(policy)""#) else { return true }
                return heard[range.upperBound...].prefix { $0 != "}" }.contains("failure")
            }
        }
    }

    func waitForStop(seconds: Double = 40) throws {
        try eventually(seconds: seconds, "the stop rests") {
            guard FileManager.default.fileExists(atPath: programs.journal) else { return false }
            let orders = try programs.json(["orders", "--journal", programs.journal]) as? [[String: Any]]
            return orders?.contains {
                field($0, "terms", "stop_price") as? String == "186.23" && field($0, "status") as? String == "new"
            } == true
        }
    }

    func cyclesGoOn(_ count: Int = 4) throws {
        let before = try entries("cycle_started").count
        try eventually("\(count) more cycles") { try entries("cycle_started").count > before + count }
    }

    var log: String {
        let data = FileManager.default.contents(atPath: programs.stateDirectory + "/bigbrother.log") ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// Ends the core; its plugins elsewhere are asked to leave and do.
    func end(_ core: RunningProcess, _ plugins: [RunningProcess]) throws {
        core.signal(SIGTERM)
        let ending = core.wait()
        #expect(ending.code == 0, "\(ending)")
        for plugin in plugins {
            let ending = plugin.wait(seconds: 10)
            #expect(ending.code == 0, "\(ending)\n\(log.suffix(2_000))")
        }
        let replay = try programs.run(["replay", "--journal", programs.journal])
        #expect(replay.code == 0 && replay.output.hasPrefix("identical"), "\(replay)")
    }
}
