import Glibc
import TestSupport
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

@Suite("How much of a plugin's output is kept")
struct OutputRateLimiterTests {
    private let line = 1_000

    @Test("a burst is kept, then nothing until half of it has come back")
    func burst() {
        var rateLimiter = OutputRateLimiter()
        var kept = 0
        while rateLimiter.consume(line, atMilliseconds: 0) == .kept { kept += 1 }
        #expect(Int64(kept) == OutputRateLimiter.atOnce / (1_000 + OutputRateLimiter.perLine))
        #expect(rateLimiter.consume(line, atMilliseconds: 1_000) == .leftOut(isFirst: false))
        #expect(rateLimiter.consume(line, atMilliseconds: 10_000) == .keptAgain(leftOut: 2))
        #expect(rateLimiter.consume(line, atMilliseconds: 10_000) == .kept)
    }

    @Test("a few lines a second are kept for ever, whatever the clock does")
    func steady() {
        var rateLimiter = OutputRateLimiter()
        for second: Int64 in 0..<3_600 { #expect(rateLimiter.consume(line, atMilliseconds: second * 1_000) == .kept) }
        #expect(rateLimiter.consume(line, atMilliseconds: .max) == .kept)
        #expect(rateLimiter.consume(line, atMilliseconds: 0) == .kept)
    }
}

@Suite("A child process", .blocking)
struct ChildProcessTests {
    private func child(_ script: String) throws -> ChildProcess {
        try ChildProcess(
            executable: "/bin/sh", arguments: ["-c", script], directory: "/", environment: ["PATH=/usr/bin:/bin"])
    }

    /// Polls until it ended; what it wrote is read meanwhile.
    private func finish(_ child: ChildProcess) -> (ChildProcess.Ending?, [String]) {
        var lines: [String] = []
        for _ in 0..<20_000 {
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

    @Test("what it may use is set before its own code runs, and the kernel ends it sooner than the core (I-BOUND-8)")
    func limits() throws {
        let script = "ulimit -v; ulimit -t; ulimit -n; cat /proc/self/oom_score_adj; echo $0 $1"
        let process = try ChildProcess(
            executable: "/bin/sh", arguments: ["-c", script, "a name", "b 'c'"], directory: "/",
            environment: ["PATH=/usr/bin:/bin"],
            limits: ProcessLimits(memoryBytes: 256 << 20, cpuSeconds: 77, openFiles: 99))
        let (ending, lines) = finish(process)
        #expect(ending == .exited(0) && lines == ["262144", "77", "99", "500", "a name b 'c'"], "\(lines)")
        let free = finish(try child("sleep 0.2; cat /proc/self/oom_score_adj; ulimit -Sn")).1
        #expect(free == ["500", "1024"])
        let spins = try ChildProcess(
            executable: "/bin/sh", arguments: ["-c", "while :; do :; done"], directory: "/", environment: [],
            limits: ProcessLimits(cpuSeconds: 1))
        guard case .killed? = finish(spins).0 else { return #expect(Bool(false), "it is ended by the kernel") }
    }

    @Test("one with limits is the very process that was started, and leads its session, as one without is")
    func session() throws {
        // Its id, and the session's: the sixth word of stat.
        let script = "echo $$ $(cut -d' ' -f6 /proc/$$/stat)"
        for limits in [ProcessLimits(), ProcessLimits(memoryBytes: 1 << 30, cpuSeconds: 60, openFiles: 99)] {
            let process = try ChildProcess(
                executable: "/bin/sh", arguments: ["-c", script], directory: "/", environment: ["PATH=/usr/bin:/bin"],
                limits: limits)
            #expect(finish(process).1 == ["\(process.pid) \(process.pid)"], "\(limits)")
        }
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

    @Test("what it has started ends with it")
    func helpers() throws {
        let process = try child("sleep 600 & echo $!; exit 3")
        let (ending, lines) = finish(process)
        #expect(ending == .exited(3))
        let helper = try #require(lines.first.flatMap { pid_t($0) })
        for _ in 0..<5_000 where kill(helper, 0) == 0 && !isZombie(helper) { Self.pause() }
        #expect(kill(helper, 0) != 0 || isZombie(helper))
    }

    /// Dead, and not reaped by whoever inherited it.
    private func isZombie(_ pid: pid_t) -> Bool {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return true }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 512)
        guard fgets(&text, 512, file) != nil else { return true }
        return text.withUnsafeBufferPointer { strstr($0.baseAddress!, ") Z") } != nil
    }

    @Test("one that writes without end has its turn, and no more", .timeLimit(.minutes(1)))
    func endless() throws {
        let (process, begun) = (try child("exec yes"), ContinuousClock.now)
        var lines: [String] = []
        for _ in 0..<20 {
            lines += process.readLines()
            Self.pause()
        }
        process.signal(9)
        #expect(finish(process).0 == .killed(signal: 9))
        // The machine may be busy, and what is used up comes back.
        let seconds = (ContinuousClock.now - begun).components.seconds + 1
        let most = (OutputRateLimiter.atOnce + seconds * OutputRateLimiter.perSecond) / OutputRateLimiter.perLine
        #expect(lines.first == "y" && lines.count < most, "\(lines.count) lines were kept")
        #expect(lines.contains("(it writes too much: what follows is left out for a while)"))
    }

    @Test("of a line 4,096 bytes are kept, and the next one is whole")
    func longLine() throws {
        let (_, lines) = finish(try child("head -c 300000 /dev/zero | tr '\\0' x; echo; echo next"))
        #expect(lines.map(\.utf8.count) == [4_096, 4])
    }

    @Test("the last words are kept when their line does not end")
    func lastWords() throws {
        let (ending, lines) = finish(try child("echo one; printf 'no such file'; exit 1"))
        #expect(ending == .exited(1) && lines == ["one", "no such file"])
    }

    @Test("what cannot be started says so with its path")
    func missing() {
        let error = #expect(throws: ChildProcessError.self) {
            _ = try ChildProcess(executable: "/no/such/program", arguments: [], directory: "/", environment: [])
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("/no/such/program cannot be started"))
    }
}
