import Configuration
import Foundation
import JSON
import Orchestration
import Testing
import Trading
import Wire

@testable import Setup

@Suite("The file of a new account")
struct AccountFileTests {
    private let manifest = """
        {"name": "test-broker", "role": "broker", "version": "1.0.0", "description": "For a test: a broker # of no use.",
         "command": ["test-broker"], "real_money_setting": "live",
         "settings": {
           "live": {"type": "boolean", "default": false, "what": "Real money."},
           "account": {"type": "text", "what": "The account."},
           "cash": {"type": "decimal", "required": true, "minimum": 0, "what": "Cash."},
           "key_file": {"type": "text", "what": "The keys."}},
         "setup": {"keys": {"setting": "key_file", "source": "its page", "lines": [{"name": "KEY", "what": "key"}]},
           "questions": ["cash"], "settings": {"account": "@ACCOUNT@"}}}
        """

    /// A catalog with the test's broker alone.
    private func withCatalog<Value>(_ body: (PluginCatalog, String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("setup-\(UUID().uuidString)")
        let own = folder.appendingPathComponent("test-broker")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try manifest.write(toFile: own.path + "/plugin.json", atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(
            atPath: own.path + "/test-broker", contents: nil, attributes: [.posixPermissions: 0o755])
        return try body(PluginCatalog(folders: [folder.path], binaries: folder.path), folder.path)
    }

    private func made(
        _ catalog: PluginCatalog, _ options: SetupOptions, _ terminal: (any Terminal)? = nil, found: AccountID? = nil
    ) throws -> String {
        let setup = AccountSetup(catalog, options, Interview(terminal))
        let broker = try setup.broker()
        let settings = try setup.settings(of: broker)
        let account = try setup.account(found: found)
        return AccountFile(try setup.answers(broker, account, settings: settings, keyFile: "/etc/my keys")).text
    }

    private var options: SetupOptions {
        var options = SetupOptions()
        (options.broker, options.account, options.settings) = ("test-broker", "U1:{x}", ["cash=100.5"])
        return options
    }

    @Test("what was answered is what the file says, whatever characters it has")
    func reads() throws {
        try withCatalog { catalog, folder in
            var options = options
            (options.isLive, options.watched, options.approval) = (true, "BRK.B, AAPL", "all")
            (options.dailyLoss, options.weight, options.stop) = ("none", "0.25", "0.08")
            options.plugins = [folder]
            let path = folder + "/account.yaml"
            try (made(catalog, options) + "policies: []\n").write(toFile: path, atomically: true, encoding: .utf8)
            let loaded = try LoadedConfiguration(path: path, home: folder, binaries: folder)
            let configuration = loaded.configuration
            #expect(configuration.account.text == "U1:{x}")
            #expect(configuration.broker.settings?["account"] == .string("U1:{x}"))
            #expect(configuration.broker.settings?["cash"]?.plain == "100.5")
            #expect(configuration.broker.settings?["key_file"] == .string("/etc/my keys"))
            let modes = (configuration.symbolModes ?? [:]).map { "\($0.key) \($0.value.value)" }.sorted()
            #expect(modes == ["AAPL watched", "BRK.B watched"])
            #expect(configuration.approval?.value == .all)
            #expect(configuration.limits?.maximumDailyLoss == nil)
            #expect(configuration.limits?.maximumPositionWeight == Ratio(units: Ratio.scale / 4))
            #expect(configuration.defaultStop == Ratio(units: Ratio.scale * 8 / 100))
            #expect(loaded.realMoneyBrokers == [try PluginName("test-broker")])
        }
    }

    @Test("without answers the file has paper money, limits and a stop; with real money entries are asked about")
    func usual() throws {
        try withCatalog { catalog, _ in
            let paper = try made(catalog, options)
            #expect(paper.contains("    live: false\n") && paper.contains("approval: none\n"))
            #expect(paper.contains("  maximum_daily_loss: 0.03\n") && paper.contains("default_stop: 0.05\n"))
            var options = options
            options.isLive = true
            #expect(try made(catalog, options).contains("approval: entries\n"))
        }
    }

    @Test("no limits at all leave no empty key")
    func noLimits() throws {
        try withCatalog { catalog, folder in
            var options = options
            (options.dailyLoss, options.weight, options.plugins) = ("none", "none", [folder])
            let path = folder + "/account.yaml"
            try (made(catalog, options) + "policies: []\n").write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try LoadedConfiguration(path: path, home: folder, binaries: folder).configuration.limits == nil)
        }
    }

    @Test("a person is asked in the order of the matter, and the account only when the broker does not say it")
    func asked() throws {
        try withCatalog { catalog, _ in
            let script = Script("nobody", "test-broker", "paper", "-4", "100", "", "", "", "", "")
            _ = try made(catalog, SetupOptions(), script, found: try AccountID("U7"))
            let words = script.prompts.map(\.text)
            #expect(words.filter { $0.hasPrefix("Which broker") }.count == 2, "\(words)")
            #expect(words.filter { $0.hasPrefix("cash") }.count == 2, "a cash of -4 is refused: \(words)")
            #expect(!words.contains { $0.contains("account's id") }, "\(words)")
            #expect(script.prompts.allSatisfy { !$0.isSecret })
        }
    }

    @Test("the account that was named is the one that the broker names")
    func otherAccount() throws {
        try withCatalog { catalog, _ in
            let error = #expect(throws: SetupError.self) {
                try made(catalog, options, found: try AccountID("U7"))
            }
            #expect(error?.description == "--account names U1:{x}, and the key is of U7")
        }
    }

    @Test(
        "an option that makes no sense is refused with its name",
        arguments: [
            ("stop", "5", "--stop: a share from 0.001 to 0.5"), ("dailyLoss", "2", "--daily-loss: a share above 0"),
            ("watched", "a b c d e f !", "--watch: "), ("approval", "some", "--approval: write none, entries or all"),
            ("settings", "cash", "--set takes NAME=VALUE"), ("settings", "cahs=1", "has no such setting"),
            ("settings", "cash=x", "--set cash: "), ("broker", "x", "--broker: \"x\" is none of test-broker"),
        ])
    func refused(option: String, value: String, words: String) throws {
        try withCatalog { catalog, _ in
            var options = options
            switch option {
            case "stop": options.stop = value
            case "dailyLoss": options.dailyLoss = value
            case "watched": options.watched = value
            case "approval": options.approval = value
            case "settings": options.settings = ["cash=1", value]
            default: options.broker = value
            }
            let error = #expect(throws: SetupError.self) { try made(catalog, options) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }
}
