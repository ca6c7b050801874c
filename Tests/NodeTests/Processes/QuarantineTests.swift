import Glibc
import Journal
import JournalTesting
import Messaging
import Orchestration
import TestSupport
import Testing
import Trading
import Wire

@testable import Node

@Suite("A plugin whose process does not live", .blocking)
struct QuarantineTests {
    /// A hundred seconds pass in one.
    private final class HastyClock: Clock {
        private let begin = ContinuousClock.now
        var monotonicNanoseconds: Int64 {
            let passed = begin.duration(to: .now).components
            return 100 * (passed.seconds * 1_000_000_000 + passed.attoseconds / 1_000_000_000)
        }
        var wall: Timestamp { Timestamp(nanoseconds: 1_781_100_000_000_000_000 + monotonicNanoseconds) }
    }

    private final class Nobody: Transport {
        func send(_ frames: [Bytes], to peer: Peer) throws(MessagingError) { throw .peerUnknown(peer.id) }
        func publish(_ frames: [Bytes]) throws(MessagingError) {}
        func wait(milliseconds: Int, descriptors: [CInt]) throws(MessagingError) -> Arrivals {
            usleep(1_000)
            return Arrivals()
        }
        func cut(_ peer: Peer, holdMilliseconds: Int) {}
        func address(of peer: Peer) -> String? { nil }
    }

    private final class Ear: RunObserver {
        /// What was reported of the plugin, in the words of what runs its process.
        var notices: [String] = []
        var emergencies: [String] = []
        var starts = 0
        func observe(_ record: Record, state: CoreState) {
            guard case .alert(let alert) = record, case .pluginNotice("dying", let what) = alert.reason else { return }
            notices.append(what)
            if alert.level == .emergency { emergencies.append(what) }
        }
        func log(_ source: String, _ line: String) { if line.hasPrefix("started dying") { starts += 1 } }
        func progress(at time: Timestamp, cycle: Int64) {}
    }

    @Test(
        "a person is told how often it ended, within how long, and how the last time; it is no fault of its messages",
        arguments: [
            ("read line; exit 3", "the last time it exited with code 3"),
            ("read line; kill -9 $$", "the last time it was killed by signal 9"),
        ])
    func words(script: String, ending: String) throws {
        let ear = Ear()
        let spec = PluginSpec(
            name: "dying", role: .policy, settings: .object([]),
            program: PluginProgram(executable: "/bin/sh", arguments: ["-c", script], directory: "/"))
        let options = LiveNodeOptions(
            plugins: [spec], core: CoreConfiguration(account: "test", policies: ["dying"]), lockstep: false,
            stateDirectory: "/tmp")
        let limit = ContinuousClock.now + .seconds(20)
        let live = LiveNode(
            node: Node(core: Orchestrator(), journal: InMemoryJournal()), transport: Nobody(), clock: HastyClock(),
            observer: ear, options: options, endpoint: { _ in "ipc:///nowhere" },
            signals: (
                -1, { ear.notices.contains { $0.contains("quarantined") } || ContinuousClock.now > limit ? 15 : nil }
            ))
        #expect(try live.run() == .signal(15))
        let told = ear.notices.filter { $0.contains("quarantined") }
        #expect(
            told.count == 1
                && told.allSatisfy {
                    $0.hasPrefix("quarantined: its process ended or failed to start 5 times in ")
                })
        #expect(told.allSatisfy { $0.contains(ending) && !$0.contains("protocol") }, "\(told)")
        // 1, 2, 4 and 8 s lie between them, a fifth less at most.
        let seconds = told.first?.firstMatch(of: /5 times in (\d+) s/).flatMap { Int($0.1) } ?? 0
        #expect((12...60).contains(seconds), "\(told)")
    }

    @Test("the adapter that trades is never given up: it is tried again every minute, and that is an emergency")
    func broker() throws {
        let ear = Ear()
        let spec = PluginSpec(
            name: "dying", role: .broker, settings: .object([]),
            program: PluginProgram(executable: "/bin/sh", arguments: ["-c", "read line; exit 3"], directory: "/"))
        var core = CoreConfiguration(account: "test", policies: [])
        core.brokers = ["dying"]
        let options = LiveNodeOptions(plugins: [spec], core: core, lockstep: false, stateDirectory: "/tmp")
        let limit = ContinuousClock.now + .seconds(30)
        let live = LiveNode(
            node: Node(core: Orchestrator(), journal: InMemoryJournal()), transport: Nobody(), clock: HastyClock(),
            observer: ear, options: options, endpoint: { _ in "ipc:///nowhere" },
            signals: (-1, { ear.starts > 7 || ContinuousClock.now > limit ? 15 : nil }))
        #expect(try live.run() == .signal(15))
        #expect(ear.starts > 7)
        #expect(ear.emergencies.contains { $0.contains("5 times in") && $0.contains("tried again every 60 s") })
    }
}
