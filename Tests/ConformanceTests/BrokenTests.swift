import Conformance
import Foundation
import TestSupport
import Testing

/// A fault that somebody could build in, and the check that is there for it.
struct Fault: Sendable {
    let role: String
    let name: String
    let meant: String

    init(_ role: String, _ name: String, _ meant: String) {
        self.role = role
        self.name = name
        self.meant = meant
    }

    static let all = [
        Fault("policy", "random", "policy.same-answer"), Fault("policy", "of-its-process", "policy.same-after-restart"),
        Fault("policy", "leaks", "policy.no-leak"), Fault("policy", "ignores-newer", "policy.newest"),
        Fault("policy", "late", "policy.huge"), Fault("policy", "dies-empty", "policy.empty"),
        Fault("policy", "any-session", "life.session"), Fault("policy", "no-re", "life.re"),
        Fault("policy", "answers-errors", "life.never-answered"),
        Fault("policy", "takes-crit", "life.crit"), Fault("policy", "no-hello-again", "life.hello-again"),
        Fault("policy", "drain-1", "life.drain"), Fault("policy", "strict", "policy.unknown-field"),
        Fault("policy", "floats", "policy.malformed"), Fault("policy", "half-settings", "settings.running"),
        Fault("policy", "takes-wrong-settings", "settings.refused"),
        Fault("policy", "speaks-as-broker", "policy.answer"), Fault("policy", "other-cycle", "policy.answer"),
        Fault("broker", "doubles", "broker.duplicate-id"), Fault("broker", "forgets", "broker.killed"),
        Fault("broker", "old-epoch", "broker.epoch"), Fault("broker", "epoch-in-memory", "broker.epoch"),
        Fault("broker", "floats", "broker.decimals"), Fault("broker", "invents-a-fill", "broker.rests"),
        Fault("broker", "drops-the-cursor", "broker.replay"),
        Fault("broker", "not-found-when-down", "broker.venue-down"),
        Fault("broker", "cancels-what-is-filled", "broker.cancel-fill-race"),
        Fault("broker", "lenient", "broker.strict"), Fault("broker", "half-submission", "broker.whole"),
        Fault("broker", "done-twice", "broker.done"), Fault("broker", "no-count", "broker.cancel"),
        Fault("broker", "hides-foreign", "broker.reconcile"), Fault("broker", "keeps-no-position", "broker.fills"),
        Fault("broker", "forgets-the-other-leg", "broker.oco"),
        Fault("provider", "future", "provider.future"), Fault("provider", "goes-back", "provider.order"),
        Fault("provider", "zero", "provider.sound"), Fault("provider", "twice", "provider.advance"),
        Fault("provider", "never-ends", "provider.expiry"), Fault("provider", "early", "provider.stale"),
        Fault("provider", "stale", "provider.stale"), Fault("provider", "of-its-process", "provider.same-tape"),
    ]
}

@Suite(
    "the conformance kit catches what is broken, and passes what is sound", .blocking,
    .enabled(if: Places.hasPython, "python3-zmq is not installed"))
struct BrokenTests {
    @Test("each fault is caught by the check that is meant for it")
    func caught() {
        let found = some(Fault.all) { fault in
            do {
                let report = try Script(role: fault.role, fault: fault.name).checked(only: [fault.meant])
                return report.failures == [fault.meant]
                    ? nil : "\(fault.name): \(fault.meant) said \(report.rows.map(\.verdict.seen))"
            } catch {
                return "\(fault.name): \(error)"
            }
        }
        for words in found.compactMap({ $0 }) { Issue.record("not caught: \(words)") }
    }

    @Test("the same scripts without a fault keep every rule, so that it is the fault that was caught")
    func sound() {
        let found = some(["policy", "broker", "provider"]) { role in
            do {
                let report = try Script(role: role, fault: "none").checked()
                return report.hasPassed
                    ? nil
                    : "\(role): \(report.rows.filter(\.verdict.isFailure).map { "\($0.check.name): \($0.verdict.seen)" })"
            } catch {
                return "\(role): \(error)"
            }
        }
        for words in found.compactMap({ $0 }) { Issue.record("a sound plugin failed: \(words)") }
    }

