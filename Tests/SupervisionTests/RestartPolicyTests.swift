import Glibc
import Testing

@testable import Supervision

@Suite("When a plugin is started again")
struct RestartPolicyTests {
    @Test("back-off doubles from one second, and jitter takes from its upper fifth only")
    func doubles() {
        var policy = RestartPolicy()
        var now: Int64 = 0
        var delays: [Int64] = []
        for _ in 0..<4 {
            guard case .restart(let delay) = policy.failed(atMilliseconds: now, jitter: 1_000) else { break }
            delays.append(delay)
            now += delay
            policy.started(atMilliseconds: now)
        }
        #expect(delays == [1_000, 2_000, 4_000, 8_000])
        var early = RestartPolicy()
        #expect(early.failed(atMilliseconds: 0, jitter: 0) == .restart(afterMilliseconds: 800))
    }

    @Test("a minute of health forgets the streak")
    func health() {
        var policy = RestartPolicy()
        _ = policy.failed(atMilliseconds: 0, jitter: 1_000)
        policy.started(atMilliseconds: 1_000)
        #expect(policy.failed(atMilliseconds: 61_000, jitter: 1_000) == .restart(afterMilliseconds: 1_000))
    }

    @Test("five failures in five minutes are quarantine, four are not, and old ones do not count")
    func quarantine() {
        var policy = RestartPolicy()
        func isQuarantined(_ verdict: RestartPolicy.Verdict) -> Bool {
            if case .quarantine = verdict { true } else { false }
        }
        for second: Int64 in 0..<4 {
            #expect(!isQuarantined(policy.failed(atMilliseconds: second * 1_000, jitter: 0)))
        }
        var later = policy
        #expect(
            policy.failed(atMilliseconds: 299_000, jitter: 0)
                == .quarantine(failures: 5, withinMilliseconds: 299_000))
        #expect(!isQuarantined(later.failed(atMilliseconds: 303_500, jitter: 0)))
    }

    @Test("back-off never exceeds a minute")
    func longest() {
        var policy = RestartPolicy()
        for failure: Int64 in 0..<12 {
            // Far enough apart for no quarantine, never healthy.
            guard case .restart(let delay) = policy.failed(atMilliseconds: failure * 100_000, jitter: 1_000) else {
                continue
            }
            #expect(delay <= RestartPolicy.longestDelayMilliseconds)
        }
    }
}

@Suite("A child process")
struct ChildProcessTests {
    private func child(_ script: String) throws -> ChildProcess {
        try ChildProcess(
            executable: "/bin/sh", arguments: ["-c", script], directory: "/", environment: ["PATH=/usr/bin:/bin"])
    }

    /// Polls until it ended; what it wrote is read meanwhile.
    private func finish(_ child: ChildProcess) -> (ChildProcess.Ending?, [String]) {
        var lines: [String] = []
        for _ in 0..<2_000 {
            lines += child.readLines()
            if let ending = child.poll() { return (ending, lines + child.readLines()) }
            Self.pause()
        }
        return (nil, lines)
    }

    // waitpid(2) without waiting has no event; a millisecond keeps the loop polite.
    private static func pause() {
        var span = timespec(tv_sec: 0, tv_nsec: 1_000_000)
        nanosleep(&span, nil)
    }

    @Test("its lines and its exit code are seen")
    func lines() throws {
        let (ending, lines) = finish(try child("echo one; echo two >&2; exit 7"))
        #expect(ending == .exited(7) && lines == ["one", "two"])
    }

    @Test("a signal ends its whole group")
    func signals() throws {
        let process = try child("sleep 60 & wait")
        process.signal(9)
        #expect(finish(process).0 == .killed(signal: 9))
    }

    @Test("it reads the launch line, and sees the end of its input")
    func input() throws {
        let process = try child("read line; echo got $line; cat > /dev/null; echo over")
        process.writeLine(Array("launch".utf8))
        process.closeInput()
        let (ending, lines) = finish(process)
        #expect(ending == .exited(0) && lines == ["got launch", "over"])
    }

    @Test("what cannot be started says so with its path")
    func missing() {
        let error = #expect(throws: ChildProcessError.self) {
            _ = try ChildProcess(executable: "/no/such/program", arguments: [], directory: "/", environment: [])
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("/no/such/program cannot be started"))
    }
}
