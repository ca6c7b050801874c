import CPosix
import Glibc

/// Which processes come from this one (I-CHILD-2, I-CHILD-3): a plugin with all that it has started, however it was started.
package enum Family {
    /// From now on a process whose parent has ended is ours: no helper gets away by that.
    /// - Returns: the children that are ours already, such as those of a shell that has become this program: they are no plugin's.
    package static func adoptOrphans() -> Set<pid_t> {
        _ = cposix_adopt_orphans()
        return Set(ownChildren())
    }

    /// Whether a process was started by one of this session.
    package static func isInSession(_ process: pid_t, of leader: pid_t) -> Bool {
        process == leader || getsid(process) == leader
    }

    /// Whether a process has this one among its ancestors, or is it.
    package static func comesFromUs(_ process: pid_t) -> Bool {
        let ours = getpid()
        var current = process
        for _ in 0..<mostGenerations {
            if current == ours { return true }
            guard current > 1, let parent = parent(of: current) else { return false }
            current = parent
        }
        return false
    }

    private static let mostGenerations = 1_000

    /// Ends the processes that were left to us and belong to no child that lives: helpers of one that has ended. What has ended
    /// itself is reaped.
    /// - Parameter children: that live.
    /// - Returns: those that were killed.
    package static func endStrays(besides children: Set<pid_t>) -> [pid_t] {
        var killed: [pid_t] = []
        for process in ownChildren() where !children.contains(process) {
            var status: CInt = 0
            if waitpid(process, &status, WNOHANG) == process { continue }
            let session = getsid(process)
            guard !children.contains(session) else { continue }
            if kill(process, SIGKILL) == 0 { killed.append(process) }
        }
        return killed
    }

    /// `/proc/PID/stat`: the name in brackets may have anything in it, so it is read from the last bracket on.
    private static func parent(of process: pid_t) -> pid_t? {
        guard let text = contents("/proc/\(process)/stat"), let end = text.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 1 else { return nil }
        return pid_t(String(decoding: fields[1], as: UTF8.self))
    }

    /// Of every thread of ours.
    private static func ownChildren() -> [pid_t] {
        guard let tasks = opendir("/proc/self/task") else { return [] }
        defer { closedir(tasks) }
        var found: [pid_t] = []
        while let entry = readdir(tasks) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.first?.isNumber == true, let text = contents("/proc/self/task/\(name)/children") else {
                continue
            }
            found += text.split(separator: UInt8(ascii: " ")).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
        }
        return found
    }

    private static func contents(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return bytes
    }
}
