import Foundation
import Node
import Orchestration
import Testing
import Trading

@testable import Configuration

/// A configuration file in a folder of its own, with programs that are none, so that nothing need be built.
struct Loading {
    let folder: URL
    private let binaries: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("load-\(UUID().uuidString)")
        binaries = folder.appendingPathComponent("bin")
        try FileManager.default.createDirectory(at: binaries, withIntermediateDirectories: true)
        for name in [
            "policy-stop-loss", "policy-partial-profit", "policy-take-profit", "policy-portfolio-risk",
            "policy-emergency",
            "broker-paper", "provider-tape",
        ] {
            _ = FileManager.default.createFile(
                atPath: binaries.appendingPathComponent(name).path, contents: nil,
                attributes: [.posixPermissions: 0o755])
        }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func load(_ text: String) throws -> LoadedConfiguration {
        let path = folder.appendingPathComponent("test.yaml").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try LoadedConfiguration(path: path, home: project, binaries: binaries.path)
    }

    static let base = """
        account: demo
        broker:
          plugin: paper
          settings: {account: demo, cash: 100}
        providers:
          - plugin: tape
            settings: {folders: [x]}
        policies:
          - plugin: stop-loss
            settings:
              trail: 0.02
          - plugin: portfolio-risk
        limits: {maximum_daily_loss: 0.03}
        """
}

@Suite("Loading a configuration")
struct LoadingTests {
    private func defect(_ from: String, _ to: String) throws -> ConfigurationError? {
        let loading = try Loading()
        defer { loading.remove() }
        #expect(Loading.base.contains(from))
        let text = Loading.base.replacingOccurrences(of: from, with: to)
        return #expect(throws: ConfigurationError.self) { _ = try loading.load(text) }
    }

    @Test(
        "an unknown key names its line, its place and the nearest right one",
        arguments: [
            (
                "trail: 0.02", "trial: 0.02", 11,
                "policies[0].settings.trial: stop-loss knows no setting \"trial\", did you mean \"trail\"?"
            ),
            ("trail: 0.02", "trail: 2", 11, "policies[0].settings.trail: it must be above 0 and below 1"),
            (
                "cash: 100", "cahs: 100", 4,
                "broker.settings.cahs: paper knows no setting \"cahs\", did you mean \"cash\"?"
            ),
            (
                "limits: {maximum_daily_loss", "limts: {maximum_daily_loss", 13,
                "unknown field \"limts\", did you mean \"limits\"?"
            ),
            (
                "{maximum_daily_loss", "{max_daily_loss", 13,
                "limits: unknown field \"max_daily_loss\", did you mean \"maximum_daily_loss\"?"
            ),
            (
                "{maximum_daily_loss: 0.03}", "{drawdown_pause: {limit: 10}}", 13,
                "limits.drawdown_pause: limit: a share of equity above 0 and up to 1, 0.05 is 5 %, not 10; 10 is 1000 %, 10 % is 0.1"
            ),
            ("{maximum_daily_loss: 0.03}", "{drawdown_pause: {limit: 0.1, within: 2h}}", 13, "a day or more"),
            (
                "{maximum_daily_loss: 0.03}", "{weekly_loss_pause: {limit: 0.05, gross: 50}}", 13,
                "gross: a share of equity"
            ),
            ("{maximum_daily_loss: 0.03}", "{loss_streak_pause: {losses: 0}}", 13, "losses: a number of positions"),
            (
                "{maximum_daily_loss: 0.03}", "{loss_streak_pause: {losses: 3, pause: 0s}}", 13,
                "pause: longer than nothing"
            ),
            ("{maximum_daily_loss: 0.03}", "{day_trades: {most: 0}}", 13, "most: a number of day trades"),
            (
                "{maximum_daily_loss: 0.03}", "{maximum_quote_age: 2d}", 13,
                "limits.maximum_quote_age: a time from 1s to 1h"
            ),
            (
                "{maximum_daily_loss: 0.03}", "{maximum_price_silence: 365d}", 13,
                "limits.maximum_price_silence: a time from 1s to 1d"
            ),
            ("{maximum_daily_loss: 0.03}", "{price_collar: 0.0001}", 13, "limits.price_collar: a share from 0.01 to 1"),
            (
                "{maximum_daily_loss: 0.03}", "{maximum_orders_per_minute: 1}", 13,
                "limits.maximum_orders_per_minute: a number from 6"
            ),
            ("providers:\n", "data_providers:\n", 5, "did you mean \"providers\"?"),
            (
                "  - plugin: portfolio-risk", "  - plugin: portfolio-risk\n    setings: {}", 13,
                "did you mean \"settings\"?"
            ),
            ("cash: 100", "currency: USD", 4, "broker.settings: paper needs `cash`: Cash at the start."),
        ])
    func wrong(from: String, to: String, line: Int, words: String) throws {
        let error = try defect(from, to)
        #expect(error?.what.contains(words) == true && error?.line == line, "\(String(describing: error))")
    }

