/// What a child may use of the machine; nil for what its system allows. The kernel holds it to that: setrlimit(2).
package struct ProcessLimits: Sendable, Hashable {
    /// Of its address space; more cannot be allocated.
    package var memoryBytes: Int64?
    /// Of all its time on processors; then it is ended.
    package var cpuSeconds: Int64?
    package var openFiles: Int64?

    package init(memoryBytes: Int64? = nil, cpuSeconds: Int64? = nil, openFiles: Int64? = nil) {
        (self.memoryBytes, self.cpuSeconds, self.openFiles) = (memoryBytes, cpuSeconds, openFiles)
    }

    /// What a shell does in the child before it becomes the program, so that none of its own code ever runs without the limits.
    var shellScript: String? {
        let limits = [
            memoryBytes.map { "ulimit -v \(max(1, $0 >> 10))" }, cpuSeconds.map { "ulimit -t \($0)" },
            openFiles.map { "ulimit -n \($0)" },
        ].compactMap { $0 }
        guard !limits.isEmpty else { return nil }
        return (limits + [ChildProcess.memoryPenaltyScript, #"exec "$0" "$@""#]).joined(separator: " && ")
    }
}
