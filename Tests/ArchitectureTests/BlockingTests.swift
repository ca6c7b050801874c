import Foundation
import Testing

@testable import TestSupport

/// What waits for a process, a socket, a lock or the clock.
private let waits = [
    "Process()", "RunningProcess(", "Programs()", "ChildProcess(", "waitUntilExit", "waitpid(", "Thread.sleep",
    "usleep(",
    "nanosleep(", "eventually(", "ZeroMQContext(", "House()", "poll(timeoutMilliseconds", "SQLiteJournal(", "mkfifo(",
    "Places.checked(", "PluginHarness(", "DispatchSemaphore(",
]

@Suite("no test waits in the pool that all tests share")
struct BlockingTests {
    @Test("a suite that waits runs on threads of its own")
    func marked() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let files = try #require(FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
        var count = 0
        for case let file as URL in files where file.pathExtension == "swift" && file.path != #filePath {
            let text = try String(contentsOf: file, encoding: .utf8)
            for suite in text.components(separatedBy: "\n@Suite(").dropFirst() {
                guard let wait = waits.first(where: suite.contains) else { continue }
                count += 1
                #expect(
                    suite.contains(".blocking"),
                    "\(file.lastPathComponent): \(suite.prefix { $0 != "\n" }) has \(wait) and is not .blocking")
            }
        }
        #expect(count > 30, "nothing was found where much is")
    }
}

@Suite("tests that block")
struct TurnsTests {
    @Test("one of them, and its time limit, runs on a thread of its own", .blocking, .timeLimit(.minutes(1)))
    func ownThread() {
        #expect(Thread.current.name == OwnThreads.name)
    }

    @Test("after it has waited for others it still does", .blocking)
    func goesOn() async {
        await Task.yield()
        ownThread()
    }

    @Test("no more than so many have a turn, and who gives it back gives it to whoever waits longest")
    func turns() async {
        let turns = Turns(atOnce: 2)
        await turns.take()
        await turns.take()
        #expect(turns.free == 0)
        let third = Task { await turns.take() }
        while turns.waiting < 1 { await Task.yield() }
        let fourth = Task { await turns.take() }
        while turns.waiting < 2 { await Task.yield() }
        turns.giveBack()
        await third.value
        #expect(turns.waiting == 1 && turns.free == 0, "the fourth waits on")
        turns.giveBack()
        await fourth.value
        turns.giveBack()
        turns.giveBack()
        #expect(turns.waiting == 0 && turns.free == 2)
    }
}
