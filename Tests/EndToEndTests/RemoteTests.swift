import Foundation
import TestSupport
import Testing

/// Real processes over tcp with CURVE, on this host's own address.
@Suite("Plugins that are started elsewhere", .blocking, .serialized)
struct RemoteTests {
    private let programs: Programs
    private let account: RemoteAccount

    init() throws {
        programs = try Programs()
        account = try RemoteAccount(programs)
    }

    /// The core with its remote broker and stop-loss policy at work.
    private func begin() throws -> (core: RunningProcess, plugins: [RunningProcess]) {
        let core = try account.core()
        let broker = try account.plugin("broker-paper", "broker", "paper", key: account.key("broker", "paper"))
        let policy = try account.plugin(
            "policy-stop-loss", "policy", "stop-loss", key: account.key("policy", "stop-loss"))
        try account.waitForStop()
        return (core, [broker, policy])
    }

    @Test("a remote policy and a remote broker protect a position; one policy more is written from the protocol alone")
    func protect() throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        let theirs = try account.stranger("fine", name: "theirs", key: account.key("policy", "theirs"))
        try account.wait("policy_ready", #""name":"theirs""#)
        try account.wait("policies_answered", #""policy":"theirs""#)
        kill(theirs.process.processIdentifier, SIGKILL)
        let kit = try account.pythonKit(name: "theirs")
        try eventually("a policy of the Python kit takes its place") {
            try account.entries("policy_ready").filter { $0.contains(#""name":"theirs""#) }.count == 2
        }
        #expect(FileManager.default.fileExists(atPath: account.venueFolder + "/paper-venue.log"), "on its own host")
        let listed = try programs.run(["keys", "list", "--config", account.config])
        #expect(listed.code == 0 && listed.output.contains("stop-loss") && listed.output.contains("core "), "\(listed)")
        try account.end(core, plugins + [kit])
    }

    @Test(
        "a revoked key is cut while it is connected, and that is journaled; allowed again it is back without a restart")
    func revoke() throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        try account.revoke("policy", "stop-loss")
        try account.wait("policy_gone", "its key has been revoked", seconds: 5)
        try account.cyclesGoOn()
        #expect(try account.entries("policy_ready").filter { $0.contains("stop-loss") }.count == 1, "it stays out")
        try account.allow("policy", "stop-loss")
        try eventually("it is back") {
            try account.entries("policy_ready").filter { $0.contains("stop-loss") }.count == 2
        }
        try account.end(core, plugins)
    }

    @Test("a policy's key speaks as no broker and under no other name, and both are told")
    func mismatch() throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        let key = try account.key("policy", "theirs")
        let alias = try account.stranger("fine", name: "take-profit", key: key)
        #expect(alias.wait().output.contains("refused the key of policy theirs said hello as policy take-profit"))
        try account.wait("alert", "the key of policy theirs said hello as policy take-profit")
        let knocking = try account.stranger("fine", name: "theirs", key: key, endpoint: account.brokerEndpoint)
        try account.wait("alert", "the key of policy theirs knocked at the broker socket from 127.0.0.1")
        kill(knocking.process.processIdentifier, SIGKILL)
        let liar = try account.stranger("broker", name: "theirs", key: key)
        try account.wait("alert", "a policy may not send execution")
        try account.wait("policy_gone", "a policy may not send execution")
        kill(liar.process.processIdentifier, SIGKILL)
        try account.cyclesGoOn()
        try account.end(core, plugins)
    }

    @Test("an unauthenticated peer is refused and reported once; without keys nobody comes in")
    func stranger() throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        let key = try account.key("policy", "theirs", isAllowed: false)
        let stranger = try account.stranger("fine", name: "theirs", key: key)
        try account.wait("alert", "an unauthenticated peer with the unknown key")
        try account.cyclesGoOn(8)
        #expect(try account.entries("alert").filter { $0.contains("an unauthenticated peer") }.count == 1)
        #expect(try account.entries("policy_ready").allSatisfy { !$0.contains("theirs") })
        kill(stranger.process.processIdentifier, SIGKILL)
        try account.end(core, plugins)
    }