    /// The longer way, with every check for every fault.
    @Test("a fault of one rule breaks no other one", .nightly)
    func alone() {
        let single = [
            "takes-crit", "no-hello-again", "strict", "ignores-newer", "late", "old-epoch", "epoch-in-memory",
            "drops-the-cursor", "hides-foreign", "half-submission", "never-ends",
        ]
        let found = some(Fault.all.filter { single.contains($0.name) }) { fault in
            do {
                let failures = try Script(role: fault.role, fault: fault.name).checked().failures
                return failures == [fault.meant] ? nil : "\(fault.name): \(failures)"
            } catch {
                return "\(fault.name): \(error)"
            }
        }
        for words in found.compactMap({ $0 }) { Issue.record("more or less than \(words)") }
    }
}

@Suite("the plugins of the project keep the protocol", .blocking)
struct ShippedTests {
    @Test("every rule that applies, for every shipped policy, the paper broker and the tape")
    func shipped() throws {
        let files = FileManager.default
        var folders = [Places.project + "/Plugins/Brokers/Paper", Places.project + "/Plugins/Providers/Tape"]
        let policies = Places.project + "/Plugins/Policies"
        for name in try files.contentsOfDirectory(atPath: policies).sorted() {
            let folder = policies + "/" + name
            if files.fileExists(atPath: folder + "/plugin.json") { folders.append(folder) }
        }
        #expect(folders.count >= 12)
        // No more at once than answer a huge portfolio in their time on a busy machine.
        let found = some(folders.filter { Places.hasPython || !$0.hasSuffix("FridayExit") }, atOnce: 3) { folder in
            do {
                let report = try Places.checked(folder)
                return report.hasPassed
                    ? nil
                    : "\(report.name): \(report.rows.filter(\.verdict.isFailure).map { "\($0.check.name): \($0.verdict.seen)" })"
            } catch {
                return "\(folder): \(error)"
            }
        }
        for words in found.compactMap({ $0 }) { Issue.record("\(words)") }
    }

    @Test(
        "the Python kit's examples; the broker that lives in memory is caught where it forgets",
        .enabled(if: Places.hasPython, "python3-zmq is not installed"))
    func pythonKit() throws {
        let kit = Places.project + "/Plugins/Kits/python"
        let found = some(["trailing-stop", "csv-quotes", "memory-broker"]) { name in
            do {
                let report = try Places.checked("\(kit)/examples/\(name)", more: ["PYTHONPATH=\(kit)/src"])
                let expected = name == "memory-broker" ? ["broker.restart", "broker.killed"] : []
                return report.failures == expected
                    ? nil
                    : "\(name): \(report.rows.filter(\.verdict.isFailure).map { "\($0.check.name): \($0.verdict.seen)" })"
            } catch {
                return "\(name): \(error)"
            }
        }
        for words in found.compactMap({ $0 }) { Issue.record("\(words)") }
    }

    @Test(
        "the plugin in plain C, without a kit",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/cc"), "there is no C compiler"))
    func bareC() throws {
        let folder = NSTemporaryDirectory() + "bare-c-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: Places.project + "/Plugins/Kits/bare-c", toPath: folder)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let build = Process()
        build.executableURL = URL(fileURLWithPath: "/usr/bin/cc")
        build.arguments = ["-std=gnu11", "-O2", "-o", "bare_stop", "bare_stop.c", "json.c", "-lzmq"]
        build.currentDirectoryURL = URL(fileURLWithPath: folder)
        try build.run()
        build.waitUntilExit()
        try #require(build.terminationStatus == 0)
        let report = try Places.checked(folder)
        #expect(report.failures == [], "\(report.rows.filter(\.verdict.isFailure).map(\.verdict.seen))")
        #expect(report.hasPassed)
    }
}
