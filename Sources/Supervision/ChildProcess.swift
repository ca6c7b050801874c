import CPosix
import Glibc
import SystemTime

/// A process that we started: its own session and process group, a pipe to its standard input that stays open as long as we live,
/// and one pipe that collects what it writes.
package final class ChildProcess {
    package enum Ending: Sendable, Hashable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        package var description: String {
            switch self {
            case .exited(let code): "exited with code \(code)"
            case .killed(let signal): "was killed by signal \(signal)"
            }
        }
    }

    package let pid: pid_t
    /// Readable when the child wrote a line, or ended.
    package let outputDescriptor: CInt
    private var inputDescriptor: CInt
    /// The line that has not ended yet, as much of it as is kept.
    private var output: [UInt8] = []
    private var rateLimiter = OutputRateLimiter()
    private var ending: Ending?
    /// The longest line that is kept of a child's output.
    private static let longestLine = 4_096
    /// What is read at once of a child that writes without end: then it is the turn of others.
    private static let mostAtOnce = 262_144
    /// Files that a child may open, unless it asks for more itself.
    private static let descriptors: UInt = 1_024
    /// How much sooner than the core the kernel ends a child when memory runs out: proc_pid_oom_score_adj(5).
    private static let memoryPenalty = 500

    /// posix_spawn(3) in a new session, with no descriptor but its three.
    /// - Throws: ``ChildProcessError``.
    package init(
        executable: String, arguments: [String], directory: String, environment: [String],
        limits: ProcessLimits = ProcessLimits()
    ) throws(ChildProcessError) {
        let shell = limits.shellScript.map { ["/bin/sh", "-c", $0] } ?? []
        let command = shell + [executable] + arguments
        let toChild = try Self.pipePair()
        let fromChild = try Self.pipePair()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild.read, 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild.write, 1)
        posix_spawn_file_actions_adddup2(&actions, fromChild.write, 2)
        cposix_spawn_chdir(&actions, directory)
        // Whatever this process has open, its own, or inherited without being closed on exec: a child has its three.
        cposix_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A session is a group too, and one that no other child can join.
        cposix_spawn_new_session(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGPIPE, SIGCHLD] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var child: pid_t = 0
        let code = withCStrings(command) { argv in
            withCStrings(environment) { env in
                posix_spawn(&child, command[0], &actions, &attributes, argv, env)
            }
        }
        close(toChild.read)
        close(fromChild.write)
        guard code == 0 else {
            close(toChild.write)
            close(fromChild.read)
            throw .cannotStart(executable: executable, why: String(cString: strerror(code)))
        }
        // The core may open many more, so that one that leaks connections uses up its own and not the core's. A child that
        // has ended already needs none.
        _ = cposix_limit_descriptors(child, Self.descriptors)
        Self.setMemoryPenalty(of: child)
        pid = child
        inputDescriptor = toChild.write
        outputDescriptor = fromChild.read
        _ = fcntl(outputDescriptor, F_SETFL, O_NONBLOCK)
    }

    /// The same by the shell that sets the limits of a child, so that it holds before the program begins.
    static let memoryPenaltyScript = "{ echo \(memoryPenalty) > /proc/self/oom_score_adj; true; } 2>/dev/null"

    /// A child that has ended already needs none, and where there is no such file the kernel chooses by itself.
    private static func setMemoryPenalty(of child: pid_t) {
        let descriptor = open("/proc/\(child)/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array("\(memoryPenalty)".utf8)
        _ = write(descriptor, text, text.count)
    }

    deinit {
        closeInput()
        close(outputDescriptor)
    }

    /// Closed on exec, so that no other child holds this one's input open.
    private static func pipePair() throws(ChildProcessError) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard cposix_pipe_cloexec(&ends) == 0 else {
            throw .cannotStart(executable: "pipe", why: String(cString: strerror(errno)))
        }
        return (ends[0], ends[1])
    }

    /// write(2) to the child's standard input; a child that is gone shows by its ending.
    package func writeLine(_ bytes: [UInt8]) {
        var line = bytes
        line.append(10)
        var done = 0
        while done < line.count {
            let count = line[done...].withUnsafeBytes { write(inputDescriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            done += count
        }
    }

    /// Tells the child that we are done with it: its standard input ends.
    package func closeInput() {
        guard inputDescriptor >= 0 else { return }
        close(inputDescriptor)
        inputDescriptor = -1
    }

    /// Lines that the child has written since the last call, and what it wrote last without ending the line once it is over;
    /// read(2) without waiting. Whoever writes more than its share is read all the same, so that it does not wait for us, and
    /// not kept.
    package func readLines() -> [String] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var lines: [String] = []
        var left = Self.mostAtOnce
        while left > 0 {
            let count = read(outputDescriptor, &chunk, chunk.count)
            guard count > 0 else {
                // Once it has ended nothing follows, even where something that it started has the pipe for a moment longer.
                if count == 0 || ending != nil, !output.isEmpty { keepLine(&lines) }
                break
            }
            left -= count
            var rest = chunk[..<count]
            while let end = rest.firstIndex(of: 10) {
                keep(rest[..<end])
                keepLine(&lines)
                rest = rest[(end + 1)...]
            }
            keep(rest)
        }
        return lines
    }

    private func keep(_ bytes: ArraySlice<UInt8>) {
        output.append(contentsOf: bytes.prefix(Self.longestLine - output.count))
    }

    private func keepLine(_ lines: inout [String]) {
        switch rateLimiter.consume(output.count, atMilliseconds: monotonicMilliseconds()) {
        case .kept: lines.append(String(decoding: output, as: UTF8.self))
        case .keptAgain(let leftOut):
            lines.append("(\(leftOut) lines were left out here)")
            lines.append(String(decoding: output, as: UTF8.self))
        case .leftOut(isFirst: true): lines.append("(it writes too much: what follows is left out for a while)")
        case .leftOut(isFirst: false): break
        }
        output.removeAll(keepingCapacity: true)
    }

    /// waitpid(2) without waiting; nil while it runs. What it has started ends with it: a helper that outlives an adapter
    /// would go on beside that of the next one.
    package func poll() -> Ending? {
        if let ending { return ending }
        var seen = siginfo_t()
        // Not reaped yet, so that its number is nobody else's when the group is killed.
        guard waitid(P_PID, id_t(pid), &seen, WEXITED | WNOHANG | WNOWAIT) == 0, seen.si_signo == SIGCHLD else {
            return nil
        }
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        let signal = status & 0x7F
        ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
        return ending
    }

    /// kill(2) to its whole group, while it is ours to kill.
    package func signal(_ number: Int32) {
        guard ending == nil else { return }
        kill(-pid, number)
    }
}

package enum ChildProcessError: Error, CustomStringConvertible {
    case cannotStart(executable: String, why: String)

    package var description: String {
        switch self {
        case .cannotStart(let executable, let why): "\(executable) cannot be started: \(why)"
        }
    }
}

/// C strings for the length of a call, with the null pointer that ends them.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array ends with a null pointer") }
        return body(base)
    }
}