    @Test("whoever floods is cut, and that is said; the cycle goes on", arguments: ["flood", "hellos"])
    func flood(mode: String) throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        let flooding = try account.stranger(mode, name: "theirs", key: account.key("policy", "theirs"))
        // By the number of its messages, or by the bytes that nobody had taken: whichever the core sees first.
        try account.wait("alert", "it floods the core (more than", seconds: 15)
        try account.cyclesGoOn(6)
        let heard = try account.entries("policies_answered").suffix(6)
        #expect(heard.allSatisfy { !$0.contains(#""policy":"stop-loss","recommendations":0,"failure""#) }, "\(heard)")
        kill(flooding.process.processIdentifier, SIGKILL)
        try account.end(core, plugins)
    }

    @Test("a core that ends waits for the last word of who was started elsewhere, and no longer than it may")
    func lastWord() throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        // It neither reads nor answers: as with a packet that is lost and sent again.
        plugins[1].signal(SIGSTOP)
        let begin = ContinuousClock.now
        core.signal(SIGTERM)
        #expect(core.wait().code == 0)
        let took = begin.duration(to: .now)
        #expect(
            took > .seconds(2.5), "its own children are long gone, and what was said elsewhere had no time: \(took)")
        plugins[1].signal(SIGKILL)
        #expect(plugins[0].wait(seconds: 10).code == 0, "the other one heard it")
    }

    @Test("a core that may open few files does not listen")
    func fewFiles() throws {
        defer { programs.remove() }
        let core = try RunningProcess(
            programs,
            ["-c", "ulimit -n 256; exec \(Programs.binaries.path)/bigbrother run --config \(account.config)"],
            program: "/bin/bash")
        let ending = core.wait()
        #expect(ending.code == 2 && ending.errors.contains("ulimit -Hn"), "\(ending)")
    }

    @Test("thousands of connections without a word use up nothing that the core or a plugin needs")
    func connections() throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        let port = account.policyEndpoint.split(separator: ":").last ?? ""
        let mark = programs.folder.appendingPathComponent("connected").path
        let script = """
            import pathlib, socket, time
            held, begin = [], time.monotonic()
            while len(held) < 3000 and time.monotonic() - begin < 8:
                try: held.append(socket.create_connection(("127.0.0.1", \(port)), 0.2))
                except OSError: pass
            pathlib.Path("\(mark)").touch()
            time.sleep(60)
            """
        let flooding = try RunningProcess(programs, ["-c", script], program: "/usr/bin/python3")
        try eventually("they are connected") { FileManager.default.fileExists(atPath: mark) }
        func open() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(core.process.processIdentifier)/fd").count
        }
        // Cut at once, closed a moment later.
        #expect(try open() < 1_000, "of 3,000 connections")
        try eventually("what was cut is closed") { try open() < 200 }
        let theirs = try account.stranger("fine", name: "theirs", key: account.key("policy", "theirs"))
        try account.wait("policy_ready", #""name":"theirs""#)
        try account.cyclesGoOn()
        kill(flooding.process.processIdentifier, SIGKILL)
        try account.end(core, plugins + [theirs])
    }

    @Test("a list of keys that is damaged keeps the core from starting, and cuts everybody from one that runs")
    func damaged() throws {
        defer { programs.remove() }
        let (core, plugins) = try begin()
        let path = programs.stateDirectory + "/keys/allowed.json"
        let good = try #require(FileManager.default.contents(atPath: path))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 10)
        try handle.close()
        try account.wait("policy_gone", "the list of keys cannot be used", seconds: 5)
        try account.wait("broker_gone", "the list of keys cannot be used", seconds: 5)
        let doctor = try programs.run(["doctor", account.config])
        #expect(doctor.code == 2 && doctor.output.contains("the list of keys cannot be used"), "\(doctor)")
        try good.write(to: URL(fileURLWithPath: path))
        try eventually("they are back") { try account.entries("broker_ready").count == 2 }
        try account.end(core, plugins)
    }
}
