import Foundation
import TestSupport
import Testing

private enum OtherUser {
    /// A number that no user has.
    static let id = (61_234...61_300).first { getpwuid(uid_t($0)) == nil } ?? 61_234
    static let canBecome = getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
}

/// The recipe of docs/security.md: a plugin with a user, a folder and a key of its own, over the loopback, with limits.
@Suite(
    "A plugin that is not trusted runs as another user", .blocking, .serialized,
    .enabled(if: OtherUser.canBecome, "needs root and setpriv, to become another user"))
struct UntrustedPluginTests {
    private let programs: Programs
    private let account: RemoteAccount
    /// The plugin's own.
    private let folder: URL

    private static func text(_ folder: URL) -> String {
        """
        account: faults
        state: ${state}
        cycle: 1s
        policy_budget: 600ms
        plugins: ["${tests}"]
        listen: ${listen}
        broker:
          plugin: paper
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
            settings: {trail: 0.015, trail_from: last, limit_offset: 0.003}
          - plugin: attacker
            start: false
            settings: {mode: siege, tally: "\(folder.path)/tally"}
        run: {end_with_tape: false}
        """
    }

    init() throws {
        programs = try Programs()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("stranger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try #require(chown(folder.path, uid_t(OtherUser.id), gid_t(OtherUser.id)) == 0)
        account = try RemoteAccount(programs, text: Self.text(folder))
    }

    private func remove() {
        programs.remove()
        try? FileManager.default.removeItem(at: folder)
    }

    /// As the other user, with what its unit allows.
    private func other(_ command: [String], environment: [String: String] = [:]) throws -> RunningProcess {
        let user = ["--reuid", "\(OtherUser.id)", "--regid", "\(OtherUser.id)", "--clear-groups", "--no-new-privs"]
        let limits = ["/usr/bin/prlimit", "--nofile=256", "--as=\(2 << 30)", "--cpu=300"]
        return try RunningProcess(
            programs, user + limits + command, program: "/usr/bin/setpriv", environment: environment)
    }

    @Test(
        "it gets in with its key, says what a policy may say, attacks in vain, and reaches no file, socket or process of the core"
    )
    func recipe() throws {
        defer { remove() }
        let bigbrother = Programs.binaries.path + "/bigbrother"
        let keys = folder.path + "/keys"
        let made = try other([bigbrother, "keys", "new", "policy", "attacker", "--folder", keys]).wait()
        #expect(made.code == 0, "\(made)")
        let secret = try FileManager.default.attributesOfItem(atPath: keys + "/policy-attacker.secret")
        #expect(secret[.posixPermissions] as? Int == 0o600 && secret[.ownerAccountID] as? Int == OtherUser.id)
        // The public half is handed over, as the core's is.
        let theirs = programs.folder.path + "/policy-attacker.public"
        try FileManager.default.copyItem(atPath: keys + "/policy-attacker.public", toPath: theirs)
        try #require(chown(theirs, 0, 0) == 0)
        let allowed = try programs.run(["keys", "allow", theirs, "--config", account.config])
        #expect(allowed.code == 0, "\(allowed)")
        let core = try account.core()
        try account.waitForStop()
        let server = folder.path + "/core-core.public"
        try FileManager.default.copyItem(atPath: programs.stateDirectory + "/keys/core-core.public", toPath: server)
        try #require(chown(server, uid_t(OtherUser.id), gid_t(OtherUser.id)) == 0)

        let script = Programs.project.path + "/Tests/EndToEndTests/Plugins/attacker/attacker.py"
        let environment = [
            "BIGBROTHER_ENDPOINT": account.policyEndpoint, "BIGBROTHER_NAME": "attacker",
            "BIGBROTHER_SERVER_KEY": server, "BIGBROTHER_KEY_FILE": keys + "/policy-attacker.secret",
        ]
        // A siege ends itself at its first cycle, and then seldom; its unit starts it anew.
        let first = try other(["/usr/bin/python3", script], environment: environment).wait()
        #expect(first.code == 1, "\(first)")
        let count = try account.entries("policies_answered").count
        let plugin = try other(["/usr/bin/python3", script], environment: environment)
        try eventually(seconds: 60, "ten attacks") {
            let tally = FileManager.default.contents(atPath: folder.path + "/tally") ?? Data()
            return String(decoding: tally, as: UTF8.self).split(separator: "\n").count > 10
        }
        #expect(try account.missed(["stop-loss"], since: count) == [], "the others are heard meanwhile")

        for command in [
            ["/bin/cat", programs.journal], ["/bin/ls", programs.stateDirectory + "/sockets"],
            ["/bin/ls", programs.stateDirectory + "/control"],
            ["/bin/cat", programs.stateDirectory + "/keys/core-core.secret"],
            ["/bin/cat", "/proc/\(core.process.processIdentifier)/environ"],
            ["/bin/kill", "-TERM", "\(core.process.processIdentifier)"],
            [bigbrother, "halt", "--config", account.config],
        ] {
            let ending = try other(command).wait()
            #expect(ending.code != 0, "\(command): \(ending)")
        }
        let status = try programs.run(["status", "--config", account.config])
        #expect(status.output.contains("trading    active"), "\(status)")
        try account.cyclesGoOn()
        kill(plugin.process.processIdentifier, SIGKILL)
        try account.end(core, [])
    }
}
