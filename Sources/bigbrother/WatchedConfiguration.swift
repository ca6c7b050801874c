import Configuration
import Glibc
import Node

/// The configuration file of a run, looked at again and again: stat(2), so that an editor's rename over it is seen as well
/// as a write into it.
final class WatchedConfiguration: ConfigurationSource {
    private let running: LoadedConfiguration
    /// The file that was loaded last, or refused.
    private var known: Stamp?
    /// Another one that was seen once: it counts when it is still the same at the next look, for then nobody is writing it.
    private var candidate: Stamp??

    /// - Parameter running: what the run was started with.
    init(_ running: LoadedConfiguration) {
        self.running = running
        known = Stamp(running.file.path)
    }

    func hasChanged() -> Bool {
        let now = Stamp(running.file.path)
        guard now != known else {
            candidate = nil
            return false
        }
        defer { candidate = .some(now) }
        return candidate == .some(now)
    }

    func load() throws -> ConfigurationTarget {
        // Before it is read: what is written meanwhile is seen as another change.
        known = Stamp(running.file.path)
        candidate = nil
        return try Home.configuration(running.file.path).target(for: running)
    }

    private struct Stamp: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int64
        let file: UInt64

        /// Nil when there is no such file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            size = Int64(status.st_size)
            file = UInt64(status.st_ino)
        }
    }
}