    @Test("pauses and guards are off, and have their stated figures where they are written")
    func pauses() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let off = try loading.load(Loading.base).configuration.core().limits
        #expect(off.drawdownPause == nil && off.weeklyLossPause == nil && off.lossStreakPause == nil)
        #expect(off.dayTrades == nil && !off.settledCashOnly)
        let text = Loading.base.replacingOccurrences(
            of: "{maximum_daily_loss: 0.03}",
            with:
                "{drawdown_pause: {limit: 0.1}, weekly_loss_pause: {limit: 0.05}, loss_streak_pause: {losses: 3}, day_trades: {}, settled_cash_only: true}"
        )
        let limits = try loading.load(text).configuration.core().limits
        #expect(limits.drawdownPause == DrawdownRule(limit: Ratio(units: 100_000)))
        #expect(limits.drawdownPause?.within == .seconds(30 * 86_400) && limits.drawdownPause?.pause == .day)
        #expect(
            limits.weeklyLossPause == WeeklyLossRule(limit: Ratio(units: 50_000))
                && limits.weeklyLossPause?.pause == nil)
        #expect(limits.lossStreakPause == LossStreakRule(losses: 3) && limits.lossStreakPause?.pause == .day)
        #expect(limits.dayTrades?.most == 3 && limits.dayTrades == DayTradeRule() && limits.settledCashOnly)
    }

    @Test("a script that cannot be executed is told, with what makes it a program")
    func script() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let plugin = loading.folder.appendingPathComponent("mine")
        try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
        let manifest = """
            {"name": "mine", "role": "policy", "version": "1.0.0", "description": "One", "command": ["mine.py"]}
            """
        try manifest.write(to: plugin.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        let script = plugin.appendingPathComponent("mine.py")
        try "#!/usr/bin/env python3".write(to: script, atomically: true, encoding: .utf8)
        let text = Loading.base.replacingOccurrences(of: "plugin: portfolio-risk", with: "plugin: mine")
        let error = #expect(throws: ConfigurationError.self) { _ = try loading.load("plugins: [mine]\n" + text) }
        #expect(
            error?.what.contains("\(script.path) cannot be executed, chmod +x makes it") == true,
            "\(String(describing: error))")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        _ = try loading.load("plugins: [mine]\n" + text)
    }

    @Test(
        "a figure of the core that makes no sense, or switches a protection off, is refused with its place",
        arguments: [
            ("default_stop: 5", "default_stop: a share from 0.001 to 0.5, not 5; 5 is 500 %, 5 % is 0.05"),
            ("default_stop: 0", "default_stop: a share from 0.001"),
            ("cycle: 0s", "cycle: a time from 50ms to 5m, not 0 ms"),
            ("cycle: 1h", "cycle: a time from 50ms to 5m, not 1 h"),
            ("command_timeout: 0s", "command_timeout: a time from 100ms to 5m"),
            ("command_timeout: 1d", "command_timeout: a time from 100ms to 5m"),
            ("unprotected_limit: 0s", "unprotected_limit: a time from 1s to 15m"),
            ("unprotected_limit: 365d", "unprotected_limit: a time from 1s to 15m, not 365 d"),
            ("stop_patience: 0s", "stop_patience: a time from 1s to 15m"),
            ("policy_budget: 2m", "policy_budget: a time from 1ms to 1m"),
            ("advisory_life: 40d", "advisory_life: a time from 1s to 31d"),
            ("swap_drain: 1h", "swap_drain: a time from 100ms to 10m"),
            ("approval_expiry: 30d", "approval_expiry: a time from 1s to 3d"),
            ("dust: 1000000", "dust: a value from 0 to 10000"), ("dust: -1", "dust: a value from 0 to 10000"),
            ("reconcile_every: 0", "reconcile_every: a number of cycles from 1 to 1000, not 0"),
            ("reconcile_every: 100000", "reconcile_every: a number of cycles from 1 to 1000"),
            ("reconcile_every: 500", "reconcile_every: 500 cycles of 10 s are 1 h 23 min between two looks"),
            ("initial_stops: {AAPL: -3}", "initial_stops.AAPL: a price lies above zero"),
            ("damping: {minimum_stop_move: 0.5}", "damping.minimum_stop_move: a share from 0 to 0.1"),
            ("damping: {minimum_reduction: -1}", "damping.minimum_reduction: a share from 0 to 0.5"),
            ("damping: {minimum_stop_ticks: -4}", "damping.minimum_stop_ticks: a number of price increments"),
            ("damping: {reentry_cool_down: 900000d}", "is no length of time"),
            ("damping: {reentry_cool_down: 60d}", "damping.reentry_cool_down: a time from 0s to 31d"),
            ("advisory_bounds: {low: 3, high: 0.1}", "advisory_bounds: low is at most high"),
            ("advisory_bounds: {low: 3}", "advisory_bounds: low is at most high"),
            ("advisory_bounds: {high: 1000}", "advisory_bounds.high: a factor from 0.1 to 10"),
            ("run: {cycles: 0}", "run.cycles: a number of cycles from 1"), ("run: {pace: 2h}", "run.pace: a time from"),
        ])
    func coreFigures(line: String, wanted: String) throws {
        let loading = try Loading()
        defer { loading.remove() }
        let error = try #require(throws: ConfigurationError.self) { _ = try loading.load(Loading.base + "\n\(line)\n") }
        #expect("\(error)".contains(wanted), "\(error)")
    }

    @Test("on a tape time goes from bar to bar, and what lasts a day there is taken")
    func lockstep() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let text =
            Loading.base
            + "\nclock: lockstep\ncycle: 1d\nunprotected_limit: 2d\nreconcile_every: 100\n"
        #expect(try loading.load(text).configuration.core().unprotectedLimit == .seconds(2 * 86_400))
        #expect(throws: ConfigurationError.self) { _ = try loading.load(text + "stop_patience: 365d\n") }
    }

    @Test(
        "a word that is none of those that a key takes is refused with them, and with its place",
        arguments: [
            (
                "symbol_modes: {AAPL: watch}",
                "symbol_modes.AAPL: \"watch\" is none of managed, protected, frozen, watched"
            ),
            ("symbol_modes: {AAPL: true}", "symbol_modes.AAPL: write one of managed, protected, frozen, watched"),
            ("approval: exits", "approval: \"exits\" is none of none, entries, all"),
            ("approval: [all]", "approval: write one of none, entries, all"),
            ("approval: entrys", "did you mean \"entries\"?"),
            ("clock: fast", "clock: \"fast\" is none of real, lockstep"),
            ("external_orders: no", "external_orders: \"no\" is none of leave, manage"),
        ])
    func choices(line: String, wanted: String) throws {
        let loading = try Loading()
        defer { loading.remove() }
        let error = try #require(throws: ConfigurationError.self) { _ = try loading.load(Loading.base + "\n\(line)\n") }
        #expect("\(error)".contains(wanted) && error.line == 14, "\(error)")
    }

    @Test("what is adopted keeps nobody from trading, whatever name it has")
    func adoptedNames() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let names = ["core", "venue", "far", "far-away", "calm", "guest"]
        for name in names {
            let folder = loading.folder.appendingPathComponent("plugins.d/\(name)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let manifest =
                #"{"name": "\#(name)", "role": "policy", "version": "1", "description": "x", "command": ["policy-stop-loss"]}"#
            try manifest.write(
                to: folder.appendingPathComponent("plugin.json"), atomically: true, encoding: .utf8)
        }
        let text = Loading.base
            .replacingOccurrences(of: "  plugin: paper", with: "  plugin: paper\n  name: venue")
            .replacingOccurrences(
                of: "policies:\n", with: "  - {plugin: far, name: far-away, start: false}\npolicies:\n"
            )
            .replacingOccurrences(of: "- plugin: portfolio-risk", with: "- {plugin: portfolio-risk, name: calm}")
        let loaded = try loading.load(text + "\nadopt: plugins.d\n")
        #expect(loaded.specs.map(\.name.text) == ["venue", "tape", "far-away", "stop-loss", "calm", "guest"])
        #expect(loaded.specs.filter(\.isAdopted).map(\.name.text) == ["guest"])
        #expect(loaded.leftOut.count == 5)
        for (name, owner) in [("core", "the core itself"), ("venue", "the broker"), ("far", "a provider")] {
            let words = "the name \(name) is taken by \(owner)"
            #expect(loaded.leftOut.contains { $0.hasSuffix(words) }, "\(loaded.leftOut)")
        }
    }

    @Test("no policy has the name of the core, nor the one of a person", arguments: ["core", "person"])
    func nameOfTheCore(name: String) throws {
        let loading = try Loading()
        defer { loading.remove() }
        let start = try #require(Loading.base.range(of: "policies:"))
        let text = Loading.base[..<start.lowerBound] + "policies: [{plugin: stop-loss, name: \(name)}]\n"
        let error = try #require(throws: ConfigurationError.self) { _ = try loading.load(String(text)) }
        #expect("\(error)".contains("is one that the core uses itself"))
    }

    @Test("without `policies` the default ones watch over the account; an empty list is none")
    func defaults() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let start = try #require(Loading.base.range(of: "policies:"))
        let head = String(Loading.base[..<start.lowerBound])
        let loaded = try loading.load(head)
        #expect(loaded.specs.filter { $0.role == .policy }.map(\.name) == Configuration.defaultPolicies)
        #expect(loaded.configuration.core().policies == Configuration.defaultPolicies.sorted())
        #expect(loaded.settingWords.contains { $0.hasPrefix("stop-loss: ") && $0.contains("initial 0.02 (default)") })
        #expect(try loading.load(head + "policies: []\n").configuration.core().policies.isEmpty)
    }

    @Test("the shipped minimal configuration has at most ten lines")
    func minimal() throws {
        let text = try String(contentsOfFile: project + "/Plugins/Configurations/minimal.yaml", encoding: .utf8)
        #expect(text.split(separator: "\n").count <= 10)
    }

    @Test("the target of a reload keeps the clock that runs, and tells what a reload cannot change")
    func target() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let running = try loading.load(Loading.base)
        let changed = try loading.load(
            Loading.base + "\nclock: lockstep\nstate: elsewhere\ndamping: {minimum_stop_move: 0.01}\n")
        let (before, after) = (running.target(for: running), changed.target(for: running))
        #expect(after.core.policyBudget == before.core.policyBudget, "its default belongs to the clock")
        #expect(after.core.damping.minimumStopMove == (try Ratio("0.01")))
        #expect(after.fixed["clock"] == "lockstep" && before.fixed["clock"] == "real")
        #expect(after.fixed["state"] != before.fixed["state"])
    }

    // MARK: - Other hosts

    private static let remote = Loading.base.replacingOccurrences(
        of: "  - plugin: portfolio-risk", with: "  - plugin: portfolio-risk\n    start: false")

    @Test("a role that is started elsewhere may come in by tcp")
    func listen() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let loaded = try loading.load(Self.remote + "\nlisten: {policy: \"tcp://10.0.0.1:5701\"}\n")
        #expect(loaded.listeners.map(\.role) == ["policy"] && loaded.listeners[0].endpoint.needsCURVE)
        #expect(loaded.fixed["listen"] == "policy tcp://10.0.0.1:5701")
        #expect(try loading.load(Loading.base).listeners.isEmpty)
    }

    @Test("a plugin of another host needs no manifest here; one that the core starts does")
    func unknownElsewhere() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let text = Loading.base.replacingOccurrences(
            of: "  - plugin: portfolio-risk", with: "  - plugin: theirs\n    start: false\n    settings: {a: 1}")
        let spec = try #require(try loading.load(text).specs.last)
        #expect(spec.name.text == "theirs" && spec.program == nil && spec.settings["a"] != nil)
        #expect(throws: ConfigurationError.self) {
            _ = try loading.load(text.replacingOccurrences(of: "    start: false\n", with: ""))
        }
    }

    @Test(
        "an address that cannot be listened at is told with its line and the remedy",
        arguments: [
            ("{policy: \"ipc:///a\"}", "listen.policy: write tcp://ADDRESS:PORT"),
            ("{policy: \"tcp://a;b:1\"}", "listen.policy: endpoint \"tcp://a;b:1\" is refused"),
            ("{broker: \"tcp://10.0.0.1:1\"}", "listen.broker: no broker is started elsewhere"),
            ("{control: \"tcp://10.0.0.1:1\"}", "unknown field \"control\""),
            ("{policy: \"tcp://10.0.0.1\"}", "tcp needs a port"),
        ])
    func badListen(text: String, words: String) throws {
        let loading = try Loading()
        defer { loading.remove() }
        let error = try #require(throws: ConfigurationError.self) {
            _ = try loading.load(Self.remote + "\nlisten: \(text)\n")
        }
        #expect(error.what.contains(words) && error.line == 15, "\(error)")
    }

    @Test("two roles have two ports")
    func samePort() throws {
        let loading = try Loading()
        defer { loading.remove() }
        let text = Self.remote.replacingOccurrences(of: "  plugin: paper", with: "  plugin: paper\n  start: false")
        let error = try #require(throws: ConfigurationError.self) {
            _ = try loading.load(text + "\nlisten: {policy: \"tcp://10.0.0.1:1\", broker: \"tcp://10.0.0.1:1\"}\n")
        }
        #expect(error.what.contains("is the policy's already"))
    }
}
